"""Two lines of a benchmark's history against each other: what changed, and whether anything got worse."""

import argparse
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from benchmarks.history import FOLDER
from benchmarks.systems import POCKETSPHINX, RANDOM

if TYPE_CHECKING:
    from rich.table import Table

Line = Mapping[str, Any]
Better = Literal["less", "more", ""]

NOTHING_TO_COMPARE = 2
"""Exit code where there are no two such lines."""

_SETTINGS = frozenset(
    {"clip_s", "every_s", "runs", "cold_runs", "threads", "clients", "sent", "seed", "limit", "resamples"}
    | {"arithmetic_s", "reading_s", "gigabytes_per_s", "bias_ms", "middle_ms"}
)
"""What was asked for rather than found, facts about the machine, and errors with a sign."""

_LESS = frozenset(
    {"real_time_factor", "ratio", "failures", "lost", "refused", "phone_mse", "phone_error_rate", "false_alarms"}
    | {"abstained", "not_judged", "unjudged", "unusable", "skipped_words", "words_left_out", "wrongly_skipped"}
    | {"right_refused", "half_read_refused", "worst_drift", "normal_refused", "phones_lost", "mean_change"}
    | {"phone_errors_percent", "frequent_phone_errors_percent", "ms_per_word"}
    | {"crashes", "hangs", "stopped_by_system", "escaped", "uncontained"}
    | {"out_of_order", "lines_differing", "ratio_every_core"}
)
_MORE = frozenset(
    {"audio_per_s", "phone_pcc", "error_auc", "error_f1", "error_precision", "error_recall", "utterance_pcc"}
    | {"utterance_accuracy_pcc", "utterance_total_pcc", "word_accuracy_pcc", "word_total_pcc", "within_20"}
    | {"within_50", "found", "named", "other_refused", "left_out_found", "added_found", "words_right_percent"}
    | {"killed_at"}
)
_IDENTITY = ("name", "system", "device", "threads", "clip_s", "clips", "clients", "workers")
"""What tells the entries of a list apart."""

_SUBJECT = ("candidate", "source", "voice", "options")
_ASKED = ("clip_s", "every_s", "within_s", "limit", "cold_runs")
"""What lines from before options were written down tell of them."""

_FEWEST_FOR_P99 = 100
"""Of fewer measurements the 99th percentile is nearly the largest, and that is chance."""

_PEERS = (POCKETSPHINX, RANDOM)
"""How names of systems begin whose speed is none of ours."""

_SPEEDS = frozenset({"real_time_factor", "ratio", "ratio_every_core", "ms_per_word"})
_NOTICED = {"_ms": 1.0, "_s": 0.001}
"""A time that moves by less has not changed."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a line: its path, what it measures, its value, and whether it can tell that anything got worse."""

    path: str
    measure: str
    value: float
    telling: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """A figure in both lines; `worse` is how many times as bad it is now, below 1 where it is better.

    None where a figure is neither good nor bad, another system's, or chance, or where times of different machines meet.
    """

    path: str
    before: float
    after: float
    worse: float | None


def figures(line: Line) -> Iterator[Figure]:
    """Every number of a line; a list of plain numbers counts as its median."""
    for key, value in line.items():
        if key not in ("machine", "measured_at", "options"):
            yield from _walk(value, Figure(key, key, math.nan))


def _walk(value: Any, at: Figure) -> Iterator[Figure]:
    match value:
        case bool() | str() | None:
            return
        case int() | float():
            yield replace(at, value=float(value))
        case dict():
            for key, entry in value.items():
                measure = at.measure if key == "value" else key
                telling = at.telling and _is_telling(key, value)
                yield from _walk(entry, replace(at, path=f"{at.path}.{key}", measure=measure, telling=telling))
        case [first, *_] if all(isinstance(entry, int | float) for entry in value) and not isinstance(first, bool):
            yield replace(at, value=float(np.median(value)))
        case _:
            for index, entry in enumerate(value):
                yield from _walk(_content(entry), replace(at, path=f"{at.path}[{_label(entry, index)}]"))


def _is_telling(key: str, entry: Mapping[str, Any]) -> bool:
    if str(entry.get("system", "")).startswith(_PEERS):
        return False
    measured = entry.get("runs", entry.get("sent", _FEWEST_FOR_P99))
    return not key.startswith("p99") or measured >= _FEWEST_FOR_P99


def _content(entry: Any) -> Any:
    return entry[1] if _is_named(entry) else entry


def _label(entry: Any, index: int) -> str:
    if _is_named(entry):
        return entry[0]
    labels = [f"{entry[key]}" for key in _IDENTITY if key in entry] if isinstance(entry, dict) else []
    return ", ".join(labels) or str(index)


def _is_named(entry: Any) -> bool:
    """Whether this is a pair of a name and a number."""
    return isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str)


def changes(before: Line, after: Line) -> tuple[Change, ...]:
    """Set every figure that both lines have side by side."""
    same = same_machine(before, after)
    old = {figure.path: figure for figure in figures(before)}
    return tuple(
        Change(figure.path, old[figure.path].value, figure.value, _worse(figure, old[figure.path], same_machine=same))
        for figure in figures(after)
        if figure.path in old
    )


def same_machine(one: Line, other: Line) -> bool:
    """Whether two lines were measured on one processor with as many cores, under one system."""
    keys = ("processor", "cores", "system")
    return all(one["machine"].get(key) == other["machine"].get(key) for key in keys)


