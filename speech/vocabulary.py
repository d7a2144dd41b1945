"""Folding what any phone recogniser writes, IPA or ARPAbet, into blank and the 39 phones."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from phonemes.inventory import BLANK, COLUMN, PHONES, from_ipa, nearest
from speech.errors import WrongVocabulary

_WIDTH = len(PHONES) + 1
_FEWEST_PHONES = 35
"""A 39-phone folding of TIMIT covers 37; letters cover 24, and IPA written letter by letter at most 33."""
_FEWEST_ARPABET = 0.8
"""Share of an ARPAbet vocabulary that must be ARPAbet; the rest may be noises."""
_FLOOR = -1e4
_USUAL_MERGERS = MappingProxyType({"AO": "AA", "ZH": "SH"})
"""What the usual folding of TIMIT writes for phones it drops."""

_SPECIAL = re.compile(r"<.*>|\[.*\]|\W*|_|h#|sil|sp|spn|nsn|pau|epi|[bdgkpt]cl|q", re.IGNORECASE)
_ARPABET_DETAIL = re.compile(r"[0-2]$|_[BIES]$")
_ARPABET_EXTRA: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "AX": ("AH",),
        "AX-H": ("AH",),
        "AXR": ("ER",),
        "DX": ("T",),  # the flap of “water”; lexicons write T for most of them
        "EL": ("AH", "L"),
        "EM": ("AH", "M"),
        "EN": ("AH", "N"),
        "ENG": ("IH", "NG"),
        "HV": ("HH",),
        "IX": ("IH",),
        "NX": ("N",),
        "UX": ("UW",),
        "WH": ("W",),
    }
)

_RESPELT = (
    ("ts.", "tʃ"),  # espeak's way of writing retroflex consonants
    ("s.", "ʃ"),
    ("z.", "ʒ"),
    ("r.", "ɹ"),
    ("nɡ", "ŋ"),
    ("S", "ʃ"),
    ("Z", "ʒ"),
    ("N", "ŋ"),
    ("X", "x"),
)
_WHOLE = MappingProxyType({"eː": "eɪ", "oː": "oʊ", "ɒ": "ɑ"})
"""Long monophthongs stand for the diphthongs of English; ɒ is the vowel British espeak gives “lot”, American ɑ."""
_FOREIGN = str.maketrans(
    {
        "y": "u",
        "ʏ": "ʊ",
        "ɯ": "u",
        "ø": "ʊ",
        "œ": "ʌ",
        "ɶ": "æ",
        "ɘ": "ə",
        "ɞ": "ʌ",
        "ʀ": "ɹ",
        "ʁ": "ɹ",
        "ɽ": "ɹ",
        "ɺ": "l",
        "ɭ": "l",
        "ʎ": "l",
        "ɬ": "l",
        "ɮ": "l",
        "ʟ": "l",
        "β": "v",
        "ʋ": "v",
        "ɸ": "f",
        "ɱ": "m",
        "ɲ": "n",
        "ɳ": "n",
        "ɴ": "ŋ",
        "c": "k",
        "q": "k",
        "ɟ": "ɡ",
        "ɢ": "ɡ",
        "ɣ": "ɡ",
        "ɠ": "ɡ",
        "χ": "h",
        "ħ": "h",
        "ʕ": "h",
        "ʂ": "ʃ",
        "ɕ": "ʃ",
        "ɧ": "ʃ",
        "ʐ": "ʒ",
        "ʑ": "ʒ",
        "ʝ": "j",
        "ɥ": "j",
        "ɰ": "w",
        "ɓ": "b",
        "ɗ": "d",
    }
)
"""IPA letters English does not use, and the English sound made nearest to the same place in the same manner."""
_TONE = re.compile(r"[1-5]$|(?<=[^ː])ɜ$")
"""Espeak marks the tones of Chinese and Vietnamese with a digit, and writes the third as ɜ."""
_ASPIRATION = re.compile(r"(?<=[pbtdkɡʃsɕ.])h")
_DOUBLED = re.compile(r"(.+)\1+")


def arpabet_phones(symbol: str) -> tuple[str, ...] | None:
    """Name the phones of one ARPAbet symbol of any case, with or without stress or word position.

    Returns
    -------
    tuple of str or None
        Empty for silence and special tokens; None when the symbol is not ARPAbet.
    """
    if _SPECIAL.fullmatch(symbol):
        return ()
    bare = _ARPABET_DETAIL.sub("", _ARPABET_DETAIL.sub("", symbol.upper()))
    return (bare,) if bare in COLUMN else _ARPABET_EXTRA.get(bare)


def ipa_phones(symbol: str) -> tuple[str, ...] | None:
    """Name the English phones nearest to one IPA symbol of any language, as espeak or a phonetician writes it.

    Returns
    -------
    tuple of str or None
        More than one for compounds such as ``ɑːɹ``; empty for silence, special tokens and lone diacritics; None when
        no English phone is like it.
    """
    if _SPECIAL.fullmatch(symbol) and symbol != "q":
        return ()
    text = _TONE.sub("", symbol)
    for written, plain in _RESPELT:
        text = text.replace(written, plain)
    text = _DOUBLED.sub(r"\1", _ASPIRATION.sub("", text))
    plain_text = _only_english_letters(text)
    if not plain_text:
        return ()
    for spelling in (_WHOLE.get(text, text), plain_text):
        try:
            return from_ipa(spelling)
        except ValueError:
            continue
    return None


def _only_english_letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    letters = "".join(letter for letter in decomposed if unicodedata.category(letter) in ("Ll", "Lo"))
    return _DOUBLED.sub(r"\1", letters.translate(_FOREIGN))


@dataclass(frozen=True, slots=True)
class Folding:
    """How the outputs of a recogniser sum into blank and the 39 phones.

    Parameters
    ----------
    columns : int array, shape (outputs,)
        Posterior column each output adds to; -1 for outputs left out, whose mass the others share.
    tails : tuple of (output, column, delay)
        Outputs that stand for several phones say the first of them in `columns`; each further phone is said `delay`
        frames after the output has faded, as if the recogniser had written it by itself.
    lent : tuple of (column, column)
        A phone the recogniser cannot write, and the one it writes instead: the two share the mass equally.
    """

    columns: np.ndarray
    tails: tuple[tuple[int, int, int], ...]
    lent: tuple[tuple[int, int], ...]

    def __call__(self, logits: np.ndarray) -> np.ndarray:
        """Fold scores into log-posteriors.

        Parameters
        ----------
        logits : float array, shape (frames, outputs)
            Logits or log-probabilities.

        Returns
        -------
        float32 array, shape (frames, 40)
            Natural-log posteriors; every row sums to one.
        """
        log_probs = logits.astype(np.float64) - np.logaddexp.reduce(logits.astype(np.float64), axis=1, keepdims=True)
        order = np.argsort(self.columns, kind="stable")
        order = order[self.columns[order] >= 0]
        targets, starts = np.unique(self.columns[order], return_index=True)
        folded = np.full((len(logits), _WIDTH), _FLOOR)
        if len(logits):
            folded[:, targets] = np.logaddexp.reduceat(log_probs[:, order], starts, axis=1)
        folded = _add_tails(folded, np.exp(log_probs), self.tails)
        for missing, lender in self.lent:
            folded[:, [missing, lender]] = folded[:, [lender]] - np.log(2)
        folded -= np.logaddexp.reduce(folded, axis=1, keepdims=True)
        return folded.astype(np.float32)


def _add_tails(folded: np.ndarray, mass: np.ndarray, tails: Sequence[tuple[int, int, int]]) -> np.ndarray:
    """Let each tail's column take, `delay` frames after the mass of its output fell, what that output lost."""
    gained = np.zeros_like(folded)
    for output, column, delay in tails:
        fallen = mass[:-delay, output] - mass[1 : len(mass) - delay + 1, output]
        gained[delay:, column] += np.clip(fallen, 0.0, None)
    total = gained.sum(axis=1, keepdims=True)
    gained /= np.maximum(total, 1.0)
    left = np.maximum(1.0 - total, 1e-12)
    return np.logaddexp(folded + np.log(left), np.log(np.maximum(gained, 1e-300)))


