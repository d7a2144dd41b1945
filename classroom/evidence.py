"""What a class has handed in, as numbers: who, when, what, and how it was judged. It knows no names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom import assignments
from classroom.access import require_teaches
from classroom.assignments import Assignment
from classroom.store import Store
from classroom.store.schema import AssessmentRow, Membership, Recording, Submission
from classroom.store.schema import Assignment as AssignmentRow
from classroom.summaries import SOUNDS, WORDS, Tally, read
from classroom.totals import total

_MEMBERS = select(Membership.person_id, Membership.joined_at, Membership.group_id).filter_by(
    role="learner", left_at=None
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One recording that was handed in and judged.

    `counts`: it is the newest of its attempt for the thing to say. `score` is 0..100 of what the assignment counts,
    after a teacher's marks and before strictness, so that it can be compared with other assignments'.
    """

    person_id: str
    assignment_id: str
    item_id: str
    submission_id: str
    said_at: datetime
    counts: bool
    score: float | None
    sounds: Mapping[str, Tally]
    words: Mapping[str, Tally]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """An attempt that was handed in."""

    person_id: str
    assignment_id: str
    submission_id: str
    attempt: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A class's work: assignments, since when each learner is there, what was handed in, and when somebody recorded.

    `groups` says in which group each learner is, if any: not everybody owes all of it.
    """

    assignments: tuple[Assignment, ...]
    joined: Mapping[str, datetime]
    takes: tuple[Take, ...]
    handed_in: tuple[HandedIn, ...]
    recorded: Mapping[str, tuple[datetime, ...]]
    groups: Mapping[str, str | None] = field(default_factory=dict[str, str | None])

    @property
    def counted(self) -> tuple[Take, ...]:
        """Takes that count."""
        return tuple(take for take in self.takes if take.counts)


def evidence(store: Store, class_id: str, *, by: str) -> Evidence:
    """Look at everything a class's learners handed in; opens no assessment.

    Raises
    ------
    NotAllowed
        Whoever asks does not teach the class.
    """
    with store.reading() as session:
        require_teaches(session, by, class_id)
        query = select(AssignmentRow).filter_by(class_id=class_id).order_by(AssignmentRow.created_at, AssignmentRow.id)
        work = tuple(assignments.assignment(session, row) for row in session.scalars(query))
        members = session.execute(_MEMBERS.filter_by(class_id=class_id)).tuples().all()
        joined = {person_id: joined_at for person_id, joined_at, _ in members}
        return Evidence(
            assignments=work,
            joined=joined,
            takes=_takes(session, class_id, work, joined),
            handed_in=_handed_in(session, class_id, joined),
            recorded=_recorded(session, class_id, joined),
            groups={person_id: group_id for person_id, _, group_id in members},
        )


def chosen(
    takes: Iterable[Take], *, since: datetime | None = None, assignment_id: str | None = None, person_id: str = ""
) -> tuple[Take, ...]:
    """Keep the takes from a moment on, of one assignment, or of one learner."""
    return tuple(
        take
        for take in takes
        if (since is None or take.said_at >= since)
        and (assignment_id is None or take.assignment_id == assignment_id)
        and (not person_id or take.person_id == person_id)
    )


def _takes(session: Session, class_id: str, work: tuple[Assignment, ...], learners: Iterable[str]) -> tuple[Take, ...]:
    query = (
        select(
            Recording.id,
            Recording.person_id,
            Recording.item_id,
            Recording.created_at,
            Submission.id,
            Submission.assignment_id,
            AssessmentRow.totals,
        )
        .join(Recording, Recording.id == AssessmentRow.recording_id)
        .join(Submission, Submission.id == Recording.submission_id)
        .join(AssignmentRow, AssignmentRow.id == Submission.assignment_id)
        .where(AssignmentRow.class_id == class_id, Submission.state != "draft")
        .order_by(Recording.created_at, Recording.id, AssessmentRow.created_at, AssessmentRow.id)
    )
    by_id, here = {one.id: one for one in work}, set(learners)
    found: dict[str, Take] = {}
    newest: dict[tuple[str, str], str] = {}
    for row in session.execute(query):
        if row[1] in here:
            take = _take(tuple(row), by_id[row[5]])
            found[row[0]] = take
            newest[take.submission_id, take.item_id] = row[0]
    return tuple(replace(take, counts=newest[take.submission_id, take.item_id] == name) for name, take in found.items())


def _take(row: tuple[Any, ...], work: Assignment) -> Take:
    _, person_id, item_id, said_at, submission_id, assignment_id, totals = row
    return Take(
        person_id=person_id,
        assignment_id=assignment_id,
        item_id=item_id or "",
        submission_id=submission_id,
        said_at=said_at,
        counts=True,
        score=total(totals, work.terms.counted, work.terms.weights),
        sounds=read(totals, SOUNDS),
        words=read(totals, WORDS),
    )


def _handed_in(session: Session, class_id: str, learners: Iterable[str]) -> tuple[HandedIn, ...]:
    query = (
        select(Submission)
        .join(AssignmentRow, AssignmentRow.id == Submission.assignment_id)
        .where(AssignmentRow.class_id == class_id, Submission.submitted_at.is_not(None))
        .order_by(Submission.submitted_at, Submission.id)
    )
    here = set(learners)
    return tuple(
        HandedIn(
            person_id=row.person_id,
            assignment_id=row.assignment_id,
            submission_id=row.id,
            attempt=row.attempt,
            at=row.submitted_at,
        )
        for row in session.scalars(query)
        if row.person_id in here and row.submitted_at is not None
    )


def _recorded(session: Session, class_id: str, learners: Iterable[str]) -> dict[str, tuple[datetime, ...]]:
    query = (
        select(Recording.person_id, Recording.created_at)
        .join(Submission, Submission.id == Recording.submission_id)
        .join(AssignmentRow, AssignmentRow.id == Submission.assignment_id)
        .where(AssignmentRow.class_id == class_id)
        .order_by(Recording.created_at)
    )
    found: dict[str, list[datetime]] = {person_id: [] for person_id in learners}
    for person_id, moment in session.execute(query):
        if person_id in found:
            found[person_id].append(moment)
    return {person_id: tuple(moments) for person_id, moments in found.items()}
