"""Marking: the grid of a class, one attempt with its clips, and a teacher's word against the machine's."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, RedirectResponse, Response

from classroom import classes, corrections, marks, recordings, reviews, submissions
from classroom.marks import Mark
from classroom.reviews import Review
from classroom.totals import Level
from web.components.marking import view_parts, view_whole
from web.components.templates import render
from web.dates import moment
from web.pages.grid import build_grid
from web.pages.page import show
from web.responses import catalogue_of
from web.school import School
from web.visitors import SignedInVisitor, Staff, Visitor

_SEE_OTHER = 303
_PLAYED = ("audio/", "video/")


class MarkBody(BaseModel):
    """What a teacher says of one place; see `classroom.marks.Mark`."""

    level: Level
    place: str
    value: float | None = None
    comment: str | None = None


def build_marking(school: School) -> APIRouter:
    """Build the routes."""
    router = APIRouter()
    router.include_router(build_grid(school))
    _add_submission(router, school)
    _add_audio(router, school)
    _add_marks(router, school)
    _add_corrections(router, school)
    return router


def _add_submission(router: APIRouter, school: School) -> None:
    @router.get("/submissions/{submission_id}")
    def submission(
        request: Request, visitor: Staff, submission_id: str, released: Annotated[bool, Query()] = False
    ) -> Response:
        review = reviews.review(school.store, submission_id, by=visitor.id)
        notice = catalogue_of(request).say("marking.released_one") if released else ""
        return _show_review(request, school, review, visitor=visitor, notice=notice)

    @router.post("/submissions/{submission_id}/release")
    def release(
        visitor: Staff, submission_id: str, then: Annotated[Literal["stay", "next"], Form()] = "stay"
    ) -> Response:
        submissions.release(school.store, submission_id, by=visitor.id, now=school.now())
        review = reviews.review(school.store, submission_id, by=visitor.id)
        if then == "stay":
            return RedirectResponse(f"/submissions/{submission_id}?released=1", _SEE_OTHER)
        if review.next_id is None:
            return RedirectResponse(f"/classes/{review.assignment.class_id}/marks?released=1", _SEE_OTHER)
        return RedirectResponse(f"/submissions/{review.next_id}?released=1", _SEE_OTHER)


def _show_review(request: Request, school: School, review: Review, *, visitor: Visitor, notice: str) -> Response:
    catalogue, terms = catalogue_of(request), review.assignment.terms
    handed_in = review.submission.submitted_at
    return show(
        request,
        "submission.html",
        visitor=visitor,
        notice=notice,
        scripts=("marking.js",),
        styles=("result.css", "marking.css"),
        strings=("marking",),
        room=classes.find(school.store, review.assignment.class_id, by=visitor.id),
        review=review,
        handed_in=moment(handed_in, terms.time_zone, catalogue) if handed_in else "",
        is_late=handed_in is not None and review.assignment.is_late(handed_in),
        total=None if review.total is None else round(review.total),
        parts=view_parts(review, catalogue, now=school.now()),
        whole=view_whole(review, catalogue),
    )


def _add_audio(router: APIRouter, school: School) -> None:
    @router.get("/audio/{recording_id}")
    def audio(visitor: SignedInVisitor, recording_id: str) -> Response:
        """Play a recording to whoever said it, or to a teacher who may listen, which is written down."""
        heard = recordings.listen(school.store, recording_id, by=visitor.id, now=school.now())
        media_type = heard.media_type if heard.media_type.startswith(_PLAYED) else "application/octet-stream"
        headers = {"Accept-Ranges": "none", "Cache-Control": "no-store", "Content-Disposition": "inline"}
        return Response(heard.content, media_type=media_type, headers=headers)


def _add_marks(router: APIRouter, school: School) -> None:
    @router.post("/api/v1/assessments/{assessment_id}/marks")
    def overrule(request: Request, visitor: Staff, assessment_id: str, body: MarkBody) -> Response:
        """Write a mark down; answers what counts now, and the parts of the page that show it."""
        comment = None if body.comment is None else body.comment.strip()
        mark = Mark(level=body.level, place=body.place, value=body.value, comment=comment)
        totals = marks.overrule(school.store, assessment_id, mark, by=visitor.id, now=school.now())
        submission_id = reviews.submission_of(school.store, assessment_id, by=visitor.id)
        review = reviews.review(school.store, submission_id, by=visitor.id)
        catalogue = catalogue_of(request)
        parts = view_parts(review, catalogue, now=school.now())
        whole = view_whole(review, catalogue)
        card = next((part for part in parts if part.assessment_id == assessment_id), None)
        return JSONResponse(
            {
                "totals": {"scores": dict(totals.scores), "words": list(totals.words)},
                "total": review.total,
                "card": render("marking_card.html", catalogue, part=card) if card else "",
                "whole": render("marking_whole.html", catalogue, whole=whole) if whole else "",
            }
        )


def _add_corrections(router: APIRouter, school: School) -> None:
    @router.post("/classes/{class_id}/corrections.jsonl")
    def export(visitor: Staff, class_id: str) -> Response:
        lines = corrections.export(school.store, class_id, by=visitor.id, now=school.now())
        headers = {"Content-Disposition": 'attachment; filename="corrections.jsonl"'}
        return Response(lines, media_type="application/jsonl", headers=headers)
