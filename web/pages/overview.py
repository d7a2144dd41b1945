"""A class at a glance: sounds, words, progress, and who may need a check-in; and one learner of it."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from classroom import checkins, classes, grades, heat, progress
from classroom.errors import NotFound
from classroom.evidence import Evidence, Take, chosen, evidence
from classroom.people import identify
from classroom.pulse import pulse
from web.dates import moment
from web.pages import glances
from web.pages.charts import draw
from web.pages.groups import groups_of
from web.pages.page import show
from web.responses import catalogue_of
from web.school import School
from web.visitors import Staff

_SEE_OTHER = 303
_STYLES = ("overview.css",)

Days = Literal["7", "30", "all"]


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked at: the last days, and one assignment or (empty) all, and one group or (empty) everybody."""

    days: Days = "all"
    assignment: str = ""
    group: str = ""

    def of(self, school: School, known: Evidence) -> tuple[Take, ...]:
        """Choose the takes that count.

        Raises
        ------
        NotFound
            The class has no such assignment.
        """
        if self.assignment and self.assignment not in {work.id for work in known.assignments}:
            raise NotFound({"kind": "assignment"})
        since = None if self.days == "all" else school.now() - timedelta(days=int(self.days))
        return chosen(known.counted, since=since, assignment_id=self.assignment or None)


@dataclass(frozen=True, slots=True)
class AttemptView:
    """An attempt of a learner's, as it is listed."""

    submission_id: str
    title: str
    attempt: int
    handed_in: str
    is_late: bool
    total: int | None


def build_overview(school: School) -> APIRouter:
    """Build the routes."""
    router = APIRouter(prefix="/classes/{class_id}")
    _add_overview(router, school)
    _add_learner(router, school)
    return router


def _add_overview(router: APIRouter, school: School) -> None:
    @router.get("/overview")
    def overview(
        request: Request,
        visitor: Staff,
        class_id: str,
        days: Days = "all",
        assignment: str = "",
        group: str = "",
        done: str = "",
    ) -> Response:
        room = classes.find(school.store, class_id, by=visitor.id)
        word = pulse(school.store, class_id, by=visitor.id)  # first: what comes in meanwhile changes it
        known = evidence(school.store, class_id, by=visitor.id)
        groups = groups_of(school, visitor, class_id, chosen=group)
        people = glances.learners(school, class_id, by=visitor.id, group=group)
        chosen_filter, catalogue = Filter(days, assignment, group), catalogue_of(request)
        takes = tuple(take for take in chosen_filter.of(school, known) if take.person_id in people)
        sounds = glances.judged(heat.sounds(takes))
        weeks = progress.weeks(takes, time_zone=glances.time_zone(known.assignments))
        return show(
            request,
            "overview.html",
            visitor=visitor,
            notice=catalogue.say("overview.dismissed") if done else "",
            styles=_STYLES,
            scripts=("fresh.js",),
            pulse=word,
            room=room,
            chosen=chosen_filter,
            works=known.assignments,
            groups=groups,
            check_ins=glances.check_ins(school, class_id, known, people, by=visitor.id),
            practice=glances.practice(known, people, now=school.now()),
            heads=glances.heads(sounds, catalogue),
            heat=glances.heat_rows(sounds, people),
            few=heat.FEW,
            words=heat.words(takes),
            mean=glances.mean,
            weeks=weeks,
            chart=draw({"class": weeks}, dots=weeks) if weeks else None,
            day=partial(glances.say_day, catalogue=catalogue),
        )

    @router.post("/overview/dismiss")
    def dismiss(
        visitor: Staff,
        class_id: str,
        person: Annotated[str, Form()],
        reason: Annotated[str, Form()],
    ) -> Response:
        checkins.dismiss(school.store, class_id, person, reason, by=visitor.id, now=school.now())
        return RedirectResponse(f"/classes/{class_id}/overview?done=1", _SEE_OTHER)


def _add_learner(router: APIRouter, school: School) -> None:
    @router.get("/learners/{person_id}")
    def learner(
        request: Request,
        visitor: Staff,
        class_id: str,
        person_id: str,
        days: Annotated[Days, Query()] = "all",
        assignment: str = "",
        done: str = "",
    ) -> Response:
        room = classes.find(school.store, class_id, by=visitor.id)
        people = glances.learners(school, class_id, by=visitor.id)
        if person_id not in people:
            raise NotFound({"kind": "person"})
        known = evidence(school.store, class_id, by=visitor.id)
        chosen_filter, catalogue = Filter(days, assignment), catalogue_of(request)
        everybodys = chosen_filter.of(school, known)
        takes = chosen(everybodys, person_id=person_id)
        zone = glances.time_zone(known.assignments)
        theirs, whole = (progress.weeks(some, time_zone=zone) for some in (takes, everybodys))
        mine = glances.judged(heat.sounds(takes))
        by_class = {one.phone: one.whole for one in heat.sounds(everybodys)}
        attempts = _attempts(school, class_id, person_id, known, by=visitor.id, request=request)
        check_ins = glances.check_ins(school, class_id, known, people, by=visitor.id)
        return show(
            request,
            "learner.html",
            visitor=visitor,
            notice=catalogue.say("people.guardian_saved") if done else "",
            styles=_STYLES,
            room=room,
            contact=identify(school.store, person_id).guardian,
            person=people[person_id].person,
            name=glances.name_of(people[person_id]),
            chosen=chosen_filter,
            works=known.assignments,
            check_ins=[one for one in check_ins if one.person_id == person_id],
            sounds=[
                (head, glances.mean(one.whole), glances.mean(by_class[one.phone]))
                for head, one in zip(glances.heads(mine, catalogue), mine, strict=True)
            ],
            few=heat.FEW,
            weeks=theirs,
            whole={week.begins: week for week in whole},
            mean=glances.mean,
            chart=draw({"class": whole, "learner": theirs}) if theirs else None,
            attempts=attempts,
            day=partial(glances.say_day, catalogue=catalogue),
        )


def _attempts(
    school: School, class_id: str, person_id: str, known: Evidence, *, by: str, request: Request
) -> list[AttemptView]:
    """List what somebody handed in, newest first, with totals as the grid counts them."""
    works = {work.id: work for work in known.assignments}
    sheet = grades.sheet(school.store, class_id, by=by)
    totals = {one.submission_id: one.total for attempts in sheet.attempts.values() for one in attempts}
    catalogue = catalogue_of(request)
    listed: list[AttemptView] = []
    for one in reversed(known.handed_in):
        if one.person_id == person_id:
            work, total = works[one.assignment_id], totals.get(one.submission_id)
            when = moment(one.at, work.terms.time_zone, catalogue)
            rounded = None if total is None else round(total)
            listed.append(
                AttemptView(one.submission_id, work.terms.title, one.attempt, when, work.is_late(one.at), rounded)
            )
    return listed
