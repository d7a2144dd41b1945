"""Who is asking: the person whose session the browser holds, and whether the page that asks is ours."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from classroom import accounts
from classroom.access import STAFF
from classroom.accounts import SESSION_LIFETIME, SignedIn
from classroom.errors import NotAllowed, SessionOver
from classroom.people import Person
from web.errors import StaleForm
from web.school import School

SESSION_COOKIE = "lafal_session"
"""Holds a session's token; unreadable to scripts."""

CSRF_HEADER = "x-csrf-token"
"""Where scripts send what forms send as their field "csrf"."""

_SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in; `csrf` is what their forms have to carry."""

    person: Person
    token: str
    csrf: str

    @property
    def id(self) -> str:
        """The person's id, for `by=`."""
        return self.person.id

    @property
    def is_staff(self) -> bool:
        """Whether it is a teacher or an admin."""
        return self.person.role in STAFF


def school_of(request: Request) -> School:
    """Give the school of the app that serves the request."""
    return request.app.state.school


def visitor_of(request: Request) -> Visitor | None:
    """Tell who is asking; None for anybody. Looks into the store: not for the event loop.

    A page may be shown to both; one that changes something asks for `SignedInVisitor`.
    """
    school = school_of(request)
    token = request.cookies.get(SESSION_COOKIE, "")
    if not token:
        return None
    try:
        person = accounts.resume(school.store, token, now=school.now())
    except SessionOver:
        return None
    return Visitor(person, token, school.csrf(token))


async def signed_in(request: Request, visitor: Annotated[Visitor | None, Depends(visitor_of)]) -> Visitor:
    """Let pass who is signed in, and what one of our own pages sent.

    Raises
    ------
    SessionOver
        Nobody is signed in.
    StaleForm
        Something is to be changed, and the form does not carry this session's "csrf".
    """
    if visitor is None:
        raise SessionOver
    if request.method not in _SAFE and not school_of(request).is_csrf(visitor.token, await _sent(request)):
        raise StaleForm
    return visitor


def staff(visitor: Annotated[Visitor, Depends(signed_in)]) -> Visitor:
    """Let pass teachers and admins; whether a class is theirs is asked where it is opened."""
    if not visitor.is_staff:
        raise NotAllowed
    return visitor


def admin(visitor: Annotated[Visitor, Depends(signed_in)]) -> Visitor:
    """Let pass admins."""
    if visitor.person.role != "admin":
        raise NotAllowed
    return visitor


def learner(visitor: Annotated[Visitor, Depends(signed_in)]) -> Visitor:
    """Let pass learners."""
    if visitor.person.role != "learner":
        raise NotAllowed
    return visitor


AnyVisitor = Annotated[Visitor | None, Depends(visitor_of)]
SignedInVisitor = Annotated[Visitor, Depends(signed_in)]
Staff = Annotated[Visitor, Depends(staff)]
Admin = Annotated[Visitor, Depends(admin)]
Learner = Annotated[Visitor, Depends(learner)]


def remember(request: Request, response: Response, session: SignedIn) -> None:
    """Give the browser a session that has just begun."""
    response.set_cookie(
        SESSION_COOKIE,
        session.token,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def forget(response: Response) -> None:
    """Take the session from the browser."""
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")


def local(path: str) -> str:
    """Give an address to go to after something, if it is one of ours, else the way home."""
    # Browsers read a backslash as a slash, and leave out line breaks and tabs.
    ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if ours else "/home"


async def _sent(request: Request) -> str:
    header = request.headers.get(CSRF_HEADER)
    if header is not None:
        return header
    if "form" in request.headers.get("content-type", ""):
        value = (await request.form()).get("csrf", "")
        return value if isinstance(value, str) else ""
    return ""
