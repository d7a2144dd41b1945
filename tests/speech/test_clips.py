import numpy as np
import pytest
import soundfile

from speech.clips import CLIP_RATE, clip, from_ogg, to_ogg, to_wav


def tone(seconds: float, *, level: float = 0.3, rate: int = CLIP_RATE) -> np.ndarray:
    return (level * np.sin(2 * np.pi * 220 * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def silent(seconds: float, rate: int = CLIP_RATE) -> np.ndarray:
    return np.zeros(round(seconds * rate), np.float32)


@pytest.mark.parametrize("before_s", [0.0, 0.03, 0.8])
@pytest.mark.parametrize("rate", [16_000, 24_000, 32_000])
def test_silence_is_trimmed_to_a_tenth_of_a_second(before_s: float, rate: int) -> None:
    sound = clip(np.concatenate([silent(before_s, rate), tone(1.0, rate=rate), silent(0.5, rate)]), rate)
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    assert len(sound) / CLIP_RATE == pytest.approx(1.2, abs=0.025)
    assert loud[0] / CLIP_RATE == pytest.approx(0.1, abs=0.015)


@pytest.mark.parametrize("level", [0.01, 0.3, 0.9])
def test_loudness_is_the_same_however_loud_it_was(level: float) -> None:
    speech = clip(tone(1.0, level=level), CLIP_RATE)[3000:-3000]
    assert 20 * np.log10(np.sqrt(np.mean(speech**2))) == pytest.approx(-20.0, abs=0.3)


def test_a_click_is_not_amplified_beyond_full_scale() -> None:
    sound = tone(1.0, level=0.01)
    sound[12_000] = 1.0
    assert np.abs(clip(sound, CLIP_RATE)).max() <= 0.9


def test_digital_silence_stays_silent() -> None:
    assert not clip(silent(0.5), CLIP_RATE).any()


def test_opus_keeps_length_and_bits_and_is_small() -> None:
    sound = clip(tone(2.0), CLIP_RATE)
    first, second = to_ogg(sound), to_ogg(sound)
    assert first == second
    assert first[:4] == b"OggS"
    assert len(from_ogg(first)) == len(sound)
    assert np.corrcoef(from_ogg(first), sound)[0, 1] > 0.9
    assert len(first) * 8 / 2.2 < 32_000


def test_wav_holds_the_same_samples(tmp_path) -> None:
    sound = clip(tone(0.5), CLIP_RATE)
    (tmp_path / "a.wav").write_bytes(to_wav(sound))
    samples, rate = soundfile.read(tmp_path / "a.wav", dtype="float32")
    assert rate == CLIP_RATE
    assert np.abs(samples - sound).max() < 1e-4
