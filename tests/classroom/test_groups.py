"""Work for one group of a class: only its learners see it and owe it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from school import NOW, School

from classroom import assignments, behaviour, classes, evidence, homework
from classroom.assignments import Assignment, NewItem, Terms
from classroom.errors import InvalidDetail, NotFound

DAY = timedelta(days=1)


@pytest.fixture
def work(school: School) -> Assignment:
    """Work for the group Merah, in which Ani is."""
    classes.put_in_group(school.store, school.class_id, school.ani.id, "Merah", by=school.teacher.id)
    terms, items = Terms(title="Red", due_at=NOW + DAY, group="Merah"), (NewItem(text="She eats fish."),)
    return assignments.create(
        school.store, school.class_id, "sentences", terms=terms, items=items, by=school.teacher.id, now=NOW
    )


def titles(school: School, person_id: str) -> set[str]:
    return {one.assignment.terms.title for one in homework.of_learner(school.store, person_id, now=NOW)}


def test_only_the_group_sees_and_begins_it(school: School, work: Assignment) -> None:
    school = replace(school, assignment=work)
    assert "Red" in titles(school, school.ani.id) and "Red" not in titles(school, school.budi.id)
    for act in (
        lambda by: school.begin(by),
        lambda by: homework.find(school.store, work.id, by=by.id, now=NOW),
        lambda by: assignments.find(school.store, work.id, by=by.id),
    ):
        act(school.ani)
        with pytest.raises(NotFound):
            act(school.budi)
    assert assignments.find(school.store, work.id, by=school.teacher.id).terms.group == "Merah"


def test_whoever_did_some_before_leaving_the_group_keeps_it(school: School, work: Assignment) -> None:
    school = replace(school, assignment=work)
    school.hand_in()
    classes.put_in_group(school.store, school.class_id, school.ani.id, None, by=school.teacher.id)
    assert "Red" in titles(school, school.ani.id)
    assert homework.find(school.store, work.id, by=school.ani.id, now=NOW).homework.attempts


def test_nobody_else_is_late_with_it(school: School, work: Assignment) -> None:
    known = evidence.evidence(school.store, school.class_id, by=school.teacher.id)
    found = behaviour.behaviours(known, now=NOW + 2 * DAY)
    due = {name: [one.at for one in found[getattr(school, name).id].due] for name in ("ani", "budi")}
    assert set(due["ani"]) - set(due["budi"]) == {work.terms.due_at}
    assert work.terms.due_at not in due["budi"]


def test_work_goes_to_another_group_to_everybody_and_to_no_group_there_is_not(school: School, work: Assignment) -> None:
    store, by = school.store, school.teacher.id
    with pytest.raises(InvalidDetail):
        assignments.change(store, work.id, replace(work.terms, group="Biru"), by=by, now=NOW)
    assert assignments.copy(store, work.id, school.class_id, by=by, now=NOW).terms.group == "Merah"
    other = classes.create(store, "9B", by=by, now=NOW)
    assert assignments.copy(store, work.id, other.id, by=by, now=NOW).terms.group == ""
    assignments.change(store, work.id, replace(work.terms, group=""), by=by, now=NOW)
    assert "Red" in titles(school, school.budi.id)
