import os
import signal
import sqlite3
import threading
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from school import NOW, School, document, open_school, takes_of
from sqlalchemy import select

from classroom import assessments, consents, people, recordings, submissions
from classroom.errors import (
    AttemptsUsed,
    ConsentMissing,
    DifferentUpload,
    InvalidDetail,
    NotAllowed,
    NotFound,
    NotOpen,
    RecordingDamaged,
    RoomUsedUp,
)
from classroom.operations.purge import purge
from classroom.operations.verify import verify
from classroom.store import Store, audit, durable
from classroom.store.schema import AssignmentItem, Recording, Submission
from classroom.store.sealing import Unsealable, new_key, seal, unseal

KILLS = 50


def events_of(store: Store, subject: str) -> list[str]:
    with store.reading() as session:
        return [event.action for event in audit.events(session, subject=subject)]


def stored_files(store: Store) -> list[Path]:
    return [path for path in store.files if not path.name.endswith(".part")]


@given(st.binary(max_size=200), st.text(max_size=20), st.integers(0, 10_000))
def test_what_is_sealed_opens_with_its_key_and_purpose_only(content: bytes, purpose: str, place: int) -> None:
    key = new_key()
    sealed = seal(key, content, purpose)
    assert unseal(key, sealed, purpose) == content
    changed = bytearray(sealed)
    changed[place % len(sealed)] ^= 1
    for wrong in ((key, bytes(changed), purpose), (key, sealed, purpose + "x"), (new_key(), sealed, purpose)):
        with pytest.raises(Unsealable):
            unseal(*wrong)


def test_nobody_keeps_more_than_one_persons_room(school: School) -> None:
    store, attempt = school.store, school.begin()

    def put(key: str, content: bytes = b"12345") -> recordings.Recording:
        return recordings.put(store, school.upload(attempt, key, content), now=NOW, most_bytes=10)

    first = put("first")
    put("second")
    with pytest.raises(RoomUsedUp, match="all the room"):
        put("third", b"6")
    assert put("second").kept, "what is there already may be sent again"
    assert len(stored_files(store)) == 2
    purge(store, now=first.expires_at + timedelta(seconds=1))
    assert put("third").kept, "what has gone leaves room"


def test_a_recording_comes_back_as_it_was_sent(school: School) -> None:
    content = os.urandom(60_000)
    kept = school.record(school.begin(), content=content)
    audio = recordings.listen(school.store, kept.id, by=school.ani.id, now=NOW)
    assert (audio.content, audio.media_type) == (content, "audio/webm")
    assert (kept.size_bytes, kept.seconds, kept.kept) == (60_000, 2.5, True)
    assert kept.expires_at == NOW + recordings.RETENTION


def test_nothing_of_a_recording_lies_open_on_disk(tmp_path: Path) -> None:
    school = open_school(Store.open("", tmp_path), NOW)
    school.record(school.begin(), content=b"a voice that nobody may hear")
    school.store.close()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"nobody may hear" in path.read_bytes()]


def test_the_same_upload_is_kept_once(school: School) -> None:
    attempt = school.begin()
    first = school.record(attempt)
    assert school.record(attempt) == first
    assert len(stored_files(school.store)) == 1
    with pytest.raises(DifferentUpload):
        school.record(attempt, content=b"something else")
    assert school.record(attempt, key="another").id != first.id


def test_the_same_upload_sent_at_once_is_kept_once(school: School) -> None:
    upload = school.upload(school.begin())
    start, found = threading.Barrier(6), []

    def send() -> None:
        start.wait()
        found.append(recordings.put(school.store, upload, now=NOW).id)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert len(stored_files(school.store)) == 1


def test_an_upload_after_handing_in_is_answered_if_it_was_kept_and_refused_if_not(school: School) -> None:
    attempt, kept, _ = school.hand_in()
    assert school.record(attempt) == kept
    with pytest.raises(NotOpen):
        school.record(attempt, key="late")
    assert len(stored_files(school.store)) == 1


def test_nobody_records_into_anothers_attempt_or_another_assignment(school: School) -> None:
    upload = school.upload(school.begin())
    with pytest.raises(NotFound):
        recordings.put(school.store, replace(upload, person_id=school.budi.id), now=NOW)
    with pytest.raises(NotFound):
        recordings.put(school.store, replace(upload, item_id="0" * 32), now=NOW)


