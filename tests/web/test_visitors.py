import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import pytest
from classroom_site import Site, build_site
from fabricated import StandInJudge
from fastapi import Depends, Form
from fastapi.testclient import TestClient

from classroom import accounts
from speech.settings import Settings
from web.catalogue import open_catalogue
from web.school import School
from web.security import HEADERS, STRICT_POLICY
from web.visitors import SESSION_COOKIE, Admin, Learner, SignedInVisitor, Staff, Visitor, signed_in


@pytest.fixture
def doors(site: Site) -> Site:
    """The app with a route for each kind of visitor, which do nothing else."""

    @site.app.get("/doors/anybody-in")
    @site.app.post("/doors/anybody-in")
    def anybody_in(visitor: SignedInVisitor) -> str:
        return visitor.id

    @site.app.post("/doors/form")
    def form(visitor: SignedInVisitor, word: Annotated[str, Form()]) -> str:
        return word

    @site.app.get("/doors/staff")
    def staff(visitor: Staff) -> str:
        return visitor.id

    @site.app.get("/doors/admin")
    def admin(visitor: Admin) -> str:
        return visitor.id

    @site.app.get("/doors/learner")
    def learner(visitor: Learner) -> str:
        return visitor.id

    @site.app.get("/doors/broken")
    def broken(visitor: Annotated[Visitor, Depends(signed_in)]) -> str:
        raise RuntimeError("the inside of the server")

    return site


@pytest.mark.parametrize(
    ("door", "let_in"),
    [
        ("anybody-in", {"admin", "teacher", "learner"}),
        ("staff", {"admin", "teacher"}),
        ("admin", {"admin"}),
        ("learner", {"learner"}),
    ],
)
def test_a_door_lets_in_whom_it_names(doors: Site, door: str, let_in: set[str]) -> None:
    people = {"admin": doors.people.admin, "teacher": doors.people.teacher, "learner": doors.people.ani}
    answers = {role: doors.browser(person).get(f"/doors/{door}") for role, person in people.items()}
    assert {role for role, answer in answers.items() if answer.status_code == 200} == let_in
    assert {answer.status_code for answer in answers.values()} <= {200, 403}
    assert all(answers[role].json() == people[role].id for role in let_in)


def test_who_is_not_signed_in_is_shown_the_way(doors: Site) -> None:
    page = doors.browser().get("/doors/staff")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?back=%2Fdoors%2Fstaff")
    script = doors.browser().send("/doors/anybody-in")
    assert (script.status_code, script.json()["code"]) == (401, "session_over")


def test_a_session_that_is_over_opens_nothing(doors: Site) -> None:
    browser = doors.browser(doors.people.ani)
    assert browser.get("/doors/anybody-in").status_code == 200
    doors.clock.now += accounts.SESSION_LIFETIME + timedelta(seconds=1)
    assert browser.get("/doors/anybody-in").status_code == 303


@pytest.mark.parametrize("csrf", ["", "0" * 64, "é"])
def test_what_changes_something_carries_the_sessions_token(doors: Site, csrf: str) -> None:
    browser = doors.browser(doors.people.ani)
    right = browser.csrf
    browser.csrf = csrf
    refused = browser.post("/doors/form", {"word": "fish"}, headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (403, "stale_form")
    browser.csrf = right
    assert browser.post("/doors/form", {"word": "fish"}).json() == "fish"
    assert browser.send("/doors/anybody-in").json() == doors.people.ani.id


def test_somebody_elses_token_is_no_token(doors: Site) -> None:
    ani, budi = doors.browser(doors.people.ani), doors.browser(doors.people.budi)
    ani.csrf = budi.csrf
    assert ani.post("/doors/form", {"word": "fish"}).status_code == 403


def test_a_page_of_another_site_changes_nothing(doors: Site) -> None:
    browser = doors.browser(doors.people.ani)
    sent = browser.post("/doors/form", {"word": "fish"}, headers={"origin": "https://elsewhere.example"})
    assert sent.status_code == 403


@pytest.fixture
def quiet(doors: Site) -> Iterator[TestClient]:
    """A browser that gets the answer of a broken server instead of its exception."""
    browser = doors.browser(doors.people.ani)
    with TestClient(doors.app, raise_server_exceptions=False, cookies=browser.client.cookies) as client:
        yield client


def test_a_broken_page_tells_nothing(quiet: TestClient) -> None:
    page = quiet.get("/doors/broken", headers={"accept": "text/html"})
    script = quiet.get("/doors/broken", headers={"accept-language": "id"})
    assert page.status_code == script.status_code == 500
    assert open_catalogue("en").say("error.broken.remedy") in page.text
    assert script.json()["remedy"] == open_catalogue("id").say("error.broken.remedy")
    assert "inside" not in page.text + script.text
    assert "Traceback" not in page.text + script.text
    for answer in (page, script):
        assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
        assert answer.headers["Content-Security-Policy"] == STRICT_POLICY


def test_logs_hold_no_token(doors: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    browser = doors.browser(doors.people.ani)
    browser.get("/doors/anybody-in")
    browser.post("/doors/form", {"word": "fish"})
    token = browser.client.cookies[SESSION_COOKIE]
    assert token not in caplog.text
    assert browser.csrf not in caplog.text


def test_a_store_that_cannot_be_opened_is_a_clear_sentence(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("broken")
    (folder / "lafal.sqlite3").write_bytes(b"not a database at all, and long enough to be noticed " * 40)
    app = build_site(Settings(), School(Settings(data_folder=str(folder))), StandInJudge())
    with TestClient(app, cookies={SESSION_COOKIE: "x" * 22}) as client:
        answer = client.get("/home", headers={"accept": "application/json"})
        assert answer.status_code == 503
        assert {"code", "message", "remedy"} == set(answer.json())
