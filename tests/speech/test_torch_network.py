import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from phonemes.resources import folder
from speech import checkpoints
from speech.acoustic import OnnxAcoustic, load_acoustic
from speech.batching import BatchingAcoustic
from speech.errors import BrokenModel, ExtraNotInstalled, TooShort, WrongRuntime
from speech.settings import Runtime, Settings
from speech.torch_network import TorchAcoustic, load_network
from speech.train.export import Listener, _store_in_half, _write_graph
from speech.train.network import Network, NetworkConfig

DEFAULT = folder("models") / "default"
IN_TORCH = Settings(runtime=Runtime.TORCH, device="cpu")


def noise(seconds: float, *, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).normal(size=round(seconds * 16_000)) * 0.1).astype(np.float32)


@pytest.fixture
def in_torch() -> TorchAcoustic:
    acoustic = load_acoustic(settings=IN_TORCH)
    assert isinstance(acoustic, TorchAcoustic)
    return acoustic


def copied(where: Path, graph: "onnx.ModelProto | None" = None) -> Path:
    where.mkdir()
    shutil.copy(DEFAULT / "config.json", where)
    if graph is not None:
        onnx.save(graph, where / "model.onnx")
    return where


@pytest.mark.parametrize("seconds", [0.036, 1.0, 2.37])
def test_torch_says_what_onnxruntime_says(in_torch: TorchAcoustic, seconds: float) -> None:
    in_onnx = load_acoustic()
    assert isinstance(in_onnx, OnnxAcoustic)
    assert (in_torch.name, in_torch.version) == (in_onnx.name, in_onnx.version)
    one, other = in_onnx.posteriors(noise(seconds)), in_torch.posteriors(noise(seconds))
    assert (one.period_s, one.offset_s) == (other.period_s, other.offset_s)
    assert one.frame is not None and other.frame is not None
    for left, right in ((one.ctc, other.ctc), (one.frame, other.frame)):
        assert np.abs(np.exp(left) - np.exp(right)).max() < 1e-4
    assert np.abs(one.hidden - other.hidden).max() < 1e-3


def test_clips_of_several_lengths_share_a_run(in_torch: TorchAcoustic) -> None:
    clips = [in_torch.prepare(noise(seconds, seed=seed)) for seed, seconds in enumerate((1.0, 1.23, 1.117))]
    for alone, shared in zip([in_torch.batch([clip])[0] for clip in clips], in_torch.batch(clips), strict=True):
        assert alone.ctc.shape == shared.ctc.shape
        assert np.abs(np.exp(alone.ctc) - np.exp(shared.ctc)).max() < 1e-4


def test_less_than_a_frame_is_too_short(in_torch: TorchAcoustic) -> None:
    with pytest.raises(TooShort):
        in_torch.posteriors(noise(0.02))


@pytest.mark.parametrize("in_half", [False, True])
@pytest.mark.parametrize(
    "config",
    [NetworkConfig(width=64, blocks=2, squeeze=4, attention=1), NetworkConfig(width=32, blocks=3, kernel=5, pace=2)],
    ids=["squeezed", "paced"],
)
def test_every_shape_that_is_exported_can_be_read(tmp_path: Path, config: NetworkConfig, in_half: bool) -> None:
    torch.manual_seed(0)
    exported = Listener(Network(config)).eval()
    with torch.no_grad():
        for weight in exported.network.parameters():  # equal ones, as before training, export would write once
            weight += 0.1 * torch.randn_like(weight)
    where = copied(tmp_path / "model")
    _write_graph(exported, where / "model.onnx", weights="fp32")
    if in_half:
        graph = onnx.load(where / "model.onnx")
        _store_in_half(graph)
        onnx.save(graph, where / "model.onnx")
    again = load_network(where, device="cpu", threads=1)
    with torch.inference_mode():
        wanted, *_ = exported(torch.from_numpy(again.prepare(noise(1.0)))[None])
    assert np.abs(np.exp(again.posteriors(noise(1.0)).ctc) - wanted[0].exp().numpy()).max() < (
        5e-3 if in_half else 1e-5
    )


def test_a_graphics_card_shares_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "choose_device", lambda _: "meta")
    assert isinstance(load_acoustic(settings=Settings(runtime=Runtime.TORCH, device="cuda")), BatchingAcoustic)


def test_other_graphs_are_refused(tmp_path: Path) -> None:
    graph = onnx.load(DEFAULT / "model.onnx")
    for weight in graph.graph.initializer:
        if weight.name == "network.blocks.3.widen.bias":
            weight.CopyFrom(numpy_helper.from_array(np.zeros(7, np.float32), weight.name))
    foreign = onnx.load(DEFAULT / "model.onnx")
    del foreign.graph.initializer[:]
    for name, content in (("bent", graph), ("foreign", foreign)):
        with pytest.raises(WrongRuntime):
            load_acoustic(copied(tmp_path / name, content), settings=IN_TORCH)


def test_a_damaged_graph_is_broken(tmp_path: Path) -> None:
    where = copied(tmp_path / "model")
    (where / "model.onnx").write_bytes((DEFAULT / "model.onnx").read_bytes()[:5000])
    with pytest.raises(BrokenModel):
        load_acoustic(where, settings=IN_TORCH)


@pytest.mark.parametrize("package", ["torch", "onnx"])
def test_what_torch_needs_is_named(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ExtraNotInstalled, match=f"“{package}”"):
        load_network(DEFAULT, device="cpu", threads=1)


def test_onnxruntime_runs_no_checkpoint() -> None:
    with pytest.raises(WrongRuntime, match="owner/name"):
        load_acoustic("owner/name", settings=Settings(runtime=Runtime.ONNX))
