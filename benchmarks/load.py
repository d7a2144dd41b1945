"""What learners wait for when many practise at once: a running server, and clients on the same machine.

They send to /api/v1/assess, as other programs do, which is what the practice page asks for without the page; what
learners with homework send is in `benchmarks.homework`.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.clients import Level, closed_loop, open_client, open_loop
from benchmarks.clips import Clip, write_clips
from benchmarks.history import record
from benchmarks.machine import this_machine
from benchmarks.page import serving_process
from benchmarks.readings import MANIFEST
from benchmarks.soak import Memory, watch_memory
from speech.errors import ExtraNotInstalled

if TYPE_CHECKING:
    from rich.table import Table

CLASS_TARGET_S = 1.5
"""What a class may wait, 95 times in 100."""

_WARM_UP = 4
_OPEN = {"LAFAL_PRACTICE_PER_MINUTE": "0"}  # all learners have this machine's address


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """Who sends what.

    Parameters
    ----------
    clients : tuple of int
        Numbers of clients that send the next recording as soon as the last is answered.
    level_seconds : float
        How long each of those numbers keeps sending.
    learners : int
        Size of a class in which each learner sends a recording every `every_seconds`, for `class_seconds`.
    every_seconds, class_seconds : float
        See above.
    clip_seconds : float
        Length of the recording.
    manifest : Path
        List of recordings to build it from.
    """

    clients: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64)
    level_seconds: float = 20.0
    learners: int = 16
    every_seconds: float = 10.0
    class_seconds: float = 60.0
    clip_seconds: float = 5.0
    manifest: Path = MANIFEST


@dataclass(frozen=True, slots=True)
class Load:
    """What clients that never rest met, by their number, what a class met, and the app's memory at its most."""

    clip_s: float
    every_s: float
    levels: tuple[Level, ...]
    classroom: Level
    memory_mb: float = float("nan")


def measure(options: LoadOptions) -> Load:
    """Start the app and send it recordings.

    Raises
    ------
    ExtraNotInstalled
        There is no httpx.
    RuntimeError
        The app does not start, or does not judge the clip.
    """
    if find_spec("httpx") is None:
        raise ExtraNotInstalled({"package": "httpx", "extra": "test"})
    with tempfile.TemporaryDirectory(prefix="lafal-") as folder, serving_process(_OPEN) as (address, process):
        (clip,) = write_clips(Path(folder), options.manifest, (options.clip_seconds,))
        return asyncio.run(_measure(address, process, clip, options))


async def _measure(address: str, process: int, clip: Clip, options: LoadOptions) -> Load:
    memory: list[Memory] = []
    watching = asyncio.create_task(watch_memory(process, memory))
    load = await measure_at(address, clip, options)
    watching.cancel()
    return replace(load, memory_mb=max(one.total_mb for one in memory))


async def measure_at(address: str, clip: Clip, options: LoadOptions) -> Load:
    """Send recordings to a server that is running already.

    Raises
    ------
    RuntimeError
        It does not judge the clip.
    """
    async with open_client(address) as client:
        warm_up = await closed_loop(client, clip, clients=_WARM_UP, seconds=0.1)
        if warm_up.lost:
            raise RuntimeError(f"The app at {address} did not judge the clip.")
        levels = [
            await closed_loop(client, clip, clients=clients, seconds=options.level_seconds)
            for clients in options.clients
        ]
        classroom = await open_loop(
            client, clip, learners=options.learners, every_s=options.every_seconds, seconds=options.class_seconds
        )
    return Load(clip.seconds, options.every_seconds, tuple(levels), classroom)


def table(load: Load) -> "Table":
    """A row for each number of clients, the class last."""
    from rich.table import Table

    title = (
        f"Recordings of {load.clip_s:g} s sent to the app; times from first sending to verdict, waits included; "
        f"in line: p50 / p95 ms in the queue alone; most memory {load.memory_mb:.0f} MB"
    )
    result = Table(title=title, caption=this_machine().described())
    result.add_column("who sends", no_wrap=True)
    for heading in ("audio s/s", "p50 ms", "p95 ms", "p99 ms", "in line", "place", "sent", "refused", "back", "lost"):
        result.add_column(heading, justify="right")
    for level in load.levels:
        result.add_row(f"{level.clients} without rest", *_figures(level))
    result.add_row(f"{load.classroom.clients}, one every {load.every_s:g} s", *_figures(load.classroom))
    return result


def targets(load: Load) -> "Table":
    """What the product promises; a refused recording is "back" where it was judged the first time it returned."""
    from rich.table import Table

    result = Table(title="Targets")
    for heading in ("promise", "value", "target", ""):
        result.add_column(heading, justify="right" if heading in {"value", "target"} else "left")
    every = (*load.levels, load.classroom)
    refused, back = (sum(getattr(level, name) for level in every) for name in ("refused", "served_on_return"))
    lost = sum(level.lost for level in every)
    rows = (
        (
            "class, p95",
            f"{1000 * load.classroom.p95_s:.0f} ms",
            f"<= {1000 * CLASS_TARGET_S:.0f} ms",
            _class_kept(load),
        ),
        ("recordings lost", str(lost), "0", lost == 0),
        ("refused ones judged on return", f"{back} of {refused}", "all", back == refused),
    )
    for name, value, target, kept in rows:
        result.add_row(name, value, target, "met" if kept else "missed")
    return result


def _class_kept(load: Load) -> bool:
    return load.classroom.lost == 0 and load.classroom.p95_s <= CLASS_TARGET_S


def _figures(level: Level) -> tuple[str, ...]:
    waits = (f"{1000 * value:.0f}" for value in (level.p50_s, level.p95_s, level.p99_s))
    line = f"{1000 * level.queue_p50_s:.0f} / {1000 * level.queue_p95_s:.0f}"
    counts = (level.most_before, level.sent, level.refused, level.served_on_return, level.lost)
    return (f"{level.audio_per_s:.1f}", *waits, line, *(str(count) for count in counts))


def main(arguments: Sequence[str]) -> None:
    """Measure, print the table, and record it where asked."""
    from rich.console import Console

    from speech.commands.configured import read_options

    options, besides = read_options(
        LoadOptions,
        arguments,
        program="lafal bench load",
        about="Send the app recordings from many clients at once.",
        besides={"record": (bool, "append the figures to benchmarks/history/load.jsonl")},
    )
    load = measure(options)
    for one in (table(load), targets(load)):
        Console(highlight=False).print(one)
    if besides["record"]:
        print(record("load", load))
