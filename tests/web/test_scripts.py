import re
from pathlib import Path

import pytest

import web.application

WEB = Path(web.application.__file__).parent
SCRIPTS = {path.name: path.read_text("utf-8") for path in (WEB / "scripts").glob("*.js")}
STYLES = {path.name: path.read_text("utf-8") for path in (WEB / "styles").glob("*.css")}

_IMPORTED = re.compile(r"""(?:from|import)\s*\(?["']\./([\w-]+\.js)["']""")
_COMMENT = re.compile(r"^\s*//.*$|/\*.*?\*/", re.MULTILINE | re.DOTALL)
_ELSEWHERE = re.compile(r"https?:|[\"'(]//\w|@import")
# Where a script puts words in front of people: never words of its own.
_SHOWN = re.compile(
    r"""(?:(?:textContent|innerText|innerHTML|title|alt|placeholder|ariaLabel)\s*[=:]|(?:alert|confirm|fillText)\(|"aria-\w+",)"""
    r"""\s*["'`]([^"'`]*)["'`]"""
)
_GAP = re.compile(r"\$\{[^}]*\}")
_SENTENCE = re.compile(r"""["'`][A-Z][a-z]+(?: [a-z]+){2,}[^"'`]*["'`]""")


def reached(name: str, found: frozenset[str] = frozenset()) -> frozenset[str]:
    found |= {name}
    for imported in _IMPORTED.findall(SCRIPTS[name]):
        if imported not in found:
            found |= reached(imported, found)
    return found


def test_the_pages_reach_every_script() -> None:
    pages = "".join(path.read_text("utf-8") for path in (WEB / "pages").iterdir() if path.suffix in {".py", ".html"})
    named = {name for name in SCRIPTS if f'"{name}"' in pages or f"/scripts/{name}" in pages}
    assert set().union(*(reached(name) for name in named)) == set(SCRIPTS)


def test_the_pages_name_every_style_sheet() -> None:
    pages = "".join(path.read_text("utf-8") for path in (WEB / "pages").iterdir() if path.suffix in {".py", ".html"})
    # The practice page names them without their ending.
    assert {name for name in STYLES if not re.search(rf'"{name.removesuffix(".css")}(\.css)?"', pages)} == set()


@pytest.mark.parametrize("name", sorted({**SCRIPTS, **STYLES}))
def test_nothing_comes_from_elsewhere(name: str) -> None:
    source = _COMMENT.sub("", {**SCRIPTS, **STYLES}[name])
    assert _ELSEWHERE.findall(source) == []


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_script_has_no_words_of_its_own(name: str) -> None:
    source = _COMMENT.sub("", SCRIPTS[name])
    shown = [_GAP.sub("", text) for text in _SHOWN.findall(source)]
    assert [text for text in shown if re.search(r"[A-Za-z]{2}", text)] == []
    assert _SENTENCE.findall(source) == []


@pytest.mark.parametrize(
    "source", ['box.textContent = "Well done"', "window.confirm(`Sure?`)", 'const hint = "Press record to start";']
)
def test_words_would_be_noticed(source: str) -> None:
    assert _SHOWN.findall(source) or _SENTENCE.findall(source)
