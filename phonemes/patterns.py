"""The regular expressions that cut a folded text into pieces; the first alternative that fits wins."""

import re
from functools import cache

from phonemes.folding import FOREIGN
from phonemes.numerals import MONTH_SHORT, MONTHS
from phonemes.shorthand import UNITS

_NUMBER = r"\d++(?:[.,]\d++)*+"
_MONTH = "|".join(sorted({*MONTHS, *MONTH_SHORT}, key=len, reverse=True)).title()
_CODE = r"US\$|(?:USD|GBP|EUR|JPY|IDR)(?![A-Za-z])"
_SIGN = rf"[$£€¥₹]|(?<![A-Za-z])(?:{_CODE}|[Rr]p\.?)"
_DOMAIN = "com|org|net|edu|gov|info|sch|ac|co|go|id|uk|html|pdf"


def _unit_alternatives() -> str:
    """Write the units longest first; a unit that ends in a letter or figure must not run on."""
    longest_first = sorted(UNITS, key=len, reverse=True)
    return "|".join(re.escape(unit) + ("(?![A-Za-z0-9])" if unit[-1].isalnum() else "") for unit in longest_first)


def _alternatives() -> tuple[str, ...]:
    return (
        r"(?P<scheme>https?://)",
        rf"(?P<money>(?P<sign>{_SIGN})\ ?(?P<amount>{_NUMBER})"
        r"(?:\ (?P<scale>thousand|million|billion|trillion)(?![A-Za-z])|(?P<scale_short>[kKmM]|bn)(?![A-Za-z]))?)",
        rf"(?P<money_after>(?P<amount_after>{_NUMBER})\ ?(?P<sign_after>[$£€¥₹¢]|{_CODE})(?!\ ?\d))",
        r"(?P<iso>(?P<iso_year>\d{4})-(?P<iso_month>\d{1,2})-(?P<iso_day>\d{1,2})(?![\d-]))",
        r"(?P<date>(?<![\d./-])(?P<date_first>\d{1,2})(?P<date_mark>[./-])(?P<date_second>\d{1,2})(?P=date_mark)"
        r"(?P<date_year>\d{4}|\d{2})(?![\d/-]))",
        r"(?P<slash>(?P<top>\d{1,4})(?P<bar>[/⁄])(?P<bottom>\d{1,4})(?![\d/]))",
        r"(?P<time>(?<![\d:])(?P<hours>[01]?\d|2[0-4]):(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d))?(?![\d:]))",
        r"(?P<time_point>(?<![\d.])(?P<hours_point>1?\d)\.(?P<minutes_point>[0-5]\d)(?=\ ?[aApP]\.?[mM](?![A-Za-z])))",
        r"(?P<meridiem>(?:(?<=\d)|(?<=\d\ ))(?P<half>[aApP])\.?(?P<half_m>[mM])(?![A-Za-z0-9'])\.?)",
        rf"(?P<ordinal>(?P<rank>{_NUMBER})(?:st|nd|rd|th|ST|ND|RD|TH)(?![A-Za-z]))",
        r"(?P<decades>(?<![\d.,])'?(?P<decade>[1-9]0|[12]\d\d0)'?s(?![A-Za-z']))",
        r"(?P<telephone>(?<![\d.,+-])(?:\+\d{1,3}[ -]?\d[\d -]{5,16}\d|0\d{1,4}(?:[ -]\d{3,4}){1,3}|\d{3}-\d{3}-\d{4}"
        r"|(?!\d\d0-\d{3}0)\d{3}-\d{4})(?![\d-]))",
        rf"(?P<number>(?P<figures>\d{{1,3}}(?:\ 000)+(?!\d)|(?<![\w.])\.{_NUMBER}|{_NUMBER})"
        rf"(?:\ ?(?P<unit>{_unit_alternatives()}))?)",
        r"(?P<doctorate>(?<![A-Za-z])(?P<doctor_p>P)(?P<doctor_h>h)\.\ ?(?P<doctor_d>D)(?![A-Za-z])\.?)",
        r"(?P<dotted>(?<![A-Za-z'])[A-Za-z](?:\.[A-Za-z])+(?![A-Za-z])\.?)",
        r"(?P<alone>(?<![A-Za-z])km/h(?![A-Za-z]))",
        r"(?P<clipped>'n'|'n(?![A-Za-z]))",
        r"(?P<word>'?[A-Za-z]+(?:'(?!n'[A-Za-z])[A-Za-z]+)*(?:'(?!n'[A-Za-z]))?)",
        r"(?P<range>(?<=\d)(?:\ ?–\ ?|-|\ -\ )(?=[$£€]?\d))",
        r"(?P<minus>(?<![\w)%.])-(?=[$£€¥₹]?\.?\d))",
        r"(?P<ratio>(?<=\d):(?=\d))",
        r"(?P<hash>\#(?=[\dA-Za-z]))",
        rf"(?P<dot>(?<=[A-Za-z0-9])\.(?=(?:{_DOMAIN})(?![A-Za-z])))",
        r"(?P<spoken_sign>\^[23]|[&+=@%×÷])",
        rf"(?P<foreign>{FOREIGN}+)",
    )


@cache
def pieces() -> re.Pattern[str]:
    """Return the pattern whose `lastgroup` names the kind of piece found."""
    return re.compile("|".join(_alternatives()))


@cache
def month_ahead() -> re.Pattern[str]:
    """Return the pattern of a month's name after a day, with or without "of"."""
    return re.compile(rf"\ (?P<of>of\ )?(?P<month>{_MONTH}|{_MONTH.upper()})(?![A-Za-z])")


@cache
def meridiem_ahead() -> re.Pattern[str]:
    """Return the pattern of "am" or "p.m." after a time."""
    return re.compile(r"\ ?[aApP]\.?[mM](?![A-Za-z0-9'])")


@cache
def plural_ahead() -> re.Pattern[str]:
    """Return the pattern of what looks like a plural after a number."""
    return re.compile(
        r"\ (?!was|has|this|always|perhaps|plus|minus|towards|besides|across|less)[a-z]{3,}s(?![A-Za-z'])"
    )


@cache
def sentences() -> re.Pattern[str]:
    """Return the pattern of one sentence or line."""
    return re.compile(r"[^.!?\n]+")
