"""Exercises of teachers: a CSV file is a unit, and whatever is wrong in it is said with its line."""

import csv
import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from classroom.sounds import hard_sounds, read_sounds, spoken
from classroom.unit import KINDS, LEVELS, Exercise, Kind, Unit
from phonemes.resources import folder as data_folder
from speech.errors import FileMissing, InvalidExercises, SpeechError
from speech.settings import Settings

COLUMNS = ("text", "level", "sounds", "prompt", "picture", "id", "kind")
"""What the first line of a file may name; only text is needed."""

_AIM = MappingProxyType({"en": "Exercises from your own class.", "id": "Latihan dari kelasmu sendiri."})
_DELIMITERS = ";,\t"
_MOST_BYTES = 1_000_000
_MOST_UNIT_SOUNDS = 4
_LONGEST_NAME = 60

_log = logging.getLogger(__name__)


def read_folder(folder: Path) -> tuple[Unit, ...]:
    """Read every ``*.csv`` of a folder in alphabetical order; a file that cannot be used is skipped with a warning."""
    found: dict[str, Unit] = {}
    if not folder.is_dir():
        _log.warning("There is no folder “%s”, so there are no exercises of your own.", folder)
    for path in sorted(folder.glob("*.csv")):
        try:
            unit = read_csv(path)
            if unit.id in found:
                raise InvalidExercises({"file": path.name, "line": 1, "problem": "another file has the same name"})
            found[unit.id] = unit
        except SpeechError as error:
            _log.warning("Exercises left out. %s", error)
    return tuple(found.values())


def read_csv(path: Path) -> Unit:
    """Read a teacher's exercises; ``datasets/exercises/README.md`` describes the columns.

    Parameters
    ----------
    path : Path
        CSV in UTF-8 with commas, semicolons or tabs. The unit is called as the file is.

    Returns
    -------
    Unit
        With at least one exercise. Ids begin with "own-" and the name of the file.

    Raises
    ------
    FileMissing
        No such file.
    InvalidExercises
        A line cannot be used; the facts name it and the problem.
    """
    name = f"own-{_slug(path.stem)}"
    exercises: dict[str, Exercise] = {}
    for line, cells in _rows(path):
        try:
            exercise = _exercise(cells, unit=name, taken=exercises)
        except ValueError as error:
            raise _invalid(path, line, error) from error
        exercises[exercise.id] = exercise
    if not exercises:
        raise _invalid(path, 1, "there are no exercises below the first line; write one a line")
    return _unit(name, path.stem, tuple(exercises.values()))


def _invalid(path: Path, line: int, problem: object) -> InvalidExercises:
    return InvalidExercises({"file": path.name, "line": line, "problem": str(problem)})


