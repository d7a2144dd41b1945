"""How well scores agree with those people gave, and how many sounds are heard as other ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchmarks.agreement import RESAMPLES, Figure
from benchmarks.comparison import Group, compare, crossed_thresholds, error_rate, threshold
from benchmarks.history import record
from benchmarks.listening import Judged, listen
from benchmarks.machine import this_machine
from benchmarks.speechocean import CORPUS, Rated, Who, read_official, read_rows
from phonemes.resources import folder
from speech.acoustic import Acoustic, load_acoustic
from speech.train.corpus import HELD_OUT_FOLD, read_folds

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class AccuracyOptions:
    """What to measure: a corpus with its test split, or the speakers of one fold of a manifest.

    Parameters
    ----------
    corpus : {"speechocean762"}, optional
        Corpus in its own layout: its test split is measured; the threshold comes from the fold's training speakers.
    root : Path, optional
        Folder of that corpus.
    manifest : Path, optional
        Tab-separated list of recordings with human phone scores, in place of a corpus.
    folds : Path
        Speaker folds.
    fold : int
        Of whose speakers the manifest's recordings are measured, or a corpus's threshold is chosen.
    model : str
        Acoustic model to hear with.
    limit : int, optional
        Measure only so many recordings of each kind, drawn at random, for a quick try.
    seed : int
        Of all drawing.
    """

    corpus: Literal["speechocean762"] | None = None
    root: Path | None = None
    manifest: Path | None = None
    folds: Path = folder("datasets") / "manifests" / "folds.tsv"
    fold: int = HELD_OUT_FOLD
    model: str = "default"
    limit: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Native:
    """Phone error rate of native speakers, and how many of their recordings could not be read."""

    speakers: int
    recordings: int
    not_judged: int
    phone_error_rate: Figure


@dataclass(frozen=True, slots=True)
class Accuracy:
    """All figures.

    Parameters
    ----------
    model, source : str
        Acoustic model with its version; what was measured.
    limit : int or None
        Only so many recordings of each kind were measured.
    seed, resamples : int
        Of the intervals.
    recordings, not_judged, refused : int
        Recordings with human scores; those no figure counts because they cannot be judged; those the product would
        refuse (noise, another text), which the figures count.
    words_left_out : int
        Words whose phones or scores cannot be read.
    thresholds : tuple of float
        Chances from which on a phone is taken as an error, chosen on other speakers; two where each half of the
        speakers has the one of the other half.
    groups : tuple of Group
        All speakers, then children, adults, and genders.
    native : Native or None
        None where no native speakers were measured.
    """

    model: str
    source: str
    limit: int | None
    seed: int
    resamples: int
    recordings: int
    not_judged: int
    refused: int
    words_left_out: int
    thresholds: tuple[float, ...]
    groups: tuple[Group, ...]
    native: Native | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures, and the recordings they were made of, for plots."""

    accuracy: Accuracy
    judged: tuple[Judged, ...]


_GROUPS: tuple[tuple[str, Callable[[Rated], bool]], ...] = (
    ("all", lambda rated: True),
    ("children", lambda rated: rated.is_child),
    ("adults", lambda rated: rated.is_adult),
    ("female", lambda rated: rated.gender == "f"),
    ("male", lambda rated: rated.gender == "m"),
)


