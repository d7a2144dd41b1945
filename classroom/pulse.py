"""Whether anything of a class has changed, told in one short word, so that open pages can ask often."""

import hashlib

from sqlalchemy import Executable, func, select

from classroom.access import require_teaches
from classroom.store import Store
from classroom.store.schema import AssessmentRow, Assignment, Dismissal, MarkRow, Membership, Recording, Submission


def pulse(store: Store, class_id: str, *, by: str) -> str:
    """Give a word that is another one after every recording, result, hand-in, mark or change of who is in the class.

    Raises
    ------
    NotFound, NotAllowed
        There is no such class, or whoever asks does not teach it.
    """
    work = select(Submission.id).join(Assignment, Assignment.id == Submission.assignment_id)
    work = work.where(Assignment.class_id == class_id)
    said = select(Recording.id).where(Recording.submission_id.in_(work))
    judged = select(AssessmentRow.id).where(AssessmentRow.recording_id.in_(said))
    here = Membership.class_id == class_id
    queries: tuple[Executable, ...] = (
        select(func.count(), func.max(Submission.submitted_at), func.max(Submission.released_at)).where(
            Submission.id.in_(work)
        ),
        select(func.count(), func.max(Recording.created_at)).where(Recording.submission_id.in_(work)),
        select(func.count(), func.max(AssessmentRow.created_at)).where(AssessmentRow.recording_id.in_(said)),
        select(func.count(), func.max(MarkRow.marked_at)).where(MarkRow.assessment_id.in_(judged)),
        select(func.count(), func.count(Assignment.archived_at)).where(Assignment.class_id == class_id),
        select(func.count(), func.max(Membership.joined_at), func.max(Membership.left_at)).where(here),
        select(func.count(), func.max(Dismissal.dismissed_at)).where(Dismissal.class_id == class_id),
    )
    with store.reading() as session:
        require_teaches(session, by, class_id)
        found = [tuple(session.execute(query).one()) for query in queries]
    return hashlib.sha256(repr(found).encode()).hexdigest()[:16]
