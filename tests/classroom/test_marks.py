import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from school import NOW, WORDS, School, assess, document, parsed, takes_of, word
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from classroom import assessments, assignments, homework, marks, submissions
from classroom.errors import InvalidDetail, NotAllowed, NotFound
from classroom.grid import grid
from classroom.marks import Mark
from classroom.totals import SCORES, place_exists, recompute, total
from speech.results import WordError
from speech.sentence import sentence_scores

score = st.floats(0, 100)
said = st.lists(st.one_of(st.none(), score), min_size=1, max_size=4).map(tuple)


def values(words: tuple) -> dict[str, float | None]:
    scores = assess(words).scores
    return {name: getattr(scores, name).value for name in SCORES}


@given(st.lists(said, min_size=1, max_size=5))
def test_without_marks_nothing_changes(words: list[tuple[float | None, ...]]) -> None:
    spoken = tuple(word("w", scores) for scores in words)
    totals = recompute(parsed(spoken), {})
    assert totals.scores == pytest.approx(values(spoken), nan_ok=True)
    assert list(totals.words) == pytest.approx([one.score for one in spoken])


@given(st.lists(st.lists(score, min_size=1, max_size=4).map(tuple), min_size=1, max_size=5), st.data())
def test_marking_sounds_counts_as_if_they_had_been_heard_so(
    words: list[tuple[float, ...]], data: st.DataObject
) -> None:
    before = tuple(word("w", scores) for scores in words)
    marked = {}
    after = []
    for index, scores in enumerate(words):
        new = list(scores)
        for number in range(len(scores)):
            if data.draw(st.booleans()):
                new[number] = data.draw(score)
                marked["sound", f"{index}.{number}"] = new[number]
        after.append(word("w", tuple(new)))
    totals = recompute(parsed(before), marked)
    assert list(totals.words) == pytest.approx([one.score for one in after], abs=1e-6)
    assert totals.scores == pytest.approx(values(tuple(after)), abs=1e-6)


def test_a_word_that_was_heard_after_all_counts_as_said() -> None:
    totals = recompute(parsed(), {("word", "2"): 80.0})
    assert totals.words == (70.0, 80.0, 80.0)
    assert totals.scores["completeness"] == 100.0
    # Four sounds of the others at 75, one of this word at 80.
    assert totals.scores["accuracy"] == pytest.approx(76.0)
    original = values(WORDS)
    assert original["completeness"] == pytest.approx(200 / 3)
    assert totals.scores["overall"] == pytest.approx(original["overall"] * 1.5 * 76 / 75)


def test_a_score_that_is_overruled_is_what_the_teacher_said() -> None:
    totals = recompute(parsed(), {("score", "overall"): 90.0, ("word", "0"): 100.0})
    assert totals.scores["overall"] == 90.0
    assert totals.scores["accuracy"] == pytest.approx(90.0)
    only = recompute(parsed(), {("score", "fluency"): 0.0})
    assert only.scores["overall"] == pytest.approx(values(WORDS)["overall"] * 0.8)


@given(st.dictionaries(st.sampled_from([("word", "0"), ("sound", "0.1"), ("word", "2"), ("score", "accuracy")]), score))
def test_totals_stay_scores(given_marks: dict) -> None:
    totals = recompute(parsed(), given_marks)
    assert all(value is None or 0 <= value <= 100 for value in (*totals.scores.values(), *totals.words))


@pytest.mark.parametrize(
    ("level", "place", "there"),
    [
        ("word", "0", True),
        ("word", "3", False),
        ("word", "-1", False),
        ("word", "00", False),
        ("word", "0.", False),
        ("word", "²", False),
        ("sound", "1.2", True),
        ("sound", "1.3", False),
        ("sound", "1", False),
        ("score", "prosody", True),
        ("score", "beauty", False),
    ],
)
def test_places_are_those_of_the_assessment(level: str, place: str, there: bool) -> None:
    assert place_exists(parsed(), level, place) is there


