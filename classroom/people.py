"""People: a role and a pseudonym, and apart from them, sealed, who they are."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.errors import AlreadyThere, InvalidDetail, NotAllowed, NotFound
from classroom.ids import new_id, new_pseudonym
from classroom.store import Store
from classroom.store.schema import ROLES, Recording
from classroom.store.schema import Identity as IdentityRow
from classroom.store.schema import Person as PersonRow
from classroom.store.sealing import seal, unseal

__all__ = [
    "ROLES",
    "Identity",
    "NewPerson",
    "Person",
    "Role",
    "create",
    "find",
    "identify",
    "listed",
    "name_anew",
    "set_scores_only",
]

Role = Literal["admin", "teacher", "learner"]
OPERATOR = "operator"
"""Who acts when it is nobody with an account: the command line, or a person joining by a code."""

_MOST_LETTERS = 200
_MOST_PSEUDONYM = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody really is; every field may be empty.

    Parameters
    ----------
    name, email : str
        Of the person.
    guardian : str
        How to reach a parent or guardian.
    login : str
        The name used to sign in.
    """

    name: str = ""
    email: str = ""
    guardian: str = ""
    login: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody, as everybody may know them.

    `needs_guardian`: consent counts only where a guardian gave it. `scores_only`: no recording is kept.
    """

    id: str
    role: Role
    pseudonym: str
    language: str
    needs_guardian: bool
    scores_only: bool
    school_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody to add; a pseudonym is made up where none is given, and a learner is a minor unless it is said."""

    role: Role
    pseudonym: str = ""
    language: str = "en"
    needs_guardian: bool | None = None
    scores_only: bool = False
    school_id: str | None = None
    identity: Identity = Identity()


def create(store: Store, new: NewPerson, *, by: str, now: datetime) -> Person:
    """Add a person and their data key.

    Raises
    ------
    AlreadyThere
        The pseudonym is taken.
    InvalidDetail
        A name is too long or holds control characters.
    """
    with store.writing() as session:
        return add(store, session, new, by=by, now=now)


def add(store: Store, session: Session, new: NewPerson, *, by: str, now: datetime) -> Person:
    """As `create`, within a transaction."""
    check_identity(new.identity)
    row = PersonRow(
        id=new_id(),
        school_id=new.school_id,
        role=new.role,
        pseudonym=_pseudonym(session, new.pseudonym),
        language=new.language,
        needs_guardian=new.role == "learner" if new.needs_guardian is None else new.needs_guardian,
        scores_only=new.scores_only,
        created_at=now,
    )
    store.keys.create(row.id)
    session.add(row)
    session.flush()
    if new.identity != Identity():
        session.add(_sealed(store, row.id, new.identity))
    store.note(session, actor=by, action="person.create", subject=f"person:{row.id}", now=now)
    return person(row)


def find(store: Store, person_id: str) -> Person:
    """Look somebody up.

    Raises
    ------
    NotFound
        Nobody, or nobody any more.
    """
    with store.reading() as session:
        return person(row_of(session, person_id))


def listed(store: Store, role: Role | None = None) -> tuple[Person, ...]:
    """Everybody, or everybody of a role, by pseudonym."""
    query = select(PersonRow).where(PersonRow.deleted_at.is_(None)).order_by(PersonRow.pseudonym)
    with store.reading() as session:
        return tuple(person(row) for row in session.scalars(query if role is None else query.filter_by(role=role)))


def identify(store: Store, person_id: str) -> Identity:
    """Open who somebody really is; whether the reader may know is for the caller to have asked (`access`)."""
    with store.reading() as session:
        row_of(session, person_id)
        return identity(store, session, person_id)


def name_anew(store: Store, person_id: str, known: Identity, *, by: str, now: datetime) -> None:
    """Replace who somebody really is; the login stays what it was."""
    with store.writing() as session:
        row_of(session, person_id)
        name_within(store, session, person_id, known)
        store.note(session, actor=by, action="person.rename", subject=f"person:{person_id}", now=now)


def name_within(store: Store, session: Session, person_id: str, known: Identity) -> None:
    """As `name_anew`, within a transaction; what is written down is for the caller to say."""
    check_identity(known)
    login = identity(store, session, person_id).login
    session.merge(_sealed(store, person_id, replace(known, login=login)))


