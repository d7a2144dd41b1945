"""How words are said that no dictionary has: letters to sounds, offline, with numpy alone.

Two models that err differently are joined letter by letter: n-grams of graphones, which keep the sounds of a word
consistent with each other, and a small recurrent network, which sees the whole word at once.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from phonemes.graphone_trie import END, Context, GraphoneTrie
from phonemes.inventory import PHONES, phone
from phonemes.letter_tagger import LetterTagger
from phonemes.pronunciation import Pronunciation

_TABLES = Path(__file__).with_name("g2p.npz")
_FLOOR = -12.0
"""Log probability of a graphone that the network has no tag for."""

LONGEST_WORD = 64
"""Longer strings are cut; nobody reads them aloud, and time grows with their length."""


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How the best pronunciations are searched for; the values did best on words kept from training.

    Parameters
    ----------
    beam : int
        Partial pronunciations kept after each letter.
    best : int
        Pronunciations returned.
    tagger_weight : float
        Share of the network in the score, 0..1; the n-grams have the rest.
    margin : float
        Leave out pronunciations whose score per letter is this much worse than the best one's, in nats.
    """

    beam: int = 8
    best: int = 3
    tagger_weight: float = 0.6
    margin: float = 0.35


@dataclass(frozen=True, slots=True)
class _Partial:
    """A pronunciation of the letters so far: its score, what the trie remembers, and its graphones."""

    score: float
    context: Context
    graphones: tuple[int, ...]


