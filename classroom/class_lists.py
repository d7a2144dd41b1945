"""A class list to take away, in the columns that `rosters.read` reads."""

from datetime import datetime

from sqlalchemy import select

from classroom.access import require_teaches
from classroom.people import identity
from classroom.rosters import RosterLine
from classroom.store import Store
from classroom.store.schema import Group, Membership, Person


def export(store: Store, class_id: str, *, by: str, now: datetime) -> tuple[RosterLine, ...]:
    """Give the learners of a class by name, with a made-up name where no other is known; it is written down.

    Raises
    ------
    NotAllowed
        Whoever asks does not teach the class.
    """
    query = (
        select(Person, Group.name)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(Group, Group.id == Membership.group_id)
        .where(Membership.class_id == class_id, Membership.role == "learner")
        .where(Membership.left_at.is_(None), Person.deleted_at.is_(None))
    )
    with store.writing() as session:
        require_teaches(session, by, class_id)
        found = [(person, group, identity(store, session, person.id)) for person, group in session.execute(query)]
        details = {"learners": len(found)}
        store.note(session, actor=by, action="roster.export", subject=f"class:{class_id}", now=now, details=details)
    named = sorted(found, key=lambda one: (one[2].name or one[0].pseudonym, one[0].id))
    return tuple(
        RosterLine(
            line=number,
            name=known.name or person.pseudonym,
            email=known.email,
            guardian=known.guardian,
            group=group or "",
        )
        for number, (person, group, known) in enumerate(named, 2)
    )
