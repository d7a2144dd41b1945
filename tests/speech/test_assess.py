"""The main job on real audio: the committed synthetic readings, whose every phone is known."""

import csv
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speech.assess import Assessor
from speech.audio import SAMPLE_RATE
from speech.errors import EmptyText, Silence, SpeechError, TextTooLong, UnknownPhone
from speech.prosody import Contour, contour
from speech.results import Assessment, Verdict, WordError
from speech.settings import Settings

PLANTED = Path(__file__).resolve().parent.parent / "fixtures" / "planted"


def rows() -> list[dict[str, str]]:
    with (PLANTED / "manifest.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


CLEAN = [row for row in rows() if row["kind"] == "clean" and row["voice"] in ("slt", "rms")]


def samples(row: dict[str, str]) -> np.ndarray:
    return soundfile.read(PLANTED / row["path"], dtype="float32")[0]


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor(settings=Settings())


@pytest.fixture
def assess(assessor: Assessor, tmp_path: Path) -> Callable[..., Assessment]:
    def run(audio: np.ndarray, text: str, **options: object) -> Assessment:
        path = tmp_path / "reading.wav"
        soundfile.write(path, audio, SAMPLE_RATE)
        return assessor.assess(path, text, **options)  # type: ignore[arg-type]

    return run


@pytest.mark.parametrize("row", CLEAN[:6], ids=lambda row: row["text"])
def test_a_clean_reading_scores_high_and_follows_the_text(row: dict[str, str], assessor: Assessor) -> None:
    assessment = assessor.assess(PLANTED / row["path"], row["text"])
    assert (assessment.off_script, assessment.abstained) == (None, False)
    assert assessment.scores.overall.value is not None and assessment.scores.overall.value > 75
    assert assessment.scores.completeness.value == 100
    assert all(row["text"][w.char_start : w.char_end] == w.text for w in assessment.words)
    times = [time for word in assessment.words for p in word.phones for time in (p.start_s, p.end_s)]
    assert times == sorted(times)
    assert times[-1] <= assessment.quality.duration_s
    assert set(assessment.timings_ms) == {"text", "audio", "acoustic", "align", "prosody", "score", "total"}
    assert {"lafal", "model", "calibration"} == set(assessment.versions)
    assert assessment.pitch is not None
    seconds = len(assessment.pitch.hz) * assessment.pitch.period_s
    assert seconds == pytest.approx(assessment.quality.duration_s, abs=0.1)
    assert any(hz for hz in assessment.pitch.hz) and any(hz is None for hz in assessment.pitch.hz)


def test_pitch_without_a_thread_of_its_own_is_the_same(assessor: Assessor, monkeypatch: pytest.MonkeyPatch) -> None:
    followed_in: list[str] = []

    def noted(recording: np.ndarray) -> Contour:
        followed_in.append(threading.current_thread().name)
        return contour(recording)

    monkeypatch.setattr("speech.assess.contour", noted)
    alone = Assessor(assessor.acoustic, settings=assessor.settings, beside=False)
    path, text = PLANTED / CLEAN[0]["path"], CLEAN[0]["text"]
    one, other = (replace(judge.assess(path, text), timings_ms={}) for judge in (alone, assessor))
    assert one == other
    assert followed_in[0] == threading.current_thread().name
    assert followed_in[1].startswith("pitch")


def test_the_wrong_sentence_is_not_scored(assessor: Assessor) -> None:
    refused = 0
    for mine, other in zip(CLEAN[:6], CLEAN[6:12], strict=True):
        assessment = assessor.assess(PLANTED / mine["path"], other["text"])
        assert assessment.scores.overall.value is None or assessment.scores.overall.value < 50
        refused += assessment.off_script == "other_text"
        if assessment.off_script:
            assert assessment.abstained
            assert assessment.scores.overall.reason == "other_text"
    assert refused >= 5


def test_a_word_left_out_is_an_omission_and_lowers_completeness(assess: Callable[..., Assessment]) -> None:
    found = 0
    for row in CLEAN[:6]:
        text = row["text"].rstrip(".!?") + " yesterday morning."
        assessment = assess(samples(row), text)
        omitted = [w.text for w in assessment.words if w.error is WordError.OMISSION]
        found += omitted == ["yesterday", "morning"]
        if omitted:
            assert assessment.scores.completeness.value < 100
            assert all(p.verdict is Verdict.MISSING for w in assessment.words if w.text in omitted for p in w.phones)
    assert found >= 5


def test_a_second_sentence_is_reported_as_added_words(assess: Callable[..., Assessment]) -> None:
    found = 0
    same_voice = [row for row in CLEAN if row["voice"] == "slt"]
    for first, second in zip(same_voice[:3], same_voice[3:6], strict=True):
        assessment = assess(np.concatenate([samples(first), samples(second)]), first["text"])
        added = [w for w in assessment.words if w.error is WordError.INSERTION]
        if assessment.off_script is None and added:
            found += 1
            assert added[-1].start_s > len(samples(first)) / SAMPLE_RATE - 0.5
            assert added[-1].char_start == added[-1].char_end
            assert all(w.error is not WordError.OMISSION for w in assessment.words)
    assert found >= 2


@pytest.mark.parametrize("silence_s", [0.5, 5.0])
def test_digital_silence_around_a_reading_changes_nothing(silence_s: float, assess: Callable[..., Assessment]) -> None:
    silence = np.zeros(int(silence_s * SAMPLE_RATE), np.float32)
    for row in CLEAN[:3]:
        alone = assess(samples(row), row["text"])
        padded = assess(np.concatenate([silence, samples(row), silence]), row["text"])
        assert padded.scores.accuracy.value == pytest.approx(alone.scores.accuracy.value, abs=4)
        assert padded.words[0].start_s == pytest.approx(alone.words[0].start_s + silence_s, abs=0.06)


def test_silence_and_noise_are_refused_before_scoring(assess: Callable[..., Assessment]) -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(Silence):
        assess(np.zeros(3 * SAMPLE_RATE, np.float32), "The ship is big.")
    with pytest.raises(SpeechError):
        assess(rng.normal(scale=0.1, size=3 * SAMPLE_RATE).astype(np.float32), "The ship is big.")


def test_reversed_speech_never_scores_high(assess: Callable[..., Assessment]) -> None:
    for row in CLEAN[:4]:
        overall = assess(samples(row)[::-1].copy(), row["text"]).scores.overall.value
        assert overall is None or overall < 70


def test_a_clip_too_short_for_the_text_is_refused(assess: Callable[..., Assessment]) -> None:
    speech = samples(CLEAN[0])[: int(0.7 * SAMPLE_RATE)]
    with pytest.raises(SpeechError) as error:
        assess(speech, " ".join(["extraordinary circumstances notwithstanding"] * 20))
    assert error.value.code == "too_short"


@pytest.mark.parametrize("text", ["", "   ", "🙂🙂", "。、", "你好"])
def test_a_text_without_words_is_refused(text: str, assess: Callable[..., Assessment]) -> None:
    with pytest.raises(EmptyText):
        assess(samples(CLEAN[0]), text)


def test_a_text_over_the_limit_is_refused(assessor: Assessor) -> None:
    small = Assessor(assessor.acoustic, settings=replace(assessor.settings, max_words=3))
    with pytest.raises(TextTooLong) as error:
        small.assess(PLANTED / CLEAN[0]["path"], "one two three four")
    assert error.value.facts == {"words": 4, "limit": 3}


def test_an_impossible_own_pronunciation_is_refused(assess: Callable[..., Assessment]) -> None:
    with pytest.raises(UnknownPhone):
        assess(samples(CLEAN[0]), CLEAN[0]["text"], own={CLEAN[0]["text"].split()[0]: "QX ZZ"})


def test_a_teachers_own_pronunciation_replaces_the_dictionary(assess: Callable[..., Assessment]) -> None:
    row = CLEAN[0]
    word = row["text"].split()[-1].strip(".!?").lower()
    assessment = assess(samples(row), row["text"], own={word: "M IY1 M OW0"})
    asked = [w for w in assessment.words if w.error is not WordError.INSERTION]
    assert [p.expected for p in asked[-1].phones] == ["M", "IY", "M", "OW"]
    assert asked[-1].error is not WordError.NONE


def test_fixed_phones_line_up_with_what_a_caller_gives(assessor: Assessor) -> None:
    row = CLEAN[0]
    phones = row["expected"].split()
    assessment = assessor.assess(PLANTED / row["path"], row["text"], phones=phones)
    assert [p.expected for w in assessment.words for p in w.phones] == phones


def test_the_same_recording_gives_the_same_answer_however_loud(assess: Callable[..., Assessment]) -> None:
    row = CLEAN[1]
    loud, quiet = (assess(samples(row) * gain, row["text"]) for gain in (0.9, 0.2))
    assert loud.scores.accuracy.value == pytest.approx(quiet.scores.accuracy.value, abs=3)
