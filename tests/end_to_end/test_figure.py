"""The picture of a reading."""

import re
from pathlib import Path

import pytest
from learner import DESKTOP, EXERCISE, PHONE, OpenPage, Picture, Screen, detail, result, scrolls_sideways, upload
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.end_to_end

_DRAWN_WITHIN_MS = 150
_INK = """(canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 20, canvas.width, 96);
    const colours = new Set();
    for (let at = 0; at < data.length; at += 4) if (data[at + 3]) colours.add(data.slice(at, at + 4).join());
    return [colours.size, data.reduce((sum, value) => (sum * 31 + value) % 1000003, 7)];
}"""


def ink(canvas: Locator) -> tuple[int, int]:
    """Count the colours in the band of the waveform, and give a check sum of it."""
    colours, mark = canvas.evaluate(_INK)
    return colours, mark


def slowest_ms(page: Page) -> float:
    """Tell how long the slowest drawing took."""
    return page.evaluate("Math.max(...performance.getEntriesByName('lafal:figure').map((one) => one.duration))")


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=lambda screen: screen.name)
def test_the_reading_is_drawn(open_page: OpenPage, planted: Path, picture: Picture, screen: Screen) -> None:
    page = open_page(screen=screen, place=f"/#{EXERCISE}")
    upload(page, planted)
    result(page)
    canvas = page.locator(".lf-canvas canvas")
    page.wait_for_function("performance.getEntriesByName('lafal:figure').length > 0")
    assert slowest_ms(page) < _DRAWN_WITHIN_MS
    colours, wave = ink(canvas)
    assert colours >= 3
    expect(canvas).to_have_attribute("aria-label", re.compile("^Picture of your reading"))
    assert not scrolls_sideways(page)

    spectrum = page.locator("[data-act=spectrum]")
    spectrum.click()
    expect(spectrum).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("performance.getEntriesByName('lafal:figure').length > 1")
    colours, spectrogram = ink(canvas)
    assert colours > 50 and spectrogram != wave
    picture(page, "spectrogram")
    spectrum.click()
    expect(spectrum).to_have_attribute("aria-pressed", "false")
    page.wait_for_function("performance.getEntriesByName('lafal:figure').length > 3")
    assert ink(canvas)[1] == wave


def test_the_models_melody_joins_and_a_word_in_the_figure_opens(open_page: OpenPage, right: Path) -> None:
    page = open_page(place=f"/#{EXERCISE}")
    upload(page, right)
    result(page)
    # Drawn once at once, and once more when the model voice has come.
    page.wait_for_function("performance.getEntriesByName('lafal:figure').length > 1")
    assert slowest_ms(page) < _DRAWN_WITHIN_MS
    canvas = page.locator(".lf-canvas canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    canvas.click(position={"x": box["width"] - 90, "y": 130})
    expect(detail(page).locator("h3")).to_contain_text("“rice”:")
