"""What no training set may contain, because benchmarks are made of it."""

from collections.abc import Iterable

from speech.train.planted import PLANTS

HELD_OUT_VOICES = frozenset({"ked"})
"""Voices that only benchmarks speak with, so that a model is judged on a voice it never heard."""


def _words(text: str) -> str:
    return " ".join("".join(letter if letter.isalpha() or letter == "'" else " " for letter in text.lower()).split())


HELD_OUT_TEXTS = frozenset(_words(plant.text) for plant in PLANTS)
"""Sentences that only benchmarks use: lower case, words alone."""


class HeldOutError(ValueError):
    """Something asked for in a training set is kept for tests."""


def refuse_held_out(voices: Iterable[str], texts: Iterable[str] = ()) -> None:
    """Raise where a training set would contain what is kept for tests.

    Raises
    ------
    HeldOutError
        A voice or a text is held out; the message names it.
    """
    for voice in voices:
        if voice in HELD_OUT_VOICES:
            raise HeldOutError(f"The voice {voice!r} is kept for tests and must not be trained on.")
    for text in texts:
        if _words(text) in HELD_OUT_TEXTS:
            raise HeldOutError(f"The text {text!r} is kept for tests and must not be trained on.")
