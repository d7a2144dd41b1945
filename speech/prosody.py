"""Melody and timing of a reading: pitch, energy, rate, pauses, and which syllable was strong.

References
----------
.. [1] Boersma (1993), "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a
   sampled sound", IFA Proceedings 17.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from speech.results import Pause, Rhythm, WordError, WordResult

_SAMPLE_RATE = 16000
_STEP_SAMPLES = 160
_WINDOW_SAMPLES = 640
_FFT_SAMPLES = 2048
_LOWEST_HZ, _HIGHEST_HZ = 65.0, 500.0
_VOICED_FROM = 0.5
_OCTAVE_COST = 0.02
_FLOOR_DB = 35.0
_LEAST_PAUSE_S = 0.2
_TOO_CLOSE = 0.35


@dataclass(frozen=True, slots=True)
class Contour:
    """Pitch and energy over time, one value every `period_s`.

    Parameters
    ----------
    f0_hz : float array, shape (frames,)
        Fundamental frequency; nan where unvoiced.
    energy_db : float array, shape (frames,)
        Level against full scale.
    period_s : float
        Spacing; frame k is centred at `k * period_s`.
    """

    f0_hz: np.ndarray
    energy_db: np.ndarray
    period_s: float


def contour(samples: np.ndarray) -> Contour:
    """Follow pitch and energy through a mono 16 kHz recording, by autocorrelation corrected for its window [1]_."""
    padded = np.pad(np.asarray(samples, np.float32), _WINDOW_SAMPLES // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW_SAMPLES)[::_STEP_SAMPLES]
    energy_db = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-10)
    strength, lag = _periodicity(frames - frames.mean(axis=1, keepdims=True))
    voiced = (strength > _VOICED_FROM) & (energy_db > energy_db.max() - _FLOOR_DB)
    f0_hz = np.where(voiced, _SAMPLE_RATE / lag, np.nan)
    return Contour(_without_leaps(f0_hz), energy_db, _STEP_SAMPLES / _SAMPLE_RATE)


def _periodicity(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Strength 0..1 and lag, in samples, of the best period of each frame."""
    window = np.hanning(_WINDOW_SAMPLES).astype(np.float32)
    correlation = _autocorrelation(frames * window) / _autocorrelation(window[None])
    shortest, longest = int(_SAMPLE_RATE / _HIGHEST_HZ), int(_SAMPLE_RATE / _LOWEST_HZ)
    lags = np.arange(shortest, longest)
    found = correlation[:, shortest:longest]
    best = (found - _OCTAVE_COST * np.log2(lags)).argmax(axis=1)
    inner = np.clip(best, 1, len(lags) - 2)
    every = np.arange(len(found))
    left, middle, right = (found[every, inner + shift] for shift in (-1, 0, 1))
    bend = left - 2 * middle + right
    shift = np.where(np.abs(bend) > 1e-9, 0.5 * (left - right) / np.where(bend == 0, 1, bend), 0.0)
    return found[every, best], lags[inner] + np.clip(shift, -0.5, 0.5)


def _autocorrelation(frames: np.ndarray) -> np.ndarray:
    power = np.abs(np.fft.rfft(frames, _FFT_SAMPLES, axis=1)) ** 2
    correlation = np.fft.irfft(power, axis=1)[:, : _WINDOW_SAMPLES // 2]
    return correlation / np.maximum(correlation[:, :1], 1e-9)


def _without_leaps(f0_hz: np.ndarray) -> np.ndarray:
    """Drop frames an octave away from the voice's median: doubled or halved pitch."""
    if not np.isfinite(f0_hz).any():
        return f0_hz
    octaves = np.abs(np.log2(f0_hz / np.nanmedian(f0_hz)))
    return np.where(octaves < 0.9, f0_hz, np.nan)


def rhythm(melody: Contour, words: Sequence[WordResult], speech: Sequence[tuple[float, float]]) -> Rhythm:
    """Rate, pauses and pitch of a reading.

    Parameters
    ----------
    melody : Contour
    words : sequence of WordResult
        In order; words left out or added do not count as syllables.
    speech : sequence of (float, float)
        Seconds in which there is speech.
    """
    said = [word for word in words if word.error not in (WordError.OMISSION, WordError.INSERTION)]
    syllables = sum(len(word.syllables) for word in said)
    pauses = tuple(Pause(left[1], right[0]) for left, right in pairwise(speech) if right[0] - left[1] >= _LEAST_PAUSE_S)
    total_s = said[-1].end_s - said[0].start_s if said else 0.0
    spoken_s = max(total_s - sum(pause.end_s - pause.start_s for pause in pauses), 1e-3)
    pitched = melody.f0_hz[np.isfinite(melody.f0_hz)]
    has_pitch = len(pitched) >= 10
    low, high = np.percentile(pitched, [5, 95]) if has_pitch else (1.0, 1.0)
    return Rhythm(
        syllables_per_s=syllables / max(total_s, 1e-3),
        articulation_per_s=syllables / spoken_s,
        pitch_median_hz=float(np.median(pitched)) if has_pitch else None,
        pitch_range_semitones=float(12 * np.log2(high / low)) if has_pitch else None,
        pauses=pauses,
    )


def strong_syllables(
    melody: Contour, syllable_times: Sequence[tuple[float, float]], vowel_times: Sequence[tuple[float, float]]
) -> int | None:
    """Index of the strongest syllable of a word by pitch, energy and vowel length together; None when too close."""
    if len(syllable_times) < 2:
        return None
    measured = np.array([_prominence(melody, vowel) for vowel in vowel_times])
    spread = measured.std(axis=0)
    standard = (measured - measured.mean(axis=0)) / np.where(spread > 1e-6, spread, 1.0)
    total = standard.mean(axis=1)
    order = np.argsort(total)
    return int(order[-1]) if total[order[-1]] - total[order[-2]] > _TOO_CLOSE else None


def _prominence(melody: Contour, vowel: tuple[float, float]) -> tuple[float, float, float]:
    first = int(vowel[0] / melody.period_s)
    part = slice(first, max(first + 1, int(np.ceil(vowel[1] / melody.period_s))))
    pitched = melody.f0_hz[part][np.isfinite(melody.f0_hz[part])]
    typical = np.nanmedian(melody.f0_hz) if np.isfinite(melody.f0_hz).any() else 1.0
    semitones = 12 * np.log2(np.max(pitched) / typical) if len(pitched) else 0.0
    energy = melody.energy_db[part]
    return float(semitones), float(energy.max()) if len(energy) else -100.0, vowel[1] - vowel[0]
