"""A joint model of letters and phones: n-grams of graphones with interpolated, modified Kneser-Ney smoothing.

A graphone is a letter with the phones it stands for. Every n-gram is a node of a trie; the nodes of one length are
kept in the order of their parents, so that the children of a node lie side by side.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from phonemes.making.alignment import Chunk

START, END = 0, 1
"""Numbers of the marks before and after a word; graphones count from 2."""

SpeltWord = Sequence[tuple[str, Chunk]]


@dataclass(frozen=True, slots=True)
class Level:
    """All n-grams of one length.

    Parameters
    ----------
    parent : int array
        For each n-gram the node of its first n - 1 graphones, in the level above.
    last : int array
        Its last graphone.
    suffix : int array
        The node of its last n - 1 graphones, in the level above.
    count : int array
        How often it was seen.
    at : int array
        For each place of the text the node that ends there, or -1.
    """

    parent: np.ndarray
    last: np.ndarray
    suffix: np.ndarray
    count: np.ndarray
    at: np.ndarray


def number_graphones(words: Sequence[SpeltWord], *, at_least: int) -> dict[tuple[str, Chunk], int]:
    """Number the graphones seen at least `at_least` times, from 2, ordered by letter."""
    counts: dict[tuple[str, Chunk], int] = {}
    for word in words:
        for graphone in word:
            counts[graphone] = counts.get(graphone, 0) + 1
    kept = sorted(graphone for graphone, count in counts.items() if count >= at_least)
    return {graphone: number for number, graphone in enumerate(kept, start=2)}


def as_text(words: Sequence[SpeltWord], numbers: dict[tuple[str, Chunk], int]) -> np.ndarray:
    """Join all words that need no rare graphone into one text of numbers, each between its marks."""
    text: list[int] = []
    for word in words:
        if all(graphone in numbers for graphone in word):
            text.append(START)
            text.extend(numbers[graphone] for graphone in word)
            text.append(END)
    return np.array(text, dtype=np.int64)


def count_levels(text: np.ndarray, *, order: int) -> list[Level]:
    """Count all n-grams up to `order` that lie within one word."""
    vocabulary = int(text.max()) + 1
    index = np.arange(len(text))
    begins = np.maximum.accumulate(np.where(text == START, index, 0))
    in_word = index - begins
    counts = np.bincount(text, minlength=vocabulary)
    nowhere = np.zeros(vocabulary, dtype=np.int64)
    levels = [Level(nowhere, np.arange(vocabulary), nowhere, counts, text.copy())]
    for length in range(2, order + 1):
        above = levels[-1]
        places = index[in_word >= length - 1]
        keys = above.at[places - 1] * vocabulary + text[places]
        unique, first, inverse, count = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
        at = np.full(len(text), -1)
        at[places] = inverse
        suffix = above.at[places[first]]
        levels.append(Level(unique // vocabulary, unique % vocabulary, suffix, count, at))
    return levels


def _continuations(levels: Sequence[Level], depth: int, order: int) -> np.ndarray:
    """Count what Kneser-Ney smoothing counts: contexts before an n-gram, or occurrences where none can be."""
    level = levels[depth]
    if depth == order - 1:
        return level.count.astype(np.float64)
    longer = levels[depth + 1]
    different = np.bincount(longer.suffix, minlength=len(level.last)).astype(np.float64)
    first = level.last if depth == 0 else None
    starts = (first == START) if first is not None else _begins_a_word(levels, depth)
    return np.where(starts, level.count, different)


def _begins_a_word(levels: Sequence[Level], depth: int) -> np.ndarray:
    """Tell which n-grams of a level begin with the mark before a word."""
    node = np.arange(len(levels[depth].last))
    for level in reversed(levels[1 : depth + 1]):
        node = level.parent[node]
    return node == START


def _discounts(counts: np.ndarray) -> np.ndarray:
    """Return the discounts for counts of 0, 1, 2 and 3 or more (Chen and Goodman 1999, section 4.4)."""
    n1, n2, n3, n4 = (max(int((counts == value).sum()), 1) for value in (1, 2, 3, 4))
    y = n1 / (n1 + 2 * n2)
    raw = [0.0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
    return np.clip(raw, [0.0, 0.05, 0.1, 0.1], [0.0, 0.95, 1.9, 2.9])


def smooth(levels: Sequence[Level], *, cutoffs: Sequence[int]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Estimate every n-gram's probability, and the weight of the shorter context after every n-gram.

    Parameters
    ----------
    levels : sequence of Level
        From `count_levels`.
    cutoffs : sequence of int
        For each length, n-grams seen less often than this are left to the shorter context; must not decrease.

    Returns
    -------
    probability : list of float64 array
        For each length and n-gram, of its last graphone after the others.
    backoff : list of float64 array
        For each length but the last and each n-gram, what the shorter context's probabilities are multiplied by.
    """
    order = len(levels)
    adjusted = _continuations(levels, 0, order)
    adjusted[START] = 0
    probability = [(adjusted + 0.01) / (adjusted + 0.01).sum()]
    backoff: list[np.ndarray] = []
    for depth in range(1, order):
        level = levels[depth]
        adjusted = _continuations(levels, depth, order)
        discount = _discounts(adjusted)[np.minimum(adjusted, 3).astype(np.int64)]
        n_parents = len(levels[depth - 1].last)
        total = np.maximum(np.bincount(level.parent, weights=adjusted, minlength=n_parents), 1e-12)
        kept = level.count >= cutoffs[depth]
        share = np.where(kept, np.maximum(adjusted - discount, 0.0), 0.0) / total[level.parent]
        left = 1.0 - np.bincount(level.parent, weights=share, minlength=n_parents)
        backoff.append(np.clip(left, 1e-6, 1.0))
        probability.append(share + backoff[-1][level.parent] * probability[-1][level.suffix])
    return probability, backoff
