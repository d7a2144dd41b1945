"""How fast `lafal score-batch` works through a long list, what each worker costs, and whether a kill loses anything."""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.history import record
from benchmarks.machine import this_machine
from benchmarks.processes import environment
from benchmarks.readings import MANIFEST, Reading, read_manifest
from benchmarks.soak import megabytes_of
from benchmarks.targets import Target
from speech.settings import cores

if TYPE_CHECKING:
    from rich.table import Table

_COMMAND = (sys.executable, "-m", "speech.cli")
_LOOK_EVERY_S = 0.25
_KILL_AFTER = 0.3
"""Share of the lines that are there when the command is killed."""


def _workers() -> tuple[int, ...]:
    return tuple(sorted({1, cores(), 2 * cores()}))


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """What to score.

    Parameters
    ----------
    recordings : int
        Rows of the list; the recordings of the manifest, over and over.
    workers : tuple of int
        Numbers of workers to try; targets of speed speak of one a core.
    manifest : Path
        List of recordings.
    """

    recordings: int = 1000
    workers: tuple[int, ...] = field(default_factory=_workers)
    manifest: Path = MANIFEST


@dataclass(frozen=True, slots=True)
class Run:
    """One run over the list, from typing the command to its end.

    `audio_per_s` are seconds of recordings a second, `peak_mb` is the most memory that the command and its workers took
    together, shared pages counted once.
    """

    workers: int
    seconds: float
    audio_per_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of it.

    Parameters
    ----------
    recordings, audio_minutes : int, float
        Rows of the list, and how long they last together.
    runs : tuple of Run
        Fewest workers first.
    further_mb : float
        The most that a further worker took; nan where one number of workers was tried.
    out_of_order : int
        Lines that are not about the recording of their row.
    lines_at_kill, lines_differing : int
        Lines there were when the command was killed, and lines that are not the same once it was begun again.
    """

    recordings: int
    audio_minutes: float
    runs: tuple[Run, ...]
    further_mb: float
    out_of_order: int
    lines_at_kill: int
    lines_differing: int

    @property
    def on_every_core(self) -> Run:
        """The run with a worker a core, or the one nearest to it."""
        return min(self.runs, key=lambda run: abs(run.workers - cores()))


def measure(options: BatchOptions) -> Batch:
    """Run the command with each number of workers, then kill it once and begin it again.

    Raises
    ------
    RuntimeError
        The command failed.
    """
    readings = list(islice(cycle(read_manifest(options.manifest)), options.recordings))
    audio_s = _duration_s(readings)
    with tempfile.TemporaryDirectory(prefix="lafal-") as name:
        folder = Path(name)
        listed = _write_list(folder, readings)
        runs = tuple(_run(listed, folder / f"{n}.jsonl", workers=n, audio_s=audio_s) for n in sorted(options.workers))
        whole = (folder / f"{runs[-1].workers}.jsonl").read_text(encoding="utf-8").splitlines()
        at_kill, resumed = _killed(listed, folder / "killed.jsonl", workers=runs[-1].workers, lines=len(readings))
    paths = [f'{{"path": "{reading.path}"' for reading in readings]
    further = [(after.peak_mb - before.peak_mb) / (after.workers - before.workers) for before, after in pairwise(runs)]
    return Batch(
        recordings=len(readings),
        audio_minutes=audio_s / 60,
        runs=runs,
        further_mb=max(further, default=float("nan")),
        out_of_order=_differing(paths, [line[: len(path)] for path, line in zip(paths, whole, strict=False)]),
        lines_at_kill=at_kill,
        lines_differing=_differing(whole, resumed),
    )


def _duration_s(readings: Sequence[Reading]) -> float:
    import soundfile

    durations_s = {path: soundfile.info(path).duration for path in {reading.path for reading in readings}}
    return sum(durations_s[reading.path] for reading in readings)


def _write_list(folder: Path, readings: Sequence[Reading]) -> Path:
    path = folder / "list.tsv"
    rows = ["path\ttext", *(f"{reading.path}\t{reading.text}" for reading in readings)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def _start(listed: Path, out: Path, *, workers: int) -> "subprocess.Popen[bytes]":
    command = [*_COMMAND, "score-batch", str(listed), "--out", str(out), "--workers", str(workers)]
    return subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _run(listed: Path, out: Path, *, workers: int, audio_s: float = 0.0) -> Run:
    begin_s, peak_mb = time.perf_counter(), 0.0
    with _start(listed, out, workers=workers) as process:
        while process.poll() is None:
            peak_mb = max(peak_mb, megabytes_of(process.pid).total_mb)
            _pause(process)
        seconds = time.perf_counter() - begin_s
    if process.returncode != 0:
        raise RuntimeError(f"score-batch ended with exit code {process.returncode}")
    return Run(workers, seconds, audio_s / seconds, peak_mb)


def _pause(process: "subprocess.Popen[bytes]") -> None:
    """Wait a moment, or until a process ends."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(_LOOK_EVERY_S)


def _killed(listed: Path, out: Path, *, workers: int, lines: int) -> tuple[int, list[str]]:
    """Kill the command in the midst and begin it again; gives the lines there were, and those there are then."""
    with _start(listed, out, workers=workers) as process:
        while process.poll() is None and _count(out) < _KILL_AFTER * lines:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    at_kill = _count(out)
    _run(listed, out, workers=workers)
    return at_kill, out.read_text(encoding="utf-8").splitlines()


def _count(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _differing(wanted: Sequence[str], found: Sequence[str]) -> int:
    same = sum(one == other for one, other in zip(wanted, found, strict=False))
    return max(len(wanted), len(found)) - same


def targets(batch: Batch) -> tuple[Target, ...]:
    """What the product promises for lists."""
    most, first = batch.on_every_core, batch.runs[0]
    lost = batch.out_of_order + batch.lines_differing
    return (
        Target(f"seconds of audio a second, workers: {most.workers}", most.audio_per_s, 60, "x", at_least=True),
        Target(f"memory, workers: {first.workers}", first.peak_mb, 450, "MB"),
        Target("memory, each further worker", batch.further_mb, 150, "MB"),
        Target(f"lines in another place, or others after a kill at {batch.lines_at_kill}", lost, 0, ""),
    )


def table(batch: Batch) -> "Table":
    """The figures as a table."""
    from rich.table import Table

    title = f"A list of {batch.recordings} recordings, {batch.audio_minutes:.0f} minutes"
    result = Table(title=title, caption=this_machine().described())
    for heading in ("what", "value", "target", ""):
        result.add_column(heading, justify="right" if heading in {"value", "target"} else "left")
    for run in batch.runs:
        result.add_row(f"from start to end, workers: {run.workers}", f"{run.seconds:.1f} s", "", "")
        result.add_row(f"memory at most, workers: {run.workers}", f"{run.peak_mb:.0f} MB", "", "")
    for target in targets(batch):
        result.add_row(target.name, target.shown, target.asked, target.verdict)
    return result


def main(arguments: Sequence[str]) -> None:
    """Measure, print the table, and record it where asked."""
    from rich.console import Console

    from speech.commands.configured import read_options

    options, besides = read_options(
        BatchOptions,
        arguments,
        program="lafal bench batch",
        about="Score a long list with several numbers of workers, and kill the command once.",
        besides={"record": (bool, "append the figures to benchmarks/history/batch.jsonl")},
    )
    batch = measure(options)
    Console(highlight=False).print(table(batch))
    if besides["record"]:
        print(record("batch", batch, options=options))
