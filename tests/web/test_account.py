import re
from datetime import timedelta

import pytest
from classroom_site import PASSWORD, Browser, Site

from classroom import accounts, classes, consents, invitations, people
from classroom.errors import SessionOver
from classroom.people import Identity
from web.visitors import SESSION_COOKIE, local

LOGIN = "sari@example.org"


@pytest.fixture
def sari(site: Site) -> Site:
    accounts.set_password(
        site.store, site.people.teacher.id, PASSWORD, login=LOGIN, by=people.OPERATOR, now=site.clock()
    )
    return site


def sign_in(browser: Browser, login: str = LOGIN, password: str = PASSWORD, **fields: str):
    return browser.post("/sign-in", {"login": login, "password": password, **fields})


def code_of(site: Site, *, uses: int = 60) -> str:
    teacher = site.people.teacher.id
    return invitations.make_join_code(site.store, site.people.class_id, by=teacher, now=site.clock(), uses=uses).secret


def link_of(site: Site, person: people.Person) -> str:
    return invitations.make_link(site.store, person.id, by=site.people.admin.id, now=site.clock()).secret


def is_over(site: Site, token: str) -> bool:
    try:
        accounts.resume(site.store, token, now=site.clock())
    except SessionOver:
        return True
    return False


@pytest.mark.parametrize(("language", "title"), [("en", "Sign in"), ("id", "Masuk")])
def test_anybody_finds_the_way_in_in_their_language(site: Site, language: str, title: str) -> None:
    page = site.browser(language=language).get("/sign-in")
    assert page.status_code == 200 and f'<h1 id="sign-in">{title}</h1>' in page.text


def test_signing_in_leads_where_one_was_going_and_stays(sari: Site) -> None:
    browser = sari.browser()
    answer = sign_in(browser, back="/classes")
    assert (answer.status_code, answer.headers["location"]) == (303, "/classes")
    assert browser.get("/me").status_code == 200
    # Whoever is in already needs no form.
    assert browser.get("/sign-in?back=/me").headers["location"] == "/me"


def test_the_cookie_is_for_us_alone(sari: Site) -> None:
    flags = sign_in(sari.browser()).headers["set-cookie"].lower()
    assert "httponly" in flags and "samesite=lax" in flags and "path=/" in flags and "secure" not in flags
    secure = sari.browser()
    secure.client.base_url = "https://testserver"
    assert "; secure" in sign_in(secure).headers["set-cookie"].lower()


def test_a_session_that_somebody_planted_is_not_the_one_signed_in(sari: Site) -> None:
    browser = sari.browser(sari.people.ani)
    planted = browser.client.cookies[SESSION_COOKIE]
    answer = sign_in(browser)
    begun = answer.cookies[SESSION_COOKIE]
    assert begun != planted
    assert is_over(sari, planted) and not is_over(sari, begun)


def test_signing_out_ends_the_session_and_not_only_the_cookie(sari: Site) -> None:
    browser = sari.browser()
    sign_in(browser)
    token = browser.client.cookies[SESSION_COOKIE]
    browser.get("/me")
    answer = browser.post("/sign-out")
    assert answer.headers["location"] == "/sign-in?done=signed_out"
    assert SESSION_COOKIE not in browser.client.cookies
    assert is_over(sari, token)
    assert "You have signed out." in browser.get("/sign-in?done=signed_out").text


def test_signing_out_needs_a_form_of_ours(sari: Site) -> None:
    browser = sari.browser(sari.people.teacher)
    assert browser.post("/sign-out", {"csrf": "made up"}).status_code == 403
    assert not is_over(sari, browser.client.cookies[SESSION_COOKIE])


@pytest.mark.parametrize("path", ["/sign-in", "/join", "/link/x"])
def test_another_site_signs_nobody_in(sari: Site, path: str) -> None:
    form = {"login": LOGIN, "password": PASSWORD, "code": code_of(sari), "name": "Eve", "age": "over"}
    answer = sari.browser().post(path, form, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403 and SESSION_COOKIE not in answer.cookies


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil",
        "",
    ],
)
def test_the_way_back_never_leaves_the_site(sari: Site, back: str) -> None:
    assert local(back) == "/home"
    assert sign_in(sari.browser(), back=back).headers["location"] == "/home"
    assert "evil" not in sari.browser().get("/sign-in", params={"back": back}).text


@pytest.mark.parametrize("back", ["/classes", "/homework/1?x=1#y", "/kelas/é"])
def test_the_way_back_may_be_any_page_of_ours(back: str) -> None:
    assert local(back) == back


