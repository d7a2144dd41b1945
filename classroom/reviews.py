"""An attempt as its teacher goes through it: each thing that was to be said, what was recorded, judged and marked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom import assignments, consents
from classroom.assessments import open_document
from classroom.assignments import Assignment, Item
from classroom.errors import ConsentMissing, NotFound
from classroom.grid import mean_of_items
from classroom.marks import Marked, comments_of, marked_in, newest_of
from classroom.people import identity
from classroom.people import row_of as person_row
from classroom.recordings import Recording, recording
from classroom.store import Store
from classroom.store.schema import AssessmentRow, Membership
from classroom.store.schema import Assignment as AssignmentRow
from classroom.store.schema import Recording as RecordingRow
from classroom.store.schema import Submission as SubmissionRow
from classroom.strictness import total_of
from classroom.submissions import Submission, submission, taught_row
from classroom.totals import Level, Totals, recompute


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What Lafal said of a recording, as JSON, and a teacher's marks, first to last."""

    assessment_id: str
    document: str
    marks: tuple[Marked, ...]
    totals: Totals

    @property
    def newest(self) -> dict[tuple[Level, str], float]:
        """The mark that counts, for each place that has one."""
        return newest_of(self.marks)

    @property
    def comments(self) -> dict[tuple[Level, str], str]:
        """The comment that stands, for each place that has one."""
        return comments_of(self.marks)

    def is_marked(self, level: Level, place: str) -> bool:
        """Whether a teacher's score or comment stands at a place."""
        return (level, place) in self.newest or (level, place) in self.comments

    @property
    def given(self) -> frozenset[str]:
        """Scores that a teacher gave."""
        return frozenset(place for level, place in self.newest if level == "score")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing to say; `recording` and `judged` are None until there is one. `total` is as it counts."""

    item: Item
    recording: Recording | None
    judged: Judged | None
    total: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """An attempt that was handed in.

    `name` is the learner's real one where it is known, else the made-up one; `may_listen` whether the learner agreed
    to being heard; `markers` are names of those who marked; `attempts` are all that the learner handed in for it;
    `previous_id` and `next_id` are the nearest others of the class that wait to be given back, `waiting` how many do.
    """

    submission: Submission
    assignment: Assignment
    name: str
    may_listen: bool
    parts: tuple[Part, ...]
    total: float | None
    markers: Mapping[str, str]
    attempts: tuple[Submission, ...]
    previous_id: str | None
    next_id: str | None
    waiting: int


def review(store: Store, submission_id: str, *, by: str) -> Review:
    """Show an attempt to a teacher of the class.

    Raises
    ------
    NotFound
        There is none, or it was not handed in.
    NotAllowed
        Whoever asks does not teach the class.
    """
    with store.reading() as session:
        row = taught_row(session, submission_id, by)
        if row.state == "draft":
            raise NotFound({"kind": "submission"})
        work = assignments.assignment(session, assignments.row_of(session, row.assignment_id))
        parts = tuple(_part(store, session, row, work, item) for item in work.items)
        order = _waiting(session, work.class_id)
        before, after = _around(session, row, order)
        return Review(
            submission=submission(row),
            assignment=work,
            name=_name(store, session, row.person_id),
            may_listen=_may_listen(session, row.person_id),
            parts=parts,
            total=mean_of_items([part.total for part in parts]),
            markers=_markers(store, session, parts),
            attempts=_attempts(session, row),
            previous_id=before,
            next_id=after,
            waiting=len(order),
        )


def submission_of(store: Store, assessment_id: str, *, by: str) -> str:
    """Tell a teacher of the class of which attempt an assessment is."""
    query = (
        select(RecordingRow.submission_id)
        .join(AssessmentRow, AssessmentRow.recording_id == RecordingRow.id)
        .where(AssessmentRow.id == assessment_id)
    )
    with store.reading() as session:
        submission_id = session.scalars(query).first()
        if submission_id is None:
            raise NotFound({"kind": "assessment"})
        taught_row(session, submission_id, by)
        return submission_id


def _part(store: Store, session: Session, row: SubmissionRow, work: Assignment, item: Item) -> Part:
    """Take what counts: of the newest recording that was judged, or of the newest, the newest assessment."""
    query = (
        select(RecordingRow, AssessmentRow)
        .outerjoin(AssessmentRow, AssessmentRow.recording_id == RecordingRow.id)
        .where(RecordingRow.submission_id == row.id, RecordingRow.item_id == item.id)
        .order_by(RecordingRow.created_at, RecordingRow.id, AssessmentRow.created_at, AssessmentRow.id)
    )
    # An outer join gives None on its right side, which its type does not tell.
    found = [(kept, cast("AssessmentRow | None", assessed)) for kept, assessed in session.execute(query)]
    if not found:
        return Part(item=item, recording=None, judged=None, total=None)
    kept, assessed = next((pair for pair in reversed(found) if pair[1] is not None), found[-1])
    if assessed is None:
        return Part(item=item, recording=recording(kept), judged=None, total=None)
    judged = _judged(store, session, assessed, row.person_id)
    total = total_of(judged.totals.scores, work.terms, given=judged.given)
    return Part(item=item, recording=recording(kept), judged=judged, total=total)


def _judged(store: Store, session: Session, row: AssessmentRow, person_id: str) -> Judged:
    document, marks = open_document(store, row, person_id), marked_in(store, session, row.id, person_id)
    totals = recompute(json.loads(document), newest_of(marks))
    return Judged(assessment_id=row.id, document=document, marks=marks, totals=totals)


def _attempts(session: Session, row: SubmissionRow) -> tuple[Submission, ...]:
    query = select(SubmissionRow).filter_by(assignment_id=row.assignment_id, person_id=row.person_id)
    handed_in = query.where(SubmissionRow.state != "draft").order_by(SubmissionRow.attempt)
    return tuple(submission(one) for one in session.scalars(handed_in))


def _waiting(session: Session, class_id: str) -> tuple[SubmissionRow, ...]:
    """Everything of a class that waits to be given back: assignment by assignment, what came first before."""
    query = (
        select(SubmissionRow)
        .join(AssignmentRow, AssignmentRow.id == SubmissionRow.assignment_id)
        .join(Membership, Membership.person_id == SubmissionRow.person_id)
        .where(Membership.class_id == class_id, Membership.left_at.is_(None))
        .where(AssignmentRow.class_id == class_id, AssignmentRow.archived_at.is_(None))
        .where(SubmissionRow.state == "submitted")
        .order_by(AssignmentRow.created_at, AssignmentRow.id, SubmissionRow.submitted_at, SubmissionRow.id)
    )
    return tuple(session.scalars(query))


def _around(session: Session, row: SubmissionRow, waiting: Sequence[SubmissionRow]) -> tuple[str | None, str | None]:
    """Find the ones before and after an attempt; after the last comes the first again."""

    def place(one: SubmissionRow) -> tuple[datetime, str, datetime, str]:
        work = assignments.row_of(session, one.assignment_id)
        return work.created_at, work.id, one.submitted_at or one.created_at, one.id

    before = [one.id for one in waiting if place(one) < place(row)]
    after = [one.id for one in waiting if place(one) > place(row)]
    return before[-1] if before else None, next(iter([*after, *before]), None)


def _markers(store: Store, session: Session, parts: Sequence[Part]) -> Mapping[str, str]:
    ids = {one.marked_by for part in parts if part.judged for one in part.judged.marks}
    return {person_id: _name(store, session, person_id) for person_id in ids}


def _name(store: Store, session: Session, person_id: str) -> str:
    return identity(store, session, person_id).name or person_row(session, person_id).pseudonym


def _may_listen(session: Session, person_id: str) -> bool:
    try:
        consents.require(session, person_id, "teacher_listens")
    except ConsentMissing:
        return False
    return True
