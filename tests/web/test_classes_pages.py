import json
import re
from datetime import timedelta
from html import unescape

import pytest
from classroom_site import PASSWORD, Browser, Site
from markup import Page

from classroom import accounts, classes, consents, invitations, marks, rosters
from classroom.marks import Mark
from classroom.people import Person
from classroom.rosters import PROBLEMS

_NAMED = {"first": 2, "id": "x1", "email": "nowhere", "count": 5, "most": 2, "columns": "name, email", "column": "name"}


@pytest.fixture
def sari(site: Site) -> Browser:
    return site.browser(site.people.teacher)


@pytest.fixture
def room(site: Site) -> str:
    return f"/classes/{site.people.class_id}"


def people(site: Site) -> list[str]:
    roster = classes.roster(site.store, site.people.class_id, by=site.people.teacher.id)
    return [one.name for one in roster if one.role == "learner"]


def enrol(site: Site, text: str) -> tuple[Person, ...]:
    by = site.people.teacher.id
    return rosters.enrol(site.store, site.people.class_id, text, by=by, now=site.clock())


def test_my_classes_say_what_waits(site: Site, sari: Browser, room: str) -> None:
    site.people.hand_in()
    page = sari.get("/classes").text
    assert f'href="{room}"' in page
    assert all(text in page for text in ("9A", "2 learners", "1 open assignment", "1 to mark"))
    indonesian = site.browser(site.people.teacher, language="id").get("/classes").text
    assert all(text in indonesian for text in ("2 siswa", "1 tugas terbuka", "1 menunggu dinilai"))


def test_classes_of_others_are_not_mine(site: Site) -> None:
    for person in (site.people.stranger, site.people.admin):
        page = site.browser(person).get("/classes")
        assert page.status_code == 200
        assert "9A" not in page.text


@pytest.mark.parametrize("who", ["teacher", "admin"])
def test_a_name_makes_a_class(site: Site, who: str) -> None:
    browser = site.browser(getattr(site.people, who))
    made = browser.post("/classes", {"name": "  Kelas   <9B> "})
    assert made.status_code == 303
    page = browser.get(made.headers["location"])
    assert page.status_code == 200
    assert "Kelas &lt;9B&gt;" in page.text
    assert 'role="status"' in page.text


@pytest.mark.parametrize(("language", "words"), [("en", "it needs 1 to 80 letters"), ("id", "harus 1 sampai 80 huruf")])
def test_a_name_that_is_too_long_is_refused_and_kept(site: Site, language: str, words: str) -> None:
    browser = site.browser(site.people.teacher, language=language)
    answer = browser.post("/classes", {"name": "x" * 81})
    assert answer.status_code == 422
    assert "x" * 81 in answer.text
    assert words in answer.text


def test_what_was_put_away_is_listed_and_taken_back(site: Site, sari: Browser, room: str) -> None:
    work, ani = f"/assignments/{site.people.assignment.id}", site.browser(site.people.ani)
    assert sari.post(f"{work}/archive").headers["location"].endswith("?done=put_away")
    assert work not in ani.get("/homework").text and f'action="{work}/take-back"' in sari.get(room).text
    assert sari.post(f"{work}/take-back").headers["location"] == f"{room}?done=back"
    assert "/take-back" not in sari.get(room).text
    assert sari.post(f"{room}/archive").headers["location"] == "/classes"
    assert site.people.assignment.id not in ani.get("/homework").text
    listed = sari.get("/classes").text
    assert "1 class put away" in listed and f'action="{room}/take-back"' in listed
    assert "Put away" in sari.get(room).text
    sari.post(f"{room}/take-back")
    assert "/take-back" not in sari.get("/classes").text
    assert site.people.assignment.id in ani.get("/homework").text


def test_a_class_is_renamed_or_its_new_name_kept(site: Site, sari: Browser, room: str) -> None:
    assert sari.post(f"{room}/name", {"name": "9Z"}).status_code == 303
    assert "9Z" in sari.get(room).text
    refused = sari.post(f"{room}/name", {"name": "y" * 90})
    assert refused.status_code == 422
    assert "y" * 90 in refused.text


def test_a_colleague_is_let_in_by_sign_in_name_and_goes_on_alone(site: Site, sari: Browser, room: str) -> None:
    other = site.people.stranger
    accounts.set_password(site.store, other.id, PASSWORD, login="Other", by=other.id, now=site.clock())
    accounts.set_password(site.store, site.people.ani.id, PASSWORD, login="ani", by=other.id, now=site.clock())
    for nobody in ("ani", "nobody"):
        refused = sari.post(f"{room}/teachers", {"login": nobody})
        assert refused.status_code == 422 and f'value="{nobody}"' in refused.text
        assert "no teacher signs in with it" in refused.text
    assert sari.post(f"{room}/teachers/{site.people.teacher.id}/leave").status_code == 403
    assert sari.post(f"{room}/teachers", {"login": " other "}).headers["location"].endswith("?done=shared")
    colleague = site.browser(other)
    assert "9A" in colleague.get("/classes").text
    assert "Sari" in colleague.get(room).text
    assert sari.post(f"{room}/teachers/{site.people.teacher.id}/leave").headers["location"] == "/classes"
    assert sari.get(room).status_code == 403
    assert colleague.get(room).status_code == 200


