"""A synthetic training set on disk: FLAC files and tables, written batch by batch so that a stopped run resumes."""

import csv
import dataclasses
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from speech.train.held_out import refuse_held_out
from speech.train.spoken import TimedPhone, Utterance
from speech.train.synthesis import SAMPLE_RATE, SynthesisConfig, batch_count, batches

CONFIG = "config.json"
COLUMNS = ("path", "text", "voice", "exact_times", "phones")


class OtherSetError(ValueError):
    """The folder holds a set made with another configuration."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One utterance of a set on disk; `path` is absolute, the audio 16 kHz FLAC."""

    path: Path
    text: str
    voice: str
    exact_times: bool
    phones: tuple[TimedPhone, ...]


def write_set(config: SynthesisConfig, folder: Path, *, report: Callable[[int, int], None] | None = None) -> int:
    """Make a training set in a folder, or finish one that was begun.

    Parameters
    ----------
    config : SynthesisConfig
        What to make.
    folder : Path
        Made when it does not exist.
    report : callable, optional
        Told batches done and batches in all, after each.

    Returns
    -------
    int
        Batches written now; those already there are kept.

    Raises
    ------
    OtherSetError
        The folder was begun with another configuration.
    HeldOutError
        A voice is kept for tests.
    """
    refuse_held_out(config.voices)
    folder.mkdir(parents=True, exist_ok=True)
    _claim(config, folder)
    total = batch_count(config)
    missing = [number for number in range(total) if not _table(folder, number).exists()]
    for done, (number, utterances) in enumerate(batches(config, missing), start=total - len(missing) + 1):
        _write_batch(folder, number, utterances)
        if report:
            report(done, total)
    return len(missing)


def read_set(folder: Path) -> Iterator[Recorded]:
    """Go through the finished batches of a set, in order."""
    for table in sorted(folder.glob("batch-*.tsv")):
        with table.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
                phones = tuple(TimedPhone(*entry) for entry in json.loads(row["phones"]))
                yield Recorded(folder / row["path"], row["text"], row["voice"], row["exact_times"] == "yes", phones)


def _claim(config: SynthesisConfig, folder: Path) -> None:
    """Write the configuration, or check that it is the one there; the number of workers changes nothing."""
    values = json.dumps(dataclasses.asdict(dataclasses.replace(config, workers=0)), indent=2) + "\n"
    path = folder / CONFIG
    if not path.exists():
        _replace(path, values)
    elif path.read_text(encoding="utf-8") != values:
        raise OtherSetError(f"{folder} holds a set made with other options; choose another folder or remove it.")


def _table(folder: Path, number: int) -> Path:
    return folder / f"batch-{number:06d}.tsv"


def _write_batch(folder: Path, number: int, utterances: tuple[Utterance, ...]) -> None:
    """Write the sounds, then the table: a batch with a table is complete."""
    import soundfile

    lines = ["\t".join(COLUMNS)]
    (folder / f"batch-{number:06d}").mkdir(exist_ok=True)
    for position, utterance in enumerate(utterances):
        path = f"batch-{number:06d}/{position:02d}.flac"
        samples = np.clip(utterance.samples, -1.0, 1.0)
        soundfile.write(folder / path, samples, SAMPLE_RATE, subtype="PCM_16", format="FLAC")
        phones = [[timed.phone, round(timed.start_s, 4), round(timed.end_s, 4)] for timed in utterance.phones]
        exact = "yes" if utterance.exact_times else "no"
        lines.append("\t".join((path, utterance.text, utterance.voice, exact, json.dumps(phones))))
    _replace(_table(folder, number), "\n".join(lines) + "\n")


def _replace(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)  # one step, so that a stopped run leaves no half table
