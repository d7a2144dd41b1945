import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from classroom_site import Browser, Site, build_site, open_site
from mock_provider import CLIENT, ISSUER, SECRET, MockProvider

from classroom import accounts, deletion, outside
from classroom.people import Person
from speech.settings import Settings
from web.catalogue import LANGUAGES, open_catalogue
from web.lti import outgoing, provider
from web.school import School
from web.visitors import SESSION_COOKIE


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Site]:
    """A school whose accounts are at a provider."""
    plain = open_site(tmp_path / "data")
    settings = Settings(oidc_issuer=ISSUER, oidc_client_id=CLIENT, max_file_bytes=50_000)
    app = build_site(settings, School(settings, now=plain.clock, store=plain.store), plain.judge)
    yield replace(plain, app=app)
    plain.store.close()


@pytest.fixture
def accounts_of(school: Site, monkeypatch: pytest.MonkeyPatch) -> MockProvider:
    made = MockProvider(school)
    monkeypatch.setattr(outgoing, "open_client", made.client)
    return made


def who(site: Site, browser: Browser) -> Person:
    return accounts.resume(site.store, browser.client.cookies[SESSION_COOKIE], now=site.clock())


def code_of(answer: Any) -> str:
    return re.search(r'data-code="([a-z_]+)"', answer.text)[1]


