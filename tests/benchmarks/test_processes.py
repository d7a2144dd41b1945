import sys
from pathlib import Path

import pytest

from benchmarks import processes
from benchmarks.clips import Clip
from benchmarks.processes import main, measure_processes, watch
from benchmarks.systems import NoVerdict


def test_a_process_reports_its_own_time_and_memory():
    seconds, megabytes = watch(
        [sys.executable, "-c", "held = bytearray(150_000_000); import time; time.sleep(0.3)"],
    )
    assert 0.3 <= seconds < 20
    assert 150 < megabytes < 400


def test_a_process_that_fails_is_no_measurement():
    with pytest.raises(RuntimeError, match="exit code 1"):
        watch(["/bin/false"])


def test_every_system_starts_afresh_in_turn_and_then_judges_all_clips(monkeypatch):
    commands = []

    def fake(command):
        commands.append(command)
        return len(commands) * 1.0, 100.0 + len(commands)

    monkeypatch.setattr(processes, "watch", fake)
    ours = type("System", (), {"name": "ours", "model": "folder"})
    peer = type("System", (), {"name": "peer", "model": "pocketsphinx"})
    clips = [Clip(Path(name), f"text {name}", 1.0) for name in ("a.wav", "b.wav")]
    one, other = measure_processes([ours, peer], clips[1], clips, runs=3)
    assert [command[2] for command in commands] == ["speech.cli", "benchmarks.processes"] * 3 + [
        "benchmarks.processes"
    ] * 2
    assert commands[0][-2:] == ["--model", "folder"]
    assert commands[1][3:] == ["pocketsphinx", "1", "b.wav", "text b.wav"]
    assert commands[-2][3:] == ["folder", "2", "a.wav", "text a.wav", "b.wav", "text b.wav"]
    assert (one.cold_median_s, other.cold_median_s) == (3.0, 4.0)
    assert (one.cold_peak_mb, one.warm_peak_mb) == (105.0, 107.0)


def test_several_clips_are_judged_cold_and_torch_is_asked_for(monkeypatch):
    commands = []
    monkeypatch.setattr(processes, "watch", lambda command: (commands.append(command) or len(commands) * 1.0, 100.0))
    ours = type("System", (), {"name": "ours", "model": "torch:default"})
    clips = [Clip(Path(name), "text", seconds) for name, seconds in (("a.wav", 1.0), ("b.wav", 5.0))]
    (one,) = measure_processes([ours], clips[1], clips, runs=3, cold_clips=clips)
    assert commands[0][-4:] == ["--runtime", "torch", "--model", "default"]
    assert one.cold_s == (("5 s", 3.0), ("1 s", 4.0))
    assert one.cold_median_s == 3.0


def test_a_process_judges_its_clips_even_where_one_fails(monkeypatch):
    heard = []

    class Fake:
        def judge(self, clip):
            heard.append((clip.path.name, clip.text))
            raise NoVerdict("no path")

    monkeypatch.setattr(processes, "open_systems", lambda names, **_: ([Fake()], ()))
    main(["model", "2", "a.wav", "One.", "b.wav", "Two."])
    assert heard == [("a.wav", "One."), ("b.wav", "Two.")] * 2
