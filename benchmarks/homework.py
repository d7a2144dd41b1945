"""What learners meet when all of them do their homework within the same minute, from opening the page to handing in.

Each has a browser of their own: its own connections, the pages' scripts and styles once, a recording in Opus as phones
make them, and a look at its place in the line while it waits. What no browser runs here is the page's script itself.
"""

import asyncio
import io
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.clients import open_client, send
from benchmarks.clips import Clip, write_clips
from benchmarks.history import record
from benchmarks.machine import this_machine
from benchmarks.page import serving_process
from benchmarks.readings import MANIFEST
from benchmarks.soak import Memory, watch_memory
from classroom import accounts, assignments, classes, consents, people
from classroom.assignments import NewItem, Terms
from classroom.people import OPERATOR, Identity, NewPerson
from classroom.store import Store
from web.visitors import SESSION_COOKIE

if TYPE_CHECKING:
    import httpx
    from rich.table import Table

_CSRF = re.compile(r'<meta name="csrf" content="([^"]*)">')
_ITEM = re.compile(r'data-item="([^"]*)"')
_FILE = re.compile(r'<(?:script|link)[^>]* (?:src|href)="(/[^"]*)"')
_OK, _KEPT, _SEE_OTHER, _BUSY = 200, 201, 303, 429
_LOOK_EVERY_S = 1.5  # as web/scripts/place.js does
_CONNECTIONS = 6  # of a browser to one address
_GIVE_UP_S = 600.0
_CLASS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeworkOptions:
    """Who does homework.

    Parameters
    ----------
    learners : tuple of int
        How many; each number is tried with a server of its own.
    within_seconds : float
        Every learner begins within this time, each at a moment of their own.
    clip_seconds : float
        Length of the one recording that each makes.
    manifest : Path
        List of recordings to build it from.
    """

    learners: tuple[int, ...] = (1, 30, 35, 100, 1000)
    within_seconds: float = 60.0
    clip_seconds: float = 5.0
    manifest: Path = MANIFEST


@dataclass(slots=True)
class Visit:
    """What one learner met; seconds are nan where it did not come to that.

    `page_s` is the slower of the two pages, `kept_s` the answer that a take is safe, `verdict_s` the time from then to
    its verdict, returns included; `returns` counts how often the learner's browser was told to come back, and `before`
    is the largest number of readings that it saw before its own.
    """

    page_s: float = float("nan")
    kept_s: float = float("nan")
    verdict_s: float = float("nan")
    handed_in: bool = False
    returns: int = 0
    before: int = 0
    resent: int = 0
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Level:
    """What they met: counts, percentiles of each wait (50, 95, 99; seconds), and the app's memory at its most.

    `returns` counts answers that told somebody to come back (429), `most_before` is the longest line that anybody saw,
    and `resent` counts requests that went once more on a new connection; see `benchmarks.clients.send`.
    """

    learners: int
    kept: int
    judged: int
    handed_in: int
    told_to_come_back: int
    returns: int
    failures: tuple[str, ...]
    page_s: tuple[float, float, float]
    kept_s: tuple[float, float, float]
    verdict_s: tuple[float, float, float]
    memory_mb: float
    most_before: int = 0
    resent: int = 0

    @property
    def error_rate(self) -> float:
        """Share of the learners for whom something failed."""
        return len(self.failures) / self.learners


@dataclass(frozen=True, slots=True)
class Homework:
    """The classes that were tried."""

    within_s: float
    clip_s: float
    levels: tuple[Level, ...]


def measure(options: HomeworkOptions) -> Homework:
    """Let classes of several sizes do their homework.

    Raises
    ------
    RuntimeError
        The app does not start.
    """
    levels: list[Level] = []
    for learners in options.learners:
        with tempfile.TemporaryDirectory(prefix="lafal-") as folder:
            (clip,) = write_clips(Path(folder), options.manifest, (options.clip_seconds,))
            given = open_school(Path(folder) / "data", clip.text, learners)
            environ = {"LAFAL_DATA_FOLDER": str(Path(folder) / "data")}
            with serving_process(environ) as (address, process):
                levels.append(asyncio.run(_do_homework(address, process, given, clip, options.within_seconds)))
    return Homework(options.within_seconds, options.clip_seconds, tuple(levels))


