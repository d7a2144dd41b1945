"""What the practice page's events do, asked for without a browser."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import httpx
import pytest
from fabricated import StandInJudge
from fastapi import FastAPI

from speech.settings import Settings
from web.assessing import AssessmentQueue, while_wanted
from web.owners import OWNER_COOKIE
from web.pages import handlers
from web.pages.handlers import Outcome, PracticeHandlers
from web.recordings import RecordingStore
from web.serving import open_server

OWNER = "a" * 32


async def body() -> AsyncIterator[bytes]:
    yield b"webm"


class Page:
    """A practice page whose recording waits on the server."""

    def __init__(self, queue: AssessmentQueue) -> None:
        self.store = RecordingStore(max_bytes=10, lifetime_s=60)
        self.handlers = PracticeHandlers(Settings(), queue=queue, store=self.store)

    async def check(self, last: Outcome | None = None) -> tuple[Any, Any, Outcome]:
        recording = (await self.store.save(body(), owner=OWNER)).id
        event = SimpleNamespace(attempt=1, recording=recording, clip="c1")
        request = SimpleNamespace(cookies={OWNER_COOKIE: OWNER})
        return await self.handlers.check("I think", "en", last or Outcome(), cast("Any", event), cast("Any", request))


def test_the_loop_answers_others_while_a_result_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, let_go = threading.Event(), threading.Event()

    def draw(*_: object, **__: object) -> str:
        inside.set()
        return "drawn" if let_go.wait(5) else "held up"

    monkeypatch.setattr(handlers, "render_result", draw)

    async def scenario() -> Any:
        queue = AssessmentQueue(StandInJudge, workers=1, max_waiting=1)
        checking = asyncio.create_task(Page(queue).check())
        while not inside.is_set():
            await asyncio.sleep(0.005)
        let_go.set()
        queue.close()
        return (await checking)[0]

    assert asyncio.run(scenario()) == "drawn"


def test_a_closed_page_gives_its_place_up() -> None:
    """In a page of Gradio that a browser opens and closes; the handler asks as the practice page's does."""
    started, ended = threading.Event(), threading.Event()

    async def check() -> str:
        async def judging() -> str:
            started.set()
            await asyncio.sleep(30)
            return "judged"

        if await while_wanted(judging(), handlers._is_gone) is None:
            ended.set()
        return ""

    async def scenario() -> None:
        with gr.Blocks(analytics_enabled=False) as page:
            page.load(check, None, gr.Textbox(), api_name="check")
        app = gr.mount_gradio_app(FastAPI(), page, path="/en")
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            server = open_server(app, Settings(port=listener.getsockname()[1]))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.config.port}/en/gradio_api") as browser:
            event = {"data": [], "fn_index": 0, "session_hash": "s1"}
            assert (await browser.post("/queue/join", json=event)).is_success
            async with browser.stream("GET", "/queue/data", params={"session_hash": "s1"}):
                await _until(started)
                await asyncio.sleep(0.3)
                assert not ended.is_set()
        await _until(ended)
        server.should_exit = True
        await serving

    asyncio.run(scenario())


async def _until(event: threading.Event) -> None:
    async with asyncio.timeout(5):
        while not event.is_set():
            await asyncio.sleep(0.01)


def test_what_is_asked_outside_of_a_page_is_wanted() -> None:
    assert not asyncio.run(handlers._is_gone())


def test_a_closed_practice_page_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    judge = StandInJudge()
    monkeypatch.setattr(judge, "assess", lambda *_, **__: let_go.wait(5))

    async def gone() -> bool:
        return True

    monkeypatch.setattr(handlers, "_is_gone", gone)

    async def scenario() -> None:
        queue = AssessmentQueue(lambda: judge, workers=1, max_waiting=1)
        running = asyncio.create_task(queue.assess(b"", "text"))
        last = Outcome()
        page = Page(queue)
        result, message, outcome = await page.check(last)
        assert (result, message) == (gr.skip(), gr.skip()) and outcome is last
        await asyncio.sleep(0.01)
        assert queue.waiting == 0
        let_go.set()
        await running
        page.store.close()
        queue.close()

    asyncio.run(scenario())
