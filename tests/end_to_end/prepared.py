"""A class that has worked for three weeks, put into the app's store: what tests of single pages begin with."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from learner import DATA
from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

from fabricated import TEXT, reading

from classroom import accounts, assessments, assignments, classes, consents, people, recordings, submissions
from classroom.assignments import Assignment, NewItem, Terms
from classroom.people import Identity, NewPerson, Person, Role
from classroom.recordings import Upload
from classroom.store import Store
from speech.export import to_json
from speech.results import Verdict
from web.visitors import SESSION_COOKIE

_DAY = timedelta(days=1)
_SOUND = (DATA / "right.flac").read_bytes()
_ITEMS = (NewItem(text=TEXT),)
_RUBRIC = {"Sounds": "Every /th/ with the tongue between the teeth", "Rhythm": ""}


@dataclass(frozen=True)
class Prepared:
    """A teacher's class: `late` is past its date and partly given back, `open_` waits for marks."""

    store: Store
    address: str
    admin: Person
    teacher: Person
    learners: tuple[Person, ...]
    class_id: str
    late: Assignment
    open_: Assignment
    submissions: tuple[str, ...]

    @property
    def class_path(self) -> str:
        """Address of the class."""
        return f"/classes/{self.class_id}"

    def enter(self, page: Page, person: Person, *, now: datetime) -> Page:
        """Sign somebody in without the page for it."""
        with self.store.writing() as session:
            begun = accounts.begin(self.store, session, people.row_of(session, person.id), now=now)
        page.context.add_cookies([{"name": SESSION_COOKIE, "value": begun.token, "url": self.address}])
        return page

    def pages(self) -> Mapping[Person | None, Mapping[str, str]]:
        """Every page that is only looked at, by who looks: nobody in particular, learner, teacher, admin."""
        ani, room = self.learners[0], self.class_path
        stranger = {"sign-in": "/sign-in", "join": "/join", "no-page": "/link/unknown"}
        learner = {
            "homework": "/homework",
            "work": f"/homework/{self.open_.id}",
            "feedback": f"/homework/{self.late.id}/results/{self.submissions[0]}",
            "me": "/me",
            "my-consents": "/me/consents",
            "delete-me": "/me/delete",
            "password": "/password",
        }
        teacher = {
            "classes": "/classes",
            "class": room,
            "new-work": f"{room}/assignments/new",
            "work-set": f"/assignments/{self.late.id}",
            "roster": f"{room}/roster",
            "grid": f"{room}/marks",
            "attempt": f"/submissions/{self.submissions[1]}",
            "overview": f"{room}/overview",
            "one-learner": f"{room}/learners/{ani.id}",
            "tables": f"{room}/grades",
        }
        admin = {
            "people": "/people?role=learner",
            "new-teacher": "/people/new?role=teacher",
            "person": f"/people/{ani.id}",
            "platforms": "/people/platforms",
        }
        return {None: stranger, ani: learner, self.teacher: teacher, self.admin: admin}


def prepare(store: Store, address: str, *, now: datetime) -> Prepared:
    """Make the class: Ani and Budi handed in, Cici did not; the oldest work is given back to Ani."""
    then = now - 20 * _DAY
    admin, teacher = (_add(store, role, name, then) for role, name in (("admin", "Root"), ("teacher", "Mr Hadi")))
    room = classes.create(store, "English 9B", by=teacher.id, now=then)
    learners = tuple(_learner(store, room.id, teacher, name, then) for name in ("Ani Wijaya", "Budi", "Cici"))
    due = Terms(title="Three ships", due_at=now - _DAY, attempts=2, time_zone="Asia/Jakarta", rubric=_RUBRIC)
    made = [
        assignments.create(store, room.id, "sentences", terms=terms, items=items, by=teacher.id, now=then + days * _DAY)
        for terms, items, days in ((due, _ITEMS * 2, 0), (Terms(title="Really"), _ITEMS, 1))
    ]
    handed_in = tuple(
        _hand_in(store, work, learner, now - (8 - number) * _DAY)
        for number, (work, learner) in enumerate((work, learner) for work in made for learner in learners[:2])
    )
    submissions.release(store, handed_in[0], by=teacher.id, now=now - _DAY)
    return Prepared(store, address, admin, teacher, learners, room.id, made[0], made[1], handed_in)


def _add(store: Store, role: Role, name: str, now: datetime) -> Person:
    new = NewPerson(
        role=role, needs_guardian=False, identity=Identity(name=name, email=f"{name.split()[0].lower()}@example.org")
    )
    return people.create(store, new, by=people.OPERATOR, now=now)


def _learner(store: Store, class_id: str, teacher: Person, name: str, now: datetime) -> Person:
    person = _add(store, "learner", name, now)
    classes.add_member(store, class_id, person.id, by=teacher.id, now=now)
    for purpose in ("practice", "teacher_listens"):
        consents.give(store, person.id, purpose, language="en", guardian=False, by=person.id, now=now)
    return person


def _hand_in(store: Store, work: Assignment, person: Person, now: datetime) -> str:
    attempt = submissions.begin(store, work.id, person.id, key=f"{work.id}-{person.id}"[:60], now=now)
    for number, item in enumerate(work.items):
        upload = Upload(
            person_id=person.id,
            content=_SOUND,
            media_type="audio/flac",
            seconds=3.0,
            key=f"take-{number}-{attempt.id}"[:60],
            submission_id=attempt.id,
            item_id=item.id,
        )
        kept = recordings.put(store, upload, now=now)
        assessments.keep(store, kept.id, to_json(_judged(number)), now=now)
    return submissions.hand_in(store, attempt.id, by=person.id, now=now).id


def _judged(number: int):
    """The same reading with other verdicts, so that means differ."""
    first = reading()
    if number == 0:
        return first
    good = tuple(replace(one, verdict=Verdict.GOOD, score=88.0) for one in first.words[1].phones)
    return replace(first, words=(first.words[0], replace(first.words[1], phones=good, score=88.0), *first.words[2:]))
