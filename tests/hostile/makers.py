"""Containers written byte by byte, so that each field can lie on its own; the same bytes at every call."""

import io
import struct
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import av
import numpy as np
import soundfile
import soxr

SPEECH, RATE = soundfile.read(Path(__file__).parent.parent / "speech" / "data" / "yellow_lamp.flac", dtype="float32")
PCM = (SPEECH * 32_767).astype("<i2").tobytes()

_MIRROR = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def chunk(name: bytes, content: bytes, *, size: int | None = None) -> bytes:
    """A RIFF chunk; `size` is what it claims."""
    claimed = len(content) if size is None else size
    return name + struct.pack("<I", claimed & 0xFFFF_FFFF) + content + b"\0" * (len(content) % 2)


def wav_format(
    *, tag: int = 1, channels: int = 1, rate: int = RATE, bits: int = 16, align: int | None = None, tail: bytes = b""
) -> bytes:
    frame = channels * bits // 8 if align is None else align
    fields = (tag, channels, rate, rate * frame & 0xFFFF_FFFF, frame & 0xFFFF, bits)
    return chunk(b"fmt ", struct.pack("<HHIIHH", *fields) + tail)


def wav(
    samples: bytes = PCM,
    *,
    layout: bytes | None = None,
    size: int | None = None,
    before: bytes = b"",
    magic: bytes = b"RIFF",
) -> bytes:
    """A WAV file; `layout` is its fmt chunk, `size` what its data claims, `before` other chunks."""
    body = (wav_format() if layout is None else layout) + before + chunk(b"data", samples, size=size)
    return magic + struct.pack("<I", len(body) + 4 & 0xFFFF_FFFF) + b"WAVE" + body


def ogg_checksum(page: bytes) -> int:
    """Ogg's own CRC-32: zlib's polynomial with all bits the other way round, begun with zero."""
    mirrored = zlib.crc32(page.translate(_MIRROR), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return int(f"{mirrored:032b}"[::-1], 2)


def ogg_page(
    segments: bytes,
    body: bytes,
    *,
    number: int,
    granule: int = 0,
    flags: int = 0,
    serial: int = 1,
    checked: bool = True,
) -> bytes:
    """One page as its fields say; without `checked` its checksum is wrong."""
    head = b"OggS\0" + struct.pack("<BqII", flags, granule, serial, number)
    count = bytes([len(segments)]) + segments
    checksum = ogg_checksum(head + bytes(4) + count + body) ^ (0 if checked else 1)
    return head + struct.pack("<I", checksum) + count + body


def laced(packet: bytes) -> bytes:
    """A packet's entries in the table of segments."""
    return b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])


def opus_head(*, channels: int = 1, rate: int = 48_000, family: int = 0, tail: bytes = b"", version: int = 1) -> bytes:
    return b"OpusHead" + struct.pack("<BBHIhB", version, channels & 255, 312, rate & 0xFFFF_FFFF, 0, family) + tail


OPUS_TAGS = b"OpusTags" + struct.pack("<I", 5) + b"lafal" + struct.pack("<I", 0)


def opus_ogg(
    packets: Sequence[bytes],
    *,
    head: bytes | None = None,
    tags: bytes = OPUS_TAGS,
    ticks: int = 960,
    serial: int = 1,
    bad_page: int = -1,
    per_page: int = 50,
) -> bytes:
    """Opus packets in Ogg pages of `per_page` packets; page `bad_page` gets a wrong checksum."""
    head = opus_head() if head is None else head
    pages = [ogg_page(laced(head), head, number=0, flags=2, serial=serial)]
    table = laced(tags)
    while table:
        part, table = table[:255], table[255:]
        body, tags = tags[: sum(part)], tags[sum(part) :]
        pages.append(ogg_page(part, body, number=len(pages), serial=serial))
    for start in range(0, len(packets), per_page):
        some = packets[start : start + per_page]
        granule = (start + len(some)) * ticks
        flags = 4 if start + per_page >= len(packets) else 0
        segments = b"".join(map(laced, some))
        checked = len(pages) != bad_page
        number = len(pages)
        page = ogg_page(
            segments, b"".join(some), number=number, granule=granule, flags=flags, serial=serial, checked=checked
        )
        pages.append(page)
    return b"".join(pages)


