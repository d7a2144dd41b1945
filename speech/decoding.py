"""Bytes of a recording -> samples, with limits checked while decoding."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import walk_packages
from typing import TYPE_CHECKING

import numpy as np

from speech.completeness import check_complete, flac_sound, mp3_sound
from speech.containers import Container, recognise_container
from speech.errors import NotAudio, TooLong, TooShort, TruncatedAudio, UnsupportedAudio
from speech.riff import plain_wav

if TYPE_CHECKING:
    from av import AudioFrame, AudioStream
    from av.container import InputContainer

SAMPLE_RATES_HZ = (8_000, 96_000)  # telephone to studio; a forged header cannot ask for more
MAX_CHANNELS = 8
_BLOCK_FRAMES = 65_536
_FULL_SCALE = 0.98  # lossy codecs smear a clipped peak by a few percent
_LOUDEST = 2.0**31  # some programs write floats on the scale of integers; beyond, squares overflow
_CANCELLED = 0.1  # power of the mean of channels against that of the loudest one
_FLAC_INFO_BYTES = 34
_DECODERS = ("aac", "alac", "flac", "mp3", "mp3float", "opus", "libopus", "vorbis", "pcm_s16le", "pcm_f32le")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Sound as it was recorded, in one channel.

    Parameters
    ----------
    samples : float32 array, shape (n,)
        Full scale is 1; float sources may exceed it.
    sample_rate : int
        Samples per second.
    clipped : float
        Share of samples at full scale, 0..1, over all channels.
    """

    samples: np.ndarray
    sample_rate: int
    clipped: float

    @classmethod
    def from_channels(cls, channels: np.ndarray, sample_rate: int) -> "Decoded":
        """Downmix float samples of shape (n, channels).

        Raises
        ------
        UnsupportedAudio
            Sample rate or number of channels out of range, or samples that are not numbers.
        """
        _check_layout(sample_rate, channels.shape[1])
        heights = np.abs(channels)
        if not heights.max(initial=0.0) <= _LOUDEST:  # nan is never less
            raise UnsupportedAudio({"detail": "samples that are not numbers"})
        clipped = float((heights >= _FULL_SCALE).mean()) if channels.size else 0.0
        return cls(_downmixed(channels), sample_rate, clipped)


