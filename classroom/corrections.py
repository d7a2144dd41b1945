"""What teachers corrected, as labelled data, without names and only of learners who agreed to research.

One line of JSON for each sound or word that a teacher marked. Marks alone would mislead whoever learns from them:
teachers mark what they disagree with. So of every reading that a teacher marked and gave back, the sounds that were
left as they are come along too, with ``"corrected": false`` and without a teacher's score.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom import consents
from classroom.access import require_teaches
from classroom.assessments import open_document
from classroom.errors import ConsentMissing
from classroom.marks import marked_in, newest_of
from classroom.store import Store
from classroom.store.schema import AssessmentRow, Assignment, Membership, Person, Recording, Submission
from classroom.totals import Level

FORMAT = 1
"""Version of the lines' layout."""

_EVIDENCE = ("said_probability", "uncertainty", "verdict", "stress", "start_s", "end_s", "candidates")


def export(store: Store, class_id: str, *, by: str, now: datetime) -> str:
    """Write a class's corrections as JSON lines; written down in the audit.

    Each line has the learner's made-up name, the recording's id, the text, the place as `classroom.marks.Mark` has it,
    the word, what was expected and heard (ARPAbet; None for words), the machine's score, the teacher's, and what the
    machine knew. Comments and names are left out.

    Raises
    ------
    NotAllowed
        Whoever asks does not teach the class.
    """
    with store.writing() as session:
        require_teaches(session, by, class_id)
        lines = [
            json.dumps(line, ensure_ascii=False)
            for learner in _willing(session, class_id)
            for line in _of_learner(store, session, class_id, learner)
        ]
        details = {"lines": len(lines)}
        subject = f"class:{class_id}"
        store.note(session, actor=by, action="corrections.export", subject=subject, now=now, details=details)
    return "".join(f"{line}\n" for line in lines)


def _willing(session: Session, class_id: str) -> Iterator[Person]:
    """Learners of a class whose work may be given to researchers."""
    query = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.class_id == class_id, Membership.role == "learner", Membership.left_at.is_(None))
        .where(Person.deleted_at.is_(None))
        .order_by(Person.pseudonym)
    )
    for person in session.scalars(query).all():
        try:
            consents.require(session, person.id, "research_export")
        except ConsentMissing:
            continue
        yield person


def _of_learner(store: Store, session: Session, class_id: str, learner: Person) -> Iterator[dict[str, Any]]:
    query = (
        select(AssessmentRow, Submission.state)
        .join(Recording, Recording.id == AssessmentRow.recording_id)
        .join(Submission, Submission.id == Recording.submission_id)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .where(Assignment.class_id == class_id, Submission.person_id == learner.id, Submission.state != "draft")
        .order_by(AssessmentRow.created_at, AssessmentRow.id)
    )
    for row, state in session.execute(query).tuples():
        marks = newest_of(marked_in(store, session, row.id, learner.id))
        if not any(level != "score" for level, _ in marks):
            continue
        document = json.loads(open_document(store, row, learner.id))
        shared = {"format": FORMAT, "learner": learner.pseudonym, "recording": row.recording_id, **_origin(document)}
        lines = _of_reading(document["words"], marks, given_back=state == "released")
        yield from ({**shared, **line} for line in lines)


def _of_reading(
    words: Sequence[Mapping[str, Any]], marks: Mapping[tuple[Level, str], float], *, given_back: bool
) -> Iterator[dict[str, Any]]:
    for index, word in enumerate(words):
        if ("word", str(index)) in marks:
            yield {
                "level": "word",
                "place": str(index),
                "word": word["text"],
                "expected": None,
                "heard": None,
                "machine_score": word["score"],
                "teacher_score": marks["word", str(index)],
                "corrected": True,
                "error": word["error"],
                "start_s": word["start_s"],
                "end_s": word["end_s"],
            }
        for number, phone in enumerate(word["phones"]):
            place = f"{index}.{number}"
            given = marks.get(("sound", place))
            # A word marked as a whole says nothing of which of its sounds were right.
            if given is not None or (given_back and ("word", str(index)) not in marks):
                yield _sound(place, word["text"], phone, given)


def _sound(place: str, word: str, phone: Mapping[str, Any], given: float | None) -> dict[str, Any]:
    line = {"level": "sound", "place": place, "word": word, "expected": phone["expected"], "heard": phone["said"]}
    line |= {"machine_score": phone["score"], "teacher_score": given, "corrected": given is not None}
    return line | {name: phone.get(name) for name in _EVIDENCE}


def _origin(document: Mapping[str, Any]) -> dict[str, Any]:
    versions: Mapping[str, str] = document["versions"]
    model = f"{document['model']} {versions.get('model', '')}".strip()
    return {"text": document["text"], "model": model, "scorer": versions.get("calibration", "")}
