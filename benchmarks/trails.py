"""What decoding a file reached: steps between lines of ours, and, of decoders in C, what shows from outside.

Sizes and rates are told by their powers of two: every other number would look like something new.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import speech

_SPEECH = Path(speech.__file__).parent
_WATCHED = frozenset(str(_SPEECH / f"{name}.py") for name in ("containers", "completeness", "riff", "decoding"))
_TOLD = {"decode": ("container", "frames"), "_audio_stream": ("codec",), "_check_layout": ("sample_rate", "channels")}
"""Functions of `speech.decoding`, and those of their variables that say what a decoder made of a file."""

_OF_OURS = (StopIteration, GeneratorExit)


class Trail:
    """Follows what the watched files do inside a `with` block.

    Attributes
    ----------
    steps : set of str
        Every step from one line to the next.
    """

    def __init__(self) -> None:
        self.steps: set[str] = set()
        self._told: dict[str, Any] = {}
        self._error = ""

    def __enter__(self) -> "Trail":
        sys.settrace(self._enter)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        sys.settrace(None)

    def features(self, outcome: str) -> set[str]:
        """What the file looked like to its decoder, how much came out, and how it ended; none is a step."""
        container = getattr(self._told.get("container"), "name", "")
        rate, channels, frames = (_power(self._told, name) for name in ("sample_rate", "channels", "frames"))
        return {
            f"~sound {container} {self._told.get('codec', '')} {rate} {channels}",
            f"~frames {container} {frames}",
            f"~end {container} {outcome} {self._error}",
        }

    def _enter(self, frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename not in _WATCHED:
            return None
        name, before = Path(frame.f_code.co_filename).stem, frame.f_lineno
        wanted = _TOLD.get(frame.f_code.co_name, ())

        def step(inner: FrameType, event: str, given: Any) -> Any:
            nonlocal before
            if event == "line":
                self.steps.add(f"{name}:{before}-{inner.f_lineno}")
                before = inner.f_lineno
            elif event == "exception" and not issubclass(given[0], _OF_OURS):
                self._error = self._error or _described(given[1])
            elif event == "return":
                self._told.update({one: inner.f_locals[one] for one in wanted if one in inner.f_locals})
            return step

        return step


def is_step(found: str) -> bool:
    """Whether it is a step between lines."""
    return not found.startswith("~")


def _power(told: Mapping[str, Any], name: str) -> int:
    return int(told.get(name, 0)).bit_length()


def _described(error: object) -> str:
    """Give an error's kind, and the number that FFmpeg or libsndfile gave it."""
    return f"{type(error).__name__} {getattr(error, 'errno', getattr(error, 'code', ''))}"
