"""Change single phones of a pronunciation on purpose, so that what is said is not what the text predicts."""

from collections.abc import Sequence

import numpy as np

from phonemes.inventory import PHONES, nearest
from speech.train.spoken import VOWELS, Edit, Word, bare

SUBSTITUTION_SHARE, DELETION_SHARE = 0.7, 0.15
"""Shares of the three kinds of edit; the rest are insertions. Learners substitute far more than they drop or add."""

NEAR_SHARE = 0.5
"""Share of substitutions that pick a close phone; the others pick any, so that no confusion is unheard of."""

NEAR = 6


def perturb(
    words: Sequence[Word], *, edit_rate: float, random: np.random.Generator
) -> tuple[tuple[Word, ...], tuple[Edit, ...]]:
    """Substitute, drop or add phones at random places.

    Parameters
    ----------
    words : sequence of tuple of str
        The pronunciation as it should be.
    edit_rate : float
        Expected share of phones changed; at least one always is.
    random : numpy Generator
        Source of chance.

    Returns
    -------
    words, edits
        What to say instead, and how it differs. No word loses its only phone.
    """
    places = [(word, phone) for word, phones in enumerate(words) for phone in range(len(phones))]
    count = max(1, int(random.binomial(len(places), edit_rate)))
    chosen = random.choice(len(places), size=count, replace=False)
    said = [list(word) for word in words]
    edits: list[Edit] = []
    # From the end, so that an edit does not move the places of those still to come.
    for word, phone in sorted((places[index] for index in chosen), reverse=True):
        edit = _choose(words[word], word, phone, random, may_drop=len(said[word]) > 1)
        edits.append(edit)
        apply(said[word], edit)
    return tuple(tuple(word) for word in said), tuple(reversed(edits))


def apply(word: list[str], edit: Edit) -> None:
    """Carry out an edit on a word's phones, in place; a substituted vowel keeps its stress digit."""
    if edit.said is None:
        del word[edit.phone]
    elif edit.kind == "insertion":
        word.insert(edit.phone + 1, edit.said)
    else:
        old = word[edit.phone]
        digit = old[-1] if old[-1].isdigit() else ""
        word[edit.phone] = _with_digit(edit.said, digit)


def _with_digit(symbol: str, digit: str) -> str:
    return symbol + digit if symbol in VOWELS else symbol


def _choose(word: Word, index: int, phone: int, random: np.random.Generator, *, may_drop: bool) -> Edit:
    expected = bare(word[phone])
    chance = random.random()
    if chance < DELETION_SHARE and may_drop:
        return Edit("deletion", index, phone, expected, None)
    if chance > DELETION_SHARE + SUBSTITUTION_SHARE:
        return Edit("insertion", index, phone, None, str(random.choice(PHONES)))
    rivals = nearest(expected, NEAR) if random.random() < NEAR_SHARE else PHONES
    others = [symbol for symbol in rivals if symbol != expected]
    return Edit("substitution", index, phone, expected, str(random.choice(others)))
