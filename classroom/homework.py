"""Homework as its learner sees it: what to do next, what is kept, and what came back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classroom import assignments, consents, exercises
from classroom.access import require_owes
from classroom.assessments import open_document
from classroom.assignments import Assignment, Item
from classroom.errors import NotFound
from classroom.grid import mean_of_items
from classroom.marks import Marked, comments_of, marked_in, newest_of, on_attempt, scores_given
from classroom.recordings import Recording, recording
from classroom.store import Store
from classroom.store.schema import AssessmentRow, Class, Membership
from classroom.store.schema import Assignment as AssignmentRow
from classroom.store.schema import Recording as RecordingRow
from classroom.store.schema import Submission as SubmissionRow
from classroom.strictness import total_of
from classroom.submissions import Submission, own_row, submission
from classroom.totals import Totals, recompute

Stage = Literal["new", "begun", "given_back", "handed_in", "later"]

_ORDER: tuple[tuple[Stage, ...], ...] = (("new", "begun"), ("given_back",), ("handed_in",), ("later",))
_NO_DATE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Homework:
    """An assignment, and how far a learner has come with it.

    Parameters
    ----------
    assignment : Assignment
        What is to be done.
    class_name : str
        For which class.
    attempts : tuple of Submission
        The learner's own, first to last.
    stage : {"new", "begun", "given_back", "handed_in", "later"}
        Of the latest attempt; "later" where the assignment is not open yet and nothing was begun.
    recorded : int
        Items of the latest attempt that have a recording.
    may_begin : bool
        Whether another attempt can be begun now.
    is_late : bool
        The latest attempt was handed in late, or will be.
    total : float or None
        What counts, 0..100, of the best attempt that was given back.
    """

    assignment: Assignment
    class_name: str
    attempts: tuple[Submission, ...]
    stage: Stage
    recorded: int
    may_begin: bool
    is_late: bool
    total: float | None

    @property
    def latest(self) -> Submission | None:
        """The latest attempt."""
        return self.attempts[-1] if self.attempts else None

    @property
    def draft(self) -> Submission | None:
        """The attempt that takes recordings."""
        return self.latest if self.latest and self.latest.state == "draft" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One thing to say, and the recording of it that counts.

    `picture` is the drawing that stands for the text; `assessment_id`, `document`, `totals` and `marks` are what was
    said of the recording: the document as Lafal wrote it, the rest after the marks that the learner may see.
    """

    item: Item
    picture: str | None
    recording: Recording | None = None
    assessment_id: str | None = None
    document: str | None = None
    totals: Totals | None = None
    marks: tuple[Marked, ...] = ()

    @property
    def overall(self) -> float | None:
        """The score of the whole reading."""
        return self.totals.scores["overall"] if self.totals else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Homework with what there is to say; `attempt` is the one whose recordings are shown, None before the first.

    `total` is what counts of that attempt, and `comment` what the teacher says of the whole of it; both are only there
    once it was given back.
    """

    homework: Homework
    attempt: Submission | None
    pieces: tuple[Piece, ...]
    total: float | None = None
    comment: str = ""


def of_learner(store: Store, person_id: str, *, now: datetime) -> tuple[Homework, ...]:
    """All homework of a learner's classes, what is to be done next first.

    Closed work, and work for another group, is there only where something was done.
    """
    query = (
        select(AssignmentRow, Class.name, Membership.group_id)
        .join(Class, Class.id == AssignmentRow.class_id)
        .join(Membership, Membership.class_id == Class.id)
        .where(Membership.person_id == person_id, Membership.role == "learner", Membership.left_at.is_(None))
        .where(Class.archived_at.is_(None))
        .order_by(AssignmentRow.created_at, AssignmentRow.id)
    )
    with store.reading() as session:
        rows = session.execute(query).tuples().all()
        found = [(_homework(session, row, name, person_id, now), group_id) for row, name, group_id in rows]
    return tuple(sorted((one for one, group_id in found if _is_shown(one, group_id)), key=_urgency))


def find(store: Store, assignment_id: str, *, by: str, now: datetime) -> Work:
    """Show one's homework with the recordings of the latest attempt.

    Raises
    ------
    NotFound, NotAllowed
        There is none, or it is for another class.
    """
    with store.reading() as session:
        row = assignments.row_of(session, assignment_id)
        require_owes(session, by, row)
        homework = _homework(session, row, _class_name(session, row.class_id), by, now)
        if homework.stage == "later" or (homework.assignment.archived_at is not None and not homework.attempts):
            return Work(homework=homework, attempt=None, pieces=())
        return _work(store, session, homework, homework.latest)


def attempt(store: Store, submission_id: str, *, by: str, now: datetime) -> Work:
    """Show one's own attempt; teachers' marks only once it was given back.

    Raises
    ------
    NotFound
        There is none, or it is somebody else's.
    """
    with store.reading() as session:
        mine = own_row(session, submission_id, by)
        row = assignments.row_of(session, mine.assignment_id)
        homework = _homework(session, row, _class_name(session, row.class_id), by, now)
        return _work(store, session, homework, submission(mine))


def slot(store: Store, submission_id: str, item_id: str, *, by: str) -> tuple[Item, str]:
    """Find what a recording for one's own attempt is to say, and the id of the class it is for.

    Raises
    ------
    NotFound
        The attempt is somebody else's, or has no such item.
    ConsentMissing
        Nobody agreed to practice on this server.
    """
    with store.reading() as session:
        mine = own_row(session, submission_id, by)
        consents.require(session, by, "practice")
        work = assignments.assignment(session, assignments.row_of(session, mine.assignment_id))
    item = next((one for one in work.items if one.id == item_id), None)
    if item is None:
        raise NotFound({"kind": "exercise"})
    return item, work.class_id


def _is_shown(one: Homework, group_id: str | None) -> bool:
    return bool(one.attempts) or (one.assignment.archived_at is None and one.assignment.is_for(group_id))


def _homework(session: Session, row: AssignmentRow, class_name: str, person_id: str, now: datetime) -> Homework:
    work = assignments.assignment(session, row)
    query = select(SubmissionRow).filter_by(assignment_id=row.id, person_id=person_id)
    mine = tuple(submission(one) for one in session.scalars(query.order_by(SubmissionRow.attempt)))
    latest = mine[-1] if mine else None
    left = work.terms.attempts is None or len(mine) < work.terms.attempts
    moment = latest.submitted_at if latest and latest.submitted_at else now
    return Homework(
        assignment=work,
        class_name=class_name,
        attempts=mine,
        stage=_stage(work, latest, now),
        recorded=_recorded(session, latest) if latest else 0,
        may_begin=left and work.is_open(now) and not (latest and latest.state == "draft"),
        is_late=work.is_late(moment),
        total=_best(session, work, mine),
    )


def _stage(work: Assignment, latest: Submission | None, now: datetime) -> Stage:
    if latest is None:
        return "new" if work.terms.opens_at is None or work.terms.opens_at <= now else "later"
    stages: Mapping[str, Stage] = {"draft": "begun", "submitted": "handed_in", "released": "given_back"}
    return stages[latest.state]


def _urgency(one: Homework) -> tuple[int, datetime, datetime]:
    group = next(number for number, stages in enumerate(_ORDER) if one.stage in stages)
    date = one.assignment.terms.opens_at if one.stage == "later" else one.assignment.terms.due_at
    return group, date or _NO_DATE, one.assignment.created_at


def _recorded(session: Session, latest: Submission) -> int:
    items = select(func.count(func.distinct(RecordingRow.item_id)))
    return session.scalar(items.filter_by(submission_id=latest.id)) or 0


def _best(session: Session, work: Assignment, mine: Sequence[Submission]) -> float | None:
    """What counts of the best attempt that was given back, without opening any document."""
    totals: list[float] = []
    for one in mine:
        if one.state != "released":
            continue
        newest = _newest(session, one.id).items()
        kept: dict[str, AssessmentRow] = {item: judged for item, (_, judged) in newest if judged is not None}
        given = scores_given(session, [row.id for row in kept.values()])
        values = [
            total_of(kept[item.id].totals, work.terms, given=given[kept[item.id].id]) if item.id in kept else None
            for item in work.items
        ]
        total = mean_of_items(values)
        totals += [] if total is None else [total]
    return max(totals, default=None)


def _newest(
    session: Session, submission_id: str, *, judged_first: bool = True
) -> Mapping[str, tuple[RecordingRow, AssessmentRow | None]]:
    """Of each item the newest recording that was judged, or else the newest, with the newest assessment."""
    query = (
        select(RecordingRow, AssessmentRow)
        .outerjoin(AssessmentRow, AssessmentRow.recording_id == RecordingRow.id)
        .where(RecordingRow.submission_id == submission_id)
        .order_by(RecordingRow.created_at, RecordingRow.id, AssessmentRow.created_at, AssessmentRow.id)
    )
    rows = cast("Sequence[tuple[RecordingRow, AssessmentRow | None]]", session.execute(query).tuples().all())
    found: dict[str, tuple[RecordingRow, AssessmentRow | None]] = {}
    for kept, assessed in rows:
        item = kept.item_id or ""
        before = found.get(item)
        if not judged_first or assessed is not None or before is None or before[1] is None:
            found[item] = (kept, assessed)
    return found


def _work(store: Store, session: Session, homework: Homework, shown: Submission | None) -> Work:
    # Whoever still records sees the last take; what counts in the end is the last one that could be judged.
    kept = _newest(session, shown.id, judged_first=shown.state != "draft") if shown else {}
    is_back = shown is not None and shown.state == "released"
    pieces = tuple(_piece(store, session, item, kept.get(item.id), is_back) for item in homework.assignment.items)
    return Work(
        homework=homework,
        attempt=shown,
        pieces=pieces,
        total=mean_of_items([_counts(piece, homework.assignment) for piece in pieces]) if is_back else None,
        comment=comments_of(on_attempt(mark for piece in pieces for mark in piece.marks)).get(("score", "attempt"), ""),
    )


def _counts(piece: Piece, work: Assignment) -> float | None:
    if piece.totals is None:
        return None
    given = {place for level, place in newest_of(piece.marks) if level == "score"}
    return total_of(piece.totals.scores, work.terms, given=given)


def _piece(
    store: Store, session: Session, item: Item, kept: tuple[RecordingRow, AssessmentRow | None] | None, is_back: bool
) -> Piece:
    exercise = exercises.find(item.exercise_id) if item.exercise_id else None
    picture = exercise.picture if exercise else None
    if kept is None:
        return Piece(item=item, picture=picture)
    row, assessed = kept
    if assessed is None:
        return Piece(item=item, picture=picture, recording=recording(row))
    document = open_document(store, assessed, row.person_id)
    marks = marked_in(store, session, assessed.id, row.person_id) if is_back else ()
    return Piece(
        item=item,
        picture=picture,
        recording=recording(row),
        assessment_id=assessed.id,
        document=document,
        totals=recompute(json.loads(document), newest_of(marks)),
        marks=marks,
    )


def _class_name(session: Session, class_id: str) -> str:
    return session.scalars(select(Class.name).filter_by(id=class_id)).one()
