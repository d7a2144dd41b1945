"""Mean scores week by week."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from classroom.evidence import Take
from classroom.summaries import Tally


@dataclass(frozen=True, slots=True)
class Week:
    """A week that begins on a Monday: the scores of what was recorded in it, all and by assignment."""

    begins: date
    whole: Tally
    by_assignment: Mapping[str, Tally]


def weeks(takes: Iterable[Take], *, time_zone: str) -> tuple[Week, ...]:
    """Sum up scores by the week in which they were recorded; weeks without any are left out.

    Parameters
    ----------
    takes : iterable of Take
        Those without a score are left out.
    time_zone : str
        In which Monday begins, such as "Asia/Jakarta".
    """
    zone = ZoneInfo(time_zone)
    found: dict[date, dict[str, Tally]] = defaultdict(dict)
    for take in takes:
        if take.score is not None:
            day = take.said_at.astimezone(zone).date()
            week = found[day - timedelta(days=day.weekday())]
            week[take.assignment_id] = week.get(take.assignment_id, Tally()) + Tally(take.score, 1)
    return tuple(
        Week(begins, sum(by_assignment.values(), Tally()), by_assignment)
        for begins, by_assignment in sorted(found.items())
    )
