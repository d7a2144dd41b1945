"""A real server, a real browser, and a microphone that plays what a test wants to be heard."""

import asyncio
import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from classroom.store import Store
from speech.settings import Settings
from web.application import create_app
from web.serving import open_server

# Tests beside this file share how a learner goes about things, however pytest was started.
sys.path.insert(0, str(Path(__file__).parent))

from learner import DATA, DESKTOP, RATE_HZ, Screen, Troubles, watch
from lesson import Seat
from no_network import attempts, leave_the_network, watch_the_network
from prepared import Prepared, prepare

_ROOM_DBFS = -60.0
_PATIENCE_MS = 20_000
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
_FAKE_MICROPHONE = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
_MISSING = (
    "No Chromium or Chrome on this computer, so the page was not tried in a browser. "
    "Install one (Debian, Ubuntu: apt-get install chromium) and run the tests again."
)
_PICTURES = Path(__file__).parents[2] / "artefacts" / "screenshots"


@pytest.fixture(scope="session", autouse=True)
def _without_network() -> None:
    """Have everything here happen where only 127.0.0.1 exists, if the system lets this process make such a place."""
    leave_the_network()
    watch_the_network()


@pytest.fixture(autouse=True)
def _nobody_asks_for_another_computer(_without_network: None) -> Iterator[None]:
    """Have the app not even try; that it could not would hide it."""
    yield
    assert attempts == []


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
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the app keeps its classes."""
    return tmp_path_factory.mktemp("school") / "data"


@pytest.fixture(scope="session")
def address(chromium: str, data_folder: Path) -> Iterator[str]:
    """Serve the app with the real judge."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    started: list[uvicorn.Server] = []

    async def serve() -> None:
        # Built inside the loop: outside one Gradio opens loops that it never closes.
        settings = Settings(port=port, data_folder=str(data_folder))
        started.append(open_server(create_app(settings), settings))
        await started[0].serve()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    while not (started and started[0].started):
        assert thread.is_alive(), "the server stopped while starting"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    started[0].should_exit = True
    thread.join(20)


@pytest.fixture(scope="session")
def prepared(data_folder: Path, address: str) -> Iterator[Prepared]:
    """A class of Mr Hadi's, who reads English, after three weeks."""
    store = Store.open("", data_folder)
    yield prepare(store, address, now=datetime.now(UTC))
    store.close()


@pytest.fixture
def desk(new_page: Callable[..., Page], prepared: Prepared) -> Seat:
    """Where Mr Hadi sits; he says yes to whatever he is asked."""
    page = new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    return Seat(prepared.enter(page, prepared.teacher, now=datetime.now(UTC)), "en")


@pytest.fixture(scope="session")
def browser_with(playwright: Playwright, chromium: str) -> Iterator[Callable[[Path | None], Browser]]:
    """Give a browser whose microphone plays a recording from its start each time it opens, or one that has none."""
    running: dict[Path | None, Browser] = {}

    def launch(recording: Path | None) -> Browser:
        if recording not in running:
            capture = (*_FAKE_MICROPHONE, f"--use-file-for-fake-audio-capture={recording}%noloop") if recording else ()
            running[recording] = playwright.chromium.launch(executable_path=chromium, args=[*_FLAGS, *capture])
        return running[recording]

    yield launch
    for browser in running.values():
        browser.close()


@pytest.fixture
def new_page(browser_with: Callable[[Path | None], Browser], address: str) -> Iterator[Callable[..., Page]]:
    """Give a tab in a fresh profile; nothing in it may reach another host, be refused by the policy, or throw."""
    opened: list[BrowserContext] = []
    troubles = Troubles(address)
    expect.set_options(timeout=_PATIENCE_MS)

    def new(sound: Path | None = None, *, screen: Screen = DESKTOP, locale: str = "en-US", before: str = "") -> Page:
        context = browser_with(sound).new_context(locale=locale, base_url=address, **screen.device)
        opened.append(context)
        if before:
            context.add_init_script(before)
        page = context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        watch(page, troubles)
        return page

    yield new
    for context in opened:
        context.close()
    assert not troubles.found


@pytest.fixture
def open_page(new_page: Callable[..., Page]) -> Callable[..., Page]:
    """Open the practice page in a tab of its own, and wait until it can record."""

    def open_one(
        microphone: Path | None = None,
        *,
        screen: Screen = DESKTOP,
        locale: str = "en-US",
        place: str = "/",
        before: str = "",
        is_new: bool = False,
    ) -> Page:
        # Only tests of the first visit are greeted.
        known = "" if is_new else "localStorage['lafal.progress.1'] ??= '{\"greeted\": true}';"
        page = new_page(microphone, screen=screen, locale=locale, before=known + before)
        page.goto(place)
        page.locator(".lf-shelf[data-ready]").wait_for()
        page.locator(".lf-recorder[data-phase=idle]").wait_for()
        return page

    return open_one


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Write a WAV for the fake microphone: a recording in a quiet room, with a moment before and after it."""
    folder = tmp_path_factory.mktemp("microphone")

    def write(name: str) -> Path:
        path = folder / f"{name}.wav"
        if path.exists():
            return path
        pause = np.zeros(RATE_HZ * 6 // 10, np.float32)
        voice = np.zeros(2 * RATE_HZ, np.float32)
        if name != "silence":
            voice, rate_hz = soundfile.read(DATA / f"{name}.flac", dtype="float32")
            assert rate_hz == RATE_HZ
        heard = np.concatenate([pause, voice, pause])
        room = np.random.default_rng(1).normal(scale=10 ** (_ROOM_DBFS / 20), size=len(heard))
        soundfile.write(path, heard + room, RATE_HZ, subtype="PCM_16")
        return path

    return write


@pytest.fixture
def right(microphone: Callable[[str], Path]) -> Path:
    """Give a reading of `learner.TEXT` without an error."""
    return microphone("right")


@pytest.fixture
def planted(microphone: Callable[[str], Path]) -> Path:
    """Give a reading of `learner.TEXT` that says "pish" for "fish"."""
    return microphone("planted")


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Save the whole page as a picture, named after the state, the screen and the theme."""

    def save(page: Page, name: str) -> None:
        width = page.evaluate("innerWidth")
        theme = "dark" if page.evaluate("document.body.classList.contains('dark')") else "light"
        screen = "phone" if width < 600 else "desktop"
        page.screenshot(path=_PICTURES / f"{name}-{screen}-{theme}.png", full_page=True, animations="disabled")

    return save
