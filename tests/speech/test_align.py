import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchaudio.functional import forced_align

from speech.align import STRICT, Looseness, align_variants, locate, widen
from speech.errors import TooShort


def random_log_probs(seed: int, frames: int, vocabulary: int = 40) -> np.ndarray:
    logits = np.random.default_rng(seed).normal(size=(frames, vocabulary)).astype(np.float32) * 2
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def spoken(columns: list[int], frames_each: int = 4, vocabulary: int = 40) -> np.ndarray:
    """Posteriors of somebody saying exactly these columns (0 = silence)."""
    log_probs = np.full((len(columns) * frames_each, vocabulary), np.log(0.002))
    for place, column in enumerate(columns):
        log_probs[place * frames_each : (place + 1) * frames_each, column] = np.log(0.92)
    return log_probs


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    words=st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=4), min_size=1, max_size=5),
)
@pytest.mark.filterwarnings("ignore")
def test_one_variant_equals_torchaudio(seed: int, words: list[list[int]]) -> None:
    flat = list(itertools.chain(*words))
    log_probs = random_log_probs(seed, 3 * len(flat) + 4, 8)
    path, _ = forced_align(torch.from_numpy(log_probs)[None], torch.tensor([flat], dtype=torch.int32), blank=0)
    alignment = align_variants(log_probs, [[word] for word in words])
    assert alignment.path.tolist() == path[0].tolist()
    assert alignment.log_prob == pytest.approx(sum(log_probs[t, c] for t, c in enumerate(alignment.path)), rel=1e-5)
    assert [len(spans) for spans in alignment.spans] == [len(word) for word in words]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_chosen_variants_are_the_best_of_all_combinations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    variants = [[rng.integers(1, 8, rng.integers(1, 4)).tolist() for _ in range(rng.integers(1, 4))] for _ in range(3)]
    log_probs = random_log_probs(seed, 24, 8)
    best = max(
        align_variants(log_probs, [[choice] for choice in choices]).log_prob for choices in itertools.product(*variants)
    )
    alignment = align_variants(log_probs, variants)
    assert alignment.log_prob == pytest.approx(best)
    chosen = [
        [choices[index]] for choices, index in zip(variants, alignment.variants, strict=True) if index is not None
    ]
    assert align_variants(log_probs, chosen).log_prob == pytest.approx(best)


def test_a_word_left_out_is_reported_and_not_forced() -> None:
    loose = Looseness(skip_word=8)
    alignment = align_variants(spoken([0, 1, 2, 0, 5, 6, 0]), [[[1, 2]], [[3, 4, 7]], [[5, 6]]], looseness=loose)
    assert alignment.variants == (0, None, 0)
    assert alignment.spans[1] == ()
    complete = align_variants(
        spoken([0, 1, 2, 0, 3, 4, 7, 0, 5, 6, 0]), [[[1, 2]], [[3, 4, 7]], [[5, 6]]], looseness=loose
    )
    assert complete.variants == (0, 0, 0)


def test_other_speech_between_words_is_found() -> None:
    loose = Looseness(enter_filler=4, stay_filler=0.3)
    alignment = align_variants(spoken([1, 2, 0, 20, 21, 22, 23, 0, 5, 6]), [[[1, 2]], [[5, 6]]], looseness=loose)
    assert [(word, start, end) for word, start, end in alignment.fillers] == [(1, 12, 28)]
    assert align_variants(spoken([1, 2, 0, 5, 6]), [[[1, 2]], [[5, 6]]], looseness=loose).fillers == ()


def test_equal_neighbours_need_a_blank_even_across_words() -> None:
    alignment = align_variants(random_log_probs(1, 12, 5), [[[1, 2]], [[2, 3]]])
    first_end, second_start = alignment.spans[0][1][1], alignment.spans[1][0][0]
    assert second_start > first_end


def test_too_few_frames_are_refused() -> None:
    with pytest.raises(TooShort):
        align_variants(random_log_probs(0, 2, 8), [[[1, 2, 3]]])
    with pytest.raises(TooShort):
        locate(random_log_probs(0, 2, 8), [[1, 2, 3]])
    with pytest.raises(TooShort):
        align_variants(np.zeros((0, 8)), [[[1]]])


def test_locate_finds_exact_boundaries_and_keeps_silence_out() -> None:
    alignment = locate(spoken([0, 1, 2, 0, 3, 0]), [[1, 2], [3]])
    assert alignment.spans == (((4, 8), (8, 12)), ((16, 20),))
    without_pauses = locate(spoken([1, 2, 3]), [[1, 2], [], [3]])
    assert without_pauses.spans == (((0, 4), (4, 8)), (), ((8, 12),))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000))
def test_spans_are_ordered_and_do_not_overlap(seed: int) -> None:
    log_probs = random_log_probs(seed, 60)
    words = [[3, 4], [5], [6, 7, 8]]
    aligned = align_variants(log_probs, [[word] for word in words])
    for spans in (locate(log_probs, words).spans, widen(aligned, most_frames=5)):
        flat = list(itertools.chain(*spans))
        assert len(flat) == 6
        assert all(start < end for start, end in flat)
        assert all(left[1] <= right[0] for left, right in itertools.pairwise(flat))


def test_strict_is_the_default() -> None:
    log_probs = random_log_probs(4, 30)
    words = [[[1, 2]], [[3]]]
    assert align_variants(log_probs, words).log_prob == align_variants(log_probs, words, looseness=STRICT).log_prob
