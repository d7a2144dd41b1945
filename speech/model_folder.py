"""A folder with an acoustic model as `lafal train export` writes it: `model.onnx`, described by `config.json`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from phonemes.inventory import PHONES
from speech.audio import SAMPLE_RATE
from speech.errors import BrokenModel
from speech.results import Posteriors
from speech.vocabulary import Folding, read_vocabulary

_STANDARD_VOCABULARY = ("<blank>", *PHONES)


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The `config.json` beside a `model.onnx`; `folding` is None where its outputs are our phones in our order."""

    name: str
    version: str
    period_s: float
    offset_s: float
    shortest_s: float
    folding: Folding | None

    def posteriors(self, ctc: np.ndarray, frame: np.ndarray | None, hidden: np.ndarray | None) -> Posteriors:
        """Put together what the outputs say of one recording, in our order of phones.

        Raises
        ------
        BrokenModel
            It is something other than log-probabilities.
        """
        folded = self._fold(ctc)
        return Posteriors(
            ctc=folded,
            frame=None if frame is None else self._fold(frame),
            hidden=np.zeros((len(folded), 0), np.float32) if hidden is None else hidden,
            period_s=self.period_s,
            offset_s=self.offset_s,
        )

    def _fold(self, log_probs: np.ndarray) -> np.ndarray:
        if not np.isfinite(log_probs).all():
            raise BrokenModel({"name": self.name, "detail": "it gives values that are no numbers"})
        return log_probs if self.folding is None else self.folding(log_probs)


def read_config(folder: Path) -> ModelConfig:
    """Read the description of a model.

    Raises
    ------
    BrokenModel
        It is missing or wrong.
    WrongVocabulary
        The model writes something other than phones.
    """
    try:
        content = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return _parse_config(content)
    except OSError as error:
        raise BrokenModel({"name": folder.name, "detail": "config.json is missing"}) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenModel({"name": folder.name, "detail": f"config.json is wrong ({error})"}) from error


def _parse_config(content: Mapping[str, object]) -> ModelConfig:
    if content["sample_rate_hz"] != SAMPLE_RATE:
        raise ValueError(f"sample_rate_hz must be {SAMPLE_RATE}")
    vocabulary = tuple(str(symbol) for symbol in cast("list[object]", content["vocabulary"]))
    name = str(content["name"])
    return ModelConfig(
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
