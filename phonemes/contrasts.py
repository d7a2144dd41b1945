"""What speakers of a first language tend to say instead, and pairs of words that differ in one sound."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from phonemes.inventory import phone
from phonemes.lexicon import Lexicon, default_lexicon
from phonemes.resources import folder

FIRST_LANGUAGES = ("id", "zh")
"""ISO 639-1 codes of the first languages whose tendencies are described."""

POSITIONS = ("initial", "medial", "final")
"""Places of a phone in its word: the first, the last, and all others."""

_PRACTICE_RANK = 12_000
"""Minimal pairs use words up to this rank; learners rarely know rarer ones."""
_LEFT_OUT = "-"


@dataclass(frozen=True, slots=True)
class Tendency:
    """One thing a speaker of a first language tends to do with an English phone.

    Parameters
    ----------
    said : str or None
        What is said instead; None where the phone is left out; the phone itself where it changes in another way
        than into another phone (no aspiration, a vowel added after it).
    weight : float
        Estimated share of attempts, 0..1; see ``datasets/contrasts/README.md``.
    note_code : str
        Stable name of the reason, for the interface to translate.
    """

    said: str | None
    weight: float
    note_code: str


@dataclass(frozen=True, slots=True)
class MinimalPair:
    """Two words that differ in one phone; `position` is where: initial, medial or final."""

    word_a: str
    word_b: str
    position: str


def position_of(index: int, n_phones: int) -> str:
    """Name the place of a phone in a word of `n_phones` phones."""
    if index == 0:
        return "initial"
    return "final" if index == n_phones - 1 else "medial"


def tendencies(first_language: str, symbol: str, position: str) -> tuple[Tendency, ...]:
    """Return what speakers of a first language tend to say for a phone, the likeliest first.

    Parameters
    ----------
    first_language : {"id", "zh"}
        Indonesian or Mandarin.
    symbol : str
        ARPAbet symbol of the English phone.
    position : {"initial", "medial", "final"}
        Its place in the word.

    Returns
    -------
    tuple of Tendency
        Empty where the phone is not known to give trouble, and for a language that is not described.

    Raises
    ------
    KeyError
        The symbol is none of the 39 phones.
    ValueError
        The position is none of the three.
    """
    if position not in POSITIONS:
        raise ValueError(f"“{position}” is not a position; use one of {', '.join(POSITIONS)}")
    wanted = phone(symbol).symbol
    if first_language not in FIRST_LANGUAGES:
        return ()
    return _described(first_language).get((wanted, position), ())


def note_codes() -> tuple[str, ...]:
    """Return every note code that a tendency can carry, in alphabetical order."""
    groups = (group for language in FIRST_LANGUAGES for group in _described(language).values())
    return tuple(sorted({tendency.note_code for group in groups for tendency in group}))


@cache
def _described(first_language: str) -> Mapping[tuple[str, str], tuple[Tendency, ...]]:
    """Read the description of a first language."""
    rows: dict[tuple[str, str], list[Tendency]] = defaultdict(list)
    path = folder("datasets") / "contrasts" / f"{first_language}.tsv"
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            symbol, positions, said, weight, note = line.split("\t")
            tendency = Tendency(None if said == _LEFT_OUT else said, float(weight), note)
            for position in positions.split(","):
                rows[symbol, position].append(tendency)
    ordered = {key: tuple(sorted(group, key=lambda row: -row.weight)) for key, group in rows.items()}
    return MappingProxyType(ordered)


def _taught(forms: Sequence[str]) -> tuple[str, ...]:
    """Choose the pronunciation to practise: the first, but "caught" with AO, which some Americans say with AA."""
    unmerged = forms[0].replace("AA", "AO")
    return tuple((unmerged if unmerged in forms else forms[0]).split(" "))


class PracticeWords:
    """Frequent words fit for learners, by how they are said.

    Parameters
    ----------
    lexicon : Lexicon
        Where the words come from.
    excluded : sequence of str
        Words to leave out; one that ends with ``*`` stands for all words that begin so.
    limit : int
        How many of the most frequent words to consider.
    """

    def __init__(self, lexicon: Lexicon, *, excluded: Sequence[str] = (), limit: int = _PRACTICE_RANK) -> None:
        exact = {word for word in excluded if not word.endswith("*")}
        beginnings = tuple(word.rstrip("*") for word in excluded if word.endswith("*"))
        fit = [
            word
            for word in lexicon.by_frequency(limit)
            if len(word) > 1 and word.isalpha() and word not in exact and not word.startswith(beginnings)
        ]
        self._rank = {word: rank for rank, word in enumerate(fit)}
        self._said: dict[tuple[str, ...], str] = {}
        for word, forms in lexicon.transcriptions(fit):
            # The most frequent of words that sound alike stands for all of them.
            self._said.setdefault(_taught(forms), word)

    def pairs(self, a: str, b: str) -> tuple[MinimalPair, ...]:
        """Return all pairs in which the first word has `a` where the second has `b`, most frequent first.

        A pair is as frequent as the rarer of its two words.
        """
        found: list[tuple[int, MinimalPair]] = []
        for symbols, word in self._said.items():
            for index, symbol in enumerate(symbols):
                if symbol.rstrip("012") == a:
                    stress = symbol[len(a) :] if phone(b).is_vowel else ""
                    other = self._said.get((*symbols[:index], b + stress, *symbols[index + 1 :]))
                    if other is not None:
                        pair = MinimalPair(word, other, position_of(index, len(symbols)))
                        found.append((max(self._rank[word], self._rank[other]), pair))
        return tuple(pair for _, pair in sorted(found, key=lambda item: item[0]))


@cache
def _practice_words() -> PracticeWords:
    path = folder("datasets") / "contrasts" / "excluded_words.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    return PracticeWords(default_lexicon(), excluded=[line for line in lines if line and not line.startswith("#")])


@cache
def _all_pairs(a: str, b: str) -> tuple[MinimalPair, ...]:
    return _practice_words().pairs(a, b) if a != b else ()


def minimal_pairs(a: str, b: str, *, limit: int = 10) -> tuple[MinimalPair, ...]:
    """Return pairs of common words that differ only in `a` against `b`, most frequent first.

    Parameters
    ----------
    a, b : str
        ARPAbet symbols; the first word of each pair has `a`.
    limit : int
        At most so many pairs.

    Returns
    -------
    tuple of MinimalPair
        Possibly empty: English has few words that differ in, say, DH against ZH.

    Raises
    ------
    KeyError
        A symbol is none of the 39 phones.
    """
    return _all_pairs(phone(a).symbol, phone(b).symbol)[:limit]
