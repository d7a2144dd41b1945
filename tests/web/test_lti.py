import base64
import hmac
import html
import json
import re
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from classroom_site import Browser, Site
from fastapi import FastAPI
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import KeySet
from mock_platform import CLIENT, DEPLOYMENT, DL, ISSUER, LTI, MEMBERSHIP, OTHER_KEY, MockPlatform
from school import document
from sqlalchemy import select

import web.lti.errors
from classroom import (
    accounts,
    assessments,
    assignments,
    classes,
    consents,
    deletion,
    gradebook,
    grid,
    people,
    platforms,
    recordings,
    submissions,
)
from classroom.assignments import NewItem, Terms
from classroom.people import Person
from classroom.store.outside_tables import AccountRow, ScoreRow
from speech.settings import Settings
from web.catalogue import LANGUAGES, open_catalogue
from web.lti import outgoing, sending, services
from web.lti.sending import Sender
from web.pages.lti import build_lti
from web.school import School
from web.security import STRICT_POLICY, strict_policy
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


def test_a_teacher_comes_in_and_the_course_becomes_a_class(site: Site, moodle: MockPlatform) -> None:
    browser = site.browser()
    answer = moodle.launch(browser, "Instructor")
    assert answer.status_code == 303 and answer.headers["location"].startswith("/lti/choose?")
    teacher = who(site, browser)
    assert (teacher.role, teacher.language, teacher.needs_guardian) == ("teacher", "id", False)
    assert people.identify(site.store, teacher.id).name == "Bu Sari"
    assert [room.name for room in classes.of_person(site.store, teacher.id)] == ["English 9A"]
    again = site.browser()
    moodle.launch(again, "Instructor")
    assert who(site, again) == teacher
    assert len(classes.of_person(site.store, teacher.id)) == 1
    assert again.client.cookies[SESSION_COOKIE] != browser.client.cookies[SESSION_COOKIE]


def test_a_learner_comes_in_under_a_made_up_name_and_needs_a_guardian(site: Site, moodle: MockPlatform) -> None:
    moodle.launch(site.browser(), "Instructor")
    browser = site.browser()
    answer = moodle.launch(browser)
    assert answer.headers["location"] == "/homework"
    learner = who(site, browser)
    assert (learner.role, learner.needs_guardian) == ("learner", True)
    assert "Ani" not in learner.pseudonym
    with site.store.reading() as session:
        rows = session.scalars(select(AccountRow)).all()
    assert len(rows) == 2 and not any(b"user-" in row.subject or "user-" in row.subject_mac for row in rows)


def test_a_platforms_administrator_is_nobody_special_here(site: Site, moodle: MockPlatform) -> None:
    role = "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"
    assert code_of(moodle.launch(site.browser(), **{f"{LTI}roles": [role]})) == "launch_role"


def test_who_teaches_one_course_and_learns_in_another_is_two_people(site: Site, moodle: MockPlatform) -> None:
    one, other = site.browser(), site.browser()
    moodle.launch(one, "Instructor", sub="both")
    moodle.launch(other, "Learner", sub="both")
    assert who(site, one).role == "teacher" and who(site, other).role == "learner"
    assert who(site, one).id != who(site, other).id


def test_a_learner_who_is_first_is_told_to_wait_for_the_teacher(site: Site, moodle: MockPlatform) -> None:
    browser = site.browser()
    answer = moodle.launch(browser)
    assert code_of(answer) == "launch_not_ready"
    assert SESSION_COOKIE not in browser.client.cookies


def test_a_platform_may_begin_with_a_form_too(site: Site, moodle: MockPlatform) -> None:
    sent = {"iss": ISSUER, "login_hint": "4", "lti_message_hint": "m", "target_link_uri": "http://testserver/"}
    answer = site.browser().client.post("/lti/login", data=sent, headers={"origin": ISSUER})
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["redirect_uri"] == ["http://testserver/lti/launch"]
    assert (query["prompt"], query["response_mode"], query["scope"]) == (["none"], ["form_post"], ["openid"])
    assert (query["lti_message_hint"], query["client_id"]) == (["m"], [CLIENT])


@pytest.mark.parametrize("sent", [{}, {"iss": "https://elsewhere.example"}, {"iss": ISSUER, "client_id": "another"}])
def test_a_platform_nobody_registered_is_refused(site: Site, moodle: MockPlatform, sent: dict[str, str]) -> None:
    answer = site.browser().client.get("/lti/login", params=sent)
    assert (answer.status_code, code_of(answer)) == (401, "launch_platform")


