"""Fresh processes: how long until the first verdict, and how much memory at most.

Run as a program, this file is such a process: it loads one system and lets it judge some clips.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.clips import Clip
from benchmarks.systems import POCKETSPHINX, NoVerdict, System, open_systems, settings_of

_POLL_S = 0.01


@dataclass(frozen=True, slots=True)
class Process:
    """Fresh processes of one system; megabytes are peaks of resident memory, warm ones after every clip twice.

    `cold_median_s` and `cold_peak_mb` are of one clip, `cold_s` are medians of several as (length, seconds).
    """

    system: str
    runs: int
    cold_median_s: float
    cold_peak_mb: float
    warm_peak_mb: float
    cold_s: tuple[tuple[str, float], ...] = ()


def measure_processes(
    systems: Sequence[System], clip: Clip, clips: Sequence[Clip], *, runs: int, cold_clips: Sequence[Clip] = ()
) -> tuple[Process, ...]:
    """Start every system `runs` times for one clip and for each of `cold_clips`, in turn, then once for all clips.

    Raises
    ------
    RuntimeError
        A process failed.
    """
    every = list(dict.fromkeys((clip, *cold_clips)))
    cold: dict[tuple[str, Clip], list[tuple[float, float]]] = {}
    for _ in range(runs):
        for system in systems:
            for one in every:
                cold.setdefault((system.name, one), []).append(watch(_first_verdict(system.model, one)))
    return tuple(
        Process(
            system=system.name,
            runs=runs,
            cold_median_s=_median_s(cold.get((system.name, clip), [])),
            cold_peak_mb=max((megabytes for _, megabytes in cold.get((system.name, clip), [])), default=float("nan")),
            warm_peak_mb=watch(_alone(system.model, clips, rounds=2))[1],
            cold_s=tuple((f"{one.seconds:g} s", _median_s(cold.get((system.name, one), []))) for one in every),
        )
        for system in systems
    )


def _median_s(found: Sequence[tuple[float, float]]) -> float:
    return float(np.median([seconds for seconds, _ in found])) if found else float("nan")


def _first_verdict(model: str, clip: Clip) -> list[str]:
    """The command a person would type."""
    if model == POCKETSPHINX:
        return _alone(model, [clip], rounds=1)
    command = [sys.executable, "-m", "speech.cli", "score", str(clip.path), "--text", clip.text, "--json"]
    settings = settings_of(model)
    return [*command, "--runtime", settings.runtime, "--model", settings.model]


def _alone(model: str, clips: Sequence[Clip], *, rounds: int) -> list[str]:
    texts = [part for clip in clips for part in (str(clip.path), clip.text)]
    return [sys.executable, "-m", "benchmarks.processes", model, str(rounds), *texts]


def environment() -> dict[str, str]:
    """Variables with which a process finds this very product."""
    root = str(Path(__file__).resolve().parent.parent)
    return {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}


def watch(command: Sequence[str]) -> tuple[float, float]:
    """Run a program; gives seconds until it ended and its peak megabytes.

    Raises
    ------
    RuntimeError
        It failed.
    """
    begin_s = time.perf_counter()
    peak_mb = 0.0
    with subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak_mb = max(peak_mb, _high_water_mb(process.pid))
            time.sleep(_POLL_S)
        seconds = time.perf_counter() - begin_s
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command[1:4])} ended with exit code {process.returncode}")
    return seconds, peak_mb


def _high_water_mb(process_id: int) -> float:
    """Peak memory of a running process; 0 where the system does not tell.

    The peak that `wait4` reports would count what this process held when the other was forked from it.
    """
    try:
        status = Path(f"/proc/{process_id}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def main(arguments: Sequence[str]) -> None:
    """Load a system and let it judge clips, given as file and text in turn."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("rounds", type=int)
    parser.add_argument("clips", nargs="+")
    chosen = parser.parse_args(arguments)
    clips = [Clip(Path(path), text, 0.0) for path, text in zip(chosen.clips[::2], chosen.clips[1::2], strict=True)]
    with tempfile.TemporaryDirectory(prefix="lafal-") as folder:
        systems, missing = open_systems([chosen.model], threads=(1,), folder=Path(folder))
        if missing:
            raise SystemExit(missing[0])
        for _ in range(chosen.rounds):
            for clip in clips:
                with suppress(NoVerdict):
                    systems[0].judge(clip)


if __name__ == "__main__":
    main(sys.argv[1:])
