"""Write a trained network as the ONNX graph the product runs: waveform in, log-probabilities and states out."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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
    half : bool
        Store the network's matrices in 16 bits (half the file); arithmetic, and the filter bank, stay in 32 bits.
    """

    checkpoint: Path
    folder: Path
    name: str
    version: str
    averaged: bool = True
    half: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, its size, and the largest difference of a log-probability from torch's."""

    graph: Path
    megabytes: float
    largest_difference: float


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
    if config.half:
        _round_to_half(listener.network)
    graph = config.folder / "model.onnx"
    _write_graph(listener, graph, half=config.half)
    _write_config(config)
    difference = largest_difference(listener, graph)
    if difference > _tolerance(half=config.half):
        raise ValueError(f"{graph} differs from torch by {difference:.2g} nats")
    return Exported(graph, graph.stat().st_size / 1e6, difference)


def _tolerance(*, half: bool) -> float:
    """Largest difference that rounding explains, in nats."""
    return 0.02 if half else 5e-3


def _round_to_half(network: Network) -> None:
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(weight.half().float())


def _write_graph(listener: Listener, path: Path, *, half: bool) -> None:
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
    if half:
        _store_in_half(model)
    onnx.checker.check_model(model)
    onnx.save_model(model, str(path))


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


def largest_difference(listener: Listener, graph: Path) -> float:
    """Run noise of two lengths through the graph and through torch; the largest difference of an output, in nats."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    chance = np.random.default_rng(0)
    worst = 0.0
    for seconds in _CHECKED_S:
        waveform = (0.1 * chance.standard_normal((1, round(seconds * SAMPLE_RATE)))).astype(np.float32)
        with torch.inference_mode():
            wanted = listener(torch.from_numpy(waveform))
        got = session.run(list(OUTPUTS), {"waveform": waveform})
        pairs = zip(got, wanted, strict=True)
        worst = max(worst, *(float(np.abs(np.asarray(one) - two.numpy()).max()) for one, two in pairs))
    return worst