HOUR = 3600
REFUSED = [
    ({"iss": "https://elsewhere.example"}, "launch_issuer"),
    ({"iss": None}, "launch_issuer"),
    ({"aud": "another"}, "launch_audience"),
    ({"aud": [CLIENT, "another"]}, "launch_audience"),
    ({"aud": [CLIENT, "another"], "azp": "another"}, "launch_audience"),
    ({"aud": None}, "launch_audience"),
    ({"nonce": "another"}, "launch_replayed"),
    ({"nonce": None}, "launch_replayed"),
    ({"exp": None}, "launch_expired"),
    ({"iat": None}, "launch_expired"),
    ({f"{LTI}deployment_id": "8"}, "launch_deployment"),
    ({f"{LTI}deployment_id": None}, "launch_deployment"),
    ({f"{LTI}version": "1.1"}, "launch_unreadable"),
    ({f"{LTI}message_type": "LtiSubmissionReviewRequest"}, "launch_unreadable"),
    ({f"{LTI}resource_link": None}, "launch_unreadable"),
    ({"sub": None}, "launch_unreadable"),
    ({f"{LTI}roles": []}, "launch_role"),
    ({f"{LTI}roles": [f"{MEMBERSHIP}Mentor"]}, "launch_role"),
    ({f"{LTI}message_type": "LtiDeepLinkingRequest"}, "launch_role"),
]


@pytest.mark.parametrize("changed, code", REFUSED)
def test_what_a_platform_signs_is_refused_where_it_is_not_for_us(
    site: Site, moodle: MockPlatform, changed: dict[str, Any], code: str
) -> None:
    moodle.launch(site.browser(), "Instructor")
    browser = site.browser()
    answer = moodle.launch(browser, **changed)
    assert code_of(answer) == code and answer.status_code == 401
    assert SESSION_COOKIE not in browser.client.cookies


@pytest.mark.parametrize("exp, iat", [(-300, -600), (600, 300), (HOUR, -2 * HOUR)])
def test_what_is_too_old_or_from_the_future_is_refused(site: Site, moodle: MockPlatform, exp: int, iat: int) -> None:
    now = int(site.clock().timestamp())
    assert code_of(moodle.launch(site.browser(), exp=now + exp, iat=now + iat)) == "launch_expired"


def test_several_audiences_are_taken_where_we_are_the_party(site: Site, moodle: MockPlatform) -> None:
    assert moodle.launch(site.browser(), "Instructor", aud=[CLIENT, "another"], azp=CLIENT).status_code == 303


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def forged(moodle: MockPlatform, claims: dict[str, Any]) -> dict[str, str]:
    """Ways to sign that must not count."""
    secret = f"{part({'alg': 'HS256', 'kid': 'first'})}.{part(claims)}"
    hashed = hmac.digest(moodle.key.as_pem(private=False), secret.encode(), "sha256")
    good = moodle.sign(claims)
    head, body, signature = good.split(".")
    own_key = {"alg": "RS256", "kid": "first", "jwk": OTHER_KEY.as_dict(private=False)}
    return {
        "another key": moodle.sign(claims, key=OTHER_KEY),
        "no key id": moodle.sign(claims, header={"alg": "RS256"}),
        "unknown key id": moodle.sign(claims, header={"alg": "RS256", "kid": "second"}),
        "no algorithm": f"{part({'alg': 'none', 'kid': 'first'})}.{body}.",
        "no algorithm, with a signature": f"{part({'alg': 'none', 'kid': 'first'})}.{body}.{signature}",
        "the public key as a secret": f"{secret}.{base64.urlsafe_b64encode(hashed).rstrip(b'=').decode()}",
        "a longer hash": moodle.sign(claims, header={"alg": "RS512", "kid": "first"}),
        "a key it brings along": moodle.sign(claims, header=own_key, key=OTHER_KEY),
        "changed claims": f"{head}.{part({**claims, 'sub': 'admin'})}.{signature}",
        "no signature": f"{head}.{body}.",
        "no token": "",
        "nonsense": "a.b.c",
        "not ascii": "é.é.é",
    }


WAYS = list(forged(MockPlatform(None), {"sub": "x"}))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("way", WAYS)
def test_a_forged_signature_is_refused(site: Site, moodle: MockPlatform, way: str) -> None:
    browser = site.browser()
    wanted = moodle.begin(browser)
    token = forged(moodle, moodle.claims(wanted["nonce"], "Instructor"))[way]
    answer = moodle.post(browser, wanted["state"], token)
    assert (answer.status_code, code_of(answer)) == (401, "launch_signature")
    # The right one still counts: nobody can use up somebody else's way by sending rubbish.
    good = moodle.sign(moodle.claims(wanted["nonce"], "Instructor"))
    assert moodle.post(browser, wanted["state"], good).status_code == 303


