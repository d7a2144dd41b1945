"""A real server, a real browser, and a microphone that plays what a test wants to be heard."""

import asyncio
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from speech.settings import Settings
from web.application import create_app

DATA = Path(__file__).parent / "data"
RATE_HZ = 16_000
_ROOM_DBFS = -60.0
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_FAKE_MICROPHONE = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
_MISSING = (
    "No Chromium or Chrome on this computer, so the page was not tried in a browser. "
    "Install one (Debian, Ubuntu: apt-get install chromium) and run the tests again."
)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Find the browser; where LAFAL_REQUIRE_BROWSER is set its absence is a failure."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None and os.environ.get("LAFAL_REQUIRE_BROWSER"):
        pytest.fail(_MISSING)
    if found is None:
        pytest.skip(_MISSING)
    return found


@pytest.fixture(scope="session")
def address(chromium: str) -> Iterator[str]:
    """Serve the app with the real judge."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    started: list[uvicorn.Server] = []

    async def serve() -> None:
        # Built inside the loop: outside one Gradio opens loops that it never closes.
        app = create_app(Settings(port=port))
        server = uvicorn.Server(
            uvicorn.Config(app, port=port, log_level="warning", ws="none", timeout_graceful_shutdown=1)
        )
        started.append(server)
        await server.serve()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    while not (started and started[0].started):
        assert thread.is_alive(), "the server stopped while starting"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    started[0].should_exit = True
    thread.join(20)


@pytest.fixture
def open_page(playwright: Playwright, chromium: str, address: str) -> Iterator[OpenPage]:
    """Open the page, with a recording as microphone if one is given; nothing may reach another host or throw."""
    opened: list[tuple[Browser, BrowserContext]] = []
    troubles: list[str] = []

    def open_one(microphone: Path | None = None, *, locale: str = "en-US", width: int = 1280) -> Page:
        capture = (*_FAKE_MICROPHONE, f"--use-file-for-fake-audio-capture={microphone}%noloop") if microphone else ()
        browser = playwright.chromium.launch(executable_path=chromium, args=[*_FLAGS, *capture])
        context = browser.new_context(locale=locale, viewport={"width": width, "height": 760})
        opened.append((browser, context))
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("request", lambda request: _note_foreign(request.url, address, troubles))
        page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
        page.goto(address)
        page.locator(".lf-recorder").wait_for()
        return page

    yield open_one
    for browser, context in opened:
        context.close()
        browser.close()
    assert not troubles


def _note_foreign(url: str, address: str, troubles: list[str]) -> None:
    if not url.startswith((address, "data:", "blob:")):
        troubles.append(f"request to {url}")


@pytest.fixture
def microphone(tmp_path: Path) -> Callable[[str], Path]:
    """Write a WAV for the fake microphone: a recording in a quiet room, with a moment before and after it."""

    def write(name: str) -> Path:
        pause = np.zeros(RATE_HZ * 6 // 10, np.float32)
        voice = np.zeros(2 * RATE_HZ, np.float32)
        if name != "silence":
            voice, rate_hz = soundfile.read(DATA / f"{name}.flac", dtype="float32")
            assert rate_hz == RATE_HZ
        heard = np.concatenate([pause, voice, pause])
        room = np.random.default_rng(1).normal(scale=10 ** (_ROOM_DBFS / 20), size=len(heard))
        path = tmp_path / f"{name}.wav"
        soundfile.write(path, heard + room, RATE_HZ, subtype="PCM_16")
        return path

    return write
