"""A learner's assignments: recording, handing in, and what came back."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, FastAPI, Form, Request
from starlette.responses import RedirectResponse, Response

from classroom import consents, homework, submissions
from classroom.errors import NotFound
from classroom.homework import Homework, Piece, Work
from speech.errors import SpeechError
from web.assessing import AssessmentQueue
from web.catalogue import Catalogue
from web.components.homework import ReadingView, view_reading
from web.dates import say_date
from web.homework_api import build_homework_api, longest_s
from web.homework_judging import HomeworkJudge
from web.pages.page import show
from web.responses import catalogue_of
from web.school import School
from web.visitors import Learner, Visitor

_SEE_OTHER = 303
_STYLES = ("recorder.css", "result.css", "mouth.css", "homework.css")
_STRINGS = ("homework", "recorder", "listen", "result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Homework as it is listed; dates are written out, empty where there are none."""

    homework: Homework
    due: str
    opens: str
    is_overdue: bool
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to say on the page."""

    piece: Piece
    limit_s: float
    reading: ReadingView | None = None


def build_homework(school: School, queue: AssessmentQueue) -> APIRouter:
    """Build the routes; work that was handed in unjudged is judged while the app runs."""
    judge = HomeworkJudge(school, queue)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        catching_up = asyncio.create_task(judge.run())
        try:
            yield
        finally:
            catching_up.cancel()
            with suppress(asyncio.CancelledError):
                await catching_up

    router = APIRouter(lifespan=lifespan)
    _add_list(router, school)
    _add_work(router, school, judge)
    _add_results(router, school)
    router.include_router(build_homework_api(school, judge))
    return router


def _add_list(router: APIRouter, school: School) -> None:
    @router.get("/homework")
    def listed(request: Request, visitor: Learner) -> Response:
        catalogue, now = catalogue_of(request), school.now()
        found = homework.of_learner(school.store, visitor.id, now=now)
        return show(
            request,
            "homework.html",
            visitor=visitor,
            styles=("homework.css",),
            entries=[_entry(one, catalogue, now) for one in found],
            agreed=consents.holds(school.store, visitor.id, "practice"),
        )


def _add_work(router: APIRouter, school: School, judge: HomeworkJudge) -> None:
    @router.get("/homework/{assignment_id}")
    def work(request: Request, visitor: Learner, assignment_id: str) -> Response:
        return _show_work(request, school, visitor, _find(school, assignment_id, visitor))

    @router.post("/homework/{assignment_id}/attempts")
    def begin(request: Request, visitor: Learner, assignment_id: str, key: Annotated[str, Form()]) -> Response:
        try:
            submissions.begin(school.store, assignment_id, visitor.id, key=key, now=school.now())
        except SpeechError as error:
            return _show_work(request, school, visitor, _find(school, assignment_id, visitor), error=error)
        return RedirectResponse(f"/homework/{assignment_id}", _SEE_OTHER)

    @router.post("/homework/{assignment_id}/hand-in")
    def hand_in(
        request: Request,
        visitor: Learner,
        assignment_id: str,
        submission_id: Annotated[str, Form()],
        missing: Annotated[int, Form()] = 0,
    ) -> Response:
        """Hand in; where more is missing than the learner was told, they are asked first."""
        found = homework.attempt(school.store, submission_id, by=visitor.id, now=school.now())
        if found.homework.assignment.id != assignment_id:
            raise NotFound({"kind": "submission"})
        if found.homework.draft and found.homework.draft.id == submission_id and _missing(found) > missing:
            return _show_work(request, school, visitor, found, asks=True)
        try:
            submissions.hand_in(school.store, submission_id, by=visitor.id, now=school.now())
        except SpeechError as error:
            return _show_work(request, school, visitor, found, error=error)
        judge.wake()
        return RedirectResponse(f"/homework/{assignment_id}/results/{submission_id}", _SEE_OTHER)


def _add_results(router: APIRouter, school: School) -> None:
    @router.get("/homework/{assignment_id}/results/{submission_id}")
    def results(request: Request, visitor: Learner, assignment_id: str, submission_id: str) -> Response:
        catalogue, now = catalogue_of(request), school.now()
        found = homework.attempt(school.store, submission_id, by=visitor.id, now=now)
        shown = found.attempt
        if found.homework.assignment.id != assignment_id or shown is None:
            raise NotFound({"kind": "submission"})
        if shown.state == "draft":
            return RedirectResponse(f"/homework/{assignment_id}", _SEE_OTHER)
        terms = found.homework.assignment.terms
        handed_in = shown.submitted_at or now
        return show(
            request,
            "homework_result.html",
            visitor=visitor,
            scripts=("homework_result.js",),
            styles=_STYLES,
            strings=_STRINGS,
            entry=_entry(found.homework, catalogue, now),
            work=found,
            steps=[_heard(piece, school, found, catalogue) for piece in found.pieces],
            handed_in=say_date(catalogue, handed_in, time_zone=terms.time_zone, now=now),
            is_late=found.homework.assignment.is_late(handed_in),
            may_hear=consents.holds(school.store, visitor.id, "teacher_listens"),
        )


def _find(school: School, assignment_id: str, visitor: Visitor) -> Work:
    return homework.find(school.store, assignment_id, by=visitor.id, now=school.now())


def _show_work(
    request: Request,
    school: School,
    visitor: Visitor,
    work: Work,
    *,
    error: SpeechError | None = None,
    asks: bool = False,
) -> Response:
    """Show what is to be said; an attempt that was handed in is shown by its results, and a next one begins empty."""
    catalogue, now = catalogue_of(request), school.now()
    draft = work.homework.draft
    if draft is None:
        work = replace(
            work, attempt=None, pieces=tuple(Piece(item=one.item, picture=one.picture) for one in work.pieces)
        )
    return show(
        request,
        "homework_work.html",
        visitor=visitor,
        error=error,
        scripts=("homework.js",),
        styles=_STYLES,
        strings=_STRINGS,
        entry=_entry(work.homework, catalogue, now),
        draft=draft,
        # Opening the page begins nothing: the first attempt begins with its first recording.
        takes=draft is not None or not work.homework.attempts,
        is_open=work.homework.assignment.is_open(now),
        key=f"{work.homework.assignment.id}-{len(work.homework.attempts) + (draft is None)}",
        steps=[Step(piece=piece, limit_s=longest_s(piece.item, school.settings)) for piece in work.pieces],
        missing=_missing(work),
        limit_bytes=school.settings.max_file_bytes,
        asks=asks,
        agreed=consents.holds(school.store, visitor.id, "practice"),
        may_hear=consents.holds(school.store, visitor.id, "teacher_listens"),
    )


def _entry(one: Homework, catalogue: Catalogue, now: datetime) -> Entry:
    terms = one.assignment.terms
    due, opens = (
        say_date(catalogue, date, time_zone=terms.time_zone, now=now) if date else ""
        for date in (terms.due_at, terms.opens_at)
    )
    address = f"/homework/{one.assignment.id}"
    if one.latest and one.stage in {"handed_in", "given_back"}:
        address = f"{address}/results/{one.latest.id}"
    is_overdue = one.stage in {"new", "begun"} and one.is_late
    return Entry(homework=one, due=due, opens=opens, is_overdue=is_overdue, address=address)


def _heard(piece: Piece, school: School, work: Work, catalogue: Catalogue) -> Step:
    reading = view_reading(piece, catalogue, strictness=work.homework.assignment.terms.strictness)
    return Step(piece=piece, limit_s=longest_s(piece.item, school.settings), reading=reading)


def _missing(work: Work) -> int:
    return sum(piece.recording is None for piece in work.pieces)
