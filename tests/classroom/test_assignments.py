from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from school import NOW, School

from classroom import assignments, classes, consents, exercises, invitations, rosters, submissions
from classroom.assignments import NewItem, Progress, Terms
from classroom.errors import AlreadyBegun, InvalidDetail, NotAllowed
from classroom.spoken_texts import check_text, guessed_words
from classroom.unit import Exercise

KNOWN = next(one for unit in exercises.units() for one in unit.exercises if one.kind == "sentence")


def change_items(school: School, *items: NewItem, by: str | None = None) -> assignments.Assignment:
    who = by or school.teacher.id
    return assignments.change_items(school.store, school.assignment.id, items, by=who, now=school.now)


def test_items_change_until_somebody_begins(school: School) -> None:
    made = change_items(school, NewItem(text="One more."), NewItem(exercise_id=KNOWN.id))
    assert [one.text for one in made.items] == ["One more.", KNOWN.text]
    assert made == assignments.find(school.store, made.id, by=school.ani.id)
    replace(school, assignment=made).begin()
    assert assignments.is_begun(school.store, made.id)
    with pytest.raises(AlreadyBegun):
        change_items(school, NewItem(text="Other."))
    same = change_items(school, NewItem(text=" One more. "), NewItem(exercise_id=KNOWN.id))
    assert [one.id for one in same.items] == [one.id for one in made.items]


def test_an_exercise_that_stays_keeps_the_text_it_had(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    change_items(school, NewItem(exercise_id=KNOWN.id))
    newer: Exercise | None = replace(KNOWN, text="Something newer.")
    monkeypatch.setattr(exercises, "find", lambda _: newer)
    made = change_items(school, NewItem(exercise_id=KNOWN.id), NewItem(text="And this."))
    assert [one.text for one in made.items] == [KNOWN.text, "And this."]
    newer = None
    copied = assignments.copy(school.store, made.id, school.class_id, by=school.teacher.id, now=NOW)
    assert [(one.exercise_id, one.text) for one in copied.items] == [(KNOWN.id, KNOWN.text), (None, "And this.")]


def test_only_who_teaches_both_classes_copies_between_them(school: School) -> None:
    store, work = school.store, school.assignment
    other = classes.create(store, "9B", by=school.teacher.id, now=NOW)
    foreign = classes.create(store, "9C", by=school.stranger.id, now=NOW)
    tomorrow = NOW + timedelta(days=1)
    terms = replace(work.terms, opens_at=NOW - timedelta(days=1), due_at=tomorrow, instructions="Slowly.")
    assignments.change(store, work.id, terms, by=school.teacher.id, now=NOW)
    made = assignments.copy(store, work.id, other.id, by=school.teacher.id, now=NOW)
    assert (made.class_id, made.kind) == (other.id, work.kind)
    assert made.terms == replace(terms, opens_at=None)
    assert {one.id for one in made.items}.isdisjoint(one.id for one in work.items)
    for by, target in (
        (school.teacher, foreign),
        (school.stranger, foreign),
        (school.ani, other),
        (school.admin, other),
    ):
        with pytest.raises(NotAllowed):
            assignments.copy(store, work.id, target.id, by=by.id, now=NOW)
    for stranger in (school.stranger, school.ani, school.admin):
        with pytest.raises(NotAllowed):
            change_items(school, NewItem(text="Mine."), by=stranger.id)
        with pytest.raises(NotAllowed):
            assignments.progress(store, school.class_id, by=stranger.id)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("😀", "picture"),
        ("Good 😀 morning", "picture"),
        ("你好", "unreadable"),
        ("... !", "unreadable"),
        ("word " * 121, "words"),
        ("x" * 5001, "letters"),
    ],
)
def test_what_nobody_can_read_aloud_is_refused_by_its_place(school: School, text: str, reason: str) -> None:
    with pytest.raises(InvalidDetail) as caught:
        check_text(text.strip(), place=3)
    assert (caught.value.facts["reason"], caught.value.facts["place"]) == (reason, 3)
    with pytest.raises(InvalidDetail):
        change_items(school, NewItem(text="Fine."), NewItem(text=text))


@pytest.mark.parametrize("text", ["It's 12 pm.", "Café, naïve & co.", "I paid €5 — twice!", "word " * 120])
def test_what_can_be_read_aloud_is_taken(text: str) -> None:
    check_text(text.strip())


def test_words_that_no_dictionary_has_are_named_once() -> None:
    assert guessed_words(("The zorblax sleeps.", "😀", "A Zorblax and a gronkel!")) == ("zorblax", "gronkel")
    assert guessed_words(("Fish and dogs swim.",)) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "a\tb"},
        {"attempts": 101},
        {"instructions": "x" * 2001},
        {"weights": {"overall": 0.0}},
        {"rubric": {"": "Friendly"}},
        {"rubric": {"Tone": "x" * 501}},
        {"rubric": {str(number): "" for number in range(21)}},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_terms_say_by_a_code_why_they_are_refused(school: School, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidDetail) as caught:
        assignments.check_terms(replace(school.assignment.terms, **wrong))
    assert caught.value.facts["reason"]
    assert caught.value.facts["field"] == next(iter(wrong))


