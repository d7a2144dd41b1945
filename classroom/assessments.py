"""What was said about recordings: the JSON of an `Assessment`, packed and sealed with the learner's key."""

import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.errors import NotFound
from classroom.ids import new_id
from classroom.recordings import require_heard
from classroom.store import Store
from classroom.store.schema import AssessmentRow, AssignmentItem
from classroom.store.schema import Recording as RecordingRow
from classroom.store.sealing import seal, unseal
from classroom.summaries import summarise
from classroom.terms import refused
from classroom.totals import Level, recompute

_MOST_DOCUMENT_BYTES = 20_000_000


def keep(store: Store, recording_id: str, document: str, *, now: datetime) -> str:
    """Keep what was said about a recording; answers its id. The newest of a recording counts.

    Parameters
    ----------
    document : str
        An `Assessment` as `speech.export.to_json` writes it.
    """
    content = _read_document(document)
    with store.writing() as session:
        return _add(store, session, _row(session, recording_id), document, content, now=now)


def set_aside(store: Store, recording_id: str, document: str, *, now: datetime) -> str | None:
    """Keep a document without scores for a recording that cannot be judged, so that a teacher's marks have a place.

    Answers None, and keeps nothing, where another take of the same exercise was judged: then that one counts.
    """
    content = _read_document(document)
    with store.writing() as session:
        row = _row(session, recording_id)
        takes = select(RecordingRow.id).filter_by(submission_id=row.submission_id, item_id=row.item_id)
        if session.scalars(select(AssessmentRow.id).where(AssessmentRow.recording_id.in_(takes))).first() is not None:
            return None
        return _add(store, session, row, document, content, now=now)


def of_recording(store: Store, recording_id: str, *, by: str) -> tuple[tuple[str, str], ...]:
    """Ids and documents of what was said about a recording, newest first, for its learner and the class's teachers."""
    with store.reading() as session:
        row = _row(session, recording_id)
        if by != row.person_id:
            require_heard(session, row, by)
        query = select(AssessmentRow).filter_by(recording_id=recording_id)
        found = session.scalars(query.order_by(AssessmentRow.created_at.desc(), AssessmentRow.id))
        return tuple((one.id, open_document(store, one, row.person_id)) for one in found)


def open_document(store: Store, row: AssessmentRow, person_id: str) -> str:
    """Open an assessment's JSON."""
    packed = unseal(store.keys.open(person_id), row.document, f"assessment:{row.id}")
    return zlib.decompress(packed).decode()


def unsealed(
    session: Session, recording: RecordingRow, content: Mapping[str, Any], marks: Mapping[tuple[Level, str], float]
) -> dict[str, Any]:
    """Give what is kept of an assessment to count with: scores after marks, and sums by sound and by word."""
    item = session.get(AssignmentItem, recording.item_id) if recording.item_id else None
    return {**recompute(content, marks).scores, **summarise(content, marks, text=item.text if item else "")}


def _row(session: Session, recording_id: str) -> RecordingRow:
    row = session.get(RecordingRow, recording_id)
    if row is None:
        raise NotFound({"kind": "recording"})
    return row


def _add(
    store: Store, session: Session, row: RecordingRow, document: str, content: Mapping[str, Any], *, now: datetime
) -> str:
    assessment_id = new_id()
    key = store.keys.open(row.person_id)
    session.add(
        AssessmentRow(
            id=assessment_id,
            recording_id=row.id,
            model=str(content.get("model", "")),
            document=seal(key, zlib.compress(document.encode()), f"assessment:{assessment_id}"),
            totals=unsealed(session, row, content, {}),
            created_at=now,
        )
    )
    return assessment_id


def _read_document(document: str) -> dict[str, Any]:
    if len(document) > _MOST_DOCUMENT_BYTES:
        raise refused("assessment", "it is too long", "letters", most=_MOST_DOCUMENT_BYTES)
    try:
        content: dict[str, Any] = json.loads(document)
        recompute(content, {})
    except (ValueError, KeyError, TypeError) as error:
        raise refused("assessment", "it is no assessment", "form") from error
    return content
