"""Who practises without an account: a browser, known by a cookie that only it and the server have."""

import secrets

from starlette.requests import HTTPConnection
from starlette.responses import Response

OWNER_COOKIE = "lafal_owner"
"""Says whose a recording and whose page's results are; 128 random bits, unreadable to scripts."""

_TOKEN_BYTES = 16


def new_token() -> str:
    """Make an identifier of 128 random bits."""
    return secrets.token_hex(_TOKEN_BYTES)


def owner_of(connection: HTTPConnection) -> str:
    """Tell whose browser asks; one that has no cookie yet gets a new name, which `remember_owner` has to give it."""
    known = connection.cookies.get(OWNER_COOKIE, "")
    return known if len(known) == 2 * _TOKEN_BYTES else new_token()


def remember_owner(connection: HTTPConnection, response: Response, owner: str) -> None:
    """Give the browser its name, if it does not have it."""
    if owner != connection.cookies.get(OWNER_COOKIE):
        secure = connection.url.scheme == "https"
        response.set_cookie(OWNER_COOKIE, owner, httponly=True, samesite="strict", secure=secure)