def measure(options: AccuracyOptions) -> Outcome:
    """Judge the recordings that `options` name and compare with people.

    Raises
    ------
    FileMissing
        A list or a recording is not there.
    typer.BadParameter
        Neither a corpus with its root nor a manifest is named, or both, or no recording is left to measure.
    """
    acoustic = load_acoustic(options.model)
    plan = _plan(options)
    heard = _listen(plan.tested, acoustic, "listening")
    judged = tuple(one for one in heard if one is not None)
    if plan.tuning:
        chosen = threshold([one for one in _listen(plan.tuning, acoustic, "choosing a threshold") if one is not None])
        thresholds = {one.rated.who: chosen for one in judged}
    else:
        thresholds = crossed_thresholds(judged)
    accuracy = Accuracy(
        model=f"{options.model} {acoustic.version}",
        source=plan.source,
        limit=options.limit,
        seed=options.seed,
        resamples=RESAMPLES,
        recordings=len(plan.tested),
        not_judged=len(plan.tested) - len(judged),
        refused=sum(one.refused for one in judged),
        words_left_out=sum(rated.words_left_out for rated in plan.tested),
        thresholds=tuple(sorted(set(thresholds.values()))),
        groups=_groups(judged, thresholds, seed=options.seed),
        native=_native(_listen(plan.native, acoustic, "native speakers"), seed=options.seed),
    )
    return Outcome(accuracy, judged)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Recordings to measure, those a threshold is chosen on (none: on the other half), and native ones."""

    source: str
    tested: Sequence[Rated]
    tuning: Sequence[Rated] = ()
    native: Sequence[Rated] = ()


def _plan(options: AccuracyOptions) -> _Plan:
    from typer import BadParameter

    folds = read_folds(options.folds)

    def chosen(rated: Sequence[Rated]) -> list[Rated]:
        return [one for one in rated if folds.get(one.who) == options.fold]

    if options.manifest is not None and options.corpus is None:
        rows = chosen(read_rows(options.manifest))
        tested, native = [one for one in rows if one.human], [one for one in rows if not one.human]
        plan = _Plan(
            f"fold {options.fold} of {options.manifest.name}", _some(tested, options), native=_some(native, options)
        )
    elif options.root is not None and options.corpus is not None and options.manifest is None:
        tuning = chosen(read_official(options.root, "train"))
        tested = read_official(options.root, "test")
        plan = _Plan(f"{CORPUS} test", _some(tested, options), tuning=_some(tuning, options))
        if not tuning:
            raise BadParameter(f"no training speaker is in fold {options.fold}, so that no threshold can be chosen")
    else:
        raise BadParameter("name either --corpus with its --root, or --manifest")
    if not plan.tested:
        raise BadParameter("there is no recording with human scores to measure")
    return plan


def _some(rated: Sequence[Rated], options: AccuracyOptions) -> list[Rated]:
    drawn = np.random.default_rng(options.seed).permutation(len(rated))[: options.limit]
    return [rated[index] for index in sorted(drawn.tolist())]


def _listen(rated: Sequence[Rated], acoustic: Acoustic, about: str) -> list[Judged | None]:
    from rich.progress import track

    return [listen(one, acoustic) for one in track(rated, about, disable=not rated)]


def _groups(judged: Sequence[Judged], thresholds: dict[Who, float], *, seed: int) -> tuple[Group, ...]:
    parts = [(name, [one for one in judged if belongs(one.rated)]) for name, belongs in _GROUPS]
    return tuple(compare(name, part, thresholds, seed=seed) for name, part in parts if part)


def _native(heard: Sequence[Judged | None], *, seed: int) -> Native | None:
    judged = [one for one in heard if one is not None]
    if not judged:
        return None
    speakers = {one.rated.who for one in judged}
    return Native(len(speakers), len(heard), len(heard) - len(judged), error_rate(judged, seed=seed))


_TITLES = {
    "phone_pcc": "phone PCC",
    "phone_mse": "phone MSE",
    "error_auc": "error AUC",
    "error_f1": "error F1",
    "error_precision": "error precision",
    "error_recall": "error recall",
    "phone_error_rate": "phone error rate",
    "utterance_pcc": "utterance PCC",
    "utterance_accuracy_pcc": "… with accuracy",
    "utterance_total_pcc": "… with total",
    "word_accuracy_pcc": "word accuracy PCC",
    "word_total_pcc": "word total PCC",
}


def table(accuracy: Accuracy) -> "Table":
    """The figures as a table: a column a group of speakers, each value with its interval below."""
    from rich import box
    from rich.table import Table

    result = Table(title=f"Accuracy on {accuracy.source}, model {accuracy.model}", caption=_caption(accuracy))
    result.box = box.SIMPLE_HEAD
    result.add_column("", no_wrap=True)
    for group in accuracy.groups:
        result.add_column(group.name, justify="right")
    for count in ("speakers", "recordings", "phones", "errors"):
        result.add_row(count, *(str(getattr(group, count)) for group in accuracy.groups))
    for name in (field.name for field in fields(Group) if field.name in _TITLES):
        figures: list[Figure] = [getattr(group, name) for group in accuracy.groups]
        if any(figure.value is not None for figure in figures):
            result.add_row(_TITLES[name], *map(_written, figures))
    if accuracy.native is not None:
        result.add_row("native error rate", _written(accuracy.native.phone_error_rate))
    return result


def _written(figure: Figure) -> str:
    if figure.value is None or figure.low is None or figure.high is None:
        return "-"
    return f"{figure.value:.3f}\n[dim]{figure.low:.2f}–{figure.high:.2f}[/dim]"


def _caption(accuracy: Accuracy) -> str:
    parts = [
        f"95 % intervals over speakers ({accuracy.resamples} draws)",
        f"{100 * accuracy.not_judged / accuracy.recordings:.1f} % of {accuracy.recordings} recordings not judged",
        f"{100 * accuracy.refused / accuracy.recordings:.1f} % counted here but refused by the product",
        f"{accuracy.words_left_out} words left out",
        "errors from " + " and ".join(f"{value:.3f}" for value in accuracy.thresholds),
    ]
    if accuracy.native is not None:
        native = accuracy.native
        parts.append(
            f"native: {native.speakers} speakers, {native.recordings} recordings, {native.not_judged} not judged"
        )
    if accuracy.limit is not None:
        parts.insert(0, f"only {accuracy.limit} recordings of each kind")
    return f"{'; '.join(parts)}. {this_machine().described()}"


def main(arguments: Sequence[str]) -> None:
    """Measure, print the table, plot and record where asked."""
    from rich.console import Console

    from benchmarks import plots
    from speech.commands.configured import read_options

    options, besides = read_options(
        AccuracyOptions,
        arguments,
        program="lafal bench accuracy",
        about="Compare phone scores with those people gave, and count the sounds heard as other ones.",
        besides={
            "record": (bool, "append the figures to benchmarks/history/accuracy.jsonl"),
            "plots": (Path, "write plots into this folder; needs matplotlib"),
        },
    )
    if besides["plots"] is not None:
        plots.need_matplotlib()
    outcome = measure(options)
    Console(highlight=False).print(table(outcome.accuracy))
    if besides["plots"] is not None:
        for path in plots.write(outcome.judged, besides["plots"]):
            print(path)
    if besides["record"]:
        print(record("accuracy", outcome.accuracy))
