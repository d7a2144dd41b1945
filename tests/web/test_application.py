import re
from collections.abc import AsyncIterable

import pytest
from fabricated import StandInJudge, build_app
from fastapi.testclient import TestClient

from speech.settings import Settings
from web.catalogue import open_catalogue
from web.course import first_exercise
from web.recordings import RecordingStore, StoredRecording


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

    async def watched(self: RecordingStore, chunks: AsyncIterable[bytes], *, owner: str) -> StoredRecording:
        kept.append(await save(self, chunks, owner=owner))
        return kept[-1]

    monkeypatch.setattr(RecordingStore, "save", watched)
    with TestClient(build_app(settings, judge)) as client:
        assert client.post("/api/v1/recordings", content=b"webm").status_code == 201
        assert not kept[0].file.closed
    assert kept[0].file.closed
