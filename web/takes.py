"""A learner's take as it is kept: its sound and nothing else that the file carried."""

import io
from dataclasses import dataclass

import numpy as np

from speech.audio import MIN_DURATION_S
from speech.errors import EmptyFile, FileTooLarge, TooShort
from speech.isolation import decode_isolated

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Take:
    """A recording that was decoded and written anew, and how long it is."""

    content: bytes
    media_type: str
    seconds: float


def as_kept(content: bytes, *, max_bytes: int, max_duration_s: float) -> Take:
    """Decode what a browser sent, in a process of its own, and write its sound as FLAC.

    Phones write the place, the time and the device into a recording; a decoded sound has none of it. Nothing is heard
    less: one channel, as it is judged, at the rate it was recorded with. The same file gives the same bytes, so that
    sending it again is noticed as such.

    Raises
    ------
    AudioError
        It is no recording, is damaged, too long or too short; as for `speech.audio.load_audio`. Whether somebody speaks
        in it is not asked.
    """
    import soundfile

    if not content:
        raise EmptyFile
    if len(content) > max_bytes:
        raise FileTooLarge({"megabytes": len(content) / _MEGABYTE, "limit": max_bytes / _MEGABYTE})
    decoded = decode_isolated(content, max_duration_s=max_duration_s)
    seconds = len(decoded.samples) / decoded.sample_rate
    if seconds < MIN_DURATION_S:
        raise TooShort({"seconds": seconds})
    # Lossy codecs overshoot full scale a little.
    samples = np.clip(decoded.samples, -1.0, 1.0)
    file = io.BytesIO()
    soundfile.write(file, samples, decoded.sample_rate, format="FLAC", subtype="PCM_16")
    return Take(file.getvalue(), "audio/flac", seconds)
