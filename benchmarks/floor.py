"""The least a verdict can cost: the arithmetic and the weights of its networks over what this machine can do.

Every network that runs during a verdict is caught in the act, run once more under onnxruntime's profiler without its
optimisations, and its multiply-adds are counted from the shapes that the profiler saw.
"""

import json
import math
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.rates import Rates

Shape = Sequence[int]


@dataclass(frozen=True, slots=True)
class Network:
    """A network that ran: its file, how often, its multiply-adds in all, and the bytes its weights take up on disk."""

    name: str
    runs: int
    multiply_adds: int
    stored_bytes: int


@dataclass(frozen=True, slots=True)
class Floor:
    """What a clip costs at least; `ratio` is what it takes from file to verdict over `seconds`.

    Pitch is followed in a thread beside the others, so that a verdict with one thread a network keeps two cores busy
    for a while: `ratio_every_core` sets it against what every core together would need.
    """

    clip_s: float
    threads: int
    networks: tuple[Network, ...]
    arithmetic_s: float
    reading_s: float
    seconds: float
    ratio: float
    ratio_every_core: float = math.nan


def floor_of(
    networks: Sequence[Network], rates: Rates, *, clip_s: float, taken_s: float, every_core: Rates | None = None
) -> Floor:
    """Set what was counted against the machine: arithmetic and reading overlap, so the longer of both counts.

    Parameters
    ----------
    networks : sequence of Network
        From `networks_run`.
    rates : Rates
        With the same number of threads.
    clip_s, taken_s : float
        Length of the clip, and seconds from file to verdict.
    every_core : Rates, optional
        With as many threads as there are cores.
    """
    arithmetic_s, reading_s = _least_s(networks, rates)
    least_s = max(arithmetic_s, reading_s)
    every_core_s = max(_least_s(networks, every_core)) if every_core else math.nan
    return Floor(
        clip_s,
        rates.threads,
        tuple(networks),
        arithmetic_s,
        reading_s,
        least_s,
        ratio=taken_s / least_s,
        ratio_every_core=taken_s / every_core_s,
    )


def _least_s(networks: Sequence[Network], rates: Rates) -> tuple[float, float]:
    """Seconds of arithmetic, and of reading the weights."""
    arithmetic_s = 2 * sum(network.multiply_adds for network in networks) / (1e9 * rates.gflops)
    return arithmetic_s, sum(network.stored_bytes for network in networks) / (1e9 * rates.gigabytes_per_s)


@dataclass(slots=True)
class _Run:
    source: str | bytes
    feeds: Mapping[str, np.ndarray]
    runs: int = field(default=0)


def networks_run(work: Callable[[], object]) -> tuple[Network, ...]:
    """Count the networks that onnxruntime runs while `work` is done, in the order of their first run.

    Raises
    ------
    RuntimeError
        None ran.
    """
    import onnxruntime

    caught: dict[tuple[object, ...], _Run] = {}
    original = onnxruntime.InferenceSession.run

    def run(session: Any, names: Any, feeds: Mapping[str, Any], options: Any = None) -> Any:
        source = getattr(session, "_model_path", None) or getattr(session, "_model_bytes", b"")
        arrays = {name: np.asarray(value) for name, value in feeds.items()}
        key = (source, *((name, array.shape) for name, array in arrays.items()))
        caught.setdefault(key, _Run(source, arrays)).runs += 1
        return original(session, names, feeds, options)

    with mock.patch.object(onnxruntime.InferenceSession, "run", run):
        work()
    if not caught:
        raise RuntimeError("No network ran in onnxruntime, so there is nothing to count.")
    return _gathered(list(caught.values()))


def _gathered(caught: Sequence[_Run]) -> tuple[Network, ...]:
    """One entry a file, however many lengths of input it met."""
    by_source: dict[str | bytes, list[_Run]] = {}
    for entry in caught:
        by_source.setdefault(entry.source, []).append(entry)
    return tuple(
        Network(
            name="/".join(Path(source).parts[-2:]) if isinstance(source, str) else "from memory",
            runs=sum(entry.runs for entry in entries),
            multiply_adds=sum(entry.runs * profile(source, entry.feeds) for entry in entries),
            stored_bytes=Path(source).stat().st_size if isinstance(source, str) else len(source),
        )
        for source, entries in by_source.items()
    )


def profile(source: str | bytes, feeds: Mapping[str, np.ndarray]) -> int:
    """Multiply-adds of one run of a graph.

    Parameters
    ----------
    source : str or bytes
        File or content of the graph.
    feeds : mapping of str to array
        Its inputs.
    """
    import onnxruntime

    with tempfile.TemporaryDirectory(prefix="lafal-") as folder:
        options = onnxruntime.SessionOptions()
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(folder) / "profile")
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.intra_op_num_threads = 1
        options.log_severity_level = 4
        options.add_session_config_entry("session.disable_prepacking", "1")  # a packed weight shows no shape
        session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        session.run(None, dict(feeds))
        events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    return sum(
        _multiply_adds(event["args"]["op_name"], _shapes(event, "input"), _shapes(event, "output"))
        for event in events
        if event.get("cat") == "Node" and "output_type_shape" in event.get("args", {})
    )


def _shapes(event: Mapping[str, Any], side: str) -> list[Shape]:
    return [shape for entry in event["args"][f"{side}_type_shape"] for shape in entry.values()]


def _multiply_adds(operator: str, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int:
    """Of one node; everything but products of matrices, convolutions and recurrences is taken as free."""
    match operator:
        case "MatMul" | "MatMulInteger" | "DynamicQuantizeMatMul" | "MatMulIntegerToFloat":
            return math.prod(outputs[0]) * inputs[0][-1]
        case "Gemm":
            return math.prod(inputs[0]) * outputs[0][-1]
        case "Conv" | "ConvInteger":
            return math.prod(outputs[0]) * math.prod(inputs[1][1:])
        case "ConvTranspose":
            return math.prod(inputs[0]) * math.prod(inputs[1][1:])
        case "LSTM" | "GRU":
            steps, batch = inputs[0][:2]
            return steps * batch * (math.prod(inputs[1]) + math.prod(inputs[2]))
        case _:
            return 0
