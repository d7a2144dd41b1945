import dataclasses
import importlib.util
import json
import os
import resource
import signal
import subprocess
import sys
import textwrap
import time
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
    monkeypatch.setattr(judge, "open_judge", lambda _settings: one)
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
    def interrupted(_settings):
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
    for name in ("accuracy", "alignment", "diagnosis", "g2p", "latency", "robustness"):
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


# score-batch


def _list(folder, rows, header=True):
    path = folder / "list.tsv"
    lines = (["path\ttext"] if header else []) + ["\t".join(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_batch_keeps_the_order_and_goes_on_after_bad_rows(fake, tmp_path):
    rows = [("a.wav", "one ☃"), ("silent.wav", "two"), ("only-a-path",), ("broken.wav", "x"), ("b.wav", "three")]
    out = tmp_path / "new" / "out.jsonl"
    outcome = _run("score-batch", _list(tmp_path, rows), "--out", out)
    assert outcome.exit_code == 0, outcome.output
    lines = _lines(out)
    assert [line["path"] for line in lines] == [row[0] for row in rows]
    assert lines[0]["text"] == "one ☃"
    assert lines[0]["timings_ms"] == {}
    assert [line.get("error", {}).get("code") for line in lines] == [None, "silence", "bad_row", "unexpected", None]
    assert lines[3]["error"]["message"] == "RuntimeError: it broke"
    assert from_json(out.read_text(encoding="utf-8").splitlines()[4]).text == "three"


def test_batch_reads_lists_with_and_without_header(fake, tmp_path):
    headed = tmp_path / "headed.tsv"
    headed.write_text("\ufefftext\tphones\tpath\nship\tSH IY P\ta.wav\n\n", encoding="utf-8")
    plain = tmp_path / "plain.tsv"
    plain.write_text('a.wav\tsay "ship"\tSH IH P\n', encoding="utf-8")
    _run("score-batch", headed, "--out", tmp_path / "1.jsonl")
    _run("score-batch", plain, "--out", tmp_path / "2.jsonl")
    assert [(text, phones) for _, text, phones in fake.asked] == [
        ("ship", ("SH", "IY", "P")),
        ('say "ship"', ("SH", "IH", "P")),
    ]


def test_batch_looks_for_files_beside_the_list(fake, tmp_path):
    (tmp_path / "a.wav").touch()
    _run("score-batch", _list(tmp_path, [("a.wav", "x")]), "--out", tmp_path / "out.jsonl")
    assert fake.asked[0][0] == tmp_path / "a.wav"


def test_batch_keeps_timings_when_asked(fake, tmp_path):
    _run("score-batch", _list(tmp_path, [("a.wav", "x")]), "--out", tmp_path / "out.jsonl", "--timings")
    assert "model" in _lines(tmp_path / "out.jsonl")[0]["timings_ms"]


def test_batch_cuts_a_torn_line_and_scores_only_the_rest(fake, tmp_path):
    rows = [(f"{index}.wav", "x") for index in range(5)]
    out = tmp_path / "out.jsonl"
    _run("score-batch", _list(tmp_path, rows), "--out", out)
    whole = out.read_bytes()
    out.write_bytes(whole[: whole.rindex(b"4.wav") + 3])
    fake.asked.clear()
    assert _run("score-batch", _list(tmp_path, rows), "--out", out).exit_code == 0
    assert out.read_bytes() == whole
    assert len(fake.asked) == 1


def test_batch_refuses_a_file_of_another_list(fake, tmp_path):
    out = tmp_path / "out.jsonl"
    _run("score-batch", _list(tmp_path, [("a.wav", "x"), ("b.wav", "x")]), "--out", out)
    before = out.read_bytes()
    for rows in ([("b.wav", "x"), ("c.wav", "x")], [("a.wav", "x")]):
        outcome = _run("score-batch", _list(tmp_path, rows), "--out", out)
        assert outcome.exit_code == 2
        assert "other_results" in outcome.stderr
        assert out.read_bytes() == before
    assert _run("score-batch", _list(tmp_path, [("c.wav", "x")]), "--out", out, "--restart").exit_code == 0
    assert [line["path"] for line in _lines(out)] == ["c.wav"]


def test_batch_refuses_to_mix_models(fake, tmp_path, monkeypatch):
    rows = [("silent.wav", "x"), ("a.wav", "x"), ("b.wav", "x"), ("c.wav", "x")]
    out = tmp_path / "out.jsonl"
    _run("score-batch", _list(tmp_path, rows), "--out", out)
    first = b"".join(out.read_bytes().splitlines(keepends=True)[:2])
    out.write_bytes(first)
    other = fake_lafal.FakeJudge()
    assess = other.assess
    monkeypatch.setattr(
        other, "assess", lambda *given, **named: dataclasses.replace(assess(*given, **named), model="other")
    )
    monkeypatch.setattr(judge, "open_judge", lambda _settings: other)
    outcome = _run("score-batch", _list(tmp_path, rows), "--out", out)
    assert outcome.exit_code == 2
    assert "another model" in " ".join(outcome.stderr.split())
    assert out.read_bytes() == first


def test_batch_says_when_a_worker_is_lost(tmp_path):
    list_file = _list(tmp_path, [("a.wav", "x"), ("deadly.wav", "x"), ("b.wav", "x")])
    out = tmp_path / "out.jsonl"
    done = _python(FAKE, "score-batch", list_file, "--out", out, "--workers", 2)
    assert done.returncode == 2
    assert b"worker_lost" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="sends a signal to a process group")
def test_batch_stops_quietly_on_ctrl_c(tmp_path):
    list_file = _list(tmp_path, [(f"{index}.wav", "x") for index in range(500)])
    out = tmp_path / "out.jsonl"
    command = [sys.executable, str(FAKE), "score-batch", str(list_file), "--out", str(out), "--workers", "2"]
    environment = {**os.environ, "FAKE_PAUSE_S": "0.05"}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background job is born ignoring Ctrl-C
    ) as process:
        deadline = time.monotonic() + 30
        while (not out.exists() or not out.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Stopped." in complaints
    assert b"Traceback" not in complaints
    assert out.read_bytes().endswith(b"\n")


def test_a_file_that_cannot_be_written_is_named(fake, tmp_path):
    outcome = _run("score-batch", _list(tmp_path, [("a.wav", "x")]), "--out", tmp_path)
    assert outcome.exit_code == 2
    assert str(tmp_path) in outcome.stderr.replace("\n", "")


@pytest.mark.parametrize("content", [b"path\tsentence\na\tb\n", b"a.wav\t\xff\xfe\n"])
def test_batch_names_a_bad_list(fake, tmp_path, content):
    (tmp_path / "list.tsv").write_bytes(content)
    outcome = _run("score-batch", tmp_path / "list.tsv", "--out", tmp_path / "out.jsonl")
    assert outcome.exit_code == 2
    assert "bad_list" in outcome.stderr


def _is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("workers", [1, 2])
def test_batch_resumes_after_kill_9_to_the_same_bytes(fake, tmp_path, workers):
    rows = [(f"{index}.wav", f"sentence {index}") for index in range(30)]
    rows[7] = ("silent.wav", "x")
    list_file = _list(tmp_path, rows)
    whole, out = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    assert _run("score-batch", list_file, "--out", whole).exit_code == 0
    pids = tmp_path / "pids"
    pids.mkdir()
    arguments = [FAKE, "score-batch", list_file, "--out", out, "--workers", workers]
    environment = {**os.environ, "FAKE_PAUSE_S": "0.05", "FAKE_PIDS": str(pids)}
    command = [sys.executable, *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 30
        while (not out.exists() or out.read_bytes().count(b"\n") < 6) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    written = out.read_bytes()
    assert 6 <= written.count(b"\n") < 30
    assert whole.read_bytes().startswith(written)
    assert len(list(pids.iterdir())) == workers
    deadline = time.monotonic() + 10
    while any(_is_running(path.name) for path in pids.iterdir()):
        assert time.monotonic() < deadline, "a worker outlived its parent"
        time.sleep(0.05)
    out.write_bytes(written + b'{"path": "torn')
    assert _python(*arguments).returncode == 0
    assert out.read_bytes() == whole.read_bytes()


def test_serve_runs_the_app_as_a_program(tmp_path):
    (tmp_path / "app.py").write_text(
        textwrap.dedent("""
            import os
            if __name__ == "__main__":
                print(os.environ["LAFAL_HOST"], os.environ["LAFAL_PORT"])
        """),
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "speech.cli", "serve", "--host", "0.0.0.0", "--port", "8123"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        timeout=60,
    )
    assert done.stdout.decode().split() == ["0.0.0.0", "8123"], done.stderr


def test_help_is_quick_and_plain_on_an_ascii_terminal():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert _python("-m", "speech.cli", "--help", PYTHONIOENCODING="ascii").returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Processor time, not the clock's: 0.4 s alone, up to twice that beside other work.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0
