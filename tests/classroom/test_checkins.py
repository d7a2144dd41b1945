"""Reasons for a check-in: what each needs, how sure it is, and that it can know nothing but behaviour."""

import dataclasses
import random
import types
import typing
from datetime import datetime, timedelta

import pytest
from school import NOW, School
from sqlalchemy import event

from classroom import behaviour, checkins
from classroom.behaviour import Behaviour, Due, Scored
from classroom.checkins import KINDS, dismiss, dismissed, listed, reasons
from classroom.errors import InvalidDetail, NotAllowed
from classroom.evidence import evidence

DAY = timedelta(days=1)


def daily(*days_ago: float) -> tuple[datetime, ...]:
    return tuple(NOW - days * DAY for days in days_ago)


def scored(*scores: float) -> tuple[Scored, ...]:
    return tuple(Scored(NOW - (len(scores) - place) * DAY, score) for place, score in enumerate(scores))


def kinds(seen: Behaviour) -> list[str]:
    return [one.kind for one in reasons(seen, now=NOW)]


def fields_of(kind: object) -> set[object]:
    """Every type a value may hold, however deep."""
    if dataclasses.is_dataclass(kind):
        return set().union(*(fields_of(one) for one in typing.get_type_hints(kind).values()))
    parts = [part for part in typing.get_args(kind) if part is not Ellipsis]
    return set().union(*map(fields_of, parts)) if parts else {kind}


def test_a_check_in_can_see_moments_and_numbers_alone() -> None:
    assert fields_of(Behaviour) == {datetime, float, types.NoneType}
    assert list(typing.get_type_hints(reasons)) == ["seen", "now", "return"]
    assert typing.get_type_hints(reasons)["seen"] is Behaviour


def test_gathering_behaviour_asks_for_nobodys_name_or_details(school: School) -> None:
    school.hand_in()
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(school.store.engine, "before_cursor_execute", note)
    known = evidence(school.store, school.class_id, by=school.teacher.id)
    event.remove(school.store.engine, "before_cursor_execute", note)
    assert asked and not [one for one, _ in asked if "identities" in one or "groups" in one or "consents" in one]
    # The people's table is read once: for the teacher who asks.
    assert [school.teacher.id in str(what) for one, what in asked if "FROM people" in one] == [True]
    assert set(behaviour.behaviours(known, now=NOW)) == {school.ani.id, school.budi.id}


BASE = Behaviour(joined_at=NOW - 60 * DAY, waiting_since=NOW - 40 * DAY)


@pytest.mark.parametrize(
    ("recorded", "waiting", "expected"),
    [
        (daily(25, 24, 23, 22, 21), 40, ("high", 21, 1.0)),
        (daily(15, 14, 13, 12), 40, ("fair", 12, 1.0)),
        (daily(12), 40, ("low", 12, 0.0)),
        ((), 40, ("low", 60, 0.0)),
        # Once a week is this learner's rhythm: twelve days are not yet long.
        (daily(33, 26, 19, 12), 40, None),
        (daily(9), 40, None),
        # There has been something to do for three days only.
        (daily(30), 3, None),
    ],
)
def test_who_stopped(recorded: tuple[datetime, ...], waiting: int, expected: tuple | None) -> None:
    seen = dataclasses.replace(BASE, recorded_at=recorded, waiting_since=NOW - waiting * DAY)
    found = reasons(seen, now=NOW)
    assert [(one.sureness, one.number, one.of) for one in found] == ([expected] if expected else [])
    assert not reasons(dataclasses.replace(seen, waiting_since=None), now=NOW)


def test_missing_work() -> None:
    def seen(*handed: bool) -> Behaviour:
        due = tuple(Due(at, at if done else None) for at, done in zip(daily(5, 4, 3, 2, 1, 0.5), handed, strict=False))
        return Behaviour(joined_at=NOW - 60 * DAY, due=due)

    assert kinds(seen(True, False, True)) == []
    two = reasons(seen(True, False, False), now=NOW)[0]
    assert (two.kind, two.sureness, two.number, two.of, two.since) == ("missing", "fair", 2, 3, NOW - 3 * DAY)
    assert reasons(seen(False, False, False), now=NOW)[0].sureness == "high"
    # Of long ago, before the last five.
    assert kinds(seen(False, False, True, True, True, True)) == []


