import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from phonemes.resources import folder

NAMES = (
    "cat",
    "fish",
    "sheep",
    "ship",
    "tree",
    "sun",
    "book",
    "cup",
    "house",
    "bus",
    "van",
    "bed",
    "bag",
    "box",
    "key",
    "chair",
    "shoe",
    "three",
    "mouth",
    "tooth",
    "leaf",
    "bird",
    "dog",
    "egg",
    "hat",
    "cake",
    "ring",
    "glass",
    "watch",
    "star",
    "moon",
    "ball",
    "bread",
    "plate",
    "brush",
    "zebra",
)
MOST_BYTES = 6_000
SHAPES = {"svg", "g", "rect", "circle", "ellipse", "path"}
PAINT = {"fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "opacity", "fill-opacity"}
GEOMETRY = {"viewBox", "width", "height", "rx", "ry", "x", "y", "cx", "cy", "r", "d"}


def picture(name: str) -> Path:
    return folder("datasets") / "pictures" / f"{name}.svg"


def test_exactly_the_named_pictures_are_there() -> None:
    assert sorted(path.stem for path in picture("cat").parent.glob("*.svg")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_small_plain_and_safe_to_put_into_a_page(name: str) -> None:
    text = picture(name).read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    assert len(text.encode()) < MOST_BYTES
    assert root.attrib["viewBox"] == "0 0 160 160"
    tags = {element.tag.removeprefix("{http://www.w3.org/2000/svg}") for element in root.iter()}
    assert tags <= SHAPES
    assert {key for element in root.iter() for key in element.attrib} <= PAINT | GEOMETRY
    assert not any((element.text or "").strip() or (element.tail or "").strip() for element in root.iter())
    assert not re.search(r"url\(|href|script|<!|<\?", text)


@pytest.mark.parametrize("name", NAMES)
def test_a_tile_lies_under_the_whole_picture(name: str) -> None:
    tile = ElementTree.fromstring(picture(name).read_text(encoding="utf-8"))[0]
    assert (tile.attrib["width"], tile.attrib["height"]) == ("160", "160")
    assert float(tile.attrib["rx"]) > 0


def test_all_pictures_share_one_palette() -> None:
    colours = {
        colour
        for name in NAMES
        for colour in re.findall(r"#[0-9a-f]{3,6}\b", picture(name).read_text(encoding="utf-8"))
    }
    assert len(colours) <= 32


def test_no_two_pictures_are_the_same() -> None:
    assert len({picture(name).read_text(encoding="utf-8") for name in NAMES}) == len(NAMES)
