"""Recordings: sealed, on disk and in the database before anybody is told; heard only with consent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from classroom import consents, submissions
from classroom.access import class_of_recording, require_teaches
from classroom.errors import (
    ClassroomError,
    DifferentUpload,
    NotFound,
    NotOpen,
    RecordingDamaged,
    RoomUsedUp,
    StoreBusy,
    StoreError,
)
from classroom.ids import new_id
from classroom.people import row_of as person_row
from classroom.store import Store
from classroom.store.schema import AssignmentItem
from classroom.store.schema import Recording as RecordingRow
from classroom.store.sealing import Unsealable, keyed_hash, name_key, seal, unseal
from speech.settings import Settings

RETENTION = timedelta(days=30)
"""How long recordings are kept where nothing else is said."""

MOST_BYTES = Settings().max_person_bytes
"""How much one person may keep where nothing else is said."""

_MEGABYTE = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A recording that was checked to be one.

    Parameters
    ----------
    person_id : str
        Whose voice it is.
    content : bytes
        The file as it came.
    media_type : str
        Such as "audio/webm".
    seconds : float
        How long it is.
    key : str
        Made by the browser, once for each recording, so that sending it twice keeps it once.
    submission_id, item_id : str or None
        What it is for; neither in free practice.
    """

    person_id: str
    content: bytes
    media_type: str
    seconds: float
    key: str
    submission_id: str | None = None
    item_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording that is kept; `kept` is False once, or where, there is only its result."""

    id: str
    person_id: str
    submission_id: str | None
    item_id: str | None
    media_type: str
    size_bytes: int
    seconds: float
    created_at: datetime
    expires_at: datetime
    kept: bool


@dataclass(frozen=True, slots=True)
class Audio:
    """What somebody said, as the file came."""

    content: bytes
    media_type: str


def put(
    store: Store,
    upload: Upload,
    *,
    now: datetime,
    retention: timedelta = RETENTION,
    most_bytes: int = MOST_BYTES,
) -> Recording:
    """Keep a recording. When this returns it survives a crash; sent again under its key it is kept once.

    Of a person who wants scores only, no audio is kept; of anybody else at most `most_bytes` at a time.

    Raises
    ------
    ConsentMissing
        Nobody agreed to practice on this server.
    NotFound, NotOpen
        The attempt is somebody else's, or was handed in.
    RoomUsedUp
        The person keeps too much already.
    DifferentUpload
        Something else came under the key before.
    """
    submissions.check_key(upload.key)
    with store.reading() as session:
        known = _known(store, session, upload)
        if known is not None:
            return known
        scores_only = _check(session, upload, most_bytes)
    row = _row(store, upload, now=now, retention=retention)
    written = None
    if not scores_only:
        data_key = store.keys.open(upload.person_id)
        row.sha256 = written = store.files.put(seal(data_key, upload.content, f"recording:{row.id}"))
    try:
        with store.writing() as session:
            person_row(session, upload.person_id, lock=True)
            if written is not None and not store.files.has(written):
                raise StoreBusy  # a sweep took it for somebody's leavings: the clock jumped
            if _check(session, upload, most_bytes) or written is None:
                # Where only scores are wanted since a moment ago, the file just written goes again.
                row.removed_at, row.sha256 = now, None
            session.add(row)
            session.flush()
            made = recording(row)
    except StoreError:
        # The row may be there after all: the file stays, and is swept if it is not.
        raise
    except (IntegrityError, ClassroomError) as error:
        if written is not None:
            store.files.remove(written)
        if isinstance(error, IntegrityError):
            return _sent_meanwhile(store, upload, error)
        raise
    if written is not None and not made.kept:
        store.files.remove(written)
    return made


def listen(store: Store, recording_id: str, *, by: str, now: datetime) -> Audio:
    """Open a recording for whoever said it, or for a teacher of the class, which needs consent and is written down.

    Raises
    ------
    NotFound
        There is none, or its time is over.
    NotAllowed, ConsentMissing
        The reader is neither, or the learner did not agree to being heard.
    RecordingDamaged
        The file is not what was written.
    """
    with store.reading() as session:
        row = _audible(session, recording_id, now)
        if row.person_id == by:
            return Audio(opened(store, row), row.media_type)
    with store.writing() as session:
        row = _audible(session, recording_id, now)
        require_heard(session, row, by)
        consents.require(session, row.person_id, "teacher_listens")
        store.note(session, actor=by, action="recording.listen", subject=f"recording:{row.id}", now=now)
        return Audio(opened(store, row), row.media_type)


def require_heard(session: Session, row: RecordingRow, teacher_id: str) -> None:
    """Refuse teachers what was not handed in to a class of theirs."""
    class_id = class_of_recording(session, row)
    if class_id is None or row.submission_id is None:
        raise NotFound({"kind": "recording"})
    require_teaches(session, teacher_id, class_id)
    if submissions.taught_row(session, row.submission_id, teacher_id).state == "draft":
        raise NotFound({"kind": "recording"})


def opened(store: Store, row: RecordingRow) -> bytes:
    """Read, check and unseal a recording's file."""
    if row.sha256 is None:
        raise RecordingDamaged
    try:
        return unseal(store.keys.open(row.person_id), store.files.read(row.sha256), f"recording:{row.id}")
    except Unsealable as error:
        raise RecordingDamaged from error


