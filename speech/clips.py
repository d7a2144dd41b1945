"""Short clips of a model voice: trimmed, of equal loudness, as Ogg Opus that never changes a bit, or as WAV."""

import io
import wave

import numpy as np

CLIP_RATE = 24_000
"""Samples a second: Opus keeps all of a voice up to 12 kHz, above which the voices have nothing."""

OGG, WAV = "audio/ogg", "audio/wav"
"""Media types of the two forms; Safari plays Ogg from version 18.4 on."""

_BITS_PER_S = 24_000
_MARGIN_S = 0.1
_QUIETEST_DB = -45.0  # a final /f/ lies 40 dB below the loudest vowel
_FADE_S = 0.005
_FRAME_S = 0.01
_LOUDNESS_DBFS = -20.0
_HIGHEST_PEAK = 0.89  # 1 dB below full scale: Opus overshoots a little


def clip(samples: np.ndarray, sample_rate: int) -> np.ndarray:
    """Trim a recording to 0.1 s of silence at both ends and bring its speech to -20 dBFS.

    Parameters
    ----------
    samples : float32 array, shape (n,)
        Mono.
    sample_rate : int
        Samples per second of `samples`.

    Returns
    -------
    float32 array, shape (m,)
        At `CLIP_RATE`.
    """
    import soxr

    sound = samples if sample_rate == CLIP_RATE else soxr.resample(samples, sample_rate, CLIP_RATE, quality="HQ")
    sound = np.asarray(sound, np.float32) - np.float32(sound.mean())
    first, last, loudness = _speech(sound)
    margin = round(_MARGIN_S * CLIP_RATE)
    padded = np.pad(sound, (margin, margin))[first : last + 2 * margin]
    peak = float(np.abs(padded).max())
    if peak == 0.0:
        return padded
    return faded(padded * min(10 ** (_LOUDNESS_DBFS / 20) / loudness, _HIGHEST_PEAK / peak))


def _speech(sound: np.ndarray) -> tuple[int, int, float]:
    """First and last sample of what is loud enough, and its root mean square."""
    width = round(_FRAME_S * CLIP_RATE)
    frames = np.resize(np.pad(sound, (0, width)), (len(sound) // width + 1, width))
    levels = np.sqrt(np.mean(np.square(frames, dtype=np.float64), axis=1)) + 1e-9
    loud = np.flatnonzero(levels > levels.max() * 10 ** (_QUIETEST_DB / 20))
    first, last = int(loud[0]) * width, min((int(loud[-1]) + 1) * width, len(sound))
    return first, last, float(np.sqrt(np.mean(np.square(levels[loud]))))


def faded(sound: np.ndarray) -> np.ndarray:
    """Let a sound at `CLIP_RATE` begin and end without a click."""
    ramp = np.minimum(np.arange(len(sound)) / (_FADE_S * CLIP_RATE), 1.0)
    return (sound * ramp * ramp[::-1]).astype(np.float32)


def to_ogg(sound: np.ndarray) -> bytes:
    """Encode a sound at `CLIP_RATE` as Ogg Opus of about 24 kbit/s; the same sound gives the same bytes."""
    import av

    frame = av.AudioFrame.from_ndarray(_as_integers(sound)[None], format="s16", layout="mono")
    frame.rate, frame.pts = CLIP_RATE, 0
    file = io.BytesIO()
    # Otherwise the stream gets a random serial number and the encoder's version.
    with av.open(file, "w", format="ogg", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libopus", rate=CLIP_RATE)
        stream.codec_context.layout = "mono"
        stream.codec_context.bit_rate = _BITS_PER_S
        stream.codec_context.options = {"application": "voip"}
        for part in (frame, None):
            container.mux(stream.encode(part))
    return file.getvalue()


def to_wav(sound: np.ndarray) -> bytes:
    """Write a sound at `CLIP_RATE` as WAV of 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(CLIP_RATE)
        written.writeframes(_as_integers(sound).astype("<i2").tobytes())
    return file.getvalue()


def from_ogg(content: bytes) -> np.ndarray:
    """Decode what `to_ogg` wrote: float32 samples at `CLIP_RATE`."""
    import soundfile

    samples, _ = soundfile.read(io.BytesIO(content), dtype="float32")
    return np.asarray(samples, np.float32)


def _as_integers(sound: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(sound * 32767.0), -32768, 32767).astype(np.int16)
