"""Sentences to practise, graded A1 to B2, each with the sounds it trains."""

import json
from dataclasses import dataclass
from functools import cache

from phonemes.resources import folder

LEVELS: tuple[str, ...] = ("A1", "A2", "B1", "B2")
"""Levels of the Common European Framework, easiest first."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """One sentence to read.

    Parameters
    ----------
    id : str
        Stable name.
    level : str
        One of `LEVELS`.
    text : str
        What to read.
    sounds : tuple of str
        ARPAbet symbols of the sounds it trains, the most important first.
    """

    id: str
    level: str
    text: str
    sounds: tuple[str, ...]


@cache
def exercises() -> tuple[Exercise, ...]:
    """Read all exercises, easiest first."""
    found: list[Exercise] = []
    for level in LEVELS:
        path = folder("datasets") / "exercises" / f"{level.lower()}.json"
        for entry in json.loads(path.read_text(encoding="utf-8"))["sentences"]:
            found.append(Exercise(entry["id"], level, entry["text"], tuple(entry["sounds"])))
    return tuple(found)
