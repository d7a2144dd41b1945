"""A class list, pasted or as CSV: every line that cannot be used is named, and then nothing is imported.

A list that was taken out has an ID in each line; brought back, such a line changes the learner it belongs to.
"""

import codecs
import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classroom.access import require_teaches
from classroom.classes import MOST_NAME, group_id
from classroom.errors import InvalidDetail, InvalidRoster
from classroom.people import Identity, NewPerson, Person, add, check_identity, identity, name_within, person, row_of
from classroom.store import Store
from classroom.store.schema import Group, Membership
from classroom.store.schema import Person as PersonRow
from classroom.tables import plain as unescaped

COLUMNS = ("name", "email", "guardian", "group", "id")
"""Columns, in this order where the first line does not name them, and then without the ID; only the name is needed."""

PROBLEMS: Mapping[str, str] = {
    "no_names": "there are no names; write one learner a line",
    "too_many": "more than {most} learners; import them in parts",
    "twice": "the same name as in line {first}; add an e-mail address or a letter to tell them apart",
    "same_id": "the same ID as in line {first}",
    "unknown_id": "nobody in this class has the ID “{id}”; leave it empty for somebody new",
    "columns": "{count} columns, but at most {most} are known ({columns})",
    "no_name": "the name is missing",
    "email": "“{email}” is no e-mail address",
    "long": "the {column} is too long",
    "unprintable": "the {column} holds characters that cannot be shown",
    "no_text": "this file is no text; save the list as CSV first",
}
"""What can be wrong with a line, and how to say it."""

_MEANINGS: Mapping[str, str] = {
    **{column: column for column in COLUMNS},
    **dict.fromkeys(("full name", "student", "learner", "nama", "nama lengkap", "siswa"), "name"),
    **dict.fromkeys(("e-mail", "mail", "surel"), "email"),
    **dict.fromkeys(("parent", "guardian contact", "wali", "orang tua"), "guardian"),
    **dict.fromkeys(("kelompok",), "group"),
}
_DELIMITERS = "\t;,"
_MOST_LINES = 500
_MOST_SHOWN = 10
_PACKED = b"PK\x03\x04"  # A spreadsheet of Excel or LibreOffice is a zip archive.
_NO_TEXT = "\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterLine:
    """One learner, or one to be, who has no ID."""

    line: int
    name: str
    email: str = ""
    guardian: str = ""
    group: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line, counted from 1: a code of `PROBLEMS`, and what it names."""

    line: int
    code: str
    facts: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def problem(self) -> str:
        """The same in English."""
        return PROBLEMS[self.code].format(**self.facts)


@dataclass(frozen=True, slots=True)
class Roster:
    """A list as it was read: lines that can be used, what is wrong with the others, and which columns it has."""

    lines: tuple[RosterLine, ...]
    problems: tuple[Problem, ...]
    columns: tuple[str, ...] = COLUMNS


@dataclass(frozen=True, slots=True)
class Match:
    """A line, whether it belongs to a learner of the class, and the columns in which it says something else."""

    line: RosterLine
    is_known: bool
    changes: tuple[str, ...] = ()


def read(text: str) -> Roster:
    """Read a pasted list or a CSV file: commas, semicolons or tabs; one name a line is enough."""
    if _NO_TEXT in text:
        return Roster((), (Problem(1, "no_text"),))
    rows = _rows(text)
    columns, rows = _columns(rows)
    lines: list[RosterLine] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, str], int] = {}
    for number, cells in rows:
        try:
            line = _line(number, cells, columns)
            key = ("", line.id) if line.id else (line.name.casefold(), line.email.casefold())
            first = seen.setdefault(key, number)
            if first != number:
                raise _UnusableError("same_id" if line.id else "twice", {"first": first})
            lines.append(line)
        except _UnusableError as error:
            problems.append(Problem(number, error.code, error.facts))
    if not lines and not problems:
        problems.append(Problem(1, "no_names"))
    if len(lines) > _MOST_LINES:
        problems.append(Problem(lines[_MOST_LINES].line, "too_many", {"most": _MOST_LINES}))
    return Roster(tuple(lines), tuple(problems), tuple(filter(None, columns)))


def compare(store: Store, class_id: str, roster: Roster, *, by: str) -> tuple[tuple[Match, ...], tuple[Problem, ...]]:
    """Tell what `enrol` would do with each line, and which IDs are nobody's in the class.

    Raises
    ------
    NotAllowed
        Whoever asks does not teach the class.
    """
    with store.reading() as session:
        require_teaches(session, by, class_id)
        return _compare(store, session, class_id, roster)


def decode(content: bytes) -> str:
    """Give the text of a file as spreadsheets write it: UTF-8, UTF-16 or what Windows uses in the West.

    A file that holds no text gives one that `read` names as such.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    if content.startswith(_PACKED) or b"\0" in content:
        return _NO_TEXT
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def enrol(
    store: Store, class_id: str, text: str, *, by: str, now: datetime, needs_guardian: bool = True
) -> tuple[Person, ...]:
    """Add every learner of a list to a class, and change those whose ID it has; or, after an error, nobody.

    Raises
    ------
    InvalidRoster
        Lines cannot be used; the facts name each with its problem. `read` gives them one by one.
    NotAllowed
        Whoever asks does not teach the class.
    """
    roster = read(text)
    _refuse(roster.problems)
    with store.writing() as session:
        require_teaches(session, by, class_id)
        matches, problems = _compare(store, session, class_id, roster)
        _refuse(problems)
        return tuple(
            _change(store, session, class_id, one, by, now)
            if one.is_known
            else _enrol(store, session, class_id, one.line, by, now, needs_guardian)
            for one in matches
        )


