import dataclasses
import json
from types import MappingProxyType

import pytest
from fabricated import reading, said, word
from hypothesis import given, settings
from hypothesis import strategies as st
from markup import Page

from speech.results import Assessment, Pause, Quality, Score, Syllable, Verdict, WordError
from web.catalogue import Catalogue, open_catalogue
from web.components.result import render_empty, render_result, summarise
from web.components.views import view_words

ENGLISH = open_catalogue("en")


def render(assessment: Assessment, catalogue: Catalogue = ENGLISH) -> Page:
    return Page(render_result(assessment, catalogue, attempt=3, clip="clip"))


def test_every_sound_is_a_button_with_shape_text_and_name(assessment: Assessment) -> None:
    page = render(assessment)
    sounds = page.all("lf-sound")
    expected = sum(len(one.phones) + len(one.insertions) for one in assessment.words)
    assert len(sounds) == expected
    buttons = [found for tag, found in page.elements if tag == "button"]
    assert all(sound in buttons for sound in sounds)
    assert len(page.all("lf-label")) == expected
    assert any(sound["aria-label"] == "θ work on it, heard t" for sound in sounds)


def test_each_verdict_has_its_own_shape_and_label() -> None:
    labels = {ENGLISH.say(f"verdict.{verdict}") for verdict in (*Verdict, "extra")}
    assert len(labels) == 6
    html = render_result(reading(), ENGLISH, attempt=1, clip="")
    drawings = {part.split("</svg>")[0] for part in html.split('<svg class="lf-shape"')[1:]}
    assert len(drawings) == 6


def test_the_first_thing_worth_fixing_is_opened(assessment: Assessment) -> None:
    page = render(assessment)
    (section,) = page.all("lf-result")
    keys = {sound["data-key"]: sound for sound in page.all("lf-sound")}
    first = keys[section["data-first"]]
    assert set((first["class"] or "").split()) & {"lf-wrong", "lf-missing", "lf-nearly", "lf-extra"}
    assert len(page.all("lf-priority")) in {1, 2, 3}
    assert {button["data-open"] for button in page.all("lf-priority")} <= set(keys)


def test_expected_heard_and_sureness_are_said(assessment: Assessment) -> None:
    texts = render(assessment).texts
    assert "We expected /θ/ in “think” and heard /t/." in texts
    assert "We are sure of what we heard (86 %)." in texts


def test_a_missing_score_gives_its_reason_and_no_number(assessment: Assessment) -> None:
    page = render(assessment)
    assert ENGLISH.say("reason.too_few_syllables") in page.texts
    assert "None" not in " ".join(page.texts)


def test_quality_warnings_are_shown_even_unknown_ones(assessment: Assessment) -> None:
    warned = dataclasses.replace(assessment, quality=Quality(3.0, 0.2, -40.0, 1.0, 2.0, ("clipped", "newly_invented")))
    texts = render(warned).texts
    assert ENGLISH.say("warning.clipped") in texts and ENGLISH.say("warning.other") in texts


@pytest.mark.parametrize("off_script", ["other_text", "not_speech", "newly_invented", None])
def test_no_score_is_shown_where_none_is_given(assessment: Assessment, off_script: str | None) -> None:
    page = render(dataclasses.replace(assessment, off_script=off_script, abstained=True, words=()))
    assert page.all("lf-refusal") and not page.all("lf-scores") and not page.all("lf-priority")


def test_a_perfect_reading_is_praised(assessment: Assessment) -> None:
    perfect = dataclasses.replace(assessment, words=(word("I", [said("AY")], start=0),), text="I")
    page = render(perfect)
    assert page.all("lf-praise") and not page.all("lf-priority")
    assert summarise(perfect, view_words(perfect, ENGLISH), ENGLISH).endswith("Every sound was good.")


@pytest.mark.parametrize("value", [0.2, 100.4])
def test_scores_stay_within_0_and_100(assessment: Assessment, value: float) -> None:
    odd = dataclasses.replace(assessment, scores=dataclasses.replace(assessment.scores, overall=Score(value, 1.0)))
    assert str(min(100, max(0, round(value)))) in render(odd).texts


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>&\"'${}`{{/script>a "), min_size=1))
def test_the_learners_text_can_never_become_markup(text: str) -> None:
    base = reading()
    nasty = dataclasses.replace(base.words[0], text=text, char_start=0, char_end=len(text))
    page = render(dataclasses.replace(base, text=text, words=(nasty,)))
    calm = render(
        dataclasses.replace(base, text="x" * len(text), words=(dataclasses.replace(nasty, text="x" * len(text)),))
    )
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in calm.elements} | {"span"}
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


