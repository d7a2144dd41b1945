"""What is lost when the plug is pulled: a server is killed (`kill -9`) again and again, and nothing may be missing.

Most kills come at a writing step: of a day at school, of the first start, of restoring a backup, of an upgrade; before
each step and in the middle of each write, every time in a fresh place. The others come at any time, all in the same
school, which so has to live through every one of them. What ended before its kill is done again: kills are counted.
At last the app itself is killed while learners upload to it.
"""

import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.history import record
from benchmarks.machine import this_machine
from benchmarks.plugs import Pull, Ran, Step, can_step
from benchmarks.scenes import Day, FirstStart, Restoring, Scene, Upgrading, judged, older, play, said
from benchmarks.schooldays import BEGUN, Promise
from benchmarks.uploads import kill_apps

if TYPE_CHECKING:
    from rich.table import Table

Place = tuple[Scene, Pull]
"""Where a kill may come."""

_AT_ANY_TIME = 0.15
_RESTORE_EVERY = 5
_SHOWN = 20
_MOST_TRIES = 5
_FAILED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultsOptions:
    """What to do.

    Parameters
    ----------
    runs : int
        How often to kill work in a fork.
    everywhere : bool
        Kill once at every place instead.
    apps : int
        How often to kill the app while learners upload.
    seed : int
        Of the order of the steps, and of the times.
    """

    runs: int = 1000
    everywhere: bool = False
    apps: int = 10
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Faults:
    """What came of it.

    Parameters
    ----------
    runs, killed : int
        How often something was begun in a fork, and how often it did not end by itself.
    places, killed_at : int
        Places where a kill at a writing step may come, and different ones where it came.
    promised : tuple of (str, int)
        How many of each kind of thing were acknowledged before the end.
    apps, uploads : int
        How often the app was killed, and how many takes it had said were safe.
    restored : int
        Backups of killed schools that were restored and looked at too.
    wrong : tuple of str
        What was lost, half there, or left over.
    """

    runs: int
    killed: int
    places: int
    killed_at: int
    apps: int
    uploads: int
    promised: tuple[tuple[str, int], ...]
    restored: int
    wrong: tuple[str, ...]


@dataclass(slots=True)
class _Tally:
    runs: int = 0
    killed: int = 0
    restored: int = 0
    killed_at: set[tuple[str, Pull]] = field(default_factory=set)
    promised: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def measure(options: FaultsOptions) -> Faults:
    """Kill, open, look.

    Raises
    ------
    RuntimeError
        Something went wrong without a kill.
    """
    chance, tally = random.Random(options.seed), _Tally()
    with tempfile.TemporaryDirectory(prefix="lafal-") as name:
        folder = Path(name)
        scenes = _scenes(folder)
        places = [(scene, pull) for scene in scenes for pull in _pulls(trace(scene, folder))]
        if options.everywhere:
            _pull_everywhere(places, folder, tally)
        else:
            at_steps = round(options.runs * (1 - _AT_ANY_TIME)) if places else 0
            _pull_at_steps(places, folder, at_steps, chance, tally)
            _pull_at_any_time(scenes[0], folder, options.runs, chance, tally)
        takes, wrong = kill_apps(folder / "app", options.apps, chance)
    return Faults(
        runs=tally.runs,
        killed=tally.killed,
        places=len(places),
        killed_at=len(tally.killed_at),
        apps=options.apps,
        uploads=len(takes),
        promised=tuple(sorted(tally.promised.items())),
        restored=tally.restored,
        wrong=(*tally.wrong, *wrong),
    )


def _scenes(folder: Path) -> tuple[Scene, ...]:
    day = Day.prepare(folder / "day")
    return (
        day,
        FirstStart.prepare(folder / "first"),
        Restoring.prepare(folder / "restoring", day),
        *(Upgrading.prepare(folder / one, one) for one in older()),
    )


def trace(scene: Scene, folder: Path) -> tuple[Step, ...]:
    """Let a scene run to its end in a copy, and give its steps; none where they are not seen.

    Raises
    ------
    RuntimeError
        Without a kill something is wrong already.
    """
    copy = _copy(scene, folder)
    ran = play(scene, copy, "whole", Pull())
    wrong = judged(scene, copy, said(ran), again=True)
    shutil.rmtree(copy)
    if wrong:
        raise RuntimeError(f"Without a kill: {wrong[0]}")
    return ran.steps


def _pulls(steps: Sequence[Step]) -> list[Pull]:
    steps = [step for step in steps if step.kind != "said"]
    before = [Pull(step=number) for number in range(len(steps))]
    return before + [Pull(step=number, torn=True) for number, step in enumerate(steps) if step.kind == "write"]


