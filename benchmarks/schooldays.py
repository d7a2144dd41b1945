"""A small school, a day's work in it that says what it was promised, and a look at whether each promise was kept."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from classroom import assessments, assignments, classes, consents, deletion, marks, people, recordings, submissions
from classroom.assignments import NewItem, Terms
from classroom.errors import ClassroomError, NotFound
from classroom.marks import Mark
from classroom.operations.backup import backup
from classroom.operations.purge import purge
from classroom.operations.restore import Place, restore
from classroom.operations.sweeping import GRACE
from classroom.operations.verify import verify
from classroom.people import OPERATOR, Identity, NewPerson, Person
from classroom.recordings import Upload
from classroom.store import Store
from classroom.store.schema import Person as PersonRow
from classroom.store.schema import Recording as RecordingRow
from speech.export import to_json
from speech.results import Assessment, PhoneResult, Quality, Rhythm, Verdict, WordError, WordResult
from speech.sentence import sentence_scores, word_score

CAST = "cast.json"
"""Who is in the school, beside the data folder."""

BEGUN = "leaving"
"""The kind of promise that nothing was promised yet: somebody is about to be deleted."""

_VOICE_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Cast:
    """Ids of who and what is in the school."""

    admin: str
    teacher: str
    learner: str
    class_id: str
    assignment_id: str
    item_id: str


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that was acknowledged, or, where its kind is `BEGUN`, begun."""

    kind: str
    facts: Mapping[str, Any]


Say = Callable[..., None]


def spell(kind: str, facts: Mapping[str, Any]) -> bytes:
    """Write a promise as a line."""
    return json.dumps({"kind": kind, **facts}).encode() + b"\n"


def read(line: str) -> Promise:
    """Undo `spell`."""
    facts = json.loads(line)
    return Promise(facts.pop("kind"), facts)


def open_school(folder: Path) -> Cast:
    """Make a school with a teacher, a class, a learner who agreed to everything, and work for them."""
    now = datetime.now(UTC)
    store = Store.open("", folder / "data")
    admin, teacher, learner = (_add(store, role, now) for role in ("admin", "teacher", "learner"))
    room = classes.create(store, "9A", by=teacher.id, now=now)
    classes.add_member(store, room.id, learner.id, by=teacher.id, now=now)
    for purpose in consents.VERSIONS:
        _agree(store, learner.id, purpose, now)
    items = (NewItem(text="She eats fish."),)
    terms = Terms(title="Fish")
    work = assignments.create(store, room.id, "sentences", terms=terms, items=items, by=teacher.id, now=now)
    store.close()
    cast = Cast(admin.id, teacher.id, learner.id, room.id, work.id, work.items[0].id)
    (folder / CAST).write_text(json.dumps(asdict(cast)))
    return cast


def read_cast(folder: Path) -> Cast:
    """Give the cast of a school that was copied."""
    return Cast(**json.loads((folder / CAST).read_text()))


def spend_a_day(folder: Path, day: str, say: Say) -> None:
    """Do what is done in a school, and say of each thing that it was done, as soon as the call returns.

    Parameters
    ----------
    folder : Path
        Where `open_school` made the school.
    day : str
        A name of its own for each day.
    say : callable
        Takes a promise's kind and facts.
    """
    cast = read_cast(folder)
    store = Store.open("", folder / "data")
    kept = _hand_something_in(store, cast, day, say)
    _give_it_back(store, cast, kept, say)
    _keep_a_secret(store, cast, say)
    done = backup(store, folder / "backups" / "latest.tar", now=datetime.now(UTC))
    say("backup", path=str(done.archive), master=_master_keys(store))
    _come_and_go(store, cast, day, say)
    store.keys.rotate()
    say("rotated")
    _let_time_pass(store, cast, day, say)
    store.close()


def look(folder: Path, promises: Sequence[Promise], *, again: bool = False) -> list[str]:
    """Open the school after a kill, and name everything that is not as it was promised; the best answer is none.

    Parameters
    ----------
    folder : Path
        Of the school.
    promises : sequence of Promise
        All that was ever said there.
    again : bool
        Restore the last backup too.
    """
    store = Store.open("", folder / "data")
    # A copy of the keys from before a rotation needs the master key of its time.
    masters = [_master_keys(store), *(one.facts["master"] for one in promises if one.kind == "backup")]
    try:
        # Long after: what is nobody's is taken away by now.
        later = datetime.now(UTC) + 2 * GRACE
        first = verify(store, now=datetime.now(UTC), sweep=False).problems
        # The key of somebody whose rows are gone: a deletion that the next purge completes.
        wrong = [f"{one.kind} {one.subject}" for one in first if one.kind != "key_left"]
        purge(store, now=datetime.now(UTC))
        wrong += [f"{one.kind} {one.subject} after purging" for one in verify(store, now=later).problems]
        wrong += _left_over(store)
        wrong += _not_kept(store, read_cast(folder), promises)
    finally:
        store.close()
    archive = folder / "backups" / "latest.tar"
    return wrong + (_not_restored(folder, archive, masters) if again and archive.exists() else [])


