import json
from pathlib import Path

import numpy as np
import pytest

from phonemes.inventory import PHONES
from speech.acoustic import load_acoustic
from speech.errors import BrokenModel
from speech.evidence import CTC_FEATURES, FEATURES, Evidence, gather
from speech.gop import goodness_of_pronunciation
from speech.results import Posteriors
from speech.scoring import INPUTS, THRESHOLDS, Calibration, NetworkScorer, load_scorer, wide


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


def described(said: list[int], expected: list[int], *, has_frame_head: bool) -> Evidence:
    log_probs, spans = said_clearly(said)
    hidden = np.zeros((len(log_probs), 4), np.float32)
    posteriors = Posteriors(log_probs, log_probs if has_frame_head else None, hidden, 0.02, 0.0125)
    return gather(posteriors, goodness_of_pronunciation(log_probs, expected), expected, [(a, a + 1) for a, _ in spans])


def blank(features: np.ndarray, columns: list[int]) -> Evidence:
    """Evidence in which only the features say anything."""
    nothing = np.zeros((len(features), 40))
    return Evidence(np.array(columns), features, nothing, nothing, np.zeros((len(features), 4)))


@pytest.mark.parametrize("has_frame_head", [True, False])
def test_only_the_wrong_sound_drops(has_frame_head: bool) -> None:
    calibration = load_scorer("another model", has_frame_head=has_frame_head)
    expected = [5, 12, 20, 33, 8, 17, 29]
    said = [*expected[:3], 36, *expected[4:]]
    right = calibration.score(described(expected, expected, has_frame_head=has_frame_head))
    wrong = calibration.score(described(said, expected, has_frame_head=has_frame_head))
    assert right.values.min() > 80
    assert wrong.values[3] < right.values[3] - 15
    others = [place for place in range(7) if place != 3]
    assert np.abs(wrong.values[others] - right.values[others]).max() < 8
    assert wrong.error_probabilities[3] > right.error_probabilities[3]
    assert (wrong.wrong_probabilities >= wrong.wrong_from).tolist() == [place == 3 for place in range(7)]
    assert not (right.wrong_probabilities >= right.doubtful_from).any()


@pytest.mark.parametrize("has_frame_head", [True, False])
def test_features_have_the_documented_columns(has_frame_head: bool) -> None:
    evidence = described([3, 4, 5], [3, 4, 5], has_frame_head=has_frame_head)
    features = evidence.features
    assert wide(evidence).shape == (3, features.shape[1] + (80 if has_frame_head else 40))
    assert features.shape == (3, len(FEATURES) if has_frame_head else CTC_FEATURES)
    assert np.isfinite(features).all()


def test_scores_stay_in_range_whatever_the_features() -> None:
    calibration = load_scorer("another model", has_frame_head=True)
    rng = np.random.default_rng(0)
    scores = calibration.score(blank(rng.normal(size=(500, 12)) * 50, rng.integers(1, 40, 500).tolist()))
    assert ((scores.values >= 0) & (scores.values <= 100)).all()
    assert ((scores.uncertainties >= 0) & (scores.uncertainties <= 50)).all()
    assert ((scores.error_probabilities >= 0) & (scores.error_probabilities <= 1)).all()


def test_exceedance_probabilities_become_mean_and_spread() -> None:
    def constant(logit: float) -> Calibration:
        weights = np.zeros((len(THRESHOLDS), 12 + len(PHONES)))
        return Calibration("test", np.zeros(12), np.ones(12), weights, np.full(len(THRESHOLDS), logit))

    certain = constant(40.0).score(blank(np.zeros((1, 12)), [1]))
    assert certain.values[0] == pytest.approx(100)
    assert certain.uncertainties[0] == pytest.approx(0, abs=1e-3)
    half = constant(0.0).score(blank(np.zeros((1, 12)), [1]))
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
        load_scorer("another model", has_frame_head=True, directory=tmp_path)
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "calibration.json").write_text("{")
    with pytest.raises(BrokenModel):
        load_scorer("another model", has_frame_head=True, directory=tmp_path / "damaged")


def test_the_network_is_used_with_its_own_model_alone() -> None:
    acoustic = load_acoustic("default")
    own = load_scorer(f"{acoustic.name} {acoustic.version}", has_frame_head=True)
    assert isinstance(own, NetworkScorer)
    assert isinstance(load_scorer(f"{acoustic.name} another", has_frame_head=True), Calibration)


def test_a_network_gets_all_evidence_and_its_probabilities_become_scores() -> None:
    given: list[dict[str, np.ndarray]] = []

    def run(arrays: dict[str, np.ndarray]) -> np.ndarray:
        given.append(arrays)
        said = np.zeros((2, 40))
        said[0, 2], said[0, 39], said[1, 5], said[1, 3] = 0.9, 0.1, 0.7, 0.3
        return np.hstack([[[1.0] * 4, [0.0] * 4], said])[None]

    scores = NetworkScorer("test", 0.4, 0.6, run).score(described([3, 4], [3, 4], has_frame_head=True))
    assert [given[0][name].shape for name in INPUTS] == [(1, 2, 92), (1, 2), (1, 2, 4)]
    assert scores.values == pytest.approx([100, 10])
    assert scores.error_probabilities == pytest.approx([0, 1])
    assert scores.wrong_probabilities == pytest.approx([0.1, 0.7])
    assert (scores.doubtful_from, scores.wrong_from) == (0.4, 0.6)


def test_a_damaged_network_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "scorer.json").write_text('{"acoustic_model": "some model", "version": "1"}')
    (tmp_path / "scorer.onnx").write_bytes(b"no graph")
    with pytest.raises(BrokenModel):
        load_scorer("some model", has_frame_head=True, directory=tmp_path)
