"""The guides for teachers and for platforms: what tries each of their steps, and what they tell people to press."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WALKS = ROOT / "tests" / "end_to_end"
_TRIED = re.compile(r"<!-- tried: ([\w, ]+) -->")
_ELSEWHERE = "<!-- not tried: pages of "
_BETWEEN_STEPS = re.compile(r"\n\n|\n(?=\s*(?:\d\.|-) )")
_NO_STEP = re.compile(r"#|\||!\[")


def guide(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def steps(name: str) -> list[str]:
    """Paragraphs and items of lists below the first heading; no tables and pictures, nor what only leads to a list."""
    _, _, body = guide(name).partition("\n## ")
    found = [part.strip() for part in _BETWEEN_STEPS.split(f"## {body}")]
    return [part for part in found if part and not _NO_STEP.match(part) and not part.endswith(":")]


def tried(name: str) -> set[str]:
    return {one for names in _TRIED.findall(guide(name)) for one in names.split(", ")}


def walks() -> set[str]:
    """Steps in `lesson.py`: what somebody in a seat does."""
    module = ast.parse((WALKS / "lesson.py").read_text(encoding="utf-8"))
    functions = (one for one in module.body if isinstance(one, ast.FunctionDef) and one.args.args)
    return {one.name for one in functions if ast.unparse(one.args.args[0]) == "seat: Seat"}


def calls() -> set[str]:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in WALKS.glob("test_*.py")]
    found = (node.func for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {one.id for one in found if isinstance(one, ast.Name)}


def named_tests() -> set[str]:
    files = ROOT.joinpath("tests").rglob("test_*.py")
    return {name for path in files for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)}


@pytest.mark.parametrize("name", ["teaching.md", "platforms.md"])
def test_every_step_names_what_tries_it(name: str) -> None:
    assert [step for step in steps(name) if not _TRIED.search(step) and _ELSEWHERE not in step] == []
    assert tried(name) - walks() - named_tests() == set()


def test_every_step_that_is_walked_stands_in_the_guide() -> None:
    assert len(walks()) > 20
    assert walks() - tried("teaching.md") == set()
    assert walks() - calls() == set()


def test_what_a_teacher_is_told_to_press_is_on_the_pages() -> None:
    files = (ROOT / "web" / "locales" / "en").glob("*.json")
    words = {text.lower() for path in files for text in json.loads(path.read_text(encoding="utf-8")).values()}
    told = set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", guide("teaching.md")))
    assert {one for one in told if not one.startswith('"') and one.lower() not in words} == set()
