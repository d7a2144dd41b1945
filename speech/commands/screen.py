"""What the terminal can show, and an assessment as a table a teacher understands."""

import codecs
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from phonemes.inventory import phone, to_ipa
from speech.results import Assessment, Insertion, PhoneResult, Score, Verdict, WordError, WordResult

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID
    from rich.table import Table

_MARKS = {
    Verdict.GOOD: ("✓", "+", "good", "green"),
    Verdict.NEARLY: ("~", "~", "nearly", "yellow"),
    Verdict.WRONG: ("✗", "x", "work on it", "red"),
    Verdict.MISSING: ("○", "-", "left out", "red"),
    Verdict.UNCLEAR: ("?", "?", "could not judge", "dim"),
}
_REDRAWN_EVERY_S = 0.1
_ADDED = ("⊕", "&", "added", "red")


_PLAIN = {"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "×": "x", "•": "*"}


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """Write what a stream's encoding lacks: typographic signs as plain ones, anything else as an escape."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unknown = error.object[error.start : error.end]
    written = (_PLAIN.get(letter) or letter.encode("ascii", "backslashreplace").decode("ascii") for letter in unknown)
    return "".join(written), error.end


def prepare_streams() -> None:
    """Let a terminal that knows only ASCII show something where it would otherwise stop with an error."""
    codecs.register_error("lafal.plainly", _plainly)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="lafal.plainly")


def speaks_unicode() -> bool:
    """Whether standard output can show IPA."""
    return (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "").startswith("utf")


def redrawing(progress: "Progress", task: "TaskID") -> Callable[[int], None]:
    """Give what moves a bar that does not redraw itself; it is redrawn ten times a second at most."""
    drawn_s = float("-inf")

    def report(count: int) -> None:
        nonlocal drawn_s
        due = time.monotonic() - drawn_s > _REDRAWN_EVERY_S
        drawn_s = time.monotonic() if due else drawn_s
        progress.update(task, completed=count, refresh=due)

    return report


def console(*, error: bool = False) -> "Console":
    """Rich console on standard output, or on standard error."""
    from rich.console import Console

    return Console(stderr=error, highlight=False, emoji=False, legacy_windows=False)


def print_assessment(assessment: Assessment, *, language: str) -> None:
    """Print the sentence, its scores, each word with its sounds, and what to work on."""
    from rich.markup import escape

    screen = console()
    screen.print(f"[bold]{escape(assessment.text)}[/bold]")
    screen.print(_scores(assessment))
    for warning in assessment.quality.warnings:
        screen.print(f"[yellow]Recording: {escape(warning)}[/yellow]")
    if assessment.off_script is not None:
        screen.print(f"[red]The recording does not match the text ({escape(assessment.off_script)}).[/red]")
    screen.print(_sounds(assessment))
    _print_tips(screen, assessment, language)


def _scores(assessment: Assessment) -> str:
    scores = assessment.scores
    named = (
        ("Overall", scores.overall),
        ("Sounds", scores.accuracy),
        ("Fluency", scores.fluency),
        ("Completeness", scores.completeness),
        ("Prosody", scores.prosody),
    )
    return "   ".join(f"{name} {_score(score)}" for name, score in named)


def _score(score: Score) -> str:
    if score.value is None:
        return f"- ({score.reason})" if score.reason else "-"
    sign = "±" if speaks_unicode() else "+/-"
    margin = f" {sign} {score.uncertainty:.0f}" if score.uncertainty >= 0.5 else ""
    return f"[bold]{score.value:.0f}[/bold]{margin}"


def _sounds(assessment: Assessment) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("Word", "Expected", "Heard", "Verdict"):
        table.add_column(name)
    table.add_column("Score", justify="right")
    table.add_column("Time (s)", justify="right")
    for word in assessment.words:
        for row in _word_rows(word):
            table.add_row(*row)
    return table


def _word_rows(word: WordResult) -> list[tuple[str, ...]]:
    """Rows of one word: its name and score in the first, then one row a sound, added sounds where they were heard."""
    from rich.markup import escape

    if word.error in {WordError.OMISSION, WordError.INSERTION}:
        what = "[red]not read[/red]" if word.error is WordError.OMISSION else "[red]not in the text[/red]"
        return [(f"[bold]{escape(word.text)}[/bold]", "", "", what, "", _span(word.start_s, word.end_s))]
    rows: list[tuple[str, ...]] = []
    for index in range(-1, len(word.phones)):
        if index >= 0:
            rows.append(_phone_row(word.phones[index]))
        rows += [_insertion_row(extra) for extra in word.insertions if extra.after == index]
    score = "" if word.score is None else f" {word.score:.0f}"
    first = f"[bold]{escape(word.text)}[/bold]{score}"
    return [(first if position == 0 else "", *row) for position, row in enumerate(rows)]


def _phone_row(result: PhoneResult) -> tuple[str, ...]:
    heard = "" if result.said is None else name(result.said, result.stress)
    score = "" if result.score is None else f"{result.score:.0f}"
    return (
        name(result.expected, result.stress),
        heard,
        _mark(_MARKS[result.verdict]),
        score,
        _span(result.start_s, result.end_s),
    )


def _insertion_row(extra: Insertion) -> tuple[str, ...]:
    return "", name(extra.phone), _mark(_ADDED), "", _span(extra.start_s, extra.end_s)


def _mark(entry: tuple[str, str, str, str]) -> str:
    symbol, plain, words, colour = entry
    return f"[{colour}]{symbol if speaks_unicode() else plain} {words}[/{colour}]"


def name(symbol: str, stress: int | None = None) -> str:
    """A sound as the terminal can show it: IPA and ARPAbet, or ARPAbet alone; a vowel by the stress of its place."""
    ipa = to_ipa([symbol if stress is None or not phone(symbol).is_vowel else f"{symbol}{stress}"])
    return f"/{ipa}/ {symbol}" if speaks_unicode() else symbol


def _span(start_s: float, end_s: float) -> str:
    return f"{start_s:.2f}-{end_s:.2f}"


def _print_tips(screen: "Console", assessment: Assessment, language: str) -> None:
    from rich.markup import escape

    from speech.feedback import fix_cards, summary

    screen.print()
    screen.print(escape(summary(assessment, language=language)))
    for number, card in enumerate(fix_cards(assessment, language=language), start=1):
        screen.print(f"[bold]{number}. {escape(card.title)}[/bold]")
        for line in (*card.how, card.feel_check):
            screen.print(f"   {escape(line)}")
        pairs = ", ".join(f"{one} / {other}" for one, other in card.minimal_pairs)
        if pairs:
            screen.print(f"   {escape(pairs)}")
