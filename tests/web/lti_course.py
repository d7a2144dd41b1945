"""A course on a mock learning platform, and what the tests of it share."""

import re
from dataclasses import dataclass, replace
from typing import Any

import pytest
from classroom_site import Browser, Site
from mock_platform import LTI, MockPlatform
from school import document

from classroom import (
    accounts,
    assessments,
    assignments,
    classes,
    consents,
    grid,
    recordings,
    submissions,
)
from classroom.assignments import NewItem, Terms
from classroom.people import Person
from web.lti import outgoing
from web.lti.sending import Sender
from web.visitors import SESSION_COOKIE

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"


@pytest.fixture
def moodle(site: Site, monkeypatch: pytest.MonkeyPatch) -> MockPlatform:
    platform = MockPlatform(site)
    platform.register()
    monkeypatch.setattr(outgoing, "open_client", platform.client)
    return platform


def who(site: Site, browser: Browser) -> Person:
    return accounts.resume(site.store, browser.client.cookies[SESSION_COOKIE], now=site.clock())


def code_of(answer: Any) -> str:
    return re.search(r'data-code="([a-z_]+)"', answer.text)[1]


def taught(site: Site, browser: Browser) -> classes.Class:
    return classes.of_person(site.store, who(site, browser).id)[0]


def set_work(site: Site, browser: Browser) -> assignments.Assignment:
    teacher, items = who(site, browser), (NewItem(text="She eats fish."), NewItem(text="Very good."))
    room = taught(site, browser)
    return assignments.create(
        site.store, room.id, "sentences", terms=Terms(title="Fish"), items=items, by=teacher.id, now=site.clock()
    )


@dataclass
class Course:
    """A course whose teacher has set work."""

    site: Site
    moodle: MockPlatform
    browser: Browser
    work: assignments.Assignment

    @property
    def teacher(self) -> Person:
        return who(self.site, self.browser)

    @property
    def page(self) -> str:
        return f"/lti/classes/{self.work.class_id}"

    def hand_in(self, **changed: Any) -> tuple[Person, str]:
        """A learner of the platform hands work in; gives who, and the submission's id."""
        site, browser = self.site, self.site.browser()
        self.moodle.launch(browser, **{f"{LTI}custom": {"assignment_id": self.work.id}, **changed})
        learner = who(site, browser)
        options = {"language": "id", "guardian": True, "by": self.teacher.id, "now": site.clock()}
        consents.give(site.store, learner.id, "practice", **options)
        attempt = submissions.begin(site.store, self.work.id, learner.id, key="one", now=site.clock())
        upload = site.people.upload(attempt)
        made = recordings.put(site.store, replace(upload, item_id=self.work.items[0].id), now=site.clock())
        assessments.keep(site.store, made.id, document(), now=site.clock())
        submissions.hand_in(site.store, attempt.id, by=learner.id, now=site.clock())
        return learner, attempt.id

    def release(self, submission_id: str) -> None:
        submissions.release(self.site.store, submission_id, by=self.teacher.id, now=self.site.clock())

    def total(self) -> float | None:
        (row,) = grid.grid(self.site.store, self.work.class_id, by=self.teacher.id).rows
        return row.cells[0].total


@pytest.fixture
def course(site: Site, moodle: MockPlatform) -> Course:
    browser = site.browser()
    moodle.launch(browser, "Instructor")
    browser.get("/me")
    return Course(site, moodle, browser, set_work(site, browser))


@pytest.fixture
def sender(site: Site) -> Sender:
    return Sender(site.app.state.school)
