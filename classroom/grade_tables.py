"""The table of a class's totals: its cells in a language, and what a teacher changed in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

from classroom.grades import Change, Line, Sheet, shown
from classroom.grid import Cell
from classroom.tables import Row, Value

_DIGITS_OF_AN_ID = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What the table calls its columns and what stands in it, in one language.

    `total`, `state` and `late` stand behind the title of an assignment; `states` are those of attempts.
    """

    name: str
    pseudonym: str
    person: str
    group: str
    total: str
    state: str
    late: str
    yes: str
    no: str
    states: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """What cannot be used in a line of the file: a code, and what it names."""

    line: int
    code: str
    facts: Mapping[str, str | int | float] = field(default_factory=dict[str, str | int | float])


@dataclass(frozen=True, slots=True)
class Plan:
    """Totals that a file would change, and what is wrong with it."""

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """What a column holds, and of which assignment (by its place in the sheet)."""

    kind: str
    place: int = -1


class _UnusableError(Exception):
    def __init__(self, code: str, **facts: str | float) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def rows(sheet: Sheet, wording: Wording) -> list[Row]:
    """Write the table: a heading, then a line for each learner, by name."""
    heading: list[Value] = [wording.name, wording.pseudonym, wording.person, wording.group]
    for title in sheet.titles:
        heading += [f"{title}: {wording.total}", f"{title}: {wording.state}", f"{title}: {wording.late}"]
    return [heading, *(_row(line, wording) for line in sheet.lines)]


def compare(sheet: Sheet, table: Sequence[tuple[int, Sequence[Value]]], wordings: Sequence[Wording]) -> Plan:
    """Find what was changed in a table that `rows` wrote in one of some languages.

    Columns and lines may be left out or moved; only totals may be changed.
    """
    first, heading = table[0]
    columns, problems = _columns(sheet, heading, wordings, first)
    if problems:
        return Plan((), tuple(problems))
    changes: list[Change] = []
    people = {line.person_id: line for line in sheet.lines}
    seen: dict[str, int] = {}
    for number, cells in table[1:]:
        filled = {column: _at(cells, place) for place, column in columns.items()}
        try:
            line = _learner(filled, people, seen, number)
        except _UnusableError as error:
            problems.append(Problem(number, error.code, error.facts))
            continue
        for column, value in filled.items():
            try:
                changes += _changed(sheet, line, column, value, wordings)
            except _UnusableError as error:
                facts = {"column": _text(_at(heading, _place_of(columns, column))), **error.facts}
                problems.append(Problem(number, error.code, facts))
    return Plan(() if problems else tuple(changes), tuple(problems))


def _row(line: Line, wording: Wording) -> list[Value]:
    row: list[Value] = [line.name, line.pseudonym, line.person_id, line.group]
    for cell in line.cells:
        row += [shown(cell.total) if cell else None, _state(cell, wording), _late(cell, wording)]
    return row


def _state(cell: Cell | None, wording: Wording) -> str:
    return wording.states[cell.state] if cell else ""


def _late(cell: Cell | None, wording: Wording) -> str:
    if cell is None or cell.handed_id is None:
        return ""
    return wording.yes if cell.late else wording.no


def _columns(
    sheet: Sheet, heading: Sequence[Value], wordings: Sequence[Wording], line: int
) -> tuple[dict[int, _Column], list[Problem]]:
    known = _known_columns(sheet, wordings)
    found: dict[int, _Column] = {}
    problems: list[Problem] = []
    for place, cell in enumerate(heading):
        name = _text(cell)
        column = known.get(name.casefold())
        if column is None:
            problems += [Problem(line, "unknown_column", {"column": name})] if name else []
        elif column in found.values():
            problems.append(Problem(line, "double_column", {"column": name}))
        else:
            found[place] = column
    if _Column("person") not in found.values():
        problems = [Problem(line, "no_person_column", {"column": wordings[0].person})]
    return found, problems


def _known_columns(sheet: Sheet, wordings: Sequence[Wording]) -> dict[str, _Column]:
    known: dict[str, _Column] = {}
    for wording in wordings:
        for kind in ("name", "pseudonym", "person", "group"):
            known[getattr(wording, kind).casefold()] = _Column(kind)
        for place, title in enumerate(sheet.titles):
            for kind in ("total", "state", "late"):
                known[_text(f"{title}: {getattr(wording, kind)}").casefold()] = _Column(kind, place)
    return known


def _learner(filled: Mapping[_Column, Value], people: Mapping[str, Line], seen: dict[str, int], number: int) -> Line:
    """Find whom a line is about; a name beside another's id is what sorting half a table leaves behind."""
    person_id = _text(filled[_Column("person")]).lower()
    if person_id not in people:
        raise _UnusableError("unknown_learner", person=person_id[:_DIGITS_OF_AN_ID])
    first = seen.setdefault(person_id, number)
    if first != number:
        raise _UnusableError("double_learner", first=first)
    line = people[person_id]
    for kind, expected in (("name", line.name), ("pseudonym", line.pseudonym)):
        column = _Column(kind)
        if column in filled and _text(filled[column]) != _text(expected):
            raise _UnusableError("other_learner", found=_text(filled[column]), expected=line.name or line.pseudonym)
    return line


def _changed(sheet: Sheet, line: Line, column: _Column, value: Value, wordings: Sequence[Wording]) -> list[Change]:
    if column.kind == "total":
        return _changed_total(sheet, line, column.place, value)
    cell = line.cells[column.place] if column.place >= 0 else None
    meant = {
        "group": {line.group},
        "state": {_state(cell, wording) for wording in wordings},
        "late": {_late(cell, wording) for wording in wordings},
    }.get(column.kind)
    if meant is not None and _text(value).casefold() not in {_text(one).casefold() for one in meant}:
        raise _UnusableError("cannot_change", found=_text(value))
    return []


def _changed_total(sheet: Sheet, line: Line, place: int, value: Value) -> list[Change]:
    work = sheet.assignments[place]
    best = sheet.best(work.id, line.person_id)
    old = shown(best.total) if best else None
    if _text(value) == "":
        if old is not None:
            raise _UnusableError("empty_total", old=old)
        return []
    new = _number(value)
    if best is None:
        raise _UnusableError("nothing_handed_in")
    if new == old:
        return []
    highest = shown(best.highest) or 0.0
    if new > highest:
        raise _UnusableError("too_high", highest=highest, said=len(best.said), exercises=best.exercises)
    return [Change(assignment_id=work.id, person_id=line.person_id, old=old, new=min(new, best.highest))]


def _number(value: Value) -> float:
    """Read a total as people write it, with a point or a comma."""
    try:
        number = round(float(value.replace(",", ".") if isinstance(value, str) else value or 0), 1)
    except ValueError as error:
        raise _UnusableError("no_number", found=_text(value)) from error
    if not isfinite(number) or not 0 <= number <= 100:
        raise _UnusableError("out_of_range", found=_text(value))
    return number


def _at(cells: Sequence[Value], place: int) -> Value:
    return cells[place] if place < len(cells) else None


def _place_of(columns: Mapping[int, _Column], wanted: _Column) -> int:
    return next(place for place, column in columns.items() if column == wanted)


def _text(value: Value) -> str:
    return "" if value is None else " ".join(str(value).split())
