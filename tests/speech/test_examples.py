import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speech import examples as finding
from speech.assess import Assessor
from speech.clips import CLIP_RATE, OGG, WAV, from_ogg
from speech.errors import EmptyText, NoExample, SynthesiserMissing, TextTooLong
from speech.example import Example, Listener, Take, slug, take, tokens, written_as
from speech.examples import Examples, as_wav
from speech.results import Assessment
from speech.settings import Settings
from speech.voice import VOICES, Spoken, say
from speech.voice_set import VoiceSet, write_voice_set

FLITE = pytest.mark.skipif(not VOICES["kal16"].installed, reason="flite is not installed")
PLANTED = Path(__file__).parent.parent / "fixtures" / "planted" / "audio" / "01-clean.flac"
TEXT = "She eats fish and rice."


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor(settings=Settings())


@pytest.fixture(scope="module")
def planted(assessor: Assessor) -> tuple[np.ndarray, int, str]:
    """A recording, its rate and its text."""
    manifest = PLANTED.parent.parent / "manifest.tsv"
    header, *rows = [line.split("\t") for line in manifest.read_text(encoding="utf-8").splitlines()]
    row = next(dict(zip(header, row, strict=True)) for row in rows if "01-clean" in "\t".join(row))
    samples, rate = soundfile.read(PLANTED, dtype="float32")
    return samples, rate, row["text"]


@pytest.fixture(scope="module")
def taken(assessor: Assessor, planted: tuple[np.ndarray, int, str]) -> Take:
    samples, rate, text = planted
    return take(samples, rate, text, voice="hts", source="shipped", listener=assessor)


@pytest.fixture
def shipped(taken: Take, tmp_path: Path) -> VoiceSet:
    write_voice_set([taken], tmp_path / "voice.zip", listener="test")
    return VoiceSet(tmp_path / "voice.zip")


class Deaf(Listener):
    """Must not be asked."""

    def assess(self, audio: bytes, text: str) -> Assessment:
        raise AssertionError(text)


@pytest.fixture
def mute(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str) -> Spoken:
        raise SynthesiserMissing({"program": "flite", "package": "flite"})

    monkeypatch.setattr(finding.model_voice, "say", refuse)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (TEXT, "she-eats-fish-and-rice"),
        ("  she EATS  fish, and rice?! ", "she-eats-fish-and-rice"),
        ("We're here.", "we-re-here"),
        ("We’re here", "we-re-here"),
        ("were here", "were-here"),
        ("A café (naïve)", "a-cafe-naive"),
        ("cafe\u0301", "cafe"),
        ("It costs $3.50, or 20%", "it-costs-dollar-3-point-50-or-20-percent"),
        ("R&B @ 10:30", "r-and-b-at-10-30"),
        ("... 船", ""),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_slug(text: str, name: str) -> None:
    assert slug(text) == name


def test_tokens_lie_in_the_text() -> None:
    text = "“Naïve” café, $5!"
    assert [text[start:end] for _, start, end in tokens(text)] == ["Naïve", "café", "$", "5"]


def check_times(example: Example) -> None:
    times = [moment for word in example.words for phone in word.phones for moment in (phone.start_s, phone.end_s)]
    assert times == sorted(times)
    assert times[0] >= 0 and times[-1] <= example.duration_s
    for word in example.words:
        assert (word.start_s, word.end_s) == (word.phones[0].start_s, word.phones[-1].end_s)


def test_a_take_has_words_sounds_and_melody(taken: Take, planted: tuple[np.ndarray, int, str]) -> None:
    example = taken.example
    check_times(example)
    assert [example.text[word.char_start : word.char_end] for word in example.words] == planted[2].rstrip(".").split()
    assert len(from_ogg(example.audio)) / CLIP_RATE == pytest.approx(example.duration_s, abs=0.001)
    assert len(example.pitch.hz) * example.pitch.period_s == pytest.approx(example.duration_s, abs=0.05)
    voiced = [hz for hz in example.pitch.hz if hz is not None]
    assert 20 < len(voiced) < len(example.pitch.hz)
    assert all(55 <= hz <= 600 and hz == round(hz, 1) for hz in voiced)
    assert taken.judged == sum(len(word.phones) for word in example.words)
    assert taken.good / taken.judged > 0.7


def test_an_archive_gives_back_what_was_put_in(taken: Take, shipped: VoiceSet) -> None:
    name = slug(taken.example.text)
    assert list(shipped) == [name] and name in shipped and len(shipped) == 1
    assert shipped.listener == "test"
    assert shipped.takes([name, "no-such"]) == [taken]
    assert shipped.find(name) == taken.example
    assert shipped.find("no-such") is None


def test_the_same_clips_give_the_same_archive(taken: Take, tmp_path: Path) -> None:
    other = replace(taken, example=replace(taken.example, text="Another text"))
    for name, takes in (("a", [taken, other]), ("b", [other, taken])):
        write_voice_set(takes, tmp_path / name, listener="test")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_missing_archive_is_empty(tmp_path: Path) -> None:
    assert len(VoiceSet(tmp_path / "none.zip")) == 0


def test_the_shipped_voice_needs_no_judge_and_any_spelling_finds_it(taken: Take, shipped: VoiceSet) -> None:
    examples = Examples(Settings(), shipped=shipped)
    asked = f"  {taken.example.text.upper().rstrip('.')} !"
    found = examples.find(asked, Deaf())
    assert examples.at_hand(asked) == found
    assert (found.text, found.source, found.synthetic) == (asked, "shipped", True)
    assert [asked[word.char_start : word.char_end].lower() for word in found.words] == [
        taken.example.text[word.char_start : word.char_end].lower() for word in taken.example.words
    ]