@cache
def packets(codec: str = "libopus", rate: int = 48_000, *, seconds: float = 3.0) -> tuple[bytes, ...]:
    """The speech as raw packets of a codec."""
    return tuple(bytes(packet) for packet in _encoded(codec, rate, seconds))


def _encoded(codec: str, rate: int, seconds: float) -> Iterable[av.Packet]:
    with av.open(io.BytesIO(), "w", format="matroska") as file:
        stream = file.add_stream(codec, rate=rate)
        stream.layout = "mono"
        resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=rate)
        sound = soxr.resample(SPEECH, RATE, rate)[: int(seconds * rate)]
        for start in range(0, len(sound), 1024):
            frame = av.AudioFrame.from_ndarray(sound[None, start : start + 1024].copy(), format="flt", layout="mono")
            frame.sample_rate, frame.pts = rate, start
            for converted in resampler.resample(frame):
                yield from stream.encode(converted)
        yield from stream.encode(None)


@cache
def muxed(kind: str, codec: str, rate: int = 48_000, *, options: tuple[tuple[str, str], ...] = ()) -> bytes:
    """The speech as FFmpeg writes it, without dates and random numbers."""
    sink = io.BytesIO()
    with av.open(sink, "w", format=kind, options={"fflags": "bitexact", **dict(options)}) as file:
        stream = file.add_stream(codec, rate=rate)
        stream.layout = "mono"
        resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=rate)
        sound = soxr.resample(SPEECH, RATE, rate)
        for start in range(0, len(sound), 1024):
            frame = av.AudioFrame.from_ndarray(sound[None, start : start + 1024].copy(), format="flt", layout="mono")
            frame.sample_rate, frame.pts = rate, start
            for converted in resampler.resample(frame):
                file.mux(stream.encode(converted))
        file.mux(stream.encode(None))
    return sink.getvalue()


@cache
def written(kind: str, subtype: str) -> bytes:
    """The speech as libsndfile writes it."""
    sink = io.BytesIO()
    soundfile.write(sink, SPEECH, RATE, format=kind, subtype=subtype)
    return sink.getvalue()


def element(identity: str, content: bytes | None, *, size: int | None = None) -> bytes:
    """An EBML element; None leaves its size unknown, `size` is what it claims."""
    name = bytes.fromhex(identity)
    if content is None:
        return name + b"\x01" + b"\xff" * 7
    return name + ((1 << 56) + (len(content) if size is None else size)).to_bytes(8, "big") + content


def number(value: int, *, length: int = 8) -> bytes:
    return value.to_bytes(length, "big")


def ebml_head(kind: bytes = b"webm") -> bytes:
    return element("1a45dfa3", element("4286", b"\1") + element("4282", kind) + element("4287", b"\4"))


def audio_track(
    *,
    codec: bytes = b"A_OPUS",
    rate: float = 48_000.0,
    channels: int = 1,
    private: bytes | None = None,
    more: bytes = b"",
) -> bytes:
    private = opus_head() if private is None else private
    audio = element("e1", element("b5", struct.pack(">d", rate)) + element("9f", number(channels)))
    fields = element("d7", b"\1") + element("73c5", b"\1") + element("83", b"\2") + element("86", codec)
    return element("ae", fields + element("63a2", private) + more + audio)


def blocks(some: Sequence[bytes], *, start: int = 0, step_ms: int = 20) -> bytes:
    return b"".join(
        element("a3", b"\x81" + struct.pack(">hB", (start + index) * step_ms & 0x7FFF, 0x80) + packet)
        for index, packet in enumerate(some)
    )


