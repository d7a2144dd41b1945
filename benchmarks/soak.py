"""Whether the app's memory stays flat while a class practises for a long time, and whether anything gets lost.

The class sends to /api/v1/assess, as other programs do; what learners with homework send is in `benchmarks.homework`.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks.clients import Level, closed_loop, open_client, open_loop
from benchmarks.clips import Clip, write_clips
from benchmarks.history import record
from benchmarks.machine import this_machine
from benchmarks.page import serving_process
from benchmarks.readings import MANIFEST

if TYPE_CHECKING:
    from rich.table import Table

GROWTH_TARGET = 0.02
"""How much more memory the last quarter may take than the second, as a share; the first fills caches."""

_LOOK_EVERY_S = 1.0
_QUARTERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakOptions:
    """Who practises.

    Parameters
    ----------
    minutes : float
        How long.
    learners : int
        Who send a recording every `every_seconds`.
    every_seconds : float
        See above.
    clip_seconds : tuple of float
        Lengths of the recordings; a learner in turn takes each.
    manifest : Path
        List of recordings to build them from.
    """

    minutes: float = 60.0
    learners: int = 16
    every_seconds: float = 10.0
    clip_seconds: tuple[float, ...] = (2.0, 5.0, 10.0)
    manifest: Path = MANIFEST


class Memory(NamedTuple):
    """What the app and its helper processes take, shared pages by their share."""

    server_mb: float
    helpers_mb: float

    @property
    def total_mb(self) -> float:
        """Both."""
        return self.server_mb + self.helpers_mb


@dataclass(frozen=True, slots=True)
class Soak:
    """What came of it; memory is the proportional share of the app and its helpers, in MB, by quarter (median)."""

    minutes: float
    levels: tuple[Level, ...]
    quarters_mb: tuple[float, ...]
    server_quarters_mb: tuple[float, ...] = ()
    helpers_quarters_mb: tuple[float, ...] = ()

    @property
    def growth(self) -> float:
        """Memory of the last quarter over that of the second, less one."""
        return self.quarters_mb[-1] / self.quarters_mb[1] - 1

    @property
    def lost(self) -> int:
        """Recordings that were never judged."""
        return sum(level.lost for level in self.levels)


def measure(options: SoakOptions) -> Soak:
    """Start the app, let a class practise, and look at the app's memory meanwhile.

    Raises
    ------
    RuntimeError
        The app does not start.
    """
    with tempfile.TemporaryDirectory(prefix="lafal-") as folder, serving_process() as (address, process):
        clips = write_clips(Path(folder), options.manifest, options.clip_seconds)
        return asyncio.run(_practise(address, process, clips, options))


async def _practise(address: str, process: int, clips: Sequence[Clip], options: SoakOptions) -> Soak:
    seconds = options.minutes * 60
    memory: list[Memory] = []
    async with open_client(address) as client:
        await closed_loop(client, clips[0], clients=2, seconds=0.1)
        watching = asyncio.create_task(watch_memory(process, memory))
        shares = dealt(options.learners, len(clips))
        groups = [
            open_loop(client, clip, learners=share, every_s=options.every_seconds, seconds=seconds, seed=number)
            for number, (clip, share) in enumerate(zip(clips, shares, strict=True))
            if share
        ]
        levels = await asyncio.gather(*groups)
        watching.cancel()
    return Soak(
        options.minutes,
        tuple(levels),
        _quarters([one.total_mb for one in memory]),
        _quarters([one.server_mb for one in memory]),
        _quarters([one.helpers_mb for one in memory]),
    )


def dealt(learners: int, groups: int) -> list[int]:
    """Deal learners out one by one: how many each group gets."""
    return [len(range(group, learners, groups)) for group in range(groups)]


def _quarters(values_mb: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(np.median(quarter)) for quarter in np.array_split(np.array(values_mb), _QUARTERS))


async def watch_memory(process: int, memory: list[Memory]) -> None:
    """Note every second what the app and its helpers take, until cancelled."""
    while True:
        memory.append(await asyncio.to_thread(megabytes_of, process))
        await asyncio.sleep(_LOOK_EVERY_S)


def megabytes_of(process: int) -> Memory:
    """Add up what a process and all its children take, shared pages by their share (Linux).

    Returns
    -------
    Memory
        A child that ends meanwhile counts nothing.
    """
    taken_kb: dict[int, int] = {}
    waiting = [process]
    while waiting:
        number = waiting.pop()
        one = Path("/proc") / str(number)
        try:
            lines = (one / "smaps_rollup").read_text().splitlines()
            taken_kb[number] = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            for task in (one / "task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    own_kb = taken_kb.pop(process, 0)
    return Memory(own_kb * 1024 / 1e6, sum(taken_kb.values()) * 1024 / 1e6)


def table(soak: Soak) -> "Table":
    """The figures as a table."""
    from rich.table import Table

    title = f"A class practises for {soak.minutes:g} minutes"
    result = Table(title=title, caption=this_machine().described())
    for heading in ("what", "value", "target", ""):
        result.add_column(heading, justify="right" if heading in {"value", "target"} else "left")
    sent = sum(level.sent for level in soak.levels)
    slowest = max(level.p95_s for level in soak.levels)
    kept = "met" if soak.growth <= GROWTH_TARGET else "missed"
    result.add_row("recordings sent / lost", f"{sent} / {soak.lost}", "0 lost", "met" if not soak.lost else "missed")
    result.add_row("verdict, p95, longest recordings", f"{1000 * slowest:.0f} ms", "", "")
    reasons = ", ".join(f"{count} {reason}" for level in soak.levels for reason, count in level.failures)
    result.add_row("why lost", reasons or "-", "", "")
    result.add_row("sent once more on a new connection", str(sum(level.resent for level in soak.levels)), "", "")
    for name, values_mb in (
        ("memory by quarter, MB", soak.quarters_mb),
        ("  of the server", soak.server_quarters_mb),
        ("  of its helpers", soak.helpers_quarters_mb),
    ):
        result.add_row(name, " / ".join(f"{value:.0f}" for value in values_mb), "", "")
    result.add_row("growth, last quarter over second", f"{soak.growth:+.1%}", f"<= {GROWTH_TARGET:.0%}", kept)
    return result


def main(arguments: Sequence[str]) -> None:
    """Measure, print the table, and record it where asked; ends with 1 where something was lost."""
    from rich.console import Console

    from speech.commands.configured import read_options

    options, besides = read_options(
        SoakOptions,
        arguments,
        program="lafal bench soak",
        about="Let a class practise for an hour and look at the app's memory.",
        besides={"record": (bool, "append the figures to benchmarks/history/soak.jsonl")},
    )
    soak = measure(options)
    Console(highlight=False).print(table(soak))
    if besides["record"]:
        print(record("soak", soak))
    if soak.lost:
        raise SystemExit(1)
