"""LTI 1.3: a learning platform sends its people here, and gets their scores.

Public are `/lti/login` and `/lti/launch`, because whoever comes has no session yet and is vouched for by the platform's
signature, and `/lti/keys`, which holds nothing but our public key. No connection is opened before an admin has
registered a platform.
"""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from classroom import accounts, courses, platforms
from classroom.courses import Arrived
from classroom.errors import NotFound, NotOpen
from classroom.platforms import Platform
from web.limits import counted
from web.lti import deep_linking, handshake, keys, messages, tokens
from web.lti.deep_linking import Question
from web.lti.errors import CourseNotReady, SignInRefused, UnknownPlatform
from web.lti.messages import Launch
from web.lti.outgoing import PublicKeys
from web.lti.sending import Sender, sending
from web.lti.tokens import Expected
from web.pages.choosing import build_choosing
from web.pages.courses import build_courses
from web.pages.platforms import build_platforms
from web.school import School
from web.visitors import SESSION_COOKIE, remember

PURPOSE = "lti"
_SEE_OTHER = 303


async def _sent(request: Request) -> Mapping[str, str]:
    """Give what came by form or in the address; platforms use either."""
    sent = await request.form() if request.method == "POST" else request.query_params
    return {name: value for name, value in sent.items() if isinstance(value, str)}


Sent = Annotated[Mapping[str, str], Depends(_sent)]


def build_lti(school: School) -> APIRouter:
    """Build the routes."""
    sender = Sender(school)
    router = APIRouter(lifespan=sending(sender, school))
    _add_launch(router, school)
    router.include_router(build_platforms(school))
    router.include_router(build_choosing(school))
    router.include_router(build_courses(school, sender=sender))
    return router


def _add_launch(router: APIRouter, school: School) -> None:
    public_keys = PublicKeys()

    @router.api_route("/lti/login", methods=["GET", "POST"], dependencies=[counted("arrival")])
    def login(request: Request, sent: Sent) -> Response:
        try:
            platform = platforms.find_issuer(school.store, sent.get("iss", ""), sent.get("client_id", ""))
        except NotFound as error:
            raise UnknownPlatform from error
        return _send_there(school, request, platform, sent)

    @router.post("/lti/launch", dependencies=[counted("arrival")])
    def launch(request: Request, sent: Sent) -> Response:
        if "error" in sent:
            raise SignInRefused
        begun = handshake.resume(request, school.store, PURPOSE, state=sent.get("state", ""), now=school.now())
        platform, arriving = _checked(school, begun, sent.get("id_token", ""), public_keys)
        arrived = _let_in(school, platform, arriving)
        accounts.sign_out(school.store, request.cookies.get(SESSION_COOKIE, ""), now=school.now())
        response = RedirectResponse(_way(school, platform, arriving, arrived), _SEE_OTHER)
        remember(request, response, arrived.session)
        handshake.unbind(response, PURPOSE, begun)
        return response

    @router.get("/lti/keys", dependencies=[counted("arrival")])
    def show_keys() -> Response:
        return JSONResponse(keys.public_keys(school.store))


def _send_there(school: School, request: Request, platform: Platform, sent: Mapping[str, str]) -> Response:
    """Send the browser to where its person is signed in, to come back with a token."""
    begun = handshake.begin(school.store, PURPOSE, platform.id, now=school.now())
    wanted = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.details.client_id,
        "redirect_uri": f"{request.base_url}lti/launch",
        "login_hint": sent.get("login_hint", ""),
        "state": begun.state,
        "nonce": begun.nonce,
    }
    if "lti_message_hint" in sent:
        wanted["lti_message_hint"] = sent["lti_message_hint"]
    url = platform.details.auth_url
    response = RedirectResponse(f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(wanted)}", _SEE_OTHER)
    handshake.bind(request, response, school.store, PURPOSE, begun)
    return response


def _checked(
    school: School, begun: handshake.Handshake, token: str, public_keys: PublicKeys
) -> tuple[Platform, Launch]:
    """Check what the platform signed, and that it counts for the first time."""
    try:
        platform = platforms.find(school.store, begun.content)
    except NotFound as error:
        raise UnknownPlatform from error
    known = platform.details
    claims = tokens.verify(
        token,
        lambda key_id: public_keys.find(known.jwks_url, key_id),
        expected=Expected(known.issuer, known.client_id, begun.nonce),
        now=school.now(),
    )
    handshake.spend(school.store, begun, now=school.now())
    return platform, messages.read(claims, known)


def _let_in(school: School, platform: Platform, arriving: Launch) -> Arrived:
    try:
        return courses.arrive(school.store, platform.id, arriving.outsider, place=arriving.place, now=school.now())
    except NotOpen as error:
        raise CourseNotReady from error


def _way(school: School, platform: Platform, arriving: Launch, arrived: Arrived) -> str:
    """Choose the page to begin with; a teacher of a link that opens nothing yet is asked what it should open."""
    is_teacher = arriving.outsider.role == "teacher"
    if arrived.class_id is None or arrived.course_id is None:
        return "/home"
    if is_teacher and (arriving.deep_link or not arrived.assignment_id):
        question = Question(
            platform_id=platform.id,
            deployment_id=arriving.place.deployment_id,
            course_id=arrived.course_id,
            class_id=arrived.class_id,
            person_id=arrived.session.person.id,
            resource_id=arriving.place.resource_id,
            column_url=arriving.place.column_url,
            link=arriving.deep_link,
        )
        return "/lti/choose?" + urlencode({"question": deep_linking.ask(school.store, question, now=school.now())})
    if arrived.assignment_id is None:
        return "/homework"
    return f"/assignments/{arrived.assignment_id}" if is_teacher else f"/homework/{arrived.assignment_id}"