def set_scores_only(store: Store, person_id: str, value: bool, *, by: str, now: datetime) -> int:
    """Keep no more recordings of somebody, only results, or keep them again; answers how many were taken away at once.

    Raises
    ------
    NotAllowed
        `by` is neither the person nor an admin.
    """
    with store.writing() as session:
        row = row_of(session, person_id, lock=True)
        if by != person_id and row_of(session, by).role != "admin":
            raise NotAllowed
        row.scores_only = value
        files = _let_go(session, person_id, now) if value else ()
        details = {"value": value, "recordings": len(files)}
        subject = f"person:{person_id}"
        store.note(session, actor=by, action="person.scores_only", subject=subject, now=now, details=details)
    for sha256 in files:
        store.files.remove(sha256)
    return len(files)


def remember_login(store: Store, session: Session, person_id: str, login: str) -> None:
    """Keep the sign-in name, sealed."""
    key = store.keys.open(person_id)
    row = session.get(IdentityRow, person_id) or IdentityRow(person_id=person_id)
    row.login = seal(key, login.encode(), f"identity.login:{person_id}")
    session.add(row)


def row_of(session: Session, person_id: str, *, lock: bool = False) -> PersonRow:
    """Find the row of somebody who has not been deleted; `lock` keeps others from changing their work meanwhile."""
    row = session.get(PersonRow, person_id, with_for_update=True if lock else None)
    if row is None or row.deleted_at is not None:
        raise NotFound({"kind": "person"})
    return row


def person(row: PersonRow) -> Person:
    """Give a row as everybody may know it."""
    return Person(
        id=row.id,
        role=cast(Role, row.role),
        pseudonym=row.pseudonym,
        language=row.language,
        needs_guardian=row.needs_guardian,
        scores_only=row.scores_only,
        school_id=row.school_id,
        created_at=row.created_at,
    )


def identity(store: Store, session: Session, person_id: str) -> Identity:
    """Open a sealed identity; an empty one where nothing is known."""
    row = session.get(IdentityRow, person_id)
    if row is None:
        return Identity()
    key = store.keys.open(person_id)
    opened: dict[str, str] = {}
    for field in fields(Identity):
        sealed: bytes | None = getattr(row, field.name)
        if sealed is not None:
            opened[field.name] = unseal(key, sealed, f"identity.{field.name}:{person_id}").decode()
    return Identity(**opened)


def check_identity(known: Identity) -> None:
    """Refuse names that no form would show well."""
    for field in fields(Identity):
        value: str = getattr(known, field.name)
        if len(value) > _MOST_LETTERS:
            raise InvalidDetail({"field": field.name, "problem": f"it is longer than {_MOST_LETTERS} letters"})
        if not value.isprintable():
            raise InvalidDetail({"field": field.name, "problem": "it holds characters that cannot be shown"})


def _sealed(store: Store, person_id: str, known: Identity) -> IdentityRow:
    key = store.keys.open(person_id)
    row = IdentityRow(person_id=person_id)
    for field in fields(Identity):
        value: str = getattr(known, field.name)
        sealed = seal(key, value.encode(), f"identity.{field.name}:{person_id}") if value else None
        setattr(row, field.name, sealed)
    return row


def _let_go(session: Session, person_id: str, now: datetime) -> tuple[str, ...]:
    files: list[str] = []
    for row in session.scalars(select(Recording).filter_by(person_id=person_id, removed_at=None)):
        if row.sha256 is not None:
            files.append(row.sha256)
        row.removed_at, row.sha256 = now, None
    return tuple(files)


def _pseudonym(session: Session, wanted: str) -> str:
    wanted = " ".join(wanted.split())
    if len(wanted) > _MOST_PSEUDONYM:
        raise InvalidDetail({"field": "pseudonym", "problem": f"it is longer than {_MOST_PSEUDONYM} letters"})
    if wanted:
        if _taken(session, wanted):
            raise AlreadyThere({"field": "pseudonym"})
        return wanted
    while _taken(session, made := new_pseudonym()):
        pass
    return made


def _taken(session: Session, pseudonym: str) -> bool:
    return session.scalars(select(PersonRow.id).where(PersonRow.pseudonym == pseudonym)).first() is not None
