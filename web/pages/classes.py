"""A teacher's classes, and the page of one class with its codes."""

from dataclasses import dataclass, field
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from classroom import assignments, classes, consents, courses, invitations
from classroom.assignments import Assignment, Progress
from classroom.classes import Member
from classroom.consents import TEXTS, Purpose
from speech.errors import SpeechError
from web.dates import say_date
from web.pages.page import show
from web.pages.roster import ON_PAPER, PURPOSES, Home, Typed, build_roster, zone_of
from web.pages.sent import SentForm
from web.pages.teachers import build_teachers
from web.responses import catalogue_of
from web.school import School
from web.visitors import Staff, Visitor

_STYLES = ("classes.css",)
_NOTHING = Progress(0, 0, 0)
_NOTHING_TYPED = Typed()
_SEE_OTHER = 303


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """A line of the roster as the page shows it."""

    member: Member
    held: frozenset[Purpose]

    @property
    def missing(self) -> tuple[Purpose, ...]:
        """What nobody has agreed to yet."""
        return tuple(purpose for purpose in PURPOSES if purpose not in self.held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An assignment as the page of its class shows it, and how many `learners` are to do it.

    `state` is "planned", "open", "over" or "archived".
    """

    assignment: Assignment
    state: str
    opens: str
    due: str
    learners: int
    progress: Progress = field(default=_NOTHING)


def build_classes(school: School) -> APIRouter:
    """Build the routes."""
    router = APIRouter()
    home = Home(school, show_home)
    _add_list(router, school)
    _add_home(router, school)
    _add_codes(router, school)
    router.include_router(build_roster(school, home))
    router.include_router(build_teachers(school, home))
    return router


def _add_list(router: APIRouter, school: School) -> None:
    def page(request: Request, visitor: Visitor, *, error: SpeechError | None = None, name: str = "") -> Response:
        mine = classes.taught_by(school.store, visitor.id, now=school.now())
        old = classes.put_away(school.store, visitor.id)
        return show(
            request, "classes.html", visitor=visitor, error=error, styles=_STYLES, mine=mine, old=old, name=name
        )

    @router.get("/classes")
    def list_classes(request: Request, visitor: Staff) -> Response:
        return page(request, visitor)

    @router.post("/classes")
    def create(request: Request, visitor: Staff, sent: SentForm) -> Response:
        try:
            made = classes.create(school.store, sent.line("name"), by=visitor.id, now=school.now())
        except SpeechError as error:
            return page(request, visitor, error=error, name=sent.line("name"))
        return RedirectResponse(f"/classes/{made.id}?done=created", _SEE_OTHER)


def _add_home(router: APIRouter, school: School) -> None:
    @router.get("/classes/{class_id}")
    def home(request: Request, visitor: Staff, class_id: str, done: str = "") -> Response:
        catalogue = catalogue_of(request)
        known = f"classes.done.{done}" in catalogue
        notice = catalogue.say(f"classes.done.{done}") if known else ""
        return show_home(request, school, visitor, class_id=class_id, notice=notice)

    @router.post("/classes/{class_id}/name")
    def rename(request: Request, visitor: Staff, class_id: str, sent: SentForm) -> Response:
        try:
            classes.rename(school.store, class_id, sent.line("name"), by=visitor.id)
        except SpeechError as error:
            typed = Typed(name=sent.line("name"))
            return show_home(request, school, visitor, class_id=class_id, error=error, typed=typed)
        return RedirectResponse(f"/classes/{class_id}?done=renamed", _SEE_OTHER)

    @router.post("/classes/{class_id}/archive")
    def archive(visitor: Staff, class_id: str) -> Response:
        classes.archive(school.store, class_id, by=visitor.id, now=school.now())
        return RedirectResponse("/classes", _SEE_OTHER)

    @router.post("/classes/{class_id}/take-back")
    def take_back(visitor: Staff, class_id: str) -> Response:
        classes.take_back(school.store, class_id, by=visitor.id)
        return RedirectResponse(f"/classes/{class_id}?done=back", _SEE_OTHER)


def _add_codes(router: APIRouter, school: School) -> None:
    @router.post("/classes/{class_id}/codes")
    def make(request: Request, visitor: Staff, class_id: str) -> Response:
        room = classes.find(school.store, class_id, by=visitor.id)
        made = invitations.make_join_code(school.store, class_id, by=visitor.id, now=school.now())
        zone = zone_of(assignments.of_class(school.store, class_id, by=visitor.id))
        until = say_date(catalogue_of(request), made.expires_at, time_zone=zone, now=school.now())
        return show(
            request,
            "join_code.html",
            visitor=visitor,
            styles=_STYLES,
            room=room,
            made=made,
            until=until,
            code=f"{made.secret[:4]} {made.secret[4:]}",
            address=f"{request.base_url.netloc}/join",
        )

    @router.post("/classes/{class_id}/codes/{invitation_id}/withdraw")
    def withdraw(visitor: Staff, class_id: str, invitation_id: str) -> Response:
        classes.find(school.store, class_id, by=visitor.id)
        invitations.withdraw(school.store, invitation_id, by=visitor.id, now=school.now())
        return RedirectResponse(f"/classes/{class_id}?done=withdrawn", _SEE_OTHER)


def show_home(
    request: Request,
    school: School,
    visitor: Visitor,
    *,
    class_id: str,
    error: SpeechError | None = None,
    notice: str = "",
    typed: Typed = _NOTHING_TYPED,
) -> Response:
    """Show a class to its teacher.

    Parameters
    ----------
    typed : Typed
        What was typed into the forms of the page when one of them was refused.
    """
    store, now, catalogue = school.store, school.now(), catalogue_of(request)
    room = classes.find(store, class_id, by=visitor.id)
    members = classes.roster(store, class_id, by=visitor.id)
    work = assignments.of_class(store, class_id, by=visitor.id)
    codes = invitations.codes_of(store, class_id, by=visitor.id, now=now)
    progress = assignments.progress(store, class_id, by=visitor.id)

    def say_when(when: datetime) -> str:
        return say_date(catalogue, when, time_zone=zone_of(work), now=now)

    return show(
        request,
        "class_home.html",
        visitor=visitor,
        error=error,
        notice=notice,
        styles=_STYLES,
        scripts=("roster.js",),
        room=room,
        is_course=bool(courses.of_class(school.store, room.id, by=visitor.id)),
        learners=_learners(school, members),
        teachers=[member for member in members if member.role == "teacher"],
        groups=sorted({member.group for member in members if member.group}),
        work=[_work(request, school, one, progress.get(one.id, _NOTHING), members) for one in reversed(work)],
        codes=[(code, say_when(code.expires_at)) for code in codes],
        purposes=PURPOSES,
        on_paper=[(purpose, TEXTS[purpose, catalogue.language]) for purpose in ON_PAPER],
        typed=typed,
    )


def _learners(school: School, members: tuple[Member, ...]) -> list[Learner]:
    there = [member for member in members if member.role == "learner"]
    held = consents.held(school.store, [member.person.id for member in there])
    return [Learner(member=member, held=held[member.person.id]) for member in there]


def _work(
    request: Request, school: School, assignment: Assignment, progress: Progress, members: tuple[Member, ...]
) -> Work:
    now, terms, catalogue = school.now(), assignment.terms, catalogue_of(request)
    opens, due = (
        say_date(catalogue, when, time_zone=terms.time_zone, now=now) if when else ""
        for when in (terms.opens_at, terms.due_at)
    )
    if assignment.archived_at:
        state = "archived"
    elif not assignment.is_open(now):
        state = "planned"
    else:
        state = "over" if assignment.is_late(now) else "open"
    group = assignment.terms.group
    learners = sum(one.role == "learner" and group in {"", one.group} for one in members)
    return Work(assignment=assignment, state=state, opens=opens, due=due, learners=learners, progress=progress)
