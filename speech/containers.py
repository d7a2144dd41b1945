"""Which container some bytes are."""

from enum import StrEnum

from speech.errors import NotAudio, UnsupportedAudio


class Container(StrEnum):
    """The containers we read; the values are FFmpeg's names of them."""

    WAV = "wav"
    FLAC = "flac"
    MP3 = "mp3"
    OGG = "ogg"
    WEBM = "matroska"
    MP4 = "mp4"


# Sound or film we know by sight but do not read: (offset, magic, name).
_UNREAD = (
    (0, b"#!AMR", "AMR"),
    (0, b"FORM", "AIFF"),
    (0, b"RIFF", "AVI"),
    (0, b"RIFX", "RIFX"),
    (0, b"caff", "CAF"),
    (0, b".snd", "AU"),
    (0, b"FLV\x01", "FLV"),
    (0, b"wvpk", "WavPack"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMA"),
    (0, b"\xff\xf1", "AAC without a container"),
    (0, b"\xff\xf9", "AAC without a container"),
)
_PICTURE_BRANDS = {b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis", b"crx "}
_MPEG1_KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG2_KBITS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_MPEG1_RATES_HZ = (44_100, 48_000, 32_000)


def recognise_container(data: bytes) -> Container:
    """Tell a container from its first bytes; names and MIME types of uploads are not to be trusted.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    Container

    Raises
    ------
    NotAudio
        The bytes are something else: text, a playlist, a web page, an archive, a picture ...
    UnsupportedAudio
        Sound or film in a container we do not read.
    """
    if data[:4] in (b"RIFF", b"RF64") and data[8:12] == b"WAVE":
        return Container.WAV
    if data[:4] == b"fLaC":
        return Container.FLAC
    if data[:4] == b"OggS":
        return Container.OGG
    if data[:4] == b"\x1aE\xdf\xa3" and (b"webm" in data[:64] or b"matroska" in data[:64]):
        return Container.WEBM
    if data[4:8] == b"ftyp" and data[8:12] not in _PICTURE_BRANDS:
        return Container.MP4
    if data[:3] == b"ID3" or _starts_with_mp3(data):
        return Container.MP3
    for offset, magic, name in _UNREAD:
        if data[offset : offset + len(magic)] == magic:
            raise UnsupportedAudio({"detail": name})
    raise NotAudio


def mp3_frame_bytes(data: bytes, position: int) -> int | None:
    """Tell how long the MP3 frame at `position` says it is.

    Parameters
    ----------
    data : bytes
        The whole file.
    position : int
        Where a frame should start.

    Returns
    -------
    int or None
        Bytes of the layer III frame with its header; None where no such frame starts.
    """
    if position + 4 > len(data) or data[position] != 0xFF or data[position + 1] & 0xE6 != 0xE2:
        return None
    version = data[position + 1] >> 3 & 3  # 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
    kbits_index, rate_index = data[position + 2] >> 4, data[position + 2] >> 2 & 3
    if version == 1 or kbits_index in (0, 15) or rate_index == 3:
        return None
    kbits = (_MPEG1_KBITS if version == 3 else _MPEG2_KBITS)[kbits_index]
    rate_hz = _MPEG1_RATES_HZ[rate_index] // {3: 1, 2: 2, 0: 4}[version]
    return (144_000 if version == 3 else 72_000) * kbits // rate_hz + (data[position + 2] >> 1 & 1)


def _starts_with_mp3(data: bytes) -> bool:
    size = mp3_frame_bytes(data, 0)
    return size is not None and (size >= len(data) or mp3_frame_bytes(data, size) is not None)
