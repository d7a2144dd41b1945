import dataclasses
from pathlib import Path

import pytest

from benchmarks import alignment
from benchmarks.alignment import AlignmentOptions, Timed, measure, prepared, sentences, spoken, table
from benchmarks.readings import MANIFEST
from phonemes.expected import expect
from speech import results as r
from speech.errors import FileMissing, SynthesiserMissing, UnknownVoice
from speech.train.held_out import HELD_OUT_TEXTS, HELD_OUT_VOICES, _words
from speech.voice import VOICES

KED = pytest.mark.skipif(not VOICES["ked"].installed, reason="festival's voice ked is not installed")

TIMED = Timed(
    Path("made_up.wav"),
    "so be it",
    (
        (("S", 0.10, 0.20), ("OW", 0.20, 0.30)),
        (("B", 0.30, 0.36), ("IY", 0.36, 0.50)),
        (("IH", 0.60, 0.70), ("T", 0.70, 0.80)),  # after a pause of 0.1 s
    ),
)


def _word(phones, **changes):
    results = tuple(
        r.PhoneResult(symbol, "", None, symbol, 1.0, 100.0, 0.0, r.Verdict.GOOD, start_s, end_s)
        for symbol, start_s, end_s in phones
    )
    word = r.WordResult("w", 0, 1, "", results, (), (), 1.0, r.WordError.NONE, 0.0, 0.0)
    return dataclasses.replace(word, **changes)


def _judge(words, *, abstained=False):
    score = r.Score(None)
    scores = r.Scores(score, score, score, score, score)
    quality = r.Quality(30.0, 0.0, -20.0, 1.0, 1.0, ())
    assessment = r.Assessment("", tuple(words), scores, None, quality, None, abstained, "fake", {}, {})
    return lambda _recording, _text: assessment


def _measured(words, **options):
    return measure([TIMED], _judge(words, **options), model="fake", voice="nobody")


def _late(words, seconds):
    return [[(symbol, start + seconds, end + seconds) for symbol, start, end in word] for word in words]


def _groups(figures):
    return {group.name: group for group in figures.groups}


def test_exact_times_have_no_error():
    figures = _measured([_word(word) for word in TIMED.words])
    groups = _groups(figures)
    assert (figures.sentences, figures.unjudged, figures.words, figures.skipped_words) == (1, 0, 3, 0)
    counts = [groups[name].boundaries for name in ("all", "inside words", "word starts", "word ends")]
    assert counts == [9, 3, 3, 3]
    assert groups["all"].mean_ms == pytest.approx(0.0)
    assert groups["all"].within_20 == 1.0


@pytest.mark.parametrize("seconds", [-0.03, 0.02, 0.06])
def test_a_constant_offset_shows_as_bias(seconds):
    overall = _groups(_measured([_word(word) for word in _late(TIMED.words, seconds)]))["all"]
    assert overall.bias_ms == pytest.approx(1000 * seconds)
    assert overall.middle_ms == pytest.approx(1000 * seconds)
    assert overall.median_ms == overall.mean_ms == overall.p90_ms == pytest.approx(1000 * abs(seconds))
    assert overall.within_20 == (abs(seconds) <= 0.02)
    assert overall.within_50 == (abs(seconds) <= 0.05)


def test_one_wrong_boundary_is_counted_where_it_is():
    words = [list(word) for word in TIMED.words]
    words[1] = [("B", 0.30, 0.42), ("IY", 0.42, 0.50)]
    groups = _groups(_measured([_word(word) for word in words]))
    assert groups["all"].mean_ms == pytest.approx(60 / 9)
    assert groups["all"].median_ms == pytest.approx(0.0)
    assert groups["inside words"].mean_ms == groups["inside words"].bias_ms == pytest.approx(20.0)
    assert groups["inside words"].within_50 == pytest.approx(2 / 3)
    assert groups["word starts"].mean_ms == groups["word ends"].mean_ms == pytest.approx(0.0)
    assert groups["begins: vowel"].mean_ms == pytest.approx(60 / 3)


