import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from school import NOW, WORDS, School, assess, open_school
from sqlalchemy import select
from typer.testing import CliRunner

from classroom import assessments, assignments, consents, corrections, marks, submissions
from classroom.assignments import NewItem, Terms
from classroom.errors import NotAllowed
from classroom.marks import Mark
from classroom.people import Person
from classroom.store import Store
from classroom.store.schema import AuditRow
from phonemes.resources import folder
from speech.cli import app
from speech.export import to_json
from speech.results import Candidate, Verdict
from speech.scoring import PhoneScores, RecalibratedScorer, load_scorer, read_recalibration
from speech.verdicts import GOOD_FROM, judge


def document() -> str:
    heard = replace(WORDS[0].phones[1], said="T", candidates=(Candidate("T", 0.8), Candidate("TH", 0.2)))
    word = replace(WORDS[0], phones=(WORDS[0].phones[0], heard))
    versions = {"model": "0.2.0", "calibration": "2026"}
    return to_json(replace(assess(WORDS), words=(word, *WORDS[1:]), model="ear", versions=versions))


def read(
    school: School, person: Person | None = None, number: int = 0, said: str | None = None
) -> tuple[str, str, str]:
    """An attempt, its recording and its assessment."""
    attempt = school.begin(person, key=f"attempt {number}")
    kept = school.record(attempt, key=f"take {number}")
    assessed = assessments.keep(school.store, kept.id, said or document(), now=NOW)
    submissions.hand_in(school.store, attempt.id, by=attempt.person_id, now=NOW)
    return attempt.id, kept.id, assessed


def mark(school: School, assessed: str, level: Any, place: str, value: float, comment: str = "") -> None:
    made = Mark(level=level, place=place, value=value, comment=comment)
    marks.overrule(school.store, assessed, made, by=school.teacher.id, now=NOW)


def exported(school: School) -> list[Mapping[str, Any]]:
    text = corrections.export(school.store, school.class_id, by=school.teacher.id, now=NOW)
    return [json.loads(line) for line in text.splitlines()]


def test_a_corrected_sound_comes_with_what_the_machine_knew(school: School) -> None:
    _, kept, assessed = read(school)
    mark(school, assessed, "sound", "0.1", 20)
    mark(school, assessed, "sound", "0.1", 95, "Ani, well done!")
    (line,) = exported(school)
    assert (line["format"], line["level"], line["place"], line["word"]) == (1, "sound", "0.1", "She")
    assert (line["recording"], line["learner"]) == (kept, school.ani.pseudonym)
    assert (line["expected"], line["heard"], line["machine_score"]) == ("T", "T", 50.0)
    assert (line["teacher_score"], line["corrected"]) == (95.0, True)
    assert (line["text"], line["model"], line["scorer"]) == ("She eats fish", "ear 0.2.0", "2026")
    assert line["candidates"][0] == {"phone": "T", "probability": 0.8}
    assert {"uncertainty", "verdict", "said_probability", "start_s", "end_s"} <= line.keys()


def test_of_work_that_was_given_back_what_was_left_counts_as_agreement(school: School) -> None:
    attempt, _, assessed = read(school)
    mark(school, assessed, "sound", "1.0", 95)
    assert [line["corrected"] for line in exported(school)] == [True]
    submissions.release(school.store, attempt, by=school.teacher.id, now=NOW)
    lines = exported(school)
    assert [(line["place"], line["corrected"], line["teacher_score"]) for line in lines] == [
        ("0.0", False, None),
        ("0.1", False, None),
        ("1.0", True, 95.0),
        ("1.1", False, None),
        ("1.2", False, None),
        ("2.0", False, None),
    ]


def test_a_word_that_was_marked_says_nothing_of_its_sounds(school: School) -> None:
    attempt, _, assessed = read(school)
    mark(school, assessed, "word", "0", 95)
    submissions.release(school.store, attempt, by=school.teacher.id, now=NOW)
    lines = exported(school)
    assert [line["place"] for line in lines] == ["0", "1.0", "1.1", "1.2", "2.0"]
    assert (lines[0]["level"], lines[0]["machine_score"], lines[0]["expected"]) == ("word", 70.0, None)


def test_readings_nobody_marked_are_not_given_away(school: School) -> None:
    attempt, _, assessed = read(school)
    mark(school, assessed, "score", "overall", 95)
    submissions.release(school.store, attempt, by=school.teacher.id, now=NOW)
    assert exported(school) == []


