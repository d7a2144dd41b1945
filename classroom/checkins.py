"""Who may need a word with their teacher, and why: from practice behaviour alone, with how sure that is.

A reason is a question to ask, not a finding: it is for teachers only, and no score depends on it. `reasons` sees a
`Behaviour`, which has no field that says who somebody is.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, median, stdev
from typing import Literal, cast, get_args

from sqlalchemy import select

from classroom.access import require_learns, require_teaches
from classroom.behaviour import Behaviour, Scored
from classroom.store import Store
from classroom.store.schema import Dismissal
from classroom.terms import refused

Kind = Literal["stopped", "missing", "falling", "stuck"]
Sureness = Literal["low", "fair", "high"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""What a reason can be."""

_DAY = timedelta(days=1)
_STOPPED_DAYS = 10
_RHYTHM_DAYS = 4  # With fewer days of practice nobody's rhythm is known.
_LAST_DUE, _LEAST_MISSING = 5, 2
_LATEST_SCORES = 5
_LEAST_FALL = 5.0
_LEAST_SPREAD = 5.0  # A reading's own uncertainty, in points; a few equal scores do not make it smaller.
# Thirty learners are looked at together: with two standard errors one of them would seem to fall by chance.
_FALL_ERRORS, _SURE_FALL_ERRORS = 3.0, 4.5
_LEAST_REPEATS, _MANY_REPEATS = 5, 8
_LEAST_GAIN = 3.0
_FINE_FROM = 75.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why somebody may need a check-in.

    Parameters
    ----------
    kind : {"stopped", "missing", "falling", "stuck"}
        Nothing recorded for long; work not handed in; scores that fall; many tries without getting better.
    sureness : {"low", "fair", "high"}
        How much speaks for it.
    since : datetime
        When the newest sign of it was seen; one that was dismissed later is not shown.
    number, of : float
        Days without a recording, and the usual days between two (0 where unknown); works missing, and works due;
        points fallen, and the uncertainty of that (two standard errors); tries, and points gained.
    """

    kind: Kind
    sureness: Sureness
    since: datetime
    number: float
    of: float


def reasons(seen: Behaviour, *, now: datetime) -> tuple[Reason, ...]:
    """Give every reason there is, in the order of `KINDS`."""
    found = (_stopped(seen, now), _missing(seen), _falling(seen), _stuck(seen))
    return tuple(reason for reason in found if reason is not None)


def listed(
    known: Mapping[str, Behaviour], dismissed: Mapping[tuple[str, Kind], datetime], *, now: datetime
) -> Mapping[str, tuple[Reason, ...]]:
    """Give the reasons that stand, by learner; the learners with most, and surest, first."""
    found: dict[str, tuple[Reason, ...]] = {}
    for person_id, seen in known.items():
        standing = tuple(
            reason
            for reason in reasons(seen, now=now)
            if (person_id, reason.kind) not in dismissed or dismissed[person_id, reason.kind] < reason.since
        )
        if standing:
            found[person_id] = standing
    weights = {"low": 1, "fair": 2, "high": 3}
    return dict(sorted(found.items(), key=lambda pair: -sum(weights[one.sureness] for one in pair[1])))


def dismiss(store: Store, class_id: str, person_id: str, kind: str, *, by: str, now: datetime) -> None:
    """Put a reason aside; newer signs of it count again.

    Raises
    ------
    NotAllowed
        Whoever asks does not teach the class, or the person does not learn there.
    InvalidDetail
        There is no such kind of reason.
    """
    if kind not in KINDS:
        raise refused("reason", f"choose among {', '.join(KINDS)}", "unknown", name=kind)
    with store.writing() as session:
        require_teaches(session, by, class_id)
        require_learns(session, person_id, class_id)
        session.merge(Dismissal(class_id=class_id, person_id=person_id, reason=kind, dismissed_by=by, dismissed_at=now))
        details = {"class": class_id, "reason": kind}
        subject = f"person:{person_id}"
        store.note(session, actor=by, action="checkin.dismiss", subject=subject, now=now, details=details)


def dismissed(store: Store, class_id: str, *, by: str) -> Mapping[tuple[str, Kind], datetime]:
    """When each reason of a class's learners was put aside."""
    with store.reading() as session:
        require_teaches(session, by, class_id)
        rows = session.scalars(select(Dismissal).filter_by(class_id=class_id))
        return {(row.person_id, cast(Kind, row.reason)): row.dismissed_at for row in rows}


def _stopped(seen: Behaviour, now: datetime) -> Reason | None:
    """Silent for ten days, and twice as long as usual, while there was something to do."""
    if seen.waiting_since is None:
        return None
    last = seen.recorded_at[-1] if seen.recorded_at else seen.joined_at
    silent_since = max(last, seen.waiting_since)
    days = sorted({moment.date() for moment in seen.recorded_at})
    is_known = len(days) >= _RHYTHM_DAYS
    usual = median((later - earlier).days for earlier, later in itertools.pairwise(days)) if is_known else 0.0
    longest = max(_STOPPED_DAYS, 2 * usual) * _DAY
    if now - silent_since < longest:
        return None
    sureness: Sureness = "low" if not is_known else "high" if now - silent_since >= 2 * longest else "fair"
    number = (now - last) // _DAY
    return Reason(kind="stopped", sureness=sureness, since=silent_since + longest, number=number, of=float(usual))


def _missing(seen: Behaviour) -> Reason | None:
    """Two or more of the last five works that were due."""
    latest = seen.due[-_LAST_DUE:]
    missing = [work for work in latest if work.handed_in_at is None]
    if len(missing) < _LEAST_MISSING:
        return None
    sureness: Sureness = "high" if len(missing) > _LEAST_MISSING else "fair"
    return Reason(kind="missing", sureness=sureness, since=missing[-1].at, number=len(missing), of=len(latest))


def _falling(seen: Behaviour) -> Reason | None:
    """The latest five scores, against the class's, lie lower than those before by more than chance explains."""
    before, after = seen.relative[:-_LATEST_SCORES], seen.relative[-_LATEST_SCORES:]
    if len(before) < _LATEST_SCORES:
        return None
    fall = _mean(before) - _mean(after)
    error = math.hypot(_error(before), _error(after))
    if fall < max(_LEAST_FALL, _FALL_ERRORS * error):
        return None
    sureness: Sureness = "high" if fall >= _SURE_FALL_ERRORS * error else "fair"
    return Reason(kind="falling", sureness=sureness, since=after[-1].at, number=fall, of=2 * error)


def _stuck(seen: Behaviour) -> Reason | None:
    """The exercise that was tried most often, and did not get better, though there is much to gain."""
    worst: Reason | None = None
    for series in seen.repeated:
        half = len(series) // 2
        if len(series) < _LEAST_REPEATS or _mean(series[half:]) >= _FINE_FROM:
            continue
        gain = _mean(series[half:]) - _mean(series[:half])
        if gain < _LEAST_GAIN and (worst is None or len(series) > worst.number):
            sureness: Sureness = "high" if len(series) >= _MANY_REPEATS else "fair"
            since = series[-1].at
            worst = Reason(kind="stuck", sureness=sureness, since=since, number=len(series), of=gain)
    return worst


def _mean(scores: Sequence[Scored]) -> float:
    return fmean(one.score for one in scores)


def _error(scores: Sequence[Scored]) -> float:
    return max(stdev(one.score for one in scores), _LEAST_SPREAD) / math.sqrt(len(scores))
