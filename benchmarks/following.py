"""How well a reading is followed through its text: other texts refused, words left out and words added found."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.history import record
from benchmarks.machine import this_machine
from speech.reading import Reading, columns_of, read_along

if TYPE_CHECKING:
    from rich.table import Table

    from speech.results import Posteriors

_FEWEST_WORDS = 4
_MOST_WORDS = 40
_LEAST_PHONES = 3
_SIMILAR = (0.6, 1.5)

Columns = list[list[list[int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowingOptions:
    """What to measure.

    Parameters
    ----------
    manifest : Path
        Tab-separated list of recordings with their texts (corpus, utterance, speaker, path, text, ...).
    model : str
        Acoustic model to hear with.
    readings : int
        How many recordings to draw.
    seed : int
        Of the drawing, and of the words slipped in and taken out.
    """

    manifest: Path
    model: str = "default"
    readings: int = 200
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Following:
    """Counts over all readings; every share is of `readings` except the first, which is of `words`."""

    model: str
    readings: int
    words: int
    wrongly_skipped: int
    right_refused: int
    other_refused: int
    half_read_refused: int
    left_out_found: int
    added_found: int


@dataclass(frozen=True, slots=True)
class _Case:
    posteriors: "Posteriors"
    words: Columns


def follow(cases: Sequence[_Case], *, seed: int, model: str) -> Following:
    """Read every case with its own text, another, a doubled, one with a word too many, and one with a word too few."""
    rng = np.random.default_rng(seed)
    pool = [word for case in cases for word in case.words if len(word[0]) >= _LEAST_PHONES]
    counts = np.zeros(6, int)
    for case in cases:
        own = read_along(case.posteriors, case.words)
        slipped_in = int(rng.integers(len(case.words) + 1))
        too_many = _slip_in(case.words, slipped_in, pool[int(rng.integers(len(pool)))])
        doubled = [*case.words, *(pool[int(index)] for index in rng.integers(len(pool), size=len(case.words)))]
        counts += np.array([
            sum(chosen is None for chosen in own.variants),
            own.other_text,
            read_along(case.posteriors, _another(cases, case, rng)).other_text,
            read_along(case.posteriors, doubled).other_text,
            read_along(case.posteriors, too_many).variants[slipped_in] is None,
            _finds_added(case, rng),
        ])  # fmt: skip
    return Following(model, len(cases), sum(len(case.words) for case in cases), *map(int, counts))


def _slip_in(words: Columns, place: int, word: list[list[int]]) -> Columns:
    return [*words[:place], word, *words[place:]]


def _another(cases: Sequence[_Case], case: _Case, rng: np.random.Generator) -> Columns:
    """The words of a different text of similar length."""
    low, high = (factor * len(case.words) for factor in _SIMILAR)
    others = [other.words for other in cases if other.words != case.words and low < len(other.words) < high]
    return others[int(rng.integers(len(others)))]


def _finds_added(case: _Case, rng: np.random.Generator) -> bool:
    """Take a word of some length out of the text: the recording then has it too many."""
    longest = max(len(word[0]) for word in case.words)
    places = [place for place, word in enumerate(case.words) if len(word[0]) >= min(longest, _LEAST_PHONES + 1)]
    place = int(rng.choice(places))
    reading: Reading = read_along(case.posteriors, [*case.words[:place], *case.words[place + 1 :]])
    return any(before == place for before, _, _ in reading.fillers)


def _cases(options: FollowingOptions) -> list[_Case]:
    from rich.progress import track

    from phonemes.expected import expect
    from speech.acoustic import load_acoustic
    from speech.audio import load_audio
    from speech.train.corpus import read_manifest

    rows = [row for row in read_manifest(options.manifest) if _FEWEST_WORDS <= len(row[0].text.split()) <= _MOST_WORDS]
    drawn = np.random.default_rng(options.seed).permutation(len(rows))[: options.readings]
    acoustic = load_acoustic(options.model)
    return [
        _Case(
            acoustic.posteriors(load_audio(rows[index][1], require_speech=False).samples),
            columns_of(expect(rows[index][0].text.lower())),
        )
        for index in track(drawn.tolist(), "listening")
    ]


def table(following: Following) -> "Table":
    """The figures as a table."""
    from rich.table import Table

    result = Table(title=f"Following the text, model {following.model}", caption=this_machine().described())
    result.add_column("")
    result.add_column("share", justify="right")
    result.add_row("words read but taken as left out", f"{100 * following.wrongly_skipped / following.words:.1f} %")
    for name, count in (
        ("right text refused", following.right_refused),
        ("half of the text read, refused", following.half_read_refused),
        ("other text refused", following.other_refused),
        ("word left out found", following.left_out_found),
        ("word added found", following.added_found),
    ):
        result.add_row(name, f"{100 * count / following.readings:.1f} %")
    return result


def main(arguments: Sequence[str]) -> None:
    """Measure, print the table, and record it where asked."""
    from rich.console import Console

    from speech.commands.configured import read_options

    options, besides = read_options(
        FollowingOptions,
        arguments,
        program="lafal bench following",
        about="Read recordings with right, wrong, longer and shorter texts and count what is noticed.",
        besides={"record": (bool, "append the figures to benchmarks/history/following.jsonl")},
    )
    following = follow(_cases(options), seed=options.seed, model=options.model)
    Console(highlight=False).print(table(following))
    if besides["record"]:
        print(record("following", following))
