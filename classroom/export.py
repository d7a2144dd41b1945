"""Everything that is kept of somebody, as one zip that opens without us: sound, JSON and a page."""

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom import consents, recordings
from classroom.assessments import open_document
from classroom.errors import ClassroomError, NotAllowed
from classroom.holdings import concerns
from classroom.marks import marked_in
from classroom.outside import subject_of
from classroom.people import OPERATOR, identity, person, row_of
from classroom.recordings import Audio
from classroom.store import Store
from classroom.store.outside_tables import AccountRow, PlatformRow, ScoreRow
from classroom.store.schema import (
    AssessmentRow,
    Assignment,
    AssignmentItem,
    AuditRow,
    Class,
    Group,
    LoginSession,
    Membership,
    Person,
    Recording,
    Submission,
)
from speech.errors import SpeechError

FORMAT = "lafal-export 1"
"""What `data.json` calls itself."""

DATA, PAGE, SOUND = "data.json", "index.html", "recordings"
"""What lies in the zip."""

_ENDINGS: Mapping[str, str] = {
    "audio/webm": "webm",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/flac": "flac",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
}


@dataclass(frozen=True, slots=True)
class Making:
    """What an export needs of others.

    Parameters
    ----------
    convert : callable
        Makes a WAV file of a recording as it was sent; a `SpeechError` leaves it as it was.
    page : callable
        Writes `index.html` from what `data.json` holds.
    """

    convert: Callable[[bytes], bytes]
    page: Callable[[Mapping[str, Any]], str]


def write(store: Store, person_id: str, file: IO[bytes], *, making: Making, by: str, now: datetime) -> int:
    """Write the zip, and into the audit that it was made; answers how many recordings are in it.

    Parameters
    ----------
    file : binary file
        Where to write; recordings are opened one after the other.

    Raises
    ------
    NotAllowed
        Whoever asks is not the person.
    """
    if by != person_id:
        raise NotAllowed
    content = _collect(store, person_id, now)
    packed = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, entry in enumerate(content["recordings"], start=1):
            entry["file"] = _pack(store, archive, entry, number, making.convert, by=by, now=now)
            packed += entry["file"] is not None
        archive.writestr(DATA, json.dumps(content, ensure_ascii=False, indent=1))
        archive.writestr(PAGE, making.page(content))
    with store.writing() as session:
        row_of(session, person_id)
        details = {"recordings": packed}
        store.note(session, actor=by, action="person.export", subject=f"person:{person_id}", now=now, details=details)
    return packed


def _pack(
    store: Store,
    archive: zipfile.ZipFile,
    entry: Mapping[str, Any],
    number: int,
    convert: Callable[[bytes], bytes],
    *,
    by: str,
    now: datetime,
) -> str | None:
    """Put one recording into the zip; answers its name there, None where there is no sound any more."""
    try:
        audio = recordings.listen(store, entry["id"], by=by, now=now)
    except ClassroomError:
        return None
    content, ending = _converted(audio, convert)
    name = f"{SOUND}/{number:04}.{ending}"
    archive.writestr(name, content, zipfile.ZIP_STORED)
    return name


def _converted(audio: Audio, convert: Callable[[bytes], bytes]) -> tuple[bytes, str]:
    try:
        return convert(audio.content), "wav"
    except SpeechError:
        return audio.content, _ENDINGS.get(audio.media_type.partition(";")[0], "bin")


def _collect(store: Store, person_id: str, now: datetime) -> dict[str, Any]:
    with store.reading() as session:
        known = person(row_of(session, person_id))
        submissions, kept = _submissions(session, person_id), _recordings(store, session, person_id)
        content = {
            "format": FORMAT,
            "made_at": now,
            "person": asdict(known),
            "identity": asdict(identity(store, session, person_id)),
            "classes": _classes(session, person_id),
            "submissions": submissions,
            "recordings": kept,
            "outside_accounts": _outside_accounts(store, session, person_id),
            "outside_scores": _outside_scores(session, person_id),
            "sessions": _sessions(session, person_id),
            "audit": _audit(session, person_id, own=_subjects(person_id, submissions, kept)),
        }
    content["consents"] = [asdict(one) for one in consents.history(store, person_id)]
    return json.loads(json.dumps(content, default=_in_words))


def _classes(session: Session, person_id: str) -> list[dict[str, Any]]:
    query = (
        select(Membership, Class, Group.name)
        .join(Class, Class.id == Membership.class_id)
        .outerjoin(Group, Group.id == Membership.group_id)
        .where(Membership.person_id == person_id)
        .order_by(Membership.joined_at, Class.id)
    )
    return [
        {
            "id": room.id,
            "name": room.name,
            "role": member.role,
            "group": group,
            "joined_at": member.joined_at,
            "left_at": member.left_at,
        }
        for member, room, group in session.execute(query)
    ]