def test_a_launch_counts_once(site: Site, moodle: MockPlatform) -> None:
    browser = site.browser()
    wanted = moodle.begin(browser)
    token = moodle.sign(moodle.claims(wanted["nonce"], "Instructor"))
    cookies = dict(browser.client.cookies)
    assert moodle.post(browser, wanted["state"], token).status_code == 303
    browser.client.cookies.update({name: value for name, value in cookies.items() if name.startswith("lafal_lti")})
    assert code_of(moodle.post(browser, wanted["state"], token)) == "launch_replayed"
    fresh = moodle.begin(browser)
    assert code_of(moodle.post(browser, fresh["state"], token)) == "launch_replayed"


def test_a_launch_ends_in_the_browser_in_which_it_began(site: Site, moodle: MockPlatform) -> None:
    attacker, victim = site.browser(), site.browser()
    wanted = moodle.begin(attacker)
    moodle.begin(victim)
    token = moodle.sign(moodle.claims(wanted["nonce"], "Instructor"))
    assert code_of(moodle.post(victim, wanted["state"], token)) == "launch_stale"
    assert SESSION_COOKIE not in victim.client.cookies


@pytest.mark.parametrize("state", ["", "x", "a.b.c.d", "a.99999999999.c.d", "é.1.c.d"])
def test_a_state_that_is_not_ours_is_refused(site: Site, moodle: MockPlatform, state: str) -> None:
    assert code_of(moodle.post(site.browser(), state, "x")) == "launch_stale"


def test_a_launch_that_took_too_long_is_refused(site: Site, moodle: MockPlatform) -> None:
    browser = site.browser()
    wanted = moodle.begin(browser)
    site.clock.now += timedelta(minutes=11)
    token = moodle.sign(moodle.claims(wanted["nonce"], "Instructor"))
    assert code_of(moodle.post(browser, wanted["state"], token)) == "launch_stale"


def test_a_platform_that_was_removed_lets_nobody_in(site: Site, moodle: MockPlatform) -> None:
    browser = site.browser()
    wanted = moodle.begin(browser)
    platforms.remove(site.store, moodle.platform.id, by=site.people.admin.id, now=site.clock())
    token = moodle.sign(moodle.claims(wanted["nonce"], "Instructor"))
    assert code_of(moodle.post(browser, wanted["state"], token)) == "launch_platform"


def test_a_platform_may_refuse(site: Site, moodle: MockPlatform) -> None:
    answer = site.browser().client.post("/lti/launch", data={"error": "login_required", "state": "x"})
    assert code_of(answer) == "launch_refused"


