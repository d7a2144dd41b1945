import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from phonemes.inventory import COLUMN, PHONES
from phonemes.resources import folder
from speech.acoustic import Acoustic, OnnxAcoustic, load_acoustic
from speech.errors import BrokenModel, ModelNotFound, TooShort, WrongVocabulary
from speech.settings import Settings

HOP = 320


def noise(seconds: float, *, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).normal(size=round(seconds * 16_000)) * 0.1).astype(np.float32)


def write_model(where: Path, *, bias: np.ndarray, vocabulary: list[str], period_s: float = 0.02) -> Path:
    """Write a graph that says the same in every frame, whatever it hears, and has neither frame head nor states."""
    weights = numpy_helper.from_array(np.zeros((len(bias), 1, HOP), np.float32), "weights")
    nodes = [
        helper.make_node("Unsqueeze", ["waveform", "axis"], ["channels"]),
        helper.make_node("Conv", ["channels", "weights", "bias"], ["scores"], strides=[HOP]),
        helper.make_node("Transpose", ["scores"], ["frames"], perm=[0, 2, 1]),
        helper.make_node("LogSoftmax", ["frames"], ["ctc_log_probs"], axis=-1),
    ]
    graph = helper.make_graph(
        nodes,
        "constant",
        [helper.make_tensor_value_info("waveform", TensorProto.FLOAT, ["batch", "samples"])],
        [helper.make_tensor_value_info("ctc_log_probs", TensorProto.FLOAT, ["batch", "frames", len(bias)])],
        [
            weights,
            numpy_helper.from_array(bias.astype(np.float32), "bias"),
            numpy_helper.from_array(np.array([1]), "axis"),
        ],
    )
    where.mkdir(exist_ok=True)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, where / "model.onnx")
    write_config(where, vocabulary=vocabulary, period_s=period_s)
    return where


def write_config(where: Path, **changes: object) -> None:
    content: dict[str, object] = {
        "name": "planted",
        "version": "7",
        "sample_rate_hz": 16_000,
        "period_s": 0.02,
        "offset_s": 0.01,
        "shortest_s": 0.02,
        "vocabulary": ["<blank>", *PHONES],
    }
    (where / "config.json").write_text(json.dumps(content | changes), encoding="utf-8")


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    return write_model(tmp_path / "planted", bias=np.eye(40)[COLUMN["SH"]] * 9, vocabulary=["<blank>", *PHONES])


def test_the_embedded_model_gives_distributions_over_forty_columns() -> None:
    posteriors = load_acoustic().posteriors(noise(1.5))
    frames = len(posteriors.ctc)
    assert frames * posteriors.period_s == pytest.approx(1.5, abs=0.06)
    assert posteriors.ctc.shape == (frames, 40)
    assert posteriors.ctc.dtype == np.float32
    assert posteriors.hidden.shape[0] == frames
    np.testing.assert_allclose(np.exp(posteriors.ctc).sum(axis=1), 1, rtol=1e-4)
    if posteriors.frame is not None:
        assert posteriors.frame.shape == (frames, 40)
        np.testing.assert_allclose(np.exp(posteriors.frame).sum(axis=1), 1, rtol=1e-4)


def test_the_embedded_model_has_a_name_and_a_version() -> None:
    acoustic = load_acoustic()
    assert isinstance(acoustic, Acoustic)
    config = json.loads((folder("models") / "default" / "config.json").read_text(encoding="utf-8"))
    assert (acoustic.name, acoustic.version) == (config["name"], config["version"])


@pytest.mark.parametrize("sample", [0.0, np.nan, np.inf, 1.0])
def test_constant_or_broken_samples_still_give_numbers(sample: float) -> None:
    posteriors = load_acoustic().posteriors(np.full(8_000, sample, np.float32))
    assert np.isfinite(posteriors.ctc).all()
    assert np.isfinite(posteriors.hidden).all()


@pytest.mark.parametrize("samples", [0, 1, 400, 559])
def test_less_than_a_frame_is_too_short(samples: int) -> None:
    with pytest.raises(TooShort):
        load_acoustic().posteriors(np.zeros(samples, np.float32))


def test_the_shortest_recording_gives_one_frame() -> None:
    config = json.loads((folder("models") / "default" / "config.json").read_text(encoding="utf-8"))
    shortest = round(config["shortest_s"] * 16_000)
    assert len(load_acoustic().posteriors(noise(1)[:shortest]).ctc) >= 1


def test_a_recording_gives_the_same_from_many_threads() -> None:
    acoustic = load_acoustic()
    alone = acoustic.posteriors(noise(1.0)).ctc
    with ThreadPoolExecutor(4) as pool:
        for together in pool.map(lambda _: acoustic.posteriors(noise(1.0)).ctc, range(8)):
            np.testing.assert_array_equal(together, alone)


def test_a_model_is_loaded_once_and_again_when_its_files_change(planted: Path) -> None:
    first = load_acoustic(planted)
    assert load_acoustic(str(planted)) is first
    assert load_acoustic(planted, settings=Settings(threads=2)) is not first
    write_config(planted, version="8")
    assert load_acoustic(planted).version == "8"


