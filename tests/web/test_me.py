import html
import io
import json
import re
import wave
import zipfile
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile
from classroom_site import Site
from markup import Page
from school import document

import classroom.consents
from classroom import accounts, assessments, consents, deletion, marks, people, recordings, submissions
from classroom.consents import TEXTS
from classroom.errors import NotFound, SessionOver
from classroom.marks import Mark
from classroom.recordings import Upload
from web.catalogue import open_catalogue
from web.dates import moment
from web.visitors import SESSION_COOKIE


def sound(seconds: float = 1.0) -> bytes:
    file = io.BytesIO()
    tone = 0.4 * np.sin(2 * np.pi * 440 * np.arange(int(16_000 * seconds)) / 16_000)
    soundfile.write(file, tone.astype(np.float32), 16_000, format="FLAC")
    return file.getvalue()


def hand_in(site: Site, person: people.Person, *, comment: str = "") -> recordings.Recording:
    school = site.people
    attempt = school.begin(person, key=f"attempt of {person.id}")
    upload = Upload(
        person_id=person.id,
        content=sound(),
        media_type="audio/flac",
        seconds=1.0,
        key="take",
        submission_id=attempt.id,
        item_id=school.assignment.items[0].id,
    )
    kept = recordings.put(site.store, upload, now=site.clock())
    assessed = assessments.keep(site.store, kept.id, document(), now=site.clock())
    submissions.hand_in(site.store, attempt.id, by=person.id, now=site.clock())
    if comment:
        mark = Mark(level="word", place="0", value=95.0, comment=comment)
        marks.overrule(site.store, assessed, mark, by=school.teacher.id, now=site.clock())
    return kept


def joined(site: Site, *, needs_guardian: bool) -> people.Person:
    new = people.NewPerson(role="learner", needs_guardian=needs_guardian)
    return people.create(site.store, new, by=people.OPERATOR, now=site.clock())


@pytest.mark.parametrize(("language", "days"), [("en", "are deleted within 30 days"), ("id", "dihapus dalam 30 hari")])
def test_people_see_what_is_kept_of_them(site: Site, language: str, days: str) -> None:
    hand_in(site, site.people.ani)
    page = site.browser(site.people.ani, language=language).get("/me").text
    assert days in page and site.people.ani.pseudonym in page and "Ani" in page and "9A" in page
    assert "Budi" not in page and site.people.budi.pseudonym not in page


def test_learners_see_who_listened_to_them_and_when(site: Site) -> None:
    store, sari, ani = site.store, site.people.teacher, site.browser(site.people.ani)
    kept = hand_in(site, site.people.ani)
    assert "Who listened" not in ani.get("/me").text
    recordings.listen(store, kept.id, by=site.people.ani.id, now=site.clock())
    for minutes in (5, 7):
        recordings.listen(store, kept.id, by=sari.id, now=site.clock() + timedelta(minutes=minutes))
    shown = Page(ani.get("/me").text).texts
    start = shown.index("Who listened, and when")
    title = site.people.assignment.terms.title
    when = [moment(site.clock() + timedelta(minutes=one), "UTC", open_catalogue("en")) for one in (7, 5)]
    assert shown[start + 1 : start + 5] == ["Sari", f"{when[0]} · {title}", "Sari", f"{when[1]} · {title}"]
    assert "Who listened" not in site.browser(site.people.budi).get("/me").text
    deletion.forget(store, sari.id, by=sari.id, now=site.clock())
    assert "A teacher who is not here any more" in ani.get("/me").text


@pytest.mark.parametrize("role", ["admin", "teacher", "ani"])
def test_everybody_has_the_page_and_only_learners_are_asked(site: Site, role: str) -> None:
    page = site.browser(getattr(site.people, role)).get("/me")
    assert page.status_code == 200
    assert ("/me/scores-only" in page.text) is (role == "ani")
    assert ('href="/me/delete"' in page.text) is (role != "admin")


@pytest.mark.parametrize("path", ["/me", "/me/consents", "/me/delete"])
def test_nobody_else_sees_it(site: Site, path: str) -> None:
    assert site.browser().get(path).headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["/me/export", "/me/delete", "/me/scores-only", "/me/consents/practice/give"])
def test_every_change_needs_a_form_of_ours(site: Site, path: str) -> None:
    answer = site.browser(site.people.ani).post(path, {"csrf": "made up", "name": site.people.ani.pseudonym})
    assert answer.status_code == 403
    assert people.find(site.store, site.people.ani.id)