def present(store: Store, session: Session, class_id: str) -> tuple[RosterLine, ...]:
    """Give the learners of a class by name, with a made-up name where no other is known, as lines below a heading."""
    query = (
        select(PersonRow, Group.name)
        .join(Membership, Membership.person_id == PersonRow.id)
        .outerjoin(Group, Group.id == Membership.group_id)
        .where(Membership.class_id == class_id, Membership.role == "learner")
        .where(Membership.left_at.is_(None), PersonRow.deleted_at.is_(None))
    )
    found = [(row, group, identity(store, session, row.id)) for row, group in session.execute(query)]
    named = sorted(found, key=lambda one: (one[2].name or one[0].pseudonym, one[0].id))
    return tuple(
        RosterLine(
            line=number,
            name=known.name or row.pseudonym,
            email=known.email,
            guardian=known.guardian,
            group=group or "",
            id=row.id,
        )
        for number, (row, group, known) in enumerate(named, 2)
    )


def size(store: Store, class_id: str) -> int:
    """How many learn in a class."""
    query = select(func.count()).select_from(Membership).filter_by(class_id=class_id, role="learner", left_at=None)
    with store.reading() as session:
        return session.scalar(query) or 0


def _refuse(problems: tuple[Problem, ...]) -> None:
    if problems:
        shown = "; ".join(f"line {one.line}: {one.problem}" for one in problems[:_MOST_SHOWN])
        raise InvalidRoster({"count": len(problems), "problems": shown})


def _compare(
    store: Store, session: Session, class_id: str, roster: Roster
) -> tuple[tuple[Match, ...], tuple[Problem, ...]]:
    there = {line.id: line for line in present(store, session, class_id)} if "id" in roster.columns else {}
    matches: list[Match] = []
    problems: list[Problem] = []
    for line in roster.lines:
        known = there.get(line.id)
        if known is not None:
            columns = (one for one in roster.columns if one != "id")
            changes = tuple(one for one in columns if getattr(line, one) != getattr(known, one))
            matches.append(Match(line, is_known=True, changes=changes))
        elif line.id:
            problems.append(Problem(line.line, "unknown_id", {"id": line.id}))
        else:
            matches.append(Match(line, is_known=False))
    return tuple(matches), tuple(problems)


def _change(store: Store, session: Session, class_id: str, match: Match, by: str, now: datetime) -> Person:
    line = match.line
    values = {column: getattr(line, column) for column in match.changes if column != "group"}
    if values:
        name_within(store, session, line.id, replace(identity(store, session, line.id), **values))
        store.note(session, actor=by, action="person.rename", subject=f"person:{line.id}", now=now)
    if "group" in match.changes:
        member = session.get_one(Membership, (class_id, line.id))
        member.group_id = group_id(session, class_id, line.group) if line.group else None
    return person(row_of(session, line.id))


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
    # The first line tells, unless it is a name alone.
    telling = head if any(mark in head for mark in _DELIMITERS) else plain
    delimiter = max(_DELIMITERS, key=telling.count)
    reader = csv.reader(io.StringIO(plain), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    begins = 1
    for cells in reader:
        tidy = [" ".join(unescaped(cell).split()) for cell in cells]
        if any(tidy):
            rows.append((begins, tidy))
        begins = reader.line_num + 1
    return rows


def _columns(rows: list[tuple[int, list[str]]]) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    if rows:
        named = [_MEANINGS.get(cell.casefold(), "") for cell in rows[0][1]]
        if "name" in named:
            return tuple(named), rows[1:]
    return COLUMNS[:-1], rows


def _line(number: int, cells: list[str], columns: tuple[str, ...]) -> RosterLine:
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        known = ", ".join(filter(None, columns))
        raise _UnusableError("columns", {"count": len(cells), "most": len(columns), "columns": known})
    found = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
    if not found.get("name"):
        raise _UnusableError("no_name")
    email = found.get("email", "")
    if email and not _is_address(email):
        raise _UnusableError("email", {"email": email})
    for column, cell in found.items():
        _check_cell(column, cell)
    return RosterLine(line=number, **found)


def _check_cell(column: str, cell: str) -> None:
    if not cell.isprintable():
        raise _UnusableError("unprintable", {"column": column})
    try:
        check_identity(Identity(name=cell))
    except InvalidDetail as error:
        raise _UnusableError("long", {"column": column}) from error
    if column == "group" and len(cell) > MOST_NAME:
        raise _UnusableError("long", {"column": column})


def _is_address(text: str) -> bool:
    before, sign, after = text.partition("@")
    return bool(before and sign and "." in after.strip(".") and "@" not in after and " " not in text)


class _UnusableError(ValueError):
    """A line cannot be used."""

    def __init__(self, code: str, facts: Mapping[str, object] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts or {}
