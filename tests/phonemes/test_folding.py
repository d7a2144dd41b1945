"""Unicode folds to ASCII and remembers where each character was."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonemes.folding import FOREIGN, fold


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("plain text", "plain text"),
        ("café CAFE\u0301", "cafe CAFE"),
        ("“It’s”—no…", '"It\'s"–no...'),
        ("ﬁ Ⅳ ① ２ ㎏", "fi IV 1 2 kg"),
        ("½", " 1⁄2"),
        ("m² ℃", "m^2 °C"),
        ("−5 non‑breaking\u00a0space", "-5 non-breaking space"),
        ("a\tb\nc\u2028d", "a b\nc\nd"),
        ("٣ ३", "3 3"),
        ("Straße Łukasz Ærø", "Strasse Lukasz AEro"),
        ("😀™", "  "),
        ("\ud800", " "),
    ],
)
def test_folds(text: str, plain: str) -> None:
    assert fold(text).plain == plain


def test_other_scripts_become_the_foreign_mark() -> None:
    assert fold("a你Ωд").plain == "a" + FOREIGN * 3


def test_combining_marks_belong_to_their_letter() -> None:
    folded = fold("e\u0301\u200dx \u0301y")
    assert folded.plain == "ex y"
    assert [folded.span(index, index + 1) for index in range(4)] == [(0, 3), (3, 4), (4, 5), (6, 7)]


@settings(deadline=None)
@given(st.text(st.characters(), max_size=40))
def test_spans_lie_in_order_within_the_text(text: str) -> None:
    folded = fold(text)
    assert len(folded.plain) == len(folded.starts) == len(folded.ends)
    assert list(folded.starts) == sorted(folded.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))
    assert all(character == FOREIGN or ord(character) < 127 or character in "£€¥₹¢°×÷–⁄" for character in folded.plain)


@settings(deadline=None)
@given(st.text(st.characters(codec="latin-1", categories=["Lu", "Ll"]), min_size=1, max_size=20))
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)).plain == fold(unicodedata.normalize("NFC", text)).plain