def test_a_wrong_password_and_an_unknown_login_are_answered_alike(sari: Site) -> None:
    wrong = sign_in(sari.browser(), password="wrong horse")
    unknown = sign_in(sari.browser(), login="nobody@example.org", password="wrong horse")
    impossible = sign_in(sari.browser(), login="x" * 300)
    assert wrong.status_code == unknown.status_code == impossible.status_code == 401
    assert wrong.text.replace(LOGIN, "") == unknown.text.replace("nobody@example.org", "")
    assert 'data-code="wrong_password"' in impossible.text
    # What was typed is not lost, but for the password.
    assert f'value="{LOGIN}"' in wrong.text and "wrong horse" not in wrong.text


def test_guessing_at_a_login_is_stopped_and_told_when_to_come_back(sari: Site) -> None:
    browser = sari.browser()
    for _ in range(10):
        assert sign_in(browser, password="wrong horse").status_code == 401
    answer = sign_in(browser, login=f" {LOGIN.upper()} ")
    assert answer.status_code == 429 and 0 < int(answer.headers["Retry-After"]) <= 300
    assert 'data-code="too_often"' in answer.text and LOGIN.upper() in answer.text
    assert SESSION_COOKIE not in answer.cookies


def test_guessing_at_many_logins_is_stopped_by_the_address(sari: Site) -> None:
    browser = sari.browser()
    for _ in range(100):
        sari.app.state.school.limits.count("sign_in", "testclient")
    assert sign_in(browser).status_code == 429


@pytest.mark.parametrize(("language", "greeting"), [("en", "Welcome!"), ("id", "Selamat datang!")])
def test_a_learner_joins_with_the_code_from_the_blackboard(site: Site, language: str, greeting: str) -> None:
    browser = site.browser(language=language)
    code = code_of(site)
    assert f'value="{code}"' in browser.get("/join", params={"code": code}).text
    typed = f"{code[:4].lower()} {code[4:].lower()}"
    answer = browser.post("/join", {"code": typed, "name": " Citra  Dewi ", "age": "over"})
    assert answer.headers["location"] == "/me/consents?done=joined"
    page = browser.get(answer.headers["location"])
    assert greeting in page.text and "Citra" not in page.text
    joined = next(one for one in classes.roster(site.store, site.people.class_id, by=site.people.teacher.id)
                  if one.name == "Citra Dewi")  # fmt: skip
    assert (joined.role, joined.person.language, joined.person.needs_guardian) == ("learner", language, False)


def test_joining_under_eighteen_needs_a_guardian(site: Site) -> None:
    browser = site.browser()
    browser.post("/join", {"code": code_of(site), "name": "Citra", "age": "under"})
    page = browser.get("/me/consents").text
    assert "parent or guardian has to agree" in page and "I agree" not in page


@pytest.mark.parametrize("missing", ["name", "age"])
def test_what_was_typed_stays_when_something_is_missing(site: Site, missing: str) -> None:
    form = {"code": code_of(site, uses=1), "name": "Citra <b>", "age": "under"}
    answer = site.browser(language="id").post("/join", {**form, missing: ""})
    assert answer.status_code == 422 and f'value="{form["code"]}"' in answer.text
    assert ("Citra &lt;b&gt;" in answer.text) is (missing != "name")
    assert (re.search('value="under"[^>]* checked', answer.text) is not None) is (missing != "age")
    # The code has not been used up by that.
    assert site.browser().post("/join", form).status_code == 303


def test_a_used_up_code_lets_nobody_in(site: Site) -> None:
    form = {"code": code_of(site, uses=1), "name": "Citra", "age": "over"}
    assert site.browser().post("/join", form).status_code == 303
    answer = site.browser().post("/join", form)
    assert answer.status_code == 404 and 'data-code="unusable_code"' in answer.text
    assert SESSION_COOKIE not in answer.cookies


def test_only_wrong_codes_are_counted(site: Site) -> None:
    code = code_of(site)
    for number in range(35):
        form = {"code": code, "name": f"Learner {number}", "age": "over"}
        assert site.browser().post("/join", form).status_code == 303
    browser = site.browser()
    wrong = {"code": "AAAA2222", "name": "Eve", "age": "over"}
    assert [browser.post("/join", wrong).status_code for _ in range(31)] == [404] * 30 + [429]
    assert browser.post("/join", {**wrong, "code": code}).headers["Retry-After"]


def test_a_learner_joins_one_more_class_as_the_same_person(site: Site) -> None:
    teacher = site.people.stranger.id
    room = classes.create(site.store, "English club", by=teacher, now=site.clock())
    code = invitations.make_join_code(site.store, room.id, by=teacher, now=site.clock()).secret
    browser = site.browser(site.people.ani)
    assert 'href="/join"' in browser.get("/homework").text
    assert "/join/again" in browser.get("/join", params={"code": code}).text
    assert browser.post("/join/again", {"code": "AAAA2222"}).status_code == 404
    assert browser.post("/join/again", {"code": code}).headers["location"] == "/home"
    assert browser.post("/join/again", {"code": code}).status_code == 303
    assert {one.name for one in classes.of_person(site.store, site.people.ani.id)} == {"9A", "English club"}
    assert site.browser(site.people.teacher).get("/me").status_code == 200
    staff = site.browser(site.people.teacher)
    staff.get("/me")
    assert staff.post("/join/again", {"code": code}).status_code == 403


