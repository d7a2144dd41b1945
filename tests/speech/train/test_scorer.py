import json
from pathlib import Path

import numpy as np
import pytest

from speech.scoring import load_calibration
from speech.train import scorer
from speech.train.corpus import FOLDS, HELD_OUT_FOLD, Utterance, write_folds
from speech.train.scorer import Scored, ScorerConfig, fit, judge, train


def reading(seed: int, speaker: str, *, phones: int = 40) -> Scored:
    """Phones whose human score falls where the first feature does; the other features say nothing."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(phones, 12))
    human = np.clip(np.round((features[:, 0] + 1.5 + rng.normal(scale=0.2, size=phones)) * 5) / 5, 0, 2)
    utterance = Utterance("speechocean762", f"u{seed}", speaker, ("AA",) * phones)
    return Scored(utterance, features, rng.integers(1, 40, phones), human)


READINGS = [reading(seed, f"s{seed % 10}") for seed in range(60)]


def test_the_fit_finds_what_people_listened_to() -> None:
    calibration = fit(READINGS[:40], width=12, version="test")
    result = judge([calibration], [READINGS[40:]])
    assert result.pcc > 0.85
    assert result.error_auc > 0.9
    assert (result.phones, result.speakers) == (20 * 40, 10)
    assert np.abs(calibration.weights[:, 0]).min() > 5 * np.abs(calibration.weights[:, 1:12]).max()


def test_scores_without_the_telling_feature_do_not_correlate() -> None:
    blind = [
        Scored(r.utterance, np.hstack([np.zeros((len(r.human), 1)), r.features[:, 1:]]), r.columns, r.human)
        for r in READINGS
    ]
    assert judge([fit(blind[:40], width=12, version="test")], [blind[40:]]).pcc < 0.2


def test_training_never_fits_on_the_held_out_fold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folds = {("speechocean762", f"s{k}"): k % FOLDS for k in range(10)}
    write_folds(folds, tmp_path / "folds.tsv")
    fitted: list[set[str]] = []

    def spy(readings: list[Scored], *, width: int, version: str):
        fitted.append({r.utterance.speaker for r in readings})
        return fit(readings, width=width, version=version)

    monkeypatch.setattr(scorer, "collect", lambda manifest, acoustic: tuple(READINGS))
    monkeypatch.setattr(scorer, "load_acoustic", lambda name: None)
    monkeypatch.setattr(scorer, "fit", spy)
    out = tmp_path / "out"
    config = ScorerConfig(manifest=tmp_path / "m.tsv", folds=tmp_path / "folds.tsv", out=out, version="v7")
    results = train(config)
    held_out = {f"s{k}" for k in range(10) if k % FOLDS == HELD_OUT_FOLD}
    assert fitted[0] & held_out == set()
    assert results["frame"].speakers == len(held_out)
    assert results["frame, five folds"].speakers == 10
    shipped = load_calibration(has_frame_head=True, directory=out)
    assert shipped.version == "v7"
    expected = fit([r for r in READINGS if r.utterance.speaker not in held_out], width=12, version="v7")
    assert shipped.weights == pytest.approx(expected.weights, abs=1e-4)
    assert json.loads((out / "calibration.json").read_text())["judged_on_other_speakers"].keys() == results.keys()
