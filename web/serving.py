"""How the web app is served: what is logged, how long connections stay open, and how it stops."""

import asyncio
import math
import socket
import sys
from contextlib import suppress

import uvicorn
from fastapi import FastAPI
from starlette.routing import Mount

from speech.settings import Settings

_KEEP_ALIVE_S = 75
_JUDGING_S = 15


def serve(app: FastAPI, settings: Settings) -> None:
    """Serve the app until somebody stops it.

    Raises
    ------
    SystemExit
        It could not start; the log says why.
    """
    server = open_server(app, settings)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(1)


def open_server(app: FastAPI, settings: Settings) -> uvicorn.Server:
    """Give a server of the app that is ready to run, with which tests serve as `serve` does.

    Parameters
    ----------
    app : FastAPI
        What `web.application.create_app` built.
    settings : Settings
        Address, certificate, and how long a reading may wait for its turn.
    """
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        ssl_certfile=settings.certificate or None,
        ssl_keyfile=settings.private_key or None,
        server_header=False,
        ws="none",
        # Links, join codes and the codes of sign-in providers are part of addresses, which this log would keep.
        access_log=False,
        # Longer than those who use connections again keep them (nginx 60 s, httpx 5 s, as is usual here too): who sends
        # something at the moment at which the other side closes is cut off, and a recording looks lost.
        timeout_keep_alive=_KEEP_ALIVE_S,
        # A reading that was taken on is still judged: it may wait for its turn, and then needs its time.
        timeout_graceful_shutdown=math.ceil(settings.max_wait_s) + _JUDGING_S,
    )
    return _Server(config)


class _Server(uvicorn.Server):
    """Lets open pages go when it stops, so that it waits for readings alone."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Each open page holds a stream, by which Gradio notices when it is closed.
        app = self.config.app
        mounted = [route.app for route in app.routes if isinstance(route, Mount)] if isinstance(app, FastAPI) else []
        for stop in (getattr(page, "stop_event", None) for page in mounted):
            if isinstance(stop, asyncio.Event):
                stop.set()
        await super().shutdown(sockets)
