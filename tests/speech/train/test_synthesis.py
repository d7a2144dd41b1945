import dataclasses
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonemes.inventory import PHONES
from phonemes.lexicon import default_lexicon
from speech.errors import SynthesiserFailed, SynthesiserMissing, UnknownVoice
from speech.train import synthesis
from speech.train.planted import PLANTS
from speech.train.spoken import SILENCE, VOWELS, Style, with_stress
from speech.train.synthesis import (
    VOICES,
    HeldOutError,
    SynthesisConfig,
    refuse_held_out,
    say_phones,
    say_text,
    say_words,
    training_set,
)

INSTALLED = [voice.name for voice in VOICES.values() if voice.installed]
EXACT = [name for name in INSTALLED if VOICES[name].program != "espeak-ng"]
WORDS = [("DH", "AH0"), ("B", "ER1", "D"), ("R", "EH1", "D"), ("M", "EH1", "ZH", "ER0"), ("S", "T", "R"), ("TH",)]
FLAT = tuple(symbol.rstrip("012") for word in WORDS for symbol in word)

needs_flite = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")


def _is_contiguous(utterance):
    duration_s = len(utterance.samples) / utterance.sample_rate
    starts = [timed.start_s for timed in utterance.phones]
    ends = [timed.end_s for timed in utterance.phones]
    return starts[0] == 0 and ends[-1] == pytest.approx(duration_s) and starts[1:] == ends[:-1]


@pytest.mark.parametrize("voice", INSTALLED)
def test_every_voice_says_exactly_the_phones_asked_for(voice):
    utterance = say_words(WORDS, voice, style=Style(breaks=frozenset({1})))
    assert utterance.said == FLAT
    assert _is_contiguous(utterance)
    assert all(timed.end_s > timed.start_s for timed in utterance.phones)
    assert utterance.samples.dtype == np.float32
    assert 0.05 < np.abs(utterance.samples).max() <= 1.0


@pytest.mark.parametrize("voice", INSTALLED)
def test_every_voice_knows_all_39_phones(voice):
    consonants = [symbol for symbol in PHONES if symbol not in VOWELS and symbol != "NG"]
    words = [(consonant, vowel + "1") for consonant, vowel in zip(consonants, sorted(VOWELS) * 2, strict=False)]
    words = [(*word, "N") for word in words]
    words.append(("S", "IH1", "NG"))
    utterance = say_words(words, voice, style=Style(stretch=0.7, breaks=frozenset(range(len(words)))))
    assert utterance.said == tuple(symbol.rstrip("1") for word in words for symbol in word)
    assert set(utterance.said) == set(PHONES)


def test_a_voice_that_cannot_join_two_phones_says_so():
    if not VOICES["ked"].installed:
        pytest.skip("festival's ked voice is not installed")
    with pytest.raises(SynthesiserFailed, match="join"):
        say_words([("AA1", "W", "G")], "ked")
    fine, broken = synthesis.say_many([(WORDS, Style()), ([("AA1", "W", "G")], Style())], "ked")
    assert broken is None
    assert fine is not None
    assert fine.said == FLAT


@pytest.mark.parametrize("voice", EXACT)
def test_times_fall_where_the_sound_is(voice):
    utterance = say_words([("AA1",), ("S", "AA1")], voice)
    rate = utterance.sample_rate
    loudness = {}
    for timed in utterance.phones:
        middle = utterance.samples[int(timed.start_s * rate) : int(timed.end_s * rate)]
        loudness.setdefault(timed.phone, float(np.sqrt(np.mean(middle**2))))
    assert loudness["AA"] > 3 * loudness[SILENCE]
    hiss = next(timed for timed in utterance.phones if timed.phone == "S")
    inside = utterance.samples[int((hiss.start_s + 0.02) * rate) : int((hiss.end_s - 0.02) * rate)]
    crossings_per_s = np.mean(np.abs(np.diff(np.sign(inside)))) / 2 * rate
    assert crossings_per_s > 2500  # a vowel crosses zero a few hundred times a second


@pytest.mark.parametrize("voice", INSTALLED)
def test_a_larger_stretch_is_slower(voice):
    slow = say_words(WORDS, voice, style=Style(stretch=1.5))
    fast = say_words(WORDS, voice, style=Style(stretch=0.8))
    assert len(slow.samples) > 1.4 * len(fast.samples)


