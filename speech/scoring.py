"""From evidence to scores people agree with, fitted on human phone scores.

Whatever was fitted, it gives for each phone the probabilities that human raters score it at least 0.5, 1.0, 1.5 and
1.9 of 2. Their mean is the score, their spread its uncertainty. The embedded model has a small network of its own,
which reads all evidence and the neighbours; any other model gets a calibration of the features alone.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from phonemes.resources import folder
from speech.errors import BrokenModel
from speech.evidence import Evidence

THRESHOLDS = (0.5, 1.0, 1.5, 1.9)
"""Human scores, of 2, whose exceedance is predicted."""

LEVELS = (0.2, 0.7, 1.2, 1.7, 2.0)
"""Typical human score below, between and above the thresholds, of 2."""

_BEATEN_SOMEWHAT, _BEATEN_CLEARLY = 1 - np.exp(-3.0), 1 - np.exp(-4.0)

CALIBRATION, NETWORK, FACTS = "calibration.json", "scorer.onnx", "scorer.json"
RECALIBRATION = "recalibration.json"
INPUTS = ("evidence", "columns", "hidden")


@dataclass(frozen=True, slots=True)
class Recalibration:
    """A curve from the scores of one scorer to those that a school's teachers gave; see `speech.train.corrections`.

    Parameters
    ----------
    version : str
        Name of the fit.
    acoustic_model, base : str
        The acoustic model, and the version of the scorer, whose scores it is for.
    points : float array, shape (101,)
        The score that each of 0, 1, ... 100 becomes; rises everywhere.
    """

    version: str
    acoustic_model: str
    base: str
    points: np.ndarray

    def apply(self, score: float) -> float:
        """Give the teachers' score for a scorer's."""
        return float(np.interp(score, np.arange(len(self.points)), self.points))

    def undo(self, score: float) -> float:
        """Give the scorer's score for one that was recalibrated."""
        return float(np.interp(score, self.points, np.arange(len(self.points))))

    def version_of(self, scorer: str) -> str:
        """Name a scorer together with this."""
        return f"{scorer}+{self.version}"


@dataclass(frozen=True, slots=True)
class PhoneScores:
    """Scores of n phones.

    Parameters
    ----------
    values, uncertainties : float array, shape (n,)
        Scores 0..100, and one standard deviation.
    error_probabilities : float array, shape (n,)
        Probability that human raters hear an error.
    said : float array, shape (n, 40)
        Probability that each phone, and last that nothing, was said in each place; raters may be kind to that.
    wrong_probabilities : float array, shape (n,)
        Probability that something else than the expected phone was said.
    doubtful_from, wrong_from : float
        Such probabilities from which on a phone is not good any more, and from which on it is wrong.
    recalibration : Recalibration or None
        What a school's teachers make of the score that a verdict is given by.
    """

    values: np.ndarray
    uncertainties: np.ndarray
    error_probabilities: np.ndarray
    said: np.ndarray
    wrong_probabilities: np.ndarray
    doubtful_from: float
    wrong_from: float
    recalibration: Recalibration | None = None


class Scorer(Protocol):
    """Anything that scores phones."""

    @property
    def version(self) -> str:
        """Name of the fit."""
        ...

    def score(self, evidence: Evidence) -> PhoneScores:
        """Score the n phones of a reading."""
        ...


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

    def score(self, evidence: Evidence) -> PhoneScores:
        """Score phones by their own features alone."""
        width = len(self.mean)
        standard = (evidence.features[:, :width] - self.mean) / self.scale
        offsets = self.weights[:, width:].T[evidence.columns - 1]
        logits = standard @ self.weights[:, :width].T + offsets + self.bias
        limits = _BEATEN_SOMEWHAT, _BEATEN_CLEARLY
        return summarise(1 / (1 + np.exp(-logits)), np.exp(evidence.said), evidence.columns, *limits)


@dataclass(frozen=True, slots=True)
class NetworkScorer:
    """A small network over all phones of a reading, run by onnxruntime.

    Parameters
    ----------
    version : str
        Name and date of the fit.
    run : callable
        Arrays by name of `INPUTS`, each with a leading axis of 1, to probabilities (1, n, 44): that raters score the
        phone at least as high as each threshold, and of what was said as in `PhoneScores.said`.
    doubtful_from, wrong_from : float
        As in `PhoneScores`.
    """

    version: str
    doubtful_from: float
    wrong_from: float
    run: Callable[[dict[str, np.ndarray]], np.ndarray]

    def score(self, evidence: Evidence) -> PhoneScores:
        """Score phones in the light of their neighbours."""
        arrays = (wide(evidence), evidence.columns.astype(np.int64), evidence.hidden.astype(np.float32))
        probabilities = self.run({name: array[None] for name, array in zip(INPUTS, arrays, strict=True)})[0]
        above, said = np.split(probabilities.astype(np.float64), [len(THRESHOLDS)], axis=1)
        return summarise(above, said, evidence.columns, self.doubtful_from, self.wrong_from)


