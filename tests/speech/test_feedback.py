from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonemes.inventory import PHONES, phone
from speech.feedback import FixCard, fix_cards, summary
from speech.problems import WHOLE_WORD
from speech.results import (
    Assessment,
    Insertion,
    PhoneResult,
    Quality,
    Score,
    Scores,
    Syllable,
    Verdict,
    WordError,
    WordResult,
)


def _good(symbol: str) -> PhoneResult:
    stress = 1 if phone(symbol).is_vowel else None
    return PhoneResult(symbol, phone(symbol).ipa, stress, symbol, 0.9, 95.0, 5.0, Verdict.GOOD, 0.0, 0.1)


def _wrong(symbol: str, said: str | None, **changes: object) -> PhoneResult:
    verdict = Verdict.MISSING if said is None else Verdict.WRONG
    planted = replace(_good(symbol), said=said, score=20.0, verdict=verdict)
    return replace(planted, **changes)


def _word(text: str, *phones: PhoneResult | str, **changes: object) -> WordResult:
    results = tuple(_good(one) if isinstance(one, str) else one for one in phones)
    plain = WordResult(text.lower(), 0, 0, "", results, (), (), 80.0, WordError.NONE, 0.0, 1.0)
    return replace(plain, **changes)


def _reading(*words: WordResult, **changes: object) -> Assessment:
    placed, text = [], ""
    for word in words:
        placed.append(replace(word, char_start=len(text), char_end=len(text) + len(word.text)))
        text += word.text + " "
    score = Score(80.0)
    plain = Assessment(
        text=text.rstrip(),
        words=tuple(placed),
        scores=Scores(score, score, score, score, score),
        rhythm=None,
        quality=Quality(30.0, 0.0, -20.0, 2.0, 3.0, ()),
        off_script=None,
        abstained=False,
        model="default",
        versions={},
        timings_ms={},
    )
    return replace(plain, **changes)


_THINK = _word("think", _wrong("TH", "T"), "IH", "NG", "K")
_BOTH = _word("both", "B", "OW", _wrong("TH", "T"))
_VERY = _word("very", _wrong("V", "F"), "EH", "R", "IY")
_COLD = _word("cold", "K", "OW", "L", _wrong("D", None))


def _only(cards: tuple[FixCard, ...]) -> FixCard:
    assert len(cards) == 1
    return cards[0]


def test_one_card_for_one_confusion_in_two_words() -> None:
    card = _only(fix_cards(_reading(_THINK, _word("it", "IH", "T"), _BOTH)))
    assert (card.phone, card.ipa, card.said, card.said_ipa, card.kind) == ("TH", "θ", "T", "t", "substitution")
    assert card.places == ((0, 0), (2, 2))
    assert card.words == ("think", "both")
    assert card.respelling == "th as in “think”"
    assert card.title == "Say /θ/, not /t/"
    assert card.how[0] == "You said /t/: the tongue tip blocked the air. Let the air hiss between tongue and teeth."
    assert 3 <= len(card.how) <= 5
    assert card.feel_check
    assert card.minimal_pairs[0] == ("through", "true")
    assert len(card.minimal_pairs) == 2


def test_indonesian_card() -> None:
    card = _only(fix_cards(_reading(_THINK), language="id"))
    assert card.title == "Ucapkan /θ/, bukan /t/"
    assert card.how[0].startswith("Yang terdengar /t/: ujung lidah menahan udara.")
    assert card.respelling == "bunyi “th” pada “think”"


def test_the_more_frequent_problem_comes_first() -> None:
    cards = fix_cards(_reading(_VERY, _THINK, _BOTH, _BOTH))
    assert [card.phone for card in cards] == ["TH", "V"]
    cards = fix_cards(_reading(_THINK, _VERY, _VERY, _VERY))
    assert [card.phone for card in cards] == ["V", "TH"]


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        (_wrong("TH", "T", score=5.0), _wrong("TH", "T", score=50.0)),
        (_wrong("TH", "T", said_probability=0.9), _wrong("TH", "T", said_probability=0.5)),
        (_wrong("TH", "T", uncertainty=5.0), _wrong("TH", "T", uncertainty=30.0)),
        (_wrong("TH", "T"), _wrong("TH", "L")),  # a habit that confuses many words, against neither
        (_wrong("IH", "IY"), _wrong("UH", "UW")),  # ship/sheep keeps far more words apart than full/fool
    ],
)
def test_gain_grows_with_severity_certainty_load_and_habit(worse: PhoneResult, better: PhoneResult) -> None:
    more = _only(fix_cards(_reading(_word("x", worse, "AA"))))
    less = _only(fix_cards(_reading(_word("x", better, "AA"))))
    assert more.gain > less.gain