def cluster(content: bytes, *, at_ms: int = 0) -> bytes:
    return element("1f43b675", element("e7", number(at_ms)) + content)


def segment(*parts: bytes, unknown: bool = False) -> bytes:
    body = b"".join(parts)
    return element("18538067", None) + body if unknown else element("18538067", body)


def info(*, scale: int = 1_000_000, more: bytes = b"") -> bytes:
    return element("1549a966", element("2ad7b1", number(scale)) + element("4d80", b"lafal") + more)


def webm(*parts: bytes, head: bytes | None = None, unknown: bool = False) -> bytes:
    return (ebml_head() if head is None else head) + segment(*parts, unknown=unknown)


def opus_webm(*besides: bytes, track: bytes | None = None, scale: int = 1_000_000) -> bytes:
    """The speech in one cluster, with other elements before it."""
    tracks = element("1654ae6b", audio_track() if track is None else track)
    return webm(info(scale=scale), *besides, tracks, cluster(blocks(packets())))


def box(name: bytes, content: bytes, *, size: int | None = None) -> bytes:
    return struct.pack(">I", (len(content) + 8 if size is None else size) & 0xFFFF_FFFF) + name + content


def altered(data: bytes, name: bytes, offset: int, new: bytes) -> bytes:
    """Bytes at `offset` behind the first `name` replaced."""
    at = data.index(name) + len(name) + offset
    return data[:at] + new + data[at + len(new) :]


_CRC8 = [0] * 256
_CRC16 = [0] * 256
for _byte in range(256):
    _eight, _sixteen = _byte, _byte << 8
    for _ in range(8):
        _eight = (_eight << 1 ^ (0x07 if _eight & 0x80 else 0)) & 0xFF
        _sixteen = (_sixteen << 1 ^ (0x8005 if _sixteen & 0x8000 else 0)) & 0xFFFF
    _CRC8[_byte], _CRC16[_byte] = _eight, _sixteen


def flac_info(*, rate: int = 44_100, channels: int = 1, bits: int = 16, frames: int = 0, block: int = 65_535) -> bytes:
    packed = (rate & 0xF_FFFF) << 44 | (channels - 1 & 7) << 41 | (bits - 1 & 31) << 36 | frames
    return struct.pack(">HH", block, block) + bytes(6) + packed.to_bytes(8, "big") + bytes(16)


def flac(frames: int, *, stream_info: bytes | None = None, before: bytes = b"", channels: int = 1) -> bytes:
    """Silence as constant blocks of 65,535 samples, some 15 bytes each."""
    stream_info = flac_info(channels=channels) if stream_info is None else stream_info
    first = b"\x80" if not before else b"\0"
    parts = [b"fLaC" + first + len(stream_info).to_bytes(3, "big") + stream_info + before]
    for index in range(frames):
        head = b"\xff\xf8\x79" + bytes([channels - 1 << 4 | 8]) + _flac_number(index) + b"\xff\xfe"
        eight = 0
        for byte in head:
            eight = _CRC8[eight ^ byte]
        frame = head + bytes([eight]) + b"\0\0\0" * channels
        sixteen = 0
        for byte in frame:
            sixteen = (sixteen << 8 & 0xFFFF) ^ _CRC16[sixteen >> 8 ^ byte]
        parts.append(frame + sixteen.to_bytes(2, "big"))
    return b"".join(parts)


def _flac_number(value: int) -> bytes:
    return chr(value).encode("utf-8", "surrogatepass") if value < 0x11_0000 else b""


def id3(content: bytes, *, size: int | None = None) -> bytes:
    claimed = len(content) if size is None else size
    return b"ID3\4\0\0" + bytes(claimed >> shift & 0x7F for shift in (21, 14, 7, 0)) + content


def floats(value: float, *, seconds: float = 1.0) -> bytes:
    return np.full(int(seconds * RATE), value, "<f4").tobytes()
