"""A class from its first minute to the learner's feedback: a teacher at a desk, three learners on phones."""

import csv
import io
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from learner import DESKTOP, PHONE, RECORD_MS, TEXT, Picture
from playwright.sync_api import Page, expect

from classroom import accounts, people
from classroom.people import Identity, NewPerson
from classroom.store import Store
from web.catalogue import Catalogue, open_catalogue

pytestmark = pytest.mark.end_to_end

PASSWORD = "correct horse battery"
_TWO_MINUTES_S = 120
_COMMENT = "/f/: teeth on the lip."

NewPage = Callable[..., Page]


@dataclass(frozen=True)
class Room:
    """What the people of this test share."""

    say: Catalogue
    language: str
    name: str
    work: str


ROOM = Room(open_catalogue("id"), "id", "9A", "Fish")
"""The teacher's desk is in Indonesian, as are two of the phones."""

LEARNERS = {"Ani": ("id", "planted", "over"), "Budi": ("en", "right", "over"), "Cici": ("id", "right", "under")}
"""Language of the phone, what it hears, and whether a guardian has to agree."""


@pytest.fixture
def teacher(data_folder: Path, address: str) -> str:
    """A teacher's login; the account is what an admin would have made."""
    now, login = datetime.now(UTC), "sari"
    store = Store.open("", data_folder)
    new = NewPerson(role="teacher", language=ROOM.language, identity=Identity(name="Bu Sari"))
    made = people.create(store, new, by=people.OPERATOR, now=now)
    accounts.set_password(store, made.id, PASSWORD, login=login, by=people.OPERATOR, now=now)
    store.close()
    return login


def sign_in(page: Page, login: str, room: Room) -> None:
    page.goto("/home")
    page.locator("#login").fill(login)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name=room.say.say("account.sign_in")).click()
    page.wait_for_url("**/classes")


def make_class(page: Page, room: Room) -> None:
    page.locator("#name").fill(room.name)
    page.get_by_role("button", name=room.say.say("classes.create")).click()
    expect(page.locator("h1")).to_have_text(room.name)


def set_work(page: Page, room: Room) -> None:
    page.get_by_role("link", name=room.say.say("classes.new_work")).click()
    page.locator("#title").fill(room.work)
    page.locator("#texts").fill(TEXT)
    page.get_by_role("button", name=room.say.say("assignments.set"), exact=True).click()
    page.wait_for_url("**/classes/*")


def make_code(page: Page, room: Room) -> str:
    page.get_by_role("button", name=room.say.say("classes.make_code")).click()
    code = page.locator(".as-board-code").inner_text()
    page.get_by_role("link", name=room.say.say("classes.back_to_class")).click()
    return code


def join(page: Page, code: str, name: str, room: Room, *, age: str) -> None:
    page.goto("/join")
    page.locator("#code").fill(code.lower())
    page.locator("#name").fill(name)
    page.locator(f"input[name=age][value={age}]").check()
    page.get_by_role("button", name=room.say.say("account.join_button")).click()
    page.wait_for_url("**/me/consents*")


def agree(page: Page, room: Room) -> None:
    for purpose in ("practice", "teacher_listens"):
        page.locator(f"#{purpose}").get_by_role("button", name=room.say.say("me.give")).click()
        expect(page.locator(f"#{purpose} .lc-badge")).to_have_attribute("data-tone", "good")


def record_and_hand_in(page: Page, room: Room) -> None:
    page.goto("/homework")
    page.get_by_role("link", name=f"{room.say.say('homework.begin')}: {room.work}").click()
    button = page.locator("[data-act=record]")
    button.click()
    expect(page.locator("[data-part=recorder]")).to_have_attribute("data-phase", "recording")
    page.wait_for_timeout(RECORD_MS)
    button.click()
    expect(page.locator("[data-part=kept]")).to_have_attribute("data-state", "kept")
    page.locator("[data-act=hand-in]").click()
    page.wait_for_url("**/results/*")
    expect(page.locator(".lh-outcome h2")).to_have_text(room.say.say("homework.handed_in"))


