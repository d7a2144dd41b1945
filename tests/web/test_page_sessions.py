"""The practice page's results, asked for by another learner through Gradio's own routes."""

import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from fabricated import TEXT, StandInJudge
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from speech.settings import Settings
from web.catalogue import open_catalogue
from web.owners import OWNER_COOKIE
from web.page_sessions import OwnSessionsOnly
from web.private_folder import open_private_folder
from web.school import School

JOIN, DATA = "/en/gradio_api/queue/join", "/en/gradio_api/queue/data?session_hash=anis"


@pytest.fixture
def other(client: TestClient) -> TestClient:
    """A second browser at the same server, used while `client` is open."""
    return TestClient(client.app, base_url="http://testserver")


def check(client: TestClient) -> int:
    """The number of the page's event "check"."""
    events = client.get("/en/config").json()["dependencies"]
    return next(event["id"] for event in events if any(target[1] == "check" for target in event["targets"]))


def join(client: TestClient, recording: str, **changes: Any) -> Response:
    event = {"attempt": 1, "recording": recording, "clip": "one"}
    body = {"session_hash": "anis", "fn_index": check(client), "data": [TEXT, None, None], "event_data": event}
    return client.post(JOIN, json={**body, **changes})


def send(client: TestClient) -> str:
    return client.post("/api/v1/recordings", content=b"webm").json()["id"]


def test_a_reading_is_judged_and_only_its_browser_gets_the_result(
    client: TestClient, other: TestClient, judge: StandInJudge
) -> None:
    assert join(client, send(client)).status_code == 200
    send(other)
    stolen = other.get(DATA).text
    assert "session_not_found" in stolen and "process_completed" not in stolen
    own = client.get(DATA).text
    assert "process_completed" in own and "lf-result" in own
    assert len(judge.calls) == 1
    assert not [path for path in Path(os.environ["GRADIO_TEMP_DIR"]).rglob("*") if path.is_file()]


def test_gradio_has_a_folder_of_its_own_that_others_cannot_read(client: TestClient) -> None:
    from gradio import utils

    # That Gradio is told in time, before it is imported, only a new process can show: tests/test_wheel.py.
    folder = open_private_folder()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert utils.get_upload_folder() == os.environ["GRADIO_TEMP_DIR"] == str(folder)


def test_a_browser_without_a_cookie_gets_one_and_then_its_result(client: TestClient) -> None:
    assert not client.cookies
    answer = join(client, "")
    assert client.cookies[OWNER_COOKIE]
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "set-cookie" not in join(client, "").headers
    assert open_catalogue("en").say("error.no_recording.sentence") in client.get(DATA).text


def test_nobody_has_somebody_elses_recording_judged(client: TestClient, other: TestClient, judge: StandInJudge) -> None:
    recording = send(client)
    send(other)
    assert join(other, recording).status_code == 200
    assert open_catalogue("en").say("error.recording_gone.sentence") in other.get(DATA).text
    assert not judge.calls


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"fn_index": 999}, "fn_index"), ({"fn_index": None}, "fn_index"), ({"session_hash": None}, "session_hash")],
)
def test_an_event_that_the_page_does_not_have_is_refused_calmly(
    client: TestClient, changes: dict[str, Any], field: str
) -> None:
    answer = join(client, "", **changes)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert field in answer.json()["message"]


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"[" * 100_000])
def test_what_is_no_event_is_refused_calmly(client: TestClient, body: bytes) -> None:
    assert client.post(JOIN, content=body, headers={"content-type": "application/json"}).status_code == 400


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with everything in which a session may be named."""
    request = Request(scope, receive)
    await PlainTextResponse(f"{request.url} {(await request.body()).decode()}")(scope, receive, send)


def test_every_route_names_a_browsers_session_alike_and_nobody_elses() -> None:
    guarded = FastAPI()
    guarded.state.school = School(Settings())
    guarded.mount("/", echo)
    guarded.add_middleware(OwnSessionsOnly, events=[0])
    seen: list[list[str]] = []
    for owner in ("a" * 32, "b" * 32):
        browser = TestClient(guarded, cookies={OWNER_COOKIE: owner})
        answers = [
            browser.post(JOIN, json={"session_hash": "anis", "fn_index": 0}),
            browser.get(DATA),
            browser.get("/en/gradio_api/heartbeat/anis"),
        ]
        assert "anis" not in "".join(answer.text for answer in answers)
        seen.append([found for answer in answers for found in re.findall("[0-9a-f]{64}", answer.text)])
    assert [len(names) for names in seen] == [3, 3]
    assert len({*seen[0]}) == len({*seen[1]}) == 1
    assert seen[0] != seen[1]
