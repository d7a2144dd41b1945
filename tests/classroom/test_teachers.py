import pytest
from school import NOW, School
from sqlalchemy import select

from classroom import classes, deletion, teachers
from classroom.errors import NotAllowed, NotFound
from classroom.people import Person
from classroom.store.schema import AuditRow


def teach(school: School, person: Person) -> list[str]:
    return [one.room.name for one in classes.taught_by(school.store, person.id, now=NOW)]


def hand_over(school: School, *, leaving: str, to: str, by: Person) -> None:
    teachers.hand_over(school.store, school.class_id, leaving=leaving, to=to, by=by.id, now=NOW)


def test_an_admin_hands_a_class_over_and_it_is_written_down(school: School) -> None:
    old, new = school.teacher, school.stranger
    assert [one.name for one in teachers.taught(school.store, old.id, by=school.admin.id)] == ["9A"]
    hand_over(school, leaving=old.id, to=new.id, by=school.admin)
    assert (teach(school, old), teach(school, new)) == ([], ["9A"])
    with school.store.reading() as session:
        rows = session.scalars(select(AuditRow).filter_by(actor=school.admin.id).order_by(AuditRow.number)).all()
    assert [(row.action, row.subject) for row in rows] == [
        ("member.remove", f"person:{old.id}"),
        ("member.add", f"person:{new.id}"),
    ]
    # Back again: whoever left may return.
    hand_over(school, leaving=new.id, to=old.id, by=school.admin)
    assert teach(school, old) == ["9A"]


def test_a_class_whose_teacher_was_deleted_is_found_and_given_away(school: School) -> None:
    assert teachers.without(school.store, by=school.admin.id) == ()
    with pytest.raises(NotAllowed):
        hand_over(school, leaving="", to=school.stranger.id, by=school.admin)
    deletion.forget(school.store, school.teacher.id, by=school.admin.id, now=NOW)
    assert [one.id for one in teachers.without(school.store, by=school.admin.id)] == [school.class_id]
    hand_over(school, leaving="", to=school.stranger.id, by=school.admin)
    assert teach(school, school.stranger) == ["9A"]


def test_nobody_else_hands_over_and_learners_take_nothing(school: School) -> None:
    old, new = school.teacher.id, school.stranger.id
    for by in (school.teacher, school.stranger, school.ani):
        with pytest.raises(NotAllowed):
            hand_over(school, leaving=old, to=new, by=by)
        for ask in (
            lambda by: teachers.taught(school.store, old, by=by),
            lambda by: teachers.without(school.store, by=by),
        ):
            with pytest.raises(NotAllowed):
                ask(by.id)
    with pytest.raises(NotAllowed):
        hand_over(school, leaving=old, to=school.ani.id, by=school.admin)
    with pytest.raises(NotFound):
        hand_over(school, leaving=school.ani.id, to=new, by=school.admin)
    assert teach(school, school.teacher) == ["9A"]


def test_a_class_is_never_left_by_its_last_teacher(school: School) -> None:
    store, room, sari, other = school.store, school.class_id, school.teacher.id, school.stranger.id
    with pytest.raises(NotAllowed):
        teachers.leave(store, room, sari, by=sari, now=NOW)
    classes.add_member(store, room, other, by=sari, now=NOW)
    with pytest.raises(NotFound):
        teachers.leave(store, room, school.ani.id, by=sari, now=NOW)
    teachers.leave(store, room, sari, by=other, now=NOW)
    with pytest.raises(NotAllowed):
        teachers.leave(store, room, other, by=sari, now=NOW)
