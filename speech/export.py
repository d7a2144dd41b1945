"""An assessment as JSON, as Azure-shaped JSON, as a Praat TextGrid and as CSV."""

import csv
import io
import json
import math
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from phonemes.inventory import phone
from speech.azure import to_azure
from speech.results import Assessment, WordResult
from speech.textgrid import to_textgrid

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["CSV_COLUMNS", "SCHEMA_VERSION", "from_json", "to_azure", "to_csv", "to_json", "to_textgrid"]

SCHEMA_VERSION = 1
"""Version of the JSON layout; it rises when a field changes its meaning or goes away."""

CSV_COLUMNS: tuple[str, ...] = (
    "word_index",
    "word",
    "char_start",
    "char_end",
    "word_score",
    "word_error",
    "phone_index",
    "expected",
    "ipa",
    "stress",
    "said",
    "said_ipa",
    "said_probability",
    "score",
    "uncertainty",
    "verdict",
    "start_s",
    "end_s",
)
"""Columns of `to_csv`, in order."""

_FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")


@cache
def _adapter() -> "TypeAdapter[Assessment]":
    from pydantic import TypeAdapter

    return TypeAdapter(Assessment)


def to_json(assessment: Assessment) -> str:
    """Write an assessment as one line of JSON that `from_json` reads back exactly.

    Returns
    -------
    str
        An object with ``schema_version`` and the fields of `Assessment`. Numbers JSON does not have are the strings
        "Infinity", "-Infinity" and "NaN".
    """
    fields = _adapter().dump_python(assessment, mode="json")
    return json.dumps({"schema_version": SCHEMA_VERSION, **_finite(fields)}, ensure_ascii=False, allow_nan=False)


def from_json(text: str) -> Assessment:
    """Read what `to_json` wrote.

    Raises
    ------
    ValueError
        The text is no JSON, no assessment, or of another schema version.
    """
    fields = json.loads(text)
    if not isinstance(fields, dict):
        raise ValueError("an assessment is a JSON object")
    version = fields.pop("schema_version", None)
    if version != SCHEMA_VERSION:
        raise ValueError(f"schema_version is {version!r}; this version of Lafal reads {SCHEMA_VERSION}")
    return _adapter().validate_python(fields)


def _finite(value: Any) -> Any:
    """Name the numbers JSON does not have; pydantic reads these names back as numbers."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def to_csv(assessment: Assessment) -> str:
    """Write one row a phone, with the header `CSV_COLUMNS`.

    A sound that was added has a row of its own, after the phone it follows, with an empty `expected` and the verdict
    "insertion"; a word without phones has one row. What is unknown is empty. A text cell that a spreadsheet would run
    as a formula begins with an apostrophe.
    """
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, CSV_COLUMNS, restval="")
    writer.writeheader()
    for word_index, word in enumerate(assessment.words):
        shared = {
            "word_index": word_index,
            "word": word.text,
            "char_start": word.char_start,
            "char_end": word.char_end,
            "word_score": word.score,
            "word_error": word.error.value,
        }
        for row in _phone_rows(word):
            writer.writerow({name: _cell(value) for name, value in {**shared, **row}.items()})
    return buffer.getvalue()


def _phone_rows(word: WordResult) -> Iterator[dict[str, Any]]:
    if not word.phones and not word.insertions:
        yield {"start_s": word.start_s, "end_s": word.end_s}
    for index in range(-1, len(word.phones)):
        if index >= 0:
            result = word.phones[index]
            row = {name: getattr(result, name) for name in CSV_COLUMNS if hasattr(result, name)}
            said_ipa = None if result.said is None else phone(result.said).ipa
            yield {**row, "phone_index": index, "said_ipa": said_ipa, "verdict": result.verdict.value}
        for extra in word.insertions:
            if extra.after == index:
                yield {
                    "said": extra.phone,
                    "said_ipa": phone(extra.phone).ipa,
                    "said_probability": extra.probability,
                    "verdict": "insertion",
                    "start_s": extra.start_s,
                    "end_s": extra.end_s,
                }


def _cell(value: object) -> object:
    """Keep a spreadsheet from running a learner's text."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value
