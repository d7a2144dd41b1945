"""Judges homework: one recording when its learner asks, and whatever was handed in without a verdict."""

import asyncio
import logging
from contextlib import suppress

from classroom import assessments, consents, recordings, unjudged
from classroom.unjudged import Unjudged
from speech.errors import AudioError, SpeechError, TextError
from speech.results import Assessment
from web.assessing import AssessmentQueue
from web.errors import Busy, FreeSpeech, RecordingGone, Stuck
from web.school import School
from web.unscored import unscored

_LOOK_EVERY_S = 60.0
_log = logging.getLogger(__name__)


class HomeworkJudge:
    """Keeps a verdict for every recording of homework that can have one; asking again gives the one there is.

    Parameters
    ----------
    school : School
        Where recordings and verdicts are kept.
    queue : AssessmentQueue
        Judges them, in turn with everybody else's.
    """

    def __init__(self, school: School, queue: AssessmentQueue) -> None:
        self._school = school
        self._queue = queue
        self._running: dict[str, asyncio.Task[str]] = {}
        self._refused: dict[str, SpeechError] = {}
        self._woken: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def judge(self, recording_id: str, *, by: str) -> str:
        """Give what is said of one's own recording, as JSON; judge it if that was not done.

        Raises
        ------
        NotFound, ConsentMissing
            It is somebody else's, or they do not agree any more.
        Busy
            Too many wait; the recording stays, and is judged later.
        SpeechError
            It cannot be judged; it stays for the teacher to hear.
        """
        waiting = await asyncio.to_thread(unjudged.find, self._school.store, recording_id, by=by)
        if not waiting.text:
            raise FreeSpeech
        return await self._once(waiting)

    async def hear(self, content: bytes, text: str) -> Assessment:
        """Judge a recording of somebody who wants only the scores kept."""
        return await self._queue.assess(content, text)

    async def catch_up(self) -> float | None:
        """Judge what was handed in without a verdict; gives seconds to wait where the queue was full."""
        if not await asyncio.to_thread(lambda: self._school.exists):
            return None
        waiting = await asyncio.to_thread(unjudged.handed_in, self._school.store, now=self._school.now())
        # Free speech needs no turn in the queue.
        for one in sorted(waiting, key=lambda one: bool(one.text)):
            refusal = self._why_not(one)
            if refusal is not None:
                await self._set_aside(one, refusal)
                continue
            # One that fails for whatever reason must not keep the others from their verdicts.
            [outcome] = await asyncio.gather(self._once(one), return_exceptions=True)
            if isinstance(outcome, Busy):
                return float(str(outcome.facts["seconds"]))
            if one.recording_id in self._refused:
                await self._set_aside(one, self._refused[one.recording_id])
            elif isinstance(outcome, SpeechError):
                _log.info("Recording %s has no verdict: %s", one.recording_id, outcome.code)
            elif isinstance(outcome, Exception):
                _log.error("Recording %s could not be judged", one.recording_id, exc_info=outcome)
        return None

    def wake(self) -> None:
        """Have what was just handed in judged soon; from any thread."""
        if self._loop is not None and self._woken is not None:
            self._loop.call_soon_threadsafe(self._woken.set)

    async def run(self) -> None:
        """Catch up when the server starts, when it is woken, and now and then; until it is cancelled."""
        self._loop, self._woken = asyncio.get_running_loop(), asyncio.Event()
        while True:
            self._woken.clear()
            [pause_s] = await asyncio.gather(self.catch_up(), return_exceptions=True)
            if isinstance(pause_s, BaseException):
                _log.error("Homework could not be judged; it stays and is tried again", exc_info=pause_s)
                pause_s = None
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s or _LOOK_EVERY_S):
                    await (asyncio.sleep(_LOOK_EVERY_S) if pause_s else self._woken.wait())

    def _why_not(self, one: Unjudged) -> SpeechError | None:
        if not one.text:
            return FreeSpeech()
        return self._refused.get(one.recording_id) if one.audible else RecordingGone()

    async def _set_aside(self, one: Unjudged, refusal: SpeechError) -> None:
        """Make room for a teacher's marks where Lafal gives none."""
        _log.info("Recording %s has no verdict: %s", one.recording_id, refusal.code)
        document = unscored(one.text, refusal, seconds=one.seconds)
        now = self._school.now()
        await asyncio.to_thread(assessments.set_aside, self._school.store, one.recording_id, document, now=now)
        self._refused.pop(one.recording_id, None)

    async def _once(self, waiting: Unjudged) -> str:
        """Judge a recording, or wait for whoever is judging it already: two verdicts would part a teacher's marks."""
        running = self._running.get(waiting.recording_id)
        if running is None:
            running = asyncio.create_task(self._judge(waiting))
            self._running[waiting.recording_id] = running
            running.add_done_callback(lambda done: self._judged(waiting.recording_id, done))
        return await asyncio.shield(running)

    def _judged(self, recording_id: str, done: asyncio.Task[str]) -> None:
        self._running.pop(recording_id, None)
        if not done.cancelled():
            done.exception()  # whoever waited has it; nobody may be left to

    async def _judge(self, waiting: Unjudged) -> str:
        known = await asyncio.to_thread(self._known, waiting)
        if known is not None:
            return known
        if waiting.recording_id in self._refused:
            raise self._refused[waiting.recording_id]
        content = await asyncio.to_thread(self._open, waiting)
        try:
            assessment = await self._queue.assess(content, waiting.text, name=waiting.recording_id)
        except (AudioError, TextError, Stuck) as error:
            # Nobody spoke, or the like: a teacher hears it instead, once it is handed in. One whose judging does not
            # end would otherwise take every thread, one after the other.
            self._refused[waiting.recording_id] = error
            raise
        return await asyncio.to_thread(self.keep, waiting, assessment)

    def keep(self, waiting: Unjudged, assessment: Assessment) -> str:
        """Keep a verdict, unless there is one by now; gives the one that counts."""
        from speech.export import to_json

        known = self._known(waiting)
        if known is not None:
            return known
        document = to_json(assessment)
        assessments.keep(self._school.store, waiting.recording_id, document, now=self._school.now())
        return document

    def _known(self, waiting: Unjudged) -> str | None:
        found = assessments.of_recording(self._school.store, waiting.recording_id, by=waiting.person_id)
        return found[0][1] if found else None

    def _open(self, waiting: Unjudged) -> bytes:
        store, now = self._school.store, self._school.now()
        with store.reading() as session:
            consents.require(session, waiting.person_id, "practice")
        return recordings.listen(store, waiting.recording_id, by=waiting.person_id, now=now).content
