"""Phone-CTC checkpoints of `transformers`: wav2vec2, HuBERT, WavLM and Wav2Vec2-BERT, from a folder or the hub."""

import hashlib
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from speech.audio import SAMPLE_RATE
from speech.errors import BrokenModel, DeviceNotAvailable, ExtraNotInstalled, ModelNotFound, TooShort, WrongVocabulary
from speech.results import Posteriors
from speech.samples import clean
from speech.vocabulary import Folding, read_vocabulary

if TYPE_CHECKING:
    import torch

_PROBE_S = 6.0
_FBANK_WINDOW_SAMPLES, _FBANK_SHIFT_SAMPLES = 400, 160
"""The 25 ms window and 10 ms shift of `SeamlessM4TFeatureExtractor`, which it does not tell."""
_CONVERTER = "SFconvertbot"
"""Who proposes safetensors weights to repositories of the hub that hold pickled ones."""
_NOT_NEEDED = "masked_spec_embed"
"""A weight used in training only; some checkpoints leave it out."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Where the frames of a checkpoint lie, in seconds."""

    period_s: float
    offset_s: float
    shortest_s: float


@dataclass(frozen=True, slots=True)
class CheckpointAcoustic:
    """A `transformers` CTC checkpoint whose outputs are folded into the 39 phones.

    Parameters
    ----------
    name, version : str
        The folder or hub name, and a digest of the weights.
    model, extractor : transformers model and feature extractor
        In evaluation mode, on `device`.
    folding : Folding
        What each output stands for.
    timing : Timing
        Where the frames lie.
    device : str
        "cpu", "cuda" or "mps".
    """

    name: str
    version: str
    model: Any
    extractor: Any
    folding: Folding
    timing: Timing
    device: str

    def posteriors(self, samples: np.ndarray) -> Posteriors:
        """Run the checkpoint over one mono 16 kHz recording.

        Raises
        ------
        TooShort
            Less than one frame.
        BrokenModel
            The weights give something other than numbers.
        """
        return self.batch([self.prepare(samples)])[0]

    @property
    def pads(self) -> bool:
        """Whether clips of different lengths may share a run.

        Only where each frame is normalised by itself and padding is masked: a network that normalises over the whole
        clip, as wav2vec2-base does, would hear the padding.
        """
        return getattr(self.model.config, "feat_extract_norm", "") == "layer" and self.extractor.return_attention_mask

    def prepare(self, samples: np.ndarray) -> np.ndarray:
        """Check and clean a clip for `batch`; raises `TooShort`."""
        return clean(samples, shortest_s=self.timing.shortest_s)

    def batch(self, waveforms: Sequence[np.ndarray]) -> list[Posteriors]:
        """Run the checkpoint over several prepared clips at once; of one length, unless it `pads`."""
        import torch

        padding = len({len(waveform) for waveform in waveforms}) > 1
        options = {"sampling_rate": SAMPLE_RATE, "return_tensors": "pt", "padding": padding}
        inputs = self.extractor(list(waveforms), **options).to(self.device)
        with torch.inference_mode():
            states = self.model.base_model(**inputs).last_hidden_state
            logits = self.model.lm_head(states)
        return [
            self._fold(_to_numpy(logits, row, frames), _to_numpy(states, row, frames), len(waveforms[row]))
            for row, frames in enumerate(self._frames(waveforms, logits.shape[1], padding=padding))
        ]

    def _frames(self, waveforms: Sequence[np.ndarray], most: int, *, padding: bool) -> list[int]:
        """Count the frames of each clip that are not padding."""
        if not padding:
            return [most] * len(waveforms)
        return [int(self.model._get_feat_extract_output_lengths(len(waveform))) for waveform in waveforms]

    def _fold(self, logits: np.ndarray, states: np.ndarray, count: int) -> Posteriors:
        if not len(logits):
            raise TooShort({"seconds": count / SAMPLE_RATE})
        if not np.isfinite(logits).all():
            raise BrokenModel({"name": self.name, "detail": "it gives values that are no numbers"})
        ctc = self.folding(logits)
        return Posteriors(ctc, None, states, period_s=self.timing.period_s, offset_s=self.timing.offset_s)


def _to_numpy(batch: "torch.Tensor", row: int, frames: int) -> np.ndarray:
    return batch[row, :frames].float().cpu().numpy()


def load_checkpoint(name: str, folder: Path | None, *, device: str, threads: int) -> CheckpointAcoustic:
    """Load a checkpoint; sets PyTorch's thread count for the whole process.

    Parameters
    ----------
    name : str
        What the caller asked for.
    folder : Path or None
        Where it lies; None fetches `name` from the hub, or takes the copy fetched before.
    device : {"auto", "cpu", "cuda", "mps"}
        Where it runs.
    threads : int
        Threads it may use on the processor.

    Raises
    ------
    ModelNotFound, BrokenModel, WrongVocabulary, DeviceNotAvailable, ExtraNotInstalled
        See `speech.acoustic.load_acoustic`.
    """
    try:
        import transformers

        import torch  # isort: skip
    except ImportError as error:
        raise ExtraNotInstalled({"package": error.name or "transformers", "extra": "models"}) from error
    device = choose_device(device)
    folder = folder or fetch(name)
    config = _read_json(folder / "config.json", name)
    folding = _read_folding(folder, config, name)
    if not any(folder.glob("*.safetensors")):
        raise BrokenModel({"name": name, "detail": "it has no safetensors weights, and pickled ones are not opened"})
    torch.set_num_threads(threads)
    transformers.utils.logging.disable_progress_bar()
    model = _read_weights(folder, name, transformers).to(device)
    extractor = _read_extractor(folder, name, transformers)
    return CheckpointAcoustic(
        name, _digest(folder), model, extractor, folding, _timing(model.config, extractor), device=device
    )


