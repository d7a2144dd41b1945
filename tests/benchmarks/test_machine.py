import dataclasses
import math
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks import machine
from benchmarks.machine import Machine, this_machine
from speech.cli import app


@pytest.fixture
def anew():
    this_machine.cache_clear()
    yield
    this_machine.cache_clear()


@pytest.mark.usefixtures("anew")
def test_facts_that_figures_depend_on_are_there(monkeypatch):
    monkeypatch.setattr("os.getloadavg", lambda: (1.5, 0.0, 0.0))
    found = this_machine()
    assert {"python", "numpy", "onnxruntime"} <= dict(found.versions).keys()
    assert found.cores >= 1
    if Path("/proc/meminfo").exists():
        assert 0.1 < found.memory_gb < 1e5
    if (Path(machine.__file__).parents[1] / ".git").exists():
        assert re.fullmatch(r"[0-9a-f]{7,}(-dirty)?", found.commit)
    assert found.load == 1.5
    assert "load before 1.5" in found.described()


def test_what_a_system_does_not_tell_is_left_out(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert machine._commit() == ""
    plain = Machine("Fast", 2, "Linux", (("python", "3.11"),))
    assert plain.described() == "Fast, 2 cores; Linux; python 3.11"
    full = dataclasses.replace(plain, memory_gb=15.7, gpu="Card", commit="abc1234", load=0.1)
    assert full.described() == "Fast, 2 cores; 16 GB; Card; Linux; python 3.11; commit abc1234; load before 0.1"
    assert math.isnan(plain.load)


@pytest.mark.usefixtures("anew")
def test_how_busy_the_machine_is_is_asked_before_a_benchmark_begins(monkeypatch):
    loads = iter([0.25, 9.0])
    monkeypatch.setattr("os.getloadavg", lambda: (next(loads), 0.0, 0.0))
    monkeypatch.setattr("benchmarks.compare.main", lambda _: print(this_machine().load))
    assert CliRunner().invoke(app, ["bench", "compare", "latency"]).output.strip() == "0.25"