def link(school: Site, there: MockProvider, person: Person) -> Browser:
    browser = school.browser(person)
    sent = browser.post("/oidc/link")
    wanted = there.asked(sent.headers["refresh"].removeprefix("0; url="))
    assert there.back(browser, wanted).headers["location"] == "/oidc/link?done=linked"
    return browser


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_account_is_linked_while_signed_in_and_then_signs_in(
    school: Site, accounts_of: MockProvider, language: str
) -> None:
    ani, say = school.people.ani, open_catalogue(language).say
    assert say("oidc.not_linked") in school.browser(ani, language=language).get("/oidc/link").text
    link(school, accounts_of, ani)
    assert say("oidc.is_linked") in school.browser(ani, language=language).get("/oidc/link").text
    browser = school.browser()
    answer = accounts_of.sign_in(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/home")
    assert who(school, browser).id == ani.id


def test_pkce_and_the_scope_are_as_narrow_as_they_can_be(
    school: Site, accounts_of: MockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(provider.SECRET, raising=False)
    wanted = accounts_of.asked(school.browser().client.get("/oidc/login").headers["location"])
    assert (wanted["scope"], wanted["response_type"], wanted["code_challenge_method"]) == ("openid", "code", "S256")
    assert wanted["redirect_uri"] == "http://testserver/oidc/callback"
    link(school, accounts_of, school.people.ani)
    assert "client_secret" not in accounts_of.forms[0]
    assert 43 <= len(accounts_of.forms[0]["code_verifier"]) <= 128
    monkeypatch.setenv(provider.SECRET, SECRET)
    accounts_of.sign_in(school.browser())
    assert accounts_of.forms[1]["client_secret"] == SECRET


def test_an_account_nobody_linked_is_refused_even_with_a_known_address(school: Site, accounts_of: MockProvider) -> None:
    browser = school.browser()
    answer = accounts_of.sign_in(browser)
    assert (answer.status_code, code_of(answer)) == (401, "account_not_linked")
    assert SESSION_COOKIE not in browser.client.cookies


def test_the_session_the_browser_had_ends(school: Site, accounts_of: MockProvider) -> None:
    browser = link(school, accounts_of, school.people.ani)
    old = browser.client.cookies[SESSION_COOKIE]
    accounts_of.sign_in(browser)
    with pytest.raises(accounts.SessionOver):
        accounts.resume(school.store, old, now=school.clock())


def test_one_account_belongs_to_one_person(school: Site, accounts_of: MockProvider) -> None:
    link(school, accounts_of, school.people.ani)
    browser = school.browser(school.people.budi)
    wanted = accounts_of.asked(browser.post("/oidc/link").headers["refresh"].removeprefix("0; url="))
    assert code_of(accounts_of.back(browser, wanted)) == "account_taken"
    assert not outside.is_linked(school.store, school.people.budi.id)


def test_an_unlinked_or_deleted_account_signs_nobody_in(school: Site, accounts_of: MockProvider) -> None:
    browser = link(school, accounts_of, school.people.ani)
    assert browser.post("/oidc/unlink").headers["location"] == "/oidc/link?done=unlinked"
    assert code_of(accounts_of.sign_in(school.browser())) == "account_not_linked"
    link(school, accounts_of, school.people.budi)
    budi = school.people.budi.id
    deletion.forget(school.store, budi, by=budi, now=school.clock())
    assert code_of(accounts_of.sign_in(school.browser())) == "account_not_linked"


def test_linking_ends_with_who_began_it(school: Site, accounts_of: MockProvider) -> None:
    browser = school.browser(school.people.ani)
    wanted = accounts_of.asked(browser.post("/oidc/link").headers["refresh"].removeprefix("0; url="))
    browser.client.cookies.delete(SESSION_COOKIE)
    browser.sign_in(school.people.budi)
    assert code_of(accounts_of.back(browser, wanted)) == "launch_stale"
    for person in (school.people.ani, school.people.budi):
        assert not outside.is_linked(school.store, person.id)


def test_a_way_ends_in_the_browser_in_which_it_began_in_time_and_once(school: Site, accounts_of: MockProvider) -> None:
    link(school, accounts_of, school.people.ani)
    attacker, victim = school.browser(), school.browser()
    wanted = accounts_of.asked(attacker.client.get("/oidc/login").headers["location"])
    assert code_of(accounts_of.back(victim, wanted)) == "launch_stale"
    assert SESSION_COOKIE not in victim.client.cookies
    kept = dict(attacker.client.cookies)
    assert accounts_of.back(attacker, wanted).status_code == 303
    attacker.client.cookies.update({name: value for name, value in kept.items() if name.startswith("lafal_oidc")})
    assert code_of(accounts_of.back(attacker, wanted)) == "launch_replayed"
    late = school.browser()
    wanted = accounts_of.asked(late.client.get("/oidc/login").headers["location"])
    school.clock.now += timedelta(minutes=11)
    assert code_of(accounts_of.back(late, wanted)) == "launch_stale"


@pytest.mark.parametrize(
    "claims, code",
    [
        ({"iss": "https://elsewhere.example"}, "launch_issuer"),
        ({"aud": "another"}, "launch_audience"),
        ({"nonce": "another"}, "launch_replayed"),
        ({"exp": 1}, "launch_expired"),
        ({"sub": ""}, "launch_refused"),
    ],
)
def test_a_token_that_is_not_for_us_is_refused(
    school: Site, accounts_of: MockProvider, claims: dict[str, Any], code: str
) -> None:
    link(school, accounts_of, school.people.ani)
    accounts_of.claims = claims
    assert code_of(accounts_of.sign_in(school.browser())) == code


def test_a_code_needs_the_secret_of_the_browser_it_was_made_for(school: Site, accounts_of: MockProvider) -> None:
    one, other = school.browser(), school.browser()
    stolen = accounts_of.code(accounts_of.asked(one.client.get("/oidc/login").headers["location"]))
    state = accounts_of.asked(other.client.get("/oidc/login").headers["location"])["state"]
    answer = other.client.get("/oidc/callback", params={"state": state, "code": stolen})
    assert code_of(answer) == "unreachable"


def test_a_provider_may_refuse(school: Site, accounts_of: MockProvider) -> None:
    browser = school.browser()
    state = accounts_of.asked(browser.client.get("/oidc/login").headers["location"])["state"]
    answer = browser.client.get("/oidc/callback", params={"state": state, "error": "access_denied"})
    assert code_of(answer) == "launch_refused"


def test_a_document_that_speaks_for_another_issuer_is_not_believed(school: Site, accounts_of: MockProvider) -> None:
    accounts_of.issuer = "https://elsewhere.example"
    assert code_of(school.browser().client.get("/oidc/login")) == "unreachable"


def test_linking_needs_a_session_and_its_form(school: Site, accounts_of: MockProvider) -> None:
    assert school.browser().get("/oidc/link").headers["location"].startswith("/sign-in")
    for path in ("/oidc/link", "/oidc/unlink"):
        assert school.browser().post(path).headers["location"].startswith("/sign-in")
        stale = school.browser(school.people.ani)
        stale.csrf = ""
        assert code_of(stale.post(path)) == "stale_form"


def test_it_is_off_where_nobody_set_a_provider(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(outgoing, "open_client", refuse)
    browser = site.browser(site.people.ani)
    assert code_of(browser.post("/oidc/link")) == "sign_in_off"
    assert code_of(browser.get("/oidc/link")) == "sign_in_off"
    assert code_of(site.browser().get("/oidc/login")) == "sign_in_off"
    assert "/oidc/login" not in site.browser().get("/sign-in").text
    assert "/oidc/link" not in site.browser(site.people.ani).get("/me").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sign_in_page_and_my_data_lead_there_where_it_is_on(school: Site, language: str) -> None:
    say = open_catalogue(language).say
    page = html.unescape(school.browser(language=language).get("/sign-in").text)
    assert 'href="/oidc/login"' in page and say("oidc.sign_in") in page
    assert 'href="/oidc/link"' in school.browser(school.people.ani, language=language).get("/me").text
