"""From a learner's sentence to the words that are spoken, each with its place in the learner's own spelling.

How what is not a plain word is read (one reading each, so that every listener expects the same words):

- numbers with "and" ("two hundred and five"), decimals figure by figure, codes with a leading zero figure by figure;
- bare 1010 to 2099 as years, unless a unit or a plural noun follows ("1250 students");
- dates with the day first ("21/11" is "the twenty first of november") unless only the month first makes a date;
- whole hours up to twelve "o'clock", later ones "hundred" ("15:00" is "fifteen hundred");
- capitals as letters, unless the whole sentence is in capitals; whether "NASA" is a word is for the dictionary to say,
  so each letter names the `acronym` it belongs to;
- hyphens, dashes and brackets separate words; emoji and other pictures are silent;
- letters of other scripts, and more letters in a row than any word has, are skipped and reported.
"""

import re
from types import MappingProxyType

from phonemes import numerals, patterns
from phonemes.numerals import MONTH_SHORT
from phonemes.quantities import QUANTITIES, Handler
from phonemes.shorthand import (
    ABBREVIATIONS,
    APHERETIC,
    CAPITALISED,
    COUNTED,
    LATIN,
    ROMAN,
    SIGNS,
    UNDOTTED,
    UNITS,
    UNITS_ALONE,
)
from phonemes.tokens import LONGEST_ACRONYM, Reading, Script, Skipped, Token

__all__ = ["Reading", "Skipped", "Token", "read", "tokenise"]

_PLURAL_LETTERS = re.compile(r"([A-Z]{2,5})('?s)")
_VOWEL_LETTER = re.compile("[aeiouyAEIOUY]")
_LONGEST_LETTERS_BY_FIGURES = 3
_LONGEST_WORD = 45  # letters of the longest word in English dictionaries; more is no word
_WORD_LETTERS = frozenset("aiAI")  # single letters that are words


def tokenise(text: str) -> tuple[Token, ...]:
    """Divide a text into spoken words; `read` also tells what could not be read.

    Examples
    --------
    >>> [token.spoken for token in tokenise("It's 21/11, Dr. O'Neil!")]
    ["it's", 'the', 'twenty', 'first', 'of', 'november', 'doctor', "o'neil"]
    """
    return read(text).tokens


def read(text: str) -> Reading:
    """Divide a text into spoken words and pieces that cannot be read.

    Any text can be read; one without a readable word gives no tokens. Offsets never decrease.
    """
    script = Script(text)
    for piece in patterns.pieces().finditer(script.plain):
        handler = _HANDLERS.get(piece.lastgroup or "")
        if handler is not None:
            handler(script, piece)
    return Reading(tuple(script.tokens), tuple(script.skipped))


def _word(script: Script, piece: re.Match[str]) -> None:
    first, last = _without_quotes(script, piece)
    raw = script.plain[first:last]
    if len(raw) > _LONGEST_WORD:
        script.skip(first, last)
        return
    for reading in (_abbreviation, _roman, _capitals, _short_letters):
        if reading(script, raw, first, last):
            return
    script.say((raw.lower(),), first, last)


def _without_quotes(script: Script, piece: re.Match[str]) -> tuple[int, int]:
    """Find the word inside quotation marks; an apostrophe that belongs to it stays ("students'", "'em")."""
    first, last = piece.span()
    raw = piece[0].lower()
    if raw.startswith("'") and raw.rstrip("'") not in APHERETIC:
        first += 1
        script.quote_is_open = True
    if raw.endswith("'"):
        is_possessive = raw.endswith("s'") or (raw.endswith("in'") and len(raw.strip("'")) > 3)
        if script.quote_is_open or not is_possessive:
            last -= 1
            script.quote_is_open = False
    return first, last


def _abbreviation(script: Script, raw: str, first: int, last: int) -> bool:
    """Read "Dr.", "St.", "Nov.", "No. 5", "km"."""
    if raw in UNITS_ALONE:
        script.say(UNITS[raw][1], first, last)
        return True
    words, is_dotted = _long_form(script, raw, first, last), script.plain.startswith(".", last)
    if words:
        script.say(words, first, last + is_dotted)
    return bool(words)


