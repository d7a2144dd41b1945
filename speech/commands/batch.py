"""Score a list of recordings into one line of JSON each: in input order, resumable, one process a worker."""

import csv
import gc
import json
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from multiprocessing import connection
from multiprocessing.context import BaseContext
from pathlib import Path

from speech.commands import judge
from speech.errors import SpeechError
from speech.memory import keep_large_pieces_apart
from speech.settings import Runtime, Settings, cores

_COLUMNS = ("path", "text", "phones")

AHEAD = 4
"""Rows given to the workers beyond those being scored, per worker: keeps them busy and memory small."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: where the audio is, what was to be read, and its phones where they are fixed."""

    path: str
    text: str | None
    phones: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """How to score a list.

    Parameters
    ----------
    workers : int
        Processes, each with its own model and one thread.
    timings : bool
        Keep the milliseconds of each stage in the lines; without them equal input gives equal bytes.
    settings : Settings
        Names the model.
    """

    workers: int
    timings: bool
    settings: Settings


class BadListError(SpeechError):
    """The list cannot be read; facts: path, detail."""

    code = "bad_list"
    template = "The list {path} cannot be read: {detail}."
    remedy_template = "Write one recording a line: path, tab, text, and optionally a tab and the phones, in UTF-8."


class OtherResultsError(SpeechError):
    """The output file holds something else; facts: path, detail."""

    code = "other_results"
    template = "{path} holds other results: {detail}."
    remedy_template = "Choose another file, or start again with --restart."


class WorkerLostError(SpeechError):
    """A worker process ended by itself; facts: path."""

    code = "worker_lost"
    template = "A worker process was ended from outside, perhaps because memory ran out; {path} keeps what was done."
    remedy_template = "Run the same command again, with fewer workers."


def read_list(path: Path) -> tuple[Row, ...]:
    """Read a list: tab-separated columns path, text and perhaps phones, with or without a header.

    Raises
    ------
    BadListError
        The file is missing, is no UTF-8 text, or its header lacks a column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = [line for line in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE) if any(line)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadListError({"path": path, "detail": error}) from error
    columns: Sequence[str] = _COLUMNS
    if lines and lines[0][0].strip().lower() in _COLUMNS:
        columns = [name.strip().lower() for name in lines.pop(0)]
        if not {"path", "text"} <= set(columns):
            raise BadListError({"path": path, "detail": "its header needs the columns path and text"})
    return tuple(_row(dict(zip(columns, line, strict=False))) for line in lines)


def _row(cells: dict[str, str]) -> Row:
    phones = tuple(cells.get("phones", "").split())
    return Row(cells.get("path", "").strip(), cells.get("text"), phones or None)


def completed(out: Path, rows: Sequence[Row]) -> int:
    """Count the complete lines already written, and cut off a last one that was torn.

    Raises
    ------
    OtherResultsError
        The lines are not those of this list.
    """
    if not out.exists():
        return 0
    count, end = 0, 0
    with out.open("rb") as stream:
        for line in stream:
            if not line.endswith(b"\n"):
                break
            if count >= len(rows):
                raise OtherResultsError({"path": out, "detail": "it has more lines than the list"})
            if _path_of(line) != rows[count].path:
                raise OtherResultsError({"path": out, "detail": f"line {count + 1} is not about {rows[count].path}"})
            count += 1
            end += len(line)
    if end < out.stat().st_size:
        with out.open("rb+") as stream:
            stream.truncate(end)
    return count


def _path_of(line: bytes) -> str | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry.get("path") if isinstance(entry, dict) else None


def score_list(
    rows: Sequence[Row], out: Path, *, folder: Path, options: BatchOptions, report: Callable[[int], None]
) -> None:
    """Score the rows that `out` does not have yet and append a line for each, in order.

    Parameters
    ----------
    rows : sequence of Row
        The whole list.
    out : Path
        JSON lines; every line ends up in the operating system before the next is begun.
    folder : Path
        Where relative paths are looked up when the current folder has no such file.
    options : BatchOptions
        How to score.
    report : callable
        Told the number of lines there are, first and after each.

    Raises
    ------
    OtherResultsError
        `out` belongs to another list.
    ModelError
        The model cannot be loaded.
    WorkerLostError
        A worker process was killed.
    """
    done = completed(out, rows)
    report(done)
    before = _judged_with(out) if done else None
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("ab", buffering=0) as stream:
        try:
            for count, line in enumerate(_lines(rows[done:], folder, options), start=done + 1):
                encoded = line.encode("utf-8")
                if before is not None and _signature(encoded) not in {before, None}:
                    raise OtherResultsError({"path": out, "detail": "they come from another model or version"})
                stream.write(encoded)
                report(count)
        except BrokenProcessPool as error:
            raise WorkerLostError({"path": out}) from error


def _judged_with(out: Path) -> str | None:
    """Model and versions of the first judged line."""
    with out.open("rb") as stream:
        return next(filter(None, map(_signature, stream)), None)


def _signature(line: bytes) -> str | None:
    """Model and versions of a line; None for a line with an error."""
    entry = json.loads(line)
    return None if "error" in entry else json.dumps([entry["model"], entry["versions"]])


def _lines(rows: Sequence[Row], folder: Path, options: BatchOptions) -> Iterator[str]:
    if not rows:
        return
    if options.workers == 1:
        scorer = _Scorer(folder, options)
        yield from (scorer.line(row) for row in rows)
        return
    with ProcessPoolExecutor(options.workers, _context(options.settings), _start_worker, (folder, options)) as pool:
        yield from _in_order(pool, rows, ahead=AHEAD * options.workers)


def _context(settings: Settings) -> BaseContext:
    """Workers that share what is loaded here where this system and the model allow it, else fresh ones.

    A fork has no thread but its own, so that it would wait for ever for what another thread of its parent held. torch
    starts threads, and keeps a graphics card that forks cannot use.
    """
    from speech.acoustic import choose_runtime

    in_onnx = choose_runtime(settings.model, settings) is Runtime.ONNX
    if sys.platform != "linux" or not in_onnx or threading.active_count() > 1:
        return multiprocessing.get_context("spawn")
    judge.load_all(settings)
    gc.collect()
    gc.freeze()  # the collector would write into shared pages
    return multiprocessing.get_context("fork")


def _in_order(pool: ProcessPoolExecutor, rows: Iterable[Row], *, ahead: int) -> Iterator[str]:
    """Give rows to the workers a few at a time and yield their lines in the rows' order."""
    remaining = iter(rows)
    waiting: list[Future[str]] = [pool.submit(_score_in_worker, row) for row in islice(remaining, ahead)]
    try:
        while waiting:
            yield waiting.pop(0).result()
            waiting += [pool.submit(_score_in_worker, row) for row in islice(remaining, 1)]
    finally:
        for future in waiting:
            future.cancel()


