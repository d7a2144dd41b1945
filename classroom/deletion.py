"""Deletion for good: rows, files, and the key, so that no copy of them can be opened either."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from classroom.access import require_knows
from classroom.errors import NotAllowed
from classroom.people import row_of
from classroom.store import Store
from classroom.store.outside_tables import AccountRow, ScoreRow
from classroom.store.schema import (
    AssessmentRow,
    Consent,
    Credential,
    Dismissal,
    Identity,
    Invitation,
    LoginSession,
    MarkRow,
    Membership,
    Person,
    Recording,
    Submission,
)

_THEIRS = (
    Recording,
    Submission,
    Consent,
    Membership,
    Dismissal,
    LoginSession,
    Invitation,
    Credential,
    Identity,
    AccountRow,
    ScoreRow,
)


def forget(store: Store, person_id: str, *, by: str, now: datetime) -> int:
    """Delete a person and everything of theirs; answers how many recordings there were.

    The key is destroyed last; stopped in between, `finish` completes it.

    Raises
    ------
    NotAllowed
        `by` is neither the person nor an admin.
    """
    with store.writing() as session:
        row_of(session, person_id, lock=True)
        if by != person_id:
            require_knows(session, by, person_id)
            if row_of(session, by).role != "admin":
                raise NotAllowed
        files = erase(store, session, person_id, by=by, now=now)
    finish(store, person_id, files)
    return len(files)


def erase(store: Store, session: Session, person_id: str, *, by: str, now: datetime) -> tuple[str, ...]:
    """Delete a person's rows in the running transaction; answers the files that are now nobody's."""
    files = tuple(session.scalars(select(Recording.sha256).filter_by(person_id=person_id)).all())
    recordings = select(Recording.id).filter_by(person_id=person_id)
    assessments = select(AssessmentRow.id).where(AssessmentRow.recording_id.in_(recordings))
    session.execute(delete(MarkRow).where(MarkRow.assessment_id.in_(assessments)))
    session.execute(delete(AssessmentRow).where(AssessmentRow.recording_id.in_(recordings)))
    for table in _THEIRS:
        session.execute(delete(table).where(table.person_id == person_id))
    emptied = {"pseudonym": f"deleted {person_id}", "deleted_at": now, "school_id": None}
    session.execute(update(Person).where(Person.id == person_id).values(**emptied))
    details = {"recordings": len(files)}
    store.note(session, actor=by, action="person.delete", subject=f"person:{person_id}", now=now, details=details)
    return tuple(name for name in files if name is not None)


def finish(store: Store, person_id: str, files: tuple[str, ...] = ()) -> None:
    """Destroy the key and the files of somebody whose rows are gone; done already, it does nothing."""
    store.keys.destroy(person_id)
    for sha256 in files:
        store.files.remove(sha256)
    store.tidy()


def unfinished(store: Store) -> tuple[str, ...]:
    """Deleted people whose key is still there, because a deletion was interrupted."""
    with store.reading() as session:
        deleted = session.scalars(select(Person.id).where(Person.deleted_at.is_not(None)))
        return tuple(person_id for person_id in deleted if store.keys.has(person_id))
