"""Where a teacher chooses which assignment a link of their course opens, or makes one for it."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from classroom import assignments, classes, courses, platforms
from classroom.assignments import Assignment, NewItem, Terms
from classroom.errors import InvalidDetail
from speech.errors import SpeechError
from web.lti import deep_linking
from web.lti.deep_linking import Question
from web.lti.errors import UnusableWork
from web.lti.messages import DeepLink
from web.pages.page import show
from web.school import School
from web.security import strict_policy
from web.visitors import Staff, Visitor

_NEW = "new"
_SEE_OTHER = 303

Field = Annotated[str, Form()]


def build_choosing(school: School) -> APIRouter:
    """Build the routes."""
    router = APIRouter()

    @router.get("/lti/choose")
    def ask(request: Request, visitor: Staff, question: str = "") -> Response:
        opened = deep_linking.asked(school.store, question, by=visitor.id, now=school.now())
        return _show(school, request, visitor, opened, question=question)

    @router.post("/lti/choose")
    def choose(
        request: Request,
        visitor: Staff,
        question: Field = "",
        choice: Field = "",
        title: Field = "",
        sentences: Field = "",
    ) -> Response:
        opened = deep_linking.asked(school.store, question, by=visitor.id, now=school.now())
        try:
            work = _chosen(school, visitor, opened, choice=choice, title=title, sentences=sentences)
        except InvalidDetail:
            typed = {"question": question, "choice": choice, "title": title, "sentences": sentences}
            return _show(school, request, visitor, opened, error=UnusableWork(), **typed)
        if opened.link is not None:
            return _answer(school, request, visitor, opened, link=opened.link, work=work)
        courses.bind(
            school.store,
            opened.course_id,
            work.id,
            resource_id=opened.resource_id,
            column_url=opened.column_url,
            by=visitor.id,
        )
        return RedirectResponse(f"/assignments/{work.id}", _SEE_OTHER)

    return router


def _show(
    school: School,
    request: Request,
    visitor: Visitor,
    opened: Question,
    *,
    question: str,
    choice: str = "",
    title: str = "",
    sentences: str = "",
    error: SpeechError | None = None,
) -> Response:
    known = [
        work for work in assignments.of_class(school.store, opened.class_id, by=visitor.id) if work.archived_at is None
    ]
    room = classes.find(school.store, opened.class_id, by=visitor.id)
    return show(
        request,
        "choose_work.html",
        visitor=visitor,
        error=error,
        room=room,
        works=known[::-1],
        styles=("platforms.css",),
        waits=opened.link is not None,
        question=question,
        choice=choice or (known[-1].id if known else _NEW),
        title=title,
        sentences=sentences,
    )


def _chosen(
    school: School, visitor: Visitor, opened: Question, *, choice: str, title: str, sentences: str
) -> Assignment:
    if choice == _NEW:
        items = tuple(NewItem(text=line.strip()) for line in sentences.splitlines() if line.strip())
        return assignments.create(
            school.store,
            opened.class_id,
            "sentences",
            terms=Terms(title=title),
            items=items,
            by=visitor.id,
            now=school.now(),
        )
    for work in assignments.of_class(school.store, opened.class_id, by=visitor.id):
        if work.id == choice:
            return work
    raise UnusableWork


def _answer(
    school: School, request: Request, visitor: Visitor, opened: Question, *, link: DeepLink, work: Assignment
) -> Response:
    """Have the browser carry our answer to the platform; a script presses the button where scripts run."""
    platform = platforms.find(school.store, opened.platform_id)
    token = deep_linking.answer(
        school.store,
        opened,
        link,
        platform=platform,
        work=work,
        launch_url=f"{request.base_url}lti/launch",
        now=school.now(),
    )
    response = show(
        request,
        "deep_link.html",
        visitor=visitor,
        scripts=("deep_link.js",),
        address=link.return_url,
        token=token,
        platform=platform.details.name,
        work=work,
    )
    parts = urlsplit(link.return_url)
    response.headers["Content-Security-Policy"] = strict_policy(form_action=f"{parts.scheme}://{parts.netloc}")
    return response
