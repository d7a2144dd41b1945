"""Melody and timing of a reading: pitch, energy, rate, pauses, and which syllable was strong."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from speech.results import Pause, Pitch, Rhythm, WordError, WordResult

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from swift_f0 import SwiftF0

_SAMPLE_RATE = 16_000
_HOP_SAMPLES = 256
_WINDOW_SAMPLES = 512
_LOWEST_HZ, _HIGHEST_HZ = 55.0, 600.0  # a creaky bass to a shouting child
_SURELY_VOICED, _MAYBE_VOICED = 0.5, 0.3  # the detector's own threshold, and one for the edges of a voiced stretch
_DETECTOR_PEAK = 0.5  # the detector takes what is below -60 dBFS for silence
_LEAP_OCTAVES = 0.8
_LONGEST_LEAP_FRAMES = 4
_LEAST_PAUSE_S = 0.2
_FEWEST_PITCHED_FRAMES = 10

# What makes a syllable sound strong, in log odds: fitted (conditional logit, both places of stress weighted alike) to
# 258 words of several syllables by three native readers (CMU ARCTIC prompts, LibriSpeech, VCTK).
_ODDS_PER_SEMITONE, _ODDS_PER_DB, _ODDS_PER_LOG_DURATION = 0.12, 0.44, 0.6
_SURE_ENOUGH = 0.65
_SHORTEST_VOWEL_S = 0.02

_loading = threading.Lock()


@dataclass(frozen=True, slots=True)
class Contour:
    """Pitch and energy over time, one value every `period_s`.

    Parameters
    ----------
    f0_hz : float array, shape (frames,)
        Fundamental frequency; nan where unvoiced.
    energy_db : float array, shape (frames,)
        Level against full scale, over 32 ms.
    period_s : float
        Spacing; frame k is centred at `k * period_s`.
    """

    f0_hz: np.ndarray
    energy_db: np.ndarray
    period_s: float


def contour(samples: np.ndarray) -> Contour:
    """Follow pitch and energy through a recording.

    Pitch is SwiftF0's [1]_, a small network that, unlike autocorrelation, seldom takes a voice for its octave.

    Parameters
    ----------
    samples : float32 array, shape (n,)
        Mono, 16 kHz.

    Returns
    -------
    Contour

    References
    ----------
    .. [1] Nieradzik (2025), "SwiftF0: Fast and Accurate Monophonic Pitch Detection", arXiv:2508.18440.
    """
    samples = np.asarray(samples, np.float32)
    energy_db = _energy_db(samples)
    f0_hz = np.full(len(energy_db), np.nan)
    peak = float(np.abs(samples).max()) if len(samples) else 0.0
    if peak > 0.0:
        found = _detector().detect(samples * (_DETECTOR_PEAK / peak), _SAMPLE_RATE, _LOWEST_HZ, _HIGHEST_HZ)
        followed_hz = _without_leaps(np.where(_voiced(found.confidence), found.pitch_hz, np.nan))
        f0_hz[: len(followed_hz)] = followed_hz
    return Contour(f0_hz, energy_db, _HOP_SAMPLES / _SAMPLE_RATE)


def drawn(melody: Contour) -> Pitch:
    """Write the pitch down for drawing, to a tenth of a hertz."""
    return Pitch(melody.period_s, tuple(round(float(hz), 1) if np.isfinite(hz) else None for hz in melody.f0_hz))


def rhythm(melody: Contour, words: Sequence[WordResult], speech: Sequence[tuple[float, float]]) -> Rhythm:
    """Measure rate, pauses and pitch of a reading.

    Parameters
    ----------
    melody : Contour
        Of the same recording.
    words : sequence of WordResult
        In order; words left out or added do not count.
    speech : sequence of (float, float)
        Seconds `[start, end)` in which there is speech.

    Returns
    -------
    Rhythm
        Rates are 0 where no word was read; a pause lies between the first and the last word read.
    """
    said = [word for word in words if word.error not in (WordError.OMISSION, WordError.INSERTION)]
    syllables = sum(len(word.syllables) for word in said)
    start_s, end_s = (said[0].start_s, said[-1].end_s) if said else (0.0, 0.0)
    pauses = _pauses(speech, start_s, end_s)
    spoken_s = end_s - start_s - sum(pause.end_s - pause.start_s for pause in pauses)
    pitched_hz = melody.f0_hz[np.isfinite(melody.f0_hz)]
    low_hz = median_hz = high_hz = None
    if len(pitched_hz) >= _FEWEST_PITCHED_FRAMES:
        low_hz, median_hz, high_hz = (float(value) for value in np.percentile(pitched_hz, [5, 50, 95]))
    return Rhythm(
        syllables_per_s=syllables / (end_s - start_s) if end_s > start_s else 0.0,
        articulation_per_s=syllables / spoken_s if spoken_s > 0 else 0.0,
        pitch_median_hz=median_hz,
        pitch_range_semitones=12 * float(np.log2(high_hz / low_hz)) if high_hz and low_hz else None,
        pauses=pauses,
    )


def _pauses(speech: Sequence[tuple[float, float]], start_s: float, end_s: float) -> tuple[Pause, ...]:
    gaps = ((max(left[1], start_s), min(right[0], end_s)) for left, right in pairwise(speech))
    return tuple(Pause(first_s, last_s) for first_s, last_s in gaps if last_s - first_s > _LEAST_PAUSE_S)


def strong_syllables(
    melody: Contour, syllable_times: Sequence[tuple[float, float]], vowel_times: Sequence[tuple[float, float]]
) -> int | None:
    """Tell which syllable of a word was said most strongly, from the pitch, level and length of the vowels together.

    Parameters
    ----------
    melody : Contour
        Of the whole recording.
    syllable_times, vowel_times : sequence of (float, float)
        Seconds `[start, end)` of each syllable of the word and of its vowel.

    Returns
    -------
    int or None
        Index of the strongest syllable; None for a single syllable, or where two are too close to call.
    """
    if len(syllable_times) < 2:
        return None
    pitch_st, energy_db, log_duration = np.array([_vowel(melody, *vowel) for vowel in vowel_times]).T
    lowest_st = float(np.nanmin(pitch_st)) if np.isfinite(pitch_st).any() else 0.0
    pitch_st = np.where(np.isnan(pitch_st), lowest_st, pitch_st)  # a whispered or creaky vowel is not a high one
    odds = _ODDS_PER_SEMITONE * pitch_st + _ODDS_PER_DB * energy_db + _ODDS_PER_LOG_DURATION * log_duration
    probabilities = np.exp(odds - odds.max())
    probabilities /= probabilities.sum()
    return int(probabilities.argmax()) if probabilities.max() >= _SURE_ENOUGH else None


def _vowel(melody: Contour, start_s: float, end_s: float) -> tuple[float, float, float]:
    """Highest pitch in semitones (nan: unvoiced), highest level in dB, logarithm of the duration."""
    last_frame = len(melody.energy_db) - 1
    first = min(round(start_s / melody.period_s), last_frame)
    part = slice(first, max(first, round(end_s / melody.period_s)) + 1)
    pitched_hz = melody.f0_hz[part][np.isfinite(melody.f0_hz[part])]
    pitch_st = 12 * float(np.log2(pitched_hz.max())) if len(pitched_hz) else float("nan")
    return pitch_st, float(melody.energy_db[part].max()), float(np.log(max(end_s - start_s, _SHORTEST_VOWEL_S)))


def _energy_db(samples: np.ndarray) -> np.ndarray:
    padded = np.pad(samples, (_WINDOW_SAMPLES // 2, _WINDOW_SAMPLES // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW_SAMPLES)[::_HOP_SAMPLES]
    return 10 * np.log10(np.mean(np.square(frames, dtype=np.float64), axis=1) + 1e-10)


def _runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """List the `[first, last)` of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _voiced(confidence: np.ndarray) -> np.ndarray:
    """Keep each stretch that may be voiced if somewhere it surely is."""
    voiced = np.zeros(len(confidence), bool)
    for first, last in _runs(confidence >= _MAYBE_VOICED):
        voiced[first:last] = confidence[first:last].max() >= _SURELY_VOICED
    return voiced


