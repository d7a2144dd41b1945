"""Who may see and do what in a class; every function that shows one person another's work asks here."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.errors import NotAllowed, NotFound
from classroom.people import row_of
from classroom.store.schema import Assignment, Class, Membership, Recording, Submission

STAFF = frozenset({"admin", "teacher"})


def require_staff(session: Session, person_id: str) -> None:
    """Refuse anybody but teachers and admins."""
    if row_of(session, person_id).role not in STAFF:
        raise NotAllowed


def require_admin(session: Session, person_id: str) -> None:
    """Refuse anybody but admins."""
    if row_of(session, person_id).role != "admin":
        raise NotAllowed


def require_teaches(session: Session, person_id: str, class_id: str) -> None:
    """Refuse anybody who does not teach the class; an admin who does not teach it is refused too."""
    if session.get(Class, class_id) is None:
        raise NotFound({"kind": "class"})
    member = session.get(Membership, (class_id, person_id))
    if member is None or member.left_at is not None or member.role != "teacher":
        raise NotAllowed
    require_staff(session, person_id)


def require_learns(session: Session, person_id: str, class_id: str) -> None:
    """Refuse anybody who is not a learner of the class."""
    member = session.get(Membership, (class_id, person_id))
    if member is None or member.left_at is not None or member.role != "learner":
        raise NotAllowed


def require_owes(session: Session, person_id: str, work: Assignment) -> None:
    """Refuse anybody but the learners that work is for, and those who did some of it when it was for them.

    Raises
    ------
    NotAllowed, NotFound
        They do not learn in its class, or are not in its group.
    """
    require_learns(session, person_id, work.class_id)
    if work.group_id is None or session.get_one(Membership, (work.class_id, person_id)).group_id == work.group_id:
        return
    begun = select(Submission.id).filter_by(assignment_id=work.id, person_id=person_id).limit(1)
    if session.scalars(begun).first() is None:
        raise NotFound({"kind": "assignment"})


def require_knows(session: Session, reader_id: str, person_id: str) -> None:
    """Refuse anybody but the person, an admin and the person's teachers."""
    if reader_id == person_id or row_of(session, reader_id).role == "admin":
        return
    if not shared_classes(session, reader_id, person_id):
        raise NotAllowed


def shared_classes(session: Session, teacher_id: str, learner_id: str) -> tuple[str, ...]:
    """Classes in which one teaches and the other learns."""
    taught = select(Membership.class_id).filter_by(person_id=teacher_id, role="teacher", left_at=None)
    query = select(Membership.class_id).filter_by(person_id=learner_id, role="learner", left_at=None)
    if row_of(session, teacher_id).role not in STAFF:
        return ()
    return tuple(session.scalars(query.where(Membership.class_id.in_(taught))))


def class_of_recording(session: Session, recording: Recording) -> str | None:
    """The class a recording was made for; None for free practice, which no teacher hears."""
    if recording.submission_id is None:
        return None
    query = select(Assignment.class_id).join(Submission, Submission.assignment_id == Assignment.id)
    return session.scalars(query.where(Submission.id == recording.submission_id)).one()
