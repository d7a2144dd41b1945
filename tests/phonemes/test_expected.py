"""A text becomes words with the pronunciations that count as right."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonemes.expected import MAX_VARIANTS, Expected, UnreadableText, expect
from phonemes.inventory import COLUMN, phone
from phonemes.lexicon import default_lexicon

_TWENTY_WORDS = (
    "The quick brown fox jumps over the lazy dog while nine small children "
    "watch it, laughing loudly from half past three."
)


def first(expected: Expected) -> list[str]:
    """List the first pronunciation of each word."""
    return [word.variants[0].arpabet() for word in expected.words]


def texts(expected: Expected) -> list[str]:
    """List the words as spoken."""
    return [word.text for word in expected.words]


def test_words_carry_place_and_all_variants_of_the_dictionary() -> None:
    expected = expect("Either cat and dog!")
    assert expected.text == "Either cat and dog!"
    assert [(word.text, word.char_start, word.char_end) for word in expected.words] == [
        ("either", 0, 6),
        ("cat", 7, 10),
        ("and", 11, 14),
        ("dog", 15, 18),
    ]
    assert {variant.phones for variant in expected.words[0].variants} >= {("IY", "DH", "ER"), ("AY", "DH", "ER")}
    assert expected.words[1].variants == default_lexicon().lookup("cat")
    assert ("AH", "N") in {variant.phones for variant in expected.words[2].variants}


def test_the_planted_sentence() -> None:
    expected = expect("It's 21/11, Dr. O'Neil!")
    assert texts(expected) == ["it's", "the", "twenty", "first", "of", "november", "doctor", "o'neil"]
    assert first(expected)[-2:] == ["D AA1 K T ER0", "OW0 N IY1 L"]
    assert {(word.char_start, word.char_end) for word in expected.words[1:6]} == {(5, 10)}


@pytest.mark.parametrize("text", ["", " \n", "😀🎉", "?!…", "\x00\x1b", "你好", "مرحبا بالعالم", "a" * 5000])
def test_a_text_without_words_is_refused(text: str) -> None:
    with pytest.raises(UnreadableText):
        expect(text)


def test_refusal_and_result_name_what_was_skipped() -> None:
    with pytest.raises(UnreadableText) as caught:
        expect("你好 мир")
    assert [piece.written for piece in caught.value.skipped] == ["你好", "мир"]
    assert isinstance(caught.value, ValueError)
    assert [piece.written for piece in expect("Say 你好 now").skipped] == ["你好"]
    assert expect("Say it").skipped == ()


def test_own_entries_replace_the_dictionary() -> None:
    own = {"Siti": "S IY1 T IY0", "read": "ɹɛd", "t-shirt": "T IY1 SH ER0 T", "21": "T UW1", "nasa": "N AA1 S AA0"}
    expected = expect("Siti read 21 NASA t-shirt labels.", own=own)
    assert texts(expected) == ["siti", "read", "21", "nasa", "t-shirt", "labels"]
    assert first(expected)[:5] == ["S IY1 T IY0", "R EH1 D", "T UW1", "N AA1 S AA0", "T IY1 SH ER0 T"]
    assert all(len(word.variants) == 1 and word.variants[0].source == "own" for word in expected.words[:5])
    assert expected.text[slice(expected.words[2].char_start, expected.words[2].char_end)] == "21"


def test_an_own_entry_with_another_apostrophe_counts() -> None:
    assert expect("O’Neil", own={"O'Neil": "OW1"}).words[0].variants[0].source == "own"


def test_a_wrong_own_entry_is_named() -> None:
    with pytest.raises(ValueError, match="QQ"):
        expect("ship", own={"ship": "SH QQ P"})


def test_acronyms_are_words_where_the_dictionary_says_so() -> None:
    expected = expect("NASA and the USA, BBC and PKK in TVs")
    assert texts(expected) == [
        *("nasa", "and", "the", "u", "s", "a", "b", "b", "c", "and", "p", "k", "k", "in", "t", "v's"),
    ]
    assert first(expected)[0] == "N AE1 S AH0"
    assert first(expected)[-2:] == ["T IY1", "V IY1 Z"]
    assert [(word.char_start, word.char_end) for word in expected.words[3:6]] == [(13, 14), (14, 15), (15, 16)]


def test_a_stressed_word_in_capitals_may_be_word_or_letters() -> None:
    word = expect("I said IT works").words[2]
    assert word.variants[0].arpabet() == "IH1 T"
    assert ("AY", "T", "IY") in {variant.phones for variant in word.variants}


def test_capitals_throughout_are_words() -> None:
    assert texts(expect("WE CALL IT BEAR")) == ["we", "call", "it", "bear"]
    assert first(expect("BEAR")) == ["B EH1 R"]


def test_letters_have_their_names() -> None:
    assert first(expect("plan B, MP3"))[1:4] == ["B IY1", "EH1 M", "P IY1"]
    assert {variant.arpabet() for variant in expect("Z-index").words[0].variants} == {"Z IY1", "Z EH1 D"}
    assert first(expect("www")) == [" ".join(["D AH1 B AH0 L Y UW0"] * 3)]


def test_hyphenated_words_are_joined_where_the_dictionary_has_them() -> None:
    assert texts(expect("an x-ray of a green-eyed mother-in-law")) == [
        *("an", "x-ray", "of", "a", "green", "eyed"),
        *(["mother-in-law"] if "mother-in-law" in default_lexicon() else ["mother", "in", "law"]),
    ]


def test_unknown_forms_come_from_known_words_and_the_rest_from_letters() -> None:
    expected = expect("Handphones googled Wulandari.")
    assert first(expected)[:2] == ["HH AE1 N D F OW2 N Z", "G UW1 G AH0 L D"]
    assert expected.words[2].variants[0].source == "g2p"
    assert len(expected.words[2].variants[0].phones) >= 7


def test_given_phones_fix_one_variant_a_word() -> None:
    expected = expect("WE CALL IT BEAR", phones=["W", "IY0", "K", "AO0", "L", "IH0", "T", "B", "EH0", "R"])
    assert first(expected) == ["W IY0", "K AO0 L", "IH0 T", "B EH0 R"]
    assert all(word.variants[0].source == "given" and len(word.variants) == 1 for word in expected.words)


def test_given_phones_keep_words_in_line_when_they_differ() -> None:
    phones = ["D", "IH", "S", "IH", "S", "AH", "B", "IH", "G", "B", "ER", "D"]
    assert [" ".join(word.variants[0].phones) for word in expect("This is a big bird", phones=phones).words] == [
        *("D IH S", "IH S", "AH", "B IH G", "B ER D"),
    ]


def test_given_phones_that_cannot_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        expect("one two three", phones=["W", "AH"])
    with pytest.raises(ValueError, match="XX"):
        expect("one", phones=["W", "XX"])


@settings(deadline=None)
@given(st.one_of(st.text(max_size=30), st.text("abcdeiosTUVN'-. 12/", max_size=30)))
def test_any_text_gives_words_or_is_refused(text: str) -> None:
    try:
        expected = expect(text)
    except UnreadableText:
        return
    assert expected.words
    for word in expected.words:
        assert 0 <= word.char_start < word.char_end <= len(text)
        assert 1 <= len(word.variants) <= MAX_VARIANTS
        for variant in word.variants:
            assert variant.phones
            assert all(symbol in COLUMN for symbol in variant.phones)
            assert [mark is not None for mark in variant.stress] == [phone(s).is_vowel for s in variant.phones]


@settings(deadline=None)
@given(st.lists(st.sampled_from(default_lexicon().by_frequency(300)), min_size=1, max_size=8), st.data())
def test_phones_of_chosen_variants_are_found_again(words: list[str], data: st.DataObject) -> None:
    """Whatever variants were said, the phones of the whole sentence fall to a division that explains them all."""
    text = " ".join(words)
    chosen = [data.draw(st.sampled_from(word.variants)) for word in expect(text).words]
    phones = [symbol for variant in chosen for symbol in variant.arpabet().split()]
    divided = expect(text, phones=phones)
    assert [symbol for word in divided.words for symbol in word.variants[0].phones] == [
        symbol for variant in chosen for symbol in variant.phones
    ]
    for word, free in zip(divided.words, expect(text).words, strict=True):
        assert word.variants[0].phones in {variant.phones for variant in free.variants}


def test_twenty_words_take_five_milliseconds() -> None:
    expect(_TWENTY_WORDS)
    assert len(expect(_TWENTY_WORDS).words) == 21
    fastest = min(_seconds(_TWENTY_WORDS) for _ in range(20))
    assert fastest < 0.005


def _seconds(text: str) -> float:
    start = time.perf_counter()
    expect(text)
    return time.perf_counter() - start
