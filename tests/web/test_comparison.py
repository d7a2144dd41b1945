import dataclasses

import pytest

from speech.results import Assessment, Score, Verdict
from web.catalogue import LANGUAGES, open_catalogue
from web.components.comparison import ComparisonView, compare
from web.components.result import render_result

ENGLISH = open_catalogue("en")


def scored(assessment: Assessment, value: float | None, uncertainty: float = 5.0) -> Assessment:
    scores = dataclasses.replace(assessment.scores, overall=Score(value, uncertainty))
    return dataclasses.replace(assessment, scores=scores)


def judged(assessment: Assessment, verdict: Verdict, *, word: int = 1, position: int = 0) -> Assessment:
    """Give one sound another verdict."""
    words = list(assessment.words)
    phones = list(words[word].phones)
    phones[position] = dataclasses.replace(phones[position], verdict=verdict)
    words[word] = dataclasses.replace(words[word], phones=tuple(phones))
    return dataclasses.replace(assessment, words=tuple(words))


def seen(now: Assessment, before: Assessment) -> ComparisonView:
    view = compare(now, before, ENGLISH, clip="old")
    assert view is not None
    return view


def test_what_became_better_is_named(assessment: Assessment) -> None:
    view = seen(scored(judged(assessment, Verdict.GOOD), 84.0), scored(assessment, 71.0))
    assert view.better == ("/θ/ in “think”",)
    assert view.worse == ()
    assert view.headline == "Last time 71, now 84: better!"
    assert view.clip == "old"


def test_what_became_worse_is_named(assessment: Assessment) -> None:
    view = seen(scored(assessment, 60.0), scored(judged(assessment, Verdict.GOOD), 84.0))
    assert (view.better, view.worse) == ((), ("/θ/ in “think”",))
    assert view.headline.startswith("Last time 84, now 60. Listen")


@pytest.mark.parametrize(("now", "before"), [(Verdict.UNCLEAR, Verdict.WRONG), (Verdict.GOOD, Verdict.UNCLEAR)])
def test_what_was_not_clear_is_no_change(assessment: Assessment, now: Verdict, before: Verdict) -> None:
    view = seen(judged(assessment, now), judged(assessment, before))
    assert (view.better, view.worse) == ((), ())


def test_wrong_and_left_out_are_equally_far(assessment: Assessment) -> None:
    view = seen(judged(assessment, Verdict.MISSING), judged(assessment, Verdict.WRONG))
    assert (view.better, view.worse) == ((), ())


@pytest.mark.parametrize("change", [-9.9, 0.0, 9.9])
def test_a_change_within_the_doubt_is_none(assessment: Assessment, change: float) -> None:
    view = seen(scored(assessment, 70.0 + change), scored(assessment, 70.0))
    assert view.headline.endswith("about the same.")


@pytest.mark.parametrize("now", [70.0, 66.0])
def test_a_better_sound_is_never_answered_with_a_worse_headline(assessment: Assessment, now: float) -> None:
    view = seen(scored(judged(assessment, Verdict.GOOD), now), scored(assessment, 70.0))
    assert view.better
    assert view.headline.endswith("about the same.")


def test_a_small_rise_with_a_better_sound_is_better(assessment: Assessment) -> None:
    view = seen(scored(judged(assessment, Verdict.GOOD), 74.0), scored(assessment, 70.0))
    assert view.headline.endswith("better!")


@pytest.mark.parametrize(("now", "before"), [(None, 70.0), (70.0, None), (None, None)])
def test_without_two_scores_nothing_is_compared(
    assessment: Assessment, now: float | None, before: float | None
) -> None:
    assert compare(scored(assessment, now), scored(assessment, before), ENGLISH, clip="") is None


def test_words_said_in_another_way_are_not_compared(assessment: Assessment) -> None:
    think = assessment.words[1]
    other = dataclasses.replace(think, phones=(*think.phones[1:], think.phones[0]))
    words = (assessment.words[0], other, *assessment.words[2:])
    view = seen(judged(assessment, Verdict.GOOD), dataclasses.replace(assessment, words=words))
    assert (view.better, view.worse) == ((), ())


def test_at_most_four_places_are_named(assessment: Assessment) -> None:
    before = assessment
    for word, position in ((1, 0), (1, 1), (1, 2), (1, 3), (2, 0), (2, 1)):
        before = judged(before, Verdict.MISSING, word=word, position=position)
        assessment = judged(assessment, Verdict.GOOD, word=word, position=position)
    assert len(seen(assessment, before).better) == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_result_shows_it_with_a_way_to_hear_the_last_try(assessment: Assessment, language: str) -> None:
    catalogue = open_catalogue(language)
    now = scored(judged(assessment, Verdict.GOOD), 84.0)
    html = render_result(now, catalogue, attempt=2, clip="new", before=("old", assessment))
    assert catalogue.say("compare.up", before=71, now=84) in html
    assert 'data-act="hear-before" data-clip="old"' in html
    assert "lf-comparison" not in render_result(now, catalogue, attempt=1, clip="new")
