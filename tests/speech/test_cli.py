import importlib.util
import json
import os
import resource
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
import soundfile
from typer.testing import CliRunner

from speech.cli import app
from speech.commands import judge
from speech.commands.configured import read_options
from speech.errors import Silence
from speech.export import from_json
from speech.voice import VOICES

ROOT = Path(__file__).parents[2]
FAKE = ROOT / "tests" / "speech" / "data" / "fake_lafal.py"


_specification = importlib.util.spec_from_file_location("fake_lafal", FAKE)
fake_lafal = importlib.util.module_from_spec(_specification)
_specification.loader.exec_module(fake_lafal)


@pytest.fixture
def fake(monkeypatch):
    one = fake_lafal.FakeJudge()
    monkeypatch.setattr(judge, "open_judge", lambda _settings, **_: one)
    return one


def _run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def _python(*arguments, **environment):
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        timeout=60,
    )


def test_score_prints_each_sound_with_its_verdict(fake):
    outcome = _run("score", "a.wav", "--text", "The ship.")
    assert outcome.exit_code == 0
    rows = [line for line in outcome.output.splitlines() if "DH" in line]
    assert "work on it" in rows[0]
    assert "/d/ D" in rows[0]
    for wanted in ("The ship.", "Overall 61 ± 4", "Fluency - (no_model)", "left out", "could not judge", "added"):
        assert wanted in outcome.output
    assert fake.asked == [(Path("a.wav"), "The ship.", None)]


def test_score_gives_the_phones_it_is_told(fake):
    _run("score", "a.wav", "--text", "ship", "--phones", "SH IY P")
    assert fake.asked[0][2] == ("SH", "IY", "P")


@pytest.mark.parametrize("tips", ["en", "id"])
def test_score_gives_tips_in_both_languages(fake, tips):
    assert _run("score", "a.wav", "--text", "The ship.", "--tips", tips).exit_code == 0


def test_score_exports(fake):
    assert from_json(_run("score", "a.wav", "--text", "The ship.", "--json").output).text == "The ship."
    assert json.loads(_run("score", "a.wav", "--text", "The ship.", "--azure").output)
    assert _run("score", "a.wav", "--text", "The ship.", "--textgrid").output.startswith("File type")
    assert _run("score", "a.wav", "--text", "The ship.", "--csv").output.startswith("word_index,")


@pytest.mark.parametrize(
    "command", [("score", "a.wav", "--text", "x"), ("align", "a.wav", "--text", "x"), ("score-batch", "a.tsv")]
)
def test_a_runtime_can_be_forced(fake, monkeypatch, tmp_path, command):
    seen = []
    monkeypatch.setattr(judge, "open_judge", lambda settings, **_: seen.append(settings.runtime) or fake)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.tsv").write_text("a.wav\tx\n", encoding="utf-8")
    more = ("--out", tmp_path / "out.jsonl", "--restart") if command[0] == "score-batch" else ()
    monkeypatch.setenv("LAFAL_RUNTIME", "onnx")
    for forced in ((), ("--runtime", "torch")):
        assert _run(*command, *more, *forced).exit_code == 0
    assert seen == ["onnx", "torch"]
    assert _run(*command, *more, "--runtime", "abacus").exit_code == 2


def test_transcribe_asks_the_runtime_that_is_forced(monkeypatch, tmp_path):
    monkeypatch.setattr("speech.audio.load_audio", lambda *_, **__: None)
    seen = []
    monkeypatch.setattr("speech.acoustic.load_acoustic", lambda _, settings: seen.append(settings.runtime))
    _run("transcribe", "a.wav", "--runtime", "torch")
    assert seen == ["torch"]


def test_two_formats_at_once_are_refused(fake):
    outcome = _run("score", "a.wav", "--text", "x", "--json", "--csv")
    assert outcome.exit_code == 2
    assert not fake.asked


def test_another_language_is_refused_with_its_code(fake):
    outcome = _run("score", "a.wav", "--text", "x", "--lang", "fr")
    assert outcome.exit_code == 2
    assert "unsupported_language" in outcome.stderr
    assert "Choose English" in outcome.stderr


def test_an_error_is_a_sentence_and_a_remedy_on_standard_error(fake):
    outcome = _run("score", "silent.wav", "--text", "x")
    assert outcome.exit_code == 2
    assert outcome.stdout == ""
    assert "We heard no speech in this recording. (silence)" in outcome.stderr
    assert "Check that the right microphone is chosen" in outcome.stderr


def test_debug_shows_the_error_itself(fake):
    outcome = _run("--debug", "score", "silent.wav", "--text", "x")
    assert isinstance(outcome.exception, Silence)


def test_ctrl_c_ends_quietly(monkeypatch):
    def interrupted(_settings, **_):
        raise KeyboardInterrupt

    monkeypatch.setattr(judge, "open_judge", interrupted)
    outcome = _run("score", "a.wav", "--text", "x")
    assert outcome.exit_code == 130
    assert "Traceback" not in outcome.output


def test_align_lists_sounds_with_times(fake):
    lines = _run("align", "a.wav", "--text", "The ship.").output.splitlines()
    assert lines[:2] == ["start_s\tend_s\tphone\tword", "0.000\t0.100\tDH\tThe"]
    assert len(lines) == 6
    assert json.loads(_run("align", "a.wav", "--text", "The ship.", "--json").output)[2]["phone"] == "SH"


def test_a_broken_variable_is_named(fake, monkeypatch):
    monkeypatch.setenv("LAFAL_PORT", "many")
    outcome = _run("score", "a.wav", "--text", "x")
    assert outcome.exit_code == 2
    assert "LAFAL_PORT" in outcome.output


