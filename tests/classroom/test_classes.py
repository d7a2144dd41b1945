from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from school import NOW, School

from classroom import assignments, classes, consent_texts, consents, people, rosters
from classroom.assignments import NewItem, Terms
from classroom.errors import ConsentMissing, InvalidDetail, InvalidRoster, NotAllowed, NotFound

LIST = "Nama;Surel;Wali;Kelompok\nCitra Ayu;citra@example.org;0812;Merah\n\nDewi;;;Merah\nEka;;;Biru\n"


def names(school: School) -> list[str]:
    return [one.name for one in classes.roster(school.store, school.class_id, by=school.teacher.id)]


def test_a_pasted_list_becomes_learners(school: School) -> None:
    added = rosters.enrol(school.store, school.class_id, LIST, by=school.teacher.id, now=NOW)
    assert names(school) == ["Sari", "Ani", "Budi", "Citra Ayu", "Dewi", "Eka"]
    roster = classes.roster(school.store, school.class_id, by=school.teacher.id)
    assert [one.group for one in roster] == [None, None, None, "Merah", "Merah", "Biru"]
    known = people.identify(school.store, added[0].id)
    assert (known.email, known.guardian) == ("citra@example.org", "0812")
    assert all(one.needs_guardian and one.role == "learner" for one in added)
    assert rosters.size(school.store, school.class_id) == 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ani\r\nBudi\r\n", [("Ani", ""), ("Budi", "")]),
        ("\ufeffname,email\nAni,ani@x.org", [("Ani", "ani@x.org")]),
        ("E-mail\tFull name\nani@x.org\tAni  Wijaya", [("Ani Wijaya", "ani@x.org")]),
        ('"Wijaya, Ani",ani@x.org', [("Wijaya, Ani", "ani@x.org")]),
        ("Ani\nBudi, budi@x.org", [("Ani", ""), ("Budi", "budi@x.org")]),
        ("Ani,a@x.org\nAni,b@x.org", [("Ani", "a@x.org"), ("Ani", "b@x.org")]),
    ],
)
def test_lists_come_in_many_shapes(text: str, expected: list[tuple[str, str]]) -> None:
    roster = rosters.read(text)
    assert roster.problems == ()
    assert [(one.name, one.email) for one in roster.lines] == expected


def test_every_line_that_cannot_be_used_is_named_and_nobody_is_added(school: School) -> None:
    text = 'name,email\nAni,\nBudi,nowhere\n,c@x.org\n"Dewi\nAyu",\nani,\nEka,,,,one too many\n'
    roster = rosters.read(text)
    assert [(one.line, one.problem.split(";")[0]) for one in roster.problems] == [
        (3, "“nowhere” is no e-mail address"),
        (4, "the name is missing"),
        (7, "the same name as in line 2"),
        (8, "5 columns, but at most 2 are known (name, email)"),
    ]
    with pytest.raises(InvalidRoster) as caught:
        rosters.enrol(school.store, school.class_id, text, by=school.teacher.id, now=NOW)
    assert caught.value.facts["count"] == 4
    assert "line 4: the name is missing" in caught.value.sentence
    assert names(school) == ["Sari", "Ani", "Budi"]


def test_lines_with_an_id_change_what_their_columns_say_and_nothing_else(school: School) -> None:
    store, room, by = school.store, school.class_id, school.teacher.id
    (nameless,) = rosters.enrol(store, room, "X", by=by, now=NOW)
    people.name_anew(store, nameless.id, people.Identity(guardian="Ibu"), by=by, now=NOW)
    text = f"ID,name,group\n{nameless.id},{nameless.pseudonym},Merah\n{school.ani.id},Ani W.,\n,Dewi,Merah\n"
    changed = rosters.enrol(store, room, text, by=by, now=NOW)
    assert [one.id for one in changed[:2]] == [nameless.id, school.ani.id]
    known = people.identify(store, school.ani.id)
    assert (known.name, known.email) == ("Ani W.", "ani@example.org")
    assert people.identify(store, nameless.id) == people.Identity(guardian="Ibu")
    roster = classes.roster(store, room, by=by)
    assert sorted((one.name, one.group) for one in roster if one.group) == [("", "Merah"), ("Dewi", "Merah")]
    assert rosters.size(store, room) == 4