def _decode(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise FileMissing({"name": str(path)}) from error
    except OSError as error:
        raise _invalid(path, 1, f"the file cannot be opened ({error.strerror})") from error
    if len(content) > _MOST_BYTES:
        raise _invalid(path, 1, f"the file is larger than {_MOST_BYTES // 1_000_000} MB; split it")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _invalid(path, line, "the letters cannot be read; save the file as “CSV UTF-8”") from error


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Give each line that is not blank with its number (the last one, where a cell spans several)."""
    text = _decode(path)
    first = text.partition("\n")[0]
    delimiter = next((mark for mark in _DELIMITERS if mark in first), _DELIMITERS[-1])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = _header(next(reader, []))
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, _cells(header, cells, delimiter)
    except csv.Error as error:
        raise _invalid(path, reader.line_num, f"quotation marks are out of order ({error})") from error
    except ValueError as error:
        raise _invalid(path, max(reader.line_num, 1), error) from error


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    while names and not names[-1]:
        names.pop()
    known = ", ".join(COLUMNS)
    if "text" not in names:
        raise ValueError(f"the first line must name the columns, and one must be “text” (known: {known})")
    wrong = next((name for name in names if name not in COLUMNS or names.count(name) > 1), None)
    if wrong is not None:
        raise ValueError(f"the column “{wrong}” is unknown or named twice (known: {known})")
    return names


def _cells(header: list[str], cells: list[str], delimiter: str) -> Mapping[str, str]:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise ValueError(f"there are more cells than columns; a text with “{delimiter}” needs quotation marks")
    return {name: " ".join(cell.split()) for name, cell in zip(header, cells, strict=False)}


def _exercise(cells: Mapping[str, str], *, unit: str, taken: Mapping[str, Exercise]) -> Exercise:
    text = cells.get("text", "")
    if not text:
        raise ValueError("the text is missing; write what learners should say")
    most = Settings().max_words
    if len(text.split()) > most:
        raise ValueError(f"the text is longer than {most} words; split it")
    said = spoken(text)
    sounds = read_sounds(cells["sounds"]) if cells.get("sounds") else hard_sounds(said)
    missing = [sound for sound in sounds if not said.has(sound)]
    if missing:
        raise ValueError(f"the sound {missing[0]} does not occur in “{text}”")
    return Exercise(
        id=_id(cells, unit=unit, taken=taken),
        kind=_kind(cells, text),
        level=_level(cells.get("level", "")),
        text=text,
        sounds=sounds,
        prompt=cells.get("prompt") or None,
        picture=cells.get("picture") or None,
    )


def _kind(cells: Mapping[str, str], text: str) -> Kind:
    """Read or guess the kind, and see that a picture and a prompt are there where it needs them, and only there."""
    prompt, picture = cells.get("prompt", ""), cells.get("picture", "")
    guess = "dialogue" if prompt else "picture" if picture else _kind_of_text(text)
    kind = cells.get("kind", "").lower() or guess
    if kind not in KINDS:
        raise ValueError(f"the kind “{kind}” is unknown; use one of {', '.join(KINDS)}")
    if (kind == "dialogue") != bool(prompt):
        raise ValueError("an exercise of the kind dialogue needs a prompt, and no other kind has one")
    if (kind == "picture") != bool(picture):
        raise ValueError("an exercise of the kind picture needs a picture, and no other kind has one")
    known = sorted(path.stem for path in (data_folder("datasets") / "pictures").glob("*.svg"))
    if picture and picture not in known:
        raise ValueError(f"there is no picture “{picture}”; use one of {', '.join(known)}")
    return kind


def _kind_of_text(text: str) -> Kind:
    words = text.split()
    if len(words) == 2 and words[0].endswith(","):
        return "pair"
    return "word" if len(words) == 1 else "sentence"


def _level(cell: str) -> str:
    level = cell.upper() or LEVELS[0]
    if level not in LEVELS:
        raise ValueError(f"the level “{cell}” is unknown; use one of {', '.join(LEVELS)}")
    return level


def _id(cells: Mapping[str, str], *, unit: str, taken: Mapping[str, Exercise]) -> str:
    """Name an exercise by its id or its text, so that it keeps its name when lines move."""
    wanted = cells.get("id", "")
    name = f"{unit}-{_slug(wanted or cells['text'])}"
    if name not in taken:
        return name
    if wanted:
        raise ValueError(f"the id “{wanted}” occurs twice; give every line its own")
    return next(f"{name}-{number}" for number in range(2, len(taken) + 3) if f"{name}-{number}" not in taken)


def _slug(text: str) -> str:
    return re.sub(r"[\W_]+", "-", text.lower())[:_LONGEST_NAME].strip("-")


def _unit(name: str, title: str, exercises: tuple[Exercise, ...]) -> Unit:
    shown = title.replace("_", " ").strip()
    counts = Counter(sound for exercise in exercises for sound in exercise.sounds)
    return Unit(
        id=name,
        level=min((exercise.level for exercise in exercises), key=LEVELS.index),
        title=MappingProxyType({"en": shown, "id": shown}),
        aim=_AIM,
        sounds=tuple(sound for sound, _ in counts.most_common(_MOST_UNIT_SOUNDS)),
        exercises=exercises,
    )
