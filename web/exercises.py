"""The sentences of the catalogue, easiest first."""

from functools import cache

from classroom.exercises import LEVELS, Exercise, units

__all__ = ["LEVELS", "Exercise", "exercises"]


@cache
def exercises() -> tuple[Exercise, ...]:
    """Read all sentences, easiest first."""
    found = [one for unit in units() for one in unit.exercises if one.kind == "sentence"]
    return tuple(sorted(found, key=lambda one: LEVELS.index(one.level)))
