"""Planted noise, hum, clipping and cut edges are measured and named; speech of any level is found."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.quality import measure_quality, speech_intervals
from speech.results import Quality

SPEECH, RATE = soundfile.read(Path(__file__).parent / "data" / "yellow_lamp.flac", dtype="float32")
SPEECH = np.concatenate([np.zeros(8_000, np.float32), SPEECH, np.zeros(8_000, np.float32)])
SPOKEN = speech_intervals(SPEECH)
TIMES_S = np.arange(4 * RATE) / RATE


def noise(count: int, *, colour: float = 0.0, seed: int = 0) -> np.ndarray:
    """Noise whose power falls as 1 / frequency ** colour, of unit power."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    sound = np.fft.irfft(spectrum / (1 + np.arange(len(spectrum))) ** (colour / 2), count)
    return sound / sound.std()


def at_snr(snr_db: float, *, colour: float = 0.0, seed: int = 0) -> np.ndarray:
    inside = np.concatenate([SPEECH[round(start * RATE) : round(end * RATE)] for start, end in SPOKEN])
    level = np.sqrt((inside.astype(np.float64) ** 2).mean()) * 10 ** (-snr_db / 20)
    mixed = SPEECH + level * noise(len(SPEECH), colour=colour, seed=seed)
    return (0.5 * mixed / np.abs(mixed).max()).astype(np.float32)


def judged(samples: np.ndarray) -> Quality:
    return measure_quality(samples, speech_intervals(samples), clipped=0.0)


def test_speech_is_found_where_it_is() -> None:
    assert len(SPOKEN) == 1
    loud = np.flatnonzero(np.abs(SPEECH) > 0.02) / RATE
    assert SPOKEN[0][0] == pytest.approx(loud[0], abs=0.12)
    assert SPOKEN[0][1] == pytest.approx(loud[-1], abs=0.12)


def test_a_pause_parts_the_speech() -> None:
    twice = np.concatenate([SPEECH, SPEECH])
    (first, last), (next_first, _) = speech_intervals(twice)
    assert next_first - last == pytest.approx(SPOKEN[0][0] + len(SPEECH) / RATE - SPOKEN[0][1], abs=0.1)
    assert first == pytest.approx(SPOKEN[0][0], abs=0.05)


@pytest.mark.parametrize("level", [0.9, 0.05, 0.003])
@pytest.mark.parametrize(
    "sound",
    [
        np.zeros_like(TIMES_S),
        noise(len(TIMES_S)),
        noise(len(TIMES_S), colour=1),
        noise(len(TIMES_S), colour=2),
        sum(np.sin(2 * np.pi * 50 * k * TIMES_S) / k for k in range(1, 8)),
        np.sin(2 * np.pi * 60 * TIMES_S) + 0.5 * np.sin(2 * np.pi * 180 * TIMES_S),
        np.sin(2 * np.pi * 440 * TIMES_S),
        np.sin(2 * np.pi * (100 * TIMES_S + 200 * TIMES_S**2)),
        np.sin(2 * np.pi * 800 * TIMES_S) * (np.sin(4 * np.pi * TIMES_S) > 0),
        np.isin(np.arange(len(TIMES_S)), [9_000, 20_000, 20_700, 33_000, 50_123]).astype(float),
    ],
    ids=["zero", "white", "pink", "brown", "hum 50 Hz", "hum 60 Hz", "tone", "sweep", "beeps", "clicks"],
)
def test_what_is_no_speech_is_not_taken_for_it(sound: np.ndarray, level: float) -> None:
    samples = (level * sound / max(np.abs(sound).max(), 1e-9)).astype(np.float32)
    assert speech_intervals(samples) == ()
    assert judged(samples).speech_s == 0.0


@pytest.mark.parametrize("level_dbfs", [-12, -45, -60])
def test_speech_is_found_at_any_level(level_dbfs: float) -> None:
    inside = SPEECH[round(SPOKEN[0][0] * RATE) : round(SPOKEN[0][1] * RATE)]
    gain = 10 ** (level_dbfs / 20) / np.sqrt((inside**2).mean())
    quality = judged((np.round(SPEECH * gain * 32_768) / 32_768).astype(np.float32))
    assert quality.speech_s == pytest.approx(SPOKEN[0][1] - SPOKEN[0][0], abs=0.2)
    assert quality.loudness_dbfs == pytest.approx(level_dbfs, abs=1.5)
    assert ("quiet" in quality.warnings) == (level_dbfs < -42)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(("colour", "snr_db"), [(0, 5), (0, 10), (0, 20), (0, 30), (1, 10), (1, 20)])
def test_planted_noise_is_measured(colour: float, snr_db: float, seed: int) -> None:
    quality = judged(at_snr(snr_db, colour=colour, seed=seed))
    below_voice_db = 5 if colour else 0  # pink noise has much of its power below 70 Hz, where it hides nothing
    assert snr_db - 1.5 <= quality.snr_db <= snr_db + 1.5 + below_voice_db
    assert ("noisy" in quality.warnings) == (quality.snr_db < 15)


def test_noise_is_measured_without_any_pause() -> None:
    start, end = (round(time_s * RATE) for time_s in SPOKEN[0])
    for snr_db in (5, 15):
        samples = at_snr(snr_db)[start:end]
        quality = measure_quality(samples, ((0.0, len(samples) / RATE),), clipped=0.0)
        assert quality.snr_db == pytest.approx(snr_db, abs=3)


def test_silence_put_in_by_a_program_does_not_pass_for_quiet() -> None:
    samples = at_snr(10).copy()
    samples[: round((SPOKEN[0][0] - 0.05) * RATE)] = 0
    samples[round((SPOKEN[0][1] + 0.05) * RATE) :] = 0
    assert judged(samples).snr_db == pytest.approx(10, abs=3)


def test_clean_speech_has_no_warnings() -> None:
    assert judged(SPEECH).warnings == ()


def test_speech_cut_at_its_edges_is_named() -> None:
    middle = (SPOKEN[0][0] + SPOKEN[0][1]) / 2
    cut_at = np.abs(SPEECH[round(middle * RATE) :]).argmax() + round(middle * RATE)
    assert "ends_abruptly" in judged(SPEECH[:cut_at]).warnings
    assert "starts_abruptly" not in judged(SPEECH[:cut_at]).warnings
    assert "starts_abruptly" in judged(SPEECH[cut_at - RATE // 2 :]).warnings


def test_clipping_is_passed_on() -> None:
    assert "clipped" in measure_quality(SPEECH, SPOKEN, clipped=0.01).warnings
    assert measure_quality(SPEECH, SPOKEN, clipped=0.0001).warnings == ()


def test_one_recording_does_not_change_the_next() -> None:
    speech_intervals(at_snr(5))
    assert speech_intervals(SPEECH) == SPOKEN


@settings(max_examples=15, deadline=None)
@given(start=st.integers(0, 30_000), length=st.integers(0, 30_000))
def test_intervals_are_ordered_and_inside_the_recording(start: int, length: int) -> None:
    samples = SPEECH[start : start + length]
    times = [time_s for interval in speech_intervals(samples) for time_s in interval]
    assert times == sorted(times)
    assert all(0 <= time_s <= len(samples) / RATE for time_s in times)
    assert judged(samples).duration_s == len(samples) / RATE