def test_a_habit_of_the_first_language_weighs_more() -> None:
    with_habit = _only(fix_cards(_reading(_THINK), first_language="id"))
    without = _only(fix_cards(_reading(_THINK), first_language=None))
    other = _only(fix_cards(_reading(_THINK), first_language="xx"))
    assert with_habit.gain > without.gain == other.gain


def test_gain_is_what_the_formula_says() -> None:
    rare = _word("x", _wrong("ZH", "W", score=30.0, said_probability=0.6, uncertainty=20.0), "AA")
    card = _only(fix_cards(_reading(rare), first_language=None))
    assert card.gain == pytest.approx(0.7 * 0.6 * 0.6 * 0.5)
    assert card.minimal_pairs == ()


def test_at_most_three_and_the_limit_is_kept() -> None:
    many = [_word("x", _wrong(one, "AA"), "IY") for one in ("B", "D", "G", "K", "P")]
    assert len(fix_cards(_reading(*many))) == 3
    assert len(fix_cards(_reading(*many), limit=1)) == 1
    assert fix_cards(_reading(*many), limit=0) == ()


@pytest.mark.parametrize("changes", [{"off_script": "other_text"}, {"abstained": True}, {"words": ()}])
def test_no_cards_without_a_judgement(changes: dict[str, object]) -> None:
    assert fix_cards(replace(_reading(_THINK), **changes)) == ()


def test_good_and_unclear_phones_are_not_blamed() -> None:
    unclear = _wrong("TH", "T", verdict=Verdict.UNCLEAR, score=None)
    assert fix_cards(_reading(_word("think", unclear, "IH", "NG", "K"))) == ()


def test_a_final_consonant_left_out() -> None:
    card = _only(fix_cards(_reading(_word("mad", "M", "AE", _wrong("D", None)))))
    assert (card.kind, card.phone, card.said, card.said_ipa) == ("deletion", "D", None, None)
    assert card.title == "Finish the word with /d/"
    assert "at the end" in card.how[0]
    assert card.minimal_pairs == ()


@pytest.mark.parametrize(
    ("word", "part"),
    [
        (_COLD, "Several consonants"),
        (_word("hat", _wrong("HH", None), "AE", "T"), "at the start"),
        (_word("city", "S", "IH", _wrong("T", None), "IY"), "in the middle"),
        (_word("about", _wrong("AH", None), "B", "AW", "T"), "lost a beat"),
    ],
)
def test_deletions_are_told_apart(word: WordResult, part: str) -> None:
    assert part in _only(fix_cards(_reading(word))).how[0]


def test_a_final_voiced_stop_without_voice() -> None:
    card = _only(fix_cards(_reading(_word("dog", "D", "AO", _wrong("G", "K")))))
    assert "vowel before it longer" in card.how[0]
    first = _only(fix_cards(_reading(_word("go", _wrong("G", "K"), "OW"))))
    assert "vowel before it longer" not in first.how[0]


@pytest.mark.parametrize(
    ("after", "part"), [(-1, "before the word"), (0, "in between"), (4, "followed the last sound")]
)
def test_an_added_vowel(after: int, part: str) -> None:
    word = _word("spend", "S", "P", "EH", "N", "D", insertions=(Insertion("AH", 0.8, after, 0.1, 0.2),))
    card = _only(fix_cards(_reading(word)))
    assert (card.kind, card.phone, card.said, card.places) == ("insertion", "AH", "AH", ((0, after),))
    assert card.title == "No extra vowel"
    assert part in card.how[0]
    assert "/ʌ/" in card.how[0]


def test_an_added_vowel_between_words() -> None:
    boy = _word("boy", "B", "OY", insertions=(Insertion("AH", 0.8, -1, 0.1, 0.2),))
    card = _only(fix_cards(_reading(_word("good", "G", "UH", "D"), boy)))
    assert "before this word" in card.how[0]
    assert card.places == ((1, -1),)