def read_vocabulary(symbols: Sequence[str | None], *, blank: int, name: str) -> Folding:
    """Work out what each output of a recogniser stands for.

    Parameters
    ----------
    symbols : sequence of str or None
        What each output writes; None where nobody says.
    blank : int
        The CTC blank among them.
    name : str
        The checkpoint, for the error.

    Raises
    ------
    WrongVocabulary
        The outputs are letters, word pieces or anything but phones of IPA or ARPAbet.
    """
    named = [symbol for symbol in symbols if symbol and not _SPECIAL.fullmatch(symbol)]
    arpabet = sum(arpabet_phones(symbol) is not None for symbol in named)
    reader = arpabet_phones if arpabet >= _FEWEST_ARPABET * len(named) else ipa_phones
    readings = [() if symbol is None else reader(symbol) for symbol in symbols]
    readings[blank] = ()
    heads = {reading[0] for reading in readings if reading}
    if len(heads) < _FEWEST_PHONES:
        raise WrongVocabulary({"name": name})
    columns = [-1 if reading is None else COLUMN[reading[0]] if reading else BLANK for reading in readings]
    tails = [
        (output, COLUMN[later], delay)
        for output, reading in enumerate(readings)
        for delay, later in enumerate(reading or ())
        if delay > 0
    ]
    lent = [(COLUMN[absent], COLUMN[_lender(absent, heads)]) for absent in PHONES if absent not in heads]
    return Folding(np.array(columns, dtype=np.intp), tuple(tails), tuple(lent))


def _lender(absent: str, heads: set[str]) -> str:
    usual = _USUAL_MERGERS.get(absent)
    if usual in heads:
        return usual
    return next(neighbour for neighbour in nearest(absent, len(PHONES) - 1) if neighbour in heads)
