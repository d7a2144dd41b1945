"""Any Unicode text as plain ASCII, each character knowing where in the original it came from."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

FOREIGN = "\x00"
"""Stands for a letter or figure of a script that English does not use."""

_EXTRA_KEPT = "£€¥₹¢°×÷–⁄"
_SPECIAL = {
    **dict.fromkeys("‘’‚‛ʹʻʼʽˈ′´`", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑−﹣⁃", "-"),
    **dict.fromkeys("‒–—―", "–"),
    **dict.fromkeys("™®©℠", " "),
    **{"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D"},
    **{"ł": "l", "Ł": "L", "ı": "i", "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D", "ẞ": "SS"},
    **{"º": "°", "²": "^2", "³": "^3", "\n": "\n", "\u2028": "\n", "\u2029": "\n", "\u0085": "\n"},
}


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in ASCII (and a few currency and mathematical signs), with the way back to the original.

    Character `i` of `plain` comes from the original's `[starts[i], ends[i])`; combining marks and invisible
    characters belong to the character before them.
    """

    plain: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return where the non-empty `plain[first:last]` lies in the original."""
        return self.starts[first], self.ends[last - 1]


def fold(text: str) -> Folded:
    """Fold a text: compatibility forms (NFKC), accents, quotes and dashes become plain; emoji become spaces.

    Letters and figures of other scripts become `FOREIGN`, figures that have a decimal value become 0 to 9, control
    characters become spaces.
    """
    if text.isascii() and text.isprintable():
        return Folded(text, tuple(range(len(text))), tuple(range(1, len(text) + 1)))
    plain: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for index, character in enumerate(text):
        image = _fold_character(character)
        if not image and plain:
            _extend(plain, ends, index + 1)
        for piece in image:
            plain.append(piece)
            starts.append(index)
            ends.append(index + 1)
    return Folded("".join(plain), tuple(starts), tuple(ends))


def _extend(plain: list[str], ends: list[int], end: int) -> None:
    """Let an invisible character belong to the visible one before it."""
    if plain[-1] not in " \n":
        ends[-1] = end


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    """Fold one character; an empty string means that it only modifies the one before it."""
    if character in _SPECIAL:
        return _SPECIAL[character]
    if " " <= character <= "~" or character in _EXTRA_KEPT:
        return character
    if unicodedata.decomposition(character).startswith("<fraction>"):
        return " " + unicodedata.normalize("NFKC", character)
    decomposed = unicodedata.normalize("NFKD", character)
    if len(decomposed) > 1:
        return "".join(_fold_character(piece) for piece in decomposed)
    return decomposed if " " <= decomposed <= "~" else _by_category(decomposed)


def _by_category(character: str) -> str:
    category = unicodedata.category(character)
    if character in _SPECIAL or character in _EXTRA_KEPT:
        return _SPECIAL.get(character, character)
    if category in ("Mn", "Me", "Cf"):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return FOREIGN if category[0] in "LN" or category == "Mc" else " "
