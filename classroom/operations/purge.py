"""Taking away what has had its time: recordings, sessions, codes, guests, and what a crash left of a deletion."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from classroom import deletion
from classroom.people import OPERATOR
from classroom.store import Store
from classroom.store.schema import Invitation, LoginSession, Person, Recording

GUESTS_KEPT = timedelta(days=1)
_KEPT_FOR_TRACES = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """How many of each were taken away."""

    recordings: int
    sessions: int
    invitations: int
    guests: int
    deletions_finished: int


def purge(store: Store, *, now: datetime) -> Purged:
    """Take away what has had its time. Results stay; audio goes. Safe while the server runs."""
    with store.writing() as session:
        files = _expire(store, session, now)
        past = now - _KEPT_FOR_TRACES
        sessions = _delete(session, delete(LoginSession).where(LoginSession.expires_at < past))
        invitations = _delete(session, delete(Invitation).where(Invitation.expires_at < past))
    for sha256 in files:
        store.files.remove(sha256)
    guests = _forget_guests(store, now)
    left = deletion.unfinished(store)
    for person_id in left:
        deletion.finish(store, person_id)
    store.tidy()
    return Purged(
        recordings=len(files),
        sessions=sessions,
        invitations=invitations,
        guests=guests,
        deletions_finished=len(left),
    )


def _expire(store: Store, session: Session, now: datetime) -> tuple[str, ...]:
    query = select(Recording).where(Recording.expires_at <= now, Recording.removed_at.is_(None))
    files: list[str] = []
    for row in session.scalars(query):
        if row.sha256 is not None:
            files.append(row.sha256)
        row.removed_at, row.sha256 = now, None
    if files:
        details = {"recordings": len(files)}
        store.note(session, actor=OPERATOR, action="purge", subject="store", now=now, details=details)
    return tuple(files)


def _forget_guests(store: Store, now: datetime) -> int:
    query = select(Person.id).where(
        Person.role == "guest", Person.deleted_at.is_(None), Person.created_at < now - GUESTS_KEPT
    )
    with store.reading() as session:
        guests = tuple(session.scalars(query))
    for person_id in guests:
        deletion.forget(store, person_id, by=person_id, now=now)
    return len(guests)


def _delete(session: Session, statement: object) -> int:
    result = session.execute(statement)  # type: ignore[call-overload]
    return result.rowcount if isinstance(result, CursorResult) else 0