def test_a_word_nothing_can_say_is_cut_out_of_a_sentence(taken: Take, shipped: VoiceSet, mute: None) -> None:
    examples = Examples(Settings(), shipped=shipped)
    whole = max(taken.example.words, key=lambda word: word.end_s - word.start_s)
    asked = f"{whole.text.capitalize()}!"
    found = examples.find(asked, Deaf())
    (word,) = found.words
    assert (found.text, found.source, word.text) == (asked, "shipped", whole.text.capitalize())
    assert [phone.phone for phone in word.phones] == [phone.phone for phone in whole.phones]
    check_times(found)
    assert word.end_s - word.start_s == pytest.approx(whole.end_s - whole.start_s, abs=0.002)
    assert found.duration_s < whole.end_s - whole.start_s + 0.1
    assert len(from_ogg(found.audio)) / CLIP_RATE == pytest.approx(found.duration_s, abs=0.001)
    spoken = from_ogg(taken.example.audio)[round(whole.start_s * CLIP_RATE) : round(whole.end_s * CLIP_RATE)]
    part = from_ogg(found.audio)[round(word.start_s * CLIP_RATE) :][: len(spoken)]
    assert np.corrcoef(spoken, part)[0, 1] > 0.8  # Opus twice


def test_nothing_can_say_it(shipped: VoiceSet, mute: None) -> None:
    examples = Examples(Settings(), shipped=shipped)
    assert examples.at_hand("Xylophones are loud.") is None
    with pytest.raises(NoExample):
        examples.find("Xylophones are loud.", Deaf())


def test_empty_and_long_texts_are_refused(shipped: VoiceSet) -> None:
    examples = Examples(Settings(max_words=3), shipped=shipped)
    with pytest.raises(EmptyText):
        examples.at_hand("...!")
    with pytest.raises(TextTooLong, match="4 words; at most 3"):
        examples.find("one two three four", Deaf())


def test_a_teachers_recording_comes_first(
    assessor: Assessor, planted: tuple[np.ndarray, int, str], taken: Take, shipped: VoiceSet, tmp_path: Path
) -> None:
    samples, rate, text = planted
    folder = tmp_path / "teacher"
    folder.mkdir()
    soundfile.write(folder / f"{slug(text)}.flac", samples[::-1].copy(), rate)
    soundfile.write(folder / f"{slug(text)}.flac", samples, rate)
    examples = Examples(Settings(voice_folder=str(folder)), shipped=shipped)
    assert examples.at_hand(text) is None
    found = examples.find(text, assessor)
    assert (found.source, found.voice, found.synthetic, found.media_type) == ("teacher", "teacher", False, OGG)
    assert len(found.words) == len(taken.example.words)
    check_times(found)
    assert examples.at_hand(text) == examples.find(text, Deaf()) == found


def test_a_new_recording_replaces_the_old_one(
    assessor: Assessor, planted: tuple[np.ndarray, int, str], tmp_path: Path
) -> None:
    samples, rate, text = planted
    path = tmp_path / f"{slug(text)}.wav"
    examples = Examples(Settings(voice_folder=str(tmp_path)), shipped=VoiceSet(tmp_path / "none.zip"))
    soundfile.write(path, samples, rate)
    first = examples.find(text, assessor)
    soundfile.write(path, np.concatenate([samples, np.zeros(rate // 10, np.float32), samples]), rate)
    assert examples.at_hand(text) is None
    assert examples.find(text, assessor).duration_s > 1.5 * first.duration_s


def test_a_broken_recording_is_passed_over_and_named(
    taken: Take, shipped: VoiceSet, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / f"{slug(taken.example.text)}.wav").write_bytes(b"no sound at all")
    examples = Examples(Settings(voice_folder=str(tmp_path)), shipped=shipped)
    with caplog.at_level(logging.WARNING):
        assert examples.find(taken.example.text, Deaf()).source == "shipped"
    assert f"{slug(taken.example.text)}.wav" in caplog.text


@FLITE
def test_a_synthesiser_says_the_rest_once(assessor: Assessor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def say_and_count(text: str) -> Spoken:
        said.append(text)
        return say(text, voice="rms")

    monkeypatch.setattr(finding.model_voice, "say", say_and_count)
    examples = Examples(Settings(), shipped=VoiceSet(tmp_path / "none.zip"))
    assert examples.at_hand(TEXT) is None
    found = examples.find(TEXT, assessor)
    assert (found.source, found.voice, found.synthetic) == ("synthesiser", "rms", True)
    assert [word.text for word in found.words] == ["She", "eats", "fish", "and", "rice"]
    check_times(found)
    assert examples.at_hand("she eats fish and rice") == written_as(found, "she eats fish and rice")
    assert examples.find(TEXT, Deaf()) == found
    assert said == [TEXT]


def test_only_the_latest_examples_are_kept(taken: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "_KEPT", 2)
    monkeypatch.setattr(finding.model_voice, "say", lambda text: Spoken(np.ones(2, np.float32), 16_000, "rms"))
    monkeypatch.setattr(
        finding, "take", lambda samples, rate, text, **_: replace(taken, example=replace(taken.example, text=text))
    )
    examples = Examples(Settings(), shipped=VoiceSet(tmp_path / "none.zip"))
    for text in ("one", "two", "one", "three"):
        examples.find(text, Deaf())
    assert [examples.at_hand(text) is not None for text in ("one", "two", "three")] == [True, False, True]


def test_wav_for_players_without_ogg(taken: Take) -> None:
    found = as_wav(taken.example)
    assert found.media_type == WAV and found.audio[:4] == b"RIFF"
    assert replace(found, audio=taken.example.audio, media_type=OGG) == taken.example
    assert as_wav(found) == found
