import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.errors import TooShort
from speech.gop import goodness_of_pronunciation, sequence_log_prob


def random_log_probs(seed: int, frames: int, vocabulary: int) -> np.ndarray:
    logits = np.random.default_rng(seed).normal(size=(frames, vocabulary)) * 2
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def brute_force(log_probs: np.ndarray) -> dict[tuple[int, ...], float]:
    """Probability of every phone sequence, by adding up all paths."""
    frames, vocabulary = log_probs.shape
    totals: dict[tuple[int, ...], float] = {}
    for path in itertools.product(range(vocabulary), repeat=frames):
        collapsed = tuple(column for column, _ in itertools.groupby(path) if column)
        probability = np.exp(sum(log_probs[frame, column] for frame, column in enumerate(path)))
        totals[collapsed] = totals.get(collapsed, 0.0) + probability
    return totals


def log_of(totals: dict[tuple[int, ...], float], sequence: tuple[int, ...]) -> float:
    probability = totals.get(sequence, 0.0)
    return float(np.log(probability)) if probability else -np.inf


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000), frames=st.integers(1, 6), expected=st.lists(st.integers(1, 3), min_size=1, max_size=4)
)
def test_every_edit_equals_the_sum_over_all_paths(seed: int, frames: int, expected: list[int]) -> None:
    log_probs = random_log_probs(seed, frames, 4)
    totals = brute_force(log_probs)
    sequence = tuple(expected)
    if sequence not in totals:
        with pytest.raises(TooShort):
            goodness_of_pronunciation(log_probs, sequence)
        return
    goodness = goodness_of_pronunciation(log_probs, sequence)
    assert goodness.expected == pytest.approx(log_of(totals, sequence))
    assert sequence_log_prob(log_probs, sequence) == pytest.approx(goodness.expected)
    for place in range(len(sequence)):
        without = sequence[:place] + sequence[place + 1 :]
        assert goodness.deletions[place] == pytest.approx(log_of(totals, without))
        for phone in (1, 2, 3):
            other = (*sequence[:place], phone, *sequence[place + 1 :])
            assert goodness.substitutions[place, phone - 1] == pytest.approx(log_of(totals, other))
    for place in range(len(sequence) + 1):
        for phone in (1, 2, 3):
            longer = (*sequence[:place], phone, *sequence[place:])
            assert goodness.insertions[place, phone - 1] == pytest.approx(log_of(totals, longer))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), expected=st.lists(st.integers(1, 3), min_size=1, max_size=3))
def test_occupancy_is_the_expected_number_of_frames(seed: int, expected: list[int]) -> None:
    log_probs = random_log_probs(seed, 6, 4)
    frames = np.zeros(len(expected))
    total = 0.0
    for path in itertools.product(range(4), repeat=6):
        runs = [(column, len(list(run))) for column, run in itertools.groupby(path)]
        spoken = [(column, length) for column, length in runs if column]
        if [column for column, _ in spoken] == expected:
            probability = np.exp(sum(log_probs[frame, column] for frame, column in enumerate(path)))
            total += probability
            frames += probability * np.array([length for _, length in spoken])
    assert goodness_of_pronunciation(log_probs, expected).occupancy == pytest.approx(frames / total)


def test_ratio_is_never_positive_and_said_sums_to_one() -> None:
    log_probs = random_log_probs(3, 120, 40)
    goodness = goodness_of_pronunciation(log_probs, np.random.default_rng(1).integers(1, 40, 30).tolist())
    assert (goodness.ratio() <= 0).all()
    assert goodness.said().sum(axis=1) == pytest.approx(np.ones(30))
    inserted = goodness.inserted()
    assert (inserted >= 0).all()
    assert (inserted.sum(axis=1) <= 1 + 1e-9).all()


def test_the_phone_that_was_said_is_named() -> None:
    said = [3, 9, 5]
    log_probs = np.full((15, 12), np.log(0.01))
    log_probs[:, 0] = np.log(0.89)
    for place, column in enumerate(said):
        log_probs[5 * place + 2] = np.log(0.01)
        log_probs[5 * place + 2, column] = np.log(0.89)
    goodness = goodness_of_pronunciation(log_probs, [3, 7, 5])
    assert (goodness.said().argmax(axis=1) + 1).tolist() == said
    assert goodness.ratio()[1] < -3
    assert goodness.ratio()[[0, 2]] == pytest.approx(0, abs=0.2)


def test_a_long_recording_stays_exact() -> None:
    """The chunked accumulate must not lose precision over thousands of nats."""
    log_probs = random_log_probs(5, 1500, 40)
    expected = np.random.default_rng(2).integers(1, 40, 200).tolist()
    goodness = goodness_of_pronunciation(log_probs, expected)
    for place in (0, 77, 199):
        other = [*expected[:place], 5, *expected[place + 1 :]]
        assert goodness.substitutions[place, 4] == pytest.approx(sequence_log_prob(log_probs, other), abs=1e-6)


def test_a_text_far_too_long_for_its_recording_is_far_below_without_a_warning() -> None:
    log_probs = random_log_probs(6, 222, 40) * 4
    expected = np.random.default_rng(3).permutation(np.tile(np.arange(1, 40), 5)).tolist()
    goodness = goodness_of_pronunciation(log_probs, expected)
    assert goodness.expected < log_probs.max(axis=1).sum() - 300
    assert not np.isnan(goodness.ratio()).any()
    assert not np.isnan(goodness.said()).any()