def _pull_everywhere(places: Sequence[Place], folder: Path, tally: _Tally) -> None:
    """Kill once at each place; what has a step fewer this time ends by itself, and is done again a few times."""
    for number, (scene, pull) in enumerate(places):
        for _ in range(_MOST_TRIES):
            if _pull_at_step(scene, pull, folder, tally, again=number % _RESTORE_EVERY == 0):
                break


def _pull_at_steps(places: Sequence[Place], folder: Path, count: int, chance: random.Random, tally: _Tally) -> None:
    """Kill as often as that; each place comes once before any comes twice."""
    while tally.killed < count:
        for scene, pull in chance.sample(places, len(places)):
            if tally.killed == count:
                break
            _pull_at_step(scene, pull, folder, tally, again=tally.runs % _RESTORE_EVERY == 0)


def _pull_at_step(scene: Scene, pull: Pull, folder: Path, tally: _Tally, *, again: bool) -> bool:
    copy = _copy(scene, folder)
    ran = play(scene, copy, "stepped", pull)
    name = f"{type(scene).__name__} {scene.folder.name}"
    tally.killed_at |= {(name, pull)} if ran.killed else set()
    promises = _counted(ran, tally)
    tally.wrong += [f"{name}, {pull}: {one}" for one in judged(scene, copy, promises, again=again)]
    tally.restored += again and _has_backup(copy)
    shutil.rmtree(copy)
    return ran.killed


def _pull_at_any_time(scene: Scene, folder: Path, killed: int, chance: random.Random, tally: _Tally) -> None:
    """Kill until there were that many kills in all."""
    longest_s = _seconds(scene, folder)
    school, promises = _copy(scene, folder), list[Promise]()
    while tally.killed < killed:
        name = str(tally.runs)
        ran = play(scene, school, name, Pull(seconds=chance.uniform(0.0, longest_s)))
        promises += _counted(ran, tally)
        again = tally.runs % _RESTORE_EVERY == 0
        tally.wrong += [f"run {name}: {one}" for one in judged(scene, school, promises, again=again)]
        tally.restored += again and _has_backup(school)


def _counted(ran: Ran, tally: _Tally) -> list[Promise]:
    promises = said(ran)
    tally.runs += 1
    tally.killed += ran.killed
    tally.promised.update(one.kind for one in promises)
    return promises


def _seconds(scene: Scene, folder: Path) -> float:
    copy = _copy(scene, folder)
    start_s = time.perf_counter()
    play(scene, copy, "timed", Pull(seconds=3600.0))
    shutil.rmtree(copy)
    return time.perf_counter() - start_s


def _copy(scene: Scene, folder: Path) -> Path:
    return Path(shutil.copytree(scene.folder, folder / "copy"))


def _has_backup(folder: Path) -> bool:
    return (folder / "backups" / "latest.tar").exists()


def table(faults: Faults) -> "Table":
    """What was acknowledged, and what became of it."""
    from rich.table import Table

    result = Table(title=f"{faults.killed} of {faults.runs} runs killed", caption=this_machine().described())
    result.add_column("acknowledged before a kill")
    result.add_column("", justify="right")
    for kind, count in faults.promised:
        if kind != BEGUN:
            result.add_row(kind, str(count))
    result.add_section()
    result.add_row("places at a writing step where one was killed", f"{faults.killed_at} of {faults.places}")
    result.add_row("uploads safe before the app was killed", f"{faults.uploads} ({faults.apps} kills)")
    result.add_row("backups restored and looked at", str(faults.restored))
    result.add_row("lost, half there or left over", str(len(faults.wrong)))
    return result


def main(arguments: Sequence[str]) -> None:
    """Measure, print the table, and record it where asked; exit code 1 where anything was lost."""
    from rich.console import Console

    from speech.commands.configured import read_options

    options, besides = read_options(
        FaultsOptions,
        arguments,
        program="lafal bench faults",
        about="Kill a school's server at every writing step and at any time, and look for what is lost.",
        besides={"record": (bool, "append the figures to benchmarks/history/faults.jsonl")},
    )
    if not can_step():
        print("Here kills come at any time only: writing steps are seen on Linux for x86-64.")
    faults = measure(options)
    Console(highlight=False).print(table(faults))
    for one in faults.wrong[:_SHOWN]:
        print(one)
    if besides["record"]:
        print(record("faults", faults))
    if faults.wrong:
        raise SystemExit(_FAILED)
