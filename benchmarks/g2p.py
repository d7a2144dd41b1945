"""How well unknown words are pronounced: ``python -m benchmarks.g2p``.

The words were kept from training with their whole families; the closest dictionary variant is the reference.
"""

import argparse
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from benchmarks.history import record
from benchmarks.machine import this_machine
from phonemes.g2p import LetterToSound, SearchOptions
from phonemes.inventory import from_ipa
from phonemes.lexicon import Lexicon, default_lexicon
from phonemes.resources import folder

Pronounce = Callable[[Sequence[str]], list[tuple[str, ...]]]
"""Gives each word of a list its phones."""

FREQUENT_RANK = 50_000


@dataclass(frozen=True, slots=True)
class Figures:
    """What one way of pronouncing unknown words does.

    Parameters
    ----------
    candidate : str
        Which one.
    words : int
        How many words were pronounced.
    phone_errors_percent : float
        Edits to the closest variant, per 100 phones of it.
    words_right_percent : float
        Words pronounced as one of the variants.
    frequent_phone_errors_percent : float
        Phone errors of those words alone that are among the 50,000 most frequent: fewer foreign names.
    ms_per_word : float
        Processor time of this process; for espeak-ng, which is another process, time on the clock.
    """

    candidate: str
    words: int
    phone_errors_percent: float
    words_right_percent: float
    frequent_phone_errors_percent: float
    ms_per_word: float


def edits(said: Sequence[str], wanted: Sequence[str]) -> int:
    """Count the insertions, deletions and substitutions between two sequences."""
    row = list(range(len(wanted) + 1))
    for place, symbol in enumerate(said, start=1):
        diagonal, row[0] = row[0], place
        for column, other in enumerate(wanted, start=1):
            diagonal, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, diagonal + (symbol != other))
    return row[-1]


def measure(candidate: str, pronounce: Pronounce, words: Sequence[str], *, lexicon: Lexicon | None = None) -> Figures:
    """Judge one candidate on words that the lexicon has.

    Parameters
    ----------
    candidate : str
        Its name in the table.
    pronounce : callable
        Gives each word its phones.
    words : sequence of str
        Words of the lexicon that the candidate was not trained on.
    lexicon : Lexicon, optional
        Where the reference pronunciations come from; British forms do not count.
    """
    lexicon = lexicon or default_lexicon()
    begin = time.process_time() if candidate != "espeak-ng" else time.perf_counter()
    said = pronounce(words)
    spent_s = (time.process_time() if candidate != "espeak-ng" else time.perf_counter()) - begin
    errors: list[tuple[int, int]] = []
    frequent: list[tuple[int, int]] = []
    for word, phones in zip(words, said, strict=True):
        variants = [entry.phones for entry in lexicon.lookup(word) if entry.source == "lexicon"]
        closest = min((edits(phones, variant), len(variant)) for variant in variants)
        errors.append(closest)
        if (lexicon.rank(word) or FREQUENT_RANK + 1) <= FREQUENT_RANK:
            frequent.append(closest)
    return Figures(
        candidate=candidate,
        words=len(words),
        phone_errors_percent=_rate(errors),
        words_right_percent=100 * sum(count == 0 for count, _ in errors) / len(errors),
        frequent_phone_errors_percent=_rate(frequent),
        ms_per_word=1000 * spent_s / len(words),
    )


def _rate(errors: Sequence[tuple[int, int]]) -> float:
    return 100 * sum(count for count, _ in errors) / max(sum(length for _, length in errors), 1)


def lafal(options: SearchOptions) -> Pronounce:
    """Pronounce with the models that come with the product."""
    model = LetterToSound.open()
    return lambda words: [model.pronounce(word, options=options)[0].phones for word in words]


def espeak(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Pronounce with the rules and exceptions of espeak-ng's American voice, through its command."""
    finished = subprocess.run(
        ["espeak-ng", "-v", "en-us", "-q", "--ipa"],
        input="\n".join(words) + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    return [from_ipa(line) for line in finished.stdout.splitlines() if line.strip()]


def gruut() -> Pronounce:
    """Pronounce with the letter-to-sound model that comes with gruut."""
    import gruut_lang_en  # pyright: ignore[reportMissingImports]
    from gruut.g2p import GraphemesToPhonemes  # pyright: ignore[reportMissingImports]

    model = GraphemesToPhonemes(gruut_lang_en.get_lang_dir() / "g2p" / "model.crf")
    return lambda words: [from_ipa(" ".join(model(word))) for word in words]


def candidates() -> dict[str, Pronounce]:
    """Return everything that can be measured on this machine."""
    best = SearchOptions()
    found: dict[str, Pronounce] = {
        "n-grams and network (shipped)": lafal(best),
        "n-grams alone": lafal(replace(best, tagger_weight=0.0)),
        "network alone": lafal(replace(best, tagger_weight=1.0)),
    }
    if shutil.which("espeak-ng"):
        found["espeak-ng"] = espeak
    if find_spec("gruut") and find_spec("gruut_lang_en"):
        found["gruut"] = gruut()
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every candidate and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.g2p", description=__doc__)
    default_words = folder("datasets") / "lexicon" / "held_out.txt"
    parser.add_argument("--words", type=Path, default=default_words, help="a word a line (default: the held-out words)")
    parser.add_argument("--limit", type=int, default=None, help="measure only the first so many words")
    parser.add_argument("--no-record", action="store_true", help="do not append to benchmarks/history")
    parsed = parser.parse_args(arguments)
    words = parsed.words.read_text(encoding="utf-8").split()[: parsed.limit]
    print("| candidate | phone errors | words right | phone errors, frequent words | ms a word |")
    print("|---|---:|---:|---:|---:|")
    for name, pronounce in candidates().items():
        figures = measure(name, pronounce, words)
        print(
            f"| {name} | {figures.phone_errors_percent:.1f} % | {figures.words_right_percent:.1f} % "
            f"| {figures.frequent_phone_errors_percent:.1f} % | {figures.ms_per_word:.1f} |"
        )
        if not parsed.no_record:
            record("g2p", figures)
    print(f"\n{len(words)} words. {this_machine().described()}")


if __name__ == "__main__":
    main()
