"""Assignments: what a class is to say, until when, how often and what counts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import and_, case, delete, func, select
from sqlalchemy.orm import Session

from classroom import exercises
from classroom.access import require_owes, require_teaches
from classroom.errors import AlreadyBegun, NotAllowed, NotFound
from classroom.ids import new_id
from classroom.spoken_texts import check_text
from classroom.store import Store
from classroom.store.schema import Assignment as AssignmentRow
from classroom.store.schema import AssignmentItem, Group, Membership, Submission
from classroom.terms import Strictness, Terms, check_terms, moment, refused
from classroom.totals import Score

__all__ = [
    "Assignment",
    "Item",
    "Kind",
    "NewItem",
    "Progress",
    "Strictness",
    "Terms",
    "archive",
    "change",
    "change_items",
    "check_terms",
    "copy",
    "create",
    "find",
    "is_begun",
    "moment",
    "of_class",
    "progress",
    "take_back",
]

Kind = Literal["sentences", "passage", "picture", "free", "dialogue"]

_MOST_ITEMS = 100
_MOST_PROMPT = 1000


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
    group_id: str | None = None

    def is_for(self, group_id: str | None) -> bool:
        """Whether a learner of a group, or of none, is to do it."""
        return self.group_id is None or self.group_id == group_id

    def is_open(self, now: datetime) -> bool:
        """Whether work is taken."""
        return self.archived_at is None and (self.terms.opens_at is None or self.terms.opens_at <= now)

    def is_late(self, moment: datetime) -> bool:
        """Whether work handed in then is late."""
        return self.terms.due_at is not None and moment > self.terms.due_at


@dataclass(frozen=True, slots=True)
class Progress:
    """How many learners began and handed in, and how many attempts wait for marking."""

    begun: int
    handed_in: int
    waiting: int


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
    rows = _item_rows(items, kind)
    with store.writing() as session:
        require_teaches(session, by, class_id)
        row = AssignmentRow(id=new_id(), class_id=class_id, kind=kind, created_by=by, created_at=now)
        _write_terms(session, row, terms)
        session.add(row)
        session.flush()
        _add_items(session, row, rows)
        return assignment(session, row)


def change_items(store: Store, assignment_id: str, items: tuple[NewItem, ...], *, by: str, now: datetime) -> Assignment:
    """Change what is to be said, as long as nobody has begun. An exercise that stays keeps its text as it was.

    Raises
    ------
    AlreadyBegun
        There is an attempt. Setting the items there are already is no change.
    """
    with store.writing() as session:
        row = row_of(session, assignment_id, lock=True)
        require_teaches(session, by, row.class_id)
        old = assignment(session, row)
        kept = {item.exercise_id: item for item in old.items if item.exercise_id is not None}
        rows = _item_rows(items, old.kind, kept)
        if [_said(item) for item in rows] == [_said(item) for item in old.items]:
            return old
        if session.scalars(select(Submission.id).filter_by(assignment_id=row.id).limit(1)).first() is not None:
            raise AlreadyBegun
        session.execute(delete(AssignmentItem).where(AssignmentItem.assignment_id == row.id))
        _add_items(session, row, rows)
        details = {"items": len(rows)}
        subject = f"assignment:{assignment_id}"
        store.note(session, actor=by, action="assignment.items", subject=subject, now=now, details=details)
        return assignment(session, row)


def copy(store: Store, assignment_id: str, class_id: str, *, by: str, now: datetime) -> Assignment:
    """Set the same work for another class, or once more; dates that are over, and another class's group, are left out.

    Raises
    ------
    NotAllowed
        Whoever asks does not teach both classes.
    """
    with store.writing() as session:
        row = row_of(session, assignment_id)
        require_teaches(session, by, row.class_id)
        require_teaches(session, by, class_id)
        old = assignment(session, row)
        made = AssignmentRow(id=new_id(), class_id=class_id, kind=old.kind, created_by=by, created_at=now)
        dates = {name: when for name in ("opens_at", "due_at") if (when := getattr(old.terms, name)) and when > now}
        group = old.terms.group if class_id == row.class_id else ""
        _write_terms(session, made, replace(old.terms, group=group, **{"opens_at": None, "due_at": None, **dates}))
        session.add(made)
        session.flush()
        _add_items(session, made, [_row(number, *_said(item)) for number, item in enumerate(old.items)])
        return assignment(session, made)


def change(store: Store, assignment_id: str, terms: Terms, *, by: str, now: datetime) -> Assignment:
    """Change the terms; scores that count are counted anew from then on."""
    check_terms(terms)
    with store.writing() as session:
        row = row_of(session, assignment_id)
        require_teaches(session, by, row.class_id)
        _write_terms(session, row, terms)
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


def take_back(store: Store, assignment_id: str, *, by: str) -> None:
    """Open an assignment again that was closed."""
    with store.writing() as session:
        row = row_of(session, assignment_id)
        require_teaches(session, by, row.class_id)
        row.archived_at = None


def find(store: Store, assignment_id: str, *, by: str) -> Assignment:
    """Show an assignment to its class."""
    with store.reading() as session:
        row = row_of(session, assignment_id)
        try:
            require_owes(session, by, row)
        except NotAllowed:
            require_teaches(session, by, row.class_id)
        return assignment(session, row)


def of_class(store: Store, class_id: str, *, by: str) -> tuple[Assignment, ...]:
    """All assignments of a class, oldest first, to its teachers; archived ones too."""
    query = select(AssignmentRow).filter_by(class_id=class_id).order_by(AssignmentRow.created_at, AssignmentRow.id)
    with store.reading() as session:
        require_teaches(session, by, class_id)
        return tuple(assignment(session, row) for row in session.scalars(query))


def progress(store: Store, class_id: str, *, by: str) -> Mapping[str, Progress]:
    """How far a class is with each of its assignments, by their ids; those nobody has begun are not there."""
    turned_in = case((Submission.state != "draft", Submission.person_id))
    query = (
        select(
            Submission.assignment_id,
            func.count(Submission.person_id.distinct()),
            func.count(turned_in.distinct()),
            func.count(case((Submission.state == "submitted", Submission.id))),
        )
        .join(AssignmentRow, AssignmentRow.id == Submission.assignment_id)
        .join(Membership, and_(Membership.class_id == class_id, Membership.person_id == Submission.person_id))
        .where(AssignmentRow.class_id == class_id, Membership.left_at.is_(None), Membership.role == "learner")
        .group_by(Submission.assignment_id)
    )
    with store.reading() as session:
        require_teaches(session, by, class_id)
        return {one: Progress(*numbers) for one, *numbers in session.execute(query)}


def is_begun(store: Store, assignment_id: str) -> bool:
    """Whether anybody has begun, so that its items stay as they are."""
    with store.reading() as session:
        query = select(Submission.id).filter_by(assignment_id=assignment_id).limit(1)
        return session.scalars(query).first() is not None


def row_of(session: Session, assignment_id: str, *, lock: bool = False) -> AssignmentRow:
    """Find an assignment's row; `lock` keeps others from beginning it meanwhile."""
    row = session.get(AssignmentRow, assignment_id, with_for_update=True if lock else None)
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
        terms=_terms_of(session, row),
        items=items,
        created_at=row.created_at,
        archived_at=row.archived_at,
        group_id=row.group_id,
    )


