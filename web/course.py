"""What the page fetches once: the catalogue of exercises, and the drawings of the mouth."""

from functools import cache
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel

from classroom.exercises import Exercise, Unit, level_check, units
from phonemes.inventory import PHONES, phone
from phonemes.resources import folder
from web.catalogue import open_catalogue
from web.components.mouth import describe_mouth, draw_mouth
from web.components.templates import STYLES

_SCRIPTS = Path(__file__).parent / "scripts"


class ExerciseBody(BaseModel):
    """One thing to say; see `classroom.exercises.Exercise`."""

    id: str
    kind: str
    level: str
    text: str
    sounds: tuple[str, ...]
    prompt: str | None
    picture: str | None


class UnitBody(BaseModel):
    """Exercises that belong together."""

    id: str
    level: str
    title: dict[str, str]
    aim: dict[str, str]
    sounds: tuple[str, ...]
    exercises: tuple[ExerciseBody, ...]


class CourseBody(BaseModel):
    """All units in order, the exercise to begin with, those of the level check, and the IPA of every sound."""

    units: tuple[UnitBody, ...]
    first: str
    level_check: tuple[str, ...]
    ipa: dict[str, str]


class MouthBody(BaseModel):
    """How the mouth makes a sound: a drawing, and the same in words."""

    svg: str
    text: str


def build_course() -> APIRouter:
    """Build the routes of the catalogue under /api/v1."""
    router = APIRouter(prefix="/api/v1")

    @router.get("/exercises")
    async def exercises() -> CourseBody:
        """List everything there is to practise."""
        return CourseBody(
            units=tuple(_unit(unit) for unit in units()),
            first=first_exercise().id,
            level_check=tuple(exercise.id for exercise in level_check()),
            ipa={symbol: phone(symbol).ipa for symbol in PHONES},
        )

    @router.get("/mouths")
    async def mouths(language: Literal["en", "id"] = "en") -> dict[str, MouthBody]:
        """Draw the mouth for every sound, as inline SVG that the page's own styles colour."""
        return _mouths(language)

    return router


def first_exercise() -> Exercise:
    """Give what a new visitor sees: the first sentence, since a sentence shows best what Lafal hears."""
    return next(exercise for unit in units() for exercise in unit.exercises if exercise.kind == "sentence")


def mount_files(app: FastAPI) -> None:
    """Serve the pages' scripts and styles and the pictures of the exercises."""
    app.mount("/scripts", StaticFiles(directory=_SCRIPTS))
    app.mount("/styles", StaticFiles(directory=STYLES))
    app.mount("/pictures", StaticFiles(directory=folder("datasets") / "pictures"))


def _unit(unit: Unit) -> UnitBody:
    return UnitBody(
        id=unit.id,
        level=unit.level,
        title=dict(unit.title),
        aim=dict(unit.aim),
        sounds=unit.sounds,
        exercises=tuple(_exercise(exercise) for exercise in unit.exercises),
    )


def _exercise(exercise: Exercise) -> ExerciseBody:
    names = ExerciseBody.model_fields
    return ExerciseBody(**{name: getattr(exercise, name) for name in names})


@cache
def _mouths(language: str) -> dict[str, MouthBody]:
    catalogue = open_catalogue(language)
    drawings: dict[str, MouthBody] = {}
    for symbol in PHONES:
        text = describe_mouth(symbol, catalogue)
        drawings[symbol] = MouthBody(svg=draw_mouth(symbol, label=text), text=text)
    return drawings