def _submissions(session: Session, person_id: str) -> list[dict[str, Any]]:
    query = (
        select(Submission, Assignment, Class.name)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .join(Class, Class.id == Assignment.class_id)
        .where(Submission.person_id == person_id)
        .order_by(Submission.created_at, Submission.id)
    )
    return [
        {
            "id": row.id,
            "class": room,
            "assignment": work.title,
            "attempt": row.attempt,
            "state": row.state,
            "created_at": row.created_at,
            "submitted_at": row.submitted_at,
            "released_at": row.released_at,
        }
        for row, work, room in session.execute(query)
    ]


def _recordings(store: Store, session: Session, person_id: str) -> list[dict[str, Any]]:
    query = (
        select(Recording, AssignmentItem.text, Assignment.title)
        .outerjoin(AssignmentItem, AssignmentItem.id == Recording.item_id)
        .outerjoin(Assignment, Assignment.id == AssignmentItem.assignment_id)
        .where(Recording.person_id == person_id)
        .order_by(Recording.created_at, Recording.id)
    )
    return [
        {
            "id": row.id,
            "submission": row.submission_id,
            "assignment": title,
            "text": text,
            "media_type": row.media_type,
            "size_bytes": row.size_bytes,
            "seconds": row.seconds,
            "created_at": row.created_at,
            "expires_at": row.expires_at,
            "removed_at": row.removed_at,
            "assessments": _assessments(store, session, row),
        }
        for row, text, title in session.execute(query)
    ]


def _assessments(store: Store, session: Session, recording: Recording) -> list[dict[str, Any]]:
    query = select(AssessmentRow).filter_by(recording_id=recording.id)
    return [
        {
            "id": row.id,
            "model": row.model,
            "created_at": row.created_at,
            "scores": row.totals,
            "document": json.loads(open_document(store, row, recording.person_id)),
            "marks": _marks(store, session, row.id, recording.person_id),
        }
        for row in session.scalars(query.order_by(AssessmentRow.created_at, AssessmentRow.id))
    ]


def _marks(store: Store, session: Session, assessment_id: str, person_id: str) -> list[dict[str, Any]]:
    return [
        {
            **asdict(one.mark),
            "old_value": one.old_value,
            "by": _called(session, one.marked_by, person_id),
            "marked_at": one.marked_at,
        }
        for one in marked_in(store, session, assessment_id, person_id)
    ]


def _outside_accounts(store: Store, session: Session, person_id: str) -> list[dict[str, Any]]:
    query = (
        select(AccountRow, PlatformRow.name)
        .outerjoin(PlatformRow, PlatformRow.id == AccountRow.platform_id)
        .where(AccountRow.person_id == person_id)
        .order_by(AccountRow.linked_at, AccountRow.subject_mac)
    )
    return [
        {"platform": name, "subject": subject_of(store, row), "linked_at": row.linked_at}
        for row, name in session.execute(query)
    ]


def _outside_scores(session: Session, person_id: str) -> list[dict[str, Any]]:
    query = (
        select(ScoreRow, Assignment.title)
        .join(Assignment, Assignment.id == ScoreRow.assignment_id)
        .where(ScoreRow.person_id == person_id)
        .order_by(ScoreRow.release, ScoreRow.assignment_id)
    )
    return [
        {"assignment": title, "value": row.value, "release": row.release, "sent_at": row.sent_at}
        for row, title in session.execute(query)
    ]


def _sessions(session: Session, person_id: str) -> list[dict[str, Any]]:
    query = select(LoginSession).filter_by(person_id=person_id).order_by(LoginSession.created_at)
    return [
        {"created_at": row.created_at, "expires_at": row.expires_at, "revoked_at": row.revoked_at}
        for row in session.scalars(query)
    ]


def _audit(session: Session, person_id: str, *, own: frozenset[str]) -> list[dict[str, Any]]:
    """What somebody did to others' work is told without saying whose."""
    return [
        {
            "at": row.at,
            "by": _called(session, row.actor, person_id),
            "action": row.action,
            "subject": row.subject if row.subject in own else row.subject.partition(":")[0],
            "details": json.loads(row.details) if row.subject in own else {},
        }
        for row in session.scalars(select(AuditRow).where(concerns(person_id)).order_by(AuditRow.number))
    ]


def _subjects(person_id: str, submissions: list[dict[str, Any]], kept: list[dict[str, Any]]) -> frozenset[str]:
    """What the audit calls a person and what is theirs."""
    own = {f"person:{person_id}"}
    own |= {f"submission:{one['id']}" for one in submissions}
    own |= {f"recording:{one['id']}" for one in kept}
    own |= {f"assessment:{made['id']}" for one in kept for made in one["assessments"]}
    return frozenset(own)


def _called(session: Session, actor: str, person_id: str) -> str:
    """Call whoever did something by their role: who they are is theirs."""
    if actor in {person_id, OPERATOR}:
        return "me" if actor == person_id else actor
    row = session.get(Person, actor)
    return row.role if row else "somebody"


def _in_words(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in an export")
