"""Building the lexicon's tables from CMUdict and from a list of words in order of frequency."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_VARIANT = re.compile(r"\(\d+\)$")
_RANK_LIMIT = 50_000


def read_cmudict(path: Path) -> dict[str, tuple[str, ...]]:
    """Read CMUdict's text.

    Parameters
    ----------
    path : Path
        ``cmudict.dict``: a word a line with its phones, variants as ``word(2)``, comments after ``#``.

    Returns
    -------
    dict of str to tuple of str
        Pronunciations of each word, in the file's order, without repetition.
    """
    words: dict[str, dict[str, None]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = line.split("#", maxsplit=1)[0].strip()
        if entry and not entry.startswith(";;;"):
            spelling, transcription = entry.split(maxsplit=1)
            words.setdefault(_VARIANT.sub("", spelling), {})[" ".join(transcription.split())] = None
    return {word: tuple(variants) for word, variants in words.items()}


def write_sorted(path: Path, rows: Mapping[str, Sequence[str]]) -> int:
    """Write a table that `SortedTable` can search; return its size in bytes."""
    lines = sorted("\t".join([key, *columns]).encode() for key, columns in rows.items())
    # The tab sorts before every letter, apostrophe and dot, so whole lines sort as their keys do.
    content = b"\n".join(lines) + b"\n"
    path.write_bytes(content)
    return len(content)


def frequency_ranks(words: Mapping[str, object]) -> dict[str, int]:
    """Rank the dictionary's words by frequency.

    Only words of the dictionary are counted; single letters other than "a" and "i" are left out.
    """
    import wordfreq  # pyright: ignore[reportMissingImports]

    listed = (word for word in _frequent(wordfreq.iter_wordlist("en", wordlist="large")) if word in words)
    return {word: rank for rank, word in enumerate(listed, start=1) if rank <= _RANK_LIMIT}


def _frequent(words: Iterator[str]) -> Iterator[str]:
    return (word for word in words if len(word) > 1 or word in "ai")