def test_the_roster_shows_names_groups_and_who_lacks_consent(site: Site, sari: Browser, room: str) -> None:
    enrol(site, "Citra <b>,,,Merah")
    page = sari.get(room).text
    assert all(text in page for text in ("Ani", "Budi", "Citra &lt;b&gt;", "Merah", site.people.ani.pseudonym))
    assert "Consent is missing for 1 learner" in page
    assert page.count('data-tone="nearly"') == 2
    indonesian = site.browser(site.people.teacher, language="id").get(room).text
    assert "Persetujuan 1 siswa belum lengkap" in indonesian


ROUTES = [
    ("GET", ""),
    ("POST", "/name"),
    ("POST", "/archive"),
    ("POST", "/take-back"),
    ("POST", "/teachers"),
    ("POST", "/teachers/none/leave"),
    ("POST", "/codes"),
    ("POST", "/codes/none/withdraw"),
    ("GET", "/roster"),
    ("POST", "/roster"),
    ("POST", "/groups"),
    ("POST", "/remove"),
    ("POST", "/consents"),
    ("POST", "/links"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=lambda one: one or "home")
def test_only_its_teachers_open_a_class(site: Site, room: str, method: str, path: str) -> None:
    fields = {"name": "Mine", "names": "Eve", "confirmed": "2", "person": site.people.ani.id, "purpose": "practice"}
    for person in (site.people.stranger, site.people.admin, site.people.ani):
        browser = site.browser(person)
        answer = browser.get(room + path) if method == "GET" else browser.post(room + path, fields)
        assert answer.status_code == 403, person.role
        assert "Budi" not in answer.text
    nobody = site.browser()
    answer = nobody.get(room + path) if method == "GET" else nobody.post(room + path, fields)
    assert answer.headers["location"].startswith("/sign-in")
    if method == "POST":
        stale = site.browser(site.people.teacher)
        assert stale.post(room + path, {**fields, "csrf": "forged"}).status_code == 403
    assert people(site) == ["Ani", "Budi"]
    assert classes.of_person(site.store, site.people.teacher.id)[0].name == "9A"


def test_no_class_is_no_class(site: Site, sari: Browser) -> None:
    assert sari.get("/classes/none").status_code == 404


def test_a_list_is_shown_before_it_is_added(site: Site, sari: Browser, room: str) -> None:
    text = "Nama;Surel;Kelompok\nCitra Ayu;citra@example.org;Merah\nAni;;\n"
    preview = sari.post(f"{room}/roster", {"names": text, "needs_guardian": "1"})
    assert preview.status_code == 200
    assert people(site) == ["Ani", "Budi"]
    assert all(part in preview.text for part in ("Citra Ayu", "citra@example.org", "Merah", "Add 2 learners"))
    assert preview.text.count("same name is here already") == 1
    added = sari.post(f"{room}/roster", {"names": text, "needs_guardian": "1", "confirmed": "2"})
    assert added.status_code == 303
    assert people(site) == ["Ani", "Ani", "Budi", "Citra Ayu"]
    again = sari.post(f"{room}/roster", {"names": text, "needs_guardian": "1", "confirmed": "2"})
    assert again.status_code == 200
    assert len(people(site)) == 4


def test_adults_need_no_guardian(site: Site, sari: Browser, room: str) -> None:
    sari.post(f"{room}/roster", {"names": "Dewi", "confirmed": "2"})
    roster = classes.roster(site.store, site.people.class_id, by=site.people.teacher.id)
    assert [one.person.needs_guardian for one in roster if one.name == "Dewi"] == [False]


@pytest.mark.parametrize("who", ["teacher", "admin"])
def test_who_is_of_age_is_put_right_later(site: Site, room: str, who: str) -> None:
    ani, browser = site.people.ani, site.browser(getattr(site.people, who))
    page = f"{room}/learners/{ani.id}" if who == "teacher" else f"/people/{ani.id}"
    assert 'name="needed" value="1" checked' not in browser.get(page).text
    sent = browser.post(f"{page}/guardian", {"needed": "1", "contact": " Ibu  0812 "})
    shown = browser.get(sent.headers["location"]).text
    assert "That is written down." in shown and 'name="needed" value="1" checked' in shown and "Ibu 0812" in shown
    assert not consents.holds(site.store, ani.id, "practice")
    assert browser.post(f"{page}/guardian", {"contact": "x" * 201}).status_code == 422


def test_a_file_is_read_and_can_be_changed(site: Site, sari: Browser, room: str) -> None:
    file = {"file": ("kelas.csv", "Nama\nÉlodie".encode("cp1252"), "text/csv")}
    preview = sari.post(f"{room}/roster", {"names": "", "needs_guardian": "1"}, files=file)
    assert "Élodie" in preview.text
    change = sari.post(f"{room}/roster", {"names": "Élodie", "change": "1", "confirmed": "2"})
    assert "Élodie</textarea>" in change.text
    assert people(site) == ["Ani", "Budi"]
    sheet = {"file": ("kelas.xlsx", b"PK\x03\x04\0\0", "application/zip")}
    refused = sari.post(f"{room}/roster", {"names": ""}, files=sheet)
    assert refused.status_code == 422
    assert "Save the list as CSV" in refused.text


BROKEN = "name,email\nAni,\nBudi,nowhere\n,c@x.org\nani,\nEka,,,,one too many\n" + "z" * 201 + ","


def test_every_problem_of_a_list_is_said_in_indonesian_and_the_list_kept(site: Site, room: str) -> None:
    browser = site.browser(site.people.teacher, language="id")
    answer = browser.post(f"{room}/roster", {"names": BROKEN, "confirmed": "2"})
    assert answer.status_code == 422
    lines = [unescape(re.sub("<.*?>", "", one)) for one in re.findall(r"<li><b>.*?</li>", answer.text)]
    assert lines == [
        "Baris 3: “nowhere” bukan alamat surel.",
        "Baris 4: Namanya tidak ada.",
        "Baris 5: Namanya sama dengan baris 2; tambahkan surel atau satu huruf supaya bisa dibedakan.",
        "Baris 6: Ada 5 kolom, padahal hanya 2 yang dikenal (Nama, Surel).",
        "Baris 7: Ini terlalu panjang: Nama.",
    ]
    assert "Budi,nowhere" in answer.text
    assert people(site) == ["Ani", "Budi"]


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_every_problem_has_words_in_both_languages_for_the_same_facts(code: str) -> None:
    from classroom.rosters import Problem
    from web.catalogue import open_catalogue
    from web.pages.roster import say_problem

    said = {say_problem(open_catalogue(language), Problem(1, code, _NAMED)) for language in ("en", "id")}
    assert len(said) == 2
    assert all(said)
    assert Problem(1, code, _NAMED).problem


def test_chosen_learners_are_put_in_groups_and_out_of_them(site: Site, sari: Browser, room: str) -> None:
    both = [site.people.ani.id, site.people.budi.id]
    assert sari.post(f"{room}/groups", {"person": both, "group": " Red  fox "}).status_code == 303
    roster = classes.roster(site.store, site.people.class_id, by=site.people.teacher.id)
    assert [one.group for one in roster] == [None, "Red fox", "Red fox"]
    sari.post(f"{room}/groups", {"person": both[0], "group": ""})
    roster = classes.roster(site.store, site.people.class_id, by=site.people.teacher.id)
    assert [one.group for one in roster] == [None, None, "Red fox"]


@pytest.mark.parametrize("path", ["/groups", "/remove", "/consents", "/links"])
def test_nobody_chosen_is_said_and_what_was_typed_kept(site: Site, room: str, path: str) -> None:
    browser = site.browser(site.people.teacher, language="id")
    answer = browser.post(room + path, {"group": "Merah", "purpose": "practice"})
    assert answer.status_code == 422
    assert "pilih setidaknya satu" in answer.text
    assert 'value="Merah"' in answer.text
    ticked = [one for _, one in Page(answer.text).elements if one.get("name") == "purpose" and "checked" in one]
    assert [one["value"] for one in ticked] == ["practice"]


@pytest.mark.parametrize("path", ["/groups", "/remove", "/consents", "/links"])
def test_whoever_is_in_another_class_is_nobody_here(site: Site, sari: Browser, room: str, path: str) -> None:
    by, now = site.people.stranger.id, site.clock()
    other = classes.create(site.store, "9C", by=by, now=now)
    (eve,) = rosters.enrol(site.store, other.id, "Eve", by=by, now=now)
    for person in (eve.id, site.people.teacher.id, "none"):
        fields = {"person": [person, site.people.ani.id], "purpose": "practice", "group": "A"}
        assert sari.post(room + path, fields).status_code == 404
    assert not consents.holds(site.store, eve.id, "practice")
    assert people(site) == ["Ani", "Budi"]


def test_whoever_is_removed_is_no_longer_there(site: Site, sari: Browser, room: str) -> None:
    assert sari.post(f"{room}/remove", {"person": site.people.budi.id}).status_code == 303
    assert people(site) == ["Ani"]


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_guardians_consent_is_to_the_words_that_were_shown(site: Site, room: str, language: str) -> None:
    first, second = enrol(site, "Citra\nDewi")
    browser = site.browser(site.people.teacher, language=language)
    assert consents.TEXTS["practice", language] in unescape(browser.get(room).text)
    fields = {"person": [first.id, second.id], "purpose": ["practice", "teacher_listens"]}
    for _ in range(2):
        assert browser.post(f"{room}/consents", fields).status_code == 303
    for who in (first, second):
        assert consents.holds(site.store, who.id, "practice")
        given = consents.history(site.store, who.id)
        assert sorted(one.purpose for one in given) == ["practice", "teacher_listens"]
        assert all(one.guardian and one.text == consents.TEXTS[one.purpose, language] for one in given)


@pytest.mark.parametrize("purpose", [[], ["speaker_check"], ["practice", "nonsense"]])
def test_a_teacher_records_only_what_guardians_are_asked(
    site: Site, sari: Browser, room: str, purpose: list[str]
) -> None:
    (young,) = enrol(site, "Citra")
    assert sari.post(f"{room}/consents", {"person": young.id, "purpose": purpose}).status_code == 422
    assert consents.history(site.store, young.id) == ()


def test_guardians_may_give_a_minors_corrections_to_researchers(site: Site, sari: Browser, room: str) -> None:
    (young,) = enrol(site, "Citra")
    boxes = [one for _, one in Page(sari.get(room).text).elements if one.get("name") == "purpose"]
    assert [(one["value"], "checked" in one) for one in boxes] == [
        ("practice", True),
        ("teacher_listens", True),
        ("research_export", False),
    ]
    for number, purposes in enumerate((["practice", "teacher_listens"], ["research_export"])):
        sari.post(f"{room}/consents", {"person": young.id, "purpose": purposes})
        if not number:
            *_, assessed = site.people.hand_in(young)
            mark = Mark(level="sound", place="0.1", value=95.0)
            marks.overrule(site.store, assessed, mark, by=site.people.teacher.id, now=site.clock())
        lines = sari.post(f"{room}/corrections.jsonl").text.splitlines()
        assert [json.loads(line)["learner"] for line in lines] == [young.pseudonym] * number


def test_a_join_code_is_shown_once_and_withdrawn(site: Site, sari: Browser, room: str) -> None:
    page = sari.post(f"{room}/codes").text
    found = re.search(r'as-board-code">(\w{4} \w{4})<', page)
    assert found
    assert "testserver/join" in page
    home = sari.get(room).text
    assert found[1] not in home
    address = re.search(rf'action="({room}/codes/\w+/withdraw)"', home)
    assert address
    assert sari.post(address[1]).status_code == 303
    assert "/withdraw" not in sari.get(room).text


def test_a_code_that_was_made_lets_learners_join(site: Site, sari: Browser, room: str) -> None:
    from classroom.people import Identity

    found = re.search(r'as-board-code">(\w{4} \w{4})<', sari.post(f"{room}/codes").text)
    assert found
    invitations.join(site.store, found[1], known=Identity(name="Eka"), now=site.clock())
    assert people(site) == ["Ani", "Budi", "Eka"]


def test_links_are_printed_for_the_chosen_and_work_once_for_a_week(site: Site, sari: Browser, room: str) -> None:
    from classroom.errors import UnusableCode

    page = sari.post(f"{room}/links", {"person": [site.people.ani.id, site.people.budi.id]}).text
    links = re.findall(r"<code>http://testserver/link/([\w-]+)</code>", page)
    assert len(set(links)) == 2
    assert "Ani" in page
    late = site.clock() + timedelta(days=6)
    assert invitations.follow(site.store, links[0], now=late).person == site.people.ani
    for token, now in ((links[0], late), (links[1], site.clock() + timedelta(days=8))):
        with pytest.raises(UnusableCode):
            invitations.follow(site.store, token, now=now)


def test_the_head_of_a_class_leads_to_its_pages(site: Site, sari: Browser, room: str) -> None:
    page = Page(sari.get(room).text)
    tabs = [(one["href"], one.get("aria-current")) for tag, one in page.elements if tag == "a" and "href" in one]
    assert (room, "page") in tabs
    assert {(f"{room}/marks", None), (f"{room}/overview", None)} <= set(tabs)


@pytest.mark.parametrize("done", ["nonsense", "../x", "<b>"])
def test_a_notice_is_one_of_ours(sari: Browser, room: str, done: str) -> None:
    page = sari.get(room, params={"done": done}).text
    assert "lc-notice" not in page
