"""British forms of American pronunciations, by rule.

The rules follow the lexical sets of Wells (1982), *Accents of English*, and the transcription of Cruttenden (2014),
*Gimson's Pronunciation of English*, 8th ed., as far as the 39 phones go: NURSE stays ER, and an unstressed ER is AH.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from phonemes.inventory import PHONES, phone
from phonemes.making.alignment import Aligner

_ENDINGS = ("", "s", "es", "'s", "d", "ed", "ing", "er", "ers", "est", "y", "ly", "ful", "ment", "ments", "less")
_VOWELS = frozenset(entry for entry in PHONES if phone(entry).is_vowel)
_YOD_AFTER = frozenset({"T", "D", "N"})

# What is left of a vowel and an R that no vowel follows.
_WITHOUT_R: Mapping[str, tuple[str, ...]] = {
    "AA": ("AA",),
    "AO": ("AO",),
    "OW": ("AO",),
    "EH": ("EH",),
    "EY": ("EH",),
    "AE": ("EH",),
    "IH": ("IH", "AH0"),
    "IY": ("IH", "AH0"),
    "UH": ("AO",),
    "UW": ("AO",),
    "AY": ("AY", "AH0"),
    "AW": ("AW", "AH0"),
    "AH": ("AH",),
    "OY": ("OY", "AH0"),
}


def _bare(symbol: str) -> str:
    return symbol.rstrip("012")


def _digit(symbol: str) -> str:
    return symbol[len(_bare(symbol)) :]


def _is_vowel(symbols: Sequence[str], index: int) -> bool:
    return index < len(symbols) and _bare(symbols[index]) in _VOWELS


class BritishRules:
    """Turns an American pronunciation into British ones.

    Parameters
    ----------
    aligner : Aligner
        Tells which letter a vowel is spelt with.
    sets : mapping of str to sequence of str
        Words whose vowel no rule can tell, as "bath", "strut" and "lot"; see ``datasets/lexicon/british_words.tsv``.
    """

    def __init__(self, aligner: Aligner, *, sets: Mapping[str, Sequence[str]]) -> None:
        self._aligner = aligner
        self._bath, self._strut, self._lot = (_with_derivatives(sets[name]) for name in ("bath", "strut", "lot"))

    def forms(self, spelling: str, american: str) -> tuple[str, ...]:
        """Return the British forms that differ from the American: with R pronounced, and without.

        Parameters
        ----------
        spelling : str
            The word.
        american : str
            Its pronunciation in ARPAbet with stress digits.
        """
        symbols = american.split(" ")
        rhotic = self._change_vowels(spelling, symbols)
        silent = drop_r(rhotic)
        found = dict.fromkeys(" ".join(form) for form in (silent, rhotic) if form != symbols)
        return tuple(found)

    def _change_vowels(self, spelling: str, symbols: list[str]) -> list[str]:
        letters = self._letters_of(spelling, symbols)
        changed: list[str] = []
        bath_left = spelling in self._bath
        for index, symbol in enumerate(symbols):
            bare, digit = _bare(symbol), _digit(symbol)
            at = letters[index]
            if bare == "AE" and digit in "12" and bath_left:
                changed.append("AA" + digit)
                bath_left = False
            elif (bare == "AH" and digit in "12" and spelling in self._lot) or (
                bare == "AA" and at is not None and _is_lot(spelling, at, symbols, index)
            ):
                changed.append("AO" + digit)
            elif bare == "UW" and at is not None and _has_yod(spelling, at, symbols, index):
                changed.extend(("Y", symbol))
            elif bare == "ER" and digit in "12" and spelling in self._strut and _is_vowel(symbols, index + 1):
                changed.extend(("AH" + digit, "R"))
            else:
                changed.append(symbol)
        return changed

    def _letters_of(self, spelling: str, symbols: list[str]) -> list[int | None]:
        """For each phone the place of the letter that stands for it."""
        places: list[int | None] = []
        chunks = self._aligner.align(spelling, [_bare(symbol) for symbol in symbols])
        for place, chunk in enumerate(chunks or ()):
            places.extend([place] * len(chunk))
        return places if chunks else [None] * len(symbols)


def _is_lot(spelling: str, at: int, symbols: Sequence[str], index: int) -> bool:
    """Tell whether an AA is the vowel of LOT: spelt O, AU, AW, or A after W or QU; not before a final R."""
    if symbols[index + 1 : index + 2] == ["R"] and not _is_vowel(symbols, index + 2):
        return False
    if spelling[at] == "o":
        return True
    before, after = spelling[max(at - 2, 0) : at], spelling[at + 1 : at + 2]
    return spelling[at] == "a" and (before.endswith(("w", "wh", "qu")) or after in ("u", "w"))


def _has_yod(spelling: str, at: int, symbols: Sequence[str], index: int) -> bool:
    """Tell whether a Y stands before this UW in Britain: new, tune, due, but not noon, do or chew."""
    return (
        index > 0
        and symbols[index - 1] in _YOD_AFTER
        and (spelling[at] == "u" or spelling[at : at + 2] in ("ew", "eu"))
    )


def drop_r(symbols: Sequence[str]) -> list[str]:
    """Leave out every R that no vowel follows, and turn an unstressed ER into a schwa.

    A word that ends in R keeps its R in another variant, for the sake of a vowel at the start of the next word.
    """
    kept: list[str] = []
    for index, symbol in enumerate(symbols):
        bare, digit = _bare(symbol), _digit(symbol)
        vowel_next = _is_vowel(symbols, index + 1)
        if bare == "ER" and digit == "0":
            kept.extend(("AH0", "R") if vowel_next else ("AH0",))
        elif bare == "R" and not vowel_next and kept and _bare(kept[-1]) in _WITHOUT_R:
            last = kept.pop()
            first, *rest = _WITHOUT_R[_bare(last)]
            kept.extend((first + _digit(last), *rest))
        else:
            kept.append(symbol)
    return kept


def _with_derivatives(words: Sequence[str]) -> frozenset[str]:
    """Add the regular inflections and derivations of words."""
    plain = {word + ending for word in words for ending in _ENDINGS}
    without_e = {word[:-1] + ending for word in words if word.endswith("e") for ending in _ENDINGS[1:]}
    y_to_i = {word[:-1] + ending for word in words if word.endswith("y") for ending in ("ies", "ied", "ier", "iest")}
    return frozenset(plain | without_e | y_to_i)


def read_sets(path: Path) -> dict[str, tuple[str, ...]]:
    """Read the hand-written word sets: name, then words separated by spaces."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {name: tuple(words.split()) for name, words in rows}


def british_rows(words: Mapping[str, Sequence[str]], rules: BritishRules) -> dict[str, tuple[str, ...]]:
    """Collect for every word the British forms whose phones the dictionary lacks.

    Only the first two pronunciations of a word are turned: further ones are mostly reductions of those.
    """
    rows: dict[str, tuple[str, ...]] = {}
    for word, american in words.items():
        listed = {_phones_of(form) for form in american}
        forms = dict.fromkeys(form for variant in american[:2] for form in rules.forms(word, variant))
        new = tuple(form for form in forms if _phones_of(form) not in listed)
        if new:
            rows[word] = new
    return rows


def _phones_of(form: str) -> tuple[str, ...]:
    return tuple(_bare(symbol) for symbol in form.split(" "))
