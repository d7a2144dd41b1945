import json
import sys
from pathlib import Path

import pytest

from benchmarks.clips import Clip, write_clip
from benchmarks.peers import open_pocketsphinx
from benchmarks.readings import MANIFEST
from benchmarks.systems import NoVerdict, open_systems
from benchmarks.untrained import write_untrained
from speech.acoustic import load_acoustic
from speech.torch_network import TorchAcoustic

TINY = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "conv_dim": (16,) * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
}


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("clip") / "clip.wav"
    return Clip(path, write_clip(path, MANIFEST, seconds=2.0), 2.0)


def test_the_embedded_model_is_there_once_for_each_number_of_threads(clip, tmp_path):
    systems, missing = open_systems(["default"], threads=(1, 2), folder=tmp_path)
    assert [(system.name, system.threads) for system in systems] == [("default", 1), ("default", 2)]
    assert missing == ()
    stages_ms = systems[1].judge(clip)
    assert {"audio", "acoustic", "align", "total"} <= stages_ms.keys()


def test_torch_runs_the_embedded_model_where_it_is_asked_to(clip, tmp_path):
    pytest.importorskip("torch")
    (system,), _ = open_systems(["torch:default"], threads=(1,), folder=tmp_path)
    assert (system.name, system.model, system.is_embedded) == ("torch:default", "torch:default", False)
    assert isinstance(system.assessor.acoustic, TorchAcoustic)
    assert system.judge(clip)["acoustic"] > 0


def test_a_clip_that_cannot_be_judged_is_no_verdict(clip, tmp_path):
    (system,), _ = open_systems(["default"], threads=(1,), folder=tmp_path)
    with pytest.raises(NoVerdict, match="file_missing"):
        system.judge(Clip(Path("nowhere.wav"), clip.text, 2.0))


@pytest.mark.parametrize(
    ("name", "package"), [("pocketsphinx", "pocketsphinx"), ("random:wav2vec2-base", "transformers")]
)
def test_what_needs_a_missing_package_is_left_out_with_a_sentence(monkeypatch, tmp_path, name, package):
    monkeypatch.setitem(sys.modules, package, None)
    systems, (sentence,) = open_systems([name], threads=(1,), folder=tmp_path)
    assert systems == ()
    assert f"{name} is left out." in sentence
    assert f"“{package}”" in sentence
    assert "pip install" in sentence


def test_an_untrained_network_runs_through_the_pipeline(clip, tmp_path):
    pytest.importorskip("transformers")
    folder = write_untrained("wav2vec2-base", tmp_path, shape=TINY)
    assert load_acoustic(folder).posteriors(clip_samples(clip)).ctc.shape[1] == 40
    (system,), _ = open_systems([str(folder)], threads=(1,), folder=tmp_path)
    assert system.judge(clip)["acoustic"] > 0


@pytest.mark.parametrize("kind", ["hubert", "wavlm"])
def test_an_untrained_network_is_made_from_any_configuration(clip, tmp_path, kind):
    pytest.importorskip("transformers")
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"model_type": kind, "vocab_size": 9, "feat_extract_norm": "layer", **TINY}))
    (system,), _ = open_systems([f"random:{config}"], threads=(1,), folder=tmp_path / "made")
    assert system.assessor.acoustic.posteriors(clip_samples(clip)).ctc.shape[1] == 40
    assert system.assessor.acoustic.model.config.model_type == kind


def clip_samples(clip):
    import soundfile

    return soundfile.read(clip.path, dtype="float32")[0]


def test_an_unknown_size_is_refused(tmp_path):
    with pytest.raises(ValueError, match="wav2vec2-base, wav2vec2-large"):
        write_untrained("wav2vec2-huge", tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ValueError, match="of wav2vec2, hubert, wavlm"):
        write_untrained(str(tmp_path / "config.json"), tmp_path)


def test_pocketsphinx_aligns_and_hears_and_says_when_it_cannot(clip):
    pytest.importorskip("pocketsphinx")
    peer = open_pocketsphinx()
    stages_ms = peer.judge(clip)
    assert list(stages_ms) == ["audio", "align words", "align phones", "phone loop", "total"]
    assert stages_ms["total"] == pytest.approx(sum(list(stages_ms.values())[:-1]))
    with pytest.raises(NoVerdict):
        peer.judge(Clip(clip.path, "Zzyzxq is daily.", 2.0))
    assert peer.judge(clip)["total"] > 0
