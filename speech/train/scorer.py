"""Fit the calibration from goodness of pronunciation to human phone scores, on speakers apart from those it is judged on."""

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


def judge(calibration: Calibration, readings: Sequence[Scored]) -> Fit:
    """Compare a calibration with human scores."""
    from sklearn.metrics import roc_auc_score

    scores = [calibration.score(reading.features, reading.columns.tolist()) for reading in readings]
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
        "frame" and "ctc" (with and without a frame head), on the speakers of the held-out fold.
    """
    readings = collect(config.manifest, load_acoustic(config.model))
    folds = read_folds(config.folds)
    kept = [reading for reading in readings if folds[reading.utterance.who] != HELD_OUT_FOLD]
    held_out = [reading for reading in readings if folds[reading.utterance.who] == HELD_OUT_FOLD]
    widths = {"ctc": CTC_FEATURES, "frame": readings[0].features.shape[1]}
    fits = {kind: fit(kept, width=width, version=config.version) for kind, width in widths.items()}
    results = {kind: judge(calibration, held_out) for kind, calibration in fits.items()}
    config.out.mkdir(parents=True, exist_ok=True)
    _write(config, fits, results)
    return results


def _write(config: ScorerConfig, fits: Mapping[str, Calibration], results: Mapping[str, Fit]) -> None:
    content: dict[str, object] = {"version": config.version, "acoustic_model": config.model, "folds": FOLDS}
    for kind, calibration in fits.items():
        tables = {"mean": calibration.mean, "scale": calibration.scale, "weights": calibration.weights}
        tables["bias"] = calibration.bias
        content[kind] = {name: np.round(table, 5).tolist() for name, table in tables.items()}
    content["held_out_speakers"] = {kind: asdict(result) for kind, result in results.items()}
    path = config.out / "calibration.json"
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