def _terms_of(session: Session, row: AssignmentRow) -> Terms:
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
        instructions=row.rubric.get("instructions", ""),
        group="" if row.group_id is None else session.get_one(Group, row.group_id).name,
    )


def _write_terms(session: Session, row: AssignmentRow, terms: Terms) -> None:
    row.group_id = _group_id(session, row.class_id, terms.group)
    row.title = terms.title.strip()
    row.strictness = terms.strictness
    row.attempts = terms.attempts
    row.opens_at = terms.opens_at
    row.due_at = terms.due_at
    row.time_zone = terms.time_zone
    row.counted = list(terms.counted)
    row.rubric = {
        "weights": dict(terms.weights),
        "criteria": dict(terms.rubric),
        "instructions": terms.instructions.strip(),
    }


def _group_id(session: Session, class_id: str, name: str) -> str | None:
    if not name:
        return None
    found = session.scalars(select(Group.id).filter_by(class_id=class_id, name=name)).first()
    if found is None:
        raise refused("group", f"there is none called “{name}”", "unknown", name=name)
    return found


def _item_rows(items: tuple[NewItem, ...], kind: Kind, kept: Mapping[str, Item] | None = None) -> list[AssignmentItem]:
    if not items:
        raise refused("items", f"there must be 1 to {_MOST_ITEMS}", "none")
    if len(items) > _MOST_ITEMS:
        raise refused("items", f"there must be 1 to {_MOST_ITEMS}", "range", least=1, most=_MOST_ITEMS)
    return [_item_row(position, item, kind, kept or {}) for position, item in enumerate(items)]


def _item_row(position: int, item: NewItem, kind: Kind, kept: Mapping[str, Item]) -> AssignmentItem:
    if item.exercise_id is not None:
        known = kept.get(item.exercise_id) or exercises.find(item.exercise_id)
        if known is None:
            raise refused("exercise", f"there is none called {item.exercise_id}", "unknown", name=item.exercise_id)
        return _row(position, item.exercise_id, known.text, known.prompt)
    text, prompt = item.text.strip(), (item.prompt or "").strip() or None
    if prompt and len(prompt) > _MOST_PROMPT:
        raise refused("prompt", f"it is longer than {_MOST_PROMPT} letters", "letters", most=_MOST_PROMPT)
    if text or not (kind == "free" and prompt):
        check_text(text, place=position + 1)
    return _row(position, None, text, prompt)


def _row(position: int, exercise_id: str | None, text: str, prompt: str | None) -> AssignmentItem:
    return AssignmentItem(id=new_id(), position=position, exercise_id=exercise_id, text=text, prompt=prompt)


def _add_items(session: Session, row: AssignmentRow, items: list[AssignmentItem]) -> None:
    for item in items:
        item.assignment_id = row.id
        session.add(item)
    session.flush()


def _said(item: Item | AssignmentItem) -> tuple[str | None, str, str | None]:
    return item.exercise_id, item.text, item.prompt
