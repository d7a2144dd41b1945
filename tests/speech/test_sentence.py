from dataclasses import replace

import pytest

from speech.results import Insertion, Pause, PhoneResult, Quality, Rhythm, Syllable, Verdict, WordError, WordResult
from speech.sentence import abstaining, sentence_scores, strong_where_asked, word_score

QUALITY = Quality(snr_db=30, clipped=0, loudness_dbfs=-20, speech_s=2.0, duration_s=3.0, warnings=())
RHYTHM = Rhythm(syllables_per_s=3, articulation_per_s=3.5, pitch_median_hz=200, pitch_range_semitones=8, pauses=())


def phone(score: float | None, uncertainty: float = 5.0) -> PhoneResult:
    return PhoneResult("S", "s", None, "S", 0.9, score, uncertainty, Verdict.GOOD, 0.0, 0.1)


def word(*scores: float | None, error: WordError = WordError.NONE, insertions: int = 0) -> WordResult:
    phones = tuple(phone(score) for score in scores)
    added = tuple(Insertion("AH", 0.95, 0, 0.0, 0.1) for _ in range(insertions))
    syllables = (Syllable(0, 1, 1, None, 0.0, 0.2),) * 2
    return WordResult("x", 0, 1, "S", phones, added, syllables, word_score(phones, insertions), error, 0.0, 0.2)


def test_word_score_is_the_mean_less_added_sounds() -> None:
    assert word_score([phone(80), phone(100), phone(None)], 0) == 90
    assert word_score([phone(80), phone(100)], 1) == 80
    assert word_score([phone(None)], 0) is None
    assert word_score([phone(5)], 3) == 0


def test_completeness_counts_words_really_said() -> None:
    words = [word(90, 90), word(100), word(0, error=WordError.OMISSION), word(error=WordError.INSERTION)]
    scores = sentence_scores(words, RHYTHM, QUALITY)
    assert scores.completeness.value == pytest.approx(100 * 2 / 3)
    assert scores.accuracy.value == pytest.approx(280 / 3)
    assert scores.overall.value is not None
    assert scores.overall.value <= scores.accuracy.value * 2 / 3 + 1e-9


def test_pauses_and_slowness_lower_fluency_only() -> None:
    words = [word(90, 90), word(100, 100)]
    fluent = sentence_scores(words, RHYTHM, QUALITY)
    halting = sentence_scores(words, replace(RHYTHM, pauses=(Pause(0.5, 2.0),)), QUALITY)
    slow = sentence_scores(words, replace(RHYTHM, articulation_per_s=1.5), QUALITY)
    assert fluent.fluency.value == 100
    assert halting.fluency.value < 60
    assert slow.fluency.value == pytest.approx(25)
    assert halting.accuracy == slow.accuracy == fluent.accuracy
    assert halting.overall.value < fluent.overall.value


def test_unknown_is_none_with_a_reason_not_zero() -> None:
    scores = sentence_scores([word(None)], replace(RHYTHM, pitch_range_semitones=None), QUALITY)
    assert (scores.accuracy.value, scores.accuracy.reason) == (None, "nothing_judged")
    assert (scores.prosody.value, scores.prosody.reason) == (None, "no_voiced_speech")
    assert scores.fluency.reason == "too_few_syllables"
    assert scores.overall.value is None
    assert abstaining("other_text").overall.reason == "other_text"


def test_stress_is_judged_only_where_there_is_a_choice() -> None:
    strong_first = replace(word(90), syllables=(Syllable(0, 1, 1, True, 0, 0.1), Syllable(1, 2, 0, False, 0.1, 0.2)))
    strong_second = replace(word(90), syllables=(Syllable(0, 1, 1, False, 0, 0.1), Syllable(1, 2, 0, True, 0.1, 0.2)))
    assert strong_where_asked(strong_first) is True
    assert strong_where_asked(strong_second) is False
    assert strong_where_asked(word(90)) is None
    assert sentence_scores([strong_second], RHYTHM, QUALITY).prosody.value == pytest.approx(50)
