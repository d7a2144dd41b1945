"""The API's model voice: how a text should sound, with the time of every word and sound in it."""

import asyncio
import re
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from speech.examples import Example, Examples, as_wav
from speech.settings import Settings
from web.api import ErrorBody
from web.assessing import AssessmentQueue
from web.errors import Busy
from web.limits import counted
from web.security import EXAMPLE_AUDIO

_MOST_WAITING = 4
_SECONDS_EACH = 3.0  # a synthesiser needs one or two, finding the words half a second
_CACHED = "private, max-age=3600"
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")

Text = Annotated[str, Query(description="A sentence or a word", max_length=10_000)]


class PhoneBody(BaseModel):
    """One sound of an example, ARPAbet and IPA."""

    phone: str
    ipa: str
    start_s: float
    end_s: float


class WordBody(BaseModel):
    """One word of an example."""

    text: str
    char_start: int
    char_end: int
    start_s: float
    end_s: float
    phones: list[PhoneBody]


class PitchBody(BaseModel):
    """Value k of `hz` is the pitch at k times `period_s`; null where unvoiced."""

    period_s: float
    hz: list[float | None]


class AudioBody(BaseModel):
    """Where the sound is, in both formats; Safari before 18.4 plays only the second."""

    ogg: str
    wav: str


class ExampleBody(BaseModel):
    """How a text should sound."""

    text: str
    voice: str
    source: Literal["shipped", "synthesiser", "teacher"]
    synthetic: bool
    duration_s: float
    audio: AudioBody
    words: list[WordBody]
    pitch: PitchBody


class ExampleDesk:
    """Hands out examples: at once what is at hand, the rest made one at a time in a thread.

    Parameters
    ----------
    examples : Examples
        Where they come from.
    queue : AssessmentQueue
        Whose judge finds the words; its threads stay free for readings.
    """

    def __init__(self, examples: Examples, queue: AssessmentQueue) -> None:
        self._examples = examples
        self._queue = queue
        self._making = asyncio.Lock()
        self._wanted = 0

    async def find(self, text: str) -> Example:
        """Give the example of a text.

        Raises
        ------
        Busy
            Too many texts wait for the synthesiser already.
        SpeechError
            There is no example, or the text cannot be read.
        """
        example = await asyncio.to_thread(self._examples.at_hand, text)
        if example is not None:
            return example
        if self._wanted > _MOST_WAITING:
            raise Busy({"seconds": self._wanted * _SECONDS_EACH})
        self._wanted += 1
        try:
            async with self._making:
                judge = await self._queue.warm_up()
                return await asyncio.to_thread(self._examples.find, text, judge)
        finally:
            self._wanted -= 1


def build_examples(settings: Settings, *, queue: AssessmentQueue, examples: Examples | None = None) -> APIRouter:
    """Build the routes under /api/v1/examples.

    Parameters
    ----------
    settings : Settings
        Limits, and the folder of a teacher's recordings.
    queue : AssessmentQueue
        Whose judge finds the words.
    examples : Examples, optional
        Where examples come from; by default the teacher's folder, the shipped voice and the synthesiser.
    """
    desk = ExampleDesk(examples or Examples(settings), queue)
    refusals: dict[int | str, dict[str, object]] = {
        status: {"model": ErrorBody} for status in (400, 404, 422, 429, 503)
    }
    router = APIRouter(responses=refusals, dependencies=[counted("practice")])

    @router.get("/api/v1/examples")
    async def example(text: Text) -> ExampleBody:
        """Say how a text should sound: the sound's address, the time of every word and sound, and the melody."""
        return _body(await desk.find(text))

    @router.get(EXAMPLE_AUDIO, response_class=Response)
    async def audio(request: Request, text: Text, format: Literal["ogg", "wav"] = "ogg") -> Response:
        """Give the sound of an example as Ogg Opus or WAV."""
        found = await desk.find(text)
        if format == "wav":
            found = await asyncio.to_thread(as_wav, found)
        return _sound(found.audio, found.media_type, wanted=request.headers.get("range"))

    return router


def _body(example: Example) -> ExampleBody:
    ogg, wav = (f"{EXAMPLE_AUDIO}?{urlencode({'text': example.text, 'format': name})}" for name in ("ogg", "wav"))
    return ExampleBody(
        text=example.text,
        voice=example.voice,
        source=example.source,
        synthetic=example.synthetic,
        duration_s=example.duration_s,
        audio=AudioBody(ogg=ogg, wav=wav),
        words=[
            WordBody(
                text=word.text,
                char_start=word.char_start,
                char_end=word.char_end,
                start_s=word.start_s,
                end_s=word.end_s,
                phones=[
                    PhoneBody(phone=one.phone, ipa=one.ipa, start_s=one.start_s, end_s=one.end_s) for one in word.phones
                ],
            )
            for word in example.words
        ],
        pitch=PitchBody(period_s=example.pitch.period_s, hz=list(example.pitch.hz)),
    )


def _sound(content: bytes, media_type: str, *, wanted: str | None) -> Response:
    """Answer with a sound, or with the part of it that was asked for: Safari plays nothing that comes only whole."""
    headers = {"Cache-Control": _CACHED, "Accept-Ranges": "bytes"}
    asked = _RANGE.match(wanted or "")
    if asked is None or asked.groups() == ("", ""):
        return Response(content, media_type=media_type, headers=headers)
    first, last = _span(asked.group(1), asked.group(2), len(content))
    if first > last:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{len(content)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    return Response(content[first : last + 1], status_code=206, media_type=media_type, headers=headers)


def _span(first: str, last: str, size: int) -> tuple[int, int]:
    """First and last byte of a range; one without a first byte counts from the end."""
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1
