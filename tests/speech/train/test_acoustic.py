import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from phonemes.inventory import PHONES
from speech.train import checkpoint, corpus
from speech.train.acoustic import LOG_NAME, TrainConfig, rate_share, train
from speech.train.augment import NO_AUGMENTATION
from speech.train.corpus import Packed, Utterance
from speech.train.network import NetworkConfig

TINY = NetworkConfig(width=64, blocks=2, kernel=5, dropout=0.0)


def _spoken(phones, chance, *, frames_each=10):
    """A made-up language: every phone is a bump at its own place in the spectrum."""
    energies = np.zeros((frames_each * (len(phones) + 2), 80), np.float32)
    for place, phone in enumerate(phones):
        centre = 2 * PHONES.index(phone)
        rows = slice(frames_each * (place + 1), frames_each * (place + 2))
        energies[rows] += 8 * np.exp(-0.5 * ((np.arange(80) - centre) / 1.5) ** 2)
    return corpus.encode(energies + 0.3 * chance.standard_normal(energies.shape).astype(np.float32))


def _utterance(number, speaker, chance, *, kind):
    phones = tuple(chance.choice(PHONES[::5], 5).tolist())
    segments = None
    if kind == "synthetic":
        segments = (("", 0.1), *((phone, 0.1 * (place + 2)) for place, phone in enumerate(phones)), ("", 0.7))
    scores = (2.0,) * 5 if kind == "speechocean762" else None
    return Utterance(kind, f"u{number}", speaker, phones, 9, "", scores, segments)


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("speech")
    chance = np.random.default_rng(0)
    kinds = ["speechocean762", "synthetic"]
    utterances = tuple(_utterance(n, f"s{n % 8}", chance, kind=kinds[n % 2]) for n in range(64))
    packed = Packed(utterances, tuple(_spoken(one.phones, chance) for one in utterances))
    corpus.save(packed, folder / "speech.npz")
    corpus.write_folds({("speechocean762", "s0"): 0, ("speechocean762", "s2"): 1}, folder / "folds.tsv")
    return TrainConfig(
        features=(folder / "speech.npz",),
        folds=folder / "folds.tsv",
        run=folder / "run",
        steps=60,
        network=TINY,
        augment=NO_AUGMENTATION,
        batch_s=8.0,
        peak_rate=1e-2,
        warmup_steps=5,
        ema_decay=0.8,
        realign_at=(0.4,),
        device="cpu",
        precision="fp32",
    )


def test_a_tiny_network_learns_a_made_up_language(config, tmp_path):
    summary = train(replace(config, run=tmp_path))
    assert summary.steps == 60
    assert summary.l2_error_rate < 0.3
    assert summary.native_error_rate is None
    rows = [json.loads(line) for line in (tmp_path / LOG_NAME).read_text().splitlines()]
    assert rows[-1]["per_l2"] == pytest.approx(summary.l2_error_rate, abs=1e-4)
    assert rows[-1]["step"] == 60
    assert rows[-1]["hours_heard"] == pytest.approx(summary.hours_heard, abs=1e-3)


@pytest.mark.parametrize("stop", [8, 15])
def test_resuming_is_as_if_nothing_had_happened(config, tmp_path, monkeypatch, stop):
    short = replace(config, steps=20, run=tmp_path / "whole")
    train(short)
    halves = replace(short, run=tmp_path / "halves")
    _stop_after(stop, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        train(halves)
    monkeypatch.undo()
    train(halves, resume=True)
    first, second = (checkpoint.load_network(run / checkpoint.NAME) for run in (short.run, halves.run))
    for one, two in zip(first.parameters(), second.parameters(), strict=True):
        torch.testing.assert_close(one, two, atol=0, rtol=0)


def _stop_after(step, monkeypatch):
    """Save at this step and break off, as a power cut just after a checkpoint would."""
    from speech.train import acoustic

    look_up = acoustic._Run._look_up

    def stopping(run, before_s):
        look_up(run, before_s)
        if run.progress.step == step:
            run._save()
            raise KeyboardInterrupt

    monkeypatch.setattr(acoustic._Run, "_look_up", stopping)


def test_development_speakers_are_never_trained_on(config):
    from speech.train.acoustic import _read_material

    material = _read_material(config)
    learnt = {lesson.codes.tobytes() for source in material.sources for lesson in source}
    held_out = {lesson.codes.tobytes() for part in material.development.values() for lesson in part}
    assert len(held_out) == 8
    assert not learnt & held_out
    other = _read_material(replace(config, held_out_folds=(1, 0)))
    assert {lesson.codes.tobytes() for lesson in other.development["l2"]}.isdisjoint(held_out)
    assert not {lesson.codes.tobytes() for source in other.sources for lesson in source} & held_out


def test_a_run_can_begin_with_anothers_weights(config, tmp_path):
    train(replace(config, steps=30, run=tmp_path / "first"))
    first = tmp_path / "first" / checkpoint.NAME
    train(replace(config, steps=1, start=first, peak_rate=0.0, run=tmp_path / "second"))
    pairs = zip(
        checkpoint.load_network(first).parameters(),
        checkpoint.load_network(tmp_path / "second" / checkpoint.NAME).parameters(),
        strict=True,
    )
    assert all(torch.equal(one, two) for one, two in pairs)
    with pytest.raises(ValueError, match="another network"):
        train(replace(config, start=first, network=NetworkConfig(width=64, blocks=3), run=tmp_path / "third"))


def test_the_rate_warms_up_and_falls():
    shares = [rate_share(step, step / 100, warmup_steps=10) for step in range(101)]
    assert shares[0] == pytest.approx(0.1, abs=1e-3)
    assert max(shares) == pytest.approx(max(shares[5:15]))
    assert shares[100] == pytest.approx(0.01)
    assert all(math.isfinite(share) and share > 0 for share in shares)


def test_a_small_checkpoint_keeps_the_averaged_weights_and_a_run_goes_on_from_it(config, tmp_path):
    train(replace(config, steps=3, run=tmp_path))
    whole, small = tmp_path / checkpoint.NAME, tmp_path / "elsewhere" / checkpoint.NAME
    small.parent.mkdir()
    checkpoint.shrink(whole, small)
    pairs = zip(checkpoint.load_network(whole).parameters(), checkpoint.load_network(small).parameters(), strict=True)
    assert all(torch.equal(one, two) for one, two in pairs)
    assert small.stat().st_size < 0.6 * whole.stat().st_size
    summary = train(replace(config, steps=5, run=small.parent), resume=True)
    assert summary.steps == 5
