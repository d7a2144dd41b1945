"""Classes: who teaches, who learns, in which groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Executable, func, or_, select
from sqlalchemy.orm import Session

from classroom.access import require_admin, require_staff, require_teaches
from classroom.errors import InvalidDetail, NotFound
from classroom.ids import new_id
from classroom.people import Identity, Person, identity, person, row_of
from classroom.store import Store
from classroom.store.schema import Assignment, Group, Membership, School, Submission
from classroom.store.schema import Class as ClassRow
from classroom.store.schema import Person as PersonRow

MOST_NAME = 80
_LENGTH = {"reason": "length", "most": MOST_NAME}
_UNPRINTABLE = {"reason": "unprintable"}


@dataclass(frozen=True, slots=True)
class Class:
    """A class."""

    id: str
    name: str
    created_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a class; `name` is the real one, empty where it is unknown."""

    person: Person
    name: str
    role: str
    group: str | None
    joined_at: datetime
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A class in figures: its learners, assignments that are open and not yet due, and work that waits for marking."""

    room: Class
    learners: int
    open: int
    waiting: int


def create_school(store: Store, name: str, *, by: str, now: datetime) -> str:
    """Add a school; answers its id. For admins."""
    with store.writing() as session:
        require_admin(session, by)
        row = School(id=new_id(), name=_name(name), created_at=now)
        session.add(row)
        return row.id


def create(store: Store, name: str, *, by: str, now: datetime) -> Class:
    """Add a class; whoever makes it teaches it.

    Raises
    ------
    NotAllowed
        Neither a teacher nor an admin.
    """
    with store.writing() as session:
        require_staff(session, by)
        row = ClassRow(id=new_id(), name=_name(name), created_at=now)
        session.add(row)
        session.flush()
        session.add(Membership(class_id=row.id, person_id=by, role="teacher", joined_at=now))
        return _class(row)


def find(store: Store, class_id: str, *, by: str) -> Class:
    """Show a class to its teachers.

    Raises
    ------
    NotFound, NotAllowed
        There is none, or whoever asks does not teach it.
    """
    with store.reading() as session:
        require_teaches(session, by, class_id)
        return _class(session.get_one(ClassRow, class_id))


def of_person(store: Store, person_id: str) -> tuple[Class, ...]:
    """Classes somebody teaches or learns in, by name, without archived ones."""
    query = (
        select(ClassRow)
        .join(Membership, Membership.class_id == ClassRow.id)
        .where(Membership.person_id == person_id, Membership.left_at.is_(None), ClassRow.archived_at.is_(None))
        .order_by(ClassRow.name, ClassRow.id)
    )
    with store.reading() as session:
        return tuple(_class(row) for row in session.scalars(query))


def taught_by(store: Store, person_id: str, *, now: datetime) -> tuple[Summary, ...]:
    """Classes somebody teaches, by name, without archived ones."""
    with store.reading() as session:
        query = (
            select(ClassRow)
            .join(Membership, Membership.class_id == ClassRow.id)
            .where(Membership.person_id == person_id, Membership.role == "teacher")
            .where(Membership.left_at.is_(None), ClassRow.archived_at.is_(None))
            .order_by(ClassRow.name, ClassRow.id)
        )
        rooms = [_class(row) for row in session.scalars(query)]
        ids = [room.id for room in rooms]
        learners, running, waiting = _figures(session, ids, now)
    return tuple(
        Summary(
            room=room,
            learners=learners.get(room.id, 0),
            open=running.get(room.id, 0),
            waiting=waiting.get(room.id, 0),
        )
        for room in rooms
    )


def rename(store: Store, class_id: str, name: str, *, by: str) -> None:
    """Call a class something else."""
    with store.writing() as session:
        require_teaches(session, by, class_id)
        session.get_one(ClassRow, class_id).name = _name(name)


def add_member(store: Store, class_id: str, person_id: str, *, by: str, now: datetime) -> None:
    """Add somebody who has an account: a teacher teaches, anybody else learns."""
    with store.writing() as session:
        require_teaches(session, by, class_id)
        row = row_of(session, person_id)
        role = "teacher" if row.role in {"teacher", "admin"} else "learner"
        session.merge(Membership(class_id=class_id, person_id=person_id, role=role, joined_at=now, left_at=None))
        details = {"class": class_id}
        subject = f"person:{person_id}"
        store.note(session, actor=by, action="member.add", subject=subject, now=now, details=details)


def remove_member(store: Store, class_id: str, person_id: str, *, by: str, now: datetime) -> None:
    """Take somebody out of a class; their work stays theirs."""
    with store.writing() as session:
        require_teaches(session, by, class_id)
        _member(session, class_id, person_id).left_at = now
        store.note(session, actor=by, action="member.remove", subject=f"person:{person_id}", now=now)


def put_in_group(store: Store, class_id: str, person_id: str, group: str | None, *, by: str) -> None:
    """Move somebody into a group, made where it is new; None for none."""
    with store.writing() as session:
        require_teaches(session, by, class_id)
        member = _member(session, class_id, person_id)
        member.group_id = None if group is None else group_id(session, class_id, group)


def archive(store: Store, class_id: str, *, by: str, now: datetime) -> None:
    """Put a class away at the end of the year."""
    with store.writing() as session:
        require_teaches(session, by, class_id)
        row = session.get(ClassRow, class_id)
        if row is not None:
            row.archived_at = now


def take_back(store: Store, class_id: str, *, by: str) -> None:
    """Have a class that was put away again."""
    with store.writing() as session:
        require_teaches(session, by, class_id)
        session.get_one(ClassRow, class_id).archived_at = None


def put_away(store: Store, person_id: str) -> tuple[Class, ...]:
    """Classes somebody teaches that were put away, the latest first."""
    query = (
        select(ClassRow)
        .join(Membership, Membership.class_id == ClassRow.id)
        .where(Membership.person_id == person_id, Membership.role == "teacher")
        .where(Membership.left_at.is_(None), ClassRow.archived_at.is_not(None))
        .order_by(ClassRow.archived_at.desc(), ClassRow.name, ClassRow.id)
    )
    with store.reading() as session:
        return tuple(_class(row) for row in session.scalars(query))


def roster(store: Store, class_id: str, *, by: str) -> tuple[Member, ...]:
    """Everybody in a class with their real names, teachers first, then by name; for its teachers.

    Raises
    ------
    NotAllowed
        Whoever asks does not teach the class.
    """
    with store.reading() as session:
        require_teaches(session, by, class_id)
        query = (
            select(Membership, PersonRow, Group)
            .join(PersonRow, PersonRow.id == Membership.person_id)
            .outerjoin(Group, Group.id == Membership.group_id)
            .where(Membership.class_id == class_id, Membership.left_at.is_(None), PersonRow.deleted_at.is_(None))
        )
        members = [
            _shown_member(row, identity(store, session, row.id), member, group)
            for member, row, group in session.execute(query)
        ]
    return tuple(sorted(members, key=lambda one: (one.role != "teacher", one.name or one.person.pseudonym)))


def groups(store: Store, class_id: str, *, by: str) -> Mapping[str, str]:
    """Ids of the groups that learners of a class are in, by their names; for its teachers."""
    query = (
        select(Group.name, Group.id)
        .join(Membership, Membership.group_id == Group.id)
        .where(Group.class_id == class_id, Membership.role == "learner", Membership.left_at.is_(None))
        .distinct()
        .order_by(Group.name)
    )
    with store.reading() as session:
        require_teaches(session, by, class_id)
        return dict(session.execute(query).tuples().all())


def group_id(session: Session, class_id: str, name: str) -> str:
    """Find or make a group of a class."""
    row = session.scalars(select(Group).filter_by(class_id=class_id, name=_name(name))).first()
    if row is None:
        row = Group(id=new_id(), class_id=class_id, name=_name(name))
        session.add(row)
        session.flush()
    return row.id


def _member(session: Session, class_id: str, person_id: str) -> Membership:
    row = session.get(Membership, (class_id, person_id))
    if row is None or row.left_at is not None:
        raise NotFound({"kind": "member"})
    return row


def _name(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > MOST_NAME:
        raise InvalidDetail({"field": "name", "problem": f"it needs 1 to {MOST_NAME} letters", **_LENGTH})
    if not tidy.isprintable():
        raise InvalidDetail({"field": "name", "problem": "it holds characters that cannot be shown", **_UNPRINTABLE})
    return tidy


def _figures(session: Session, class_ids: list[str], now: datetime) -> tuple[dict[str, int], ...]:
    """Count the learners, the running assignments and the work to mark of each class."""
    present = (
        select(Membership.class_id, Membership.person_id)
        .join(PersonRow, PersonRow.id == Membership.person_id)
        .where(Membership.class_id.in_(class_ids), Membership.role == "learner")
        .where(Membership.left_at.is_(None), PersonRow.deleted_at.is_(None))
        .subquery()
    )
    learners = select(present.c.class_id, func.count()).group_by(present.c.class_id)
    kept = (Assignment.class_id.in_(class_ids), Assignment.archived_at.is_(None))
    running = select(Assignment.class_id, func.count()).where(
        *kept,
        or_(Assignment.opens_at.is_(None), Assignment.opens_at <= now),
        or_(Assignment.due_at.is_(None), Assignment.due_at >= now),
    )
    here = (present.c.class_id == Assignment.class_id) & (present.c.person_id == Submission.person_id)
    waiting = (
        select(Assignment.class_id, func.count())
        .join(Submission, Submission.assignment_id == Assignment.id)
        .join(present, here)
        .where(*kept, Submission.state == "submitted")
    )
    queries = (learners, running.group_by(Assignment.class_id), waiting.group_by(Assignment.class_id))
    return tuple(_by_class(session, query) for query in queries)


def _by_class(session: Session, query: Executable) -> dict[str, int]:
    return {class_id: number for class_id, number, *_ in session.execute(query)}


def _shown_member(row: PersonRow, known: Identity, member: Membership, group: Group | None) -> Member:
    return Member(person(row), known.name, member.role, group and group.name, member.joined_at, known.email)


def _class(row: ClassRow) -> Class:
    return Class(row.id, row.name, row.created_at, row.archived_at)
