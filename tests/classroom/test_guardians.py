import pytest
from school import NOW, School
from sqlalchemy import select

from classroom import consents, guardians, people
from classroom.errors import InvalidDetail, NotAllowed
from classroom.people import NewPerson
from classroom.store.schema import AuditRow


def test_a_learner_is_a_minor_unless_somebody_says_otherwise(school: School) -> None:
    said = {
        role: people.create(school.store, NewPerson(role=role), by=people.OPERATOR, now=NOW).needs_guardian
        for role in people.ROLES
    }
    assert said == {"admin": False, "teacher": False, "learner": True}


@pytest.mark.parametrize("who", ["teacher", "admin"])
def test_a_wrong_age_is_put_right_and_the_way_to_a_guardian_written_down(school: School, who: str) -> None:
    store, by = school.store, getattr(school, who).id
    assert consents.holds(store, school.ani.id, "practice")  # she said that she was of age
    guardians.settle(store, school.ani.id, needed=True, contact="0812 Ibu", by=by, now=NOW)
    assert not consents.holds(store, school.ani.id, "practice")
    known = people.identify(store, school.ani.id)
    assert (known.name, known.email, known.guardian) == ("Ani", "ani@example.org", "0812 Ibu")
    guardians.settle(store, school.ani.id, needed=False, contact="", by=by, now=NOW)
    assert consents.holds(store, school.ani.id, "practice")
    with store.reading() as session:
        rows = session.scalars(select(AuditRow).filter_by(action="person.guardian")).all()
    subject = f"person:{school.ani.id}"
    assert [(row.actor, row.subject, row.details) for row in rows] == [
        (by, subject, '{"before": false, "needed": true}'),
        (by, subject, '{"before": true, "needed": false}'),
    ]


def test_nobody_settles_it_alone_or_for_strangers(school: School) -> None:
    for by in (school.ani, school.budi, school.stranger):
        with pytest.raises(NotAllowed):
            guardians.settle(school.store, school.ani.id, needed=False, contact="", by=by.id, now=NOW)
    with pytest.raises(NotAllowed):
        guardians.settle(school.store, school.teacher.id, needed=True, contact="", by=school.admin.id, now=NOW)


def test_a_contact_that_no_form_shows_changes_nothing(school: School) -> None:
    with pytest.raises(InvalidDetail):
        guardians.settle(school.store, school.ani.id, needed=True, contact="x" * 201, by=school.teacher.id, now=NOW)
    assert not people.find(school.store, school.ani.id).needs_guardian