def _without_leaps(f0_hz: np.ndarray) -> np.ndarray:
    """Drop a few frames nearly an octave away from a longer stretch beside them: doubled or halved pitch."""
    leaps = (np.flatnonzero(np.abs(np.diff(np.log2(f0_hz))) > _LEAP_OCTAVES) + 1).tolist()
    kept = f0_hz.copy()
    for first, last in _runs(np.isfinite(f0_hz)):
        pieces = list(pairwise([first, *(leap for leap in leaps if first < leap < last), last]))
        for index, (start, end) in enumerate(pieces):
            beside = pieces[max(index - 1, 0) : index] + pieces[index + 1 : index + 2]
            longest = max((right - left for left, right in beside), default=0)
            if end - start <= min(_LONGEST_LEAP_FRAMES, longest - 1):
                kept[start:end] = np.nan
    return kept


class _Returning:
    """A session that gives its memory back after every run; else it keeps that of the longest recording it ever met."""

    def __init__(self, session: "InferenceSession") -> None:
        self._session = session

    def run(self, names: Sequence[str], feeds: Mapping[str, np.ndarray]) -> Any:
        """Run the network as the session would."""
        import onnxruntime

        options = onnxruntime.RunOptions()
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        return self._session.run(names, feeds, options)


@cache
def _cached_detector() -> "SwiftF0":
    from swift_f0 import SwiftF0

    detector = SwiftF0(threads=1, spin=False)
    detector.session = _Returning(detector.session)  # type: ignore[assignment]
    return detector


def _detector() -> "SwiftF0":
    with _loading:  # `cache` alone would let two threads load it twice
        return _cached_detector()
