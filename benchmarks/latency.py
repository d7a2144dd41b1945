"""How long a verdict takes, for clips of several lengths: against other systems, and against what it costs at least."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.clips import Clip, write_clips
from benchmarks.floor import Floor, floor_of, networks_run
from benchmarks.history import record
from benchmarks.processes import Process, measure_processes
from benchmarks.rates import Rates, measure_rates
from benchmarks.readings import MANIFEST
from benchmarks.sharing import Shared, measure_sharing
from benchmarks.systems import Lafal, System, open_systems
from benchmarks.timings import Timing, interleave
from benchmarks.variants import People, Variant, Weights, compare_variants, open_variants
from phonemes import resources
from speech.settings import cores

REFERENCE_S = 5.0
"""Length of the clip that targets speak of, where it is measured; else that of the clip nearest to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyOptions:
    """What to measure.

    Parameters
    ----------
    models : tuple of str
        What to time: "default" for the embedded network, "torch:default" for the same in torch, a folder, the name of a
        `transformers` checkpoint, "random:wav2vec2-base", "random:wav2vec2-large" or "random:config.json" for untrained
        networks of those sizes (torch, 32 bits), and "pocketsphinx". Targets speak of the first.
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
        Measured warm runs of everything else, spread over the same time, and of everything on a graphics card.
    cold_runs : int
        Measured fresh processes of each system.
    cold_seconds : tuple of float
        Lengths, among `seconds`, that fresh processes judge besides the clip that targets speak of.
    devices : tuple of {"cpu", "cuda"}
        "cuda" also runs every network, several clips at once, on a graphics card where there is one.
    manifest : Path
        List of recordings to build the clips from, and to set scores of other weights against each other.
    rated_manifest : Path, optional
        List of recordings with human phone scores, on which other weights are set against people as
        `lafal bench accuracy` does.
    folds : Path
        Folds of its speakers.
    rated_limit : int, optional
        Judge only so many of them, drawn at random.
    """

    models: tuple[str, ...] = ("default",)
    weights: tuple[Weights, ...] = ()
    seconds: tuple[float, ...] = (1.0, 2.0, 5.0, 10.0, 30.0)
    threads: tuple[int, ...] = (1, 2)
    runs: int = 100
    slow_runs: int = 5
    cold_runs: int = 3
    cold_seconds: tuple[float, ...] = (1.0, 30.0)
    devices: tuple[Literal["cpu", "cuda"], ...] = ("cpu", "cuda")
    manifest: Path = MANIFEST
    rated_manifest: Path | None = None
    folds: Path = resources.folder("datasets") / "manifests" / "folds.tsv"
    rated_limit: int | None = None


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
    shared: tuple[Shared, ...] = ()
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
        shared, no_card = _share(systems, clips, options)
        cold_clips = [clip for clip in clips if clip.seconds in options.cold_seconds]
        rates = tuple(measure_rates(threads) for threads in sorted({*options.threads, cores()}))
        return _summed_up(
            systems[0],
            reference,
            timings,
            processes=measure_processes(
                _one_of_each([*systems, *variants]), reference, clips, runs=options.cold_runs, cold_clips=cold_clips
            ),
            variants=compare_variants(variants, options.manifest, threads=options.threads[0], people=_people(options)),
            rates=rates,
            floors=_floors(systems, clips, timings, rates),
            shared=shared,
            missing=(*missing, *no_variants, *no_card),
        )


def _people(options: LatencyOptions) -> People | None:
    if options.rated_manifest is None:
        return None
    return People(options.rated_manifest, options.folds, options.rated_limit)


def _share(
    systems: Sequence[System], clips: Sequence[Clip], options: LatencyOptions
) -> tuple[tuple[Shared, ...], tuple[str, ...]]:
    if "cuda" not in options.devices:
        return (), ()
    return measure_sharing(_one_of_each(systems), clips, device="cuda", runs=options.slow_runs)


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
    every_core = next(rate for rate in rates if rate.threads == cores())
    floors: list[Floor] = []
    for clip in clips:
        networks = networks_run(lambda clip=clip: first.judge(clip))
        floors += [
            floor_of(networks, rate, clip_s=clip.seconds, taken_s=taken_s[at], every_core=every_core)
            for rate in rates
            if (at := (rate.threads, clip.seconds)) in taken_s
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
    shared: tuple[Shared, ...],
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
        shared=shared,
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
        print(record("latency", latency, options=options))
