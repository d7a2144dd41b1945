"""Whose results the practice page gets: Gradio hands a session's to whoever names it, so that names are bound here."""

import hashlib
import json
import re
from collections.abc import Collection, Iterator
from typing import Any, cast
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.catalogue import LANGUAGES
from web.errors import BadRequest, WebError
from web.limits import count_request
from web.owners import owner_of, remember_owner
from web.responses import error_response

_NAMES_A_SESSION = re.compile(
    rf"(?P<api>/(?:{'|'.join(LANGUAGES)})/gradio_api)/(?:queue/(?P<queue>join|data)|heartbeat/(?P<session>[^/]+))"
)


class OwnSessionsOnly:
    """Gives each browser sessions of its own, whatever it calls them.

    The name that Gradio sees is a digest of the page's name for its session and the browser's cookie. Whoever sends the
    name of somebody else's session reaches another one, in which there is nothing.

    Parameters
    ----------
    app : ASGI application
        What serves the request.
    events : collection of int
        Gradio's numbers of the page's events; others are refused, since Gradio breaks on them.
    """

    def __init__(self, app: ASGIApp, *, events: Collection[int]) -> None:
        self._app = app
        self._events = frozenset(events)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        found = _NAMES_A_SESSION.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        owner = owner_of(connection)
        answer = _with_owner(connection, owner, send)
        if found["queue"] == "join":
            await self._join(scope, receive, answer, owner=owner)
        elif found["queue"] == "data":
            name = _bound(connection.query_params.get("session_hash", ""), owner)
            query = urlencode({"session_hash": name}).encode()
            await self._stream({**scope, "query_string": query}, receive, answer)
        else:
            path = f"{found['api']}/heartbeat/{_bound(found['session'], owner)}"
            await self._app({**scope, "path": path, "raw_path": path.encode()}, receive, answer)

    async def _join(self, scope: Scope, receive: Receive, send: Send, *, owner: str) -> None:
        request = Request(scope, receive)
        try:
            count_request("practice", request)
            event = self._read(await request.body())
        except WebError as error:
            await error_response(request, error)(scope, receive, send)
            return
        event["session_hash"] = _bound(event["session_hash"], owner)
        body = json.dumps(event).encode()
        headers = MutableHeaders(raw=list(scope["headers"]))
        headers["content-length"] = str(len(body))
        messages: Iterator[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive_bound() -> Message:
            return next(messages, None) or await receive()

        await self._app({**scope, "headers": headers.raw}, receive_bound, send)

    def _read(self, body: bytes) -> dict[str, Any]:
        try:
            event = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise BadRequest({"field": "body"}) from error
        if not isinstance(event, dict):
            raise BadRequest({"field": "body"})
        fields = cast("dict[str, Any]", event)
        if not isinstance(fields.get("session_hash"), str):
            raise BadRequest({"field": "session_hash"})
        if type(fields.get("fn_index")) is not int or fields["fn_index"] not in self._events:
            raise BadRequest({"field": "fn_index"})
        return fields

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except RuntimeError as error:
            # Gradio says that there is no such session, and then breaks off its own answer.
            if not isinstance(error.__cause__, HTTPException):
                raise
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def _bound(session: str, owner: str) -> str:
    return hashlib.sha256(f"{owner} {session}".encode()).hexdigest()


def _with_owner(connection: HTTPConnection, owner: str, send: Send) -> Send:
    """Give the browser its cookie with the answer."""
    given = Response()
    remember_owner(connection, given, owner)

    async def send_with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            for cookie in given.headers.getlist("set-cookie"):
                MutableHeaders(scope=message).append("set-cookie", cookie)
        await send(message)

    return send_with_cookie
