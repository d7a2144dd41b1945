"""What a learner waits for in the browser: the first load, the verdict after "stop", and the picture of the reading."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.clips import write_clip
from benchmarks.history import record
from benchmarks.machine import this_machine
from benchmarks.readings import MANIFEST

if TYPE_CHECKING:
    from rich.table import Table

LOAD_TARGET_MS, VERDICT_TARGET_MS, FIGURE_TARGET_MS = 3000.0, 1000.0, 150.0
"""What the product promises on two cores."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Programs that can drive the page, the first one found is used."""

_START_WITHIN_S = 60.0
_LEAD_S = 0.3
_MOST_FAILURES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOptions:
    """What to measure.

    Parameters
    ----------
    runs : int
        Visits, each in a browser of its own: load the page, read once into the microphone.
    seconds : float
        Length of the reading.
    manifest : Path
        List of recordings to build it from.
    """

    runs: int = 20
    seconds: float = 5.0
    manifest: Path = MANIFEST


@dataclass(frozen=True, slots=True)
class PageTimes:
    """Milliseconds of every visit, in order; the figure's are those of the slowest drawing in each visit.

    `failed` visits got no verdict, such as when the browser's pretended microphone gave silence; they were repeated.
    """

    clip_s: float
    load_ms: tuple[float, ...]
    verdict_ms: tuple[float, ...]
    figure_ms: tuple[float, ...]
    failed: int = 0


def measure(options: PageOptions) -> PageTimes:
    """Start the app, visit it, and read the page's own marks.

    Raises
    ------
    RuntimeError
        There is no browser, the app does not start, or visits keep failing.
    """
    from playwright.sync_api import Error, sync_playwright

    program = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if program is None:
        raise RuntimeError(f"Install a browser first: none of {', '.join(BROWSERS)} is on the path.")
    with tempfile.TemporaryDirectory(prefix="lafal-") as folder, serving() as address, sync_playwright() as driver:
        clip = Path(folder) / "clip.wav"
        text = write_clip(clip, options.manifest, seconds=options.seconds)
        flags = [
            "--no-sandbox",
            "--disable-gpu",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={clip}%noloop",
        ]
        visits: list[tuple[float, float, float]] = []
        failures: list[str] = []
        while len(visits) < options.runs:
            browser = driver.chromium.launch(executable_path=program, args=flags)
            try:
                visits.append(_visit(browser.new_page(), address, text, options.seconds))
            except (Error, NoVerdict) as error:
                failures.append(str(error))
            browser.close()
            if len(failures) > _MOST_FAILURES:
                raise RuntimeError(f"{len(failures)} visits failed; the last one so: {failures[-1]}")
    load_ms, verdict_ms, figure_ms = zip(*visits, strict=True)
    return PageTimes(options.seconds, load_ms, verdict_ms, figure_ms, len(failures))


class NoVerdict(Exception):
    """The page answered with a message instead of a verdict."""


def _visit(page: Any, address: str, text: str, seconds: float) -> tuple[float, float, float]:
    start_s = time.perf_counter()
    page.goto(address)
    page.locator('.lf-recorder[data-phase="idle"]').wait_for()
    load_ms = 1000 * (time.perf_counter() - start_s)
    page.locator(".lf-shelf[data-ready]").wait_for()
    page.locator("#lf-text textarea").fill(text)
    page.locator("[data-act=record]").click()
    page.locator('.lf-recorder[data-phase="recording"]').wait_for()
    page.wait_for_timeout(1000 * (seconds + _LEAD_S))
    page.locator("[data-act=record]").click()
    page.locator(".lf-result, .lf-message").first.wait_for()
    if page.locator(".lf-message").count():
        raise NoVerdict(page.locator(".lf-message").inner_text())
    page.wait_for_function("performance.getEntriesByName('lafal:figure').length > 0")
    times = page.evaluate("performance.getEntriesByType('measure').map((one) => [one.name, one.duration])")
    verdict_ms = next(duration for name, duration in times if name == "lafal:verdict")
    return round(load_ms, 1), round(verdict_ms, 1), round(max(ms for name, ms in times if name == "lafal:figure"), 1)


@contextmanager
def serving() -> Generator[str]:
    """As `serving_process`, for whom the address is enough."""
    with serving_process() as (address, _):
        yield address


@contextmanager
def serving_process(environ: Mapping[str, str] | None = None) -> Generator[tuple[str, int]]:
    """Run the app on a free port until the block ends; gives its address and process once the model is loaded.

    Parameters
    ----------
    environ : mapping, optional
        Variables of the app beside this process's own.

    Raises
    ------
    RuntimeError
        It did not get ready in a minute.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "speech.cli", "serve"]
    # All learners of a benchmark come from this address, be they a thousand.
    chosen = {"LAFAL_PRACTICE_PER_MINUTE": "0", **(environ or {}), "LAFAL_PORT": str(port)}
    app = subprocess.Popen(command, env={**os.environ, **chosen}, stdout=subprocess.DEVNULL)
    try:
        deadline_s = time.monotonic() + _START_WITHIN_S
        while not _is_ready(address):
            if app.poll() is not None or time.monotonic() > deadline_s:
                raise RuntimeError("The app did not start; try `lafal serve` by hand.")
            time.sleep(0.2)
        yield address, app.pid
    finally:
        app.terminate()
        app.wait()


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/api/v1/health", timeout=5) as answer:
            return b'"ok"' in answer.read()
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def table(times: PageTimes) -> "Table":
    """The figures as a table, each beside its target."""
    from rich.table import Table

    title = f"The page in a browser, reading {times.clip_s:g} s, {len(times.load_ms)} visits, {times.failed} failed"
    result = Table(title=title, caption=this_machine().described())
    result.add_column("wait")
    for heading in ("p50", "p95", "target for p95"):
        result.add_column(heading, justify="right")
    result.add_column("")
    rows = (
        ("open the page until it can record", times.load_ms, LOAD_TARGET_MS),
        ("press stop until the verdict shows", times.verdict_ms, VERDICT_TARGET_MS),
        ("draw the reading", times.figure_ms, FIGURE_TARGET_MS),
    )
    for name, values, target in rows:
        p50, p95 = np.percentile(values, [50, 95])
        verdict = "met" if p95 <= target else "missed"
        result.add_row(name, f"{p50:.0f} ms", f"{p95:.0f} ms", f"<= {target:.0f} ms", verdict)
    return result


def main(arguments: Sequence[str]) -> None:
    """Measure, print the table, and record it where asked."""
    from rich.console import Console

    from speech.commands.configured import read_options

    options, besides = read_options(
        PageOptions,
        arguments,
        program="lafal bench page",
        about="Time what a learner waits for in the browser.",
        besides={"record": (bool, "append the figures to benchmarks/history/page.jsonl")},
    )
    times = measure(options)
    Console(highlight=False).print(table(times))
    if besides["record"]:
        print(record("page", times))
