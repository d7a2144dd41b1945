"""What every acoustic model asks of the samples it hears."""

import math

import numpy as np

from speech.audio import SAMPLE_RATE
from speech.errors import TooShort


def clean(samples: np.ndarray, *, shortest_s: float) -> np.ndarray:
    """Check one mono 16 kHz recording and make it finite contiguous float32.

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
    return np.ascontiguousarray(finite)
