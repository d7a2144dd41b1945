"""Totals out as a table and in again: what is unchanged changes nothing, what is changed is what counts then."""

from dataclasses import replace
from datetime import timedelta

import pytest
from school import NOW, School, assess, document, word

from classroom import assessments, assignments, grades, marks, rosters, submissions
from classroom.assignments import NewItem, Terms
from classroom.class_lists import export as export_list
from classroom.errors import GradesChanged, NotAllowed
from classroom.grade_tables import Plan, Wording, compare, rows
from classroom.grades import Change, apply, export, sheet
from classroom.grid import grid
from classroom.people import Identity, name_anew
from classroom.store import audit
from classroom.tables import read, write_csv, write_xlsx
from speech.export import to_json
from speech.sentence import abstaining

NOTHING = replace(assess((word("She", (80.0,)),)), words=(), scores=abstaining("free_speech"), abstained=True)
EN = Wording(
    name="Name", pseudonym="Made-up name", person="ID", group="Group", total="total", state="state", late="late",
    yes="yes", no="no", states={"draft": "begun", "submitted": "handed in", "released": "given back"},
)  # fmt: skip
ID = Wording(
    name="Nama", pseudonym="Nama samaran", person="ID", group="Kelompok", total="nilai", state="status",
    late="terlambat", yes="ya", no="tidak",
    states={"draft": "dimulai", "submitted": "dikumpulkan", "released": "dikembalikan"},
)  # fmt: skip


def attempt(school: School, *scores: float, key: str = "attempt", person=None, now=NOW) -> str:
    """Hand in an attempt with a reading of each score, of the first sentences."""
    later = replace(school, now=now)
    begun = later.begin(person, key=key)
    for item, score in enumerate(scores):
        kept = later.record(begun, key=f"{key} {item}", content=f"{key}{item}".encode(), item=item)
        assessments.keep(school.store, kept.id, document((word("She", (score, score)),)), now=now)
    submissions.hand_in(school.store, begun.id, by=begun.person_id, now=now)
    return begun.id


def taken(school: School) -> grades.Sheet:
    return sheet(school.store, school.class_id, by=school.teacher.id)


def sent(school: School, table: list, *, form: str = "csv") -> Plan:
    written = write_csv(table) if form == "csv" else write_xlsx(table, title="9A")
    return compare(taken(school), read(written), (EN, ID))


def table(school: School, wording: Wording = EN) -> list[list]:
    return [list(row) for row in rows(taken(school), wording)]


def total(school: School) -> float | None:
    return grid(school.store, school.class_id, by=school.teacher.id).rows[0].cells[0].total


def put(school: School, *changes: Change) -> None:
    apply(school.store, school.class_id, changes, by=school.teacher.id, now=NOW)


def codes(plan: Plan) -> list[tuple[int, str]]:
    return [(one.line, one.code) for one in plan.problems]


def test_the_table_says_what_the_grid_says(school: School) -> None:
    attempt(school, 80.0, 60.0)
    assert table(school) == [
        ["Name", "Made-up name", "ID", "Group", "Fish: total", "Fish: state", "Fish: late"],
        ["Ani", school.ani.pseudonym, school.ani.id, "", round(total(school), 1), "handed in", "no"],
        ["Budi", school.budi.pseudonym, school.budi.id, "", None, "", ""],
    ]
    assert taken(school).best(school.assignment.id, school.ani.id).total == pytest.approx(total(school))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("wording", [EN, ID])
def test_what_is_unchanged_changes_nothing(school: School, form: str, wording: Wording) -> None:
    attempt(school, 81.23, 60.77)
    for known in (Identity(name="Ani, the =1st"), Identity(name="=1+1"), Identity(name="-Ani")):
        name_anew(school.store, school.ani.id, known, by=school.ani.id, now=NOW)
        assert sent(school, table(school, wording), form=form) == Plan((), ())


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_one_changed_total_is_what_the_next_table_shows(school: School, form: str) -> None:
    attempt(school, 81.0, 60.0)
    changed = table(school)
    old, changed[1][4] = changed[1][4], 93.5
    plan = sent(school, changed, form=form)
    assert plan.problems == ()
    change = Change(assignment_id=school.assignment.id, person_id=school.ani.id, old=old, new=93.5)
    assert plan.changes == (change,)
    put(school, *plan.changes)
    assert table(school)[1][4] == 93.5
    assert sent(school, changed, form=form) == Plan((), ())
    with school.store.reading() as session:
        made = [one.action for one in audit.events(session)]
    assert made[:3] == ["grades.import", "assessment.overrule", "assessment.overrule"]


