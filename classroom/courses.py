"""Courses of learning platforms: who comes from one, and which class it is here.

Somebody who teaches one course and learns in another is two people here: no role ever grows by a launch.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from classroom import accounts, outside, platforms
from classroom.access import require_teaches
from classroom.accounts import SignedIn
from classroom.errors import NotFound, NotOpen
from classroom.ids import new_id
from classroom.outside import Account
from classroom.people import OPERATOR, Identity, NewPerson, add, row_of
from classroom.platforms import Platform
from classroom.store import Store
from classroom.store.outside_tables import CourseRow, GradeColumnRow, PlatformRow, ResourceRow
from classroom.store.schema import Assignment, Class, Membership
from classroom.store.schema import Person as PersonRow

CourseRole = Literal["teacher", "learner"]

_MOST_CLASS_NAME = 80
_MOST_NAME = 200
_MOST_RESOURCE = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a platform somebody comes from; empty where it did not say.

    Parameters
    ----------
    deployment_id, context_id, title : str
        The course and its name.
    resource_id : str
        The link that was opened.
    assignment_id : str
        The assignment of ours that the link was made for.
    columns_url, column_url, members_url : str
        Where the platform keeps grade columns, the link's own column, and its list of members.
    """

    deployment_id: str
    context_id: str = ""
    title: str = ""
    resource_id: str = ""
    assignment_id: str = ""
    columns_url: str = ""
    column_url: str = ""
    members_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outsider:
    """Somebody of a platform; `name` is kept sealed, and empty where the platform does not tell."""

    subject: str
    role: CourseRole
    name: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody who was let in, and where to."""

    session: SignedIn
    course_id: str | None
    class_id: str | None
    assignment_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A class that is a course of a platform."""

    id: str
    platform: Platform
    class_id: str
    columns_url: str
    members_url: str


@dataclass(frozen=True, slots=True)
class Updated:
    """How many learners joined and left."""

    joined: int
    left: int


def arrive(store: Store, platform_id: str, outsider: Outsider, *, place: Place, now: datetime) -> Arrived:
    """Let somebody in whom a platform vouches for: made at their first visit, and put into the course's class.

    Raises
    ------
    NotOpen
        A learner came before any teacher of the course did.
    NotFound
        The platform was removed.
    """
    try:
        return _arrive(store, platform_id, outsider, place, now)
    except IntegrityError:
        # The same person, or a course's first two teachers, came twice at once; now they are there.
        return _arrive(store, platform_id, outsider, place, now)


def of_class(store: Store, class_id: str, *, by: str) -> tuple[Course, ...]:
    """Courses a class is linked to, oldest first; for its teachers."""
    query = (
        select(CourseRow, PlatformRow)
        .join(PlatformRow, PlatformRow.id == CourseRow.platform_id)
        .where(CourseRow.class_id == class_id, PlatformRow.removed_at.is_(None))
        .order_by(CourseRow.created_at, CourseRow.id)
    )
    with store.reading() as session:
        require_teaches(session, by, class_id)
        return tuple(course(row, platform) for row, platform in session.execute(query))


def bind(store: Store, course_id: str, assignment_id: str, *, resource_id: str, column_url: str, by: str) -> None:
    """Have a link of a course open an assignment of its class; for the class's teachers.

    Raises
    ------
    NotFound
        The assignment is another class's.
    """
    with store.writing() as session:
        row = _taught_row(session, course_id, by)
        work = session.get(Assignment, assignment_id)
        if work is None or work.class_id != row.class_id:
            raise NotFound({"kind": "assignment"})
        key = resource_id[:_MOST_RESOURCE]
        session.merge(ResourceRow(course_id=row.id, resource_id=key, assignment_id=work.id))
        if column_url:
            session.merge(GradeColumnRow(course_id=row.id, assignment_id=work.id, url=column_url))


def update_members(
    store: Store, course_id: str, present: tuple[Outsider, ...], *, gone: tuple[str, ...], by: str, now: datetime
) -> Updated:
    """Bring the class list up to what a platform says; those it does not name stay.

    Parameters
    ----------
    present : tuple of Outsider
        Learners of the course.
    gone : tuple of str
        Subjects of those who left it.
    by : str
        A teacher of the class.
    """
    with store.writing() as session:
        row = _taught_row(session, course_id, by)
        platform = platforms.row_of(session, row.platform_id)
        people = [_person(store, session, platform, one, now) for one in present if one.role == "learner"]
        joined = sum(_join(session, row.class_id, learner, now) for learner in people)
        left = sum(_leave(store, session, row, subject, now) for subject in gone)
        details = {"joined": joined, "left": left}
        subject = f"class:{row.class_id}"
        store.note(session, actor=by, action="roster.update", subject=subject, now=now, details=details)
        return Updated(joined, left)


