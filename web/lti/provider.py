"""The OpenID provider that whoever runs the server has set: where it is, and what it says about who came."""

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from classroom.platforms import is_safe
from speech.settings import Settings
from web.errors import Unreachable
from web.lti import tokens
from web.lti.errors import SignInOff, SignInRefused
from web.lti.handshake import Handshake
from web.lti.outgoing import PublicKeys, fetch_json
from web.lti.tokens import Expected

SECRET = "LAFAL_OIDC_CLIENT_SECRET"
"""Variable that holds the client secret; it is read when it is needed and written nowhere."""


@dataclass(frozen=True, slots=True)
class _Endpoints:
    auth_url: str
    token_url: str
    jwks_url: str


class Provider:
    """Asks the provider; its addresses are fetched at first need.

    Parameters
    ----------
    settings : Settings
        Name the issuer and who we are there.
    environment : mapping of str to str
        Holds the secret, if the provider gave one.
    """

    def __init__(self, settings: Settings, environment: Mapping[str, str] = os.environ) -> None:
        self._settings = settings
        self._environment = environment
        self._keys = PublicKeys()
        self._endpoints: _Endpoints | None = None
        self._asking = threading.Lock()

    @property
    def is_on(self) -> bool:
        """Whether one was set."""
        return bool(self._settings.oidc_issuer and self._settings.oidc_client_id)

    @property
    def issuer(self) -> str:
        """Who it is.

        Raises
        ------
        SignInOff
            None was set.
        """
        if not self.is_on:
            raise SignInOff
        return self._settings.oidc_issuer

    def address(self, begun: Handshake, *, redirect_uri: str) -> str:
        """Give where to send the browser: for a code that only we can use, since only we know PKCE's secret."""
        wanted = {
            "response_type": "code",
            "scope": "openid",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": redirect_uri,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": create_s256_code_challenge(begun.verifier),
            "code_challenge_method": "S256",
        }
        url = self._find().auth_url
        return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(wanted)}"

    def subject(self, begun: Handshake, code: str, *, redirect_uri: str, now: datetime) -> str:
        """Exchange a code for what the provider calls the person.

        Raises
        ------
        SignInRefused
            It gave none.
        LaunchError
            What it signed cannot be used.
        """
        where = self._find()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self._settings.oidc_client_id,
            "code_verifier": begun.verifier,
        }
        secret = self._environment.get(SECRET)
        if secret:
            form["client_secret"] = secret
        answer = fetch_json("POST", where.token_url, form=form, headers={"Accept": "application/json"})
        token = _text(answer, "id_token")
        if not token:
            raise SignInRefused
        claims = tokens.verify(
            token,
            lambda key_id: self._keys.find(where.jwks_url, key_id),
            expected=Expected(self.issuer, self._settings.oidc_client_id, begun.nonce),
            now=now,
        )
        subject = claims.get("sub")
        if not isinstance(subject, str) or not subject:
            raise SignInRefused
        return subject

    def _find(self) -> _Endpoints:
        """Fetch the addresses once; a document that speaks for another issuer is not believed."""
        issuer = self.issuer
        with self._asking:
            if self._endpoints is None:
                document = fetch_json("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                found = _Endpoints(
                    _text(document, "authorization_endpoint"),
                    _text(document, "token_endpoint"),
                    _text(document, "jwks_uri"),
                )
                urls = (found.auth_url, found.token_url, found.jwks_url)
                if _text(document, "issuer") != issuer or not all(is_safe(url) for url in urls):
                    raise Unreachable({"host": urlsplit(issuer).hostname or issuer})
                self._endpoints = found
            return self._endpoints


def _text(document: object, name: str) -> str:
    value: Any = cast("Mapping[str, Any]", document).get(name) if isinstance(document, dict) else None
    return value if isinstance(value, str) else ""
