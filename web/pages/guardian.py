"""Whether a guardian decides for a learner, and how to reach one: for the learner's teachers, and for admins."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from classroom import classes, guardians
from classroom.errors import NotFound
from web.pages.sent import Sent, SentForm
from web.pages.typed import one_line
from web.responses import catalogue_of
from web.school import School
from web.visitors import Admin, Staff, Visitor

_SEE_OTHER = 303


def build_guardian(school: School) -> APIRouter:
    """Build the routes."""
    router = APIRouter()

    @router.post("/classes/{class_id}/learners/{person_id}/guardian")
    def settle_here(request: Request, visitor: Staff, class_id: str, person_id: str, sent: SentForm) -> Response:
        members = classes.roster(school.store, class_id, by=visitor.id)
        if person_id not in {one.person.id for one in members}:
            raise NotFound({"kind": "person"})
        _settle(school, request, visitor, person_id, sent)
        return RedirectResponse(f"/classes/{class_id}/learners/{person_id}?done=guardian", _SEE_OTHER)

    @router.post("/people/{person_id}/guardian")
    def settle_anywhere(request: Request, visitor: Admin, person_id: str, sent: SentForm) -> Response:
        _settle(school, request, visitor, person_id, sent)
        return RedirectResponse(f"/people/{person_id}?done=guardian", _SEE_OTHER)

    return router


def _settle(school: School, request: Request, visitor: Visitor, person_id: str, sent: Sent) -> None:
    catalogue, contact = catalogue_of(request), sent.line("contact")
    if contact:
        contact = one_line(contact, catalogue.say("people.guardian"), catalogue)
    needed = bool(sent.text("needed"))
    guardians.settle(school.store, person_id, needed=needed, contact=contact, by=visitor.id, now=school.now())
