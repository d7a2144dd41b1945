"""Tables for spreadsheets, out and in: CSV and XLSX in which no cell is ever a formula."""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from typing import cast

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

Value = str | float | int | None
Row = Sequence[Value]

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MOST_LINES = 600
MOST_COLUMNS = 400
_MOST_UNPACKED_BYTES = 20_000_000
_MOST_PARTS = 200
_LAST_LINE = 5000  # Lines below the table may be empty and only have a format.
_WIDEST, _NARROWEST = 40, 8

# What a spreadsheet takes for a formula. Apostrophes before it are part of the pattern, so that `plain` undoes `safe`.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r\n]")


class Unreadable(ValueError):
    """Neither CSV nor XLSX, damaged, or larger than any class's table."""


def safe(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def plain(text: str) -> str:
    """Undo `safe`."""
    return text[1:] if _ESCAPED.match(text) else text


def write_csv(rows: Sequence[Row]) -> bytes:
    """Write CSV as spreadsheets expect it: UTF-8 with its mark, commas, decimal points."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([safe(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(rows: Sequence[Row], *, title: str) -> bytes:
    """Write a workbook of one sheet with a heading line; text stays text whatever it begins with."""
    book = Workbook(write_only=False)
    sheet = book.worksheets[0]
    sheet.title = re.sub(r"[\\/*?:\[\]']", " ", title)[:31].strip() or "1"
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row, 1):
            _fill(cast("Cell", sheet.cell(number, place)), value)
    for place, heading in enumerate(rows[0] if rows else (), 1):
        sheet.cell(1, place).font = Font(bold=True)
        letters = max(_NARROWEST, *(len(str(row[place - 1] or "")) + 2 for row in rows))
        sheet.column_dimensions[get_column_letter(place)].width = min(_WIDEST, letters) if heading else _NARROWEST
    sheet.freeze_panes = "B2"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def read(content: bytes) -> list[tuple[int, list[Value]]]:
    """Read CSV or XLSX: each line that is not empty with its number; text as it is for people.

    Raises
    ------
    Unreadable
        It is no table, or too large for one.
    """
    try:
        rows = _read_xlsx(content) if content.startswith(b"PK") else _read_csv(content)
    except (KeyError, TypeError, ValueError, OSError, EOFError, SyntaxError, csv.Error, zipfile.BadZipFile) as error:
        raise Unreadable(str(error)) from error
    kept = [(number, row) for number, row in rows if any(cell not in (None, "") for cell in row)]
    if not kept or len(kept) > MOST_LINES or any(len(row) > MOST_COLUMNS for _, row in kept):
        raise Unreadable("empty or too large")
    return kept


def _fill(cell: Cell, value: Value) -> None:
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", value)
        cell.data_type = "s"
        cell.quotePrefix = bool(_FORMULA.match(value))
    elif value is not None:
        cell.value = value


def _read_csv(content: bytes) -> list[tuple[int, list[Value]]]:
    text = _decode(content)
    # Newlines within quotes may be part of a heading: the first record is parsed, not the first line.
    delimiter = max(",;\t", key=lambda sign: len(next(csv.reader(io.StringIO(text, newline=""), delimiter=sign), ())))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[Value]]] = []
    begins = 1
    for cells in reader:
        rows.append((begins, [plain(cell) for cell in cells]))
        begins = reader.line_num + 1
        if len(rows) > MOST_LINES + 1:
            break
    return rows


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _read_xlsx(content: bytes) -> list[tuple[int, list[Value]]]:
    _check_archive(content)
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows: list[tuple[int, list[Value]]] = []
        for number, line in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True), 1):
            if number > _LAST_LINE:
                raise Unreadable("too long")
            rows.append((number, _trimmed([_value(cell) for cell in line])))
        return rows
    finally:
        book.close()


def _check_archive(content: bytes) -> None:
    """Refuse what unpacks to more than a table, or declares entities that grow while they are read."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED_BYTES:
            raise Unreadable("too large")
        # Without zeros the declaration is found in UTF-16 as well.
        if any(b"<!DOCTYPE" in archive.read(part).replace(b"\0", b"") for part in parts):
            raise Unreadable("no workbook has a DOCTYPE")


def _trimmed(row: list[Value]) -> list[Value]:
    while row and row[-1] in (None, ""):
        row.pop()
    return row


def _value(cell: object) -> Value:
    if cell is None or isinstance(cell, bool):
        return None if cell is None else str(cell)
    return cell if isinstance(cell, int | float) else plain(str(cell))
