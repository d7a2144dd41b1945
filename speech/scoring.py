"""From goodness of pronunciation to scores people agree with: a calibration fitted on human phone scores.

Each phone gets twelve features and its own identity; four logistic models give the probabilities that human raters
score it at least 0.5, 1.0, 1.5 and 1.9 of 2. Their mean is the score, their spread its uncertainty.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from phonemes.resources import folder
from speech.errors import BrokenModel
from speech.gop import Goodness

FEATURES = (
    "ctc_ratio",
    "ctc_expected",
    "ctc_deleted",
    "log_occupancy",
    "inserted_before",
    "inserted_after",
    "typical_ratio",
    "log_duration",
    "frame_expected",
    "frame_margin",
    "frame_silence",
    "typical_frame",
)
"""What the calibration reads about each phone; the last four only where the model has a frame head."""

CTC_FEATURES = 8
"""The first so many features need no frame head."""

THRESHOLDS = (0.5, 1.0, 1.5, 1.9)
"""Human scores, of 2, whose exceedance the calibration predicts."""

_LEVELS = np.array([0.2, 0.7, 1.2, 1.7, 2.0])  # typical human score between two thresholds, of 2
_FLOOR_NATS = -12.0


@dataclass(frozen=True, slots=True)
class PhoneScores:
    """Scores of n phones, 0..100, one standard deviation, and the probability that raters hear an error."""

    values: np.ndarray
    uncertainties: np.ndarray
    error_probabilities: np.ndarray


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic weights for models with and without a frame head.

    Parameters
    ----------
    version : str
        Name and date of the fit.
    mean, scale : float array, shape (features,)
        Standardisation.
    weights : float array, shape (4, features + 39)
        One row a threshold: feature weights, then phone offsets.
    bias : float array, shape (4,)
        Intercepts.
    """

    version: str
    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    def score(self, features: np.ndarray, columns: Sequence[int]) -> PhoneScores:
        """Score phones.

        Parameters
        ----------
        features : float array, shape (n, features)
            From `phone_features`.
        columns : sequence of int, length n
            Posterior columns of the expected phones.
        """
        width = len(self.mean)
        standard = (features[:, :width] - self.mean) / self.scale
        offsets = self.weights[:, width:].T[np.asarray(columns, np.intp) - 1]
        logits = standard @ self.weights[:, :width].T + offsets + self.bias
        above = np.minimum.accumulate(1 / (1 + np.exp(-logits)), axis=1)
        return _summarise(above)


def _summarise(above: np.ndarray) -> PhoneScores:
    """Turn exceedance probabilities, shape (n, 4), into scores."""
    edges = np.hstack([np.ones((len(above), 1)), above, np.zeros((len(above), 1))])
    probabilities = edges[:, :-1] - edges[:, 1:]
    mean = probabilities @ _LEVELS
    spread = np.sqrt(np.maximum(probabilities @ _LEVELS**2 - mean**2, 0.0))
    return PhoneScores(np.clip(mean * 50, 0, 100), spread * 50, 1 - above[:, 0])


def phone_features(
    goodness: Goodness, columns: Sequence[int], *, frames: np.ndarray, means: np.ndarray | None
) -> np.ndarray:
    """Describe how each expected phone was said.

    Parameters
    ----------
    goodness : Goodness
        Of the n expected phones.
    columns : sequence of int, length n
        Their posterior columns.
    frames : int array, shape (n,)
        Length of each phone's span.
    means : float array, shape (n, vocabulary), or None
        Mean frame log-posteriors over each span, from `span_means`; None without a frame head.

    Returns
    -------
    float64 array, shape (n, 12), or (n, 8) without a frame head
        Columns as in `FEATURES`. "typical" features are medians over the reading, so that one wrong sound cannot
        pull its neighbours down.
    """
    labels = np.asarray(columns, np.intp)
    places = np.arange(len(labels))
    said = goodness.said()
    inserted = goodness.inserted().sum(axis=1)
    ratio = np.maximum(goodness.ratio(), -15.0)
    features = [
        ratio,
        np.log(said[places, labels - 1] + 1e-6),
        np.log(said[:, -1] + 1e-4),
        np.log(goodness.occupancy + 1e-2),
        inserted[:-1],
        inserted[1:],
        np.full(len(labels), np.median(ratio)),
        np.log(np.maximum(frames, 1)),
    ]
    if means is not None:
        own = np.maximum(means[places, labels], _FLOOR_NATS)
        rivals = means[:, 1:].copy()
        rivals[places, labels - 1] = -np.inf
        margin = np.clip(own - rivals.max(axis=1), -10.0, 10.0)
        silence = np.maximum(means[:, 0], _FLOOR_NATS)
        features += [own, margin, silence, np.full(len(labels), np.median(own))]
    return np.column_stack(features)


def span_means(frame: np.ndarray, spans: Sequence[tuple[int, int]]) -> np.ndarray:
    """Mean log-posteriors over each span `[start, end)` of frames; shape (spans, vocabulary)."""
    return np.array([frame[start:end].mean(axis=0) for start, end in spans])


def load_calibration(*, has_frame_head: bool, directory: Path | None = None) -> Calibration:
    """Read the calibration that ships with the product, or another one.

    Raises
    ------
    BrokenModel
        The file is missing or damaged.
    """
    return _read(directory or folder("models") / "scorer", "frame" if has_frame_head else "ctc")


@cache
def _read(directory: Path, kind: str) -> Calibration:
    path = directory / "calibration.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        part = {name: np.array(values) for name, values in content[kind].items()}
        return Calibration(content["version"], part["mean"], part["scale"], part["weights"], part["bias"])
    except (OSError, ValueError, KeyError) as error:
        raise BrokenModel({"name": str(path), "detail": repr(error)}) from error
