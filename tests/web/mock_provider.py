"""An OpenID provider in this process."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from classroom_site import Browser, Site
from httpx import Response
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

ISSUER = "https://accounts.example"
CLIENT = "lafal"
SECRET = "a secret of the school"
_KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


@dataclass
class MockProvider:
    """Gives codes, and tokens for codes; `claims` changes what a token says."""

    site: Site
    subject: str = "pupil-17"
    issuer: str = ISSUER
    claims: dict[str, Any] = field(default_factory=dict[str, Any])
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    forms: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    def client(self) -> httpx.Client:
        """Goes in the place of `web.lti.outgoing.open_client`."""
        return httpx.Client(transport=httpx.MockTransport(self._serve))

    def asked(self, address: str) -> dict[str, str]:
        """What Lafal asks for when it sends a browser here."""
        assert address.startswith(f"{ISSUER}/auth?")
        return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}

    def code(self, wanted: dict[str, str]) -> str:
        code = f"code-{len(self.codes)}"
        self.codes[code] = wanted
        return code

    def sign_in(self, browser: Browser) -> Response:
        """The whole way, as a browser goes it."""
        wanted = self.asked(browser.client.get("/oidc/login").headers["location"])
        return self.back(browser, wanted)

    def back(self, browser: Browser, wanted: dict[str, str]) -> Response:
        params = {"state": wanted["state"], "code": self.code(wanted)}
        return browser.client.get("/oidc/callback", params=params, headers={"sec-fetch-site": "cross-site"})

    def _serve(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/.well-known/openid-configuration":
            named = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "keys"}
            return httpx.Response(
                200, json={"issuer": self.issuer, **{name: f"{ISSUER}/{path}" for name, path in named.items()}}
            )
        if request.url.path == "/keys":
            return httpx.Response(200, json=KeySet([_KEY]).as_dict(private=False))
        return self._exchange({name: values[0] for name, values in parse_qs(request.content.decode()).items()})

    def _exchange(self, form: dict[str, str]) -> httpx.Response:
        self.forms.append(form)
        wanted = self.codes.pop(form["code"], None)
        if wanted is None or create_s256_code_challenge(form["code_verifier"]) != wanted["code_challenge"]:
            return httpx.Response(400, json={"error": "invalid_grant"})
        now = int(self.site.clock().timestamp())
        known = {"iss": ISSUER, "aud": CLIENT, "sub": self.subject, "iat": now, "exp": now + 300}
        claims = {**known, "nonce": wanted["nonce"], "email": "ani@example.org", "email_verified": True, **self.claims}
        return httpx.Response(200, json={"id_token": jwt.encode({"alg": "RS256", "kid": "one"}, claims, _KEY)})
