"""Scores after a teacher's marks, recomputed with the formulas of `speech.sentence` from what was not overruled.

- a sound's new score moves its word by the change of the mean of the word's sounds;
- a word's new score moves accuracy by its share of the sounds said;
- a word that was thought missing and is given a score counts as said;
- overall follows accuracy and completeness as it did before; a score that is overruled itself is what the teacher said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

Score = Literal["overall", "accuracy", "fluency", "completeness", "prosody"]
Level = Literal["sound", "word", "score"]

SCORES: tuple[Score, ...] = get_args(Score)
"""Sentence scores an assessment has."""

_FLUENCY_WEIGHT = 0.2  # As in `speech.sentence`.
_OMISSION = "omission"
_INSERTION = "insertion"


@dataclass(frozen=True, slots=True)
class Totals:
    """Scores 0..100, or None where there is none: of the sentence by name, and of each word in order."""

    scores: Mapping[str, float | None]
    words: tuple[float | None, ...]


def recompute(document: Mapping[str, Any], marks: Mapping[tuple[Level, str], float]) -> Totals:
    """Apply marks to an assessment.

    Parameters
    ----------
    document : mapping
        An `Assessment` as its JSON says it.
    marks : mapping of (level, place) to float
        New scores. Places are "word.sound" and "word" by their index from 0, or the name of a score.
    """
    words: Sequence[Mapping[str, Any]] = document["words"]
    new = tuple(_word(index, word, marks) for index, word in enumerate(words))
    old = {name: cast("float | None", document["scores"][name]["value"]) for name in SCORES}
    scores = dict(old)
    if any(level != "score" for level, _ in marks):
        scores["accuracy"], scores["completeness"] = _accuracy(words, new, old), _completeness(words, new, old)
    given = {name: marks[("score", name)] for name in SCORES if ("score", name) in marks}
    scores.update(given)
    if any(scores[name] != old[name] for name in ("accuracy", "completeness", "fluency")):
        scores["overall"] = given.get("overall", _overall(scores))
    return Totals(scores, new)


def total(scores: Mapping[str, float | None], counted: Sequence[str], weights: Mapping[str, float]) -> float | None:
    """Give the weighted mean of the scores that count and that there are; None where there are none."""
    known = [(value, weights.get(name, 1.0)) for name in counted if (value := scores.get(name)) is not None]
    weight = sum(share for _, share in known)
    return sum(value * share for value, share in known) / weight if weight > 0 else None


def place_exists(document: Mapping[str, Any], level: Level, place: str) -> bool:
    """Whether an assessment has such a sound, word or score."""
    if level == "score":
        return place in SCORES
    word, _, sound = place.partition(".")
    words = document["words"]
    if not word.isdecimal() or int(word) >= len(words) or str(int(word)) != word:
        return False
    if level == "word":
        return not sound and "." not in place
    return sound.isdecimal() and str(int(sound)) == sound and int(sound) < len(words[int(word)]["phones"])


def value_at(document: Mapping[str, Any], totals: Totals, level: Level, place: str) -> float | None:
    """What a place had before any mark of its own."""
    if level == "score":
        return totals.scores[place]
    word, _, sound = place.partition(".")
    return totals.words[int(word)] if level == "word" else document["words"][int(word)]["phones"][int(sound)]["score"]


def _word(index: int, word: Mapping[str, Any], marks: Mapping[tuple[Level, str], float]) -> float | None:
    given = marks.get(("word", str(index)))
    if given is not None:
        return given
    phones = word["phones"]
    before = [phone["score"] for phone in phones]
    after = [marks.get(("sound", f"{index}.{number}"), phone["score"]) for number, phone in enumerate(phones)]
    new = _mean(after)
    if after == before or new is None:
        return word["score"]
    old = _mean(before)
    if old is None or word["score"] is None:
        return new
    return _within(cast(float, word["score"]) + new - old)


def _accuracy(
    words: Sequence[Mapping[str, Any]], new: Sequence[float | None], old: Mapping[str, float | None]
) -> float | None:
    weight = points = 0.0
    for word, score in zip(words, new, strict=True):
        if word["error"] == _INSERTION or score is None or not _said(word, score):
            continue
        judged = sum(phone["score"] is not None for phone in word["phones"]) or len(word["phones"])
        accuracy, before = old["accuracy"], cast("float | None", word["score"])
        weight += judged
        if accuracy is None or before is None or word["error"] == _OMISSION:
            points += judged * score
        else:
            points += judged * (accuracy + score - before)
    return _within(points / weight) if weight else old["accuracy"]


def _completeness(
    words: Sequence[Mapping[str, Any]], new: Sequence[float | None], old: Mapping[str, float | None]
) -> float | None:
    asked = [(word, score) for word, score in zip(words, new, strict=True) if word["error"] != _INSERTION]
    if all(_said(word, score) == (word["error"] != _OMISSION) for word, score in asked):
        return old["completeness"]
    return 100.0 * sum(_said(word, score) for word, score in asked) / len(asked)


def _said(word: Mapping[str, Any], score: float | None) -> bool:
    return word["error"] != _OMISSION or bool(score)


def _overall(scores: Mapping[str, float | None]) -> float | None:
    accuracy, completeness, fluency = (scores[name] for name in ("accuracy", "completeness", "fluency"))
    if accuracy is None or completeness is None:
        return None
    flow = 1.0 if fluency is None else 1 - _FLUENCY_WEIGHT + _FLUENCY_WEIGHT * fluency / 100
    return accuracy * completeness / 100 * flow


def _mean(scores: Sequence[float | None]) -> float | None:
    judged = [score for score in scores if score is not None]
    return sum(judged) / len(judged) if judged else None


def _within(score: float) -> float:
    return min(100.0, max(0.0, score))
