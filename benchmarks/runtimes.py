"""The two networks that take longest, run by onnxruntime and by OpenVINO: whether another runtime would be worth it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.history import record
from benchmarks.machine import this_machine
from benchmarks.readings import MANIFEST
from benchmarks.variants import phone_scores
from phonemes.resources import folder
from speech.assess import Assessor
from speech.audio import SAMPLE_RATE
from speech.model_folder import ModelConfig, read_config
from speech.results import Posteriors
from speech.samples import clean
from speech.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

Feeds = Mapping[str, np.ndarray]
Run = Callable[[Feeds], Sequence[np.ndarray]]

ONNXRUNTIME = "onnxruntime"
_PRECISIONS: Mapping[str, Mapping[str, str]] = {
    "openvino, fp32": {"INFERENCE_PRECISION_HINT": "f32"},
    "openvino, own": {},
}
"""Left alone it takes 16 bits where the processor has instructions for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimesOptions:
    """What to run.

    Parameters
    ----------
    seconds : tuple of float
        Lengths of the noise that the networks hear.
    runs : int
        Measured runs of each, in turn.
    """

    seconds: tuple[float, ...] = (2.0, 5.0, 10.0, 30.0)
    runs: int = 30


@dataclass(frozen=True, slots=True)
class Timed:
    """One network in one runtime, with one thread, on one length.

    `first_s` is the first run of that length, `load_s` what loading took, `difference` the largest of an output from
    onnxruntime's.
    """

    name: str
    system: str
    clip_s: float
    load_s: float
    first_s: float
    p50_s: float
    difference: float


@dataclass(frozen=True, slots=True)
class Moved:
    """How far phone scores of the fixture set move, in points of 100, where another runtime hears; `lost` have none."""

    system: str
    phones: int
    lost: int
    mean_change: float
    largest_change: float


@dataclass(frozen=True, slots=True)
class Runtimes:
    """What was measured, and a sentence where there is no OpenVINO."""

    timed: tuple[Timed, ...]
    moved: tuple[Moved, ...] = ()
    missing: tuple[str, ...] = ()


def measure(options: RuntimesOptions) -> Runtimes:
    """Run both networks in every runtime that is installed."""
    systems, missing = _systems()
    found: list[Timed] = []
    moved: tuple[Moved, ...] = ()
    for name, graph, feeds_of in _networks():
        loaded: dict[str, tuple[Run, float]] = {}
        for system, load in systems.items():
            begin_s = time.perf_counter()
            loaded[system] = load(graph), time.perf_counter() - begin_s
        if name == "acoustic":
            moved = _moves({system: run for system, (run, _) in loaded.items()})
        for seconds in options.seconds:
            found += _compare(name, loaded, feeds_of(seconds), clip_s=seconds, runs=options.runs)
    return Runtimes(tuple(found), moved, missing)


@dataclass(frozen=True, slots=True)
class _Heard:
    """The embedded model with its graph in any runtime."""

    config: ModelConfig
    run: Run

    @property
    def name(self) -> str:
        return self.config.name

    @property
    def version(self) -> str:
        return self.config.version

    def posteriors(self, samples: np.ndarray) -> Posteriors:
        ctc, frame, hidden = self.run({"waveform": clean(samples, shortest_s=self.config.shortest_s)[np.newaxis]})
        return self.config.posteriors(ctc[0], frame[0], hidden[0])


def _moves(runs: Mapping[str, Run]) -> tuple[Moved, ...]:
    """Judge the fixture set in every runtime and set the scores against those in onnxruntime."""
    if set(runs) == {ONNXRUNTIME}:
        return ()
    config = read_config(folder("models") / "default")
    scores = {
        system: phone_scores(Assessor(_Heard(config, run), settings=Settings()), MANIFEST)
        for system, run in runs.items()
    }
    ours = scores.pop(ONNXRUNTIME)
    moved: list[Moved] = []
    for system, theirs in scores.items():
        common = sorted(ours.keys() & theirs.keys())
        changes = np.abs([ours[place] - theirs[place] for place in common])
        lost = len(ours) - len(common)
        moved.append(Moved(system, len(common), lost, float(changes.mean()), float(changes.max())))
    return tuple(moved)


