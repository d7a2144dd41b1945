"""What the homework page's script asks for: an attempt, keeping takes, verdicts."""

import asyncio
import json
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from classroom import homework, recordings, submissions, unjudged
from classroom.assignments import Item
from classroom.people import Person
from classroom.recordings import Recording, Upload
from classroom.strictness import as_shown
from classroom.submissions import MOST_KEY
from classroom.totals import recompute
from classroom.unjudged import Unjudged
from speech.export import from_json
from speech.settings import Settings
from web.catalogue import Catalogue
from web.components.result import render_result
from web.homework_judging import HomeworkJudge
from web.responses import catalogue_of
from web.school import School
from web.takes import Take, as_kept
from web.visitors import Learner

_FREE_SPEECH_S = 180.0
_SECONDS_A_WORD = 1.5  # read haltingly


class AttemptBody(BaseModel):
    """Under which key an attempt is begun; see `classroom.submissions.begin`."""

    key: str


class SubmissionBody(BaseModel):
    """An attempt that takes recordings, or did."""

    id: str
    attempt: int
    state: str


class KeptBody(BaseModel):
    """A take that is on the server's disk; `audio` is False where its learner wants only the scores kept."""

    id: str
    seconds: float
    audio: bool


class VerdictBody(BaseModel):
    """What was heard in a take; `html` is the part of the page that shows it."""

    overall: int | None
    refused: bool
    html: str


Key = Annotated[str, Query(max_length=MOST_KEY)]


def longest_s(item: Item, settings: Settings) -> float:
    """Seconds that a recording of an item may take; longer ones than the judge takes are for a teacher to hear."""
    if not item.text:
        return max(settings.max_speech_s, _FREE_SPEECH_S)
    reading_s = min(_FREE_SPEECH_S, _SECONDS_A_WORD * len(item.text.split()))
    return max(settings.max_speech_s, reading_s)


def build_homework_api(school: School, judge: HomeworkJudge) -> APIRouter:
    """Build the routes under /api/v1."""
    router = APIRouter(prefix="/api/v1")
    _add_attempts(router, school)
    _add_takes(router, school, judge)
    _add_verdicts(router, school, judge)
    return router


def _add_attempts(router: APIRouter, school: School) -> None:
    @router.post("/homework/{assignment_id}/attempts")
    def begin(visitor: Learner, assignment_id: str, body: AttemptBody) -> SubmissionBody:
        """Begin an attempt, or give the one that is open."""
        begun = submissions.begin(school.store, assignment_id, visitor.id, key=body.key, now=school.now())
        return SubmissionBody(id=begun.id, attempt=begun.attempt, state=begun.state)


def _add_takes(router: APIRouter, school: School, judge: HomeworkJudge) -> None:
    @router.put("/submissions/{submission_id}/items/{item_id}/recording", status_code=201)
    async def keep(request: Request, visitor: Learner, submission_id: str, item_id: str, key: Key) -> KeptBody:
        """Keep the take in the request's body; when this answers, the take survives a crash."""
        submissions.check_key(key)
        school.limits.count("upload", visitor.id)
        item, class_id = await asyncio.to_thread(homework.slot, school.store, submission_id, item_id, by=visitor.id)
        school.limits.count("class", class_id)
        content = await request.body()
        settings = school.settings
        most_s = longest_s(item, settings)
        take = await asyncio.to_thread(as_kept, content, max_bytes=settings.max_file_bytes, max_duration_s=most_s)
        upload = _upload(take, visitor.person, key=key, submission_id=submission_id, item_id=item_id)
        if visitor.person.scores_only and item.text:
            kept = await _keep_scores(school, judge, upload, item)
        else:
            kept = await _keep(school, upload)
        return KeptBody(id=kept.id, seconds=kept.seconds, audio=kept.kept)


def _upload(take: Take, person: Person, *, key: str, submission_id: str, item_id: str) -> Upload:
    return Upload(
        person_id=person.id,
        content=take.content,
        media_type=take.media_type,
        seconds=take.seconds,
        key=key,
        submission_id=submission_id,
        item_id=item_id,
    )


async def _keep(school: School, upload: Upload) -> Recording:
    most_bytes, now = school.settings.max_person_bytes, school.now()
    return await asyncio.to_thread(
        recordings.put, school.store, upload, now=now, retention=school.retention, most_bytes=most_bytes
    )


async def _keep_scores(school: School, judge: HomeworkJudge, upload: Upload, item: Item) -> Recording:
    """Judge first what will not be there later: until this is done, the browser keeps the take."""
    assessment = await judge.hear(upload.content, item.text)
    kept = await _keep(school, upload)
    waiting = Unjudged(recording_id=kept.id, person_id=upload.person_id, text=item.text)
    await asyncio.to_thread(judge.keep, waiting, assessment)
    return kept


def _add_verdicts(router: APIRouter, school: School, judge: HomeworkJudge) -> None:
    @router.post("/recordings/{recording_id}/assessment")
    async def assess(request: Request, visitor: Learner, recording_id: str) -> VerdictBody:
        """Say what was heard in one's own take, and judge it if that was not done; busy or not, the take stays."""
        document = await judge.judge(recording_id, by=visitor.id)
        asked = await asyncio.to_thread(unjudged.find, school.store, recording_id, by=visitor.id)
        return await asyncio.to_thread(_verdict, document, asked, catalogue_of(request))


def _verdict(document: str, asked: Unjudged, catalogue: Catalogue) -> VerdictBody:
    """Show a reading as strictly as its assignment asks; a teacher's marks are seen once work is given back."""
    totals = recompute(json.loads(document), {})
    shown = as_shown(from_json(document), totals, marks={}, strictness=asked.strictness)
    overall = shown.scores.overall.value
    return VerdictBody(
        overall=None if overall is None else round(overall),
        refused=shown.abstained or shown.off_script is not None,
        html=render_result(shown, catalogue, attempt=0, clip=""),
    )
