"""What every acoustic model asks of the samples it hears."""

import math

import numpy as np

from speech.audio import SAMPLE_RATE
from speech.errors import TooShort

_FLOOR_DB = -55.0  # less loses readings beside a second of zeros, more costs phones
_FRAME_SAMPLES, _STEP_SAMPLES = 400, 160
_LOUD_SHARE = 0.1


def clean(samples: np.ndarray, *, shortest_s: float) -> np.ndarray:
    """Check one mono 16 kHz recording and make it finite contiguous float32 without digital silence.

    Few models have learned from digital silence, and those that normalise over the utterance hear everything else
    wrongly beside it. So the same faint noise, 55 dB below the loudest tenth of the recording, is added to every one.

    Parameters
    ----------
    samples : float array, shape (n,)
        In [-1, 1]; a sample that is no number counts as silence, an infinite one as full scale.
    shortest_s : float
        What one frame needs.

    Raises
    ------
    TooShort
        Fewer than `shortest_s` seconds.
    ValueError
        Not one-dimensional.
    """
    if samples.ndim != 1:
        raise ValueError(f"samples must be mono, shape (n,), not {samples.shape}")
    if len(samples) < math.ceil(shortest_s * SAMPLE_RATE):
        raise TooShort({"seconds": len(samples) / SAMPLE_RATE})
    finite = np.nan_to_num(samples.astype(np.float32, copy=False), nan=0.0, posinf=1.0, neginf=-1.0)
    return np.ascontiguousarray(finite + _floor(finite))


def _floor(samples: np.ndarray) -> np.ndarray:
    """Noise below the recording's own level, the same at every call; float32, shape (n,)."""
    frame = min(_FRAME_SAMPLES, len(samples))
    frames = np.lib.stride_tricks.sliding_window_view(samples, frame)[::_STEP_SAMPLES]
    powers = np.sort(np.einsum("ij,ij->i", frames, frames) / frame)
    loud = float(np.sqrt(np.mean(powers[-max(1, round(_LOUD_SHARE * len(powers))) :])))
    noise = np.random.default_rng(0).standard_normal(len(samples), dtype=np.float32)
    return noise * np.float32(loud * 10 ** (_FLOOR_DB / 20))
