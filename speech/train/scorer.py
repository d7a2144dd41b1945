"""Fit scores to recordings that people have judged; compare three ways on other speakers, and keep the best."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from phonemes.inventory import PHONES
from speech.acoustic import load_acoustic
from speech.evidence import CTC_FEATURES, Evidence
from speech.scoring import CALIBRATION, FACTS, NETWORK, THRESHOLDS, Calibration, NetworkScorer, PhoneScores, wide
from speech.train import scorer_network
from speech.train.corpus import FOLDS, HELD_OUT_FOLD, NEVER_HELD_OUT, Utterance, read_folds, read_manifest
from speech.train.known import altered, synthetic
from speech.train.measuring import Task, measure_all
from speech.train.scorer_network import OTHER, UNKNOWN, FitConfig, Taught

_REGULARISATION = 0.3
_HEARD_WRONG_BELOW, _HEARD_RIGHT_FROM = 0.5, 1.5
_ALARMS_DOUBTFUL, _ALARMS_WRONG = 0.045, 0.025
"""Share of rightly said phones that may be called doubtful, and wrong: this sets the limits of the verdicts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorerConfig:
    """What to fit on.

    Parameters
    ----------
    manifest : Path
        Recordings with human phone scores; rows without scores are not used.
    folds : Path
        Speaker folds, as written by `speech.train.corpus.write_folds`; what is written is never fitted on fold 0.
    out : Path
        Folder that receives the fits.
    model : str
        Acoustic model that the scores are for; it must not have heard fold 0.
    cross_fit : tuple of str
        ``FOLDS=MODEL``, for instance ``1,2=runs/b``: evidence on speakers of these folds comes from another model,
        one that has not heard them.
    synthetic : Path, optional
        Folder of synthetic speech, as `lafal train synthesise` makes it: teaches the network what is said otherwise.
    known_readings : int
        How many synthetic readings to draw from there, and native and learners' ones from the manifest.
    version : str
        Name of this fit.
    workers : int
        Processes that measure recordings; 0 for one a processor.
    network : FitConfig
    """

    manifest: Path
    folds: Path
    out: Path
    model: str = "default"
    cross_fit: tuple[str, ...] = ()
    synthetic: Path | None = None
    known_readings: int = 800
    version: str = "1"
    workers: int = 0
    network: FitConfig = field(default_factory=FitConfig)


@dataclass(frozen=True, slots=True)
class Scored:
    """One scored recording: evidence on its n phones, and their human scores (n,) of 2."""

    utterance: Utterance
    evidence: Evidence
    human: np.ndarray


@dataclass(frozen=True, slots=True)
class Fit:
    """How a way of scoring does on speakers it did not see; correlations and areas over all phones.

    `dispersion` is the mean squared error over the mean variance the scores claim: 1 where uncertainty is honest, more
    where it is too small, None where none is claimed.
    """

    pcc: float
    error_auc: float
    mse: float
    dispersion: float | None
    phones: int
    speakers: int


Score = Callable[[Evidence], PhoneScores]
Part = TypeVar("Part")


def collect(config: ScorerConfig, folds: Mapping[tuple[str, str], int]) -> tuple[Scored, ...]:
    """Measure every recording with human scores by the model of its speaker's fold; the unjudgeable are left out."""
    rows = [(utterance, path) for utterance, path in read_manifest(config.manifest) if utterance.scores]
    models = models_by_fold(config)
    tasks = [Task(path, utterance.phones, models[folds[utterance.who]]) for utterance, path in rows]
    found = measure_all(tasks, name="measuring", workers=config.workers)
    return tuple(
        Scored(utterance, evidence, np.array(utterance.scores))
        for (utterance, _), evidence in zip(rows, found, strict=True)
        if evidence is not None
    )


def calibrate(readings: Sequence[Scored], *, width: int, version: str) -> Calibration:
    """Fit one logistic model a threshold on the first `width` features and the phone's identity."""
    from sklearn.linear_model import LogisticRegression

    features = np.vstack([reading.evidence.features[:, :width] for reading in readings])
    columns = np.concatenate([reading.evidence.columns for reading in readings])
    human = np.concatenate([reading.human for reading in readings])
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    table = np.hstack([(features - mean) / scale, np.eye(len(PHONES))[columns - 1]])
    models = [
        LogisticRegression(C=_REGULARISATION, max_iter=500).fit(table, human >= threshold) for threshold in THRESHOLDS
    ]
    weights = np.vstack([model.coef_[0] for model in models])
    return Calibration(version, mean, scale, weights, np.array([model.intercept_[0] for model in models]))


