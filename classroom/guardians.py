"""For whom a parent or guardian decides, and how to reach them; their teachers and admins may put it right."""

from dataclasses import replace
from datetime import datetime

from classroom.access import require_knows, require_staff
from classroom.errors import NotAllowed
from classroom.people import identity, name_within, row_of
from classroom.store import Store


def settle(store: Store, person_id: str, *, needed: bool, contact: str, by: str, now: datetime) -> None:
    """Say whether a learner's consent needs a guardian, and how to reach one; it is written down.

    What the learner agreed to alone counts no more from the moment a guardian is needed.

    Raises
    ------
    NotAllowed
        `by` is neither an admin nor a teacher of the learner's, or it is no learner.
    InvalidDetail
        The contact is too long or holds characters that cannot be shown.
    """
    with store.writing() as session:
        require_staff(session, by)
        row = row_of(session, person_id, lock=True)
        if row.role != "learner":
            raise NotAllowed
        require_knows(session, by, person_id)
        known = identity(store, session, person_id)
        name_within(store, session, person_id, replace(known, guardian=contact))
        details = {"needed": needed, "before": row.needs_guardian}
        row.needs_guardian = needed
        subject = f"person:{person_id}"
        store.note(session, actor=by, action="person.guardian", subject=subject, now=now, details=details)
