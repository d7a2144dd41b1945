import math
import time
from pathlib import Path

from benchmarks import timings
from benchmarks.clips import Clip
from benchmarks.systems import NoVerdict
from benchmarks.timings import WARM_UP_RUNS, interleave

CLIP = Clip(Path("clip.wav"), "text", 2.0)


class Fake:
    model = "fake"
    threads = 1

    def __init__(self, name, log, *, takes_s=0.0, fails=False):
        self.name, self.log, self.takes_s, self.fails = name, log, takes_s, fails
        self.calls = 0

    def judge(self, _clip):
        self.log.append(self.name)
        self.calls += 1
        time.sleep(self.takes_s)
        if self.fails:
            raise NoVerdict("no path")
        return {"model": float(self.calls)}


def test_warm_runs_are_timed_and_their_stages_are_medians():
    slow = Fake("slow", [], takes_s=0.01)
    (timing,) = interleave([slow], CLIP, runs=5)
    assert slow.calls == timing.runs + WARM_UP_RUNS == 5 + WARM_UP_RUNS
    assert timing.stages_ms == (("model", WARM_UP_RUNS + 3.0),)
    assert 0.01 <= timing.p50_s <= timing.p95_s <= timing.p99_s
    assert math.isclose(timing.real_time_factor, timing.p50_s / 2.0)


def test_systems_take_turns_and_slow_ones_sit_some_rounds_out(monkeypatch):
    monkeypatch.setattr(timings, "WARM_UP_RUNS", 1)
    log = []
    ours, other, peer = (Fake(name, log) for name in ("ours", "other", "peer"))
    found = interleave([ours, other], CLIP, runs=4, rarely=[peer], rare_runs=2)
    warm_up, measured = log[:3], log[3:]
    assert sorted(warm_up) == ["other", "ours", "peer"]
    assert measured == ["ours", "other", "peer", "ours", "other"] * 2
    assert [(one.system, one.runs) for one in found] == [("ours", 4), ("other", 4), ("peer", 2)]


def test_failures_are_counted_and_not_timed():
    (timing,) = interleave([Fake("peer", [], fails=True)], CLIP, runs=3)
    assert (timing.runs, timing.failures) == (3, 3)
    assert math.isnan(timing.p50_s)
    assert timing.stages_ms == ()
