import ast
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markup import Page

import classroom.errors
import speech.errors
import web.errors
import web.lti.errors
from classroom import rosters
from classroom.errors import InvalidDetail
from classroom.totals import SCORES
from phonemes.inventory import PHONES
from speech.errors import SpeechError
from speech.results import Verdict, WordError
from web.catalogue import LANGUAGES, Catalogue, negotiate, open_catalogue
from web.components.mouth import describe_mouth
from web.components.parts import render_footer
from web.pages.assignment_form import KINDS, STRICTNESSES
from web.pages.roster import ON_PAPER

WEB = Path(web.errors.__file__).parent
# Codes that `speech.quality`, `speech.sentence` and `speech.assess` give, and the answer to newer ones.
_WARNINGS = ("clipped", "quiet", "noisy", "starts_abruptly", "ends_abruptly", "other")
_REASONS = ("nothing_judged", "too_few_syllables", "no_voiced_speech", "other_text", "not_judged", "other")
_OFF_SCRIPT = ("other_text", "not_speech", "other")
# Modules whose fields the forms check first, and name as they call them.
_NAMED_BY_FORMS = frozenset({"accounts.py", "people.py", "platforms.py"})
# Fields that `classroom.terms` and `web.pages.assignment_form` refuse under a name that they were handed.
_FIELDS_HANDED_ON = frozenset({"opens_at", "due_at"})
# Sections of the catalogue that scripts get.
_SECTIONS = ("recorder", "shelf", "listen", "journey", "progress", "result")
_MOUTH_BUILT = (
    "mouth.voice.{}",
    "mouth.place.{}",
    "mouth.manner.{}",
    "mouth.height.{}",
    "mouth.part.{}",
    "mouth.lips.{}",
)

