"""One way of saying a word, and reading it from ARPAbet or IPA."""

from collections.abc import Sequence
from dataclasses import dataclass

from phonemes.inventory import COLUMN, phone
from phonemes.ipa import read_ipa

_ARPABET_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ012 \t-.")
_REDUCED_IPA = frozenset("əɐɚ")


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """One way of saying a word.

    Parameters
    ----------
    phones : tuple of str
        ARPAbet symbols without stress.
    stress : tuple of int or None
        For each phone 1 (primary), 2 (secondary) or 0 (none) where it is a vowel; None where it is a consonant.
    source : {"lexicon", "weak", "british", "g2p", "own", "letter", "given"}
        Where it comes from: the dictionary, the weak forms of function words, the British rules, the letter-to-sound
        rules, a teacher's own entry, the name of a letter, or the phones a caller has fixed.
    """

    phones: tuple[str, ...]
    stress: tuple[int | None, ...]
    source: str

    def arpabet(self) -> str:
        """Write it the way dictionaries do, ``"SH IH1 P"``."""
        pairs = zip(self.phones, self.stress, strict=True)
        return " ".join(symbol if stress is None else f"{symbol}{stress}" for symbol, stress in pairs)


def read_arpabet(transcription: str, *, source: str) -> Pronunciation:
    """Read trusted ARPAbet in which every vowel carries its stress digit, as dictionaries write it."""
    symbols = transcription.split(" ")
    return Pronunciation(
        phones=tuple(symbol.rstrip("012") for symbol in symbols),
        stress=tuple(int(symbol[-1]) if symbol[-1] in "012" else None for symbol in symbols),
        source=source,
    )


def parse_pronunciation(transcription: str, *, source: str = "own") -> Pronunciation:
    """Read a pronunciation that a person typed, in ARPAbet or in IPA.

    Capitals mean ARPAbet (``"SH IH1 P"``, digits optional); anything else is IPA (``"ʃɪp"``). Where no stress is
    marked at all, the first vowel that is not a schwa counts as stressed.

    Parameters
    ----------
    transcription : str
        What was typed.
    source : str
        Recorded in the result.

    Raises
    ------
    ValueError
        Nothing to say, or a symbol that is no English phone; the message names it.
    """
    text = transcription.strip()
    if text and set(text) <= _ARPABET_LETTERS:
        phones, marks = _split_arpabet(text)
        reducible = [symbol == "AH" for symbol in phones]
    else:
        phones, marks = read_ipa(text)
        reducible = [symbol in ("AH", "ER") for symbol in phones] if _REDUCED_IPA & set(text) else [False] * len(phones)
    if not phones:
        raise ValueError(f"“{transcription}” holds no sounds")
    return Pronunciation(phones=phones, stress=_fill_stress(phones, marks, reducible=reducible), source=source)


def _split_arpabet(text: str) -> tuple[tuple[str, ...], tuple[int | None, ...]]:
    """Split ARPAbet into phones and the stress digits they carry."""
    phones: list[str] = []
    marks: list[int | None] = []
    for token in text.replace("-", " ").replace(".", " ").split():
        symbol = token.rstrip("012")
        digits = token[len(symbol) :]
        if symbol not in COLUMN or len(digits) > 1 or (digits and not phone(symbol).is_vowel):
            raise ValueError(f"“{token}” is not an ARPAbet phone")
        phones.append(symbol)
        marks.append(int(digits) if digits else None)
    return tuple(phones), tuple(marks)


def _fill_stress(
    phones: Sequence[str], marks: Sequence[int | None], *, reducible: Sequence[bool]
) -> tuple[int | None, ...]:
    """Give every vowel a stress: its mark, or 0, or 1 for the first full vowel of a word without any mark."""
    vowels = [index for index, symbol in enumerate(phones) if phone(symbol).is_vowel]
    stress: list[int | None] = [None] * len(phones)
    for index in vowels:
        stress[index] = marks[index] or 0
    full = [index for index in vowels if not reducible[index]]
    if full and all(mark is None for mark in marks):
        stress[full[0]] = 1
    return tuple(stress)