def test_scores_only_keeps_no_audio(school: School) -> None:
    new = people.NewPerson(role="learner", needs_guardian=False, scores_only=True)
    learner = people.create(school.store, new, by=people.OPERATOR, now=NOW)
    consents.give(school.store, learner.id, "practice", language="en", guardian=False, by=learner.id, now=NOW)
    upload = recordings.Upload(person_id=learner.id, content=b"a voice", media_type="audio/webm", seconds=1, key="1")
    kept = recordings.put(school.store, upload, now=NOW)
    assert not kept.kept
    assert stored_files(school.store) == []
    assert assessments.keep(school.store, kept.id, document(), now=NOW)
    with pytest.raises(NotFound):
        recordings.listen(school.store, kept.id, by=learner.id, now=NOW)


def test_without_consent_to_practise_nothing_is_kept(school: School) -> None:
    upload = school.upload(school.begin())
    consents.withdraw(school.store, school.ani.id, "practice", by=school.ani.id, now=NOW)
    with pytest.raises(ConsentMissing):
        recordings.put(school.store, upload, now=NOW)
    with pytest.raises(ConsentMissing):
        recordings.put(school.store, replace(upload, submission_id=None, item_id=None), now=NOW)
    consents.withdraw(school.store, school.budi.id, "practice", by=school.budi.id, now=NOW)
    with pytest.raises(ConsentMissing):
        school.begin(school.budi)
    assert stored_files(school.store) == []


def test_a_teacher_hears_what_was_handed_in_and_it_is_written_down(school: School) -> None:
    _, kept, _ = school.hand_in()
    audio = recordings.listen(school.store, kept.id, by=school.teacher.id, now=NOW)
    assert audio.content == b"a voice"
    assert events_of(school.store, f"recording:{kept.id}") == ["recording.listen"]


def test_listening_to_oneself_is_nobodys_business(school: School) -> None:
    _, kept, _ = school.hand_in()
    recordings.listen(school.store, kept.id, by=school.ani.id, now=NOW)
    assert events_of(school.store, f"recording:{kept.id}") == []


def test_who_else_asks_hears_nothing(school: School) -> None:
    _, kept, _ = school.hand_in()
    for other in (school.budi, school.stranger, school.admin):
        with pytest.raises(NotAllowed):
            recordings.listen(school.store, kept.id, by=other.id, now=NOW)
        with pytest.raises(NotAllowed):
            assessments.of_recording(school.store, kept.id, by=other.id)
    draft = school.record(school.begin(school.budi))
    with pytest.raises(NotFound):
        recordings.listen(school.store, draft.id, by=school.teacher.id, now=NOW)


def test_a_teacher_hears_nothing_without_consent(school: School) -> None:
    _, kept, _ = school.hand_in()
    consents.withdraw(school.store, school.ani.id, "teacher_listens", by=school.ani.id, now=NOW)
    with pytest.raises(ConsentMissing):
        recordings.listen(school.store, kept.id, by=school.teacher.id, now=NOW)
    assert events_of(school.store, f"recording:{kept.id}") == []
    assert recordings.listen(school.store, kept.id, by=school.ani.id, now=NOW)


def test_a_recording_past_its_time_is_not_played_even_before_it_is_purged(school: School) -> None:
    _, kept, _ = school.hand_in()
    with pytest.raises(NotFound):
        recordings.listen(school.store, kept.id, by=school.ani.id, now=kept.expires_at)


@pytest.mark.parametrize("harm", ["missing", "changed", "another"])
def test_a_file_that_is_not_what_was_written_is_found(school: School, harm: str) -> None:
    attempt = school.begin()
    kept, other = school.record(attempt), school.record(attempt, key="2", content=b"b voice")
    with school.store.reading() as session:
        paths = [school.store.files.path(session.get(Recording, one.id).sha256) for one in (kept, other)]
    if harm == "missing":
        paths[0].unlink()
    else:
        paths[0].write_bytes(paths[1].read_bytes() if harm == "another" else b"changed")
    with pytest.raises(RecordingDamaged):
        recordings.listen(school.store, kept.id, by=school.ani.id, now=NOW)
    problems = verify(school.store, now=NOW).problems
    assert [(one.kind, one.subject) for one in problems] == [("recording_damaged", f"recording:{kept.id}")]


def test_what_was_said_of_a_recording_is_kept_sealed(school: School) -> None:
    attempt, kept, first = school.hand_in()
    second = assessments.keep(school.store, kept.id, document(), now=NOW + timedelta(seconds=1))
    found = assessments.of_recording(school.store, kept.id, by=school.teacher.id)
    assert found == ((second, document()), (first, document()))
    assert [one.id for one in takes_of(school.store, attempt.id)] == [kept.id]
    with pytest.raises(InvalidDetail):
        assessments.keep(school.store, kept.id, '{"words": 1}', now=NOW)


