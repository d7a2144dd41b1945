"""The teacher's grid: every learner of a class by every assignment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom import assignments
from classroom.access import require_teaches
from classroom.assignments import Assignment
from classroom.marks import scores_given
from classroom.people import identity
from classroom.store import Store
from classroom.store.schema import AssessmentRow, Membership, Person, Recording, Submission
from classroom.store.schema import Assignment as AssignmentRow
from classroom.strictness import total_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A learner's work at one assignment.

    `state` is of the latest attempt; `total` is 0..100 of the best attempt that was handed in, as it counts now and as
    strictly as the assignment asks, and `best_id` names it; items without a result count 0 there. `handed_id` is the
    latest attempt that was handed in, None where there are only drafts, and `late` tells of it. `waiting` attempts were
    handed in and not given back.
    """

    attempts: int
    state: str
    late: bool
    latest_id: str
    handed_id: str | None
    waiting: int
    best_id: str | None
    total: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A learner and a cell for each assignment; None where nothing was begun."""

    person_id: str
    pseudonym: str
    name: str
    group_id: str | None
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Assignments across, learners down."""

    assignments: tuple[Assignment, ...]
    rows: tuple[Row, ...]


def grid(store: Store, class_id: str, *, by: str) -> Grid:
    """Show a class at a glance, by name; archived assignments are left out.

    Raises
    ------
    NotAllowed
        Whoever asks does not teach the class.
    """
    with store.reading() as session:
        require_teaches(session, by, class_id)
        columns = _columns(session, class_id)
        work = _work(session, class_id)
        scores = _scores(session, class_id)
        rows = [
            Row(
                person_id=person.id,
                pseudonym=person.pseudonym,
                name=identity(store, session, person.id).name,
                group_id=member.group_id,
                cells=tuple(_cell(column, work[column.id, person.id], scores) for column in columns),
            )
            for member, person in _learners(session, class_id)
        ]
    return Grid(columns, tuple(sorted(rows, key=lambda row: (row.name or row.pseudonym, row.person_id))))


def _columns(session: Session, class_id: str) -> tuple[Assignment, ...]:
    query = select(AssignmentRow).filter_by(class_id=class_id, archived_at=None)
    rows = session.scalars(query.order_by(AssignmentRow.created_at, AssignmentRow.id))
    return tuple(assignments.assignment(session, row) for row in rows)


def _learners(session: Session, class_id: str) -> Iterable[tuple[Membership, Person]]:
    query = (
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.class_id == class_id, Membership.role == "learner")
        .where(Membership.left_at.is_(None), Person.deleted_at.is_(None))
    )
    return [(member, person) for member, person in session.execute(query)]


def _work(session: Session, class_id: str) -> Mapping[tuple[str, str], list[Submission]]:
    found: dict[tuple[str, str], list[Submission]] = defaultdict(list)
    query = select(Submission).join(AssignmentRow, AssignmentRow.id == Submission.assignment_id)
    for row in session.scalars(query.where(AssignmentRow.class_id == class_id).order_by(Submission.attempt)):
        found[row.assignment_id, row.person_id].append(row)
    return found


@dataclass(frozen=True, slots=True)
class _Counted:
    """Scores of one reading after a teacher's marks, and which of them the teacher gave."""

    scores: Mapping[str, float | None]
    given: frozenset[str]


def _scores(session: Session, class_id: str) -> Mapping[str, Mapping[str, _Counted]]:
    """Scores that count now, by submission and item: of the newest recording the newest assessment."""
    found: dict[str, dict[str, _Counted]] = defaultdict(dict)
    given = given_in(session, class_id)
    query = (
        select(Recording.submission_id, Recording.item_id, AssessmentRow.id, AssessmentRow.totals)
        .join(AssessmentRow, AssessmentRow.recording_id == Recording.id)
        .join(Submission, Submission.id == Recording.submission_id)
        .join(AssignmentRow, AssignmentRow.id == Submission.assignment_id)
        .where(AssignmentRow.class_id == class_id)
        .order_by(Recording.created_at, Recording.id, AssessmentRow.created_at, AssessmentRow.id)
    )
    for submission_id, item_id, assessment_id, totals in session.execute(query):
        found[submission_id or ""][item_id or ""] = _Counted(totals, frozenset(given[assessment_id]))
    return found


def given_in(session: Session, class_id: str) -> Mapping[str, set[str]]:
    """Names of the scores that teachers gave themselves in a class, by assessment."""
    theirs = (
        select(AssessmentRow.id)
        .join(Recording, Recording.id == AssessmentRow.recording_id)
        .join(Submission, Submission.id == Recording.submission_id)
        .join(AssignmentRow, AssignmentRow.id == Submission.assignment_id)
        .where(AssignmentRow.class_id == class_id)
    )
    return scores_given(session, theirs)


def _cell(
    column: Assignment,
    attempts: list[Submission],
    scores: Mapping[str, Mapping[str, _Counted]],
) -> Cell | None:
    if not attempts:
        return None
    latest = attempts[-1]
    handed = next((row for row in reversed(attempts) if row.state != "draft"), None)
    totals = [(_total(column, scores.get(row.id, {})), row.id) for row in attempts if row.state != "draft"]
    best = max(((value, name) for value, name in totals if value is not None), default=(None, None), key=_first)
    return Cell(
        attempts=len(attempts),
        state=latest.state,
        late=handed is not None and handed.submitted_at is not None and column.is_late(handed.submitted_at),
        latest_id=latest.id,
        handed_id=handed.id if handed else None,
        waiting=sum(row.state == "submitted" for row in attempts),
        best_id=best[1],
        total=best[0],
    )


def _first(pair: tuple[float | None, str | None]) -> float:
    return pair[0] or 0.0


def _total(column: Assignment, by_item: Mapping[str, _Counted]) -> float | None:
    counted = [by_item.get(item.id) for item in column.items]
    return mean_of_items([one and total_of(one.scores, column.terms, given=one.given) for one in counted])


def mean_of_items(values: Sequence[float | None]) -> float | None:
    """Mean over all items of an assignment; one that was not said, or could not be judged, counts 0."""
    if all(value is None for value in values):
        return None
    return sum(value or 0.0 for value in values) / len(values)
