"""Timing systems in turn, so that a busy moment of the machine hurts all alike."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.clips import Clip
from benchmarks.systems import NoVerdict, System

WARM_UP_RUNS = 3
"""Unmeasured runs before the measured ones: the first loads tables and lets the runtime plan its memory."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall times of one system on one clip; `stages_ms` are medians of (stage, milliseconds).

    Where it failed every time, the times are nan.
    """

    system: str
    threads: int
    clip_s: float
    runs: int
    failures: int
    p50_s: float
    p95_s: float
    p99_s: float
    real_time_factor: float
    stages_ms: tuple[tuple[str, float], ...]


@dataclass(slots=True)
class _Stopwatch:
    walls_s: list[float] = field(default_factory=list[float])
    stages_ms: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    failures: int = 0

    def time(self, system: System, clip: Clip) -> None:
        begin_s = time.perf_counter()
        try:
            stages: Mapping[str, float] = system.judge(clip)
        except NoVerdict:
            self.failures += 1
            return
        self.walls_s.append(time.perf_counter() - begin_s)
        for stage, milliseconds in stages.items():
            self.stages_ms.setdefault(stage, []).append(milliseconds)


def interleave(
    systems: Sequence[System], clip: Clip, *, runs: int, rarely: Sequence[System] = (), rare_runs: int = 1
) -> tuple[Timing, ...]:
    """Let every system judge a clip in turn, round after round.

    Parameters
    ----------
    systems : sequence of System
        Each takes part in every round.
    clip : Clip
        What they judge.
    runs : int
        Rounds, after `WARM_UP_RUNS` that are not measured.
    rarely : sequence of System
        Slow ones: they take part in `rare_runs` rounds spread over the whole, after one that is not measured.
    rare_runs : int
        At least 1.

    Returns
    -------
    tuple of Timing
        First `systems`, then `rarely`.
    """
    for system in [*rarely, *(one for one in systems for _ in range(WARM_UP_RUNS))]:
        _Stopwatch().time(system, clip)
    watches = [_Stopwatch() for _ in (*systems, *rarely)]
    step = max(1, runs // max(1, rare_runs))
    for run in range(runs):
        taking_part = len(watches) if run % step == 0 and run < step * rare_runs else len(systems)
        for system, watch in list(zip((*systems, *rarely), watches, strict=True))[:taking_part]:
            watch.time(system, clip)
    return tuple(_summed_up(system, clip, watch) for system, watch in zip((*systems, *rarely), watches, strict=True))


def _summed_up(system: System, clip: Clip, watch: _Stopwatch) -> Timing:
    p50_s, p95_s, p99_s = (
        (float(value) for value in np.percentile(watch.walls_s, [50, 95, 99])) if watch.walls_s else [float("nan")] * 3
    )
    return Timing(
        system=system.name,
        threads=system.threads,
        clip_s=clip.seconds,
        runs=len(watch.walls_s) + watch.failures,
        failures=watch.failures,
        p50_s=p50_s,
        p95_s=p95_s,
        p99_s=p99_s,
        real_time_factor=p50_s / clip.seconds,
        stages_ms=tuple((stage, float(np.median(values))) for stage, values in watch.stages_ms.items()),
    )
