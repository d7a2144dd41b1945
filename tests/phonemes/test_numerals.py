"""Figures as words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonemes import numerals
from phonemes.inflection import inflected
from phonemes.lexicon import default_lexicon
from phonemes.shorthand import ABBREVIATIONS, LATIN, SIGNS, UNITS

_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_TEENS = "seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: value for value, word in enumerate(f"{_UNITS} {_TEENS}".split())}
_SMALL |= {word: 10 * value for value, word in enumerate(_TENS.split(), start=2)}
_SCALE = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}


def value(words: list[str]) -> int:
    """Add up number words again."""
    total = part = 0
    for word in words:
        if word == "hundred":
            part *= 100
        elif word in _SCALE:
            total, part = total + part * _SCALE[word], 0
        elif word != "and":
            part += _SMALL[word]
    return total + part


@settings(deadline=None)
@given(st.integers(0, 10**15 - 1))
def test_cardinals_add_up(number: int) -> None:
    assert value(numerals.cardinal(str(number))) == number
    assert value(numerals.number(f"{number:,}")) == number


@settings(deadline=None)
@given(st.integers(1010, 2099).filter(lambda year: year % 1000))
def test_years_add_up(year: int) -> None:
    words = numerals.year(str(year))
    if "thousand" in words:
        assert value(words) == year
    else:
        century = value(words[: 2 if words[0] == "twenty" and words[1] == "one" else 1])
        rest = [word for word in words[1:] if word not in ("oh", "hundred")]
        assert (century, value(rest)) == (year // 100, year % 100)


@settings(deadline=None)
@given(st.from_regex(r"[0-9]{1,30}\.[0-9]{1,9}", fullmatch=True))
def test_decimals_are_read_figure_by_figure(written: str) -> None:
    decimals = written.partition(".")[2]
    if decimals.strip("0") or len(decimals) != 3:
        words = numerals.number(written)
        tail = words[words.index("point") + 1 :]
        assert [_SMALL[word] for word in tail] == [int(figure) for figure in decimals]


def test_huge_figures_are_read_one_by_one() -> None:
    assert numerals.cardinal("1" * 5000) == ["one"] * 5000
    assert numerals.money("$", "1" * 5000 + ".50")[-4:] == ["dollars", "and", "fifty", "cents"]
    assert numerals.ordinal("2" * 5000)[-1] == "two"


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("21", "11", "the twenty first of november"),
        ("1", "2", "the first of february"),
        ("11", "21", "november twenty first"),
        ("31", "12", "the thirty first of december"),
    ],
)
def test_dates_have_the_day_first_where_they_can(first: str, second: str, words: str) -> None:
    assert numerals.date(first, second, None) == words.split()


@pytest.mark.parametrize(("first", "second"), [("0", "5"), ("32", "1"), ("13", "13"), ("5", "0")])
def test_no_date(first: str, second: str) -> None:
    assert numerals.date(first, second, "2026") is None


@pytest.mark.parametrize(
    ("top", "bottom", "words"),
    [("1", "2", "one half"), ("3", "2", "three halves"), ("5", "8", "five eighths"), ("7", "12", "seven over twelve")],
)
def test_fractions(top: str, bottom: str, words: str) -> None:
    assert numerals.fraction(top, bottom) == words.split()


def test_rupiah_groups_by_points() -> None:
    assert " ".join(numerals.money("Rp", "12.500,50")) == "twelve thousand five hundred point five zero rupiah"
    assert " ".join(numerals.money("$", "12.500")) == "twelve point five zero zero dollars"


def test_seconds_are_read_after_minutes() -> None:
    assert numerals.clock("10", "05", "30") == ["ten", "oh", "five", "thirty"]
    assert numerals.clock("0", "00") == ["zero", "hundred"]


def test_the_dictionary_knows_every_word_that_shorthand_stands_for() -> None:
    lexicon = default_lexicon()
    phrases = [
        *ABBREVIATIONS.values(),
        *LATIN.values(),
        *SIGNS.values(),
        *(words for pair in UNITS.values() for words in pair),
    ]
    spoken = {word for phrase in phrases for word in phrase} | {*numerals.MONTHS, *_SMALL, *_SCALE}
    spoken |= {word for number in range(1, 32) for word in numerals.ordinal(str(number))}
    spoken |= {word for symbol in "$£€¥₹¢" for word in numerals.money(symbol, "2.02")} | {"rupiah", "o'clock", "oh"}
    assert {word for word in spoken if not (lexicon.lookup(word) or inflected(word, lexicon))} <= {"jalan"}
