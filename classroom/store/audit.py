"""The audit: rows are only added, and each one's keyed hash covers the row before.

The key lies outside the database, so that nobody with the database alone can write a chain that holds. The number and
hash of the last row are kept, sealed alike, in `facts`: rows cut off the end are missed too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from classroom.store.schema import AuditRow, Fact
from classroom.store.sealing import keyed_hash

_END = "audit_end"
_LOCK = 0x1AFA1
_NOBODY = "0" * 64


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done.

    `actor` is a person's id or "operator"; `subject` is a kind and an id, such as "recording:1f..."; `details` hold
    no names.
    """

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, object]


def append(
    session: Session,
    key: bytes,
    *,
    actor: str,
    action: str,
    subject: str,
    now: datetime,
    details: Mapping[str, object] | None = None,
) -> None:
    """Add a row in the running transaction; it is there exactly if what it tells of is."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    last = session.scalars(select(AuditRow).order_by(AuditRow.number.desc()).limit(1)).first()
    row = AuditRow(
        number=1 if last is None else last.number + 1,
        at=now,
        actor=actor,
        action=action,
        subject=subject,
        details=json.dumps(details or {}, sort_keys=True),
        chain="",
    )
    row.chain = _link(key, _NOBODY if last is None else last.chain, row)
    session.add(row)
    session.merge(Fact(name=_END, value=_end(key, row.number, row.chain)))
    session.flush()


def check(session: Session, key: bytes) -> tuple[int, ...]:
    """Walk the chain; answers the numbers of rows that were changed, or follow a gap, or are missing at the end."""
    wrong: list[int] = []
    before, number = _NOBODY, 0
    for row in session.scalars(select(AuditRow).order_by(AuditRow.number).execution_options(yield_per=1000)):
        if row.number != number + 1 or row.chain != _link(key, before, row):
            wrong.append(row.number)
        before, number = row.chain, row.number
    end = session.get(Fact, _END)
    if (end is not None or number) and (end is None or end.value != _end(key, number, before)):
        wrong.append(number + 1)
    return tuple(wrong)


def is_ours(session: Session, key: bytes) -> bool:
    """Whether something was written here, and the last of it with this key; the chain itself is not walked."""
    last = session.scalars(select(AuditRow).order_by(AuditRow.number.desc()).limit(1)).first()
    end = session.get(Fact, _END)
    return last is not None and end is not None and end.value == _end(key, last.number, last.chain)


def events(session: Session, *, subject: str | None = None, limit: int = 1000) -> tuple[Event, ...]:
    """Read the newest rows, newest first; of one subject where it is named."""
    query = select(AuditRow).order_by(AuditRow.number.desc()).limit(limit)
    if subject is not None:
        query = query.where(AuditRow.subject == subject)
    return tuple(
        Event(row.number, row.at, row.actor, row.action, row.subject, json.loads(row.details))
        for row in session.scalars(query)
    )


def count(session: Session) -> int:
    """How many rows there are."""
    return session.scalar(select(func.count()).select_from(AuditRow)) or 0


def _link(key: bytes, before: str, row: AuditRow) -> str:
    content = [before, row.number, row.at.isoformat(), row.actor, row.action, row.subject, row.details]
    return keyed_hash(key, "audit", json.dumps(content).encode())


def _end(key: bytes, number: int, chain: str) -> str:
    return f"{number} {keyed_hash(key, 'audit end', f'{number} {chain}'.encode())}"
