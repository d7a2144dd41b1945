"""Recordings as WAV files, which open anywhere."""

import io

import numpy as np

from speech.isolation import decode_isolated

_LONGEST_S = 3600.0
"""Longer than anything that is kept, which was measured when it came."""


def to_wav(recording: bytes) -> bytes:
    """Decode a recording, in a process of its own, and write it as 16-bit WAV at its own sample rate.

    Raises
    ------
    AudioError
        It cannot be decoded.
    """
    import soundfile

    decoded = decode_isolated(recording, max_duration_s=_LONGEST_S)
    file = io.BytesIO()
    soundfile.write(file, np.clip(decoded.samples, -1.0, 1.0), decoded.sample_rate, format="WAV", subtype="PCM_16")
    return file.getvalue()
