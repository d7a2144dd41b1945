"""What a teacher and learners do on the pages of a class: each function here is a step of docs/teaching.md."""

from collections.abc import Sequence
from dataclasses import dataclass

from learner import RECORD_MS
from playwright.sync_api import Locator, Page, expect

from web.catalogue import open_catalogue

PASSWORD = "correct horse battery"

RELEASE = "button[name=then][value=stay]"
GIVEN_BACK = ".lh-outcome h2"


@dataclass(frozen=True)
class Seat:
    """Somebody at a screen, who reads one language."""

    page: Page
    language: str

    def say(self, key: str, **facts: str | int | float) -> str:
        """Give what the pages call something."""
        return open_catalogue(self.language).say(key, **facts)

    def press(self, key: str, **facts: str | int | float) -> None:
        """Press the button that is called so."""
        self.page.get_by_role("button", name=self.say(key, **facts), exact=True).click()

    def follow(self, key: str, *about: str) -> None:
        """Follow the link that is called so, and says to screen readers what it is about."""
        self.page.get_by_role("link", name=": ".join((self.say(key), *about)), exact=True).click()


def count_steps(page: Page) -> None:
    """Count from now on, over all pages of this tab, what a person presses and which fields they fill."""
    page.add_init_script(
        """for (const kind of ["click", "input"])
            addEventListener(kind, ({ target }) => {
                if (kind === "input" && /^(checkbox|radio)$/.test(target.type)) return;
                sessionStorage.steps = Number(sessionStorage.steps ?? 0) + 1;
            }, true);"""
    )


def steps_taken(page: Page) -> int:
    """Tell how many steps were counted."""
    return int(page.evaluate("sessionStorage.steps ?? 0"))


def cell(page: Page, name: str) -> Locator:
    """Find the link to somebody's work in the grid of marks."""
    return page.locator("tr", has_text=name).locator("a[href^='/submissions/']")


def heat(page: Page, name: str) -> Locator:
    """Find the figures in somebody's line of the heat map."""
    return page.locator(".ov-heat tr", has=page.get_by_role("rowheader", name=name)).locator(".ov-mean")


def sign_in(seat: Seat, login: str) -> None:
    seat.page.goto("/home")
    seat.page.locator("#login").fill(login)
    seat.page.locator("#password").fill(PASSWORD)
    seat.press("account.sign_in")
    seat.page.wait_for_url("**/classes")


def make_class(seat: Seat, name: str) -> None:
    seat.page.locator("#name").fill(name)
    seat.press("classes.create")
    expect(seat.page.locator("h1")).to_have_text(name)


def set_work(seat: Seat, title: str, text: str) -> None:
    seat.follow("classes.new_work")
    seat.page.locator("#title").fill(title)
    seat.page.locator("#texts").fill(text)
    seat.press("assignments.set")
    seat.page.wait_for_url("**/classes/*")


def make_code(seat: Seat) -> str:
    seat.press("classes.make_code")
    return seat.page.locator(".as-board-code").inner_text()


def join(seat: Seat, code: str, name: str, *, age: str) -> None:
    seat.page.goto("/join")
    seat.page.locator("#code").fill(code.lower())
    seat.page.locator("#name").fill(name)
    seat.page.locator(f"input[name=age][value={age}]").check()
    seat.press("account.join_button")
    seat.page.wait_for_url("**/me/consents*")


def agree(seat: Seat) -> None:
    for purpose in ("practice", "teacher_listens"):
        seat.page.locator(f"#{purpose}").get_by_role("button", name=seat.say("me.give")).click()
        expect(seat.page.locator(f"#{purpose} .lc-badge")).to_have_attribute("data-tone", "good")


def hold_a_guardians_form(seat: Seat, name: str) -> None:
    seat.page.get_by_role("checkbox", name=name).check()
    seat.press("classes.record_consent")
    expect(seat.page.locator("tr", has_text=name).locator(".lc-badge[data-tone=good]")).to_have_count(2)


def open_homework(seat: Seat, title: str) -> None:
    seat.page.goto("/homework")
    seat.follow("homework.begin", title)
    expect(seat.page.locator("#lh-work")).to_have_attribute("data-ready", "true")


def record(seat: Seat) -> None:
    button = seat.page.locator("[data-act=record]")
    button.click()
    expect(seat.page.locator("[data-part=recorder]")).to_have_attribute("data-phase", "recording")
    seat.page.wait_for_timeout(RECORD_MS)
    button.click()


def expect_kept(seat: Seat, state: str = "kept") -> None:
    expect(seat.page.locator("[data-part=kept]")).to_have_attribute("data-state", state)


def hand_in(seat: Seat) -> None:
    seat.page.locator("[data-act=hand-in]").click()
    seat.page.wait_for_url("**/results/*")
    expect(seat.page.locator(GIVEN_BACK)).to_have_text(seat.say("homework.handed_in"))


def choose(seat: Seat, place: Locator) -> None:
    place.focus()
    place.press("Enter")
    expect(place).to_have_attribute("aria-pressed", "true")


def hear(seat: Seat) -> None:
    with seat.page.expect_response("**/audio/*") as fetched:
        seat.page.keyboard.press("l")
    assert fetched.value.ok
    expect(seat.page.locator(".lf-playing")).to_have_count(1)


