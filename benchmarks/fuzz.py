"""What random damage does to decoding: damaged recordings, those kept that reach something not reached before.

Lines of Python are seen; of decoders in C what they make of a file and how they end: see `trails`. Files are
decoded in forks confined like those of the server, many to a fork, and every crash is sent once more the way the server
sends it, where it must be nothing worse than an unreadable file.
"""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.history import record
from benchmarks.machine import this_machine
from benchmarks.mutations import damaged
from benchmarks.trails import Trail, is_step
from speech.confinement import confine
from speech.decoding import decode, load_decoders
from speech.errors import AudioError, SpeechError
from speech.isolation import decode_isolated

if TYPE_CHECKING:
    from rich.table import Table

_CORPUS = Path(__file__).parent.parent / "tests" / "hostile" / "make_corpus.py"
_LARGEST_SEED_BYTES = 200_000
_MAX_DURATION_S = 5.0
_FILES_A_FORK = 40
_PROCESSOR_S = 60.0  # for all files of a fork: their steps are being noted, which takes most of it
_LIMIT_LATE_S = 0.1  # the kernel looks at the limit now and then
_PATIENCE = 4  # a busy machine gives a process a part of a processor


@dataclass(frozen=True, slots=True, kw_only=True)
class FuzzOptions:
    """What to do.

    Parameters
    ----------
    seconds : float
        For how long.
    seeds : str
        Folder of files to start from; empty for the hostile files of the tests, which only a checkout has.
    seed : int
        Of all damage.
    keep : str
        Folder for the files that crashed a decoder; empty to forget them.
    """

    seconds: float = 60.0
    seeds: str = ""
    seed: int = 0
    keep: str = ""


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What came of it.

    Parameters
    ----------
    seconds : float
        For how long.
    seed : int
        Of all damage.
    executions, seeds, kept : int
        Files decoded, those to start from, and damaged ones that reached something new.
    seed_steps, steps : int
        Steps from line to line of our own code that the seeds took, and that all files took.
    seed_features, features : int
        Kinds of sound, of length and of ending that decoders came to with the seeds, and with all files.
    crashes, hangs, stopped_by_system, escaped : int
        Files that ended their fork by a signal, took too long, had it killed by the system (which is short of memory,
        say), or raised something not of ours.
    uncontained : int
        Of those, files that were worse than unreadable when sent the way the server sends them.
    slowest_processor_s : float
        Processor time of the slowest file that ended, its steps being noted.
    outcomes : tuple of (str, int)
        How often each outcome came, most frequent first.
    """

    seconds: float
    seed: int
    executions: int
    seeds: int
    kept: int
    seed_steps: int
    steps: int
    seed_features: int
    features: int
    crashes: int
    hangs: int
    stopped_by_system: int
    escaped: int
    uncontained: int
    slowest_processor_s: float
    outcomes: tuple[tuple[str, int], ...]


@dataclass(slots=True)
class _State:
    """What is known so far."""

    queue: list[bytes]
    steps: set[str] = field(default_factory=set[str])
    outcomes: dict[str, int] = field(default_factory=dict[str, int])
    broken: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])
    executions: int = 0
    kept: int = 0
    slowest_processor_s: float = 0.0

    def reached(self) -> tuple[int, int]:
        """Steps, and features."""
        steps = sum(map(is_step, self.steps))
        return steps, len(self.steps) - steps


def fuzz(seeds: Sequence[bytes], *, seconds: float, seed: int = 0) -> tuple[Fuzzed, list[tuple[str, bytes]]]:
    """Decode damaged files for some seconds.

    Parameters
    ----------
    seeds : sequence of bytes
        Files to start from.
    seconds : float
        For how long; the seeds are decoded even if that takes longer.
    seed : int
        Of all damage.

    Returns
    -------
    Fuzzed, list of (str, bytes)
        The figures, and the files that crashed, hung or escaped.
    """
    load_decoders()
    rng = np.random.default_rng(seed)
    state = _State(queue=[])
    began_s = time.monotonic()
    for start in range(0, len(seeds), _FILES_A_FORK):
        _decode_all(seeds[start : start + _FILES_A_FORK], state)
    of_seeds = state.reached()
    state.queue, state.kept = list(seeds), 0
    while time.monotonic() - began_s < seconds:
        chosen = [state.queue[int(rng.integers(len(state.queue)))] for _ in range(_FILES_A_FORK)]
        _decode_all([damaged(data, state.queue, rng) for data in chosen], state)
    kinds = [kind for kind, _ in state.broken]
    figures = Fuzzed(
        seconds=time.monotonic() - began_s,
        seed=seed,
        executions=state.executions,
        seeds=len(seeds),
        kept=state.kept,
        seed_steps=of_seeds[0],
        steps=state.reached()[0],
        seed_features=of_seeds[1],
        features=state.reached()[1],
        crashes=kinds.count("crash"),
        hangs=kinds.count("hang"),
        stopped_by_system=kinds.count("stopped by the system"),
        escaped=kinds.count("escaped"),
        uncontained=sum(not _contained(data) for _, data in state.broken),
        slowest_processor_s=state.slowest_processor_s,
        outcomes=tuple(sorted(state.outcomes.items(), key=lambda pair: -pair[1])),
    )
    return figures, state.broken


def _contained(data: bytes) -> bool:
    try:
        decode_isolated(data, max_duration_s=_MAX_DURATION_S)
    except AudioError:
        return True
    except Exception:  # noqa: BLE001 - whatever it is, it is what must not be
        return False
    return True


def _decode_all(files: Sequence[bytes], state: _State) -> None:
    """Decode files in one fork after another: one that dies costs the rest a new one."""
    left = list(files)
    while left:
        done = 0
        for told in _answers(left, state.steps):
            data = left[done]
            done += 1
            state.executions += 1
            state.slowest_processor_s = max(state.slowest_processor_s, told["processor_s"])
            state.outcomes[told["outcome"]] = state.outcomes.get(told["outcome"], 0) + 1
            if told["broken"]:
                state.broken.append((told["broken"], data))
            elif told["steps"] and len(data) <= _LARGEST_SEED_BYTES:
                state.queue.append(data)
                state.kept += 1
            state.steps.update(told["steps"])
        left = left[done:]


def _answers(files: Sequence[bytes], known: set[str]) -> Iterator[dict[str, Any]]:
    """Decode in a fork, and yield what it told of each file; the one at which it died is the last."""
    reading, writing = os.pipe()
    fork = os.fork()
    if fork == 0:
        try:
            _decode_here(files, known, writing)
        finally:
            os._exit(1)  # the fork must never come back to its parent's work
    os.close(writing)
    told, given_up = 0, False
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        pending = b""
        while told < len(files):
            if not select.select([pipe], [], [], _PATIENCE * _PROCESSOR_S)[0]:
                os.kill(fork, signal.SIGKILL)
                given_up = True
                break
            part = pipe.read(1 << 16)
            if not part:
                break
            *lines, pending = (pending + part).split(b"\n")
            for line in lines:
                told += 1
                yield json.loads(line)
    _, ended, spent = os.wait4(fork, 0)
    status = os.waitstatus_to_exitcode(ended)
    if told < len(files):
        kind = _kind(status, spent.ru_utime + spent.ru_stime, given_up=given_up)
        yield {"outcome": f"{kind} ({status})", "steps": [], "processor_s": 0.0, "broken": kind}


def _kind(status: int, processor_s: float, *, given_up: bool) -> str:
    """Tell how a fork ended: its limit on processor time kills it too, as the system does where memory is short."""
    if given_up or -status == signal.SIGXCPU:
        return "hang"
    if -status != signal.SIGKILL:
        return "crash"
    return "hang" if processor_s > max(1, round(_PROCESSOR_S)) - _LIMIT_LATE_S else "stopped by the system"


def _decode_here(files: Sequence[bytes], known: set[str], writing: int) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # decoders complain in words of their own
    confine(processor_s=_PROCESSOR_S, max_duration_s=_MAX_DURATION_S)
    known = set(known)
    for data in files:
        broken = ""
        began_s = time.process_time()
        trail = Trail()
        try:
            with trail:
                decode(data, max_duration_s=_MAX_DURATION_S)
            outcome = "fine"
        except SpeechError as error:
            outcome = error.code
        except Exception as error:  # noqa: BLE001 - any other is a finding
            outcome, broken = f"escaped: {type(error).__name__}", "escaped"
        new = sorted((trail.steps | trail.features(outcome)) - known)
        known.update(new)
        told = {"outcome": outcome, "steps": new, "processor_s": time.process_time() - began_s, "broken": broken}
        left = memoryview(json.dumps(told).encode() + b"\n")
        while left:
            left = left[os.write(writing, left) :]
    os._exit(0)


def read_seeds(folder: str) -> list[bytes]:
    """Read the files to start from; those too large to damage thousands of times are left out."""
    if folder:
        return _small_files(Path(folder))
    if not _CORPUS.is_file():
        raise SystemExit("The hostile files are part of a checkout only; give a folder with --seeds.")
    with tempfile.TemporaryDirectory() as made:
        subprocess.run([sys.executable, str(_CORPUS), made], check=True, stdout=subprocess.DEVNULL)
        return _small_files(Path(made))


def _small_files(folder: Path) -> list[bytes]:
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and path.suffix != ".json"]
    return [path.read_bytes() for path in files if 0 < path.stat().st_size <= _LARGEST_SEED_BYTES]


def table(figures: Fuzzed) -> "Table":
    """The figures as a table."""
    from rich.table import Table

    result = Table(
        title=f"Damaged recordings, {figures.seconds:.0f} s, seed {figures.seed}", caption=this_machine().described()
    )
    result.add_column("")
    result.add_column("", justify="right")
    for name, value in (
        ("files decoded", f"{figures.executions:,}"),
        ("files to start from", f"{figures.seeds:,}"),
        ("damaged files kept for what they reached", f"{figures.kept:,}"),
        ("steps between lines, seeds alone", f"{figures.seed_steps:,}"),
        ("steps between lines, all", f"{figures.steps:,}"),
        ("kinds of sound, length and ending, seeds alone", f"{figures.seed_features:,}"),
        ("kinds of sound, length and ending, all", f"{figures.features:,}"),
        ("decoder crashed", f"{figures.crashes:,}"),
        ("decoder hung", f"{figures.hangs:,}"),
        ("decoder stopped by the system, such as for memory", f"{figures.stopped_by_system:,}"),
        ("raised something not of ours", f"{figures.escaped:,}"),
        ("worse than unreadable for the server", f"{figures.uncontained:,}"),
        ("slowest file", f"{figures.slowest_processor_s:.2f} s"),
        *((f"outcome {code}", f"{count:,}") for code, count in figures.outcomes),
    ):
        result.add_row(name, value)
    return result


def main(arguments: Sequence[str]) -> None:
    """Fuzz, print the table, and record it where asked."""
    from rich.console import Console

    from speech.commands.configured import read_options

    options, besides = read_options(
        FuzzOptions,
        arguments,
        program="lafal bench fuzz",
        about="Damage recordings at random, decode them as the server does, and count what is worse than a refusal.",
        besides={"record": (bool, "append the figures to benchmarks/history/fuzz.jsonl")},
    )
    figures, broken = fuzz(read_seeds(options.seeds), seconds=options.seconds, seed=options.seed)
    if options.keep:
        folder = Path(options.keep)
        folder.mkdir(parents=True, exist_ok=True)
        for index, (kind, data) in enumerate(broken):
            (folder / f"{kind}-{index}").write_bytes(data)
    Console(highlight=False).print(table(figures))
    if besides["record"]:
        print(record("fuzz", figures))
    if figures.uncontained:
        raise SystemExit(1)
