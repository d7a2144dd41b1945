"""Whether all of a recording has arrived.

Decoders stop quietly where a file breaks off, and half a sentence would be judged as if the learner had left out the
rest. The sizes that containers declare tell; only a cut exactly between two blocks of an endless stream goes unseen.
"""

import zlib
from collections.abc import Iterator

from speech.containers import Container, mp3_frame_bytes
from speech.errors import TruncatedAudio, UnsupportedAudio
from speech.riff import find_sound

# More parts than an honest recording of many minutes has; beyond it the decoder's own limits decide.
_MAX_PARTS = 100_000


def check_complete(data: bytes, container: Container) -> None:
    """Refuse a file that ends before its audio does.

    FLAC and MP4 also declare their duration, which only decoding can compare; the decoder does.

    Parameters
    ----------
    data : bytes
        The whole file.
    container : Container
        As `recognise_container` told.

    Raises
    ------
    TruncatedAudio
        A part is shorter than it declares, the last one is missing, or parts do not follow each other.
    """
    checks = {
        Container.WAV: _check_wav,
        Container.FLAC: _check_flac,
        Container.OGG: _check_ogg,
        Container.MP3: _check_mp3,
        Container.WEBM: _check_webm,
        Container.MP4: _check_mp4,
    }
    checks[container](data)


def _check_wav(data: bytes) -> None:
    sound = find_sound(data)
    if sound.start + sound.size > len(data):
        raise TruncatedAudio


def _check_flac(data: bytes) -> None:
    flac_sound(data)


def flac_sound(data: bytes) -> int:
    """Tell where the first frame of a FLAC file starts, behind its tags and pictures.

    Raises
    ------
    TruncatedAudio
        The file ends before.
    """
    position, last = 4, False
    while not last:
        header = data[position : position + 4]
        last = bool(header[:1] >= b"\x80")
        position += 4 + int.from_bytes(header[1:], "big")
        if len(header) < 4 or position > len(data):
            raise TruncatedAudio
    return position


_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_OGG_CODECS = (b"OpusHead", b"\x01vorbis")
_FIRST_PAGE, _LAST_PAGE = 2, 4


def _check_ogg(data: bytes) -> None:
    """Every page must be there and undamaged, and all of one recording: decoders leave others out without a word."""
    serial, position = data[14:18], 0
    ended = False
    for number in range(_MAX_PARTS):
        if position == len(data) or (ended and data[position : position + 4] != b"OggS"):
            break
        header = data[position : position + 27]
        if len(header) < 27 or header[:4] != b"OggS":
            raise TruncatedAudio
        if header[14:18] != serial or bool(header[5] & _FIRST_PAGE) != (number == 0):
            raise UnsupportedAudio({"detail": "several recordings in one Ogg file"})
        body = position + 27 + header[26]
        end = body + sum(data[position + 27 : body])
        if number == 0 and not data.startswith(_OGG_CODECS, body):
            raise UnsupportedAudio({"detail": "Ogg without Opus or Vorbis"})
        told = int.from_bytes(header[18:22], "little"), int.from_bytes(header[22:26], "little")
        if end > len(data) or told != (number, _ogg_checksum(data[position:end])):
            raise TruncatedAudio
        position = end
        ended = bool(header[5] & _LAST_PAGE)
    else:
        return
    if not ended:
        raise TruncatedAudio


def _ogg_checksum(page: bytes) -> int:
    """Ogg reckons from the other end of each byte than zlib does, and starts with 0; its own field counts as 0."""
    mirrored = (page[:22] + bytes(4) + page[26:]).translate(_MIRRORED)
    return int(f"{zlib.crc32(mirrored, 0xFFFF_FFFF) ^ 0xFFFF_FFFF:032b}"[::-1], 2)


_MP3_TAGS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3", b"3DI")


