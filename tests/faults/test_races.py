"""Two browsers, and two teachers, at the same work at once."""

import threading
from collections.abc import Callable

import pytest
from school import NOW, School, takes_of

from classroom import marks, recordings, submissions
from classroom.errors import DifferentUpload, NotOpen
from classroom.marks import Mark
from classroom.operations.verify import verify


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each call gave, an error too."""
    start = threading.Barrier(len(calls))
    given: list[object] = [None] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        start.wait()
        try:
            given[place] = call()
        except Exception as error:  # noqa: BLE001
            given[place] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def is_whole(school: School, files: int) -> bool:
    return verify(school.store, now=NOW).problems == () and len(list(school.store.files)) == files


def test_two_browsers_begin_one_attempt(school: School) -> None:
    begun = at_once(*(lambda key=key: school.begin(key=key) for key in ("one", "other", "third", "one")))
    assert len({attempt.id for attempt in begun}) == 1


def test_one_key_for_two_recordings_keeps_the_first_and_tells_the_other(school: School) -> None:
    attempt = school.begin()
    given = at_once(*(lambda content=content: school.record(attempt, content=content) for content in (b"a", b"b")))
    (kept,) = [one for one in given if isinstance(one, recordings.Recording)]
    assert [type(one) for one in given if one is not kept] == [DifferentUpload]
    assert takes_of(school.store, attempt.id) == (kept,)
    assert is_whole(school, files=1)


def test_different_keys_are_different_recordings(school: School) -> None:
    attempt = school.begin()
    given = at_once(*(lambda key=key: school.record(attempt, key=key) for key in "abcdef"))
    assert {one.id for one in given} == {one.id for one in takes_of(school.store, attempt.id)}
    assert is_whole(school, files=6)


@pytest.mark.parametrize("round_", range(5))
def test_handing_in_while_a_recording_arrives_takes_it_or_refuses_it(school: School, round_: int) -> None:
    attempt = school.begin()
    school.record(attempt, key="first")
    sent, handed_in = at_once(
        lambda: school.record(attempt, key="second"),
        lambda: submissions.hand_in(school.store, attempt.id, by=school.ani.id, now=NOW),
    )
    assert isinstance(handed_in, submissions.Submission)
    kept = takes_of(school.store, attempt.id)
    if isinstance(sent, NotOpen):
        assert len(kept) == 1
    else:
        assert sent in kept
    assert is_whole(school, files=len(kept))


def test_two_teachers_marks_are_both_kept_in_order(school: School) -> None:
    _, _, assessed = school.hand_in()
    values = [float(value) for value in range(60, 68)]

    def mark(value: float) -> object:
        return marks.overrule(
            school.store, assessed, Mark(level="word", place="0", value=value), by=school.teacher.id, now=NOW
        )

    given = at_once(*(lambda value=value: mark(value) for value in values))
    assert not [one for one in given if isinstance(one, Exception)]
    made = marks.history(school.store, assessed, by=school.teacher.id)
    assert [one.number for one in made] == list(range(1, 9))
    assert {one.mark.value for one in made} == set(values)
    # Each says what counted before it.
    assert [one.old_value for one in made[1:]] == [one.mark.value for one in made[:-1]]
    assert verify(school.store, now=NOW).problems == ()


def test_work_is_given_back_once(school: School) -> None:
    attempt, _, _ = school.hand_in()

    def release() -> object:
        return submissions.release(school.store, attempt.id, by=school.teacher.id, now=NOW)

    given = at_once(release, release, release)
    assert len(set(given)) == 1
    from classroom.store import audit

    with school.store.reading() as session:
        noted = audit.events(session, subject=f"submission:{attempt.id}")
    assert [one.action for one in noted].count("submission.release") == 1
