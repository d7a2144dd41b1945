"""A learning platform in this process: its keys, its people, its gradebook, and the network that leads to it."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from classroom_site import Browser, Site
from httpx import Response
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from classroom import platforms
from classroom.platforms import Details, Platform

ISSUER = "https://moodle.example"
CLIENT = "lafal-client"
DEPLOYMENT = "7"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})


def details(**changed: Any) -> Details:
    known = {
        "name": "Moodle",
        "issuer": ISSUER,
        "client_id": CLIENT,
        "deployments": (DEPLOYMENT,),
        "auth_url": f"{ISSUER}/auth",
        "token_url": f"{ISSUER}/token",
        "jwks_url": f"{ISSUER}/keys",
    }
    return Details(**{**known, **changed})


@dataclass
class MockPlatform:
    """Signs launches, and answers what Lafal asks; `down` makes it fail."""

    site: Site | None
    key: RSAKey = field(default_factory=lambda: KEY)
    down: bool = False
    asked: list[httpx.Request] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)
    scores: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    pages: list[list[dict[str, Any]]] = field(default_factory=list)
    platform: Platform | None = None

    def register(self) -> Platform:
        self.platform = platforms.register(
            self.site.store, details(), by=self.site.people.admin.id, now=self.site.clock()
        )
        return self.platform

    def client(self) -> httpx.Client:
        """Goes in the place of `web.lti.outgoing.open_client`."""
        return httpx.Client(transport=httpx.MockTransport(self._serve))

    def begin(self, browser: Browser, **changed: str) -> dict[str, str]:
        """Open the tool's login in a browser; gives what Lafal asks the platform for."""
        sent = {
            "iss": ISSUER,
            "client_id": CLIENT,
            "login_hint": "4",
            "target_link_uri": "http://testserver/lti/launch",
        }
        answer = browser.client.get("/lti/login", params={**sent, **changed})
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"].startswith(f"{ISSUER}/auth?")
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    def claims(self, asked: str, role: str = "Learner", /, **changed: Any) -> dict[str, Any]:
        now = int(self.site.clock().timestamp())
        known = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": "user-4" if role == "Learner" else "user-2",
            "name": "Ani Wijaya" if role == "Learner" else "Bu Sari",
            "iat": now,
            "exp": now + 60,
            "nonce": asked,
            f"{LTI}version": "1.3.0",
            f"{LTI}message_type": "LtiResourceLinkRequest",
            f"{LTI}deployment_id": DEPLOYMENT,
            f"{LTI}roles": [f"{MEMBERSHIP}{role}"],
            f"{LTI}context": {"id": "course-1", "title": "English 9A"},
            f"{LTI}resource_link": {"id": "link-1", "title": "Week 1"},
            f"{LTI}launch_presentation": {"locale": "id"},
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
                "scope": [],
                "lineitems": f"{ISSUER}/columns?type_id=3",
            },
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
                "context_memberships_url": f"{ISSUER}/members"
            },
        }
        both = {**known, **changed}
        return {name: value for name, value in both.items() if value is not None}

    def sign(self, claims: dict[str, Any], *, header: dict[str, Any] | None = None, key: Any = None) -> str:
        head = header or {"alg": "RS256", "kid": "first"}
        return jwt.encode(head, claims, key or self.key, algorithms=[head["alg"]])

    def launch(self, browser: Browser, role: str = "Learner", /, **changed: Any) -> Response:
        """The whole way, as a browser goes it."""
        wanted = self.begin(browser)
        return self.post(browser, wanted["state"], self.sign(self.claims(wanted["nonce"], role, **changed)))

    def post(self, browser: Browser, state: str, token: str) -> Response:
        """As a browser does: from the platform's page, so that no Lax cookie goes along."""
        session = browser.client.cookies.get("lafal_session")
        if session:
            browser.client.cookies.delete("lafal_session")
        headers = {"origin": ISSUER, "sec-fetch-site": "cross-site"}
        return browser.client.post("/lti/launch", data={"state": state, "id_token": token}, headers=headers)

    def _serve(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        assert request.url.host == urlsplit(ISSUER).hostname
        path = request.url.path
        if path == "/keys":
            return httpx.Response(200, json=KeySet([self.key]).as_dict(private=False))
        if self.down:
            return httpx.Response(503)
        if path == "/token":
            return self._grant(request)
        assert request.headers["authorization"].startswith("Bearer leave ")
        if path == "/members":
            return self._members(request)
        if path == "/columns":
            return self._columns(request)
        return self._score(request)

    def _grant(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        assert form["grant_type"] == "client_credentials"
        answer = self.site.browser().client.get("/lti/keys").json()
        assertion = jwt.decode(form["client_assertion"], KeySet.import_key_set(answer), algorithms=["RS256"])
        assert assertion.claims["iss"] == assertion.claims["sub"] == CLIENT
        assert assertion.claims["aud"] == f"{ISSUER}/token"
        return httpx.Response(200, json={"access_token": f"leave {form['scope']}", "expires_in": 3600})

    def _members(self, request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("page", "0"))
        last = number + 1 >= len(self.pages)
        headers = {} if last else {"link": f'<{ISSUER}/members?page={number + 1}>; rel="next"'}
        return httpx.Response(200, json={"id": "x", "members": self.pages[number]}, headers=headers)

    def _columns(self, request: httpx.Request) -> httpx.Response:
        assert request.url.params["type_id"] == "3"
        if request.method == "GET":
            wanted = request.url.params["resource_id"]
            return httpx.Response(200, json=[one for one in self.columns if one["resourceId"] == wanted])
        made = {**json.loads(request.content), "id": f"{ISSUER}/columns/{len(self.columns) + 1}?type_id=3"}
        self.columns.append(made)
        return httpx.Response(201, json=made)

    def _score(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["content-type"] == "application/vnd.ims.lis.v1.score+json"
        self.scores.append((str(request.url), json.loads(request.content)))
        return httpx.Response(200)
