"""What the practice page's events do."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
from gradio.context import LocalContext

from speech.errors import SpeechError, TextTooLong
from speech.results import Assessment
from speech.settings import Settings
from web.assessing import AssessmentQueue, while_wanted
from web.catalogue import Catalogue, open_catalogue
from web.components.parts import (
    render_footer,
    render_header,
    render_journey,
    render_listen,
    render_message,
    render_progress,
    render_recorder,
    render_shelf,
)
from web.components.result import render_empty, render_result
from web.errors import NoRecording, WebError
from web.owners import OWNER_COOKIE
from web.recordings import RecordingStore

_WHICHEVER_ATTEMPT = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A reading that was judged.

    Parameters
    ----------
    attempt : int
        The page's count of checks.
    clip : str
        The page's own name of the recording.
    assessment : Assessment
        The verdicts.
    before : Judged or None
        The reading of the same text just before, without one of its own.
    """

    attempt: int
    clip: str
    assessment: Assessment
    before: "Judged | None" = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the last checks gave, kept so that another language can show it again.

    Parameters
    ----------
    judged : Judged or None
        The last reading that could be judged.
    error : SpeechError or None
        Why a later check gave nothing.
    """

    judged: Judged | None = None
    error: SpeechError | None = None


class PracticeHandlers:
    """Answers the page; whatever it remembers of a person is in the page's own state.

    Parameters
    ----------
    settings : Settings
        Limits.
    queue : AssessmentQueue
        Judges readings.
    store : RecordingStore
        Where recordings wait for their check.
    """

    def __init__(self, settings: Settings, *, queue: AssessmentQueue, store: RecordingStore) -> None:
        self._settings = settings
        self._queue = queue
        self._store = store

    async def check(
        self, text: str, language: str, last: Outcome, event: gr.EventData, request: gr.Request
    ) -> tuple[Any, Any, Outcome]:
        """Judge the recording that the event names, if it belongs to this browser."""
        catalogue = open_catalogue(language)
        attempt = int(event.attempt)
        judging = self._judge(str(event.recording), text or "", request.cookies.get(OWNER_COOKIE))
        try:
            assessment = await while_wanted(judging, _is_gone)
        except SpeechError as error:
            # The result of the reading before stays; so does the recording.
            return gr.skip(), render_message(error, catalogue, attempt=attempt), Outcome(last.judged, error)
        if assessment is None:
            return gr.skip(), gr.skip(), last
        judged = Judged(attempt, str(event.clip), assessment, _comparable(last.judged, assessment))
        # Drawing a long reading takes a tenth of a second, in which the loop must answer others.
        return await asyncio.to_thread(_show, judged, catalogue), "", Outcome(judged)

    async def _judge(self, identifier: str, text: str, owner: str | None) -> Assessment:
        words = len(text.split())
        if words > self._settings.max_words:
            raise TextTooLong({"words": words, "limit": self._settings.max_words})
        if not identifier:
            raise NoRecording
        recording = await self._store.read(identifier, owner=owner)
        assessment = await self._queue.assess(recording, text, name=identifier)
        # The browser keeps the recording; should it be wanted again, it comes again.
        self._store.delete(identifier, owner=owner)
        return assessment

    def fail(self, language: str, last: Outcome) -> tuple[str, Outcome]:
        """Say that a check broke for a reason that is ours."""
        error = WebError()
        message = render_message(error, open_catalogue(language), attempt=_WHICHEVER_ATTEMPT)
        return message, Outcome(last.judged, error)

    def switch(self, last: Outcome, event: gr.EventData) -> tuple[Any, ...]:
        """Write the whole page in another language and keep what the person has done."""
        catalogue = open_catalogue(str(event.language))
        message = render_message(last.error, catalogue, attempt=_WHICHEVER_ATTEMPT) if last.error else ""
        return (
            render_header(catalogue),
            render_shelf(catalogue),
            gr.update(
                label=catalogue.say("text.label"),
                info=catalogue.say("text.info"),
                placeholder=catalogue.say("text.placeholder"),
            ),
            render_listen(catalogue),
            render_recorder(self._settings, catalogue),
            message,
            render_journey(catalogue),
            _show(last.judged, catalogue),
            render_progress(catalogue),
            render_footer(catalogue),
            catalogue.language,
        )


async def _is_gone() -> bool:
    """Whether the page that waits for the running event was closed, as Gradio notices where it sends its answers."""
    blocks, event_id = LocalContext.blocks.get(None), LocalContext.event_id.get(None)
    event = blocks._queue.event_ids_to_events.get(event_id) if blocks and event_id else None  # pyright: ignore[reportPrivateUsage]
    return event is not None and not event.alive


def _comparable(last: Judged | None, assessment: Assessment) -> Judged | None:
    """The reading before, if it was of the same text."""
    if last is None or last.assessment.text.casefold() != assessment.text.casefold():
        return None
    return replace(last, before=None)


def _show(judged: Judged | None, catalogue: Catalogue) -> str:
    if judged is None:
        return render_empty(catalogue)
    before = judged.before
    return render_result(
        judged.assessment,
        catalogue,
        attempt=judged.attempt,
        clip=judged.clip,
        before=before and (before.clip, before.assessment),
    )