def better(measure: str) -> Better:
    """Which way a measure gets better; "" where it has no better."""
    if measure in _MORE:
        return "more"
    timed = measure.endswith(("_s", "_ms", "_mb")) and measure not in _SETTINGS
    return "less" if timed or measure in _LESS else ""


def _worse(figure: Figure, before: Figure, *, same_machine: bool) -> float | None:
    direction = better(figure.measure)
    is_speed = figure.measure.endswith(("_s", "_ms")) or figure.measure in _SPEEDS
    if not direction or not (figure.telling and before.telling) or (is_speed and not same_machine):
        return None
    least = next((step for suffix, step in _NOTICED.items() if figure.measure.endswith(suffix)), 0.0)
    if abs(figure.value - before.value) <= least:
        return 1.0
    good, bad = (before.value, figure.value) if direction == "less" else (figure.value, before.value)
    return bad / good if good > 0 else float("inf")


def choose(lines: Sequence[Line], first: int | None, last: int | None) -> tuple[int, int] | None:
    """Places of the two lines to compare, from 0.

    Parameters
    ----------
    lines : sequence of lines
        Oldest first.
    first, last : int or None
        Numbers that the user gave, 1 for the oldest, -1 for the newest. Left out: the newest line, and the newest one
        before it of the same machine, the same candidate, source and voice, and asked for with the same options.

    Raises
    ------
    ValueError
        There is no such line.
    """
    for number in (first, last):
        if number is not None and not 1 <= abs(number) <= len(lines):
            raise ValueError(f"There is no line {number}: the history has {len(lines)}.")
    if not lines:
        return None
    end = len(lines) - 1 if last is None else _place(last, lines)
    if first is not None:
        return _place(first, lines), end
    for start in range(end - 1, -1, -1):
        if _alike(lines[start], lines[end]) and same_machine(lines[start], lines[end]):
            return start, end
    return None


def _alike(one: Line, other: Line) -> bool:
    # Where verdicts were timed, `runs` were asked for; elsewhere it is what was found.
    asked = (*_ASKED, "runs") if "cold_runs" in other else _ASKED
    return all(one.get(key) == other.get(key) for key in (*_SUBJECT, *asked))


def _place(number: int, lines: Sequence[Line]) -> int:
    return number - 1 if number > 0 else len(lines) + number


def read_history(name: str, folder: Path = FOLDER) -> list[Line]:
    """Read every line of a benchmark, oldest first; none where it was never recorded."""
    path = folder / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


def table(name: str, found: Sequence[Change], *, ratio: float) -> "Table":
    """A row a figure."""
    from rich.markup import escape
    from rich.table import Table

    result = Table(title=f"lafal bench {name}")
    result.add_column("figure", overflow="fold")
    for heading in ("before", "after", "change", ""):
        result.add_column(heading, justify="right")
    for change in found:
        share = f"{100 * (change.after / change.before - 1):+.1f} %" if change.before else "-"
        result.add_row(
            escape(change.path), f"{change.before:.5g}", f"{change.after:.5g}", share, _verdict(change, ratio)
        )
    return result


def _verdict(change: Change, ratio: float) -> str:
    if change.worse is None:
        return ""
    return "WORSE" if change.worse > ratio else "better" if change.worse < 1 / ratio else "alike"


def _described(line: Line, number: int) -> str:
    machine = line["machine"]
    versions = ", ".join(f"{package} {version}" for package, version in machine.get("versions", []))
    where = f"{machine['processor']}, {machine['cores']} cores; {machine['system']}; {versions}"
    return f"line {number}: {line['measured_at']}, model {line.get('model', '-')}; {where}"


def main(arguments: Sequence[str]) -> None:
    """Print the table; ends with status 1 where anything got worse beyond the ratio."""
    from rich.console import Console

    parser = argparse.ArgumentParser(prog="lafal bench compare", description=__doc__, allow_abbrev=False)
    parser.add_argument("name", help="benchmark, such as latency")
    parser.add_argument("--from", dest="first", type=int, metavar="N", help="line before; 1 is the oldest, -1 the last")
    parser.add_argument("--to", dest="last", type=int, metavar="M", help="line after (default: the newest)")
    parser.add_argument("--ratio", type=float, default=1.2, help="worse beyond this is a failure (default: 1.2)")
    parser.add_argument("--history", type=Path, default=FOLDER, help="folder of histories")
    options = parser.parse_args(list(arguments))
    lines = read_history(options.name, options.history)
    try:
        places = choose(lines, options.first, options.last)
    except ValueError as error:
        parser.error(str(error))
    if places is None:
        print(f"Nothing to compare: {options.name} has {len(lines)} lines, no two of one machine, subject and options.")
        raise SystemExit(NOTHING_TO_COMPARE)
    before, after = (lines[place] for place in places)
    found = changes(before, after)
    Console(highlight=False).print(table(options.name, found, ratio=options.ratio))
    for line, place in zip((before, after), places, strict=True):
        print(_described(line, place + 1))
    if not same_machine(before, after):
        print("These are DIFFERENT MACHINES: times are shown, but not judged.")
    worse = [change.path for change in found if change.worse is not None and change.worse > options.ratio]
    if worse:
        print(f"{len(worse)} figures got worse by more than {options.ratio:g} times: {', '.join(worse)}")
        raise SystemExit(1)
    print(f"No figure got worse by more than {options.ratio:g} times.")
