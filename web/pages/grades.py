"""Totals and class lists as files, and totals that were changed in a file taken over."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from classroom import class_lists, classes, grade_tables, grades, tables
from classroom.errors import GradesChanged, InvalidTable
from classroom.grade_tables import Plan, Problem, Wording
from classroom.grades import Change, Sheet
from classroom.tables import Row, Unreadable
from speech.errors import SpeechError
from web.catalogue import LANGUAGES, Catalogue, open_catalogue
from web.pages.groups import groups_of
from web.pages.page import show
from web.responses import catalogue_of
from web.school import School
from web.visitors import Staff, Visitor

MOST_BYTES = 200_000
"""Largest table taken; a class of fifty with thirty assignments needs less."""

_SEE_OTHER = 303
_TYPES: Mapping[str, str] = {"csv": tables.CSV_TYPE, "xlsx": tables.XLSX_TYPE}


def build_grades(school: School) -> APIRouter:
    """Build the routes."""
    router = APIRouter(prefix="/classes/{class_id}")
    _add_files(router, school)
    _add_upload(router, school)
    return router


def wording(catalogue: Catalogue) -> Wording:
    """Give the words of the table in a language."""
    say = catalogue.say
    return Wording(
        name=say("grades.name"),
        pseudonym=say("grades.pseudonym"),
        person=say("grades.person"),
        group=say("grades.group"),
        total=say("grades.total"),
        state=say("grades.state"),
        late=say("grades.late"),
        yes=say("grades.yes"),
        no=say("grades.no"),
        states={
            "draft": say("grades.draft"),
            "submitted": say("grades.submitted"),
            "released": say("grades.released"),
        },
    )


def _add_files(router: APIRouter, school: School) -> None:
    def give(request: Request, visitor: Visitor, class_id: str, *, form: str, group: str) -> Response:
        room = classes.find(school.store, class_id, by=visitor.id)
        groups_of(school, visitor, class_id, chosen=group)
        taken = grades.export(school.store, class_id, form=form, by=visitor.id, now=school.now(), group=group)
        catalogue = catalogue_of(request)
        rows = grade_tables.rows(taken, wording(catalogue))
        name = catalogue.say("grades.file_name", name=room.name)
        return _file(rows, name, form=form)

    @router.get("/grades.csv")
    def grades_csv(request: Request, visitor: Staff, class_id: str, group: str = "") -> Response:
        return give(request, visitor, class_id, form="csv", group=group)

    @router.get("/grades.xlsx")
    def grades_xlsx(request: Request, visitor: Staff, class_id: str, group: str = "") -> Response:
        return give(request, visitor, class_id, form="xlsx", group=group)

    @router.get("/roster.csv")
    def roster_csv(request: Request, visitor: Staff, class_id: str, group: str = "") -> Response:
        room = classes.find(school.store, class_id, by=visitor.id)
        groups_of(school, visitor, class_id, chosen=group)
        lines = class_lists.export(school.store, class_id, by=visitor.id, now=school.now(), group=group)
        say = catalogue_of(request).say
        heading = [say("grades.roster_name"), say("grades.email"), say("grades.guardian"), say("grades.group")]
        heading.append(say("grades.person"))
        rows = [heading, *([line.name, line.email, line.guardian, line.group, line.id] for line in lines)]
        return _file(rows, say("grades.roster_file_name", name=room.name), form="csv")


def _add_upload(router: APIRouter, school: School) -> None:
    @router.get("/grades")
    def page(request: Request, visitor: Staff, class_id: str, done: int = 0, group: str = "") -> Response:
        notice = catalogue_of(request).count("grades.done", done) if done else ""
        return _page(request, school, visitor, class_id, notice=notice, group=group)

    @router.post("/grades")
    def preview(
        request: Request, visitor: Staff, class_id: str, file: Annotated[UploadFile | None, File()] = None
    ) -> Response:
        sheet = grades.sheet(school.store, class_id, by=visitor.id)
        plan = _read(sheet, file.file.read(MOST_BYTES + 1) if file else b"")
        error = InvalidTable({"count": len(plan.problems)}) if plan.problems else None
        return _page(request, school, visitor, class_id, sheet=sheet, plan=plan, error=error)

    @router.post("/grades/confirm")
    def confirm(request: Request, visitor: Staff, class_id: str, changes: Annotated[str, Form()]) -> Response:
        try:
            wanted = _wanted(changes)
            grades.apply(school.store, class_id, wanted, by=visitor.id, now=school.now())
        except GradesChanged as error:
            return _page(request, school, visitor, class_id, error=error)
        return RedirectResponse(f"/classes/{class_id}/grades?done={len(wanted)}", _SEE_OTHER)


def _page(
    request: Request,
    school: School,
    visitor: Visitor,
    class_id: str,
    *,
    sheet: Sheet | None = None,
    plan: Plan | None = None,
    error: SpeechError | None = None,
    notice: str = "",
    group: str = "",
) -> Response:
    changes = plan.changes if plan else ()
    return show(
        request,
        "grades.html",
        visitor=visitor,
        error=error,
        notice=notice,
        styles=("overview.css",),
        room=classes.find(school.store, class_id, by=visitor.id),
        groups=groups_of(school, visitor, class_id, chosen=group),
        group=group,
        problems=plan.problems if plan else (),
        is_unchanged=plan is not None and not plan.problems and not changes,
        changes=_named(sheet, changes) if sheet else (),
        wanted=json.dumps([[one.assignment_id, one.person_id, one.old, one.new] for one in changes]),
        most_kilobytes=MOST_BYTES // 1000,
    )


def _named(sheet: Sheet, changes: Sequence[Change]) -> list[tuple[str, str, Change]]:
    titles = {work.id: title for work, title in zip(sheet.assignments, sheet.titles, strict=True)}
    names = {line.person_id: line.name or line.pseudonym for line in sheet.lines}
    return [(names[one.person_id], titles[one.assignment_id], one) for one in changes]


def _read(sheet: Sheet, content: bytes) -> Plan:
    if not content:
        return Plan((), (Problem(1, "no_file"),))
    if len(content) > MOST_BYTES:
        return Plan((), (Problem(1, "too_large"),))
    try:
        table = tables.read(content)
    except Unreadable:
        return Plan((), (Problem(1, "unreadable"),))
    return grade_tables.compare(sheet, table, [wording(open_catalogue(language)) for language in LANGUAGES])


def _wanted(text: str) -> list[Change]:
    """Read what the preview handed on; what cannot be read is as good as changed meanwhile."""
    try:
        return [
            Change(assignment_id=str(work), person_id=str(person), old=old and float(old), new=float(new))
            for work, person, old, new in json.loads(text)
        ]
    except (ValueError, TypeError, RecursionError) as error:
        raise GradesChanged from error


def _file(rows: Sequence[Row], name: str, *, form: str) -> Response:
    content = tables.write_csv(rows) if form == "csv" else tables.write_xlsx(rows, title=name)
    disposition = f"attachment; filename=\"lafal.{form}\"; filename*=UTF-8''{quote(name, safe='')}.{form}"
    return Response(content, media_type=_TYPES[form], headers={"Content-Disposition": disposition})