@dataclass(frozen=True, slots=True)
class RecalibratedScorer:
    """A scorer whose scores a school's teachers have corrected."""

    scorer: Scorer
    recalibration: Recalibration

    @property
    def version(self) -> str:
        """Name of the fit and of the recalibration."""
        return self.recalibration.version_of(self.scorer.version)

    def score(self, evidence: Evidence) -> PhoneScores:
        """Score phones; the verdicts recalibrate them."""
        return replace(self.scorer.score(evidence), recalibration=self.recalibration)


def wide(evidence: Evidence) -> np.ndarray:
    """Features, alternatives in the CTC and in the frame head, side by side: float32, shape (n, 92)."""
    parts = [evidence.features, evidence.said]
    if evidence.frame is not None:
        parts.append(evidence.frame)
    return np.hstack(parts).astype(np.float32)


def summarise(
    above: np.ndarray, said: np.ndarray, columns: np.ndarray, doubtful_from: float, wrong_from: float
) -> PhoneScores:
    """Turn exceedance probabilities (n, 4) and those of what was said (n, 40) into scores."""
    above = np.minimum.accumulate(above, axis=1)
    edges = np.hstack([np.ones((len(above), 1)), above, np.zeros((len(above), 1))])
    probabilities = edges[:, :-1] - edges[:, 1:]
    levels = np.array(LEVELS)
    mean = probabilities @ levels
    spread = np.sqrt(np.maximum(probabilities @ levels**2 - mean**2, 0.0))
    wrong = 1 - said[np.arange(len(columns)), columns - 1]
    return PhoneScores(np.clip(mean * 50, 0, 100), spread * 50, 1 - above[:, 0], said, wrong, doubtful_from, wrong_from)


def load_scorer(model: str, *, has_frame_head: bool, directory: Path | None = None, own: Path | None = None) -> Scorer:
    """Read the scorer for an acoustic model, the shipped one or another, and what teachers have made of its scores.

    Parameters
    ----------
    model : str
        Name and version of the acoustic model, as ``"name version"``: the network is used only with the model it was
        fitted to.
    has_frame_head : bool
        Which calibration to use otherwise.
    directory : Path, optional
        Where the fits are; the shipped ones by default.
    own : Path, optional
        Folder in which a school's recalibration may lie; it goes before one beside the scorer.

    Raises
    ------
    BrokenModel
        A file is missing or damaged.
    """
    place = directory or folder("models") / "scorer"
    if _fitted_to(place) == model:
        return _recalibrated(_read_network(place), model, place if own is None else own, place)
    return _read_calibration(place, "frame" if has_frame_head else "ctc")


def _recalibrated(scorer: Scorer, model: str, *directories: Path) -> Scorer:
    """Recalibrate a scorer, unless the curve was fitted to another's scores: a newer scorer begins without one."""
    found = next(filter(None, map(read_recalibration, directories)), None)
    if found is None or (found.acoustic_model, found.base) != (model, scorer.version):
        return scorer
    return RecalibratedScorer(scorer, found)


@cache
def read_recalibration(directory: Path) -> Recalibration | None:
    """Read what `lafal train scorer --corrections` wrote into a folder; None where it wrote nothing.

    Raises
    ------
    BrokenModel
        The file is damaged.
    """
    path = directory / RECALIBRATION
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        points = np.array(content["points"], float)
        if points.shape != (101,) or not np.all(np.diff(points) > 0) or (points[0], points[-1]) != (0, 100):
            raise ValueError("no curve that rises from 0 to 100")
        return Recalibration(content["version"], content["acoustic_model"], content["base"], points)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None  # a place into which this process may not look keeps nothing for it
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokenModel({"name": str(path), "detail": repr(error)}) from error


@cache
def _fitted_to(directory: Path) -> str | None:
    path = directory / FACTS
    if not path.exists():
        return None
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["acoustic_model"])
    except (OSError, ValueError, KeyError) as error:
        raise BrokenModel({"name": str(path), "detail": repr(error)}) from error


@cache
def _read_network(directory: Path) -> NetworkScorer:
    import onnxruntime

    path = directory / NETWORK
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    try:
        facts = json.loads((directory / FACTS).read_text(encoding="utf-8"))
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no base class
        raise BrokenModel({"name": str(path), "detail": repr(error)}) from error
    return NetworkScorer(
        str(facts["version"]),
        float(facts["doubtful_from"]),
        float(facts["wrong_from"]),
        lambda arrays: np.asarray(session.run(None, arrays)[0]),
    )


@cache
def _read_calibration(directory: Path, kind: str) -> Calibration:
    path = directory / CALIBRATION
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        part = {name: np.array(values) for name, values in content[kind].items()}
        return Calibration(content["version"], part["mean"], part["scale"], part["weights"], part["bias"])
    except (OSError, ValueError, KeyError) as error:
        raise BrokenModel({"name": str(path), "detail": repr(error)}) from error
