"""What learners meet when all of them do their homework within the same minute, from opening the page to handing in."""

import asyncio
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.clients import open_client
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
_OK, _KEPT, _SEE_OTHER, _BUSY = 200, 201, 303, 429
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
    its verdict, returns included; `returns` counts how often the learner's browser was told to come back.
    """

    page_s: float = float("nan")
    kept_s: float = float("nan")
    verdict_s: float = float("nan")
    handed_in: bool = False
    returns: int = 0
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Level:
    """What they met: counts, percentiles of each wait (50, 95, 99; seconds), and the app's memory at its most."""

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
    async with open_client(address) as client:
        watching = asyncio.create_task(watch_memory(process, memory))
        visits = await asyncio.gather(
            *(visit(client, *one, clip, after_s=start) for one, start in zip(given, starts_s, strict=True))
        )
        watching.cancel()
    return summed_up(visits, max((one.total_mb for one in memory), default=float("nan")))


async def visit(client: "httpx.AsyncClient", work: str, token: str, clip: Clip, *, after_s: float) -> Visit:
    """Do one learner's homework as the page's script does it: both pages, an attempt, the take, its verdict, in."""
    import httpx

    await asyncio.sleep(after_s)
    found = Visit()
    try:
        await _visit(client, work, {"cookie": f"{SESSION_COOKIE}={token}"}, clip.path.read_bytes(), found)
    except httpx.HTTPError as error:
        found.failures.append(type(error).__name__)
    except _Refused as refused:
        found.failures.append(str(refused))
    return found


class _Refused(Exception):
    pass


async def _visit(client: "httpx.AsyncClient", work: str, cookie: dict[str, str], take: bytes, found: Visit) -> None:
    async def ask(wanted: int, method: str, path: str, **content: object) -> "tuple[httpx.Response, float]":
        """Send a request until it is not told to come back; gives the last one's answer and seconds."""
        give_up_s = time.perf_counter() + _GIVE_UP_S
        while True:
            begin_s = time.perf_counter()
            answer = await client.request(method, path, **content)  # pyright: ignore[reportArgumentType]
            if answer.status_code != _BUSY or time.perf_counter() > give_up_s:
                break
            found.returns += 1
            await asyncio.sleep(float(answer.headers.get("Retry-After", 1)))
        if answer.status_code != wanted:
            raise _Refused(f"{method} {path.split('/')[1]}: {answer.status_code}")
        return answer, time.perf_counter() - begin_s

    _, list_s = await ask(_OK, "GET", "/homework", headers=cookie)
    page, page_s = await ask(_OK, "GET", f"/homework/{work}", headers=cookie)
    found.page_s = max(list_s, page_s)
    csrf, item = (pattern.findall(page.text)[0] for pattern in (_CSRF, _ITEM))
    sent = {**cookie, "x-csrf-token": csrf, "accept": "application/json"}
    begun, _ = await ask(_OK, "POST", f"/api/v1/homework/{work}/attempts", json={"key": "first"}, headers=sent)
    attempt = begun.json()["id"]
    place = f"/api/v1/submissions/{attempt}/items/{item}/recording?key=one"
    kept, found.kept_s = await ask(_KEPT, "PUT", place, content=take, headers={**sent, "content-type": "audio/wav"})
    begin_s = time.perf_counter()
    await ask(_OK, "POST", f"/api/v1/recordings/{kept.json()['id']}/assessment", headers=sent)
    found.verdict_s = time.perf_counter() - begin_s
    form = {"csrf": csrf, "submission_id": attempt, "missing": "0"}
    await ask(_SEE_OTHER, "POST", f"/homework/{work}/hand-in", data=form, headers=cookie)
    found.handed_in = True


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
    )


def table(homework: Homework) -> "Table":
    """A row for each number of learners; waits as 50th / 95th / 99th percentile."""
    from rich.table import Table

    title = f"Learners who all begin within {homework.within_s:g} s, record {homework.clip_s:g} s and hand in"
    result = Table(title=title, caption=this_machine().described())
    for heading in ("learners", "page, s", "take safe, s", "verdict, s", "in", "told to return", "failed", "memory"):
        result.add_column(heading, justify="right")
    for level in homework.levels:
        waits = (" / ".join(f"{value:.2f}" for value in one) for one in (level.page_s, level.kept_s, level.verdict_s))
        told = f"{level.told_to_come_back} ({level.returns} times)"
        counts = (str(level.handed_in), told, str(len(level.failures)), f"{level.memory_mb:.0f} MB")
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
