"""`transformers` speech networks to fine-tune: taken from a folder or the hub, given a head of 40 columns, written."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from phonemes.inventory import BLANK, PHONES
from speech.checkpoints import fetch, load_checkpoint
from speech.errors import BrokenModel, ModelNotFound, WrongVocabulary
from speech.vocabulary import Folding

SYMBOLS = ("<pad>", *PHONES)
"""What the columns of the new head stand for, as `vocab.json` names them."""

_HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
_KINDS = ("wav2vec2", "hubert", "wavlm")
_HEAD_SCATTER = 0.02
"""Standard deviation of a head's first weights, as `transformers` initialises them."""
_USUAL_HIDDEN_SHARE = 0.05


def load_pretrained(name: str) -> tuple[Any, Any]:
    """Load a wav2vec2, HuBERT or WavLM network and put a head of 40 columns on it.

    Where the checkpoint already writes phones, each column starts as the mean of the outputs folded into it, so that
    fine-tuning begins with what the checkpoint knows; else the head starts at random.

    Parameters
    ----------
    name : str
        Folder, or name on the hub.

    Returns
    -------
    model, extractor
        On the processor, 32 bits.

    Raises
    ------
    ModelNotFound, BrokenModel, ExtraNotInstalled
        See `speech.acoustic.load_acoustic`.
    """
    folder = Path(name).expanduser() if Path(name).expanduser().is_dir() else None
    if folder is None and not _HUB_NAME.fullmatch(name):
        raise ModelNotFound({"name": name})
    try:
        known = load_checkpoint(name, folder, device="cpu", threads=torch.get_num_threads())
        model, extractor, folding = known.model, known.extractor, known.folding
    except (BrokenModel, WrongVocabulary):  # it writes letters, or it was pretrained and writes nothing yet
        model, extractor = _load_body(name, folder or fetch(name))
        folding = None
    if model.config.model_type not in _KINDS:
        raise BrokenModel({"name": name, "detail": f"only {', '.join(_KINDS)} networks can be fine-tuned"})
    model.lm_head = _head(model.lm_head, folding)
    model.config.vocab_size, model.config.pad_token_id = len(SYMBOLS), BLANK
    return model, extractor


def _load_body(name: str, folder: Path) -> tuple[Any, Any]:
    """Load all but the head."""
    import transformers

    told = transformers.utils.logging.get_verbosity()
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()  # that the head is new is no news
    try:
        model, report = transformers.AutoModelForCTC.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype=torch.float32, output_loading_info=True
        )
    except Exception as error:  # damaged weights fail in safetensors, torch or transformers, each in its own way
        raise BrokenModel({"name": name, "detail": f"its weights do not load ({error})"}) from error
    finally:
        transformers.utils.logging.set_verbosity(told)
    missing = sorted(
        key for key in report["missing_keys"] if not key.startswith("lm_head") and "masked_spec" not in key
    )
    if missing:
        raise BrokenModel({"name": name, "detail": f"its weights lack {missing[0]}"})
    if not (folder / "preprocessor_config.json").is_file():
        return model, transformers.Wav2Vec2FeatureExtractor()
    return model, transformers.AutoFeatureExtractor.from_pretrained(folder, local_files_only=True)


def _head(old: nn.Linear, folding: Folding | None) -> nn.Linear:
    head = nn.Linear(old.in_features, len(SYMBOLS))
    nn.init.normal_(head.weight, std=_HEAD_SCATTER)
    nn.init.zeros_(head.bias)
    if folding is not None:
        with torch.no_grad():
            lent = dict(folding.lent)
            for column in range(len(SYMBOLS)):
                rows = np.flatnonzero(folding.columns == lent.get(column, column))
                head.weight[column] = old.weight[rows].mean(0)
                head.bias[column] = old.bias[rows].mean()
    return head


def hide(model: Any, share: float) -> None:
    """Prepare a network for hiding a share of its frames in training, by masks that the caller chooses.

    `transformers` would draw masks itself, from a source of randomness that no checkpoint remembers.
    """
    config = model.config
    config.apply_spec_augment, config.mask_feature_prob = share > 0, 0.0
    if share and not hasattr(model.base_model, "masked_spec_embed"):
        model.base_model.masked_spec_embed = nn.Parameter(torch.rand(config.hidden_size))
    if hasattr(model.base_model, "masked_spec_embed"):  # a checkpoint whose share is 0 is expected to hold none
        config.mask_time_prob = share or config.mask_time_prob or _USUAL_HIDDEN_SHARE


def logits_of(model: Any, waveforms: Tensor, hidden: Tensor | None = None) -> Tensor:
    """Score waveforms (batch, samples): (batch, frames, 40); where `hidden` is true, the network is told nothing."""
    states = model.base_model(waveforms, mask_time_indices=hidden).last_hidden_state
    return model.lm_head(model.dropout(states))


def frames_of(model: Any, samples: int) -> int:
    """Count the frames a network writes for so many samples."""
    for kernel, stride in zip(model.config.conv_kernel, model.config.conv_stride, strict=True):
        samples = (samples - kernel) // stride + 1
    return samples


def write_folder(folder: Path, model: Any, extractor: Any) -> None:
    """Write a checkpoint that `load_acoustic` reads; a folder of that name is replaced once all is written."""
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    model.save_pretrained(partial)
    extractor.save_pretrained(partial)
    vocabulary = {symbol: column for column, symbol in enumerate(SYMBOLS)}
    (partial / "vocab.json").write_text(json.dumps(vocabulary, indent=0) + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    partial.replace(folder)
