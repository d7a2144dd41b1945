"""Sections of a head in profile, facing left: the contours of one articulation, in the units of the drawing."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from phonemes.resources import folder

VIEW = (0, 14, 210, 204)
"""What is seen: left, top, width, height; x grows towards the back of the head, y downwards."""

Point = tuple[float, float]

_PIVOT: Point = (190, 98)
_REACH = 131.0  # from the pivot to the edge of the lower front teeth
_STEPS = 8
_ROUNDNESS = 0.37  # length of a handle in shares of its span
_THROAT_Y = 130.0  # below it the air passes behind the epiglottis
_MIDDLE = 115.0  # height at which relaxed lips meet


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """Points on the tongue's outline, in the midline.

    Parameters
    ----------
    tip, under : tuple of float
        The tip, and a point on the underside behind it.
    blade, front, back, root : tuple of float
        The upper side, from behind the tip to the throat.
    """

    tip: Point
    under: Point
    blade: Point
    front: Point
    back: Point
    root: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One articulation.

    Parameters
    ----------
    place, manner : str
        As the catalogues name them; the place of a vowel is front, central, back or rhotic.
    height : str or None
        Of a vowel.
    tongue : Tongue
        Where the tongue lies.
    jaw : float
        How far the lower front teeth stand from where the jaw is closed.
    gap, push : float
        Distance between the lips; how far they are pushed forward (negative: drawn back).
    on_teeth : bool
        Whether the lower lip touches the upper teeth.
    is_nasal : bool
        Whether the velum is lowered.
    """

    place: str
    manner: str
    height: str | None
    tongue: Tongue
    jaw: float
    gap: float
    push: float
    on_teeth: bool
    is_nasal: bool

    @property
    def is_vowel(self) -> bool:
        """Whether the air flows freely, so that only the position matters."""
        return self.manner == "vowel"

    @property
    def is_closed(self) -> bool:
        """Whether the mouth is shut somewhere."""
        return self.manner in {"stop", "affricate", "nasal", "lateral"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Articulation:
    """How one phone is made: its shape, for diphthongs the shape it glides to, and whether the voice sounds."""

    shape: Shape
    then: Shape | None
    is_voiced: bool


@cache
def articulations() -> Mapping[str, Articulation]:
    """Read the articulations of the 39 phones, by ARPAbet symbol."""
    data = json.loads((folder("datasets") / "articulation" / "mouths.json").read_text(encoding="utf-8"))
    shapes = {name: _read(entry) for name, entry in data["shapes"].items()}
    return MappingProxyType(
        {
            symbol: Articulation(
                shape=shapes[entry["shape"]],
                then=shapes[entry["then"]] if "then" in entry else None,
                is_voiced=entry["voiced"],
            )
            for symbol, entry in data["phones"].items()
        }
    )


def _read(entry: Mapping[str, Any]) -> Shape:
    return Shape(
        place=entry["place"],
        manner=entry["manner"],
        height=entry.get("height"),
        tongue=Tongue(**{name: (x, y) for name, (x, y) in entry["tongue"].items()}),
        jaw=entry["jaw"],
        gap=entry["lips"]["gap"],
        push=entry["lips"]["push"],
        on_teeth=entry["lips"]["on_teeth"],
        is_nasal=entry["velum"] == "down",
    )


def swing(point: Point, jaw: float) -> Point:
    """Move a point of the lower jaw to where it is when the jaw opens."""
    angle = -jaw / _REACH
    x, y = point[0] - _PIVOT[0], point[1] - _PIVOT[1]
    sine, cosine = math.sin(angle), math.cos(angle)
    return _PIVOT[0] + x * cosine - y * sine, _PIVOT[1] + x * sine + y * cosine


def curve(points: Sequence[Point], *, closed: bool = False) -> str:
    """Write a smooth line through points as the data of an SVG path."""
    parts = [f"M{_number(points[0])}"]
    parts += [f"C{_number(a)} {_number(b)} {_number(end)}" for _, a, b, end in _segments(points, closed=closed)]
    return "".join(parts) + ("Z" if closed else "")


def sample(points: Sequence[Point], *, closed: bool = False) -> list[Point]:
    """Give points along the smooth line, close to each other."""
    found = [points[0]]
    for start, a, b, end in _segments(points, closed=closed):
        for step in range(1, _STEPS + 1):
            t = step / _STEPS
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            x, y = (sum(w * p[axis] for w, p in zip(weights, (start, a, b, end), strict=True)) for axis in (0, 1))
            found.append((x, y))
    return found


def _segments(points: Sequence[Point], *, closed: bool) -> Iterable[tuple[Point, Point, Point, Point]]:
    count = len(points)
    for index in range(count if closed else count - 1):
        before, start, end, after = (
            points[k % count] if closed else points[min(max(k, 0), count - 1)] for k in range(index - 1, index + 3)
        )
        yield start, _along(start, before, end), _along(end, after, start), end


def _along(at: Point, other: Point, end: Point) -> Point:
    """Give the handle at a point towards the end of its span, parallel to the line between its neighbours."""
    dx, dy = end[0] - other[0], end[1] - other[1]
    reach = _ROUNDNESS * math.dist(at, end) / (math.hypot(dx, dy) or 1.0)
    return at[0] + dx * reach, at[1] + dy * reach


def _number(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


# The roof of the mouth, from behind the upper front teeth over the ridge to where the bone ends.
ROOF: tuple[Point, ...] = ((64, 103), (71.5, 104.5), (79, 98), (92, 88), (112, 82), (130, 83), (144, 89))
WALL: tuple[Point, ...] = ((182, 92), (181, 128), (178, 158), (170, 184), (166, 204), (166, 234))
"""The back wall of the throat, from the height of the velum down."""
UPPER_EDGE: Point = (54.5, 119)
GLOTTIS: Point = (155, 203)
_VELUM = {
    False: (
        (145, 75),
        (157, 72),
        (170, 70),
        (181, 77),
        (181, 86),
        (177, 92),
        (173, 100),
        (169, 99),
        (167, 90),
        (157, 87),
    ),
    True: ((145, 75), (157, 81), (166, 94), (169, 110), (167, 121), (162, 122), (160, 112), (153, 97)),
}


def velum(shape: Shape) -> list[Point]:
    """Give the outline of the velum: over its upper side to the uvula and back along the lower side."""
    return [*_VELUM[shape.is_nasal], ROOF[-1]]


def ceiling(shape: Shape) -> list[Point]:
    """Give the upper and back limit of the mouth, from the teeth over the roof and the velum down the throat."""
    lower = {False: ((160, 90), (168, 99), (176, 104)), True: ((152, 96), (158, 106), (160, 119), (176, 130))}
    down = [point for point in WALL[1:] if point[1] > lower[shape.is_nasal][-1][1] + 10]
    return sample([*ROOF, *lower[shape.is_nasal], *down])


def surface(shape: Shape) -> list[Point]:
    """Give the upper side of the tongue, from the tip to the root and on to the voice box."""
    tongue = shape.tongue
    return sample(
        [tongue.tip, tongue.blade, tongue.front, tongue.back, tongue.root, (150, 170), (146, 188), (145, 234)]
    )


def outline(shape: Shape) -> list[Point]:
    """Give the closed outline of the tongue."""
    tongue = shape.tongue
    below = [(150, 171), *(swing(point, shape.jaw * 0.8) for point in ((128, 178), (99, 170), (83, 154)))]
    return [tongue.tip, tongue.blade, tongue.front, tongue.back, tongue.root, *below, tongue.under]


def lip_edges(shape: Shape) -> tuple[float, float]:
    """Give the heights of the lower edge of the upper lip and the upper edge of the lower lip."""
    if shape.on_teeth:
        return _MIDDLE - 5, UPPER_EDGE[1] - 1
    top = _MIDDLE - min(shape.gap, 16) * 0.3
    return top, top + shape.gap


def gap(shape: Shape) -> tuple[Point, Point]:
    """Find where tongue and roof come closest, as the two points."""
    roof = [point for point in ceiling(shape) if point[0] < 158 and point[1] < 108]
    tongue = sample([shape.tongue.tip, shape.tongue.blade, shape.tongue.front, shape.tongue.back, shape.tongue.root])
    pairs = ((above, below) for above in roof for below in tongue)
    return min(pairs, key=lambda pair: math.dist(*pair))


def stream(shape: Shape) -> list[Point]:
    """Give the middle of the air's way through the mouth, from the voice box to the teeth."""
    tongue = [point for point in surface(shape) if point[1] < GLOTTIS[1] - 8]
    middle: list[Point] = []
    for above in ceiling(shape)[:: _STEPS // 2]:
        if above[1] < GLOTTIS[1] - 8:
            below = min(tongue, key=lambda point: math.dist(point, above))
            share = 0.68 if above[1] > _THROAT_Y else 0.5
            middle.append((below[0] + share * (above[0] - below[0]), below[1] + share * (above[1] - below[1])))
    return [(GLOTTIS[0] + 2, GLOTTIS[1] - 10), *reversed(middle)]
