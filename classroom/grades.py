"""A class's totals as a table for spreadsheets, and totals that a teacher changed there taken over as marks.

A total is the mean over an assignment's exercises, so it cannot be set by itself: every exercise of the attempt that
has a score gets the same mark for each score that counts, such that the mean is what the teacher wrote. Where that is
not enough, or none has a score, such as of free speech, those that were said without getting one are marked too.
Attempts that would count more than that are marked alike, since the best one counts. What was not said is worth
nothing and stays so: a total has a highest value that can be reached.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom import assignments, marks
from classroom.access import require_teaches
from classroom.assignments import Assignment
from classroom.errors import GradesChanged
from classroom.grid import Cell, given_in, grid, mean_of_items
from classroom.marks import Mark
from classroom.store import Store
from classroom.store.schema import AssessmentRow, Group, Recording, Submission
from classroom.store.schema import Assignment as AssignmentRow
from classroom.strictness import total_of

_ALMOST = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt that was handed in: of each exercise that was said its assessment, and how it counts if it does."""

    submission_id: str
    exercises: int
    said: Mapping[str, float | None]

    @property
    def judged(self) -> Mapping[str, float]:
        """Those that have a score."""
        return {name: score for name, score in self.said.items() if score is not None}

    @property
    def total(self) -> float | None:
        """As the grid counts it."""
        missing = [None] * (self.exercises - len(self.said))
        return mean_of_items([*self.said.values(), *missing])

    @property
    def highest(self) -> float:
        """What the total can be at most."""
        return 100.0 * len(self.said) / self.exercises

    def marked(self, total: float) -> dict[str, float]:
        """Give the score that each assessment needs for a total."""
        chosen = list(self.judged)
        if not chosen or total * self.exercises > 100.0 * len(chosen) + _ALMOST:
            chosen = list(self.said)
        return {name: min(100.0, total * self.exercises / len(chosen)) for name in chosen}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A learner; `group` is empty where there is none, and a cell None where nothing was begun."""

    person_id: str
    pseudonym: str
    name: str
    group: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A class's totals. `titles` tells assignments of the same title apart."""

    assignments: tuple[Assignment, ...]
    titles: tuple[str, ...]
    lines: tuple[Line, ...]
    attempts: Mapping[tuple[str, str], tuple[Attempt, ...]] = field(repr=False)

    def best(self, assignment_id: str, person_id: str) -> Attempt | None:
        """Give the attempt that counts; None where nothing was handed in that could count."""
        return _best(self.attempts.get((assignment_id, person_id), ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A total to be changed, from what it is shown as, None where there is none, to another number 0..100."""

    assignment_id: str
    person_id: str
    old: float | None
    new: float


def sheet(store: Store, class_id: str, *, by: str) -> Sheet:
    """Show the totals of a class; archived assignments are left out.

    Raises
    ------
    NotAllowed
        Whoever asks does not teach the class.
    """
    shown = grid(store, class_id, by=by)
    with store.reading() as session:
        require_teaches(session, by, class_id)
        groups = {row.id: row.name for row in session.scalars(select(Group).filter_by(class_id=class_id))}
        return Sheet(
            assignments=shown.assignments,
            titles=_titles(session, class_id, shown.assignments),
            lines=tuple(
                Line(
                    person_id=row.person_id,
                    pseudonym=row.pseudonym,
                    name=row.name,
                    group=groups.get(row.group_id or "", ""),
                    cells=row.cells,
                )
                for row in shown.rows
            ),
            attempts=_attempts(session, class_id, shown.assignments),
        )


def export(store: Store, class_id: str, *, form: str, by: str, now: datetime, group: str = "") -> Sheet:
    """As `sheet`, of one group or everybody, to be taken out of the house as a file, which is written down."""
    taken = sheet(store, class_id, by=by)
    taken = replace(taken, lines=tuple(line for line in taken.lines if group in {"", line.group}))
    with store.writing() as session:
        details = {"form": form, "learners": len(taken.lines)}
        store.note(session, actor=by, action="grades.export", subject=f"class:{class_id}", now=now, details=details)
    return taken


def shown(total: float | None) -> float | None:
    """Give a total as tables show it."""
    return None if total is None else round(total, 1)


def apply(store: Store, class_id: str, changes: Sequence[Change], *, by: str, now: datetime) -> None:
    """Take over totals: all of them, or none.

    Raises
    ------
    GradesChanged
        One of them is not what it was, or cannot be reached any more.
    NotAllowed
        Whoever asks does not teach the class.
    """
    with store.writing() as session:
        require_teaches(session, by, class_id)
        query = select(AssignmentRow).filter_by(class_id=class_id, archived_at=None)
        work = {row.id: assignments.assignment(session, row) for row in session.scalars(query)}
        attempts = _attempts(session, class_id, tuple(work.values()))
        for change in changes:
            theirs = attempts.get((change.assignment_id, change.person_id), ())
            _check(change, theirs)
            for assessment_id, value in _marks_for(theirs, change.new):
                for mark in _marks(work[change.assignment_id], value):
                    marks.add(store, session, assessment_id, mark, by=by, now=now)
        details = {"changes": len(changes)}
        store.note(session, actor=by, action="grades.import", subject=f"class:{class_id}", now=now, details=details)


def _check(change: Change, attempts: Sequence[Attempt]) -> None:
    best = _best(attempts)
    if best is None or shown(best.total) != change.old or not 0 <= change.new <= best.highest + _ALMOST:
        raise GradesChanged


def _best(attempts: Sequence[Attempt]) -> Attempt | None:
    # Of several without a total the latest is what a teacher means.
    said = [one for one in reversed(attempts) if one.said]
    return max(said, key=lambda one: -1.0 if one.total is None else one.total, default=None)


def _marks_for(attempts: Sequence[Attempt], total: float) -> list[tuple[str, float]]:
    """Give each assessment's new score: of the attempt that counts, and of those that would count more than it then."""
    best = _best(attempts)
    chosen = [one for one in attempts if one is best or (one.total or 0.0) > total]
    return [pair for one in chosen for pair in one.marked(total).items()]


def _marks(work: Assignment, value: float) -> list[Mark]:
    names = [name for name in work.terms.counted if work.terms.weights.get(name, 1.0) > 0]
    return [Mark(level="score", place=name, value=value) for name in names]


def _titles(session: Session, class_id: str, shown: tuple[Assignment, ...]) -> tuple[str, ...]:
    """Titles; with a part of the id where another assignment, even one put away, has the same."""
    every = list(session.scalars(select(AssignmentRow.title).filter_by(class_id=class_id)))
    plain = [" ".join(title.split()).casefold() for title in every]
    return tuple(
        title if plain.count(title.casefold()) == 1 else f"{title} [{work.id[:6]}]"
        for work in shown
        for title in (" ".join(work.terms.title.split()),)
    )


def _attempts(
    session: Session, class_id: str, work: tuple[Assignment, ...]
) -> Mapping[tuple[str, str], tuple[Attempt, ...]]:
    """Find what counts of each attempt: of the newest recording of an exercise the newest assessment."""
    query = (
        select(
            Submission.assignment_id,
            Submission.person_id,
            Submission.id,
            Recording.item_id,
            AssessmentRow.id,
            AssessmentRow.totals,
        )
        .join(Recording, Recording.id == AssessmentRow.recording_id)
        .join(Submission, Submission.id == Recording.submission_id)
        .join(AssignmentRow, AssignmentRow.id == Submission.assignment_id)
        .where(AssignmentRow.class_id == class_id, Submission.state != "draft")
        .order_by(Submission.attempt, Recording.created_at, Recording.id, AssessmentRow.created_at, AssessmentRow.id)
    )
    by_id, given = {one.id: one for one in work}, given_in(session, class_id)
    newest: dict[tuple[str, str, str], dict[str, tuple[str, float | None]]] = defaultdict(dict)
    for assignment_id, person_id, submission_id, item_id, name, totals in session.execute(query):
        if assignment_id in by_id:
            total = total_of(totals, by_id[assignment_id].terms, given=given[name])
            newest[assignment_id, person_id, submission_id][item_id or ""] = (name, total)
    found: dict[tuple[str, str], list[Attempt]] = defaultdict(list)
    for (assignment_id, person_id, submission_id), items in newest.items():
        exercises = len(by_id[assignment_id].items)
        attempt = Attempt(submission_id=submission_id, exercises=exercises, said=dict(items.values()))
        found[assignment_id, person_id].append(attempt)
    return {place: tuple(attempts) for place, attempts in found.items()}
