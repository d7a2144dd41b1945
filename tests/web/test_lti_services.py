import html
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from lti_course import AGS, Course, code_of, who
from mock_platform import ISSUER, MEMBERSHIP
from sqlalchemy import select

from classroom import (
    assignments,
    classes,
    deletion,
    gradebook,
)
from classroom.store.outside_tables import AccountRow, ScoreRow
from speech.settings import Settings
from web.catalogue import open_catalogue
from web.lti import sending, services
from web.lti.sending import Sender
from web.pages.lti import build_lti
from web.school import School

pytestmark = pytest.mark.own_app

# Grades.


def test_a_released_total_arrives_in_a_column_of_its_own(course: Course, sender: Sender) -> None:
    _, submission_id = course.hand_in()
    assert sender.send() == 0 and course.moodle.scores == []
    course.release(submission_id)
    assert sender.send() == 1
    (column,) = course.moodle.columns
    assert (column["label"], column["scoreMaximum"], column["resourceId"]) == ("Fish", 100, course.work.id)
    assert column["resourceLinkId"] == "link-1"
    ((url, score),) = course.moodle.scores
    assert url == f"{ISSUER}/columns/1/scores?type_id=3"
    assert score["userId"] == "user-4" and score["scoreMaximum"] == 100
    assert score["scoreGiven"] == pytest.approx(course.total(), abs=0.01) and score["scoreGiven"] > 0
    assert (score["activityProgress"], score["gradingProgress"]) == ("Completed", "FullyGraded")
    assert datetime.fromisoformat(score["timestamp"]) == course.site.clock()
    assert sender.send() == 0


def test_a_links_own_column_is_used(course: Course, sender: Sender) -> None:
    endpoint = {"lineitem": f"{ISSUER}/columns/9/lineitem?type_id=3", "lineitems": f"{ISSUER}/columns?type_id=3"}
    _, submission_id = course.hand_in(**{AGS: endpoint})
    course.release(submission_id)
    assert sender.send() == 1
    assert course.moodle.columns == []
    assert course.moodle.scores[0][0] == f"{ISSUER}/columns/9/lineitem/scores?type_id=3"


def test_a_column_that_is_there_is_found_again(course: Course, sender: Sender) -> None:
    course.moodle.columns.append({"id": f"{ISSUER}/columns/5", "resourceId": course.work.id})
    _, submission_id = course.hand_in()
    course.release(submission_id)
    assert sender.send() == 1
    assert len(course.moodle.columns) == 1 and course.moodle.scores[0][0] == f"{ISSUER}/columns/5/scores"


def test_leave_is_asked_for_once(course: Course, sender: Sender) -> None:
    for number in range(3):
        _, submission_id = course.hand_in(sub=f"user-{number}")
        course.release(submission_id)
    assert sender.send() == 3
    granted = [asked for asked in course.moodle.asked if asked.url.path == "/token"]
    assert len(granted) == 2  # one for columns, one for scores


def test_a_platform_that_is_down_blocks_nobody_and_gets_it_later(course: Course, sender: Sender) -> None:
    _, submission_id = course.hand_in()
    course.release(submission_id)
    course.moodle.down = True
    assert sender.send() == 0 and sender.send() == 0
    page = course.browser.get(course.page)
    assert "Ani Wijaya" in page.text and open_catalogue("en").say("lti.trying") in page.text
    course.moodle.down = False
    assert sender.send() == 0  # not before a minute has passed
    course.site.clock.now += timedelta(minutes=1)
    assert sender.send() == 1
    assert open_catalogue("en").say("lti.arrived") in course.browser.get(course.page).text


def test_sending_ends_after_many_tries_and_begins_again_by_the_button(course: Course, sender: Sender) -> None:
    _, submission_id = course.hand_in()
    course.release(submission_id)
    course.moodle.down, teacher = True, course.teacher
    for _ in range(gradebook.MOST_TRIES + 3):
        sender.send()
        course.site.clock.now += timedelta(hours=13)
    browser = course.site.browser(teacher)
    assert open_catalogue("en").say("lti.gave_up") in browser.get(course.page).text
    course.moodle.down = False
    assert sender.send() == 0
    assert browser.post(f"{course.page}/grades").headers["location"] == f"{course.page}?done=grades"
    assert len(course.moodle.scores) == 1


