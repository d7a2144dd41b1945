"""How much is kept of somebody, and which rows of the audit are about them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select
from sqlalchemy.orm import Session

from classroom.people import identity, row_of
from classroom.store import Store
from classroom.store.schema import AssessmentRow, Assignment, AuditRow, MarkRow, Person, Recording, Submission

_MOST_LISTENINGS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Counts of what is kept.

    Parameters
    ----------
    recordings : int
        Whose audio is there.
    results, submissions, marks : int
        Assessments, attempts at assignments, and what teachers said against or about assessments.
    listened : int
        How often teachers listened.
    next_removal, last_removal : datetime or None
        When the first and the last of the recordings are taken away; None where there are none.
    """

    recordings: int
    results: int
    submissions: int
    marks: int
    listened: int
    next_removal: datetime | None
    last_removal: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Once that a teacher listened to a recording; `teacher` is empty of one who was deleted since.

    `title` and `time_zone` are of the assignment that the recording was made for.
    """

    at: datetime
    teacher: str
    title: str
    time_zone: str


def listenings(store: Store, person_id: str) -> tuple[Listening, ...]:
    """Tell who listened to somebody, the newest first; whether the reader may know is for the caller to have asked."""
    query = (
        select(AuditRow.at, AuditRow.actor, Assignment.title, Assignment.time_zone)
        .join(Recording, AuditRow.subject == literal("recording:") + Recording.id)
        .join(Submission, Submission.id == Recording.submission_id)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .where(AuditRow.action == "recording.listen", Recording.person_id == person_id)
        .order_by(AuditRow.number.desc())
        .limit(_MOST_LISTENINGS)
    )
    with store.reading() as session:
        rows = session.execute(query).tuples().all()
        names = {actor: _name(store, session, actor) for _, actor, *_ in rows}
    return tuple(Listening(at=at, teacher=names[actor], title=title, time_zone=zone) for at, actor, title, zone in rows)


def held(store: Store, person_id: str, *, now: datetime) -> Holdings:
    """Count what is kept of somebody; whether the reader may know is for the caller to have asked."""
    kept = select(func.count(), func.min(Recording.expires_at), func.max(Recording.expires_at)).where(
        Recording.person_id == person_id, Recording.removed_at.is_(None), Recording.expires_at > now
    )
    with store.reading() as session:
        row_of(session, person_id)
        recordings, first, last = session.execute(kept).one()
        listened = select(func.count()).select_from(AuditRow).where(AuditRow.action == "recording.listen")
        return Holdings(
            recordings=recordings,
            results=_count(session, _assessments(person_id)),
            submissions=_count(session, select(Submission.id).filter_by(person_id=person_id)),
            marks=_count(
                session, select(MarkRow.assessment_id).where(MarkRow.assessment_id.in_(_assessments(person_id)))
            ),
            listened=session.scalar(listened.where(AuditRow.subject.in_(_subjects("recording", person_id)))) or 0,
            next_removal=first,
            last_removal=last,
        )


def concerns(person_id: str) -> ColumnElement[bool]:
    """Choose the rows of the audit that tell of what somebody did, or of what was done to them and their work."""
    kinds = ("recording", "submission", "assessment")
    return or_(
        AuditRow.actor == person_id,
        AuditRow.subject == f"person:{person_id}",
        *(AuditRow.subject.in_(_subjects(kind, person_id)) for kind in kinds),
    )


def _subjects(kind: str, person_id: str) -> Select[Any]:
    """What the audit calls each recording, submission or assessment of somebody."""
    if kind == "assessment":
        ids = _assessments(person_id).subquery()
        return select(literal(f"{kind}:") + ids.c.id)
    table = Recording if kind == "recording" else Submission
    return select(literal(f"{kind}:") + table.id).where(table.person_id == person_id)


def _assessments(person_id: str) -> Select[Any]:
    of_theirs = select(Recording.id).filter_by(person_id=person_id)
    return select(AssessmentRow.id).where(AssessmentRow.recording_id.in_(of_theirs))


def _name(store: Store, session: Session, person_id: str) -> str:
    row = session.get(Person, person_id)
    if row is None or row.deleted_at is not None:
        return ""
    return identity(store, session, person_id).name or row.pseudonym


def _count(session: Session, query: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
