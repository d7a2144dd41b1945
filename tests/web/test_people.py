import re

import pytest
from classroom_site import PASSWORD, Site
from sqlalchemy import select

from classroom import accounts, directory, invitations, people
from classroom.errors import NotFound, SessionOver, WrongPassword
from classroom.store.schema import AuditRow
from web.visitors import SESSION_COOKIE

_LINK = re.compile(r'data-copy="http://testserver(/link/[^"]+)"')
NEW = {"role": "teacher", "name": "Dewi Lestari", "email": "dewi@example.org"}


def paths_of(site: Site) -> list[tuple[str, str]]:
    ani = site.people.ani.id
    return [
        ("GET", "/people"),
        ("GET", "/people/new"),
        ("POST", "/people"),
        ("POST", "/people/schools"),
        ("GET", f"/people/{ani}"),
        ("POST", f"/people/{ani}/name"),
        ("POST", f"/people/{ani}/link"),
        ("POST", f"/people/{ani}/password"),
        ("POST", f"/people/{ani}/sign-out"),
        ("GET", f"/people/{ani}/delete"),
        ("POST", f"/people/{ani}/delete"),
    ]


@pytest.mark.parametrize("role", ["teacher", "ani", None])
def test_only_admins_have_these_pages(site: Site, role: str | None) -> None:
    form = {**NEW, "login": "ani", "password": PASSWORD}
    for method, path in paths_of(site):
        browser = site.browser(getattr(site.people, role) if role else None)
        browser.get("/me")
        answer = browser.get(path) if method == "GET" else browser.post(path, form)
        assert answer.status_code == (403 if role else 303), path
        assert role or answer.headers["location"].startswith("/sign-in")
    assert len(people.listed(site.store)) == 5 and people.identify(site.store, site.people.ani.id).login == ""


def test_every_change_needs_a_form_of_ours(site: Site) -> None:
    browser = site.browser(site.people.admin)
    for method, path in paths_of(site):
        if method == "POST":
            answer = browser.post(path, {"csrf": "", "name": site.people.ani.pseudonym, **NEW})
            assert answer.status_code == 403 and 'data-code="stale_form"' in answer.text, path


@pytest.mark.parametrize(("language", "title"), [("en", "People"), ("id", "Orang")])
def test_people_are_listed_by_role(site: Site, language: str, title: str) -> None:
    browser = site.browser(site.people.admin, language=language)
    teachers = browser.get("/people").text
    assert f"<h1>{title}</h1>" in teachers and "Sari" in teachers and "Ani" not in teachers
    learners = browser.get("/people?role=learner").text
    assert "Ani" in learners and "Budi" in learners and "9A" in learners and "Sari" not in learners
    assert "Root" in browser.get("/people?role=admin").text
    assert browser.get("/people?role=nobody").status_code == 400


def test_a_teacher_is_added_with_a_first_password(site: Site) -> None:
    browser = site.browser(site.people.admin)
    browser.get("/people/new")
    answer = browser.post("/people", {**NEW, "login": "dewi", "password": PASSWORD})
    assert answer.status_code == 303 and PASSWORD not in answer.headers["location"]
    assert "The account has been made." in browser.get(answer.headers["location"]).text
    made = accounts.sign_in(site.store, "dewi", PASSWORD, now=site.clock()).person
    assert made.role == "teacher" and people.identify(site.store, made.id).email == "dewi@example.org"


@pytest.mark.parametrize("role", ["teacher", "admin"])
def test_without_a_password_there_is_a_link_shown_once(site: Site, role: str) -> None:
    browser = site.browser(site.people.admin)
    browser.get("/people/new")
    page = browser.post("/people", {**NEW, "role": role})
    link = _LINK.search(page.text)
    assert page.status_code == 200 and link
    other = site.browser()
    assert other.post(link[1]).headers["location"] == "/home"
    assert "Dewi Lestari" in other.get("/me").text
    made = next(one for one in directory.entries(site.store, role, by=site.people.admin.id) if one.identity.email)
    assert link[1] not in browser.get(f"/people/{made.person.id}").text


def test_only_teachers_and_admins_are_added_here(site: Site) -> None:
    browser = site.browser(site.people.admin)
    browser.get("/people")
    for role in ("learner", "operator"):
        assert browser.post("/people", {**NEW, "role": role}).status_code == 400
    assert len(people.listed(site.store)) == 5


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": " "}, 422),
        ({"login": "dewi"}, 422),
        ({"password": PASSWORD}, 422),
        ({"login": "dewi", "password": "short"}, 422),
        ({"login": "taken", "password": PASSWORD}, 409),
        ({"school_id": "nowhere"}, 403),
    ],
)
def test_what_cannot_be_is_refused_with_what_was_typed_and_nobody_is_added(
    site: Site, change: dict[str, str], status: int
) -> None:
    accounts.set_password(
        site.store, site.people.teacher.id, PASSWORD, login="taken", by=people.OPERATOR, now=site.clock()
    )
    browser = site.browser(site.people.admin, language="id")
    browser.get("/people/new")
    answer = browser.post("/people", {**NEW, **change})
    assert answer.status_code == status and 'value="dewi@example.org"' in answer.text
    assert len(people.listed(site.store)) == 5


def test_a_school_is_added_and_offered_to_new_teachers(site: Site) -> None:
    browser = site.browser(site.people.admin)
    browser.get("/people")
    assert browser.post("/people/schools", {"name": " "}).status_code == 422
    long = browser.post("/people/schools", {"name": "x" * 81})
    assert long.status_code == 422 and "x" * 81 in long.text
    assert browser.post("/people/schools", {"name": " SMA  1 "}).status_code == 303
    assert "SMA 1" in browser.get("/people").text
    ((school_id, _),) = directory.schools(site.store, by=site.people.admin.id)
    assert school_id in browser.get("/people/new").text
    browser.post("/people", {**NEW, "school_id": school_id, "login": "dewi", "password": PASSWORD})
    assert accounts.sign_in(site.store, "dewi", PASSWORD, now=site.clock()).person.school_id == school_id


