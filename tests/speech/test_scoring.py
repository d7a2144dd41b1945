import json
from pathlib import Path

import numpy as np
import pytest

from phonemes.inventory import PHONES
from speech.errors import BrokenModel
from speech.gop import goodness_of_pronunciation
from speech.scoring import (
    CTC_FEATURES,
    FEATURES,
    THRESHOLDS,
    Calibration,
    load_calibration,
    phone_features,
    span_means,
)


def said_clearly(columns: list[int]) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """CTC posteriors of these phones, one clear frame each among blanks, and their frames."""
    log_probs = np.full((4 * len(columns) + 2, 40), np.log(0.0005))
    log_probs[:, 0] = np.log(0.98)
    spans = []
    for place, column in enumerate(columns):
        frame = 4 * place + 2
        log_probs[frame] = np.log(0.0005)
        log_probs[frame, column] = np.log(0.98)
        spans.append((frame, frame + 2))
    return log_probs, spans


def described(said: list[int], expected: list[int], *, has_frame_head: bool) -> np.ndarray:
    log_probs, spans = said_clearly(said)
    means = span_means(log_probs, [(start, start + 1) for start, _ in spans]) if has_frame_head else None
    frames = np.array([end - start for start, end in spans])
    return phone_features(goodness_of_pronunciation(log_probs, expected), expected, frames=frames, means=means)


@pytest.mark.parametrize("has_frame_head", [True, False])
def test_only_the_wrong_sound_drops(has_frame_head: bool) -> None:
    calibration = load_calibration(has_frame_head=has_frame_head)
    expected = [5, 12, 20, 33, 8, 17, 29]
    said = [*expected[:3], 36, *expected[4:]]
    right = calibration.score(described(expected, expected, has_frame_head=has_frame_head), expected)
    wrong = calibration.score(described(said, expected, has_frame_head=has_frame_head), expected)
    assert right.values.min() > 80
    assert wrong.values[3] < right.values[3] - 15
    others = [place for place in range(7) if place != 3]
    assert np.abs(wrong.values[others] - right.values[others]).max() < 8
    assert wrong.error_probabilities[3] > right.error_probabilities[3]


@pytest.mark.parametrize("has_frame_head", [True, False])
def test_features_have_the_documented_columns(has_frame_head: bool) -> None:
    features = described([3, 4, 5], [3, 4, 5], has_frame_head=has_frame_head)
    assert features.shape == (3, len(FEATURES) if has_frame_head else CTC_FEATURES)
    assert np.isfinite(features).all()


def test_scores_stay_in_range_whatever_the_features() -> None:
    calibration = load_calibration(has_frame_head=True)
    rng = np.random.default_rng(0)
    scores = calibration.score(rng.normal(size=(500, 12)) * 50, rng.integers(1, 40, 500).tolist())
    assert ((scores.values >= 0) & (scores.values <= 100)).all()
    assert ((scores.uncertainties >= 0) & (scores.uncertainties <= 50)).all()
    assert ((scores.error_probabilities >= 0) & (scores.error_probabilities <= 1)).all()


def test_exceedance_probabilities_become_mean_and_spread() -> None:
    def constant(logit: float) -> Calibration:
        weights = np.zeros((len(THRESHOLDS), 12 + len(PHONES)))
        return Calibration("test", np.zeros(12), np.ones(12), weights, np.full(len(THRESHOLDS), logit))

    certain = constant(40.0).score(np.zeros((1, 12)), [1])
    assert certain.values[0] == pytest.approx(100)
    assert certain.uncertainties[0] == pytest.approx(0, abs=1e-3)
    half = constant(0.0).score(np.zeros((1, 12)), [1])
    assert half.values[0] == pytest.approx(100 * (0.5 * 0.2 + 0.5 * 2.0) / 2)
    assert half.error_probabilities[0] == pytest.approx(0.5)


def test_the_shipped_calibration_says_how_it_did_on_other_speakers() -> None:
    from phonemes.resources import folder

    content = json.loads((folder("models") / "scorer" / "calibration.json").read_text())
    judged = content["judged_on_other_speakers"]
    assert {"frame", "ctc"} <= set(judged)
    assert all(0 < entry["pcc"] < 1 and entry["speakers"] >= 20 for entry in judged.values())


def test_a_missing_or_damaged_calibration_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(BrokenModel):
        load_calibration(has_frame_head=True, directory=tmp_path)
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "calibration.json").write_text("{")
    with pytest.raises(BrokenModel):
        load_calibration(has_frame_head=True, directory=tmp_path / "damaged")
