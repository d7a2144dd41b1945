"""The recordings with known answers that benchmarks judge."""

import csv
from dataclasses import dataclass
from pathlib import Path

from speech.errors import FileMissing

MANIFEST = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "planted" / "manifest.tsv"
"""The set that comes with the source; `lafal train synthesise --fixtures` makes another."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One recording: what it should say, and the one error in it.

    Parameters
    ----------
    path : Path
        The recording.
    text, voice : str
        What was read, and the synthesiser's voice.
    words : tuple of tuple of str
        Expected phones of each word.
    kind : {"clean", "substitution", "deletion", "insertion"}
        The planted error, if any.
    word, phone : int
        Its place; for an insertion the phone it follows (-1: before the first). -1 where there is none.
    said : str or None
        The phone said instead, or added.
    """

    path: Path
    text: str
    voice: str
    words: tuple[tuple[str, ...], ...]
    kind: str
    word: int
    phone: int
    said: str | None


def read_manifest(path: Path) -> tuple[Reading, ...]:
    """Read the list of a fixture set, as ``speech.train.fixtures`` writes it.

    Raises
    ------
    FileMissing
        There is no such list; an installed product comes without one.
    KeyError
        A column is missing.
    """
    if not path.is_file():
        raise FileMissing({"name": path})
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    return tuple(_reading(row, path.parent) for row in rows)


def _reading(row: dict[str, str], folder: Path) -> Reading:
    return Reading(
        path=folder / row["path"],
        text=row["text"],
        voice=row["voice"],
        words=tuple(tuple(word.split()) for word in row["words"].split("|")),
        kind=row["kind"],
        word=int(row["word"] or -1),
        phone=int(row["phone"] or -1),
        said=row["said_phone"] or None,
    )
