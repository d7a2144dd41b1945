"""Setting and changing work for a class."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from classroom import assignments, classes, exercises
from classroom.assignments import Assignment
from classroom.classes import Class
from classroom.spoken_texts import guessed_words, is_long, most_judged_words
from classroom.totals import SCORES
from speech.errors import SpeechError
from web.pages.assignment_form import KINDS, STRICTNESSES, Draft, draft_of, own_texts, read_items, read_terms, typed
from web.pages.page import show
from web.pages.roster import zone_of
from web.pages.sent import SentForm
from web.responses import catalogue_of
from web.school import School
from web.visitors import Staff, Visitor

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Asia/Singapore", "Europe/Berlin", "America/New_York", "UTC")
"""Proposed; any other that there is may be typed."""

_SEE_OTHER = 303


def build_assignments(school: School) -> APIRouter:
    """Build the routes."""
    router = APIRouter()
    _add_new(router, school)
    _add_change(router, school)
    _add_ends(router, school)
    return router


def _add_new(router: APIRouter, school: School) -> None:
    @router.get("/classes/{class_id}/assignments/new")
    def empty(request: Request, visitor: Staff, class_id: str) -> Response:
        room = classes.find(school.store, class_id, by=visitor.id)
        work = assignments.of_class(school.store, class_id, by=visitor.id)
        draft = Draft(time_zone=zone_of(work) if work else "")
        return _show_form(school, request, visitor, room=room, draft=draft)

    @router.post("/classes/{class_id}/assignments/new")
    def create(request: Request, visitor: Staff, class_id: str, sent: SentForm) -> Response:
        room = classes.find(school.store, class_id, by=visitor.id)
        draft = typed(sent)
        if sent.text("check"):
            return _show_form(school, request, visitor, room=room, draft=draft, checked=True)
        try:
            terms, items = read_terms(draft), read_items(draft)
            assignments.create(
                school.store, class_id, draft.kind, terms=terms, items=items, by=visitor.id, now=school.now()
            )
        except SpeechError as error:
            return _show_form(school, request, visitor, room=room, draft=draft, error=error)
        return RedirectResponse(f"/classes/{class_id}?done=set", _SEE_OTHER)


def _add_change(router: APIRouter, school: School) -> None:
    def page(request: Request, visitor: Visitor, found: Assignment, draft: Draft, **options: Any) -> Response:
        room = classes.find(school.store, found.class_id, by=visitor.id)
        begun = assignments.is_begun(school.store, found.id)
        mine = [one.room for one in classes.taught_by(school.store, visitor.id, now=school.now())]
        options = {"assignment": found, "begun": begun, "mine": mine, **options}
        return _show_form(school, request, visitor, room=room, draft=draft, **options)

    @router.get("/assignments/{assignment_id}")
    def edit(request: Request, visitor: Staff, assignment_id: str, done: str = "") -> Response:
        found = _taught(school, assignment_id, visitor)
        catalogue = catalogue_of(request)
        known = f"assignments.done.{done}" in catalogue
        notice = catalogue.say(f"assignments.done.{done}") if known else ""
        return page(request, visitor, found, draft_of(found), notice=notice, checked=True)

    @router.post("/assignments/{assignment_id}")
    def change(request: Request, visitor: Staff, assignment_id: str, sent: SentForm) -> Response:
        found = _taught(school, assignment_id, visitor)
        draft = typed(sent, kind=found.kind)
        has_items = bool(sent.text("has_items"))
        if not has_items:
            kept = draft_of(found)
            draft = replace(draft, texts=kept.texts, exercises=kept.exercises)
        if sent.text("check"):
            return page(request, visitor, found, draft, checked=True)
        try:
            terms = read_terms(draft)
            if has_items:
                items = read_items(draft)
                assignments.change_items(school.store, assignment_id, items, by=visitor.id, now=school.now())
            assignments.change(school.store, assignment_id, terms, by=visitor.id, now=school.now())
        except SpeechError as error:
            return page(request, visitor, found, draft, error=error)
        return RedirectResponse(f"/assignments/{assignment_id}?done=changed", _SEE_OTHER)


def _add_ends(router: APIRouter, school: School) -> None:
    @router.post("/assignments/{assignment_id}/archive")
    def archive(visitor: Staff, assignment_id: str) -> Response:
        found = _taught(school, assignment_id, visitor)
        assignments.archive(school.store, assignment_id, by=visitor.id, now=school.now())
        return RedirectResponse(f"/classes/{found.class_id}?done=put_away", _SEE_OTHER)

    @router.post("/assignments/{assignment_id}/take-back")
    def take_back(visitor: Staff, assignment_id: str) -> Response:
        found = _taught(school, assignment_id, visitor)
        assignments.take_back(school.store, assignment_id, by=visitor.id)
        return RedirectResponse(f"/classes/{found.class_id}?done=back", _SEE_OTHER)

    @router.post("/assignments/{assignment_id}/copy")
    def copy(visitor: Staff, assignment_id: str, sent: SentForm) -> Response:
        made = assignments.copy(school.store, assignment_id, sent.line("class_id"), by=visitor.id, now=school.now())
        return RedirectResponse(f"/assignments/{made.id}?done=copied", _SEE_OTHER)


def _taught(school: School, assignment_id: str, visitor: Visitor) -> Assignment:
    """Find an assignment of a class that the visitor teaches; those who only learn there have another page."""
    found = assignments.find(school.store, assignment_id, by=visitor.id)
    classes.find(school.store, found.class_id, by=visitor.id)
    return found


def _show_form(
    school: School,
    request: Request,
    visitor: Visitor,
    *,
    room: Class,
    draft: Draft,
    assignment: Assignment | None = None,
    begun: bool = False,
    mine: list[Class] | None = None,
    error: SpeechError | None = None,
    notice: str = "",
    checked: bool = False,
) -> Response:
    texts = own_texts(draft) if draft.kind != "free" else ()
    return show(
        request,
        "assignment.html",
        visitor=visitor,
        error=error,
        notice=notice,
        styles=("classes.css",),
        scripts=("assignment.js",),
        room=room,
        draft=draft,
        groups=sorted({*classes.groups(school.store, room.id, by=visitor.id), *filter(None, (draft.group,))}),
        assignment=assignment,
        begun=begun,
        mine=mine or [],
        guessed=guessed_words(texts) if checked else (),
        has_long=any(map(is_long, texts)),
        judged_words=most_judged_words(),
        judged_s=round(school.settings.max_speech_s),
        checked=checked and assignment is None,
        units=() if begun else exercises.units(),
        levels=exercises.LEVELS,
        kinds=KINDS,
        strictnesses=STRICTNESSES,
        scores=SCORES,
        zones=ZONES,
    )
