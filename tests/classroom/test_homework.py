from dataclasses import replace
from datetime import timedelta

import pytest
from school import NOW, School, document

from classroom import assessments, assignments, classes, consents, homework, marks, recordings, submissions, unjudged
from classroom.assignments import Assignment, Kind, NewItem, Terms
from classroom.errors import ConsentMissing, NotAllowed, NotFound
from classroom.marks import Mark
from classroom.store import Store

DAY = timedelta(days=1)


def set_work(
    school: School, terms: Terms, *, kind: Kind = "sentences", items: tuple[NewItem, ...] = (NewItem(text="Fish."),)
) -> Assignment:
    return assignments.create(
        school.store, school.class_id, kind, terms=terms, items=items, by=school.teacher.id, now=NOW
    )


def titles(school: School) -> list[str]:
    return [one.assignment.terms.title for one in homework.of_learner(school.store, school.ani.id, now=NOW)]


def test_what_to_do_next_comes_first(school: School) -> None:
    school.hand_in()
    set_work(school, Terms(title="no date"))
    set_work(school, Terms(title="tomorrow", due_at=NOW + DAY))
    set_work(school, Terms(title="overdue", due_at=NOW - DAY))
    set_work(school, Terms(title="later", opens_at=NOW + DAY))
    assert titles(school) == ["overdue", "tomorrow", "no date", "Fish", "later"]


def test_stages_follow_the_attempt(school: School) -> None:
    def stage() -> tuple[str, int, bool]:
        [one] = homework.of_learner(school.store, school.ani.id, now=NOW)
        return one.stage, one.recorded, one.may_begin

    assert stage() == ("new", 0, True)
    attempt = school.begin()
    school.record(attempt)
    school.record(attempt, key="again", content=b"once more")
    assert stage() == ("begun", 1, False)
    submissions.hand_in(school.store, attempt.id, by=school.ani.id, now=NOW)
    assert stage() == ("handed_in", 1, True)
    submissions.release(school.store, attempt.id, by=school.teacher.id, now=NOW)
    assert stage() == ("given_back", 1, True)
    second = school.begin(key="second")
    school.record(second, key="second take")
    submissions.hand_in(school.store, second.id, by=school.ani.id, now=NOW)
    assert stage() == ("handed_in", 1, False), "both attempts are used"


def test_late_is_when_it_was_handed_in_not_when_it_is_looked_at(school: School) -> None:
    terms = replace(school.assignment.terms, due_at=NOW + DAY)
    assignments.change(school.store, school.assignment.id, terms, by=school.teacher.id, now=NOW)
    school.hand_in()
    [in_time] = homework.of_learner(school.store, school.ani.id, now=NOW + 5 * DAY)
    [overdue] = homework.of_learner(school.store, school.budi.id, now=NOW + 5 * DAY)
    assert (in_time.is_late, overdue.is_late) == (False, True)


def test_other_classes_and_closed_work_are_not_listed(school: School) -> None:
    other = classes.create(school.store, "9B", by=school.stranger.id, now=NOW)
    foreign = assignments.create(
        school.store,
        other.id,
        "sentences",
        terms=Terms(title="Foreign"),
        items=(NewItem(text="No."),),
        by=school.stranger.id,
        now=NOW,
    )
    closed = set_work(school, Terms(title="closed"))
    assignments.archive(school.store, closed.id, by=school.teacher.id, now=NOW)
    assert titles(school) == ["Fish"]
    with pytest.raises(NotAllowed):
        homework.find(school.store, foreign.id, by=school.ani.id, now=NOW)
    assert homework.find(school.store, closed.id, by=school.ani.id, now=NOW).pieces == ()


def test_what_is_to_be_said_is_not_shown_before_it_opens(school: School) -> None:
    later = set_work(school, Terms(title="later", opens_at=NOW + DAY))
    assert homework.find(school.store, later.id, by=school.ani.id, now=NOW).pieces == ()
    assert len(homework.find(school.store, later.id, by=school.ani.id, now=NOW + DAY).pieces) == 1


