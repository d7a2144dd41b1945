"""Recordings that still wait for a verdict: of work handed in the newest of each thing to say, and any by its id."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from classroom import consents
from classroom.assignments import Strictness
from classroom.errors import NotFound
from classroom.store import Store
from classroom.store.schema import AssessmentRow, Assignment, AssignmentItem, Submission
from classroom.store.schema import Recording as RecordingRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """A recording and what was to be said in it; what has no text or is not audible any more is for people to judge."""

    recording_id: str
    person_id: str
    text: str
    strictness: Strictness = "standard"
    seconds: float = 0.0
    audible: bool = True


def handed_in(store: Store, *, now: datetime) -> tuple[Unjudged, ...]:
    """Recordings of work that was handed in of which nothing is said yet, the longest waiting first."""
    newer = aliased(RecordingRow)
    same = (newer.submission_id == RecordingRow.submission_id, newer.item_id == RecordingRow.item_id)
    query = (
        select(RecordingRow, AssignmentItem.text)
        .join(Submission, Submission.id == RecordingRow.submission_id)
        .join(AssignmentItem, AssignmentItem.id == RecordingRow.item_id)
        .where(Submission.state != "draft")
        .where(~exists().where(AssessmentRow.recording_id == RecordingRow.id))
        .where(~exists().where(*same, newer.created_at > RecordingRow.created_at))
        .order_by(RecordingRow.created_at, RecordingRow.id)
    )
    with store.reading() as session:
        found = session.execute(query).tuples().all()
        return tuple(
            Unjudged(
                recording_id=row.id,
                person_id=row.person_id,
                text=text,
                seconds=row.seconds,
                audible=row.sha256 is not None and row.removed_at is None and row.expires_at > now,
            )
            for row, text in found
        )


def find(store: Store, recording_id: str, *, by: str) -> Unjudged:
    """Find one's own recording for an assignment.

    Raises
    ------
    NotFound
        There is none, or it is somebody else's.
    ConsentMissing
        The learner no longer agrees to be judged.
    """
    query = (
        select(RecordingRow.person_id, AssignmentItem.text, Assignment.strictness)
        .join(AssignmentItem, AssignmentItem.id == RecordingRow.item_id)
        .join(Assignment, Assignment.id == AssignmentItem.assignment_id)
        .where(RecordingRow.id == recording_id)
    )
    with store.reading() as session:
        found = session.execute(query).tuples().first()
        if found is None or found[0] != by:
            raise NotFound({"kind": "recording"})
        consents.require(session, by, "practice")
    return Unjudged(recording_id=recording_id, person_id=by, text=found[1], strictness=cast(Strictness, found[2]))
