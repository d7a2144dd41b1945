"""For teachers: a class that is a course of a learning platform, its list and the grades sent there."""

from fastapi import APIRouter, BackgroundTasks, Request
from starlette.responses import RedirectResponse, Response

from classroom import assignments, classes, courses, gradebook
from speech.errors import SpeechError
from web.lti.errors import NotACourse
from web.lti.sending import Sender
from web.pages.page import show
from web.responses import catalogue_of
from web.school import School
from web.visitors import Staff, Visitor

_SEE_OTHER = 303


def build_courses(school: School, *, sender: Sender) -> APIRouter:
    """Build the routes."""
    router = APIRouter()

    @router.get("/lti/classes/{class_id}")
    def overview(
        request: Request, visitor: Staff, class_id: str, joined: int = 0, left: int = 0, done: str = ""
    ) -> Response:
        catalogue = catalogue_of(request)
        notices = {
            "grades": lambda: catalogue.say("lti.grades_begun"),
            "members": lambda: catalogue.say("lti.members_updated", joined=joined, left=left),
        }
        return _show(school, request, visitor, class_id, notice=notices[done]() if done in notices else "")

    @router.post("/lti/classes/{class_id}/members")
    def update_members(request: Request, visitor: Staff, class_id: str) -> Response:
        try:
            joined, left = _update(school, sender, visitor, class_id)
        except SpeechError as error:
            return _show(school, request, visitor, class_id, error=error)
        return RedirectResponse(f"/lti/classes/{class_id}?done=members&joined={joined}&left={left}", _SEE_OTHER)

    @router.post("/lti/classes/{class_id}/grades")
    def send_again(visitor: Staff, class_id: str, later: BackgroundTasks) -> Response:
        gradebook.send_again(school.store, class_id, by=visitor.id, now=school.now())
        later.add_task(sender.send)
        return RedirectResponse(f"/lti/classes/{class_id}?done=grades", _SEE_OTHER)

    return router


def _update(school: School, sender: Sender, visitor: Visitor, class_id: str) -> tuple[int, int]:
    joined = left = 0
    linked = [one for one in courses.of_class(school.store, class_id, by=visitor.id) if one.members_url]
    if not linked:
        raise NotACourse
    for course in linked:
        named = sender.services.members(course, now=school.now())
        done = courses.update_members(
            school.store, course.id, named.present, gone=named.gone, by=visitor.id, now=school.now()
        )
        joined, left = joined + done.joined, left + done.left
    return joined, left


def _show(
    school: School,
    request: Request,
    visitor: Visitor,
    class_id: str,
    *,
    error: SpeechError | None = None,
    notice: str = "",
) -> Response:
    works = assignments.of_class(school.store, class_id, by=visitor.id)
    return show(
        request,
        "course.html",
        visitor=visitor,
        error=error,
        notice=notice,
        styles=("platforms.css",),
        room=classes.find(school.store, class_id, by=visitor.id),
        courses=courses.of_class(school.store, class_id, by=visitor.id),
        sent=gradebook.of_class(school.store, class_id, by=visitor.id),
        works=[work for work in works if work.archived_at is None],
        launch_url=f"{request.base_url}lti/launch",
    )
