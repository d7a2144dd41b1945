"""Drawings of the mouth as it makes one sound, and the same in words."""

import math
from collections.abc import Sequence
from html import escape

from phonemes.inventory import phone as look_up
from web.catalogue import Catalogue
from web.components import sagittal
from web.components.sagittal import Articulation, Point, Shape, curve, swing

_NOSE: tuple[Point, ...] = ((94, -12), (76, 12), (60, 35), (39, 55), (20, 70), (17, 78), (23, 86), (35, 85))
_NASAL_ROOF: tuple[Point, ...] = (
    (44, 77),
    (57, 71),
    (72, 63),
    (88, 51),
    (108, 42),
    (130, 38),
    (156, 43),
    (175, 60),
    (182, 92),
)
_NASAL_FLOOR: tuple[Point, ...] = (
    (146, 75),
    (122, 69),
    (90, 69),
    (70, 71),
    (56, 77),
    (48, 85),
    (42, 90),
    (40, 98),
    (52, 104),
)
_OUTSIDE_X = 10.0
_THROAT_Y = 130.0  # the air's way is in the throat below this
_ROUND = 4.0  # lips pushed this far look round


def draw_mouth(phone: str, *, label: str) -> str:
    """Draw the mouth as it makes a sound, in section.

    Parameters
    ----------
    phone : str
        ARPAbet symbol; a stress digit is ignored.
    label : str
        What a screen reader says for the drawing, such as `describe_mouth`; it is escaped.

    Returns
    -------
    str
        One ``<svg>`` element to stand inside a page, coloured by ``mouth.css``; it holds no ids.

    Raises
    ------
    KeyError
        The symbol is none of the 39.
    """
    made = sagittal.articulations()[look_up(phone).symbol]
    parts = [*_head(made.shape), *_moving(made.shape), *_ghost(made), *_flow(made.shape), *_marks(made.shape)]
    if made.is_voiced:
        parts.append(_voice())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lf-mouth" role="img" aria-label="{escape(label)}" '
        f'viewBox="{" ".join(map(str, sagittal.VIEW))}">{"".join(parts)}</svg>'
    )


def describe_mouth(phone: str, catalogue: Catalogue) -> str:
    """Say in one sentence what `draw_mouth` shows.

    Parameters
    ----------
    phone : str
        ARPAbet symbol; a stress digit is ignored.
    catalogue : Catalogue
        Strings of the reader's language.

    Raises
    ------
    KeyError
        The symbol is none of the 39.
    """
    made = sagittal.articulations()[look_up(phone).symbol]
    shape = made.shape
    voice = catalogue.say(f"mouth.voice.{'on' if made.is_voiced else 'off'}")
    if made.then is not None:
        start, end = _vowel(shape, catalogue), _vowel(made.then, catalogue)
        return catalogue.say("mouth.glide", start=start, end=end, voice=voice)
    if shape.is_vowel:
        sentence = catalogue.say("mouth.steady", position=_vowel(shape, catalogue), voice=voice)
        return sentence[0].upper() + sentence[1:]
    place, manner = catalogue.say(f"mouth.place.{shape.place}"), catalogue.say(f"mouth.manner.{shape.manner}")
    return catalogue.say("mouth.consonant", place=place, manner=manner, voice=voice)


def _vowel(shape: Shape, catalogue: Catalogue) -> str:
    """Name the position of tongue and lips."""
    lips = "round" if shape.push >= _ROUND else "spread" if shape.push <= -_ROUND / 2 else "loose"
    if shape.place == "rhotic":
        tongue = catalogue.say("mouth.place.rhotic")
    else:
        height = catalogue.say(f"mouth.height.{shape.height}")
        tongue = catalogue.say("mouth.tongue", height=height, part=catalogue.say(f"mouth.part.{shape.place}"))
    return catalogue.say("mouth.position", tongue=tongue, lips=catalogue.say(f"mouth.lips.{lips}"))


def _path(kind: str, data: str) -> str:
    return f'<path class="lf-m-{kind}" d="{data}"/>'


