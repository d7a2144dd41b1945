import base64
import hmac
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from classroom_site import Site
from fastapi.testclient import TestClient
from lti_course import code_of, who
from mock_platform import CLIENT, ISSUER, LTI, MEMBERSHIP, OTHER_KEY, MockPlatform
from sqlalchemy import select

from classroom import (
    classes,
    people,
    platforms,
)
from classroom.store.outside_tables import AccountRow
from web.visitors import SESSION_COOKIE

pytestmark = pytest.mark.own_app


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