def test_ids_that_are_nobodys_here_or_come_twice_are_named(school: School) -> None:
    store, room = school.store, school.class_id
    twice = f"id,name\n{school.ani.id},Ani\n{school.ani.id},Ani\n"
    assert [(one.line, one.code) for one in rosters.read(twice).problems] == [(3, "same_id")]
    classes.remove_member(store, room, school.budi.id, by=school.teacher.id, now=NOW)
    for stranger in (school.budi.id, school.teacher.id, "made up"):
        with pytest.raises(InvalidRoster) as caught:
            rosters.enrol(store, room, f"id,name\n{stranger},Eve\n,New", by=school.teacher.id, now=NOW)
        assert "line 2: nobody in this class has the ID" in caught.value.sentence
    assert names(school) == ["Sari", "Ani"]


@pytest.mark.parametrize("text", ["", " \n\n", "name,email\n"])
def test_an_empty_list_says_so(text: str) -> None:
    assert [one.problem.split(";")[0] for one in rosters.read(text).problems] == ["there are no names"]


@given(st.text())
def test_any_text_is_read_or_its_lines_are_named(text: str) -> None:
    roster = rosters.read(text)
    assert roster.lines or roster.problems
    assert all(one.name.isprintable() and one.name for one in roster.lines)


def test_only_its_teacher_sees_and_changes_a_class(school: School) -> None:
    store, room = school.store, school.class_id
    for other in (school.stranger, school.ani, school.admin):
        for act in (
            lambda by: classes.roster(store, room, by=by),
            lambda by: rosters.enrol(store, room, "Eve", by=by, now=NOW),
            lambda by: classes.add_member(store, room, by, by=by, now=NOW),
            lambda by: classes.remove_member(store, room, school.ani.id, by=by, now=NOW),
            lambda by: classes.put_in_group(store, room, school.ani.id, "A", by=by),
            lambda by: classes.archive(store, room, by=by, now=NOW),
        ):
            with pytest.raises(NotAllowed):
                act(other.id)
    with pytest.raises(NotAllowed):
        classes.create(store, "Mine", by=school.ani.id, now=NOW)
    with pytest.raises(NotAllowed):
        classes.create_school(store, "SMA 1", by=school.teacher.id, now=NOW)
    assert classes.create_school(store, "SMA 1", by=school.admin.id, now=NOW)


def test_members_come_go_and_change_groups(school: School) -> None:
    store, room = school.store, school.class_id
    classes.put_in_group(store, room, school.ani.id, "A", by=school.teacher.id)
    classes.remove_member(store, room, school.budi.id, by=school.teacher.id, now=NOW)
    roster = classes.roster(store, room, by=school.teacher.id)
    assert [(one.name, one.group) for one in roster] == [("Sari", None), ("Ani", "A")]
    assert classes.of_person(store, school.budi.id) == ()
    with pytest.raises(NotFound):
        classes.remove_member(store, room, school.budi.id, by=school.teacher.id, now=NOW)
    classes.add_member(store, room, school.budi.id, by=school.teacher.id, now=NOW)
    assert [one.name for one in classes.of_person(store, school.budi.id)] == ["9A"]
    classes.archive(store, room, by=school.teacher.id, now=NOW)
    assert classes.of_person(store, school.budi.id) == ()


def test_there_are_words_for_every_purpose_in_both_languages() -> None:
    purposes = get_args(consents.Purpose)
    assert set(consent_texts.TEXTS) == {(purpose, language) for purpose in purposes for language in ("en", "id")}
    assert set(consent_texts.VERSIONS) == set(purposes)


@pytest.mark.parametrize("purpose", get_args(consents.Purpose))
def test_consent_is_given_withdrawn_and_remembered(school: School, purpose: consents.Purpose) -> None:
    store, ani = school.store, school.ani.id
    assert consents.holds(store, ani, purpose)
    consents.withdraw(store, ani, purpose, by=ani, now=NOW + timedelta(days=1))
    assert not consents.holds(store, ani, purpose)
    others = [one for one in get_args(consents.Purpose) if one != purpose]
    assert all(consents.holds(store, ani, one) for one in others)
    consents.give(store, ani, purpose, language="en", guardian=False, by=ani, now=NOW + timedelta(days=2))
    first, second = [one for one in consents.history(store, ani) if one.purpose == purpose]
    assert first.withdrawn_at == NOW + timedelta(days=1)
    assert (second.withdrawn_at, second.text) == (None, consent_texts.TEXTS[purpose, "en"])


def test_whoever_needs_a_guardian_cannot_agree_alone(school: School) -> None:
    store = school.store
    (young,) = rosters.enrol(store, school.class_id, "Citra", by=school.teacher.id, now=NOW)
    consents.give(store, young.id, "practice", language="id", guardian=False, by=young.id, now=NOW)
    assert not consents.holds(store, young.id, "practice")
    with pytest.raises(ConsentMissing):
        school.begin(young)
    consents.give(store, young.id, "practice", language="id", guardian=True, by=school.teacher.id, now=NOW)
    assert consents.holds(store, young.id, "practice")
    assert school.begin(young).attempt == 1


