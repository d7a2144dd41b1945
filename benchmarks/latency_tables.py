"""What `lafal bench latency` measured, as tables: targets first, then what stands behind them."""

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from benchmarks.latency import Latency
from benchmarks.machine import this_machine
from benchmarks.sharing import Shared
from benchmarks.systems import POCKETSPHINX
from benchmarks.targets import Target, written
from benchmarks.timings import Timing
from benchmarks.variants import EXACT

if TYPE_CHECKING:
    from rich.table import Table

BASE = "random:wav2vec2-base"


def targets(latency: Latency) -> tuple[Target, ...]:
    """What the product promises on one thread, for the clip of reference."""
    clip = f"{latency.clip_s:g} s"
    floor = next((floor for floor in latency.floors if floor.clip_s == latency.clip_s), None)
    ratios = (floor.ratio, floor.ratio_every_core) if floor else (math.nan, math.nan)
    return (
        Target(f"{clip} warm, p50", 1000 * latency.warm_median_s, 80, "ms"),
        Target(f"{clip} warm, p95", 1000 * latency.warm_p95_s, 160, "ms"),
        Target("real-time factor", latency.warm_median_s / latency.clip_s, 0.02, "", digits=4),
        Target("PocketSphinx takes", times_as_long(latency, POCKETSPHINX, latency.clip_s), 3, "x", True, 1),
        Target("wav2vec2-base takes", times_as_long(latency, BASE, latency.clip_s), 20, "x", True, 1),
        Target("resident memory, peak", max(latency.warm_peak_mb, latency.cold_peak_mb), 450, "MB"),
        Target("cold process to the verdict", latency.cold_median_s, 2, "s", digits=2),
        Target("file to verdict over the floor of one core", ratios[0], 3, "x", digits=2),
        Target("file to verdict over the floor of every core", ratios[1], 3, "x", digits=2),
    )


def times_as_long(latency: Latency, system: str, clip_s: float) -> float:
    """How many times as long as the first model a system takes for a clip, both with the fewest threads it has.

    nan where one of them was not measured.
    """
    first = latency.timings[0] if latency.timings else None
    ours = [one.p50_s for one in _of(latency, first.system, clip_s)] if first else []
    theirs = [one.p50_s for one in _of(latency, system, clip_s)]
    return theirs[0] / ours[0] if ours and theirs else math.nan


def _of(latency: Latency, system: str, clip_s: float) -> Iterator[Timing]:
    return (one for one in latency.timings if (one.system, one.clip_s) == (system, clip_s))


def _lengths_s(latency: Latency) -> list[float]:
    return sorted({timing.clip_s for timing in latency.timings})


def _names(latency: Latency) -> list[str]:
    return list(dict.fromkeys(timing.system for timing in latency.timings))


def tables(latency: Latency) -> "tuple[Table, ...]":
    """Everything measured."""
    every = [_targets(latency), _stages(latency), _timings(latency), _processes(latency)]
    if len(_names(latency)) > 1:
        every.insert(1, _ratios(latency))
    if latency.variants:
        every.append(_variants(latency))
    if latency.shared:
        every.append(_shared(latency))
    if latency.floors:
        every += [_floors(latency), _networks(latency)]
    return tuple(every)


def _table(title: str, *headings: str, caption: str | None = None) -> "Table":
    """The first column is a name, the others are figures."""
    from rich.table import Table

    table = Table(title=title, caption=caption)
    for index, heading in enumerate(headings):
        table.add_column(heading, justify="right" if index else "left", no_wrap=not index)
    return table


def _targets(latency: Latency) -> "Table":
    caption = this_machine().described()
    table = _table(f"Targets, model {latency.model}", "measure", "value", "target", "", caption=caption)
    for target in targets(latency):
        table.add_row(target.name, target.shown, target.asked, target.verdict)
    return table


def _ratios(latency: Latency) -> "Table":
    lengths_s = _lengths_s(latency)
    table = _table(
        f"How many times as long as {_names(latency)[0]}", "system", *(f"{length:g} s" for length in lengths_s)
    )
    for name in _names(latency):
        table.add_row(name, *(written(times_as_long(latency, name, length), 2) for length in lengths_s))
    return table


def _stages(latency: Latency) -> "Table":
    name = _names(latency)[0] if latency.timings else ""
    own = [timing for timing in latency.timings if timing.system == name]
    headings = [f"{timing.clip_s:g} s, {timing.threads} thr." for timing in own]
    caption = "* more than a third of the whole: docs/decisions/007-speed.md says why"
    table = _table(f"Stages of {name}: medians in milliseconds", "stage", *headings, caption=caption)
    for stage, _ in own[0].stages_ms if own else ():
        table.add_row(stage, *(_share(dict(timing.stages_ms), stage) for timing in own))
    return table