def _long_form(script: Script, raw: str, first: int, last: int) -> tuple[str, ...]:
    short, is_capitalised = raw.lower(), raw[0].isupper()
    is_dotted = script.plain.startswith(".", last)
    rest = script.plain[last + is_dotted : last + is_dotted + 2].lstrip(" ")[:1]
    before = script.follows(first)
    if short in ABBREVIATIONS and (is_capitalised or short not in CAPITALISED):
        return ABBREVIATIONS[short] if is_dotted or (short in UNDOTTED and not raw.isupper()) else ()
    if short == "st" and is_capitalised:
        is_saint = rest.isupper() and not (before and before.written[:1].isupper())
        return ("saint",) if is_saint else ("street",) if is_dotted else ()
    if short in ("no", "p") and is_dotted and rest.isdigit():
        return ("number",) if short == "no" else ("page",)
    if short in MONTH_SHORT and is_capitalised:
        beside_figure = rest.isdigit() or (before is not None and before.written[-1:].isdigit())
        return (MONTH_SHORT[short],) if beside_figure or (is_dotted and short not in ("mar", "sun")) else ()
    return ()


def _roman(script: Script, raw: str, first: int, last: int) -> bool:
    """Read "World War II" as a count and "Elizabeth II" as a rank."""
    before = script.follows(first)
    if raw not in ROMAN or before is None:
        return False
    figures = str(ROMAN[raw])
    if before.spoken in COUNTED and before.written[0].isupper():
        script.say(numerals.cardinal(figures), first, last)
        return True
    is_name = before.written.istitle() and len(before.written) > 2 and not before.is_letter
    if len(raw) < 2 or not (is_name or before.spoken == "the"):
        return False
    article = [] if before.spoken == "the" else ["the"]
    script.say([*article, *numerals.ordinal(figures)], first, last)
    return True


def _capitals(script: Script, raw: str, first: int, last: int) -> bool:
    """Read a word in capitals letter by letter, with the word it may be instead."""
    if not raw[-1:].isalpha() or script.is_shouted(first):
        return False
    plural = _PLURAL_LETTERS.fullmatch(raw)
    if plural:
        script.spell(first, first + plural.end(1), ending=plural[2])
        return True
    if not (raw.isalpha() and raw.isupper() and 2 <= len(raw) <= LONGEST_ACRONYM):
        return False
    is_beside_figure = _is_beside_figure(script, first, last) and len(raw) <= _LONGEST_LETTERS_BY_FIGURES
    script.spell(first, last, acronym=None if is_beside_figure else raw.lower())
    return True


def _short_letters(script: Script, raw: str, first: int, last: int) -> bool:
    """Read single letters, and the letters of "mp3"."""
    if not raw.isalpha():
        return False
    is_letter = len(raw) == 1 and raw not in _WORD_LETTERS
    if _is_beside_figure(script, first, last):
        is_letter |= len(raw) == 1
        is_letter |= len(raw) <= _LONGEST_LETTERS_BY_FIGURES and (not _VOWEL_LETTER.search(raw) or raw.isupper())
    if is_letter:
        script.spell(first, last)
    return is_letter


def _is_beside_figure(script: Script, first: int, last: int) -> bool:
    return script.plain[last : last + 1].isdigit() or (first > 0 and script.plain[first - 1].isdigit())


def _dotted(script: Script, piece: re.Match[str]) -> None:
    words = LATIN.get(piece[0].lower().rstrip("."))
    if words:
        script.say(words, piece.start(), piece.end())
        return
    for index in range(piece.start(), piece.end(), 2):
        script.spell(index, index + 1)


def _meridiem(script: Script, piece: re.Match[str]) -> None:
    script.spell(*piece.span("half"))
    script.spell(*piece.span("half_m"))


def _doctorate(script: Script, piece: re.Match[str]) -> None:
    for name in ("doctor_p", "doctor_h", "doctor_d"):
        script.spell(*piece.span(name))


def _foreign(script: Script, piece: re.Match[str]) -> None:
    script.skip(*piece.span())


def _sign(script: Script, piece: re.Match[str]) -> None:
    script.say(SIGNS[piece[0]], *piece.span())


def _fixed(*words: str) -> Handler:
    return lambda script, piece: script.say(words, *piece.span())


_HANDLERS: MappingProxyType[str, Handler] = MappingProxyType(
    {
        **QUANTITIES,
        "meridiem": _meridiem,
        "doctorate": _doctorate,
        "dotted": _dotted,
        "alone": _fixed(*UNITS["km/h"][1]),
        "clipped": _fixed("and"),
        "word": _word,
        "minus": _fixed("minus"),
        "ratio": _fixed("to"),
        "dot": _fixed("dot"),
        "spoken_sign": _sign,
        "foreign": _foreign,
    }
)
"""Kind of piece -> what reads it; a scheme ("https://") is silent."""