def test_terms_written_before_there_were_instructions_have_none(school: School) -> None:
    with school.store.writing() as session:
        row = assignments.row_of(session, school.assignment.id)
        row.rubric = {"weights": {}, "criteria": {}}
    assert assignments.find(school.store, school.assignment.id, by=school.ani.id).terms.instructions == ""


@pytest.mark.parametrize(
    ("local", "zone", "expected"),
    [
        ("2026-03-09T23:59", "Asia/Jakarta", "2026-03-09T16:59"),
        ("2026-03-28T12:00", "Europe/Berlin", "2026-03-28T11:00"),
        ("2026-03-29T12:00", "Europe/Berlin", "2026-03-29T10:00"),
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30"),
    ],
)
def test_a_wall_clock_means_what_it_shows_there_before_and_after_the_clocks_change(
    school: School, local: str, zone: str, expected: str
) -> None:
    due = assignments.moment(datetime.fromisoformat(local), zone)
    terms = Terms(title="T", due_at=due, time_zone=zone)
    made = assignments.change(school.store, school.assignment.id, terms, by=school.teacher.id, now=NOW)
    kept = assignments.find(school.store, made.id, by=school.teacher.id).terms.due_at
    assert kept == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_class_in_figures_counts_who_is_there_and_what_waits(school: School) -> None:
    store, teacher = school.store, school.teacher.id

    def figures(now: datetime = NOW) -> tuple[int, int, int]:
        (one,) = classes.taught_by(store, teacher, now=now)
        return one.learners, one.open, one.waiting

    assert figures() == (2, 1, 0)
    attempt, _, _ = school.hand_in()
    school.hand_in(school.budi)
    assert figures() == (2, 1, 2)
    assert assignments.progress(store, school.class_id, by=teacher) == {school.assignment.id: Progress(2, 2, 2)}
    submissions.release(store, attempt.id, by=teacher, now=NOW)
    assert figures() == (2, 1, 1)
    classes.remove_member(store, school.class_id, school.budi.id, by=teacher, now=NOW)
    assert figures() == (1, 1, 0)
    assert assignments.progress(store, school.class_id, by=teacher) == {school.assignment.id: Progress(1, 1, 0)}
    due = replace(school.assignment.terms, due_at=NOW + timedelta(days=1))
    assignments.change(store, school.assignment.id, due, by=teacher, now=NOW)
    assert figures(NOW + timedelta(days=2)) == (1, 0, 0)
    assert classes.taught_by(store, school.ani.id, now=NOW) == ()
    classes.archive(store, school.class_id, by=teacher, now=NOW)
    assert classes.taught_by(store, teacher, now=NOW) == ()


def test_consents_of_several_are_what_each_holds(school: School) -> None:
    (young,) = rosters.enrol(school.store, school.class_id, "Citra", by=school.teacher.id, now=NOW)
    consents.give(school.store, young.id, "practice", language="id", guardian=False, by=young.id, now=NOW)
    consents.give(
        school.store, young.id, "teacher_listens", language="id", guardian=True, by=school.teacher.id, now=NOW
    )
    consents.withdraw(school.store, school.budi.id, "practice", by=school.budi.id, now=NOW)
    everybody = [young.id, school.ani.id, school.budi.id, school.teacher.id]
    held = consents.held(school.store, everybody)
    for who in everybody:
        assert held[who] == {one for one in consents.VERSIONS if consents.holds(school.store, who, one)}
    assert held[young.id] == {"teacher_listens"}


def test_consents_to_older_words_do_not_count(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consents, "VERSIONS", {**consents.VERSIONS, "practice": 2})
    assert "practice" not in consents.held(school.store, [school.ani.id])[school.ani.id]


def test_codes_that_still_work_are_listed_without_what_they_are(school: School) -> None:
    store, room, teacher = school.store, school.class_id, school.teacher.id
    kept = invitations.make_join_code(store, room, by=teacher, now=NOW, uses=5)
    gone = invitations.make_join_code(store, room, by=teacher, now=NOW)
    invitations.withdraw(store, gone.id, by=teacher, now=NOW)
    (code,) = invitations.codes_of(store, room, by=teacher, now=NOW)
    assert (code.id, code.uses_left, code.expires_at) == (kept.id, 5, kept.expires_at)
    assert kept.secret not in repr(code)
    assert invitations.codes_of(store, room, by=teacher, now=kept.expires_at) == ()
    for other in (school.stranger, school.ani, school.admin):
        with pytest.raises(NotAllowed):
            invitations.codes_of(store, room, by=other.id, now=NOW)


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("Ani\nÉlodie".encode(), ["Ani", "Élodie"]),
        ("Ani\nÉlodie".encode("utf-8-sig"), ["Ani", "Élodie"]),
        ("Ani\nÉlodie".encode("utf-16"), ["Ani", "Élodie"]),
        ("Ani\nÉlodie".encode("cp1252"), ["Ani", "Élodie"]),
    ],
)
def test_files_of_spreadsheets_are_read(content: bytes, names: list[str]) -> None:
    assert [one.name for one in rosters.read(rosters.decode(content)).lines] == names


@pytest.mark.parametrize("content", [b"PK\x03\x04 a spreadsheet", b"\x89PNG\0\0"])
def test_a_file_that_is_no_text_is_named_as_such(content: bytes) -> None:
    assert [one.code for one in rosters.read(rosters.decode(content)).problems] == ["no_text"]
