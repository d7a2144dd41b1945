import math
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from phonemes.inventory import PHONES, phone
from web.catalogue import LANGUAGES, open_catalogue
from web.components import sagittal
from web.components.mouth import describe_mouth, draw_mouth
from web.components.templates import read_style

NASALS = {"M", "N", "NG"}
PAIRS = [("P", "B"), ("T", "D"), ("K", "G"), ("F", "V"), ("TH", "DH"), ("S", "Z"), ("SH", "ZH"), ("CH", "JH")]
SVG = "{http://www.w3.org/2000/svg}"
_SLACK = 2.5


def parts(symbol: str) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    root = ElementTree.fromstring(draw_mouth(symbol, label="x"))
    return [(element.tag, tuple(element.attrib.items())) for element in root]


def classes(symbol: str) -> set[str]:
    root = ElementTree.fromstring(draw_mouth(symbol, label="x"))
    return {name for element in root for name in element.attrib["class"].split()}


def place_of(symbol: str) -> tuple[str, str]:
    entry = phone(symbol)
    return entry.manner, entry.place


def test_every_phone_has_an_articulation_and_voice_as_in_the_inventory() -> None:
    made = sagittal.articulations()
    assert set(made) == set(PHONES)
    assert {symbol for symbol in PHONES if made[symbol].is_voiced} == {s for s in PHONES if phone(s).is_voiced}


@pytest.mark.parametrize("symbol", PHONES)
def test_every_drawing_is_well_formed_whole_and_without_colours_or_ids(symbol: str) -> None:
    drawing = draw_mouth(symbol, label="A mouth")
    root = ElementTree.fromstring(drawing)
    assert root.tag == f"{SVG}svg"
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == "A mouth"
    assert root.attrib["class"] == "lf-mouth"
    assert {"lf-m-head", "lf-m-palate", "lf-m-tongue", "lf-m-lips", "lf-m-teeth"} <= classes(symbol)
    for element in root:
        assert set(element.attrib) <= {"class", "d", "cx", "cy", "r"}
    assert "nan" not in drawing and "#" not in drawing
    assert len(drawing) < 8000


def test_every_class_is_styled() -> None:
    styles = read_style("mouth.css")
    used = {name for symbol in PHONES for name in classes(symbol)} - {"lf-m-velum"}
    assert [name for name in sorted(used) if f".{name} " not in styles] == []
    assert "#" not in styles


def test_style_uses_only_colours_the_page_has() -> None:
    import re

    used = set(re.findall(r"var\((--lf-[a-z-]+)\)", read_style("mouth.css"))) - {"--lf-m-flesh"}
    assert used <= set(re.findall(r"(--lf-[a-z-]+):", read_style("colours.css")))


@pytest.mark.parametrize(("voiceless", "voiced"), PAIRS)
def test_voicing_is_all_that_differs_in_a_pair(voiceless: str, voiced: str) -> None:
    without, with_voice = parts(voiceless), parts(voiced)
    assert with_voice[: len(without)] == without
    assert [dict(attributes)["class"] for _, attributes in with_voice[len(without) :]] == ["lf-m-voice"]


def test_different_articulations_give_different_drawings() -> None:
    drawings: dict[str, str] = {}
    for symbol in PHONES:
        drawing = draw_mouth(symbol, label="")
        assert drawing not in drawings, (symbol, drawings.get(drawing))
        drawings[drawing] = symbol


def test_waves_are_drawn_for_voiced_phones_only() -> None:
    assert {symbol for symbol in PHONES if "lf-m-voice" in classes(symbol)} == {s for s in PHONES if phone(s).is_voiced}


def test_the_velum_is_lowered_for_nasals_only() -> None:
    made = sagittal.articulations()
    assert {symbol for symbol in PHONES if made[symbol].shape.is_nasal} == NASALS
    assert not any(articulation.then.is_nasal for articulation in made.values() if articulation.then)
    assert max(y for _, y in sagittal.velum(made["M"].shape)) > max(y for _, y in sagittal.velum(made["B"].shape)) + 10


def test_only_diphthongs_have_a_second_position() -> None:
    glides = {symbol for symbol in PHONES if phone(symbol).manner == "diphthong"}
    assert {symbol for symbol in PHONES if "lf-m-ghost" in classes(symbol)} == glides


