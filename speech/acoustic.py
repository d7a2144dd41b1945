"""Acoustic models: samples in, phone posteriors out, whichever network is inside."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

import numpy as np

from phonemes import resources
from phonemes.inventory import PHONES
from speech.audio import SAMPLE_RATE, Recording
from speech.errors import BrokenModel, ModelNotFound
from speech.results import Posteriors
from speech.samples import clean
from speech.settings import Settings
from speech.vocabulary import Folding, read_vocabulary

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_PLAIN_NAME = re.compile(r"[\w-][\w.-]*")
_HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
_MARGIN_S = 0.3
"""Kept around the speech: soft sounds at its edges may escape the detector, and long silence tells a model nothing."""

_STANDARD_VOCABULARY = ("<blank>", *PHONES)


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
class _Config:
    """The `config.json` beside a `model.onnx`."""

    name: str
    version: str
    period_s: float
    offset_s: float
    shortest_s: float
    folding: Folding | None


@dataclass(frozen=True, slots=True)
class OnnxAcoustic:
    """A `model.onnx` run by onnxruntime on the processor; safe to share between threads.

    Parameters
    ----------
    config : _Config
        What stands beside the graph.
    session : onnxruntime.InferenceSession
        The loaded graph; input `waveform`, outputs `ctc_log_probs` and, where it has them, `frame_log_probs`, `hidden`.
    """

    config: _Config
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
        ctc = self._fold(outputs["ctc_log_probs"][0])
        frame = outputs.get("frame_log_probs")
        hidden = outputs.get("hidden")
        return Posteriors(
            ctc=ctc,
            frame=None if frame is None else self._fold(frame[0]),
            hidden=np.zeros((len(ctc), 0), np.float32) if hidden is None else hidden[0],
            period_s=self.config.period_s,
            offset_s=self.config.offset_s,
        )

    def _fold(self, log_probs: np.ndarray) -> np.ndarray:
        if not np.isfinite(log_probs).all():
            raise BrokenModel({"name": self.name, "detail": "it gives values that are no numbers"})
        return log_probs if self.config.folding is None else self.config.folding(log_probs)

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
        `threads`, and for checkpoints `device`.

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
    DeviceNotAvailable
        `settings.device` names a device this computer does not have.
    ExtraNotInstalled
        Checkpoints need ``lafal[models]``.
    """
    settings = settings or Settings()
    name = str(name_or_path)
    folder = _folder(name)
    if folder is not None and (folder / "model.onnx").is_file():
        return _load_onnx(folder, _stamp(folder), settings.threads)
    if folder is not None and not (folder / "config.json").is_file():
        raise BrokenModel({"name": name, "detail": "the folder holds neither model.onnx nor config.json"})
    if folder is None and not _HUB_NAME.fullmatch(name):
        raise ModelNotFound({"name": name})
    return _load_checkpoint(name, folder, _stamp(folder), settings.device, settings.threads)


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
    from speech.batching import BatchingAcoustic
    from speech.checkpoints import load_checkpoint

    checkpoint = load_checkpoint(name, folder, device=device, threads=threads)
    # On a processor several clips at once take as long as one after the other.
    return checkpoint if checkpoint.device == "cpu" else BatchingAcoustic(checkpoint)


@lru_cache(maxsize=4)
def _load_onnx(folder: Path, _stamp_ns: int, threads: int) -> OnnxAcoustic:
    config = _read_config(folder)
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


def _read_config(folder: Path) -> _Config:
    try:
        content = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return _parse_config(content)
    except OSError as error:
        raise BrokenModel({"name": folder.name, "detail": "config.json is missing"}) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenModel({"name": folder.name, "detail": f"config.json is wrong ({error})"}) from error


def _parse_config(content: Mapping[str, object]) -> _Config:
    if content["sample_rate_hz"] != SAMPLE_RATE:
        raise ValueError(f"sample_rate_hz must be {SAMPLE_RATE}")
    vocabulary = tuple(str(symbol) for symbol in cast("list[object]", content["vocabulary"]))
    name = str(content["name"])
    return _Config(
        name=name,
        version=str(content["version"]),
        period_s=_seconds(content, "period_s"),
        offset_s=_seconds(content, "offset_s"),
        shortest_s=_seconds(content, "shortest_s"),
        folding=None if vocabulary == _STANDARD_VOCABULARY else read_vocabulary(vocabulary, blank=0, name=name),
    )


def _seconds(content: Mapping[str, object], key: str) -> float:
    value = float(cast("float", content[key]))
    if not 0 <= value < 1 or (key == "period_s" and value == 0):
        raise ValueError(f"{key} must lie between 0 and 1 s")
    return value