@pytest.mark.parametrize("language", ["en", "id"])
def test_consent_is_given_to_the_words_as_they_were_shown(site: Site, language: str) -> None:
    learner = joined(site, needs_guardian=False)
    browser = site.browser(learner, language=language)
    page = html.unescape(browser.get("/me/consents").text)
    for purpose in consents.VERSIONS:
        assert TEXTS[purpose, language] in page
    form = {"language": language, "version": consents.VERSIONS["practice"]}
    assert browser.post("/me/consents/practice/give", form).headers["location"] == "/me/consents?done=given#practice"
    (given,) = consents.history(site.store, learner.id)
    assert (given.purpose, given.text, given.guardian) == ("practice", TEXTS["practice", language], False)
    assert consents.holds(site.store, learner.id, "practice")
    assert not consents.holds(site.store, learner.id, "teacher_listens")


def test_words_that_changed_meanwhile_are_shown_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    learner = joined(site, needs_guardian=False)
    browser = site.browser(learner)
    browser.get("/me/consents")
    answer = browser.post("/me/consents/practice/give", {"language": "en", "version": 0})
    assert answer.headers["location"] == "/me/consents?done=changed"
    assert consents.history(site.store, learner.id) == ()
    # Somebody who agreed to older words is told that they are other words now.
    browser.post("/me/consents/practice/give", {"language": "en", "version": 1})
    newer = {**consents.VERSIONS, "practice": 2}
    monkeypatch.setattr(classroom.consents, "VERSIONS", newer)
    monkeypatch.setattr("web.pages.me.VERSIONS", newer)
    assert "You agreed to earlier words" in browser.get("/me/consents").text


def test_a_learner_under_age_cannot_agree_alone(site: Site) -> None:
    learner = joined(site, needs_guardian=True)
    browser = site.browser(learner)
    page = browser.get("/me/consents").text
    assert "paper form" in page and "/give" not in page
    browser.post("/me/consents/practice/give", {"language": "en", "version": 1, "guardian": "true"})
    assert not consents.holds(site.store, learner.id, "practice")
    admin = site.people.admin.id
    consents.give(site.store, learner.id, "practice", language="id", guardian=True, by=admin, now=site.clock())
    assert "A parent or guardian agreed on 2 Mar 2026." in browser.get("/me/consents").text


def test_staff_are_not_asked(site: Site) -> None:
    browser = site.browser(site.people.teacher)
    assert "/give" not in browser.get("/me/consents").text
    assert browser.post("/me/consents/practice/give", {"language": "en", "version": 1}).status_code == 403


def test_withdrawing_closes_at_once_and_practice_offers_deletion(site: Site) -> None:
    ani = site.people.ani
    browser = site.browser(ani)
    browser.get("/me/consents")
    answer = browser.post("/me/consents/teacher_listens/withdraw")
    assert answer.headers["location"] == "/me/consents?done=withdrawn#teacher_listens"
    answer = browser.post("/me/consents/practice/withdraw")
    assert not consents.holds(site.store, ani.id, "practice")
    assert not consents.holds(site.store, ani.id, "teacher_listens")
    page = browser.get(answer.headers["location"]).text
    assert "Nothing more is recorded" in page and 'href="/me/delete"' in page


def test_there_are_only_the_purposes_there_are(site: Site) -> None:
    browser = site.browser(site.people.ani)
    browser.get("/me/consents")
    form = {"language": "en", "version": 1}
    assert browser.post("/me/consents/advertising/give", form).status_code == 400
    before = len(consents.history(site.store, site.people.ani.id))
    assert browser.post("/me/consents/practice/give", {"language": "de", "version": 1}).status_code == 422
    assert len(consents.history(site.store, site.people.ani.id)) == before


def test_scores_only_is_switched_on_and_off(site: Site) -> None:
    ani = site.people.ani
    kept = hand_in(site, ani)
    browser = site.browser(ani)
    assert "This deletes your one recording now." in browser.get("/me").text
    assert browser.post("/me/scores-only", {"value": "on"}).headers["location"] == "/me?done=scores_only"
    with pytest.raises(NotFound):
        recordings.listen(site.store, kept.id, by=ani.id, now=site.clock())
    assert "data-ask" not in browser.get("/me").text
    browser.post("/me/scores-only", {"value": "off"})
    assert not people.find(site.store, ani.id).scores_only


def test_the_export_opens_and_holds_everything_of_one_person(site: Site, tmp_path: Path) -> None:
    ani = site.people.ani
    hand_in(site, ani, comment="Well said <Ani> & co.")
    hand_in(site, site.people.budi)
    browser = site.browser(ani, language="id")
    browser.get("/me")
    answer = browser.post("/me/export")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="lafal-2026-03-02.zip"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert sorted(archive.namelist()) == ["data.json", "index.html", "recordings/0001.wav"]
    with wave.open(io.BytesIO(archive.read("recordings/0001.wav"))) as recording:
        assert (recording.getframerate(), recording.getsampwidth(), recording.getnframes()) == (16_000, 2, 16_000)
        heard = np.frombuffer(recording.readframes(16_000), np.int16)
    assert 0.35 < np.abs(heard).max() / 32_768 < 0.45
    content = json.loads(archive.read("data.json"))
    assert content["identity"]["name"] == "Ani" and len(content["recordings"]) == 1
    everything = b"".join(archive.read(name) for name in archive.namelist())
    for other in (site.people.budi, site.people.teacher):
        assert other.id.encode() not in everything and other.pseudonym.encode() not in everything


