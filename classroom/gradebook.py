"""Totals of released work that a learning platform is to be told: what is due, what was sent, what failed.

Nothing has to announce a release: what is due follows from the submissions, so that no total is forgotten.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from classroom import assignments, courses, outside
from classroom.access import require_teaches
from classroom.assignments import Assignment
from classroom.courses import Course
from classroom.grid import mean_of_items
from classroom.marks import scores_given
from classroom.people import identity
from classroom.store import Store
from classroom.store.outside_tables import AccountRow, CourseRow, GradeColumnRow, PlatformRow, ResourceRow, ScoreRow
from classroom.store.schema import AssessmentRow, Person, Recording, Submission
from classroom.store.schema import Assignment as AssignmentRow
from classroom.strictness import total_of

MOST_TRIES = 10
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A total that a platform does not know yet.

    `subject` is what the platform calls the learner; `column_url` and `resource_id` are empty where the assignment has
    no column, or no link, there; `release` is when the newest work was given back.
    """

    course: Course
    assignment_id: str
    title: str
    person_id: str
    subject: str
    column_url: str
    resource_id: str
    value: float
    release: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How sending a learner's total goes; `problem` is an error's code, and `gave_up` that nobody tries any more."""

    title: str
    name: str
    value: float
    sent_at: datetime | None
    problem: str | None
    gave_up: bool


def due(store: Store, *, now: datetime) -> tuple[Due, ...]:
    """Totals to send now: never sent, of work released since, or waiting for another try; oldest release first."""
    with store.reading() as session:
        found = [_due(store, session, *row) for row in _pending(session, now)]
    return tuple(one for one in found if one is not None)


def keep_column(store: Store, course_id: str, assignment_id: str, url: str) -> None:
    """Remember the column that a platform made for an assignment."""
    with store.writing() as session:
        session.merge(GradeColumnRow(course_id=course_id, assignment_id=assignment_id, url=url))


def mark_sent(store: Store, done: Due, *, now: datetime) -> None:
    """Write down that the platform has it."""
    _write(store, done, tries=0, next_at=None, sent_at=now, problem=None)


def mark_failed(store: Store, failed: Due, problem: str, *, now: datetime) -> None:
    """Write down why the platform has it not; tried again after a minute, then ever later, at most half a day."""
    key = (failed.course.id, failed.assignment_id, failed.person_id)
    with store.reading() as session:
        before = session.get(ScoreRow, key)
    again = before is not None and before.release == failed.release
    tries = (before.tries if before and again else 0) + 1
    wait = min(_FIRST_WAIT * 2 ** (tries - 1), _LONGEST_WAIT)
    _write(
        store, failed, tries=tries, next_at=now + wait if tries < MOST_TRIES else None, sent_at=None, problem=problem
    )


def send_again(store: Store, class_id: str, *, by: str, now: datetime) -> int:
    """Have every total of a class sent anew, as it counts now; answers how many. For its teachers."""
    with store.writing() as session:
        require_teaches(session, by, class_id)
        ours = ScoreRow.course_id.in_(select(CourseRow.id).filter_by(class_id=class_id))
        count = len(session.scalars(select(ScoreRow.person_id).where(ours)).all())
        session.execute(update(ScoreRow).where(ours).values(next_at=now, tries=0))
        return count


def of_class(store: Store, class_id: str, *, by: str) -> tuple[Sent, ...]:
    """How sending goes, failures first, then by assignment and name; for the class's teachers."""
    query = (
        select(ScoreRow, AssignmentRow.title, Person)
        .join(CourseRow, CourseRow.id == ScoreRow.course_id)
        .join(AssignmentRow, AssignmentRow.id == ScoreRow.assignment_id)
        .join(Person, Person.id == ScoreRow.person_id)
        .where(CourseRow.class_id == class_id)
    )
    with store.reading() as session:
        require_teaches(session, by, class_id)
        rows = [
            Sent(
                title=title,
                name=identity(store, session, person.id).name or person.pseudonym,
                value=row.value,
                sent_at=row.sent_at,
                problem=row.problem,
                gave_up=row.problem is not None and row.next_at is None,
            )
            for row, title, person in session.execute(query)
        ]
    return tuple(sorted(rows, key=lambda one: (one.problem is None, one.title, one.name)))


