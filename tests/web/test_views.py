import dataclasses
from collections.abc import Sequence

import pytest
from fabricated import reading, said, word
from hypothesis import given
from hypothesis import strategies as st

from speech.feedback import FixCard, fix_cards
from speech.problems import Kind
from speech.results import Assessment, Insertion, Syllable, Verdict, WordError, WordResult
from web.catalogue import open_catalogue
from web.components.views import keys_of, view_words

ENGLISH = open_catalogue("en")
TABLE = (said("T", at=0), said("EY", at=1), said("B", at=2), said("AH", at=3), said("L", at=4))


def card(kind: Kind, *places: tuple[int, int]) -> FixCard:
    return FixCard("T", "t", "t", None, None, kind, places, ("x",), "Title", ("Step",), "Feel", (), 1.0)


def of_words(assessment: Assessment, text: str, *words: WordResult) -> Assessment:
    return dataclasses.replace(assessment, text=text, words=words)


def stressed(strong: Sequence[bool | None]) -> tuple[Syllable, ...]:
    first, second = strong
    return (Syllable(0, 2, 1, first, 0.3, 0.48), Syllable(2, 5, 0, second, 0.48, 0.75))


def test_words_keep_the_learners_spelling(assessment: Assessment) -> None:
    views = view_words(assessment, ENGLISH)
    assert [view.written for view in views] == ["I", "think", "three", "ships", "really"]
    assert [view.after for view in views] == ["", "", "", ",", "!"]


def test_a_number_spoken_as_two_words_is_one_card(assessment: Assessment) -> None:
    twenty = dataclasses.replace(word("twenty", [said("T")], start=2), char_end=4)
    one = dataclasses.replace(word("one", [said("W", at=1)], start=2), char_end=4)
    counted = dataclasses.replace(
        assessment, text="🙂 21 «cats»?", words=(twenty, one, word("cats", [said("K")], start=6))
    )
    views = view_words(counted, ENGLISH)
    assert [(view.before, view.written, view.after, view.spoken) for view in views] == [
        ("🙂", "21", "«", "twenty one"),
        ("", "cats", "»?", None),
    ]
    assert [sound.key for sound in views[0].sounds] == ["w0p0", "w1p0"]


def test_an_added_word_gets_its_own_card(assessment: Assessment) -> None:
    added = dataclasses.replace(word("ʌm", [said("AH")], start=2), char_end=2, error=WordError.INSERTION)
    first, *rest = assessment.words
    views = view_words(dataclasses.replace(assessment, words=(first, added, *rest)), ENGLISH)
    assert [(view.written, view.error_label) for view in views][:3] == [("I", None), ("ʌm", "added"), ("think", None)]