def open_school(folder: Path, text: str, learners: int) -> list[tuple[str, str]]:
    """Make classes of at most 40 learners, each with one sentence to read.

    Returns
    -------
    list of (str, str)
        For each learner the id of their assignment, and a session's token.
    """
    now = datetime.now(UTC)
    store = Store.open("", folder)
    teacher = people.create(store, NewPerson(role="teacher", identity=Identity(name="Sari")), by=OPERATOR, now=now)
    items = (NewItem(text=text),)
    found: list[tuple[str, str]] = []
    for first in range(0, learners, _CLASS):
        room = classes.create(store, f"Class {first // _CLASS}", by=teacher.id, now=now)
        terms = Terms(title="Read")
        work = assignments.create(store, room.id, "sentences", terms=terms, items=items, by=teacher.id, now=now)
        for number in range(first, min(first + _CLASS, learners)):
            name = Identity(name=f"Learner {number}")
            learner = people.create(store, NewPerson(role="learner", identity=name), by=OPERATOR, now=now)
            classes.add_member(store, room.id, learner.id, by=teacher.id, now=now)
            consents.give(store, learner.id, "practice", language="en", guardian=True, by=teacher.id, now=now)
            with store.writing() as session:
                row = people.row_of(session, learner.id)
                found.append((work.id, accounts.begin(store, session, row, now=now).token))
    store.close()
    return found


async def _do_homework(
    address: str, process: int, given: Sequence[tuple[str, str]], clip: Clip, within_s: float
) -> Level:
    starts_s = np.random.default_rng(0).uniform(0, within_s if len(given) > 1 else 0, len(given))
    memory: list[Memory] = []
    take = as_phones_send(clip.path)

    async def learner(work: str, token: str, start_s: float) -> Visit:
        await asyncio.sleep(start_s)
        async with open_client(address, connections=_CONNECTIONS) as browser:
            return await visit(browser, work, token, take)

    watching = asyncio.create_task(watch_memory(process, memory))
    visits = await asyncio.gather(*(learner(*one, start) for one, start in zip(given, starts_s, strict=True)))
    watching.cancel()
    return summed_up(visits, max((one.total_mb for one in memory), default=float("nan")))


def as_phones_send(clip: Path) -> bytes:
    """Give a clip in Opus, which browsers record."""
    import soundfile

    samples, rate = soundfile.read(clip, dtype="float32")
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="OGG", subtype="OPUS")
    return file.getvalue()


async def visit(browser: "httpx.AsyncClient", work: str, token: str, take: bytes) -> Visit:
    """Do one learner's homework as the page's script does it: both pages, an attempt, the take, its verdict, in."""
    import httpx

    found = Visit()
    try:
        await _Learner(browser, token, found).do(work, take)
    except httpx.HTTPError as error:
        found.failures.append(type(error).__name__)
    except _Refused as refused:
        found.failures.append(str(refused))
    return found


class _Refused(Exception):
    pass