def choose_device(wanted: str) -> str:
    """Find the device to run on; "auto" takes the fastest that is there.

    Raises
    ------
    DeviceNotAvailable
        torch cannot use the one that is wanted.
    """
    import torch

    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return next(device for device, present in available.items() if present)
    if not available.get(wanted, False):
        raise DeviceNotAvailable({"device": wanted})
    return wanted


def _read_json(path: Path, name: str) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BrokenModel({"name": name, "detail": f"{path.name} is missing"}) from error
    except (OSError, ValueError) as error:
        raise BrokenModel({"name": name, "detail": f"{path.name} is damaged"}) from error
    if not isinstance(content, dict):
        raise BrokenModel({"name": name, "detail": f"{path.name} is damaged"})
    return content


def _read_folding(folder: Path, config: Mapping[str, Any], name: str) -> Folding:
    """Read the vocabulary by hand: the tokenizer's own class may want espeak, which listening does not need."""
    vocabulary = _read_json(folder / "vocab.json", name)
    if (folder / "added_tokens.json").is_file():
        vocabulary |= _read_json(folder / "added_tokens.json", name)
    if not all(isinstance(position, int) for position in vocabulary.values()):
        raise WrongVocabulary({"name": name})  # one vocabulary a language: letters
    symbols: list[str | None] = [None] * int(config.get("vocab_size") or len(vocabulary))
    for symbol, position in vocabulary.items():
        if 0 <= position < len(symbols):
            symbols[position] = symbol
    blank = config.get("pad_token_id")
    if blank is None or not 0 <= blank < len(symbols):
        raise BrokenModel({"name": name, "detail": "config.json names no pad_token_id, the CTC blank"})
    return read_vocabulary(symbols, blank=blank, name=name)


def _read_weights(folder: Path, name: str, transformers: Any) -> Any:
    import torch

    try:
        model, report = transformers.AutoModelForCTC.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype=torch.float32, output_loading_info=True
        )
    except Exception as error:  # damaged weights fail in safetensors, torch or transformers, each in its own way
        raise BrokenModel({"name": name, "detail": f"its weights do not load ({error})"}) from error
    missing = sorted(key for key in report["missing_keys"] if not key.endswith(_NOT_NEEDED))
    if missing:
        raise BrokenModel({"name": name, "detail": f"its weights lack {missing[0]}"})
    return model.eval()


def _read_extractor(folder: Path, name: str, transformers: Any) -> Any:
    try:
        extractor = transformers.AutoFeatureExtractor.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise BrokenModel({"name": name, "detail": "preprocessor_config.json is missing or damaged"}) from error
    if extractor.sampling_rate != SAMPLE_RATE:
        detail = f"it hears {extractor.sampling_rate} Hz, not {SAMPLE_RATE}"
        raise BrokenModel({"name": name, "detail": detail})
    return extractor


def _timing(config: Any, extractor: Any) -> Timing:
    """Work out the frame spacing, and the centre of what the first frame hears."""
    period_s = config.inputs_to_logits_ratio / SAMPLE_RATE
    if hasattr(extractor, "num_mel_bins"):
        heard = _FBANK_WINDOW_SAMPLES + (extractor.stride - 1) * _FBANK_SHIFT_SAMPLES
    else:
        heard = _receptive_field(config.conv_kernel, config.conv_stride)
    return Timing(period_s, offset_s=heard / 2 / SAMPLE_RATE, shortest_s=heard / SAMPLE_RATE)


def _receptive_field(kernels: Sequence[int], strides: Sequence[int]) -> int:
    field, step = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        field += (kernel - 1) * step
        step *= stride
    return field


def _digest(folder: Path) -> str:
    """Name the weights: the configuration, and the last megabyte of each weights file."""
    digest = hashlib.sha256((folder / "config.json").read_bytes())
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as weights:
            weights.seek(max(0, path.stat().st_size - 2**20))
            digest.update(weights.read())
    return digest.hexdigest()[:12]


def _files() -> list[str]:
    return ["*.json", "*.safetensors"]


def fetch(name: str) -> Path:
    """Find a checkpoint of the hub in the local cache, or fetch it."""
    import huggingface_hub
    from huggingface_hub import constants
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        cached = Path(huggingface_hub.snapshot_download(name, allow_patterns=_files(), local_files_only=True))
        # Converted weights lie in a revision of their own, beside that of the repository.
        return next(weights.parent for weights in cached.parent.glob("*/*.safetensors"))
    except (LocalEntryNotFoundError, StopIteration):
        if constants.HF_HUB_OFFLINE or not _reachable(constants.ENDPOINT):
            raise ModelNotFound({"name": name}) from None
    try:
        return _download(name, huggingface_hub)
    except (HfHubHTTPError, OSError) as error:
        raise ModelNotFound({"name": name}) from error


def _download(name: str, hub: Any) -> Path:
    folder = Path(hub.snapshot_download(name, allow_patterns=_files()))
    if any(folder.glob("*.safetensors")):
        return folder
    for proposal in hub.HfApi().get_repo_discussions(name, author=_CONVERTER, discussion_type="pull_request"):
        converted = Path(hub.snapshot_download(name, revision=f"refs/pr/{proposal.num}", allow_patterns=_files()))
        if any(converted.glob("*.safetensors")):
            return converted
    return folder


def _reachable(address: str) -> bool:
    """Ask the hub for a sign of life; its own client would retry for 23 s, and a dead name server holds up longer."""
    answered = threading.Event()

    def ask() -> None:
        try:
            with urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=_PROBE_S):
                answered.set()
        except urllib.error.HTTPError:
            answered.set()  # a refusal is an answer
        except OSError:
            return

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_PROBE_S)
    return answered.is_set()