def recording(row: RecordingRow) -> Recording:
    """Give a row as a value."""
    return Recording(
        id=row.id,
        person_id=row.person_id,
        submission_id=row.submission_id,
        item_id=row.item_id,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        seconds=row.seconds,
        created_at=row.created_at,
        expires_at=row.expires_at,
        kept=row.removed_at is None,
    )


def _audible(session: Session, recording_id: str, now: datetime) -> RecordingRow:
    row = session.get(RecordingRow, recording_id)
    if row is None or row.sha256 is None or row.removed_at is not None or row.expires_at <= now:
        raise NotFound({"kind": "recording"})
    return row


def _known(store: Store, session: Session, upload: Upload) -> Recording | None:
    query = select(RecordingRow).filter_by(person_id=upload.person_id, idempotency_key=upload.key)
    row = session.scalars(query).first()
    if row is None:
        return None
    same = (row.content_mac, row.submission_id, row.item_id)
    if same != (_mac(store, upload), upload.submission_id, upload.item_id):
        raise DifferentUpload
    return recording(row)


def _sent_meanwhile(store: Store, upload: Upload, error: IntegrityError) -> Recording:
    with store.reading() as session:
        known = _known(store, session, upload)
    if known is None:
        raise error
    return known


def _check(session: Session, upload: Upload, most_bytes: int) -> bool:
    """Refuse what may not be kept; answers whether only scores are wanted."""
    consents.require(session, upload.person_id, "practice")
    if upload.submission_id is not None:
        attempt = submissions.own_row(session, upload.submission_id, upload.person_id)
        if attempt.state != "draft":
            raise NotOpen
        item = session.get(AssignmentItem, upload.item_id or "")
        if item is None or item.assignment_id != attempt.assignment_id:
            raise NotFound({"kind": "exercise"})
    elif upload.item_id is not None:
        raise NotFound({"kind": "exercise"})
    if person_row(session, upload.person_id).scores_only:
        return True
    theirs = select(func.sum(RecordingRow.size_bytes)).filter_by(person_id=upload.person_id, removed_at=None)
    if (session.scalar(theirs) or 0) + len(upload.content) > most_bytes:
        raise RoomUsedUp({"megabytes": most_bytes / _MEGABYTE})
    return False


def _row(store: Store, upload: Upload, *, now: datetime, retention: timedelta) -> RecordingRow:
    return RecordingRow(
        id=new_id(),
        person_id=upload.person_id,
        submission_id=upload.submission_id,
        item_id=upload.item_id,
        idempotency_key=upload.key,
        content_mac=_mac(store, upload),
        sha256=None,
        key_id=name_key(store.keys.open(upload.person_id)),
        media_type=upload.media_type,
        size_bytes=len(upload.content),
        seconds=upload.seconds,
        created_at=now,
        expires_at=now + retention,
    )


def _mac(store: Store, upload: Upload) -> str:
    return keyed_hash(store.keys.open(upload.person_id), "recording", upload.content)
