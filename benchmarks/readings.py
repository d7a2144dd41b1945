"""The recordings that benchmarks judge: synthetic ones with known answers, and real speakers no model has heard."""

import csv
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from speech.errors import FileMissing

MANIFEST = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "planted" / "manifest.tsv"
"""The set that comes with the source; `lafal train synthesise --fixtures` makes another."""

SILENCE = "SIL"
"""Name of a pause in `Reading.times`."""


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
    times : tuple of (str, float, float)
        Every phone said, or `SILENCE`, with its start and end in seconds; empty where the list has none.
    """

    path: Path
    text: str
    voice: str
    words: tuple[tuple[str, ...], ...]
    kind: str
    word: int
    phone: int
    said: str | None
    times: tuple[tuple[str, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class RealReading:
    """A person's recording, its text, and where it comes from."""

    path: Path
    text: str
    corpus: str
    speaker: str


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
        times=tuple((str(phone), float(start), float(end)) for phone, start, end in json.loads(row["times"] or "[]")),
    )


def read_speakers(
    manifest: Path, folds: Path | None, *, fold: int, corpora: Collection[str] | None = None
) -> tuple[RealReading, ...]:
    """Read the recordings of one fold of speakers from a manifest of speech corpora.

    Parameters
    ----------
    manifest : Path
        As `speech.train.corpus.read_manifest` reads it.
    folds : Path or None
        Table of speakers and folds, as training writes it; without one, speakers are dealt as training deals them.
    fold : int
        Which speakers; 0 are those that no shipped model hears.
    corpora : collection of str, optional
        Only these.

    Raises
    ------
    FileMissing
        One of the files is not there.
    """
    from speech.train import corpus

    for path in (manifest, folds):
        if path is not None and not path.is_file():
            raise FileMissing({"name": path})
    rows = corpus.read_manifest(manifest)
    table = corpus.assign_folds(utterance for utterance, _ in rows) if folds is None else corpus.read_folds(folds)
    return tuple(
        RealReading(path, utterance.text, utterance.corpus, utterance.speaker)
        for utterance, path in rows
        if table.get(utterance.who) == fold and (corpora is None or utterance.corpus in corpora)
    )
