"""Assignments: what a class is to say, until when, how often and what counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom import exercises
from classroom.access import require_learns, require_teaches
from classroom.errors import InvalidDetail, NotAllowed, NotFound
from classroom.ids import new_id
from classroom.store import Store
from classroom.store.schema import Assignment as AssignmentRow
from classroom.store.schema import AssignmentItem
from classroom.totals import SCORES, Score

Kind = Literal["sentences", "passage", "picture", "free", "dialogue"]
Strictness = Literal["gentle", "standard", "strict"]

_MOST_ITEMS = 100
_MOST_LETTERS = 5000
_MOST_TITLE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a teacher may change afterwards.

    Parameters
    ----------
    title : str
        What it is called.
    strictness : {"gentle", "standard", "strict"}
        How sounds are to be marked.
    attempts : int or None
        How often a learner may hand in; None for as often as they like.
    opens_at, due_at : datetime or None
        From when, and until when it is on time. Work handed in later is taken, and shown as late.
    time_zone : str
        In which the dates are to be shown, such as "Asia/Jakarta".
    counted : tuple of str
        Scores the total is made of.
    weights : mapping of str to float
        How much each counted score weighs; 1 where it is not named.
    rubric : mapping of str to str
        The teacher's own criteria and what they mean.
    """

    title: str
    strictness: Strictness = "standard"
    attempts: int | None = None
    opens_at: datetime | None = None
    due_at: datetime | None = None
    time_zone: str = "UTC"
    counted: tuple[Score, ...] = ("overall",)
    weights: Mapping[str, float] = field(default_factory=dict[str, float])
    rubric: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """An exercise of the catalogue by its id, or one's own text; free speech has a prompt and no text."""

    exercise_id: str | None = None
    text: str = ""
    prompt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to say."""

    id: str
    exercise_id: str | None
    text: str
    prompt: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Work for a class."""

    id: str
    class_id: str
    kind: Kind
    terms: Terms
    items: tuple[Item, ...]
    created_at: datetime
    archived_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Whether work is taken."""
        return self.archived_at is None and (self.terms.opens_at is None or self.terms.opens_at <= now)

    def is_late(self, moment: datetime) -> bool:
        """Whether work handed in then is late."""
        return self.terms.due_at is not None and moment > self.terms.due_at


def create(
    store: Store, class_id: str, kind: Kind, *, terms: Terms, items: tuple[NewItem, ...], by: str, now: datetime
) -> Assignment:
    """Set work for a class.

    Raises
    ------
    InvalidDetail
        A date, a time zone, a text or an exercise cannot be used.
    NotAllowed
        Whoever asks does not teach the class.
    """
    check_terms(terms)
    rows = [_item_row(position, item, kind) for position, item in enumerate(items)]
    if not 1 <= len(rows) <= _MOST_ITEMS:
        raise InvalidDetail({"field": "items", "problem": f"there must be 1 to {_MOST_ITEMS}"})
    with store.writing() as session:
        require_teaches(session, by, class_id)
        row = AssignmentRow(id=new_id(), class_id=class_id, kind=kind, created_by=by, created_at=now)
        _write_terms(row, terms)
        session.add(row)
        session.flush()
        for item in rows:
            item.assignment_id = row.id
            session.add(item)
        session.flush()
        return assignment(session, row)


def change(store: Store, assignment_id: str, terms: Terms, *, by: str, now: datetime) -> Assignment:
    """Change the terms; scores that count are counted anew from then on."""
    check_terms(terms)
    with store.writing() as session:
        row = row_of(session, assignment_id)
        require_teaches(session, by, row.class_id)
        _write_terms(row, terms)
        details = {"strictness": terms.strictness, "counted": list(terms.counted)}
        subject = f"assignment:{assignment_id}"
        store.note(session, actor=by, action="assignment.change", subject=subject, now=now, details=details)
        return assignment(session, row)


def archive(store: Store, assignment_id: str, *, by: str, now: datetime) -> None:
    """Close an assignment; what was handed in stays."""
    with store.writing() as session:
        row = row_of(session, assignment_id)
        require_teaches(session, by, row.class_id)
        row.archived_at = now


def find(store: Store, assignment_id: str, *, by: str) -> Assignment:
    """Show an assignment to its class."""
    with store.reading() as session:
        row = row_of(session, assignment_id)
        _require_member(session, by, row.class_id)
        return assignment(session, row)


def of_class(store: Store, class_id: str, *, by: str) -> tuple[Assignment, ...]:
    """All assignments of a class, oldest first, to its members; archived ones too."""
    query = select(AssignmentRow).filter_by(class_id=class_id).order_by(AssignmentRow.created_at, AssignmentRow.id)
    with store.reading() as session:
        _require_member(session, by, class_id)
        return tuple(assignment(session, row) for row in session.scalars(query))


def moment(local: datetime, time_zone: str) -> datetime:
    """Give the moment that a wall clock in a zone shows; of an hour that comes twice, the first.

    Raises
    ------
    InvalidDetail
        There is no such zone.
    """
    return local.replace(tzinfo=_zone(time_zone), fold=0)


def row_of(session: Session, assignment_id: str) -> AssignmentRow:
    """Find an assignment's row."""
    row = session.get(AssignmentRow, assignment_id)
    if row is None:
        raise NotFound({"kind": "assignment"})
    return row