def mp3_sound(data: bytes) -> int:
    """Tell where the first frame of an MP3 file starts, behind its tags and their padding.

    Raises
    ------
    TruncatedAudio
        The file ends before.
    UnsupportedAudio
        Something else follows the tags; decoders would take it for what it looks like.
    """
    position = 0
    while data[position : position + 3] == b"ID3":  # the size has seven bits a byte
        digits = zip(data[position + 6 : position + 10], (21, 14, 7, 0), strict=False)
        position += 10 + sum((byte & 0x7F) << shift for byte, shift in digits)
    if data[position : position + 1] == b"\0":
        position = len(data) - len(data[position:].lstrip(b"\0"))
    if position + 4 > len(data):
        raise TruncatedAudio
    if mp3_frame_bytes(data, position) is None:
        raise UnsupportedAudio({"detail": "tags without MP3"})
    return position


def _check_mp3(data: bytes) -> None:
    position = first = mp3_sound(data)
    frames = 0
    while frames < _MAX_PARTS and (size := mp3_frame_bytes(data, position)) is not None:
        frames += 1
        position += size
    cut_header = position < len(data) < position + 4 and data[position : position + 1] == b"\xff"
    if position > len(data) or cut_header:
        raise TruncatedAudio
    # A decoder looks for the next whole frame behind damage, and what lay between is gone without a word.
    if frames < _MAX_PARTS and data[position:].lstrip(b"\0") and not data.startswith(_MP3_TAGS, position):
        raise TruncatedAudio
    if frames < _MAX_PARTS and position == len(data) and frames < _mp3_declared_frames(data[first : first + 200]):
        raise TruncatedAudio


def _mp3_declared_frames(frame: bytes) -> int:
    """Frames an encoder wrote into the first, silent frame, itself not counted; 0 where it did not."""
    for magic in (b"Xing", b"Info"):
        at = frame.find(magic)
        if at >= 0 and frame[at + 7] & 1:
            return int.from_bytes(frame[at + 8 : at + 12], "big")
    return 0


_EBML, _SEGMENT, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1F43B675
_SEGMENT_PARTS = {0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1C53BB6B, 0x1254C367, 0x1941A469, 0x1043A770}
_CLUSTER_PARTS = {0xE7, 0xA3, 0xA0, 0xA7, 0xAB, 0xAF, 0x5854}
_ANYWHERE = {0xEC, 0xBF}  # void, checksum


def _check_webm(data: bytes) -> None:
    known = {_EBML, _SEGMENT, _CLUSTER} | _SEGMENT_PARTS | _CLUSTER_PARTS | _ANYWHERE
    clusters = 0
    for element, end in _webm_elements(data):
        if element not in known or end > len(data):
            raise TruncatedAudio
        clusters += element == _CLUSTER
    if not clusters:
        raise TruncatedAudio


def _webm_elements(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield (id, end) of every element down to the blocks; browsers leave the sizes of the outer two levels unknown."""
    position = 0
    for _ in range(_MAX_PARTS):
        if position == len(data):
            return
        element, after_id = _webm_number(data, position, keep_marker=True)
        size, start = _webm_number(data, after_id, keep_marker=False)
        unknown = size == (1 << 7 * (start - after_id)) - 1
        if unknown and element not in (_SEGMENT, _CLUSTER):
            raise TruncatedAudio
        yield element, start if unknown else start + size
        position = start if element in (_SEGMENT, _CLUSTER) else start + size


def _webm_number(data: bytes, position: int, *, keep_marker: bool) -> tuple[int, int]:
    """Read an EBML number, whose leading zero bits tell its length; returns it and the position behind it."""
    first = data[position] if position < len(data) else 0
    length = 9 - first.bit_length()
    if first == 0 or position + length > len(data):
        raise TruncatedAudio
    number = int.from_bytes(data[position : position + length], "big")
    return (number if keep_marker else number & (1 << 7 * length) - 1), position + length


def _check_mp4(data: bytes) -> None:
    names: list[bytes] = []
    position = 0
    while position < len(data) and len(names) < _MAX_PARTS:
        size, name = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8]
        if size == 1:
            size = int.from_bytes(data[position + 8 : position + 16], "big")
        elif size == 0:  # up to the end of the file
            size = len(data) - position
        if size < 8 or position + size > len(data):
            raise TruncatedAudio
        names.append(name)
        position += size
    fragment_without_data = b"moof" in names and b"mdat" not in names[len(names) - names[::-1].index(b"moof") :]
    if b"moov" not in names or fragment_without_data:
        raise TruncatedAudio
