"""Signed tokens of other sites: RS256 with a named key, and nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from web.lti.errors import BadSignature, ExpiredLaunch, ReplayedLaunch, WrongAudience, WrongIssuer

ALGORITHM = "RS256"
CLOCKS_APART = timedelta(minutes=2)
OLDEST = timedelta(hours=1)
"""Longest ago that a token may have been issued, however long it says it holds."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to say: who issued it, for whom, and in answer to what."""

    issuer: str
    client_id: str
    nonce: str


def verify(
    token: str, find_key: Callable[[str], RSAKey | None], *, expected: Expected, now: datetime
) -> dict[str, Any]:
    """Check a token and give its claims.

    Parameters
    ----------
    token : str
        As it came.
    find_key : callable
        Gives the public key of a key id; None where there is none.
    expected : Expected
        What it has to say.
    now : datetime
        The time.

    Raises
    ------
    BadSignature, WrongIssuer, WrongAudience, ExpiredLaunch, ReplayedLaunch
        What is wrong, in this order.
    """
    claims = _signed(token, find_key)
    if claims.get("iss") != expected.issuer:
        raise WrongIssuer
    _check_audience(claims, expected.client_id)
    _check_time(claims, now)
    if claims.get("nonce") != expected.nonce:
        raise ReplayedLaunch
    return claims


def _signed(token: str, find_key: Callable[[str], RSAKey | None]) -> dict[str, Any]:
    """Read what a key has signed. Neither the algorithm nor a key that the token brings along is believed."""
    try:
        header = cast("Mapping[str, object]", jws.extract_compact(token.encode()).headers())
        kid = header.get("kid")
        if header.get("alg") != ALGORITHM or not isinstance(kid, str) or not kid:
            raise BadSignature
        key = find_key(kid)
        if key is None:
            raise BadSignature
        claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError) as error:
        raise BadSignature from error
    return dict(claims)


def _check_audience(claims: Mapping[str, object], client_id: str) -> None:
    named = claims.get("aud")
    audience = cast("list[object]", named) if isinstance(named, list) else [named]
    party = claims.get("azp")
    if client_id not in audience or (party is None and len(audience) > 1) or party not in {None, client_id}:
        raise WrongAudience


def _check_time(claims: Mapping[str, object], now: datetime) -> None:
    expires, issued = claims.get("exp"), claims.get("iat")
    if not isinstance(expires, int | float) or not isinstance(issued, int | float):
        raise ExpiredLaunch
    moment, apart = now.timestamp(), CLOCKS_APART.total_seconds()
    if expires + apart <= moment or not moment - OLDEST.total_seconds() - apart <= issued <= moment + apart:
        raise ExpiredLaunch
