"""Hostile WebM, Matroska and MP4 files: (name, bytes, the outcomes that are right)."""

import struct
from collections.abc import Iterator

from makers import (
    altered,
    audio_track,
    blocks,
    box,
    cluster,
    ebml_head,
    element,
    info,
    muxed,
    number,
    opus_head,
    opus_webm,
    packets,
    webm,
)

Case = tuple[str, bytes, str]
UNSUPPORTED, TRUNCATED, NOT_AUDIO = "unsupported_audio", "truncated_audio", "not_audio"


def webm_cases() -> Iterator[Case]:
    speech = packets()
    tracks = element("1654ae6b", audio_track())
    halves = blocks(speech[:50]), blocks(speech[50:])
    yield "honest.webm", opus_webm(), "fine"
    first, second = cluster(halves[0]), cluster(halves[1], at_ms=1_000)
    yield "unknown-sizes.webm", webm(info(), tracks, element("1f43b675", None) + first[12:], unknown=True), "fine"
    yield "shuffled.webm", webm(info(), tracks, second, first), TRUNCATED
    yield "half.webm", opus_webm()[:4_000], TRUNCATED
    yield "head-alone.webm", ebml_head(), TRUNCATED
    yield "tracks-after-sound.webm", webm(info(), cluster(blocks(speech)), tracks), "any"
    yield "no-tracks.webm", webm(info(), cluster(blocks(speech))), "any"
    yield "doctype-of-4-gb.webm", b"\x1aE\xdf\xa3\x01\0\0\0\xff\xff\xff\xff\x42\x82\x84webm", TRUNCATED
    yield "nested-heads.webm", webm(info(), *[ebml_head()] * 30_000, tracks, cluster(blocks(speech))), "any"
    nested = b""
    for _ in range(2_000):
        nested = element("67c8", element("45a3", b"x") + nested)
    tags = element("1254c367", element("7373", nested))
    yield "tags-2000-deep.webm", opus_webm(tags), "any"
    yield "segment-in-segment.webm", webm(webm(info(), tracks, cluster(blocks(speech)))), "any"
    yield "clusters-nested.webm", webm(info(), tracks, cluster(cluster(cluster(blocks(speech))))), "any"
    yield "lacing-lies.webm", webm(info(), tracks, cluster(_laced_block(speech[0]) * 100)), "any"
    yield "bomb.webm", webm(info(), tracks, *(_silence(start) for start in range(0, 600_000, 30_000))), "too_long"
    yield "channels-65535.webm", opus_webm(track=audio_track(channels=65_535)), "any"
    crowd = audio_track(codec=b"A_PCM/INT/LIT", channels=65_535, private=b"", rate=48_000)
    yield "pcm-channels-65535.webm", opus_webm(track=crowd), "any"
    slow = audio_track(codec=b"A_PCM/INT/LIT", private=b"", rate=1.0)
    yield "pcm-rate-1.webm", opus_webm(track=slow), UNSUPPORTED
    yield "rate-nan.webm", opus_webm(track=audio_track(rate=float("nan"))), "any"
    yield "rate-2-to-31.webm", opus_webm(track=audio_track(rate=2.0**31)), "any"
    yield "private-of-16-mb.webm", opus_webm(track=audio_track(private=opus_head() + bytes(16_000_000))), "any"
    yield "unknown-codec.webm", opus_webm(track=audio_track(codec=b"A_QUICKTIME/QDM2")), UNSUPPORTED
    yield "scale-0.webm", opus_webm(scale=0), "any"
    yield "scale-2-to-63.webm", opus_webm(scale=2**63 - 1), "any"
    yield "compressed-track.webm", opus_webm(track=audio_track(more=_compression())), "any"
    yield from _passenger_cases()


def _passenger_cases() -> Iterator[Case]:
    """Things beside the sound."""
    speech = packets()
    file = element("466e", b"../../etc/passwd") + element("4660", b"text/html") + element("465c", bytes(5_000_000))
    attachments = element("1941a469", element("61a7", file + element("46ae", b"\1")))
    yield "attachment.mkv", opus_webm(attachments), "fine"
    chapters = element(
        "1043a770", element("45b9", element("b6", element("73c4", b"\1") + element("91", b"\0")) * 5_000)
    )
    yield "chapters.mkv", opus_webm(chapters), "fine"
    words = element("ae", element("d7", b"\2") + element("83", b"\x11") + element("86", b"S_TEXT/ASS"))
    screen = element("e0", element("b0", number(65_535)) + element("ba", number(65_535)))
    film = element("ae", element("d7", b"\2") + element("83", b"\1") + element("86", b"V_VP9") + screen)
    for name, passenger in (("subtitles", words), ("film-of-65535", film)):
        tracks = element("1654ae6b", audio_track() + passenger)
        yield f"{name}.mkv", webm(info(), tracks, cluster(blocks(speech))), "fine"
    yield "film-alone.mkv", webm(info(), element("1654ae6b", film), cluster(blocks(speech))), "any"
    many = element("1654ae6b", b"".join(altered(audio_track(), b"\xd7", 8, bytes([n + 1])) for n in range(250)))
    yield "250-tracks.mkv", webm(info(), many, cluster(blocks(speech))), "any"
    linked = element("3eb923", b"other.mkv\0") + element("3c83ab", b"file:///etc/passwd")
    tracks = element("1654ae6b", audio_track())
    yield "linked-segments.mkv", webm(info(more=linked), tracks, cluster(blocks(speech))), "fine"


