"""Overruling: a teacher's word against the machine's. Every mark stays; the latest for a place counts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.assessments import open_document, unsealed
from classroom.errors import InvalidDetail, NotFound
from classroom.recordings import require_heard
from classroom.store import Store
from classroom.store.schema import AssessmentRow, MarkRow, Recording
from classroom.store.sealing import seal, unseal
from classroom.totals import Level, Totals, place_exists, recompute, value_at

_MOST_COMMENT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a teacher says of one place.

    Parameters
    ----------
    level : {"sound", "word", "score"}
        What is marked.
    place : str
        "2.1" for the second sound of the third word, "2" for that word, or the name of a score.
    value : float
        The new score, 0..100.
    comment : str
        For the learner.
    """

    level: Level
    place: str
    value: float
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A mark as it was made; `old_value` is what counted before."""

    number: int
    mark: Mark
    old_value: float | None
    marked_by: str
    marked_at: datetime


def overrule(store: Store, assessment_id: str, mark: Mark, *, by: str, now: datetime) -> Totals:
    """Write a mark down and count anew.

    Raises
    ------
    InvalidDetail
        There is no such place, or the value is no score.
    NotAllowed, NotFound
        The work was not handed in to a class of the teacher's.
    """
    with store.writing() as session:
        return add(store, session, assessment_id, mark, by=by, now=now)


def add(store: Store, session: Session, assessment_id: str, mark: Mark, *, by: str, now: datetime) -> Totals:
    """As `overrule`, within a transaction."""
    if not 0 <= mark.value <= 100:
        raise InvalidDetail({"field": "value", "problem": "a score is from 0 to 100"})
    if len(mark.comment) > _MOST_COMMENT:
        raise InvalidDetail({"field": "comment", "problem": f"it is longer than {_MOST_COMMENT} letters"})
    row, recording = _rows(session, assessment_id, lock=True)
    require_heard(session, recording, by)
    document = json.loads(open_document(store, row, recording.person_id))
    if not place_exists(document, mark.level, mark.place):
        raise InvalidDetail({"field": "place", "problem": f"there is no {mark.level} “{mark.place}”"})
    made = list(_made(session, assessment_id))
    totals = _write(store, session, document, made, mark, by=by, now=now, row=row, recording=recording)
    details = {"level": mark.level, "place": mark.place, "value": mark.value}
    subject = f"assessment:{assessment_id}"
    store.note(session, actor=by, action="assessment.overrule", subject=subject, now=now, details=details)
    return totals


def totals(store: Store, assessment_id: str, *, by: str) -> Totals:
    """What counts now, for the learner and the teachers of the class."""
    with store.reading() as session:
        row, recording = _rows(session, assessment_id)
        if by != recording.person_id:
            require_heard(session, recording, by)
        document = json.loads(open_document(store, row, recording.person_id))
        return recompute(document, _newest(list(_made(session, assessment_id))))


def history(store: Store, assessment_id: str, *, by: str) -> tuple[Marked, ...]:
    """Every mark there was, first to last, for the learner and the teachers of the class."""
    with store.reading() as session:
        _, recording = _rows(session, assessment_id)
        if by != recording.person_id:
            require_heard(session, recording, by)
        return marked_in(store, session, assessment_id, recording.person_id)


def marked_in(store: Store, session: Session, assessment_id: str, person_id: str) -> tuple[Marked, ...]:
    """Give every mark of a learner's assessment, first to last, to whoever was let in."""
    key = store.keys.open(person_id)
    return tuple(
        Marked(
            number=row.number,
            mark=Mark(
                level=cast(Level, row.level),
                place=row.place,
                value=row.new_value,
                comment=unseal(key, row.comment, _purpose(row)).decode() if row.comment else "",
            ),
            old_value=row.old_value,
            marked_by=row.marked_by,
            marked_at=row.marked_at,
        )
        for row in _made(session, assessment_id)
    )


def newest_of(marks: Sequence[Marked]) -> dict[tuple[Level, str], float]:
    """Give the mark that counts, for each place that has one."""
    return {(one.mark.level, one.mark.place): one.mark.value for one in marks}


def _write(
    store: Store,
    session: Session,
    document: Mapping[str, Any],
    made: list[MarkRow],
    mark: Mark,
    *,
    by: str,
    now: datetime,
    row: AssessmentRow,
    recording: Recording,
) -> Totals:
    newest = _newest(made)
    place = (mark.level, mark.place)
    old = newest[place] if place in newest else value_at(document, recompute(document, newest), *place)
    added = MarkRow(
        assessment_id=row.id,
        number=len(made) + 1,
        level=mark.level,
        place=mark.place,
        old_value=old,
        new_value=mark.value,
        marked_by=by,
        marked_at=now,
    )
    if mark.comment:
        added.comment = seal(store.keys.open(recording.person_id), mark.comment.encode(), _purpose(added))
    session.add(added)
    marks = {**newest, place: mark.value}
    row.totals = unsealed(session, recording, document, marks)
    session.flush()
    return recompute(document, marks)


def _rows(session: Session, assessment_id: str, *, lock: bool = False) -> tuple[AssessmentRow, Recording]:
    row = session.get(AssessmentRow, assessment_id, with_for_update=True if lock else None)
    recording = session.get(Recording, row.recording_id) if row else None
    if row is None or recording is None:
        raise NotFound({"kind": "assessment"})
    return row, recording


def _made(session: Session, assessment_id: str) -> tuple[MarkRow, ...]:
    return tuple(session.scalars(select(MarkRow).filter_by(assessment_id=assessment_id).order_by(MarkRow.number)))


def _newest(made: list[MarkRow]) -> dict[tuple[Level, str], float]:
    return {(cast(Level, row.level), row.place): row.new_value for row in made}


def _purpose(row: MarkRow) -> str:
    return f"mark:{row.assessment_id}:{row.number}"
