"""Who teaches a class: colleagues who share it, and whoever takes it over."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from classroom import accounts, classes
from classroom.access import STAFF, require_admin, require_staff, require_teaches
from classroom.errors import InvalidDetail, NotAllowed, NotFound
from classroom.people import row_of
from classroom.store import Store
from classroom.store.schema import Class, Membership


@dataclass(frozen=True, slots=True)
class Room:
    """A class by its id and name."""

    id: str
    name: str


def add(store: Store, class_id: str, login: str, *, by: str, now: datetime) -> None:
    """Have a colleague teach the class too, by the name they sign in with; for its teachers.

    Raises
    ------
    InvalidDetail
        No teacher or admin signs in with it.
    NotAllowed
        Whoever asks does not teach the class.
    """
    with store.reading() as session:
        require_teaches(session, by, class_id)
        found = accounts.whose(store, session, login)
        if found is None or row_of(session, found).role not in STAFF:
            raise InvalidDetail({"field": "login", "problem": "no teacher signs in with it", "reason": "stranger"})
    classes.add_member(store, class_id, found, by=by, now=now)


def leave(store: Store, class_id: str, person_id: str, *, by: str, now: datetime) -> None:
    """Have somebody, perhaps oneself, teach the class no longer; for its teachers.

    Raises
    ------
    NotAllowed
        Nobody would teach it then, or whoever asks does not.
    NotFound
        They do not teach it.
    """
    with store.writing() as session:
        require_teaches(session, by, class_id)
        if _teachers(session, class_id) <= {person_id}:
            raise NotAllowed
        _end(store, session, class_id, person_id, by=by, now=now)


def hand_over(store: Store, class_id: str, *, leaving: str, to: str, by: str, now: datetime) -> None:
    """Have one colleague teach a class instead of another; where nobody teaches it, `leaving` is empty. For admins.

    Raises
    ------
    NotAllowed
        Whoever asks is no admin, `to` is no teacher, or somebody teaches the class whom `leaving` does not name.
    NotFound
        There is no such class, or `leaving` does not teach it.
    """
    with store.writing() as session:
        require_admin(session, by)
        require_staff(session, to)
        if session.get(Class, class_id) is None:
            raise NotFound({"kind": "class"})
        if leaving:
            _end(store, session, class_id, leaving, by=by, now=now)
        elif _teachers(session, class_id):
            raise NotAllowed
        session.merge(Membership(class_id=class_id, person_id=to, role="teacher", joined_at=now, left_at=None))
        details = {"class": class_id}
        store.note(session, actor=by, action="member.add", subject=f"person:{to}", now=now, details=details)


def taught(store: Store, person_id: str, *, by: str) -> tuple[Room, ...]:
    """Classes that somebody teaches, by name, without archived ones; for admins."""
    theirs = exists().where(
        Membership.class_id == Class.id,
        Membership.person_id == person_id,
        Membership.role == "teacher",
        Membership.left_at.is_(None),
    )
    return _rooms(store, theirs, by=by)


def without(store: Store, *, by: str) -> tuple[Room, ...]:
    """Classes that nobody teaches, by name, without archived ones; for admins."""
    anybody = exists().where(
        Membership.class_id == Class.id, Membership.role == "teacher", Membership.left_at.is_(None)
    )
    return _rooms(store, ~anybody, by=by)


def _rooms(store: Store, condition: ColumnElement[bool], *, by: str) -> tuple[Room, ...]:
    query = select(Class.id, Class.name).where(condition, Class.archived_at.is_(None)).order_by(Class.name, Class.id)
    with store.reading() as session:
        require_admin(session, by)
        return tuple(Room(*row) for row in session.execute(query))


def _teachers(session: Session, class_id: str) -> set[str]:
    query = select(Membership.person_id).filter_by(class_id=class_id, role="teacher", left_at=None)
    return set(session.scalars(query))


def _end(store: Store, session: Session, class_id: str, person_id: str, *, by: str, now: datetime) -> None:
    row = session.get(Membership, (class_id, person_id))
    if row is None or row.left_at is not None or row.role != "teacher":
        raise NotFound({"kind": "member"})
    row.left_at = now
    details = {"class": class_id}
    store.note(session, actor=by, action="member.remove", subject=f"person:{person_id}", now=now, details=details)
