"""What is seen of a class: evidence, heat, words, weeks and behaviour, from work that was handed in."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from school import NOW, WORDS, School, assess, document, open_school, phone, word
from sqlalchemy import event

from classroom import assessments, assignments, classes, people, submissions
from classroom.assignments import NewItem, Terms
from classroom.behaviour import behaviours
from classroom.errors import NotAllowed
from classroom.evidence import Evidence, Take, chosen, evidence
from classroom.heat import FEW, level, sounds, words
from classroom.people import Identity, NewPerson
from classroom.progress import weeks
from classroom.store import Store
from classroom.store.schema import AssessmentRow, Recording, Submission
from classroom.summaries import Tally

DAY = timedelta(days=1)


def seen(school: School) -> Evidence:
    return evidence(school.store, school.class_id, by=school.teacher.id)


def take(person: str = "ani", score: float | None = 50.0, days: float = 0, **other: object) -> Take:
    values = {"assignment_id": "a", "item_id": "i", "submission_id": "s", "sounds": {}, "words": {}, "counts": True}
    return Take(person_id=person, score=score, said_at=NOW + days * DAY, **{**values, **other})


def test_only_what_was_handed_in_is_seen(school: School) -> None:
    draft = school.record(school.begin(school.budi))
    assessments.keep(school.store, draft.id, document(), now=NOW)
    assert seen(school).takes == ()
    assert seen(school).recorded == {school.ani.id: (), school.budi.id: (NOW,)}
    attempt, _, _ = school.hand_in()
    one = seen(school).takes[0]
    assert (one.person_id, one.submission_id, one.counts) == (school.ani.id, attempt.id, True)
    assert one.score == pytest.approx(assess(WORDS).scores.overall.value)
    assert one.sounds == {"T": Tally(300.0, 4)}
    assert [(one.person_id, one.attempt) for one in seen(school).handed_in] == [(school.ani.id, 1)]


def test_the_newest_take_of_an_exercise_counts(school: School) -> None:
    attempt = school.begin()
    for number, key in enumerate(("first", "second")):
        kept = replace(school, now=NOW + number * DAY).record(attempt, key=key, content=key.encode())
        assessments.keep(school.store, kept.id, document(), now=NOW)
    submissions.hand_in(school.store, attempt.id, by=school.ani.id, now=NOW + DAY)
    known = seen(school)
    assert [one.counts for one in known.takes] == [False, True]
    assert [one.said_at for one in known.counted] == [NOW + DAY]
    # A newer judgement of the same recording replaces the older one.
    newer = document((word("She", (100.0,)),))
    with school.store.reading() as session:
        recording_id = session.query(Recording.id).filter_by(idempotency_key="second").scalar()
    assessments.keep(school.store, recording_id, newer, now=NOW + 2 * DAY)
    assert [one.sounds for one in seen(school).counted] == [{"T": Tally(100.0, 1)}]


def test_who_left_the_class_is_not_seen(school: School) -> None:
    school.hand_in()
    classes.remove_member(school.store, school.class_id, school.ani.id, by=school.teacher.id, now=NOW)
    assert (seen(school).takes, seen(school).handed_in, set(seen(school).joined)) == ((), (), {school.budi.id})


def test_only_its_teacher_sees_it(school: School) -> None:
    for other in (school.stranger, school.ani, school.admin):
        with pytest.raises(NotAllowed):
            evidence(school.store, school.class_id, by=other.id)


def test_takes_are_chosen_by_time_work_and_learner() -> None:
    takes = (take(), take("budi", days=3), take(days=5, assignment_id="b"))
    assert chosen(takes) == takes
    assert chosen(takes, since=NOW + DAY) == takes[1:]
    assert chosen(takes, assignment_id="b") == takes[2:]
    assert chosen(takes, person_id="budi") == takes[1:2]


def test_the_hardest_sounds_come_first_and_rare_ones_last() -> None:
    takes = (
        take(sounds={"TH": Tally(100.0, 4), "S": Tally(950.0, 10), "ZH": Tally(1.0, 1)}),
        take("budi", sounds={"TH": Tally(80.0, 1)}),
    )
    found = sounds(takes)
    assert [one.phone for one in found] == ["TH", "S", "ZH"]
    assert found[0].whole == Tally(180.0, 5)
    assert found[0].by_learner == {"ani": Tally(100.0, 4), "budi": Tally(80.0, 1)}
    assert [level(one.whole) for one in found] == ["weak", "well", "few"]
    assert level(Tally()) is None
    assert level(Tally(75.0 * FEW, FEW)) == "mixed"
    # What is shown as 85 is sorted as 85.
    assert [level(Tally(mean * FEW, FEW)) for mean in (84.6, 84.4, 69.6, 69.4)] == ["well", "mixed", "mixed", "weak"]


def test_the_hardest_words_say_of_how_many_learners() -> None:
    takes = (
        take(words={"think": Tally(50.0, 1), "rare": Tally(0.0, 1)}),
        take("budi", words={"think": Tally(150.0, 4), "fish": Tally(500.0, 5)}),
    )
    found = [(one.text, one.tally.count, one.learners) for one in words(takes)]
    assert found == [("think", 5, 2), ("fish", 5, 1), ("rare", 1, 1)]
    assert len(words(takes, most=1)) == 1


def test_weeks_begin_on_monday_where_the_class_is() -> None:
    sunday_night = take(days=-0.4, score=40.0)  # 22:54 UTC on Sunday is Monday in Jakarta.
    takes = (sunday_night, take(score=60.0), take(days=7, assignment_id="b", score=80.0), take(score=None))
    jakarta = weeks(takes, time_zone="Asia/Jakarta")
    assert [(week.begins, week.whole) for week in jakarta] == [
        (date(2026, 3, 2), Tally(100.0, 2)),
        (date(2026, 3, 9), Tally(80.0, 1)),
    ]
    assert jakarta[1].by_assignment == {"b": Tally(80.0, 1)}
    assert next(week.begins for week in weeks(takes, time_zone="UTC")) == date(2026, 2, 23)


def test_behaviour_follows_from_the_evidence(school: School) -> None:
    now = NOW + 5 * DAY
    terms = replace(school.assignment.terms, due_at=NOW + DAY)
    assignments.change(school.store, school.assignment.id, terms, by=school.teacher.id, now=NOW)
    school.hand_in()
    known = behaviours(seen(school), now=now)
    ani, budi = known[school.ani.id], known[school.budi.id]
    assert (ani.waiting_since, ani.recorded_at, [one.handed_in_at for one in ani.due]) == (None, (NOW,), [NOW])
    assert (budi.waiting_since, budi.recorded_at, [one.handed_in_at for one in budi.due]) == (NOW, (), [None])
    assert len(ani.repeated) == 1
    # One learner alone makes no class mean.
    assert ani.relative == ()
    assignments.archive(school.store, school.assignment.id, by=school.teacher.id, now=now)
    assert behaviours(seen(school), now=now)[school.budi.id].due == ()


def test_scores_are_seen_against_the_classs() -> None:
    takes = (take("a", 10.0), take("b", 20.0), take("c", 30.0), take("c", 90.0, item_id="j"))
    known = Evidence(
        assignments=(), joined=dict.fromkeys("abc", NOW), takes=takes, handed_in=(), recorded=dict.fromkeys("abc", ())
    )
    relative = {
        person_id: [one.score for one in seen.relative] for person_id, seen in behaviours(known, now=NOW).items()
    }
    assert relative == {"a": [-10.0], "b": [0.0], "c": [10.0]}


LEARNERS, WORKS, ITEMS = 35, 10, 5


def fill(school: School) -> None:
    """A class of 35 with ten works of five sentences, written as `assessments.keep` writes them."""
    store, teacher = school.store, school.teacher.id
    ids = []
    for number in range(LEARNERS - 2):
        new = NewPerson(role="learner", identity=Identity(name=f"Learner {number}"))
        person = people.create(store, new, by=people.OPERATOR, now=NOW)
        classes.add_member(store, school.class_id, person.id, by=teacher, now=NOW)
        ids.append(person.id)
    ids += [learner.id for learner in school.learners]
    texts = tuple(NewItem(text="She eats fish.") for _ in range(ITEMS))
    works = [
        assignments.create(
            store, school.class_id, "sentences", terms=Terms(title=f"Work {number}"), items=texts, by=teacher, now=NOW
        )
        for number in range(WORKS)
    ]
    phones = ("TH", "S", "IH", "P", "R", "L", "AY", "NG", "K", "V")
    spoken = tuple(
        replace(word(text, ()), phones=tuple(replace(phone("T", 70.0), expected=one) for one in phones))
        for text in ("She", "eats", "fish")
    )
    content = document(spoken)
    for place, person_id in enumerate(ids):
        with store.writing() as session:
            for work in works:
                name = f"{place}-{work.id[:20]}"
                attempt = Submission(
                    id=f"s{name}"[:32], assignment_id=work.id, person_id=person_id, attempt=1, state="submitted",
                    idempotency_key=name, created_at=NOW, submitted_at=NOW, released_at=None,
                )  # fmt: skip
                session.add(attempt)
                session.flush()
                for number, item in enumerate(work.items):
                    _add(school, session, attempt, item.id, f"{number}-{name}", content)


def _add(school: School, session: object, attempt: Submission, item_id: str, name: str, content: str) -> None:
    import json
    import zlib

    from classroom.assessments import unsealed
    from classroom.store.sealing import seal

    recording = Recording(
        id=name[:32], person_id=attempt.person_id, submission_id=attempt.id, item_id=item_id, idempotency_key=name,
        content_mac="", sha256=None, key_id="", media_type="audio/webm", size_bytes=1, seconds=1.0,
        created_at=NOW, expires_at=NOW, removed_at=NOW,
    )  # fmt: skip
    session.add(recording)
    session.flush()
    key = school.store.keys.open(attempt.person_id)
    session.add(
        AssessmentRow(
            id=recording.id, recording_id=recording.id, model="",
            document=seal(key, zlib.compress(content.encode()), f"assessment:{recording.id}"),
            totals=unsealed(session, recording, json.loads(content), {}), created_at=NOW,
        )
    )  # fmt: skip


@pytest.fixture
def large(tmp_path: Path) -> Iterator[School]:
    """A school of its own, in SQLite alone, to be filled."""
    store = Store.open("", tmp_path / "data")
    yield open_school(store, NOW)
    store.close()


def test_a_whole_class_is_seen_without_opening_an_assessment(large: School) -> None:
    school = large
    fill(school)
    asked: list[str] = []
    event.listen(school.store.engine, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement))
    began = time.perf_counter()
    known = seen(school)
    found = sounds(known.counted), words(known.counted), weeks(known.counted, time_zone="UTC")
    behaviours(known, now=NOW)
    took = time.perf_counter() - began
    assert len(known.takes) == LEARNERS * WORKS * ITEMS
    assert found[0][0].whole.count == 3 * len(known.takes)
    assert not [statement for statement in asked if "document" in statement]
    assert len(asked) < 30
    # Some tenths of a second; the bound leaves room for a busy machine.
    assert took < 5.0
    print(f"a class of {LEARNERS} with {len(known.takes)} assessments: {took:.2f} s")
