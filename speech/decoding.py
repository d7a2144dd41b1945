"""Bytes of a recording -> samples, with limits checked while decoding."""

import io
from dataclasses import dataclass

import numpy as np

from speech.containers import Container, check_complete, recognise_container
from speech.errors import TooLong, TruncatedAudio, UnsupportedAudio

SAMPLE_RATES_HZ = (8_000, 96_000)
MAX_CHANNELS = 8
_BLOCK_FRAMES = 65_536
_FULL_SCALE = 0.98


@dataclass(frozen=True, slots=True)
class Decoded:
    """Mono samples as recorded: float32, shape (n,); `clipped` is the share of samples at full scale (0..1)."""

    samples: np.ndarray
    sample_rate: int
    clipped: float

    @classmethod
    def from_channels(cls, channels: np.ndarray, sample_rate: int) -> "Decoded":
        """Downmix float samples of shape (n, channels)."""
        _check_layout(sample_rate, channels.shape[1])
        clipped = float((np.abs(channels) >= _FULL_SCALE).mean()) if channels.size else 0.0
        return cls(_downmixed(channels), sample_rate, clipped)


def decode(data: bytes, *, max_duration_s: float) -> Decoded:
    """Decode a whole recording."""
    container = recognise_container(data)
    check_complete(data, container)
    if container in (Container.WEBM, Container.MP4):
        return _decode_with_av(data, container, max_duration_s)
    return _decode_with_soundfile(data, container, max_duration_s)


def _check_layout(sample_rate: int, channels: int) -> None:
    lowest, highest = SAMPLE_RATES_HZ
    if not lowest <= sample_rate <= highest:
        raise UnsupportedAudio({"detail": f"{sample_rate} samples per second"})
    if not 1 <= channels <= MAX_CHANNELS:
        raise UnsupportedAudio({"detail": f"{channels} channels"})


def _downmixed(channels: np.ndarray) -> np.ndarray:
    return channels.mean(axis=1, dtype=np.float32)


def _decode_with_soundfile(data: bytes, container: Container, max_duration_s: float) -> Decoded:
    import soundfile

    try:
        file = soundfile.SoundFile(io.BytesIO(data))
    except soundfile.LibsndfileError as error:
        raise UnsupportedAudio({"detail": container.value}) from error
    with file:
        _check_layout(file.samplerate, file.channels)
        blocks: list[np.ndarray] = []
        frames = 0
        while True:
            try:
                block = file.read(_BLOCK_FRAMES, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as error:
                raise TruncatedAudio from error
            if not len(block):
                break
            blocks.append(block)
            frames += len(block)
            if frames > max_duration_s * file.samplerate:
                raise TooLong({"limit": max_duration_s})
        channels = np.concatenate(blocks) if blocks else np.zeros((0, file.channels), np.float32)
        return Decoded.from_channels(channels, file.samplerate)


def _decode_with_av(data: bytes, container: Container, max_duration_s: float) -> Decoded:
    import av

    blocks: list[np.ndarray] = []
    frames = 0
    with av.open(io.BytesIO(data), format=container.value) as file:
        stream = file.streams.audio[0]
        rate = stream.codec_context.sample_rate
        resampler = av.AudioResampler(format="fltp", rate=rate)
        for frame in file.decode(stream):
            for piece in resampler.resample(frame):
                blocks.append(piece.to_ndarray().T)
                frames += piece.samples
                if frames > max_duration_s * rate:
                    raise TooLong({"limit": max_duration_s})
    return Decoded.from_channels(np.concatenate(blocks), rate)