@given(st.text(alphabet=st.sampled_from("ab 🙂,.!«»—'"), max_size=20), st.data())
def test_the_cards_hold_every_sign_of_the_text_once(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = [(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False) if text[start:end].strip()]
    words = [dataclasses.replace(word("w", [said("T")], start=start), char_end=end) for start, end in spans]
    views = view_words(of_words(reading(), text, *words), ENGLISH)
    shown = "".join(view.before + view.written + view.after for view in views)
    assert "".join(shown.split()) == ("".join(text.split()) if words else "")


def test_keys_are_told_apart(assessment: Assessment) -> None:
    views = view_words(assessment, ENGLISH)
    keys = [view.key for view in views] + [sound.key for view in views for sound in view.sounds]
    assert len(set(keys)) == len(keys)
    assert [sound.key for sound in views[-1].sounds] == ["w4p0", "w4p1", "w4p2", "w4x0", "w4p3"]


def test_only_expected_sounds_have_a_place_in_the_model_voice(assessment: Assessment) -> None:
    really = view_words(assessment, ENGLISH)[-1]
    assert [sound.position for sound in really.sounds] == [0, 1, 2, None, 3]


@pytest.mark.parametrize(
    ("kind", "place", "keys"),
    [
        ("substitution", (1, 0), ["w1p0"]),
        ("omission", (1, -1), ["w1p0"]),
        ("insertion", (4, 2), ["w4x0"]),
        ("insertion", (4, 1), []),
    ],
)
def test_a_card_names_the_sounds_it_is_about(
    assessment: Assessment, kind: Kind, place: tuple[int, int], keys: list[str]
) -> None:
    assert list(keys_of(card(kind, place), assessment)) == keys


def test_a_sound_of_two_cards_shows_the_more_useful_one(assessment: Assessment) -> None:
    first, second = card("substitution", (1, 0)), card("polish", (1, 0), (1, 1))
    sounds = view_words(assessment, ENGLISH, (first, second))[1].sounds
    assert [sound.card for sound in sounds] == [first, second, None, None]


def test_every_card_is_found_at_a_sound(assessment: Assessment) -> None:
    cards = fix_cards(assessment)
    shown = {id(sound.card) for view in view_words(assessment, ENGLISH, cards) for sound in view.sounds}
    assert cards and {id(one) for one in cards} <= shown


@pytest.mark.parametrize(
    ("strong", "shown"),
    [
        ((True, False), [("teɪ", True, True), ("bʌl", False, False)]),
        ((False, True), [("teɪ", True, False), ("bʌl", False, True)]),
        ((True, None), []),
        ((None, None), []),
    ],
)
def test_stress_is_shown_only_where_it_was_heard(
    assessment: Assessment, strong: Sequence[bool | None], shown: list[tuple[str, bool, bool]]
) -> None:
    table = dataclasses.replace(word("table", TABLE, start=0), syllables=stressed(strong))
    (view,) = view_words(of_words(assessment, "table", table), ENGLISH)
    assert [dataclasses.astuple(one) for one in view.syllables] == shown


def test_a_word_of_one_syllable_has_no_stress_to_show(assessment: Assessment) -> None:
    ship = dataclasses.replace(word("ship", [said("SH")], start=0), syllables=(Syllable(0, 1, 1, True, 0.3, 0.4),))
    (view,) = view_words(of_words(assessment, "ship", ship), ENGLISH)
    assert view.syllables == ()


@pytest.mark.parametrize(
    ("error", "score", "headline", "label"),
    [
        (WordError.NONE, 91.4, "“tea”: 91 of 100", None),
        (WordError.MISPRONUNCIATION, 40.0, "“tea”: 40 of 100", None),
        (WordError.NONE, None, "“tea” could not be judged.", None),
        (WordError.OMISSION, 0.0, "“tea” was left out.", "left out"),
    ],
)
def test_a_word_is_summed_up(
    assessment: Assessment, error: WordError, score: float | None, headline: str, label: str | None
) -> None:
    tea = dataclasses.replace(word("tea", [said("T")], start=0), error=error, score=score)
    (view,) = view_words(of_words(assessment, "tea", tea), ENGLISH)
    assert (view.headline, view.error_label) == (headline, label)


def test_a_word_left_out_has_nothing_to_play(assessment: Assessment) -> None:
    gone = dataclasses.replace(word("tea", [said("T", heard=None, verdict=Verdict.MISSING)], start=0))
    gone = dataclasses.replace(gone, error=WordError.OMISSION)
    (view,) = view_words(of_words(assessment, "tea", gone), ENGLISH)
    assert (view.start_s, view.end_s) == (0.0, 0.0)


def test_a_word_is_played_with_a_little_around_it(assessment: Assessment) -> None:
    early = dataclasses.replace(word("tea", [said("T")], start=0), start_s=0.02, end_s=0.5)
    (view,) = view_words(of_words(assessment, "tea", early), ENGLISH)
    assert view.start_s == 0.0
    assert 0.5 < view.end_s < 0.6


def test_sounds_stand_in_the_order_they_were_said(assessment: Assessment) -> None:
    before = Insertion("AH", 0.7, -1, 0.2, 0.26)
    tea = word("tea", [said("T"), said("IY", at=1)], start=0, insertions=(before,))
    (view,) = view_words(of_words(assessment, "tea", tea), ENGLISH)
    assert [sound.verdict for sound in view.sounds] == ["extra", "good", "good"]
