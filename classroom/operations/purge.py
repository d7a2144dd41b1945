"""Taking away what has had its time: recordings, sessions, codes, and what a crash left of a deletion."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from classroom import deletion
from classroom.people import OPERATOR
from classroom.store import Store, audit
from classroom.store.schema import Fact, Invitation, LoginSession, Recording

_KEPT_FOR_TRACES = timedelta(days=7)
_REMOVING = "removing"
"""Fact that names the files a purge is about to remove, so that one that was stopped is completed by the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """How many of each were taken away."""

    recordings: int
    sessions: int
    invitations: int
    deletions_finished: int


def purge(store: Store, *, now: datetime) -> Purged:
    """Take away what has had its time. Results stay; audio goes. Safe while the server runs."""
    with store.writing() as session:
        _bring_forward(session, now)
        files = _expire(store, session, now)
        left_over = _begin_removing(session, files)
        past = now - _KEPT_FOR_TRACES
        sessions = _delete(session, delete(LoginSession).where(LoginSession.expires_at < past))
        invitations = _delete(session, delete(Invitation).where(Invitation.expires_at < past))
    _remove(store, (*left_over, *files))
    left = deletion.unfinished(store)
    for person_id in left:
        deletion.finish(store, person_id)
    store.tidy()
    return Purged(
        recordings=len(files),
        sessions=sessions,
        invitations=invitations,
        deletions_finished=len(left),
    )


def _bring_forward(session: Session, now: datetime) -> None:
    """Keep what was made while the clock was ahead as long from now on as it was to be kept then, and no longer."""
    if _is_behind(session, now):
        return
    for row in session.scalars(select(Recording).where(Recording.created_at > now, Recording.removed_at.is_(None))):
        row.created_at, row.expires_at = now, now + (row.expires_at - row.created_at)


def _is_behind(session: Session, now: datetime) -> bool:
    """Whether the clock is behind now, as after a flat battery, rather than having been ahead some time ago."""
    newest = audit.events(session, limit=1)
    return bool(newest) and newest[0].at > now


def _begin_removing(session: Session, files: tuple[str, ...]) -> tuple[str, ...]:
    fact = session.get(Fact, _REMOVING)
    left_over: tuple[str, ...] = () if fact is None else tuple(json.loads(fact.value))
    if files:
        session.merge(Fact(name=_REMOVING, value=json.dumps([*left_over, *files])))
    return left_over


def _remove(store: Store, files: tuple[str, ...]) -> None:
    if not files:
        return
    for sha256 in files:
        store.files.remove(sha256)
    with store.writing() as session:
        session.execute(delete(Fact).where(Fact.name == _REMOVING, Fact.value == json.dumps(list(files))))


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


def _delete(session: Session, statement: object) -> int:
    result = session.execute(statement)  # type: ignore[call-overload]
    return result.rowcount if isinstance(result, CursorResult) else 0