def test_each_judged_exercise_gets_the_mark_that_makes_the_total(school: School) -> None:
    attempt(school, 80.0)
    place = {"assignment_id": school.assignment.id, "person_id": school.ani.id}
    # One of two sentences was read: its mark has to be twice the total.
    put(school, Change(**place, old=40.0, new=30.0))
    assert total(school) == pytest.approx(30.0)
    best = taken(school).best(school.assignment.id, school.ani.id)
    assert list(best.judged.values()) == pytest.approx([60.0])
    (assessed,) = best.judged
    made = marks.history(school.store, assessed, by=school.ani.id)
    assert [(one.mark.level, one.mark.place, one.mark.value) for one in made] == [("score", "overall", 60.0)]
    assert best.highest == 50.0


def test_what_lafal_could_not_judge_gets_a_total_from_the_table(school: School) -> None:
    begun = school.begin()
    for item in range(2):
        kept = school.record(begun, f"{item}", f"{item}".encode(), item=item)
        assessments.set_aside(school.store, kept.id, to_json(NOTHING), now=NOW)
    submissions.hand_in(school.store, begun.id, by=school.ani.id, now=NOW)
    assert sent(school, table(school)) == Plan((), ()), "no total, and none is asked for"
    changed = table(school)
    changed[1][4] = 80
    plan = sent(school, changed)
    assert [(one.old, one.new) for one in plan.changes] == [(None, 80.0)]
    put(school, *plan.changes)
    assert total(school) == pytest.approx(80.0)
    with pytest.raises(GradesChanged):
        put(school, *plan.changes)


def test_a_total_beyond_what_was_judged_marks_what_was_not_too(school: School) -> None:
    begun = school.begin()
    for item, said in enumerate((document((word("She", (80.0,)),)), to_json(NOTHING))):
        assessments.keep(school.store, school.record(begun, f"{item}", f"{item}".encode(), item=item).id, said, now=NOW)
    submissions.hand_in(school.store, begun.id, by=school.ani.id, now=NOW)
    place = {"assignment_id": school.assignment.id, "person_id": school.ani.id}
    put(school, Change(**place, old=40.0, new=50.0))
    best = taken(school).best(school.assignment.id, school.ani.id)
    assert (list(best.judged.values()), len(best.said)) == ([100.0], 2)
    put(school, Change(**place, old=50.0, new=60.0))
    assert list(taken(school).best(school.assignment.id, school.ani.id).said.values()) == pytest.approx([60.0, 60.0])


def test_strictness_and_weights_do_not_move_a_total_that_was_given(school: School) -> None:
    attempt(school, 80.0, 60.0)
    terms = replace(
        school.assignment.terms,
        strictness="strict",
        counted=("accuracy", "completeness", "fluency"),
        weights={"accuracy": 3.0, "fluency": 0.0},
    )
    assignments.change(school.store, school.assignment.id, terms, by=school.teacher.id, now=NOW)
    old = round(total(school), 1)
    put(school, Change(assignment_id=school.assignment.id, person_id=school.ani.id, old=old, new=55.0))
    assert total(school) == pytest.approx(55.0)


def test_a_lowered_total_is_not_replaced_by_another_attempt(school: School) -> None:
    attempt(school, 70.0, 70.0)
    attempt(school, 90.0, 90.0, key="second", now=NOW + timedelta(hours=1))
    assert total(school) == pytest.approx(90.0)
    place = {"assignment_id": school.assignment.id, "person_id": school.ani.id}
    put(school, Change(**place, old=90.0, new=60.0))
    assert total(school) == pytest.approx(60.0)
    put(school, Change(**place, old=60.0, new=95.0))
    assert total(school) == pytest.approx(95.0)


