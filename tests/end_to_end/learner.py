"""What a learner does on the page, and what a test keeps an eye on meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from playwright.sync_api import Locator, Page, expect

DATA = Path(__file__).parent / "data"
RATE_HZ = 16_000
TEXT = "She eats fish and rice."
EXERCISE = "a1-fish"
RECORD_MS = 3200
DATA_REQUESTS = {"media", "fetch", "xhr"}

OpenPage = Callable[..., Page]
Picture = Callable[[Page, str], None]


class Viewport(TypedDict):
    """Size of a window in CSS pixels."""

    width: int
    height: int


class Device(TypedDict):
    """What a browser is told about the screen, as Playwright takes it."""

    viewport: Viewport
    is_mobile: bool
    has_touch: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A kind of screen; on a `phone` fingers touch it, and pages are laid out as phones do."""

    name: str
    width: int
    height: int
    phone: bool = False

    @property
    def device(self) -> Device:
        """Give it as Playwright wants it."""
        return {
            "viewport": {"width": self.width, "height": self.height},
            "is_mobile": self.phone,
            "has_touch": self.phone,
        }


DESKTOP = Screen(name="desktop", width=1280, height=800)
PHONE = Screen(name="phone", width=360, height=740, phone=True)
ZOOMED = Screen(name="zoomed", width=640, height=400)
"""What a window of 1280 by 800 is at 200 %."""


@dataclass(frozen=True, slots=True)
class Troubles:
    """What must never happen while a test drives the page."""

    address: str
    found: list[str] = field(default_factory=list[str])

    def note_request(self, url: str) -> None:
        """Note a request that leaves this server."""
        if not url.startswith((self.address, "data:", "blob:")):
            self.found.append(f"request to {url}")


def watch(page: Page, troubles: Troubles) -> None:
    """Note foreign requests, script errors and what the content policy refuses."""
    page.on("request", lambda request: troubles.note_request(request.url))
    page.on("pageerror", lambda error: troubles.found.append(f"script error: {error}"))
    page.on(
        "console",
        lambda said: troubles.found.append(said.text) if "Content Security Policy" in said.text else None,
    )


def text_box(page: Page) -> Locator:
    """Find where the sentence stands."""
    return page.locator("#lf-text textarea")


def start_recording(page: Page) -> Locator:
    """Press record and wait until the page listens; gives the button, which now stops."""
    button = page.locator("[data-act=record]")
    button.click()
    expect(page.locator(".lf-recorder")).to_have_attribute("data-phase", "recording")
    return button


def record(page: Page, *, milliseconds: int = RECORD_MS) -> None:
    """Read for a while, then press stop; the check begins by itself."""
    button = start_recording(page)
    page.wait_for_timeout(milliseconds)
    button.click()


def upload(page: Page, recording: Path) -> None:
    """Choose a file; the check begins by itself."""
    page.locator("#lf-file").set_input_files(recording)


def result(page: Page, *, attempt: int | None = None) -> Locator:
    """Wait for the result, of a certain check if one is given."""
    found = page.locator(f".lf-result[data-attempt='{attempt}']" if attempt else ".lf-result")
    found.wait_for()
    return found


def ready(page: Page) -> Locator:
    """Wait until the recording can be checked again; gives the button that does it."""
    check = page.locator("[data-act=check]")
    expect(check).to_have_attribute("aria-disabled", "false")
    return check


def word(page: Page, written: str) -> Locator:
    """Find a word's card."""
    return page.get_by_role("group", name=written, exact=True)


def detail(page: Page) -> Locator:
    """Find what is open about a sound or a word."""
    return page.locator(".lf-detail:visible")


def playing(page: Page) -> Locator:
    """Find the button whose sound is heard now."""
    return page.locator(".lf-playing")


def watch_player(page: Page) -> None:
    """Note from now on, in `window.heard`, how many seconds each sound lasts that is played, and at what speed."""
    page.evaluate(
        """() => {
            const isWatched = "heard" in window;
            window.heard = [];
            if (isWatched) return;
            document.addEventListener("playing", ({ target }) =>
                target.className === "lf-voice" && heard.push([target.duration, target.playbackRate]), true);
        }"""
    )


def heard_s(page: Page, *, number: int) -> list[tuple[float, float]]:
    """Wait until so many sounds were played; gives seconds and speed of each."""
    page.wait_for_function("number => window.heard.length >= number", arg=number)
    return page.evaluate("window.heard")


def is_inside(page: Page, located: Locator) -> bool:
    """Tell whether something is in view without scrolling."""
    box = located.bounding_box()
    height = page.evaluate("innerHeight")
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= height


def scrolls_sideways(page: Page) -> bool:
    """Tell whether the page is wider than the window."""
    # A phone's innerWidth grows with what is too wide for it.
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def tab_to(page: Page, selector: str, *, most: int = 30) -> None:
    """Press Tab until something has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")
