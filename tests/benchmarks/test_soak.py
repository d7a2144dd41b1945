import os
from pathlib import Path

import pytest

from benchmarks.clients import Level
from benchmarks.soak import Soak, SoakOptions, measure, megabytes_of, table

LINUX = Path("/proc/self/smaps_rollup").exists()


def level(lost: int = 0) -> Level:
    return Level(5, 100, 100 - lost, 0, 0, lost, 10.0, 0.1, 0.2, 0.3)


@pytest.mark.parametrize(
    ("quarters", "lost", "missed"), [((300, 310, 310, 312), 0, 0), ((300, 310, 330, 350), 0, 1), ((1, 1, 1, 1), 2, 1)]
)
def test_growth_and_losses_miss_the_target(quarters: tuple[float, ...], lost: int, missed: int) -> None:
    cells = list(table(Soak(60.0, (level(lost),), quarters)).columns[3].cells)
    assert cells.count("missed") == missed


@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_memory_of_a_process_is_seen() -> None:
    before = megabytes_of(os.getpid())
    ballast = bytearray(os.urandom(64_000_000))
    assert 50 < megabytes_of(os.getpid()) - before < 90
    assert len(ballast) == 64_000_000


@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_a_short_soak_gives_figures() -> None:
    soak = measure(SoakOptions(minutes=0.1, learners=3, every_seconds=2.0, clip_seconds=(1.0,)))
    assert sum(one.served for one in soak.levels) == 9
    assert soak.lost == 0
    assert all(100 < megabytes < 1500 for megabytes in soak.quarters_mb)
