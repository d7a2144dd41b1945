import dataclasses
import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import batch
from benchmarks.batch import Batch, BatchOptions, Run, measure, table, targets

FAKE = Path(__file__).parents[1] / "speech" / "data" / "fake_lafal.py"
FOUND = Batch(1000, 31.2, (Run(1, 50.0, 37.4, 140.0), Run(2, 28.0, 66.9, 200.0)), 60.0, 0, 300, 0)


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="reads memory from /proc")
def test_a_list_is_scored_killed_and_begun_again(monkeypatch):
    monkeypatch.setattr(batch, "_COMMAND", (sys.executable, str(FAKE)))
    monkeypatch.setattr(batch, "_LOOK_EVERY_S", 0.02)
    monkeypatch.setenv("FAKE_PAUSE_S", "0.01")
    found = measure(BatchOptions(recordings=20, workers=(2, 1)))
    assert [run.workers for run in found.runs] == [1, 2]
    assert all(run.audio_per_s == pytest.approx(60 * found.audio_minutes / run.seconds) for run in found.runs)
    assert 10 < found.runs[0].peak_mb < found.runs[1].peak_mb
    assert found.further_mb == pytest.approx(found.runs[1].peak_mb - found.runs[0].peak_mb)
    assert 6 <= found.lines_at_kill < 20
    assert (found.recordings, found.out_of_order, found.lines_differing) == (20, 0, 0)


def test_a_command_that_fails_is_no_measurement(monkeypatch):
    monkeypatch.setattr(batch, "_COMMAND", ("/bin/false",))
    with pytest.raises(RuntimeError, match="exit code 1"):
        measure(BatchOptions(recordings=3, workers=(1,)))


def test_lines_that_are_missing_or_others_are_counted():
    assert batch._differing(["a", "b", "c"], ["a", "c"]) == 2
    assert batch._differing(["a"], ["a", "b"]) == 1
    assert batch._differing(["a"], ["a"]) == 0


def test_promises_are_kept_or_broken(monkeypatch):
    monkeypatch.setattr(batch, "cores", lambda: 2)
    assert {target.verdict for target in targets(FOUND)} == {"met"}
    monkeypatch.setattr(batch, "cores", lambda: 1)
    broken = dataclasses.replace(FOUND, further_mb=151.0, lines_differing=1)
    assert [target.verdict for target in targets(broken)] == ["missed", "met", "missed", "missed"]
    console = Console(width=120, file=io.StringIO())
    console.print(table(FOUND))
    assert all(figure in console.file.getvalue() for figure in ("1000 recordings", "37 x", "60 MB", "28.0 s"))
