import re
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import speech.errors
import web.errors
from speech.errors import SpeechError
from web.catalogue import LANGUAGES, negotiate, open_catalogue

WEB = Path(web.errors.__file__).parent
_PHASES_WITHOUT_TEXT = {"idle"}


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def all_errors() -> list[type[SpeechError]]:
    found: list[type[SpeechError]] = []
    waiting = [SpeechError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__ in {speech.errors.__name__, web.errors.__name__}:
            found.append(kind)
    return found


def keys_in_use() -> set[str]:
    """Every key written in a template, a script or the Python code of the web package, and those built from codes."""
    used: set[str] = set()
    for path in WEB.rglob("*"):
        if path.suffix in {".html", ".py"}:
            used |= set(re.findall(r"""(?:say|say_or|count)\(\s*["']([a-z_.]+[a-z_])["']""", path.read_text("utf-8")))
    script = (WEB / "components" / "recorder.js").read_text("utf-8")
    spots = re.findall(r"(?:become\(|say\(|note[:=] ?\[|note = \[|ready_file|NotAllowedError: ).*", script)
    words = {word for spot in spots for word in re.findall(r"\"([a-z]+(?:_[a-z]+)*)\"", spot)}
    used |= {f"recorder.{word}" for word in words - _PHASES_WITHOUT_TEXT}
    return used


def test_both_catalogues_have_the_same_keys() -> None:
    english, indonesian = (set(open_catalogue(language).strings) for language in ("en", "id"))
    assert english == indonesian


def test_translations_name_the_same_facts() -> None:
    english, indonesian = (open_catalogue(language).strings for language in ("en", "id"))
    assert {key: fields_of(text) for key, text in english.items()} == {
        key: fields_of(text) for key, text in indonesian.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_string_is_empty(language: str) -> None:
    assert all(text.strip() for text in open_catalogue(language).strings.values())


@pytest.mark.parametrize("key", sorted(keys_in_use()))
def test_every_key_in_use_is_in_the_catalogue(key: str) -> None:
    strings = open_catalogue("en").strings
    assert key in strings or {f"{key}.one", f"{key}.other"} <= set(strings)


def test_keys_are_found_at_all() -> None:
    assert {
        "picker.title",
        "recorder.in_use",
        "recorder.stop",
        "recorder.insecure",
        "result.title",
        "summary.to_fix",
    } <= keys_in_use()


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.code)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_is_explained_with_no_other_facts_than_its_own(kind: type[SpeechError], language: str) -> None:
    strings = open_catalogue(language).strings
    facts = fields_of(kind.template) | fields_of(kind.remedy_template)
    assert fields_of(strings[f"error.{kind.code}.sentence"]) <= facts
    assert fields_of(strings[f"error.{kind.code}.remedy"]) <= facts


def test_an_error_is_said_in_the_readers_language() -> None:
    error = speech.errors.TooShort({"seconds": 0.4})
    assert open_catalogue("en").explain(error)[0] == "The recording is too short (0.4 s) for this sentence."
    assert open_catalogue("id").explain(error)[0] == "Rekaman terlalu pendek (0,4 detik) untuk kalimat ini."


def test_an_error_newer_than_the_catalogue_keeps_its_english() -> None:
    class NewcomerError(SpeechError):
        code = "newcomer"
        template = "New."
        remedy_template = "Wait."

    assert open_catalogue("id").explain(NewcomerError()) == ("New.", "Wait.")


@pytest.mark.parametrize(
    ("header", "chosen", "expected"),
    [
        (None, None, "en"),
        ("id-ID,id;q=0.9,en;q=0.8", None, "id"),
        ("in", None, "id"),
        ("fr-FR,fr;q=0.9,id;q=0.5,en;q=0.4", None, "id"),
        ("en-US,en;q=0.9,id;q=0.8", None, "en"),
        ("id;q=0.1,en;q=0.2", None, "en"),
        ("de", None, "en"),
        ("en", "id", "id"),
        ("id", "xx", "id"),
    ],
)
def test_language_is_what_was_chosen_or_what_the_browser_prefers(
    header: str | None, chosen: str | None, expected: str
) -> None:
    assert negotiate(header, chosen=chosen) == expected


@given(st.text())
def test_any_header_gives_a_language_we_have(header: str) -> None:
    assert negotiate(header) in LANGUAGES
