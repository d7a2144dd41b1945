"""The embedded network with its weights stored in fewer bits: how fast, how large, and what it costs in accuracy."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchmarks.readings import read_manifest
from benchmarks.systems import Lafal, System, open_lafal
from phonemes import resources
from speech.errors import ExtraNotInstalled, SpeechError

if TYPE_CHECKING:
    from speech.assess import Assessor

CHECKPOINT = resources.folder("models") / "training" / "checkpoint.safetensors"
EXACT = "fp32"

Weights = Literal["fp32", "fp16", "int8"]


@dataclass(frozen=True, slots=True)
class Variant:
    """Weights of one kind.

    Parameters
    ----------
    name : str
        As in the timings.
    megabytes : float
        Of the graph on disk.
    phones : int
        Phones scored by both this network and the one with 32-bit weights; 0 where that one was not asked for.
    mean_change, largest_change : float
        Of their scores, in points of 100; nan where there are none.
    phone_pcc, error_auc : float
        Of phones that people scored: correlation of scores, and area under the curve of errors; nan where no such
        recordings were named.
    rated : int
        Recordings with such scores that were judged.
    """

    name: str
    megabytes: float
    phones: int
    mean_change: float
    largest_change: float
    phone_pcc: float = float("nan")
    error_auc: float = float("nan")
    rated: int = 0


def open_variants(
    weights: Sequence[Weights], *, threads: Sequence[int], folder: Path
) -> tuple[tuple[System, ...], tuple[str, ...]]:
    """Export the embedded network once for each kind of weights, and load each for each number of threads.

    Returns
    -------
    systems, missing
        What is there, and a sentence where a package or the checkpoint is missing.
    """
    systems: list[System] = []
    if weights and not CHECKPOINT.is_file():
        return (), (f"Weights of other kinds are left out. They are exported from {CHECKPOINT}, which is not there.",)
    try:
        for kind in weights:
            systems += open_lafal(f"default {kind}", str(export_weights(kind, folder)), threads=threads)
    except ExtraNotInstalled as error:
        return (), (f"Weights of other kinds are left out. {error.sentence} {error.remedy}",)
    return tuple(systems), ()


def export_weights(kind: Weights, folder: Path) -> Path:
    """Write the network of the training checkpoint, with weights of a kind, into a folder within `folder`.

    Raises
    ------
    ExtraNotInstalled
        A package that exporting needs is missing.
    """
    try:
        from speech.train.export import ExportConfig, export
    except ImportError as error:
        raise ExtraNotInstalled({"package": error.name or "torch", "extra": "train"}) from error
    embedded = json.loads((resources.folder("models") / "default" / "config.json").read_text(encoding="utf-8"))
    where = folder / kind
    export(
        ExportConfig(
            checkpoint=CHECKPOINT, folder=where, name=embedded["name"], version=embedded["version"], weights=kind
        )
    )
    return where


@dataclass(frozen=True, slots=True)
class People:
    """Recordings whose phones people scored: their list, the folds of its speakers, and how many to draw."""

    manifest: Path
    folds: Path
    limit: int | None


def compare_variants(
    systems: Sequence[System], manifest: Path, *, threads: int, people: People | None = None
) -> tuple[Variant, ...]:
    """Let each kind of weights judge every reading of a fixture set, and set its phone scores against 32-bit ones.

    Parameters
    ----------
    systems : sequence of System
        From `open_variants`.
    manifest : Path
        List of readings.
    threads : int
        Which of the systems: one of each kind.
    people : People, optional
        Recordings on which to set the scores against those of people too.
    """
    chosen = [system for system in systems if isinstance(system, Lafal) and system.threads == threads]
    scores = {system.name: phone_scores(system.assessor, manifest) for system in chosen}
    exact = scores.get(f"default {EXACT}", {})
    found = (_variant(system, scores[system.name], exact) for system in chosen)
    if people is None:
        return tuple(found)
    return tuple(_rated(one, system.model, people) for one, system in zip(found, chosen, strict=True))


def _rated(variant: Variant, model: str, people: People) -> Variant:
    """What `lafal bench accuracy` says of these weights."""
    from benchmarks.accuracy import AccuracyOptions, measure

    options = AccuracyOptions(manifest=people.manifest, folds=people.folds, limit=people.limit, model=model)
    accuracy = measure(options).accuracy
    every = accuracy.groups[0]
    pcc, auc = (float("nan") if one.value is None else one.value for one in (every.phone_pcc, every.error_auc))
    return replace(variant, phone_pcc=pcc, error_auc=auc, rated=every.recordings)


def _variant(
    system: Lafal, scores: dict[tuple[int, int, int], float], exact: dict[tuple[int, int, int], float]
) -> Variant:
    common = sorted(scores.keys() & exact.keys())
    changes = np.abs([scores[place] - exact[place] for place in common])
    return Variant(
        name=system.name,
        megabytes=(Path(system.model) / "model.onnx").stat().st_size / 1e6,
        phones=len(common),
        mean_change=float(changes.mean()) if common else float("nan"),
        largest_change=float(changes.max()) if common else float("nan"),
    )


def phone_scores(assessor: "Assessor", manifest: Path) -> dict[tuple[int, int, int], float]:
    """Score of every phone by its reading, word and place; readings that cannot be judged have none."""
    found: dict[tuple[int, int, int], float] = {}
    for number, reading in enumerate(read_manifest(manifest)):
        try:
            words = assessor.assess(reading.path, reading.text).words
        except SpeechError:
            continue
        for place, word in enumerate(words):
            for index, phone in enumerate(word.phones):
                if phone.score is not None:
                    found[number, place, index] = phone.score
    return found