def boost(readings: Sequence[Scored]) -> Score:
    """Fit gradient-boosted trees on the evidence of each phone and the features of its neighbours."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(
        max_iter=150, learning_rate=0.06, max_leaf_nodes=15, l2_regularization=5.0, random_state=0
    )
    model.fit(
        np.vstack([_with_neighbours(reading.evidence) for reading in readings]),
        np.concatenate([reading.human for reading in readings]),
    )

    def score(evidence: Evidence) -> PhoneScores:
        values = np.clip(model.predict(_with_neighbours(evidence)), 0, 2)
        said = np.exp(evidence.said)
        return PhoneScores(50 * values, np.zeros_like(values), 1 - values / 2, said, np.zeros_like(values), 1.0, 1.0)

    return score


def _with_neighbours(evidence: Evidence) -> np.ndarray:
    padded = np.pad(evidence.features, ((1, 1), (0, 0)))
    return np.hstack([wide(evidence), padded[:-2], padded[2:], evidence.columns[:, None]])


def rate(
    readings: Sequence[Scored], config: FitConfig, version: str, planted: Sequence[Taught] = ()
) -> tuple[NetworkScorer, scorer_network.Panel]:
    """Fit the network to recordings that people scored, and to others of which is known what was said."""
    panel = scorer_network.fit([*map(_taught, readings), *planted], config)
    return NetworkScorer(version, 1.0, 1.0, lambda arrays: scorer_network.run(panel, arrays)), panel


def _taught(reading: Scored) -> Taught:
    """What people scored as wrong is taken as something else, what they scored as right as what it should be."""
    said = np.where(reading.human >= _HEARD_RIGHT_FROM, reading.evidence.columns - 1, UNKNOWN)
    return Taught(reading.evidence, reading.human, np.where(reading.human < _HEARD_WRONG_BELOW, OTHER, said))


def judge(scores: Sequence[Score], parts: Sequence[Sequence[Scored]]) -> Fit:
    """Compare ways of scoring with human scores, each on its own part; all phones pooled."""
    from sklearn.metrics import roc_auc_score

    readings = [reading for part in parts for reading in part]
    given = [score(reading.evidence) for score, part in zip(scores, parts, strict=True) for reading in part]
    human = np.concatenate([reading.human for reading in readings])
    values = np.concatenate([one.values for one in given]) / 50
    errors = np.concatenate([one.error_probabilities for one in given])
    claimed = float(np.mean(np.concatenate([one.uncertainties for one in given]) ** 2)) / 50**2
    mse = float(np.mean((values - human) ** 2))
    return Fit(
        pcc=float(np.corrcoef(values, human)[0, 1]),
        error_auc=float(roc_auc_score(human < THRESHOLDS[0], errors)),
        mse=mse,
        dispersion=mse / claimed if claimed else None,
        phones=len(human),
        speakers=len({reading.utterance.who for reading in readings}),
    )


def train(config: ScorerConfig) -> dict[str, Fit]:
    """Fit in three ways on all folds but the held-out one, judge on that, and write the calibration and the winner.

    Returns
    -------
    dict of str to Fit
        "ctc" and "frame" (calibrations without and with a frame head), "boosting" and "network", on the speakers of
        the held-out fold, and each with ", five folds": every fold judged by a fit on the other four, all phones
        pooled. Which of the last two ships is decided by the five folds.
    """
    folds = read_folds(config.folds)
    readings = collect(config, folds)
    parts = [[r for r in readings if folds[r.utterance.who] == fold] for fold in range(FOLDS)]
    kept = [_all_but(parts, fold) for fold in range(FOLDS)]
    width = readings[0].evidence.features.shape[1]
    calibrations = {
        "ctc": [calibrate(rest, width=CTC_FEATURES, version=config.version) for rest in kept],
        "frame": [calibrate(rest, width=width, version=config.version) for rest in kept],
    }
    known = collect_known(config, folds)
    networks = [rate(rest, config.network, config.version, _all_but(known, fold)) for fold, rest in enumerate(kept)]
    ways: dict[str, list[Score]] = {kind: [one.score for one in fits] for kind, fits in calibrations.items()}
    ways |= {"boosting": [boost(rest) for rest in kept], "network": [scorer.score for scorer, _ in networks]}
    results: dict[str, Fit] = {}
    for kind, scores in ways.items():
        results[kind] = judge([scores[HELD_OUT_FOLD]], [parts[HELD_OUT_FOLD]])
        results[f"{kind}, five folds"] = judge(scores, parts)
    config.out.mkdir(parents=True, exist_ok=True)
    _write_calibrations(config, {kind: fits[HELD_OUT_FOLD] for kind, fits in calibrations.items()}, results)
    if results["network, five folds"].pcc > results["frame, five folds"].pcc:
        tests = [[*map(_taught, part), *others] for part, others in zip(parts, known, strict=True)]
        limits = alarm_limits([scorer for scorer, _ in networks], tests)
        _write_network(config, networks[HELD_OUT_FOLD][1], readings[0].evidence, limits)
    return results


def _all_but(parts: Sequence[Sequence[Part]], fold: int) -> list[Part]:
    return [one for other, part in enumerate(parts) if other != fold for one in part]


def alarm_limits(scorers: Sequence[NetworkScorer], parts: Sequence[Sequence[Taught]]) -> tuple[float, float]:
    """Probabilities of "something else was said" that so few rightly said phones of other readings reach."""
    right = [
        scorer.score(one.evidence).wrong_probabilities[one.said == one.evidence.columns - 1]
        for scorer, part in zip(scorers, parts, strict=True)
        for one in part
    ]
    doubtful, wrong = np.quantile(np.concatenate(right), [1 - _ALARMS_DOUBTFUL, 1 - _ALARMS_WRONG])
    return float(doubtful), float(wrong)


def collect_known(config: ScorerConfig, folds: Mapping[tuple[str, str], int]) -> list[list[Taught]]:
    """Measure readings of which is known what was said; by fold, those of no fold dealt in turn."""
    parts: list[list[Taught]] = [[] for _ in range(FOLDS)]
    if config.synthetic is None:
        return parts
    count, models = config.known_readings, models_by_fold(config)
    readings = [
        *synthetic(config.synthetic, count=count),
        *altered(config.manifest, folds, learners=False, count=count),
        *altered(config.manifest, folds, learners=True, count=count),
    ]
    tasks = [Task(one.path, one.expected, models[one.fold]) for one in readings]
    found = measure_all(tasks, name="measuring what is known", workers=config.workers)
    for place, (one, evidence) in enumerate(zip(readings, found, strict=True)):
        if evidence is not None:
            taught = Taught(evidence, np.full(len(one.said), np.nan), one.said)
            parts[place % FOLDS if one.fold == NEVER_HELD_OUT else one.fold].append(taught)
    return parts


def models_by_fold(config: ScorerConfig) -> dict[int, str]:
    """Name of the model for each fold of speakers."""
    models = dict.fromkeys((NEVER_HELD_OUT, *range(FOLDS)), config.model)
    for entry in config.cross_fit:
        folds, model = entry.split("=", 1)
        models |= dict.fromkeys(map(int, folds.split(",")), model)
    return models


def _write_calibrations(config: ScorerConfig, fits: Mapping[str, Calibration], results: Mapping[str, Fit]) -> None:
    content: dict[str, object] = {"version": config.version, "acoustic_model": config.model}
    for kind, calibration in fits.items():
        tables = {"mean": calibration.mean, "scale": calibration.scale, "weights": calibration.weights}
        tables["bias"] = calibration.bias
        content[kind] = {name: np.round(table, 5).tolist() for name, table in tables.items()}
    content["judged_on_other_speakers"] = {kind: asdict(result) for kind, result in results.items()}
    _write_json(config.out / CALIBRATION, content)


def _write_network(
    config: ScorerConfig, panel: scorer_network.Panel, example: Evidence, limits: tuple[float, float]
) -> None:
    acoustic = load_acoustic(config.model)
    scorer_network.export(panel, config.out / NETWORK, evidence=wide(example).shape[1], hidden=example.hidden.shape[1])
    facts: dict[str, object] = {"version": config.version, "acoustic_model": f"{acoustic.name} {acoustic.version}"}
    facts |= {"doubtful_from": round(limits[0], 4), "wrong_from": round(limits[1], 4)}
    _write_json(config.out / FACTS, {**facts, "fit": asdict(config.network)})


def _write_json(path: Path, content: Mapping[str, object]) -> None:
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
