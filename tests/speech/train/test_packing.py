import numpy as np
import pytest
import soundfile
import torch
import torchaudio

from speech.train import corpus, packing
from speech.train.corpus import Utterance
from speech.train.spoken import SILENCE, TimedPhone
from speech.train.synthetic_folder import Recorded


def _manifest(folder, rows):
    columns = ["corpus", "utterance", "speaker", "gender", "age", "seconds", "path", "text", "phones", "phone_scores"]
    lines = ["\t".join(columns), *("\t".join(row) for row in rows)]
    (folder / "manifest.tsv").write_text("\n".join(lines) + "\n")
    return folder / "manifest.tsv"


def test_pack_computes_kaldi_features_and_skips_unlabelled_rows(tmp_path):
    samples = (0.3 * np.random.default_rng(0).standard_normal(16_000)).astype(np.float32)
    soundfile.write(tmp_path / "one.wav", samples, 16_000, subtype="FLOAT")
    rows = [
        ("speechocean762", "a", "0001", "f", "9", "1.0", "one.wav", 'SAY "A"', "EY AH", "2 0.2"),
        ("unlabelled", "b", "x", "", "", "1.0", "two.wav", "", "", ""),
    ]
    packed = packing.pack(_manifest(tmp_path, rows), tmp_path / "speech.npz")
    kaldi = torchaudio.compliance.kaldi.fbank(torch.from_numpy(samples)[None] * 32768, num_mel_bins=80, dither=0.0)
    assert packed.utterances == (Utterance("speechocean762", "a", "0001", ("EY", "AH"), 9, 'SAY "A"', (2.0, 0.2)),)
    floor = max(float(kaldi.min()), float(kaldi.max()) - corpus.RANGE_NATS)
    back = corpus.decode(packed.codes[0]) + floor
    assert np.abs(back - np.maximum(kaldi.numpy(), floor)).max() <= corpus.STEP_NATS / 2 + 1e-2
    assert corpus.load(tmp_path / "speech.npz").utterances == packed.utterances


def test_pack_refuses_another_sample_rate(tmp_path):
    soundfile.write(tmp_path / "one.wav", np.zeros(800, np.float32), 8_000)
    rows = [("an4", "a", "s", "", "", "0.1", "one.wav", "A", "EY", "")]
    with pytest.raises(ValueError, match="16 kHz"):
        packing.pack(_manifest(tmp_path, rows), tmp_path / "speech.npz")


def test_synthetic_speech_brings_its_times(tmp_path, monkeypatch):
    path = tmp_path / "batch-000000" / "00.flac"
    path.parent.mkdir()
    soundfile.write(path, np.random.default_rng(0).uniform(-0.1, 0.1, 8_000), 16_000)
    phones = (TimedPhone(SILENCE, 0.0, 0.1), TimedPhone("SH", 0.1, 0.3), TimedPhone("IY", 0.3, 0.5))
    recorded = [Recorded(path, "she", "slt", exact, phones) for exact in (True, False)]
    monkeypatch.setattr(packing, "read_set", lambda folder: iter(recorded))
    packed = packing.pack_synthetic(tmp_path, tmp_path / "speech.npz")
    assert len(packed.utterances) == 1
    assert packed.utterances[0].phones == ("SH", "IY")
    assert packed.utterances[0].segments == (("", 0.1), ("SH", 0.3), ("IY", 0.5))
    assert packed.utterances[0].who == ("synthetic", "slt")
