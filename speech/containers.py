"""Which container some bytes are, and whether all of it has arrived."""

from enum import StrEnum

from speech.errors import NotAudio


class Container(StrEnum):
    """The containers we read."""

    WAV = "wav"
    FLAC = "flac"
    MP3 = "mp3"
    OGG = "ogg"
    WEBM = "matroska"
    MP4 = "mp4"


def recognise_container(data: bytes) -> Container:
    """Tell a container from its first bytes."""
    if data[:4] in (b"RIFF", b"RF64") and data[8:12] == b"WAVE":
        return Container.WAV
    if data[:4] == b"fLaC":
        return Container.FLAC
    if data[:4] == b"OggS":
        return Container.OGG
    if data[:4] == b"\x1aE\xdf\xa3":
        return Container.WEBM
    if data[4:8] == b"ftyp":
        return Container.MP4
    if data[:3] == b"ID3" or (data[:1] == b"\xff" and data[1] & 0xE6 == 0xE2):
        return Container.MP3
    raise NotAudio


def check_complete(data: bytes, container: Container) -> None:
    """Refuse what ends before its audio does."""
