"""What a unit is made of: exercises with something to say and the sounds they train."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["word", "pair", "sentence", "dialogue", "picture"]
Level = Literal["A1", "A2", "B1", "B2"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""What an exercise can be."""

LEVELS: tuple[str, ...] = get_args(Level)
"""Levels of the Common European Framework, easiest first."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """One thing to say aloud.

    Parameters
    ----------
    id : str
        Stable name, unique among all units.
    kind : {"word", "pair", "sentence", "dialogue", "picture"}
        A word; two words that differ in one sound ("ship, sheep"); a sentence or phrase; one turn of a dialogue;
        or a word shown as a picture.
    level : str
        One of `LEVELS`.
    text : str
        What the learner says.
    sounds : tuple of str
        ARPAbet symbols of the sounds it trains, the most important first.
    prompt : str, optional
        What the partner says first, in English; only in dialogues.
    picture : str, optional
        Name of the drawing in ``datasets/pictures``, without ``.svg``; only where the picture stands for the text.
    """

    id: str
    kind: Kind
    level: str
    text: str
    sounds: tuple[str, ...]
    prompt: str | None = None
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """Exercises that belong together.

    Parameters
    ----------
    id : str
        Stable name.
    level : str
        The level at which most learners start it; single exercises may be easier or harder.
    title, aim : mapping of str to str
        Language code -> what the unit is called, and a sentence about what is hard and what is learned.
    sounds : tuple of str
        ARPAbet symbols of the sounds the whole unit is about.
    exercises : tuple of Exercise
        In the order in which they are offered.
    """

    id: str
    level: str
    title: Mapping[str, str]
    aim: Mapping[str, str]
    sounds: tuple[str, ...]
    exercises: tuple[Exercise, ...]