def _hand_something_in(store: Store, cast: Cast, day: str, say: Say) -> str:
    begun = submissions.begin(store, cast.assignment_id, cast.learner, key=day, now=datetime.now(UTC))
    say("attempt", id=begun.id)
    content = os.urandom(_VOICE_BYTES)
    where = {"submission_id": begun.id, "item_id": cast.item_id}
    upload = _upload(cast.learner, content, f"{day} take", **where)
    recorded = recordings.put(store, upload, now=datetime.now(UTC))
    say("recording", id=recorded.id, by=cast.learner, sha256=hashlib.sha256(content).hexdigest())
    assessed = assessments.keep(store, recorded.id, _document(), now=datetime.now(UTC))
    say("assessment", id=assessed, recording=recorded.id)
    submissions.hand_in(store, begun.id, by=cast.learner, now=datetime.now(UTC))
    say("handed in", id=begun.id)
    return assessed


def _give_it_back(store: Store, cast: Cast, assessed: str, say: Say) -> None:
    recording = _recording_of(store, assessed)
    recordings.listen(store, recording.id, by=cast.teacher, now=datetime.now(UTC))
    say("listened", recording=recording.id)
    marks.overrule(store, assessed, Mark(level="word", place="0", value=95.0), by=cast.teacher, now=datetime.now(UTC))
    say("mark", assessment=assessed, value=95.0)
    submissions.release(store, recording.submission_id or "", by=cast.teacher, now=datetime.now(UTC))
    say("released", id=recording.submission_id)


def _keep_a_secret(store: Store, cast: Cast, say: Say) -> None:
    """Take a consent back and give it again."""
    consents.withdraw(store, cast.learner, "research_export", by=cast.learner, now=datetime.now(UTC))
    say("withdrawn", count=_consents(store, cast)[1])
    _agree(store, cast.learner, "research_export", datetime.now(UTC))
    say("given", count=_consents(store, cast)[0])


def _come_and_go(store: Store, cast: Cast, day: str, say: Say) -> None:
    leaver = _add(store, "learner", datetime.now(UTC))
    say("came", id=leaver.id)
    _agree(store, leaver.id, "practice", datetime.now(UTC))
    recordings.put(store, _upload(leaver.id, os.urandom(_VOICE_BYTES), f"{day} last"), now=datetime.now(UTC))
    say(BEGUN, id=leaver.id)
    deletion.forget(store, leaver.id, by=cast.admin, now=datetime.now(UTC))
    say("left", id=leaver.id)


def _let_time_pass(store: Store, cast: Cast, day: str, say: Say) -> None:
    upload = _upload(cast.learner, os.urandom(_VOICE_BYTES), f"{day} short")
    short = recordings.put(store, upload, now=datetime.now(UTC), retention=timedelta(0))
    purge(store, now=datetime.now(UTC))
    say("purged", recording=short.id)


def _not_kept(store: Store, cast: Cast, promises: Sequence[Promise]) -> list[str]:
    leaving = {promise.facts["id"] for promise in promises if promise.kind == BEGUN}
    wrong: list[str] = []
    for promise in promises:
        if promise.kind == "came" and promise.facts["id"] in leaving:
            continue
        try:
            kept = _is_kept(store, cast, promise)
        except ClassroomError as error:
            wrong.append(f"{promise.kind} {promise.facts}: {error.code}")
        else:
            wrong += [] if kept else [f"{promise.kind} {promise.facts}"]
    return wrong


def _is_kept(store: Store, cast: Cast, promise: Promise) -> bool:
    facts = promise.facts
    match promise.kind:
        case "recording":
            content = recordings.listen(store, facts["id"], by=facts["by"], now=datetime.now(UTC)).content
            return hashlib.sha256(content).hexdigest() == facts["sha256"]
        case "attempt" | "handed in" | "released":
            return _state(store, cast, facts["id"]) >= ("attempt", "handed in", "released").index(promise.kind)
        case "assessment":
            return facts["id"] in dict(assessments.of_recording(store, facts["recording"], by=cast.learner))
        case "mark":
            made = marks.history(store, facts["assessment"], by=cast.learner)
            return any(one.mark.value == facts["value"] for one in made)
        case "given" | "withdrawn":
            return _consents(store, cast)[promise.kind == "withdrawn"] >= facts["count"]
        case "came":
            return people.identify(store, facts["id"]).name != ""
        case "leaving":
            return _is_whole_or_gone(store, facts["id"])
        case "left":
            return not store.keys.has(facts["id"]) and _is_gone(store, facts["id"])
        case "listened":
            return _is_noted(store, "recording.listen", f"recording:{facts['recording']}")
        case "purged":
            return _is_purged(store, facts["recording"])
        case "backup":
            return Path(facts["path"]).exists()
        case _:
            return True


