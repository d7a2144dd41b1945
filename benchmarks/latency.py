"""How long one recording takes, warm and cold, and how much memory."""

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.history import record
from benchmarks.machine import this_machine
from benchmarks.readings import MANIFEST, read_manifest

if TYPE_CHECKING:
    from rich.table import Table

    from speech.assess import Assessor

SAMPLE_RATE = 16_000
WARM_TARGET_S, COLD_TARGET_S, MEMORY_TARGET_MB = 0.5, 5.0, 800.0
"""What the product promises on two cores."""

WARM_UP_RUNS = 3
"""Unmeasured runs before the measured ones: the first loads tables and lets the runtime plan its memory."""


_POLL_S = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyOptions:
    """What to measure.

    Parameters
    ----------
    runs : int
        Measured warm runs.
    cold_runs : int
        Measured fresh processes.
    seconds : float
        Length of the recording.
    manifest : Path
        List of recordings to build it from.
    model : str
        Acoustic model to judge with.
    """

    runs: int = 30
    cold_runs: int = 3
    seconds: float = 5.0
    manifest: Path = MANIFEST
    model: str = "default"


@dataclass(frozen=True, slots=True)
class Latency:
    """What was measured; `stages_ms` are medians of `Assessment.timings_ms`, memory the peaks of whole processes."""

    model: str
    clip_s: float
    runs: int
    warm_median_s: float
    warm_p95_s: float
    stages_ms: tuple[tuple[str, float], ...]
    cold_runs: int
    cold_median_s: float
    warm_peak_mb: float
    cold_peak_mb: float


def measure(options: LatencyOptions) -> Latency:
    """Measure warm runs in this process, then fresh processes of ``lafal score``.

    Raises
    ------
    ModelError
        The model cannot be loaded.
    RuntimeError
        A fresh process failed.
    """
    from speech.assess import Assessor
    from speech.settings import Settings

    with tempfile.TemporaryDirectory(prefix="lafal-") as folder:
        clip = Path(folder) / "clip.wav"
        text = write_clip(clip, options.manifest, seconds=options.seconds)
        assessor = Assessor(settings=Settings(model=options.model))
        walls_s, stages_ms = _warm(assessor, clip, text, runs=options.runs)
        cold = [_cold(clip, text, options.model) for _ in range(options.cold_runs)]
    return Latency(
        model=f"{options.model} {assessor.acoustic.version}",
        clip_s=options.seconds,
        runs=options.runs,
        warm_median_s=float(np.median(walls_s)),
        warm_p95_s=float(np.percentile(walls_s, 95)),
        stages_ms=stages_ms,
        cold_runs=options.cold_runs,
        cold_median_s=float(np.median([seconds for seconds, _ in cold])),
        warm_peak_mb=_megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss),
        cold_peak_mb=max(megabytes for _, megabytes in cold),
    )


def write_clip(path: Path, manifest: Path, *, seconds: float) -> str:
    """Join clean readings of one voice until no further one fits, pad with silence, and write a WAV file.

    Returns
    -------
    str
        The text of the clip.

    Raises
    ------
    ValueError
        Not even one reading fits.
    """
    import soundfile

    readings = [reading for reading in read_manifest(manifest) if reading.kind == "clean"]
    room = round(seconds * SAMPLE_RATE)
    pieces: list[np.ndarray] = []
    texts: list[str] = []
    for reading in readings:
        if reading.voice != readings[0].voice:
            continue
        samples, _ = soundfile.read(reading.path, dtype="float32")
        if len(samples) <= room:
            pieces.append(samples)
            texts.append(reading.text)
            room -= len(samples)
    if not pieces:
        raise ValueError(f"No clean reading in {manifest} is as short as {seconds:g} s.")
    soundfile.write(path, np.concatenate([*pieces, np.zeros(room, dtype=np.float32)]), SAMPLE_RATE)
    return " ".join(texts)


def _warm(
    assessor: "Assessor", clip: Path, text: str, *, runs: int
) -> tuple[list[float], tuple[tuple[str, float], ...]]:
    """Wall seconds of each run, and the median milliseconds of each stage."""
    walls_s: list[float] = []
    stages: dict[str, list[float]] = {}
    for run in range(-WARM_UP_RUNS, runs):
        begin = time.perf_counter()
        assessment = assessor.assess(clip, text)
        wall_s = time.perf_counter() - begin
        if run >= 0:
            walls_s.append(wall_s)
            for stage, milliseconds in assessment.timings_ms.items():
                stages.setdefault(stage, []).append(milliseconds)
    return walls_s, tuple((stage, float(np.median(values))) for stage, values in stages.items())


def _cold(clip: Path, text: str, model: str) -> tuple[float, float]:
    """Seconds and peak megabytes of one fresh process that scores the clip."""
    root = str(Path(__file__).resolve().parent.parent)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "speech.cli", "score", str(clip), "--text", text, "--json", "--model", model]
    begin = time.perf_counter()
    peak_mb = 0.0
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak_mb = max(peak_mb, _high_water_mb(process.pid))
            time.sleep(_POLL_S)
        seconds = time.perf_counter() - begin
    if process.returncode != 0:
        raise RuntimeError(f"lafal score ended with exit code {process.returncode}")
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


def _megabytes(maxrss: int) -> float:
    """Linux counts kilobytes, macOS bytes."""
    return maxrss / 1e6 if sys.platform == "darwin" else maxrss * 1024 / 1e6


def table(latency: Latency) -> "Table":
    """The figures as a table, each beside its target."""
    from rich.table import Table

    title = f"One recording of {latency.clip_s:g} s, model {latency.model}"
    result = Table(title=title, caption=this_machine().described())
    for heading in ("measure", "value", "target", ""):
        result.add_column(heading, justify="right" if heading in {"value", "target"} else "left")
    rows = (
        (f"warm, median of {latency.runs}", latency.warm_median_s, WARM_TARGET_S, "s"),
        ("warm, 95th percentile", latency.warm_p95_s, None, "s"),
        (f"cold process, median of {latency.cold_runs}", latency.cold_median_s, COLD_TARGET_S, "s"),
        ("peak memory, warm process", latency.warm_peak_mb, MEMORY_TARGET_MB, "MB"),
        ("peak memory, cold process", latency.cold_peak_mb, MEMORY_TARGET_MB, "MB"),
    )
    for name, value, target, unit in rows:
        digits = 3 if unit == "s" else 0
        goal = "" if target is None else f"<= {target:g} {unit}"
        verdict = "" if target is None else "met" if value <= target else "missed"
        result.add_row(name, f"{value:.{digits}f} {unit}", goal, verdict)
    for stage, milliseconds in latency.stages_ms:
        result.add_row(f"  stage {stage}, median", f"{milliseconds:.1f} ms", "", "")
    return result


def main(arguments: Sequence[str]) -> None:
    """Measure, print the table, and record it where asked."""
    from rich.console import Console

    from speech.commands.configured import read_options

    options, besides = read_options(
        LatencyOptions,
        arguments,
        program="lafal bench latency",
        about="Time the judging of one recording, warm and cold.",
        besides={"record": (bool, "append the figures to benchmarks/history/latency.jsonl")},
    )
    latency = measure(options)
    Console(highlight=False).print(table(latency))
    if besides["record"]:
        print(record("latency", latency))
