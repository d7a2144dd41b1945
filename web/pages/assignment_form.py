"""An assignment as a form has it: every field as it was typed, until it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast, get_args
from zoneinfo import ZoneInfo

from classroom.assignments import Assignment, Kind, NewItem, Strictness, Terms, check_terms, moment
from classroom.terms import refused
from classroom.totals import SCORES, Score
from web.pages.sent import Sent

KINDS: tuple[Kind, ...] = get_args(Kind)
STRICTNESSES: tuple[Strictness, ...] = get_args(Strictness)

_YEARS = range(2000, 2101)
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a form of an assignment holds.

    Parameters
    ----------
    texts : str
        The teacher's own texts: a line each; parts of a passage with an empty line between them; the partner's line of
        a dialogue before "|".
    exercises : tuple of str
        Ids of the catalogue.
    opens, due : str
        As ``<input type=datetime-local>`` writes them.
    rubric : str
        A criterion a line, its meaning after a colon.
    group : str
        The name of a group; empty for everybody.
    """

    kind: Kind = "sentences"
    title: str = ""
    texts: str = ""
    exercises: tuple[str, ...] = ()
    instructions: str = ""
    opens: str = ""
    due: str = ""
    time_zone: str = ""
    attempts: str = ""
    strictness: Strictness = "standard"
    counted: tuple[str, ...] = ("overall",)
    weights: Mapping[str, str] = field(default_factory=dict[str, str])
    rubric: str = ""
    group: str = ""


def typed(sent: Sent, *, kind: Kind | None = None) -> Draft:
    """Read a form; `kind` is of an assignment that has one already."""
    wanted, strictness = sent.text("kind"), sent.text("strictness")
    return Draft(
        kind=kind or (wanted if wanted in KINDS else "sentences"),
        title=sent.line("title"),
        texts=sent.text("texts"),
        exercises=sent.several("exercise"),
        instructions=sent.text("instructions"),
        opens=sent.line("opens"),
        due=sent.line("due"),
        time_zone=sent.line("time_zone"),
        attempts=sent.line("attempts"),
        strictness=strictness if strictness in STRICTNESSES else "standard",
        counted=sent.several("counted"),
        weights={name: weight for name in SCORES if (weight := sent.line(f"weight_{name}"))},
        rubric=sent.text("rubric"),
        group=sent.line("group"),
    )


def draft_of(assignment: Assignment) -> Draft:
    """Write an assignment as its form has it."""
    terms = assignment.terms
    return Draft(
        kind=assignment.kind,
        title=terms.title,
        texts=_texts_of(assignment),
        exercises=tuple(item.exercise_id for item in assignment.items if item.exercise_id is not None),
        instructions=terms.instructions,
        opens=_local(terms.opens_at, terms.time_zone),
        due=_local(terms.due_at, terms.time_zone),
        time_zone=terms.time_zone,
        attempts="" if terms.attempts is None else str(terms.attempts),
        strictness=terms.strictness,
        counted=terms.counted,
        weights={name: f"{weight:g}" for name, weight in terms.weights.items()},
        rubric="\n".join(f"{name}: {meaning}" if meaning else name for name, meaning in terms.rubric.items()),
        group=terms.group,
    )


def read_terms(draft: Draft) -> Terms:
    """Read the terms.

    Raises
    ------
    InvalidDetail
        A field cannot be used.
    """
    zone = draft.time_zone or "UTC"
    terms = Terms(
        title=draft.title,
        strictness=draft.strictness,
        attempts=_attempts(draft.attempts),
        opens_at=_moment(draft.opens, zone, "opens_at"),
        due_at=_moment(draft.due, zone, "due_at"),
        time_zone=zone,
        counted=cast("tuple[Score, ...]", draft.counted),
        weights={name: _weight(text) for name, text in draft.weights.items() if name in draft.counted},
        rubric=_rubric(draft.rubric),
        instructions=draft.instructions.strip(),
        group=draft.group,
    )
    check_terms(terms)
    return terms


def read_items(draft: Draft) -> tuple[NewItem, ...]:
    """Read what is to be said: exercises of the catalogue first, then the teacher's own texts."""
    own = tuple(_own_item(text, draft.kind) for text in own_texts(draft))
    if draft.kind == "picture" and own:
        raise refused("texts", "pictures come from the catalogue", "pictures")
    return tuple(NewItem(exercise_id=name) for name in draft.exercises) + own


def own_texts(draft: Draft) -> tuple[str, ...]:
    """Divide the teacher's own texts."""
    if draft.kind != "passage":
        return tuple(line.strip() for line in draft.texts.split("\n") if line.strip())
    parts: list[list[str]] = [[]]
    for line in draft.texts.split("\n"):
        if line.strip():
            parts[-1].append(line.strip())
        elif parts[-1]:
            parts.append([])
    return tuple("\n".join(lines) for lines in parts if lines)


def _own_item(text: str, kind: Kind) -> NewItem:
    if kind == "free":
        return NewItem(prompt=text)
    if kind == "dialogue" and "|" in text:
        prompt, _, reply = text.partition("|")
        return NewItem(text=reply.strip(), prompt=prompt.strip())
    return NewItem(text=text)


def _texts_of(assignment: Assignment) -> str:
    own = [item for item in assignment.items if item.exercise_id is None]
    if assignment.kind == "free":
        return "\n".join(item.prompt or item.text for item in own)
    if assignment.kind == "dialogue":
        return "\n".join(f"{item.prompt} | {item.text}" if item.prompt else item.text for item in own)
    return ("\n\n" if assignment.kind == "passage" else "\n").join(item.text for item in own)


def _moment(text: str, zone: str, name: str) -> datetime | None:
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text)
    except ValueError as error:
        raise refused(name, "it is no date with a time", "date") from error
    if local.tzinfo is not None or local.year not in _YEARS:
        raise refused(name, "it is no date with a time", "date")
    return moment(local, zone)


def _local(when: datetime | None, zone: str) -> str:
    return "" if when is None else when.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def _attempts(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise refused("attempts", "it is no whole number", "number")
    return int(text)


def _weight(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError as error:
        raise refused("weights", "it is no number", "number") from error


def _rubric(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.split("\n"))):
        name, _, meaning = (part.strip() for part in line.partition(":"))
        if name in found:
            raise refused("rubric", f"“{name}” comes twice", "twice", name=name)
        found[name] = meaning
    return found