_SAID = re.compile(r"""\b(?:say|say_or)\(\s*["']([a-z_]+(?:\.[a-z_]+)+)["'](?!\s*~)""")
_COUNTED = re.compile(r"""\bcount\(\s*["']([a-z_]+(?:\.[a-z_]+)+)["']""")
# Sections that pages of the classroom hand to their scripts.
_HANDED = re.compile(r"(?:\bstrings|_STRINGS)\s*=\s*\(([^)]*)\)")
_BUILT = re.compile(r"""\b(?:say|say_or|count)\(\s*(?:f"([^"]*)"|`([^`]*)`|"([a-z_.]+)"\s*~)""")
_GAP = re.compile(r"\$?\{[^{}]*\}")


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def all_errors() -> list[type[SpeechError]]:
    found: list[type[SpeechError]] = []
    waiting = [SpeechError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        modules = (speech.errors, web.errors, web.lti.errors, classroom.errors)
        if kind.__module__ in {module.__name__ for module in modules}:
            found.append(kind)
    return found


def built_keys() -> dict[str, set[str]]:
    """Every key that code puts together, by the way it does so: an f-string or template literal with its gaps empty."""
    verdicts = {str(verdict) for verdict in Verdict}
    aspects = {"overall", "accuracy", "fluency", "completeness", "prosody"}
    codes = {kind.code for kind in all_errors()}
    facts = {"sentence", "remedy"}
    # A sound that is wrong, nearly right or unclear may have been heard as itself; a good or missing one may not.
    headlines = verdicts | {"nearly.same", "wrong.same"}
    return {
        "nav.": {"nav.people", "nav.classes", "nav.homework", "nav.me"},
        "language.": {f"language.{language}" for language in LANGUAGES},
        "verdict.{}": {f"verdict.{verdict}" for verdict in verdicts},
        "sound.headline.{}{}": {f"sound.headline.{headline}" for headline in headlines},
        "sound.sure.{}": {f"sound.sure.{level}" for level in ("high", "fair", "low")},
        "warning.{}": {f"warning.{code}" for code in _WARNINGS},
        "reason.{}": {f"reason.{reason}" for reason in _REASONS},
        "score.{}": {f"score.{aspect}" for aspect in aspects},
        "meaning.{}": {f"meaning.{aspect}" for aspect in aspects},
        "{}.sentence": {f"off_script.{reason}.{fact}" for reason in _OFF_SCRIPT for fact in facts},
        "{}.remedy": {f"error.{code}.{fact}" for code in codes for fact in facts},
        "compare.{}": {f"compare.{direction}" for direction in ("up", "same", "down")},
        "word.{}": {f"word.{error}" for error in (WordError.OMISSION, WordError.INSERTION)},
        "word.headline.{}": {f"word.headline.{error}" for error in (WordError.OMISSION, WordError.INSERTION)},
        "journey.{}_step": {"journey.check_step", "journey.flow_step"},
        "journey.{}_title": {"journey.check_title", "journey.flow_title"},
        # The two that put the ending of a number behind any key.
        "{}.{}": set(),
        **dict.fromkeys(_MOUTH_BUILT, keys_of_the_mouths()),
        **keys_of_classes(),
    }


def keys_of_classes() -> dict[str, set[str]]:
    """What the pages of a teacher's classes and assignments put together."""
    done = {
        "created",
        "renamed",
        "shared",
        "left",
        "withdrawn",
        "added",
        "listed",
        "grouped",
        "removed",
        "agreed",
        "set",
        "put_away",
        "back",
    }
    endings: dict[str, Iterable[str]] = {
        "classes.done.{}": done,
        "classes.column.{}": rosters.COLUMNS,
        "classes.column.": rosters.COLUMNS,
        "classes.roster_problem.{}": rosters.PROBLEMS,
        "classes.purpose.": ON_PAPER,
        "classes.state.": ("planned", "open", "over", "archived"),
        "assignments.done.{}": ("changed", "copied"),
        "assignments.kind.": KINDS,
        "assignments.kind_hint.": KINDS,
        "assignments.texts_hint.": set(KINDS) - {"picture"},
        "assignments.strictness.": STRICTNESSES,
        "assignments.strictness_hint.": STRICTNESSES,
        "assignments.field.{}": {field for field, _ in refusals() if field} | _FIELDS_HANDED_ON,
        "assignments.problem.{}": {reason for _, reason in refusals()} - {"", "?"},
        "score.": SCORES,
    }
    return {built: {built.removesuffix("{}") + name for name in names} for built, names in endings.items()}


@cache
def refusals() -> frozenset[tuple[str, str]]:
    """Field and reason of everything that classroom or web refuse to take, empty where the source has a variable."""
    folders = (Path(classroom.errors.__file__).parent, WEB)
    paths = [path for folder in folders for path in folder.rglob("*.py") if path.name not in _NAMED_BY_FORMS]
    found: set[tuple[str, str]] = set()
    for path in paths:
        tree = ast.parse(path.read_text("utf-8"))
        named = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if called == "refused":
                found.add((text_of(node.args[0]), text_of(node.args[2])))
            elif called == "InvalidDetail" and isinstance(node.args[0], ast.Dict):
                facts = spread(node.args[0], named)
                found.add((text_of(facts["field"]), text_of(facts["reason"]) if "reason" in facts else "?"))
    return frozenset(found)


def spread(written: ast.Dict, named: Mapping[str, ast.expr]) -> dict[str, ast.expr]:
    """What a dict in a source holds, with those that it takes up by their names."""
    found: dict[str, ast.expr] = {}
    for key, value in zip(written.keys, written.values, strict=True):
        inner = named.get(value.id) if key is None and isinstance(value, ast.Name) else None
        found |= spread(inner, named) if isinstance(inner, ast.Dict) else {text_of(key): value}
    return found


def text_of(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def keys_of_the_mouths() -> set[str]:
    """What the drawings of all sounds say, found by making them: their keys follow the sounds' own features."""
    asked: set[str] = set()

    class Noting(dict[str, str]):
        def __getitem__(self, key: str) -> str:
            asked.add(key)
            return super().__getitem__(key)

    catalogue = Catalogue("en", Noting(open_catalogue("en").strings))
    for symbol in PHONES:
        describe_mouth(symbol, catalogue)
    return asked


def sources() -> dict[str, str]:
    return {
        str(path.relative_to(WEB)): path.read_text("utf-8")
        for path in WEB.rglob("*")
        if path.suffix in {".html", ".py", ".js"}
    }


def page_sections() -> set[str]:
    pages = "".join(source for name, source in sources().items() if name.startswith("pages"))
    return set(re.findall(r'"(\w+)"', "".join(_HANDED.findall(pages))))


def keys_in_use() -> set[str]:
    """Every key written in a template, a script or the Python code of the web package, and those built from codes."""
    strings = set(open_catalogue("en").strings)
    used = set[str]().union(*built_keys().values())
    script_key = re.compile(rf"""["']((?:{"|".join({*_SECTIONS, *page_sections()})})\.[a-z_]+)["']""")
    for name, source in sources().items():
        written = set(_SAID.findall(source))
        # A script also hands keys on before it says them: {NotAllowedError: "recorder.denied"}.
        written |= set(script_key.findall(source)) if name.endswith(".js") else set()
        counted = {key for key in written | set(_COUNTED.findall(source)) if f"{key}.one" in strings}
        used |= (written | set(_COUNTED.findall(source))) - counted
        used |= {f"{key}.{number}" for key in counted for number in ("one", "other")}
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


def test_every_key_in_use_is_in_the_catalogue() -> None:
    assert sorted(keys_in_use() - set(open_catalogue("en").strings)) == []


def test_every_key_in_the_catalogue_is_in_use() -> None:
    assert sorted(set(open_catalogue("en").strings) - keys_in_use()) == []


def test_every_way_to_build_a_key_is_known() -> None:
    found = {_GAP.sub("{}", built) for source in sources().values() for built in map("".join, _BUILT.findall(source))}
    assert found == set(built_keys())


def test_keys_are_found_at_all() -> None:
    assert {
        "shelf.title",
        "recorder.in_use",
        "recorder.stop",
        "recorder.insecure",
        "journey.flow_step",
        "listen.no_text",
        "progress.tries.other",
        "result.title",
        "summary.to_fix.one",
    } <= keys_in_use()


def test_scripts_say_only_what_the_page_hands_them() -> None:
    footer = render_footer(open_catalogue("en"))
    handed = set(
        json.loads(next(one for _, one in Page(footer).elements if one.get("id") == "lf-strings")["data-strings"] or "")
    )
    scripts = [source for name, source in sources().items() if name.endswith(".js")]
    said = {key for source in scripts for key in _SAID.findall(source)}
    sections = page_sections()
    of_pages = {key for key in open_catalogue("en").strings if key.split(".")[0] in sections}
    assert said and said <= handed | of_pages
    assert {key.split(".")[0] for key in handed} == set(_SECTIONS)


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


def test_what_is_refused_has_a_code_by_which_it_is_said_in_other_languages() -> None:
    # A field that is itself said in the reader's language has none.
    assert {field for field, reason in refusals() if reason == "?"} <= {""}
    error = InvalidDetail({"field": "recordings", "problem": "nothing has been recorded", "reason": "unrecorded"})
    assert open_catalogue("id").explain(error)[0] == "“Rekaman” tidak bisa dipakai: belum ada yang direkam."


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
