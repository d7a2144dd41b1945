"""The 39 phones Lafal judges: ARPAbet and IPA names, articulation, and how far apart two phones are."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from phonemes.ipa import read_ipa

BLANK = 0
"""Column of blank (CTC) or silence (frame head) in every posterior matrix; phone k of `PHONES` is column k + 1."""


@dataclass(frozen=True, slots=True)
class Phone:
    """One English phone without stress.

    Parameters
    ----------
    symbol : str
        ARPAbet name, as in CMUdict without the stress digit.
    ipa : str
        General American transcription.
    is_vowel : bool
        Whether it can carry a syllable.
    manner, place : str
        Manner and place of articulation; height and backness for vowels.
    is_voiced : bool
        Whether the vocal folds vibrate.
    """

    symbol: str
    ipa: str
    is_vowel: bool
    manner: str
    place: str
    is_voiced: bool


def _vowel(symbol: str, ipa: str, manner: str, place: str) -> Phone:
    return Phone(symbol, ipa, is_vowel=True, manner=manner, place=place, is_voiced=True)


def _consonant(symbol: str, ipa: str, manner: str, place: str, *, voiced: bool) -> Phone:
    return Phone(symbol, ipa, is_vowel=False, manner=manner, place=place, is_voiced=voiced)


_TABLE: tuple[Phone, ...] = (
    _vowel("AA", "ɑ", "open", "back"),
    _vowel("AE", "æ", "near-open", "front"),
    _vowel("AH", "ʌ", "open-mid", "central"),
    _vowel("AO", "ɔ", "open-mid", "back rounded"),
    _vowel("AW", "aʊ", "diphthong", "open to back"),
    _vowel("AY", "aɪ", "diphthong", "open to front"),
    _consonant("B", "b", "plosive", "bilabial", voiced=True),
    _consonant("CH", "tʃ", "affricate", "postalveolar", voiced=False),
    _consonant("D", "d", "plosive", "alveolar", voiced=True),
    _consonant("DH", "ð", "fricative", "dental", voiced=True),
    _vowel("EH", "ɛ", "open-mid", "front"),
    _vowel("ER", "ɝ", "mid rhotic", "central"),
    _vowel("EY", "eɪ", "diphthong", "mid to front"),
    _consonant("F", "f", "fricative", "labiodental", voiced=False),
    _consonant("G", "ɡ", "plosive", "velar", voiced=True),
    _consonant("HH", "h", "fricative", "glottal", voiced=False),
    _vowel("IH", "ɪ", "near-close", "front"),
    _vowel("IY", "i", "close", "front"),
    _consonant("JH", "dʒ", "affricate", "postalveolar", voiced=True),
    _consonant("K", "k", "plosive", "velar", voiced=False),
    _consonant("L", "l", "approximant", "alveolar lateral", voiced=True),
    _consonant("M", "m", "nasal", "bilabial", voiced=True),
    _consonant("N", "n", "nasal", "alveolar", voiced=True),
    _consonant("NG", "ŋ", "nasal", "velar", voiced=True),
    _vowel("OW", "oʊ", "diphthong", "mid to back"),
    _vowel("OY", "ɔɪ", "diphthong", "mid back to front"),
    _consonant("P", "p", "plosive", "bilabial", voiced=False),
    _consonant("R", "ɹ", "approximant", "alveolar", voiced=True),
    _consonant("S", "s", "fricative", "alveolar", voiced=False),
    _consonant("SH", "ʃ", "fricative", "postalveolar", voiced=False),
    _consonant("T", "t", "plosive", "alveolar", voiced=False),
    _consonant("TH", "θ", "fricative", "dental", voiced=False),
    _vowel("UH", "ʊ", "near-close", "back rounded"),
    _vowel("UW", "u", "close", "back rounded"),
    _consonant("V", "v", "fricative", "labiodental", voiced=True),
    _consonant("W", "w", "approximant", "labial-velar", voiced=True),
    _consonant("Y", "j", "approximant", "palatal", voiced=True),
    _consonant("Z", "z", "fricative", "alveolar", voiced=True),
    _consonant("ZH", "ʒ", "fricative", "postalveolar", voiced=True),
)

PHONES: tuple[str, ...] = tuple(entry.symbol for entry in _TABLE)
"""The 39 ARPAbet symbols in alphabetical order, the order of posterior columns 1 to 39."""

COLUMN = MappingProxyType({symbol: position + 1 for position, symbol in enumerate(PHONES)})
"""ARPAbet symbol -> posterior column."""

_BY_SYMBOL = MappingProxyType({entry.symbol: entry for entry in _TABLE})
_REDUCED = MappingProxyType({"AH0": "ə", "ER0": "ɚ"})
_FEATURES = Path(__file__).with_name("features.tsv")


def phone(symbol: str) -> Phone:
    """Look up a phone by its ARPAbet symbol; a stress digit is ignored.

    Raises
    ------
    KeyError
        The symbol is none of the 39.
    """
    return _BY_SYMBOL[symbol.rstrip("012")]


def to_ipa(symbols: Iterable[str]) -> str:
    """Write ARPAbet phones as IPA, without stress marks.

    Parameters
    ----------
    symbols : iterable of str
        ARPAbet symbols, with or without stress digits; an unstressed AH0 or ER0 becomes a schwa.

    Raises
    ------
    KeyError
        A symbol is none of the 39.
    """
    return "".join(_REDUCED.get(symbol) or phone(symbol).ipa for symbol in symbols)


def from_ipa(transcription: str) -> tuple[str, ...]:
    """Read an IPA transcription as ARPAbet phones, without stress.

    Both ``ɹ`` and ``r``, both ``g`` and ``ɡ``, length marks, tie bars and the usual British symbols are understood.

    Raises
    ------
    ValueError
        A symbol stands for no English phone; the message names it.
    """
    return read_ipa(transcription)[0]


@cache
def _articulation() -> tuple[np.ndarray, np.ndarray]:
    """Load the features of all phones, shape (39, 2 n), and their weights, shape (2 n,)."""
    lines = _FEATURES.read_text(encoding="utf-8").splitlines()
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in lines if not line.startswith("#")}
    values = np.array([rows[symbol] for symbol in PHONES], dtype=np.float64)
    weights = np.array(rows["weight"], dtype=np.float64)
    values.flags.writeable = False
    return values, weights


@cache
def distances() -> np.ndarray:
    """Return how far apart any two phones are, as a read-only matrix in the order of `PHONES`.

    The weighted sum of the articulatory features in which two phones differ, over both halves of each phone,
    divided by the largest such sum.

    Returns
    -------
    float64 array, shape (39, 39)
        Symmetric, 0 on the diagonal, at most 1.
    """
    values, weights = _articulation()
    raw = np.abs(values[:, None, :] - values[None, :, :]) @ weights
    scaled = raw / raw.max()
    scaled.flags.writeable = False
    return scaled


def features(symbol: str) -> np.ndarray:
    """Return the articulatory features of a phone.

    Returns
    -------
    float64 array, shape (2 n,)
        n features (-1 absent, 0 does not apply, 1 present) of how the phone begins, then of how it ends; the
        halves differ in diphthongs and in ER.

    Raises
    ------
    KeyError
        The symbol is none of the 39.
    """
    return _articulation()[0][COLUMN[phone(symbol).symbol] - 1]


def distance(a: str, b: str) -> float:
    """Return how far apart two phones are, from 0 (the same) to 1 (the farthest two of the inventory).

    Raises
    ------
    KeyError
        A symbol is none of the 39.
    """
    return float(distances()[COLUMN[phone(a).symbol] - 1, COLUMN[phone(b).symbol] - 1])


def nearest(symbol: str, n: int = 5) -> tuple[str, ...]:
    """Return the `n` phones most like this one, nearest first, itself left out.

    Raises
    ------
    KeyError
        The symbol is none of the 39.
    """
    row = COLUMN[phone(symbol).symbol] - 1
    order = np.argsort(distances()[row], kind="stable")
    return tuple(PHONES[other] for other in order if other != row)[:n]
