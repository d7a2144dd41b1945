import asyncio
import dataclasses
import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from fabricated import StandInJudge, build_app, reading
from fastapi.testclient import TestClient

from speech import export
from speech.errors import DecoderLost, ModelNotFound, NotAudio, Silence, TooLong, UnsupportedAudio
from speech.export import from_json
from speech.results import Assessment
from speech.settings import Settings, cores

ASSESS = "/api/v1/assess"


def post(client: TestClient, *, content: bytes = b"RIFF", text: str = "I think", **fields: str):
    return client.post(ASSESS, files={"audio": ("a.wav", content)}, data={"text": text, **fields})


def test_a_reading_is_judged(client: TestClient, judge: StandInJudge, assessment: Assessment) -> None:
    answer = post(client, own='{"Lafal": "L AA F AA L"}')
    assert answer.status_code == 200
    assert from_json(answer.text) == assessment
    assert judge.calls == [(b"RIFF", "I think", {"Lafal": "L AA F AA L"})]


def test_azure_shape(client: TestClient) -> None:
    answer = post(client, format="azure")
    assert answer.status_code == 200
    assert answer.json()["NBest"][0]["Words"][1]["Word"] == "think"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAudio(), 415),
        (UnsupportedAudio({"detail": "amr"}), 415),
        (Silence(), 422),
        (TooLong({"limit": 30.0}), 422),
        (ModelNotFound({"name": "x"}), 503),
        (DecoderLost({"seconds": 10}), 503),
    ],
)
def test_errors_say_what_happened_in_the_callers_language(
    client: TestClient, judge: StandInJudge, error: Exception, status: int
) -> None:
    judge.answer = error
    english = post(client)
    indonesian = client.post(
        ASSESS, files={"audio": b"x"}, data={"text": "I"}, headers={"Accept-Language": "id-ID,id;q=0.9"}
    )
    assert english.status_code == indonesian.status_code == status
    assert set(english.json()) == {"code", "message", "remedy"}
    assert english.json()["code"] == indonesian.json()["code"]
    assert english.json()["message"] != indonesian.json()["message"]
    assert english.headers.get("Retry-After") == ("10" if isinstance(error, DecoderLost) else None)


def test_too_many_bytes_are_refused(client: TestClient, settings: Settings, judge: StandInJudge) -> None:
    slightly = post(client, content=b"x" * (settings.max_file_bytes + 1))
    hugely = post(client, content=b"x" * (settings.max_file_bytes * 10))
    assert (slightly.status_code, slightly.json()["code"]) == (413, "file_too_large")
    assert (hugely.status_code, hugely.json()["code"]) == (413, "request_too_large")
    assert not judge.calls


@pytest.mark.parametrize("own", ["{", "[1]", '{"a": 1}'])
def test_unreadable_pronunciations_are_named(client: TestClient, own: str) -> None:
    answer = post(client, own=own)
    assert answer.status_code == 400
    assert "own" in answer.json()["message"]


