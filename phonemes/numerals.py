"""How figures are read aloud: numbers, ordinals, years, dates, times and money as lists of English words."""

import re
from functools import cache

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
"""Month names, January first."""

MONTH_SHORT = {name[:3]: name for name in MONTHS if name != "may"} | {"sept": "september"}
"""Abbreviated month -> month."""

_LONGEST_CARDINAL_DIGITS = 15  # beyond trillions nobody reads a number as a quantity
_FIRST_YEAR, _LAST_YEAR = 1010, 2099
_GROUPED = re.compile(r"(\d{1,3}(?:,\d{3})+)(?:\.(\d+))?")
_GROUPED_BY_POINTS = re.compile(r"(\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:\.000)+)(?:,(\d+))?")
_GROUPED_RUPIAH = re.compile(r"(\d{1,3}(?:\.\d{3})+)(?:,(\d+))?")
_DECIMAL = re.compile(r"(\d*)[.,](\d+)")

_CURRENCIES: dict[str, tuple[str, str, str | None, str | None]] = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
    "¥": ("yen", "yen", None, None),
    "₹": ("rupee", "rupees", None, None),
    "¢": ("cent", "cents", None, None),
    "rp": ("rupiah", "rupiah", None, None),
}
_CURRENCY_CODES = {"us$": "$", "usd": "$", "gbp": "£", "eur": "€", "jpy": "¥", "idr": "rp", "rp.": "rp"}

_DENOMINATORS = {2: ("half", "halves"), 4: ("quarter", "quarters")}
_FRACTIONS = frozenset({(1, 2), (1, 3), (2, 3), (1, 4), (3, 4), (1, 5), (1, 8)})


@cache
def _words(number: int, kind: str) -> tuple[str, ...]:
    from num2words import num2words  # loaded at the first figure; most sentences have none

    return tuple(str(num2words(number, to=kind)).replace("-", " ").replace(",", "").split())


def digits(figures: str) -> list[str]:
    """Read figures one by one: "007" is zero zero seven."""
    return [word for figure in figures for word in _words(int(figure), "cardinal")]


def cardinal(figures: str) -> list[str]:
    """Read a whole number; a leading zero or more than 15 figures make it a code, read figure by figure."""
    if len(figures) > _LONGEST_CARDINAL_DIGITS or (len(figures) > 1 and figures[0] == "0"):
        return digits(figures)
    return list(_words(int(figures), "cardinal"))


def ordinal(figures: str) -> list[str]:
    """Read a rank: "21" is twenty first."""
    if len(figures) > _LONGEST_CARDINAL_DIGITS:
        return digits(figures)
    return list(_words(int(figures), "ordinal"))


def is_year(figures: str) -> bool:
    """Tell whether bare figures look like a year: four of them, 1010 to 2099, no round thousand."""
    return len(figures) == 4 and _FIRST_YEAR <= int(figures) <= _LAST_YEAR and int(figures) % 1000 != 0


def year(figures: str) -> list[str]:
    """Read a year: nineteen ninety nine, nineteen oh five, two thousand and five, twenty twenty six."""
    return list(_words(int(figures), "year")) if is_year(figures) else cardinal(figures)


def decade(figures: str) -> list[str]:
    """Read "1990" (of "1990s") as nineteen nineties and "80" as eighties."""
    words = year(figures)
    words[-1] = words[-1][:-1] + "ies" if words[-1].endswith("y") else words[-1] + "s"
    return words


def _split(written: str, *, rupiah: bool) -> tuple[str, str | None] | None:
    """Split a number into whole and decimal figures; None when it is no single number ("1.2.3", "1,2,3")."""
    if written.isdigit():
        return written, None
    patterns = (_GROUPED_RUPIAH,) if rupiah else (_GROUPED, _GROUPED_BY_POINTS)
    for pattern in (*patterns, _GROUPED, _DECIMAL):
        found = pattern.fullmatch(written)
        if found:
            return re.sub(r"[.,]", "", found[1]) or "0", found[2]
    return None


