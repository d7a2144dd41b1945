"""What the scripts of a class's pages do: setting work, choosing learners, going back to a platform, tables."""

import csv
import io
import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs

from learner import PHONE
from lesson import (
    Seat,
    add_learners,
    bring_totals_back,
    check_words,
    delete_everything,
    enter_by_link,
    find_in_the_catalogue,
    make_class,
    print_links,
    put_a_reason_aside,
    save_table,
)
from playwright.sync_api import Page, Route, expect
from prepared import Prepared
from pytest import mark

from classroom import courses, platforms
from classroom.courses import Outsider, Place
from web.lti import deep_linking
from web.lti.deep_linking import Question
from web.lti.messages import DEEP_LINK_CLAIM, DeepLink

pytestmark = mark.end_to_end

_PLATFORM = "https://moodle.example"

NewPage = Callable[..., Page]


def test_work_is_chosen_from_the_catalogue(desk: Seat, prepared: Prepared) -> None:
    page = desk.page
    page.goto(f"{prepared.class_path}/assignments/new")
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    expect(page.locator("#time_zone")).to_have_value(zone)
    check_words(desk, "She eats florbs.", "florbs")

    picked = page.locator("[data-picked]")
    expect(picked).to_be_hidden()
    found = find_in_the_catalogue(desk, "three brothers")
    expect(found).to_have_count(1)
    found.locator("input").check()
    expect(picked).to_have_text(desk.say("assignments.picked").replace("#", "1"))
    # What is ticked stays in sight, whatever is sought.
    find_in_the_catalogue(desk, "no such words")
    expect(page.locator(".as-unit li:visible")).to_have_count(1)
    find_in_the_catalogue(desk, "")
    _choose_kinds(page)
    page.locator("#title").fill("Brothers")
    page.locator("#texts").fill("")
    desk.press("assignments.set")
    page.get_by_role("link", name="Brothers").click()
    expect(page.locator("#texts")).to_be_empty()
    expect(page.locator("[name=exercise]:checked")).to_have_count(1)


def _choose_kinds(page: Page) -> None:
    """Each kind offers what fits it, in every level or in one."""
    units, shown = page.locator(".as-unit:visible"), page.locator(".as-unit:visible [data-number]")
    everything = units.count()
    page.locator("[name=kind][value=picture]").check()
    expect(page.locator("[data-for='sentences passage free dialogue']")).to_be_hidden()
    assert 0 < units.count() < everything
    page.locator("[name=kind][value=free]").check()
    expect(page.locator("[data-picker]")).to_be_hidden()
    expect(page.locator("#texts")).to_be_visible()
    page.locator("[name=kind][value=sentences]").check()
    assert units.count() == everything
    page.locator("select[data-level]").select_option("B2")
    expect(shown.first).not_to_have_text("0")
    assert 0 < units.count() < everything


def test_learners_are_added_chosen_and_let_in_by_links(desk: Seat, new_page: NewPage) -> None:
    page = desk.page
    page.goto("/classes")
    make_class(desk, "9C")
    add_learners(desk, ["Dewi", "Eka, no address"], ["Dewi", "Eka, eka@example.org"])
    everybody, told = page.locator("[data-all]"), page.locator("[data-chosen]")
    chosen = desk.say("classes.chosen")
    page.get_by_role("checkbox", name="Dewi").check()
    expect(told).to_have_text(chosen.replace("#", "1"))
    assert everybody.evaluate("(box) => box.indeterminate")
    everybody.check()
    expect(told).to_have_text(chosen.replace("#", "2"))
    everybody.uncheck()
    expect(told).to_have_text(chosen.replace("#", "0"))

    links = print_links(desk, ["Dewi", "Eka"])
    page.evaluate("window.print = () => (document.title = 'printed')")
    desk.press("classes.print")
    expect(page).to_have_title("printed")
    assert set(links) == {"Dewi", "Eka"}
    phone = Seat(new_page(screen=PHONE, locale="id"), "id")
    enter_by_link(phone, links["Dewi"])
    delete_everything(phone)
    desk.follow("classes.back_to_class")
    expect(page.locator("input[name=person]")).to_have_count(1)


def test_totals_go_out_and_come_back_and_a_reason_is_put_aside(desk: Seat, prepared: Prepared) -> None:
    page = desk.page
    page.goto(f"{prepared.class_path}/overview")
    put_a_reason_aside(desk, "Cici")
    desk.follow("overview.tables")
    lines = list(csv.reader(io.StringIO(save_table(desk, "grades.csv").decode("utf-8-sig"))))
    [budi] = [line for line in lines if line[0] == "Budi"]
    budi[4] = "88"
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    bring_totals_back(desk, text.getvalue().encode(), "71.0", "88.0")


def test_a_choice_goes_back_to_the_platform_by_itself(desk: Seat, prepared: Prepared) -> None:
    now, store = datetime.now(UTC), prepared.store
    details = platforms.Details(
        name="Moodle",
        issuer=_PLATFORM,
        client_id="lafal",
        deployments=("7",),
        auth_url=f"{_PLATFORM}/auth",
        token_url=f"{_PLATFORM}/token",
        jwks_url=f"{_PLATFORM}/keys",
    )
    platform = platforms.register(store, details, by=prepared.admin.id, now=now)
    arrived = courses.arrive(
        store,
        platform.id,
        Outsider(subject="teacher", role="teacher", name="Bu Sari"),
        place=Place(deployment_id="7", context_id="course", title="English 9A"),
        now=now,
    )
    question = Question(
        platform_id=platform.id,
        deployment_id="7",
        course_id=arrived.course_id or "",
        class_id=arrived.class_id or "",
        person_id=arrived.session.person.id,
        link=DeepLink(return_url=f"{_PLATFORM}/back", data="kept", accepts_columns=True),
    )
    prepared.enter(desk.page, arrived.session.person, now=now)
    # A tab that is not watched: this page leaves for the platform, which answers here.
    tab, sent = desk.page.context.new_page(), list[str]()

    def take(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.fulfill(body="Thank you.", content_type="text/html")

    tab.route(f"{_PLATFORM}/**", take)
    tab.goto(f"/lti/choose?question={deep_linking.ask(store, question, now=now)}")
    tab.locator("[name=title]").fill("Ships")
    tab.locator("[name=sentences]").fill("Three ships.")
    tab.get_by_role("button", name=desk.say("lti.use")).click()
    tab.wait_for_url(f"{_PLATFORM}/back")
    [token] = parse_qs(sent[0])["JWT"]
    said = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
    assert [item["title"] for item in said[f"{DEEP_LINK_CLAIM}content_items"]] == ["Ships"]
    assert len(sent) == 1
