"""Where somebody speaks in a recording, and how well one can hear it."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from phonemes import resources
from speech.results import Quality

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MIN_SNR_DB = 4.0
NOISY_SNR_DB = 15.0
QUIET_DBFS = -42.0
CLIPPED_SHARE = 0.001

_RATE = 16_000
_FRAME = 320
_FRAME_S = 0.02
_LOWEST_VOICE_HZ = 70
_LONG_SAMPLES = 10 * _RATE
_FEWEST_PAUSE_FRAMES = 10
_NOISE_RANGE_DB = 10.0
_SILENT_DBFS = -90.0  # below one step of 16-bit samples: digital silence, put in by a program
_BEST_SNR_DB = 60.0

_CHUNK = 512  # what the detector reads at a time, 32 ms
_CONTEXT = 64  # samples of the chunk before that it reads again
_WARM_UP_CHUNKS = 8  # heard cold, it misses voices that start at once: it hears the beginning backwards first
_DETECTOR_DBFS = -20.0  # where it is surest
_MOST_GAIN_DB = 45.0
_START_PROBABILITY, _STAY_PROBABILITY = 0.5, 0.15  # one reader close by: better a breath too many than a word too few
_SHORTEST_GAP_S = 0.1
_SHORTEST_SPEECH_S = 0.09
_STEADY_DB = 0.6  # hum and whistles fool the detector, but unlike speech they do not change their level
_SPEECH_RANGE_DB = 45.0  # from the loudest vowel to the weakest fricative
_ABOVE_NOISE_DB = 3.0
_LATE_FRAMES = 5
_EDGE_FRAMES = 2
_EDGE_BELOW_SPEECH_DB = 18.0


def speech_intervals(samples: np.ndarray, *, levels_dbfs: np.ndarray | None = None) -> tuple[tuple[float, float], ...]:
    """Find where somebody speaks.

    Parameters
    ----------
    samples : float32 array, shape (n,)
        16 kHz.
    levels_dbfs : float array, optional
        From `frame_levels`, where the caller has them.

    Returns
    -------
    tuple of (float, float)
        Seconds `[start, end)`, in order, without overlap.
    """
    levels_dbfs = frame_levels(samples) if levels_dbfs is None else levels_dbfs
    loud_dbfs = float(np.percentile(levels_dbfs, 95)) if len(levels_dbfs) else _SILENT_DBFS
    if loud_dbfs <= _SILENT_DBFS:
        return ()
    gain = 10 ** (min(_DETECTOR_DBFS - loud_dbfs, _MOST_GAIN_DB) / 20)
    spoken = _hysteresis(_speech_probabilities(samples * np.float32(gain)))
    joined: list[tuple[float, float]] = []
    for first, last in _runs(spoken):
        start_s, end_s = first * _CHUNK / _RATE, min(last * _CHUNK, len(samples)) / _RATE
        if joined and start_s - joined[-1][1] < _SHORTEST_GAP_S:
            start_s = joined.pop()[0]
        joined.append((start_s, end_s))
    found: list[tuple[float, float]] = []
    for interval in joined:
        if _is_speech(levels_dbfs, *interval):
            start_s, end_s = _fitted(levels_dbfs, joined, *interval)
            found.append((max(start_s, found[-1][1]) if found else start_s, end_s))
    return tuple(found)


def measure_quality(
    samples: np.ndarray,
    speech: tuple[tuple[float, float], ...],
    *,
    clipped: float,
    levels_dbfs: np.ndarray | None = None,
) -> Quality:
    """Measure how well the speech can be heard.

    Parameters
    ----------
    samples : float32 array, shape (n,)
        16 kHz.
    speech : tuple of (float, float)
        As `speech_intervals` tells.
    clipped : float
        Share of samples at full scale in the original, 0..1.
    levels_dbfs : float array, optional
        From `frame_levels`, where the caller has them.

    Returns
    -------
    Quality
        Warnings are "clipped", "quiet", "noisy", "starts_abruptly" and "ends_abruptly" (speech touches the edge).
    """
    levels_dbfs = frame_levels(samples) if levels_dbfs is None else levels_dbfs
    spoken = _spoken_frames(len(levels_dbfs), speech, margin_s=0.0)
    speech_s = sum(end_s - start_s for start_s, end_s in speech)
    duration_s = len(samples) / _RATE
    if not spoken.any():
        return Quality(-_BEST_SNR_DB, clipped, _SILENT_DBFS, speech_s, duration_s, ())
    loudness_dbfs = _mean_dbfs(levels_dbfs[spoken])
    snr_db = _snr_db(levels_dbfs, speech)
    at_start, at_end = _mean_dbfs(levels_dbfs[:_EDGE_FRAMES]), _mean_dbfs(levels_dbfs[-_EDGE_FRAMES:])
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
    noise_dbfs = _noise_dbfs(levels_dbfs, speech)
    if noise_dbfs is None:
        audible = levels_dbfs > _SILENT_DBFS
        noise_dbfs = float(np.percentile(levels_dbfs[audible], 5)) if audible.any() else _SILENT_DBFS
    power, noise = 10 ** (_mean_dbfs(levels_dbfs[spoken]) / 10), 10 ** (noise_dbfs / 10)
    ratio_db = 10 * np.log10(max(power - noise, 1e-3 * noise) / noise)
    return float(np.clip(ratio_db, -_BEST_SNR_DB, _BEST_SNR_DB))


def _noise_dbfs(levels_dbfs: np.ndarray, speech: Sequence[tuple[float, float]]) -> float | None:
    """Level of the pauses; None where there is hardly any, or nothing but silence put in by a program."""
    audible = levels_dbfs > _SILENT_DBFS
    pauses = levels_dbfs[audible & ~_spoken_frames(len(levels_dbfs), speech, margin_s=0.1)]
    if len(pauses) < _FEWEST_PAUSE_FRAMES:
        return None
    # The median overlooks the click of a mouse; pauses far above the floor are words that the detector missed.
    return min(float(np.median(pauses)), float(np.percentile(levels_dbfs[audible], 5)) + _NOISE_RANGE_DB)


def _is_speech(levels_dbfs: np.ndarray, start_s: float, end_s: float) -> bool:
    inside = levels_dbfs[round(start_s / _FRAME_S) : round(end_s / _FRAME_S)]
    return end_s - start_s >= _SHORTEST_SPEECH_S and float(inside.std()) > _STEADY_DB


def _fitted(
    levels_dbfs: np.ndarray, intervals: Sequence[tuple[float, float]], start_s: float, end_s: float
) -> tuple[float, float]:
    """Move the edges of an interval to where its sound starts and ends: the detector hears both late."""
    first, last = round(start_s / _FRAME_S), min(round(end_s / _FRAME_S), len(levels_dbfs))
    if last <= first:
        return start_s, end_s
    noise_dbfs = _noise_dbfs(levels_dbfs, intervals)
    quietest_dbfs = float(np.percentile(levels_dbfs[first:last], 95)) - _SPEECH_RANGE_DB
    if noise_dbfs is not None:
        quietest_dbfs = max(quietest_dbfs, noise_dbfs + _ABOVE_NOISE_DB)
    sounding = np.flatnonzero(levels_dbfs[first:last] > quietest_dbfs)
    if not len(sounding):
        return start_s, end_s
    start, end = first + int(sounding[0]), first + int(sounding[-1]) + 1
    earliest = max(start - _LATE_FRAMES, 0)
    while start > earliest and levels_dbfs[start - 1] > quietest_dbfs:
        start -= 1
    return start * _FRAME_S, end * _FRAME_S


def frame_levels(samples: np.ndarray) -> np.ndarray:
    """Level of every 20 ms, without what lies below any voice (rumble, a slow drift)."""
    count = len(samples) // _FRAME
    if not count:
        return np.zeros(0)
    length = _quick_length(len(samples))
    before = (length - len(samples)) // 2
    spectrum = np.fft.rfft(np.pad(samples, (before, length - len(samples) - before), mode="wrap"))
    spectrum[: int(_LOWEST_VOICE_HZ * length / _RATE)] = 0
    frames = np.fft.irfft(spectrum, length)[before : before + count * _FRAME].reshape(count, _FRAME)
    power = (frames**2).mean(axis=1)
    # The filter rings into stretches of exact silence; tell those from the samples themselves.
    power[samples[: count * _FRAME].reshape(count, _FRAME).var(axis=1) < 10 ** (_SILENT_DBFS / 10)] = 0.0
    return 10 * np.log10(power + 1e-12)


def _quick_length(count: int) -> int:
    """Round the length of a long recording up to one without large prime factors, whose transform can take 0.2 s."""
    if count <= _LONG_SAMPLES:
        return count
    step = 1 << max(0, count.bit_length() - 4)
    return -(-count // step) * step


def _mean_dbfs(levels_dbfs: np.ndarray) -> float:
    """Level of the mean power."""
    return float(10 * np.log10((10 ** (levels_dbfs / 10)).mean()))


def _spoken_frames(count: int, speech: Sequence[tuple[float, float]], *, margin_s: float) -> np.ndarray:
    centres_s = (np.arange(count) + 0.5) * _FRAME_S
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
def _detector() -> "InferenceSession":
    """Silero's speech detector, written by ``lafal train detector`` to hear a whole recording in one call."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.enable_mem_pattern = False  # patterns are kept per input length, and every recording has its own
    path = resources.folder("models") / "detector" / "detector.onnx"
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _speech_probabilities(samples: np.ndarray) -> np.ndarray:
    """Probability that somebody speaks, one value per 32 ms."""
    warm_up = samples[: _WARM_UP_CHUNKS * _CHUNK][::-1]
    chunks = _WARM_UP_CHUNKS + -(-len(samples) // _CHUNK)
    signal = np.zeros(_CONTEXT + chunks * _CHUNK, np.float32)
    start = _CONTEXT + _WARM_UP_CHUNKS * _CHUNK
    signal[start - len(warm_up) : start] = warm_up
    signal[start : start + len(samples)] = samples
    windows = np.lib.stride_tricks.sliding_window_view(signal, _CONTEXT + _CHUNK)[::_CHUNK]
    return np.asarray(_detector().run(None, {"chunks": windows})[0], np.float64)[_WARM_UP_CHUNKS:]
