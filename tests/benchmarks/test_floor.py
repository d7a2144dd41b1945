import math

import numpy as np
import onnxruntime
import pytest

from benchmarks.floor import Network, floor_of, networks_run
from benchmarks.rates import Rates, copy_rate, measure_rates, multiply_rate

onnx = pytest.importorskip("onnx")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402


def write_graph(path):
    """A convolution (1, 2, 10) -> (1, 3, 8) and a product of matrices (1, 3, 8) x (8, 5)."""
    kernel = numpy_helper.from_array(np.ones((3, 2, 3), np.float32), "kernel")
    matrix = numpy_helper.from_array(np.ones((8, 5), np.float32), "matrix")
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "kernel"], ["y"]), helper.make_node("MatMul", ["y", "matrix"], ["z"])],
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, None])],
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)],
        [kernel, matrix],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save_model(model, str(path))
    return path


def test_networks_are_caught_and_their_multiply_adds_counted(tmp_path):
    path = write_graph(tmp_path / "small.onnx")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    before = onnxruntime.InferenceSession.run

    def work():
        for _ in range(3):
            session.run(None, {"x": np.ones((1, 2, 10), np.float32)})

    (network,) = networks_run(work)
    once = 3 * 8 * 2 * 3 + 3 * 5 * 8
    assert (network.runs, network.multiply_adds) == (3, 3 * once)
    assert network.name.endswith("/small.onnx")
    assert network.stored_bytes == path.stat().st_size
    assert onnxruntime.InferenceSession.run is before


def test_where_no_network_runs_there_is_no_floor():
    with pytest.raises(RuntimeError, match="No network ran"):
        networks_run(lambda: None)


def test_the_floor_is_the_longer_of_arithmetic_and_reading():
    rates = Rates(1, gflops=100.0, gigabytes_per_s=10.0)
    busy = floor_of([Network("a", 1, 10**9, 10**7)], rates, clip_s=5.0, taken_s=0.1)
    assert (busy.arithmetic_s, busy.reading_s, busy.seconds) == pytest.approx((0.02, 0.001, 0.02))
    assert busy.ratio == pytest.approx(5.0)
    assert math.isnan(busy.ratio_every_core)
    two = floor_of(busy.networks, rates, clip_s=5.0, taken_s=0.1, every_core=Rates(2, 180.0, 10.0))
    assert (two.ratio, two.ratio_every_core) == pytest.approx((5.0, 9.0))
    large = floor_of([Network("a", 1, 10**6, 10**9)], rates, clip_s=5.0, taken_s=0.1)
    assert large.seconds == pytest.approx(0.1)


def test_the_machine_is_measured_in_a_process_of_its_own(monkeypatch):
    rates = measure_rates(1)
    assert rates.threads == 1
    assert 0.1 < rates.gflops < 1e5
    assert 0.1 < rates.gigabytes_per_s < 1e4
    monkeypatch.setattr("benchmarks.rates._TRY_S", 0.01)
    monkeypatch.setattr("benchmarks.rates._SIDES", (64,))
    monkeypatch.setattr("benchmarks.rates._COPIED_BYTES", 2**20)
    assert multiply_rate() > 0
    assert copy_rate() > 0


def test_a_recurrence_counts_every_step_and_an_addition_nothing():
    from benchmarks.floor import _multiply_adds

    assert _multiply_adds("LSTM", [(7, 1, 16), (1, 128, 16), (1, 128, 32)], [(7, 1, 1, 32)]) == 7 * 128 * (16 + 32)
    assert _multiply_adds("Gemm", [(4, 6), (6, 5)], [(4, 5)]) == 4 * 6 * 5
    assert _multiply_adds("Add", [(4, 6), (4, 6)], [(4, 6)]) == 0
