"""The exercise catalogue: the units that come with the product, then those of teachers."""

import json
from functools import cache
from pathlib import Path

from classroom.own_exercises import read_csv, read_folder
from classroom.unit import KINDS, LEVELS, Exercise, Kind, Unit
from classroom.unit_file import read_unit
from phonemes.resources import folder as data_folder
from speech.settings import Settings

__all__ = ["KINDS", "LEVELS", "Exercise", "Kind", "Unit", "find", "level_check", "read_csv", "units"]


def units(folder: Path | None = None) -> tuple[Unit, ...]:
    """Give all units, read once: the shipped ones in order, then one for every CSV file of teachers.

    A teacher's file that cannot be used is left out with a warning in the log.

    Parameters
    ----------
    folder : Path, optional
        Where teachers' files lie; by default the folder that ``LAFAL_EXERCISES_FOLDER`` names, if any.
    """
    chosen = folder or _own_folder()
    return _shipped() if chosen is None else _with_own(chosen)


def find(exercise_id: str, folder: Path | None = None) -> Exercise | None:
    """Look up an exercise of `units` by its id; None where there is none (any more)."""
    return next((one for unit in units(folder) for one in unit.exercises if one.id == exercise_id), None)


@cache
def level_check() -> tuple[Exercise, ...]:
    """Give the shipped exercises of the first visit, easiest first: two minutes that meet every hard sound."""
    ids: list[str] = json.loads((_exercises() / "level_check.json").read_text(encoding="utf-8"))["exercises"]
    by_id = {one.id: one for unit in _shipped() for one in unit.exercises}
    return tuple(by_id[name] for name in ids)


@cache
def _shipped() -> tuple[Unit, ...]:
    return tuple(read_unit(path) for path in sorted(_exercises().glob("[0-9]*.json")))


@cache
def _with_own(folder: Path) -> tuple[Unit, ...]:
    return _shipped() + read_folder(folder)


def _own_folder() -> Path | None:
    named = Settings.from_environment().exercises_folder
    return Path(named) if named else None


def _exercises() -> Path:
    return data_folder("datasets") / "exercises"
