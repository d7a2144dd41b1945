"""A server that is told to stop answers what it has taken on."""

import asyncio
import socket
import threading
import time

import httpx
import pytest
import uvicorn
from fabricated import StandInJudge, reading

from speech.results import Assessment
from speech.settings import Settings
from web.application import create_app


def test_readings_taken_on_are_answered(judge: StandInJudge, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, let_go = threading.Event(), threading.Event()

    def slowly(*_: object, **__: object) -> Assessment:
        inside.set()
        assert let_go.wait(20)
        return reading()

    monkeypatch.setattr(judge, "assess", slowly)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    started: list[uvicorn.Server] = []

    async def serve() -> None:
        app = create_app(Settings(port=port, workers=1), judge=judge)
        config = uvicorn.Config(app, port=port, log_level="warning", ws="none", timeout_graceful_shutdown=20)
        started.append(uvicorn.Server(config))
        await started[0].serve()

    server = threading.Thread(target=lambda: asyncio.run(serve()))
    server.start()
    while not (started and started[0].started):
        assert server.is_alive()
        time.sleep(0.02)
    answers: list[int] = []

    def ask() -> None:
        sent = {"files": {"audio": ("a.wav", b"RIFF")}, "data": {"text": "I think"}, "timeout": 30}
        answers.append(httpx.post(f"http://127.0.0.1:{port}/api/v1/assess", **sent).status_code)

    learners = [threading.Thread(target=ask) for _ in range(3)]
    for learner in learners:
        learner.start()
    assert inside.wait(20)
    while httpx.get(f"http://127.0.0.1:{port}/api/v1/health").json()["waiting"] < 2:
        time.sleep(0.02)
    started[0].should_exit = True
    time.sleep(0.3)
    let_go.set()
    for learner in learners:
        learner.join(20)
    server.join(20)
    assert answers == [200] * 3
    assert not server.is_alive()