def test_a_class_works_from_the_code_on_the_board_to_the_feedback(
    new_page: NewPage, teacher: str, microphone: Callable[[str], Path], picture: Picture
) -> None:
    room = ROOM
    desk = new_page(screen=DESKTOP, locale=room.language)
    began_s = time.monotonic()
    sign_in(desk, teacher, room)
    make_class(desk, room)
    set_work(desk, room)
    code = make_code(desk, room)
    assert time.monotonic() - began_s < _TWO_MINUTES_S
    picture(desk, "class")

    phones: dict[str, Page] = {}
    rooms = {name: replace(room, say=open_catalogue(language)) for name, (language, _, _) in LEARNERS.items()}
    for name, (language, voice, age) in LEARNERS.items():
        phones[name] = new_page(microphone(voice), screen=PHONE, locale=language)
        phones[name].on("dialog", lambda dialog: dialog.accept())
        join(phones[name], code, name, rooms[name], age=age)
    for name in ("Ani", "Budi"):
        agree(phones[name], rooms[name])
    # Cici may not agree alone; the teacher holds the form that a guardian signed.
    expect(phones["Cici"].get_by_role("button", name=room.say.say("me.give"))).to_have_count(0)
    desk.reload()
    desk.get_by_role("checkbox", name="Cici").check()
    desk.on("dialog", lambda dialog: dialog.accept())
    desk.get_by_role("button", name=room.say.say("classes.record_consent")).click()
    expect(desk.locator("tr", has_text="Cici").locator(".lc-badge[data-tone=good]")).to_have_count(2)
    for name, page in phones.items():
        record_and_hand_in(page, rooms[name])
    picture(phones["Ani"], "handed-in")

    desk.goto(f"{desk.url.split('?')[0]}/marks")
    expect(desk.locator("a[href^='/submissions/']")).to_have_count(3)
    picture(desk, "marks")
    desk.locator("tr", has_text="Ani").locator("a[href^='/submissions/']").click()
    before = desk.locator("[data-part=total]").inner_text()
    picture(desk, "marking")
    overrule(desk)
    expect(desk.locator(".mk-history")).to_contain_text(_COMMENT)
    after = desk.locator("[data-part=total]").inner_text()
    assert int(after) > int(before)
    release = "button[name=then][value=stay]"
    desk.locator(release).click()
    expect(desk.locator(release)).to_have_count(0)

    # Given back is Ani's work alone; what the learner sees is what the teacher said.
    ani, budi = phones["Ani"], phones["Budi"]
    ani.reload()
    expect(ani.locator(".lh-outcome h2")).to_have_text(room.say.say("homework.given_back"))
    expect(ani.locator(".lh-comment").first).to_have_text(_COMMENT)
    assert ani.locator(".lh-total.lh-big strong").inner_text() == after
    picture(ani, "given-back")
    budi.reload()
    expect(budi.locator(".lh-outcome h2")).to_have_text(rooms["Budi"].say.say("homework.handed_in"))
    assert total_in_export(desk, "Ani") == pytest.approx(float(after), abs=0.5)


def overrule(desk: Page) -> None:
    """With the keyboard: the worst sound of "fish" is good after all, and why."""
    sound = desk.get_by_role("group", name="fish", exact=True).locator("button.mk-sound").first
    sound.focus()
    sound.press("Enter")
    sound.press("c")
    desk.keyboard.type(_COMMENT)
    desk.keyboard.press("Escape")
    desk.keyboard.press("5")


def total_in_export(desk: Page, name: str) -> float:
    """Download the class's grades and read somebody's total of the one assignment."""
    address = desk.locator("a[href*='/classes/']").first.get_attribute("href") or ""
    class_path = "/".join(address.split("/")[:3])
    answer = desk.request.get(f"{class_path}/grades.csv")
    rows = list(csv.reader(io.StringIO(answer.text().removeprefix("\ufeff"))))
    [line] = [row for row in rows if row[0] == name]
    numbers = [cell for cell in line if cell.replace(".", "", 1).replace(",", "", 1).isdigit()]
    return float(numbers[0].replace(",", "."))
