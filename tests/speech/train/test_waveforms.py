import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from phonemes.inventory import COLUMN
from speech.train import synthetic_folder
from speech.train.corpus import Utterance
from speech.train.held_out import HeldOutError
from speech.train.spoken import SILENCE
from speech.train.targets import WILDCARD
from speech.train.waveforms import (
    UNCHANGED,
    Clip,
    WaveformAugmentConfig,
    change,
    clips_of,
    divide,
    plan,
    read_samples,
    recordings,
    side_by_side,
)

MANIFEST = """corpus\tutterance\tspeaker\tage\tpath\ttext\tphones\tphone_scores
speechocean762\ta\ts1\t8\ta.wav\tshe\tSH IY\t2 0.2
libri\tb\ts2\t\tb.wav\ttext\t\t
unlabelled\tc\ts3\t\tc.wav\t\t\t
"""


def _synthetic(folder, voice):
    folder.mkdir()
    phones = [[SILENCE, 0.0, 0.1], ["HH", 0.1, 0.2], ["AY", 0.2, 0.3]]
    row = ["batch-000000/00.flac", "hi", voice, "no", json.dumps(phones)]
    lines = "\t".join(synthetic_folder.COLUMNS) + "\n" + "\t".join(row) + "\n"
    (folder / "batch-000000.tsv").write_text(lines, encoding="utf-8")
    return folder


def test_manifests_and_synthetic_folders_are_read(tmp_path):
    (tmp_path / "manifest.tsv").write_text(MANIFEST, encoding="utf-8")
    found = list(recordings([tmp_path / "manifest.tsv", _synthetic(tmp_path / "said", "slt")]))
    assert [utterance.corpus for utterance, _ in found] == ["speechocean762", "unlabelled", "synthetic"]
    assert [path for _, path in found][:2] == [tmp_path / "a.wav", tmp_path / "c.wav"]
    assert found[1][0] == Utterance("unlabelled", "c", "s3", ())
    assert found[2][0] == Utterance("synthetic", "batch-000000/00", "slt", ("HH", "AY"), text="hi")
    assert found[2][1] == tmp_path / "said" / "batch-000000" / "00.flac"


def test_voices_kept_for_tests_are_refused(tmp_path):
    with pytest.raises(HeldOutError, match="ked"):
        list(recordings([_synthetic(tmp_path / "said", "ked")]))


def test_clips_know_what_is_taught(tmp_path):
    soundfile.write(tmp_path / "short.wav", np.zeros(8000), 16_000)
    soundfile.write(tmp_path / "long.wav", np.zeros(48_000), 16_000)
    doubtful = Utterance("speechocean762", "a", "b", ("SH", "IY"), scores=(0.4, 2.0))
    awful = Utterance("speechocean762", "c", "b", ("SH",), scores=(0.0,))
    wordless = Utterance("unlabelled", "d", "b", ())
    short = tmp_path / "short.wav"
    labelled = [(doubtful, short), (awful, short), (wordless, short), (doubtful, tmp_path / "long.wav")]
    (clip,) = clips_of(labelled, longest_s=2.0)
    assert clip == Clip(doubtful, short, (COLUMN["SH"], COLUMN["IY"]), (WILDCARD, COLUMN["IY"]), 0.5)
    (trusting, _) = clips_of(labelled[:2], doubts_below=0.0)
    assert trusting.taught == trusting.columns


def _clips(count, corpus="libri"):
    names = (f"{corpus}{number}" for number in range(count))
    return [Clip(Utterance(corpus, n, n, ("SH",)), Path(n), (1,), (1,), 1 + i % 30 / 10) for i, n in enumerate(names)]