def _share(stages_ms: Mapping[str, float], stage: str) -> str:
    """A stage's milliseconds, with a mark where it is large."""
    spent_ms, total_ms = stages_ms.get(stage, math.nan), stages_ms.get("total", math.nan)
    return written(spent_ms, 1) + ("*" if stage != "total" and 3 * spent_ms > total_ms else "")


def _timings(latency: Latency) -> "Table":
    table = _table(
        "Warm, from file to verdict", "system", "thr.", "clip s", "p50 ms", "p95 ms", "p99 ms", "RTF", "runs", "failed"
    )
    for timing in sorted(latency.timings, key=lambda one: _names(latency).index(one.system)):
        percentiles = (written(1000 * value) for value in (timing.p50_s, timing.p95_s, timing.p99_s))
        table.add_row(
            timing.system,
            str(timing.threads),
            f"{timing.clip_s:g}",
            *percentiles,
            written(timing.real_time_factor, 3),
            str(timing.runs),
            str(timing.failures),
        )
    return table


def _processes(latency: Latency) -> "Table":
    title = f"Fresh processes: one clip, of {latency.clip_s:g} s or as said; then every clip twice"
    lengths = [length for length, _ in latency.processes[0].cold_s] if latency.processes else []
    cold = [f"cold, {length}, median s" for length in lengths] or ["cold, median s"]
    table = _table(title, "system", *cold, "runs", "peak MB, one clip", "peak MB, every clip")
    for one in latency.processes:
        medians = [seconds for _, seconds in one.cold_s] or [one.cold_median_s]
        peaks = (written(megabytes) for megabytes in (one.cold_peak_mb, one.warm_peak_mb))
        table.add_row(one.system, *(written(seconds, 2) for seconds in medians), str(one.runs), *peaks)
    return table


def _variants(latency: Latency) -> "Table":
    title = f"Weights of the embedded network; changes of phone scores are against {EXACT}, in points of 100"
    speed = f"p50 ms, {latency.clip_s:g} s"
    table = _table(
        title, "weights", "MB", speed, "mean change", "largest", "phones", "phone PCC", "error AUC", "rated recordings"
    )
    for one in latency.variants:
        p50_s = next((timing.p50_s for timing in _of(latency, one.name, latency.clip_s)), math.nan)
        table.add_row(
            one.name,
            written(one.megabytes, 1),
            written(1000 * p50_s, 1),
            written(one.mean_change, 3),
            written(one.largest_change, 1),
            str(one.phones),
            written(one.phone_pcc, 4),
            written(one.error_auc, 4),
            str(one.rated),
        )
    return table


def _shared(latency: Latency) -> "Table":
    """Per network and length one clip a run and the best number of clips."""
    headings = ("device", "clip s", "clips a run", "run, median ms", "audio s a second")
    table = _table("Several clips in one run of the network alone", "system", *headings)
    alike: dict[tuple[str, str, float], list[Shared]] = {}
    for one in latency.shared:
        alike.setdefault((one.system, one.device, one.clip_s), []).append(one)
    for (system, device, clip_s), runs in alike.items():
        best = max(runs, key=lambda run: run.audio_per_s)
        for run in dict.fromkeys((runs[0], best)):
            figures = (f"{clip_s:g}", str(run.clips), written(1000 * run.run_median_s, 2), written(run.audio_per_s))
            table.add_row(system, device, *figures)
    return table


def _floors(latency: Latency) -> "Table":
    rates = "; ".join(
        f"{rate.threads} thr.: {rate.gflops:.0f} GFLOP/s, {rate.gigabytes_per_s:.1f} GB/s" for rate in latency.rates
    )
    table = _table(
        "The floor: the networks' arithmetic, or the reading of their weights, at the best measured rates",
        *("clip", "threads", "arithmetic ms", "reading ms", "floor ms", "file to verdict / floor", "/ every core's"),
        caption=rates,
    )
    for floor in latency.floors:
        times = (written(1000 * value, 2) for value in (floor.arithmetic_s, floor.reading_s, floor.seconds))
        ratios = (written(ratio, 2) for ratio in (floor.ratio, floor.ratio_every_core))
        table.add_row(f"{floor.clip_s:g} s", str(floor.threads), *times, *ratios)
    return table


def _networks(latency: Latency) -> "Table":
    floor = next((one for one in latency.floors if one.clip_s == latency.clip_s), latency.floors[0])
    table = _table(
        f"What the floor counts for {floor.clip_s:g} s", "network", "runs", "million multiply-adds", "stored MB"
    )
    for network in floor.networks:
        counts = (written(network.multiply_adds / 1e6, 1), written(network.stored_bytes / 1e6, 2))
        table.add_row(network.name, str(network.runs), *counts)
    return table
