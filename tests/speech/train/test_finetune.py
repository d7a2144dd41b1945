import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile
import torch
import transformers
from safetensors.torch import load_file, save_file

from phonemes.inventory import COLUMN, PHONES, phone
from speech.acoustic import load_acoustic
from speech.commands.configured import read_options
from speech.errors import BrokenModel, ModelNotFound
from speech.settings import Settings
from speech.train import corpus, finetune, pretrained, sounds
from speech.train.acoustic import LOG_NAME
from speech.train.evaluation import greedy
from speech.train.finetune import CHECKPOINT, MODEL, FinetuneConfig
from speech.train.waveforms import UNCHANGED, WaveformAugmentConfig, read_samples

SIZE = {"vocab_size": 32, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48}
SIZE |= {"conv_dim": (8,) * 7, "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 2}
KINDS = {
    "wav2vec2": (transformers.Wav2Vec2Config, transformers.Wav2Vec2ForCTC, transformers.Wav2Vec2ForPreTraining),
    "hubert": (transformers.HubertConfig, transformers.HubertForCTC, transformers.HubertModel),
    "wavlm": (transformers.WavLMConfig, transformers.WavLMForCTC, transformers.WavLMModel),
}
COLUMNS = ("corpus", "utterance", "speaker", "age", "path", "text", "phones", "phone_scores")
CPU = Settings(device="cpu", threads=torch.get_num_threads())


def write_pretrained(where, kind):
    """A network that listens but writes nothing yet, as its makers publish it."""
    torch.manual_seed(5)
    config, _, body = KINDS[kind]
    body(config(**SIZE)).save_pretrained(where)
    transformers.Wav2Vec2FeatureExtractor(do_normalize=True).save_pretrained(where)
    return where


def spoken(phones, chance):
    """A made-up language: every phone is a tone of its own, 100 ms long, between two pauses."""
    tones = [np.sin(2 * np.pi * (200 + 90 * PHONES.index(one)) * np.arange(1600) / 16_000) for one in phones]
    samples = np.concatenate([np.zeros(1600), *tones, np.zeros(1600)])
    return (0.3 * samples + 0.003 * chance.standard_normal(len(samples))).astype(np.float32)


def write_speech(folder, *, speakers=4, each=2):
    chance = np.random.default_rng(0)
    rows = ["\t".join(COLUMNS)]
    for number in range(speakers * each):
        phones = [PHONES[place] for place in chance.integers(0, len(PHONES), 5)]
        soundfile.write(folder / f"{number}.wav", spoken(phones, chance), 16_000)
        scores = "2 2 2 2 0" if number == 1 else ""
        row = ("made", str(number), f"s{number % speakers}", "", f"{number}.wav", "", " ".join(phones), scores)
        rows.append("\t".join(row))
    rows.append("\t".join(("unlabelled", "u", "s9", "", "0.wav", "", "", "")))
    (folder / "manifest.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    corpus.write_folds({("made", "s0"): 0, ("made", "s1"): 1}, folder / "folds.tsv")
    return folder / "manifest.tsv"


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("speech")
    return FinetuneConfig(
        init=str(write_pretrained(folder / "wav2vec2", "wav2vec2")),
        audio=(write_speech(folder),),
        folds=folder / "folds.tsv",
        run=folder / "run",
        steps=4,
        batch_s=2.0,
        peak_rate=3e-3,
        warmup_steps=5,
        device="cpu",
        precision="fp32",
        readers=2,
    )


@pytest.mark.parametrize(
    ("kind", "steps", "falls_to"), [("wav2vec2", 100, 0.15), ("hubert", 12, 0.8), ("wavlm", 12, 0.8)]
)
def test_two_utterances_are_learnt_and_the_folder_is_a_model(kind, steps, falls_to, config, tmp_path, monkeypatch):
    speech = tmp_path / "speech"
    speech.mkdir()
    two = replace(
        config,
        init=str(write_pretrained(tmp_path / kind, kind)),
        audio=(write_speech(speech, speakers=2, each=1),),
        held_out_folds=(5,),
        run=tmp_path / "run",
        augment=UNCHANGED,
        freeze_feature_encoder=False,
        hidden_share=0.0,
        peak_rate=1e-2,
        steps=steps,
    )
    losses = []
    step = finetune._Run._step
    monkeypatch.setattr(finetune._Run, "_step", lambda run, batches: losses.append(step(run, batches)) or losses[-1])
    summary = finetune.finetune(two)
    assert summary.steps == len(losses) == steps
    assert summary.error_rates == {}
    assert losses[-1] < falls_to * losses[0]
    posteriors = load_acoustic(summary.model, settings=CPU).posteriors(read_samples(speech / "0.wav"))
    assert posteriors.ctc.shape == (34, 40)
    np.testing.assert_allclose(np.exp(posteriors.ctc).sum(1), 1, rtol=1e-4)
    if steps > 50:
        phones = (speech / "manifest.tsv").read_text().splitlines()[1].split("\t")[6]
        assert greedy(posteriors.ctc) == [COLUMN[one] for one in phones.split()]


@pytest.mark.parametrize("stop", [1, 3])
def test_resuming_is_as_if_nothing_had_happened(config, tmp_path, monkeypatch, stop):
    whole, halves = (replace(config, accumulate=2, run=tmp_path / name) for name in ("whole", "halves"))
    first = finetune.finetune(whole)
    look_up = finetune._Run._look_up

    def stopping(run, before_s):
        look_up(run, before_s)
        if run.progress.step == stop:
            run._save()
            raise KeyboardInterrupt

    monkeypatch.setattr(finetune._Run, "_look_up", stopping)
    with pytest.raises(KeyboardInterrupt):
        finetune.finetune(halves)
    monkeypatch.undo()
    second = finetune.finetune(halves, resume=True)
    assert (second.steps, second.hours_heard, second.error_rates) == (4, first.hours_heard, first.error_rates)
    weights, resumed = (load_file(run.run / CHECKPOINT) for run in (whole, halves))
    assert weights.keys() == resumed.keys()
    assert all(torch.equal(value, resumed[name]) for name, value in weights.items())


def test_held_out_speakers_are_never_read_in_training(config, tmp_path, monkeypatch):
    read = {"training": set(), "evaluation": set()}
    for module, place in ((sounds, "training"), (finetune, "evaluation")):
        monkeypatch.setattr(module, "read_samples", _noting(read[place]))
    summary = finetune.finetune(replace(config, held_out_folds=(0, 1), run=tmp_path))
    assert read["evaluation"] == {"0.wav", "4.wav"}
    assert read["training"] == {"2.wav", "6.wav", "3.wav", "7.wav"}
    assert set(summary.error_rates) == {"made"}
    row = json.loads((tmp_path / LOG_NAME).read_text().splitlines()[-1])
    assert row["per_made"] == pytest.approx(summary.error_rates["made"], abs=1e-4)
    assert row["step"] == 4


def _noting(names):
    def read(path):
        names.add(path.name)
        return read_samples(path)

    return read


def test_only_what_may_learn_does(config, tmp_path):
    before, _ = pretrained.load_pretrained(config.init)
    finetune.finetune(replace(config, run=tmp_path))
    after, _ = pretrained.load_pretrained(str(tmp_path / MODEL))
    old, new = before.state_dict(), after.state_dict()
    changed = {name for name in old if not torch.equal(old[name], new[name])}
    assert not any("feature_extractor" in name for name in changed)
    assert {"wav2vec2.masked_spec_embed", "wav2vec2.feature_projection.projection.weight"} <= changed


def test_a_head_that_writes_phones_is_where_the_new_one_starts(tmp_path):
    symbols = ["<pad>", *(phone(one).ipa for one in PHONES if one != "ZH"), "ɾ", "<unk>"]
    configuration, model_kind, _ = KINDS["hubert"]
    old = model_kind(configuration(**SIZE | {"vocab_size": len(symbols), "pad_token_id": 0}))
    old.save_pretrained(tmp_path)
    transformers.Wav2Vec2FeatureExtractor().save_pretrained(tmp_path)
    (tmp_path / "vocab.json").write_text(json.dumps({symbol: place for place, symbol in enumerate(symbols)}))
    new, _ = pretrained.load_pretrained(str(tmp_path))
    rows = old.lm_head.weight.detach()
    assert new.lm_head.weight.shape == (40, 32)
    torch.testing.assert_close(new.lm_head.weight[COLUMN["IY"]], rows[symbols.index(phone("IY").ipa)])
    torch.testing.assert_close(new.lm_head.weight[COLUMN["ZH"]], rows[symbols.index(phone("SH").ipa)])
    flap = rows[symbols.index("ɾ")]
    torch.testing.assert_close(new.lm_head.weight[COLUMN["T"]], (rows[symbols.index(phone("T").ipa)] + flap) / 2)


def test_what_cannot_be_fine_tuned_is_refused(config, tmp_path):
    with pytest.raises(ModelNotFound):
        pretrained.load_pretrained(str(tmp_path / "nothing"))
    transformers.Wav2Vec2BertForCTC(transformers.Wav2Vec2BertConfig(**SIZE)).save_pretrained(tmp_path / "bert")
    transformers.SeamlessM4TFeatureExtractor().save_pretrained(tmp_path / "bert")
    with pytest.raises(BrokenModel, match="wavlm"):
        pretrained.load_pretrained(str(tmp_path / "bert"))
    write_pretrained(tmp_path / "lame", "wav2vec2")
    weights = load_file(tmp_path / "lame" / "model.safetensors")
    kept = {name: weight for name, weight in weights.items() if "layers.1" not in name}
    save_file(kept, tmp_path / "lame" / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(BrokenModel, match="layers"):
        pretrained.load_pretrained(str(tmp_path / "lame"))


def test_the_options_can_be_given_on_a_command_line(tmp_path):
    arguments = [
        "--init",
        "owner/name",
        "--audio",
        "a.tsv",
        "b",
        "--folds",
        "f",
        "--run",
        "r",
        "--augment-gain-db",
        "3",
    ]
    config, besides = read_options(FinetuneConfig, arguments, program="p", about="a")
    assert (config.init, [str(path) for path in config.audio]) == ("owner/name", ["a.tsv", "b"])
    assert config.augment == WaveformAugmentConfig(gain_db=3.0)
    assert besides == {}
