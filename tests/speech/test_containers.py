"""Magic bytes pick the container; nothing else gets near a decoder."""

import pytest

from speech.containers import Container, mp3_frame_bytes, recognise_container
from speech.errors import NotAudio, UnsupportedAudio


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"RIFF\x24\0\0\0WAVEfmt ", Container.WAV),
        (b"RF64\xff\xff\xff\xffWAVEds64", Container.WAV),
        (b"fLaC\0\0\0\x22", Container.FLAC),
        (b"OggS\0\2", Container.OGG),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm", Container.WEBM),
        (b"\0\0\0\x18ftypiso5\0\0\0\1", Container.MP4),
        (b"ID3\4\0\0\0\0\0\0", Container.MP3),
    ],
)
def test_recognises_what_we_read(head: bytes, container: Container) -> None:
    assert recognise_container(head) is container


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"<!DOCTYPE html><html><audio src='x.wav'></audio></html>",
        b"PK\x03\x04" + bytes(100),
        b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile 'secret.wav'\n",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\n",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"\0\0\0\x18ftypheic" + bytes(100),  # a photo in the same boxes as MP4
        b"\x1aE\xdf\xa3" + bytes(100),  # EBML that is no film
        b"\xff",
        b"\xff" * 4000,
        b"\xff\xfb\x90\x00" + bytes(2000),  # one MP3 header with nothing like a second frame
    ],
)
def test_everything_else_is_not_audio(data: bytes) -> None:
    with pytest.raises(NotAudio):
        recognise_container(data)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"#!AMR\n", "AMR"),
        (b"FORM\0\0\0\0AIFF", "AIFF"),
        (b"RIFF\0\0\0\0AVI LIST", "AVI"),
        (b"\xff\xf1\x50\x80", "AAC"),
    ],
)
def test_names_the_sound_we_do_not_read(head: bytes, name: str) -> None:
    with pytest.raises(UnsupportedAudio) as caught:
        recognise_container(head + bytes(100))
    assert name in caught.value.sentence


@pytest.mark.parametrize(
    ("header", "size"),
    [
        (b"\xff\xfb\x90\x00", 417),  # MPEG-1, 128 kbit/s, 44.1 kHz: 144 * 128000 / 44100
        (b"\xff\xfb\x92\x00", 418),  # the same, padded
        (b"\xff\xf3\x80\xc4", 208),  # MPEG-2, 64 kbit/s, 22.05 kHz: 72 * 64000 / 22050
        (b"\xff\xfb\xf0\x00", None),  # no such bit rate
        (b"\xff\xfd\x90\x00", None),  # layer II
        (b"\xff\xfb", None),
    ],
)
def test_mp3_frames_have_the_length_of_the_standard(header: bytes, size: int | None) -> None:
    assert mp3_frame_bytes(header, 0) == size
