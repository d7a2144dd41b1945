"""What to say about each phone: its score, a verdict, and the phone that was said instead."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from phonemes.inventory import PHONES
from speech.gop import Goodness
from speech.results import Candidate, Verdict
from speech.scoring import PhoneScores

GOOD_FROM = 88.0
"""Scores from here on are "good"."""

WRONG_BELOW = 75.0
"""Scores below are "wrong", or "missing" when nothing was said."""

_WRONG_SCORE, _DOUBTFUL_SCORE = 70.0, 85.0
_INSERTED_FROM = 0.9
_HEARD_FROM = 0.2
_MOST_CANDIDATES = 5
_LEAST_PROBABILITY = 0.01


@dataclass(frozen=True, slots=True)
class PhoneVerdict:
    """One phone's verdict.

    `said` is ARPAbet, or None when nothing (clear) was said; `score` is None when unclear; `candidates` are the phones
    most probably said, most probable first.
    """

    verdict: Verdict
    said: str | None
    said_probability: float
    score: float | None
    uncertainty: float
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """A phone said before place `place` (counted over all phones read) that the text does not ask for."""

    place: int
    phone: str
    probability: float


def judge(columns: Sequence[int], scores: PhoneScores) -> tuple[PhoneVerdict, ...]:
    """Decide on every phone.

    Where something else was most probably said, the phone is wrong whatever the human-fitted score says: a score
    fitted on kind raters stays high there, but a learner must hear about it. Where that is doubtful it is no better
    than "nearly". The score is capped so that score and verdict agree. Where a school's teachers have corrected scores
    such as this one, theirs decides.
    """
    verdicts = (_judge_one(column, scores, place) for place, column in enumerate(columns))
    return tuple(
        replace(verdict, candidates=_candidates(row)) for verdict, row in zip(verdicts, scores.said, strict=True)
    )


def _candidates(said: np.ndarray) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(PHONES[place], round(float(said[place]), 4))
        for place in np.argsort(-said[:-1])[:_MOST_CANDIDATES].tolist()
        if said[place] >= _LEAST_PROBABILITY
    )


def _judge_one(column: int, scores: PhoneScores, place: int) -> PhoneVerdict:
    said = scores.said[place]
    score, uncertainty = float(scores.values[place]), float(scores.uncertainties[place])
    wrong = float(scores.wrong_probabilities[place])
    if wrong >= scores.doubtful_from:
        score = min(score, _WRONG_SCORE if wrong >= scores.wrong_from else _DOUBTFUL_SCORE)
    if scores.recalibration is not None:
        score = scores.recalibration.apply(score)
    expected = PHONES[column - 1]
    if score >= GOOD_FROM:
        return PhoneVerdict(Verdict.GOOD, expected, float(said[column - 1]), score, uncertainty)
    rivals = said.copy()
    if score < WRONG_BELOW:
        rivals[column - 1] = 0.0
    best = int(rivals.argmax())
    probability = float(rivals[best])
    if score >= WRONG_BELOW:
        best = int(rivals[:-1].argmax())
        return PhoneVerdict(Verdict.NEARLY, PHONES[best], float(rivals[best]), score, uncertainty)
    if best == len(PHONES):
        return PhoneVerdict(Verdict.MISSING, None, probability, score, uncertainty)
    if max(probability, float(said[column - 1])) < _HEARD_FROM:
        return PhoneVerdict(Verdict.UNCLEAR, None, probability, None, uncertainty)
    return PhoneVerdict(Verdict.WRONG, PHONES[best], probability, score, uncertainty)


def added_phones(goodness: Goodness) -> tuple[Added, ...]:
    """Find phones that were clearly slipped in, where the same phone in place of a neighbour does not explain more."""
    inserted = goodness.inserted()
    instead = goodness.substitutions
    found: list[Added] = []
    for place in np.flatnonzero(inserted.sum(axis=1) >= _INSERTED_FROM).tolist():
        best = int(inserted[place].argmax())
        neighbours = [instead[near, best] for near in (place - 1, place) if 0 <= near < len(instead)]
        if goodness.insertions[place, best] > max(neighbours):
            found.append(Added(place, PHONES[best], float(inserted[place, best])))
    return tuple(found)
