"""Where the command line gets its `Assessor`."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import numpy as np

from speech.errors import SpeechError
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


def open_judge(settings: Settings, *, beside: bool = True) -> Judge:
    """Load the acoustic model named in the settings and everything that judges with it.

    Parameters
    ----------
    settings : Settings
        Names the model.
    beside : bool
        Follow the pitch in a thread beside everything else.

    Raises
    ------
    ModelError
        The model cannot be loaded.
    """
    from speech.assess import Assessor

    return Assessor(settings=settings, beside=beside)


def load_all(settings: Settings) -> None:
    """Load all that judging needs, the tables too, so that workers forked from here share them; starts no thread.

    Raises
    ------
    ModelError
        The model cannot be loaded.
    """
    from speech.assess import Assessor
    from speech.audio import SAMPLE_RATE, Recording
    from speech.results import Quality

    hiss = np.random.default_rng(0).normal(scale=0.1, size=SAMPLE_RATE).astype(np.float32)
    quality = Quality(30.0, 0.0, -20.0, speech_s=1.0, duration_s=1.0, warnings=())
    assessor = Assessor(settings=settings, beside=False)
    with suppress(SpeechError):  # nobody says it; all is loaded by the time that is found out
        assessor.assess(Recording(hiss, quality, ((0.0, 1.0),)), "The ship is big.")
