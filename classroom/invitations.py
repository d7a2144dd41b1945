"""Ways in without a password: a code that learners type to join a class, and a link that signs one person in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from classroom import accounts
from classroom.access import require_knows, require_staff, require_teaches
from classroom.accounts import SignedIn
from classroom.errors import NotAllowed, NotFound, UnusableCode
from classroom.ids import new_code, new_id, new_token, read_code
from classroom.people import OPERATOR, Identity, NewPerson, add, row_of
from classroom.store import Store
from classroom.store.schema import Invitation, Membership

CODE_LIFETIME = timedelta(days=14)
LINK_LIFETIME = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Invited:
    """A code or a link's token, shown this once: we keep only its hash."""

    id: str
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class JoinCode:
    """A code that still works; which one it is, nobody can tell any more."""

    id: str
    uses_left: int
    created_at: datetime
    expires_at: datetime


def make_join_code(
    store: Store, class_id: str, *, by: str, now: datetime, uses: int = 60, lifetime: timedelta = CODE_LIFETIME
) -> Invited:
    """Make a code with which learners join a class.

    Raises
    ------
    NotAllowed
        Whoever asks does not teach the class.
    """
    with store.writing() as session:
        require_teaches(session, by, class_id)
        made = Invitation(kind="join_code", class_id=class_id, created_by=by, uses_left=uses)
        return _add(store, session, made, new_code(), now=now, lifetime=lifetime)


def codes_of(store: Store, class_id: str, *, by: str, now: datetime) -> tuple[JoinCode, ...]:
    """Codes with which one can join a class at present, newest first; for its teachers."""
    query = (
        select(Invitation)
        .filter_by(class_id=class_id, kind="join_code", revoked_at=None)
        .where(Invitation.uses_left > 0, Invitation.expires_at > now)
        .order_by(Invitation.created_at.desc(), Invitation.id)
    )
    with store.reading() as session:
        require_teaches(session, by, class_id)
        return tuple(JoinCode(row.id, row.uses_left, row.created_at, row.expires_at) for row in session.scalars(query))


def make_link(store: Store, person_id: str, *, by: str, now: datetime, lifetime: timedelta = LINK_LIFETIME) -> Invited:
    """Make a link that signs somebody in once, such as a learner without an e-mail address.

    Raises
    ------
    NotAllowed
        Whoever asks is neither an admin nor the person's teacher.
    """
    with store.writing() as session:
        require_staff(session, by)
        row_of(session, person_id)
        require_knows(session, by, person_id)
        made = Invitation(kind="magic_link", person_id=person_id, created_by=by, uses_left=1)
        store.note(session, actor=by, action="link.make", subject=f"person:{person_id}", now=now)
        return _add(store, session, made, new_token(), now=now, lifetime=lifetime)


def join(
    store: Store, code: str, *, known: Identity, now: datetime, language: str = "en", needs_guardian: bool = True
) -> SignedIn:
    """Join a class with its code, as a new learner under a made-up name, and begin a session.

    Raises
    ------
    UnusableCode
        Unknown, used up, withdrawn or too old.
    """
    with store.writing() as session:
        used = _use(store, session, "join_code", read_code(code), now)
        new = NewPerson(role="learner", language=language, needs_guardian=needs_guardian, identity=known)
        learner = add(store, session, new, by=OPERATOR, now=now)
        session.add(Membership(class_id=used.class_id, person_id=learner.id, role="learner", joined_at=now))
        return accounts.begin(store, session, row_of(session, learner.id), now=now)


def join_again(store: Store, code: str, *, by: str, now: datetime) -> str:
    """Join one more class with its code, as the learner one is already; answers the class's id.

    Raises
    ------
    UnusableCode
        Unknown, used up, withdrawn or too old.
    NotAllowed
        Whoever asks is no learner.
    """
    with store.writing() as session:
        if row_of(session, by, lock=True).role != "learner":
            raise NotAllowed
        class_id = _use(store, session, "join_code", read_code(code), now).class_id or ""
        there = session.get(Membership, (class_id, by))
        if there is None or there.left_at is not None:
            session.merge(
                Membership(class_id=class_id, person_id=by, role="learner", joined_at=now, left_at=None, group_id=None)
            )
        return class_id


def follow(store: Store, token: str, *, now: datetime) -> SignedIn:
    """Sign in with a link.

    Raises
    ------
    UnusableCode
        Unknown, used, withdrawn or too old.
    """
    with store.writing() as session:
        used = _use(store, session, "magic_link", token, now)
        return accounts.begin(store, session, row_of(session, used.person_id or ""), now=now)


def withdraw(store: Store, invitation_id: str, *, by: str, now: datetime) -> None:
    """End a code or link before its time.

    Raises
    ------
    NotFound, NotAllowed
        There is none, or whoever asks could not have made it.
    """
    with store.writing() as session:
        row = session.get(Invitation, invitation_id)
        if row is None:
            raise NotFound({"kind": "code"})
        if row.class_id is not None:
            require_teaches(session, by, row.class_id)
        else:
            require_staff(session, by)
            require_knows(session, by, row.person_id or "")
        row.revoked_at = row.revoked_at or now


def _add(
    store: Store, session: Session, row: Invitation, secret: str, *, now: datetime, lifetime: timedelta
) -> Invited:
    row.id = new_id()
    row.code_mac = store.mac(row.kind, secret)
    row.created_at = now
    row.expires_at = now + lifetime
    session.add(row)
    return Invited(row.id, secret, row.expires_at)


def _use(store: Store, session: Session, kind: str, secret: str, now: datetime) -> Invitation:
    """Take one use; two people at once cannot take the same."""
    mac = store.mac(kind, secret)
    taken = session.execute(
        update(Invitation)
        .where(
            Invitation.code_mac == mac,
            Invitation.kind == kind,
            Invitation.uses_left > 0,
            Invitation.expires_at > now,
            Invitation.revoked_at.is_(None),
        )
        .values(uses_left=Invitation.uses_left - 1)
        .returning(Invitation.id)
    ).first()
    if taken is None:
        raise UnusableCode
    return session.scalars(select(Invitation).filter_by(id=taken.id)).one()
