"""Fit the calibration from goodness of pronunciation to human phone scores; judge it on other speakers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from phonemes.inventory import COLUMN, PHONES
from speech.acoustic import Acoustic, load_acoustic
from speech.audio import load_audio
from speech.errors import SpeechError
from speech.reading import measure
from speech.scoring import CTC_FEATURES, THRESHOLDS, Calibration
from speech.train.corpus import FOLDS, HELD_OUT_FOLD, Utterance, read_folds, read_manifest

_REGULARISATION = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorerConfig:
    """What to fit on.

    Parameters
    ----------
    manifest : Path
        Recordings with human phone scores; rows without scores are not used.
    folds : Path
        Speaker folds, as written by `speech.train.corpus.write_folds`; fold 0 is never fitted on.
    out : Path
        Folder that receives ``calibration.json``.
    model : str
        Acoustic model whose posteriors are calibrated.
    version : str
        Name of this fit.
    """

    manifest: Path
    folds: Path
    out: Path
    model: str = "default"
    version: str = "1"


@dataclass(frozen=True, slots=True)
class Scored:
    """Phones of one scored recording: features (n, 12 or 8), columns (n,), human scores (n,) of 2."""

    utterance: Utterance
    features: np.ndarray
    columns: np.ndarray
    human: np.ndarray


@dataclass(frozen=True, slots=True)
class Fit:
    """How a calibration does on speakers it did not see; correlations and areas over all phones."""

    pcc: float
    error_auc: float
    mse: float
    phones: int
    speakers: int


def collect(manifest: Path, acoustic: Acoustic) -> tuple[Scored, ...]:
    """Measure every recording with human scores; those that cannot be judged are left out."""
    from rich.progress import track

    rows = [(utterance, path) for utterance, path in read_manifest(manifest) if utterance.scores]
    found = (_measure(utterance, path, acoustic) for utterance, path in track(rows, "measuring"))
    return tuple(scored for scored in found if scored is not None)


def _measure(utterance: Utterance, path: Path, acoustic: Acoustic) -> Scored | None:
    columns = [COLUMN[symbol] for symbol in utterance.phones]
    try:
        recording = load_audio(path, require_speech=False)
        features = measure(acoustic.posteriors(recording.samples), [[column] for column in columns])
    except SpeechError:
        return None
    return Scored(utterance, features, np.array(columns), np.array(utterance.scores))


def fit(readings: Sequence[Scored], *, width: int, version: str) -> Calibration:
    """Fit one logistic model a threshold on the first `width` features and the phone's identity."""
    from sklearn.linear_model import LogisticRegression

    features = np.vstack([reading.features[:, :width] for reading in readings])
    columns = np.concatenate([reading.columns for reading in readings])
    human = np.concatenate([reading.human for reading in readings])
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    table = np.hstack([(features - mean) / scale, np.eye(len(PHONES))[columns - 1]])
    models = [
        LogisticRegression(C=_REGULARISATION, max_iter=500).fit(table, human >= threshold) for threshold in THRESHOLDS
    ]
    weights = np.vstack([model.coef_[0] for model in models])
    return Calibration(version, mean, scale, weights, np.array([model.intercept_[0] for model in models]))


def _fit_without(parts: Sequence[Sequence[Scored]], fold: int, *, width: int, version: str) -> Calibration:
    kept = [reading for other, part in enumerate(parts) if other != fold for reading in part]
    return fit(kept, width=width, version=version)


def judge(calibrations: Sequence[Calibration], parts: Sequence[Sequence[Scored]]) -> Fit:
    """Compare calibrations with human scores, each on its own part; all phones pooled."""
    from sklearn.metrics import roc_auc_score

    pairs = [(calibration, reading) for calibration, part in zip(calibrations, parts, strict=True) for reading in part]
    scores = [calibration.score(reading.features, reading.columns.tolist()) for calibration, reading in pairs]
    readings = [reading for _, reading in pairs]
    human = np.concatenate([reading.human for reading in readings])
    values = np.concatenate([score.values for score in scores]) / 50
    errors = np.concatenate([score.error_probabilities for score in scores])
    return Fit(
        pcc=float(np.corrcoef(values, human)[0, 1]),
        error_auc=float(roc_auc_score(human < THRESHOLDS[0], errors)),
        mse=float(np.mean((values - human) ** 2)),
        phones=len(human),
        speakers=len({reading.utterance.who for reading in readings}),
    )


def train(config: ScorerConfig) -> dict[str, Fit]:
    """Fit on all folds but the held-out one, judge on that, and write the calibration.

    Returns
    -------
    dict of str to Fit
        "frame" and "ctc" (with and without a frame head) on the speakers of the held-out fold, and each with
        ", five folds": every fold judged by a fit on the other four, all phones pooled.
    """
    readings = collect(config.manifest, load_acoustic(config.model))
    folds = read_folds(config.folds)
    parts = [[r for r in readings if folds[r.utterance.who] == fold] for fold in range(FOLDS)]
    widths = {"ctc": CTC_FEATURES, "frame": readings[0].features.shape[1]}
    fits, results = {}, {}
    for kind, width in widths.items():
        per_fold = [_fit_without(parts, fold, width=width, version=config.version) for fold in range(FOLDS)]
        fits[kind] = per_fold[HELD_OUT_FOLD]
        results[kind] = judge([fits[kind]], [parts[HELD_OUT_FOLD]])
        results[f"{kind}, five folds"] = judge(per_fold, parts)
    config.out.mkdir(parents=True, exist_ok=True)
    _write(config, fits, results)
    return results


def _write(config: ScorerConfig, fits: Mapping[str, Calibration], results: Mapping[str, Fit]) -> None:
    content: dict[str, object] = {"version": config.version, "acoustic_model": config.model}
    for kind, calibration in fits.items():
        tables = {"mean": calibration.mean, "scale": calibration.scale, "weights": calibration.weights}
        tables["bias"] = calibration.bias
        content[kind] = {name: np.round(table, 5).tolist() for name, table in tables.items()}
    content["judged_on_other_speakers"] = {kind: asdict(result) for kind, result in results.items()}
    path = config.out / "calibration.json"
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
