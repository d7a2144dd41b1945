"""One JSON line a measurement, appended to a file of its own, so that figures can be followed over time."""

import dataclasses
import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.machine import this_machine

FOLDER = Path(__file__).resolve().parent / "history"


def record(name: str, figures: Any, *, options: Any = None, now: datetime | None = None, folder: Path = FOLDER) -> Path:
    """Append a measurement to ``NAME.jsonl``.

    Parameters
    ----------
    name : str
        The benchmark.
    figures : dataclass instance
        What was measured.
    options : dataclass instance, optional
        What was asked for; `lafal bench compare` sets only lines with the same options against each other.
    now : datetime, optional
        When; the clock's time when left out.
    folder : Path
        Where histories are kept.

    Returns
    -------
    Path
        The file.
    """
    line = {
        "measured_at": (now or datetime.now(UTC)).isoformat(timespec="seconds"),
        "machine": dataclasses.asdict(this_machine()),
        **({"options": dataclasses.asdict(options)} if options is not None else {}),
        **dataclasses.asdict(figures),
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.jsonl"
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(_writable(line), ensure_ascii=False, allow_nan=False) + "\n")
    return path


def _writable(value: Any) -> Any:
    """Make values fit for JSON: it has no nan, so what was not measured is null; of a file its name will do."""
    if isinstance(value, Path):
        return value.name
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _writable(entry) for key, entry in value.items()}
    return [_writable(entry) for entry in value] if isinstance(value, list | tuple) else value
