import dataclasses
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from speech.cli import app
from speech.commands import batch, judge
from speech.export import from_json
from speech.settings import Runtime, Settings

ROOT = Path(__file__).parents[3]
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
    """Run a command in this process, where the judge is a fake."""
    if "score-batch" in arguments and "--workers" not in arguments:
        arguments = (*arguments, "--workers", 1)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def _python(*arguments, **environment):
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        timeout=60,
    )


def _list(folder, rows, header=True):
    path = folder / "list.tsv"
    lines = (["path\ttext"] if header else []) + ["\t".join(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_keeps_the_order_and_goes_on_after_bad_rows(fake, tmp_path):
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


def test_reads_lists_with_and_without_header(fake, tmp_path):
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


def test_looks_for_files_beside_the_list(fake, tmp_path):
    (tmp_path / "a.wav").touch()
    _run("score-batch", _list(tmp_path, [("a.wav", "x")]), "--out", tmp_path / "out.jsonl")
    assert fake.asked[0][0] == tmp_path / "a.wav"


def test_keeps_timings_when_asked(fake, tmp_path):
    _run("score-batch", _list(tmp_path, [("a.wav", "x")]), "--out", tmp_path / "out.jsonl", "--timings")
    assert "model" in _lines(tmp_path / "out.jsonl")[0]["timings_ms"]


def test_cuts_a_torn_line_and_scores_only_the_rest(fake, tmp_path):
    rows = [(f"{index}.wav", "x") for index in range(5)]
    out = tmp_path / "out.jsonl"
    _run("score-batch", _list(tmp_path, rows), "--out", out)
    whole = out.read_bytes()
    out.write_bytes(whole[: whole.rindex(b"4.wav") + 3])
    fake.asked.clear()
    assert _run("score-batch", _list(tmp_path, rows), "--out", out).exit_code == 0
    assert out.read_bytes() == whole
    assert len(fake.asked) == 1


def test_tells_how_many_lines_there_are_and_goes_on_from_there(fake, tmp_path):
    rows = [batch.Row(f"{index}.wav", "x") for index in range(5)]
    options = batch.BatchOptions(workers=1, timings=False, settings=Settings())
    seen = []
    for most in (3, 5, 5):
        seen.append([])
        batch.score_list(rows[:most], tmp_path / "o", folder=tmp_path, options=options, report=seen[-1].append)
    assert seen == [[0, 1, 2, 3], [3, 4, 5], [5]]


def test_a_bar_shows_how_far_the_list_is(fake, tmp_path, monkeypatch):
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setattr("speech.commands.screen._REDRAWN_EVERY_S", 0.0)
    rows = [(f"{index}.wav", "x") for index in range(4)]
    out = tmp_path / "out.jsonl"
    _run("score-batch", _list(tmp_path, rows[:2]), "--out", out)
    shown = _run("score-batch", _list(tmp_path, rows), "--out", out).stderr
    counts = [int(count) for count in re.findall(r"scored.*?(\d+)/4", shown)]
    assert counts == sorted(counts)
    assert set(counts) - {0} == {2, 3, 4}


@pytest.mark.parametrize(("workers", "beside"), [(1, True), (3, True), (4, False), (8, False)])
def test_workers_on_every_core_follow_the_pitch_without_a_further_thread(monkeypatch, tmp_path, workers, beside):
    asked = []
    monkeypatch.setattr(batch, "cores", lambda: 4)
    monkeypatch.setattr(judge, "open_judge", lambda _, beside: asked.append(beside) or fake_lafal.FakeJudge())
    options = batch.BatchOptions(workers=workers, timings=False, settings=Settings())
    scorer = batch._Scorer(tmp_path, options)
    assert asked == []
    scorer.line(batch.Row("a.wav", "x"))
    assert asked == [beside]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks safely")
def test_workers_share_what_is_loaded_unless_threads_or_torch_forbid_it(monkeypatch):
    loaded = []
    monkeypatch.setattr(judge, "load_all", loaded.append)
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    assert batch._context(Settings()).get_start_method() == "fork"
    assert batch._context(Settings(runtime=Runtime.TORCH)).get_start_method() == "spawn"
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert batch._context(Settings()).get_start_method() == "spawn"
    assert loaded == [Settings()]


def test_all_is_loaded_before_workers_are_forked_and_no_thread_started():
    code = (
        "import sys, threading; from speech.commands import judge; from speech.settings import Settings;"
        "judge.load_all(Settings()); from speech import acoustic, prosody, scoring;"
        "caches = (acoustic._load_onnx, prosody._cached_detector, scoring._read_network);"
        "print(threading.active_count(), *(cache.cache_info().currsize for cache in caches))"
    )
    assert _python("-c", code).stdout.split() == [b"1"] * 4


def test_refuses_a_file_of_another_list(fake, tmp_path):
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


def test_refuses_to_mix_models(fake, tmp_path, monkeypatch):
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
    monkeypatch.setattr(judge, "open_judge", lambda _settings, **_: other)
    outcome = _run("score-batch", _list(tmp_path, rows), "--out", out)
    assert outcome.exit_code == 2
    assert "another model" in " ".join(outcome.stderr.split())
    assert out.read_bytes() == first


def test_says_when_a_worker_is_lost(tmp_path):
    list_file = _list(tmp_path, [("a.wav", "x"), ("deadly.wav", "x"), ("b.wav", "x")])
    out = tmp_path / "out.jsonl"
    done = _python(FAKE, "score-batch", list_file, "--out", out, "--workers", 2)
    assert done.returncode == 2
    assert b"worker_lost" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="sends a signal to a process group")
def test_stops_quietly_on_ctrl_c(tmp_path):
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
def test_names_a_bad_list(fake, tmp_path, content):
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
def test_resumes_after_kill_9_to_the_same_bytes(fake, tmp_path, workers):
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


def test_whoever_scores_keeps_large_pieces_of_memory_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done: list[str] = []
    monkeypatch.setattr(batch, "keep_large_pieces_apart", lambda: done.append("apart"))
    batch._Scorer(tmp_path, batch.BatchOptions(workers=1, timings=False, settings=Settings()))
    assert done == ["apart"]
