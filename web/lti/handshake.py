"""The way to another site and back: what proves that who comes back is who left.

Somebody could begin to sign in with an account of their own, and have another person's browser finish it: that person
would then record into a stranger's account. So each way has a state that we signed, that lives for minutes and counts
once, and a cookie that only the browser has in which it began.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import Request
from starlette.responses import Response

from classroom import outside
from classroom.ids import new_token
from classroom.store import Store
from web.lti.errors import ReplayedLaunch, StaleLaunch

LIFETIME = timedelta(minutes=10)
_PARTS = 4
_NAME_LETTERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """One way there and back.

    Parameters
    ----------
    state : str
        Goes there and comes back as it is.
    content : str
        What we want to know again: an id, or nothing.
    nonce, verifier : str
        What has to be in the answer, and PKCE's secret; made from the state, so that none has to be kept.
    expires_at : datetime
        When it is too late.
    """

    state: str
    content: str
    nonce: str
    verifier: str
    expires_at: datetime


def begin(store: Store, purpose: str, content: str, *, now: datetime) -> Handshake:
    """Begin a way; nothing is written until it ends well, so that nobody can fill the database."""
    expires_at = now + LIFETIME
    body = f"{new_token()}.{int(expires_at.timestamp())}.{content}"
    return _made(store, purpose, f"{body}.{_sign(store, purpose, body)}")


def resume(request: Request, store: Store, purpose: str, *, state: str, now: datetime) -> Handshake:
    """Recognise who comes back.

    Raises
    ------
    StaleLaunch
        The state is not one of ours, is too old, or began in another browser.
    """
    body, _, signature = state.rpartition(".")
    if state.count(".") != _PARTS - 1 or not _same(signature, _sign(store, purpose, body)):
        raise StaleLaunch
    made = _made(store, purpose, state)
    cookie = request.cookies.get(_cookie(purpose, state), "")
    if made.expires_at <= now or not _same(cookie, _binder(store, purpose, state)):
        raise StaleLaunch
    return made


def spend(store: Store, done: Handshake, *, now: datetime) -> None:
    """Count a way as used, after everything that was signed has been checked.

    Raises
    ------
    ReplayedLaunch
        It was used before.
    """
    if not outside.spend(store, done.state, expires_at=done.expires_at, now=now):
        raise ReplayedLaunch


def bind(request: Request, response: Response, store: Store, purpose: str, begun: Handshake) -> None:
    """Give the browser the cookie that it has to bring back.

    A platform comes back with a POST of its own, with which browsers send cookies only if they are SameSite=None, and
    those only by https. On http, for trying things out on one computer, the platform is the same site anyway.
    """
    is_https = request.url.scheme == "https"
    response.set_cookie(
        _cookie(purpose, begun.state),
        _binder(store, purpose, begun.state),
        max_age=int(LIFETIME.total_seconds()),
        path=f"/{purpose}",
        httponly=True,
        secure=is_https,
        samesite="none" if is_https else "lax",
    )


def unbind(response: Response, purpose: str, done: Handshake) -> None:
    """Take the cookie back."""
    response.delete_cookie(_cookie(purpose, done.state), path=f"/{purpose}", httponly=True)


def _made(store: Store, purpose: str, state: str) -> Handshake:
    _, expires, content, _ = state.split(".")
    return Handshake(
        state=state,
        content=content,
        nonce=store.mac(f"{purpose} nonce", state),
        verifier=store.mac(f"{purpose} verifier", state),
        expires_at=datetime.fromtimestamp(int(expires), UTC),
    )


def _sign(store: Store, purpose: str, body: str) -> str:
    return store.mac(f"{purpose} state", body)


def _binder(store: Store, purpose: str, state: str) -> str:
    return store.mac(f"{purpose} browser", state)


def _cookie(purpose: str, state: str) -> str:
    # One for each way: people open several tasks of a course at once.
    return f"lafal_{purpose}_{state[:_NAME_LETTERS]}"


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode(), other.encode())
