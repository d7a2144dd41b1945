"""Overruling: a teacher's word against the machine's. Every mark stays; the latest for a place counts.

A mark is a score, a comment, or both; of a place the latest score counts, and the latest comment is shown. Comments
alone may also be on one thing that was said, or on the whole attempt, whose comment hangs on any of its assessments.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast, get_args

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from classroom.assessments import open_document, unsealed
from classroom.errors import NotFound
from classroom.recordings import require_heard
from classroom.store import Store
from classroom.store.schema import AssessmentRow, MarkRow, Recording
from classroom.store.sealing import seal, unseal
from classroom.terms import refused
from classroom.totals import Level, Totals, place_exists, recompute, value_at

Remark = Literal["item", "attempt"]

REMARKS: tuple[Remark, ...] = get_args(Remark)
"""Places at level "score" that take a comment and no score: the whole reading, and the whole attempt."""

_MOST_COMMENT = 2000
_NO_SCORE = -1.0
"""What is stored for the score of a mark that is a comment alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a teacher says of one place.

    Parameters
    ----------
    level : {"sound", "word", "score"}
        What is marked.
    place : str
        "2.1" for the second sound of the third word, "2" for that word, the name of a score, or one of `REMARKS`.
    value : float or None
        The new score, 0..100; None for a comment alone.
    comment : str or None
        For the learner; None where nothing new is said, empty to take back what was said before.
    """

    level: Level
    place: str
    value: float | None = None
    comment: str | None = None


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
        There is no such place, the value is no score, or there is neither a score nor a comment.
    NotAllowed, NotFound
        The work was not handed in to a class of the teacher's.
    """
    with store.writing() as session:
        return add(store, session, assessment_id, mark, by=by, now=now)


def add(store: Store, session: Session, assessment_id: str, mark: Mark, *, by: str, now: datetime) -> Totals:
    """As `overrule`, within a transaction."""
    _check(mark)
    row, recording = _rows(session, assessment_id, lock=True)
    require_heard(session, recording, by)
    document = json.loads(open_document(store, row, recording.person_id))
    if not (_is_remark(mark) or place_exists(document, mark.level, mark.place)):
        raise refused("place", f"there is no {mark.level} “{mark.place}”", "unknown", name=mark.place)
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
                value=_score(row),
                comment=None if row.comment is None else unseal(key, row.comment, _purpose(row)).decode(),
            ),
            old_value=row.old_value,
            marked_by=row.marked_by,
            marked_at=row.marked_at,
        )
        for row in _made(session, assessment_id)
    )


def newest_of(marks: Sequence[Marked]) -> dict[tuple[Level, str], float]:
    """Give the score that counts, for each place that was given one."""
    return {(one.mark.level, one.mark.place): one.mark.value for one in marks if one.mark.value is not None}


def comments_of(marks: Sequence[Marked]) -> dict[tuple[Level, str], str]:
    """Give the comment that stands, for each place that has one."""
    said: dict[tuple[Level, str], str] = {
        (one.mark.level, one.mark.place): one.mark.comment for one in marks if one.mark.comment is not None
    }
    return {place: comment for place, comment in said.items() if comment}


def on_attempt(marks: Iterable[Marked]) -> tuple[Marked, ...]:
    """Give what was said of the whole attempt, first to last, among the marks of all its readings."""
    found = [one for one in marks if one.mark.level == "score" and one.mark.place == "attempt"]
    return tuple(sorted(found, key=lambda one: one.marked_at))


def scores_given(session: Session, assessments: Select[str] | Collection[str]) -> Mapping[str, set[str]]:
    """Names of the scores that teachers gave themselves, by assessment; assessments by their ids."""
    query = select(MarkRow.assessment_id, MarkRow.place).where(MarkRow.assessment_id.in_(assessments))
    found: dict[str, set[str]] = defaultdict(set)
    for assessment_id, place in session.execute(query.where(MarkRow.level == "score", MarkRow.new_value != _NO_SCORE)):
        found[assessment_id].add(place)
    return found


def _check(mark: Mark) -> None:
    if mark.value is None and mark.comment is None:
        raise refused("value", "there is neither a score nor a comment", "empty")
    if mark.value is not None and not 0 <= mark.value <= 100:
        raise refused("value", "a score is from 0 to 100", "range", least=0, most=100)
    if mark.comment is not None and len(mark.comment) > _MOST_COMMENT:
        raise refused("comment", f"it is longer than {_MOST_COMMENT} letters", "letters", most=_MOST_COMMENT)


def _is_remark(mark: Mark) -> bool:
    return mark.level == "score" and mark.place in REMARKS and mark.value is None


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
    added = MarkRow(
        assessment_id=row.id,
        number=len(made) + 1,
        level=mark.level,
        place=mark.place,
        old_value=None if _is_remark(mark) else _value_before(document, newest, place),
        new_value=_NO_SCORE if mark.value is None else mark.value,
        marked_by=by,
        marked_at=now,
    )
    if mark.comment is not None:
        added.comment = seal(store.keys.open(recording.person_id), mark.comment.encode(), _purpose(added))
    session.add(added)
    marks = newest if mark.value is None else {**newest, place: mark.value}
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
    return {(cast(Level, row.level), row.place): row.new_value for row in made if _score(row) is not None}


def _score(row: MarkRow) -> float | None:
    return None if row.new_value == _NO_SCORE else row.new_value


def _value_before(
    document: Mapping[str, Any], newest: Mapping[tuple[Level, str], float], place: tuple[Level, str]
) -> float | None:
    return newest[place] if place in newest else value_at(document, recompute(document, newest), *place)


def _purpose(row: MarkRow) -> str:
    return f"mark:{row.assessment_id}:{row.number}"
