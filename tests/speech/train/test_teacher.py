import json
import shutil

import numpy as np
import pytest
import soundfile
import torch
import transformers

from phonemes.inventory import BLANK, COLUMN, PHONES
from speech.acoustic import load_acoustic
from speech.results import Posteriors
from speech.settings import Settings
from speech.train import corpus, teacher
from speech.train.acoustic import LOG_NAME, TrainConfig, _read_material, train
from speech.train.augment import NO_AUGMENTATION, AugmentConfig, augment
from speech.train.batches import pad
from speech.train.corpus import Utterance
from speech.train.network import Network, NetworkConfig
from speech.train.packing import feature_extractor, pack
from speech.train.pretrained import SYMBOLS
from speech.train.teacher import SMALLEST_NATS, key_of, listen, on_network_frames, teacher_loss, teacher_targets

SIZE = {"vocab_size": 40, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 48}
SIZE |= {"conv_dim": (8,) * 7, "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 2, "pad_token_id": 0}
COLUMNS = ("corpus", "utterance", "speaker", "age", "path", "text", "phones", "phone_scores")
LENGTHS = (16_000, 9_999, 300, 12_345, 20_001)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A network that has opinions: its output layer is scaled up."""
    where = tmp_path_factory.mktemp("teacher")
    torch.manual_seed(5)
    model = transformers.Wav2Vec2ForCTC(transformers.Wav2Vec2Config(**SIZE))
    with torch.no_grad():
        model.lm_head.weight.mul_(40)
    model.save_pretrained(where)
    transformers.Wav2Vec2FeatureExtractor().save_pretrained(where)
    (where / "vocab.json").write_text(json.dumps({symbol: column for column, symbol in enumerate(SYMBOLS)}))
    return where


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    """Five recordings; the third is too short for the teacher, the fourth nobody transcribed."""
    folder = tmp_path_factory.mktemp("speech")
    chance = np.random.default_rng(0)
    rows = ["\t".join(COLUMNS)]
    for number, length in enumerate(LENGTHS):
        tone = np.sin(np.cumsum(chance.uniform(0.05, 0.8, length // 1600 + 1).repeat(1600)[:length]))
        soundfile.write(folder / f"{number}.wav", 0.3 * tone + 0.01 * chance.standard_normal(length), 16_000)
        corpus_name, phones = ("unlabelled", "") if number == 3 else ("libri", "SH IY")
        rows.append("\t".join((corpus_name, str(number), "s", "", f"{number}.wav", "", phones, "")))
    (folder / "manifest.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder / "manifest.tsv"


def utterances():
    """What the manifest holds."""
    return [
        Utterance("unlabelled" if n == 3 else "libri", str(n), "s", () if n == 3 else ("SH", "IY")) for n in range(5)
    ]


def hear(checkpoint, manifest, folder, wanted):
    return listen(str(checkpoint), [manifest], folder, utterances=wanted, device="cpu", threads=torch.get_num_threads())


def test_the_teacher_hears_each_recording_once_and_goes_on_where_it_stopped(
    checkpoint, manifest, tmp_path, monkeypatch
):
    monkeypatch.setattr(teacher, "_SHARD_RECORDINGS", 2)
    listened = []
    heard_by = teacher._heard

    def counting(model, path):
        if len(listened) == 3:
            listened.append("stopped")
            raise KeyboardInterrupt
        listened.append(path.name)
        return heard_by(model, path)

    monkeypatch.setattr(teacher, "_heard", counting)
    with pytest.raises(KeyboardInterrupt):
        hear(checkpoint, manifest, tmp_path, utterances())
    heard = hear(checkpoint, manifest, tmp_path, utterances())
    assert listened == ["0.wav", "1.wav", "2.wav", "stopped", "2.wav", "4.wav", "3.wav"]
    assert {name: len(heard[name]) for name in heard} == {
        key_of(one): (length - 400) // 320 + 1
        for one, length in zip(utterances(), LENGTHS, strict=True)
        if length > 400
    }
    again = hear(checkpoint, manifest, tmp_path, utterances()[:1])
    assert len(listened) == 7
    np.testing.assert_array_equal(again[key_of(utterances()[0])], heard[key_of(utterances()[0])])


def test_what_was_heard_is_what_the_teacher_says(checkpoint, manifest, tmp_path):
    heard = hear(checkpoint, manifest, tmp_path, utterances()[:1])
    samples, _ = soundfile.read(manifest.parent / "0.wav", dtype="float32")
    said = load_acoustic(checkpoint, settings=Settings(device="cpu", threads=torch.get_num_threads()))
    (rows,) = heard.values()
    assert rows.dtype == np.float16
    np.testing.assert_allclose(rows, np.maximum(said.posteriors(samples).ctc, SMALLEST_NATS), atol=0.01)


def test_recordings_that_are_not_those_of_the_features_are_noticed(checkpoint, manifest, tmp_path):
    with pytest.raises(ValueError, match="no utterance is in both"):
        hear(checkpoint, manifest, tmp_path, [Utterance("libri", "elsewhere", "s", ("SH",))])


def test_features_and_audio_name_an_utterance_alike(manifest, tmp_path):
    lines = [line for line in manifest.read_text().splitlines() if "2.wav" not in line]
    (tmp_path / "manifest.tsv").write_text("\n".join(lines) + "\n")
    for number in (0, 1, 3, 4):
        shutil.copy(manifest.parent / f"{number}.wav", tmp_path)
    pack(tmp_path / "manifest.tsv", tmp_path / "packed.npz")
    names = {key_of(utterance) for utterance in corpus.load(tmp_path / "packed.npz").utterances}
    assert names >= {key_of(utterances()[number]) for number in (0, 1, 4)}


def test_another_time_grid_is_interpolated():
    rows = np.full((20, 40), 1e-9, np.float32)
    rows[:, BLANK] = 1.0
    rows[10, [BLANK, COLUMN["SH"]]] = 0.0, 1.0  # sounds at 0.0175 + 10 * 0.02 = 0.2175 s
    late = Posteriors(np.log(np.maximum(rows, 1e-9)), None, np.zeros((20, 0)), period_s=0.02, offset_s=0.0175)
    heard = np.exp(on_network_frames(late, 6720).astype(np.float64))
    assert heard.shape == (20, 40)
    assert heard[10, COLUMN["SH"]] == pytest.approx(0.75, abs=0.01)
    assert heard[11, COLUMN["SH"]] == pytest.approx(0.25, abs=0.01)
    slow = Posteriors(late.ctc[::2], None, late.hidden[::2], period_s=0.04, offset_s=0.0125)
    assert np.exp(on_network_frames(slow, 6720).astype(np.float64))[:, COLUMN["SH"]].argmax() == 10


def test_targets_follow_the_features_in_time():
    """A band of noise sounds where the teacher says SH; after the change both are still at one place."""
    codes = np.zeros((200, 80), np.uint8)
    codes[99:120] = 40
    probabilities = np.zeros((100, 40), np.float32)
    probabilities[:, BLANK] = 1.0
    probabilities[50:60, [BLANK, COLUMN["SH"]]] = 0.0, 1.0
    energies, lengths = pad([codes] * 8, device=torch.device("cpu"))
    config = AugmentConfig(
        noise_share=0.0, babble_share=0.0, room_share=0.0, telephone_share=0.0, band_masks=0, time_masks=0
    )
    changed = augment(energies, lengths, config, torch.Generator().manual_seed(3))
    counts = ((changed.lengths + 1) // 2).tolist()
    logs = np.log(np.maximum(probabilities, 1e-6)).astype(np.float16)
    padding_s = [0.01 * padding for padding in changed.padding.tolist()]
    targets = teacher_targets([logs, None] * 4, counts, tempo=changed.tempo.tolist(), padding_s=padding_s)
    assert targets.shape == (8, max(counts), 40)
    assert len({*counts}) > 4
    for row in range(0, 8, 2):
        loud = np.maximum(changed.energies[row, : int(changed.lengths[row]) : 2].mean(1).numpy() / 20 - 0.05, 0.0)
        told = targets[row, : counts[row], COLUMN["SH"]]
        assert told.sum() == pytest.approx(10 / float(changed.tempo[row]), abs=0.6)
        assert _middle(told) == pytest.approx(_middle(loud), abs=0.3)
        np.testing.assert_allclose(targets[row, : counts[row]].sum(1), 1, atol=1e-3)
        assert targets[row, 0, BLANK] > 0.99
        assert not targets[row, counts[row] :].any()
        assert not targets[row + 1].any()


def _middle(weights):
    return (np.arange(len(weights)) * weights).sum() / weights.sum()


def test_without_a_teacher_there_are_no_targets():
    assert teacher_targets([None, None], [3, 4], tempo=[1.0, 1.0], padding_s=[0.0, 0.0]) is None


def test_the_loss_is_the_divergence_a_frame_that_was_heard():
    logits = torch.randn(2, 5, 40, generator=torch.Generator().manual_seed(1))
    log_probs = logits.log_softmax(-1)
    told = torch.zeros(2, 5, 40)
    told[0, :3] = torch.randn(3, 40, generator=torch.Generator().manual_seed(2)).softmax(-1)
    by_hand = torch.nn.functional.kl_div(log_probs[0, :3], told[0, :3], reduction="sum") / 3
    torch.testing.assert_close(teacher_loss(log_probs, told), by_hand)
    torch.testing.assert_close(teacher_loss(log_probs, log_probs.exp()), torch.tensor(0.0), atol=1e-5, rtol=0)
    assert float(teacher_loss(log_probs, torch.zeros(2, 5, 40))) == 0.0


def test_a_network_comes_to_hear_what_its_teacher_hears(checkpoint, manifest, tmp_path):
    heard = hear(checkpoint, manifest, tmp_path, utterances())
    chosen = [0, 1, 3, 4]  # the fourth nobody transcribed
    features = feature_extractor()
    codes = [corpus.encode(features(soundfile.read(manifest.parent / f"{n}.wav", dtype="float32")[0])) for n in chosen]
    energies, lengths = pad(codes, device=torch.device("cpu"))
    counts = ((lengths + 1) // 2).tolist()
    known = [heard[key_of(utterances()[n])] for n in chosen]
    targets = torch.from_numpy(teacher_targets(known, counts, tempo=[1.0] * 4, padding_s=[0.0] * 4))
    torch.manual_seed(1)
    network = Network(NetworkConfig(width=64, blocks=2, kernel=5, dropout=0.0))
    optimiser = torch.optim.AdamW(network.parameters(), lr=5e-3)
    losses = []
    for _ in range(60):
        loss = teacher_loss(network(energies, lengths).ctc, targets)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[0] > 0.5
    assert losses[-1] < 0.3 * losses[0]
    with torch.inference_mode():
        said = network.eval()(energies, lengths).ctc.argmax(-1)
    agreement = [(said[row, :count].numpy() == known[row].argmax(1)).mean() for row, count in enumerate(counts)]
    assert np.mean(agreement) > 0.6
    assert len(PHONES) + 1 == targets.shape[2]


def test_training_with_a_teacher_uses_speech_nobody_transcribed(checkpoint, manifest, tmp_path):
    for number in (0, 1, 3, 4):
        shutil.copy(manifest.parent / f"{number}.wav", tmp_path)
    lines = [line for line in manifest.read_text(encoding="utf-8").splitlines() if "2.wav" not in line]
    (tmp_path / "manifest.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    pack(tmp_path / "manifest.tsv", tmp_path / "packed.npz", unlabelled=True)
    corpus.write_folds({("libri", "x"): 0}, tmp_path / "folds.tsv")
    config = TrainConfig(
        features=(tmp_path / "packed.npz",),
        folds=tmp_path / "folds.tsv",
        run=tmp_path / "run",
        steps=30,
        network=NetworkConfig(width=64, blocks=2, kernel=5, dropout=0.0),
        augment=NO_AUGMENTATION,
        ctc_weight=0.0,
        inter_weight=0.0,
        batch_s=8.0,
        peak_rate=5e-3,
        warmup_steps=3,
        device="cpu",
        precision="fp32",
        realign_at=(0.5,),
        teacher=str(checkpoint),
        teacher_audio=(tmp_path / "manifest.tsv",),
    )
    material = _read_material(config)
    assert [len(source) for source in material.sources] == [0, 3, 0, 1]
    assert all(lesson.teacher is not None for source in material.sources for lesson in source)
    seconds = sum(LENGTHS[number] for number in (0, 1, 3, 4)) / 16_000
    summary = train(config)
    assert summary.steps == 30
    assert summary.hours_heard > 3 * seconds / 3600
    row = json.loads((tmp_path / "run" / LOG_NAME).read_text(encoding="utf-8").splitlines()[-1])
    assert 0 < row["teacher"] < 3
