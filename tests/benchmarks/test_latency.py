import dataclasses
import io
import json
import math
from datetime import UTC, datetime

import pytest
from rich.console import Console

from benchmarks import latency, processes
from benchmarks.floor import Floor, Network
from benchmarks.history import record
from benchmarks.latency import Latency, LatencyOptions, measure
from benchmarks.latency_plot import write
from benchmarks.latency_tables import tables, targets, times_as_long
from benchmarks.machine import this_machine
from benchmarks.processes import Process
from benchmarks.rates import Rates
from benchmarks.sharing import Shared
from benchmarks.timings import Timing
from benchmarks.variants import Variant
from speech.commands.configured import read_options


def timing(system, threads, clip_s, p50_s):
    stages_ms = (("audio", 3.0), ("model", 8.0), ("total", 20.0))
    return Timing(system, threads, clip_s, 10, 0, p50_s, 1.5 * p50_s, 2 * p50_s, p50_s / clip_s, stages_ms)


FIGURES = Latency(
    "default 0.2.0",
    5.0,
    30,
    0.07,
    0.2,
    (("model", 8.0),),
    3,
    1.5,
    300.0,
    460.0,
    timings=(
        timing("default", 1, 5.0, 0.07),
        timing("default", 2, 5.0, 0.06),
        timing("pocketsphinx", 1, 5.0, 0.7),
        timing("default", 1, 10.0, 0.1),
        timing("default", 2, 10.0, 0.1),
        timing("pocketsphinx", 1, 10.0, math.nan),
    ),
    processes=(Process("default", 3, 1.5, 300.0, 460.0, (("5 s", 1.5), ("30 s", 1.75))),),
    variants=(
        Variant("default fp16", 7.8, 100, 0.01, 1.0, phone_pcc=0.6543, error_auc=0.8765, rated=321),
        Variant("default int8", 5.1, 100, 0.06, 15.0),
    ),
    rates=(Rates(1, 100.0, 10.0),),
    floors=(Floor(5.0, 1, (Network("default/model.onnx", 1, 10**9, 10**7),), 0.02, 0.001, 0.02, 3.5, 2.25),),
    shared=(
        Shared("default", "cuda", 5.0, 1, 5, 0.004, 1250.0),
        Shared("default", "cuda", 5.0, 8, 5, 0.008, 5000.0),
        Shared("default", "cuda", 5.0, 16, 5, 0.02, 4000.0),
    ),
    missing=("random:wav2vec2-base is left out.",),
)


def printed(*what):
    console = Console(width=200, file=io.StringIO())
    for table in what:
        console.print(table)
    return console.file.getvalue()


def test_targets_are_met_missed_or_not_measured():
    verdicts = {target.name: target.verdict for target in targets(FIGURES)}
    assert verdicts == {
        "5 s warm, p50": "met",
        "5 s warm, p95": "missed",
        "real-time factor": "met",
        "PocketSphinx takes": "met",
        "wav2vec2-base takes": "not measured",
        "resident memory, peak": "missed",
        "cold process to the verdict": "met",
        "file to verdict over the floor of one core": "missed",
        "file to verdict over the floor of every core": "met",
    }


def test_ratios_are_of_one_clip_and_the_fewest_threads():
    assert times_as_long(FIGURES, "pocketsphinx", 5.0) == pytest.approx(10.0)
    assert math.isnan(times_as_long(FIGURES, "pocketsphinx", 10.0))
    assert math.isnan(times_as_long(FIGURES, "random:wav2vec2-base", 5.0))


def test_every_figure_is_in_a_table():
    text = printed(*tables(FIGURES))
    assert "How many times as long" in text
    assert this_machine().processor.split()[0] in text
    for shown in ("10.00", "default fp16", "default/model.onnx", "100 GFLOP/s", "0.014", "1.50", "1.75", "2.25"):
        assert shown in text
    assert all(figure in text for figure in ("0.6543", "0.8765", "321"))
    assert "1250" in text and "5000" in text and "4000" not in text  # one clip, and the best number of clips
    assert "8.0*" in text and "3.0*" not in text and "20.0*" not in text
    assert "nan" not in text


def test_the_plot_is_a_picture(tmp_path):
    pytest.importorskip("matplotlib")
    silent = timing("random:wav2vec2-base", 1, 5.0, math.nan)
    figures = dataclasses.replace(FIGURES, timings=(*FIGURES.timings, silent))
    path = write(figures, tmp_path / "images" / "latency.png")
    assert path.read_bytes().startswith(b"\x89PNG")


def test_history_gets_one_line_a_measurement_and_no_nan(tmp_path):
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    for _ in range(2):
        path = record("latency", FIGURES, options=LatencyOptions(), now=now, folder=tmp_path / "history")
    lines = [json.loads(line, parse_constant=pytest.fail) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 2
    assert lines[0]["measured_at"] == "2026-01-02T03:04:05+00:00"
    assert lines[0]["warm_median_s"] == 0.07
    assert lines[0]["timings"][-1]["p50_s"] is None
    assert lines[0]["machine"]["cores"] >= 1
    assert (lines[0]["options"]["runs"], lines[0]["options"]["manifest"]) == (100, "manifest.tsv")


def test_a_small_run_measures_the_embedded_model(monkeypatch):
    monkeypatch.setattr(processes, "watch", lambda _: (1.25, 200.0))
    monkeypatch.setattr(latency, "measure_rates", lambda threads: Rates(threads, 100.0, 10.0))
    found = measure(LatencyOptions(seconds=(1.0, 2.0), threads=(1,), runs=2, cold_runs=1))
    assert found.model.startswith("default ")
    assert found.clip_s == 2.0
    assert [(one.system, one.clip_s, one.runs, one.failures) for one in found.timings] == [
        ("default", 1.0, 2, 0),
        ("default", 2.0, 2, 0),
    ]
    assert found.warm_median_s == found.timings[1].p50_s > 0
    assert (found.cold_median_s, found.warm_peak_mb) == (1.25, 200.0)
    assert len(found.floors) == 2
    assert any(network.name == "default/model.onnx" for network in found.floors[0].networks)
    assert found.floors[1].ratio == pytest.approx(found.warm_median_s / found.floors[1].seconds)
    assert found.floors[0].seconds < found.floors[1].seconds
    assert found.floors[1].ratio_every_core > 0
    assert [length for length, _ in found.processes[0].cold_s] == ["2 s", "1 s"]
    if not found.shared:
        assert any("Runs on cuda are left out." in sentence for sentence in found.missing)


def test_without_the_first_model_there_is_nothing_to_measure(monkeypatch):
    monkeypatch.setattr(latency, "open_systems", lambda *_, **__: ((), ("pocketsphinx is left out.",)))
    with pytest.raises(ValueError, match="pocketsphinx is left out"):
        measure(LatencyOptions(models=("pocketsphinx",)))


def test_options_take_several_weights_and_refuse_unknown_ones(capsys):
    def read(*arguments):
        return read_options(LatencyOptions, arguments, program="lafal bench latency", about="")[0]

    options = read("--weights", "fp16", "int8", "--seconds", "1", "2.5", "--models", "default", "pocketsphinx")
    assert options.weights == ("fp16", "int8")
    assert options.seconds == (1.0, 2.5)
    assert options.models == ("default", "pocketsphinx")
    with pytest.raises(SystemExit):
        read("--weights", "int4")
    assert "int4" in capsys.readouterr().err
