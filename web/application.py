"""The whole web app: API, practice page in two languages, and the way from "/" to the right one."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.requests import ClientDisconnect

from classroom.errors import SessionOver
from classroom.operations.purge import purge
from speech.errors import ModelError, SpeechError
from speech.examples import Examples
from speech.memory import give_back
from speech.settings import Settings, cores
from web.api import build_api
from web.assessing import AssessmentQueue, Judge
from web.catalogue import LANGUAGES, open_catalogue
from web.classroom import include_classroom
from web.components.result import render_result
from web.course import build_course, first_exercise, mount_files
from web.errors import BadRequest, Broken
from web.examples import build_examples
from web.page_sessions import OwnSessionsOnly
from web.pages.page import show
from web.private_folder import close_private_folder, open_private_folder
from web.recordings import RecordingStore
from web.responses import catalogue_of, error_response
from web.school import School
from web.security import KnownRoutesOnly, OwnPagesOnly, RequestSize, SecurityHeaders, secure

_ICON = Path(__file__).parent / "components" / "icon.svg"
_SWEEP_EVERY_S = 30.0
_PURGE_EVERY_S = 3600.0
"""Seconds between purges: a recording outlives its last day by no more than this."""
_SEE_OTHER = 303
_log = logging.getLogger(__name__)


def create_app(settings: Settings, *, judge: Judge | None = None, school: School | None = None) -> FastAPI:
    """Build the web app.

    Parameters
    ----------
    settings : Settings
        Limits, model and address.
    judge : Judge, optional
        What judges readings; an `Assessor` with the settings' model by default, loaded when the app starts.
    school : School, optional
        Where classes are kept; by default where the settings say.

    Returns
    -------
    FastAPI
        Ready for an ASGI server. Recordings are deleted after their check, and all of them when the app stops.
    """
    queue = AssessmentQueue(
        _opener(settings, judge),
        workers=settings.workers or cores(),
        max_waiting=settings.max_waiting,
        max_wait_s=settings.max_wait_s,
        max_judging_s=settings.max_judging_s,
    )
    store = RecordingStore(max_bytes=settings.max_file_bytes, lifetime_s=settings.recording_lifetime_s)
    school = school or School(settings)
    app = FastAPI(
        title="Lafal",
        summary="Hears a learner read a sentence and says, sound by sound, what was said.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(queue, store, school),
    )
    app.include_router(build_api(settings, queue=queue, store=store))
    app.include_router(build_examples(settings, queue=queue))
    app.include_router(build_course())
    include_classroom(app, school, queue=queue)
    mount_files(app)
    _add_entrance(app)
    add_error_answers(app)
    _mount_pages(app, settings, queue=queue, store=store)
    add_guards(app, settings)
    return app


def add_guards(app: FastAPI, settings: Settings) -> None:
    """Have every request and response pass what `web.security` has; the last one added sees a request first."""
    app.add_middleware(RequestSize, max_recording_bytes=settings.max_file_bytes)
    app.add_middleware(KnownRoutesOnly)
    app.add_middleware(OwnPagesOnly)
    app.add_middleware(SecurityHeaders)
    # What nobody foresaw is answered outside all of these.
    app.add_exception_handler(Exception, _answer_unforeseen)
    app.add_exception_handler(ClientDisconnect, _nobody_listens)


async def _nobody_listens(_request: Request, _: Exception) -> Response:
    """Whoever hung up while sending gets no answer, and the log no traceback."""
    return Response(status_code=400)


async def _answer_unforeseen(request: Request, _: Exception) -> Response:
    response = _answer(request, Broken())
    secure(response.headers, request.url.path)
    return response


def _opener(settings: Settings, judge: Judge | None) -> Callable[[], Judge]:
    def open_judge() -> Judge:
        if judge is not None:
            return judge
        from speech.assess import Assessor

        assessor = Assessor(settings=settings, isolated=True)
        _rehearse(assessor, settings)
        return assessor

    return open_judge


def _rehearse(judge: Judge, settings: Settings) -> None:
    """Judge the model voice and show the result once, so that the first learner need not wait while things load."""
    text = first_exercise().text
    example = Examples(settings).at_hand(text)
    if example is None:
        return
    with suppress(SpeechError):
        assessment = judge.assess(example.audio, text)
        for language in LANGUAGES:
            render_result(assessment, open_catalogue(language), attempt=0, clip="")


def _lifespan(
    queue: AssessmentQueue, store: RecordingStore, school: School
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        tasks = [
            asyncio.create_task(_warm_up(queue)),
            asyncio.create_task(_sweep(store)),
            asyncio.create_task(_purge(school)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            queue.close()
            store.close()
            school.close()
            close_private_folder()

    return lifespan


async def _warm_up(queue: AssessmentQueue) -> None:
    try:
        await queue.warm_up()
    except ModelError:
        # Whoever asks for the first check is told, in their language; the page itself works without a model.
        return


async def _sweep(store: RecordingStore) -> None:
    while True:
        await asyncio.sleep(_SWEEP_EVERY_S)
        store.sweep()
        await asyncio.to_thread(give_back)


async def _purge(school: School) -> None:
    """Delete what classes keep no longer, at the start and from then on, in case nobody thinks of it."""
    while True:
        purging = asyncio.create_task(asyncio.to_thread(_purge_once, school))
        try:
            await asyncio.shield(purging)
        except asyncio.CancelledError:
            await purging  # the store must not be closed under it
            raise
        await asyncio.sleep(_PURGE_EVERY_S)


def _purge_once(school: School) -> None:
    if not school.exists:
        return
    try:
        purge(school.store, now=school.now())
    except SpeechError as error:
        # A store that cannot be used is told to whoever opens a page; the next hour may find it put right.
        _log.warning("nothing could be purged: %s (%s)", error.sentence, error.code)


def _add_entrance(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def entrance(request: Request) -> Response:
        return RedirectResponse(f"/{catalogue_of(request).language}/", headers={"Vary": "Accept-Language, Cookie"})

    @app.get("/favicon.ico", include_in_schema=False)
    @app.get("/icon.svg", include_in_schema=False)
    async def icon() -> Response:
        return FileResponse(_ICON, media_type="image/svg+xml")

    @app.get("/manifest.json", include_in_schema=False)
    async def manifest(request: Request) -> Response:
        catalogue = catalogue_of(request)
        body = {
            "name": "Lafal",
            "short_name": "Lafal",
            "description": catalogue.say("page.tagline"),
            "lang": catalogue.language,
            "start_url": "/",
            "display": "standalone",
            "background_color": "#fbf9f4",
            "theme_color": "#3b49c4",
            "icons": [{"src": "/icon.svg", "sizes": "any", "type": "image/svg+xml"}],
        }
        return JSONResponse(body, media_type="application/manifest+json")


def add_error_answers(app: FastAPI) -> None:
    """Answer every error of ours: scripts with JSON, people with a page, or with the way to sign in."""

    @app.exception_handler(SpeechError)
    async def refuse(request: Request, error: Exception) -> Response:
        return _answer(request, cast("SpeechError", error))

    @app.exception_handler(RequestValidationError)
    async def point_at_field(request: Request, error: Exception) -> Response:
        place = cast("RequestValidationError", error).errors()[0]["loc"]
        return error_response(request, BadRequest({"field": str(place[-1])}))


def _answer(request: Request, error: SpeechError) -> Response:
    if request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
        return error_response(request, error)
    if isinstance(error, SessionOver):
        back = request.url.path if request.method == "GET" else "/home"
        return RedirectResponse(f"/sign-in?{urlencode({'back': back})}", _SEE_OTHER)
    return show(request, "problem.html", error=error)


def _mount_pages(app: FastAPI, settings: Settings, *, queue: AssessmentQueue, store: RecordingStore) -> None:
    # Gradio takes seconds to import; whoever only wants the API's types need not wait.
    open_private_folder()
    from web.pages.practice import mount_practice

    mounted = [mount_practice(app, settings, queue=queue, store=store, language=language) for language in LANGUAGES]
    app.add_middleware(OwnSessionsOnly, events=frozenset().union(*mounted))
