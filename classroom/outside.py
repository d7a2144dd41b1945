"""Accounts elsewhere: whose is which, and that no sign-in from elsewhere counts twice."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from classroom import accounts
from classroom.accounts import SignedIn
from classroom.errors import AlreadyThere, NotFound
from classroom.people import row_of
from classroom.store import Store
from classroom.store.outside_tables import AccountRow, SpentRow
from classroom.store.schema import Person as PersonRow
from classroom.store.sealing import seal, unseal

_MOST_LETTERS = 500


@dataclass(frozen=True, slots=True)
class Account:
    """An account elsewhere.

    Parameters
    ----------
    source : str
        Who vouches for it: "openid" and an issuer, or "platform", its id and the role there.
    subject : str
        What it is called there.
    platform_id : str, optional
        Of a learning platform.
    """

    source: str
    subject: str
    platform_id: str | None = None


def spend(store: Store, state: str, *, expires_at: datetime, now: datetime) -> bool:
    """Use a sign-in that began with `state`; False where it was used before. Forgets those that expired."""
    mac = store.mac("spent", state)
    try:
        with store.writing() as session:
            session.execute(delete(SpentRow).where(SpentRow.expires_at < now))
            if session.get(SpentRow, mac) is not None:
                return False
            session.add(SpentRow(state_mac=mac, expires_at=expires_at))
    except IntegrityError:
        return False
    return True


def sign_in(store: Store, account: Account, *, now: datetime, old_token: str = "") -> SignedIn:
    """Begin a session for whom an account elsewhere was linked to; the one the browser had ends.

    Raises
    ------
    NotFound
        It is linked to nobody. Nobody is ever found by an e-mail address.
    """
    with store.writing() as session:
        row = holder(store, session, account)
        if row is None:
            raise NotFound({"kind": "account"})
        begun = accounts.begin(store, session, row, now=now)
    if old_token:
        accounts.sign_out(store, old_token, now=now)
    return begun


def link(store: Store, person_id: str, account: Account, *, now: datetime) -> None:
    """Let somebody sign in with an account elsewhere; for themselves, while signed in.

    Raises
    ------
    AlreadyThere
        It is somebody else's.
    """
    with store.writing() as session:
        row_of(session, person_id)
        owner = holder(store, session, account)
        if owner is not None and owner.id != person_id:
            raise AlreadyThere({"field": "account"})
        if owner is None:
            attach(store, session, person_id, account, now=now)
            store.note(session, actor=person_id, action="account.link", subject=f"person:{person_id}", now=now)


def unlink(store: Store, person_id: str, *, now: datetime) -> None:
    """Forget somebody's account at the OpenID provider; for themselves."""
    theirs = (AccountRow.person_id == person_id, AccountRow.platform_id.is_(None))
    with store.writing() as session:
        if session.scalars(select(AccountRow.subject_mac).where(*theirs)).first() is not None:
            session.execute(delete(AccountRow).where(*theirs))
            store.note(session, actor=person_id, action="account.unlink", subject=f"person:{person_id}", now=now)


def is_linked(store: Store, person_id: str) -> bool:
    """Whether somebody has linked an account at the OpenID provider."""
    query = select(AccountRow.subject_mac).filter_by(person_id=person_id, platform_id=None)
    with store.reading() as session:
        return session.scalars(query).first() is not None


def holder(store: Store, session: Session, account: Account) -> PersonRow | None:
    """Find whose an account is."""
    found = session.get(AccountRow, _mac(store, account))
    return None if found is None else row_of(session, found.person_id)


def attach(store: Store, session: Session, person_id: str, account: Account, *, now: datetime) -> None:
    """Link an account within a transaction."""
    mac = _mac(store, account)
    sealed = seal(store.keys.open(person_id), account.subject.encode(), f"account:{mac}")
    session.add(
        AccountRow(subject_mac=mac, person_id=person_id, platform_id=account.platform_id, subject=sealed, linked_at=now)
    )
    session.flush()


def subject_of(store: Store, row: AccountRow) -> str:
    """Open what somebody is called elsewhere."""
    return unseal(store.keys.open(row.person_id), row.subject, f"account:{row.subject_mac}").decode()


def _mac(store: Store, account: Account) -> str:
    if not 0 < len(account.subject) <= _MOST_LETTERS:
        raise NotFound({"kind": "account"})
    return store.mac("account", f"{account.source}\n{account.subject}")
