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

_KINDS = ("wav2vec2", "hubert", "wavlm")


def write_untrained(size: str, folder: Path, *, shape: Mapping[str, object] | None = None) -> Path:
    """Write a CTC checkpoint of 32-bit random weights whose outputs are a blank and our phones.

    Parameters
    ----------
    size : str
        A key of `SIZES`, or the `config.json` of any wav2vec2, HuBERT or WavLM network.
    folder : Path
        Gets a folder with the network.
    shape : mapping, optional
        Further values of the configuration.

    Returns
    -------
    Path
        A folder that `load_acoustic` takes.

    Raises
    ------
    ExtraNotInstalled
        There is no torch or no transformers.
    ValueError
        There is no such size, or the file describes no such network.
    """
    values = _values(size)
    try:
        import torch
        import transformers
    except ImportError as error:
        raise ExtraNotInstalled({"package": error.name or "transformers", "extra": "models"}) from error
    symbols = ("<pad>", *PHONES)
    torch.manual_seed(0)
    kind = str(values.pop("model_type", "wav2vec2"))
    mine = {"vocab_size": len(symbols), "pad_token_id": 0}
    config = transformers.AutoConfig.for_model(kind, **{**values, **(shape or {}), **mine})
    where = folder / Path(size).stem
    transformers.utils.logging.disable_progress_bar()
    transformers.AutoModelForCTC.from_config(config).save_pretrained(where)
    transformers.Wav2Vec2FeatureExtractor(do_normalize=True).save_pretrained(where)
    vocabulary = {symbol: position for position, symbol in enumerate(symbols)}
    (where / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    return where


def _values(size: str) -> dict[str, object]:
    """Values of a configuration by the name of a size or from a file."""
    if size in SIZES:
        return dict(SIZES[size])
    try:
        values = json.loads(Path(size).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        sizes = ", ".join(SIZES)
        raise ValueError(
            f"There is no untrained network “{size}”; there are {sizes}, and config.json files."
        ) from error
    if not isinstance(values, dict) or values.get("model_type") not in _KINDS:
        raise ValueError(f"{size} is no config.json of {', '.join(_KINDS)}.")
    return values