def test_a_sound_that_ends_before_a_pause_is_followed_by_silence():
    words = [list(word) for word in TIMED.words]
    words[1][-1] = ("IY", 0.36, 0.46)
    words[2][-1] = ("T", 0.70, 0.78)
    groups = _groups(_measured([_word(word) for word in words]))
    assert groups["begins: silence"].boundaries == 2
    assert groups["begins: silence"].bias_ms == pytest.approx(-30.0)
    assert groups["begins: plosive"].boundaries == 3  # B starts, the word before it ends there, and T
    assert groups["begins: plosive"].mean_ms == pytest.approx(0.0)


def test_words_said_otherwise_are_left_out_and_counted():
    other = _word([("S", 0.0, 0.9), ("AH", 0.9, 1.0)])
    omitted = _word(TIMED.words[1], error=r.WordError.OMISSION)
    extra = _word([], error=r.WordError.INSERTION)
    figures = _measured([extra, other, omitted, _word(TIMED.words[2])])
    assert (figures.words, figures.skipped_words) == (3, 2)
    assert _groups(figures)["all"].boundaries == 3
    assert _groups(figures)["all"].mean_ms == pytest.approx(0.0)


def test_readings_without_a_judgement_are_counted():
    figures = _measured([], abstained=True)
    assert (figures.sentences, figures.unjudged, figures.words) == (1, 1, 0)
    assert figures.groups[0].boundaries == 0


def test_the_table_has_a_line_a_group(capsys):
    from rich.console import Console

    figures = _measured([_word(word) for word in _late(TIMED.words, 0.03)])
    Console(width=200).print(table(figures))
    printed = capsys.readouterr().out
    assert "+30.0 ms" in printed
    assert all(name in printed for name in ("inside words", "begins: silence", "1 sentences", "cores"))


def test_sentences_are_the_held_out_ones_and_then_random_words_without_chance():
    texts = sentences(60, seed=0)
    assert len(texts) == 60
    assert {_words(text) for text in texts[:40]} == HELD_OUT_TEXTS
    assert not {_words(text) for text in texts[40:]} & HELD_OUT_TEXTS
    assert sentences(60, seed=0) == texts
    assert sentences(60, seed=1)[40:] != texts[40:]
    assert sentences(3, seed=0) == texts[:3]


def test_the_voice_is_one_that_is_never_trained_on():
    assert AlignmentOptions().voice in HELD_OUT_VOICES


def test_prepared_recordings_have_the_times_of_their_words():
    recordings = prepared(MANIFEST, voice="ked")
    assert len(recordings) == 8
    for timed in recordings:
        flat = [phone for word in timed.words for phone in word]
        assert all(0 <= start < end for _, start, end in flat)
        assert [start for _, start, _ in flat] == sorted(start for _, start, _ in flat)
        assert len(timed.words) == len(expect(timed.text).words)
    assert prepared(MANIFEST, voice="nobody") == ()
    with pytest.raises(FileMissing):
        prepared(MANIFEST.parent / "nothing.tsv", voice="ked")


def test_the_embedded_model_is_near_the_exact_times_and_its_clock_is_right():
    """Bounds well above what the committed model reaches; a clock off by a frame would break the last."""
    from speech.assess import Assessor

    groups = _groups(measure(prepared(MANIFEST, voice="ked"), Assessor().assess, model="default", voice="ked"))
    assert groups["all"].boundaries > 120
    assert groups["inside words"].median_ms < 20
    assert groups["all"].within_50 > 0.8
    assert abs(groups["inside words"].middle_ms) < 10


def test_a_voice_that_is_not_there_is_said_so(monkeypatch):
    monkeypatch.setattr("speech.voice.shutil.which", lambda _program: None)
    with pytest.raises(SynthesiserMissing, match="festvox-kdlpc16k"):
        spoken(AlignmentOptions(sentences=1))
    with pytest.raises(UnknownVoice):
        spoken(AlignmentOptions(sentences=1, voice="nobody"))


@KED
def test_spoken_sentences_say_what_the_text_asks_for():
    recordings = spoken(AlignmentOptions(sentences=2))
    assert [timed.text for timed in recordings] == list(sentences(2, seed=0))
    for timed in recordings:
        asked = [word.variants[0].phones for word in expect(timed.text).words]
        assert [tuple(symbol for symbol, _, _ in word) for word in timed.words] == asked
        assert isinstance(timed.recording, bytes)


@KED
def test_the_command_prints_a_table(capsys):
    alignment.main(["--sentences", "2"])
    assert "Boundaries of sounds, voice ked" in capsys.readouterr().out
