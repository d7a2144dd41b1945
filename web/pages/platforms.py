"""For admins: learning platforms whose people may come in."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from classroom import platforms
from classroom.errors import InvalidDetail
from classroom.platforms import Details
from speech.errors import SpeechError
from web.lti.errors import InvalidAddress, InvalidField
from web.pages.page import show
from web.responses import catalogue_of
from web.school import School
from web.visitors import Admin, Visitor

_SEE_OTHER = 303
_NOBODY = Details(name="", issuer="", client_id="", deployments=(), auth_url="", token_url="", jwks_url="")

Field = Annotated[str, Form()]


def build_platforms(school: School) -> APIRouter:
    """Build the routes."""
    router = APIRouter()

    @router.get("/people/platforms")
    def overview(request: Request, visitor: Admin, change: str = "", done: str = "") -> Response:
        typed = platforms.find(school.store, change).details if change else _NOBODY
        say = catalogue_of(request).say
        notices = {"saved": say("lti.saved"), "removed": say("lti.removed")}
        return _show(school, request, visitor, typed, notice=notices.get(done, ""))

    @router.post("/people/platforms")
    def register(
        request: Request,
        visitor: Admin,
        name: Field = "",
        issuer: Field = "",
        client_id: Field = "",
        deployments: Field = "",
        auth_url: Field = "",
        token_url: Field = "",
        jwks_url: Field = "",
        needs_guardian: Field = "",
    ) -> Response:
        typed = Details(
            name=name,
            issuer=issuer,
            client_id=client_id,
            deployments=tuple(deployments.split()),
            auth_url=auth_url,
            token_url=token_url,
            jwks_url=jwks_url,
            needs_guardian=needs_guardian == "on",
        )
        try:
            platforms.register(school.store, typed, by=visitor.id, now=school.now())
        except InvalidDetail as error:
            return _show(school, request, visitor, typed, error=_explained(request, error))
        return RedirectResponse("/people/platforms?done=saved", _SEE_OTHER)

    @router.post("/people/platforms/{platform_id}/remove")
    def remove(visitor: Admin, platform_id: str) -> Response:
        platforms.remove(school.store, platform_id, by=visitor.id, now=school.now())
        return RedirectResponse("/people/platforms?done=removed", _SEE_OTHER)

    return router


def _explained(request: Request, error: InvalidDetail) -> SpeechError:
    """Say it with the name that the form gives the field."""
    say = catalogue_of(request).say
    names = {
        "name": say("lti.name"),
        "issuer": say("lti.issuer"),
        "client_id": say("lti.client_id"),
        "deployments": say("lti.deployments"),
        "auth_url": say("lti.auth_url"),
        "token_url": say("lti.token_url"),
        "jwks_url": say("lti.jwks_url"),
    }
    field = str(error.facts["field"])
    return (InvalidAddress if field.endswith("_url") else InvalidField)({"field": names[field]})


def _show(
    school: School,
    request: Request,
    visitor: Visitor,
    typed: Details,
    *,
    error: SpeechError | None = None,
    notice: str = "",
) -> Response:
    base = str(request.base_url)
    return show(
        request,
        "platforms.html",
        visitor=visitor,
        error=error,
        notice=notice,
        styles=("platforms.css",),
        platforms=platforms.listed(school.store, by=visitor.id),
        typed=typed,
        ours={name: f"{base}lti/{name}" for name in ("login", "launch", "keys")},
    )
