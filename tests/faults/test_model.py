"""A model that is missing or damaged, and a decoder that dies: the page stays up and says what is wrong."""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from speech import isolation
from speech.isolation import decode_isolated
from speech.settings import Settings
from web.application import create_app

CLIP = (Path(__file__).parents[1] / "speech" / "data" / "yellow_lamp.flac").read_bytes()
_PATIENCE_S = 20


def build(model: str, data: Path) -> FastAPI:
    async def inside_a_loop() -> FastAPI:
        return create_app(Settings(model=model, data_folder=str(data)))

    return asyncio.run(inside_a_loop())


def damaged(folder: Path) -> str:
    own = Path(isolation.__file__).parents[1] / "models" / "default"
    folder.mkdir()
    (folder / "config.json").write_bytes((own / "config.json").read_bytes())
    (folder / "model.onnx").write_bytes((own / "model.onnx").read_bytes()[:1000])
    return str(folder)


@pytest.fixture(scope="module", params=["missing", "damaged"])
def broken(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[TestClient, str]]:
    folder = tmp_path_factory.mktemp("broken")
    missing = request.param == "missing"
    model = "no-such-model" if missing else damaged(folder / "model")
    with TestClient(build(model, folder / "data")) as client:
        yield client, "model_not_found" if missing else "broken_model"


def health_of(client: TestClient) -> dict[str, object]:
    until = time.monotonic() + _PATIENCE_S
    while (told := client.get("/api/v1/health").json())["status"] == "starting" and time.monotonic() < until:
        time.sleep(0.05)
    return told


def test_the_page_stays_up_without_its_model(broken: tuple[TestClient, str]) -> None:
    client, _ = broken
    for path in ("/en/", "/id/", "/api/v1/exercises", "/sign-in"):
        assert client.get(path).status_code == 200, path


def test_health_says_what_is_wrong_with_the_model(broken: tuple[TestClient, str]) -> None:
    client, code = broken
    told = health_of(client)
    assert (told["status"], told["problem"]) == ("broken", code)


@pytest.mark.parametrize("language", ["en", "id"])
def test_who_wants_a_verdict_is_told_by_a_code(broken: tuple[TestClient, str], language: str) -> None:
    client, code = broken
    answer = client.post(
        "/api/v1/assess",
        files={"audio": ("a.flac", CLIP)},
        data={"text": "The yellow lamp."},
        headers={"accept-language": language},
    )
    assert (answer.status_code, answer.json()["code"]) == (503, code)
    assert answer.json()["remedy"]


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="this system cannot kill a group of processes")
def test_a_clip_whose_decoder_is_killed_in_the_middle_is_read_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    isolation._close()
    command = isolation._COMMAND
    slow = "from speech import isolation as i; i.decode = lambda *a, **k: __import__('time').sleep(60); i._serve()"
    started: list[isolation._Helper] = []
    make = isolation._Helper.__init__

    def watched(helper: isolation._Helper) -> None:
        make(helper)
        started.append(helper)

    monkeypatch.setattr(isolation._Helper, "__init__", watched)
    monkeypatch.setattr(isolation, "_COMMAND", (sys.executable, "-c", slow))

    def kill() -> None:
        while not started:
            time.sleep(0.01)
        time.sleep(0.5)
        monkeypatch.setattr(isolation, "_COMMAND", command)
        os.killpg(started[0]._process.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    assert len(decode_isolated(CLIP, max_duration_s=30).samples) > 10_000
    killer.join()
    assert isolation._idle == started[1:]


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="this system cannot kill a group of processes")
def test_a_decoder_that_dies_between_two_clips_costs_one_try_at_most() -> None:
    isolation._close()
    decode_isolated(CLIP, max_duration_s=30)
    (helper,) = isolation._idle
    os.killpg(helper._process.pid, signal.SIGKILL)
    helper._process.wait()
    assert len(decode_isolated(CLIP, max_duration_s=30).samples) > 10_000
