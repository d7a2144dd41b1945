import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from speech.evidence import Evidence
from speech.scoring import Calibration, NetworkScorer, PhoneScores, load_scorer, summarise
from speech.train import scorer
from speech.train.corpus import FOLDS, HELD_OUT_FOLD, Utterance, write_folds
from speech.train.scorer import Scored, ScorerConfig, alarm_limits, boost, calibrate, judge, rate, train
from speech.train.scorer_network import OTHER, UNKNOWN, FitConfig, Taught

QUICK = FitConfig(members=1, width=16, layers=1, inner=16, states=4, dropout=0.0, epochs=16, batch=8, peak_rate=1e-2)


def reading(seed: int, speaker: str, *, phones: int = 40) -> Scored:
    """Phones whose human score falls where the first feature does; the other features say nothing."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(phones, 12))
    human = np.clip(np.round((features[:, 0] + 1.5 + rng.normal(scale=0.2, size=phones)) * 5) / 5, 0, 2)
    utterance = Utterance("speechocean762", f"u{seed}", speaker, ("AA",) * phones)
    return Scored(utterance, evidence(features, rng.integers(1, 40, phones)), human)


def evidence(features: np.ndarray, columns: np.ndarray) -> Evidence:
    nothing = np.zeros((len(columns), 40))
    return Evidence(columns, features, nothing, nothing, np.zeros((len(columns), 6)))


READINGS = [reading(seed, f"s{seed % 10}") for seed in range(60)]


def test_the_fit_finds_what_people_listened_to() -> None:
    calibration = calibrate(READINGS[:40], width=12, version="test")
    result = judge([calibration.score], [READINGS[40:]])
    assert result.pcc > 0.85
    assert result.error_auc > 0.9
    assert (result.phones, result.speakers) == (20 * 40, 10)
    assert result.dispersion is not None
    assert judge([boost(READINGS[:40])], [READINGS[40:]]).dispersion is None
    assert np.abs(calibration.weights[:, 0]).min() > 5 * np.abs(calibration.weights[:, 1:12]).max()


def test_dispersion_compares_errors_with_what_is_claimed() -> None:
    def off_by_ten(evidence: Evidence) -> PhoneScores:
        human = next(r.human for r in READINGS if r.evidence is evidence)
        tens = np.where(np.arange(len(human)) % 2, 10.0, -10.0)
        return PhoneScores(50 * human + tens, np.full(len(human), 5.0), human, evidence.said, human, 1.0, 1.0)

    assert judge([off_by_ten], [READINGS[:3]]).dispersion == pytest.approx((10 / 5) ** 2)


def test_boosting_and_the_network_find_it_too() -> None:
    network, _ = rate(READINGS[:40], QUICK, "test")
    for score in (boost(READINGS[:40]), network.score):
        result = judge([score], [READINGS[40:]])
        assert result.pcc > 0.8
        assert result.error_auc > 0.85


def test_scores_without_the_telling_feature_do_not_correlate() -> None:
    blind = [
        Scored(
            r.utterance,
            replace(r.evidence, features=np.hstack([np.zeros((len(r.human), 1)), r.evidence.features[:, 1:]])),
            r.human,
        )
        for r in READINGS
    ]
    assert judge([calibrate(blind[:40], width=12, version="test").score], [blind[40:]]).pcc < 0.2
    assert judge([rate(blind[:40], QUICK, "test")[0].score], [blind[40:]]).pcc < 0.25


class Ear:
    """Stands for an acoustic model."""

    name, version = "ear", "9"


def test_training_never_fits_on_the_held_out_fold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folds = {("speechocean762", f"s{k}"): k % FOLDS for k in range(10)}
    write_folds(folds, tmp_path / "folds.tsv")
    fitted: list[set[str]] = []

    def spy(readings: list[Scored], config: FitConfig, version: str, known: list[Taught]):
        fitted.append({r.utterance.speaker for r in readings})
        return rate(readings, config, version, known)

    monkeypatch.setattr(scorer, "collect", lambda config, folds: tuple(READINGS))
    monkeypatch.setattr(scorer, "load_acoustic", lambda name: Ear())
    monkeypatch.setattr(scorer, "rate", spy)
    out = tmp_path / "out"
    config = ScorerConfig(
        manifest=tmp_path / "m.tsv", folds=tmp_path / "folds.tsv", out=out, version="v7", network=QUICK
    )
    results = train(config)
    held_out = {f"s{k}" for k in range(10) if k % FOLDS == HELD_OUT_FOLD}
    assert fitted[0] & held_out == set()
    assert results["frame"].speakers == len(held_out)
    assert results["network, five folds"].speakers == 10
    content = json.loads((out / "calibration.json").read_text())
    assert content["judged_on_other_speakers"].keys() == results.keys()
    others = [r for r in READINGS if r.utterance.speaker not in held_out]
    shipped = load_scorer("another", has_frame_head=True, directory=out)
    assert isinstance(shipped, Calibration)
    assert shipped.version == "v7"
    assert shipped.weights == pytest.approx(calibrate(others, width=12, version="v7").weights, abs=1e-4)
    if results["network, five folds"].pcc > results["frame, five folds"].pcc:
        graph = load_scorer("ear 9", has_frame_head=True, directory=out)
        assert isinstance(graph, NetworkScorer)
        torchs, _ = rate(others, QUICK, "v7")
        assert graph.score(others[0].evidence).values == pytest.approx(
            torchs.score(others[0].evidence).values, abs=0.05
        )


def test_evidence_comes_from_the_model_that_has_not_heard_the_speaker() -> None:
    config = ScorerConfig(manifest=Path("m"), folds=Path("f"), out=Path("o"), cross_fit=("1,2=b", "4=c"))
    names = {-1: "default", 0: "default", 1: "b", 2: "b", 3: "default", 4: "c"}
    assert scorer.models_by_fold(config) == names


def test_padding_and_company_change_nothing() -> None:
    from speech.train import scorer_network

    network, panel = rate(READINGS[:10], QUICK, "test")
    alone = network.score(READINGS[0].evidence).values
    batch = scorer_network._pad([scorer._taught(r) for r in (READINGS[0], reading(99, "s", phones=70))])
    with torch.inference_mode():
        above = panel.raters[0](*batch[:3], batch.inside)[0, :40, :4].sigmoid().numpy()
    padded = summarise(above, np.zeros((40, 40)), READINGS[0].evidence.columns, 1.0, 1.0).values
    assert padded == pytest.approx(alone, abs=0.01)


def planted(seed: int) -> Taught:
    """A reading nobody scored: the heads of the acoustic model hear what was said, and too often something else."""
    one, chance = reading(seed, "voice"), np.random.default_rng(seed)
    columns = one.evidence.columns
    said = np.where(chance.random(len(columns)) < 0.1, chance.integers(0, 40, len(columns)), columns - 1)
    heard = np.where(chance.random(len(columns)) < 0.04, chance.integers(0, 40, len(columns)), said)
    table = np.full((len(columns), 40), -6.0)
    table[np.arange(len(columns)), heard] = -0.1
    frame = np.roll(table, 1, axis=1)
    return Taught(replace(one.evidence, said=table, frame=frame), np.full(len(columns), np.nan), said)


def test_what_is_said_instead_is_learnt_from_speech_nobody_scored() -> None:
    score, _ = rate(READINGS[:40], QUICK, "test", [planted(seed) for seed in range(200, 260)])
    tests = [planted(seed) for seed in range(300, 330)]
    given = [score.score(one.evidence) for one in tests]
    wrong = np.concatenate([one.said != one.evidence.columns - 1 for one in tests])
    probabilities = np.concatenate([one.wrong_probabilities for one in given])
    named = np.concatenate([one.said.argmax(axis=1) == two.said for one, two in zip(given, tests, strict=True)])
    assert roc_auc_score(wrong, probabilities) > 0.85
    assert named[wrong].mean() > 0.6
    assert judge([score.score], [READINGS[40:]]).pcc > 0.8
    doubtful, certain = alarm_limits([score], [tests])
    assert (probabilities[~wrong] >= certain).mean() == pytest.approx(0.025, abs=0.002)
    assert (probabilities[~wrong] >= doubtful).mean() == pytest.approx(0.045, abs=0.002)


def test_people_who_hear_an_error_do_not_say_which() -> None:
    one = Scored(READINGS[0].utterance, READINGS[0].evidence, np.array([0.2, 1.0, 1.8] + [2.0] * 37))
    said = scorer._taught(one).said
    assert said[:2].tolist() == [OTHER, UNKNOWN]
    assert (said[2:] == one.evidence.columns[2:] - 1).all()