def load_decoders() -> None:
    """Load all that `decode` loads when it first needs it: a confined process can open no file to load it from."""
    import_module("soundfile")
    for module in walk_packages(import_module("av").__path__, "av."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


def decode(data: bytes, *, max_duration_s: float) -> Decoded:
    """Decode a whole recording.

    Parameters
    ----------
    data : bytes
        The whole file.
    max_duration_s : float
        Stop with an error as soon as more than this has been decoded.

    Returns
    -------
    Decoded

    Raises
    ------
    NotAudio, UnsupportedAudio, TruncatedAudio, TooLong, TooShort
        See `speech.errors`.
    """
    container = recognise_container(data)
    check_complete(data, container)
    data = _without_passengers(data, container)
    # libsndfile cannot read to the end of a FLAC stream whose length its encoder could not know.
    endless = container is Container.FLAC and not _flac_declared_frames(data)
    blocks = _av_blocks if endless or container in (Container.WEBM, Container.MP4) else _soundfile_blocks
    channels: list[np.ndarray] = []
    frames = sample_rate = 0
    for block, sample_rate in blocks(data, container):
        frames += len(block)
        if frames > max_duration_s * sample_rate:
            raise TooLong({"limit": max_duration_s})
        channels.append(block)
    if not frames:
        raise TooShort({"seconds": 0.0})
    return Decoded.from_channels(np.concatenate(channels), sample_rate)


def _without_passengers(data: bytes, container: Container) -> bytes:
    """Only the sound: tags, pictures and tables are the part of a file with most to get wrong, and of no use here."""
    if container is Container.WAV:
        return plain_wav(data)
    if container is Container.FLAC:
        if data[4] & 0x7F or data[5:8] != _FLAC_INFO_BYTES.to_bytes(3, "big"):
            raise UnsupportedAudio({"detail": container.name})
        return b"fLaC\x80" + data[5 : 8 + _FLAC_INFO_BYTES] + data[flac_sound(data) :]
    return data[mp3_sound(data) :] if container is Container.MP3 else data


def _check_layout(sample_rate: int, channels: int) -> None:
    lowest, highest = SAMPLE_RATES_HZ
    if not lowest <= sample_rate <= highest:
        raise UnsupportedAudio({"detail": f"{sample_rate} samples per second"})
    if not 1 <= channels <= MAX_CHANNELS:
        raise UnsupportedAudio({"detail": f"{channels} channels"})


def _downmixed(channels: np.ndarray) -> np.ndarray:
    if channels.shape[1] == 1 or not len(channels):
        return channels[:, 0]
    mean = channels.mean(axis=1, dtype=np.float32)
    power = np.einsum("nc,nc->c", channels, channels)
    # Microphones wired against each other cancel in the mean, and one live channel of many drowns in it.
    if mean @ mean < _CANCELLED * power.max():
        return channels[:, int(power.argmax())]
    return mean


def _soundfile_blocks(data: bytes, container: Container) -> Iterator[tuple[np.ndarray, int]]:
    import soundfile

    try:
        file = soundfile.SoundFile(io.BytesIO(data))
    except soundfile.LibsndfileError as error:
        raise UnsupportedAudio({"detail": container.name}) from error
    with file:
        _check_layout(file.samplerate, file.channels)
        frames = 0
        while True:
            try:
                block = file.read(_BLOCK_FRAMES, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as error:
                raise TruncatedAudio from error
            if not len(block):
                break
            frames += len(block)
            yield block, file.samplerate
        if container is Container.FLAC and frames < _flac_declared_frames(data):
            raise TruncatedAudio


def _flac_declared_frames(data: bytes) -> int:
    """Frames in the stream, 36 bits of its first block; 0 where the encoder could not know."""
    return int.from_bytes(data[21:26], "big") & 0xF_FFFF_FFFF


def _av_blocks(data: bytes, container: Container) -> Iterator[tuple[np.ndarray, int]]:
    import av
    from av.error import FFmpegError

    # No reference inside the file may be followed, and no decoder but ours may see its bytes (film has many).
    options = {"codec_whitelist": ",".join(_DECODERS), "protocol_whitelist": "none"}
    try:
        file = av.open(io.BytesIO(data), mode="r", format=container.value, container_options=options)
    except (FFmpegError, ValueError) as error:
        raise UnsupportedAudio({"detail": container.name}) from error
    with file:
        stream = _audio_stream(file)
        frames, layout = 0, None
        for frame in _av_frames(file, stream):
            block = _as_floats(frame)
            layout = layout or (frame.sample_rate, block.shape[1])
            if layout != (frame.sample_rate, block.shape[1]):
                raise UnsupportedAudio({"detail": "a changing sample rate"})
            _check_layout(*layout)
            frames += len(block)
            yield block, frame.sample_rate
        declared_s = (file.duration or 0) / 1e6
        if layout and declared_s - frames / layout[0] > max(0.5, 0.1 * declared_s):
            raise TruncatedAudio


def _audio_stream(file: "InputContainer") -> "AudioStream":
    if not file.streams.audio:
        raise NotAudio
    stream = file.streams.audio[0]
    codec = stream.codec_context.name if stream.codec_context else "unknown codec"
    if codec not in _DECODERS:
        raise UnsupportedAudio({"detail": codec})
    stream.codec_context.thread_count = 1  # a confined process may start no thread
    return stream


def _av_frames(file: "InputContainer", stream: "AudioStream") -> Iterator["AudioFrame"]:
    from av.error import FFmpegError

    last = None
    try:
        for packet in file.demux(stream):
            if packet.pts is not None and last is not None and packet.pts < last:  # parts were put together wrongly
                raise TruncatedAudio
            last = packet.pts if packet.pts is not None else last
            yield from packet.decode()
    except FFmpegError as error:
        raise TruncatedAudio from error


def _as_floats(frame: "AudioFrame") -> np.ndarray:
    samples = frame.to_ndarray()
    planar = samples if frame.format.is_planar else samples.reshape(-1, frame.layout.nb_channels).T
    scale = 2.0 ** (8 * planar.itemsize - 1) if planar.dtype.kind == "i" else 1.0
    return (planar.T / scale).astype(np.float32)
