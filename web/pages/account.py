"""Signing in and out, joining a class by its code, following a link, and one's password.

`/sign-in`, `/join` and `/link/...` are public: whoever sends their forms has no session whose token they could carry.
That nobody is signed in or made to join by a form of another site is seen to by `web.security.OwnPagesOnly`, which
refuses whatever a browser sends for such a page; the session that a browser already had ends with each of them.
"""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from classroom import accounts, consents, invitations, people
from classroom.accounts import SignedIn
from classroom.errors import AlreadyThere, InvalidDetail, UnusableCode, WrongPassword
from classroom.people import Identity
from speech.errors import SpeechError
from web.limits import address_of
from web.pages.page import show
from web.pages.typed import new_password, one_line
from web.responses import catalogue_of
from web.school import School
from web.visitors import (
    SESSION_COOKIE,
    AnyVisitor,
    Learner,
    SignedInVisitor,
    Visitor,
    forget,
    local,
    remember,
)

_SEE_OTHER = 303
_show = partial(show, styles=("account.css",))
_OF_AGE = {"under": False, "over": True}

Field = Annotated[str, Form()]


def build_account(school: School) -> APIRouter:
    """Build the routes."""
    router = APIRouter()
    _add_signing_in(router, school)
    _add_joining(router, school)
    _add_links(router, school)
    _add_password(router, school)
    return router


def _add_signing_in(router: APIRouter, school: School) -> None:
    openid = bool(school.settings.oidc_issuer)

    @router.get("/sign-in")
    def ask(request: Request, visitor: AnyVisitor, back: str = "/home", done: str = "") -> Response:
        if visitor is not None:
            return RedirectResponse(local(back), _SEE_OTHER)
        say = catalogue_of(request).say
        notices = {"signed_out": say("account.signed_out"), "deleted": say("account.deleted")}
        return _show(request, "sign_in.html", notice=notices.get(done, ""), login="", back=local(back), openid=openid)

    @router.post("/sign-in")
    def sign_in(request: Request, login: Field = "", password: Field = "", back: Field = "/home") -> Response:
        try:
            begun = _sign_in(school, request, login, password)
        except SpeechError as error:
            return _show(request, "sign_in.html", error=error, login=login, back=local(back), openid=openid)
        return _let_in(request, begun, local(back))

    @router.post("/sign-out")
    def sign_out(visitor: SignedInVisitor) -> Response:
        accounts.sign_out(school.store, visitor.token, now=school.now())
        response = RedirectResponse("/sign-in?done=signed_out", _SEE_OTHER)
        forget(response)
        return response


def _sign_in(school: School, request: Request, login: str, password: str) -> SignedIn:
    """Sign in; a login that cannot be one is answered like one nobody has."""
    limits, name = school.limits, login.strip().casefold()
    with (
        limits.failures("sign_in", address_of(request), WrongPassword),
        limits.failures("login", name, WrongPassword),
    ):
        try:
            return accounts.sign_in(school.store, login, password, now=school.now(), old_token=_token(request))
        except InvalidDetail as error:
            raise WrongPassword from error


def _add_joining(router: APIRouter, school: School) -> None:
    @router.get("/join")
    def ask(request: Request, visitor: AnyVisitor, code: str = "") -> Response:
        return _show(request, "join.html", visitor=visitor, code=code, name="", age="")

    @router.post("/join")
    def join(request: Request, visitor: AnyVisitor, code: Field = "", name: Field = "", age: Field = "") -> Response:
        try:
            begun = _join(school, request, code=code, name=name, age=age)
        except SpeechError as error:
            return _show(request, "join.html", visitor=visitor, error=error, code=code, name=name, age=age)
        _end(school, request)
        return _let_in(request, begun, "/me/consents?done=joined")

    @router.post("/join/again")
    def join_again(request: Request, visitor: Learner, code: Field = "") -> Response:
        try:
            with school.limits.failures("code", address_of(request), UnusableCode):
                invitations.join_again(school.store, code, by=visitor.id, now=school.now())
        except SpeechError as error:
            return _show(request, "join.html", visitor=visitor, error=error, code=code, name="", age="")
        return RedirectResponse("/home", _SEE_OTHER)