def test_every_sentence_comes_from_the_catalogue(assessment: Assessment) -> None:
    """With every string in brackets, whatever stands without them was written into the page."""
    marked = Catalogue("en", MappingProxyType({key: f"⟦{text}⟧" for key, text in ENGLISH.strings.items()}))
    page = render(assessment, marked)
    ours = {part for one in assessment.words for part in (one.text, *(p.ipa for p in one.phones))}
    loose = [
        text
        for text in page.texts + Page(render_empty(marked)).texts
        if "⟦" not in text and text.strip(" /,!–") not in ours and any(letter.isalpha() for letter in text)
    ]
    advice = " ".join(render_result(assessment, ENGLISH, attempt=3, clip="clip").split())
    # What remains is advice of speech.feedback, which translates itself, and other sounds' IPA.
    assert all(text in advice for text in loose)
    assert not [text for text in loose if text in ENGLISH.strings.values()]


def test_the_scripts_get_what_they_draw_and_remember(assessment: Assessment) -> None:
    (section,) = render(assessment).all("lf-result")
    assert (section["data-attempt"], section["data-clip"], section["data-text"]) == ("3", "clip", assessment.text)
    assert json.loads(section["data-report"] or "")["overall"] == 71
    assert len(json.loads(section["data-figure"] or "")["words"]) == 5
    assert assessment.text in (section["data-share"] or "")


def test_every_word_and_sound_opens_a_panel_of_its_own(assessment: Assessment) -> None:
    page = render(assessment)
    openers = [found["data-key"] for css in ("lf-word-head", "lf-sound") for found in page.all(css)]
    panels = [found["data-key"] for found in page.all("lf-detail")]
    assert sorted(filter(None, openers)) == sorted(filter(None, panels))
    assert all("hidden" in found for found in page.all("lf-detail"))
    assert all(found["aria-controls"] == "lf-panel" for css in ("lf-word-head", "lf-sound") for found in page.all(css))


def test_a_mouth_for_what_was_expected_and_one_for_what_was_heard(assessment: Assessment) -> None:
    slots = [found["data-mouth"] for found in render(assessment).all("lf-mouth-slot")]
    # "think": θ beside t; the vowel after it was right and needs but one.
    assert slots[slots.index("TH") : slots.index("TH") + 3] == ["TH", "T", "IH"]


def test_a_word_added_has_no_model_and_is_not_practised(assessment: Assessment) -> None:
    added = dataclasses.replace(word("ʌm", [said("AH")], start=2), char_end=2, error=WordError.INSERTION)
    page = render(dataclasses.replace(assessment, text="", words=(added,)))
    hears = {found["data-hear"] for _, found in page.elements if "data-hear" in found}
    assert hears == {"mine"}
    assert not [found for _, found in page.elements if "data-practise" in found]


def test_pairs_can_be_heard_and_tried(assessment: Assessment) -> None:
    elements = [found for _, found in render(assessment).elements]
    said_words = [found["data-say"] for found in elements if "data-say" in found]
    tried = [found["data-practise"] or "" for found in elements if "lf-chip-try" in (found.get("class") or "")]
    assert said_words and ", ".join(str(one) for one in said_words).startswith(tried[0])


def test_the_figure_is_described(assessment: Assessment) -> None:
    (canvas,) = [found for tag, found in render(assessment).elements if tag == "canvas"]
    assert canvas["aria-label"] == "Picture of your reading: 5 words in 2.4 seconds."
    assert assessment.rhythm is not None
    paused = dataclasses.replace(assessment.rhythm, pauses=(Pause(0.6, 0.9), Pause(1.2, 1.5)))
    (canvas,) = [
        found for tag, found in render(dataclasses.replace(assessment, rhythm=paused)).elements if tag == "canvas"
    ]
    assert (canvas["aria-label"] or "").endswith("There are 2 pauses.")


def test_stress_is_told(assessment: Assessment) -> None:
    heard = (Syllable(0, 2, 1, False, 1.38, 1.5), Syllable(2, 4, 0, True, 1.5, 1.74))
    really = dataclasses.replace(assessment.words[4], syllables=heard)
    texts = " ".join(render(dataclasses.replace(assessment, words=(*assessment.words[:4], really))).texts)
    assert ENGLISH.say("stress.wrong", syllable="ɹi") in texts
    assert ENGLISH.say("stress.right", syllable="ɹi") not in texts