@needs_flite
def test_pitch_moves_the_voice():
    def median_period(utterance):
        vowel = next(timed for timed in utterance.phones if timed.phone == "AA")
        rate = utterance.sample_rate
        sound = utterance.samples[int(vowel.start_s * rate) : int(vowel.end_s * rate)].astype(float)
        sound = sound[len(sound) // 3 :][: rate // 5]
        lags = np.correlate(sound, sound, "full")[len(sound) - 1 :]
        shortest = rate // 400
        return shortest + int(np.argmax(lags[shortest : rate // 60]))

    low, high = (say_words([("AA1",)], "slt", style=Style(pitch=pitch, stretch=3)) for pitch in (0.7, 1.3))
    assert median_period(low) > 1.5 * median_period(high)


@needs_flite
def test_a_break_puts_a_silence_between_words():
    utterance = say_words([("K", "AE1", "T"), ("D", "AO1", "G")], "slt", style=Style(breaks=frozenset({0})))
    assert SILENCE in [timed.phone for timed in utterance.phones[1:-1]]


@needs_flite
@settings(max_examples=12, deadline=None)
@given(words=st.lists(st.lists(st.sampled_from(PHONES), min_size=1, max_size=6).map(tuple), min_size=1, max_size=5))
def test_flite_says_any_string_of_phones(words):
    utterance = say_words(words, "kal16")
    assert utterance.said == tuple(symbol for word in words for symbol in word)
    assert _is_contiguous(utterance)


@needs_flite
def test_a_text_is_read_by_the_voices_own_dictionary():
    utterance = say_text("The cat sat.", "slt")
    assert utterance.said == ("DH", "AH", "K", "AE", "T", "S", "AE", "T")
    assert utterance.text == "The cat sat."


def test_espeak_reports_no_phones_of_a_text():
    if not VOICES["espeak"].installed:
        pytest.skip("espeak-ng is not installed")
    assert not say_words(WORDS, "espeak").exact_times
    with pytest.raises(SynthesiserFailed):
        say_text("The cat sat.", "espeak")


def test_an_unknown_voice_is_refused():
    with pytest.raises(UnknownVoice, match="rms"):
        say_words(WORDS, "nobody")


def test_a_missing_synthesiser_names_its_package(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(SynthesiserMissing, match="apt-get install festvox-us-slt-hts"):
        say_words(WORDS, "hts")


@needs_flite
def test_an_unknown_phone_is_refused_before_anything_is_said():
    with pytest.raises(KeyError):
        say_phones(("K", "QQ"), "slt")


@needs_flite
def test_nothing_to_say_is_refused():
    with pytest.raises(ValueError, match="no phones"):
        synthesis.say_words([(), ()], "slt")


@given(st.lists(st.sampled_from(PHONES), min_size=1).map(tuple))
def test_with_stress_marks_exactly_one_vowel_as_stressed(word):
    marked = with_stress(word)
    assert tuple(symbol.rstrip("01") for symbol in marked) == word
    assert sum(symbol.endswith("1") for symbol in marked) == (1 if any(symbol in VOWELS for symbol in word) else 0)


SMALL = SynthesisConfig(count=12, voices=("kal16",), words_low=1, words_high=3, vocabulary=500)


@needs_flite
def test_a_training_set_is_the_same_every_time_and_half_perturbed():
    first, second = list(training_set(SMALL)), list(training_set(SMALL))
    assert len(first) == 12
    for left, right in zip(first, second, strict=True):
        assert left.phones == right.phones
        assert np.array_equal(left.samples, right.samples)
    assert {utterance.sample_rate for utterance in first} == {16_000}
    assert 2 <= sum(bool(utterance.planted) for utterance in first) <= 10


@needs_flite
def test_another_seed_gives_other_words():
    texts = {utterance.text for utterance in training_set(SMALL)}
    assert texts.isdisjoint(utterance.text for utterance in training_set(dataclasses.replace(SMALL, seed=1)))


@needs_flite
def test_what_is_said_is_the_text_with_its_planted_errors():
    for utterance in training_set(SMALL):
        words = [list(default_lexicon().lookup(word)[0].phones) for word in utterance.text.split()]
        for edit in reversed(utterance.planted):
            if edit.expected is not None and len(default_lexicon().lookup(utterance.text.split()[edit.word])) == 1:
                assert words[edit.word][edit.phone] == edit.expected
        if not utterance.planted and all(len(default_lexicon().lookup(word)) == 1 for word in utterance.text.split()):
            assert utterance.said == tuple(phone for word in words for phone in word)


def test_a_training_set_refuses_the_held_out_voice():
    with pytest.raises(HeldOutError, match="ked"):
        next(training_set(SynthesisConfig(voices=("kal16", "ked"))))


def test_a_training_set_refuses_a_held_out_text(monkeypatch):
    monkeypatch.setattr(synthesis, "_vocabulary", lambda _size: ("i", "think"))
    monkeypatch.setattr("speech.train.held_out.HELD_OUT_TEXTS", {"i think", "think i", "i i", "think think"})
    with pytest.raises(HeldOutError, match="kept for tests"):
        list(training_set(SynthesisConfig(count=1, voices=("kal16",), words_low=2, words_high=2)))


def test_every_fixture_sentence_is_held_out():
    for plant in PLANTS:
        with pytest.raises(HeldOutError):
            refuse_held_out((), (plant.text.upper(),))
    refuse_held_out(("slt",), ("A sentence nobody keeps.",))
