"""The grid of a class: every learner by every assignment."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from classroom import assignments, classes, submissions
from classroom.assignments import Assignment
from classroom.grid import Cell, Grid, grid
from classroom.pulse import pulse
from web.catalogue import Catalogue
from web.dates import moment
from web.pages.groups import groups_of
from web.pages.page import show
from web.responses import catalogue_of
from web.school import School
from web.visitors import Staff

_SEE_OTHER = 303

CellState = Literal["none", "other", "missing", "draft", "submitted", "released"]


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell: `address` is empty where there is nothing to open; `total` is rounded."""

    state: CellState
    address: str
    total: int | None
    attempts: int
    is_late: bool
    is_again: bool


@dataclass(frozen=True, slots=True)
class ColumnView:
    """One assignment: `due` is a sentence's date or empty, `waiting` how much was handed in and not given back."""

    id: str
    title: str
    due: str
    strictness: str
    group: str
    waiting: int


@dataclass(frozen=True, slots=True)
class RowView:
    """One learner."""

    person_id: str
    name: str
    pseudonym: str
    cells: tuple[CellView, ...]


def build_grid(school: School) -> APIRouter:
    """Build the grid's routes."""
    router = APIRouter()

    @router.get("/classes/{class_id}/marks")
    def marks(
        request: Request,
        visitor: Staff,
        class_id: str,
        released: Annotated[int | None, Query(ge=0)] = None,
        group: str = "",
    ) -> Response:
        room = classes.find(school.store, class_id, by=visitor.id)
        groups, catalogue = groups_of(school, visitor, class_id, chosen=group), catalogue_of(request)
        word = pulse(school.store, class_id, by=visitor.id)  # first: what comes in meanwhile changes it
        found = grid(school.store, class_id, by=visitor.id)
        found = _of_group(found, groups[group]) if group else found
        return show(
            request,
            "marks.html",
            visitor=visitor,
            scripts=("grid.js", "fresh.js"),
            styles=("marking.css",),
            notice="" if released is None else catalogue.count("marking.released_all", released),
            room=room,
            columns=_columns(found, catalogue),
            rows=_rows(found, school.now()),
            pulse=word,
            groups=groups,
            group=group,
        )

    @router.get("/classes/{class_id}/pulse")
    def feel(visitor: Staff, class_id: str) -> dict[str, str]:
        return {"pulse": pulse(school.store, class_id, by=visitor.id)}

    @router.post("/assignments/{assignment_id}/release")
    def release(visitor: Staff, assignment_id: str, group: Annotated[str, Form()] = "") -> Response:
        work = assignments.find(school.store, assignment_id, by=visitor.id)
        group_id = groups_of(school, visitor, work.class_id, chosen=group)[group] if group else None
        count = submissions.release_all(school.store, assignment_id, by=visitor.id, now=school.now(), group_id=group_id)
        shown = urlencode({"released": count, **({"group": group} if group else {})})
        return RedirectResponse(f"/classes/{work.class_id}/marks?{shown}", _SEE_OTHER)

    return router


def _of_group(found: Grid, group_id: str) -> Grid:
    """Keep a group's learners and what they are to do, or did."""
    rows = [row for row in found.rows if row.group_id == group_id]
    kept = [
        number
        for number, work in enumerate(found.assignments)
        if work.is_for(group_id) or any(row.cells[number] for row in rows)
    ]
    return Grid(
        tuple(found.assignments[number] for number in kept),
        tuple(replace(row, cells=tuple(row.cells[number] for number in kept)) for row in rows),
    )


def _columns(found: Grid, catalogue: Catalogue) -> tuple[ColumnView, ...]:
    return tuple(
        ColumnView(
            id=column.id,
            title=column.terms.title,
            due=moment(column.terms.due_at, column.terms.time_zone, catalogue) if column.terms.due_at else "",
            strictness=column.terms.strictness,
            group=column.terms.group,
            waiting=sum(cell is not None and cell.waiting for cell in cells),
        )
        for column, cells in zip(found.assignments, _across(found), strict=True)
    )


def _across(found: Grid) -> list[list[Cell | None]]:
    return [[row.cells[place] for row in found.rows] for place in range(len(found.assignments))]


def _rows(found: Grid, now: datetime) -> tuple[RowView, ...]:
    return tuple(
        RowView(
            person_id=row.person_id,
            name=row.name or row.pseudonym,
            pseudonym=row.pseudonym if row.name else "",
            cells=tuple(
                _cell(cell, column, row.group_id, now)
                for cell, column in zip(row.cells, found.assignments, strict=True)
            ),
        )
        for row in found.rows
    )


def _cell(cell: Cell | None, column: Assignment, group_id: str | None, now: datetime) -> CellView:
    """Say of a cell what matters most: nothing handed in by the date is missing, whatever was begun."""
    if (cell is None or cell.handed_id is None) and not column.is_for(group_id):
        return CellView("other", "", None, 0, is_late=False, is_again=False)
    if cell is None or cell.handed_id is None:
        state = "missing" if column.is_late(now) else "none" if cell is None else "draft"
        return CellView(state, "", None, cell.attempts if cell else 0, is_late=False, is_again=False)
    return CellView(
        state="submitted" if cell.waiting else "released",
        address=f"/submissions/{cell.handed_id}",
        total=None if cell.total is None else round(cell.total),
        attempts=cell.attempts,
        is_late=cell.late,
        is_again=cell.state == "draft",
    )
