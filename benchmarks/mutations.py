"""Damage to files: what a fuzzer makes of recordings it knows."""

import zlib
from collections.abc import Sequence

import numpy as np

_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, (1 << 63) - 1)
_SIZES = (1, 2, 4, 8)
_HEADER_BYTES = 600
_LONGEST_PIECE = 2_000
_MOST_CHANGES = 8
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_OGG_PAGE, _OGG_HEAD_BYTES = b"OggS", 27


def damaged(data: bytes, others: Sequence[bytes], rng: np.random.Generator) -> bytes:
    """Change a file in one to eight places, mostly in its first bytes.

    Parameters
    ----------
    data : bytes
        The file.
    others : sequence of bytes
        Files to take pieces from.
    rng : Generator
        Decides.

    Returns
    -------
    bytes
        The changed file; pages of Ogg get the checksum that fits, which would hide every other change.
    """
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, _MOST_CHANGES + 1))):
        deeds = (_bit, _number, _number, _cut, _twice, _end, _zeros)
        kind = int(rng.integers(len(deeds) + 1))
        if kind == len(deeds):
            _transplant(changed, others[int(rng.integers(len(others)))], rng)
        else:
            deeds[kind](changed, rng)
    result = bytes(changed)
    return with_ogg_checksums(result) if result.startswith(_OGG_PAGE) and rng.random() < 0.9 else result


def with_ogg_checksums(data: bytes) -> bytes:
    """Give every Ogg page up to the first broken one the checksum of its content."""
    pages: list[bytes] = []
    position = 0
    while data.startswith(_OGG_PAGE, position) and position + _OGG_HEAD_BYTES <= len(data):
        body = position + _OGG_HEAD_BYTES + data[position + _OGG_HEAD_BYTES - 1]
        end = body + sum(data[position + _OGG_HEAD_BYTES : body])
        page = data[position : position + 22] + bytes(4) + data[position + 26 : end]
        mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
        pages.append(page[:22] + int(f"{mirrored:032b}"[::-1], 2).to_bytes(4, "little") + page[26:])
        position = end
    return b"".join(pages) + data[position:]


def _place(data: bytearray, rng: np.random.Generator) -> int:
    """Half of the places lie in the header: there a byte says most."""
    reach = min(len(data), _HEADER_BYTES) if rng.random() < 0.5 else len(data)
    return int(rng.integers(max(1, reach)))


def _piece(data: bytes | bytearray, start: int, rng: np.random.Generator) -> bytes:
    return bytes(data[start : start + int(rng.integers(1, _LONGEST_PIECE))])


def _bit(data: bytearray, rng: np.random.Generator) -> None:
    if data:
        data[_place(data, rng)] ^= 1 << int(rng.integers(8))


def _number(data: bytearray, rng: np.random.Generator) -> None:
    size = int(rng.choice(_SIZES))
    value = int(rng.choice(_NUMBERS)) if rng.random() < 0.7 else int(rng.integers(1 << 62))
    start = _place(data, rng)
    data[start : start + size] = (value % (1 << 8 * size)).to_bytes(size, "little" if rng.random() < 0.5 else "big")


def _cut(data: bytearray, rng: np.random.Generator) -> None:
    start = _place(data, rng)
    del data[start : start + len(_piece(data, start, rng))]


def _twice(data: bytearray, rng: np.random.Generator) -> None:
    start = _place(data, rng)
    piece = _piece(data, start, rng)
    data[start:start] = piece


def _end(data: bytearray, rng: np.random.Generator) -> None:
    del data[len(data) - int(rng.integers(1 + len(data) // 4)) :]


def _zeros(data: bytearray, rng: np.random.Generator) -> None:
    start = _place(data, rng)
    length = len(_piece(data, start, rng))
    data[start : start + length] = bytes(length)


def _transplant(data: bytearray, other: bytes, rng: np.random.Generator) -> None:
    start = _place(data, rng)
    piece = _piece(other, int(rng.integers(max(1, len(other)))), rng)
    data[start : start + (len(piece) if rng.random() < 0.5 else 0)] = piece
