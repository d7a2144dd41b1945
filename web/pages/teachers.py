"""Who teaches a class: teachers share it with colleagues, and admins hand it over."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from classroom import teachers
from speech.errors import SpeechError
from web.pages.roster import Home, Typed
from web.pages.sent import SentForm
from web.school import School
from web.visitors import Admin, Staff

_SEE_OTHER = 303


def build_teachers(school: School, home: Home) -> APIRouter:
    """Build the routes; `home` shows the page of a class again."""
    router = APIRouter()

    @router.post("/classes/{class_id}/teachers")
    def add(request: Request, visitor: Staff, class_id: str, sent: SentForm) -> Response:
        try:
            teachers.add(school.store, class_id, sent.line("login"), by=visitor.id, now=school.now())
        except SpeechError as error:
            typed = Typed(login=sent.line("login"))
            return home.show(request, school, visitor, class_id=class_id, error=error, typed=typed)
        return RedirectResponse(f"/classes/{class_id}?done=shared", _SEE_OTHER)

    @router.post("/classes/{class_id}/teachers/{person_id}/leave")
    def leave(visitor: Staff, class_id: str, person_id: str) -> Response:
        teachers.leave(school.store, class_id, person_id, by=visitor.id, now=school.now())
        own = person_id == visitor.id
        return RedirectResponse("/classes" if own else f"/classes/{class_id}?done=left", _SEE_OTHER)

    @router.post("/people/{person_id}/hand-over")
    def hand_over(visitor: Admin, person_id: str, sent: SentForm) -> Response:
        class_id, to = sent.text("class_id"), sent.text("to")
        teachers.hand_over(school.store, class_id, leaving=person_id, to=to, by=visitor.id, now=school.now())
        return RedirectResponse(f"/people/{person_id}?done=handed_over", _SEE_OTHER)

    @router.post("/people/{person_id}/take-over")
    def take_over(visitor: Admin, person_id: str, sent: SentForm) -> Response:
        class_id = sent.text("class_id")
        teachers.hand_over(school.store, class_id, leaving="", to=person_id, by=visitor.id, now=school.now())
        return RedirectResponse(f"/people/{person_id}?done=handed_over", _SEE_OTHER)

    return router
