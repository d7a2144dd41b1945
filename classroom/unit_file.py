"""How a shipped unit is written down: one JSON file, of which ``datasets/exercises/schema.json`` is the schema."""

import json
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from classroom.unit import Exercise, Kind, Level, Unit
from phonemes.inventory import PHONES

_Name = Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
_Line = Annotated[str, Field(pattern=r"^\S(.*\S)?$")]
_Sound = Annotated[str, Field(pattern=f"^({'|'.join(PHONES)})$")]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Wording(_Entry):
    """A text for learners in every language of the pages."""

    en: _Line
    id: _Line


class ExerciseEntry(_Entry):
    """One thing to say aloud; a dialogue has a prompt, and only a picture exercise has a picture."""

    id: _Name
    kind: Kind
    level: Level
    text: _Line
    sounds: Annotated[tuple[_Sound, ...], Field(min_length=1, max_length=3)]
    prompt: _Line | None = None
    picture: _Name | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        if (self.kind == "dialogue") != (self.prompt is not None):
            raise ValueError("a dialogue has a prompt, and nothing else has")
        if (self.kind == "picture") != (self.picture is not None):
            raise ValueError("an exercise of the kind picture names its picture, and no other does")
        return self


class UnitEntry(_Entry):
    """Exercises that belong together."""

    id: _Name
    level: Level
    title: Wording
    aim: Wording
    sounds: Annotated[tuple[_Sound, ...], Field(min_length=1)]
    exercises: Annotated[tuple[ExerciseEntry, ...], Field(min_length=1)]


def read_unit(path: Path) -> Unit:
    """Read one unit.

    Raises
    ------
    pydantic.ValidationError
        The file does not follow the schema; the message names the field.
    """
    entry = UnitEntry.model_validate_json(path.read_bytes())
    return Unit(
        id=entry.id,
        level=entry.level,
        title=MappingProxyType(entry.title.model_dump()),
        aim=MappingProxyType(entry.aim.model_dump()),
        sounds=entry.sounds,
        exercises=tuple(Exercise(**exercise.model_dump()) for exercise in entry.exercises),
    )


def schema() -> str:
    """Write the JSON Schema of a unit, as ``datasets/exercises/schema.json`` holds it."""
    return json.dumps(UnitEntry.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
