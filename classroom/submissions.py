"""Attempts at assignments: a draft takes recordings, is handed in, and is given back by the teacher."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classroom import assignments, consents
from classroom.access import require_owes, require_teaches
from classroom.errors import AttemptsUsed, DifferentUpload, NotFound, NotOpen
from classroom.ids import new_id
from classroom.people import row_of as person_row
from classroom.store import Store
from classroom.store.schema import Membership, Recording
from classroom.store.schema import Submission as SubmissionRow
from classroom.terms import refused

State = Literal["draft", "submitted", "released"]

MOST_KEY = 80
"""Longest idempotency key, in letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One attempt, counted from 1."""

    id: str
    assignment_id: str
    person_id: str
    attempt: int
    state: State
    created_at: datetime
    submitted_at: datetime | None
    released_at: datetime | None


def begin(store: Store, assignment_id: str, person_id: str, *, key: str, now: datetime) -> Submission:
    """Begin an attempt. The same key, or a draft that is still open, gives the attempt there is.

    Parameters
    ----------
    key : str
        Made by the browser, once for each attempt.

    Raises
    ------
    AttemptsUsed, NotOpen, NotAllowed, ConsentMissing
        The learner may not begin another.
    """
    check_key(key)
    with store.writing() as session:
        person_row(session, person_id, lock=True)
        theirs = select(SubmissionRow).filter_by(person_id=person_id)
        known = session.scalars(theirs.filter_by(idempotency_key=key)).first()
        if known is not None:
            if known.assignment_id != assignment_id:
                raise DifferentUpload
            return submission(known)
        of_this = theirs.filter_by(assignment_id=assignment_id)
        draft = session.scalars(of_this.filter_by(state="draft")).first()
        if draft is not None:
            return submission(draft)
        return submission(_add(session, assignment_id, person_id, key, now))


def hand_in(store: Store, submission_id: str, *, by: str, now: datetime) -> Submission:
    """Hand a draft in; once more changes nothing.

    Raises
    ------
    NotFound
        There is none, or it is somebody else's.
    InvalidDetail
        There is no recording in it.
    """
    with store.writing() as session:
        person_row(session, by, lock=True)
        row = own_row(session, submission_id, by)
        if row.state != "draft":
            return submission(row)
        if session.scalars(select(Recording.id).filter_by(submission_id=row.id).limit(1)).first() is None:
            raise refused("recordings", "nothing has been recorded", "unrecorded")
        row.state, row.submitted_at = "submitted", now
        return submission(row)


def release(store: Store, submission_id: str, *, by: str, now: datetime) -> Submission:
    """Give work back to its learner with scores and comments; for teachers of the class."""
    with store.writing() as session:
        row = taught_row(session, submission_id, by)
        if row.state == "draft":
            raise NotOpen
        if row.state == "submitted":
            _release(store, session, row, by, now)
        return submission(row)


def release_all(store: Store, assignment_id: str, *, by: str, now: datetime, group_id: str | None = None) -> int:
    """Give back everything that was handed in for an assignment, or by one group; answers how many pieces it was."""
    query = select(SubmissionRow).filter_by(assignment_id=assignment_id, state="submitted")
    if group_id is not None:
        members = select(Membership.person_id).filter_by(group_id=group_id, left_at=None)
        query = query.where(SubmissionRow.person_id.in_(members))
    with store.writing() as session:
        require_teaches(session, by, assignments.row_of(session, assignment_id).class_id)
        rows = session.scalars(query).all()
        for row in rows:
            _release(store, session, row, by, now)
        return len(rows)


def of_person(store: Store, assignment_id: str, person_id: str) -> tuple[Submission, ...]:
    """Somebody's attempts, first to last."""
    query = select(SubmissionRow).filter_by(assignment_id=assignment_id, person_id=person_id)
    with store.reading() as session:
        return tuple(submission(row) for row in session.scalars(query.order_by(SubmissionRow.attempt)))


def own_row(session: Session, submission_id: str, person_id: str) -> SubmissionRow:
    """Find one's own submission; somebody else's is as good as none."""
    row = session.get(SubmissionRow, submission_id)
    if row is None or row.person_id != person_id:
        raise NotFound({"kind": "submission"})
    return row


def taught_row(session: Session, submission_id: str, teacher_id: str) -> SubmissionRow:
    """Find a submission of a class that one teaches."""
    row = session.get(SubmissionRow, submission_id)
    if row is None:
        raise NotFound({"kind": "submission"})
    require_teaches(session, teacher_id, assignments.row_of(session, row.assignment_id).class_id)
    return row


def submission(row: SubmissionRow) -> Submission:
    """Give a row as a value."""
    return Submission(
        id=row.id,
        assignment_id=row.assignment_id,
        person_id=row.person_id,
        attempt=row.attempt,
        state=cast(State, row.state),
        created_at=row.created_at,
        submitted_at=row.submitted_at,
        released_at=row.released_at,
    )


def check_key(key: str) -> None:
    """Refuse an idempotency key that is empty, long or not plain."""
    if not (0 < len(key) <= MOST_KEY and key.isascii() and key.isprintable()):
        raise refused("key", f"it needs 1 to {MOST_KEY} plain letters", "length", most=MOST_KEY)


def _release(store: Store, session: Session, row: SubmissionRow, by: str, now: datetime) -> None:
    row.state, row.released_at = "released", now
    store.note(session, actor=by, action="submission.release", subject=f"submission:{row.id}", now=now)


def _add(session: Session, assignment_id: str, person_id: str, key: str, now: datetime) -> SubmissionRow:
    row = assignments.row_of(session, assignment_id)
    assignment = assignments.assignment(session, row)
    require_owes(session, person_id, row)
    consents.require(session, person_id, "practice")
    if not assignment.is_open(now):
        raise NotOpen
    count = select(func.count()).select_from(SubmissionRow)
    used = session.scalar(count.filter_by(assignment_id=assignment_id, person_id=person_id)) or 0
    if row.attempts is not None and used >= row.attempts:
        raise AttemptsUsed({"attempts": row.attempts})
    made = SubmissionRow(
        id=new_id(),
        assignment_id=assignment_id,
        person_id=person_id,
        attempt=used + 1,
        state="draft",
        idempotency_key=key,
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made
