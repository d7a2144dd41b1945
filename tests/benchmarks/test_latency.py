import json
import sys
import time
from datetime import UTC, datetime

import pytest
import soundfile

from benchmarks import latency
from benchmarks.history import record
from benchmarks.latency import Latency, write_clip
from benchmarks.machine import this_machine
from benchmarks.readings import MANIFEST

FIGURES = Latency("default", 5.0, 30, 0.1234, 0.9, (("model", 80.0),), 3, 6.0, 300.0, 900.0)


def test_the_clip_lasts_exactly_as_long_as_asked_and_speaks_its_text(tmp_path):
    text = write_clip(tmp_path / "clip.wav", MANIFEST, seconds=5.0)
    assert soundfile.info(tmp_path / "clip.wav").frames == 80_000
    assert text.startswith("I think about it daily.")
    assert len(text.split()) > 6


def test_a_clip_too_short_for_any_reading_is_refused(tmp_path):
    with pytest.raises(ValueError, match="as short as"):
        write_clip(tmp_path / "clip.wav", MANIFEST, seconds=0.2)


def test_a_cold_process_reports_its_own_time_and_memory(tmp_path, monkeypatch):
    program = tmp_path / "program.sh"
    program.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c 'held = bytearray(150_000_000); import time; time.sleep(0.3)'\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    seconds, megabytes = latency._cold(tmp_path / "clip.wav", "text", "default")
    assert 0.3 <= seconds < 20
    assert 150 < megabytes < 400


def test_a_cold_process_that_fails_is_no_measurement(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match="exit code 1"):
        latency._cold(tmp_path / "clip.wav", "text", "default")


def test_warm_runs_are_timed_and_their_stages_are_medians():
    class Slow:
        def __init__(self):
            self.calls = 0

        def assess(self, _clip, _text):
            self.calls += 1
            time.sleep(0.01)
            return type("Assessment", (), {"timings_ms": {"model": float(self.calls)}})

    slow = Slow()
    walls_s, stages_ms = latency._warm(slow, "clip", "text", runs=5)
    assert slow.calls == 5 + latency.WARM_UP_RUNS
    assert len(walls_s) == 5
    assert min(walls_s) >= 0.01
    assert stages_ms == (("model", latency.WARM_UP_RUNS + 3.0),)


def test_the_table_sets_figures_beside_targets(capsys):
    from rich.console import Console

    Console(width=200).print(latency.table(FIGURES))
    lines = capsys.readouterr().out.splitlines()
    verdicts = [
        next(line for line in lines if name in line) for name in ("warm, median", "cold process, m", "warm process")
    ]
    assert "0.123 s" in verdicts[0]
    assert "met" in verdicts[0]
    assert "missed" in verdicts[1]
    assert "met" in verdicts[2]
    assert any(this_machine().processor.split()[0] in line for line in lines)


def test_history_gets_one_line_a_measurement(tmp_path):
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    for _ in range(2):
        path = record("latency", FIGURES, now=now, folder=tmp_path / "history")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 2
    assert lines[0]["measured_at"] == "2026-01-02T03:04:05+00:00"
    assert lines[0]["warm_median_s"] == 0.1234
    assert lines[0]["machine"]["cores"] >= 1
