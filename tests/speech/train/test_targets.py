import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonemes.inventory import COLUMN
from speech.train.corpus import Utterance
from speech.train.targets import IGNORED, Labels, align, align_many, exact_labels, frame_targets, trusted_phones


def _brute_force(log_probs, columns):
    """Best score over every way to place the phones, silence allowed anywhere between."""
    frames = len(log_probs)
    best = -np.inf
    for path in itertools.product(range(2 * len(columns) + 1), repeat=frames):
        steps = np.diff(path)
        starts, ends = path[0] <= 1, path[-1] >= 2 * len(columns) - 1
        legal = all(
            step in (0, 1) or (step == 2 and state % 2 == 1) for step, state in zip(steps, path[1:], strict=True)
        )
        if starts and ends and legal:
            states = [columns[state // 2] if state % 2 else 0 for state in path]
            best = max(best, sum(log_probs[moment, state] for moment, state in enumerate(states)))
    return best


@given(st.integers(1, 3), st.integers(0, 2), st.integers(0, 999))
@settings(max_examples=20, deadline=None)
def test_alignment_is_the_best_of_all(count, extra, seed):
    chance = np.random.default_rng(seed)
    frames = count + extra
    log_probs = np.log(chance.dirichlet(np.ones(5), frames))
    columns = chance.integers(1, 5, count).tolist()
    labels = align(log_probs, columns)
    spoken = frame_targets(labels, frames, tempo=1.0, padding_s=0.0)
    score = log_probs[np.arange(frames), spoken].sum()
    assert score == pytest.approx(_brute_force(log_probs, columns))
    assert [column for column in labels.columns if column] == columns


def test_alignment_needs_a_frame_a_phone():
    assert align(np.zeros((2, 40)), [1, 2, 3]) is None
    assert align(np.zeros((2, 40)), []) is None


def test_aligning_many_is_aligning_each():
    chance = np.random.default_rng(3)
    speech = []
    for count, frames in ((3, 9), (1, 1), (5, 30), (4, 3), (0, 5), (2, 30)):
        columns = chance.integers(1, 40, count).tolist()
        speech.append((np.log(chance.dirichlet(np.ones(40), frames)), columns, [True] * count))
    for one, (log_probs, columns, _) in zip(align_many(speech), speech, strict=True):
        alone = align(log_probs, columns)
        assert (one is None) == (alone is None) == (not 0 < len(columns) <= len(log_probs))
        if one is not None and alone is not None:
            np.testing.assert_array_equal(one.columns, alone.columns)
            np.testing.assert_array_equal(one.ends_s, alone.ends_s)


def test_untrusted_phones_are_aligned_but_not_taught():
    truth = [0, 0, 3, 3, 7, 7, 7, 0]
    log_probs = np.full((8, 40), -9.0)
    log_probs[np.arange(8), truth] = 0.0
    labels = align(log_probs, [3, 7], trusted=[True, False])
    targets = frame_targets(labels, 8, tempo=1.0, padding_s=0.0)
    assert targets.tolist() == [0, 0, 3, 3, IGNORED, IGNORED, IGNORED, 0]


@given(st.floats(0.8, 1.25), st.floats(0.0, 0.5))
def test_targets_follow_tempo_and_padding(tempo, padding_s):
    labels = Labels(np.array([5, 9]), np.array([0.4, 0.8]))
    targets = frame_targets(labels, 100, tempo=tempo, padding_s=padding_s)
    centres_s = 0.0125 + 0.02 * np.arange(100)
    starts, change, end = padding_s, padding_s + 0.4 / tempo, padding_s + 0.8 / tempo
    for centre_s, target in zip(centres_s, targets, strict=True):
        wanted = 0 if centre_s < starts or centre_s >= end else 5 if centre_s < change else 9
        near_an_edge = min(abs(centre_s - edge) for edge in (starts, change, end)) < 1e-6
        assert target == wanted or near_an_edge


def test_speech_without_labels_teaches_no_frames():
    assert set(frame_targets(None, 4, tempo=1.0, padding_s=0.0)) == {IGNORED}


def test_exact_labels_come_from_segments():
    said = Utterance("synthetic", "a", "slt", ("SH",), segments=(("", 0.1), ("SH", 0.3)))
    labels = exact_labels(said)
    assert labels.columns.tolist() == [0, COLUMN["SH"]]
    assert labels.ends_s.tolist() == [0.1, 0.3]
    assert exact_labels(Utterance("an4", "a", "b", ("SH",))) is None


def test_low_scores_are_not_trusted():
    scored = Utterance("speechocean762", "a", "b", ("SH", "IY"), scores=(0.4, 2.0))
    assert trusted_phones(scored, 0.5) == (False, True)
    assert trusted_phones(scored, 0.0) == (True, True)
    assert trusted_phones(Utterance("an4", "a", "b", ("SH", "IY")), 0.5) == (True, True)
