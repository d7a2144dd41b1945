"""The HTTP API: judge a recording, hand one over for the practice page, ask whether the server is well."""

import asyncio
import json
from typing import Annotated, Literal, cast

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from speech.errors import FileTooLarge
from speech.results import Assessment
from speech.settings import Settings
from web.assessing import AssessmentQueue, while_wanted
from web.errors import BadRequest
from web.limits import address_of, counted
from web.owners import owner_of, remember_owner
from web.recordings import RecordingStore

_MEGABYTE = 1_000_000
_NOBODY_THERE = 499  # as nginx says it; nobody reads it
_MOST_NAME = 64
_NAME = "A name of your own: its place is at /recordings/{name}/place, and told to come back, it is let in under it"


class ErrorBody(BaseModel):
    """What every refused request gets; `before` says how long a full line is."""

    code: str
    message: str
    remedy: str
    before: int | None = None


class RecordingBody(BaseModel):
    """A recording that waits for its check."""

    id: str
    bytes: int
    seconds_kept: float


class PlaceBody(BaseModel):
    """Where a recording stands in the line."""

    before: int
    seconds: float


class HealthBody(BaseModel):
    """How the server is."""

    status: Literal["ok", "starting", "broken"]
    model: str
    waiting: int
    problem: str | None = None


_REFUSALS: dict[int | str, dict[str, object]] = {
    status: {"model": ErrorBody} for status in (400, 403, 413, 415, 422, 429, 503)
}


def build_api(settings: Settings, *, queue: AssessmentQueue, store: RecordingStore) -> APIRouter:
    """Build the routes under /api/v1."""
    router = APIRouter(prefix="/api/v1", responses=_REFUSALS)
    _add_health(router, settings, queue)
    _add_recordings(router, settings, queue, store)
    _add_assess(router, settings, queue)
    return router


def _add_health(router: APIRouter, settings: Settings, queue: AssessmentQueue) -> None:
    @router.get("/health", response_model_exclude_none=True)
    async def health() -> HealthBody:
        """Say whether the model is loaded, or the code of the error if it cannot be, and how many readings wait."""
        status = "ok" if queue.ready else "broken" if queue.problem else "starting"
        return HealthBody(status=status, model=settings.model, waiting=queue.waiting, problem=queue.problem)


def _add_recordings(router: APIRouter, settings: Settings, queue: AssessmentQueue, store: RecordingStore) -> None:
    @router.post("/recordings", status_code=201, dependencies=[counted("practice")])
    async def add_recording(request: Request, response: Response) -> RecordingBody:
        """Take the recording in the request's body; it belongs to the browser that sent it, for a few minutes."""
        owner = owner_of(request)
        stored = await store.save(request.stream(), owner=owner, address=address_of(request))
        remember_owner(request, response, owner)
        return RecordingBody(id=stored.id, bytes=stored.stored_bytes, seconds_kept=settings.recording_lifetime_s)

    @router.get("/recordings/{recording_id}/place")
    async def place(recording_id: str) -> PlaceBody:
        """Say how many recordings are before this one, and about how long it takes until its verdict."""
        found = queue.place(recording_id)
        return PlaceBody(before=found.before, seconds=round(found.seconds, 1))


def _add_assess(router: APIRouter, settings: Settings, queue: AssessmentQueue) -> None:
    @router.post("/assess", dependencies=[counted("practice")])
    async def assess(
        request: Request,
        audio: Annotated[UploadFile, File(description="WAV, FLAC, MP3, Ogg, WebM or MP4/M4A")],
        text: Annotated[str, Form(description="What the learner was asked to read")],
        format: Annotated[Literal["lafal", "azure"], Form(description="Shape of the answer")] = "lafal",
        own: Annotated[str, Form(description='Own pronunciations as JSON, e.g. {"Lafal": "l a f a l"}')] = "{}",
        name: Annotated[str, Form(max_length=_MOST_NAME, description=_NAME)] = "",
    ) -> Response:
        """Judge one reading, sound by sound. The recording is deleted as soon as it is judged.

        The header Server-Timing says how many milliseconds it waited for its turn, and how many were before it.
        """
        pronunciations = _pronunciations(own)
        recording = await _read(audio, limit_bytes=settings.max_file_bytes)
        judging = queue.hear(recording, text, own=pronunciations, name=name or None)
        heard = await while_wanted(judging, request.is_disconnected)
        if heard is None:
            return Response(status_code=_NOBODY_THERE)
        # Writing a long reading takes longer than others should wait for the loop.
        answer = await asyncio.to_thread(_written, heard.assessment, format)
        before, waited_s = heard.turn
        answer.headers["Server-Timing"] = f'queue;dur={1000 * waited_s:.1f};desc="{before} before"'
        return answer


def _written(assessment: Assessment, format: Literal["lafal", "azure"]) -> Response:
    from speech.export import to_azure, to_json

    if format == "azure":
        return JSONResponse(to_azure(assessment))
    return Response(to_json(assessment), media_type="application/json")


async def _read(upload: UploadFile, *, limit_bytes: int) -> bytes:
    content = await upload.read(limit_bytes + 1)
    if len(content) > limit_bytes:
        raise FileTooLarge({"megabytes": len(content) / _MEGABYTE, "limit": limit_bytes / _MEGABYTE})
    return content


def _pronunciations(own: str) -> dict[str, str]:
    try:
        entries = json.loads(own)
    except json.JSONDecodeError as error:
        raise BadRequest({"field": "own"}) from error
    if not isinstance(entries, dict) or not all(isinstance(value, str) for value in entries.values()):
        raise BadRequest({"field": "own"})
    return cast("dict[str, str]", entries)
