"""How often something may be tried: what people guess at, and what costs us work."""

import hashlib
import math
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address
from types import MappingProxyType
from typing import Any, Literal

from fastapi import Depends, Request
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from speech.errors import SpeechError
from web.errors import TooOften

Kind = Literal["sign_in", "login", "password", "code", "upload", "class", "export", "practice", "arrival"]

# A whole class may sit behind one address and mistype, hence the wide limits there. Join codes have 39 bits: at 30
# wrong ones a minute, an address that guesses at 100 codes finds one in some 400 years.
_RULES: Mapping[Kind, RateLimitItem] = MappingProxyType(
    {
        "sign_in": RateLimitItemPerMinute(100, 5, namespace="sign_in"),
        "login": RateLimitItemPerMinute(10, 5, namespace="login"),
        "password": RateLimitItemPerMinute(10, 5, namespace="password"),
        "code": RateLimitItemPerMinute(30, namespace="code"),
        "upload": RateLimitItemPerMinute(40, namespace="upload"),
        "class": RateLimitItemPerMinute(400, namespace="class"),
        "export": RateLimitItemPerHour(6, namespace="export"),
        # A hundred learners behind one address who all come from their platform within a minute, some of them twice.
        "arrival": RateLimitItemPerMinute(600, namespace="arrival"),
    }
)
_HOME_NETWORK_BITS = 64


class Limits:
    """Counts tries in memory over a moving window; a restart forgets them.

    Kinds, and who is counted:

    - ``sign_in``, ``code``: an address that gave wrong passwords, or wrong codes and links;
    - ``login``, ``password``: a sign-in name, or a person changing theirs, with wrong passwords;
    - ``upload``, ``export``: a person who sends recordings or fetches everything;
    - ``class``: a class whose learners send recordings, ten a minute from each of forty;
    - ``practice``: an address that practises without an account, whoever is behind it;
    - ``arrival``: an address from which people come by a learning platform or a sign-in provider.

    Parameters
    ----------
    practice_per_minute : int
        Requests of practice that one address may send; 0 for any number. A reading takes four (the example, its sound,
        the recording, the check), and nobody reads, looks and reads again more than six times a minute: 2,400 let a
        hundred learners behind one address go on without rest.
    """

    def __init__(self, *, practice_per_minute: int = 2400) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        practice = RateLimitItemPerMinute(practice_per_minute, namespace="practice") if practice_per_minute else None
        self._rules: dict[Kind, RateLimitItem] = {**_RULES, **({"practice": practice} if practice else {})}

    def count(self, kind: Kind, who: str) -> None:
        """Count a try.

        Raises
        ------
        TooOften
            It is one too many, and was not counted.
        """
        rule = self._rules.get(kind)
        if rule is not None and not self._limiter.hit(rule, _name(who)):
            raise self._refusal(rule, who)

    def check(self, kind: Kind, who: str) -> None:
        """Refuse whoever has no try left, without counting one.

        Raises
        ------
        TooOften
            None is left.
        """
        rule = self._rules.get(kind)
        if rule is not None and not self._limiter.test(rule, _name(who)):
            raise self._refusal(rule, who)

    @contextmanager
    def failures(self, kind: Kind, who: str, error: type[SpeechError]) -> Generator[None]:
        """Count only what ends in an error of that kind.

        Raises
        ------
        TooOften
            There were too many before.
        """
        self.check(kind, who)
        try:
            yield
        except error:
            self.count(kind, who)
            raise

    def _refusal(self, rule: RateLimitItem, who: str) -> TooOften:
        reset = self._limiter.get_window_stats(rule, _name(who)).reset_time
        return TooOften({"seconds": float(max(1, math.ceil(reset - time.time())))})


def address_of(request: Request) -> str:
    """Give the address somebody is counted by; of IPv6 the network, since a home has all addresses of one."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{int(address) >> (128 - _HOME_NETWORK_BITS):x}"


def counted(kind: Kind) -> Any:
    """Have a route count every request of an address, and refuse those that are too many."""

    async def count(request: Request) -> None:
        count_request(kind, request)

    return Depends(count)


def count_request(kind: Kind, request: Request) -> None:
    """Count a request of an address.

    Raises
    ------
    TooOften
        It is one too many.
    """
    limits: Limits = request.app.state.school.limits
    limits.count(kind, address_of(request))


def _name(who: str) -> str:
    """Whatever somebody typed as their login, of any length, takes little room, and is not kept as it is."""
    return hashlib.sha256(who.encode()).hexdigest()
