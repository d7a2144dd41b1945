"""Write a trained network as the ONNX graph the product runs: waveform in, log-probabilities and states out."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from torch import Tensor, nn

from phonemes.inventory import PHONES
from speech.train.checkpoint import load_network
from speech.train.network import OFFSET_S, PERIOD_S, SAMPLE_RATE, Fbank, Network

if TYPE_CHECKING:
    from onnx import ModelProto

OUTPUTS = ("ctc_log_probs", "frame_log_probs", "hidden")
SHORTEST_S = 0.035
"""Two feature frames: less has no spread to normalise by."""

_OPSET = 17
_CHECKED_S = (0.4, 2.37)
_TOLERANCES = {"fp32": (2e-3, 1e-4), "fp16": (2e-2, 1e-3), "int8": (0.5, 1e-2)}
"""Differences of probabilities, largest and mean, that rounding explains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportConfig:
    """What to export and what to call it.

    Parameters
    ----------
    checkpoint : Path
        A checkpoint of `acoustic.train`, complete or compact.
    folder : Path
        Gets `model.onnx` and `config.json`.
    name, version : str
        Part of every assessment made with the model.
    averaged : bool
        Export the running mean of the weights.
    weights : {"fp32", "fp16", "int8"}
        How the network's matrices are stored. fp16 halves the file; arithmetic, and the filter bank, stay in 32 bits.
        int8 multiplies in 8 bits too, with scales found anew for each recording.
    """

    checkpoint: Path
    folder: Path
    name: str
    version: str
    averaged: bool = True
    weights: Literal["fp32", "fp16", "int8"] = "fp32"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, its size, and how far its probabilities are from torch's: at most, and on average."""

    graph: Path
    megabytes: float
    largest_difference: float
    mean_difference: float


class Listener(nn.Module):
    """Filter bank and network as one module without padding masks."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.fbank = Fbank()
        self.network = network

    def forward(self, waveform: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Judge waveforms (batch, samples) of one length."""
        output = self.network(self.fbank(waveform))
        return output.ctc, output.frame, output.hidden


def export(config: ExportConfig) -> Exported:
    """Write `model.onnx` and `config.json`, and compare the graph with torch.

    Raises
    ------
    ValueError
        The graph disagrees with torch by more than rounding explains; it is then not worth shipping.
    """
    config.folder.mkdir(parents=True, exist_ok=True)
    listener = Listener(load_network(config.checkpoint, averaged=config.averaged)).eval()
    if config.weights == "fp16":
        _round_to_half(listener.network)
    graph = config.folder / "model.onnx"
    _write_graph(listener, graph, weights=config.weights)
    _write_config(config)
    largest, mean = differences(listener, graph)
    most_largest, most_mean = _TOLERANCES[config.weights]
    if largest > most_largest or mean > most_mean:
        raise ValueError(f"{graph} differs from torch by {largest:.2g} at most, by {mean:.2g} on average")
    return Exported(graph, graph.stat().st_size / 1e6, largest, mean)


def _round_to_half(network: Network) -> None:
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(weight.half().float())


def _write_graph(listener: Listener, path: Path, *, weights: str) -> None:
    import onnx

    axes = {name: {0: "batch", 1: "frames"} for name in OUTPUTS}
    # The tracing exporter: the graph has no control flow, and the newer one needs minutes to prove the same.
    torch.onnx.export(
        listener,
        (torch.zeros(2, SAMPLE_RATE),),
        path,
        input_names=["waveform"],
        output_names=list(OUTPUTS),
        dynamic_axes={"waveform": {0: "batch", 1: "samples"}, **axes},
        opset_version=_OPSET,
        dynamo=False,
    )
    model = onnx.load_model(str(path))
    if weights == "fp16":
        _store_in_half(model)
    onnx.checker.check_model(model)
    onnx.save_model(model, str(path))
    if weights == "int8":
        from onnxruntime.quantization import QuantType, quantize_dynamic

        quantize_dynamic(path, path, op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8, per_channel=True)


def _store_in_half(model: "ModelProto") -> None:
    """Store large weights as 16-bit numbers, each followed by a cast; onnxruntime folds the casts when it loads."""
    import onnx
    from onnx import numpy_helper

    casts: list[onnx.NodeProto] = []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype == np.float32 and values.size >= 1024 and np.abs(values).max() < 1e4:
            name = weight.name
            weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
            casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _write_config(config: ExportConfig) -> None:
    content = {
        "name": config.name,
        "version": config.version,
        "sample_rate_hz": SAMPLE_RATE,
        "period_s": PERIOD_S,
        "offset_s": OFFSET_S,
        "shortest_s": SHORTEST_S,
        "vocabulary": ["<blank>", *PHONES],
    }
    text = json.dumps(content, indent=2) + "\n"
    (config.folder / "config.json").write_text(text, encoding="utf-8")


def differences(listener: Listener, graph: Path) -> tuple[float, float]:
    """Run noise of two lengths through graph and torch; largest and mean difference of a probability of a phone."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    chance = np.random.default_rng(0)
    found: list[np.ndarray] = []
    for seconds in _CHECKED_S:
        waveform = (0.1 * chance.standard_normal((1, round(seconds * SAMPLE_RATE)))).astype(np.float32)
        with torch.inference_mode():
            wanted = listener(torch.from_numpy(waveform))
        got = session.run(list(OUTPUTS[:2]), {"waveform": waveform})
        pairs = zip(got, wanted[:2], strict=True)
        found += [np.abs(np.exp(np.asarray(one)) - two.exp().numpy()).ravel() for one, two in pairs]
    every = np.concatenate(found)
    return float(every.max()), float(every.mean())