def test_keys_that_cannot_be_fetched_are_said_to_be_so(
    site: Site, moodle: MockPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    monkeypatch.setattr(moodle, "_serve", fail)
    answer = moodle.launch(site.browser(), "Instructor")
    assert (answer.status_code, code_of(answer)) == (502, "unreachable")


def test_the_binding_cookie_comes_back_across_sites_by_https_only(site: Site, moodle: MockPlatform) -> None:
    params = {"iss": ISSUER, "login_hint": "4"}
    plain = site.browser().client.get("/lti/login", params=params).headers["set-cookie"]
    assert "SameSite=lax" in plain and "HttpOnly" in plain
    secure = TestClient(site.app, base_url="https://testserver", follow_redirects=False)
    answer = secure.get("/lti/login", params=params)
    assert "SameSite=none" in answer.headers["set-cookie"] and "Secure" in answer.headers["set-cookie"]
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["redirect_uri"] == ["https://testserver/lti/launch"]


def test_our_public_key_is_all_that_is_shown(site: Site, moodle: MockPlatform) -> None:
    first = site.browser().client.get("/lti/keys").json()
    assert set(first["keys"][0]) == {"kty", "n", "e", "kid", "use", "alg"}
    assert site.browser().client.get("/lti/keys").json() == first


# Choosing what a link opens.


def deep_link(data: str | None = "opaque", **changed: Any) -> dict[str, Any]:
    settings = {
        "deep_link_return_url": f"{ISSUER}/return?id=3",
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["window"],
        **({"data": data} if data else {}),
        **changed,
    }
    return {
        f"{LTI}message_type": "LtiDeepLinkingRequest",
        f"{LTI}resource_link": None,
        f"{DL}deep_linking_settings": settings,
    }


def question_of(browser: Browser, location: str) -> str:
    page = browser.get(location)
    assert page.status_code == 200
    return re.search(r'name="question" value="([^"]+)"', page.text)[1]


def answered(site: Site, page: str) -> dict[str, Any]:
    token = re.search(r'name="JWT" value="([^"]+)"', page)[1]
    known = KeySet.import_key_set(site.browser().client.get("/lti/keys").json())
    return jwt.decode(token, known, algorithms=["RS256"]).claims


def test_a_teacher_chooses_an_assignment_and_its_link_opens_it(site: Site, moodle: MockPlatform) -> None:
    browser = site.browser()
    moodle.launch(browser, "Instructor")
    work = set_work(site, browser)
    location = moodle.launch(browser, "Instructor", **deep_link()).headers["location"]
    question = question_of(browser, location)
    page = browser.post("/lti/choose", {"question": question, "choice": work.id})
    assert page.status_code == 200
    assert page.headers["content-security-policy"] == strict_policy(form_action=ISSUER)
    assert f'action="{ISSUER}/return?id=3"' in page.text and "/scripts/deep_link.js" in page.text
    claims = answered(site, page.text)
    assert (claims["iss"], claims["aud"]) == (CLIENT, ISSUER)
    assert claims[f"{LTI}message_type"] == "LtiDeepLinkingResponse"
    assert (claims[f"{LTI}deployment_id"], claims[f"{DL}data"]) == (DEPLOYMENT, "opaque")
    (item,) = claims[f"{DL}content_items"]
    assert (item["type"], item["title"], item["url"]) == ("ltiResourceLink", "Fish", "http://testserver/lti/launch")
    assert item["lineItem"]["scoreMaximum"] == 100
    # The platform then sends a learner with what it was given.
    learner = site.browser()
    answer = moodle.launch(learner, **{f"{LTI}custom": item["custom"], f"{LTI}resource_link": {"id": "new"}})
    assert answer.headers["location"] == f"/homework/{work.id}"
    # And remembers it for a link that lost its parameter.
    assert moodle.launch(learner, **{f"{LTI}resource_link": {"id": "new"}}).headers["location"].endswith(work.id)
    teacher = moodle.launch(site.browser(), "Instructor", **{f"{LTI}custom": item["custom"]})
    assert teacher.headers["location"] == f"/assignments/{work.id}"


def test_a_teacher_makes_an_assignment_for_a_link(site: Site, moodle: MockPlatform) -> None:
    browser = site.browser()
    location = moodle.launch(browser, "Instructor", **deep_link(None, accept_lineitem=False)).headers["location"]
    sent = {"question": question_of(browser, location), "choice": "new", "title": "", "sentences": "I am late.\n\nSo?"}
    refused = browser.post("/lti/choose", sent)
    assert (refused.status_code, code_of(refused)) == (422, "link_work")
    assert "I am late.\n\nSo?" in refused.text
    page = browser.post("/lti/choose", {**sent, "title": "Being late"})
    claims = answered(site, page.text)
    assert f"{DL}data" not in claims and "lineItem" not in claims[f"{DL}content_items"][0]
    (work,) = assignments.of_class(site.store, taught(site, browser).id, by=who(site, browser).id)
    assert (work.terms.title, [item.text for item in work.items]) == ("Being late", ["I am late.", "So?"])


def test_a_link_that_opens_nothing_yet_asks_its_teacher(site: Site, moodle: MockPlatform) -> None:
    browser, learner = site.browser(), site.browser()
    location = moodle.launch(browser, "Instructor").headers["location"]
    work = set_work(site, browser)
    sent = {"question": question_of(browser, location), "choice": work.id}
    assert browser.post("/lti/choose", sent).headers["location"] == f"/assignments/{work.id}"
    assert moodle.launch(learner).headers["location"] == f"/homework/{work.id}"


def test_a_question_is_answered_by_whom_it_was_asked_of(site: Site, moodle: MockPlatform) -> None:
    browser = site.browser()
    location = moodle.launch(browser, "Instructor").headers["location"]
    question = question_of(browser, location)
    other = site.browser(site.people.teacher)
    sent = {"question": question, "choice": site.people.assignment.id}
    assert code_of(other.post("/lti/choose", sent)) == "launch_stale"
    assert code_of(other.get(location)) == "launch_stale"
    # Another class's work cannot be chosen.
    assert code_of(browser.post("/lti/choose", sent)) == "link_work"
    assert code_of(browser.get("/lti/choose?question=AAAA")) == "launch_stale"
    assert code_of(site.browser(site.people.ani).get(location)) == "not_allowed"
    site.clock.now += timedelta(hours=3)
    assert code_of(browser.get(location)) == "launch_stale"


def test_a_link_to_another_classs_work_opens_nothing(site: Site, moodle: MockPlatform) -> None:
    moodle.launch(site.browser(), "Instructor")
    other = {f"{LTI}custom": {"assignment_id": site.people.assignment.id}}
    assert moodle.launch(site.browser(), **other).headers["location"] == "/homework"


def test_every_other_page_keeps_the_strict_policy(site: Site, moodle: MockPlatform) -> None:
    assert site.browser(site.people.admin).get("/people/platforms").headers["content-security-policy"] == STRICT_POLICY
    assert "'unsafe-eval'" not in strict_policy(form_action=ISSUER)
    for bad in ("https://a.example; script-src *", "javascript:x", "*", "https://a.example/path", "https://a\n"):
        with pytest.raises(ValueError):
            strict_policy(form_action=bad)


# Grades.


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


# Registering.

FORM = {
    "name": "Canvas",
    "issuer": "https://canvas.example",
    "client_id": "100",
    "deployments": "1:a 2:b",
    "auth_url": "https://canvas.example/auth",
    "token_url": "https://canvas.example/token",
    "jwks_url": "https://canvas.example/keys",
    "needs_guardian": "on",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_admin_registers_changes_and_removes_a_platform(site: Site, language: str) -> None:
    browser = site.browser(site.people.admin, language=language)
    page = browser.get("/people/platforms")
    assert open_catalogue(language).say("lti.platforms") in page.text
    for ours in ("login", "launch", "keys"):
        assert f"http://testserver/lti/{ours}" in page.text
    assert browser.post("/people/platforms", FORM).status_code == 303
    (made,) = platforms.listed(site.store, by=site.people.admin.id)
    assert made.details.deployments == ("1:a", "2:b") and made.details.needs_guardian
    assert "https://canvas.example/token" in browser.get(f"/people/platforms?change={made.id}").text
    browser.post("/people/platforms", {**FORM, "name": "Kanvas", "needs_guardian": ""})
    (changed,) = platforms.listed(site.store, by=site.people.admin.id)
    assert (changed.id, changed.details.name, changed.details.needs_guardian) == (made.id, "Kanvas", False)
    assert browser.post(f"/people/platforms/{made.id}/remove").status_code == 303
    assert platforms.listed(site.store, by=site.people.admin.id) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_used_is_said_and_nothing_typed_is_lost(site: Site, language: str) -> None:
    browser = site.browser(site.people.admin, language=language)
    browser.get("/people/platforms")
    refused = browser.post("/people/platforms", {**FORM, "jwks_url": "http://canvas.example/keys"})
    assert (refused.status_code, code_of(refused)) == (422, "platform_address")
    assert open_catalogue(language).say("lti.jwks_url") in refused.text
    assert 'value="http://canvas.example/keys"' in refused.text and 'value="1:a 2:b"' in refused.text
    empty = browser.post("/people/platforms", {**FORM, "client_id": " "})
    assert code_of(empty) == "platform_field"
    assert platforms.listed(site.store, by=site.people.admin.id) == ()


def test_platforms_are_for_admins(site: Site, moodle: MockPlatform) -> None:
    for person in (site.people.teacher, site.people.ani):
        browser = site.browser(person)
        assert code_of(browser.post("/people/platforms", FORM)) == "not_allowed"
        assert code_of(browser.post(f"/people/platforms/{moodle.platform.id}/remove")) == "not_allowed"
        assert code_of(browser.get("/people/platforms")) == "not_allowed"
    assert site.browser().get("/people/platforms").headers["location"].startswith("/sign-in")


def test_nothing_is_asked_of_anybody_before_a_platform_is_registered(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(outgoing, "open_client", refuse)
    site.browser().client.get("/lti/login", params={"iss": ISSUER})
    site.browser().client.post("/lti/launch", data={"state": "x", "id_token": "y"})
    site.browser(site.people.admin).get("/people/platforms")
    assert Sender(site.app.state.school).send() == 0


def test_every_refusal_is_said_in_every_language() -> None:
    kinds = [kind for kind in vars(web.lti.errors).values() if isinstance(kind, type)]
    own = [kind for kind in kinds if kind.__module__ == web.lti.errors.__name__]
    assert len({kind.code for kind in own}) == len(own) > 10
    for language in LANGUAGES:
        for kind in own:
            assert f"error.{kind.code}.sentence" in open_catalogue(language), kind.code
            assert open_catalogue(language).explain(kind({"field": "x"}))[1]
