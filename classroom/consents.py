"""Consent, purpose by purpose: what is not agreed to, by the words of today, is closed."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from classroom.access import require_knows
from classroom.consent_texts import TEXTS, VERSIONS, Purpose
from classroom.errors import ConsentMissing, NotAllowed
from classroom.ids import new_id
from classroom.people import row_of
from classroom.store import Store
from classroom.store.schema import Consent as ConsentRow
from classroom.store.schema import ConsentText
from classroom.store.schema import Person as PersonRow
from classroom.terms import refused

__all__ = ["TEXTS", "VERSIONS", "Consent", "Purpose", "give", "held", "history", "holds", "require", "withdraw"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A yes, the words it was given to, and when it ended."""

    purpose: Purpose
    version: int
    text: str
    guardian: bool
    given_at: datetime
    withdrawn_at: datetime | None


def give(
    store: Store, person_id: str, purpose: Purpose, *, language: str, guardian: bool, by: str, now: datetime
) -> None:
    """Write down a yes to today's words.

    Parameters
    ----------
    language : str
        In which the words were shown.
    guardian : bool
        Whether a parent or guardian agreed.
    by : str
        Who writes it down: the person, or a teacher who holds the signed form.

    Raises
    ------
    InvalidDetail
        There are no such words.
    NotAllowed
        `by` is neither the person, nor their teacher, nor an admin, or somebody says yes as their own guardian.
    """
    if guardian and by == person_id:
        raise NotAllowed
    text = TEXTS.get((purpose, language))
    if text is None:
        raise refused("purpose", "there are no words for it in this language", "unworded")
    version = VERSIONS[purpose]
    text_id = hashlib.sha256(f"{purpose}\n{version}\n{language}\n{text}".encode()).hexdigest()[:32]
    with store.writing() as session:
        row_of(session, person_id, lock=True)
        require_knows(session, by, person_id)
        session.merge(ConsentText(id=text_id, purpose=purpose, version=version, language=language, text=text))
        session.flush()
        session.add(
            ConsentRow(
                id=new_id(),
                person_id=person_id,
                purpose=purpose,
                text_id=text_id,
                version=version,
                guardian=guardian,
                recorded_by=by,
                given_at=now,
            )
        )
        _note(store, session, "consent.give", person_id, purpose, by=by, now=now)


def withdraw(store: Store, person_id: str, purpose: Purpose, *, by: str, now: datetime) -> None:
    """End every yes to a purpose; what needs it is closed from now on."""
    with store.writing() as session:
        require_knows(session, by, person_id)
        for row in session.scalars(_given(person_id, purpose)):
            row.withdrawn_at = now
        _note(store, session, "consent.withdraw", person_id, purpose, by=by, now=now)


def holds(store: Store, person_id: str, purpose: Purpose) -> bool:
    """Whether there is a yes to today's words, from a guardian where one is needed."""
    with store.reading() as session:
        return _holds(session, person_id, purpose)


def held(store: Store, person_ids: Collection[str]) -> Mapping[str, frozenset[Purpose]]:
    """What each of several people has agreed to, as `holds` tells it; who may know is for the caller to have asked."""
    query = (
        select(ConsentRow.person_id, ConsentRow.purpose, ConsentRow.version)
        .join(PersonRow, PersonRow.id == ConsentRow.person_id)
        .where(ConsentRow.person_id.in_(person_ids), ConsentRow.withdrawn_at.is_(None))
        .where(or_(ConsentRow.guardian, PersonRow.needs_guardian.is_(False)))
    )
    found: dict[str, set[Purpose]] = {person_id: set() for person_id in person_ids}
    with store.reading() as session:
        for person_id, purpose, version in session.execute(query):
            if version == VERSIONS[cast(Purpose, purpose)]:
                found[person_id].add(cast(Purpose, purpose))
    return {person_id: frozenset(purposes) for person_id, purposes in found.items()}


def require(session: Session, person_id: str, purpose: Purpose) -> None:
    """Close what has no consent.

    Raises
    ------
    ConsentMissing
        Never given, withdrawn, given to older words, or without the guardian it needs.
    """
    if not _holds(session, person_id, purpose):
        raise ConsentMissing({"purpose": purpose})


def history(store: Store, person_id: str) -> tuple[Consent, ...]:
    """Every yes there has been, oldest first, with its words."""
    query = (
        select(ConsentRow, ConsentText.text)
        .join(ConsentText, ConsentText.id == ConsentRow.text_id)
        .filter(ConsentRow.person_id == person_id)
        .order_by(ConsentRow.given_at, ConsentRow.id)
    )
    with store.reading() as session:
        return tuple(
            Consent(
                purpose=cast(Purpose, row.purpose),
                version=row.version,
                text=text,
                guardian=row.guardian,
                given_at=row.given_at,
                withdrawn_at=row.withdrawn_at,
            )
            for row, text in session.execute(query)
        )


def _holds(session: Session, person_id: str, purpose: Purpose) -> bool:
    needs_guardian = row_of(session, person_id).needs_guardian
    given = session.scalars(_given(person_id, purpose).filter_by(version=VERSIONS[purpose])).all()
    return any(row.guardian or not needs_guardian for row in given)


def _given(person_id: str, purpose: Purpose):
    return select(ConsentRow).filter_by(person_id=person_id, purpose=purpose, withdrawn_at=None)


def _note(store: Store, session: Session, action: str, person_id: str, purpose: str, *, by: str, now: datetime) -> None:
    details = {"purpose": purpose}
    store.note(session, actor=by, action=action, subject=f"person:{person_id}", now=now, details=details)
