"""What the practice page's events do, asked for without a browser."""

import asyncio
import threading
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fabricated import StandInJudge

from speech.settings import Settings
from web.assessing import AssessmentQueue
from web.owners import OWNER_COOKIE
from web.pages import handlers
from web.pages.handlers import Outcome, PracticeHandlers
from web.recordings import RecordingStore

OWNER = "a" * 32


async def body() -> AsyncIterator[bytes]:
    yield b"webm"


class Page:
    """A practice page whose recording waits on the server."""

    def __init__(self, queue: AssessmentQueue) -> None:
        self.store = RecordingStore(max_bytes=10, lifetime_s=60)
        self.handlers = PracticeHandlers(Settings(), queue=queue, store=self.store)

    async def check(self) -> tuple[Any, str, Outcome]:
        recording = (await self.store.save(body(), owner=OWNER)).id
        event = SimpleNamespace(attempt=1, recording=recording, clip="c1")
        request = SimpleNamespace(cookies={OWNER_COOKIE: OWNER})
        return await self.handlers.check("I think", "en", Outcome(), cast("Any", event), cast("Any", request))


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
