"""Whoever adds a place where something about people is kept has to say so."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from busy import busy
from school import School

from classroom import personal_data
from classroom.store.schema import Base

ROOT = Path(__file__).resolve().parents[2]
PRIVACY = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
TABLES = Base.metadata.tables
SOURCES = {path: path.read_text("utf-8") for folder in ("classroom", "web") for path in (ROOT / folder).rglob("*.py")}
SCRIPTS = [path.read_text("utf-8") for path in (ROOT / "web" / "scripts").glob("*.js")]
_GROWING = {"dict", "list", "set", "deque", "OrderedDict", "defaultdict", "Counter", "WeakValueDictionary"}


def test_every_column_is_listed_with_a_table_that_says_what_it_keeps_about_people() -> None:
    assert {name: set(columns.split()) for name, columns in personal_data.COLUMNS.items()} == {
        name: set(table.columns.keys()) for name, table in TABLES.items()
    }
    assert set(personal_data.TABLES) == set(TABLES)


def test_a_table_that_points_at_people_keeps_something_about_them() -> None:
    pointing = {
        name for name, table in TABLES.items() if "people" in {key.column.table.name for key in table.foreign_keys}
    }
    assert {name for name in pointing if personal_data.TABLES[name].kind == "none"} == set()


def test_what_says_who_or_how_somebody_sounds_is_sealed() -> None:
    open_ones = {
        name for name, held in personal_data.TABLES.items() if held.kind in {"identity", "voice"} and not held.sealed
    }
    assert open_ones == set()


def test_the_privacy_page_names_every_table_about_people() -> None:
    named = set(re.findall(r"`(\w+)`", PRIVACY))
    assert {name for name, held in personal_data.TABLES.items() if held.kind != "none"} - named == set()


def test_every_file_and_folder_of_a_busy_school_is_declared(school: School) -> None:
    busy(school)
    of_sqlite = {"lafal.sqlite3"} if school.store.engine.dialect.name == "postgresql" else set[str]()
    found = {path.name.removesuffix("-wal").removesuffix("-shm") for path in school.store.folder.iterdir()}
    assert found | of_sqlite | {"recalibration.json"} == set(personal_data.FOLDERS)


def test_every_cookie_and_every_key_in_the_browser_is_declared() -> None:
    web = [text for path, text in SOURCES.items() if path.is_relative_to(ROOT / "web")]
    code = "\n".join([*web, *SCRIPTS])
    assert set(re.findall(r"[\"'`](lafal_[a-z]*)", code)) == set(personal_data.COOKIES)
    assert set(re.findall(r"[\"'`](lafal\.[a-z]+)", "\n".join(SCRIPTS))) == set(personal_data.BROWSER)


def test_nothing_is_put_into_the_browser_under_another_name() -> None:
    set_there = [call for text in SOURCES.values() for call in re.findall(r"\bset_cookie\(\s*([^,\s]+)", text)]
    assert {one for one in set_there if not one.endswith("_COOKIE") and not one.startswith("_cookie(")} == set()
    for script in SCRIPTS:
        named = re.findall(r"(?:setItem\(|indexedDB\.open\(|document\.cookie = )\s*([^,=]+)", script)
        assert all(one in {"KEY", "NAME", "THEME", "`lafal_language"} for one in named), named
        assert all(re.search(rf'const {one} = "lafal\.', script) for one in named if one.isupper())


def test_whatever_holds_something_in_memory_is_declared() -> None:
    found = {
        f"{'.'.join(path.relative_to(ROOT).with_suffix('').parts)}.{name}"
        for path, text in SOURCES.items()
        for name in holders(ast.parse(text))
    }
    assert found == set(personal_data.MEMORY)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("class A:\n    def __init__(self):\n        self.b: dict[str, int] = {}", {"A"}),
        ("class A:\n    def b(self):\n        self.c = Window(MemoryStorage())", {"A"}),
        ("_seen: set[str] = set()", {"_seen"}),
        ("def a():\n    def b():\n        return tempfile.TemporaryFile()", {"a"}),
        ("@lru_cache(maxsize=9)\ndef a(b): ...", {"a"}),
        ("def a():\n    b = gr.State(None)", {"a"}),
        ("_TABLE = {}\n__all__ = []\ndef a():\n    b = {}\n    c.d = {}", set[str]()),
    ],
)
def test_what_holds_something_is_found(text: str, names: set[str]) -> None:
    assert set(holders(ast.parse(text))) == names


def holders(module: ast.Module) -> Iterator[str]:
    """Name the classes, functions and variables of a module that outlive a call and hold what they are given."""
    for top in module.body:
        if isinstance(top, ast.Assign | ast.AnnAssign):
            target = top.targets[0] if isinstance(top, ast.Assign) else top.target
            if _grows(top.value) and not _name(target).isupper() and not _name(target).startswith("__"):
                yield _name(target)
        elif isinstance(top, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and any(map(_holds, ast.walk(top))):
            yield top.name


def _holds(node: ast.AST) -> bool:
    match node:
        case ast.FunctionDef(decorator_list=decorators):
            return any("cache" in _name(one) for one in decorators)
        case ast.Assign(targets=[ast.Attribute(value=ast.Name("self")), *_], value=value):
            return _grows(value)
        case ast.AnnAssign(target=ast.Attribute(value=ast.Name("self")), value=value):
            return _grows(value)
        case ast.Call(func=function):
            return _name(function) == "State"
        case ast.Name("tempfile"):
            return True
        case _:
            return False


def _grows(value: ast.AST | None) -> bool:
    match value:
        case ast.Dict() | ast.List() | ast.Set() | ast.DictComp() | ast.ListComp() | ast.SetComp():
            return True
        case ast.Call(func=function, args=given):
            return _name(function) in _GROWING or _name(function).endswith("Storage") or any(map(_grows, given))
        case _:
            return False


def _name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=inner) | ast.Subscript(value=inner):
            return _name(inner)
        case _:
            return ""