def test_the_page_of_the_export_needs_nothing_but_the_zip(site: Site) -> None:
    hand_in(site, site.people.ani, comment="Well said <Ani> & co.")
    browser = site.browser(site.people.ani, language="id")
    browser.get("/me")
    archive = zipfile.ZipFile(io.BytesIO(browser.post("/me/export").content))
    source = archive.read("index.html").decode()
    page = Page(source)
    assert "script" not in {tag for tag, _ in page.elements}
    addresses = [value for _, named in page.elements for key, value in named.items() if key in {"src", "href"}]
    assert addresses == ["recordings/0001.wav"] and set(addresses) <= set(archive.namelist())
    assert "http" not in source and "@import" not in source and "url(" not in source
    assert "Well said &lt;Ani&gt; &amp; co." in source and "She eats fish." in source and "Kelengkapan" in source


def test_what_no_decoder_reads_comes_as_it_was_sent(site: Site) -> None:
    site.people.record(site.people.begin())
    browser = site.browser(site.people.ani)
    browser.get("/me")
    archive = zipfile.ZipFile(io.BytesIO(browser.post("/me/export").content))
    assert archive.read("recordings/0001.webm") == b"a voice"


def test_exports_are_not_made_all_day(site: Site) -> None:
    browser = site.browser(site.people.ani)
    browser.get("/me")
    assert [browser.post("/me/export").status_code for _ in range(6)] == [200] * 6
    refused = browser.post("/me/export")
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0


def test_deleting_everything_needs_the_name_and_leaves_nothing(site: Site) -> None:
    ani = site.people.ani
    kept = hand_in(site, ani)
    browser, other = site.browser(ani), site.browser(ani)
    token = browser.client.cookies[SESSION_COOKIE]
    page = browser.get("/me/delete").text
    assert ani.pseudonym in page and "one recording" in page
    refused = browser.post("/me/delete", {"name": "yes <b>"})
    assert refused.status_code == 422 and 'value="yes &lt;b&gt;"' in refused.text
    assert people.find(site.store, ani.id)
    answer = browser.post("/me/delete", {"name": f"  {ani.pseudonym.lower()} "})
    assert answer.headers["location"] == "/sign-in?done=deleted"
    assert f'{SESSION_COOKIE}=""; ' in answer.headers["set-cookie"] and "Max-Age=0" in answer.headers["set-cookie"]
    assert "has been deleted" in browser.get(answer.headers["location"]).text
    with pytest.raises(SessionOver):
        accounts.resume(site.store, token, now=site.clock())
    assert other.get("/me").headers["location"].startswith("/sign-in")
    with pytest.raises(NotFound):
        people.find(site.store, ani.id)
    with pytest.raises(NotFound):
        recordings.listen(site.store, kept.id, by=ani.id, now=site.clock())
    assert not site.store.keys.has(ani.id) and list(site.store.files) == []


def test_an_admin_does_not_delete_their_own_account(site: Site) -> None:
    browser = site.browser(site.people.admin)
    browser.get("/me")
    assert browser.get("/me/delete").status_code == 403
    assert browser.post("/me/delete", {"name": site.people.admin.pseudonym}).status_code == 403
    assert people.find(site.store, site.people.admin.id)


def test_other_devices_are_signed_out_and_this_one_is_not(site: Site) -> None:
    browser, other = site.browser(site.people.ani), site.browser(site.people.ani)
    browser.get("/me")
    browser.post("/me/sign-out-elsewhere")
    assert browser.get("/me").status_code == 200
    assert other.get("/me").status_code == 303


def test_a_learner_without_a_password_is_told_to_choose_one(site: Site) -> None:
    browser = site.browser(site.people.ani)
    assert "Come back tomorrow" in browser.get("/me").text
    accounts.set_password(
        site.store, site.people.budi.id, "correct horse", login="budi", by=people.OPERATOR, now=site.clock()
    )
    assert "Come back tomorrow" not in site.browser(site.people.budi).get("/me").text


@pytest.mark.parametrize("path", ["/me", "/me/consents", "/me/delete"])
def test_pages_carry_no_script_and_ask_nothing_of_others(site: Site, path: str) -> None:
    source = site.browser(site.people.ani).get(path).text
    assert not re.search(r"<script(?![^>]*src=\"/scripts/)", source) and " onclick" not in source
