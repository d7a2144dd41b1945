"""How far the reported times of sounds lie from the exact ones, for a voice that no training set contains."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.history import record
from benchmarks.machine import this_machine
from benchmarks.readings import SILENCE, read_manifest
from phonemes.inventory import phone
from speech.results import Assessment, WordError

if TYPE_CHECKING:
    from rich.table import Table

CLOSE_MS, NEAR_MS = 20.0, 50.0
"""What people who mark boundaries by hand mostly agree within, and what a learner hears as the right place."""

_VOCABULARY = 12_000
_FEWEST_WORDS, _MOST_WORDS = 3, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentOptions:
    """What to measure.

    Parameters
    ----------
    sentences : int
        How many to say: first those kept out of every training set, then words drawn at random.
    seed : int
        Of the drawing.
    voice : str
        Synthesiser's voice; ked is in no training set.
    manifest : Path or None
        Prepared recordings with times, as `lafal train synthesise --fixtures` writes them, instead of speaking: the
        clean ones of the voice.
    model : str
        Acoustic model to judge with.
    """

    sentences: int = 60
    seed: int = 0
    voice: str = "ked"
    manifest: Path | None = None
    model: str = "default"


@dataclass(frozen=True, slots=True)
class Timed:
    """A recording of which every sound's time is known.

    Parameters
    ----------
    recording : Path or bytes
        A file, or its content.
    text : str
        What is said.
    words : tuple of tuple of (str, float, float)
        Each phone of each word, with its start and end in seconds.
    """

    recording: Path | bytes
    text: str
    words: tuple[tuple[tuple[str, float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Boundary:
    """One boundary: where it is ("inside", "start" or "end" of a word), the sound that begins there, and the error.

    `error_ms` is positive where the reported time is late; `begins` is "silence" at the end of a word before a pause.
    """

    place: str
    begins: str
    error_ms: float


@dataclass(frozen=True, slots=True)
class Group:
    """Errors of some of the boundaries, in milliseconds without their sign but for `bias_ms` (late is positive).

    `bias_ms` is the mean error, `middle_ms` the median error, both with sign; `within_20`, `within_50` are shares.
    """

    name: str
    boundaries: int
    median_ms: float
    mean_ms: float
    p90_ms: float
    within_20: float
    within_50: float
    bias_ms: float
    middle_ms: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """All figures.

    Parameters
    ----------
    model, voice : str
        What was judged with, and who spoke.
    sentences, unjudged : int
        Recordings, and those of them for which no judgement was given.
    words, skipped_words : int
        Words of the judged ones, and those whose sounds were taken for others (another pronunciation, or left out).
    groups : tuple of Group
        All boundaries, by place, and by the sound that begins there.
    """

    model: str
    voice: str
    sentences: int
    unjudged: int
    words: int
    skipped_words: int
    groups: tuple[Group, ...]


Judge = Callable[[Path | bytes, str], Assessment]


def measure(recordings: Iterable[Timed], judge: Judge, *, model: str, voice: str) -> Alignment:
    """Judge every recording and compare the times of each word whose pronunciation was recognised."""
    boundaries: list[Boundary] = []
    sentences = unjudged = words = skipped = 0
    for timed in recordings:
        assessment = judge(timed.recording, timed.text)
        judged = [word for word in assessment.words if word.error is not WordError.INSERTION]
        sentences += 1
        if assessment.abstained or len(judged) != len(timed.words):
            unjudged += 1
            continue
        words += len(judged)
        for index, word in enumerate(judged):
            said = tuple(symbol for symbol, _, _ in timed.words[index])
            if word.error is WordError.OMISSION or said != tuple(result.expected for result in word.phones):
                skipped += 1
                continue
            reported = [(result.start_s, result.end_s) for result in word.phones]
            boundaries += _boundaries(timed.words, index, reported)
    return Alignment(model, voice, sentences, unjudged, words, skipped, tuple(_groups(boundaries)))


def _boundaries(
    words: Sequence[Sequence[tuple[str, float, float]]], index: int, reported: Sequence[tuple[float, float]]
) -> Iterator[Boundary]:
    """Compare one word; a boundary inside it is where its later phone is said to start."""
    word = words[index]
    for place, ((symbol, start_s, _), (reported_s, _)) in enumerate(zip(word, reported, strict=True)):
        yield Boundary("inside" if place else "start", symbol, 1000 * (reported_s - start_s))
    end_s = word[-1][2]
    following = words[index + 1][0] if index + 1 < len(words) else (SILENCE, end_s, end_s)
    begins = following[0] if following[1] <= end_s else SILENCE
    yield Boundary("end", begins, 1000 * (reported[-1][1] - end_s))


def _groups(boundaries: Sequence[Boundary]) -> Iterator[Group]:
    yield _group("all", boundaries)
    for place, name in (("inside", "inside words"), ("start", "word starts"), ("end", "word ends")):
        yield _group(name, [one for one in boundaries if one.place == place])
    sounds = [_sound(one.begins) for one in boundaries]
    for sound in sorted(set(sounds)):
        yield _group(f"begins: {sound}", [one for one, its in zip(boundaries, sounds, strict=True) if its == sound])


def _sound(symbol: str) -> str:
    if symbol == SILENCE:
        return "silence"
    return "vowel" if phone(symbol).is_vowel else phone(symbol).manner


def _group(name: str, boundaries: Sequence[Boundary]) -> Group:
    signed = np.array([one.error_ms for one in boundaries])
    if not len(signed):
        return Group(name, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    errors = np.round(np.abs(signed), 6)  # 0.02 s less 0.04 s is no more than 20 ms, whatever binary fractions say
    return Group(
        name=name,
        boundaries=len(errors),
        median_ms=float(np.median(errors)),
        mean_ms=float(errors.mean()),
        p90_ms=float(np.percentile(errors, 90)),
        within_20=float((errors <= CLOSE_MS).mean()),
        within_50=float((errors <= NEAR_MS).mean()),
        bias_ms=float(signed.mean()),
        middle_ms=float(np.median(signed)),
    )


def prepared(manifest: Path, *, voice: str) -> tuple[Timed, ...]:
    """Clean readings of a voice from a list of recordings.

    Raises
    ------
    FileMissing
        There is no such list.
    """
    return tuple(
        Timed(reading.path, reading.text, _divided(reading.times, [len(word) for word in reading.words]))
        for reading in read_manifest(manifest)
        if reading.kind == "clean" and reading.voice == voice and reading.times
    )


def spoken(options: AlignmentOptions) -> tuple[Timed, ...]:
    """Let the voice say held-out sentences and random words; those it has no transitions for are left out.

    Raises
    ------
    SynthesiserMissing, UnknownVoice, SynthesiserFailed
        The voice cannot speak on this computer.
    """
    from benchmarks.distortions import wave_file
    from phonemes.expected import expect
    from speech.train.fixtures import STYLE
    from speech.train.speaking import say_many

    texts = sentences(options.sentences, seed=options.seed)
    words = [[tuple(word.variants[0].arpabet().split()) for word in expect(text).words] for text in texts]
    recordings: list[Timed] = []
    for text, asked, said in zip(texts, words, say_many([(one, STYLE) for one in words], options.voice), strict=True):
        if said is not None:
            times = [(timed.phone, timed.start_s, timed.end_s) for timed in said.phones]
            file = wave_file(said.samples, rate=said.sample_rate)
            recordings.append(Timed(file, text, _divided(times, [len(word) for word in asked])))
    return tuple(recordings)


def sentences(count: int, *, seed: int) -> tuple[str, ...]:
    """The held-out sentences, then strings of random words of the dictionary; equal seeds give equal texts."""
    from speech.train.planted import PLANTS

    texts = [plant.text for plant in PLANTS][:count]
    chance = np.random.default_rng(seed)
    while len(texts) < count:
        drawn = chance.choice(_vocabulary(), size=int(chance.integers(_FEWEST_WORDS, _MOST_WORDS + 1)))
        texts.append(" ".join(str(word) for word in drawn))
    return tuple(texts)


@cache
def _vocabulary() -> tuple[str, ...]:
    from phonemes.lexicon import default_lexicon

    lexicon = default_lexicon()
    return tuple(word for word in lexicon.by_frequency(_VOCABULARY) if word in lexicon)


def _divided(
    times: Iterable[tuple[str, float, float]], lengths: Sequence[int]
) -> tuple[tuple[tuple[str, float, float], ...], ...]:
    """Deal timed phones, without the silences, to words of these lengths."""
    phones = iter([timed for timed in times if timed[0] != SILENCE])
    return tuple(tuple(next(phones) for _ in range(length)) for length in lengths)


def table(alignment: Alignment) -> "Table":
    """The figures as a table."""
    from rich.table import Table

    title = f"Boundaries of sounds, voice {alignment.voice}, model {alignment.model}"
    counts = (
        f"{alignment.sentences} sentences, {alignment.unjudged} not judged; "
        f"{alignment.words} words, {alignment.skipped_words} taken for another pronunciation"
    )
    result = Table(title=title, caption=f"{counts}\n{this_machine().described()}")
    for heading in ("boundaries", "count", "median", "mean", "90 %", "<= 20 ms", "<= 50 ms", "mean lateness", "median"):
        result.add_column(heading, justify="left" if heading == "boundaries" else "right")
    for group in alignment.groups:
        errors = (f"{value:.1f} ms" for value in (group.median_ms, group.mean_ms, group.p90_ms))
        shares = (f"{100 * share:.0f} %" for share in (group.within_20, group.within_50))
        lateness = (f"{value:+.1f} ms" for value in (group.bias_ms, group.middle_ms))
        result.add_row(group.name, str(group.boundaries), *errors, *shares, *lateness)
    return result


def main(arguments: Sequence[str]) -> None:
    """Measure, print the table, and record it where asked."""
    from rich.console import Console

    from speech.assess import Assessor
    from speech.commands.configured import read_options
    from speech.settings import Settings

    options, besides = read_options(
        AlignmentOptions,
        arguments,
        program="lafal bench alignment",
        about="Compare the reported times of sounds with a synthesiser's own.",
        besides={"record": (bool, "append the figures to benchmarks/history/alignment.jsonl")},
    )
    recordings = spoken(options) if options.manifest is None else prepared(options.manifest, voice=options.voice)
    assessor = Assessor(settings=Settings(model=options.model))
    model = f"{options.model} {assessor.acoustic.version}"
    alignment = measure(recordings, assessor.assess, model=model, voice=options.voice)
    Console(highlight=False).print(table(alignment))
    if besides["record"]:
        print(record("alignment", alignment))
