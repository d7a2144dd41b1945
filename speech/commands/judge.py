"""Where the command line gets its `Assessor`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from speech.results import Assessment
from speech.settings import Settings


class Judge(Protocol):
    """What the commands need of `speech.assess.Assessor`."""

    def assess(
        self,
        audio: str | Path,
        text: str,
        *,
        own: Mapping[str, str] | None = None,
        phones: Sequence[str] | None = None,
    ) -> Assessment:
        """Judge one reading."""
        ...


def open_judge(settings: Settings) -> Judge:
    """Load the acoustic model named in the settings and everything that judges with it.

    Raises
    ------
    ModelError
        The model cannot be loaded.
    """
    from speech.assess import Assessor

    return Assessor(settings=settings)
