"""What every response carries and every request must pass: headers, origin, size, and which Gradio routes exist."""

import contextlib
import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.catalogue import LANGUAGES
from web.errors import ForeignOrigin, RequestTooLarge, WebError
from web.responses import error_response

EXAMPLE_AUDIO = "/api/v1/examples/audio"
"""The one API answer a browser may keep: how a text should sound, which says nothing about who listens."""

_PAGE_BYTES = 256_000
"""Ample for a sentence and the page's own events."""

_MULTIPART_BYTES = 64_000
"""What the text fields of an API call may weigh beside the recording."""

_FROM_OTHER_SITES = frozenset({"/lti/login", "/lti/launch"})
"""Where a learning platform sends its people's browsers; what they carry is signed by it."""

_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'{scripts}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self' data:",
        "connect-src 'self' blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

STRICT_POLICY = _POLICY.format(scripts="")
"""Content-Security-Policy of everything but the practice page: scripts of ours alone."""


def strict_policy(*, form_action: str) -> str:
    """Give the strict policy for a page whose form is sent to another site, named by its scheme and host.

    Raises
    ------
    ValueError
        It is more than that, and could change the rest of the policy.
    """
    if not re.fullmatch(r"https?://[\w.:\[\]-]+", form_action, re.ASCII):
        raise ValueError(form_action)
    return STRICT_POLICY.replace("form-action 'self'", f"form-action 'self' {form_action}")


# Gradio evaluates its templates and inlines its configuration, hence the two "unsafe" words; whatever runs, it
# can reach this server alone.
GRADIO_POLICY = _POLICY.format(scripts=" 'unsafe-inline' 'unsafe-eval'")
"""Content-Security-Policy of the practice page."""

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)
"""Security headers of every response."""

_PRACTICE = re.compile(rf"^/(?:{'|'.join(LANGUAGES)})(?:/|$)")
_PAGE_ROUTES = re.compile(
    rf"/(?:{'|'.join(LANGUAGES)})"
    r"(?:/(?:(?:config|theme\.css|manifest\.json|favicon\.ico)?|(?:assets|static|svelte)/.+"
    r"|gradio_api/(?:queue/(?:join|data)|heartbeat/\w+|startup-events|theme\.css|app_id)))?"
)
"""The only Gradio routes the page needs; uploads, files, the proxy, API docs and monitoring stay unreachable."""


def secure(headers: MutableHeaders, path: str) -> None:
    """Add the security headers to those of a response; all but static files and `EXAMPLE_AUDIO` is never cached."""
    for name in [name for name in headers if name.startswith("access-control-")]:
        # Gradio lets pages of any site read its answers with their visitors' cookies; none but ours may.
        del headers[name]
    headers.update(HEADERS)
    if _PRACTICE.match(path):
        headers["Content-Security-Policy"] = GRADIO_POLICY
    else:
        # A page of ours whose form goes elsewhere says so itself; see `strict_policy`.
        headers.setdefault("Content-Security-Policy", STRICT_POLICY)
    if path == EXAMPLE_AUDIO:
        headers.setdefault("Cache-Control", "no-store")
    elif path.startswith(("/scripts/", "/styles/", "/pictures/")):
        headers["Cache-Control"] = "no-cache"
    elif not re.search(r"/(assets|static)/|^/icon\.svg$", path):
        headers["Cache-Control"] = "no-store"


class SecurityHeaders:
    """Has every HTTP response carry the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, send_with_headers)


class OwnPagesOnly:
    """Refuses requests that change something and come from a page of another site."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        changes = scope["type"] == "http" and scope["method"] not in {"GET", "HEAD"}
        if changes and scope["path"] not in _FROM_OTHER_SITES and is_foreign(Headers(scope=scope)):
            await error_response(HTTPConnection(scope), ForeignOrigin())(scope, receive, send)
            return
        await self._app(scope, receive, send)


def is_foreign(headers: Headers) -> bool:
    """Tell whether a browser sent this request for a page of another site.

    Scripts send neither header; they carry no cookies that could be abused either.
    """
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


class KnownRoutesOnly:
    """Answers 404 for every route of Gradio that the page does not use."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if _PRACTICE.match(scope.get("path", "")) and not _PAGE_ROUTES.fullmatch(scope["path"]):
            await PlainTextResponse("Not found", status_code=404)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class RequestSize:
    """Cuts off request bodies that are larger than their route needs, while they arrive.

    Parameters
    ----------
    app : ASGI application
        What serves the request.
    max_recording_bytes : int
        Largest recording; routes under /api/ may carry one.
    """

    def __init__(self, app: ASGIApp, *, max_recording_bytes: int) -> None:
        self._app = app
        self._api_bytes = max_recording_bytes + _MULTIPART_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._api_bytes if scope["path"].startswith("/api/") else _PAGE_BYTES
        connection = HTTPConnection(scope)
        announced = connection.headers.get("content-length", "0")
        if not announced.isdigit() or int(announced) > limit:
            await error_response(connection, RequestTooLarge())(scope, receive, send)
            return
        await self._count(scope, receive, send, limit=limit)

    async def _count(self, scope: Scope, receive: Receive, send: Send, *, limit: int) -> None:
        received = 0
        answered = False

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _BodyTooLarge
            return message

        async def send_unless_too_large(message: Message) -> None:
            # What reads the body may turn our exception into an answer of its own.
            nonlocal answered
            if received > limit and not answered:
                return
            answered = True
            await send(message)

        with contextlib.suppress(_BodyTooLarge):
            await self._app(scope, receive_counted, send_unless_too_large)
        if received > limit and not answered:
            await error_response(HTTPConnection(scope), RequestTooLarge())(scope, receive, send)


class _BodyTooLarge(WebError):
    """The body grew beyond the limit while it arrived."""