def test_a_missing_field_is_named(client: TestClient) -> None:
    answer = client.post(ASSESS, data={"text": "I think"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert "audio" in answer.json()["message"]


def test_too_many_readings_wait(judge: StandInJudge, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, let_go = threading.Event(), threading.Event()

    def slowly(*_: object, **__: object) -> Assessment:
        inside.set()
        assert let_go.wait(10)
        return reading()

    monkeypatch.setattr(judge, "assess", slowly)
    settings = Settings(workers=1, max_waiting=0)
    with TestClient(build_app(settings, judge)) as client, ThreadPoolExecutor(1) as other:
        first = other.submit(post, client)
        assert inside.wait(10)
        answer = post(client)
        let_go.set()
        assert first.result().status_code == 200
    assert (answer.status_code, answer.json()["before"]) == (429, 0)
    assert int(answer.headers["Retry-After"]) >= 1


def test_health_is_told_while_a_long_reading_is_written(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, let_go = threading.Event(), threading.Event()

    def write(_: Assessment) -> str:
        inside.set()
        return "{}" if let_go.wait(5) else "held up"

    monkeypatch.setattr(export, "to_json", write)
    with ThreadPoolExecutor(1) as other:
        posted = other.submit(post, client)
        assert inside.wait(5)
        assert client.get("/api/v1/health").json()["status"] == "ok"
        let_go.set()
        assert posted.result().text == "{}"


def test_the_place_of_a_reading_that_waits_is_told_and_so_is_its_wait(
    client: TestClient, judge: StandInJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(judge, "assess", lambda *_, **__: let_go.wait(10) and reading())
    readings = 2 + cores()
    with ThreadPoolExecutor(readings) as others:
        posted = []
        for number in range(readings):
            posted.append(others.submit(post, client, name=f"n{number}"))
            until_s = time.monotonic() + 5
            while client.get("/api/v1/health").json()["waiting"] < number + 3 - readings and time.monotonic() < until_s:
                time.sleep(0.01)
        places = [client.get(f"/api/v1/recordings/n{number}/place").json() for number in range(readings)]
        let_go.set()
        answers = [one.result() for one in posted]
    assert [place["before"] for place in places[-2:]] == [1, 2]
    assert places[-1]["seconds"] > places[-2]["seconds"]
    assert re.fullmatch(r'queue;dur=[1-9][\d.]+;desc="1 before"', answers[-1].headers["Server-Timing"])


def test_the_place_of_a_recording_is_told(client: TestClient) -> None:
    recording = client.post("/api/v1/recordings", content=b"webm").json()["id"]
    place = client.get(f"/api/v1/recordings/{recording}/place").json()
    assert place["before"] == 0
    assert place["seconds"] > 0


def test_whoever_hangs_up_while_sending_leaves_no_traceback(client: TestClient) -> None:
    messages = [
        {"type": "http.disconnect"},
        {"type": "http.request", "body": b"half", "more_body": True},
    ]
    host = [(b"host", b"testserver")]
    scope = {"type": "http", "method": "POST", "path": "/api/v1/recordings", "query_string": b"", "headers": host}
    scope |= {"client": ("127.0.0.1", 1), "server": ("testserver", 80), "scheme": "http", "http_version": "1.1"}
    sent = []

    async def receive():
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    asyncio.run(client.app(scope, receive, send))
    assert sent[0]["status"] == 400


def test_health(client: TestClient) -> None:
    post(client)
    assert client.get("/api/v1/health").json() == {"status": "ok", "model": "default", "waiting": 0}


def test_openapi_names_every_route_and_no_docs_page_is_served(client: TestClient) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert set(paths) == {
        ASSESS,
        *(
            f"/api/v1/{name}"
            for name in (
                "examples",
                "examples/audio",
                "exercises",
                "health",
                "mouths",
                "recordings",
                "recordings/{recording_id}/place",
            )
        ),
    }
    assert {"413", "415", "422", "429", "503"} <= set(paths[ASSESS]["post"]["responses"])
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404


def test_a_recording_gets_an_owner_no_script_can_read(client: TestClient) -> None:
    answer = client.post("/api/v1/recordings", content=b"webm")
    assert answer.status_code == 201
    assert len(bytes.fromhex(answer.json()["id"])) == 16
    cookie = answer.headers["set-cookie"]
    assert all(flag in cookie for flag in ("HttpOnly", "SameSite=strict"))
    again = client.post("/api/v1/recordings", content=b"webm")
    assert "set-cookie" not in again.headers


def test_a_recording_too_large_or_empty_is_refused(client: TestClient, settings: Settings) -> None:
    large = client.post("/api/v1/recordings", content=b"x" * (settings.max_file_bytes + 1))
    empty = client.post("/api/v1/recordings", content=b"")
    assert (large.status_code, large.json()["code"]) == (413, "file_too_large")
    assert (empty.status_code, empty.json()["code"]) == (422, "empty_file")


def test_no_route_hands_a_recording_out(client: TestClient) -> None:
    identifier = client.post("/api/v1/recordings", content=b"webm").json()["id"]
    assert client.get(f"/api/v1/recordings/{identifier}").status_code == 404
    assert client.get("/api/v1/recordings").status_code == 405


def test_an_abstention_is_an_answer_not_an_error(
    client: TestClient, judge: StandInJudge, assessment: Assessment
) -> None:
    judge.answer = dataclasses.replace(assessment, abstained=True, off_script="other_text")
    answer = post(client)
    assert answer.status_code == 200
    assert json.loads(answer.text)["off_script"] == "other_text"
