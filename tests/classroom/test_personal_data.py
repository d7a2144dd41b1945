"""Deletion reaches every place where something about somebody is kept."""

import json
from pathlib import Path

import pytest
from busy import COMMENT, SUBJECT, busy
from school import NOW, School, document

from classroom import assessments, deletion, people, personal_data
from classroom.people import Identity
from classroom.store.schema import Base
from classroom.store.store import Store

_NAME = "Wulandari Kusumawardhani"
_GUARDIAN = "guardian.kusumawardhani@example.org"
_EMAIL = "wulandari@example.org"
_SAID = "Fifteen silver herrings swim"
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


def written_of(store: Store, person_id: str) -> set[bytes]:
    """What somebody's rows say, and rows that hang on them, and no other row does; long enough to be looked for."""
    ids, theirs, others = {person_id}, set[bytes](), ""
    with store.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(table.select()):
                if table.name == "audit" or not ids & set(map(str, row)):
                    others += str(row)
                    continue
                ids |= {row.id} if "id" in table.columns else set()
                theirs |= {one if isinstance(one, bytes) else str(one).encode() for one in row}
    return {one for one in theirs if len(one) >= 12 and one.decode("latin-1") not in others}


@pytest.fixture
def wulan(school: School) -> tuple[School, str]:
    """Ani under a name that is easy to look for, with something in every table, and a reading of her own words."""
    known = Identity(name=_NAME, email=_EMAIL, guardian=_GUARDIAN)
    people.name_anew(school.store, school.ani.id, known, by=school.admin.id, now=NOW)
    kept = busy(school)
    upload = school.record(school.begin(key="second"), key="second", content=_VOICE)
    said = {**json.loads(document()), "text": _SAID}
    assessments.keep(school.store, upload.id, json.dumps(said), now=NOW)
    assert kept.person_id == school.ani.id
    return school, school.ani.id


def test_nothing_on_the_disk_can_be_read_without_keys(wulan: tuple[School, str]) -> None:
    school, _ = wulan
    assert people.identify(school.store, wulan[1]).name == _NAME
    for secret in (_NAME, _EMAIL, _GUARDIAN, COMMENT, SUBJECT, _SAID, _VOICE[:40]):
        content = secret if isinstance(secret, bytes) else secret.encode()
        assert on_disk(school.store.folder, content) == [], secret


def test_deletion_reaches_every_place(wulan: tuple[School, str]) -> None:
    school, person_id = wulan
    theirs = written_of(school.store, person_id) | {people.find(school.store, person_id).pseudonym.encode()}
    assert len(theirs) > 20
    pointing = {
        name
        for name, table in Base.metadata.tables.items()
        if any(key.column.table.name == "people" for key in table.foreign_keys)
    }
    before = rows(school.store, person_id)
    assert pointing - before == {"assignments", "platforms", "marks"}, "Ani makes none of these"
    files = len(list(school.store.files))
    assert files == 2
    deletion.forget(school.store, person_id, by=person_id, now=NOW)
    left = rows(school.store, person_id) - {"people"}
    assert {name for name in left if personal_data.TABLES[name].until != "always"} == set()
    assert list(school.store.files) == []
    assert not school.store.keys.has(person_id)
    if school.store.engine.dialect.name == "sqlite":
        assert {one for one in theirs if on_disk(school.store.folder, one)} == set()