def _polygon(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _head(shape: Shape) -> list[str]:
    """Draw what lies behind the tongue, and the lower jaw."""
    back = [*_NOSE, *_NASAL_ROOF, *sagittal.WALL[1:]]
    return [_path("head", curve(back) + "L252 234L252 -12Z"), _path("head", _jaw(shape))]


def _jaw(shape: Shape) -> str:
    """Write the lower jaw with the front of the neck."""
    inner = [swing(point, shape.jaw) for point in ((57, 135), (68, 139), (76, 148), (86, 160))]
    chin = [swing(point, shape.jaw) for point in ((47, 140), (40, 150), (40, 163), (50, 175), (72, 180), (92, 184))]
    throat = [(148, 172), (146, 188), (145, 210), (145, 234)]
    neck = [(114, 236), (115, 219)]
    return curve([*inner, *throat]) + "L" + curve([*neck, *reversed(chin)])[1:] + "Z"


def _moving(shape: Shape) -> list[str]:
    """Draw tongue, roof of the mouth, teeth and lips, the nearer over the farther."""
    root = shape.tongue.root
    leaf = [
        (151, 174),
        (root[0] - 1, root[1] + 18),
        (root[0] + 6, root[1] + 12),
        (root[0] + 4, root[1] + 22),
        (153, 182),
    ]
    palate = [*sagittal.ROOF, *_NASAL_FLOOR]
    lining = [*sagittal.ROOF, *((x - 1 if x > 72 else x, y - 7) for x, y in reversed(sagittal.ROOF))]
    return [
        _path("tongue", curve(sagittal.outline(shape), closed=True)),
        _path("head", curve(leaf, closed=True)),
        _path("head", curve(palate, closed=True)),
        _path("palate", curve(lining[: len(sagittal.ROOF)]) + "L" + curve(lining[len(sagittal.ROOF) :])[1:] + "Z"),
        _path("palate lf-m-velum", curve(sagittal.velum(shape), closed=True)),
        *_teeth(shape.jaw),
        *(_path("lips", data) for data in _lips(shape)),
    ]


def _teeth(jaw: float) -> list[str]:
    upper = "M56 101C53 107 52.5 113 54.5 119C58.5 118 62.5 111 66 103Z"
    points = ((59, 119), (57, 125), (57, 132), (59, 138), (68, 139), (66, 132), (64, 124), (61, 119))
    a, b, c, d, e, f, g, h = (f"{x:.1f} {y:.1f}" for x, y in (swing(point, jaw) for point in points))
    return [_path("teeth", upper), _path("teeth", f"M{a}C{b} {c} {d}L{e}C{f} {g} {h}Z")]


def _lips(shape: Shape) -> tuple[str, str]:
    """Write the upper and the lower lip."""
    top, bottom = sagittal.lip_edges(shape)
    push = shape.push
    upper = (
        (41, 95),
        (37 - 0.6 * push, top - 14),
        (34 - push, top - 7),
        (36 - push, top - 0.5),
        (45 - 0.6 * push, top),
        (52, top - 6),
        (53, 101),
    )
    fold, gum = swing((46 - 0.3 * max(push, 0), 141), shape.jaw), swing((57, 135), shape.jaw)
    back = 6.0 if shape.on_teeth else swing((46, 141), shape.jaw)[0] - 46
    lower = (
        fold,
        (37.5 - 0.6 * push + back, bottom + 15),
        (34 - push + back, bottom + 8),
        (37 - push + back, bottom + 1),
        (45 - 0.6 * push + back, bottom),
        (min(52 + back, gum[0] - 2), bottom + 6),
        gum,
    )
    return curve(upper, closed=True), curve(lower, closed=True)


def _ghost(made: Articulation) -> list[str]:
    """Draw where a diphthong goes: the second position, dashed, and an arrow to it."""
    if made.then is None:
        return []
    ghost = [_path("ghost", curve(sagittal.outline(made.then)[:5]))]
    if made.then.push - made.shape.push > 4 or made.shape.push - made.then.push > 4:
        ghost += [_path("ghost", data) for data in _lips(made.then)]
    start, end = (_summit(shape) for shape in (made.shape, made.then))
    return [*ghost, _arrow("ghost lf-m-glide", [start, end])]


def _summit(shape: Shape) -> Point:
    """Find the highest point of the tongue's body."""
    tongue = shape.tongue
    return min(sagittal.sample([tongue.front, tongue.back]), key=lambda point: point[1])


def _arrow(kind: str, points: Sequence[Point], *, size: float = 7.0) -> str:
    """Draw a smooth line that ends in an arrowhead."""
    (x0, y0), (x, y) = points[-2:]
    angle = math.atan2(y - y0, x - x0)
    wings = [(x - size * math.cos(angle + turn), y - size * math.sin(angle + turn)) for turn in (0.5, -0.5)]
    return _path(kind, curve(points) + _polygon([wings[0], (x, y), wings[1]]))


def _flow(shape: Shape) -> list[str]:
    """Draw the way of the air: through the nose, out of the mouth, or up to where it is stopped and bursts out."""
    if shape.is_vowel:
        return []
    if shape.manner == "nasal":
        way = [
            (155, 192),
            (166, 164),
            (174, 130),
            (174, 92),
            (160, 63),
            (122, 54),
            (86, 62),
            (60, 73),
            (47, 80),
            (40, 89),
            (30, 101),
        ]
        return [_arrow("air", way)]
    way = sagittal.stream(shape)
    top, bottom = sagittal.lip_edges(shape)
    middle = (top + bottom) / 2
    edge = swing((60, 119), shape.jaw)
    between = (56.0, (sagittal.UPPER_EDGE[1] + edge[1]) / 2)
    out = [between, (45 - shape.push, middle), (_OUTSIDE_X, middle + 2)]
    if shape.manner in {"stop", "affricate"}:
        closure = 46.0 if shape.place == "bilabial" else sagittal.gap(shape)[0][0]
        inside = [point for point in way if point[0] > closure + 12 or point[1] > _THROAT_Y]
        onward = [_arrow("air", out)] if shape.manner == "affricate" else []
        return [
            _arrow("air", [*inside[:-1:3], inside[-1]]),
            _burst((30 - shape.push, middle), with_middle=not onward),
            *onward,
        ]
    kind = "air lf-m-sides" if shape.manner == "lateral" else "air"
    return [_arrow(kind, [*way[::3], *out])]


def _burst(at: Point, *, with_middle: bool) -> str:
    """Draw rays that fly out of the mouth."""
    rays: list[str] = []
    for turn in (-0.7, 0.0, 0.7) if with_middle else (-1.0, 1.0):
        x, y = -math.cos(turn), math.sin(turn)
        rays.append(f"M{at[0] + 2 * x:.1f} {at[1] + 8 * y:.1f}L{at[0] + 16 * x:.1f} {at[1] + 20 * y:.1f}")
    return _path("air lf-m-burst", "".join(rays))


def _marks(shape: Shape) -> list[str]:
    """Mark where the mouth is shut (a disc) or narrow (a ring)."""
    kind = "contact" if shape.is_closed or shape.on_teeth else "contact lf-m-narrow"
    return [f'<circle class="lf-m-{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{r}"/>' for x, y, r in _spots(shape)]


def _spots(shape: Shape) -> list[tuple[float, float, float]]:
    top, bottom = sagittal.lip_edges(shape)
    lips = (45 - shape.push * 0.8, (top + bottom) / 2)
    if shape.is_vowel:
        return []
    spots: list[Point] = []
    if shape.place in {"bilabial", "labial_velar"}:
        spots.append(lips)
    if shape.place == "labiodental":
        spots.append((53, sagittal.UPPER_EDGE[1]))
    if shape.place == "dental":
        spots.append((56, sagittal.UPPER_EDGE[1] + 1))
    if shape.place == "glottal":
        spots.append(sagittal.GLOTTIS)
    if shape.place not in {"bilabial", "labiodental", "dental", "glottal"}:
        above, below = sagittal.gap(shape)
        spots.append(((above[0] + below[0]) / 2, (above[1] + below[1]) / 2))
    return [(*spot, 4.5 if shape.is_closed or shape.on_teeth else 6.5) for spot in spots]


def _voice() -> str:
    """Draw waves on both sides of the voice box."""
    x, y = sagittal.GLOTTIS
    arcs = []
    for away in (1, 2, 3):
        reach, half = 9 + 6 * away, 3 + 3.5 * away
        for side in (-1, 1):
            arcs.append(f"M{x + side * reach:.1f} {y - half:.1f}q{side * 5} {half:.1f} 0 {2 * half:.1f}")
    return _path("voice", "".join(arcs))