def assignment(session: Session, row: AssignmentRow) -> Assignment:
    """Give a row and its items as a value."""
    query = select(AssignmentItem).filter_by(assignment_id=row.id).order_by(AssignmentItem.position)
    items = tuple(
        Item(id=item.id, exercise_id=item.exercise_id, text=item.text, prompt=item.prompt)
        for item in session.scalars(query)
    )
    return Assignment(
        id=row.id,
        class_id=row.class_id,
        kind=cast(Kind, row.kind),
        terms=terms_of(row),
        items=items,
        created_at=row.created_at,
        archived_at=row.archived_at,
    )


def terms_of(row: AssignmentRow) -> Terms:
    """Give a row's terms."""
    return Terms(
        title=row.title,
        strictness=cast(Strictness, row.strictness),
        attempts=row.attempts,
        opens_at=row.opens_at,
        due_at=row.due_at,
        time_zone=row.time_zone,
        counted=cast("tuple[Score, ...]", tuple(row.counted)),
        weights=row.rubric["weights"],
        rubric=row.rubric["criteria"],
    )


def check_terms(terms: Terms) -> None:
    """Refuse terms that make no sense."""
    if not 1 <= len(terms.title.strip()) <= _MOST_TITLE:
        raise InvalidDetail({"field": "title", "problem": f"it needs 1 to {_MOST_TITLE} letters"})
    if terms.attempts is not None and terms.attempts < 1:
        raise InvalidDetail({"field": "attempts", "problem": "there must be at least one"})
    for name in ("opens_at", "due_at"):
        value: datetime | None = getattr(terms, name)
        if value is not None and value.tzinfo is None:
            raise InvalidDetail({"field": name, "problem": "it has no time zone"})
    if terms.opens_at and terms.due_at and terms.due_at <= terms.opens_at:
        raise InvalidDetail({"field": "due_at", "problem": "it is before the beginning"})
    if not terms.counted or not set(terms.counted) <= set(SCORES):
        raise InvalidDetail({"field": "counted", "problem": f"choose among {', '.join(SCORES)}"})
    if any(not 0 <= weight <= 1000 for weight in terms.weights.values()):
        raise InvalidDetail({"field": "weights", "problem": "each must be from 0 to 1000"})
    _zone(terms.time_zone)


def _write_terms(row: AssignmentRow, terms: Terms) -> None:
    row.title = terms.title.strip()
    row.strictness = terms.strictness
    row.attempts = terms.attempts
    row.opens_at = terms.opens_at
    row.due_at = terms.due_at
    row.time_zone = terms.time_zone
    row.counted = list(terms.counted)
    row.rubric = {"weights": dict(terms.weights), "criteria": dict(terms.rubric)}


def _item_row(position: int, item: NewItem, kind: Kind) -> AssignmentItem:
    text, prompt = item.text.strip(), item.prompt
    if item.exercise_id is not None:
        exercise = exercises.find(item.exercise_id)
        if exercise is None:
            raise InvalidDetail({"field": "exercise", "problem": f"there is none called {item.exercise_id}"})
        text, prompt = exercise.text, exercise.prompt
    if not text and not (kind == "free" and prompt):
        raise InvalidDetail({"field": "text", "problem": "it is empty"})
    if len(text) > _MOST_LETTERS:
        raise InvalidDetail({"field": "text", "problem": f"it is longer than {_MOST_LETTERS} letters"})
    return AssignmentItem(id=new_id(), position=position, exercise_id=item.exercise_id, text=text, prompt=prompt)


def _require_member(session: Session, person_id: str, class_id: str) -> None:
    try:
        require_learns(session, person_id, class_id)
    except NotAllowed:
        require_teaches(session, person_id, class_id)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise InvalidDetail({"field": "time_zone", "problem": f"there is none called “{name}”"}) from error
