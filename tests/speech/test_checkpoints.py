import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import numpy as np
import pytest
import torch
import transformers

from phonemes.inventory import COLUMN, PHONES, phone
from speech import checkpoints
from speech.acoustic import Acoustic, load_acoustic
from speech.checkpoints import CheckpointAcoustic
from speech.errors import BrokenModel, DeviceNotAvailable, ModelNotFound, TooShort, WrongVocabulary
from speech.samples import clean
from speech.settings import Settings

SYMBOLS = ["<pad>", "<s>", "</s>", "<unk>", *(phone(symbol).ipa for symbol in PHONES), "ɑːɹ", "ᵻ", "ɾ"]
SIZE = {"vocab_size": len(SYMBOLS), "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
SIZE |= {"intermediate_size": 48, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
CONVOLUTIONS = {"conv_dim": (8,) * 7, "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 2}
CPU = Settings(device="cpu")


def build(kind: str) -> Any:
    torch.manual_seed(5)
    match kind:
        case "wav2vec2":
            return transformers.Wav2Vec2ForCTC(transformers.Wav2Vec2Config(**SIZE, **CONVOLUTIONS))
        case "hubert":
            return transformers.HubertForCTC(transformers.HubertConfig(**SIZE, **CONVOLUTIONS))
        case "wavlm":
            return transformers.WavLMForCTC(transformers.WavLMConfig(**SIZE, **CONVOLUTIONS))
        case _:
            return transformers.Wav2Vec2BertForCTC(transformers.Wav2Vec2BertConfig(**SIZE))


def write(where: Path, model: Any, *, symbols: list[str] = SYMBOLS, do_normalize: bool = True) -> Path:
    model.save_pretrained(where)
    if model.config.model_type == "wav2vec2-bert":
        extractor = transformers.SeamlessM4TFeatureExtractor()
    else:
        extractor = transformers.Wav2Vec2FeatureExtractor(do_normalize=do_normalize)
    extractor.save_pretrained(where)
    vocabulary = {symbol: position for position, symbol in enumerate(symbols)}
    (where / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    return where


@pytest.fixture(scope="module", params=["wav2vec2", "hubert", "wavlm", "wav2vec2-bert"])
def checkpoint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp(request.param), build(request.param))


@pytest.fixture(scope="module")
def wav2vec2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("whole"), build("wav2vec2"))


@pytest.fixture
def copy(wav2vec2: Path, tmp_path: Path) -> Path:
    return shutil.copytree(wav2vec2, tmp_path / "copy")


@pytest.fixture(autouse=True)
def _same_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def noise(seconds: float, *, scale: float = 0.1) -> np.ndarray:
    return (np.random.default_rng(3).normal(size=round(seconds * 16_000)) * scale).astype(np.float32)


def test_every_architecture_gives_distributions_over_forty_columns(checkpoint: Path) -> None:
    acoustic = load_acoustic(checkpoint, settings=CPU)
    posteriors = acoustic.posteriors(noise(1.0))
    assert isinstance(acoustic, Acoustic)
    assert posteriors.ctc.shape == (49, 40)
    assert posteriors.ctc.dtype == posteriors.hidden.dtype == np.float32
    assert posteriors.hidden.shape == (49, 32)
    assert posteriors.frame is None
    assert posteriors.period_s == 0.02
    np.testing.assert_allclose(np.exp(posteriors.ctc.astype(np.float64)).sum(axis=1), 1, rtol=1e-5)


def test_the_folded_columns_are_those_of_the_whole_model(checkpoint: Path) -> None:
    acoustic = load_acoustic(checkpoint, settings=CPU)
    assert isinstance(acoustic, CheckpointAcoustic)
    inputs = acoustic.extractor(clean(noise(1.0), shortest_s=0.0), sampling_rate=16_000, return_tensors="pt")
    with torch.inference_mode():
        output = acoustic.model(**inputs, output_hidden_states=True)
    posteriors = acoustic.posteriors(noise(1.0))
    log_probs = torch.log_softmax(output.logits[0], dim=-1).numpy()
    sounds = log_probs[:, SYMBOLS.index(phone("SH").ipa)]
    # SH has no other symbol; what the compound ɑːɹ takes for its R is the same for every other column.
    shift = posteriors.ctc[:, COLUMN["SH"]] - sounds
    vowels = posteriors.ctc[:, COLUMN["IY"]] - log_probs[:, SYMBOLS.index(phone("IY").ipa)]
    np.testing.assert_allclose(shift, vowels, atol=1e-5)
    np.testing.assert_allclose(shift, 0, atol=0.1)
    np.testing.assert_allclose(posteriors.hidden, output.hidden_states[-1][0].numpy(), atol=1e-5)


@pytest.mark.parametrize(("said", "column"), [("ʃ", "SH"), ("ᵻ", "IH"), ("ɾ", "T"), ("ɑːɹ", "AA")])
def test_a_planted_symbol_wins_its_column(tmp_path: Path, said: str, column: str) -> None:
    model = build("wav2vec2")
    symbols = [SYMBOLS[0], *reversed(SYMBOLS[1:])]
    with torch.no_grad():
        model.lm_head.weight.zero_()
        model.lm_head.bias.copy_(torch.eye(len(symbols))[symbols.index(said)] * 12)
    acoustic = load_acoustic(write(tmp_path / "planted", model, symbols=symbols), settings=CPU)
    posteriors = acoustic.posteriors(noise(0.5))
    assert (posteriors.ctc.argmax(axis=1) == COLUMN[column]).all()


def test_frames_lie_where_the_network_listens(wav2vec2: Path, tmp_path: Path) -> None:
    posteriors = load_acoustic(wav2vec2, settings=CPU).posteriors(noise(0.5))
    assert posteriors.offset_s == pytest.approx(0.0125)  # 400 samples, the receptive field of wav2vec2
    spectral = load_acoustic(write(tmp_path / "bert", build("wav2vec2-bert")), settings=CPU)
    assert spectral.posteriors(noise(0.5)).offset_s == pytest.approx(0.0175)  # two windows of 25 ms, 10 ms apart


def test_one_frame_is_enough_and_less_is_too_short(checkpoint: Path) -> None:
    acoustic = load_acoustic(checkpoint, settings=CPU)
    assert isinstance(acoustic, CheckpointAcoustic)
    shortest = round(acoustic.timing.shortest_s * 16_000)
    assert len(acoustic.posteriors(noise(1)[:shortest]).ctc) == 1
    for samples in (0, shortest - 1):
        with pytest.raises(TooShort):
            acoustic.posteriors(noise(1)[:samples])


@pytest.mark.parametrize("do_normalize", [True, False])
def test_loudness_is_normalised_where_the_checkpoint_asks_for_it(tmp_path: Path, do_normalize: bool) -> None:
    acoustic = load_acoustic(write(tmp_path / "model", build("wav2vec2"), do_normalize=do_normalize), settings=CPU)
    quiet = noise(0.5, scale=1e-3)
    normal = (quiet - quiet.mean()) / quiet.std()
    assert isinstance(acoustic, CheckpointAcoustic)
    with torch.inference_mode():
        heard = {
            asked: acoustic.model.base_model(torch.from_numpy(samples)[None]).last_hidden_state[0].numpy()
            for asked, samples in ((True, normal), (False, quiet))
        }
    states = acoustic.posteriors(quiet).hidden
    assert np.abs(states - heard[do_normalize]).max() < 0.1 * np.abs(states - heard[not do_normalize]).max()


def test_silence_and_broken_samples_give_numbers(checkpoint: Path) -> None:
    acoustic = load_acoustic(checkpoint, settings=CPU)
    for sample in (0.0, np.nan, np.inf):
        assert np.isfinite(acoustic.posteriors(np.full(8_000, sample, np.float32)).ctc).all()


def test_threads_and_versions(copy: Path) -> None:
    first = load_acoustic(copy, settings=Settings(device="cpu", threads=1))
    assert torch.get_num_threads() == 1
    model = build("wav2vec2")
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.01)
    write(copy, model)
    second = load_acoustic(copy, settings=Settings(device="cpu", threads=2))
    assert torch.get_num_threads() == 2
    assert first.version != second.version
    assert first.name == second.name == str(copy)


def test_a_tokenizer_that_wants_espeak_is_not_asked(copy: Path) -> None:
    content = {"tokenizer_class": "Wav2Vec2PhonemeCTCTokenizer", "phonemizer_backend": "espeak", "do_phonemize": True}
    (copy / "tokenizer_config.json").write_text(json.dumps(content), encoding="utf-8")
    assert load_acoustic(copy, settings=CPU).posteriors(noise(0.5)).ctc.shape[1] == 40


def test_tokens_added_later_are_known(copy: Path) -> None:
    vocabulary = json.loads((copy / "vocab.json").read_text(encoding="utf-8"))
    added = {symbol: vocabulary.pop(symbol) for symbol in ("<s>", "</s>", "ɾ")}
    (copy / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    (copy / "added_tokens.json").write_text(json.dumps(added), encoding="utf-8")
    acoustic = load_acoustic(copy, settings=CPU)
    assert isinstance(acoustic, CheckpointAcoustic)
    assert acoustic.folding.columns[SYMBOLS.index("ɾ")] == COLUMN["T"]


@pytest.mark.parametrize(
    "vocabulary",
    [
        {symbol: position for position, symbol in enumerate(["<pad>", *"abcdefghijklmnopqrstuvwxyz|'"])},
        {"eng": {"a": 1}, "ind": {"b": 2}},
    ],
)
def test_letters_are_refused(copy: Path, vocabulary: dict[str, Any]) -> None:
    (copy / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    with pytest.raises(WrongVocabulary):
        load_acoustic(copy, settings=CPU)


@pytest.mark.parametrize("name", ["vocab.json", "preprocessor_config.json", "model.safetensors"])
@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_missing_and_damaged_files_are_named(copy: Path, name: str, damage: str) -> None:
    if damage == "missing":
        (copy / name).unlink()
    else:
        (copy / name).write_bytes((copy / name).read_bytes()[:40])
    with pytest.raises(BrokenModel) as caught:
        load_acoustic(copy, settings=CPU)
    assert {"vocab.json": "vocab", "preprocessor_config.json": "preprocessor"}.get(name, "weights") in str(caught.value)


def test_pickled_weights_are_not_opened(copy: Path) -> None:
    (copy / "model.safetensors").unlink()
    torch.save(build("wav2vec2").state_dict(), copy / "pytorch_model.bin")
    with pytest.raises(BrokenModel, match="safetensors"):
        load_acoustic(copy, settings=CPU)


def test_a_pretrained_network_without_its_output_layer_is_broken(copy: Path) -> None:
    (copy / "model.safetensors").unlink()
    config = (copy / "config.json").read_text(encoding="utf-8")
    build("wav2vec2").base_model.save_pretrained(copy)
    (copy / "config.json").write_text(config, encoding="utf-8")
    with pytest.raises(BrokenModel, match="lm_head"):
        load_acoustic(copy, settings=CPU)


@pytest.mark.parametrize("change", [{"model_type": "abacus"}, {"pad_token_id": None}, {"pad_token_id": 4_000}])
def test_a_wrong_config_is_a_broken_model(copy: Path, change: dict[str, Any]) -> None:
    config = json.loads((copy / "config.json").read_text(encoding="utf-8"))
    (copy / "config.json").write_text(json.dumps(config | change), encoding="utf-8")
    with pytest.raises(BrokenModel):
        load_acoustic(copy, settings=CPU)


def test_a_checkpoint_for_another_sample_rate_is_refused(copy: Path) -> None:
    transformers.Wav2Vec2FeatureExtractor(sampling_rate=8_000).save_pretrained(copy)
    with pytest.raises(BrokenModel, match="8000"):
        load_acoustic(copy, settings=CPU)


@pytest.mark.parametrize("device", ["cuda", "mps", "abacus"])
def test_a_device_that_is_not_there(wav2vec2: Path, device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(DeviceNotAvailable, match=device) as caught:
        load_acoustic(wav2vec2, settings=Settings(device=device))
    assert caught.value.code == "device_not_available"
    acoustic = load_acoustic(wav2vec2, settings=Settings(device="auto", threads=3))
    assert isinstance(acoustic, CheckpointAcoustic)
    assert acoustic.device == "cpu"


@pytest.mark.parametrize("package", ["torch", "transformers"])
def test_without_the_extra_the_message_names_it(wav2vec2: Path, package: str) -> None:
    code = (
        f"import sys; sys.modules['{package}'] = None\n"
        "from speech.acoustic import load_acoustic\n"
        "from speech.errors import ExtraNotInstalled\n"
        f"try: load_acoustic({str(wav2vec2)!r})\n"
        "except ExtraNotInstalled as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert package in done.stdout
    assert "lafal[models]" in done.stdout


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def test_offline_a_name_that_is_not_cached_fails_at_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(checkpoints, "_reachable", lambda _: pytest.fail("asked the network"))
    with pytest.raises(ModelNotFound, match="owner/offline"):
        load_acoustic("owner/offline", settings=CPU)


def test_a_hub_that_never_answers_is_given_up(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "_PROBE_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", address)
        started = time.monotonic()
        with pytest.raises(ModelNotFound, match="owner/silent"):
            load_acoustic("owner/silent", settings=CPU)
    assert time.monotonic() - started < 5


def test_a_cached_name_needs_no_network(wav2vec2: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "_reachable", lambda _: pytest.fail("asked the network"))
    repository = cache / "models--owner--cached"
    shutil.copytree(wav2vec2, repository / "snapshots" / ("0" * 40))
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("0" * 40, encoding="utf-8")
    acoustic = load_acoustic("owner/cached", settings=CPU)
    assert acoustic.name == "owner/cached"
    assert acoustic.posteriors(noise(0.5)).ctc.shape[1] == 40


def fake_hub(tmp_path: Path, *, converted: bool) -> SimpleNamespace:
    """A hub whose main revision is pickled, and whose pull request 12 may hold safetensors."""

    def snapshot_download(name: str, *, allow_patterns: list[str], revision: str = "main") -> str:
        assert not any(pattern.endswith(".bin") for pattern in allow_patterns)
        folder = tmp_path / revision.replace("/", "_")
        folder.mkdir()
        if revision == "refs/pr/12":
            (folder / "model.safetensors").touch()
        return str(folder)

    def get_repo_discussions(name: str, *, author: str, discussion_type: str) -> list[SimpleNamespace]:
        assert (author, discussion_type) == ("SFconvertbot", "pull_request")
        return [SimpleNamespace(num=12)] if converted else []

    return SimpleNamespace(
        snapshot_download=snapshot_download, HfApi=lambda: SimpleNamespace(get_repo_discussions=get_repo_discussions)
    )


@pytest.mark.parametrize(("converted", "folder"), [(True, "refs_pr_12"), (False, "main")])
def test_the_hubs_own_conversion_to_safetensors_is_taken(tmp_path: Path, converted: bool, folder: str) -> None:
    assert checkpoints._download("owner/pickled", fake_hub(tmp_path, converted=converted)) == tmp_path / folder
