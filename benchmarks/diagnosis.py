"""How many planted errors are found and rightly named, and how often good speech is blamed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.history import record
from benchmarks.machine import this_machine
from benchmarks.readings import MANIFEST, Reading, read_manifest
from speech.results import Assessment, Verdict, WordError, WordResult

if TYPE_CHECKING:
    from rich.table import Table

_ALARMS = frozenset({Verdict.WRONG, Verdict.MISSING})


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosisOptions:
    """What to measure.

    Parameters
    ----------
    manifest : Path
        List of recordings with known answers.
    model : str
        Acoustic model to judge with.
    """

    manifest: Path = MANIFEST
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
    """

    name: str
    planted: int
    found: int
    named: int
    elsewhere: int
    clean_phones: int
    false_alarms: int
    abstained: int

    @property
    def found_share(self) -> float:
        """Share of planted errors found; 0 where there are none."""
        return self.found / self.planted if self.planted else 0.0

    @property
    def named_share(self) -> float:
        """Share of planted errors found and rightly named."""
        return self.named / self.planted if self.planted else 0.0

    @property
    def false_alarms_per_100(self) -> float:
        """Alarms per 100 phones of clean readings."""
        return 100 * self.false_alarms / self.clean_phones if self.clean_phones else 0.0


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All figures: over everything, by kind of error, and by voice; `model` with its version."""

    model: str
    total: Group
    kinds: tuple[Group, ...]
    voices: tuple[Group, ...]


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
    )


def table(diagnosis: Diagnosis) -> "Table":
    """The figures as a table."""
    from rich.table import Table

    result = Table(title=f"Planted errors, model {diagnosis.model}", caption=this_machine().described())
    unheard = {"ked": "ked (held out)"}
    for heading in ("readings", "planted", "found", "rightly named", "false alarms / 100 clean phones", "no judgement"):
        result.add_column(heading, justify="left" if heading == "readings" else "right")
    for group in (diagnosis.total, *diagnosis.kinds, *diagnosis.voices):
        clean = f"{group.false_alarms_per_100:.1f}" if group.clean_phones else "-"
        result.add_row(
            unheard.get(group.name, group.name),
            str(group.planted),
            f"{100 * group.found_share:.0f} %",
            f"{100 * group.named_share:.0f} %",
            clean,
            str(group.abstained),
        )
    return result


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
    Console(highlight=False).print(table(diagnosis))
    if besides["record"]:
        print(record("diagnosis", diagnosis))
