"""Syllables by maximal onset."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonemes.inventory import PHONES, phone
from phonemes.lexicon import default_lexicon
from phonemes.pronunciation import parse_pronunciation
from phonemes.syllables import SyllableSpan, is_onset, syllabify

_VOWELS = [symbol for symbol in PHONES if phone(symbol).is_vowel]


def divide(transcription: str) -> str:
    """Write a pronunciation with dots between its syllables."""
    said = parse_pronunciation(transcription)
    return " . ".join(" ".join(said.phones[span.first : span.last]) for span in syllabify(said.phones, said.stress))


@pytest.mark.parametrize(
    ("word", "divided"),
    [
        ("ship", "SH IH P"),
        ("water", "W AO . T ER"),
        ("extra", "EH K . S T R AH"),
        ("instruct", "IH N . S T R AH K T"),
        ("singer", "S IH NG . ER"),
        ("finger", "F IH NG . G ER"),
        ("measure", "M EH . ZH ER"),
        ("million", "M IH L . Y AH N"),
        ("onion", "AH N . Y AH N"),
        ("annual", "AE . N Y UW . AH L"),
        ("computer", "K AH M . P Y UW . T ER"),
        ("atlas", "AE T . L AH S"),
        ("create", "K R IY . EY T"),
        ("banana", "B AH . N AE . N AH"),
        ("strengths", "S T R EH NG K TH S"),
        ("english", "IH NG . G L IH SH"),
        ("question", "K W EH S . CH AH N"),
    ],
)
def test_divides_words_as_dictionaries_do(word: str, divided: str) -> None:
    assert divide(default_lexicon().lookup(word)[0].arpabet()) == divided


def test_takes_the_stress_of_the_vowel() -> None:
    said = default_lexicon().lookup("photographic")[0]
    assert [span.stress for span in syllabify(said.phones, said.stress)] == [2, 0, 1, 0]


def test_a_word_without_a_vowel_is_one_unstressed_syllable() -> None:
    assert syllabify(("HH", "M"), (None, None)) == (SyllableSpan(0, 2, 0),)
    assert syllabify((), ()) == ()


def test_refuses_stress_of_another_length() -> None:
    with pytest.raises(ValueError, match="2 phones but 1"):
        syllabify(("AH", "T"), (0,))


@pytest.mark.parametrize("cluster", ["S T R", "P L", "TH R", "F Y", "S K W", "K", ""])
def test_onsets_of_english(cluster: str) -> None:
    assert is_onset(cluster.split(), before="UW")


@pytest.mark.parametrize("cluster", ["NG", "T L", "R T", "S T L", "N D", "S B", "SH T"])
def test_no_onsets_of_english(cluster: str) -> None:
    assert not is_onset(cluster.split(), before="AA")


def test_every_onset_of_a_common_word_is_legal() -> None:
    """The table covers how the 3000 most frequent words begin."""
    lexicon = default_lexicon()
    for word in lexicon.by_frequency(3000):
        for said in lexicon.lookup(word)[:1]:
            nucleus = next((i for i, mark in enumerate(said.stress) if mark is not None), None)
            if nucleus is not None and said.source == "lexicon" and word not in ("sri", "vlad", "sven"):
                assert is_onset(said.phones[:nucleus], before=said.phones[nucleus]), word


@settings(deadline=None)
@given(st.lists(st.sampled_from(PHONES), max_size=14))
def test_syllables_cover_all_phones_with_one_vowel_each(phones: list[str]) -> None:
    stress = [1 if symbol in _VOWELS else None for symbol in phones]
    spans = syllabify(phones, stress)
    assert [index for span in spans for index in range(span.first, span.last)] == list(range(len(phones)))
    vowels = [sum(symbol in _VOWELS for symbol in phones[span.first : span.last]) for span in spans]
    assert vowels == [1] * len(spans) or (len(spans) <= 1 and not sum(vowels))


@settings(deadline=None)
@given(st.lists(st.sampled_from(PHONES), max_size=14))
def test_onsets_are_maximal(phones: list[str]) -> None:
    spans = syllabify(phones, [0 if symbol in _VOWELS else None for symbol in phones])
    for left, right in pairwise(spans):
        nucleus = next(i for i in range(right.first, right.last) if phones[i] in _VOWELS)
        assert is_onset(phones[right.first : nucleus], before=phones[nucleus])
        before = next(i for i in range(left.first, left.last) if phones[i] in _VOWELS)
        for earlier in range(before + 1, right.first):
            assert not is_onset(phones[earlier:nucleus], before=phones[nucleus])
