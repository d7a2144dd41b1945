"""Signing in: passwords, and sessions that browsers hold as a token and we as a hash."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from classroom.access import require_admin
from classroom.errors import AlreadyThere, InvalidDetail, SessionOver, WrongPassword
from classroom.ids import new_token
from classroom.people import NewPerson, Person, add, person, remember_login, row_of
from classroom.store import Store
from classroom.store.schema import Credential, LoginSession
from classroom.store.schema import Person as PersonRow

SESSION_LIFETIME = timedelta(hours=12)
FEWEST_LETTERS = 8
MOST_LETTERS = 200

_hasher = PasswordHasher()
_hashing = threading.BoundedSemaphore(4)
"""Each hash takes 64 MB: a class that signs in at once, or somebody who guesses, must not fill the memory."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has just begun; `token` is what the browser keeps, and nobody else."""

    token: str
    person: Person
    expires_at: datetime


def set_password(store: Store, person_id: str, password: str, *, login: str, by: str, now: datetime) -> None:
    """Give somebody a login and a password, or change them; all their sessions end.

    Raises
    ------
    InvalidDetail
        The password is shorter than 8 letters, or the login is empty.
    AlreadyThere
        Somebody else has the login.
    """
    mac = _login_mac(store, login)
    hashed = _hash(password)
    with store.writing() as session:
        row_of(session, person_id)
        owner = session.scalars(select(Credential.person_id).filter_by(login_mac=mac)).first()
        if owner not in {None, person_id}:
            raise AlreadyThere({"field": "login"})
        session.merge(Credential(person_id=person_id, login_mac=mac, password_hash=hashed, changed_at=now))
        remember_login(store, session, person_id, login.strip())
        _end_all(session, person_id, now)
        store.note(session, actor=by, action="password.set", subject=f"person:{person_id}", now=now)


def create(store: Store, new: NewPerson, password: str, *, login: str, by: str, now: datetime) -> Person:
    """Add a person who signs in with a password: both, or, after an error, nobody.

    Raises
    ------
    InvalidDetail, AlreadyThere
        As `set_password` and `people.create` do.
    """
    mac = _login_mac(store, login)
    hashed = _hash(password)
    with store.writing() as session:
        if session.scalars(select(Credential.person_id).filter_by(login_mac=mac)).first() is not None:
            raise AlreadyThere({"field": "login"})
        made = add(store, session, new, by=by, now=now)
        session.add(Credential(person_id=made.id, login_mac=mac, password_hash=hashed, changed_at=now))
        remember_login(store, session, made.id, login.strip())
        store.note(session, actor=by, action="password.set", subject=f"person:{made.id}", now=now)
        return made


def change_password(store: Store, person_id: str, *, old: str, new: str, now: datetime) -> SignedIn:
    """Change one's own password; every session ends, and a new one begins.

    Raises
    ------
    WrongPassword
        The old one is wrong.
    """
    with store.reading() as session:
        credential = session.get(Credential, person_id)
        stored = credential.password_hash if credential else _nobodys_hash()
    if not _fits(stored, old) or credential is None:
        raise WrongPassword
    hashed = _hash(new)
    with store.writing() as session:
        row = row_of(session, person_id)
        session.merge(
            Credential(person_id=person_id, login_mac=credential.login_mac, password_hash=hashed, changed_at=now)
        )
        _end_all(session, person_id, now)
        store.note(session, actor=person_id, action="password.set", subject=f"person:{person_id}", now=now)
        return begin(store, session, row, now=now)


def sign_in(store: Store, login: str, password: str, *, now: datetime, old_token: str = "") -> SignedIn:
    """Begin a session; the one the browser had, if any, ends. Takes as long for a login nobody has.

    Raises
    ------
    WrongPassword
        Login and password do not belong together.
    """
    with store.reading() as session:
        query = select(Credential).filter_by(login_mac=_login_mac(store, login))
        credential = session.scalars(query).first()
        stored = credential.password_hash if credential else _nobodys_hash()
    if not _fits(stored, password) or credential is None:
        raise WrongPassword
    stale = _hasher.check_needs_rehash(stored)
    rehashed = _hasher.hash(password) if stale else ""
    with store.writing() as session:
        row = row_of(session, credential.person_id)
        if rehashed:
            session.execute(
                update(Credential)
                .where(Credential.person_id == row.id, Credential.password_hash == stored)
                .values(password_hash=rehashed)
            )
        _end(store, session, old_token, now)
        return begin(store, session, row, now=now)


