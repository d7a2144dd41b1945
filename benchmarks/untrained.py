"""Networks of well-known sizes with random weights: they judge nothing, but cost what a trained one costs."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from phonemes.inventory import PHONES
from speech.errors import ExtraNotInstalled

SIZES: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "wav2vec2-base": {},
        "wav2vec2-large": {
            "hidden_size": 1024,
            "num_hidden_layers": 24,
            "num_attention_heads": 16,
            "intermediate_size": 4096,
            "feat_extract_norm": "layer",
            "conv_bias": True,
            "do_stable_layer_norm": True,
        },
    }
)
"""What differs from `Wav2Vec2Config`'s own values, which are those of wav2vec2-base; large is as in XLSR-53."""


def write_untrained(size: str, folder: Path, *, shape: Mapping[str, object] | None = None) -> Path:
    """Write a wav2vec2 CTC checkpoint of 32-bit random weights whose outputs are a blank and our phones.

    Parameters
    ----------
    size : str
        A key of `SIZES`.
    folder : Path
        Gets a folder of that name.
    shape : mapping, optional
        Further values of `Wav2Vec2Config`.

    Returns
    -------
    Path
        A folder that `load_acoustic` takes.

    Raises
    ------
    ExtraNotInstalled
        There is no torch or no transformers.
    ValueError
        There is no such size.
    """
    if size not in SIZES:
        raise ValueError(f"There is no untrained network “{size}”; there are {', '.join(SIZES)}.")
    try:
        import torch
        import transformers
    except ImportError as error:
        raise ExtraNotInstalled({"package": error.name or "transformers", "extra": "models"}) from error
    symbols = ("<pad>", *PHONES)
    torch.manual_seed(0)
    config = transformers.Wav2Vec2Config.from_dict({**SIZES[size], **(shape or {}), "vocab_size": len(symbols)})
    where = folder / size
    transformers.utils.logging.disable_progress_bar()
    transformers.Wav2Vec2ForCTC(config).save_pretrained(where)
    transformers.Wav2Vec2FeatureExtractor(do_normalize=True).save_pretrained(where)
    vocabulary = {symbol: position for position, symbol in enumerate(symbols)}
    (where / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    return where