class _Learner:
    """Somebody who is signed in, with a browser that notes what it meets."""

    def __init__(self, browser: "httpx.AsyncClient", token: str, found: Visit) -> None:
        self._browser = browser
        self._found = found
        self._cookie = {"cookie": f"{SESSION_COOKIE}={token}"}
        self._sent = {**self._cookie, "origin": str(browser.base_url).rstrip("/")}
        self._files: set[str] = set()

    async def do(self, work: str, take: bytes) -> None:
        """From opening the list to handing in."""
        _, list_s = await self._open("/homework")
        page, page_s = await self._open(f"/homework/{work}")
        self._found.page_s = max(list_s, page_s)
        csrf, item = (pattern.findall(page)[0] for pattern in (_CSRF, _ITEM))
        self._sent |= {"x-csrf-token": csrf, "accept": "application/json"}
        begun, _ = await self._ask(_OK, "POST", f"/api/v1/homework/{work}/attempts", json={"key": "first"})
        attempt = begun.json()["id"]
        place = f"/api/v1/submissions/{attempt}/items/{item}/recording?key=one"
        kept, self._found.kept_s = await self._ask(_KEPT, "PUT", place, content=take, kind="audio/ogg")
        begin_s = time.perf_counter()
        await self._judged(kept.json()["id"])
        self._found.verdict_s = time.perf_counter() - begin_s
        form = {"csrf": csrf, "submission_id": attempt, "missing": "0"}
        await self._ask(_SEE_OTHER, "POST", f"/homework/{work}/hand-in", data=form)
        self._found.handed_in = True

    async def _open(self, path: str) -> tuple[str, float]:
        """Open a page and what it names that was not fetched before; gives it, and the seconds for all."""
        begin_s = time.perf_counter()
        page, _ = await self._ask(_OK, "GET", path)
        new = set(_FILE.findall(page.text)) - self._files
        self._files |= new
        await asyncio.gather(*(self._ask(_OK, "GET", file) for file in new))
        return page.text, time.perf_counter() - begin_s

    async def _judged(self, recording: str) -> None:
        watching = asyncio.create_task(self._watch_place(recording))
        try:
            await self._ask(_OK, "POST", f"/api/v1/recordings/{recording}/assessment")
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _watch_place(self, recording: str) -> None:
        while True:
            answer, _ = await send(self._browser, "GET", f"/api/v1/recordings/{recording}/place", headers=self._cookie)
            if answer.status_code == _OK:
                self._found.before = max(self._found.before, answer.json()["before"])
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _ask(
        self, wanted: int, method: str, path: str, *, kind: str = "", **content: Any
    ) -> "tuple[httpx.Response, float]":
        """Send a request until it is not told to come back; gives the last one's answer and seconds."""
        headers = {**(self._cookie if method == "GET" else self._sent), **({"content-type": kind} if kind else {})}
        give_up_s = time.perf_counter() + _GIVE_UP_S
        while True:
            begin_s = time.perf_counter()
            answer, twice = await send(self._browser, method, path, headers=headers, **content)
            self._found.resent += twice
            if answer.status_code != _BUSY or time.perf_counter() > give_up_s:
                break
            self._found.returns += 1
            await asyncio.sleep(float(answer.headers.get("Retry-After", 1)))
        if answer.status_code != wanted:
            raise _Refused(f"{method} {path.split('/')[1]}: {answer.status_code}")
        return answer, time.perf_counter() - begin_s


def summed_up(visits: Sequence[Visit], memory_mb: float) -> Level:
    """Count outcomes and sum up waits."""

    def waits(name: str) -> tuple[float, float, float]:
        values = np.array([getattr(one, name) for one in visits])
        values = values[~np.isnan(values)]
        p50, p95, p99 = np.percentile(values, [50, 95, 99]) if len(values) else [float("nan")] * 3
        return float(p50), float(p95), float(p99)

    return Level(
        learners=len(visits),
        kept=sum(not np.isnan(one.kept_s) for one in visits),
        judged=sum(not np.isnan(one.verdict_s) for one in visits),
        handed_in=sum(one.handed_in for one in visits),
        told_to_come_back=sum(one.returns > 0 for one in visits),
        returns=sum(one.returns for one in visits),
        failures=tuple(failure for one in visits for failure in one.failures),
        page_s=waits("page_s"),
        kept_s=waits("kept_s"),
        verdict_s=waits("verdict_s"),
        memory_mb=memory_mb,
        most_before=max((one.before for one in visits), default=0),
        resent=sum(one.resent for one in visits),
    )


def table(homework: Homework) -> "Table":
    """A row for each number of learners; waits as 50th / 95th / 99th percentile."""
    from rich.table import Table

    title = f"Learners who all begin within {homework.within_s:g} s, record {homework.clip_s:g} s and hand in"
    result = Table(title=title, caption=this_machine().described())
    for heading in ("learners", "page, s", "take safe, s", "verdict, s", "in", "429", "in line", "failed", "memory"):
        result.add_column(heading, justify="right")
    for level in homework.levels:
        waits = (" / ".join(f"{value:.2f}" for value in one) for one in (level.page_s, level.kept_s, level.verdict_s))
        failed = f"{len(level.failures)} ({level.error_rate:.1%})"
        counts = (str(level.handed_in), str(level.returns), str(level.most_before), failed, f"{level.memory_mb:.0f} MB")
        result.add_row(str(level.learners), *waits, *counts)
    return result


def main(arguments: Sequence[str]) -> None:
    """Measure, print the table, and record it where asked."""
    from rich.console import Console

    from speech.commands.configured import read_options

    options, besides = read_options(
        HomeworkOptions,
        arguments,
        program="lafal bench homework",
        about="Let whole classes do their homework within the same minute.",
        besides={"record": (bool, "append the figures to benchmarks/history/homework.jsonl")},
    )
    homework = measure(options)
    Console(highlight=False).print(table(homework))
    if besides["record"]:
        print(record("homework", homework))
