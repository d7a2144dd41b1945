import numpy as np
import pytest
import soundfile

from speech import voice as model_voice
from speech.errors import EmptyText, SynthesiserFailed, SynthesiserMissing, UnknownVoice
from speech.voice import VOICES, find_voice, save, say, say_many

INSTALLED = [voice.name for voice in VOICES.values() if voice.installed]
FLITE = pytest.mark.skipif("kal16" not in INSTALLED, reason="flite is not installed")


@pytest.mark.parametrize("name", INSTALLED)
def test_every_installed_voice_speaks(name):
    spoken = say("It’s a “café” — isn't it?", voice=name)
    assert spoken.voice == name
    assert spoken.samples.dtype == np.float32
    assert 0.8 < len(spoken.samples) / spoken.sample_rate < 6
    assert np.sqrt(np.mean(spoken.samples**2)) > 0.01


@pytest.mark.parametrize("name", sorted({"hts", "kal16"} & set(INSTALLED)))
def test_many_texts_are_said_as_each_alone(name):
    texts = ["Ship ahoy.", "a", 'It’s "nice" (really) \\.']
    alone, together = [say(text, voice=name) for text in texts], list(say_many(texts, voice=name))
    assert [spoken.voice for spoken in together] == [name] * 3
    for one, other in zip(alone, together, strict=True):
        assert one.sample_rate == other.sample_rate
        assert len(one.samples) == pytest.approx(len(other.samples), rel=0.02)


@pytest.mark.skipif("kal" not in INSTALLED, reason="festival is not installed")
def test_many_texts_with_nothing_to_say_are_refused():
    with pytest.raises(EmptyText):
        list(say_many(["hello", "..."], voice="kal"))


@pytest.mark.parametrize("name", INSTALLED)
def test_slower_is_longer(name):
    slow, usual = (say("Slowly now.", voice=name, speed=speed) for speed in (0.6, 1.0))
    assert 1.3 < len(slow.samples) / len(usual.samples) < 2.0


@FLITE
@pytest.mark.parametrize(
    "text", ["-o /tmp/never --help", '"quoted" (SayText "x") \\"', "<speak>hello</speak>", "a; rm b"]
)
def test_no_text_is_taken_for_an_option_or_a_program(text):
    for name in {"kal16", "espeak", "kal"} & set(INSTALLED):
        assert len(say(text, voice=name).samples) > 1000


@pytest.mark.skipif("kal" not in INSTALLED, reason="festival is not installed")
def test_a_text_cannot_run_festival_code(tmp_path):
    target = tmp_path / "written"
    say(f'hello") (system "touch {target}") (SayText "x', voice="kal")
    assert not target.exists()


@pytest.mark.parametrize("text", ["", "  \n", "...!?", "船が来る"])
def test_nothing_to_say(text):
    with pytest.raises(EmptyText):
        say(text)


@pytest.mark.parametrize("speed", [0.1, 4, float("nan")])
def test_a_senseless_speed_is_refused(speed):
    with pytest.raises(ValueError, match="speed"):
        say("hello", speed=speed)


def test_an_unknown_voice_lists_those_there_are():
    with pytest.raises(UnknownVoice, match="hts, rms"):
        say("hello", voice="nobody")


@pytest.mark.parametrize(("name", "package"), [(None, "flite"), ("hts", "festvox-us-slt-hts"), ("espeak", "espeak-ng")])
def test_a_missing_program_names_its_package(name, package, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SynthesiserMissing, match=f"apt-get install {package}$"):
        say("hello", voice=name)


def test_a_missing_festival_voice_names_its_package(monkeypatch, tmp_path):
    monkeypatch.setattr(model_voice, "FESTIVAL_VOICES", tmp_path)
    with pytest.raises(SynthesiserMissing, match="festvox-kdlpc16k"):
        find_voice("ked")


def _fake_flite(folder, script, monkeypatch):
    program = folder / "flite"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.parametrize(
    ("script", "detail"), [("echo no voice here >&2; exit 3", "no voice here"), ("exit 0", "no sound was written")]
)
def test_a_failing_program_is_reported(script, detail, tmp_path, monkeypatch):
    _fake_flite(tmp_path, script, monkeypatch)
    with pytest.raises(SynthesiserFailed, match=detail):
        say("hello", voice="rms")


def test_a_hanging_program_is_stopped(tmp_path, monkeypatch):
    _fake_flite(tmp_path, "exec sleep 30", monkeypatch)
    monkeypatch.setattr(model_voice, "TIMEOUT_S", 0.2)
    with pytest.raises(SynthesiserFailed, match="no answer"):
        say("hello", voice="rms")


@FLITE
@pytest.mark.parametrize("ending", [".wav", ".flac", ".ogg"])
def test_saving(tmp_path, ending):
    spoken = say("hello", voice="kal16")
    save(spoken, tmp_path / f"hello{ending}")
    assert soundfile.info(tmp_path / f"hello{ending}").samplerate == spoken.sample_rate


@FLITE
def test_an_unknown_ending_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"\.wav"):
        save(say("hello", voice="kal16"), tmp_path / "hello.doc")