def _join(school: School, request: Request, *, code: str, name: str, age: str) -> SignedIn:
    catalogue = catalogue_of(request)
    say = catalogue.say
    known = Identity(name=one_line(name, say("account.your_name"), catalogue))
    if age not in _OF_AGE:
        raise InvalidDetail({"field": say("account.age"), "problem": say("account.problem_choose")})
    with school.limits.failures("code", address_of(request), UnusableCode):
        return invitations.join(
            school.store,
            code,
            known=known,
            now=school.now(),
            language=catalogue.language,
            needs_guardian=not _OF_AGE[age],
        )


def _add_links(router: APIRouter, school: School) -> None:
    @router.get("/link/{token}")
    def ask(request: Request, token: str, visitor: AnyVisitor) -> Response:
        # Looked at only: programs that preview links must not use this one up.
        return _show(request, "link.html", visitor=visitor, token=token)

    @router.post("/link/{token}")
    def follow(request: Request, token: str) -> Response:
        with school.limits.failures("code", address_of(request), UnusableCode):
            begun = invitations.follow(school.store, token, now=school.now())
        _end(school, request)
        asked = begun.person.role == "learner" and not consents.holds(school.store, begun.person.id, "practice")
        return _let_in(request, begun, "/me/consents" if asked else "/home")


def _add_password(router: APIRouter, school: School) -> None:
    @router.get("/password")
    def ask(request: Request, visitor: SignedInVisitor) -> Response:
        return _ask_password(school, request, visitor, login="")

    @router.post("/password")
    def change(
        request: Request,
        visitor: SignedInVisitor,
        login: Field = "",
        old: Field = "",
        new: Field = "",
        again: Field = "",
    ) -> Response:
        try:
            chosen = new_password(new, again, catalogue_of(request))
            begun = _set_password(school, request, visitor, login=login, old=old, new=chosen)
        except SpeechError as error:
            return _ask_password(school, request, visitor, login=login, error=error)
        return _let_in(request, begun, "/me?done=password")


def _ask_password(
    school: School, request: Request, visitor: Visitor, *, login: str, error: SpeechError | None = None
) -> Response:
    known = people.identify(school.store, visitor.id).login
    return _show(
        request,
        "password.html",
        visitor=visitor,
        error=error,
        known=known,
        login=login,
        fewest=accounts.FEWEST_LETTERS,
        most=accounts.MOST_LETTERS,
    )


def _set_password(school: School, request: Request, visitor: Visitor, *, login: str, old: str, new: str) -> SignedIn:
    """Change a password, or let somebody who came by a code or a link choose their first."""
    store, now = school.store, school.now()
    if people.identify(store, visitor.id).login:
        with school.limits.failures("password", visitor.id, WrongPassword):
            return accounts.change_password(store, visitor.id, old=old, new=new, now=now)
    catalogue = catalogue_of(request)
    name = one_line(login, catalogue.say("account.login"), catalogue)
    try:
        accounts.set_password(store, visitor.id, new, login=name, by=visitor.id, now=now)
    except AlreadyThere as error:
        raise AlreadyThere({"field": catalogue.say("account.login")}) from error
    return accounts.sign_in(store, name, new, now=now)


def _let_in(request: Request, begun: SignedIn, address: str) -> Response:
    response = RedirectResponse(address, _SEE_OTHER)
    remember(request, response, begun)
    return response


def _end(school: School, request: Request) -> None:
    """End the session the browser had before: whoever knows its token is not to share the new one's browser."""
    accounts.sign_out(school.store, _token(request), now=school.now())


def _token(request: Request) -> str:
    return request.cookies.get(SESSION_COOKIE, "")
