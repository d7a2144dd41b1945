"""The embedded network in torch, with the weights of its `model.onnx`: for graphics cards, and to check onnxruntime."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from phonemes.inventory import PHONES
from speech.errors import BrokenModel, ExtraNotInstalled, WrongRuntime
from speech.model_folder import ModelConfig, read_config
from speech.results import Posteriors
from speech.samples import clean

if TYPE_CHECKING:
    from torch import Tensor

    from speech.train.network import Fbank, Network, NetworkConfig

_MODULE = "network."
_HALF = ".half"
"""What export adds to the name of a weight that it stores in 16 bits."""
_TRAINING_ONLY = ("inter_norm", "inter_head")
"""Parts that help training and are not exported."""


@dataclass(frozen=True, slots=True)
class TorchAcoustic:
    """The embedded network on any device of torch; safe to share between threads.

    Parameters
    ----------
    config : ModelConfig
        What stands beside the graph.
    fbank, network : torch modules
        In evaluation mode, on `device`.
    device : str
        "cpu", "cuda" or "mps".
    """

    config: ModelConfig
    fbank: "Fbank"
    network: "Network"
    device: str

    @property
    def name(self) -> str:
        """What the model calls itself."""
        return self.config.name

    @property
    def version(self) -> str:
        """Which weights these are."""
        return self.config.version

    @property
    def pads(self) -> bool:
        """Clips of different lengths may share a run: what is padded is masked."""
        return True

    def posteriors(self, samples: np.ndarray) -> Posteriors:
        """Run the network over one mono 16 kHz recording.

        Raises
        ------
        TooShort
            Less than one frame.
        BrokenModel
            The weights give something other than numbers.
        """
        return self.batch([self.prepare(samples)])[0]

    def prepare(self, samples: np.ndarray) -> np.ndarray:
        """Check and clean a clip for `batch`; raises `TooShort`."""
        return clean(samples, shortest_s=self.config.shortest_s)

    def batch(self, waveforms: Sequence[np.ndarray]) -> list[Posteriors]:
        """Run the network over several prepared clips at once."""
        import torch

        from speech.train.network import feature_frames, output_frames

        longest = max(len(waveform) for waveform in waveforms)
        padded = np.stack([np.pad(waveform, (0, longest - len(waveform))) for waveform in waveforms])
        lengths = torch.tensor([feature_frames(len(waveform)) for waveform in waveforms])
        with torch.inference_mode():
            energies = self.fbank(torch.from_numpy(padded).to(self.device))
            one_length = bool((lengths == lengths[0]).all())
            said = self.network(energies, None if one_length else lengths.to(self.device))
        return [
            self.config.posteriors(*(_to_numpy(part, row, frames) for part in (said.ctc, said.frame, said.hidden)))
            for row, frames in enumerate(output_frames(lengths).tolist())
        ]


def _to_numpy(part: "Tensor", row: int, frames: int) -> np.ndarray:
    return part[row, :frames].float().cpu().numpy()


def load_network(folder: Path, *, device: str, threads: int) -> TorchAcoustic:
    """Load the network of a folder that `lafal train export` wrote; sets torch's threads for the whole process.

    Parameters
    ----------
    folder : Path
        With `model.onnx` and `config.json`.
    device : {"auto", "cpu", "cuda", "mps"}
        Where it runs.
    threads : int
        Threads it may use on the processor.

    Raises
    ------
    BrokenModel
        Its files are damaged.
    WrongRuntime
        Its graph is not our network with weights of 16 or 32 bits.
    DeviceNotAvailable, ExtraNotInstalled
        See `speech.acoustic.load_acoustic`.
    """
    config = read_config(folder)
    try:
        weights = _read_weights(folder / "model.onnx", config.name)
        import torch
    except ImportError as error:
        raise ExtraNotInstalled({"package": error.name or "torch", "extra": "models"}) from error
    from speech.checkpoints import choose_device
    from speech.train.network import Fbank

    network = _build(weights, config.name)
    device = choose_device(device)
    torch.set_num_threads(threads)
    # A score must not depend on the card: rounded products move the energies of quiet bands.
    torch.backends.cudnn.allow_tf32 = False
    return TorchAcoustic(config, Fbank().to(device), network.eval().to(device), device)


def _read_weights(graph: Path, name: str) -> dict[str, np.ndarray]:
    """Read the weights under the names of the module they were exported from."""
    import onnx
    from google.protobuf.message import DecodeError
    from onnx import numpy_helper

    try:
        content = onnx.load_model(str(graph)).graph
    except (DecodeError, OSError) as error:
        raise BrokenModel({"name": name, "detail": "model.onnx is damaged"}) from error
    stored = {
        weight.name.removesuffix(_HALF): numpy_helper.to_array(weight).astype(np.float32)
        for weight in content.initializer
    }
    weights = {key.removeprefix(_MODULE): values for key, values in stored.items() if key.startswith(_MODULE)}
    for node in content.node:
        # Export gives the transposed matrix of a layer, "/network/blocks.0/widen/MatMul", no name of its own.
        if node.op_type == "MatMul" and node.input[1] in stored:
            layer = node.name.removeprefix("/network/").removesuffix("/MatMul").replace("/", ".")
            weights[f"{layer}.weight"] = np.ascontiguousarray(stored[node.input[1]].T)
    return weights


def _build(weights: Mapping[str, np.ndarray], name: str) -> "Network":
    import torch

    from speech.train.network import Network

    foreign = WrongRuntime({"name": name, "runtime": "torch", "detail": "it is no network in 16 or 32 bits of ours"})
    try:
        network = Network(_shape(weights))
        report: Any = network.load_state_dict(
            {key: torch.from_numpy(values) for key, values in weights.items()}, strict=False
        )
    except (KeyError, RuntimeError) as error:  # torch has no narrower error for a shape that does not fit
        raise foreign from error
    if report.unexpected_keys or [key for key in report.missing_keys if not key.startswith(_TRAINING_ONLY)]:
        raise foreign
    return network


def _shape(weights: Mapping[str, np.ndarray]) -> "NetworkConfig":
    from speech.train.network import NetworkConfig

    width = len(weights["stem.bias"])
    squeezed = weights.get("blocks.0.squeeze.down.bias")
    return NetworkConfig(
        width=width,
        blocks=sum(key.startswith("blocks.") and key.endswith(".depthwise.bias") for key in weights),
        kernel=weights["blocks.0.depthwise.weight"].shape[2],
        expansion=len(weights["blocks.0.widen.bias"]) // width,
        squeeze=0 if squeezed is None else width // len(squeezed),
        attention=sum(key.startswith("attention.") and key.endswith(".norm.bias") for key in weights),
        pace=len(weights["ctc_head.bias"]) // (len(PHONES) + 1),
        dropout=0.0,
    )
