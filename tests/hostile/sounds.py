"""Hostile WAV, FLAC, MP3 and Ogg files: (name, bytes, the outcomes that are right)."""

import gzip
import struct
from collections.abc import Iterator

import numpy as np
from makers import (
    OPUS_TAGS,
    PCM,
    RATE,
    SPEECH,
    chunk,
    flac,
    flac_info,
    floats,
    id3,
    laced,
    muxed,
    ogg_page,
    opus_head,
    opus_ogg,
    packets,
    wav,
    wav_format,
    written,
)

Case = tuple[str, bytes, str]
UNSUPPORTED, TRUNCATED, NOT_AUDIO = "unsupported_audio", "truncated_audio", "not_audio"
_THREE_FRAMES = 3 * 65_535


def wav_cases() -> Iterator[Case]:
    yield "honest.wav", wav(), "fine"
    yield "rate-0.wav", wav(layout=wav_format(rate=0)), UNSUPPORTED
    yield "rate-1.wav", wav(layout=wav_format(rate=1)), UNSUPPORTED
    yield "rate-2-to-31.wav", wav(layout=wav_format(rate=2**31)), UNSUPPORTED
    for channels in (0, 255, 65_535):
        yield f"channels-{channels}.wav", wav(layout=wav_format(channels=channels)), UNSUPPORTED
    for bits in (0, 1, 64, 65_535):
        yield f"bits-{bits}.wav", wav(layout=wav_format(bits=bits, align=2)), UNSUPPORTED
    yield "align-0.wav", wav(layout=wav_format(align=0)), "fine"
    yield "align-65535.wav", wav(layout=wav_format(align=65_535)), "fine"
    header = wav(b"", size=0xFFFF_FFF0)
    yield "44-bytes-of-4-gb.wav", header, "too_short"
    assert len(header) == 44
    yield "44-bytes-of-1-gb.wav", wav(b"", size=1 << 30), TRUNCATED
    yield "claims-2-gb.wav", wav(size=0x7000_0000), TRUNCATED
    yield "fact-lies.wav", wav(before=chunk(b"fact", b"\xff\xff\xff\x7f")), "fine"
    yield "no-fmt.wav", wav(layout=b""), UNSUPPORTED
    yield "two-fmts.wav", wav(before=wav_format(channels=255, rate=1)), "fine"
    yield "short-fmt.wav", wav(layout=chunk(b"fmt ", b"\1\0\1\0")), UNSUPPORTED
    yield "fmt-of-4-gb.wav", wav(layout=chunk(b"fmt ", bytes(16), size=0xFFFF_FFFF)), TRUNCATED
    yield "chunk-after-chunk.wav", wav(before=chunk(b"junk", b"") * 60_000), "fine"
    yield "list-of-4-gb.wav", wav(before=chunk(b"LIST", b"INFO", size=0xFFFF_FFFE)), TRUNCATED
    yield "cue-of-many.wav", wav(before=chunk(b"cue ", b"\xff\xff\xff\x7f" + bytes(24))), "fine"
    yield "smpl-of-many.wav", wav(before=chunk(b"smpl", b"\xff" * 60)), "fine"
    yield "gsm.wav", wav(layout=wav_format(tag=0x31, bits=0, align=65, tail=b"\2\0\x40\1")), UNSUPPORTED
    yield "ms-adpcm.wav", wav(layout=wav_format(tag=2, bits=4, align=1, tail=b"\x20\0\xff\xff\xff\xff")), UNSUPPORTED
    yield "ima-adpcm.wav", wav(layout=wav_format(tag=0x11, bits=4, align=1, tail=b"\2\0\xff\xff")), UNSUPPORTED
    yield "mp3-inside.wav", wav(muxed("mp3", "libmp3lame", 44_100), layout=wav_format(tag=0x55, bits=0)), UNSUPPORTED
    yield "extensible-unknown.wav", wav(layout=wav_format(tag=0xFFFE, tail=b"\x16\0" + bytes(22))), UNSUPPORTED
    yield "rf64-lies.wav", wav(size=0xFFFF_FFFF, magic=b"RF64"), "fine"
    sizes = struct.pack("<QQQI", 1 << 60, 1 << 60, 1 << 60, 0)
    large = wav(layout=chunk(b"ds64", sizes) + wav_format(), size=0xFFFF_FFFF, magic=b"RF64")
    yield "rf64-of-exabytes.wav", large, TRUNCATED
    yield "big-endian.wav", wav(magic=b"RIFX"), UNSUPPORTED
    yield "half.wav", wav()[: len(PCM) // 2], TRUNCATED
    yield from _number_cases()


def _number_cases() -> Iterator[Case]:
    layout = wav_format(tag=3, bits=32)
    yield "nan.wav", wav(floats(np.nan), layout=layout), UNSUPPORTED
    yield "infinite.wav", wav(floats(-np.inf), layout=layout), UNSUPPORTED
    one = SPEECH.astype("<f4").copy()
    one[RATE // 2] = np.nan
    yield "one-nan.wav", wav(one.tobytes(), layout=layout), UNSUPPORTED
    one[RATE // 2] = 3e38
    yield "one-huge.wav", wav(one.tobytes(), layout=layout), UNSUPPORTED
    yield "all-huge.wav", wav(floats(3e38), layout=layout), UNSUPPORTED
    stereo = wav_format(tag=3, bits=32, channels=2)
    yield "huge-stereo.wav", wav(floats(3e38), layout=stereo), UNSUPPORTED
    rng = np.random.default_rng(0)
    noise = (rng.standard_normal(20 * RATE) * 1e-40).astype("<f4").tobytes()
    yield "denormal.wav", wav(noise, layout=layout), "silence"
    forty_eight = wav_format(tag=3, bits=32, rate=48_000)
    yield "denormal-48k.wav", wav(noise, layout=forty_eight), "silence"
    yield "no-sample.wav", wav(b""), "too_short"
    yield "one-sample.wav", wav(b"\1\0"), "too_short"
    yield "half-a-sample.wav", wav(b"\1"), "too_short"
    yield "constant.wav", wav(floats(0.5), layout=layout), "silence"
    square = np.where(np.arange(RATE) // 40 % 2, 32_767, -32_768).astype("<i2").tobytes()
    yield "all-clipped.wav", wav(square), "silence"
    yield "hours-of-zeros.wav", wav(bytes(2 * 16_000 * 600)), "too_long"


def flac_cases() -> Iterator[Case]:
    yield "bomb.flac", flac(40_000), "too_long"
    yield "bomb-8-channels.flac", flac(9_000, channels=8), "too_long"
    yield "bomb-of-96k.flac", flac(9_000, stream_info=flac_info(rate=96_000)), "too_long"
    yield "rate-0.flac", flac(3, stream_info=flac_info(rate=0, frames=_THREE_FRAMES)), UNSUPPORTED
    yield "rate-1.flac", flac(3, stream_info=flac_info(rate=1, frames=_THREE_FRAMES)), UNSUPPORTED
    yield "rate-655350.flac", flac(3, stream_info=flac_info(rate=655_350, frames=_THREE_FRAMES)), UNSUPPORTED
    yield "endless.flac", _endless(), "fine"
    yield "endless-half.flac", _endless()[:20_000], "any"
    yield "claims-2-to-36.flac", flac(3, stream_info=flac_info(frames=(1 << 36) - 1)), TRUNCATED
    yield "one-channel-of-eight.flac", flac(3, stream_info=flac_info(channels=8, frames=_THREE_FRAMES)), TRUNCATED
    yield "block-0.flac", flac(3, stream_info=flac_info(block=0)), TRUNCATED
    yield "no-frames.flac", flac(0), "too_short"
    yield "no-info.flac", b"fLaC\x84\0\0\4abcd" + flac(3)[42:], UNSUPPORTED
    picture = struct.pack(">II", 3, 9) + b"image/png" + bytes(4) + struct.pack(">5I", 1 << 31, 1 << 31, 32, 0, 1 << 31)
    yield "picture-of-2-gb.flac", flac(3, before=b"\x86" + len(picture).to_bytes(3, "big") + picture), "silence"
    comments = struct.pack("<I", 0) + struct.pack("<I", 0xFFFF_FFFF)
    yield "comments-of-4-gb.flac", flac(3, before=b"\x84" + len(comments).to_bytes(3, "big") + comments), "silence"
    yield "seek-table.flac", flac(3, before=b"\x83" + (18 * 9_000).to_bytes(3, "big") + b"\xff" * 18 * 9_000), "silence"
    yield "blocks-without-end.flac", b"fLaC" + (b"\1\0\0\0" * 90_000), TRUNCATED
    honest = written("FLAC", "PCM_16")
    yield "flipped.flac", honest[:9_000] + bytes([honest[9_000] ^ 0x55]) + honest[9_001:], TRUNCATED


def _endless() -> bytes:
    """As programs write it to a pipe: the number of samples is 0."""
    honest = written("FLAC", "PCM_16")
    return honest[:21] + bytes([honest[21] & 0xF0]) + bytes(4) + honest[26:]


def ogg_cases() -> Iterator[Case]:
    speech = packets()
    # A packet of one byte says "60 ms of the same": 25 MB of them would last 200 hours.
    yield "bomb.ogg", opus_ogg([b"\x18"] * 250_000, ticks=2880, per_page=250), "too_long"
    yield "bomb-of-6-kbit.ogg", opus_ogg([b"\x18" + bytes(44)] * 540_000, ticks=2880, per_page=250), "too_long"
    yield "bomb-in-120-ms.ogg", opus_ogg([b"\x1b\x02"] * 100_000, ticks=5760, per_page=250), "too_long"
    yield "bad-checksum.ogg", opus_ogg(speech, bad_page=3), TRUNCATED
    yield "all-pages-at-once.ogg", opus_ogg(speech, per_page=1), "fine"
    yield "chained.ogg", opus_ogg(speech) + opus_ogg(speech, serial=2), UNSUPPORTED
    yield "chained-rates.ogg", opus_ogg(speech) + opus_ogg(speech, serial=2, head=opus_head(channels=2)), UNSUPPORTED
    yield "chained-serial.ogg", opus_ogg(speech) + opus_ogg(speech), UNSUPPORTED
    yield "opus-channels-0.ogg", opus_ogg(speech, head=opus_head(channels=0)), UNSUPPORTED
    tail = b"\xff\xff" + bytes(range(255))
    yield "opus-channels-255.ogg", opus_ogg(speech, head=opus_head(channels=255, family=255, tail=tail)), UNSUPPORTED
    yield "opus-rate-2-to-31.ogg", opus_ogg(speech, head=opus_head(rate=2**31)), "fine"
    yield "opus-version-255.ogg", opus_ogg(speech, head=opus_head(version=255)), UNSUPPORTED
    yield "opus-tags-of-60-kb.ogg", opus_ogg(speech, tags=OPUS_TAGS + bytes(60_000)), "fine"
    claim = b"OpusTags" + b"\xff\xff\xff\x7f" + bytes(60)
    yield "opus-tags-of-2-gb.ogg", opus_ogg(speech, tags=claim), UNSUPPORTED
    yield "empty-packets.ogg", opus_ogg([b""] * 500), "any"
    yield "random-packets.ogg", opus_ogg([np.random.default_rng(3).bytes(60) for _ in range(200)]), "any"
    yield "granule-backwards.ogg", opus_ogg(speech, ticks=-960), UNSUPPORTED
    yield "granule-of-years.ogg", opus_ogg(speech, ticks=1 << 50), "any"
    yield "no-last-page.ogg", opus_ogg(speech)[:-4_000], TRUNCATED
    yield "empty-pages.ogg", opus_ogg([]) + b"".join(ogg_page(b"", b"", number=2 + n) for n in range(90_000)), TRUNCATED
    speex = b"Speex   1.2" + bytes(69)
    yield "speex.ogg", ogg_page(laced(speex), speex, number=0, flags=6), UNSUPPORTED
    theora = b"\x80theora\3\2\1" + b"\xff" * 32
    yield "theora.ogg", ogg_page(laced(theora), theora, number=0, flags=6), UNSUPPORTED
    vorbis = b"\1vorbis" + struct.pack("<IBIiiiBB", 0, 255, 2**31, 0, 0, 0, 0xB8, 1)
    yield "vorbis-channels-255.ogg", ogg_page(laced(vorbis), vorbis, number=0, flags=6), UNSUPPORTED


def mp3_cases() -> Iterator[Case]:
    sound = muxed("mp3", "libmp3lame", 44_100, options=(("id3v2_version", "0"), ("write_xing", "0")))
    yield "id3-of-20-mb.mp3", id3(bytes(20_000_000)) + sound, "fine"
    yield "id3-of-256-mb.mp3", id3(b"TIT2", size=(1 << 28) - 1) + sound, TRUNCATED
    jpeg = b"APIC" + struct.pack(">I", 70_000) + b"\0\0\0image/jpeg\0\3\0\xff\xd8" + b"\xff\xfb\x90\0" * 17_000
    yield "id3-picture.mp3", id3(jpeg) + sound, "fine"
    yield "id3-alone.mp3", id3(b"TIT2" + bytes(100)), TRUNCATED
    for name, inner in (("aiff", _aiff()), ("au", _au()), ("wav", wav()), ("flac", written("FLAC", "PCM_16"))):
        yield f"id3-hides-{name}.mp3", id3(bytes(64)) + inner, UNSUPPORTED
    yield "id3-hides-w64.mp3", id3(bytes(64)) + written("W64", "PCM_16"), UNSUPPORTED
    yield "id3-twice.mp3", id3(bytes(64)) + id3(bytes(64)) + sound, "fine"
    yield "free-format.mp3", b"\xff\xfb\x00\x00" + bytes(1_000) + b"\xff\xfb\x00\x00" + bytes(1_000), NOT_AUDIO
    silent = b"\xff\xfb\x90\xc0" + bytes(413)
    yield "changing-rate.mp3", silent * 40 + (b"\xff\xfb\x94\xc0" + bytes(380)) * 40, "any"
    yield "bomb.mp3", (b"\xff\xf3\x18\xc4" + bytes(32)) * 90_000, "too_long"
    info = b"\xff\xfb\x90\xc0" + bytes(17) + b"Info" + struct.pack(">II", 1, 0x7FFF_FFFF) + bytes(384)
    yield "info-lies.mp3", info + silent * 40, TRUNCATED
    yield "hole.mp3", sound[:9_000] + bytes(700) + sound[9_700:], TRUNCATED
    yield "tag-behind.mp3", sound + b"TAG" + bytes(125), "fine"
    yield "broken-frames.mp3", b"".join(b"\xff\xfb\x90\xc0" + b"\xa5" * 413 for _ in range(80)), "any"


def _aiff() -> bytes:
    return written("AIFF", "PCM_16")


def _au() -> bytes:
    return written("AU", "PCM_16")


def disguised_cases() -> Iterator[Case]:
    yield "disguised-aiff.wav", _aiff(), UNSUPPORTED
    yield "disguised-au.wav", _au(), UNSUPPORTED
    yield "disguised-caf.wav", written("CAF", "PCM_16"), UNSUPPORTED
    yield "disguised-w64.wav", written("W64", "PCM_16"), NOT_AUDIO
    yield "gzip-bomb.wav", gzip.compress(bytes(50_000_000), mtime=0), NOT_AUDIO
