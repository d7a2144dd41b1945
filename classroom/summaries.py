"""What stays unsealed of an assessment, so that a class can be seen at a glance without opening each of them.

Sums and counts by sound and by word, after a teacher's marks; of words only those that the exercise asks for, so that
nothing a learner said of their own accord is ever outside the seal.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from classroom.totals import Level, recompute

SOUNDS, WORDS = "sounds", "words"
"""Where sums and counts stand beside the scores."""

_INSERTION, _OMISSION = "insertion", "omission"
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something was judged, and the sum of its scores."""

    total: float = 0.0
    count: int = 0

    @property
    def mean(self) -> float | None:
        """Mean score 0..100; None where nothing was judged."""
        return self.total / self.count if self.count else None

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.total + other.total, self.count + other.count)


def summarise(
    document: Mapping[str, Any], marks: Mapping[tuple[Level, str], float], *, text: str
) -> dict[str, dict[str, list[float]]]:
    """Sum up the sounds and words of an assessment.

    Parameters
    ----------
    document : mapping
        An `Assessment` as its JSON says it.
    marks : mapping of (level, place) to float
        A teacher's marks, the newest for each place.
    text : str
        What the exercise asks to say; empty where learners speak freely.

    Returns
    -------
    dict
        "sounds" by ARPAbet and "words" in small letters, each with sum and count.
    """
    words = document["words"]
    scores = recompute(document, marks).words
    asked = {found.casefold() for found in _WORD.findall(text)}
    return {
        SOUNDS: _sums(_sounds(words, marks)),
        WORDS: _sums(
            (name, score)
            for word, score in zip(words, scores, strict=True)
            if score is not None
            and word["error"] != _INSERTION
            and (word["error"] != _OMISSION or score)
            and (name := str(word["text"]).casefold()) in asked
        ),
    }


def read(totals: Mapping[str, Any], part: str) -> Mapping[str, Tally]:
    """Give the tallies of a summary; none where there are none."""
    return {name: Tally(total, int(count)) for name, (total, count) in totals.get(part, {}).items()}


def merged(tallies: Iterable[Mapping[str, Tally]]) -> dict[str, Tally]:
    """Add up tallies by name."""
    found: dict[str, Tally] = {}
    for one in tallies:
        for name, tally in one.items():
            found[name] = found.get(name, Tally()) + tally
    return found


def _sounds(
    words: Iterable[Mapping[str, Any]], marks: Mapping[tuple[Level, str], float]
) -> Iterable[tuple[str, float]]:
    for index, word in enumerate(words):
        for number, phone in enumerate(word["phones"]):
            score = marks.get(("sound", f"{index}.{number}"), cast("float | None", phone["score"]))
            if score is not None:
                yield phone["expected"], score


def _sums(scores: Iterable[tuple[str, float]]) -> dict[str, list[float]]:
    tallies = merged({name: Tally(score, 1)} for name, score in scores)
    return {name: [round(tally.total, 2), tally.count] for name, tally in tallies.items()}
