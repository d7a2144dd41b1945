import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markup import Page

import web.components.templates
from web.catalogue import open_catalogue
from web.components.templates import render

FOLDER = Path(web.components.templates.__file__).parent
TEMPLATES = sorted(path.name for path in FOLDER.glob("*.html"))
BRAND = "Lafal"

_CODE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_READ_ALOUD = ("aria-label", "aria-description", "title", "alt", "placeholder", "label")


def words_of(template: str) -> list[str]:
    """Everything a person would read or hear that does not come from the catalogue."""
    page = Page(_CODE.sub("", template))
    spoken = [
        value or "" for _, attributes in page.elements for name, value in attributes.items() if name in _READ_ALOUD
    ]
    return [text for text in page.texts + spoken if re.search("[A-Za-z]", text) and text != BRAND]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_no_words_of_its_own(name: str) -> None:
    assert words_of((FOLDER / name).read_text("utf-8")) == []


@pytest.mark.parametrize("template", ["<p>Well done</p>", '<img alt="a cat">', "<b>{{ say('x') }} of 100</b>"])
def test_words_would_be_noticed(template: str) -> None:
    assert words_of(template)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_no_script_and_fetches_nothing_from_elsewhere(name: str) -> None:
    elements = Page((FOLDER / name).read_text("utf-8")).elements
    assert "script" not in {tag for tag, _ in elements}
    assert not [key for _, attributes in elements for key in attributes if re.match("on[a-z]+$", key)]
    addresses = [
        value or "" for _, attributes in elements for key, value in attributes.items() if key in {"src", "href"}
    ]
    assert not [address for address in addresses if not re.match(r"/(?!/)", address)]


def test_what_a_person_wrote_is_escaped() -> None:
    values = {"attempt": 1, "nonce": "n", "code": '"><b>', "sentence": "<i>", "remedy": "&"}
    html = render("message.html", open_catalogue("en"), **values)
    assert "<b>" not in html and "<i>" not in html and "&amp;" in html


def test_a_name_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("message.html", open_catalogue("en"))
