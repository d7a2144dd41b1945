"""Choosing what to say, saying it again, and one word alone."""

from pathlib import Path

import pytest
from learner import (
    DESKTOP,
    EXERCISE,
    PHONE,
    TEXT,
    OpenPage,
    Picture,
    Screen,
    detail,
    heard_s,
    ready,
    result,
    text_box,
    upload,
    watch_player,
    word,
)
from playwright.sync_api import expect

pytestmark = pytest.mark.end_to_end


def test_a_pair_and_a_word_are_drilled_and_the_sentence_comes_back(open_page: OpenPage, planted: Path) -> None:
    page = open_page(place=f"/#{EXERCISE}")
    upload(page, planted)
    result(page)
    first = detail(page).locator(".lf-pair").first
    spoken = [chip.inner_text().strip() for chip in first.locator("[data-say]").all()]
    first.locator("[data-practise]").click()
    expect(text_box(page)).to_have_value(", ".join(spoken))
    word(page, "fish").locator(".lf-word-head").click()
    expect(detail(page).locator("h3")).to_contain_text("“fish”:")
    detail(page).get_by_role("button", name="Practise “fish” alone").click()
    expect(text_box(page)).to_have_value("fish")
    expect(page.locator("[data-act=record]")).to_be_focused()
    back = page.locator("[data-shelf=back]")
    back.click()
    expect(text_box(page)).to_have_value(TEXT)
    expect(back).to_be_hidden()


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=lambda screen: screen.name)
def test_every_sound_and_word_opens(open_page: OpenPage, planted: Path, screen: Screen) -> None:
    page = open_page(screen=screen, place=f"/#{EXERCISE}")
    upload(page, planted)
    result(page)
    for written in ("rice", "She", "and", "eats"):
        for opener in (".lf-sound", ".lf-word-head"):
            word(page, written).locator(opener).first.click()
            expect(detail(page)).to_have_count(1)
            expect(detail(page).locator("h3")).to_contain_text(f"“{written.lower()}”", ignore_case=True)
            expect(page.locator("[aria-expanded=true][aria-controls=lf-panel]")).to_have_count(1)
        # On a phone the panel stands below the word that was touched, on a wide screen beside the sentence.
        panel, card = page.locator(".lf-panel").bounding_box(), word(page, written).bounding_box()
        assert panel is not None and card is not None
        assert (
            (panel["y"] >= card["y"] + card["height"]) if screen is PHONE else (panel["x"] >= card["x"] + card["width"])
        )


def test_a_second_try_is_compared_with_the_last(
    open_page: OpenPage, planted: Path, right: Path, picture: Picture
) -> None:
    page = open_page(place=f"/#{EXERCISE}")
    upload(page, planted)
    result(page, attempt=1)
    expect(page.locator(".lf-comparison")).to_have_count(0)
    score = page.locator(".lf-ring strong").inner_text()
    upload(page, right)
    result(page, attempt=2)
    comparison = page.locator(".lf-comparison")
    expect(comparison).to_contain_text(f"Last time {score}, now {page.locator('.lf-ring strong').inner_text()}")
    expect(comparison.locator(".lf-good")).to_contain_text("/f/ in “fish”")
    watch_player(page)
    comparison.get_by_role("button", name="Hear the last try").click()
    assert heard_s(page, number=1)[0][0] > 2
    picture(page, "comparison")
    # Another text has nothing to be compared with.
    text_box(page).fill("fish")
    ready(page).click()
    result(page, attempt=3)
    expect(page.locator(".lf-comparison")).to_have_count(0)


def test_units_and_exercises_are_turned(open_page: OpenPage) -> None:
    page = open_page()
    chip = page.locator(".lf-unit[data-unit=th]")
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".lf-unit[aria-pressed=true]")).to_have_count(1)
    expect(text_box(page)).to_have_value("think")
    place = page.locator("[data-part=place]")
    expect(place).to_have_text("1 / 34")
    expect(page.locator("[data-part=trains]")).to_contain_text("/θ/")
    page.locator("[data-shelf=next]").click()
    expect(text_box(page)).to_have_value("mother")
    assert page.evaluate("location.hash") == "#th-mother"
    for _ in range(2):
        page.locator("[data-shelf=previous]").click()
    expect(place).to_have_text("34 / 34")


def test_a_link_opens_its_exercise(open_page: OpenPage) -> None:
    page = open_page(place=f"/#{EXERCISE}")
    expect(text_box(page)).to_have_value(TEXT)
    page.evaluate("location.hash = '#a1-three'")
    expect(text_box(page)).to_have_value("I have three brothers.")
    page.evaluate("location.hash = '#nowhere'")
    expect(text_box(page)).to_have_value("I have three brothers.")


def test_a_picture_asks_for_a_word(open_page: OpenPage, picture: Picture) -> None:
    page = open_page(place="/#pic-fish")
    shown = page.locator("[data-part=picture]")
    expect(shown).to_be_visible()
    assert page.locator("[data-part=image]").evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    # The picture gives nothing away: neither the word nor a description of it.
    expect(text_box(page)).to_be_hidden()
    assert "fish" not in (page.locator("[data-part=image]").get_attribute("alt") or "").lower()
    picture(page, "picture")
    peek = page.locator("[data-shelf=peek]")
    peek.click()
    expect(text_box(page)).to_have_value("fish")
    expect(text_box(page)).to_be_visible()
    peek.click()
    expect(text_box(page)).to_be_hidden()
    page.locator("[data-shelf=next]").click()
    expect(page.locator("[data-part=image]")).not_to_have_attribute("src", "/pictures/fish.svg")
    page.locator("[data-shelf=own]").click()
    expect(shown).to_be_hidden()
    expect(text_box(page)).to_be_visible()


def test_a_partner_speaks_first(open_page: OpenPage, picture: Picture) -> None:
    page = open_page(place="/#meet-1")
    prompt = page.locator("[data-part=prompt]")
    expect(prompt).to_be_visible()
    expect(page.locator("[data-part=line]")).not_to_be_empty()
    expect(text_box(page)).to_have_value("Hi, I'm Maya. Nice to meet you.")
    watch_player(page)
    page.locator("[data-shelf=prompt]").click()
    assert heard_s(page, number=1)[0][0] > 0.4
    picture(page, "dialogue")
    page.locator("[data-shelf=own]").click()
    expect(prompt).to_be_hidden()


def test_a_sentence_of_ones_own(open_page: OpenPage, right: Path) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-shelf=own]").click()
    expect(text_box(page)).to_have_value("")
    expect(text_box(page)).to_be_focused()
    page.keyboard.type("fish and")
    expect(text_box(page)).to_have_value("fish and")
    page.locator("[data-shelf=own]").click()
    page.evaluate("text => navigator.clipboard.writeText(text)", f"{TEXT} 🙂")
    page.keyboard.press("Control+V")
    upload(page, right)
    expect(result(page)).to_have_attribute("data-text", f"{TEXT} 🙂")


def test_a_result_is_shared(open_page: OpenPage, right: Path) -> None:
    page = open_page(place=f"/#{EXERCISE}", before="delete Navigator.prototype.share")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    upload(page, right)
    result(page)
    page.locator("[data-act=share]").click()
    expect(page.locator("#lf-announcer")).to_contain_text("Copied")
    shared = page.evaluate("navigator.clipboard.readText()")
    assert TEXT in shared and page.locator(".lf-ring strong").inner_text() in shared
