"""Phones of a whole utterance, given by a person, divided over its words."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from phonemes.inventory import COLUMN, distances, phone
from phonemes.pronunciation import Pronunciation

_INSERT_OR_DELETE = 0.6
"""Cost of one phone too many or too few; distances between phones run from 0 to 1, most below 0.5."""


def read_given(phones: Sequence[str]) -> Pronunciation:
    """Read ARPAbet phones, with or without stress digits; without any, no vowel has a stress yet (0).

    Raises
    ------
    ValueError
        There are none, or one is no ARPAbet phone; the message names it.
    """
    symbols = tuple(written.rstrip("012") for written in phones)
    for written, symbol in zip(phones, symbols, strict=True):
        if symbol not in COLUMN or len(written) - len(symbol) > 1:
            raise ValueError(f"“{written}” is not an ARPAbet phone")
    if not symbols:
        raise ValueError("the list of given phones is empty")
    return Pronunciation(phones=symbols, stress=tuple(map(_stress, phones)), source="given")


def _stress(written: str) -> int | None:
    return int(written[-1]) if written[-1].isdigit() else None


def divided(given: Pronunciation, words: Sequence[Sequence[Pronunciation]]) -> tuple[Pronunciation, ...]:
    """Divide given phones over words; where they carry no stress, vowel by vowel that of the nearest variant.

    Raises
    ------
    ValueError
        Fewer phones than words.
    """
    ends = divide(given.phones, [[variant.phones for variant in variants] for variants in words])
    has_stress = any(mark is not None for mark in given.stress)
    bounds = pairwise([0, *(end for end, _ in ends)])
    result: list[Pronunciation] = []
    for (first, last), (_, choice), variants in zip(bounds, ends, words, strict=True):
        phones = given.phones[first:last]
        stress = given.stress[first:last] if has_stress else _borrowed(phones, variants[choice])
        result.append(Pronunciation(phones=phones, stress=_on_vowels(phones, stress), source="given"))
    return tuple(result)


def divide(phones: Sequence[str], words: Sequence[Sequence[Sequence[str]]]) -> tuple[tuple[int, int], ...]:
    """Divide phones over words so that they differ least from how the words are said.

    The least edit distance between the phones and any chain of one variant a word, where replacing a phone costs
    its articulatory distance; every word receives at least one phone.

    Parameters
    ----------
    phones : sequence of str, length n
        ARPAbet symbols without stress.
    words : sequence of sequence of sequence of str
        For each word its variants, for each variant its phones.

    Returns
    -------
    tuple of (int, int)
        For each word the end of its phones (each word begins where the one before ended) and the number of the
        variant they differ least from.

    Raises
    ------
    ValueError
        Fewer phones than words.
    """
    if len(phones) < len(words):
        raise ValueError(f"{len(phones)} given phones are too few for {len(words)} words")
    said = np.array([COLUMN[symbol] - 1 for symbol in phones])
    costs = np.full(len(phones) + 1, np.inf)
    costs[0] = 0.0
    chosen: list[np.ndarray] = []
    starts: list[np.ndarray] = []
    for variants in words:
        paths = [_walk(costs, variant, said) for variant in variants]
        stacked = np.stack([cost for cost, _ in paths])
        chosen.append(stacked.argmin(axis=0))
        costs = stacked.min(axis=0)
        starts.append(np.stack([start for _, start in paths]))
    ends: list[tuple[int, int]] = []
    end = len(phones)
    for choice, start in zip(reversed(chosen), reversed(starts), strict=True):
        variant = int(choice[end])
        ends.append((end, variant))
        end = int(start[variant, end])
    return tuple(reversed(ends))


def _walk(entry: np.ndarray, variant: Sequence[str], said: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Carry the costs of entering a word at each position through one of its variants.

    Returns the cost of leaving it at each position after at least one phone, and where that path entered.
    """
    positions = np.arange(len(entry))
    untouched = entry.copy()  # paths that have not taken a phone yet: they enter where they are
    cost, start = _insert(np.full(len(entry), np.inf), positions, untouched)
    for symbol in variant:
        replace = np.full(len(entry), np.inf)
        replace_start = positions
        price = distances()[COLUMN[symbol] - 1][said]
        fresh = untouched[:-1] <= cost[:-1]
        replace[1:] = np.where(fresh, untouched[:-1], cost[:-1]) + price
        replace_start = np.concatenate(([0], np.where(fresh, positions[:-1], start[:-1])))
        delete = cost + _INSERT_OR_DELETE
        keep = replace <= delete
        untouched = untouched + _INSERT_OR_DELETE
        cost, start = _insert(np.where(keep, replace, delete), np.where(keep, replace_start, start), untouched)
    return cost, start


def _insert(cost: np.ndarray, start: np.ndarray, untouched: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Let any number of further phones be said at each position, also as the first of the word."""
    positions = np.arange(len(cost))
    first = np.concatenate(([np.inf], untouched[:-1] + _INSERT_OR_DELETE))
    is_first = first < cost
    cost = np.where(is_first, first, cost)
    start = np.where(is_first, np.concatenate(([0], positions[:-1])), start)
    level = cost - _INSERT_OR_DELETE * positions
    best = np.minimum.accumulate(level)
    is_new = np.concatenate(([True], level[1:] < best[:-1]))
    origin = np.maximum.accumulate(np.where(is_new, positions, 0))
    return best + _INSERT_OR_DELETE * positions, start[origin]


def _borrowed(phones: Sequence[str], variant: Pronunciation) -> tuple[int | None, ...]:
    """Give the vowels of `phones` the stresses of a variant's vowels, in order; vowels beyond those have none."""
    marks = iter([mark for mark in variant.stress if mark is not None])
    return tuple(next(marks, 0) if phone(symbol).is_vowel else None for symbol in phones)


def _on_vowels(phones: Sequence[str], stress: Sequence[int | None]) -> tuple[int | None, ...]:
    return tuple((mark or 0) if phone(symbol).is_vowel else None for symbol, mark in zip(phones, stress, strict=True))
