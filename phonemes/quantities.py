"""How pieces with figures in them are read: money, dates, times, numbers, telephone numbers."""

import re
from collections.abc import Callable
from types import MappingProxyType

from phonemes import numerals, patterns
from phonemes.numerals import MONTHS
from phonemes.shorthand import UNITS
from phonemes.tokens import Script

Handler = Callable[[Script, re.Match[str]], None]
"""Reads one piece of a pattern aloud into the script."""

_SCALES = {"k": "thousand", "m": "million", "bn": "billion"}
_DATE_CUES = frozenset({"on", "by", "until", "till", "since", "before", "after"})
_YEAR_CUES = frozenset(
    {"in", "since", "by", "until", "till", "from", "of", "year", "during", "before", "after", "around", "early", "late"}
    | set(MONTHS)
)


def _money(script: Script, piece: re.Match[str]) -> None:
    scale = piece["scale"] or _SCALES.get((piece["scale_short"] or "").lower())
    script.say(numerals.money(piece["sign"], piece["amount"], scale), piece.start(), piece.end())


def _money_after(script: Script, piece: re.Match[str]) -> None:
    script.say(numerals.money(piece["sign_after"], piece["amount_after"]), piece.start(), piece.end())


def _say_date(script: Script, piece: re.Match[str], words: list[str]) -> None:
    before = script.follows(piece.start())
    article = words[0] == "the" and before is not None and before.spoken == "the"
    script.say(words[1:] if article else words, piece.start(), piece.end())


def _iso(script: Script, piece: re.Match[str]) -> None:
    words = None
    if 1 <= int(piece["iso_month"]) <= 12:
        words = numerals.date(piece["iso_day"], piece["iso_month"], piece["iso_year"])
    _say_date(script, piece, words or numerals.digits(re.sub(r"\D", "", piece[0])))


def _date(script: Script, piece: re.Match[str]) -> None:
    words = numerals.date(piece["date_first"], piece["date_second"], piece["date_year"])
    if words is None:
        parts = (piece["date_first"], piece["date_second"], piece["date_year"])
        words = [word for part in parts for word in numerals.cardinal(part)]
    _say_date(script, piece, words)


def _slash(script: Script, piece: re.Match[str]) -> None:
    top, bottom = piece["top"], piece["bottom"]
    before = script.follows(piece.start())
    is_dated = before is not None and before.spoken in _DATE_CUES
    if piece["bar"] == "⁄" or (numerals.is_fraction(top, bottom) and not is_dated):
        words = numerals.fraction(top, bottom)
        if before is not None and before.written.isdecimal():
            words = ["and", *(["a"] if words[0] == "one" else words[:1]), *words[1:]]
        script.say(words, piece.start(), piece.end())
    elif piece[0] == "24/7" or numerals.is_year(top):
        script.say([*numerals.year(top), *numerals.year(bottom)], piece.start(), piece.end())
    else:
        words = numerals.date(top, bottom, None)
        _say_date(script, piece, words or [*numerals.cardinal(top), "over", *numerals.cardinal(bottom)])


def _time(script: Script, piece: re.Match[str]) -> None:
    has_meridiem = patterns.meridiem_ahead().match(script.plain, piece.end()) is not None
    words = numerals.clock(piece["hours"], piece["minutes"], piece["seconds"], has_meridiem=has_meridiem)
    script.say(words, piece.start(), piece.end())


def _time_point(script: Script, piece: re.Match[str]) -> None:
    words = numerals.clock(piece["hours_point"], piece["minutes_point"], has_meridiem=True)
    script.say(words, piece.start(), piece.end())


def _ordinal(script: Script, piece: re.Match[str]) -> None:
    script.say(numerals.ordinal(re.sub(r"\D", "", piece["rank"])), piece.start(), piece.end())


def _decades(script: Script, piece: re.Match[str]) -> None:
    script.say(numerals.decade(piece["decade"]), piece.start(), piece.end())


def _telephone(script: Script, piece: re.Match[str]) -> None:
    plus = ["plus"] if piece[0][0] == "+" else []
    script.say([*plus, *numerals.digits(re.sub(r"\D", "", piece[0]))], piece.start(), piece.end())


def _number(script: Script, piece: re.Match[str]) -> None:
    first, last = piece.span("figures")
    figures, unit = piece["figures"].replace(" ", ""), piece["unit"]
    script.say(_read_number(script, figures, first, last, has_unit=unit is not None), first, last)
    if unit is not None:
        one, many = UNITS[unit]
        script.say(one if numerals.whole(figures) == "1" else many, *piece.span("unit"))


def _read_number(script: Script, figures: str, first: int, last: int, *, has_unit: bool) -> list[str]:
    before = script.follows(first)
    if not has_unit and len(figures) <= 2 and figures.isdigit() and 1 <= int(figures) <= 31:
        month = patterns.month_ahead().match(script.plain, last)
        if month:
            article = [] if before is not None and before.spoken == "the" else ["the"]
            return [*article, *numerals.ordinal(figures), *([] if month["of"] else ["of"])]
        if before is not None and before.spoken in MONTHS and before.written[:1].isupper():
            return numerals.ordinal(figures)
    if not has_unit and figures.isdigit() and numerals.is_year(figures):
        is_cued = before is not None and before.spoken in _YEAR_CUES
        if is_cued or not patterns.plural_ahead().match(script.plain, last):
            return numerals.year(figures)
    return numerals.number(figures)


def _range(script: Script, piece: re.Match[str]) -> None:
    if piece[0] == " - ":
        script.say(("minus",), piece.start() + 1, piece.start() + 2)
        return
    before = re.search(r"[\d.,:]{1,12}$", script.plain[max(0, piece.start() - 12) : piece.start()])
    after = re.compile(r"[$£€]?([\d.,:]{1,12})").match(script.plain, piece.end())
    left, right = before[0] if before else "", after[1] if after else ""
    low, high = re.sub(r"\D", "", left), re.sub(r"\D", "", right)
    if ":" in left or int(low) < int(high) or (numerals.is_year(low) and len(high) == 2):
        script.say(("to",), piece.start(), piece.end())


def _hash(script: Script, piece: re.Match[str]) -> None:
    word = "number" if script.plain[piece.end()].isdigit() else "hashtag"
    script.say((word,), piece.start(), piece.end())


QUANTITIES: MappingProxyType[str, Handler] = MappingProxyType(
    {
        "money": _money,
        "money_after": _money_after,
        "iso": _iso,
        "date": _date,
        "slash": _slash,
        "time": _time,
        "time_point": _time_point,
        "ordinal": _ordinal,
        "decades": _decades,
        "telephone": _telephone,
        "number": _number,
        "range": _range,
        "hash": _hash,
    }
)
"""Kind of piece -> what reads it."""