def test_each_place_that_cannot_be_used_is_named(school: School) -> None:
    attempt(school, 80.0)
    good = table(school)

    def with_total(value: object, line: int = 1) -> list:
        changed = [list(row) for row in good]
        changed[line][4] = value
        return changed

    for value, code in (
        ("ten", "no_number"),
        (101, "out_of_range"),
        (-1, "out_of_range"),
        ("nan", "out_of_range"),
        (50.1, "too_high"),
        ("", "empty_total"),
    ):
        assert codes(sent(school, with_total(value))) == [(2, code)]
    assert codes(sent(school, with_total(50, line=2))) == [(3, "nothing_handed_in")]
    assert sent(school, with_total("39,5")).changes[0].new == 39.5

    for place, value, code in ((0, "Budi", "other_learner"), (3, "Red", "cannot_change"), (5, "late", "cannot_change")):
        changed = [list(row) for row in good]
        changed[1][place] = value
        assert codes(sent(school, changed)) == [(2, code)]
    assert codes(sent(school, [*good, ["Cici", "", "f" * 32, "", 10, "", ""]])) == [(4, "unknown_learner")]
    assert codes(sent(school, [*good, good[1]])) == [(4, "double_learner")]
    assert codes(sent(school, [[*good[0], "Note"], *good[1:]])) == [(1, "unknown_column")]
    assert codes(sent(school, [[*good[0], "Fish: nilai"], *good[1:]])) == [(1, "double_column")]
    assert codes(sent(school, [["Name", "Fish: total"], ["Ani", 10]])) == [(1, "no_person_column")]
    two = with_total("ten")
    two[2][4] = 5
    assert codes(sent(school, two)) == [(2, "no_number"), (3, "nothing_handed_in")]
    assert sent(school, two).changes == ()


def test_columns_and_lines_may_be_left_out_or_moved(school: School) -> None:
    attempt(school, 80.0)
    plan = sent(school, [["Fish: total", "ID"], [12.5, school.ani.id.upper()]])
    assert [one.new for one in plan.changes] == [12.5]


def test_assignments_of_the_same_title_are_told_apart(school: School) -> None:
    same = assignments.create(
        school.store, school.class_id, "sentences", terms=Terms(title=" fish"), items=(NewItem(text="Fish."),),
        by=school.teacher.id, now=NOW + timedelta(days=1),
    )  # fmt: skip
    titles = taken(school).titles
    assert titles == (f"Fish [{school.assignment.id[:6]}]", f"fish [{same.id[:6]}]")
    # A heading keeps its meaning when the other is put away.
    assignments.archive(school.store, same.id, by=school.teacher.id, now=NOW)
    assert taken(school).titles == titles[:1]


def test_nothing_is_taken_over_unless_all_is_right(school: School) -> None:
    attempt(school, 80.0, 80.0)
    attempt(school, 60.0, 60.0, person=school.budi)
    ani, budi = (
        Change(assignment_id=school.assignment.id, person_id=who.id, old=old, new=10.0)
        for who, old in ((school.ani, 80.0), (school.budi, 60.0))
    )
    for wrong in (replace(budi, old=61.0), replace(budi, new=101.0), replace(budi, person_id=school.stranger.id)):
        with pytest.raises(GradesChanged):
            put(school, ani, wrong)
    assert total(school) == pytest.approx(80.0)
    put(school, ani, budi)
    assert total(school) == pytest.approx(10.0)


def test_only_the_classs_teacher_takes_tables_out_or_in(school: School) -> None:
    attempt(school, 80.0)
    change = Change(assignment_id=school.assignment.id, person_id=school.ani.id, old=40.0, new=10.0)
    for other in (school.stranger, school.ani, school.admin):
        with pytest.raises(NotAllowed):
            export(school.store, school.class_id, form="csv", by=other.id, now=NOW)
        with pytest.raises(NotAllowed):
            apply(school.store, school.class_id, (change,), by=other.id, now=NOW)
        with pytest.raises(NotAllowed):
            export_list(school.store, school.class_id, by=other.id, now=NOW)
    assert total(school) == pytest.approx(40.0)


def test_taking_a_table_out_is_written_down(school: School) -> None:
    export(school.store, school.class_id, form="xlsx", by=school.teacher.id, now=NOW)
    export_list(school.store, school.class_id, by=school.teacher.id, now=NOW)
    with school.store.reading() as session:
        found = audit.events(session, subject=f"class:{school.class_id}")
    assert [(one.actor, one.action) for one in found] == [
        (school.teacher.id, "roster.export"),
        (school.teacher.id, "grades.export"),
    ]


def test_a_class_list_is_read_again(school: School) -> None:
    name_anew(school.store, school.budi.id, Identity(name="-Budi, the +2nd"), by=school.budi.id, now=NOW)
    lines = export_list(school.store, school.class_id, by=school.teacher.id, now=NOW)
    cells = [list(rosters.COLUMNS), *([o.name, o.email, o.guardian, o.group, o.id] for o in lines)]
    written = write_csv(cells).decode()
    assert "\"'-Budi" in written
    again = rosters.read(written)
    assert again.problems == ()
    assert again.lines == lines
