"""Everything of the web app that needs an account."""

from typing import Literal

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import RedirectResponse, Response

from web.assessing import AssessmentQueue
from web.pages.account import build_account
from web.pages.assignments import build_assignments
from web.pages.classes import build_classes
from web.pages.grades import build_grades
from web.pages.guardian import build_guardian
from web.pages.homework import build_homework
from web.pages.lti import build_lti
from web.pages.marking import build_marking
from web.pages.me import build_me
from web.pages.oidc import build_oidc
from web.pages.overview import build_overview
from web.pages.people import build_people
from web.responses import LANGUAGE_COOKIE
from web.school import School
from web.visitors import AnyVisitor, local

_HOME = {"admin": "/people", "teacher": "/classes", "learner": "/homework"}
_YEAR_S = 365 * 24 * 3600
_SEE_OTHER = 303


def include_classroom(app: FastAPI, school: School, *, queue: AssessmentQueue) -> None:
    """Add the classroom's pages and routes to an app.

    Parameters
    ----------
    app : FastAPI
        The app; its state gets the school.
    school : School
        Store and clock.
    queue : AssessmentQueue
        Judges what learners record.
    """
    app.state.school = school
    routers = (
        _build_entrance(),
        build_account(school),
        build_me(school),
        # Before `/people/{person_id}`, since it has `/people/platforms`.
        build_lti(school),
        build_people(school),
        build_guardian(school),
        build_classes(school),
        build_assignments(school),
        build_marking(school),
        build_overview(school),
        build_grades(school),
        build_homework(school, queue=queue),
        build_oidc(school),
    )
    for router in routers:
        app.include_router(router, include_in_schema=False)


def _build_entrance() -> APIRouter:
    router = APIRouter()

    @router.get("/home")
    def home(request: Request, visitor: AnyVisitor) -> Response:
        if visitor is None:
            return RedirectResponse("/sign-in", _SEE_OTHER)
        return RedirectResponse(_HOME[visitor.person.role], _SEE_OTHER)

    @router.get("/language/{language}")
    def choose_language(request: Request, language: Literal["en", "id"], back: str = "/home") -> Response:
        response = RedirectResponse(local(back), _SEE_OTHER)
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR_S, samesite="strict")
        return response

    return router
