"""A server that is told to stop answers what it has taken on; what it logs tells nothing."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

import app
from speech.settings import Settings
from web.serving import open_server

ROOT = Path(__file__).resolve().parents[2]
# `python app.py` with a judge that waits for a file, and without the practice page, which takes long to lay out.
_PROGRAM = """
import sys, time
from pathlib import Path
sys.path[:0] = [{root!r}, {here!r}]
import app, fabricated, web.application
class Slow(fabricated.StandInJudge):
    def assess(self, *given, **options):
        while not Path({go!r}).exists():
            time.sleep(0.01)
        return super().assess(*given, **options)
web.application._mount_pages = lambda *_, **__: None
app.create_app = lambda settings: web.application.create_app(settings, judge=Slow())
app.main()
"""
_FORM = b"".join(
    b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\nRIFF\r\n' % name
    for name in (b'audio"; filename="a', b"text")
)
_READING = (
    b"POST /api/v1/assess HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    b"Content-Length: %d\r\n\r\n%s--b--\r\n" % (len(_FORM) + 7, _FORM)
)


@dataclass
class Served:
    """The program, where it answers, what lets its judge go on, and what it printed."""

    program: subprocess.Popen[bytes]
    address: str
    go: Path
    log: Path


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    go, log = tmp_path / "go", tmp_path / "log"
    code = _PROGRAM.format(root=str(ROOT), here=str(Path(__file__).parent), go=str(go))
    chosen = {"LAFAL_PORT": str(port), "LAFAL_WORKERS": "1", "LAFAL_DATA_FOLDER": str(tmp_path / "data")}
    with log.open("wb") as lines:
        program = subprocess.Popen(
            [sys.executable, "-c", code], env={**os.environ, **chosen}, stdout=lines, stderr=lines
        )
    served = Served(program, f"http://127.0.0.1:{port}", go, log)
    try:
        while not _answers(served.address):
            assert program.poll() is None, log.read_text()
            time.sleep(0.05)
        yield served
    finally:
        program.kill()
        program.wait(20)


def _until_waiting(address: str, readings: int) -> None:
    until_s = time.monotonic() + 10
    while httpx.get(f"{address}/api/v1/health").json()["waiting"] != readings:
        assert time.monotonic() < until_s
        time.sleep(0.02)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/api/v1/health").is_success
    except httpx.TransportError:
        return False


def test_a_program_told_to_stop_answers_readings_and_has_logged_no_secret(served: Served) -> None:
    for path in ("/link/SECRETTOKEN", "/join?code=SECRETCODE", "/oidc/callback?code=SECRETCODE&state=SECRETSTATE"):
        httpx.get(served.address + path)
    answers: list[int] = []

    def ask() -> None:
        sent = {"files": {"audio": ("a.wav", b"RIFF")}, "data": {"text": "I think"}, "timeout": 30}
        answers.append(httpx.post(f"{served.address}/api/v1/assess", **sent).status_code)

    learners = [threading.Thread(target=ask) for _ in range(3)]
    for learner in learners:
        learner.start()
    _until_waiting(served.address, 2)
    with socket.create_connection(("127.0.0.1", int(served.address.rpartition(":")[2]))) as gone:
        gone.sendall(_READING)
        _until_waiting(served.address, 3)
    # Whose browser was closed gives the place up.
    _until_waiting(served.address, 2)
    served.program.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    served.go.touch()
    for learner in learners:
        learner.join(20)
    assert answers == [200] * 3
    assert served.program.wait(10) in {0, -signal.SIGTERM}
    printed = served.log.read_text()
    assert "Uvicorn running" in printed
    assert "SECRET" not in printed and "Traceback" not in printed


def test_stopping_lets_open_pages_go(monkeypatch: pytest.MonkeyPatch) -> None:
    app, pages, told = FastAPI(), FastAPI(), []
    pages.stop_event = asyncio.Event()  # type: ignore[attr-defined] - as Gradio's apps have
    app.mount("/en", pages)

    async def shutdown(*_: object) -> None:
        told.append(pages.stop_event.is_set())  # type: ignore[attr-defined]

    monkeypatch.setattr(uvicorn.Server, "shutdown", shutdown)
    asyncio.run(open_server(app, Settings()).shutdown())
    assert told == [True]


@pytest.mark.parametrize("max_wait_s", [30.0, 90.5])
def test_stopping_waits_longer_than_a_reading_may_wait(max_wait_s: float) -> None:
    config = open_server(FastAPI(), Settings(max_wait_s=max_wait_s)).config
    assert config.timeout_graceful_shutdown is not None
    assert config.timeout_graceful_shutdown >= max_wait_s + 10


def test_the_guide_has_the_system_wait_longer_than_the_server() -> None:
    guide = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    found = re.search(r"TimeoutStopSec=(\d+)", guide)
    waits_s = open_server(FastAPI(), Settings()).config.timeout_graceful_shutdown
    assert found is not None and waits_s is not None and int(found[1]) > waits_s


def test_connections_stay_open_longer_than_those_who_use_them_again_keep_them() -> None:
    # nginx keeps them for 60 s, httpx for 5 s.
    assert open_server(FastAPI(), Settings()).config.timeout_keep_alive > 60


def test_the_server_keeps_large_pieces_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(app, "keep_large_pieces_apart", lambda: done.append("apart"))
    monkeypatch.setattr(app, "create_app", lambda _: done.append("built"))
    monkeypatch.setattr(app, "serve", lambda *_: done.append("served"))
    app.main()
    assert done == ["apart", "built", "served"]
