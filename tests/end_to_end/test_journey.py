"""Several exercises in a row, and what a browser remembers of them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from learner import EXERCISE, TEXT, OpenPage, Picture, result, text_box, upload
from playwright.sync_api import FilePayload, Page, expect

from classroom.exercises import level_check

pytestmark = pytest.mark.end_to_end

_PROGRESS = "JSON.parse(localStorage['lafal.progress.1'])"
_FLOWING = re.compile(r"\blf-flowing\b")

Model = Callable[[Page, str], FilePayload]


@pytest.fixture
def model(address: str) -> Model:
    """Read a text aloud as the model voice does: a learner who says everything well."""

    def read(page: Page, text: str) -> FilePayload:
        example = page.request.get(f"{address}/api/v1/examples", params={"text": text}).json()
        sound = page.request.get(address + example["audio"]["wav"])
        return {"name": "model.wav", "mimeType": "audio/wav", "buffer": sound.body()}

    return read


def begin(page: Page, *exercises: str, kind: str = "flow") -> None:
    """Read on through these exercises only."""
    page.evaluate(
        "([kind, ids]) => document.dispatchEvent(new CustomEvent('lafal:begin', { detail: { kind, ids } }))",
        [kind, list(exercises)],
    )
    expect(page.locator("body")).to_have_class(_FLOWING)


def read_model(page: Page, model: Model, text: str) -> None:
    """Read the exercise at hand as the model does."""
    expect(text_box(page)).to_have_value(text)
    page.locator("#lf-file").set_input_files(model(page, text))


def test_reading_on_ends_with_a_summary(open_page: OpenPage, model: Model, planted: Path, picture: Picture) -> None:
    page = open_page()
    begin(page, "a1-three", EXERCISE)
    step = page.locator(".lf-journey [data-part=step]")
    expect(step).to_have_text("Reading on: 1 of 2")
    read_model(page, model, "I have three brothers.")
    expect(step).to_have_text("Reading on: 2 of 2")
    # No result between two exercises: the next one is there already.
    expect(text_box(page)).to_have_value(TEXT)
    expect(page.locator(".lf-result")).to_be_hidden()
    picture(page, "flow")
    upload(page, planted)
    summary = page.locator(".lf-summary")
    expect(summary).to_be_visible()
    expect(page.locator("body")).not_to_have_class(_FLOWING)
    expect(summary.locator("h2")).to_be_focused()
    assert 0 < int(summary.locator("[data-part=overall]").inner_text()) <= 100
    weak = summary.locator("li", has_text="/f/")
    expect(weak).to_contain_text("fish")
    expect(summary.locator("[data-part=readings] li")).to_have_count(2)
    picture(page, "summary")
    weak.get_by_role("button", name="Practise /f/").click()
    expect(summary).to_be_hidden()
    expect(page.locator("[data-part=trains]")).to_contain_text("/f/")


def test_a_reading_that_cannot_be_judged_is_read_again(open_page: OpenPage, model: Model, right: Path) -> None:
    page = open_page()
    begin(page, "b1-vision", EXERCISE)
    expect(text_box(page)).to_have_value("The usual television show was a real pleasure.")
    upload(page, right)
    result_or_message = page.locator(".lf-refusal, .lf-message")
    expect(result_or_message.first).to_be_attached()
    expect(page.locator(".lf-journey [data-part=step]")).to_have_text("Reading on: 1 of 2")
    # The learner must be told why nothing happened.
    expect(result_or_message.first).to_be_visible()


def test_the_level_check_tells_where_to_start(open_page: OpenPage, model: Model) -> None:
    page = open_page(is_new=True)
    page.locator("[data-shelf=level-check]").click()
    all_of_them = len(level_check())
    step = page.locator(".lf-journey [data-part=step]")
    expect(step).to_have_text(f"Level check: 1 of {all_of_them}")
    expect(page.locator("[data-part=welcome]")).to_be_hidden()
    read_model(page, model, level_check()[0].text)
    expect(step).to_have_text(f"Level check: 2 of {all_of_them}")
    page.locator(".lf-running [data-act=end]").click()
    summary = page.locator(".lf-summary")
    expect(summary.locator("[data-part=meaning]")).to_contain_text("Start with A1")
    assert page.evaluate(f"{_PROGRESS}.level") == "A1"
    summary.locator("[data-act=end]").click()
    expect(summary).to_be_hidden()


def test_a_journey_begins_where_one_is_and_can_be_left_at_once(open_page: OpenPage) -> None:
    page = open_page(place=f"/#{EXERCISE}")
    page.locator("[data-shelf=flow]").click()
    expect(text_box(page)).to_have_value(TEXT)
    expect(page.locator(".lf-journey [data-part=step]")).to_contain_text("1 of")
    page.locator(".lf-running [data-act=end]").click()
    expect(page.locator(".lf-journey")).to_be_hidden()
    expect(page.locator("body")).not_to_have_class(_FLOWING)


def test_progress_is_kept_and_forgotten(open_page: OpenPage, planted: Path, picture: Picture) -> None:
    page = open_page(place=f"/#{EXERCISE}", is_new=True)
    expect(page.locator(".lf-progress [data-part=total]")).to_be_empty()
    upload(page, planted)
    result(page)
    total = page.locator(".lf-progress [data-part=total]")
    expect(total).to_have_text(re.compile(r"^\d+ sounds practised$"))
    before = total.inner_text()
    page.reload()
    page.locator(".lf-shelf[data-ready]").wait_for()
    expect(total).to_have_text(before)
    page.locator(".lf-progress summary").click()
    first = page.locator(".lf-progress li").first
    expect(first).to_contain_text("/f/")
    expect(first).to_contain_text("1 time, today")
    picture(page, "progress")
    first.get_by_role("button", name="Practise /f/").click()
    expect(page.locator("[data-part=trains]")).to_contain_text("/f/")

    page.once("dialog", lambda dialog: dialog.dismiss())
    page.locator("[data-act=forget]").click()
    expect(total).to_have_text(before)
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("[data-act=forget]").click()
    expect(page.locator(".lf-progress [data-part=empty]")).to_be_visible()
    assert page.evaluate(f"{_PROGRESS}.sounds") == {}
    # Forgetting sounds is no reason to be greeted as a stranger.
    expect(page.locator("[data-part=welcome]")).to_be_hidden()


def test_a_greeting_is_answered_once(open_page: OpenPage) -> None:
    page = open_page(is_new=True)
    page.locator("[data-shelf=skip-check]").click()
    expect(page.locator("[data-part=welcome]")).to_be_hidden()
    page.reload()
    page.locator(".lf-shelf[data-ready]").wait_for()
    expect(page.locator("[data-part=welcome]")).to_be_hidden()


def test_a_broken_memory_does_not_break_the_page(open_page: OpenPage) -> None:
    page = open_page(before="localStorage['lafal.progress.1'] ??= 'not json'", is_new=True)
    for kept in ("null", "[]"):
        expect(page.locator("[data-act=record]")).to_be_visible()
        page.evaluate("kept => (localStorage['lafal.progress.1'] = kept)", kept)
        page.reload()
        page.locator(".lf-recorder[data-phase=idle]").wait_for()
    expect(page.locator("[data-act=record]")).to_be_visible()