def test_the_total_is_the_weighted_mean_of_what_counts_and_is_there() -> None:
    scores = {"accuracy": 80.0, "fluency": 50.0, "prosody": None}
    assert total(scores, ("accuracy", "fluency", "prosody"), {"accuracy": 2.0}) == pytest.approx(70.0)
    assert total(scores, ("prosody",), {}) is None
    assert total(scores, ("accuracy",), {"accuracy": 0.0}) is None


def test_overruling_counts_anew_and_keeps_what_was(school: School) -> None:
    store, teacher = school.store, school.teacher.id
    _, _, assessed = school.hand_in()
    before = marks.totals(store, assessed, by=school.ani.id)
    first = Mark(level="sound", place="0.1", value=100, comment="I hear it.")
    after = marks.overrule(store, assessed, first, by=teacher, now=NOW)
    assert after.words[0] == pytest.approx(95.0)
    assert after.scores["accuracy"] > before.scores["accuracy"]
    marks.overrule(store, assessed, replace(first, value=60, comment=None), by=teacher, now=NOW + timedelta(minutes=1))
    made = marks.history(store, assessed, by=school.ani.id)
    assert [(one.number, one.old_value, one.mark.value, one.mark.comment) for one in made] == [
        (1, 50.0, 100.0, "I hear it."),
        (2, 100.0, 60.0, None),
    ]
    assert {one.marked_by for one in made} == {teacher}
    undone = marks.overrule(store, assessed, replace(first, value=50), by=teacher, now=NOW)
    assert undone.scores == pytest.approx(before.scores)
    assert json.loads(assessments.of_recording(store, made_of(school), by=teacher)[0][1]) == parsed()


def test_a_comment_alone_changes_no_score_and_is_kept_until_it_is_taken_back(school: School) -> None:
    store, teacher = school.store, school.teacher.id
    attempt, _, assessed = school.hand_in()
    strict = replace(school.assignment.terms, strictness="strict")
    assignments.change(store, school.assignment.id, strict, by=teacher, now=NOW)
    before = marks.totals(store, assessed, by=teacher), counted(school)

    def say(place: str, comment: str, **value: float) -> None:
        mark = Mark(level="score", place=place, comment=comment, **value)
        marks.overrule(store, assessed, mark, by=teacher, now=NOW + timedelta(minutes=len(made())))

    def made() -> tuple[marks.Marked, ...]:
        return marks.history(store, assessed, by=school.ani.id)

    for place in ("overall", "item", "attempt"):
        say(place, f"On {place}.")
    assert (marks.totals(store, assessed, by=teacher), counted(school)) == before, "no score was given, so it is bent"
    assert [(one.mark.value, one.mark.comment) for one in made()][1:] == [(None, "On item."), (None, "On attempt.")]
    marks.overrule(store, assessed, Mark(level="score", place="overall", value=50.0), by=teacher, now=NOW)
    assert marks.comments_of(made())["score", "overall"] == "On overall.", "a new score leaves the comment"
    say("item", "")
    assert set(marks.comments_of(made())) == {("score", "overall"), ("score", "attempt")}
    assert [one.mark.comment for one in marks.on_attempt(made())] == ["On attempt."]
    assert marks.newest_of(made()) == {("score", "overall"): 50.0}
    submissions.release(store, attempt.id, by=teacher, now=NOW)
    work = homework.attempt(store, attempt.id, by=school.ani.id, now=NOW)
    assert (work.comment, work.total, counted(school)) == ("On attempt.", 25.0, 25.0)


def counted(school: School) -> float | None:
    return grid(school.store, school.class_id, by=school.teacher.id).rows[0].cells[0].total


def made_of(school: School) -> str:
    attempt = submissions.of_person(school.store, school.assignment.id, school.ani.id)[0]
    return takes_of(school.store, attempt.id)[0].id


def test_only_a_teacher_of_the_class_overrules_what_was_handed_in(school: School) -> None:
    _, _, assessed = school.hand_in()
    mark = Mark(level="word", place="0", value=100)
    for other in (school.ani, school.budi, school.stranger, school.admin):
        with pytest.raises(NotAllowed):
            marks.overrule(school.store, assessed, mark, by=other.id, now=NOW)
    draft = school.record(school.begin(school.budi))
    unseen = assessments.keep(school.store, draft.id, document(), now=NOW)
    with pytest.raises(NotFound):
        marks.overrule(school.store, unseen, mark, by=school.teacher.id, now=NOW)


