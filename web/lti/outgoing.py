"""The only connections that Lafal opens: to platforms an admin registered and to the provider that was set.

There are none by default. No redirect is followed, so that no other address is reached than those.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from classroom.platforms import is_safe
from web.errors import Unreachable

_TIMEOUT_S = 10.0
_MOST_BYTES = 5_000_000
_KEYS_KEPT_S = 3600.0
_KEYS_AGAIN_S = 30.0
"""How soon keys are fetched again for a key id that is not among them: often enough for a platform that changes its
key, too seldom for whoever makes key ids up."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What another site answered."""

    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """Read the JSON; `ValueError` where it is none."""
        return json.loads(self.content) if self.content else None


@dataclass(slots=True)
class _Keys:
    fetched_s: float
    by_id: dict[str, RSAKey] = field(default_factory=dict[str, RSAKey])


def open_client() -> httpx.Client:
    """Make what opens connections; tests put a stand-in here."""
    return httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False)


def fetch(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: object = None,
    form: Mapping[str, str] | None = None,
) -> Answer:
    """Ask another site; `body` is sent as JSON.

    Raises
    ------
    Unreachable
        It cannot be reached, refuses, answers too much, or the address is not one to open.
    """
    host = _host(url)
    if not is_safe(url):
        raise Unreachable({"host": host})
    content = None if body is None else json.dumps(body).encode()
    try:
        with (
            open_client() as client,
            client.stream(method, url, headers=headers, content=content, data=form) as response,
        ):
            received = b""
            for part in response.iter_bytes():
                received += part
                if len(received) > _MOST_BYTES:
                    raise Unreachable({"host": host})
            if not response.is_success:
                raise Unreachable({"host": host})
            return Answer(dict(response.headers), received)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable({"host": host}) from error


def fetch_json(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: object = None,
    form: Mapping[str, str] | None = None,
) -> Any:
    """As `fetch`, and read the JSON.

    Raises
    ------
    Unreachable
        Also where it is no JSON.
    """
    answer = fetch(method, url, headers=headers, body=body, form=form)
    try:
        return answer.json()
    except ValueError as error:
        raise Unreachable({"host": _host(url)}) from error


class PublicKeys:
    """Public keys of other sites, fetched when they are needed and kept for an hour."""

    def __init__(self) -> None:
        self._sets: dict[str, _Keys] = {}
        self._fetching = threading.Lock()

    def find(self, url: str, key_id: str) -> RSAKey | None:
        """Give a key by its id; fetches the set again where the key is not in it.

        Raises
        ------
        Unreachable
            The keys cannot be fetched.
        """
        with self._fetching:
            known = self._sets.get(url)
            age_s = time.monotonic() - known.fetched_s if known else _KEYS_KEPT_S
            if known is None or age_s >= _KEYS_KEPT_S or (key_id not in known.by_id and age_s >= _KEYS_AGAIN_S):
                known = _Keys(time.monotonic(), _read_keys(fetch_json("GET", url)))
                self._sets[url] = known
            return known.by_id.get(key_id)


def _read_keys(document: Any) -> dict[str, RSAKey]:
    """Take the RSA keys for signatures; all others, above all secrets shared by both sides, are left out."""
    listed = cast("Mapping[str, Any]", document).get("keys", []) if isinstance(document, dict) else []
    found: dict[str, RSAKey] = {}
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, dict) and entry.get("kty") == "RSA" and entry.get("use", "sig") == "sig":
            try:
                public = {name: str(entry[name]) for name in ("kty", "n", "e", "kid")}
                found[public["kid"]] = RSAKey.import_key(cast("dict[str, str | list[str]]", public))
            except (JoseError, ValueError, KeyError):
                continue
    return found


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url
