import itertools
import math

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phonemes.inventory import BLANK, COLUMN
from speech.trie import PronunciationTrie, Spelling, walk

LABELS = (BLANK, COLUMN["AA"], COLUMN["B"])
SPELLINGS = (
    Spelling("ah", ("AA",), -1.0),
    Spelling("bah", ("B", "AA"), -0.5),
    Spelling("abba", ("AA", "B", "B", "AA"), -0.2),
    Spelling("baa", ("B", "AA"), -0.7),
    Spelling("ab", ("AA", "B"), -1.5),
)


def random_log_probs(seed: int, frames: int) -> np.ndarray:
    log_probs = np.full((frames, 40), -50.0)
    log_probs[:, list(LABELS)] = np.random.default_rng(seed).normal(size=(frames, len(LABELS))) * 3
    return log_probs - np.logaddexp.reduce(log_probs, axis=1, keepdims=True)


def best_split(phones: tuple[int, ...]) -> tuple[float, tuple[str, ...]]:
    """The likeliest words that spell a phone sequence, by trying them all."""
    if not phones:
        return 0.0, ()
    options = [(-math.inf, ())]
    for spelling in SPELLINGS:
        columns = tuple(COLUMN[symbol] for symbol in spelling.phones)
        if phones[: len(columns)] == columns:
            score, rest = best_split(phones[len(columns) :])
            options.append((score + spelling.log_prior, (spelling.text, *rest)))
    return max(options, key=lambda option: option[0])


def brute_force(log_probs: np.ndarray) -> tuple[str, ...]:
    best, words = -math.inf, ()
    for path in itertools.product(LABELS, repeat=len(log_probs)):
        phones = tuple(label for label, _ in itertools.groupby(path) if label != BLANK)
        prior, split = best_split(phones)
        score = prior + sum(log_probs[frame, label] for frame, label in enumerate(path))
        if score > best:
            best, words = score, split
    return words


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), frames=st.integers(1, 7))
@example(seed=7386, frames=7)  # the second word follows one that was not the best to end there
def test_the_likeliest_words_are_those_of_brute_force(seed: int, frames: int) -> None:
    log_probs = random_log_probs(seed, frames)
    found = walk(PronunciationTrie.build(SPELLINGS), log_probs)
    assert tuple(text for text, _, _ in found) == brute_force(log_probs)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), frames=st.integers(0, 30))
def test_words_follow_one_another_inside_the_recording(seed: int, frames: int) -> None:
    found = walk(PronunciationTrie.build(SPELLINGS), random_log_probs(seed, frames))
    edges = [edge for _, start, end in found for edge in (start, end)]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= frames for _, start, end in found)


def test_a_word_lies_where_it_was_written() -> None:
    path = [BLANK, BLANK, COLUMN["B"], BLANK, COLUMN["AA"], COLUMN["AA"], BLANK, COLUMN["AA"], BLANK]
    log_probs = np.full((len(path), 40), -20.0)
    log_probs[np.arange(len(path)), path] = 0.0
    assert walk(PronunciationTrie.build(SPELLINGS), log_probs) == (("bah", 2, 6), ("ah", 7, 8))


def test_of_words_said_alike_the_likelier_is_kept() -> None:
    trie = PronunciationTrie.build(SPELLINGS)
    assert "bah" in trie.texts
    assert "baa" not in trie.texts


def test_no_words_no_guess() -> None:
    assert walk(PronunciationTrie.build([]), random_log_probs(0, 5)) == ()
