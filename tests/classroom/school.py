"""A small school to test with, and an assessment whose scores are known."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args

from sqlalchemy import select

from classroom import assessments, assignments, classes, consents, people, recordings, submissions
from classroom.assignments import Assignment, NewItem, Terms
from classroom.people import Identity, NewPerson, Person
from classroom.recordings import Recording, Upload
from classroom.store import Store
from classroom.store.schema import Recording as RecordingRow
from classroom.submissions import Submission
from speech.export import to_json
from speech.results import Assessment, PhoneResult, Quality, Rhythm, Verdict, WordError, WordResult
from speech.sentence import sentence_scores, word_score

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


@dataclass(frozen=True)
class School:
    store: Store
    admin: Person
    teacher: Person
    stranger: Person
    learners: tuple[Person, ...]
    class_id: str
    assignment: Assignment
    now: datetime

    @property
    def ani(self) -> Person:
        return self.learners[0]

    @property
    def budi(self) -> Person:
        return self.learners[1]

    def begin(self, person: Person | None = None, key: str = "attempt") -> Submission:
        who = (person or self.ani).id
        return submissions.begin(self.store, self.assignment.id, who, key=key, now=self.now)

    def upload(self, attempt: Submission, key: str = "take", content: bytes = b"a voice", item: int = 0) -> Upload:
        return Upload(
            person_id=attempt.person_id,
            content=content,
            media_type="audio/webm",
            seconds=2.5,
            key=key,
            submission_id=attempt.id,
            item_id=self.assignment.items[item].id,
        )

    def record(self, attempt: Submission, key: str = "take", content: bytes = b"a voice", item: int = 0) -> Recording:
        return recordings.put(self.store, self.upload(attempt, key, content, item), now=self.now)

    def hand_in(self, person: Person | None = None) -> tuple[Submission, Recording, str]:
        """An attempt with one recording and its assessment, handed in."""
        attempt = self.begin(person)
        kept = self.record(attempt)
        assessed = assessments.keep(self.store, kept.id, document(), now=self.now)
        return submissions.hand_in(self.store, attempt.id, by=attempt.person_id, now=self.now), kept, assessed


def takes_of(store: Store, submission_id: str) -> tuple[Recording, ...]:
    """Every recording of an attempt, oldest first."""
    query = select(RecordingRow).filter_by(submission_id=submission_id)
    with store.reading() as session:
        rows = session.scalars(query.order_by(RecordingRow.created_at, RecordingRow.id))
        return tuple(recordings.recording(row) for row in rows)


def open_school(store: Store, now: datetime) -> School:
    def add(role: people.Role, name: str) -> Person:
        known = Identity(name=name, email=f"{name.lower()}@example.org")
        new = NewPerson(role=role, needs_guardian=False, identity=known)
        return people.create(store, new, by=people.OPERATOR, now=now)

    admin, teacher, stranger = add("admin", "Root"), add("teacher", "Sari"), add("teacher", "Other")
    learners = (add("learner", "Ani"), add("learner", "Budi"))
    room = classes.create(store, "9A", by=teacher.id, now=now)
    for learner in learners:
        classes.add_member(store, room.id, learner.id, by=teacher.id, now=now)
        for purpose in get_args(consents.Purpose):
            consents.give(store, learner.id, purpose, language="id", guardian=False, by=learner.id, now=now)
    work = assignments.create(
        store,
        room.id,
        "sentences",
        terms=Terms(title="Fish", attempts=2),
        items=(NewItem(text="She eats fish."), NewItem(text="Very good.")),
        by=teacher.id,
        now=now,
    )
    return School(store, admin, teacher, stranger, learners, room.id, work, now)


def phone(expected: str, score: float | None) -> PhoneResult:
    return PhoneResult(expected, expected, None, expected, 0.9, score, 5.0, Verdict.GOOD, 0.0, 0.1)


def word(text: str, scores: tuple[float | None, ...], error: WordError = WordError.NONE) -> WordResult:
    phones = tuple(phone("T", score) for score in scores)
    value = 0.0 if error is WordError.OMISSION else word_score(phones, 0)
    return WordResult(text, 0, len(text), "T", phones, (), (), value, error, 0.0, 1.0)


def assess(words: tuple[WordResult, ...]) -> Assessment:
    quality = Quality(30.0, 0.0, -20.0, 2.0, 2.5, ())
    rhythm = Rhythm(3.0, 3.0, 200.0, 6.0, ())
    scores = sentence_scores(words, rhythm, quality)
    return Assessment("She eats fish", words, scores, rhythm, quality, None, False, "test", {}, {})


WORDS = (word("She", (90.0, 50.0)), word("eats", (80.0, 80.0, None)), word("fish", (None,), WordError.OMISSION))


def document(words: tuple[WordResult, ...] = WORDS) -> str:
    return to_json(assess(words))


def parsed(words: tuple[WordResult, ...] = WORDS) -> dict[str, object]:
    return json.loads(document(words))
