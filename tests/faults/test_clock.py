"""A clock that jumps, either way, loses nothing, keeps nothing for years and lets nobody stay signed in for them."""

from datetime import datetime, timedelta

import pytest
from school import NOW, School

from classroom import accounts, people, recordings
from classroom.errors import NotFound, SessionOver, StoreBusy
from classroom.operations.purge import purge
from classroom.operations.verify import verify
from classroom.store import audit
from classroom.store.files import RecordingFiles

YEARS = timedelta(days=3650)
AHEAD = NOW + YEARS


def sign_in(school: School, now: datetime) -> accounts.SignedIn:
    with school.store.writing() as session:
        return accounts.begin(school.store, session, people.row_of(session, school.ani.id), now=now)


def test_the_audit_keeps_its_order_when_the_clock_goes_back(school: School) -> None:
    for now in (AHEAD, NOW, AHEAD, NOW - YEARS):
        people.create(school.store, people.NewPerson(role="learner"), by=people.OPERATOR, now=now)
    with school.store.reading() as session:
        newest = audit.events(session, limit=4)
    assert [event.at for event in newest] == [NOW - YEARS, AHEAD, NOW, AHEAD]
    assert [event.number for event in newest] == sorted((event.number for event in newest), reverse=True)
    assert verify(school.store, now=NOW).problems == ()


def test_a_session_begun_while_the_clock_was_ahead_does_not_last_for_years(school: School) -> None:
    begun = sign_in(school, AHEAD)
    assert accounts.resume(school.store, begun.token, now=AHEAD) == begun.person
    with pytest.raises(SessionOver):
        accounts.resume(school.store, begun.token, now=NOW)


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_a_clock_that_is_put_right_by_an_hour_signs_nobody_out(school: School, hours: int) -> None:
    begun = sign_in(school, NOW)
    assert accounts.resume(school.store, begun.token, now=NOW + timedelta(hours=hours)) == begun.person


def test_what_was_recorded_while_the_clock_was_ahead_is_kept_as_long_as_anything_else(school: School) -> None:
    upload = school.upload(school.begin())
    kept = recordings.put(school.store, upload, now=AHEAD)
    assert purge(school.store, now=NOW).recordings == 0
    assert recordings.listen(school.store, kept.id, by=school.ani.id, now=NOW).content == b"a voice"
    assert purge(school.store, now=NOW + timedelta(days=1)).recordings == 0
    assert purge(school.store, now=NOW + recordings.RETENTION).recordings == 1
    with pytest.raises(NotFound):
        recordings.listen(school.store, kept.id, by=school.ani.id, now=NOW)
    assert list(school.store.files) == []


def test_a_clock_that_is_behind_takes_nothing_and_shortens_nothing(school: School) -> None:
    """As after a flat battery: everything seems to come from the future, and nothing does."""
    recordings.put(school.store, school.upload(school.begin()), now=NOW)
    assert purge(school.store, now=NOW - YEARS).recordings == 0
    assert purge(school.store, now=NOW + recordings.RETENTION - timedelta(days=1)).recordings == 0
    assert purge(school.store, now=NOW + recordings.RETENTION).recordings == 1


def test_what_was_recorded_while_the_clock_was_behind_is_taken_once_it_is_right(school: School) -> None:
    recordings.put(school.store, school.upload(school.begin()), now=NOW - YEARS)
    assert purge(school.store, now=NOW - YEARS).recordings == 0
    assert purge(school.store, now=NOW).recordings == 1


def test_a_jump_ahead_while_somebody_sends_a_recording_loses_nothing(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the new time the file is old and belongs to no row yet: it is swept, and must not be acknowledged."""
    attempt, put = school.begin(), RecordingFiles.put

    def put_and_jump(files: RecordingFiles, sealed: bytes) -> str:
        name = put(files, sealed)
        assert verify(school.store, now=AHEAD).swept == (name,)
        return name

    with monkeypatch.context() as clock:
        clock.setattr(RecordingFiles, "put", put_and_jump)
        with pytest.raises(StoreBusy):
            school.record(attempt)
    kept = school.record(attempt)
    assert recordings.listen(school.store, kept.id, by=school.ani.id, now=NOW).content == b"a voice"
    assert verify(school.store, now=AHEAD).problems == ()


def test_a_clock_that_went_back_sweeps_nothing(school: School) -> None:
    school.store.files.put(b"of nobody")
    assert verify(school.store, now=NOW - YEARS).swept == ()
