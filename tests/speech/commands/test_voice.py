from pathlib import Path

import pytest
from typer.testing import CliRunner

from speech import feedback
from speech.assess import Assessor
from speech.cli import app
from speech.commands import voice as making
from speech.commands.voice import Line, articulation_words, exercise_lines, file_lines, make, pair_words, words_of
from speech.errors import SynthesiserMissing
from speech.example import slug
from speech.problems import Problem
from speech.settings import Settings
from speech.voice import VOICES
from speech.voice_set import VoiceSet

FLITE = pytest.mark.skipif(not VOICES["kal16"].installed, reason="flite is not installed")
LINES = [Line("Fish and rice.", "rms"), Line("three", "kal16"), Line("ship", "rms")]


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor(settings=Settings())


@FLITE
def test_the_same_lines_give_the_same_bytes(assessor: Assessor, tmp_path: Path) -> None:
    takes = make(LINES, tmp_path / "a.zip", assessor)
    make(LINES[::-1], tmp_path / "b.zip", assessor)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert {take.example.text: take.example.voice for take in takes} == {line.text: line.voice for line in LINES}
    assert all(take.judged for take in takes)


@FLITE
def test_an_interrupted_run_goes_on_and_old_lines_go(
    assessor: Assessor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "voice.zip"
    make([*LINES[:2], Line("old", "rms")], path, assessor)
    said: list[str] = []

    def say_many(texts: list[str], *, voice: str):
        said.extend(texts)
        return real(texts, voice=voice)

    real = making.say_many
    monkeypatch.setattr(making, "say_many", say_many)
    progress: list[int] = []
    make(LINES, path, assessor, report=progress.append)
    assert said == ["ship"]
    assert progress == [2, 3]
    assert set(VoiceSet(path)) == {"fish-and-rice", "three", "ship"}
    assert make([Line("three", "rms")], path, assessor)[0].example.voice == "rms"


@FLITE
def test_clips_another_model_listened_to_are_made_anew(assessor: Assessor, tmp_path: Path) -> None:
    path = tmp_path / "voice.zip"
    takes = make(LINES[:1], path, assessor)
    making.write_voice_set(takes, path, listener="an older model")
    make(LINES[:1], path, assessor)
    assert VoiceSet(path).listener == f"{assessor.acoustic.name} {assessor.acoustic.version}"


@FLITE
def test_a_word_alone_gets_the_clearest_voice(
    assessor: Assessor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "_CLEARER", {"kal16": (("slt", 1.0),)})
    words = [Line(word, "kal16") for word in ("heather", "breathing", "ones", "they", "thirst", "eighth")]
    plain = {take.example.text: take for take in making._takes([line.text for line in words], "kal16", assessor)}
    best = make([*words, Line("Fish and rice.", "kal16")], tmp_path / "voice.zip", assessor)
    assert all(making._share(take) >= making._share(plain.get(take.example.text, take)) for take in best)
    voices = {take.example.voice for take in best}
    assert voices == {"kal16", "slt"}
    assert next(take for take in best if " " in take.example.text).example.voice == "kal16"


def test_lines_of_the_exercises_have_words_and_pairs_once() -> None:
    lines = exercise_lines("hts", "rms")
    names = [slug(line.text) for line in lines]
    assert len(names) == len(set(names)) > 1500
    assert {line.voice for line in lines} == {"hts", "rms"}
    assert {*map(slug, pair_words()), *map(slug, articulation_words())} <= set(names)


def test_words_are_written_as_inside_a_sentence() -> None:
    words = words_of(["The cat saw Maya.", "Maya saw the cat at 10:30.", "I'm here.", "Here I am, it is on."])
    assert words == ["the", "cat", "saw", "Maya", "at", "10:30", "I'm", "here", "I", "am", "it", "is", "on"]


def test_pairs_are_those_of_fix_cards() -> None:
    words = pair_words()
    assert 300 < len(words) == len(set(words)) <= 600
    assert len(pair_words(limit=10)) == 10
    problem = Problem("substitution", "TH", "T", (0, 0), "initial", 1.0, ("x",))
    offered = feedback._pairs_to_try(problem, "id")
    assert offered and {word for pair in offered for word in pair} <= set(words)


def test_a_file_of_texts(tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_text("Hello there.\n\n  hello, THERE!\n...\nGood night.\n", encoding="utf-8")
    assert file_lines(path, "rms") == [Line("hello, THERE!", "rms"), Line("Good night.", "rms")]


@FLITE
def test_the_command_says_a_file_and_reports(tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_text("Fish and rice.\n", encoding="utf-8")
    arguments = ["voice", "--out", str(tmp_path / "made"), "--text", str(tmp_path / "texts.txt"), "--voice", "rms"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "Fish and rice." in done.output and "kbit/s" in done.output
    assert list(VoiceSet(tmp_path / "made" / "voice.zip")) == ["fish-and-rice"]


def test_a_voice_that_is_not_there_is_named(
    assessor: Assessor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SynthesiserMissing, match="flite"):
        make([Line("ship", "rms")], tmp_path / "voice.zip", assessor)
