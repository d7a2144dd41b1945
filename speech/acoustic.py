"""Acoustic models: samples in, phone posteriors out, whichever network is inside."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

import numpy as np

from phonemes import resources
from speech.audio import SAMPLE_RATE, Recording
from speech.errors import BrokenModel, ModelNotFound, WrongRuntime
from speech.model_folder import ModelConfig, read_config
from speech.results import Posteriors
from speech.samples import clean
from speech.settings import Runtime, Settings

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

    from speech.checkpoints import CheckpointAcoustic
    from speech.torch_network import TorchAcoustic

_PLAIN_NAME = re.compile(r"[\w-][\w.-]*")
_HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
_MARGIN_S = 0.3
"""Kept around the speech: soft sounds at its edges may escape the detector, and long silence tells a model nothing."""


@runtime_checkable
class Acoustic(Protocol):
    """What the rest of Lafal needs from an acoustic model."""

    @property
    def name(self) -> str:
        """What the model calls itself."""
        ...

    @property
    def version(self) -> str:
        """Which weights these are; part of every assessment."""
        ...

    def posteriors(self, samples: np.ndarray) -> Posteriors:
        """Say how likely each phone is in each frame of a mono 16 kHz recording.

        Raises
        ------
        TooShort
            Less than one frame.
        """
        ...


@dataclass(frozen=True, slots=True)
class OnnxAcoustic:
    """A `model.onnx` run by onnxruntime on the processor; safe to share between threads.

    Parameters
    ----------
    config : ModelConfig
        What stands beside the graph.
    session : onnxruntime.InferenceSession
        The loaded graph; input `waveform`, outputs `ctc_log_probs` and, where it has them, `frame_log_probs`, `hidden`.
    """

    config: ModelConfig
    session: "InferenceSession"

    @property
    def name(self) -> str:
        """What the model calls itself."""
        return self.config.name

    @property
    def version(self) -> str:
        """Which weights these are."""
        return self.config.version

    def posteriors(self, samples: np.ndarray) -> Posteriors:
        """Run the graph over one recording.

        Parameters
        ----------
        samples : float array, shape (n,)
            Mono, 16 kHz, in [-1, 1]; a sample that is no number counts as silence.

        Returns
        -------
        Posteriors
            One row a frame.

        Raises
        ------
        TooShort
            Less than one frame.
        BrokenModel
            The graph gives something other than log-probabilities.
        """
        waveform = clean(samples, shortest_s=self.config.shortest_s)
        names = [output.name for output in self.session.get_outputs()]
        outputs = dict(zip(names, self._run(waveform), strict=True))
        frame, hidden = outputs.get("frame_log_probs"), outputs.get("hidden")
        return self.config.posteriors(
            outputs["ctc_log_probs"][0],
            None if frame is None else frame[0],
            None if hidden is None else hidden[0],
        )

    def _run(self, waveform: np.ndarray) -> list[np.ndarray]:
        import onnxruntime

        options = onnxruntime.RunOptions()
        # Without this the arena keeps the memory of the longest clip it ever met.
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        return cast("list[np.ndarray]", self.session.run(None, {"waveform": waveform[np.newaxis]}, options))


def hear(acoustic: Acoustic, recording: Recording) -> Posteriors:
    """Posteriors of the part of a recording in which somebody speaks; its frames keep their time within the whole."""
    first, last = 0, len(recording.samples)
    if recording.speech:
        first = max(0, int((recording.speech[0][0] - _MARGIN_S) * SAMPLE_RATE))
        last = int((recording.speech[-1][1] + _MARGIN_S) * SAMPLE_RATE)
    posteriors = acoustic.posteriors(recording.samples[first:last])
    return replace(posteriors, offset_s=posteriors.offset_s + first / SAMPLE_RATE)


def load_acoustic(name_or_path: str | Path = "default", *, settings: Settings | None = None) -> Acoustic:
    """Load an acoustic model once; the same model and settings give the same object again.

    Parameters
    ----------
    name_or_path : str or Path
        "default" for the embedded model; a folder with `model.onnx` and `config.json` as `lafal train` writes it; a
        folder with a `transformers` CTC checkpoint that writes phones (wav2vec2, HuBERT, WavLM, Wav2Vec2-BERT), or
        its name on the Hugging Face hub ("owner/name"), which is fetched once.
    settings : Settings, optional
        `threads`, `runtime`, and for what runs in torch `device`.

    Returns
    -------
    Acoustic
        The loaded model.

    Raises
    ------
    ModelNotFound
        No such model on this computer, and the hub cannot be reached or does not know it.
    BrokenModel
        Its files are damaged or incomplete.
    WrongVocabulary
        It writes something other than phones.
    WrongRuntime
        `settings.runtime` cannot run this model.
    DeviceNotAvailable
        `settings.device` names a device this computer does not have.
    ExtraNotInstalled
        torch, and so every checkpoint, needs ``lafal[models]``.
    """
    settings = settings or Settings()
    name = str(name_or_path)
    folder = _folder(name)
    runtime = choose_runtime(name, settings)
    if folder is None or not (folder / "model.onnx").is_file():
        return _load_checkpoint(name, folder, _stamp(folder), settings.device, settings.threads)
    if runtime is Runtime.TORCH:
        return _load_torch(folder, _stamp(folder), settings.device, settings.threads)
    return _load_onnx(folder, _stamp(folder), settings.threads)


def choose_runtime(name_or_path: str | Path, settings: Settings) -> Runtime:
    """Say what will run a model here, without loading it.

    Raises
    ------
    ModelNotFound, BrokenModel, WrongRuntime
        As `load_acoustic` does.
    """
    name = str(name_or_path)
    folder = _folder(name)
    if folder is not None and (folder / "model.onnx").is_file():
        return Runtime.TORCH if settings.runtime is Runtime.TORCH else Runtime.ONNX
    if folder is not None and not (folder / "config.json").is_file():
        raise BrokenModel({"name": name, "detail": "the folder holds neither model.onnx nor config.json"})
    if folder is None and not _HUB_NAME.fullmatch(name):
        raise ModelNotFound({"name": name})
    if settings.runtime is Runtime.ONNX:
        raise WrongRuntime({"name": name, "runtime": "onnx", "detail": "it is a checkpoint of transformers"})
    return Runtime.TORCH


def _folder(name: str) -> Path | None:
    """Find the folder a name means: one of the product's own models first, then any path."""
    own = resources.folder("models") / name
    if _PLAIN_NAME.fullmatch(name) and (own / "model.onnx").is_file():
        return own.resolve()
    path = Path(name).expanduser()
    return path.resolve() if path.is_dir() else None


