import numpy as np
import pytest

from phonemes.expected import expect
from phonemes.inventory import COLUMN
from speech.prosody import contour
from speech.reading import Reading
from speech.results import Posteriors, Verdict, WordError
from speech.verdicts import Added, PhoneVerdict
from speech.wording import Timeline, word_results

TEXT = "Look, a book about it!"
GOOD = PhoneVerdict(Verdict.GOOD, "X", 0.9, 95.0, 3.0)


def timeline() -> Timeline:
    ctc = np.full((60, 40), -9.0, np.float32)
    ctc[:, 0] = -0.01
    ctc[50, COLUMN["T"]], ctc[52, COLUMN["UW"]] = 0.0, 0.0
    posteriors = Posteriors(ctc, None, np.zeros((60, 1), np.float32), 0.02, 0.0175)
    return Timeline(posteriors, 1.2, contour(np.zeros(19200, np.float32)))


def reading(variants: tuple[int | None, ...], fillers: tuple[tuple[int, int, int], ...] = ()) -> Reading:
    """Every phone of the words read takes two frames, one after the other."""
    spans, columns, frame = [], [], 2
    for word, chosen in zip(expect(TEXT).words, variants, strict=True):
        phones = () if chosen is None else word.variants[chosen].phones
        spans.append(tuple((frame + 2 * k, frame + 2 * k + 2) for k in range(len(phones))))
        columns += [COLUMN[symbol] for symbol in phones]
        frame += 2 * len(phones)
    return Reading(variants, tuple(spans), tuple(columns), None, np.zeros((0, 0)), fillers, other_text=False)


def results(of: Reading, *added: Added):
    return word_results(expect(TEXT), of, [GOOD] * len(of.columns), added, timeline=timeline())


def test_words_keep_the_learners_spelling_and_frames_become_seconds() -> None:
    words = results(reading((0, 0, 0, 0, 0)))
    assert [word.text for word in words] == ["Look", "a", "book", "about", "it"]
    assert all(TEXT[word.char_start : word.char_end] == word.text for word in words)
    first = words[0].phones[0]
    assert (first.start_s, first.end_s) == pytest.approx((0.0175 + 1.5 * 0.02, 0.0175 + 3.5 * 0.02))
    assert all(word.error is WordError.NONE for word in words)


def test_unstressed_vowels_are_schwas() -> None:
    about = results(reading((0, 0, 0, 0, 0)))[3]
    assert [(p.expected, p.ipa) for p in about.phones][:1] == [("AH", "ə")]


def test_a_word_left_out_keeps_its_place_with_all_phones_missing() -> None:
    words = results(reading((0, None, 0, 0, 0)))
    assert words[1].error is WordError.OMISSION
    assert words[1].score == 0
    assert {p.verdict for p in words[1].phones} == {Verdict.MISSING}
    assert words[1].start_s == words[0].end_s


def test_a_phone_added_between_words_belongs_to_the_word_before() -> None:
    of = reading((0, 0, 0, 0, 0))
    end_of_book = sum(len(spans) for spans in of.spans[:3])
    words = results(of, Added(end_of_book, "AH", 0.95))
    assert [(i.phone, i.after) for i in words[2].insertions] == [("AH", 2)]
    assert words[2].error is WordError.MISPRONUNCIATION
    assert words[3].insertions == ()
    assert words[2].insertions[0].start_s < words[2].insertions[0].end_s


@pytest.mark.parametrize(("place", "word", "after"), [(0, 0, -1), (1, 0, 0), (99, 4, 1)])
def test_added_phones_at_the_edges_are_kept(place: int, word: int, after: int) -> None:
    of = reading((0, 0, 0, 0, 0))
    words = results(of, Added(min(place, len(of.columns)), "AH", 0.95))
    assert [(i.phone, i.after) for i in words[word].insertions] == [("AH", after)]
    assert words[word].insertions[0].end_s > words[word].insertions[0].start_s
    assert sum(len(w.insertions) for w in words) == 1


def test_other_speech_becomes_an_added_word_where_it_stood() -> None:
    words = results(reading((0, 0, 0, 0, 0), ((5, 49, 54),)))
    assert words[-1].error is WordError.INSERTION
    assert words[-1].text == "tu"
    assert words[-1].char_start == words[-1].char_end == len(TEXT)


def test_syllables_carry_the_dictionarys_stress() -> None:
    about = results(reading((0, 0, 0, 0, 0)))[3]
    assert [s.stress for s in about.syllables] == [0, 1]
    assert about.syllables[-1].last == len(about.phones)