def test_development_speakers_are_those_of_the_first_fold_and_all_held_out_are_unheard():
    clips = _clips(6)
    folds = {("libri", f"libri{number}"): number // 2 - 1 for number in range(4)}
    learnt, development = divide(clips, folds, (0, 3))
    assert development == clips[2:4]
    assert learnt == [*clips[:2], *clips[4:]]
    learnt, development = divide(clips, folds, (5, 0))
    assert development == []
    assert learnt == [*clips[:2], *clips[4:]]


def test_batches_keep_to_their_seconds_and_their_mix():
    clips = _clips(600) + _clips(400, "synthetic")
    drawn = list(itertools.islice(plan(clips, share_synthetic=0.25, batch_s=10.0, seed=1), 300))
    assert all(len(batch) * max(clip.seconds for clip in batch) <= 10.0 for batch in drawn)
    corpora = [clip.utterance.corpus for batch in drawn for clip in batch]
    assert corpora.count("synthetic") / len(corpora) == pytest.approx(0.25, abs=0.05)
    alone = next(plan(_clips(3, "synthetic"), share_synthetic=0.0, batch_s=10.0, seed=1))
    assert len(alone) == 3
    with pytest.raises(ValueError, match="nothing to learn"):
        next(plan([], share_synthetic=0.0, batch_s=10.0, seed=1))


def test_a_plan_resumes_anywhere():
    clips = _clips(50)
    whole = list(itertools.islice(plan(clips, share_synthetic=0.0, batch_s=8.0, seed=2), 60))
    for start in (0, 1, 17, 45):
        rest = plan(clips, share_synthetic=0.0, batch_s=8.0, seed=2, start=start)
        assert list(itertools.islice(rest, 60 - start)) == whole[start:]


def test_only_mono_at_16_khz_is_read(tmp_path):
    soundfile.write(tmp_path / "slow.wav", np.zeros(80), 8_000)
    soundfile.write(tmp_path / "stereo.wav", np.zeros((80, 2)), 16_000)
    for name in ("slow.wav", "stereo.wav"):
        with pytest.raises(ValueError, match=name):
            read_samples(tmp_path / name)


def _tone(seconds=1.0, hz=400.0):
    return (0.2 * np.sin(2 * np.pi * hz * np.arange(round(16_000 * seconds)) / 16_000)).astype(np.float32)


def test_nothing_asked_for_changes_nothing():
    np.testing.assert_array_equal(change(_tone(), UNCHANGED, np.random.default_rng(1)), _tone())


def test_speed_changes_length_and_pitch():
    config = WaveformAugmentConfig(slowest=1.25, fastest=1.25, noise_share=0.0, gain_db=0.0)
    faster = change(_tone(), config, np.random.default_rng(1))
    assert len(faster) == pytest.approx(12_800, abs=2)
    assert np.abs(np.fft.rfft(faster)).argmax() * 16_000 / len(faster) == pytest.approx(500, abs=2)


def test_noise_is_as_loud_as_asked_for():
    config = WaveformAugmentConfig(
        slowest=1.0, fastest=1.0, noise_share=1.0, quietest_noise_db=10.0, loudest_noise_db=10.0, gain_db=0.0
    )
    noise = change(_tone(), config, np.random.default_rng(1)) - _tone()
    assert 20 * np.log10(_tone().std() / noise.std()) == pytest.approx(10, abs=0.1)


def test_gain_never_clips():
    config = WaveformAugmentConfig(slowest=1.0, fastest=1.0, noise_share=0.0, gain_db=40.0)
    loudest = [np.abs(change(_tone(0.1), config, np.random.default_rng(seed))).max() for seed in range(20)]
    assert max(loudest) == pytest.approx(1.0)
    assert min(loudest) < 0.02


def test_padding_is_the_noise_behind_every_recording():
    short, long = _tone(0.5), _tone(1.0)
    first, second = side_by_side([short, long], np.random.default_rng(4))
    assert len(first) == len(second) == 16_000
    np.testing.assert_allclose(second, long, atol=0.01)
    start = int(np.abs(first).argmax() // 160) * 160
    assert start < 16_000
    loud = np.abs(first) > 0.05
    places = np.flatnonzero(loud)
    assert places[-1] - places[0] == pytest.approx(8_000, abs=200)
    outside = np.concatenate([first[: places[0] - 100], first[places[-1] + 100 :]])
    assert 0 < outside.std() < 0.01
