"""Files that are no recordings, or two things at once: (name, bytes, the outcomes that are right)."""

import io
import zipfile
from collections.abc import Iterator

from makers import chunk, muxed, opus_webm, wav

Case = tuple[str, bytes, str]
NOT_AUDIO = "not_audio"
SECRET = "file:///etc/passwd"
ADDRESS = "http://127.0.0.1:9/a.wav"


def playlist_cases() -> Iterator[Case]:
    hls = f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{SECRET}\n#EXTINF:5,\n{ADDRESS}\n#EXT-X-ENDLIST\n"
    yield "files.m3u", f"{SECRET}\n{ADDRESS}\n".encode(), NOT_AUDIO
    yield "hls.m3u8", hls.encode(), NOT_AUDIO
    yield "hls-as.mp3", hls.encode(), NOT_AUDIO
    yield "list.pls", f"[playlist]\nFile1={ADDRESS}\nNumberOfEntries=1\n".encode(), NOT_AUDIO
    yield "script.ffconcat", f"ffconcat version 1.0\nfile '{SECRET}'\n".encode(), NOT_AUDIO
    mpd = (
        f'<?xml version="1.0"?><MPD><Period><AdaptationSet><BaseURL>{ADDRESS}</BaseURL></AdaptationSet></Period></MPD>'
    )
    yield "dash.mpd", mpd.encode(), NOT_AUDIO
    sdp = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n"
    yield "session.sdp", sdp.encode(), NOT_AUDIO
    yield "list.asx", f'<asx><entry><ref href="{ADDRESS}"/></entry></asx>'.encode(), NOT_AUDIO
    smil = f'<smil><body><audio src="{SECRET}"/></body></smil>'
    yield "list.smil", smil.encode(), NOT_AUDIO
    yield "rtsp.ram", b"rtsp://127.0.0.1:9/a\n", NOT_AUDIO
    yield "webvtt.vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nhi\n", NOT_AUDIO


def polyglot_cases() -> Iterator[Case]:
    page = b"<html><script>alert(1)</script></html>"
    yield "page-inside.wav", wav(before=chunk(b"LIST", b"INFO" + chunk(b"INAM", page))), "fine"
    yield "page-behind.wav", wav() + page, "fine"
    yield "gif.mp3", b"GIF89a\1\0\1\0\0\0\0;" + muxed("mp3", "libmp3lame", 44_100), NOT_AUDIO
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(zipfile.ZipInfo("../../a.wav"), wav())
    yield "recording.zip", archive.getvalue(), NOT_AUDIO
    yield "wav-and-zip.wav", wav() + archive.getvalue(), "fine"
    yield "pdf.wav", b"%PDF-1.7\n" + wav(), NOT_AUDIO
    yield "webm-and-wav.webm", opus_webm() + wav(), "truncated_audio"
    yield "two-in-one.wav", wav() + wav(), "fine"


def stranger_cases() -> Iterator[Case]:
    yield "empty", b"", "empty_file"
    yield "one-byte", b"\0", NOT_AUDIO
    yield "zeros", bytes(1_000_000), NOT_AUDIO
    yield "ones", b"\xff" * 1_000_000, NOT_AUDIO
    yield "text.txt", b"I think three ships, really!\n" * 100, NOT_AUDIO
    yield "data.json", b'{"audio": "UklGRg=="}', NOT_AUDIO
    yield "page.html", b"<!DOCTYPE html><script>alert(1)</script>", NOT_AUDIO
    yield "picture.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', NOT_AUDIO
    yield "program.elf", b"\x7fELF\2\1\1" + bytes(200), NOT_AUDIO
    yield "program.exe", b"MZ" + bytes(200), NOT_AUDIO
    yield "picture.png", b"\x89PNG\r\n\x1a\n" + bytes(200), NOT_AUDIO
    yield "..%2f..%2fetc%2fpasswd", b"root:x:0:0:root:/root:/bin/sh\n", NOT_AUDIO
    yield "-i concat:a|b.wav", wav(), "fine"
    yield "a.wav\u202e3pm.exe", wav(), "fine"
    yield "CON.wav", wav(), "fine"
    yield "pipe:0", b"RIFF", "unsupported_audio"
    yield "film.avi", b"RIFF\x10\0\0\0AVI LIST" + bytes(100), "unsupported_audio"
    yield "film.flv", b"FLV\1\5" + bytes(100), "unsupported_audio"
    yield "sound.wma", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(100), "unsupported_audio"
    yield "sound.aac", b"\xff\xf1\x50\x80" + bytes(100), "unsupported_audio"
    yield "too-large.wav", wav(bytes(25_000_100)), "file_too_large"
