"""The sound inside a WAV file, and a plain file made of nothing else."""

import struct
from typing import NamedTuple

from speech.errors import TruncatedAudio, UnsupportedAudio

_MAX_CHUNKS = 100_000
# Programs that write to a pipe cannot go back to fill in the size; they leave 0 or something close to 2 or 4 GB.
_STREAMED_BYTES = 0x7FFF_0000
_PCM, _FLOAT, _A_LAW, _MU_LAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_BITS = {_PCM: (8, 16, 24, 32), _FLOAT: (32, 64), _A_LAW: (8,), _MU_LAW: (8,)}
_LAYOUT_BYTES = 16
_SUBTYPE = slice(24, 26)
_SUBTYPE_BYTES = 40
_PLAIN_BYTES = 36  # of a plain header behind the size


class WavSound(NamedTuple):
    """Where the samples of a WAV file are, and its format chunk.

    Parameters
    ----------
    layout : bytes
        Content of the first "fmt " chunk; empty where there is none before the samples.
    start, size : int
        Bytes of the samples; a size of 0 where the writer could not know it.
    """

    layout: bytes
    start: int
    size: int


def find_sound(data: bytes) -> WavSound:
    """Find the samples of a WAV file.

    Raises
    ------
    TruncatedAudio
        There are none.
    """
    position, large_size, layout = 12, 0, b""
    for _ in range(_MAX_CHUNKS):
        if position + 8 > len(data):
            break
        name, size = data[position : position + 4], int.from_bytes(data[position + 4 : position + 8], "little")
        position += 8
        if name == b"fmt " and not layout:
            layout = data[position : position + size]
        if name == b"ds64":
            large_size = int.from_bytes(data[position + 8 : position + 16], "little")
        if name == b"data" and size == 0xFFFF_FFFF and large_size:
            return WavSound(layout, position, large_size)
        if name == b"data":
            return WavSound(layout, position, size if size < _STREAMED_BYTES else 0)
        position += size + size % 2
    raise TruncatedAudio


def plain_wav(data: bytes) -> bytes:
    """Make a file of the format and the samples alone, so that no decoder reads what else the sender put in.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    bytes
        RIFF with a "fmt " chunk of 16 bytes and the samples, their sizes as they are.

    Raises
    ------
    TruncatedAudio
        There are no samples.
    UnsupportedAudio
        They are neither plain numbers nor A-law or mu-law, or for no channel at all.
    """
    layout, start, size = find_sound(data)
    tag, channels, rate_hz, bits = _described(layout)
    frame_bytes = channels * bits // 8
    samples = data[start : start + size if size else len(data)]
    samples = samples[: len(samples) - len(samples) % frame_bytes]
    plain = struct.pack("<HHIIHH", tag, channels, rate_hz, rate_hz * frame_bytes & 0xFFFF_FFFF, frame_bytes, bits)
    sizes = struct.pack("<I", len(samples) + _PLAIN_BYTES), struct.pack("<I", len(samples))
    return b"RIFF" + sizes[0] + b"WAVEfmt \x10\0\0\0" + plain + b"data" + sizes[1] + samples


def _described(layout: bytes) -> tuple[int, int, int, int]:
    """Tag, channels, samples per second and bits; what the header says about bytes per frame is not believed."""
    if len(layout) < _LAYOUT_BYTES:
        raise UnsupportedAudio({"detail": "WAV without a format"})
    tag, channels, rate_hz, _, _, bits = struct.unpack("<HHIIHH", layout[:_LAYOUT_BYTES])
    if tag == _EXTENSIBLE and len(layout) >= _SUBTYPE_BYTES:
        tag = int.from_bytes(layout[_SUBTYPE], "little")
    if bits not in _BITS.get(tag, ()):
        raise UnsupportedAudio({"detail": f"WAV with codec {tag}, {bits} bits"})
    if not channels or channels * bits // 8 > 0xFFFF:
        raise UnsupportedAudio({"detail": f"{channels} channels"})
    return tag, channels, rate_hz, bits
