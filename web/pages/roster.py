"""Who is in a class: lists to paste, groups, guardians' consent, links to print."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from classroom import assignments, classes, consents, invitations, rosters
from classroom.assignments import Assignment
from classroom.classes import Member
from classroom.consents import Purpose
from classroom.errors import InvalidDetail, NotFound
from classroom.rosters import Match, Problem
from speech.errors import SpeechError
from web.catalogue import Catalogue
from web.dates import say_date
from web.pages.page import show
from web.pages.sent import Sent, SentForm
from web.responses import catalogue_of
from web.school import School
from web.visitors import Staff, Visitor

LINK_LIFETIME = timedelta(days=7)
"""How long a printed link works: until the class meets again."""

PURPOSES: tuple[Purpose, ...] = ("practice", "teacher_listens")
"""What a class cannot work without."""

ON_PAPER: tuple[Purpose, ...] = (*PURPOSES, "research_export")
"""What guardians are asked on the paper form; the last is theirs to grant, and no class needs it."""

_STYLES = ("classes.css",)
_SEE_OTHER = 303


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was ticked and typed on the page of a class; `name` and `login` are None where that form was not sent."""

    people: tuple[str, ...] = ()
    group: str = ""
    purposes: tuple[str, ...] = PURPOSES
    name: str | None = None
    login: str | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """The page of a class, to be shown again when something was refused."""

    school: School
    show: Callable[..., Response]

    def again(self, request: Request, visitor: Visitor, class_id: str, *, error: SpeechError, sent: Sent) -> Response:
        """Show the page with what was typed."""
        people, group, purposes = sent.several("person"), sent.line("group"), sent.several("purpose")
        typed = Typed(people=people, group=group, purposes=purposes)
        return self.show(request, self.school, visitor, class_id=class_id, error=error, typed=typed)


def build_roster(school: School, home: Home) -> APIRouter:
    """Build the routes that change who is in a class; `home` shows its page again."""
    router = APIRouter(prefix="/classes/{class_id}")
    _add_enrolment(router, school)
    _add_groups(router, school, home)
    _add_consents(router, school, home)
    _add_links(router, school, home)
    return router


def _add_enrolment(router: APIRouter, school: School) -> None:
    @router.get("/roster")
    def paste(request: Request, visitor: Staff, class_id: str) -> Response:
        return _show_list(request, school, visitor, class_id=class_id, text=None)

    @router.post("/roster")
    def enrol(request: Request, visitor: Staff, class_id: str, sent: SentForm) -> Response:
        text = rosters.decode(sent.content("file")) or sent.text("names")
        guardian = bool(sent.text("needs_guardian"))
        there = str(rosters.size(school.store, class_id))
        # Sent twice, or by two teachers at once: whoever comes second sees the list again.
        confirmed = sent.text("confirmed") == there and not sent.text("change")
        if not confirmed or _read(school, visitor, class_id, text)[1]:
            values = {"guardian": guardian, "asked": not sent.text("change")}
            return _show_list(request, school, visitor, class_id=class_id, text=text, **values)
        rosters.enrol(school.store, class_id, text, by=visitor.id, now=school.now(), needs_guardian=guardian)
        done = "listed" if "id" in rosters.read(text).columns else "added"
        return RedirectResponse(f"/classes/{class_id}?done={done}", _SEE_OTHER)


def _read(school: School, visitor: Visitor, class_id: str, text: str) -> tuple[tuple[Match, ...], tuple[Problem, ...]]:
    """Read a list and set it beside the class."""
    roster = rosters.read(text)
    if roster.problems:
        return (), roster.problems
    return rosters.compare(school.store, class_id, roster, by=visitor.id)


def _show_list(
    request: Request,
    school: School,
    visitor: Visitor,
    *,
    class_id: str,
    text: str | None,
    guardian: bool = True,
    asked: bool = True,
) -> Response:
    catalogue = catalogue_of(request)
    room = classes.find(school.store, class_id, by=visitor.id)
    known = {one.name.casefold() for one in classes.roster(school.store, class_id, by=visitor.id) if one.name}
    lines, wrong = _read(school, visitor, class_id, text) if text is not None and asked else ((), ())
    problems = [(one.line, say_problem(catalogue, one)) for one in wrong]
    answer = show(
        request,
        "roster.html",
        visitor=visitor,
        styles=_STYLES,
        room=room,
        text=(text or "").replace("\0", ""),
        lines=[(one, not one.is_known and one.line.name.casefold() in known) for one in lines],
        problems=problems,
        size=rosters.size(school.store, class_id),
        guardian=guardian,
    )
    answer.status_code = 422 if problems else answer.status_code
    return answer


