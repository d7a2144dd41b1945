"""Whoever adds a place where something about people is kept has to say so, and deletion has to reach it."""

import re
from pathlib import Path

import pytest
from school import NOW, School, document

from classroom import assessments, classes, consents, deletion, marks, people, personal_data, submissions
from classroom.consents import Purpose
from classroom.marks import Mark
from classroom.people import Identity, NewPerson
from classroom.store.schema import Base
from classroom.store.store import Store

ROOT = Path(__file__).resolve().parents[2]
PRIVACY = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
_NAME = "Wulandari Kusumawardhani"
_GUARDIAN = "guardian.kusumawardhani@example.org"
_COMMENT = "Rounder lips for the vowel, dear"
_VOICE = b"the sound of a voice that nobody else has " * 20


def rows(store: Store, wanted: str) -> set[str]:
    """Tables in which some row names what is wanted."""
    found: set[str] = set()
    with store.reading() as session:
        for table in Base.metadata.sorted_tables:
            if any(wanted in map(str, row) for row in session.execute(table.select())):
                found.add(table.name)
    return found


def on_disk(folder: Path, wanted: bytes) -> list[str]:
    """Files in which the bytes are."""
    return [path.name for path in folder.rglob("*") if path.is_file() and wanted in path.read_bytes()]


def test_every_table_says_what_it_keeps_about_people() -> None:
    assert set(personal_data.TABLES) == set(Base.metadata.tables)


def test_a_table_that_points_at_people_keeps_something_about_them() -> None:
    pointing = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "people"
    }
    assert {name for name in pointing if personal_data.TABLES[name].kind == "none"} == set()


def test_what_says_who_or_how_somebody_sounds_is_sealed() -> None:
    open_ones = {
        name for name, held in personal_data.TABLES.items() if held.kind in {"identity", "voice"} and not held.sealed
    }
    assert open_ones == set()


def test_the_privacy_page_names_every_table_about_people() -> None:
    named = set(re.findall(r"`(\w+)`", PRIVACY))
    assert {name for name, held in personal_data.TABLES.items() if held.kind != "none"} - named == set()


def test_every_cookie_and_every_key_in_the_browser_is_declared() -> None:
    web = "\n".join(path.read_text("utf-8") for path in (ROOT / "web").rglob("*.py"))
    scripts = "\n".join(path.read_text("utf-8") for path in (ROOT / "web" / "scripts").glob("*.js"))
    assert set(re.findall(r'"(lafal_[a-z]+)', web)) == set(personal_data.COOKIES)
    assert set(re.findall(r'"(lafal\.[a-z]+)', scripts)) == set(personal_data.BROWSER)


@pytest.fixture
def wulan(school: School) -> tuple[School, str]:
    """A learner whose name, voice and comments are easy to look for, with work that was marked."""
    known = Identity(name=_NAME, guardian=_GUARDIAN)
    made = people.create(school.store, NewPerson(role="learner", identity=known), by=people.OPERATOR, now=NOW)
    classes.add_member(school.store, school.class_id, made.id, by=school.teacher.id, now=NOW)
    purposes: tuple[Purpose, ...] = ("practice", "teacher_listens")
    for purpose in purposes:
        consents.give(school.store, made.id, purpose, language="id", guardian=False, by=made.id, now=NOW)
    attempt = school.begin(made)
    kept = school.record(attempt, content=_VOICE)
    assessed = assessments.keep(school.store, kept.id, document(), now=NOW)
    submissions.hand_in(school.store, attempt.id, by=made.id, now=NOW)
    mark = Mark(level="word", place="0", value=80, comment=_COMMENT)
    marks.overrule(school.store, assessed, mark, by=school.teacher.id, now=NOW)
    return school, made.id


def test_nothing_on_the_disk_can_be_read_without_keys(wulan: tuple[School, str]) -> None:
    school, _ = wulan
    assert people.identify(school.store, wulan[1]).name == _NAME
    for secret in (_NAME.encode(), _GUARDIAN.encode(), _COMMENT.encode(), _VOICE[:40]):
        assert on_disk(school.store.folder, secret) == []


def test_deletion_reaches_every_place(wulan: tuple[School, str]) -> None:
    school, person_id = wulan
    pseudonym = people.find(school.store, person_id).pseudonym
    before = rows(school.store, person_id)
    assert before >= {"people", "identities", "memberships", "consents", "submissions", "recordings"}
    files = len(list(school.store.files))
    deletion.forget(school.store, person_id, by=person_id, now=NOW)
    left = rows(school.store, person_id) - {"people"}
    assert {name for name in left if personal_data.TABLES[name].until != "always"} == set()
    assert len(list(school.store.files)) == files - 1
    assert not school.store.keys.has(person_id)
    school.store.tidy()
    assert on_disk(school.store.folder, pseudonym.encode()) == []