def test_added_vowels_of_any_colour_share_a_card_and_doubtful_ones_are_ignored() -> None:
    def spend(vowel: str, chance: float) -> WordResult:
        return _word("spend", "S", "P", "EH", "N", "D", insertions=(Insertion(vowel, chance, 0, 0.1, 0.2),))

    card = _only(fix_cards(_reading(spend("UH", 0.8), spend("AH", 0.7), spend("AH", 0.6), spend("IY", 0.1))))
    assert card.phone == "AH"
    assert len(card.places) == 3


def test_an_added_consonant() -> None:
    word = _word("sing", "S", "IH", "NG", insertions=(Insertion("G", 0.8, 2, 0.1, 0.2),))
    card = _only(fix_cards(_reading(word)))
    assert card.title == "No extra /ɡ/"
    assert "An extra /ɡ/" in card.how[0]


def _banana(*strong: bool | None) -> WordResult:
    spans = [
        Syllable(start, start + 2, stress, heard, 0.0, 0.1)
        for start, stress, heard in zip((0, 2, 4), (0, 1, 0), strong, strict=True)
    ]
    return _word("banana", "B", "AH", "N", "AE", "N", "AH", syllables=tuple(spans))


def test_a_strong_beat_in_the_wrong_place() -> None:
    card = _only(fix_cards(_reading(_banana(True, False, False))))
    assert (card.kind, card.phone, card.places, card.said) == ("stress", "AE", ((0, 3),), None)
    assert card.how[0] == "The strong beat of “banana” was on /bʌ/; it belongs on /næ/."
    assert "banana" in card.title


@pytest.mark.parametrize("strong", [(False, True, False), (True, True, False), (None, None, None), (True, None, False)])
def test_right_or_unknown_beats_give_no_card(strong: tuple[bool | None, ...]) -> None:
    assert fix_cards(_reading(_banana(*strong))) == ()


def test_words_left_out_make_one_card() -> None:
    big = _word("big", _wrong("B", None), _wrong("IH", None), _wrong("G", None), error=WordError.OMISSION)
    red = _word("red", _wrong("R", None), _wrong("EH", None), _wrong("D", None), error=WordError.OMISSION)
    card = _only(fix_cards(_reading(_word("a", "AH"), big, red)))
    assert (card.kind, card.phone, card.ipa, card.said) == ("omission", "", "", None)
    assert card.places == ((1, WHOLE_WORD), (2, WHOLE_WORD))
    assert card.how[0] == "We did not hear “big” and “red”."


def test_an_extra_word_is_not_blamed_on_sounds() -> None:
    extra = _word("ðə", _wrong("DH", "D"), "AH", error=WordError.INSERTION)
    assert fix_cards(_reading(extra)) == ()


@pytest.mark.parametrize(
    "result",
    [
        _wrong("TH", "TH", verdict=Verdict.NEARLY, score=55.0),
        _wrong("TH", "T", said_probability=0.2),
        _wrong("TH", None, verdict=Verdict.WRONG),
    ],
)
def test_what_is_not_known_is_not_named(result: PhoneResult) -> None:
    card = _only(fix_cards(_reading(_word("think", result, "IH", "NG", "K"))))
    assert card.kind == "polish"
    assert card.said in (None, "TH")
    assert card.how[0].startswith("Your /θ/ was not quite clear.")
    assert card.minimal_pairs[0] == ("through", "true")  # against what Indonesian speakers most often say


def test_every_phone_makes_cards_in_both_languages() -> None:
    # Sentences of all pairs are tested where they are made; here each phone meets three others.
    for index, shift in product(range(len(PHONES)), (0, 1, 13)):
        expected, said = PHONES[index], PHONES[(index + shift) % len(PHONES)]
        reading = _reading(_word("x", _wrong(expected, said), "AA"))
        for language in ("en", "id"):
            card = _only(fix_cards(reading, language=language))
            assert card.kind == ("polish" if expected == said else "substitution")
            assert "{" not in " ".join((card.title, *card.how, card.feel_check))


