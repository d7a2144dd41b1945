"""A class list, pasted or as CSV: every line that cannot be used is named, and then nothing is imported."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classroom.access import require_teaches
from classroom.classes import group_id
from classroom.errors import InvalidDetail, InvalidRoster
from classroom.people import Identity, NewPerson, Person, add, check_identity
from classroom.store import Store
from classroom.store.schema import Membership

COLUMNS = ("name", "email", "guardian", "group")
"""Columns, in this order where the first line does not name them; only the name is needed."""

_MEANINGS: Mapping[str, str] = {
    **{column: column for column in COLUMNS},
    **dict.fromkeys(("full name", "student", "learner", "nama", "nama lengkap", "siswa"), "name"),
    **dict.fromkeys(("e-mail", "mail", "surel"), "email"),
    **dict.fromkeys(("parent", "guardian contact", "wali", "orang tua"), "guardian"),
    **dict.fromkeys(("kelompok",), "group"),
}
_MOST_LINES = 500
_MOST_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterLine:
    """One learner to be."""

    line: int
    name: str
    email: str = ""
    guardian: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line, counted from 1."""

    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class Roster:
    """A list as it was read: lines that can be used, and what is wrong with the others."""

    lines: tuple[RosterLine, ...]
    problems: tuple[Problem, ...]


def read(text: str) -> Roster:
    """Read a pasted list or a CSV file: commas, semicolons or tabs; one name a line is enough."""
    rows = _rows(text)
    columns, rows = _columns(rows)
    lines: list[RosterLine] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, str], int] = {}
    for number, cells in rows:
        try:
            line = _line(number, cells, columns)
            first = seen.setdefault((line.name.casefold(), line.email.casefold()), number)
            if first != number:
                raise ValueError(
                    f"the same name as in line {first}; add an e-mail address or a letter to tell them apart"
                )
            lines.append(line)
        except ValueError as error:
            problems.append(Problem(number, str(error)))
    if not lines and not problems:
        problems.append(Problem(1, "there are no names; write one learner a line"))
    if len(lines) > _MOST_LINES:
        problems.append(Problem(lines[_MOST_LINES].line, f"more than {_MOST_LINES} learners; import them in parts"))
    return Roster(tuple(lines), tuple(problems))


def enrol(
    store: Store, class_id: str, text: str, *, by: str, now: datetime, needs_guardian: bool = True
) -> tuple[Person, ...]:
    """Add every learner of a list to a class, or nobody.

    Raises
    ------
    InvalidRoster
        Lines cannot be used; the facts name each with its problem. `read` gives them one by one.
    NotAllowed
        Whoever asks does not teach the class.
    """
    roster = read(text)
    if roster.problems:
        shown = "; ".join(f"line {one.line}: {one.problem}" for one in roster.problems[:_MOST_SHOWN])
        raise InvalidRoster({"count": len(roster.problems), "problems": shown})
    with store.writing() as session:
        require_teaches(session, by, class_id)
        return tuple(_enrol(store, session, class_id, line, by, now, needs_guardian) for line in roster.lines)


def size(store: Store, class_id: str) -> int:
    """How many learn in a class."""
    query = select(func.count()).select_from(Membership).filter_by(class_id=class_id, role="learner", left_at=None)
    with store.reading() as session:
        return session.scalar(query) or 0


def _enrol(
    store: Store, session: Session, class_id: str, line: RosterLine, by: str, now: datetime, needs_guardian: bool
) -> Person:
    known = Identity(name=line.name, email=line.email, guardian=line.guardian)
    new = NewPerson(role="learner", needs_guardian=needs_guardian, identity=known)
    learner = add(store, session, new, by=by, now=now)
    group = group_id(session, class_id, line.group) if line.group else None
    session.add(Membership(class_id=class_id, person_id=learner.id, role="learner", group_id=group, joined_at=now))
    return learner


def _rows(text: str) -> list[tuple[int, list[str]]]:
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    head = plain.split("\n", 1)[0]
    delimiter = max("\t;,", key=head.count)
    reader = csv.reader(io.StringIO(plain), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    begins = 1
    for cells in reader:
        tidy = [" ".join(cell.split()) for cell in cells]
        if any(tidy):
            rows.append((begins, tidy))
        begins = reader.line_num + 1
    return rows


def _columns(rows: list[tuple[int, list[str]]]) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    if rows:
        named = [_MEANINGS.get(cell.casefold(), "") for cell in rows[0][1]]
        if "name" in named:
            return tuple(named), rows[1:]
    return COLUMNS, rows


def _line(number: int, cells: list[str], columns: tuple[str, ...]) -> RosterLine:
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        raise ValueError(f"{len(cells)} columns, but at most {len(columns)} are known ({', '.join(columns)})")
    found = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
    if not found.get("name"):
        raise ValueError("the name is missing")
    email = found.get("email", "")
    if email and not _is_address(email):
        raise ValueError(f"“{email}” is no e-mail address")
    if len(found.get("group", "")) > 80:
        raise ValueError("the group's name is longer than 80 letters")
    try:
        check_identity(Identity(name=found["name"], email=email, guardian=found.get("guardian", "")))
    except InvalidDetail as error:
        raise ValueError(f"{error.facts['field']}: {error.facts['problem']}") from error
    return RosterLine(line=number, **found)


def _is_address(text: str) -> bool:
    before, sign, after = text.partition("@")
    return bool(before and sign and "." in after.strip(".") and "@" not in after and " " not in text)
