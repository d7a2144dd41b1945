"""Where the points of a line chart of weekly means lie, for a template to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from classroom.progress import Week
from classroom.summaries import Tally

WIDTH, HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 42, 12, 14, 32
_MOST_LABELS = 7
_GRID = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Point:
    """A mean in the picture."""

    x: float
    y: float
    score: int


@dataclass(frozen=True, slots=True)
class Label:
    """A week's date below the picture."""

    x: float
    day: date


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of `WIDTH` by `HEIGHT`: lines by name, single points by assignment, and what stands at its edges."""

    lines: Mapping[str, tuple[Point, ...]]
    dots: tuple[Point, ...]
    labels: tuple[Label, ...]
    grid: tuple[Point, ...]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    width: int = WIDTH
    height: int = HEIGHT


def draw(series: Mapping[str, Sequence[Week]], *, dots: Sequence[Week] = ()) -> Chart:
    """Lay out one line for each series of weeks, and a dot for each assignment of each week of `dots`."""
    days = sorted({week.begins for weeks in series.values() for week in weeks})
    lines = {
        name: tuple(_point(week.begins, week.whole, days) for week in weeks if week.whole.count)
        for name, weeks in series.items()
    }
    every = max(1, -(-len(days) // _MOST_LABELS))
    return Chart(
        lines=lines,
        dots=tuple(_point(week.begins, tally, days) for week in dots for tally in week.by_assignment.values()),
        labels=tuple(Label(_x(day, days), day) for day in days[::every]),
        grid=tuple(Point(_LEFT, _y(score), score) for score in _GRID),
    )


def _point(day: date, tally: Tally, days: Sequence[date]) -> Point:
    score = tally.mean or 0.0
    return Point(_x(day, days), _y(score), round(score))


def _x(day: date, days: Sequence[date]) -> float:
    span = (days[-1] - days[0]).days
    share = (day - days[0]).days / span if span else 0.5
    return round(_LEFT + 20 + share * (WIDTH - _LEFT - _RIGHT - 40), 1)


def _y(score: float) -> float:
    return round(_TOP + (1 - score / 100) * (HEIGHT - _TOP - _BOTTOM), 1)
