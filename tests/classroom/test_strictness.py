from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from school import NOW, WORDS, School, assess, parsed, phone

from classroom import assignments, marks, reviews, strictness
from classroom.assignments import Terms
from classroom.grid import grid
from classroom.marks import Mark
from classroom.strictness import as_shown, bend, of_mark, shown, total_of
from classroom.totals import recompute
from speech import verdicts
from speech.results import Assessment, Verdict, WordError

KINDS = ("gentle", "standard", "strict")
score = st.floats(0, 100)


def test_only_what_was_nearly_right_is_shown_otherwise() -> None:
    assert [shown(Verdict.NEARLY, kind) for kind in KINDS] == [Verdict.GOOD, Verdict.NEARLY, Verdict.WRONG]
    for verdict in set(Verdict) - {Verdict.NEARLY}:
        assert {shown(verdict, kind) for kind in KINDS} == {verdict}


@given(score, score)
def test_the_curve_rises_keeps_its_ends_and_orders_the_three(low: float, high: float) -> None:
    low, high = sorted((low, high))
    for kind in KINDS:
        assert bend(0.0, kind) == 0.0
        assert bend(100.0, kind) == pytest.approx(100.0)
        assert bend(low, kind) <= bend(high, kind)
        if high - low > 1e-3:
            assert bend(low, kind) < bend(high, kind)
    assert bend(low, "standard") == pytest.approx(low)
    assert bend(low, "strict") - 1e-9 <= low <= bend(low, "gentle") + 1e-9
    assert bend(bend(low, "strict"), "gentle") == pytest.approx(low, abs=1e-6)


def test_the_figures_in_the_words_are_those_of_the_curve() -> None:
    assert strictness.__doc__ is not None
    for kind in ("gentle", "strict"):
        assert f"counts as {bend(50, kind):.0f}" in strictness.__doc__


def test_marks_are_shown_by_the_limits_of_the_judge() -> None:
    for limit, below, above in (
        (verdicts.GOOD_FROM, Verdict.NEARLY, Verdict.GOOD),
        (verdicts.WRONG_BELOW, Verdict.WRONG, Verdict.NEARLY),
    ):
        assert (of_mark(limit - 0.01), of_mark(limit)) == (below, above)


def test_a_score_the_teacher_gave_is_not_bent() -> None:
    scores = {"overall": 50.0, "fluency": 50.0, "prosody": None}
    strict = Terms(title="x", strictness="strict", counted=("overall", "fluency"))
    assert total_of(scores, strict) == pytest.approx(bend(50, "strict"))
    assert total_of(scores, strict, given={"overall", "fluency"}) == 50.0
    assert total_of(scores, strict, given={"overall"}) == pytest.approx((50 + bend(50, "strict")) / 2)
    assert total_of(scores, replace(strict, counted=("prosody",))) is None


def nearly() -> Assessment:
    close = replace(phone("TH", 80.0), verdict=Verdict.NEARLY, said="T")
    word = replace(WORDS[0], phones=(phone("TH", 95.0), close))
    return replace(assess(WORDS), words=(word, *WORDS[1:]))


@pytest.mark.parametrize("kind", KINDS)
def test_verdicts_follow_and_nothing_else_changes(kind: assignments.Strictness) -> None:
    assessment = nearly()
    seen = as_shown(assessment, recompute(parsed(), {}), marks={}, strictness=kind)
    assert [one.verdict for one in seen.words[0].phones] == [Verdict.GOOD, shown(Verdict.NEARLY, kind)]
    assert seen.words[0].error is (WordError.MISPRONUNCIATION if kind == "strict" else WordError.NONE)
    assert seen.words[0].phones[1].score == 80.0
    assert seen.scores == assessment.scores


@pytest.mark.parametrize("kind", KINDS)
def test_a_teachers_mark_is_shown_as_it_is(kind: assignments.Strictness) -> None:
    marked = {("sound", "0.1"): 80.0, ("word", "2"): 90.0, ("score", "fluency"): 40.0, ("sound", "1.0"): 10.0}
    seen = as_shown(nearly(), recompute(parsed(), marked), marks=marked, strictness=kind)
    assert (seen.words[0].phones[1].verdict, seen.words[0].phones[1].score) == (Verdict.NEARLY, 80.0)
    assert seen.words[1].phones[0].verdict is Verdict.WRONG
    assert seen.words[1].error is WordError.MISPRONUNCIATION
    assert (seen.words[2].error, seen.words[2].score) == (WordError.NONE, 90.0)
    assert (seen.scores.fluency.value, seen.scores.fluency.uncertainty) == (40.0, 0.0)
    assert seen.scores.completeness.value == 100.0


def set_strictness(school: School, kind: assignments.Strictness) -> None:
    terms = replace(school.assignment.terms, strictness=kind)
    assignments.change(school.store, school.assignment.id, terms, by=school.teacher.id, now=NOW)


def test_strictness_changes_the_grid_at_any_time_and_back(school: School) -> None:
    attempt, _, assessed = school.hand_in()
    plain = totals_of(school, attempt.id)
    overall = assess(WORDS).scores.overall.value
    assert plain == (pytest.approx(overall / 2),) * 2
    for kind in ("strict", "gentle", "standard"):
        set_strictness(school, kind)
        assert totals_of(school, attempt.id) == (pytest.approx(bend(overall, kind) / 2),) * 2
    set_strictness(school, "strict")
    mark = Mark(level="score", place="overall", value=60)
    marks.overrule(school.store, assessed, mark, by=school.teacher.id, now=NOW)
    assert totals_of(school, attempt.id) == (30.0, 30.0)


def totals_of(school: School, submission_id: str) -> tuple[float | None, float | None]:
    """The total in the grid and the one on the marking page."""
    cell = grid(school.store, school.class_id, by=school.teacher.id).rows[0].cells[0]
    assert cell is not None
    return cell.total, reviews.review(school.store, submission_id, by=school.teacher.id).total