def whole(written: str) -> str | None:
    """Return the figures of a whole number without separators, None for any other number."""
    parts = _split(written, rupiah=False)
    return parts[0] if parts and parts[1] is None else None


def number(written: str, *, rupiah: bool = False) -> list[str]:
    """Read a number with separators.

    Commas before groups of three are thousands, points before two such groups too ("1.234.567", "10.000"); a
    single point or comma otherwise starts decimals. `rupiah` makes every point before three figures a thousand.
    """
    parts = _split(written, rupiah=rupiah)
    if parts is None:
        joint = ["point"] if "." in written else []
        pieces = [cardinal(piece) for piece in re.split(r"[.,]", written) if piece]
        return [word for index, piece in enumerate(pieces) for word in (joint if index else []) + piece]
    figures, decimals = parts
    if decimals is None:
        return cardinal(figures)
    whole_words = [] if written[0] in ".," else cardinal(figures)
    return [*whole_words, "point", *digits(decimals)]


def money(symbol: str, written: str, magnitude: str | None = None) -> list[str]:
    """Read an amount: "$5.20" is five dollars and twenty cents; `magnitude` is "million" and its like."""
    name = _CURRENCY_CODES.get(symbol.lower(), symbol.lower())
    one, many, cent, cents = _CURRENCIES[name]
    parts = _split(written, rupiah=name == "rp")
    figures, small = parts or ("", None)
    if magnitude or cent is None or cents is None or small is None or len(small) != 2:
        unit = one if parts == ("1", None) and not magnitude else many
        return [*number(written, rupiah=name == "rp"), *([magnitude] if magnitude else []), unit]
    small_words = [*cardinal(str(int(small))), cent if int(small) == 1 else cents]
    if not figures.strip("0"):
        return small_words
    words = [*cardinal(figures), one if figures == "1" else many]
    return [*words, "and", *small_words] if int(small) else words


def clock(hours: str, minutes: str, seconds: str | None = None, *, has_meridiem: bool = False) -> list[str]:
    """Read a time: three thirty, three oh five, three o'clock, fifteen hundred, three (p m)."""
    words = cardinal(str(int(hours)))
    if seconds is not None:
        return [*words, *_minutes(minutes), *_minutes(seconds)]
    if int(minutes):
        return [*words, *_minutes(minutes)]
    if has_meridiem:
        return words
    return [*words, "o'clock"] if 1 <= int(hours) <= 12 else [*words, "hundred"]


def _minutes(figures: str) -> list[str]:
    return cardinal(str(int(figures))) if int(figures) > 9 else ["oh", *cardinal(str(int(figures)))]


def date(first: str, second: str, year_figures: str | None) -> list[str] | None:
    """Read a date written in figures; None when it is none.

    Day before month ("21/11" is the twenty first of november), as in Indonesia and Britain; month before day
    ("11/21" is november twenty first) only where the other way round is no date.
    """
    tail = [] if year_figures is None else year(year_figures)
    if 1 <= int(first) <= 31 and 1 <= int(second) <= 12:
        return ["the", *ordinal(str(int(first))), "of", MONTHS[int(second) - 1], *tail]
    if 1 <= int(first) <= 12 and 1 <= int(second) <= 31:
        return [MONTHS[int(first) - 1], *ordinal(str(int(second))), *tail]
    return None


def fraction(top: str, bottom: str) -> list[str]:
    """Read a fraction: one half, three quarters, two thirds; seven over twelve where the bottom is above ten."""
    if int(bottom) not in range(2, 11):
        return [*cardinal(top), "over", *cardinal(bottom)]
    name = ordinal(str(int(bottom)))[0]
    one, many = _DENOMINATORS.get(int(bottom), (name, name + "s"))
    return [*cardinal(top), one if int(top) == 1 else many]


def is_fraction(top: str, bottom: str) -> bool:
    """Tell whether figures around a slash are a fraction of everyday use and not a day and a month."""
    return (top, bottom) in {(str(a), str(b)) for a, b in _FRACTIONS}