def zone_of(work: tuple[Assignment, ...]) -> str:
    """Give the time zone that a class set its latest work in."""
    return work[-1].terms.time_zone if work else "UTC"


def say_problem(catalogue: Catalogue, problem: Problem) -> str:
    """Say in the reader's language what is wrong with a line."""
    facts = dict(problem.facts)
    if "column" in facts:
        facts["column"] = catalogue.say(f"classes.column.{facts['column']}")
    if "columns" in facts:
        named = str(facts["columns"]).split(", ")
        facts["columns"] = ", ".join(catalogue.say(f"classes.column.{name}") for name in named)
    return catalogue.say(f"classes.roster_problem.{problem.code}", **facts)


def _add_groups(router: APIRouter, school: School, home: Home) -> None:
    @router.post("/groups")
    def put_in_group(request: Request, visitor: Staff, class_id: str, sent: SentForm) -> Response:
        try:
            for member in _chosen(school, visitor, class_id, sent):
                group = sent.line("group") or None
                classes.put_in_group(school.store, class_id, member.person.id, group, by=visitor.id)
        except InvalidDetail as error:
            return home.again(request, visitor, class_id, error=error, sent=sent)
        return RedirectResponse(f"/classes/{class_id}?done=grouped", _SEE_OTHER)

    @router.post("/remove")
    def remove(request: Request, visitor: Staff, class_id: str, sent: SentForm) -> Response:
        try:
            for member in _chosen(school, visitor, class_id, sent):
                classes.remove_member(school.store, class_id, member.person.id, by=visitor.id, now=school.now())
        except InvalidDetail as error:
            return home.again(request, visitor, class_id, error=error, sent=sent)
        return RedirectResponse(f"/classes/{class_id}?done=removed", _SEE_OTHER)


def _add_consents(router: APIRouter, school: School, home: Home) -> None:
    @router.post("/consents")
    def record(request: Request, visitor: Staff, class_id: str, sent: SentForm) -> Response:
        try:
            chosen = _chosen(school, visitor, class_id, sent)
            purposes = _purposes(sent)
        except InvalidDetail as error:
            return home.again(request, visitor, class_id, error=error, sent=sent)
        held = consents.held(school.store, [member.person.id for member in chosen])
        language, now = catalogue_of(request).language, school.now()
        for member in chosen:
            for purpose in purposes:
                if purpose not in held[member.person.id]:
                    consents.give(
                        school.store,
                        member.person.id,
                        purpose,
                        language=language,
                        guardian=True,
                        by=visitor.id,
                        now=now,
                    )
        return RedirectResponse(f"/classes/{class_id}?done=agreed", _SEE_OTHER)


def _add_links(router: APIRouter, school: School, home: Home) -> None:
    @router.post("/links")
    def print_links(request: Request, visitor: Staff, class_id: str, sent: SentForm) -> Response:
        try:
            chosen = _chosen(school, visitor, class_id, sent)
        except InvalidDetail as error:
            return home.again(request, visitor, class_id, error=error, sent=sent)
        now, store, catalogue = school.now(), school.store, catalogue_of(request)
        base = str(request.base_url)
        work = assignments.of_class(store, class_id, by=visitor.id)
        cards = [(member, f"{base}link/{_link(school, visitor, member)}") for member in chosen]
        return show(
            request,
            "link_cards.html",
            visitor=visitor,
            styles=_STYLES,
            scripts=("roster.js",),
            room=classes.find(store, class_id, by=visitor.id),
            cards=cards,
            until=say_date(catalogue, now + LINK_LIFETIME, time_zone=zone_of(work), now=now),
        )


def _link(school: School, visitor: Visitor, member: Member) -> str:
    made = invitations.make_link(
        school.store, member.person.id, by=visitor.id, now=school.now(), lifetime=LINK_LIFETIME
    )
    return made.secret


def _chosen(school: School, visitor: Visitor, class_id: str, sent: Sent) -> list[Member]:
    """Give the learners whose boxes are ticked; whoever is not in this class is nobody."""
    wanted = set(sent.several("person"))
    there = {one.person.id: one for one in classes.roster(school.store, class_id, by=visitor.id)}
    if not wanted <= {key for key, one in there.items() if one.role == "learner"}:
        raise NotFound({"kind": "member"})
    if not wanted:
        raise InvalidDetail({"field": "learners", "problem": "choose at least one", "reason": "none"})
    return [one for key, one in there.items() if key in wanted]


def _purposes(sent: Sent) -> tuple[Purpose, ...]:
    wanted = sent.several("purpose")
    if not wanted or not set(wanted) <= set(ON_PAPER):
        raise InvalidDetail({"field": "purpose", "problem": "choose at least one", "reason": "none"})
    return cast("tuple[Purpose, ...]", wanted)