def test_only_of_learners_who_agreed_to_research(school: School) -> None:
    for person in school.learners:
        _, _, assessed = read(school, person)
        mark(school, assessed, "sound", "0.0", 10)
    assert {line["learner"] for line in exported(school)} == {school.ani.pseudonym, school.budi.pseudonym}
    consents.withdraw(school.store, school.ani.id, "research_export", by=school.ani.id, now=NOW)
    assert {line["learner"] for line in exported(school)} == {school.budi.pseudonym}


def test_there_are_no_names_and_no_comments(school: School) -> None:
    _, _, assessed = read(school)
    mark(school, assessed, "sound", "0.0", 10, "Ani, listen again. Sari")
    text = corrections.export(school.store, school.class_id, by=school.teacher.id, now=NOW)
    for secret in ("Ani", "Sari", "listen again", school.ani.id, school.teacher.id):
        assert secret not in text


def test_each_export_is_written_down_and_only_the_classs_teacher_makes_one(school: School) -> None:
    _, _, assessed = read(school)
    mark(school, assessed, "sound", "0.0", 10)
    exported(school)
    with school.store.reading() as session:
        row = session.scalars(select(AuditRow).order_by(AuditRow.number.desc())).first()
    assert row is not None
    assert (row.action, row.subject, row.actor) == (
        "corrections.export",
        f"class:{school.class_id}",
        school.teacher.id,
    )
    assert json.loads(row.details) == {"lines": 1}
    for other in (school.stranger, school.ani, school.admin):
        with pytest.raises(NotAllowed):
            corrections.export(school.store, school.class_id, by=other.id, now=NOW)


def test_what_is_exported_is_what_the_trainer_reads(school: School, tmp_path: Any) -> None:
    from speech.train.corrections import read_lines, usable

    _, _, assessed = read(school)
    mark(school, assessed, "sound", "0.0", 10)
    mark(school, assessed, "word", "1", 10)
    path = tmp_path / "corrections.jsonl"
    path.write_text(corrections.export(school.store, school.class_id, by=school.teacher.id, now=NOW))
    lines = read_lines(path)
    sounds = usable(lines, model="ear 0.2.0", scorer="2026")
    assert len(lines) == 2
    assert (sounds.machine.tolist(), sounds.teacher.tolist()) == ([0.9], [0.1])


def test_a_schools_corrections_change_its_verdicts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Marked, exported, taught, and heard by: the whole way, in the data folder, which an upgrade leaves alone."""
    school = open_school(Store.open("", tmp_path / "data"), NOW)
    items, by = (NewItem(text="She eats fish."),), school.teacher.id
    terms = Terms(title="As often as they like")
    often = assignments.create(school.store, school.class_id, "sentences", terms=terms, items=items, by=by, now=NOW)
    school = replace(school, assignment=often)
    monkeypatch.setenv("LAFAL_DATA_FOLDER", str(tmp_path / "data"))
    model = json.loads((folder("models") / "scorer" / "scorer.json").read_text())["acoustic_model"]
    shipped = load_scorer(model, has_frame_head=True, own=tmp_path / "data")
    machine = (50.0, 60.0, 66.0, 72.0, 78.0, 83.0)
    for number in range(6):
        said = replace(WORDS[0], phones=tuple(replace(WORDS[0].phones[0], score=score) for score in machine))
        name, _, version = model.rpartition(" ")
        heard = replace(assess((said,)), model=name, versions={"model": version, "calibration": shipped.version})
        _, _, assessed = read(school, school.learners[number % 2], number, to_json(heard))
        for place, score in enumerate(machine):
            mark(school, assessed, "sound", f"0.{place}", min(100.0, score + 25 + number))
    path = tmp_path / "corrections.jsonl"
    path.write_text(corrections.export(school.store, school.class_id, by=school.teacher.id, now=NOW))
    school.store.close()
    done = CliRunner().invoke(app, ["train", "scorer", "--corrections", str(path)])
    assert "36 corrections" in done.output, done.output

    read_recalibration.cache_clear()  # a server that is started again
    taught = load_scorer(model, has_frame_head=True, own=tmp_path / "data")
    assert isinstance(taught, RecalibratedScorer) and taught.version.startswith(f"{shipped.version}+")
    ones, sounds = np.ones(1), np.full((1, 40), 0.001)
    scores = PhoneScores((GOOD_FROM - 1) * ones, 5 * ones, 0 * ones, sounds, 0 * ones, 1.0, 1.0)
    (before,), (after,) = judge([3], scores), judge([3], replace(scores, recalibration=taught.recalibration))
    assert (before.verdict, after.verdict) == (Verdict.NEARLY, Verdict.GOOD)