def course(row: CourseRow, platform: PlatformRow) -> Course:
    """Give a row as a value."""
    return Course(
        id=row.id,
        platform=platforms.platform(platform),
        class_id=row.class_id,
        columns_url=row.columns_url or "",
        members_url=row.members_url or "",
    )


def _taught_row(session: Session, course_id: str, by: str) -> CourseRow:
    row = session.get(CourseRow, course_id)
    if row is None:
        raise NotFound({"kind": "course"})
    require_teaches(session, by, row.class_id)
    return row


def _arrive(store: Store, platform_id: str, outsider: Outsider, place: Place, now: datetime) -> Arrived:
    with store.writing() as session:
        platform = platforms.row_of(session, platform_id)
        person = _person(store, session, platform, outsider, now)
        row = _course(session, platform, outsider, place, now) if place.context_id else None
        assignment_id = None
        if row is not None:
            _join(session, row.class_id, person, now)
            assignment_id = _assignment(session, row, place, is_teacher=outsider.role == "teacher")
        subject = f"person:{person.id}"
        store.note(session, actor=person.id, action="platform.sign_in", subject=subject, now=now)
        begun = accounts.begin(store, session, person, now=now)
        return Arrived(begun, row and row.id, row and row.class_id, assignment_id)


def _person(store: Store, session: Session, platform: PlatformRow, outsider: Outsider, now: datetime) -> PersonRow:
    account = _account(platform.id, outsider.subject, outsider.role)
    known = outside.holder(store, session, account)
    if known is not None:
        return known
    name = " ".join("".join(letter for letter in outsider.name if letter.isprintable()).split())[:_MOST_NAME]
    new = NewPerson(
        role=outsider.role,
        language=outsider.language,
        needs_guardian=outsider.role == "learner" and platform.needs_guardian,
        identity=Identity(name=name),
    )
    made = add(store, session, new, by=OPERATOR, now=now)
    outside.attach(store, session, made.id, account, now=now)
    return row_of(session, made.id)


def _account(platform_id: str, subject: str, role: CourseRole) -> Account:
    return Account(f"platform {platform_id} {role}", subject, platform_id)


def _course(session: Session, platform: PlatformRow, outsider: Outsider, place: Place, now: datetime) -> CourseRow:
    key = {"platform_id": platform.id, "deployment_id": place.deployment_id, "context_id": place.context_id}
    row = session.scalars(select(CourseRow).filter_by(**key)).first()
    if row is None:
        if outsider.role != "teacher":
            raise NotOpen
        name = " ".join(place.title.split())[:_MOST_CLASS_NAME] or platform.name
        made = Class(id=new_id(), name=name, created_at=now)
        session.add(made)
        session.flush()
        row = CourseRow(id=new_id(), class_id=made.id, created_at=now, **key)
        session.add(row)
    row.columns_url = place.columns_url or row.columns_url
    row.members_url = place.members_url or row.members_url
    session.flush()
    return row


def _join(session: Session, class_id: str, person: PersonRow, now: datetime) -> bool:
    """Put somebody into a class; whether they were not there."""
    member = session.get(Membership, (class_id, person.id))
    if member is not None and member.left_at is None:
        return False
    if member is None:
        role = "learner" if person.role == "learner" else "teacher"
        session.add(Membership(class_id=class_id, person_id=person.id, role=role, joined_at=now))
    else:
        member.left_at = None
    session.flush()
    return True


def _leave(store: Store, session: Session, row: CourseRow, subject: str, now: datetime) -> bool:
    known = outside.holder(store, session, _account(row.platform_id, subject, "learner"))
    member = session.get(Membership, (row.class_id, known.id)) if known else None
    if member is None or member.left_at is not None:
        return False
    member.left_at = now
    return True


def _assignment(session: Session, row: CourseRow, place: Place, *, is_teacher: bool) -> str | None:
    """Find which assignment a link opens, and remember it with the link's column; only a teacher's visit changes it."""
    resource_id = place.resource_id[:_MOST_RESOURCE]
    known = session.get(ResourceRow, (row.id, resource_id))
    wanted = session.get(Assignment, place.assignment_id) if place.assignment_id else None
    # A course that was copied carries links to another class's work.
    if wanted is not None and wanted.class_id != row.class_id:
        wanted = None
    if wanted is not None and resource_id and (known is None or is_teacher):
        known = session.merge(ResourceRow(course_id=row.id, resource_id=resource_id, assignment_id=wanted.id))
        session.flush()
    found = wanted.id if wanted else known and known.assignment_id
    if found and place.column_url:
        session.merge(GradeColumnRow(course_id=row.id, assignment_id=found, url=place.column_url))
        session.flush()
    return found