def _laced_block(packet: bytes) -> bytes:
    return element("a3", b"\x81\0\0\x86" + b"\xff" + b"\xff" * 255 + packet)


def _silence(start_ms: int) -> bytes:
    return cluster(blocks([b"\x18"] * 500, step_ms=60), at_ms=start_ms)


def _compression() -> bytes:
    zlib_bomb = element("5034", element("4254", b"\0") + element("4255", bytes(1_000)))
    return element("6d80", element("6240", element("5031", b"\0") + element("5033", b"\0") + zlib_bomb))


def mp4_cases() -> Iterator[Case]:
    sound = muxed("mp4", "aac")
    yield "honest.m4a", sound, "fine"
    yield "no-moov.m4a", sound[: sound.index(b"moov") - 4], TRUNCATED
    yield "half.m4a", sound[: len(sound) // 2], TRUNCATED
    yield "timescale-0.m4a", altered(sound, b"mdhd", 12, bytes(4)), "any"
    yield "timescale-2-to-32.m4a", altered(sound, b"mdhd", 12, b"\xff" * 4), "any"
    yield "film-timescale-0.m4a", altered(sound, b"mvhd", 12, bytes(4)), "any"
    yield "rate-1.m4a", altered(sound, b"mp4a", 24, b"\0\1\0\0"), "any"
    yield "channels-65535.m4a", altered(sound, b"mp4a", 16, b"\xff\xff"), "any"
    yield "one-sample-of-2-gb.m4a", altered(sound, b"stsz", 4, struct.pack(">I", 0x7FFF_FFFF)), "any"
    yield "samples-2-to-32.m4a", altered(sound, b"stsz", 8, b"\xff" * 4), "any"
    yield "times-2-to-32.m4a", altered(sound, b"stts", 4, b"\xff" * 4), "any"
    yield "times-of-years.m4a", altered(sound, b"stts", 8, b"\xff" * 8), "any"
    yield "chunks-outside.m4a", altered(sound, b"stco", 8, b"\xff\xff\xff\xf0" * 2), "any"
    yield "edit-list.m4a", altered(sound, b"elst", 8, b"\xff" * 8), "any"
    yield "edits-2-to-32.m4a", altered(sound, b"elst", 4, b"\xff" * 4), "any"
    yield "data-elsewhere.m4a", _referring(sound, b"file:///etc/passwd\0"), "any"
    yield "data-on-the-net.m4a", _referring(sound, b"http://127.0.0.1:9/a.m4a\0"), "any"
    deep = b""
    for _ in range(3_000):
        deep = box(b"udta", deep)
    yield "boxes-3000-deep.m4a", sound + box(b"moov", deep), "any"
    yield "boxes-after-boxes.m4a", sound + box(b"free", b"") * 90_000, "fine"
    yield "box-of-2-to-63.m4a", sound + b"\0\0\0\1free" + b"\x7f" + b"\xff" * 7, TRUNCATED
    yield "box-of-0.m4a", sound[:32] + bytes(8) + sound[32:], TRUNCATED
    yield "box-backwards.m4a", sound + b"\0\0\0\1free" + b"\xff" * 8, TRUNCATED
    yield "ftyp-alone.m4a", box(b"ftyp", b"isom\0\0\0\1"), TRUNCATED
    cover = box(b"udta", box(b"meta", bytes(4) + box(b"ilst", box(b"covr", box(b"data", bytes(2_000_000))))))
    yield "cover.m4a", sound + cover, "any"
    yield "photo.heic", box(b"ftyp", b"heic\0\0\0\0") + box(b"moov", b""), NOT_AUDIO
    yield "descriptor-lies.m4a", altered(sound, b"esds", 4, b"\3\xff\xff\xff\x7f"), "any"
    yield "ac3.m4a", muxed("mp4", "ac3"), UNSUPPORTED
    fragments = muxed("mp4", "aac", options=(("movflags", "frag_keyframe+empty_moov"), ("frag_duration", "500000")))
    yield "fragments.m4a", fragments, "fine"
    yield "fragment-lies.m4a", altered(fragments, b"trun", 4, b"\xff" * 4), "any"
    yield "fragment-of-years.m4a", altered(fragments, b"tfdt", 4, b"\x7f" + b"\xff" * 7), "any"
    yield (
        "playlist-in-a-box.m4a",
        box(b"ftyp", b"isom") + box(b"moov", b"") + box(b"mdat", b"#EXTM3U\nfile:///etc\n"),
        "any",
    )


def _referring(sound: bytes, address: bytes) -> bytes:
    """The data reference says that the samples are in another file; the sizes around it stay as they were."""
    entry = box(b"url ", bytes(4) + address)
    own = box(b"url ", b"\0\0\0\1")
    assert own in sound
    grown = len(entry) - len(own)
    data = sound.replace(own, entry)
    for name in (b"dref", b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        at = data.index(name) - 4
        data = data[:at] + struct.pack(">I", int.from_bytes(data[at : at + 4], "big") + grown) + data[at + 4 :]
    return data