class LetterToSound:
    """Pronounces words from their spelling.

    Parameters
    ----------
    arrays : mapping of str to array
        The tables that ``python -m phonemes.build g2p`` makes: those of `GraphoneTrie` under ``trie/``, those of
        `LetterTagger` under ``tagger/``, and the two inventories of graphones.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self._trie = GraphoneTrie(_under("trie/", arrays))
        self._tagger = LetterTagger(_under("tagger/", arrays))
        alphabet = str(arrays["alphabet"])
        self._letter = {letter: number for number, letter in enumerate(alphabet, start=1)}
        self._chunks = [_chunk(row) for row in arrays["graphone_phones"]]
        owners = arrays["graphone_letter"]
        self._range = {
            letter: (2 + int(np.searchsorted(owners, number)), 2 + int(np.searchsorted(owners, number, side="right")))
            for letter, number in self._letter.items()
        }
        self._tag_graphone = arrays["tag_graphone"].astype(np.intp)
        self._merge = np.zeros((len(self._tag_graphone), len(self._chunks) + 2), dtype=np.float32)
        self._merge[np.arange(len(self._tag_graphone)), self._tag_graphone] = 1.0
        self._tag_stress = arrays["tag_stress"]

    @classmethod
    def open(cls, path: Path = _TABLES) -> "LetterToSound":
        """Read the tables.

        Raises
        ------
        OSError
            The file is missing.
        """
        with np.load(path) as stored:
            return cls({name: stored[name] for name in stored.files})

    def pronounce(self, word: str, *, options: SearchOptions | None = None) -> tuple[Pronunciation, ...]:
        """Return likely pronunciations, best first.

        Parameters
        ----------
        word : str
            Capitals and accents do not matter; characters that are no letters are passed over.
        options : SearchOptions, optional
            How to search.

        Raises
        ------
        ValueError
            The word holds no letter.
        """
        options = options or SearchOptions()
        spelling = _plain_letters(word, self._letter)
        if not spelling:
            raise ValueError(f"“{word}” holds no letter to pronounce")
        tags = self._tagger.log_probs([self._letter[letter] for letter in spelling])
        found = self._search(spelling, self._graphone_log_probs(tags), options)
        least = found[0].score - options.margin * len(spelling)
        spoken: dict[tuple[str, ...], Pronunciation] = {}
        for partial in found:
            entry = self._with_stress(partial.graphones, tags)
            if entry.phones and (not spoken or partial.score >= least):
                spoken.setdefault(entry.phones, entry)
        return tuple(spoken.values())[: options.best] or (_spelt_by_first_choice(),)

    def _graphone_log_probs(self, tags: np.ndarray) -> np.ndarray:
        """Sum the tags that differ only in stress, shape (letters, graphones + 2)."""
        return np.log(np.maximum(np.exp(tags) @ self._merge, np.exp(_FLOOR)))

    def _search(self, spelling: str, network: np.ndarray, options: SearchOptions) -> list[_Partial]:
        """Find the best graphones for a word, best first, by a beam search."""
        share = options.tagger_weight
        beam = [_Partial(0.0, self._trie.start, ())]
        for place, letter in enumerate(spelling):
            first, stop = self._range[letter]
            expansions = [self._trie.expand(partial.context, first, stop) for partial in beam]
            local = share * network[place, first:stop]
            scores = np.stack(
                [
                    partial.score + (1.0 - share) * expansion.log_probs + local
                    for partial, expansion in zip(beam, expansions, strict=True)
                ]
            )
            kept = np.argsort(-scores, axis=None, kind="stable")[: options.beam]
            rows, columns = np.unravel_index(kept, scores.shape)
            beam = [
                _Partial(
                    float(scores[row, column]),
                    self._trie.follow(expansions[row], first + int(column)),
                    (*beam[row].graphones, first + int(column)),
                )
                for row, column in zip(rows, columns, strict=True)
            ]
        ended = [
            _Partial(
                partial.score + (1.0 - share) * float(self._trie.expand(partial.context, END, END + 1).log_probs[0]),
                partial.context,
                partial.graphones,
            )
            for partial in beam
        ]
        return sorted(ended, key=lambda partial: -partial.score)

    def _with_stress(self, graphones: Sequence[int], tags: np.ndarray) -> Pronunciation:
        """Write out the phones of a word, one vowel with primary stress, the others as the network prefers."""
        phones: list[str] = []
        vowels: list[int] = []
        weights: list[np.ndarray] = []
        for place, graphone in enumerate(graphones):
            for symbol in self._chunks[graphone - 2]:
                if phone(symbol).is_vowel:
                    vowels.append(len(phones))
                    weights.append(self._stress_weights(tags[place], graphone))
                phones.append(symbol)
        stress: list[int | None] = [None] * len(phones)
        if vowels:
            table = np.stack(weights)
            lesser = np.maximum(table[:, 0], table[:, 2])
            strongest = int(np.argmax(table[:, 1] - lesser))
            for index, vowel in enumerate(vowels):
                stress[vowel] = 1 if index == strongest else (2 if table[index, 2] > table[index, 0] else 0)
        return Pronunciation(tuple(phones), tuple(stress), "g2p")

    def _stress_weights(self, tags: np.ndarray, graphone: int) -> np.ndarray:
        """Return how the network weighs the stresses 0, 1 and 2 of a graphone, as log probabilities."""
        weights = np.full(3, _FLOOR)
        for tag in np.flatnonzero(self._tag_graphone == graphone):
            if self._tag_stress[tag] >= 0:
                weights[self._tag_stress[tag]] = np.logaddexp(weights[self._tag_stress[tag]], tags[tag])
        return weights


def _spelt_by_first_choice() -> Pronunciation:
    """Return a schwa: something must be said for letters that all fall silent."""
    return Pronunciation(("AH",), (0,), "g2p")


def _under(prefix: str, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): values for name, values in arrays.items() if name.startswith(prefix)}


def _chunk(row: np.ndarray) -> tuple[str, ...]:
    """Read up to two phones stored as columns of posteriors, 0 for none."""
    return tuple(PHONES[int(column) - 1] for column in row if column)


def _plain_letters(word: str, known: Mapping[str, int]) -> str:
    """Strip accents and everything that is no letter of the alphabet."""
    folded = unicodedata.normalize("NFKD", word.lower().replace("’", "'").replace("ß", "ss"))
    return "".join(letter for letter in folded if letter in known)[:LONGEST_WORD]


@cache
def default_letter_to_sound() -> LetterToSound:
    """Return the tables that come with the product, read once."""
    return LetterToSound.open()


def pronounce(word: str) -> tuple[Pronunciation, ...]:
    """Return likely pronunciations of a word that no dictionary has, best first.

    Parameters
    ----------
    word : str
        Any non-empty word with at least one letter from A to Z; capitals and accents do not matter.

    Returns
    -------
    tuple of Pronunciation
        One to three, with ``source="g2p"``.

    Raises
    ------
    ValueError
        The word holds no letter.
    """
    return default_letter_to_sound().pronounce(word)
