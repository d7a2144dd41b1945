"""Evidence on many recordings, several processes at a time."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from phonemes.inventory import COLUMN
from speech.acoustic import hear, load_acoustic
from speech.audio import load_audio
from speech.errors import SpeechError
from speech.evidence import Evidence
from speech.reading import measure
from speech.settings import cores

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Task:
    """A recording, the phones to expect in it, and the name of the acoustic model to hear it with."""

    path: Path
    phones: tuple[str, ...]
    model: str


def measure_all(tasks: Sequence[Task], *, name: str, workers: int = 0) -> list[Evidence | None]:
    """Gather evidence on recordings, in order; None for those that cannot be judged.

    Parameters
    ----------
    tasks : sequence of Task
    name : str
        What to call it on the progress bar.
    workers : int
        Processes; 0 for one a processor.
    """
    from rich.progress import track

    count = workers or cores()
    if count == 1 or len(tasks) <= _AT_ONCE:
        return [evidence_of(task) for task in track(tasks, name)]
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        return list(track(pool.map(evidence_of, tasks, chunksize=_AT_ONCE), name, total=len(tasks)))


def evidence_of(task: Task) -> Evidence | None:
    """Gather evidence on one recording."""
    try:
        recording = load_audio(task.path, require_speech=False)
        posteriors = hear(load_acoustic(task.model), recording)
        return measure(posteriors, [[COLUMN[phone]] for phone in task.phones])
    except SpeechError:
        return None
