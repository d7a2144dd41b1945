"""Any browser or file recording in, mono float32 at 16 kHz and how good it is out."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from speech.decoding import Decoded, decode
from speech.errors import EmptyFile, FileMissing, FileTooLarge, Silence, TooLong, TooNoisy, TooShort, UnsupportedAudio
from speech.isolation import decode_isolated
from speech.quality import MIN_SNR_DB, frame_levels, measure_quality, speech_intervals
from speech.results import Quality
from speech.settings import Settings

SAMPLE_RATE = 16_000
MIN_DURATION_S = 0.25  # the shortest English word, "a", with the click of a button around it
MIN_SPEECH_S = 0.06


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples as in `Recording`, and the share of them at full scale in the original, 0..1."""

    samples: np.ndarray
    clipped: float


@dataclass(frozen=True, slots=True)
class Recording:
    """One reading, ready to be judged.

    Parameters
    ----------
    samples : float32 array, shape (n,)
        Mono, 16 kHz, no DC offset, within [-1, 1].
    quality : Quality
        Signal-to-noise ratio, clipping, loudness, durations and warnings.
    speech : tuple of (float, float)
        Seconds `[start, end)` in which somebody speaks, in order, without overlap.
    """

    samples: np.ndarray
    quality: Quality
    speech: tuple[tuple[float, float], ...]


def load_audio(
    source: str | Path | bytes | BinaryIO,
    *,
    settings: Settings | None = None,
    require_speech: bool = True,
    isolated: bool = False,
) -> Recording:
    """Read a recording from a path, its bytes, or an open binary file.

    WAV, FLAC, MP3, Ogg (Opus, Vorbis), WebM (Opus, Vorbis) and MP4 (AAC) are read, whatever the file is called. Limits
    are checked while decoding, so that a small file of many hours costs no more than an honest one.

    Parameters
    ----------
    source : str, Path, bytes or binary file
        A string is a path.
    settings : Settings, optional
        `max_file_bytes` and `max_speech_s` apply; the latter limits the length of the whole recording.
    require_speech : bool
        Refuse recordings in which nobody speaks, or in which the noise hides the speech.
    isolated : bool
        Decode in a process of its own with limits on time and memory, for what strangers upload.

    Returns
    -------
    Recording

    Raises
    ------
    AudioError
        `FileMissing`, `EmptyFile`, `FileTooLarge`, `NotAudio`, `UnsupportedAudio`, `TruncatedAudio`, `TooLong` or
        `TooShort`; with `require_speech` also `Silence` or `TooNoisy`.
    """
    sound = read_sound(source, settings=settings, isolated=isolated)
    return examine(sound, require_speech=require_speech)


def read_sound(
    source: str | Path | bytes | BinaryIO, *, settings: Settings | None = None, isolated: bool = False
) -> Sound:
    """Read the samples of a recording, as `load_audio` does before it looks for speech in them.

    Raises
    ------
    AudioError
        As for `load_audio`, without `Silence` and `TooNoisy`.
    """
    settings = settings or Settings()
    data = _read(source, max_bytes=settings.max_file_bytes)
    decoder = decode_isolated if isolated else decode
    return _sound(decoder(data, max_duration_s=settings.max_speech_s))


def examine(sound: Sound, *, require_speech: bool = True) -> Recording:
    """Find where somebody speaks and how well one hears it.

    Raises
    ------
    Silence, TooNoisy
        With `require_speech`, where nobody speaks or the noise hides the speech.
    """
    levels_dbfs = frame_levels(sound.samples)
    speech = speech_intervals(sound.samples, levels_dbfs=levels_dbfs)
    quality = measure_quality(sound.samples, speech, clipped=sound.clipped, levels_dbfs=levels_dbfs)
    if require_speech:
        if quality.speech_s < MIN_SPEECH_S:
            raise Silence
        if quality.snr_db < MIN_SNR_DB:
            raise TooNoisy({"snr_db": quality.snr_db})
    return Recording(samples=sound.samples, quality=quality, speech=speech)


def from_samples(
    samples: np.ndarray, sample_rate: int, *, settings: Settings | None = None, require_speech: bool = True
) -> Recording:
    """Make a recording of samples that are already in memory.

    Parameters
    ----------
    samples : array, shape (n,) or (n, channels)
        Floats in [-1, 1] or signed integers.
    sample_rate : int
        Samples per second of `samples`.
    settings, require_speech
        As for `load_audio`.

    Returns
    -------
    Recording

    Raises
    ------
    AudioError
        As for `load_audio`, without the errors of files.
    """
    settings = settings or Settings()
    samples = np.asarray(samples)
    if np.issubdtype(samples.dtype, np.signedinteger):
        samples = samples / -float(np.iinfo(samples.dtype).min)
    if len(samples) > settings.max_speech_s * sample_rate:
        raise TooLong({"limit": settings.max_speech_s})
    decoded = Decoded.from_channels(samples.astype(np.float32).reshape(len(samples), -1), sample_rate)
    return examine(_sound(decoded), require_speech=require_speech)


def _read(source: str | Path | bytes | BinaryIO, *, max_bytes: int) -> bytes:
    if isinstance(source, bytes):
        data = source
    elif isinstance(source, (str, Path)):
        path = Path(source)
        if not path.is_file():
            raise FileMissing({"name": path.name})
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    else:
        data = source.read(max_bytes + 1)
    if not data:
        raise EmptyFile
    if len(data) > max_bytes:
        raise FileTooLarge({"megabytes": len(data) / 1e6, "limit": max_bytes / 1e6})
    return data


def _sound(decoded: Decoded) -> Sound:
    duration_s = len(decoded.samples) / decoded.sample_rate
    if duration_s < MIN_DURATION_S:
        raise TooShort({"seconds": duration_s})
    return Sound(_at_16_khz(decoded), decoded.clipped)


def _at_16_khz(decoded: Decoded) -> np.ndarray:
    import soxr

    samples = decoded.samples
    if not np.isfinite(samples).all():
        raise UnsupportedAudio({"detail": "samples that are not numbers"})
    if decoded.sample_rate != SAMPLE_RATE:
        samples = soxr.resample(samples, decoded.sample_rate, SAMPLE_RATE, quality="HQ")
    samples = samples - samples.mean(dtype=np.float64)
    # Float files and lossy codecs may exceed full scale; scaling keeps the waveform, clipping would distort it.
    peak = float(np.abs(samples).max())
    return (samples / max(1.0, peak)).astype(np.float32)