@pytest.mark.skipif(not VOICES["kal16"].installed, reason="flite is not installed")
def test_say_writes_a_sound_file(tmp_path):
    out = tmp_path / "hello.flac"
    outcome = _run("say", "Hello there", "--out", out, "--voice", "kal16")
    assert outcome.exit_code == 0
    assert 0.3 < soundfile.info(out).duration < 3


def test_say_names_the_package_that_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    outcome = _run("say", "Hello", "--out", tmp_path / "a.wav")
    assert outcome.exit_code == 2
    assert "apt-get install flite" in outcome.stderr


def test_transcribe_names_a_missing_file(tmp_path):
    outcome = _run("transcribe", tmp_path / "none.wav")
    assert outcome.exit_code == 2
    assert "none.wav" in outcome.stderr


def test_help_of_every_command():
    commands = ("score", "score-batch", "align", "transcribe", "say", "serve", "train", "bench")
    for arguments in ((), *((name,) for name in commands)):
        assert "Usage" in _run(*arguments, "--help").output


def test_options_come_from_the_configuration(capsys):
    assert _run("train", "synthesise", "--help").exit_code == 0
    outcome = _run("train", "synthesise", "--help")
    assert "--perturbed-share" in outcome.output
    assert "Share of utterances with changed phones. (default: 0.5)" in " ".join(outcome.output.split())


def test_configurations_with_parts_and_lists_are_read():
    @dataclass(frozen=True, kw_only=True)
    class Part:
        """A part.

        Parameters
        ----------
        width, height : int
            Size in steps.
        """

        width: int = 3
        height: int = 4

    @dataclass(frozen=True, kw_only=True)
    class Whole:
        part: Part = field(default_factory=Part)
        path: Path
        shares: tuple[float, ...] = (0.5,)
        limit: int | None = None
        kind: Literal["a", "b"] = "a"
        quick: bool = False

    Whole.__annotations__["part"] = Part
    line = "--path x --part-width 9 --shares 1 2.5 --limit 7 --kind b --quick --again"
    arguments = line.split()
    whole, besides = read_options(
        Whole, arguments, program="p", about="a", besides={"again": (bool, "repeat"), "out": (Path, "where")}
    )
    assert whole == Whole(part=Part(width=9), path=Path("x"), shares=(1.0, 2.5), limit=7, kind="b", quick=True)
    assert besides == {"again": True, "out": None}
    assert read_options(Whole, ["--path", "x"], program="p", about="a")[0] == Whole(path=Path("x"))
    for wrong in ([], ["--path", "x", "--kind", "c"], ["--path", "x", "--part-width", "many"]):
        with pytest.raises(SystemExit) as stop:
            read_options(Whole, wrong, program="p", about="a")
        assert stop.value.code == 2


def test_every_benchmark_that_is_there_is_a_command():
    names = {path.stem for path in (ROOT / "benchmarks").glob("*.py")}
    listed = _run("bench", "--help").output
    assert "latency" in listed
    for name in ("accuracy", "alignment", "batch", "diagnosis", "g2p", "latency", "robustness"):
        assert (f" {name} " in listed) == (name in names)


@pytest.mark.parametrize(
    ("command", "option"),
    [("acoustic", "Largest gradient norm"), ("scorer", "human phone scores"), ("export", "complete or compact")],
)
def test_training_commands_explain_their_options(command, option):
    for package in ("torch", "sklearn", "onnx"):
        pytest.importorskip(package)
    outcome = _run("train", command, "--help")
    assert outcome.exit_code == 0
    assert option.lower() in " ".join(outcome.output.lower().split())


def test_training_without_torch_names_the_extra(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    outcome = _run("train", "acoustic", "--help")
    assert outcome.exit_code == 2
    assert "lafal[train]" in outcome.stderr


def test_synthesise_refuses_the_held_out_voice(tmp_path):
    outcome = _run("train", "synthesise", "--out", tmp_path / "set", "--voices", "ked")
    assert outcome.exit_code == 2
    assert "kept for tests" in outcome.output
    assert not (tmp_path / "set").exists()


def test_help_loads_nothing_heavy():
    code = "import sys, speech.cli; print(*sys.modules)"
    loaded = set(_python("-c", code).stdout.decode().split())
    assert "speech.cli" in loaded
    assert loaded.isdisjoint({"torch", "onnxruntime", "soundfile", "scipy", "benchmarks.latency", "speech.train"})


def test_an_ascii_terminal_is_no_reason_to_crash(tmp_path):
    done = _python(FAKE, "score", "a.wav", "--text", "The “ship”, ça — 船", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert b'The "ship", \\xe7a - \\u8239' in done.stdout
    assert b"x work on it" in done.stdout
    as_json = _python(FAKE, "score", "a.wav", "--text", "ça 🚢", "--json", PYTHONIOENCODING="ascii")
    assert json.loads(as_json.stdout.decode("ascii"))["text"] == "ça 🚢"


def test_serve_runs_the_app_as_a_program(tmp_path):
    (tmp_path / "app.py").write_text(
        textwrap.dedent("""
            import os
            if __name__ == "__main__":
                print(os.environ["LAFAL_HOST"], os.environ["LAFAL_PORT"], os.environ["LAFAL_RUNTIME"])
        """),
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "speech.cli", "serve", "--host", "0.0.0.0", "--port", "8123", "--runtime", "torch"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        timeout=60,
    )
    assert done.stdout.decode().split() == ["0.0.0.0", "8123", "torch"], done.stderr


def test_help_is_quick_and_plain_on_an_ascii_terminal():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert _python("-m", "speech.cli", "--help", PYTHONIOENCODING="ascii").returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Processor time, not the clock's: 0.4 s alone, up to twice that beside other work.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0