_Pending = tuple[CourseRow, PlatformRow, AssignmentRow, AccountRow, str | None, datetime]


def _pending(session: Session, now: datetime) -> list[_Pending]:
    """Ask for work that was released and not told; of each learner and assignment the newest release."""
    theirs = (GradeColumnRow.course_id == CourseRow.id) & (GradeColumnRow.assignment_id == AssignmentRow.id)
    told = (
        (ScoreRow.course_id == CourseRow.id)
        & (ScoreRow.assignment_id == AssignmentRow.id)
        & (ScoreRow.person_id == Submission.person_id)
    )
    account = (AccountRow.person_id == Submission.person_id) & (AccountRow.platform_id == CourseRow.platform_id)
    query = (
        select(CourseRow, PlatformRow, AssignmentRow, AccountRow, GradeColumnRow.url, Submission.released_at)
        .select_from(CourseRow)
        .join(PlatformRow, PlatformRow.id == CourseRow.platform_id)
        .join(AssignmentRow, AssignmentRow.class_id == CourseRow.class_id)
        .join(Submission, Submission.assignment_id == AssignmentRow.id)
        .join(AccountRow, account)
        .outerjoin(GradeColumnRow, theirs)
        .outerjoin(ScoreRow, told)
        .where(Submission.state == "released", PlatformRow.removed_at.is_(None))
        .where(or_(GradeColumnRow.url.is_not(None), CourseRow.columns_url.is_not(None)))
        .where(or_(ScoreRow.person_id.is_(None), ScoreRow.release < Submission.released_at, ScoreRow.next_at <= now))
        .order_by(Submission.released_at)
    )
    newest = {(row[0].id, row[2].id, row[3].person_id): row for row in session.execute(query).tuples()}
    return [
        (course, platform, assignment, found, url, released)
        for course, platform, assignment, found, url, released in newest.values()
        if released is not None
    ]


def _due(
    store: Store,
    session: Session,
    row: CourseRow,
    platform: PlatformRow,
    work: AssignmentRow,
    account: AccountRow,
    url: str | None,
    release: datetime,
) -> Due | None:
    value = _best(session, assignments.assignment(session, work), account.person_id)
    if value is None:
        return None
    links = select(ResourceRow.resource_id).filter_by(course_id=row.id, assignment_id=work.id)
    return Due(
        course=courses.course(row, platform),
        assignment_id=work.id,
        title=work.title,
        person_id=account.person_id,
        subject=outside.subject_of(store, account),
        column_url=url or "",
        resource_id=session.scalars(links.order_by(ResourceRow.resource_id)).first() or "",
        value=value,
        release=release,
    )


def _best(session: Session, work: Assignment, person_id: str) -> float | None:
    """Give the best total of what was released, counted as the teacher's grid counts it."""
    theirs = (Submission.assignment_id == work.id, Submission.person_id == person_id, Submission.state == "released")
    query = (
        select(Submission.id, Recording.item_id, AssessmentRow.id, AssessmentRow.totals)
        .join(Recording, Recording.submission_id == Submission.id)
        .join(AssessmentRow, AssessmentRow.recording_id == Recording.id)
        .where(*theirs)
        .order_by(Recording.created_at, Recording.id, AssessmentRow.created_at, AssessmentRow.id)
    )
    by_attempt: dict[str, dict[str, float | None]] = {}
    for attempt, item_id, assessment_id, scores in session.execute(query):
        value = total_of(scores, work.terms, given=scores_given(session, [assessment_id])[assessment_id])
        by_attempt.setdefault(attempt, {})[item_id or ""] = value
    values = [mean_of_items([by_item.get(item.id) for item in work.items]) for by_item in by_attempt.values()]
    return max((value for value in values if value is not None), default=None)


def _write(
    store: Store, of: Due, *, tries: int, next_at: datetime | None, sent_at: datetime | None, problem: str | None
) -> None:
    with store.writing() as session:
        # Somebody who was deleted while it was being sent leaves no trace here.
        if session.scalars(select(AccountRow.person_id).filter_by(person_id=of.person_id)).first() is None:
            return
        session.merge(
            ScoreRow(
                course_id=of.course.id,
                assignment_id=of.assignment_id,
                person_id=of.person_id,
                release=of.release,
                value=of.value,
                tries=tries,
                next_at=next_at,
                sent_at=sent_at,
                problem=problem,
            )
        )