def _stamp(folder: Path | None) -> int:
    """Tell when a model last changed, so that one trained anew under the same name is loaded anew."""
    return 0 if folder is None else max(file.stat().st_mtime_ns for file in folder.iterdir())


@lru_cache(maxsize=2)
def _load_checkpoint(name: str, folder: Path | None, _stamp_ns: int, device: str, threads: int) -> Acoustic:
    from speech.checkpoints import load_checkpoint

    return _shared(load_checkpoint(name, folder, device=device, threads=threads))


@lru_cache(maxsize=2)
def _load_torch(folder: Path, _stamp_ns: int, device: str, threads: int) -> Acoustic:
    from speech.torch_network import load_network

    return _shared(load_network(folder, device=device, threads=threads))


def _shared(network: "CheckpointAcoustic | TorchAcoustic") -> Acoustic:
    from speech.batching import BatchingAcoustic

    # On a processor several clips at once take as long as one after the other.
    return network if network.device == "cpu" else BatchingAcoustic(network)


@lru_cache(maxsize=4)
def _load_onnx(folder: Path, _stamp_ns: int, threads: int) -> OnnxAcoustic:
    config = read_config(folder)
    session = _open_session(folder / "model.onnx", threads, config.name)
    inputs = {entry.name for entry in session.get_inputs()}
    outputs = {entry.name: entry.shape for entry in session.get_outputs()}
    if inputs != {"waveform"} or "ctc_log_probs" not in outputs:
        raise BrokenModel({"name": config.name, "detail": "model.onnx is no waveform -> ctc_log_probs graph"})
    return OnnxAcoustic(config, session)


def _open_session(graph: Path, threads: int, name: str) -> "InferenceSession":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # failures come back as exceptions; they need not be printed as well
    options.enable_mem_pattern = False  # patterns are kept per input length, and every recording has its own
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a waiting thread must not eat a core
    try:
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no common base but Exception
        raise BrokenModel({"name": name, "detail": "model.onnx is damaged"}) from error