def overrule(seat: Seat, key: str, comment: str) -> None:
    seat.page.keyboard.press("c")
    seat.page.keyboard.type(comment)
    seat.page.keyboard.press("Escape")
    seat.page.keyboard.press(key)
    expect(seat.page.locator("[data-assessment] .mk-history").first).to_contain_text(comment)


def type_a_score(seat: Seat, value: int, comment: str) -> None:
    panel = seat.page.locator("[data-part=panel]")
    panel.locator("[name=value]").fill(str(value))
    panel.locator("[name=comment]").fill(comment)
    seat.press("marking.save")
    expect(seat.page.locator("[data-assessment] .mk-history").first).to_contain_text(comment)


def give_back(seat: Seat) -> None:
    seat.page.locator(RELEASE).click()
    expect(seat.page.locator(RELEASE)).to_have_count(0)


def give_all_back(seat: Seat, number: int) -> None:
    seat.page.get_by_role("button", name=open_catalogue(seat.language).count("marking.release_all", number)).click()
    expect(seat.page.get_by_role("status").first).to_have_text(
        open_catalogue(seat.language).count("marking.released_all", number)
    )


def see_feedback(seat: Seat, title: str, total: str, comments: Sequence[str] = ()) -> None:
    seat.page.goto("/homework")
    seat.follow("homework.see_feedback", title)
    expect(seat.page.locator(GIVEN_BACK)).to_have_text(seat.say("homework.given_back"))
    expect(seat.page.locator(".lh-total.lh-big strong")).to_have_text(total)
    expect(seat.page.locator(".lh-comment")).to_have_text(list(comments))


def hear_oneself(seat: Seat) -> None:
    with seat.page.expect_response("**/audio/*") as fetched:
        seat.press("recorder.listen")
    assert fetched.value.ok
    expect(seat.page.locator(".lf-playing")).to_have_count(1)


def save_table(seat: Seat, key: str) -> bytes:
    with seat.page.expect_download() as saved:
        seat.follow(key)
    return saved.value.path().read_bytes()


def see_who_listened(seat: Seat, teacher: str) -> None:
    seat.page.goto("/me")
    counted = seat.page.locator("dl.lc-counts div", has_text=seat.say("me.listened")).locator("dd")
    expect(counted).to_have_text("1")
    seat.page.get_by_text(seat.say("me.who_listened")).click()
    expect(seat.page.locator(".lc-listened li:visible")).to_contain_text(teacher)


def check_words(seat: Seat, text: str, unknown: str) -> None:
    seat.page.locator("#texts").fill(text)
    seat.press("assignments.check")
    expect(seat.page.locator(".as-guessed:visible")).to_contain_text(unknown)
    expect(seat.page.locator("#texts")).to_have_value(text)


def find_in_the_catalogue(seat: Seat, word: str) -> Locator:
    seat.page.locator("[data-search]").fill(word)
    return seat.page.locator(".as-unit[open] li:visible")


def add_learners(seat: Seat, lines: Sequence[str], corrected: Sequence[str]) -> None:
    """Paste a list, be told what is wrong with it, and paste another."""
    seat.follow("classes.add_learners")
    for list_ in (lines, corrected):
        seat.page.locator("#names").fill("\n".join(list_))
        seat.press("classes.check_list")
        if list_ is lines:
            expect(seat.page.locator(".as-problems li")).to_have_count(1)
    seat.page.get_by_role("button", name=str(len(corrected))).click()
    expect(seat.page.locator("input[name=person]")).to_have_count(len(corrected))


def print_links(seat: Seat, names: Sequence[str]) -> dict[str, str]:
    for name in names:
        seat.page.get_by_role("checkbox", name=name).check()
    seat.press("classes.print_links")
    cards = seat.page.locator(".as-link")
    expect(cards).to_have_count(len(names))
    return {card.locator("strong").inner_text(): card.locator("code").inner_text() for card in cards.all()}


def enter_by_link(seat: Seat, link: str) -> None:
    seat.page.goto(link)
    seat.press("account.link_button")
    seat.page.wait_for_url("**/me/consents*")


def delete_everything(seat: Seat) -> None:
    seat.page.goto("/me")
    pseudonym = seat.page.locator("dl.lc-facts dd").first.inner_text()
    seat.follow("me.delete_button")
    seat.page.locator("#name").fill(pseudonym)
    seat.press("me.delete_for_good")
    expect(seat.page.get_by_role("status").first).to_have_text(seat.say("account.deleted"))


def put_a_reason_aside(seat: Seat, name: str) -> None:
    seat.page.get_by_role("button", name=seat.say("overview.dismiss_of", name=name)).click()
    expect(seat.page.get_by_role("button", name=seat.say("overview.dismiss_of", name=name))).to_have_count(0)


def bring_totals_back(seat: Seat, table: bytes, before: str, after: str) -> None:
    """Send a changed table; nothing happens until what changes has been seen."""
    seat.page.locator("input[type=file]").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": table})
    seat.press("grades.look")
    expect(seat.page.locator("[aria-labelledby=gr-preview] tbody td.lc-number")).to_have_text([before, after])
    seat.press("grades.confirm")
    expect(seat.page.get_by_role("status").first).to_have_text(open_catalogue(seat.language).count("grades.done", 1))
