"""`verify` finds what was changed behind our back; the audit's own chain is in tests/classroom/test_operations.py."""

import hashlib

import pytest
from school import NOW, School
from sqlalchemy import text
from typer.testing import CliRunner

from classroom import marks
from classroom.__main__ import app
from classroom.marks import Mark
from classroom.operations.verify import verify
from classroom.store.schema import AssessmentRow, Identity, MarkRow, Recording


def found(school: School) -> set[str]:
    return {f"{one.kind} {one.subject}" for one in verify(school.store, now=NOW).problems}


def test_two_files_in_each_others_place_are_found(school: School) -> None:
    attempt = school.begin()
    kept = [school.record(attempt, key=key, content=key.encode()) for key in ("one", "other")]
    first, second = list(school.store.files)
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    assert found(school) == {f"recording_damaged recording:{recording.id}" for recording in kept}


def test_two_rows_that_name_each_others_file_are_found(school: School) -> None:
    attempt = school.begin()
    kept = [school.record(attempt, key=key, content=key.encode()) for key in ("one", "other")]
    with school.store.writing() as session:
        rows = [session.get_one(Recording, recording.id) for recording in kept]
        names = [row.sha256 for row in rows]
        rows[0].sha256 = None
        session.flush()
        rows[1].sha256 = names[0]
        session.flush()
        rows[0].sha256 = names[1]
    assert found(school) == {f"recording_damaged recording:{recording.id}" for recording in kept}


def test_a_file_changed_and_named_anew_is_found(school: School) -> None:
    """Whoever can write to the disk and the database but has no key."""
    _, kept, _ = school.hand_in()
    (path,) = school.store.files
    forged = path.read_bytes()[:-1] + b"?"
    name = hashlib.sha256(forged).hexdigest()
    place = school.store.files.path(name)
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(forged)
    with school.store.writing() as session:
        session.get_one(Recording, kept.id).sha256 = name
    assert found(school) == {f"recording_damaged recording:{kept.id}"}


def test_changed_ciphertext_in_rows_is_found(school: School) -> None:
    _, _, assessed = school.hand_in()
    mark = Mark(level="word", place="0", value=95.0, comment="Clear!")
    marks.overrule(school.store, assessed, mark, by=school.teacher.id, now=NOW)
    assert found(school) == set()
    with school.store.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER IF EXISTS marks_no_update"))
    with school.store.writing() as session:
        document = session.get_one(AssessmentRow, assessed)
        document.document = document.document[:-1] + b"?"
        session.get_one(MarkRow, (assessed, 1)).comment = b"not ours"
        ani, budi = (session.get_one(Identity, person.id) for person in school.learners)
        ani.name, budi.name = budi.name, ani.name
    assert found(school) == {
        f"sealed assessment:{assessed}",
        f"sealed mark:{assessed}:1",
        f"sealed identity.name:{school.ani.id}",
        f"sealed identity.name:{school.budi.id}",
    }


@pytest.mark.parametrize("harm", ["other", "missing", "of somebody else"])
def test_a_changed_key_is_found(school: School, harm: str) -> None:
    school.hand_in()
    folder = school.store.folder / "keys"
    path = folder / f"{school.ani.id}.key"
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(b"x" * 76 if harm == "other" else (folder / f"{school.budi.id}.key").read_bytes())
    kind = "key_gone" if harm == "missing" else "wrong_master_key"
    assert f"{kind} person:{school.ani.id}" in found(school)


def test_the_command_tells_of_an_audit_that_was_cut(school: School) -> None:
    folder = school.store.folder
    with school.store.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_no_delete"))
        connection.execute(text("DELETE FROM audit WHERE number > 3"))
    school.store.close()
    done = CliRunner().invoke(app, ["verify", "--folder", str(folder)])
    assert done.exit_code == 1
    assert "audit: row 4" in done.output
