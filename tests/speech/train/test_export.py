import json

import numpy as np
import onnx
import pytest
import torch

from speech.acoustic import load_acoustic
from speech.samples import clean
from speech.train import checkpoint
from speech.train.export import ExportConfig, Listener, differences, export
from speech.train.network import Network, NetworkConfig

TINY = NetworkConfig(width=16, blocks=2, kernel=5, squeeze=4)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    torch.manual_seed(0)
    network = Network(TINY)
    path = tmp_path_factory.mktemp("run") / checkpoint.NAME
    average = [weight.detach() + 0.01 for weight in network.parameters()]
    checkpoint.save(path, network, torch.optim.AdamW(network.parameters()), average, facts={"step": 3})
    return path


def test_graph_agrees_with_torch_and_the_product_reads_it(saved, tmp_path):
    exported = export(ExportConfig(checkpoint=saved, folder=tmp_path, name="tiny", version="1"))
    assert exported.largest_difference < 1e-3
    assert exported.mean_difference < exported.largest_difference
    acoustic = load_acoustic(tmp_path)
    samples = (0.1 * np.random.default_rng(1).standard_normal(24_000)).astype(np.float32)
    heard = acoustic.posteriors(samples)
    with torch.inference_mode():
        ctc, frame, hidden = Listener(checkpoint.load_network(saved)).eval()(
            torch.from_numpy(clean(samples, shortest_s=0.0))[None]
        )
    np.testing.assert_allclose(heard.ctc, ctc[0], atol=1e-3)
    np.testing.assert_allclose(heard.frame, frame[0], atol=1e-3)
    np.testing.assert_allclose(heard.hidden, hidden[0], atol=1e-3)
    assert (heard.period_s, heard.offset_s) == (0.02, 0.0125)
    assert json.loads((tmp_path / "config.json").read_text())["name"] == "tiny"


def test_half_precision_is_smaller_and_close(saved, tmp_path):
    whole = export(ExportConfig(checkpoint=saved, folder=tmp_path / "whole", name="tiny", version="1"))
    half = export(ExportConfig(checkpoint=saved, folder=tmp_path / "half", name="tiny", version="1", weights="fp16"))
    matrices = [weight for weight in checkpoint.load_network(saved).parameters() if weight.numel() >= 1024]
    saved_megabytes = 2e-6 * sum(weight.numel() for weight in matrices)
    assert whole.megabytes - half.megabytes == pytest.approx(saved_megabytes, rel=0.2)
    assert half.largest_difference < 0.02


def test_eight_bits_are_smaller_still_and_near(saved, tmp_path):
    half = export(ExportConfig(checkpoint=saved, folder=tmp_path / "half", name="tiny", version="1", weights="fp16"))
    eight = export(ExportConfig(checkpoint=saved, folder=tmp_path / "eight", name="tiny", version="1", weights="int8"))
    nodes = {node.op_type for node in onnx.load(str(eight.graph)).graph.node}
    assert "MatMulInteger" in nodes
    assert half.mean_difference < eight.mean_difference < 1e-2
    assert load_acoustic(tmp_path / "eight").posteriors(np.zeros(16_000, np.float32)).ctc.shape == (49, 40)


def test_a_different_network_is_noticed(saved, tmp_path):
    export(ExportConfig(checkpoint=saved, folder=tmp_path, name="tiny", version="1"))
    other = Listener(checkpoint.load_network(saved, averaged=False)).eval()
    largest, mean = differences(other, tmp_path / "model.onnx")
    assert largest > 2e-3
    assert largest > mean > 1e-5
