"""The spoken words of a text, and the text while it is being read."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from phonemes import patterns
from phonemes.folding import fold

LONGEST_ACRONYM = 5
"""A longer word in capitals is a word, as a rule ("ASEAN" is five, "UNESCO" six letters)."""


@dataclass(frozen=True, slots=True)
class Token:
    """One spoken word.

    Parameters
    ----------
    spoken : str
        The word in lower case, apostrophes kept ("it's").
    char_start, char_end : int
        Where it stands in the original text, in code points; words of one figure ("21") share them.
    written : str
        The original text between them.
    is_letter : bool
        Whether the name of a letter is spoken; `spoken` is then the letter, with "'s" where more than one is meant.
    acronym : str or None
        For a letter of a word in capitals, that word in lower case: the dictionary may say that it is a word.
    """

    spoken: str
    char_start: int
    char_end: int
    written: str
    is_letter: bool = False
    acronym: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A piece of another script or far too long for a word; `[char_start, char_end)` points into the original."""

    char_start: int
    char_end: int
    written: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What of a text is spoken, and what had to be skipped."""

    tokens: tuple[Token, ...]
    skipped: tuple[Skipped, ...]


class Script:
    """A text being read: the tokens so far and what of the text decides how the next piece is read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded = fold(text)
        self.plain = self._folded.plain
        self.tokens: list[Token] = []
        self.skipped: list[Skipped] = []
        self._last_end = 0  # where the last token ends in `plain`
        self.quote_is_open = False
        found = [(span.start(), _is_shouted(span[0])) for span in patterns.sentences().finditer(self.plain)]
        self._sentence_starts = [start for start, _ in found]
        self._sentence_shouted = [shouted for _, shouted in found]

    def say(
        self, words: Iterable[str], first: int, last: int, *, letter: bool = False, acronym: str | None = None
    ) -> None:
        """Add spoken words that all stand at `plain[first:last]`."""
        start, end = self._folded.span(first, last)
        written = self._text[start:end]
        self.tokens.extend(Token(word, start, end, written, letter, acronym) for word in words)
        self._last_end = last

    def spell(self, first: int, last: int, *, ending: str = "", acronym: str | None = None) -> None:
        """Add the letters of `plain[first:last]` one by one; the last takes the `ending` that follows it."""
        for index in range(first, last):
            is_last = index == last - 1
            end = last + len(ending) if is_last else index + 1
            spoken = self.plain[index].lower() + ("'s" if is_last and ending else "")
            self.say((spoken,), index, end, letter=True, acronym=acronym)

    def skip(self, first: int, last: int) -> None:
        """Remember a piece that cannot be read."""
        start, end = self._folded.span(first, last)
        if not self.skipped or self.skipped[-1].char_end <= start:
            self.skipped.append(Skipped(start, end, self._text[start:end]))

    def is_shouted(self, position: int) -> bool:
        """Tell whether the sentence at `position` is all in capitals."""
        index = bisect_right(self._sentence_starts, position) - 1
        return index >= 0 and self._sentence_shouted[index]

    def follows(self, first: int) -> Token | None:
        """Return the token before, where only a space lies between."""
        return self.tokens[-1] if self.tokens and self.plain[self._last_end : first] in (" ", "") else None


def _is_shouted(sentence: str) -> bool:
    words = re.findall("[A-Za-z]+", sentence)
    if any(word != word.upper() for word in words):
        return False
    return sum(map(len, words)) > 1 and (len(words) > 1 or len(words[0]) > LONGEST_ACRONYM)
