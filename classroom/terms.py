"""The terms of an assignment: until when, how often, how strictly, and what counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from classroom.errors import InvalidDetail
from classroom.totals import SCORES, Score

Strictness = Literal["gentle", "standard", "strict"]

_MOST_TITLE = 120
_MOST_INSTRUCTIONS = 2000
_MOST_CRITERIA = 20
_MOST_CRITERION = 80
_MOST_MEANING = 500
_MOST_ATTEMPTS = 100
_MOST_WEIGHT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a teacher may change afterwards.

    Parameters
    ----------
    title : str
        What it is called.
    strictness : {"gentle", "standard", "strict"}
        How sounds are to be marked.
    attempts : int or None
        How often a learner may hand in; None for as often as they like.
    opens_at, due_at : datetime or None
        From when, and until when it is on time. Work handed in later is taken, and shown as late.
    time_zone : str
        In which the dates are to be shown, such as "Asia/Jakarta".
    counted : tuple of str
        Scores the total is made of.
    weights : mapping of str to float
        How much each counted score weighs; 1 where it is not named.
    rubric : mapping of str to str
        The teacher's own criteria and what they mean.
    instructions : str
        What the teacher tells the class about it, on several lines.
    group : str
        The group of the class that it is for; empty for everybody.
    """

    title: str
    strictness: Strictness = "standard"
    attempts: int | None = None
    opens_at: datetime | None = None
    due_at: datetime | None = None
    time_zone: str = "UTC"
    counted: tuple[Score, ...] = ("overall",)
    weights: Mapping[str, float] = field(default_factory=dict[str, float])
    rubric: Mapping[str, str] = field(default_factory=dict[str, str])
    instructions: str = ""
    group: str = ""


def check_terms(terms: Terms) -> None:
    """Refuse terms that make no sense."""
    if not 1 <= len(terms.title.strip()) <= _MOST_TITLE:
        raise refused("title", f"it needs 1 to {_MOST_TITLE} letters", "length", most=_MOST_TITLE)
    if not terms.title.isprintable():
        raise refused("title", "it holds characters that cannot be shown", "unprintable")
    if len(terms.instructions) > _MOST_INSTRUCTIONS:
        raise refused("instructions", f"more than {_MOST_INSTRUCTIONS} letters", "letters", most=_MOST_INSTRUCTIONS)
    if terms.attempts is not None and not 1 <= terms.attempts <= _MOST_ATTEMPTS:
        raise refused("attempts", f"there must be 1 to {_MOST_ATTEMPTS}", "range", least=1, most=_MOST_ATTEMPTS)
    _zone(terms.time_zone)
    _check_dates(terms)
    if not terms.counted or not set(terms.counted) <= set(SCORES):
        raise refused("counted", f"choose among {', '.join(SCORES)}", "none")
    if any(not 0 <= weight <= _MOST_WEIGHT for weight in terms.weights.values()):
        raise refused("weights", f"each must be from 0 to {_MOST_WEIGHT}", "range", least=0, most=_MOST_WEIGHT)
    if sum(terms.weights.get(name, 1.0) for name in terms.counted) == 0:
        raise refused("weights", "one must be more than 0", "zero")
    _check_rubric(terms.rubric)


def _check_dates(terms: Terms) -> None:
    for name in ("opens_at", "due_at"):
        value: datetime | None = getattr(terms, name)
        if value is not None and value.tzinfo is None:
            raise refused(name, "it has no time zone", "date")
    if terms.opens_at and terms.due_at and terms.due_at <= terms.opens_at:
        raise refused("due_at", "it is before the beginning", "order")


def _check_rubric(rubric: Mapping[str, str]) -> None:
    if len(rubric) > _MOST_CRITERIA:
        raise refused("rubric", f"there are more than {_MOST_CRITERIA} criteria", "criteria", most=_MOST_CRITERIA)
    for name, meaning in rubric.items():
        if not 1 <= len(name) <= _MOST_CRITERION:
            raise refused("rubric", f"a name needs 1 to {_MOST_CRITERION} letters", "length", most=_MOST_CRITERION)
        if len(meaning) > _MOST_MEANING:
            raise refused("rubric", f"a meaning is longer than {_MOST_MEANING} letters", "letters", most=_MOST_MEANING)


def moment(local: datetime, time_zone: str) -> datetime:
    """Give the moment, UTC, that a wall clock in a zone shows; of an hour that comes twice, the first.

    Raises
    ------
    InvalidDetail
        There is no such zone.
    """
    return local.replace(tzinfo=_zone(time_zone), fold=0).astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise refused("time_zone", f"there is none called “{name}”", "unknown", name=name) from error


def refused(field: str, problem: str, reason: str, **facts: object) -> InvalidDetail:
    """Give the error for a field; `reason` is a code, by which the problem can be said in another language."""
    return InvalidDetail({"field": field, "problem": problem, "reason": reason, **facts})
