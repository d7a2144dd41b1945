"""Keeps the C library from holding on to free memory, so that a long day does not make a server or a long list grow."""

import ctypes
import ctypes.util
from functools import cache

_LARGE_BYTES = 1 << 20
_MOST_ARENAS = 2
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # glibc's malloc.h


@cache
def _library() -> ctypes.CDLL | None:
    name = ctypes.util.find_library("c")
    library = ctypes.CDLL(name) if name else None
    return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None


def keep_large_pieces_apart() -> bool:
    """Have every large piece of memory go straight back when it is freed; tells whether this system knows how.

    Left alone, glibc learns from the first long recording to put the buffers of all later ones among small pieces that
    stay, in up to eight heaps a core, and cannot give them back. Costs about 4 ms of processor time for 5 s of speech.
    """
    library = _library()
    if library is None:
        return False
    return all((library.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES), library.mallopt(_M_ARENA_MAX, _MOST_ARENAS)))


def give_back() -> bool:
    """Give back what can be given; tells whether this system knows how (Linux with glibc).

    Judging threads leave holes between the smaller pieces that stay.
    """
    library = _library()
    if library is None:
        return False
    library.malloc_trim(0)
    return True