def _state(store: Store, cast: Cast, submission_id: str) -> int:
    attempts = submissions.of_person(store, cast.assignment_id, cast.learner)
    states = [("draft", "submitted", "released").index(one.state) for one in attempts if one.id == submission_id]
    return states[0] if states else -1


def _is_gone(store: Store, person_id: str) -> bool:
    try:
        people.find(store, person_id)
    except NotFound:
        return True
    return False


def _is_whole_or_gone(store: Store, person_id: str) -> bool:
    with store.reading() as session:
        files = session.query(RecordingRow).filter_by(person_id=person_id).count()
    if _is_gone(store, person_id):
        return files == 0 and not store.keys.has(person_id)
    return files == 1 and people.identify(store, person_id).name != ""


def _is_noted(store: Store, action: str, subject: str) -> bool:
    from classroom.store import audit

    with store.reading() as session:
        return any(one.action == action for one in audit.events(session, subject=subject))


def _is_purged(store: Store, recording_id: str) -> bool:
    with store.reading() as session:
        row = session.get(RecordingRow, recording_id)
        return row is not None and row.removed_at is not None and row.sha256 is None


def _left_over(store: Store) -> list[str]:
    """Name files that are neither a recording's, nor a person's key, nor the database's."""
    with store.reading() as session:
        named = {row.sha256 for row in session.query(RecordingRow)}
        keys = {f"{row.id}.key" for row in session.query(PersonRow)}
    known = {"master.key", "lafal.sqlite3", "lafal.sqlite3-wal", "lafal.sqlite3-shm", "store.key"} | named | keys
    found = [path for path in store.folder.rglob("*") if path.is_file()]
    # The key of somebody who was never written down opens nothing.
    return [f"left over: {path.name}" for path in found if path.name not in known and path.suffix != ".key"]


def _master_keys(store: Store) -> str:
    return ",".join((store.folder / "master.key").read_text("ascii").split())


def _not_restored(folder: Path, archive: Path, masters: list[str]) -> list[str]:
    place = Place(url="", folder=folder / "elsewhere", master_key=",".join(masters))
    try:
        restore(archive, archive.with_name("lafal.keys"), place, now=datetime.now(UTC))
        store = Store.open("", place.folder, master_key=place.master_key)
        found = verify(store, now=datetime.now(UTC)).problems
        store.close()
    except ClassroomError as error:
        return [f"backup: {error.code} {error.sentence}"]
    finally:
        shutil.rmtree(place.folder, ignore_errors=True)
    return [f"backup: {one.kind} {one.subject}" for one in found]


def _add(store: Store, role: people.Role, now: datetime) -> Person:
    new = NewPerson(role=role, needs_guardian=False, identity=Identity(name=f"A {role}"))
    return people.create(store, new, by=OPERATOR, now=now)


def _agree(store: Store, person_id: str, purpose: consents.Purpose, now: datetime) -> None:
    consents.give(store, person_id, purpose, language="en", guardian=False, by=person_id, now=now)


def _consents(store: Store, cast: Cast) -> tuple[int, int]:
    """How many were ever given, and how many of those taken back."""
    ever = consents.history(store, cast.learner)
    return len(ever), sum(one.withdrawn_at is not None for one in ever)


def _recording_of(store: Store, assessment_id: str) -> recordings.Recording:
    from classroom.store.schema import AssessmentRow

    with store.reading() as session:
        row = session.get_one(AssessmentRow, assessment_id)
        return recordings.recording(session.get_one(RecordingRow, row.recording_id))


def _upload(person_id: str, content: bytes, key: str, **where: str) -> Upload:
    return Upload(person_id=person_id, content=content, media_type="audio/webm", seconds=2.5, key=key, **where)


def _document() -> str:
    phones = tuple(PhoneResult("T", "T", None, "T", 0.9, score, 5.0, Verdict.GOOD, 0.0, 0.1) for score in (90.0, 50.0))
    word = WordResult("She", 0, 3, "T T", phones, (), (), word_score(phones, 0), WordError.NONE, 0.0, 1.0)
    quality = Quality(30.0, 0.0, -20.0, 2.0, 2.5, ())
    rhythm = Rhythm(3.0, 3.0, 200.0, 6.0, ())
    scores = sentence_scores((word,), rhythm, quality)
    return to_json(Assessment("She", (word,), scores, rhythm, quality, None, False, "test", {}, {}))
