import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from phonemes.inventory import PHONES
from web.catalogue import LANGUAGES
from web.course import first_exercise

KEPT_BUT_ASKED = "no-cache"
"""A browser keeps the file and asks each time whether it changed."""


@pytest.fixture(scope="module")
def course(_only_app: tuple[TestClient, object]) -> dict[str, Any]:
    return _only_app[0].get("/api/v1/exercises").json()


def test_the_course_names_only_exercises_it_has(course: dict[str, Any]) -> None:
    exercises = {one["id"]: one for unit in course["units"] for one in unit["exercises"]}
    assert len(exercises) == sum(len(unit["exercises"]) for unit in course["units"])
    assert course["first"] == first_exercise().id
    assert exercises[course["first"]]["kind"] == "sentence"
    assert 6 <= len(course["level_check"]) <= 10
    assert set(course["level_check"]) <= set(exercises)


def test_titles_are_there_in_every_language(course: dict[str, Any]) -> None:
    for unit in course["units"]:
        assert all(unit["title"][language] and unit["aim"][language] for language in LANGUAGES)


def test_every_sound_has_its_ipa(course: dict[str, Any]) -> None:
    named = {sound for unit in course["units"] for one in unit["exercises"] for sound in one["sounds"]}
    assert named <= set(course["ipa"]) == set(PHONES)


def test_every_picture_is_served(client: TestClient, course: dict[str, Any]) -> None:
    names = {one["picture"] for unit in course["units"] for one in unit["exercises"] if one["picture"]}
    assert names
    for name in names:
        answer = client.get(f"/pictures/{name}.svg")
        assert answer.status_code == 200, name
        assert answer.headers["Content-Type"].startswith("image/svg+xml")
        assert answer.headers["Cache-Control"] == KEPT_BUT_ASKED
        assert not re.search(r"<script|\bon\w+=|(?:href|src)=\"(?!#)", answer.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sound_has_a_mouth_with_words(client: TestClient, language: str) -> None:
    mouths = client.get("/api/v1/mouths", params={"language": language}).json()
    assert set(mouths) == set(PHONES)
    for mouth in mouths.values():
        assert mouth["svg"].startswith("<svg") and 'role="img"' in mouth["svg"]
        assert len(mouth["text"].split()) >= 3


def test_mouths_speak_the_language_asked_for(client: TestClient) -> None:
    english, indonesian = (client.get(f"/api/v1/mouths?language={language}").json() for language in LANGUAGES)
    assert english["TH"]["text"] != indonesian["TH"]["text"]
    assert client.get("/api/v1/mouths?language=xx").json()["code"] == "bad_request"


def test_scripts_are_kept_but_asked_for(client: TestClient) -> None:
    answer = client.get("/scripts/page.js")
    assert re.match(r"(text|application)/javascript", answer.headers["Content-Type"])
    assert answer.headers["Cache-Control"] == KEPT_BUT_ASKED
    again = client.get("/scripts/page.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["/scripts/", "/scripts/none.js", "/scripts/..%2fcourse.py", "/pictures/..%2f..%2fNOTICE"]
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
