"""What the pages that show a class at a glance put into their templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from classroom import classes, heat
from classroom.assignments import Assignment
from classroom.behaviour import behaviours
from classroom.checkins import Reason, dismissed, listed
from classroom.classes import Member
from classroom.evidence import Evidence
from classroom.heat import Sound
from classroom.summaries import Tally
from phonemes.articulation import sound
from phonemes.inventory import PHONES, phone
from web.catalogue import Catalogue
from web.school import School

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean as it is shown: rounded, from how many, and how good; all empty where there is nothing."""

    score: int | None
    count: int
    level: str


@dataclass(frozen=True, slots=True)
class SoundHead:
    """A sound's column: IPA, a word that has it, and how it is described."""

    phone: str
    ipa: str
    example: str
    description: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A learner's, or with an empty id the class's, means by sound."""

    person_id: str
    name: str
    means: tuple[Mean, ...]


@dataclass(frozen=True, slots=True)
class PracticeRow:
    """When somebody last recorded, in days ago (None for never), and how much of their current work is handed in."""

    person_id: str
    name: str
    days: int | None
    handed_in: int
    owed: int


@dataclass(frozen=True, slots=True)
class CheckInView:
    """A learner and the reasons to look after them."""

    person_id: str
    name: str
    reasons: tuple[Reason, ...]
    has_recorded: bool


def learners(school: School, class_id: str, *, by: str, group: str = "") -> Mapping[str, Member]:
    """Find the learners of a class, or of a group of it, by id, in the order of their names."""
    members = classes.roster(school.store, class_id, by=by)
    there = (member for member in members if member.role == "learner" and group in {"", member.group})
    return {member.person.id: member for member in there}


def name_of(member: Member) -> str:
    """Give the name that teachers see."""
    return member.name or member.person.pseudonym


def mean(tally: Tally) -> Mean:
    """Show a tally."""
    return Mean(None if tally.mean is None else round(tally.mean), tally.count, heat.level(tally) or "")


def heads(sounds: Sequence[Sound], catalogue: Catalogue) -> tuple[SoundHead, ...]:
    """Head the columns of sounds."""
    made: list[SoundHead] = []
    for one in sounds:
        known = sound(one.phone, language=catalogue.language)
        made.append(SoundHead(one.phone, phone(one.phone).ipa, known.examples[0], known.respelling))
    return tuple(made)


def judged(sounds: Sequence[Sound]) -> tuple[Sound, ...]:
    """Leave out what is none of the 39 phones, as documents of another program may hold."""
    return tuple(one for one in sounds if one.phone in PHONES)


def heat_rows(sounds: Sequence[Sound], people: Mapping[str, Member]) -> tuple[HeatRow, ...]:
    """Give the class's row, then one for each learner."""
    whole = HeatRow("", "", tuple(mean(one.whole) for one in sounds))
    rows = (
        HeatRow(person_id, name_of(member), tuple(mean(one.by_learner.get(person_id, Tally())) for one in sounds))
        for person_id, member in people.items()
    )
    return (whole, *rows)


def practice(known: Evidence, people: Mapping[str, Member], *, now: datetime) -> tuple[PracticeRow, ...]:
    """Tell who practised when, those who have been silent longest first."""
    rows = [_practice(known, person_id, member, now) for person_id, member in people.items()]
    return tuple(sorted(rows, key=lambda row: (row.days is not None, -(row.days or 0), row.name)))


def _practice(known: Evidence, person_id: str, member: Member, now: datetime) -> PracticeRow:
    group_id = known.groups.get(person_id)
    theirs = {work.id for work in known.assignments if work.archived_at is None and work.is_for(group_id)}
    moments = known.recorded.get(person_id, ())
    return PracticeRow(
        person_id,
        name_of(member),
        (now - moments[-1]) // _DAY if moments else None,
        len({one.assignment_id for one in known.handed_in if one.person_id == person_id} & theirs),
        len(theirs),
    )


def check_ins(
    school: School, class_id: str, known: Evidence, people: Mapping[str, Member], *, by: str
) -> tuple[CheckInView, ...]:
    """Name the learners who may need a check-in; the names are put to the reasons only here."""
    now = school.now()
    aside = dismissed(school.store, class_id, by=by)
    found = listed(behaviours(known, now=now), aside, now=now)
    return tuple(
        CheckInView(person_id, name_of(people[person_id]), reasons, bool(known.recorded.get(person_id)))
        for person_id, reasons in found.items()
        if person_id in people
    )


def time_zone(work: Sequence[Assignment]) -> str:
    """Choose in which zone the class's weeks begin: its newest assignment's."""
    return work[-1].terms.time_zone if work else "UTC"


def say_day(day: date, catalogue: Catalogue) -> str:
    """Write a day such as "2 Mar"."""
    return f"{day.day} {catalogue.say('overview.months').split()[day.month - 1]}"