def test_a_link_is_made_for_somebody(site: Site) -> None:
    browser = site.browser(site.people.admin, language="id")
    path = f"/people/{site.people.ani.id}"
    assert not _LINK.search(browser.get(path).text)
    page = browser.post(f"{path}/link").text
    link = _LINK.search(page)
    assert link and "2 hari" in page
    token = link[1].removeprefix("/link/")
    assert invitations.follow(site.store, token, now=site.clock()).person == site.people.ani


def test_a_reset_password_replaces_the_old_and_signs_out(site: Site) -> None:
    ani = site.people.ani
    accounts.set_password(site.store, ani.id, PASSWORD, login="ani", by=people.OPERATOR, now=site.clock())
    signed_in = site.browser(ani)
    browser = site.browser(site.people.admin)
    assert 'value="ani"' in browser.get(f"/people/{ani.id}").text
    short = browser.post(f"/people/{ani.id}/password", {"login": "ani2", "password": "short"})
    assert short.status_code == 422 and 'value="ani2"' in short.text
    browser.post(f"/people/{ani.id}/password", {"login": "ani", "password": "battery staple"})
    with pytest.raises(WrongPassword):
        accounts.sign_in(site.store, "ani", PASSWORD, now=site.clock())
    assert accounts.sign_in(site.store, "ani", "battery staple", now=site.clock()).person == ani
    assert signed_in.get("/me").status_code == 303


def test_somebody_is_signed_out_everywhere(site: Site) -> None:
    signed_in = site.browser(site.people.ani)
    browser = site.browser(site.people.admin)
    browser.get("/people")
    answer = browser.post(f"/people/{site.people.ani.id}/sign-out")
    assert "signed out everywhere" in browser.get(answer.headers["location"]).text
    with site.store.reading() as session:
        (noted,) = session.scalars(select(AuditRow).filter_by(action="person.sign_out"))
    assert (noted.actor, noted.subject) == (site.people.admin.id, f"person:{site.people.ani.id}")
    with pytest.raises(SessionOver):
        accounts.resume(site.store, signed_in.client.cookies[SESSION_COOKIE], now=site.clock())


def test_a_name_is_corrected_and_the_rest_stays(site: Site) -> None:
    sari = site.people.teacher
    accounts.set_password(site.store, sari.id, PASSWORD, login="sari", by=people.OPERATOR, now=site.clock())
    browser = site.browser(site.people.admin)
    browser.get("/people")
    refused = browser.post(f"/people/{sari.id}/name", {"name": "", "email": "kept@example.org"})
    assert refused.status_code == 422 and "kept@example.org" in refused.text
    browser.post(f"/people/{sari.id}/name", {"name": "Sari Dewi", "email": ""})
    assert people.identify(site.store, sari.id) == people.Identity(name="Sari Dewi", login="sari")


def test_deleting_somebody_needs_their_name(site: Site) -> None:
    sari = site.people.teacher
    browser = site.browser(site.people.admin)
    page = browser.get(f"/people/{sari.id}/delete").text
    assert "Delete Sari?" in page and "9A" in page
    assert browser.post(f"/people/{sari.id}/delete", {"name": "Sari"}).status_code == 422
    answer = browser.post(f"/people/{sari.id}/delete", {"name": sari.pseudonym})
    assert answer.headers["location"] == "/people?role=teacher&done=deleted"
    with pytest.raises(NotFound):
        people.find(site.store, sari.id)
    assert browser.get(f"/people/{sari.id}").status_code == 404


def test_an_admin_does_none_of_it_to_themselves(site: Site) -> None:
    admin = site.people.admin
    browser = site.browser(admin)
    page = browser.get(f"/people/{admin.id}").text
    assert "/password" in page and f"/people/{admin.id}/delete" not in page
    form = {"name": admin.pseudonym, "login": "root", "password": PASSWORD}
    for action in ("link", "password", "sign-out", "delete"):
        assert browser.post(f"/people/{admin.id}/{action}", form).status_code == 403, action
    assert people.identify(site.store, admin.id).login == ""


def test_nobody_has_no_page(site: Site) -> None:
    browser = site.browser(site.people.admin)
    for path in ("/people/nobody", "/people/nobody/delete"):
        assert browser.get(path).status_code == 404
    browser.get("/people")
    assert browser.post("/people/nobody/link").status_code == 404


def test_a_class_is_handed_over_from_its_teachers_page(site: Site) -> None:
    old, new, browser = site.people.teacher, site.people.stranger, site.browser(site.people.admin)
    page = browser.get(f"/people/{old.id}").text
    assert "Hand “9A” over to" in page and f'<option value="{new.id}">Other</option>' in page
    assert "Hand “" not in browser.get(f"/people/{site.people.ani.id}").text
    sent = {"class_id": site.people.class_id, "to": new.id}
    answer = browser.post(f"/people/{old.id}/hand-over", sent)
    assert "The class has been handed over." in browser.get(answer.headers["location"]).text
    assert "Hand “9A” over to" in browser.get(f"/people/{new.id}").text
    browser.post(f"/people/{new.id}/delete", {"name": new.pseudonym})
    assert "Give “9A”" in browser.get(f"/people/{old.id}").text
    browser.post(f"/people/{old.id}/take-over", {"class_id": site.people.class_id})
    assert "9A" in site.browser(old).get("/classes").text