def resume(store: Store, token: str, *, now: datetime) -> Person:
    """Tell whose session it is.

    Raises
    ------
    SessionOver
        It expired, was ended, or never was.
    """
    with store.reading() as session:
        return person(_holder(store, session, token, now))


def sign_out(store: Store, token: str, *, now: datetime) -> None:
    """End a session; one that is over stays so."""
    with store.writing() as session:
        _end(store, session, token, now)


def sign_out_everywhere(store: Store, person_id: str, *, by: str, now: datetime) -> None:
    """End every session of somebody; for admins."""
    with store.writing() as session:
        require_admin(session, by)
        _end_all(session, person_id, now)
        store.note(session, actor=by, action="person.sign_out", subject=f"person:{person_id}", now=now)


def sign_out_elsewhere(store: Store, person_id: str, *, keep: str, now: datetime) -> None:
    """End every session of somebody but the one with the token `keep`."""
    others = (LoginSession.person_id == person_id, LoginSession.id_hash != _mac(store, keep))
    with store.writing() as session:
        session.execute(update(LoginSession).where(*others, LoginSession.revoked_at.is_(None)).values(revoked_at=now))


def whose(store: Store, session: Session, login: str) -> str | None:
    """Tell who signs in with a name; None for nobody."""
    if not 0 < len(login.strip()) <= MOST_LETTERS:
        return None
    return session.scalars(select(Credential.person_id).filter_by(login_mac=_login_mac(store, login))).first()


def begin(store: Store, session: Session, row: PersonRow, *, now: datetime) -> SignedIn:
    """Begin a session within a transaction."""
    token = new_token()
    expires_at = now + SESSION_LIFETIME
    session.add(LoginSession(id_hash=_mac(store, token), person_id=row.id, created_at=now, expires_at=expires_at))
    session.flush()
    return SignedIn(token, person(row), expires_at)


def _holder(store: Store, session: Session, token: str, now: datetime) -> PersonRow:
    found = session.get(LoginSession, _mac(store, token))
    if found is None or found.revoked_at is not None or found.expires_at <= now:
        raise SessionOver
    if found.expires_at > now + 2 * SESSION_LIFETIME:
        raise SessionOver  # begun while the clock was far ahead, it would last until then
    row = session.get(PersonRow, found.person_id)
    if row is None or row.deleted_at is not None:
        raise SessionOver
    return row


def _end(store: Store, session: Session, token: str, now: datetime) -> None:
    over = LoginSession.id_hash == _mac(store, token)
    session.execute(update(LoginSession).where(over, LoginSession.revoked_at.is_(None)).values(revoked_at=now))


def _end_all(session: Session, person_id: str, now: datetime) -> None:
    theirs = LoginSession.person_id == person_id
    session.execute(update(LoginSession).where(theirs, LoginSession.revoked_at.is_(None)).values(revoked_at=now))


def _mac(store: Store, token: str) -> str:
    return store.mac("session", token)


def _login_mac(store: Store, login: str) -> str:
    folded = login.strip().casefold()
    if not folded or len(folded) > MOST_LETTERS:
        raise InvalidDetail({"field": "login", "problem": f"it needs 1 to {MOST_LETTERS} letters"})
    return store.mac("login", folded)


def _hash(password: str) -> str:
    if not FEWEST_LETTERS <= len(password) <= MOST_LETTERS:
        problem = f"it needs {FEWEST_LETTERS} to {MOST_LETTERS} letters"
        raise InvalidDetail({"field": "password", "problem": problem})
    with _hashing:
        return _hasher.hash(password)


def _fits(hashed: str, password: str) -> bool:
    try:
        with _hashing:
            return len(password) <= MOST_LETTERS and _hasher.verify(hashed, password)
    except VerificationError:
        return False


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(new_token())
