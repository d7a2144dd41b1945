import contextlib
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from classroom import tables
from classroom.tables import Unreadable, plain, read, safe, write_csv, write_xlsx

EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")', "'=1")
ROWS = [["Name", "Fish: total"], ["Ani, the first\nand last", 71.5], *([evil, 3] for evil in EVIL), ["O'Neil", None]]


def xlsx(rows: list[list[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_no_cell_of_a_csv_is_a_formula() -> None:
    written = write_csv(ROWS)
    assert written.startswith(b"\xef\xbb\xbf")
    import csv

    cells = [cell for row in csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert "'=1+1" in cells and "''=1" in cells and "O'Neil" in cells


def test_no_cell_of_a_workbook_is_a_formula() -> None:
    sheet = load_workbook(io.BytesIO(write_xlsx(ROWS, title="9A: [first]/second"))).worksheets[0]
    kinds = {cell.value: cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert {kinds[evil] for evil in EVIL if "\r" not in evil} == {"s"}
    assert kinds[71.5] == "n"
    assert "f" not in kinds.values()


@given(st.text())
def test_escaping_can_be_undone(text: str) -> None:
    assert plain(safe(text)) == text
    assert not safe(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_what_is_written_is_read_again() -> None:
    for written in (write_csv(ROWS), write_xlsx(ROWS, title="9A")):
        found = read(written)
        assert found[1][1][0] == "Ani, the first\nand last"
        assert [float(row[1]) for _, row in found[1:3]] == [71.5, 3.0]
        assert [row[0] for _, row in found[2:5]] == list(EVIL[:3])


@pytest.mark.parametrize("text", ["a;b\n1;2\n", "a\tb\n1\t2\n", '"a;x",b\n1,2\n', "\ufeffa,b\r\n\r\n1,2\r\n"])
def test_any_usual_csv_is_read(text: str) -> None:
    rows = read(text.encode())
    assert rows[-1][1] == ["1", "2"]
    assert rows[-1][0] == (3 if "\r" in text else 2)


def test_other_encodings_are_read() -> None:
    assert read("näme,b\n1,2\n".encode("cp1252"))[0][1][0] == "näme"
    assert read("näme\tb\n1\t2\n".encode("utf-16"))[0][1][0] == "näme"


def bomb(name: str, content: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        b"PK\x03\x04nonsense",
        bomb("xl/workbook.xml", b"<a/>"),
        bomb("xl/worksheets/sheet1.xml", bytes(30_000_000)),
        bomb("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "aaaa">]><x/>'.encode("utf-16")),
        b"a,b\n" * (tables.MOST_LINES + 1),
        b"," * tables.MOST_COLUMNS + b"x\n",
        b"\xff\xfe\x00",
        b"\x81\x8d",
    ],
)
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read(content)


def test_a_workbook_with_a_far_cell_is_refused() -> None:
    book = Workbook()
    book.worksheets[0].cell(1_000_000, 1, "b")
    written = io.BytesIO()
    book.save(written)
    with pytest.raises(Unreadable):
        read(written.getvalue())


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(Unreadable):
        assert read(content)


def test_formulas_in_a_workbook_are_read_as_their_last_value() -> None:
    assert read(xlsx([["a"], ["=1+1"], ["x"]]))[-1][1][0] == "x"
