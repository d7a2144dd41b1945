"""How somebody practises. This is all that check-ins are made of: moments, counts and scores, never who it is."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean

from classroom.assignments import Assignment
from classroom.evidence import Evidence, HandedIn, Take

_LEAST_LEARNERS = 3


@dataclass(frozen=True, slots=True)
class Scored:
    """A score and when it was recorded."""

    at: datetime
    score: float


@dataclass(frozen=True, slots=True)
class Due:
    """Work that was due, and when it was handed in for the first time."""

    at: datetime
    handed_in_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One learner's practice, without a name, an id, a group, or anything else about the person.

    Parameters
    ----------
    joined_at : datetime
        Since when there has been work for them.
    recorded_at : tuple of datetime
        Every recording, first to last.
    waiting_since : datetime or None
        Since when there is something to do that was not handed in; None where there is nothing.
    due : tuple of Due
        Work whose date has passed, oldest first.
    relative : tuple of Scored
        Scores less the class's mean for the same exercise, first to last, so that a hard exercise is nobody's fall.
        Exercises that fewer than three learners said are left out.
    repeated : tuple of tuple of Scored
        For every exercise the scores of each time it was recorded, first to last.
    """

    joined_at: datetime
    recorded_at: tuple[datetime, ...] = ()
    waiting_since: datetime | None = None
    due: tuple[Due, ...] = ()
    relative: tuple[Scored, ...] = ()
    repeated: tuple[tuple[Scored, ...], ...] = ()


def behaviours(known: Evidence, *, now: datetime) -> Mapping[str, Behaviour]:
    """Tell of each learner of a class how they practise."""
    means = _means(known.takes)
    takes: dict[str, list[Take]] = defaultdict(list)
    for take in known.takes:
        takes[take.person_id].append(take)
    handed_in: dict[str, list[HandedIn]] = defaultdict(list)
    for attempt in known.handed_in:
        handed_in[attempt.person_id].append(attempt)
    return {
        person_id: _behaviour(known, joined_at, takes[person_id], handed_in[person_id], means, person_id, now)
        for person_id, joined_at in known.joined.items()
    }


def _behaviour(
    known: Evidence,
    joined_at: datetime,
    takes: list[Take],
    handed_in: list[HandedIn],
    means: Mapping[str, float],
    person_id: str,
    now: datetime,
) -> Behaviour:
    first: dict[str, datetime] = {}
    for attempt in handed_in:
        first.setdefault(attempt.assignment_id, attempt.at)
    group_id = known.groups.get(person_id)
    current = [work for work in known.assignments if work.is_open(now) and work.is_for(group_id)]
    due = [(work.terms.due_at, first.get(work.id)) for work in current if work.terms.due_at is not None]
    return Behaviour(
        joined_at=joined_at,
        recorded_at=known.recorded.get(person_id, ()),
        waiting_since=min((_begins(work, joined_at) for work in current if work.id not in first), default=None),
        due=tuple(Due(at, handed) for at, handed in sorted(due, key=lambda pair: pair[0]) if joined_at <= at < now),
        relative=tuple(
            Scored(take.said_at, take.score - means[take.item_id])
            for take in takes
            if take.counts and take.score is not None and take.item_id in means
        ),
        repeated=_repeated(takes),
    )


def _begins(work: Assignment, joined_at: datetime) -> datetime:
    return max(work.terms.opens_at or work.created_at, joined_at)


def _repeated(takes: list[Take]) -> tuple[tuple[Scored, ...], ...]:
    found: dict[str, list[Scored]] = defaultdict(list)
    for take in takes:
        if take.score is not None:
            found[take.item_id].append(Scored(take.said_at, take.score))
    return tuple(tuple(series) for series in found.values())


def _means(takes: tuple[Take, ...]) -> dict[str, float]:
    """Mean score of each exercise over the learners who said it, each counted once."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for take in takes:
        if take.counts and take.score is not None:
            found[take.item_id][take.person_id].append(take.score)
    return {
        item_id: fmean(fmean(scores) for scores in by_learner.values())
        for item_id, by_learner in found.items()
        if len(by_learner) >= _LEAST_LEARNERS
    }