def test_a_new_release_is_sent_and_a_changed_total_by_the_button(course: Course, sender: Sender) -> None:
    _, submission_id = course.hand_in()
    course.release(submission_id)
    sender.send()
    changed = replace(course.work.terms, strictness="gentle")
    assignments.change(course.site.store, course.work.id, changed, by=course.teacher.id, now=course.site.clock())
    assert sender.send() == 0
    course.browser.post(f"{course.page}/grades")
    assert course.moodle.scores[1][1]["scoreGiven"] == pytest.approx(course.total(), abs=0.01)
    assert course.moodle.scores[1][1]["scoreGiven"] > course.moodle.scores[0][1]["scoreGiven"]


def test_nothing_is_kept_of_a_learner_who_is_deleted(course: Course, sender: Sender) -> None:
    learner, submission_id = course.hand_in()
    course.release(submission_id)
    sender.send()
    deletion.forget(course.site.store, learner.id, by=learner.id, now=course.site.clock())
    with course.site.store.reading() as session:
        assert session.scalars(select(AccountRow).filter_by(person_id=learner.id)).first() is None
        assert session.scalars(select(ScoreRow)).first() is None


def test_while_the_app_runs_totals_go_by_themselves(
    course: Course, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, submission_id = course.hand_in()
    course.release(submission_id)
    monkeypatch.setattr(sending, "_EVERY_S", 0.01)
    app = FastAPI()
    app.include_router(build_lti(course.site.app.state.school))
    with TestClient(app):
        for _ in range(500):
            if course.moodle.scores:
                break
            time.sleep(0.01)
    assert len(course.moodle.scores) == 1


def test_sending_does_not_open_the_classroom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_EVERY_S", 0.01)
    unopened = School(Settings(data_folder="/nowhere/at/all"))
    app = FastAPI()
    app.include_router(build_lti(unopened))
    with TestClient(app):
        time.sleep(0.05)
    assert not unopened.is_open


# The class list.


def member(subject: str, role: str = "Learner", **more: str) -> dict[str, Any]:
    return {"user_id": subject, "roles": [f"{MEMBERSHIP}{role}"], **more}


def test_members_of_the_course_become_learners(course: Course) -> None:
    course.moodle.pages = [
        [member("user-4", name="Ani Wijaya"), member("user-2", "Instructor", name="Bu Sari")],
        [member("user-5", name="Budi"), member("user-6", status="Inactive"), member("user-7", "Mentor")],
    ]
    answer = course.browser.post(f"{course.page}/members")
    assert answer.headers["location"] == f"{course.page}?done=members&joined=2&left=0"
    assert "2" in course.browser.get(answer.headers["location"]).text
    roster = classes.roster(course.site.store, course.work.class_id, by=course.teacher.id)
    assert [(one.name, one.role) for one in roster] == [
        ("Bu Sari", "teacher"),
        ("Ani Wijaya", "learner"),
        ("Budi", "learner"),
    ]
    assert all(one.person.needs_guardian for one in roster if one.role == "learner")
    # Whoever comes later is who was named before.
    browser = course.site.browser()
    course.moodle.launch(browser)
    assert who(course.site, browser).id == roster[1].person.id
    course.moodle.pages = [[member("user-4", status="Deleted")]]
    assert "joined=0&left=1" in course.browser.post(f"{course.page}/members").headers["location"]
    assert len(classes.roster(course.site.store, course.work.class_id, by=course.teacher.id)) == 2


def test_a_platform_that_does_not_tell_changes_nothing(course: Course) -> None:
    course.moodle.down = True
    answer = course.browser.post(f"{course.page}/members")
    assert (answer.status_code, code_of(answer)) == (502, "unreachable")
    assert len(classes.roster(course.site.store, course.work.class_id, by=course.teacher.id)) == 1


def test_our_leave_goes_to_no_other_site(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    assert services._next(f"{ISSUER}/members", '<https://evil.example/members>; rel="next"') is None
    assert services._next(f"{ISSUER}/members", f'<{ISSUER}/members?page=2>; rel="next"') == f"{ISSUER}/members?page=2"
    assert services._next(f"{ISSUER}/members", '<http://moodle.example/m>; rel="next"') is None


def test_a_course_page_is_for_teachers_of_the_class(course: Course) -> None:
    for person in (course.site.people.teacher, course.site.people.admin, course.site.people.ani):
        browser = course.site.browser(person)
        for action in ("members", "grades"):
            assert code_of(browser.post(f"{course.page}/{action}")) == "not_allowed"
        assert code_of(browser.get(course.page)) == "not_allowed"
    browser, page = course.site.browser(course.site.people.teacher), f"/lti/classes/{course.site.people.class_id}"
    refused = browser.post(f"{page}/members")
    assert (refused.status_code, code_of(refused)) == (409, "not_a_course")
    unlinked = browser.get(page)
    assert open_catalogue("en").say("lti.not_linked") in html.unescape(unlinked.text)
