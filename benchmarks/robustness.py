"""How far scores move when only the recording changes: louder, noisier, over a telephone, through a codec."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.distortions import Distortion, all_distortions
from benchmarks.history import record
from benchmarks.machine import this_machine
from benchmarks.readings import MANIFEST, read_manifest, read_speakers
from speech.audio import Recording, load_audio
from speech.errors import SpeechError
from speech.results import Assessment, WordError, WordResult

if TYPE_CHECKING:
    from rich.table import Table

TARGET_POINTS = 5.0
"""Most that the sentence score may move on average in any case of normal use."""

_SHOWN = 5e-5  # of the samples: less is the odd peak near full scale


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustnessOptions:
    """What to measure.

    Parameters
    ----------
    readings : int
        How many recordings to draw at most.
    manifest : Path or None
        List of real speakers' recordings (corpus, utterance, speaker, path, text, ...); the clean planted readings
        that come with the source when left out.
    folds : Path or None
        Table of speakers and folds for the manifest; speakers are dealt as training deals them when left out.
    fold : int
        Speakers to take; 0 are those that no shipped model hears.
    seed : int
        Of the drawing, the noises and the rooms.
    model : str
        Acoustic model to judge with.
    """

    readings: int = 40
    manifest: Path | None = None
    folds: Path | None = None
    fold: int = 0
    seed: int = 0
    model: str = "default"


@dataclass(frozen=True, slots=True)
class Drift:
    """Changes of a score against the unchanged reading, in points of 0..100: absolute mean and 90 %, signed mean."""

    count: int
    mean: float
    p90: float
    bias: float


@dataclass(frozen=True, slots=True)
class Case:
    """One change of the recordings.

    Parameters
    ----------
    name : str
        The change.
    normal : bool
        Whether people meet it in normal use.
    readings, refused, warned : int
        Recordings changed; those then refused or not judged; those judged with a warning that the unchanged one has
        not.
    clipped : float
        Mean share of samples cut off at full scale, 0..1.
    sentence, phones : Drift or None
        Of the sentence score ("overall") and of the scores of single phones; None where nothing could be compared.
    phones_lost : float
        Share of the scored phones of judged readings that have no score any more, or stand in another pronunciation.
    """

    name: str
    normal: bool
    readings: int
    refused: int
    warned: int
    clipped: float
    sentence: Drift | None
    phones: Drift | None
    phones_lost: float


@dataclass(frozen=True, slots=True)
class Robustness:
    """All cases; `unusable` readings are those not judged even unchanged.

    `worst` is the case of normal use in which the sentence score moves most, by `worst_drift` points on average, and
    `normal_refused` the share of readings refused over all cases of normal use.
    """

    model: str
    readings: int
    unusable: int
    worst: str
    worst_drift: float
    normal_refused: float
    cases: tuple[Case, ...]


Judge = Callable[[Path | bytes, str], Assessment]


@dataclass(frozen=True, slots=True)
class _Base:
    """A reading as it is, what was said about it, and its place among the readings."""

    place: int
    recording: Recording
    text: str
    assessment: Assessment


def measure(
    readings: Iterable[tuple[Path, str]],
    judge: Judge,
    distortions: Iterable[Distortion],
    *,
    seed: int = 0,
    model: str = "default",
) -> Robustness:
    """Judge every reading as it is and after every change.

    Parameters
    ----------
    readings : iterable of (Path, str)
        Recordings and their texts.
    judge : callable
        Takes a path, or the bytes of a file, and the text; gives an `Assessment`.
    distortions : iterable of Distortion
        The changes; each reading meets noises and rooms of its own.
    seed : int
        Of those.
    model : str
        Name for the table.
    """
    bases: list[_Base] = []
    unusable = 0
    for place, (path, text) in enumerate(readings):
        assessment = _judged(judge, path, text)
        if assessment is None:
            unusable += 1
        else:
            bases.append(_Base(place, load_audio(path), text, assessment))
    cases = tuple(_case(number, distortion, bases, judge, seed) for number, distortion in enumerate(distortions))
    normal = [case for case in cases if case.normal]
    drifts = [(case.sentence.mean, case.name) for case in normal if case.sentence is not None]
    worst_drift, worst = max(drifts, default=(0.0, "none"))
    refused = sum(case.refused for case in normal) / max(1, sum(case.readings for case in normal))
    return Robustness(model, len(bases), unusable, worst, worst_drift, refused, cases)


def _judged(judge: Judge, recording: Path | bytes, text: str) -> Assessment | None:
    """What is said about a recording; None where it is refused or not judged."""
    try:
        assessment = judge(recording, text)
    except SpeechError:
        return None
    return None if assessment.abstained else assessment


def _case(number: int, distortion: Distortion, bases: Sequence[_Base], judge: Judge, seed: int) -> Case:
    refused = warned = lost = 0
    clipped: list[float] = []
    sentence: list[float] = []
    phones: list[float] = []
    for base in bases:
        changed = distortion.change(base.recording, np.random.default_rng((seed, number, base.place)))
        assessment = _judged(judge, changed, base.text)
        if assessment is None:
            refused += 1
            continue
        warned += bool(set(assessment.quality.warnings) - set(base.assessment.quality.warnings))
        clipped.append(assessment.quality.clipped)
        before, after = base.assessment.scores.overall.value, assessment.scores.overall.value
        if before is not None and after is not None:
            sentence.append(after - before)
        moved = list(_phone_changes(base.assessment, assessment))
        phones += [change for change in moved if change is not None]
        lost += moved.count(None)
    return Case(
        name=distortion.name,
        normal=distortion.normal,
        readings=len(bases),
        refused=refused,
        warned=warned,
        clipped=float(np.mean(clipped)) if clipped else 0.0,
        sentence=_drift(sentence),
        phones=_drift(phones),
        phones_lost=lost / max(1, lost + len(phones)),
    )


def _phone_changes(before: Assessment, after: Assessment) -> Iterator[float | None]:
    """Change of every phone that had a score; None where it has none any more."""
    for old, new in zip(_asked(before), _asked(after), strict=True):
        same = [result.expected for result in old.phones] == [result.expected for result in new.phones]
        for index, result in enumerate(old.phones):
            if result.score is not None:
                score = new.phones[index].score if same else None
                yield None if score is None else score - result.score


def _asked(assessment: Assessment) -> list[WordResult]:
    return [word for word in assessment.words if word.error is not WordError.INSERTION]


def _drift(changes: Sequence[float]) -> Drift | None:
    if not changes:
        return None
    sizes = np.abs(changes)
    return Drift(len(sizes), float(sizes.mean()), float(np.percentile(sizes, 90)), float(np.mean(changes)))


def draw(options: RobustnessOptions) -> list[tuple[Path, str]]:
    """Choose the recordings: real speakers' with a manifest, else planted ones without an error.

    Raises
    ------
    FileMissing
        A list is not there.
    """
    if options.manifest is None:
        found = [(one.path, one.text) for one in read_manifest(MANIFEST) if one.kind == "clean"]
    else:
        speakers = read_speakers(options.manifest, options.folds, fold=options.fold)
        found = [(one.path, one.text) for one in speakers]
    chosen = np.random.default_rng(options.seed).permutation(len(found))[: options.readings]
    return [found[index] for index in sorted(chosen.tolist())]


def table(robustness: Robustness) -> "Table":
    """The figures as a table, the cases of normal use marked with a star."""
    from rich.table import Table

    verdict = "met" if robustness.worst_drift <= TARGET_POINTS else "missed"
    caption = (
        f"* normal use; the worst of it is {robustness.worst}: {robustness.worst_drift:.1f} points, "
        f"target <= {TARGET_POINTS:g}, {verdict}; {100 * robustness.normal_refused:.1f} % refused in it\n"
        f"{robustness.readings} readings, {robustness.unusable} more not judged even unchanged\n"
        f"{this_machine().described()}"
    )
    title = f"Drift of scores in points of 0..100, model {robustness.model}"
    result = Table(title=title, caption=caption)
    result.add_column("recording", no_wrap=True)
    for heading in ("sentence", "90 %", "bias", "phone", "90 %", "bias", "lost", "refused", "warned", "clipped"):
        result.add_column(heading, justify="right")
    for case in robustness.cases:
        result.add_row(
            f"{case.name}{' *' if case.normal else ''}",
            *_drift_cells(case.sentence),
            *_drift_cells(case.phones),
            f"{100 * case.phones_lost:.1f} %",
            f"{100 * case.refused / max(1, case.readings):.0f} %",
            f"{100 * case.warned / max(1, case.readings):.0f} %",
            f"{100 * case.clipped:.2f} %" if case.clipped >= _SHOWN else "-",
        )
    return result


def _drift_cells(drift: Drift | None) -> tuple[str, str, str]:
    if drift is None:
        return "-", "-", "-"
    return f"{drift.mean:.1f}", f"{drift.p90:.1f}", f"{drift.bias:+.1f}"


def main(arguments: Sequence[str]) -> None:
    """Measure, print the table, and record it where asked."""
    from rich.console import Console
    from rich.progress import track

    from speech.assess import Assessor
    from speech.commands.configured import read_options
    from speech.settings import Settings

    options, besides = read_options(
        RobustnessOptions,
        arguments,
        program="lafal bench robustness",
        about="Change recordings as rooms, telephones and browsers do, and see how far the scores move.",
        besides={"record": (bool, "append the figures to benchmarks/history/robustness.jsonl")},
    )
    readings = draw(options)
    assessor = Assessor(settings=Settings(model=options.model))
    model = f"{options.model} {assessor.acoustic.version}"
    cases = track(all_distortions(), "judging", transient=True)
    figures = measure(readings, assessor.assess, cases, seed=options.seed, model=model)
    Console(highlight=False).print(table(figures))
    if besides["record"]:
        print(record("robustness", figures))