def test_joining_anew_ends_the_session_there_was(site: Site) -> None:
    browser = site.browser(site.people.teacher)
    token = browser.client.cookies[SESSION_COOKIE]
    assert site.people.teacher.pseudonym in browser.get("/join").text
    browser.post("/join", {"code": code_of(site), "name": "Citra", "age": "over"})
    assert is_over(site, token)


def test_looking_at_a_link_does_not_use_it_and_following_it_works_once(site: Site) -> None:
    path = f"/link/{link_of(site, site.people.ani)}"
    for _ in range(3):
        preview = site.browser().get(path)
        assert preview.status_code == 200 and site.people.ani.pseudonym not in preview.text
    browser = site.browser(site.people.teacher)
    before = browser.client.cookies[SESSION_COOKIE]
    assert browser.post(path).headers["location"] == "/home"
    assert is_over(site, before)
    assert site.people.ani.pseudonym in browser.get("/me").text
    again = site.browser().post(path)
    assert again.status_code == 404 and SESSION_COOKIE not in again.cookies


def test_a_link_is_too_old_after_its_time(site: Site) -> None:
    path = f"/link/{link_of(site, site.people.ani)}"
    site.clock.now += invitations.LINK_LIFETIME + timedelta(seconds=1)
    assert site.browser().post(path).status_code == 404


def test_a_learner_who_has_not_agreed_is_asked_after_following_a_link(site: Site) -> None:
    ani = site.people.ani
    consents.withdraw(site.store, ani.id, "practice", by=ani.id, now=site.clock())
    answer = site.browser().post(f"/link/{link_of(site, ani)}")
    assert answer.headers["location"] == "/me/consents"


def test_a_learner_chooses_a_first_password_and_comes_back_with_it(site: Site) -> None:
    browser = site.browser(site.people.ani)
    token = browser.client.cookies[SESSION_COOKIE]
    assert 'name="old"' not in browser.get("/password").text
    form = {"login": "ani42", "new": PASSWORD, "again": PASSWORD}
    assert browser.post("/password", form).headers["location"] == "/me?done=password"
    assert is_over(site, token) and "Your password is saved" in browser.get("/me?done=password").text
    assert sign_in(site.browser(), login="Ani42").status_code == 303
    # Now there is an old one to be asked for.
    assert 'name="old"' in browser.get("/password").text
    assert browser.post("/password", {"new": "battery staple", "again": "battery staple"}).status_code == 401


def test_changing_a_password_needs_the_old_one_and_ends_other_sessions(sari: Site) -> None:
    browser, other = sari.browser(), sari.browser()
    sign_in(browser)
    sign_in(other)
    browser.get("/password")
    new = {"new": "battery staple", "again": "battery staple"}
    assert browser.post("/password", {"old": "wrong horse", **new}).status_code == 401
    assert browser.post("/password", {"old": PASSWORD, **new}).status_code == 303
    assert browser.get("/me").status_code == 200
    assert other.get("/me").headers["location"].startswith("/sign-in")
    assert sign_in(sari.browser()).status_code == 401
    assert sign_in(sari.browser(), password="battery staple").status_code == 303


@pytest.mark.parametrize(
    ("new", "again", "problem"),
    [("short", "short", "8 sampai 200 huruf"), ("correct horse", "correct house", "tidak sama")],
)
def test_a_password_that_cannot_be_is_refused_in_the_readers_language(
    site: Site, new: str, again: str, problem: str
) -> None:
    browser = site.browser(site.people.ani, language="id")
    browser.get("/password")
    answer = browser.post("/password", {"login": "ani42", "new": new, "again": again})
    assert answer.status_code == 422 and problem in answer.text and 'value="ani42"' in answer.text
    assert new not in answer.text or new == "short"


def test_a_login_somebody_has_is_refused(sari: Site) -> None:
    browser = sari.browser(sari.people.ani)
    browser.get("/password")
    answer = browser.post("/password", {"login": LOGIN, "new": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 409 and people.identify(sari.store, sari.people.ani.id).login == ""


def test_the_password_page_is_for_who_is_signed_in(site: Site) -> None:
    assert site.browser().get("/password").headers["location"] == "/sign-in?back=%2Fpassword"
    assert site.browser().post("/password").headers["location"].startswith("/sign-in")


def test_a_name_that_is_too_long_is_refused_before_the_code_is_used(site: Site) -> None:
    form = {"code": code_of(site, uses=1), "name": "x" * 201, "age": "over"}
    assert site.browser().post("/join", form).status_code == 422
    assert site.browser().post("/join", {**form, "name": "x" * 200}).status_code == 303
    assert Identity(name="x" * 200) in {
        people.identify(site.store, one.id) for one in people.listed(site.store, "learner")
    }