def test_new_words_ask_everybody_again(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consents, "VERSIONS", {**consent_texts.VERSIONS, "practice": 2})
    assert not consents.holds(school.store, school.ani.id, "practice")
    assert consents.holds(school.store, school.ani.id, "teacher_listens")


def test_nobody_agrees_for_strangers(school: School) -> None:
    for other in (school.stranger, school.budi):
        with pytest.raises(NotAllowed):
            consents.give(school.store, school.ani.id, "practice", language="en", guardian=True, by=other.id, now=NOW)
        with pytest.raises(NotAllowed):
            consents.withdraw(school.store, school.ani.id, "practice", by=other.id, now=NOW)


def test_an_assignment_takes_exercises_of_the_catalogue_and_own_texts(school: School) -> None:
    from classroom import exercises

    known = next(one for unit in exercises.units() for one in unit.exercises if one.kind == "dialogue")
    due = assignments.moment(datetime(2026, 3, 9, 23, 59), "Asia/Jakarta")
    terms = Terms(title="Talk", due_at=due, time_zone="Asia/Jakarta", strictness="gentle", rubric={"Tone": "Friendly"})
    made = assignments.create(
        school.store,
        school.class_id,
        "dialogue",
        terms=terms,
        items=(NewItem(exercise_id=known.id), NewItem(text=" My own. ", prompt="And you?")),
        by=school.teacher.id,
        now=NOW + timedelta(seconds=1),
    )
    assert assignments.find(school.store, made.id, by=school.ani.id) == made
    assert [(one.exercise_id, one.text, one.prompt) for one in made.items] == [
        (known.id, known.text, known.prompt),
        (None, "My own.", "And you?"),
    ]
    assert made.terms == terms
    assert made.terms.due_at == datetime.fromisoformat("2026-03-09T16:59:00+00:00")
    assert not made.is_late(due)
    assert made.is_late(due + timedelta(seconds=1))
    assert [one.id for one in assignments.of_class(school.store, school.class_id, by=school.teacher.id)] == [
        school.assignment.id,
        made.id,
    ]
    with pytest.raises(NotAllowed):
        assignments.find(school.store, made.id, by=school.stranger.id)


WRONG_TERMS = [
    {"title": " "},
    {"attempts": 0},
    {"due_at": datetime(2026, 3, 9)},
    {"opens_at": NOW, "due_at": NOW},
    {"time_zone": "Mars/Olympus"},
    {"time_zone": "../etc"},
    {"counted": ()},
    {"counted": ("beauty",)},
    {"weights": {"overall": -1.0}},
    {"weights": {"overall": float("nan")}},
]


@pytest.mark.parametrize("wrong", WRONG_TERMS, ids=lambda wrong: next(iter(wrong)))
def test_terms_that_make_no_sense_are_refused(school: School, wrong: dict[str, object]) -> None:
    terms = replace(school.assignment.terms, **wrong)
    with pytest.raises(InvalidDetail):
        assignments.change(school.store, school.assignment.id, terms, by=school.teacher.id, now=NOW)


@pytest.mark.parametrize(
    "items", [(), (NewItem(text=" "),), (NewItem(exercise_id="none"),), (NewItem(text="x" * 5001),)]
)
def test_items_that_cannot_be_said_are_refused(school: School, items: tuple[NewItem, ...]) -> None:
    with pytest.raises(InvalidDetail):
        assignments.create(
            school.store, school.class_id, "passage", terms=Terms(title="T"), items=items, by=school.teacher.id, now=NOW
        )


def test_work_is_taken_once_it_is_open_and_until_it_is_put_away(school: School) -> None:
    from classroom.errors import NotOpen

    terms = replace(school.assignment.terms, opens_at=NOW + timedelta(hours=1))
    assignments.change(school.store, school.assignment.id, terms, by=school.teacher.id, now=NOW)
    with pytest.raises(NotOpen):
        school.begin()
    assert replace(school, now=NOW + timedelta(hours=1)).begin()
    assignments.archive(school.store, school.assignment.id, by=school.teacher.id, now=NOW)
    with pytest.raises(NotOpen):
        replace(school, now=NOW + timedelta(hours=2)).begin(school.budi)


def test_nobody_says_yes_as_their_own_guardian(school: School) -> None:
    for purpose in consents.VERSIONS:
        with pytest.raises(NotAllowed):
            consents.give(school.store, school.ani.id, purpose, language="en", guardian=True, by=school.ani.id, now=NOW)
