"""Comparing what the database says with what is on disk, and the audit with its own chain."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from classroom.errors import StoreError
from classroom.operations import sweeping
from classroom.recordings import opened
from classroom.store import Store, audit
from classroom.store.schema import AssessmentRow, Identity, MarkRow, Person, Recording
from classroom.store.sealing import Unsealable, unseal


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not fit: a stable kind, and what it is about."""

    kind: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was looked at, what is wrong, and the files that belonged to nothing and were taken away."""

    recordings: int
    audit_rows: int
    people: int
    problems: tuple[Problem, ...]
    swept: tuple[str, ...]


def verify(store: Store, *, now: datetime, sweep: bool = True) -> Report:
    """Open everything that is sealed, walk the audit, and look for keys and files that are missing or left over.

    Parameters
    ----------
    now : datetime
        To know which files are old enough to be nobody's.
    sweep : bool
        Take away files that no row names, which a crash between writing a file and its row leaves behind.

    Raises
    ------
    StoreError
        The database or the disk is so broken that nothing can be looked at.
    """
    found = sweeping.sweep(store, now) if sweep else sweeping.orphans(store, now)
    problems = _database_problems(store)
    with store.reading() as session:
        rows = session.scalars(select(Recording).where(Recording.removed_at.is_(None)).order_by(Recording.id)).all()
        broken = audit.check(session, store.keys.store_key())
        audit_rows = audit.count(session)
        people = session.scalars(select(Person).order_by(Person.id)).all()
    problems += [Problem("audit", f"row {number}") for number in broken]
    problems += [problem for row in rows for problem in _recording_problems(store, row)]
    problems += [problem for person in people for problem in _key_problems(store, person)]
    problems += _sealed_problems(store)
    if not sweep:
        problems += [Problem("orphan", path.name) for path in found]
    return Report(
        recordings=len(rows),
        audit_rows=audit_rows,
        people=len(people),
        problems=tuple(problems),
        swept=tuple(path.name for path in found) if sweep else (),
    )


def _database_problems(store: Store) -> list[Problem]:
    if store.engine.dialect.name != "sqlite":
        return []
    with store.reading() as session:
        integrity = session.execute(text("PRAGMA integrity_check")).scalars().all()
        foreign = session.execute(text("PRAGMA foreign_key_check")).all()
    found = [Problem("database", str(line)) for line in integrity if line != "ok"]
    return found + [Problem("database", f"{row[0]} row {row[1]} names nothing in {row[2]}") for row in foreign]


def _recording_problems(store: Store, row: Recording) -> list[Problem]:
    try:
        content = opened(store, row)
    except StoreError as error:
        if _removed_meanwhile(store, row.id):
            return []
        return [Problem(error.code, f"recording:{row.id}")]
    return [] if len(content) == row.size_bytes else [Problem("size", f"recording:{row.id}")]


def _removed_meanwhile(store: Store, recording_id: str) -> bool:
    with store.reading() as session:
        row = session.get(Recording, recording_id)
        return row is None or row.removed_at is not None


def _key_problems(store: Store, person: Person) -> list[Problem]:
    if person.deleted_at is not None:
        return [Problem("key_left", f"person:{person.id}")] if store.keys.has(person.id) else []
    try:
        store.keys.open(person.id)
    except StoreError as error:
        return [Problem(error.code, f"person:{person.id}")]
    return []


def _sealed_problems(store: Store) -> list[Problem]:
    """Open what is sealed in rows: whoever changed it, or moved it to another row, could not seal it anew."""
    problems: list[Problem] = []
    with store.reading() as session:
        for owner, sealed, purpose in _sealed(session):
            try:
                unseal(store.keys.open(owner), sealed, purpose)
            except Unsealable:
                problems.append(Problem("sealed", purpose))
            except StoreError:
                continue  # the person's key is told of already
    return problems


def _sealed(session: Session) -> Iterator[tuple[str, bytes, str]]:
    """Give whose it is, the sealed bytes and what they were sealed for."""
    for row in session.scalars(select(Identity)):
        for field in ("name", "email", "guardian", "login"):
            sealed: bytes | None = getattr(row, field)
            if sealed is not None:
                yield row.person_id, sealed, f"identity.{field}:{row.person_id}"
    documents = select(Recording.person_id, AssessmentRow.document, AssessmentRow.id)
    for owner, document, assessment_id in session.execute(documents.join(AssessmentRow)):
        yield owner, document, f"assessment:{assessment_id}"
    comments = select(Recording.person_id, MarkRow.comment, MarkRow.assessment_id, MarkRow.number)
    comments = comments.join(AssessmentRow, AssessmentRow.recording_id == Recording.id).join(MarkRow)
    for owner, comment, assessment_id, number in session.execute(comments):
        if comment is not None:
            yield owner, comment, f"mark:{assessment_id}:{number}"