@pytest.mark.parametrize(
    "mark",
    [
        Mark(level="word", place="9", value=1),
        Mark(level="word", place="0", value=101),
        Mark(level="word", place="0", value=float("nan")),
        Mark(level="word", place="0", value=1, comment="x" * 2001),
        Mark(level="word", place="0"),
        Mark(level="word", place="9", comment="Where?"),
        Mark(level="score", place="item", value=1),
        Mark(level="word", place="item", comment="No word."),
    ],
)
def test_marks_that_make_no_sense_are_refused(school: School, mark: Mark) -> None:
    _, _, assessed = school.hand_in()
    with pytest.raises(InvalidDetail):
        marks.overrule(school.store, assessed, mark, by=school.teacher.id, now=NOW)


def test_the_database_itself_keeps_every_mark(school: School) -> None:
    _, _, assessed = school.hand_in()
    marks.overrule(school.store, assessed, Mark(level="word", place="0", value=1), by=school.teacher.id, now=NOW)
    with pytest.raises(DBAPIError, match="keeps its history"), school.store.writing() as session:
        session.execute(text("UPDATE marks SET new_value = 99"))


def test_the_grid_shows_each_learner_by_each_assignment(school: School) -> None:
    store, teacher = school.store, school.teacher.id
    attempt, _, assessed = school.hand_in()
    shown = grid(store, school.class_id, by=teacher)
    assert [one.id for one in shown.assignments] == [school.assignment.id]
    ani, budi = shown.rows
    assert (ani.name, budi.name, budi.cells) == ("Ani", "Budi", (None,))
    cell = ani.cells[0]
    assert (cell.attempts, cell.state, cell.late, cell.best_id) == (1, "submitted", False, attempt.id)
    # One of two sentences was read.
    assert cell.total == pytest.approx(values(WORDS)["overall"] / 2)

    marks.overrule(store, assessed, Mark(level="score", place="overall", value=90), by=teacher, now=NOW)
    assert grid(store, school.class_id, by=teacher).rows[0].cells[0].total == pytest.approx(45.0)
    terms = replace(school.assignment.terms, counted=("completeness",), due_at=NOW - timedelta(days=1))
    assignments.change(store, school.assignment.id, terms, by=teacher, now=NOW)
    changed = grid(store, school.class_id, by=teacher).rows[0].cells[0]
    assert changed.total == pytest.approx(values(WORDS)["completeness"] / 2)
    assert changed.late


def test_the_best_attempt_counts_and_a_draft_does_not(school: School) -> None:
    first, _, _ = school.hand_in()
    later = replace(school, now=NOW + timedelta(hours=1))
    second = later.begin(key="2nd")
    kept = later.record(second, key="2nd take")
    good = document((word("She", (100.0, 100.0)),))
    assessments.keep(school.store, kept.id, good, now=later.now)
    cell = grid(school.store, school.class_id, by=school.teacher.id).rows[0].cells[0]
    assert (cell.attempts, cell.state, cell.best_id) == (2, "draft", first.id)
    submissions.hand_in(school.store, second.id, by=school.ani.id, now=later.now)
    cell = grid(school.store, school.class_id, by=school.teacher.id).rows[0].cells[0]
    assert (cell.best_id, cell.latest_id) == (second.id, second.id)


def test_only_its_teacher_sees_the_grid(school: School) -> None:
    for other in (school.stranger, school.ani, school.admin):
        with pytest.raises(NotAllowed):
            grid(school.store, school.class_id, by=other.id)


def test_the_formulas_are_those_of_the_sentence() -> None:
    scores = sentence_scores(WORDS, assess(WORDS).rhythm, assess(WORDS).quality)
    marked = recompute(parsed(), {("sound", "0.0"): 90.0})
    assert marked.scores["overall"] == pytest.approx(scores.overall.value)
    assert WORDS[2].error is WordError.OMISSION
