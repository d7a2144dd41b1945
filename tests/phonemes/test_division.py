"""Given phones fall to the words they belong to."""

from collections.abc import Sequence
from functools import cache
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonemes.division import divide, divided, read_given
from phonemes.inventory import distance
from phonemes.pronunciation import parse_pronunciation

_FEW = ("P", "B", "S", "AH", "IY")
_PHONES = st.lists(st.sampled_from(_FEW), min_size=1, max_size=4)


def edits(said: tuple[str, ...], variant: tuple[str, ...]) -> float:
    """Count the edit distance in the plainest way."""

    @cache
    def cost(i: int, j: int) -> float:
        if i == 0 or j == 0:
            return 0.6 * (i + j)
        replaced = cost(i - 1, j - 1) + distance(said[i - 1], variant[j - 1])
        return min(replaced, cost(i - 1, j) + 0.6, cost(i, j - 1) + 0.6)

    return cost(len(said), len(variant))


def total(phones: Sequence[str], words: Sequence[Sequence[Sequence[str]]], ends: Sequence[int]) -> float:
    """Add up the distances of a division."""
    parts = [tuple(phones[first:last]) for first, last in pairwise([0, *ends])]
    return sum(min(edits(part, tuple(v)) for v in word) for part, word in zip(parts, words, strict=True))


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(_FEW), min_size=1, max_size=8),
    st.lists(st.lists(_PHONES, min_size=1, max_size=2), min_size=1, max_size=3),
)
def test_no_division_is_nearer(phones: list[str], words: list[list[list[str]]]) -> None:
    if len(phones) < len(words):
        with pytest.raises(ValueError, match="too few"):
            divide(phones, words)
        return
    found = divide(phones, words)
    ends = [end for end, _ in found]
    assert ends[-1] == len(phones)
    assert all(first < last for first, last in pairwise([0, *ends]))
    cuts = combinations(range(1, len(phones)), len(words) - 1)
    best = min(total(phones, words, [*cut, len(phones)]) for cut in cuts)
    assert total(phones, words, ends) == pytest.approx(best)
    parts = [tuple(phones[first:last]) for first, last in pairwise([0, *ends])]
    chosen = sum(edits(part, tuple(word[v])) for part, word, (_, v) in zip(parts, words, found, strict=True))
    assert chosen == pytest.approx(best)


def test_phones_said_otherwise_stay_with_their_word() -> None:
    words = [[["DH", "AH"], ["DH", "IY"]], [["TH", "IH", "NG"]], [["IH", "Z"]]]
    assert divide(["D", "AH", "S", "IH", "NG", "G", "IH", "S"], words) == ((2, 0), (6, 0), (8, 0))


def test_stress_comes_from_the_list_or_from_the_word() -> None:
    words = [[parse_pronunciation("B AH0 N AE1 N AH0")]]
    assert divided(read_given(["B", "AH", "N", "AA", "N", "AH"]), words)[0].arpabet() == "B AH0 N AA1 N AH0"
    assert divided(read_given(["B", "AH2", "N", "AA0", "N", "AH"]), words)[0].arpabet() == "B AH2 N AA0 N AH0"
    assert divided(read_given(["B", "AH", "N"]), words)[0].source == "given"


@pytest.mark.parametrize("symbols", [["SH", "XX"], ["sh"], [""], ["0"], ["IH11"], []])
def test_refuses_what_is_no_phone(symbols: list[str]) -> None:
    with pytest.raises(ValueError, match="phone"):
        read_given(symbols)
