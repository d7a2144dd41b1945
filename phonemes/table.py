"""A sorted text file searched where it lies, so that opening it costs nothing however long it is."""

import mmap
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path


class SortedTable:
    """Lines of tab-separated text, sorted by the bytes of their first column.

    The file is mapped into memory and searched by bisection: no line is read before it is asked for, and processes
    that serve the same file share its memory.

    Parameters
    ----------
    path : Path
        UTF-8 text without a header, one key a line, no key twice.

    Raises
    ------
    OSError
        The file cannot be read.
    ValueError
        The file is empty.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def get(self, key: str) -> tuple[str, ...]:
        """Return the columns after `key`, or an empty tuple where the key is unknown."""
        wanted = key.encode() + b"\t"
        low, high = 0, len(self._bytes)
        while low < high:
            middle = (low + high) // 2
            start = self._bytes.rfind(b"\n", low, middle) + 1 or low
            end = self._bytes.find(b"\n", middle, high)
            end = high if end < 0 else end
            line = self._bytes[start:end]
            if line.startswith(wanted):
                return tuple(line[len(wanted) :].decode().split("\t"))
            if line.partition(b"\t")[0] < wanted[:-1]:
                low = end + 1
            else:
                high = start
        return ()

    def get_many(self, keys: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Go through the keys that are known, each with its columns; faster than `get` from a thousand keys on."""
        lines = self._bytes[:].splitlines()
        for key in keys:
            wanted = key.encode() + b"\t"
            place = bisect_left(lines, wanted)
            if place < len(lines) and lines[place].startswith(wanted):
                yield key, tuple(lines[place][len(wanted) :].decode().split("\t"))

    def two_columns(self) -> tuple[list[str], list[str]]:
        """Return all keys and all values of a table of two columns without spaces, much faster than by iterating."""
        cells = self._bytes[:].decode().split()
        return cells[::2], cells[1::2]

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        """Go through all lines in order, each as a tuple of its columns."""
        for line in self._bytes[:].decode().splitlines():
            yield tuple(line.split("\t"))

    def close(self) -> None:
        """Let go of the file."""
        self._bytes.close()