def test_stops_and_affricates_burst_and_consonants_alone_are_marked() -> None:
    assert {s for s in PHONES if "lf-m-burst" in classes(s)} == {
        s for s in PHONES if phone(s).manner in {"plosive", "affricate"}
    }
    assert {s for s in PHONES if "lf-m-contact" in classes(s)} == {s for s in PHONES if not phone(s).is_vowel}
    assert {s for s in PHONES if "lf-m-sides" in classes(s)} == {"L"}


@pytest.mark.parametrize("symbol", PHONES)
def test_the_tongue_stays_below_the_roof_of_the_mouth(symbol: str) -> None:
    made = sagittal.articulations()[symbol]
    for shape in (made.shape, made.then or made.shape):
        roof = [point for point in sagittal.ceiling(shape) if point[0] < 150]
        for x, y in sagittal.surface(shape):
            above = [a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0]) for a, b in pairwise(roof) if a[0] <= x < b[0]]
            assert not above or y >= max(above) - _SLACK, (symbol, x, y)


@pytest.mark.parametrize("symbol", PHONES)
def test_the_tongue_touches_exactly_where_the_sound_needs_it(symbol: str) -> None:
    shape = sagittal.articulations()[symbol].shape
    distance = math.dist(*sagittal.gap(shape))
    if shape.is_closed and shape.place != "bilabial":
        assert distance < 3.0
    elif not phone(symbol).is_vowel and shape.place not in {"bilabial", "labiodental", "dental", "glottal"}:
        assert 3.0 < distance < 12.0
    else:
        assert distance > 5.0


def test_places_go_from_front_to_back() -> None:
    made = sagittal.articulations()
    where = [sagittal.gap(made[symbol].shape)[0][0] for symbol in ("T", "CH", "Y", "K")]
    assert where == sorted(where)
    assert where[-1] - where[0] > 50


def test_lips_follow_the_sound() -> None:
    made = {symbol: articulation.shape for symbol, articulation in sagittal.articulations().items()}
    assert {symbol for symbol, shape in made.items() if shape.gap == 0} == {"P", "B", "M"}
    assert {symbol for symbol, shape in made.items() if shape.on_teeth} == {"F", "V"}
    assert {"UW", "UH", "OW", "W", "SH", "ZH", "CH", "JH", "AO", "R"} <= {
        s for s, shape in made.items() if shape.push > 4
    }
    assert made["TH"].tongue.tip[0] < sagittal.UPPER_EDGE[0]


def test_vowels_lie_where_their_names_say() -> None:
    made = {symbol: articulation.shape for symbol, articulation in sagittal.articulations().items()}
    front = [made[symbol].tongue.front[1] for symbol in ("IY", "IH", "EH", "AE")]
    back = [made[symbol].tongue.back[1] for symbol in ("UW", "UH", "AO", "AA")]
    assert front == sorted(front) and back == sorted(back)
    jaws = [made[symbol].jaw for symbol in ("IY", "IH", "EH", "AE")]
    assert jaws == sorted(jaws)


def test_the_label_is_escaped() -> None:
    label = '"><script>alert(1)</script>&'
    drawing = draw_mouth("AH", label=label)
    assert "<script>" not in drawing
    assert ElementTree.fromstring(drawing).attrib["aria-label"] == label


def test_stress_is_ignored_and_strangers_are_refused() -> None:
    assert draw_mouth("AA1", label="") == draw_mouth("AA", label="")
    with pytest.raises(KeyError):
        draw_mouth("QQ", label="")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mouth_is_described(language: str) -> None:
    catalogue = open_catalogue(language)
    said = {symbol: describe_mouth(symbol, catalogue) for symbol in PHONES}
    for text in said.values():
        assert text.endswith(".") and text[0].isupper() and "{" not in text
    same = {symbol for symbol in PHONES if list(said.values()).count(said[symbol]) > 1}
    assert same == set()


def test_descriptions_name_place_air_and_voice() -> None:
    english, indonesian = open_catalogue("en"), open_catalogue("id")
    assert (
        describe_mouth("TH", english) == "Tongue tip between the teeth; the air flows through a narrow gap; no voice."
    )
    assert describe_mouth("UW", english) == "Tongue high, at the back; lips round; voice on."
    assert describe_mouth("N", indonesian).endswith("udara keluar lewat hidung; tenggorokan bergetar.")
