import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.datastructures import Headers

from web.catalogue import LANGUAGES
from web.security import GRADIO_POLICY, HEADERS, STRICT_POLICY, is_foreign

# Scripts are kept by a browser that asks each time whether they changed; the icon as long as it likes.
_KEPT = {"/icon.svg": None, "/scripts/page.js": "no-cache"}
OPEN = {
    "/",
    "/config",
    "/theme.css",
    "/manifest.json",
    "/favicon.ico",
    "/assets/{path:path}",
    "/static/{path:path}",
    "/svelte/{path:path}",
    "/gradio_api/app_id",
    "/gradio_api/startup-events",
    "/gradio_api/theme.css",
    "/gradio_api/heartbeat/{session_hash}",
    "/gradio_api/queue/data",
    "/gradio_api/queue/join",
}
"""What the practice page needs of Gradio; whatever else it has, or will have, is closed."""


@pytest.mark.parametrize(
    "path",
    ["/", "/en/", "/id/config", "/api/v1/health", "/api/v1/exercises", "/scripts/page.js", "/icon.svg", "/nowhere"],
)
def test_every_response_carries_the_security_headers(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
    assert answer.headers.get("Cache-Control") == _KEPT.get(path, "no-store")


@pytest.mark.parametrize("path, policy", [("/en/", GRADIO_POLICY), ("/sign-in", STRICT_POLICY), ("/", STRICT_POLICY)])
def test_only_the_practice_page_may_run_what_it_carries(client: TestClient, path: str, policy: str) -> None:
    assert client.get(path, follow_redirects=False).headers["Content-Security-Policy"] == policy
    assert ("unsafe-eval" in policy) == (path == "/en/")


@pytest.mark.parametrize("policy", [GRADIO_POLICY, STRICT_POLICY])
def test_the_policy_names_no_other_host(policy: str) -> None:
    assert "frame-ancestors 'none'" in policy
    assert "http:" not in policy and "https:" not in policy and "*" not in policy


def gradio_routes(routes: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Every method and path of a mounted Gradio app, those of included routers too."""
    for route in routes:
        if hasattr(route, "original_router"):
            yield from gradio_routes(route.original_router.routes)
        else:
            yield from ((method, route.path) for method in route.methods)


@pytest.mark.parametrize("language", LANGUAGES)
def test_gradio_routes_the_page_does_not_need_are_closed(client: TestClient, language: str) -> None:
    mounted = next(route for route in client.app.routes if getattr(route, "path", "") == f"/{language}")
    known = set(gradio_routes(mounted.app.routes))
    assert {path for _, path in known} >= OPEN
    assert len(known) > 60
    for method, path in known:
        if path not in OPEN:
            answer = client.request(method, f"/{language}" + re.sub(r"{[^}]*}", "x", path))
            assert answer.status_code == 404, (method, path)
            assert method == "HEAD" or answer.text == "Not found", (method, path)


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({"host": "lafal.school"}, False),
        ({"host": "lafal.school", "origin": "https://lafal.school"}, False),
        ({"host": "lafal.school:8443", "origin": "https://lafal.school:8443"}, False),
        ({"host": "lafal.school", "origin": "https://evil.example"}, True),
        ({"host": "lafal.school", "origin": "https://lafal.school.evil.example"}, True),
        ({"host": "lafal.school", "origin": "null"}, True),
        ({"host": "lafal.school", "sec-fetch-site": "cross-site"}, True),
        ({"host": "lafal.school", "sec-fetch-site": "same-site"}, True),
        ({"host": "lafal.school", "sec-fetch-site": "same-origin", "origin": "https://lafal.school"}, False),
    ],
)
def test_origin(headers: dict[str, str], foreign: bool) -> None:
    assert is_foreign(Headers(headers)) is foreign


@pytest.mark.parametrize("path", ["/api/v1/assess", "/api/v1/recordings", "/en/gradio_api/queue/join"])
def test_posts_of_other_sites_are_refused(client: TestClient, path: str) -> None:
    answer = client.post(path, content=b"x", headers={"Origin": "https://evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


@pytest.mark.parametrize("path", ["/en/", "/en/config", "/id/gradio_api/queue/data?session_hash=x", "/api/v1/health"])
def test_no_other_site_may_read_an_answer(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    assert client.options(path, headers=asked).status_code == 403


def test_a_page_event_may_not_be_huge(client: TestClient) -> None:
    answer = client.post("/en/gradio_api/queue/join", content=b"x" * 300_000)
    assert answer.status_code == 413


def test_a_body_that_hides_its_size_is_counted(client: TestClient) -> None:
    answer = client.post("/en/gradio_api/queue/join", content=iter([b"x" * 100_000] * 4))
    assert answer.status_code == 413
