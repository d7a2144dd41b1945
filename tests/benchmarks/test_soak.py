import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import soak as benchmark
from benchmarks.clients import Level
from benchmarks.soak import Soak, SoakOptions, dealt, measure, megabytes_of, table

LINUX = Path("/proc/self/smaps_rollup").exists()


def level(lost: int = 0) -> Level:
    return Level(5, 100, 100 - lost, 0, 0, lost, 10.0, 0.1, 0.2, 0.3)


@pytest.mark.parametrize(
    ("quarters", "lost", "missed"), [((300, 310, 310, 312), 0, 0), ((300, 310, 330, 350), 0, 1), ((1, 1, 1, 1), 2, 1)]
)
def test_growth_and_losses_miss_the_target(quarters: tuple[float, ...], lost: int, missed: int) -> None:
    cells = list(table(Soak(60.0, (level(lost),), quarters)).columns[3].cells)
    assert cells.count("missed") == missed


def test_a_loss_is_an_exit_code_and_has_a_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lossy = replace(level(2), failures=(("ReadError", 2),))
    outcomes = iter([Soak(60.0, (lossy,), (1, 1, 1, 1)), Soak(60.0, (level(),), (1, 1, 1, 1))])
    monkeypatch.setattr(benchmark, "measure", lambda _: next(outcomes))
    with pytest.raises(SystemExit, match="1"):
        benchmark.main([])
    assert "2 ReadError" in capsys.readouterr().out
    benchmark.main([])


def test_every_learner_is_dealt_to_a_group() -> None:
    assert dealt(16, 3) == [6, 5, 5]
    assert dealt(2, 3) == [1, 1, 0]


@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_memory_of_a_process_and_its_helpers_is_seen() -> None:
    before = megabytes_of(os.getpid())
    ballast = bytearray(os.urandom(64_000_000))
    with subprocess.Popen(["sleep", "60"]) as helper:
        after = megabytes_of(os.getpid())
        helper.kill()
    assert 50 < after.server_mb - before.server_mb < 90
    assert 0 < after.helpers_mb - before.helpers_mb < 10
    assert after.total_mb == after.server_mb + after.helpers_mb
    assert len(ballast) == 64_000_000


@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_a_short_soak_gives_figures() -> None:
    soak = measure(SoakOptions(minutes=0.1, learners=4, every_seconds=2.0, clip_seconds=(1.0, 1.5, 2.0)))
    assert sum(one.served for one in soak.levels) == 12
    assert soak.lost == 0
    assert all(100 < megabytes < 1500 for megabytes in soak.quarters_mb)