def test_falling_scores_must_fall_beyond_their_uncertainty() -> None:
    def seen(*scores: float) -> Behaviour:
        return Behaviour(joined_at=NOW - 60 * DAY, relative=scored(*scores))

    fallen = reasons(seen(5, 6, 4, 5, 6, -20, -21, -19, -20, -22), now=NOW)[0]
    assert (fallen.kind, fallen.sureness) == ("falling", "high")
    assert fallen.number == pytest.approx(25.6)
    assert fallen.of == pytest.approx(2 * (2 * 25 / 5) ** 0.5)
    assert kinds(seen(5, 6, 4, 5, 6, 1, 0, 2, 1, 0)) == []
    assert kinds(seen(40, -30, 20, -20, 30, -30, 10, -20, 5, -15)) == []
    assert kinds(seen(5, 5, 5, 5, -30, -30, -30, -30, -30)) == []


def test_few_steady_learners_seem_to_fall() -> None:
    chance = random.Random(7)
    flagged = sum(
        bool(reasons(Behaviour(joined_at=NOW, relative=scored(*(chance.gauss(0, 12) for _ in range(20)))), now=NOW))
        for _ in range(1000)
    )
    assert flagged < 15


def test_many_tries_without_progress() -> None:
    def seen(*scores: float) -> Behaviour:
        return Behaviour(joined_at=NOW - 60 * DAY, repeated=(scored(50, 50), scored(*scores)))

    stuck = reasons(seen(50, 52, 49, 51, 50), now=NOW)[0]
    assert (stuck.kind, stuck.sureness, stuck.number) == ("stuck", "fair", 5)
    assert stuck.of == pytest.approx(-1.0)
    assert reasons(seen(*[50] * 8), now=NOW)[0].sureness == "high"
    assert kinds(seen(30, 40, 50, 55, 60)) == []
    assert kinds(seen(90, 91, 89, 90, 90)) == []
    assert kinds(seen(50, 50, 50, 50)) == []


def test_a_dismissed_reason_comes_back_with_newer_signs() -> None:
    seen = dataclasses.replace(BASE, recorded_at=daily(12))
    known = {"ani": seen, "budi": Behaviour(joined_at=NOW)}
    since = reasons(seen, now=NOW)[0].since
    assert list(listed(known, {}, now=NOW)) == ["ani"]
    assert listed(known, {("ani", "stopped"): since}, now=NOW) == {}
    assert listed(known, {("ani", "missing"): NOW}, now=NOW)
    assert listed(known, {("ani", "stopped"): since - DAY}, now=NOW)
    # Recorded again, and stopped again.
    later = dataclasses.replace(seen, recorded_at=(*seen.recorded_at, NOW + DAY))
    assert listed({"ani": later}, {("ani", "stopped"): NOW}, now=NOW + 12 * DAY)


def test_those_with_most_reasons_come_first() -> None:
    low = dataclasses.replace(BASE, recorded_at=daily(12))
    high = dataclasses.replace(low, due=tuple(Due(at, None) for at in daily(3, 2, 1)))
    assert list(listed({"a": low, "b": high}, {}, now=NOW)) == ["b", "a"]


def test_dismissing_is_kept_and_written_down(school: School) -> None:
    store, teacher = school.store, school.teacher.id
    dismiss(store, school.class_id, school.ani.id, "stopped", by=teacher, now=NOW)
    dismiss(store, school.class_id, school.ani.id, "stopped", by=teacher, now=NOW + DAY)
    assert dismissed(store, school.class_id, by=teacher) == {(school.ani.id, "stopped"): NOW + DAY}
    from classroom.store import audit

    with store.reading() as session:
        events = audit.events(session, subject=f"person:{school.ani.id}")
    assert [one.details["reason"] for one in events if one.action == "checkin.dismiss"] == ["stopped", "stopped"]


def test_only_the_classs_teacher_dismisses_and_only_of_its_learners(school: School) -> None:
    for other in (school.stranger, school.ani, school.admin):
        with pytest.raises(NotAllowed):
            dismiss(school.store, school.class_id, school.ani.id, "stopped", by=other.id, now=NOW)
        with pytest.raises(NotAllowed):
            dismissed(school.store, school.class_id, by=other.id)
    with pytest.raises(NotAllowed):
        dismiss(school.store, school.class_id, school.stranger.id, "stopped", by=school.teacher.id, now=NOW)
    with pytest.raises(InvalidDetail):
        dismiss(school.store, school.class_id, school.ani.id, "lazy", by=school.teacher.id, now=NOW)
    assert checkins.KINDS == KINDS == ("stopped", "missing", "falling", "stuck")