def test_attempts_are_counted_and_a_key_begins_one(school: School) -> None:
    first = school.begin(key="1")
    assert school.begin(key="1") == first
    assert school.begin(key="reloaded") == first
    school.record(first)
    handed = submissions.hand_in(school.store, first.id, by=school.ani.id, now=NOW)
    assert submissions.hand_in(school.store, first.id, by=school.ani.id, now=NOW + timedelta(days=1)) == handed
    second = school.begin(key="2")
    assert (first.attempt, second.attempt) == (1, 2)
    school.record(second, key="2")
    submissions.hand_in(school.store, second.id, by=school.ani.id, now=NOW)
    with pytest.raises(AttemptsUsed):
        school.begin(key="3")
    released = submissions.release(school.store, first.id, by=school.teacher.id, now=NOW)
    assert (released.state, released.released_at) == ("released", NOW)
    attempts = submissions.of_person(school.store, school.assignment.id, school.ani.id)
    assert [one.state for one in attempts] == ["released", "submitted"]


def test_an_empty_attempt_is_not_handed_in(school: School) -> None:
    with pytest.raises(InvalidDetail):
        submissions.hand_in(school.store, school.begin().id, by=school.ani.id, now=NOW)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=300))
def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    durable.write(path, content)
    assert path.read_bytes() == content
    assert not durable.write_new(path, b"other")
    assert path.read_bytes() == content
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_files_are_synced_before_they_are_named_and_named_before_the_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = open_school(Store.open("", tmp_path), NOW)
    attempt, order = school.begin(), []
    real_sync, real_replace = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        order.append("folder" if stat_is_folder(handle) else "file")
        real_sync(handle)

    def rename(self: Path, target: Path) -> Path:
        order.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", rename)
    monkeypatch.setattr(school.store, "writing", noting(school.store, order))
    school.record(attempt)
    assert order[-4:] == ["file", "rename", "folder", "row"]
    school.store.close()


def stat_is_folder(handle: int) -> bool:
    import stat

    return stat.S_ISDIR(os.fstat(handle).st_mode)


def noting(store: Store, order: list[str]) -> object:
    real = store.writing

    def writing() -> object:
        order.append("row")
        return real()

    return writing


def test_no_acknowledged_recording_is_lost_when_killed(tmp_path: Path) -> None:
    """A process stores recordings and says so; it is killed at a random moment, fifty times over one store."""
    store = Store.open("", tmp_path / "data")
    school = open_school(store, NOW)
    attempt = school.begin()
    store.close()
    acknowledged: dict[str, str] = {}
    for run in range(KILLS):
        acknowledged |= killed_run(tmp_path / "data", attempt.id, run)
    assert len(acknowledged) > KILLS
    for recording_id, content in acknowledged.items():
        assert recordings.listen(store, recording_id, by=school.ani.id, now=NOW).content == content.encode() * 6000
    report = verify(store, now=NOW + timedelta(days=3650))
    assert report.problems == ()
    assert report.recordings >= len(acknowledged)
    assert verify(store, now=NOW + timedelta(days=3650)).swept == ()
    store.close()
    with sqlite3.connect(tmp_path / "data" / "lafal.sqlite3") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()


def killed_run(folder: Path, submission_id: str, run: int) -> dict[str, str]:
    """Start a process that writes, and kill it soon after some acknowledgements; answers what it acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        write_for_ever(folder, submission_id, run, to=writing)
    os.close(writing)
    with os.fdopen(reading) as said:
        lines = [said.readline() for _ in range(2 + run % 3)]
        # Somewhere inside the next put, which takes a few milliseconds.
        threading.Event().wait(run % 10 * 0.0007)
        os.kill(child, signal.SIGKILL)
        lines += said.readlines()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    return dict(line.split() for line in lines if line.endswith("\n"))


def write_for_ever(folder: Path, submission_id: str, run: int, *, to: int) -> NoReturn:
    """Store recordings, and write each one's id and content once it is kept."""
    try:
        store = Store.open("", folder)
        with store.reading() as session:
            person_id = session.scalars(select(Submission.person_id).filter_by(id=submission_id)).one()
            item_id = session.scalars(select(AssignmentItem.id)).first()
        for number in count():
            content = f"{run}.{number}"
            upload = recordings.Upload(
                person_id=person_id,
                content=content.encode() * 6000,
                media_type="audio/webm",
                seconds=1.0,
                key=content,
                submission_id=submission_id,
                item_id=item_id,
            )
            os.write(to, f"{recordings.put(store, upload, now=NOW).id} {content}\n".encode())
    finally:
        os._exit(1)
    raise AssertionError