def _networks() -> tuple[tuple[str, Path, Callable[[float], Feeds]], ...]:
    import swift_f0

    def noise(seconds: float) -> np.ndarray:
        return np.random.default_rng(0).normal(0, 0.1, (1, round(seconds * SAMPLE_RATE))).astype(np.float32)

    limits = {"fmin": np.float32(55.0), "fmax": np.float32(600.0)}
    return (
        ("acoustic", folder("models") / "default" / "model.onnx", lambda seconds: {"waveform": noise(seconds)}),
        (
            "pitch",
            Path(swift_f0.__file__).parent / "model.onnx",
            lambda seconds: {"audio": noise(seconds), **{name: np.asarray(hz) for name, hz in limits.items()}},
        ),
    )


def _systems() -> tuple[Mapping[str, Callable[[Path], Run]], tuple[str, ...]]:
    systems: dict[str, Callable[[Path], Run]] = {ONNXRUNTIME: _in_onnxruntime}
    try:
        import openvino  # pyright: ignore[reportMissingImports] - in a venv of its own, if at all
    except ImportError:
        return systems, ("OpenVINO is left out: pip install openvino, into a venv of its own.",)
    core: Any = openvino.Core()
    for name, precision in _PRECISIONS.items():
        wanted = {"INFERENCE_NUM_THREADS": 1, "PERFORMANCE_HINT": "LATENCY", **precision}
        systems[name] = lambda graph, wanted=wanted: _in_openvino(core.compile_model(str(graph), "CPU", wanted))
    return systems, ()


def _in_onnxruntime(graph: Path) -> Run:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    options.enable_mem_pattern = False
    session: Any = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    return lambda feeds: session.run(None, dict(feeds))


def _in_openvino(compiled: Any) -> Run:
    request = compiled.create_infer_request()
    return lambda feeds: [np.asarray(output).copy() for output in request.infer(dict(feeds)).values()]


def _compare(
    name: str, loaded: Mapping[str, tuple[Run, float]], feeds: Feeds, *, clip_s: float, runs: int
) -> list[Timed]:
    walls_s: dict[str, list[float]] = {system: [] for system in loaded}
    said: dict[str, Sequence[np.ndarray]] = {}
    for _ in range(1 + runs):
        for system, (run, _) in loaded.items():
            begin_s = time.perf_counter()
            said[system] = run(feeds)
            walls_s[system].append(time.perf_counter() - begin_s)
    return [
        Timed(
            name=name,
            system=system,
            clip_s=clip_s,
            load_s=load_s,
            first_s=walls_s[system][0],
            p50_s=float(np.median(walls_s[system][1:])),
            difference=_difference(said[system], said[ONNXRUNTIME]),
        )
        for system, (_, load_s) in loaded.items()
    ]


def _difference(one: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> float:
    return max(float(np.abs(left - right).max()) for left, right in zip(one, other, strict=True))


def table(runtimes: Runtimes) -> "Table":
    """A row a network, runtime and length."""
    from rich.table import Table

    result = Table(title="Networks alone, one thread", caption=this_machine().described())
    for heading in ("network", "runtime", "clip s", "load ms", "first ms", "p50 ms", "ratio", "difference"):
        result.add_column(heading, justify="left" if heading in {"network", "runtime"} else "right", no_wrap=True)
    ours_s = {(one.name, one.clip_s): one.p50_s for one in runtimes.timed if one.system == ONNXRUNTIME}
    for one in runtimes.timed:
        times = (f"{1000 * value:.1f}" for value in (one.load_s, one.first_s, one.p50_s))
        ratio = one.p50_s / ours_s[one.name, one.clip_s]
        result.add_row(one.name, one.system, f"{one.clip_s:g}", *times, f"{ratio:.2f}", f"{one.difference:.2g}")
    return result


def main(arguments: Sequence[str]) -> None:
    """Measure, print the table, and record it where asked."""
    from rich.console import Console

    from speech.commands.configured import read_options

    options, besides = read_options(
        RuntimesOptions,
        arguments,
        program="lafal bench runtimes",
        about="Run the networks that take longest in onnxruntime and, where it is installed, in OpenVINO.",
        besides={"record": (bool, "append the figures to benchmarks/history/runtimes.jsonl")},
    )
    runtimes = measure(options)
    Console(highlight=False).print(table(runtimes))
    for one in runtimes.moved:
        print(
            f"Acoustic network in {one.system}: {one.phones} phone scores move by {one.mean_change:.2f} points, "
            f"{one.largest_change:.1f} at most; {one.lost} are lost."
        )
    for sentence in runtimes.missing:
        print(sentence)
    if besides["record"]:
        print(record("runtimes", runtimes, options=options))
