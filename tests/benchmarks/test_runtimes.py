import io
import sys

import pytest
from rich.console import Console

from benchmarks import runtimes
from benchmarks.runtimes import ONNXRUNTIME, Runtimes, RuntimesOptions, Timed, _systems, measure, table


def test_both_networks_are_timed_and_without_openvino_a_sentence_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    found = measure(RuntimesOptions(seconds=(1.0,), runs=2))
    assert [(one.name, one.system, one.clip_s) for one in found.timed] == [
        ("acoustic", ONNXRUNTIME, 1.0),
        ("pitch", ONNXRUNTIME, 1.0),
    ]
    assert all(one.p50_s > 0 and one.load_s > 0 and one.difference == 0 for one in found.timed)
    assert "OpenVINO is left out" in found.missing[0]


def test_scores_that_another_runtime_moves_or_loses_are_counted(monkeypatch):
    scores = iter([{(0, 0, 0): 90.0, (0, 0, 1): 50.0, (0, 1, 0): 10.0}, {(0, 0, 0): 87.0, (0, 0, 1): 51.0}])
    monkeypatch.setattr(runtimes, "phone_scores", lambda *_: next(scores))
    moved = runtimes._moves({ONNXRUNTIME: lambda _: [], "other": lambda _: []})
    assert moved == (runtimes.Moved("other", phones=2, lost=1, mean_change=2.0, largest_change=3.0),)
    assert runtimes._moves({ONNXRUNTIME: lambda _: []}) == ()


def test_openvino_says_what_onnxruntime_says():
    pytest.importorskip("openvino")
    assert len(_systems()[0]) == 3
    found = measure(RuntimesOptions(seconds=(1.0,), runs=1))
    assert all(one.difference < 0.1 for one in found.timed if "fp32" in one.system and one.name == "acoustic")


def test_a_runtime_is_set_against_onnxruntime():
    timed = (
        Timed("pitch", ONNXRUNTIME, 5.0, 0.02, 0.011, 0.010, 0.0),
        Timed("pitch", "openvino, fp32", 5.0, 0.3, 0.05, 0.008, 0.00123),
    )
    console = Console(width=160, file=io.StringIO())
    console.print(table(Runtimes(timed)))
    assert all(shown in console.file.getvalue() for shown in ("1.00", "0.80", "300.0", "50.0", "0.0012"))
