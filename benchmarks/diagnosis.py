"""How many planted errors are found and rightly named, and how often good speech is blamed.

What counts: every phone judged wrong or missing, every phone reported as added, and every word reported as added is one
alarm. A planted error is found (a true positive) when there is an alarm at its place, whatever the phone heard; it is
named when that phone is the one said, or nothing for a dropped phone. Every other alarm is false, in readings with a
planted error (`Group.elsewhere`) as well as in clean ones (`Group.false_alarms`): an error found together with a second
alarm on the sound beside it is one true and one false positive. Readings without a judgement find nothing and blame
nothing. So precision depends on how many clean phones a set has for each error; recall and false alarms do not.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.history import record
from benchmarks.machine import this_machine
from benchmarks.readings import MANIFEST, Reading, RealReading, read_manifest, read_speakers
from speech.errors import SpeechError
from speech.results import Assessment, Verdict, WordError, WordResult

if TYPE_CHECKING:
    from rich.table import Table

NATIVE_CORPORA = ("an4", "libri")
"""Corpora with many native speakers, some of whom no shipped model hears."""

_ALARMS = frozenset({Verdict.WRONG, Verdict.MISSING})


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosisOptions:
    """What to measure.

    Parameters
    ----------
    manifest : Path
        List of recordings with known answers.
    native : Path or None
        List of real recordings (corpus, utterance, speaker, path, text, ...): false alarms are counted, too, for the
        native speakers in it whom no shipped model hears.
    folds : Path or None
        Table of speakers and folds for it; speakers are dealt as training deals them when left out.
    model : str
        Acoustic model to judge with.
    """

    manifest: Path = MANIFEST
    native: Path | None = None
    folds: Path | None = None
    model: str = "default"


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of some of the readings.

    Parameters
    ----------
    name : str
        Which readings: all, a kind of error, or a voice.
    planted, found, named : int
        Errors planted; those reported at their place; those whose said phone was right too.
    elsewhere : int
        Alarms in planted readings at other places than the error.
    clean_phones, false_alarms : int
        Expected phones of the clean readings, and phones blamed or insertions reported in them.
    abstained : int
        Readings, clean or planted, for which no judgement was given.
    readings : int
        All readings.
    """

    name: str
    planted: int
    found: int
    named: int
    elsewhere: int
    clean_phones: int
    false_alarms: int
    abstained: int
    readings: int = 0

    @property
    def found_share(self) -> float:
        """Share of planted errors found; 0 where there are none."""
        return self.found / self.planted if self.planted else 0.0

    @property
    def named_share(self) -> float:
        """Share of planted errors found and rightly named."""
        return self.named / self.planted if self.planted else 0.0

    @property
    def named_of_found(self) -> float:
        """Share of the errors found that are rightly named."""
        return self.named / self.found if self.found else 0.0

    @property
    def precision(self) -> float:
        """Share of all alarms, in clean and planted readings, that are at the place of an error; 0 without alarms."""
        alarms = self.found + self.elsewhere + self.false_alarms
        return self.found / alarms if alarms else 0.0

    @property
    def recall(self) -> float:
        """Share of planted errors found."""
        return self.found_share

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def false_alarms_per_100(self) -> float:
        """Alarms per 100 phones of clean readings."""
        return 100 * self.false_alarms / self.clean_phones if self.clean_phones else 0.0


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All figures: over everything, by kind of error, by voice, and for real native speakers by corpus, where asked.

    `model` is named with its version; the total is of the planted set alone.
    """

    model: str
    total: Group
    kinds: tuple[Group, ...]
    voices: tuple[Group, ...]
    native: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class _Outcome:
    reading: Reading
    found: bool
    named: bool
    alarms: int
    abstained: bool


Judge = Callable[[Path, str], Assessment]


def diagnose(readings: Iterable[Reading], judge: Judge, *, model: str = "default") -> Diagnosis:
    """Judge every reading and compare with what was planted.

    Parameters
    ----------
    readings : iterable of Reading
        Recordings with known answers.
    judge : callable
        Takes the path and the text, gives an `Assessment`.
    model : str
        Name for the table.

    Returns
    -------
    Diagnosis
        Counts; shares and rates are properties of each group.
    """
    outcomes = [_compare(reading, judge(reading.path, reading.text)) for reading in readings]
    kinds = sorted({outcome.reading.kind for outcome in outcomes} - {"clean"})
    voices = sorted({outcome.reading.voice for outcome in outcomes})
    return Diagnosis(
        model,
        _count("all", outcomes),
        tuple(_count(kind, [one for one in outcomes if one.reading.kind == kind]) for kind in kinds),
        tuple(_count(voice, [one for one in outcomes if one.reading.voice == voice]) for voice in voices),
    )


def blame(readings: Iterable[RealReading], judge: Judge) -> tuple[Group, ...]:
    """Count alarms in readings of native speakers, all of them false; by corpus, and over all where there are several.

    Phones are those of the pronunciation that the judge chose, of readings with a judgement; recordings that are
    refused count as not judged.
    """
    groups: dict[str, Group] = {}
    for reading in readings:
        name = f"native: {reading.corpus}"
        groups[name] = _sum(name, (groups.get(name, _nothing(name)), _blame(reading, judge)))
    corpora = [groups[name] for name in sorted(groups)]
    return (*corpora, _sum("native", corpora)) if len(corpora) > 1 else tuple(corpora)


def _blame(reading: RealReading, judge: Judge) -> Group:
    try:
        assessment = judge(reading.path, reading.text)
    except SpeechError:
        assessment = None
    if assessment is None or assessment.abstained:
        return Group("", 0, 0, 0, 0, 0, 0, abstained=1, readings=1)
    words = [word for word in assessment.words if word.error is not WordError.INSERTION]
    wrong = sum(result.verdict in _ALARMS for word in words for result in word.phones)
    added = sum(len(word.insertions) for word in words) + len(assessment.words) - len(words)
    phones = sum(len(word.phones) for word in words)
    return Group("", 0, 0, 0, 0, clean_phones=phones, false_alarms=wrong + added, abstained=0, readings=1)


def _nothing(name: str) -> Group:
    return Group(name, 0, 0, 0, 0, 0, 0, 0)


def _sum(name: str, groups: Sequence[Group]) -> Group:
    """Of groups without planted errors."""
    return Group(
        name, 0, 0, 0, 0,
        clean_phones=sum(group.clean_phones for group in groups),
        false_alarms=sum(group.false_alarms for group in groups),
        abstained=sum(group.abstained for group in groups),
        readings=sum(group.readings for group in groups),
    )  # fmt: skip


def _compare(reading: Reading, assessment: Assessment) -> _Outcome:
    words = [word for word in assessment.words if word.error is not WordError.INSERTION]
    extra_words = len(assessment.words) - len(words)
    if assessment.abstained or len(words) != len(reading.words):
        return _Outcome(reading, False, False, 0, abstained=True)
    blamed = _blamed(reading, words)
    alarms = len(blamed) + extra_words
    if reading.kind == "clean":
        return _Outcome(reading, False, False, alarms, abstained=False)
    place = _place(reading)
    found = place in blamed
    named = found and blamed[place] == reading.said
    return _Outcome(reading, found, named, alarms - found, abstained=False)


def _place(reading: Reading) -> tuple[str, int]:
    """("phone", its index in the sentence), or ("gap", index of the phone after an added sound)."""
    before = sum(len(word) for word in reading.words[: reading.word])
    if reading.kind == "insertion":
        return "gap", before + reading.phone + 1
    return "phone", before + reading.phone


def _blamed(reading: Reading, words: Sequence[WordResult]) -> dict[tuple[str, int], str | None]:
    """Every alarm by place, as in `_place`, with the phone heard there (None: nothing)."""
    blamed: dict[tuple[str, int], str | None] = {}
    start = 0
    for expected, word in zip(reading.words, words, strict=True):
        places = _places(expected, [result.expected for result in word.phones])
        for result, place in zip(word.phones, places, strict=True):
            if result.verdict in _ALARMS:
                blamed["phone", start + place] = None if result.verdict is Verdict.MISSING else result.said
        for extra in word.insertions:
            after = places[extra.after] if extra.after >= 0 else -1
            blamed["gap", start + after + 1] = extra.phone
        if word.error is WordError.OMISSION and not word.phones:
            blamed.update({("phone", start + index): None for index in range(len(expected))})
        start += len(expected)
    return blamed


def _places(expected: Sequence[str], variant: Sequence[str]) -> list[int]:
    """For each phone of the variant the judge chose, the index of the phone it stands for in the planted one."""
    places: list[int] = []
    for _, first, last, low, high in SequenceMatcher(None, expected, variant, autojunk=False).get_opcodes():
        places += [min(first + index, max(last - 1, first)) for index in range(high - low)]
    return [min(place, len(expected) - 1) for place in places]


def _count(name: str, outcomes: Sequence[_Outcome]) -> Group:
    clean = [outcome for outcome in outcomes if outcome.reading.kind == "clean"]
    planted = [outcome for outcome in outcomes if outcome.reading.kind != "clean"]
    return Group(
        name=name,
        planted=len(planted),
        found=sum(outcome.found for outcome in planted),
        named=sum(outcome.named for outcome in planted),
        elsewhere=sum(outcome.alarms for outcome in planted),
        clean_phones=sum(len(word) for outcome in clean for word in outcome.reading.words),
        false_alarms=sum(outcome.alarms for outcome in clean),
        abstained=sum(outcome.abstained for outcome in outcomes),
        readings=len(outcomes),
    )


def table(diagnosis: Diagnosis) -> "Table":
    """The figures as a table."""
    from rich.table import Table

    result = Table(title=f"Planted errors, model {diagnosis.model}", caption=this_machine().described())
    unheard = {"ked": "ked (held out)"}
    for heading in ("readings", "count", "planted", "found", "named", "named of found", "precision", "F1",
                    "false alarms / 100 clean phones", "no judgement"):  # fmt: skip
        result.add_column(heading, justify="left" if heading == "readings" else "right")
    for group in (diagnosis.total, *diagnosis.kinds, *diagnosis.voices, *diagnosis.native):
        clean = f"{group.false_alarms_per_100:.1f}" if group.clean_phones else "-"
        name = unheard.get(group.name, group.name)
        result.add_row(name, str(group.readings), *_shares(group), clean, str(group.abstained))
    return result


def _shares(group: Group) -> Iterator[str]:
    """Cells on planted errors; precision only where clean readings belong to the group."""
    yield str(group.planted) if group.planted else "-"
    for share in (group.recall, group.named_share, group.named_of_found):
        yield f"{100 * share:.0f} %" if group.planted else "-"
    for share in (group.precision, group.f1):
        yield f"{100 * share:.0f} %" if group.planted and group.clean_phones else "-"


def main(arguments: Sequence[str]) -> None:
    """Measure, print the table, and record it where asked."""
    from rich.console import Console

    from speech.assess import Assessor
    from speech.commands.configured import read_options
    from speech.settings import Settings

    options, besides = read_options(
        DiagnosisOptions,
        arguments,
        program="lafal bench diagnosis",
        about="Judge recordings with planted errors and count what is found.",
        besides={"record": (bool, "append the figures to benchmarks/history/diagnosis.jsonl")},
    )
    assessor = Assessor(settings=Settings(model=options.model))
    model = f"{options.model} {assessor.acoustic.version}"
    diagnosis = diagnose(read_manifest(options.manifest), assessor.assess, model=model)
    if options.native is not None:
        speakers = read_speakers(options.native, options.folds, fold=0, corpora=NATIVE_CORPORA)
        diagnosis = replace(diagnosis, native=blame(speakers, assessor.assess))
    Console(highlight=False).print(table(diagnosis))
    if besides["record"]:
        print(record("diagnosis", diagnosis))
