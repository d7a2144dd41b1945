"""How long a verdict takes, for clips of several lengths: against other systems, and against what it costs at least."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.clips import Clip, write_clips
from benchmarks.floor import Floor, floor_of, networks_run
from benchmarks.history import record
from benchmarks.processes import Process, measure_processes
from benchmarks.rates import Rates, measure_rates
from benchmarks.readings import MANIFEST
from benchmarks.systems import Lafal, System, open_systems
from benchmarks.timings import Timing, interleave
from benchmarks.variants import Variant, Weights, compare_variants, open_variants

REFERENCE_S = 5.0
"""Length of the clip that targets speak of, where it is measured; else that of the clip nearest to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyOptions:
    """What to measure.

    Parameters
    ----------
    models : tuple of str
        What to time: "default" for the embedded network, a folder, the name of a `transformers` checkpoint,
        "random:wav2vec2-base" or "random:wav2vec2-large" for untrained networks of those sizes (torch, 32 bits), and
        "pocketsphinx". Targets speak of the first.
    weights : tuple of {"fp32", "fp16", "int8"}
        Also export the embedded network with weights of these kinds, and time each; fp32 among them tells what the
        others cost in accuracy.
    seconds : tuple of float
        Lengths of the clips.
    threads : tuple of int
        Threads of the network; targets speak of the first.
    runs : int
        Measured warm runs of the embedded network.
    slow_runs : int
        Measured warm runs of everything else, spread over the same time.
    cold_runs : int
        Measured fresh processes of each system.
    manifest : Path
        List of recordings to build the clips from, and to set scores of other weights against each other.
    """

    models: tuple[str, ...] = ("default",)
    weights: tuple[Weights, ...] = ()
    seconds: tuple[float, ...] = (1.0, 2.0, 5.0, 10.0, 30.0)
    threads: tuple[int, ...] = (1, 2)
    runs: int = 100
    slow_runs: int = 5
    cold_runs: int = 3
    manifest: Path = MANIFEST


@dataclass(frozen=True, slots=True)
class Latency:
    """What was measured; the first fields are of the first model with the first number of threads on the clip `clip_s`.

    `stages_ms` are medians, megabytes peaks of resident memory of whole processes, `missing` says what was left out.
    """

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
    timings: tuple[Timing, ...] = ()
    processes: tuple[Process, ...] = ()
    variants: tuple[Variant, ...] = ()
    rates: tuple[Rates, ...] = ()
    floors: tuple[Floor, ...] = ()
    missing: tuple[str, ...] = ()


def measure(options: LatencyOptions) -> Latency:
    """Measure everything asked for, all systems in turn.

    Raises
    ------
    ModelError
        A model cannot be loaded.
    RuntimeError
        A fresh process failed.
    ValueError
        The first model is not there, or a clip is too short for a word.
    """
    with tempfile.TemporaryDirectory(prefix="lafal-") as name:
        folder = Path(name)
        clips = write_clips(folder, options.manifest, options.seconds)
        reference = min(clips, key=lambda clip: abs(clip.seconds - REFERENCE_S))
        systems, missing = open_systems(options.models, threads=options.threads, folder=folder)
        if not systems or systems[0].name != options.models[0]:
            raise ValueError(" ".join(missing) or "Name a model.")
        variants, no_variants = open_variants(options.weights, threads=options.threads, folder=folder)
        timings = _time([*systems, *variants], clips, options)
        rates = tuple(measure_rates(threads) for threads in options.threads)
        single = _one_of_each([*systems, *variants])
        return _summed_up(
            systems[0],
            reference,
            timings,
            processes=measure_processes(single, reference, clips, runs=options.cold_runs),
            variants=compare_variants(variants, options.manifest, threads=options.threads[0]),
            rates=rates,
            floors=_floors(systems, clips, timings, rates),
            missing=(*missing, *no_variants),
        )


def _time(systems: Sequence[System], clips: Sequence[Clip], options: LatencyOptions) -> tuple[Timing, ...]:
    quick = [system for system in systems if isinstance(system, Lafal) and system.is_embedded]
    slow = [system for system in systems if system not in quick]
    return tuple(
        timing
        for clip in clips
        for timing in interleave(quick, clip, runs=options.runs, rarely=slow, rare_runs=options.slow_runs)
    )


def _one_of_each(systems: Sequence[System]) -> list[System]:
    return list({system.name: system for system in reversed(systems)}.values())[::-1]


def _floors(
    systems: Sequence[System], clips: Sequence[Clip], timings: Sequence[Timing], rates: Sequence[Rates]
) -> tuple[Floor, ...]:
    """What the first model's networks cost at least, where onnxruntime runs them all."""
    first = systems[0]
    if not isinstance(first, Lafal) or not first.is_embedded:
        return ()
    taken_s = {(timing.threads, timing.clip_s): timing.p50_s for timing in timings if timing.system == first.name}
    floors: list[Floor] = []
    for clip in clips:
        networks = networks_run(lambda clip=clip: first.judge(clip))
        floors += [
            floor_of(networks, rate, clip_s=clip.seconds, taken_s=taken_s[rate.threads, clip.seconds]) for rate in rates
        ]
    return tuple(floors)


def _summed_up(
    first: System,
    reference: Clip,
    timings: tuple[Timing, ...],
    *,
    processes: tuple[Process, ...],
    variants: tuple[Variant, ...],
    rates: tuple[Rates, ...],
    floors: tuple[Floor, ...],
    missing: tuple[str, ...],
) -> Latency:
    warm = next(
        timing
        for timing in timings
        if (timing.system, timing.threads, timing.clip_s) == (first.name, first.threads, reference.seconds)
    )
    process = next(process for process in processes if process.system == first.name)
    version = f" {first.assessor.acoustic.version}" if isinstance(first, Lafal) else ""
    return Latency(
        model=first.name + version,
        clip_s=reference.seconds,
        runs=warm.runs,
        warm_median_s=warm.p50_s,
        warm_p95_s=warm.p95_s,
        stages_ms=warm.stages_ms,
        cold_runs=process.runs,
        cold_median_s=process.cold_median_s,
        warm_peak_mb=process.warm_peak_mb,
        cold_peak_mb=process.cold_peak_mb,
        timings=timings,
        processes=processes,
        variants=variants,
        rates=rates,
        floors=floors,
        missing=missing,
    )


def main(arguments: Sequence[str]) -> None:
    """Measure, print the tables, and record and draw where asked."""
    from rich.console import Console

    from benchmarks.latency_plot import write
    from benchmarks.latency_tables import tables
    from benchmarks.plots import need_matplotlib
    from speech.commands.configured import read_options

    options, besides = read_options(
        LatencyOptions,
        arguments,
        program="lafal bench latency",
        about="Time verdicts, warm and cold, against other systems and against the least they can cost.",
        besides={
            "record": (bool, "append the figures to benchmarks/history/latency.jsonl"),
            "plot": (Path, "draw the time against the length of the clip into this PNG file"),
        },
    )
    if besides["plot"] is not None:
        need_matplotlib()
    latency = measure(options)
    for table in tables(latency):
        Console(highlight=False).print(table)
    for sentence in latency.missing:
        print(sentence)
    if besides["plot"] is not None:
        print(write(latency, besides["plot"]))
    if besides["record"]:
        print(record("latency", latency))
