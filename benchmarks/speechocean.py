"""Recordings that people scored: speechocean762 in its own layout, or the rows of a manifest."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from phonemes.inventory import COLUMN
from speech.errors import FileMissing
from speech.train.corpus import CHILD_BELOW_YEARS, read_manifest

CORPUS = "speechocean762"

Who = tuple[str, str]
"""Corpus and speaker."""

_STRESS = "012"


@dataclass(frozen=True, slots=True)
class RatedWord:
    """A word: its phones `[start, end)` within the recording, and human scores 0..10; None: left out of all figures."""

    start: int
    end: int
    accuracy: float | None
    total: float | None


@dataclass(frozen=True, slots=True)
class Rated:
    """One recording and what people thought of it.

    Parameters
    ----------
    who : (str, str)
        Corpus and speaker.
    name : str
        Of the recording.
    path : Path
        Its audio.
    text : str
        What was to be read.
    phones : tuple of str
        ARPAbet without stress, in order.
    human : tuple of float
        Score 0..2 of every phone; not a number where it counts in no figure; empty where nobody scored.
    age : int or None
        Years.
    gender : str
        "f", "m", or "" where it is not known.
    words : tuple of RatedWord
        Empty where words were not scored.
    accuracy, total : float or None
        Human scores 0..10 of the whole recording.
    words_left_out : int
        Words with a symbol that is no English phone, or without a score for every phone.
    """

    who: Who
    name: str
    path: Path
    text: str
    phones: tuple[str, ...]
    human: tuple[float, ...]
    age: int | None = None
    gender: str = ""
    words: tuple[RatedWord, ...] = ()
    accuracy: float | None = None
    total: float | None = None
    words_left_out: int = 0

    @property
    def is_child(self) -> bool:
        """Whether the speaker is known to be younger than 16."""
        return self.age is not None and self.age < CHILD_BELOW_YEARS

    @property
    def is_adult(self) -> bool:
        """Whether the speaker is known to be 16 or older."""
        return self.age is not None and self.age >= CHILD_BELOW_YEARS


def read_official(root: Path, split: str) -> tuple[Rated, ...]:
    """Read one split of speechocean762 as its authors publish it.

    Parameters
    ----------
    root : Path
        Folder with ``WAVE``, ``resource``, ``train`` and ``test``.
    split : {"train", "test"}
        Which recordings.

    Raises
    ------
    FileMissing
        A file of the layout is not there.
    KeyError
        A recording of the split has no speaker or no scores.
    """
    speakers, paths = _table(root / split / "utt2spk"), _table(root / split / "wav.scp")
    ages, genders = _table(root / split / "spk2age"), _table(root / split / "spk2gender")
    scores: dict[str, dict[str, Any]] = json.loads(_existing(root / "resource" / "scores.json").read_text("utf-8"))
    return tuple(
        _rated(
            name,
            scores[name],
            path=root / path,
            speaker=speakers[name],
            age=_years(ages.get(speakers[name], "")),
            gender=genders.get(speakers[name], "").lower()[:1],
        )
        for name, path in paths.items()
    )


def read_rows(manifest: Path) -> tuple[Rated, ...]:
    """Read the rows of a manifest that have phones, with and without human scores.

    Raises
    ------
    FileMissing
        There is no such manifest.
    """
    genders = _genders(_existing(manifest))
    return tuple(
        Rated(
            who=utterance.who,
            name=utterance.name,
            path=path,
            text=utterance.text,
            phones=utterance.phones,
            human=utterance.scores or (),
            age=utterance.age,
            gender=genders[utterance.corpus, utterance.name],
        )
        for utterance, path in read_manifest(manifest)
    )


def _genders(manifest: Path) -> dict[tuple[str, str], str]:
    with manifest.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {(row["corpus"], row["utterance"]): row["gender"] for row in rows}


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise FileMissing({"name": path})
    return path


def _table(path: Path) -> dict[str, str]:
    """First word of every line -> the rest of it."""
    pairs = (line.split(maxsplit=1) for line in _existing(path).read_text(encoding="utf-8").splitlines())
    return {pair[0]: pair[1].strip() for pair in pairs if len(pair) == 2}


def _years(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def _rated(name: str, entry: Mapping[str, Any], *, path: Path, speaker: str, age: int | None, gender: str) -> Rated:
    words = [_word(word) for word in entry["words"]]
    ends = [0, *accumulate(len(phones) for phones, _, _ in words)]
    places = [
        RatedWord(start, end, _number(given, "accuracy", counts=counts), _number(given, "total", counts=counts))
        for (start, end), given, (_, _, counts) in zip(pairwise(ends), entry["words"], words, strict=True)
        if end > start
    ]
    return Rated(
        who=(CORPUS, speaker),
        name=name,
        path=path,
        text=entry["text"],
        phones=tuple(phone for phones, _, _ in words for phone in phones),
        human=tuple(score for _, human, _ in words for score in human),
        age=age,
        gender=gender,
        words=tuple(places),
        accuracy=_number(entry, "accuracy"),
        total=_number(entry, "total"),
        words_left_out=sum(not counts for _, _, counts in words),
    )


def _word(word: Mapping[str, Any]) -> tuple[list[str], list[float], bool]:
    """Phones of a word, their scores, and whether it counts; one that does not keeps the phones we know, unscored."""
    given: str | Sequence[str] = word["phones"]
    symbols = [symbol.rstrip(_STRESS) for symbol in (given.split() if isinstance(given, str) else given)]
    scores: Sequence[float] = word["phones-accuracy"]
    phones = [symbol for symbol in symbols if symbol in COLUMN]
    if symbols and len(phones) == len(symbols) == len(scores):
        return phones, [float(score) for score in scores], True
    return phones, [math.nan] * len(phones), False


def _number(entry: Mapping[str, Any], name: str, *, counts: bool = True) -> float | None:
    return float(entry[name]) if counts and entry.get(name) is not None else None
