"""Learning platforms that an admin has registered, and the key with which we sign what we tell them.

No connection is opened here or anywhere else to a platform that is not registered.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from classroom.access import require_admin
from classroom.errors import InvalidDetail, NotFound
from classroom.ids import new_id
from classroom.store import Store
from classroom.store.outside_tables import PlatformRow
from classroom.store.schema import Fact
from classroom.store.sealing import seal, unseal

_SIGNING_KEY = "platform_signing_key"
_MOST_LETTERS = 500
_MOST_NAME = 80
_MOST_DEPLOYMENTS = 50
_THIS_COMPUTER = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What an admin copies from a platform.

    Parameters
    ----------
    name : str
        What teachers call it, such as "Moodle".
    issuer, client_id : str
        Who the platform is, and who we are there.
    deployments : tuple of str
        Where on the platform it was installed; people from elsewhere are refused.
    auth_url, token_url, jwks_url : str
        Where its people sign in, where we get leave to send grades, and its public keys.
    needs_guardian : bool
        Whether a guardian has to agree for learners who come from there.
    """

    name: str
    issuer: str
    client_id: str
    deployments: tuple[str, ...]
    auth_url: str
    token_url: str
    jwks_url: str
    needs_guardian: bool = True


@dataclass(frozen=True, slots=True)
class Platform:
    """A registered platform."""

    id: str
    details: Details
    created_at: datetime


def register(store: Store, details: Details, *, by: str, now: datetime) -> Platform:
    """Register a platform, or correct what is known of one with the same issuer and client id; for admins.

    Raises
    ------
    InvalidDetail
        Something is missing, or an address is not https; http is taken for this computer only.
    """
    tidy = _checked(details)
    with store.writing() as session:
        require_admin(session, by)
        row = session.scalars(select(PlatformRow).filter_by(issuer=tidy.issuer, client_id=tidy.client_id)).first()
        if row is None:
            row = PlatformRow(id=new_id(), issuer=tidy.issuer, client_id=tidy.client_id, created_by=by, created_at=now)
            session.add(row)
        row.name, row.deployments, row.needs_guardian = tidy.name, list(tidy.deployments), tidy.needs_guardian
        row.auth_url, row.token_url, row.jwks_url = tidy.auth_url, tidy.token_url, tidy.jwks_url
        row.removed_at = None
        session.flush()
        store.note(session, actor=by, action="platform.register", subject=f"platform:{row.id}", now=now)
        return platform(row)


def remove(store: Store, platform_id: str, *, by: str, now: datetime) -> None:
    """Let nobody in from a platform any more and send it nothing; classes and work stay. For admins."""
    with store.writing() as session:
        require_admin(session, by)
        row_of(session, platform_id).removed_at = now
        store.note(session, actor=by, action="platform.remove", subject=f"platform:{platform_id}", now=now)


def listed(store: Store, *, by: str) -> tuple[Platform, ...]:
    """All platforms, by name; for admins."""
    with store.reading() as session:
        require_admin(session, by)
        query = select(PlatformRow).where(PlatformRow.removed_at.is_(None)).order_by(PlatformRow.name, PlatformRow.id)
        return tuple(platform(row) for row in session.scalars(query))


def find(store: Store, platform_id: str) -> Platform:
    """Look a platform up.

    Raises
    ------
    NotFound
        There is none, or it was removed.
    """
    with store.reading() as session:
        return platform(row_of(session, platform_id))


def find_issuer(store: Store, issuer: str, client_id: str = "") -> Platform:
    """Look up the platform that says it is `issuer`; without a client id it must be the only one.

    Raises
    ------
    NotFound
        None or several fit.
    """
    query = select(PlatformRow).where(PlatformRow.issuer == issuer, PlatformRow.removed_at.is_(None)).limit(2)
    with store.reading() as session:
        rows = session.scalars(query.where(PlatformRow.client_id == client_id) if client_id else query).all()
        if len(rows) != 1:
            raise NotFound({"kind": "platform"})
        return platform(rows[0])


def signing_key(store: Store, make: Callable[[], bytes]) -> bytes:
    """Give the private key, sealed with the store's own; made at first need."""
    with store.reading() as session:
        known = _open_key(store, session)
    if known is not None:
        return known
    sealed = seal(store.keys.store_key(), make(), _SIGNING_KEY)
    try:
        with store.writing() as session:
            if session.get(Fact, _SIGNING_KEY) is None:
                session.add(Fact(name=_SIGNING_KEY, value=base64.b64encode(sealed).decode()))
    except IntegrityError:
        # Another process was faster; its key is the one.
        pass
    with store.reading() as session:
        return _open_key(store, session) or b""


def row_of(session: Session, platform_id: str) -> PlatformRow:
    """Find the row of a platform that was not removed."""
    row = session.get(PlatformRow, platform_id)
    if row is None or row.removed_at is not None:
        raise NotFound({"kind": "platform"})
    return row


def platform(row: PlatformRow) -> Platform:
    """Give a row as a value."""
    details = Details(
        name=row.name,
        issuer=row.issuer,
        client_id=row.client_id,
        deployments=tuple(row.deployments),
        auth_url=row.auth_url,
        token_url=row.token_url,
        jwks_url=row.jwks_url,
        needs_guardian=row.needs_guardian,
    )
    return Platform(row.id, details, row.created_at)


def is_safe(url: str) -> bool:
    """Whether we would open an address: https, or http on this computer, without a name and password in it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or "@" in parts.netloc or len(url) > _MOST_LETTERS * 4 or not url.isprintable() or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _THIS_COMPUTER)


def _open_key(store: Store, session: Session) -> bytes | None:
    fact = session.get(Fact, _SIGNING_KEY)
    return None if fact is None else unseal(store.keys.store_key(), base64.b64decode(fact.value), _SIGNING_KEY)


def _checked(details: Details) -> Details:
    texts = {name: str(getattr(details, name)).strip() for name in ("issuer", "client_id")}
    for name, text in texts.items():
        if not text or len(text) > _MOST_LETTERS or not text.isprintable():
            raise InvalidDetail({"field": name, "problem": f"it needs 1 to {_MOST_LETTERS} letters"})
    name = " ".join(details.name.split())
    if not name or len(name) > _MOST_NAME or not name.isprintable():
        raise InvalidDetail({"field": "name", "problem": f"it needs 1 to {_MOST_NAME} letters"})
    urls = {name: str(getattr(details, name)).strip() for name in ("auth_url", "token_url", "jwks_url")}
    for field, url in urls.items():
        if not is_safe(url):
            raise InvalidDetail({"field": field, "problem": "it has to be an address that begins with https://"})
    deployments = tuple(dict.fromkeys(one.strip() for one in details.deployments if one.strip()))
    if not 1 <= len(deployments) <= _MOST_DEPLOYMENTS or any(len(one) > _MOST_LETTERS for one in deployments):
        raise InvalidDetail({"field": "deployments", "problem": f"there must be 1 to {_MOST_DEPLOYMENTS}"})
    return Details(name=name, deployments=deployments, needs_guardian=details.needs_guardian, **texts, **urls)
