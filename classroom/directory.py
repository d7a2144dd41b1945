"""Everybody with their real names, for admins."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.access import require_admin
from classroom.people import Identity, Person, Role, identity, person, row_of
from classroom.store import Store
from classroom.store.schema import Class, Membership, School
from classroom.store.schema import Person as PersonRow


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody, who they really are, and the classes they teach or learn in."""

    person: Person
    identity: Identity
    classes: tuple[str, ...]


def entries(store: Store, role: Role, *, by: str) -> tuple[Entry, ...]:
    """Everybody of a role, by name.

    Raises
    ------
    NotAllowed
        Whoever asks is no admin.
    """
    query = select(PersonRow).where(PersonRow.role == role, PersonRow.deleted_at.is_(None))
    with store.reading() as session:
        require_admin(session, by)
        found = [_entry(store, session, row) for row in session.scalars(query)]
    return tuple(sorted(found, key=lambda one: ((one.identity.name or one.person.pseudonym).casefold(), one.person.id)))


def entry(store: Store, person_id: str, *, by: str) -> Entry:
    """One person.

    Raises
    ------
    NotAllowed, NotFound
        Whoever asks is no admin, or there is nobody.
    """
    with store.reading() as session:
        require_admin(session, by)
        return _entry(store, session, row_of(session, person_id))


def schools(store: Store, *, by: str) -> tuple[tuple[str, str], ...]:
    """Ids and names of the schools, by name.

    Raises
    ------
    NotAllowed
        Whoever asks is no admin.
    """
    with store.reading() as session:
        require_admin(session, by)
        return tuple((row.id, row.name) for row in session.scalars(select(School).order_by(School.name, School.id)))


def _entry(store: Store, session: Session, row: PersonRow) -> Entry:
    query = (
        select(Class.name)
        .join(Membership, Membership.class_id == Class.id)
        .where(Membership.person_id == row.id, Membership.left_at.is_(None), Class.archived_at.is_(None))
        .order_by(Class.name)
    )
    return Entry(person(row), identity(store, session, row.id), tuple(session.scalars(query)))