def test_a_doubtful_trifle_makes_no_card_but_many_do() -> None:
    trifle = _wrong("TH", "T", verdict=Verdict.NEARLY, score=85.0, said_probability=0.4, uncertainty=25.0)
    word = _word("think", trifle, "IH", "NG", "K")
    assert fix_cards(_reading(word)) == ()
    assert summary(_reading(word)) == "Well done: 3 of 4 sounds were clear."
    assert _only(fix_cards(_reading(word, word, word))).phone == "TH"


def test_a_vowel_that_ends_its_word_is_no_unfinished_word() -> None:
    card = _only(fix_cards(_reading(_word("sofa", "S", "OW", "F", _wrong("AH", None)))))
    assert card.title == "Let us hear /ʌ/"


def test_pairs_have_the_sound_where_it_went_wrong() -> None:
    card = _only(fix_cards(_reading(_BOTH)))
    assert card.minimal_pairs[0] == ("both", "boat")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'xx'"):
        fix_cards(_reading(_THINK), language="xx")


_planted = st.builds(
    _wrong,
    st.sampled_from(PHONES),
    st.none() | st.sampled_from(PHONES),
    verdict=st.sampled_from(Verdict),
    score=st.none() | st.floats(0, 100),
    said_probability=st.floats(0, 1),
    uncertainty=st.floats(0, 60),
)


@given(st.lists(st.lists(_planted, min_size=1, max_size=4), max_size=5), st.sampled_from(["en", "id"]))
@settings(max_examples=60, deadline=None)
def test_cards_point_at_what_they_blame(words: list[list[PhoneResult]], language: str) -> None:
    reading = _reading(*(_word("word", *results) for results in words))
    cards = fix_cards(reading, language=language, limit=99)
    assert [card.gain for card in cards] == sorted((card.gain for card in cards), reverse=True)
    blamed = [place for card in cards for place in card.places]
    assert len(blamed) == len(set(blamed))
    faults = {
        (index, position): result
        for index, word in enumerate(reading.words)
        for position, result in enumerate(word.phones)
        if result.verdict not in (Verdict.GOOD, Verdict.UNCLEAR)
    }
    plain = {
        place
        for place, result in faults.items()
        if (result.score or 0.0) <= 40 and result.said_probability >= 0.7 and result.uncertainty <= 10
    }
    assert plain <= set(blamed) <= set(faults)
    for card in cards:
        assert all(reading.words[word].phones[at].expected == card.phone for word, at in card.places)
    assert "\n" not in summary(reading, language=language)


def test_summary_counts_what_is_true_and_names_the_lever() -> None:
    line = summary(_reading(_THINK, _BOTH))
    assert line == (
        "Fair start"
        if not line
        else "You are on your way: 5 of 7 sounds were clear. "
        "What would help most now: /θ/ (th as in “think”) in “think” and “both”."
    )


def test_summary_of_a_clear_reading() -> None:
    assert summary(_reading(_word("it", "IH", "T"))) == "Excellent: all 2 sounds we could judge were clear!"


def test_summary_praises_no_more_than_the_score() -> None:
    low = Score(40.0)
    reading = _reading(_word("it", "IH", "T"), _THINK, scores=Scores(low, low, low, low, low))
    assert summary(reading).startswith("Keep going: 5 of 6")


def test_summary_names_pauses_where_fluency_lags() -> None:
    high, low = Score(90.0), Score(50.0)
    reading = _reading(_THINK, scores=Scores(high, high, low, high, high))
    assert "pauses" in summary(reading)
    reading = _reading(_THINK, scores=Scores(high, high, high, high, Score(None, reason="no_pitch")))
    assert "pauses" not in summary(reading)


def test_summary_counts_the_sounds_of_a_word_left_out() -> None:
    gone = _word("big", "B", "IH", "G", error=WordError.OMISSION)
    line = summary(_reading(_word("it", "IH", "T"), gone))
    assert "2 of 5" in line
    assert "do not leave out “big”" in line


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"off_script": "other_text"}, "something other than this sentence"),
        ({"off_script": "not_speech"}, "no clear speech"),
        ({"off_script": "another_reason"}, "something other than this sentence"),
        ({"abstained": True}, "not clear enough"),
        ({"words": ()}, "could not judge"),
    ],
)
def test_summary_without_a_judgement_says_why(changes: dict[str, object], part: str) -> None:
    line = summary(replace(_reading(_THINK), **changes))
    assert part in line
    assert "clear sounds" not in line
