"""The pages of a class that has worked for weeks: marking with keys alone, and every page for everyone."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from axe import violations
from learner import DESKTOP, PHONE, Picture, Screen, scrolls_sideways, tab_to
from lesson import Seat, see_feedback
from playwright.sync_api import Page, expect
from prepared import Prepared

pytestmark = pytest.mark.end_to_end

NewPage = Callable[..., Page]

AT_DESKS = frozenset({"work-set", "roster", "one-learner", "tables", "people", "new-teacher", "person", "platforms"})
"""Pages whose parts, in dark, all stand on others too; on a phone only their width is looked at."""


def test_work_is_marked_with_keys_alone(desk: Seat, prepared: Prepared, new_page: NewPage) -> None:
    page = desk.page
    page.goto(f"{prepared.class_path}/marks")
    _walk_the_grid(page, prepared)
    page.wait_for_url(f"**/submissions/{prepared.submissions[2]}")
    keys = page.keyboard
    total = page.locator("[data-part=total]")
    expect(total).to_have_text("71")
    title = page.locator("[data-part=title]")
    keys.press("j")
    expect(title).to_contain_text("I")
    keys.press("j")
    expect(title).to_contain_text("think")
    keys.press("k")
    expect(title).not_to_contain_text("think")
    keys.press("j")
    keys.press("ArrowRight")
    expect(title).to_contain_text("θ")
    with page.expect_response("**/audio/*") as fetched:
        keys.press("l")
    assert fetched.value.ok
    value = page.locator("[data-part=panel] [name=value]")
    expect(value).to_have_value("18")
    keys.press("+")
    keys.press("+")
    keys.press("-")
    expect(value).to_have_value("23")
    history = page.locator("[data-assessment] .mk-history")
    expect(history).to_contain_text("18 → 23")
    keys.press("5")
    expect(history).to_contain_text("23 → 100")
    expect(page.locator("[aria-pressed=true]")).to_be_focused()
    keys.press("0")
    expect(history).to_contain_text("100 → 18")
    keys.press("c")
    keys.type("Tongue out!")
    keys.press("Enter")
    expect(history).to_contain_text("Tongue out!")
    keys.press("Escape")
    keys.press("n")
    page.wait_for_url(f"**/submissions/{prepared.submissions[3]}")
    page.go_back()
    page.locator("button[name=then][value=next]").press("Enter")
    page.wait_for_url(f"**/submissions/{prepared.submissions[3]}*")
    phone = new_page(screen=PHONE, locale="id")
    prepared.enter(phone, prepared.learners[0], now=datetime.now(UTC))
    see_feedback(Seat(phone, "id"), "Really", "71", ["Tongue out!"])


def _walk_the_grid(page: Page, prepared: Prepared) -> None:
    """With the arrows from cell to cell; one cell is in the order of the Tab key."""
    cells = page.locator("[data-cell]")
    expect(page.locator("[data-cell][tabindex='0']")).to_have_count(1)
    tab_to(page, "[data-cell]")
    expect(cells.first).to_be_focused()
    columns = page.locator(".mk-grid thead th").count() - 1
    for key, place in (
        ("ArrowRight", 1),
        ("ArrowDown", columns + 1),
        ("ArrowLeft", columns),
        ("End", 2 * columns - 1),
        ("Control+Home", 0),
    ):
        page.keyboard.press(key)
        expect(cells.nth(place)).to_be_focused()
    for key in ("ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
        expect(cells.first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-cell][tabindex='0']")).to_have_count(1)
    page.keyboard.press("Enter")


@pytest.mark.parametrize(("screen", "language"), [(DESKTOP, "en"), (PHONE, "id")], ids=["desktop", "phone"])
def test_no_page_shuts_anyone_out(
    new_page: NewPage, prepared: Prepared, picture: Picture, screen: Screen, language: str
) -> None:
    """At a desk they are light, on a phone dark; nothing there is wider than the screen."""
    page = new_page(screen=screen, locale=language)
    page.emulate_media(color_scheme="dark" if screen.phone else "light", reduced_motion="reduce")
    found: list[str] = []
    for person, paths in prepared.pages().items():
        page.context.clear_cookies()
        if person:
            prepared.enter(page, person, now=datetime.now(UTC))
        for name, path in paths.items():
            answer = page.goto(path)
            assert answer is not None and answer.ok, path
            assert page.evaluate("document.body.classList.contains('dark')") == screen.phone
            if not (screen.phone and name in AT_DESKS):
                found += [f"{path}: {one}" for one in violations(page)]
            found += [f"{path} is wider than the screen"] if scrolls_sideways(page) else []
            if os.environ.get("LAFAL_ALL_PICTURES"):
                picture(page, f"{name}-{language}")
    assert found == []