def test_threads_follow_the_settings(planted: Path) -> None:
    acoustic = load_acoustic(planted, settings=Settings(threads=2))
    assert isinstance(acoustic, OnnxAcoustic)
    assert acoustic.session.get_session_options().intra_op_num_threads == 2


def test_a_folder_with_a_graph_needs_no_frame_head_and_no_states(planted: Path) -> None:
    posteriors = load_acoustic(planted).posteriors(noise(1.0))
    assert posteriors.frame is None
    assert posteriors.hidden.shape == (50, 0)
    assert (posteriors.ctc.argmax(axis=1) == COLUMN["SH"]).all()
    assert (posteriors.period_s, posteriors.offset_s) == (0.02, 0.01)


def test_the_order_of_the_vocabulary_in_the_config_is_followed(tmp_path: Path) -> None:
    vocabulary = ["<blank>", *reversed(PHONES)]
    bias = np.eye(40)[vocabulary.index("TH")] * 9
    model = write_model(tmp_path / "reversed", bias=bias, vocabulary=vocabulary, period_s=0.04)
    posteriors = load_acoustic(model).posteriors(noise(1.0))
    assert (posteriors.ctc.argmax(axis=1) == COLUMN["TH"]).all()
    assert posteriors.period_s == 0.04


def test_values_that_are_no_numbers_are_not_passed_on(tmp_path: Path) -> None:
    model = write_model(tmp_path / "nan", bias=np.full(40, np.nan), vocabulary=["<blank>", *PHONES])
    with pytest.raises(BrokenModel, match="no numbers"):
        load_acoustic(model).posteriors(noise(1.0))


@pytest.mark.parametrize("content", [b"", b"not a graph", None])
def test_a_damaged_graph_is_a_broken_model(planted: Path, content: bytes | None) -> None:
    graph = planted / "model.onnx"
    graph.write_bytes(graph.read_bytes()[:-600] if content is None else content)
    with pytest.raises(BrokenModel) as caught:
        load_acoustic(planted)
    assert caught.value.code == "broken_model"


def test_a_truncated_copy_of_the_embedded_model_is_broken(tmp_path: Path) -> None:
    shutil.copytree(folder("models") / "default", tmp_path / "copy")
    graph = tmp_path / "copy" / "model.onnx"
    graph.write_bytes(graph.read_bytes()[: graph.stat().st_size // 2])
    with pytest.raises(BrokenModel):
        load_acoustic(tmp_path / "copy")


def test_a_graph_with_other_outputs_is_a_broken_model(planted: Path) -> None:
    model = onnx.load(planted / "model.onnx")
    model.graph.output[0].name = model.graph.node[-1].output[0] = "logits"
    onnx.save(model, planted / "model.onnx")
    with pytest.raises(BrokenModel, match="ctc_log_probs"):
        load_acoustic(planted)


@pytest.mark.parametrize(
    "changes",
    [{"sample_rate_hz": 8_000}, {"vocabulary": 3}, {"period_s": "often"}, {"period_s": 0.0}, {"offset_s": None}],
)
def test_a_wrong_config_is_a_broken_model(planted: Path, changes: dict[str, object]) -> None:
    write_config(planted, **changes)
    with pytest.raises(BrokenModel, match=r"config\.json"):
        load_acoustic(planted)


@pytest.mark.parametrize("text", [None, "{", "[]", "{}"])
def test_a_missing_or_damaged_config_is_a_broken_model(planted: Path, text: str | None) -> None:
    config = planted / "config.json"
    if text is None:
        config.unlink()
    else:
        config.write_text(text, encoding="utf-8")
    with pytest.raises(BrokenModel, match=r"config\.json"):
        load_acoustic(planted)


def test_a_graph_that_writes_letters_is_refused(tmp_path: Path) -> None:
    model = write_model(tmp_path / "letters", bias=np.zeros(27), vocabulary=["<blank>", *"abcdefghijklmnopqrstuvwxyz"])
    with pytest.raises(WrongVocabulary):
        load_acoustic(model)


@pytest.mark.parametrize("name", ["defualt", "/nowhere/at/all", "./nowhere", "", "../models", "owner/name/more"])
def test_no_such_model(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ModelNotFound, BrokenModel)) as caught:
        load_acoustic(name)
    assert name in caught.value.sentence


def test_an_empty_folder_is_a_broken_model(tmp_path: Path) -> None:
    with pytest.raises(BrokenModel, match="neither"):
        load_acoustic(tmp_path)


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_loads_nothing_heavy() -> None:
    heavy = "{'onnxruntime', 'torch', 'transformers', 'jiwer'}"
    code = f"import sys, speech.acoustic, speech.recognise; print(sorted({heavy} & set(sys.modules)))"
    assert run_python(code).strip() == "[]"


def test_the_embedded_model_needs_no_torch() -> None:
    code = (
        "import sys, numpy as np\n"
        "sys.modules.update(torch=None, transformers=None)\n"
        "from speech.acoustic import load_acoustic\n"
        "print(load_acoustic().posteriors(np.zeros(16_000, np.float32)).ctc.shape[1])"
    )
    assert run_python(code).strip() == "40"
