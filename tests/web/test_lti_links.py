import re
from datetime import timedelta
from typing import Any

import pytest
from classroom_site import Browser, Site
from joserfc import jwt
from joserfc.jwk import KeySet
from lti_course import code_of, set_work, taught, who
from mock_platform import CLIENT, DEPLOYMENT, DL, ISSUER, LTI, MockPlatform

import web.lti.errors
from classroom import (
    assignments,
    platforms,
)
from web.catalogue import LANGUAGES, open_catalogue
from web.lti import outgoing
from web.lti.sending import Sender
from web.security import STRICT_POLICY, strict_policy

pytestmark = pytest.mark.own_app

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
