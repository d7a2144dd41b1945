"""Syllables of a pronunciation by maximal onset: a consonant opens the next syllable where English allows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from phonemes.inventory import PHONES, phone


@dataclass(frozen=True, slots=True)
class SyllableSpan:
    """Phones `[first, last)` of a word; `stress` is 0 (none), 1 (primary) or 2 (secondary)."""

    first: int
    last: int
    stress: int


_CLUSTERS = (
    "P L,P R,P Y,B L,B R,B Y,T R,T W,D R,D W,K L,K R,K W,K Y,G L,G R,G W,G Y,"
    "F L,F R,F Y,V Y,TH R,TH W,SH R,HH Y,HH W,M Y,"
    "S P,S T,S K,S F,S M,S N,S L,S W,S P L,S P R,S P Y,S T R,S K L,S K R,S K W,S K Y"
)
_ONSETS = frozenset(tuple(cluster.split()) for cluster in _CLUSTERS.split(","))
"""Consonant clusters that English words begin with; a test finds a word in the dictionary for each."""

_ONSETS_BEFORE_U = frozenset((consonant, "Y") for consonant in ("T", "D", "N", "L", "S", "Z", "TH"))
"""Coronal + Y opens a syllable only before an u-like vowel: "a-nnual", but "mil-lion" and "on-ion"."""

_U_VOWELS = frozenset({"UW", "UH"})
_NEVER_INITIAL = "NG"
_VOWELS = frozenset(symbol for symbol in PHONES if phone(symbol).is_vowel)


def is_onset(consonants: Sequence[str], *, before: str) -> bool:
    """Tell whether a syllable may open with these consonants before that vowel."""
    if len(consonants) <= 1:
        return tuple(consonants) != (_NEVER_INITIAL,)
    cluster = tuple(consonants)
    return cluster in _ONSETS or (cluster in _ONSETS_BEFORE_U and before in _U_VOWELS)


def syllabify(phones: Sequence[str], stress: Sequence[int | None]) -> tuple[SyllableSpan, ...]:
    """Divide a pronunciation into syllables.

    Parameters
    ----------
    phones : sequence of str
        ARPAbet symbols without stress digits.
    stress : sequence of int or None
        One value a phone: 0, 1 or 2 for a vowel, None for a consonant.

    Returns
    -------
    tuple of SyllableSpan
        In order and without gaps: the first starts at 0, the last ends at `len(phones)`. A pronunciation without
        a vowel ("hmm") is one unstressed syllable; an empty one has none.

    Raises
    ------
    ValueError
        `stress` has another length than `phones`.
    """
    if len(phones) != len(stress):
        raise ValueError(f"{len(phones)} phones but {len(stress)} stress marks")
    if not phones:
        return ()
    nuclei = [index for index, symbol in enumerate(phones) if symbol in _VOWELS]
    if not nuclei:
        return (SyllableSpan(0, len(phones), 0),)
    starts = [0, *(_onset_start(phones, left, right) for left, right in pairwise(nuclei)), len(phones)]
    return tuple(
        SyllableSpan(first, last, stress[nucleus] or 0)
        for nucleus, (first, last) in zip(nuclei, pairwise(starts), strict=True)
    )


def _onset_start(phones: Sequence[str], left: int, right: int) -> int:
    """Find where the syllable of the vowel at `right` begins, after the vowel at `left`."""
    for start in range(left + 1, right):
        if is_onset(phones[start:right], before=phones[right]):
            return start
    return right
