"""Signing in with the school's own accounts, by OpenID Connect.

Off unless whoever runs the server sets LAFAL_OIDC_ISSUER and LAFAL_OIDC_CLIENT_ID (and, where the provider gave one,
LAFAL_OIDC_CLIENT_SECRET in the environment); only then are connections opened, and to that provider alone. Nobody is
made, or found by an e-mail address: a person who is signed in links the account first. `/oidc/login` and
`/oidc/callback` are public, as they are the way in.
"""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from classroom import outside
from classroom.errors import AlreadyThere, NotFound
from classroom.outside import Account
from speech.errors import SpeechError
from web.limits import counted
from web.lti import handshake
from web.lti.errors import AccountTaken, NotLinked, SignInRefused, StaleLaunch
from web.lti.handshake import Handshake
from web.lti.provider import Provider
from web.pages.page import show
from web.responses import catalogue_of
from web.school import School
from web.visitors import SESSION_COOKIE, AnyVisitor, SignedInVisitor, Visitor, remember

PURPOSE = "oidc"
_SEE_OTHER = 303


def build_oidc(school: School) -> APIRouter:
    """Build the routes."""
    router = APIRouter(dependencies=[counted("arrival")])
    provider = Provider(school.settings)
    _add_ways_there(router, school, provider)
    _add_way_back(router, school, provider)
    return router


def _add_ways_there(router: APIRouter, school: School, provider: Provider) -> None:
    @router.get("/oidc/login")
    def sign_in(request: Request, visitor: AnyVisitor) -> Response:
        address, begun = _begin(school, provider, request, "")
        response = RedirectResponse(address, _SEE_OTHER)
        handshake.bind(request, response, school.store, PURPOSE, begun)
        return response

    @router.get("/oidc/link")
    def ask(request: Request, visitor: SignedInVisitor, done: str = "") -> Response:
        say = catalogue_of(request).say
        notices = {"linked": say("oidc.linked"), "unlinked": say("oidc.unlinked")}
        return _show(school, provider, request, visitor, notice=notices.get(done, ""))

    @router.post("/oidc/link")
    def link(request: Request, visitor: SignedInVisitor) -> Response:
        address, begun = _begin(school, provider, request, visitor.id)
        response = show(request, "oidc_going.html", visitor=visitor, address=address)
        # A form may not lead to another site, not even by a redirect; a page that moves on may.
        response.headers["Refresh"] = f"0; url={address}"
        handshake.bind(request, response, school.store, PURPOSE, begun)
        return response

    @router.post("/oidc/unlink")
    def unlink(visitor: SignedInVisitor) -> Response:
        outside.unlink(school.store, visitor.id, now=school.now())
        return RedirectResponse("/oidc/link?done=unlinked", _SEE_OTHER)


def _add_way_back(router: APIRouter, school: School, provider: Provider) -> None:
    @router.get("/oidc/callback")
    def come_back(request: Request, visitor: AnyVisitor, state: str = "", code: str = "", error: str = "") -> Response:
        begun = handshake.resume(request, school.store, PURPOSE, state=state, now=school.now())
        account = _account(school, provider, request, begun, "" if error else code)
        links = bool(begun.content)
        response = _link(school, visitor, begun, account) if links else _let_in(school, request, account)
        handshake.unbind(response, PURPOSE, begun)
        return response


def _begin(school: School, provider: Provider, request: Request, content: str) -> tuple[str, Handshake]:
    begun = handshake.begin(school.store, PURPOSE, content, now=school.now())
    return provider.address(begun, redirect_uri=_back(request)), begun


def _account(school: School, provider: Provider, request: Request, begun: Handshake, code: str) -> Account:
    """Tell which account came back, and that this counts for the first time."""
    if not code:
        raise SignInRefused
    subject = provider.subject(begun, code, redirect_uri=_back(request), now=school.now())
    handshake.spend(school.store, begun, now=school.now())
    return Account(f"openid {provider.issuer}", subject)


def _let_in(school: School, request: Request, account: Account) -> Response:
    try:
        old = request.cookies.get(SESSION_COOKIE, "")
        begun = outside.sign_in(school.store, account, now=school.now(), old_token=old)
    except NotFound as error:
        raise NotLinked from error
    response = RedirectResponse("/home", _SEE_OTHER)
    remember(request, response, begun)
    return response


def _link(school: School, visitor: Visitor | None, begun: Handshake, account: Account) -> Response:
    """Link the account to who asked for it, if they are still the one who is signed in."""
    if visitor is None or visitor.id != begun.content:
        raise StaleLaunch
    try:
        outside.link(school.store, visitor.id, account, now=school.now())
    except AlreadyThere as error:
        raise AccountTaken from error
    return RedirectResponse("/oidc/link?done=linked", _SEE_OTHER)


def _show(
    school: School,
    provider: Provider,
    request: Request,
    visitor: Visitor,
    *,
    notice: str = "",
    error: SpeechError | None = None,
) -> Response:
    return show(
        request,
        "oidc_link.html",
        visitor=visitor,
        notice=notice,
        error=error,
        host=urlsplit(provider.issuer).hostname or "",
        is_linked=outside.is_linked(school.store, visitor.id),
    )


def _back(request: Request) -> str:
    return f"{request.base_url}oidc/callback"