class _Scorer:
    """Turns rows into lines with one model, loaded for the first: a worker that fails before is taken for lost."""

    def __init__(self, folder: Path, options: BatchOptions) -> None:
        keep_large_pieces_apart()  # else a worker that met long recordings grows to twice as much and more
        self._folder = folder
        self._options = options

    @cached_property
    def _judge(self) -> judge.Judge:
        # With a worker on every core a further thread for the pitch would only make them wait for each other.
        return judge.open_judge(self._options.settings, beside=self._options.workers < cores())

    def line(self, row: Row) -> str:
        """One line of JSON, with an ``error`` where the row cannot be scored."""
        from speech.export import to_json

        if not row.path or row.text is None:
            return _error_line(row, "bad_row", "The line needs a path and a text, separated by a tab.", "")
        path = Path(row.path)
        if not path.is_absolute() and not path.exists():
            path = self._folder / path
        judging = self._judge  # a model that cannot be loaded is no fault of the row's
        try:
            assessment = judging.assess(path, row.text, phones=row.phones)
        except SpeechError as error:
            return _error_line(row, error.code, error.sentence, error.remedy)
        # One broken recording must not end a run over thousands; the line says what happened.
        except (ValueError, KeyError, IndexError, ArithmeticError, OSError, RuntimeError, MemoryError) as error:
            return _error_line(row, "unexpected", f"{type(error).__name__}: {error}", "Report this with the recording.")
        if not self._options.timings:
            assessment = replace(assessment, timings_ms={})
        return '{"path": ' + json.dumps(row.path, ensure_ascii=False) + ", " + to_json(assessment)[1:] + "\n"


def _error_line(row: Row, code: str, message: str, remedy: str) -> str:
    error = {"code": code, "message": message, "remedy": remedy}
    return json.dumps({"path": row.path, "error": error}, ensure_ascii=False) + "\n"


_workers: dict[str, _Scorer] = {}
"""The scorer of this worker process; empty in the parent."""


def _start_worker(folder: Path, options: BatchOptions) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent alone answers it
    _end_with_parent()
    _workers["scorer"] = _Scorer(folder, options)


def _score_in_worker(row: Row) -> str:
    return _workers["scorer"].line(row)


def _end_with_parent() -> None:
    """Stop this process when its parent is killed; it would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