def test_a_learner_sees_only_their_own_attempts(school: School) -> None:
    attempt, kept, _ = school.hand_in(school.ani)
    assert homework.find(school.store, school.assignment.id, by=school.budi.id, now=NOW).attempt is None
    for read in (
        lambda: homework.attempt(school.store, attempt.id, by=school.budi.id, now=NOW),
        lambda: homework.slot(school.store, attempt.id, school.assignment.items[0].id, by=school.budi.id),
        lambda: unjudged.find(school.store, kept.id, by=school.budi.id),
        lambda: unjudged.find(school.store, kept.id, by=school.teacher.id),
    ):
        with pytest.raises(NotFound):
            read()


def test_marks_are_seen_once_work_is_given_back(school: School) -> None:
    attempt, _, assessed = school.hand_in()
    before = homework.attempt(school.store, attempt.id, by=school.ani.id, now=NOW)
    mark = Mark(level="score", place="overall", value=88.0, comment="Lovely.")
    marks.overrule(school.store, assessed, mark, by=school.teacher.id, now=NOW)
    hidden = homework.attempt(school.store, attempt.id, by=school.ani.id, now=NOW)
    assert hidden == before
    assert hidden.pieces[0].marks == () and hidden.total is None
    submissions.release(school.store, attempt.id, by=school.teacher.id, now=NOW)
    shown = homework.attempt(school.store, attempt.id, by=school.ani.id, now=NOW)
    assert shown.pieces[0].overall == 88.0
    assert [one.mark.comment for one in shown.pieces[0].marks] == ["Lovely."]
    assert shown.total == 44.0, "the second sentence was not said"
    [listed] = homework.of_learner(school.store, school.ani.id, now=NOW)
    assert listed.total == shown.total


def test_a_draft_shows_the_last_take_and_handed_in_work_the_last_that_was_judged(school: School) -> None:
    attempt = school.begin()
    judged = school.record(attempt)
    assessments.keep(school.store, judged.id, document(), now=NOW)
    last = recordings.put(school.store, school.upload(attempt, "last", b"silence"), now=NOW + DAY / 24)
    draft = homework.find(school.store, school.assignment.id, by=school.ani.id, now=NOW)
    assert draft.pieces[0].recording == last and draft.pieces[0].totals is None
    submissions.hand_in(school.store, attempt.id, by=school.ani.id, now=NOW)
    shown = homework.find(school.store, school.assignment.id, by=school.ani.id, now=NOW)
    assert shown.pieces[0].recording == judged and shown.pieces[0].overall is not None


def test_an_item_of_another_assignment_has_no_slot(school: School) -> None:
    attempt = school.begin()
    other = set_work(school, Terms(title="other"))
    with pytest.raises(NotFound):
        homework.slot(school.store, attempt.id, other.items[0].id, by=school.ani.id)
    consents.withdraw(school.store, school.ani.id, "practice", by=school.ani.id, now=NOW)
    with pytest.raises(ConsentMissing):
        homework.slot(school.store, attempt.id, school.assignment.items[0].id, by=school.ani.id)


def test_only_what_was_handed_in_unjudged_waits_for_a_verdict(store: Store, school: School) -> None:
    work = set_work(
        school,
        Terms(title="both", strictness="strict"),
        kind="free",
        items=(NewItem(text="Fish."), NewItem(prompt="Your day?"), NewItem(text="Rice.")),
    )
    mine = replace(school, assignment=work)
    attempt = mine.begin()
    mine.record(attempt, "old")
    newest = recordings.put(store, mine.upload(attempt, "new", b"newer"), now=NOW + DAY / 24)
    free = mine.record(attempt, "free", item=1)
    assessments.keep(store, mine.record(attempt, "judged", item=2).id, document(), now=NOW)
    assert unjudged.handed_in(store, now=NOW) == ()
    submissions.hand_in(store, attempt.id, by=school.ani.id, now=NOW)
    waiting = unjudged.handed_in(store, now=NOW)
    assert [(one.recording_id, one.text, one.audible) for one in waiting] == [
        (free.id, "", True),
        (newest.id, "Fish.", True),
    ]
    assert unjudged.find(store, newest.id, by=school.ani.id).strictness == "strict"
    assert not any(one.audible for one in unjudged.handed_in(store, now=NOW + 60 * DAY)), "their time is over"
