import sys
from pathlib import Path

import pytest

from benchmarks import sharing
from benchmarks.clips import Clip, write_clip
from benchmarks.readings import MANIFEST
from benchmarks.sharing import measure_sharing
from benchmarks.systems import Lafal, open_systems


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.wav"
    return Clip(path, write_clip(path, MANIFEST, seconds=1.0), 1.0)


def test_each_number_of_clips_is_timed_in_one_run(clip, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setattr(sharing, "SIZES", (1, 3))
    (system, *_), _ = open_systems(["default"], threads=(1,), folder=clip.path.parent)
    peer = type("Peer", (), {"name": "pocketsphinx", "model": "pocketsphinx"})
    found, missing = measure_sharing([system, peer], [clip], device="cpu", runs=2)
    assert missing == ()
    assert [(one.system, one.device, one.clip_s, one.clips, one.runs) for one in found] == [
        ("default", "cpu", 1.0, 1, 2),
        ("default", "cpu", 1.0, 3, 2),
    ]
    assert all(one.audio_per_s == pytest.approx(one.clips / one.run_median_s) for one in found)


@pytest.mark.parametrize("without", ["torch", "card"])
def test_without_a_card_or_torch_a_sentence_says_so(clip, monkeypatch, without):
    torch = pytest.importorskip("torch")
    if without == "torch":
        monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    system = Lafal(name="default", model=str(Path("models/default").resolve()), threads=1, assessor=None)
    found, (sentence,) = measure_sharing([system], [clip], device="cuda", runs=1)
    assert found == ()
    assert sentence.startswith("Runs on cuda are left out.")
    assert ("“torch”" if without == "torch" else "“cuda”") in sentence
