"""What a synthesiser is asked to say, and what it gives back: samples and the exact time of every phone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from phonemes.inventory import PHONES, phone

SILENCE = "SIL"
"""Name of the pause in `TimedPhone.phone`; it is none of the 39 phones."""

VOWELS = frozenset(symbol for symbol in PHONES if phone(symbol).is_vowel)

Word = tuple[str, ...]
"""One word to say: ARPAbet phones, vowels with or without their stress digit."""


@dataclass(frozen=True, slots=True)
class TimedPhone:
    """One phone (ARPAbet without stress, or `SILENCE`) and when it sounds, `[start_s, end_s)`."""

    phone: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Edit:
    """One deliberate difference between what a text asks for and what is said.

    `kind` is "substitution", "deletion" or "insertion"; `word` and `phone` index the expected phone (for an insertion:
    the phone after which `said` is slipped in); `expected` is None for an insertion, `said` None for a deletion.
    """

    kind: str
    word: int
    phone: int
    expected: str | None
    said: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How to say it: `stretch` multiplies durations, `pitch` the voice's own median F0 where the voice allows it.

    A short pause follows each word whose index is in `breaks`.
    """

    stretch: float = 1.0
    pitch: float = 1.0
    breaks: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Utterance:
    """Synthetic speech whose content is known.

    Parameters
    ----------
    samples : float32 array, shape (n,)
        The sound, -1..1.
    sample_rate : int
        Samples per second, as the voice gives them.
    phones : tuple of TimedPhone
        Everything said, silences included, without gaps from 0 to the end.
    text : str
        The words as written; what the text asks for, not what was said, when `planted` is not empty.
    voice : str
        Name in `speech.voice.VOICES`.
    planted : tuple of Edit
        Where what was said departs from the text's pronunciation.
    exact_times : bool
        Whether the synthesiser itself gave the times; False where they are spread evenly.
    """

    samples: np.ndarray
    sample_rate: int
    phones: tuple[TimedPhone, ...]
    text: str
    voice: str
    planted: tuple[Edit, ...] = ()
    exact_times: bool = True

    @property
    def said(self) -> tuple[str, ...]:
        """The phones in order, without silences."""
        return tuple(timed.phone for timed in self.phones if timed.phone != SILENCE)

    def labelled(self, text: str, planted: Sequence[Edit] = ()) -> "Utterance":
        """The same sound with the text it stands for and the errors planted in it."""
        return replace(self, text=text, planted=tuple(planted))


def bare(symbol: str) -> str:
    """Strip the stress digit and check the phone.

    Raises
    ------
    KeyError
        The symbol is none of the 39.
    """
    return phone(symbol).symbol


def with_stress(word: Word) -> Word:
    """Give every vowel a stress digit 0 or 1; in a word with no digit at all the first vowel is stressed.

    Secondary stress becomes 1: the synthesisers' dictionaries know no other.
    """
    marked = any(symbol[-1].isdigit() for symbol in word)
    result: list[str] = []
    for symbol in word:
        if symbol not in VOWELS:
            result.append(symbol.replace("2", "1"))
            continue
        first = not marked and not any(earlier[-1].isdigit() for earlier in result)
        result.append(symbol + ("1" if first else "0"))
    return tuple(result)
