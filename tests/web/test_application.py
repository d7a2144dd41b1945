import re
import time
from collections.abc import AsyncIterable
from dataclasses import replace
from datetime import timedelta

import pytest
from classroom_site import Site
from fabricated import StandInJudge, build_app
from fastapi.testclient import TestClient
from homework_site import begin, record
from school import NOW

from speech.settings import Settings
from web import application
from web.catalogue import open_catalogue
from web.course import first_exercise
from web.recordings import RecordingStore, StoredRecording
from web.school import School


@pytest.mark.parametrize(("header", "place"), [("id-ID,id;q=0.9", "/id/"), ("en-GB", "/en/"), ("fr", "/en/")])
def test_the_browser_is_led_to_its_language(client: TestClient, header: str, place: str) -> None:
    answer = client.get("/", headers={"Accept-Language": header}, follow_redirects=False)
    assert answer.headers["location"] == place
    assert "Accept-Language" in answer.headers["vary"]


def test_the_language_chosen_before_wins(client: TestClient) -> None:
    client.cookies.set("lafal_language", "id")
    answer = client.get("/", headers={"Accept-Language": "en"}, follow_redirects=False)
    assert answer.headers["location"] == "/id/"


@pytest.mark.parametrize(("language", "other"), [("en", "id"), ("id", "en")])
def test_a_page_is_served_in_its_language(client: TestClient, language: str, other: str) -> None:
    page = client.get(f"/{language}/").text
    for key in ("shelf.title", "recorder.title", "listen.title", "progress.title", "journey.end", "page.footer"):
        assert open_catalogue(language).say(key) in page
        assert open_catalogue(other).say(key) not in page


def test_the_page_begins_with_an_exercise(client: TestClient) -> None:
    assert first_exercise().text in client.get("/en/").text


def test_a_page_fetches_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/en/").text
    fetched = re.findall(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\"([^\"]+)\"", page)
    assert fetched
    assert not [address for address in fetched if re.match(r"(https?:)?//", address)]
    theme = client.get("/en/theme.css").text
    # Drawings inside the style sheet name their XML language by an address that is never fetched.
    addresses = re.findall(r"(?:https?:)?//[a-z][\w.]*", theme)
    assert set(addresses) <= {"http://www.w3.org"}


def test_recordings_vanish_when_the_app_stops(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, judge: StandInJudge
) -> None:
    kept: list[StoredRecording] = []
    save = RecordingStore.save

    async def watched(self: RecordingStore, chunks: AsyncIterable[bytes], **whose: str) -> StoredRecording:
        kept.append(await save(self, chunks, **whose))
        return kept[-1]

    monkeypatch.setattr(RecordingStore, "save", watched)
    with TestClient(build_app(settings, judge)) as client:
        assert client.post("/api/v1/recordings", content=b"webm").status_code == 201
        assert not kept[0].file.closed
    assert kept[0].file.closed


def test_recordings_go_when_their_days_are_over_with_nobody_but_the_app(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "_PURGE_EVERY_S", 0.02)
    monkeypatch.setattr(application, "_mount_pages", lambda *_, **__: None)  # Gradio takes seconds
    settings = Settings(retention_days=3)
    school = School(settings, now=site.clock, store=site.store)
    app = application.create_app(settings, judge=site.judge, school=school)
    with TestClient(app):
        browser = replace(site, app=app).browser(site.people.ani)
        assert record(site, browser, begin(site, browser)).status_code == 201
        assert "deleted in 3 days" in browser.get("/me/consents").text
        site.clock.now = NOW + timedelta(days=3) - timedelta(seconds=1)
        time.sleep(0.1)
        assert len(list(site.store.files)) == 1
        site.clock.now = NOW + timedelta(days=3)
        until = time.monotonic() + 5
        while list(site.store.files) and time.monotonic() < until:
            time.sleep(0.01)
        assert list(site.store.files) == []


def test_what_was_over_while_the_app_was_off_goes_at_its_start(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "_mount_pages", lambda *_, **__: None)
    site.people.record(site.people.begin())
    site.clock.now = NOW + timedelta(days=30)
    school = School(Settings(), now=site.clock, store=site.store)
    # Stopping at once waits for what it began.
    with TestClient(application.create_app(Settings(), judge=site.judge, school=school)):
        pass
    assert list(site.store.files) == []
