"""Tables out and in through the browser."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from classroom_site import Browser, Site
from httpx import Response
from openpyxl import load_workbook
from school import NOW

from classroom import assignments, classes, people
from classroom.grid import grid
from classroom.people import Identity, name_anew
from classroom.store import audit
from classroom.tables import write_csv
from web.pages.grades import MOST_BYTES


def address(site: Site, page: str) -> str:
    return f"/classes/{site.people.class_id}/{page}"


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def upload(browser: Browser, site: Site, content: bytes, *, name: str = "table.csv") -> Response:
    browser.get(address(site, "grades"))
    return browser.post(address(site, "grades"), files={"file": (name, content)})


def changed(site: Site, browser: Browser, total: object, *, form: str = "csv") -> bytes:
    """The table as it is downloaded, with another total for Ani."""
    if form == "xlsx":
        book = load_workbook(io.BytesIO(browser.get(address(site, "grades.xlsx")).content))
        book.worksheets[0]["E2"] = total
        written = io.BytesIO()
        book.save(written)
        return written.getvalue()
    rows = rows_of(browser.get(address(site, "grades.csv")).content)
    rows[1][4] = str(total)
    return write_csv(rows)


def confirm(browser: Browser, site: Site, page: str) -> Response:
    wanted = unescape(re.search(r'name="changes" value="([^"]*)"', page)[1])
    return browser.post(address(site, "grades/confirm"), {"changes": wanted})


def text_of(page: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


@pytest.fixture
def teacher(site: Site) -> Browser:
    site.people.hand_in()
    return site.browser(site.people.teacher)


def test_totals_are_given_as_csv_in_the_readers_language(site: Site, teacher: Browser) -> None:
    answer = teacher.get(address(site, "grades.csv"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; filename=\"lafal.csv\"; filename*=UTF-8''9A")
    rows = rows_of(answer.content)
    assert rows[0] == ["Name", "Made-up name", "ID", "Group", "Fish: total", "Fish: state", "Fish: late"]
    assert rows[1][0] == "Ani" and rows[1][5:] == ["handed in", "no"]
    assert rows[2] == ["Budi", site.people.budi.pseudonym, site.people.budi.id, "", "", "", ""]
    indonesian = site.browser(site.people.teacher, language="id").get(address(site, "grades.csv"))
    assert rows_of(indonesian.content)[0][4:] == ["Fish: nilai", "Fish: status", "Fish: terlambat"]
    with site.store.reading() as session:
        made = audit.events(session, subject=f"class:{site.people.class_id}")
    assert [(one.action, one.actor) for one in made] == [("grades.export", site.people.teacher.id)] * 2


def test_totals_are_given_as_a_workbook(site: Site, teacher: Browser) -> None:
    answer = teacher.get(address(site, "grades.xlsx"))
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert [cell.value for cell in sheet[1]][:5] == ["Name", "Made-up name", "ID", "Group", "Fish: total"]
    assert sheet["E2"].data_type == "n"


def test_names_are_no_formulas_in_either_form(site: Site, teacher: Browser) -> None:
    name_anew(site.store, site.people.ani.id, Identity(name='=1+1,"x'), by=site.people.ani.id, now=NOW)
    assert "'=1+1,\"x" in [row[0] for row in rows_of(teacher.get(address(site, "grades.csv")).content)]
    sheet = load_workbook(io.BytesIO(teacher.get(address(site, "grades.xlsx")).content)).worksheets[0]
    assert {cell.value: cell.data_type for cell in sheet["A"]}['=1+1,"x'] == "s"
    listed = rows_of(teacher.get(address(site, "roster.csv")).content)
    assert "'=1+1,\"x" in [row[0] for row in listed]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "id"])
def test_unchanged_tables_change_nothing(site: Site, teacher: Browser, form: str, language: str) -> None:
    taken = site.browser(site.people.teacher, language=language).get(address(site, f"grades.{form}"))
    answer = upload(teacher, site, taken.content, name=f"x.{form}")
    assert answer.status_code == 200
    assert "Nothing changes" in answer.text and 'name="changes"' not in answer.text


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_changed_total_is_previewed_then_confirmed_and_is_in_the_next_table(
    site: Site, teacher: Browser, form: str
) -> None:
    old = rows_of(teacher.get(address(site, "grades.csv")).content)[1][4]
    answer = upload(teacher, site, changed(site, teacher, 12.5, form=form), name=f"x.{form}")
    assert "One total will change" in answer.text
    assert f"Ani Fish {old} 12.5" in text_of(answer.text)
    # Looking changes nothing.
    assert rows_of(teacher.get(address(site, "grades.csv")).content)[1][4] == old
    confirmed = confirm(teacher, site, answer.text)
    assert (confirmed.status_code, confirmed.headers["location"]) == (303, address(site, "grades?done=1"))
    assert "One total has been taken over." in teacher.get(confirmed.headers["location"]).text
    assert rows_of(teacher.get(address(site, "grades.csv")).content)[1][4] == "12.5"


def test_each_line_that_cannot_be_used_is_named_and_nothing_is_offered(site: Site, teacher: Browser) -> None:
    rows = rows_of(teacher.get(address(site, "grades.csv")).content)
    rows[1][4], rows[2][4] = "lots", "80"
    rows.append(["Cici", "", "f" * 32, "", "", "", ""])
    answer = upload(teacher, site, write_csv(rows))
    assert answer.status_code == 422
    said = text_of(answer.text)
    assert "3 places of the table cannot be used" in said
    assert "Line 2: Fish: total: “lots” is no number." in said
    assert "Line 3: Fish: total: nothing that could get a score has been handed in" in said
    assert f"Line 4: Nobody in this class has the ID “{'f' * 32}”." in said
    assert 'name="changes"' not in answer.text
    indonesian = site.browser(site.people.teacher, language="id")
    assert "“lots” bukan angka." in text_of(upload(indonesian, site, write_csv(rows)).text)


def test_every_problem_has_its_sentence(site: Site, teacher: Browser) -> None:
    rows = rows_of(teacher.get(address(site, "grades.csv")).content)
    ani = rows[1]

    def said(table: list[list[str]]) -> str:
        return text_of(upload(teacher, site, write_csv(table)).text)

    assert "is not between 0 and 100" in said([rows[0], [*ani[:4], "101", *ani[5:]]])
    assert "at most 50.0 can be reached, because 1 of 2" in said([rows[0], [*ani[:4], "60", *ani[5:]]])
    assert "is missing. Write it back" in said([rows[0], [*ani[:4], "", *ani[5:]]])
    assert "is not what it is now" in said([rows[0], [*ani[:5], "given back", ani[6]]])
    assert "belongs to Ani" in said([rows[0], ["Budi", *ani[1:]]])
    assert "is already in line 2" in said([rows[0], ani, ani])
    assert "There is no column “Note”" in said([[*rows[0], "Note"], ani])
    assert "“Fish: total” is there twice" in said([[*rows[0], "Fish: total"], ani])
    assert "There is no column “ID”" in said([["Name"], ["Ani"]])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "No table was chosen."),
        (b"PK\x03\x04", "neither CSV nor XLSX"),
        (b"a,b\n" * (MOST_BYTES // 4 + 1), "larger than 200 kB"),
    ],
)
def test_what_is_no_table_is_said(site: Site, teacher: Browser, content: bytes, sentence: str) -> None:
    answer = upload(teacher, site, content)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_no_file_at_all_is_said(site: Site, teacher: Browser) -> None:
    teacher.get(address(site, "grades"))
    answer = teacher.post(address(site, "grades"))
    assert (answer.status_code, "No table was chosen." in answer.text) == (422, True)


def test_totals_that_changed_meanwhile_are_left_alone(site: Site, teacher: Browser) -> None:
    answer = upload(teacher, site, changed(site, teacher, 12.5))
    first = confirm(teacher, site, answer.text)
    assert first.status_code == 303
    again = confirm(teacher, site, answer.text)
    assert again.status_code == 409
    assert "Meanwhile totals have changed" in again.text


@pytest.mark.parametrize("wanted", ["", "[]x", "[[1,2,3]]", '[["a","b",1,NaN]]', "7", '{"a": 1}', "[" * 10_000])
def test_made_up_changes_are_refused(site: Site, teacher: Browser, wanted: str) -> None:
    teacher.get(address(site, "grades"))
    answer = teacher.post(address(site, "grades/confirm"), {"changes": wanted})
    assert answer.status_code in {400, 409}
    assert rows_of(teacher.get(address(site, "grades.csv")).content)[1][4] != ""


def test_a_change_of_another_classs_work_is_refused(site: Site, teacher: Browser) -> None:
    teacher.get(address(site, "grades"))
    wanted = json.dumps([["0" * 32, site.people.ani.id, 35.0, 12.0]])
    assert teacher.post(address(site, "grades/confirm"), {"changes": wanted}).status_code == 409


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_class_list_is_changed_elsewhere_and_brought_back(site: Site, language: str) -> None:
    teacher, path = site.browser(site.people.teacher, language=language), f"/classes/{site.people.class_id}/roster"
    rows = rows_of(teacher.get(f"{path}.csv").content)
    assert [row[:2] for row in rows[1:]] == [["Ani", "ani@example.org"], ["Budi", "budi@example.org"]]
    rows[1][2:4] = ["+62 812", "Merah"]
    rows[2][0] = "Budi Santoso"
    file = {"file": ("list.csv", write_csv([*rows, ["Citra", "", "", "", ""]]), "text/csv")}
    preview = teacher.post(path, {"names": ""}, files=file).text
    assert re.findall("<mark>(.*?)</mark>", preview) == ["+62 812", "Merah", "Budi Santoso"]
    pasted = unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", preview, re.DOTALL)[1])
    assert teacher.post(path, {"names": pasted, "confirmed": "2"}).headers["location"].endswith("?done=listed")
    again = [row[:4] for row in rows_of(teacher.get(f"{path}.csv").content)[1:]]
    assert again == [
        ["Ani", "ani@example.org", "'+62 812", "Merah"],
        ["Budi Santoso", "budi@example.org", "", ""],
        ["Citra", "", "", ""],
    ]
    assert len(people.listed(site.store, "learner")) == 3
    # What is brought back unchanged changes nothing and nobody.
    file = {"file": ("list.csv", teacher.get(f"{path}.csv").content, "text/csv")}
    assert "<mark>" not in teacher.post(path, {"names": ""}, files=file).text


def test_one_group_is_looked_at_and_taken_out(site: Site) -> None:
    teacher = site.browser(site.people.teacher)
    assert '<select id="group"' not in teacher.get(address(site, "marks")).text
    classes.put_in_group(site.store, site.people.class_id, site.people.ani.id, "Merah & B", by=site.people.teacher.id)
    for page in ("marks", "overview", "grades"):
        whole = teacher.get(address(site, page)).text
        assert "<option>Merah &amp; B</option>" in whole and "?group=" not in whole, page
        part = teacher.get(address(site, page), params={"group": "Merah & B"}).text
        assert "<option selected>Merah &amp; B</option>" in part and "?group=Merah%20%26%20B" in part, page
        assert ("Budi" in whole, "Ani" in part, "Budi" in part) == (page != "grades", page != "grades", False), page
        assert teacher.get(address(site, page), params={"group": "none"}).status_code == 404
    for file in ("grades.csv", "roster.csv"):
        rows = rows_of(teacher.get(address(site, file), params={"group": "Merah & B"}).content)
        assert [row[0] for row in rows[1:]] == ["Ani"], file


def test_what_one_group_handed_in_is_given_back_by_itself(site: Site) -> None:
    teacher, group = site.browser(site.people.teacher), {"group": "Merah"}
    classes.put_in_group(site.store, site.people.class_id, site.people.ani.id, "Merah", by=site.people.teacher.id)
    for learner in (site.people.ani, site.people.budi):
        site.people.hand_in(learner)
    page = teacher.get(address(site, "marks"), params=group).text
    assert "Give back 1" in page and '<input type="hidden" name="group" value="Merah">' in page
    answer = teacher.post(f"/assignments/{site.people.assignment.id}/release", group)
    assert answer.headers["location"].endswith("/marks?released=1&group=Merah")
    states = [row.cells[0].state for row in grid(site.store, site.people.class_id, by=site.people.teacher.id).rows]
    assert states == ["released", "submitted"]


def test_nobody_but_the_classs_teacher_takes_anything_out_or_in(site: Site, teacher: Browser) -> None:
    table = changed(site, teacher, 12.5)
    for person in (site.people.ani, site.people.stranger, site.people.admin):
        browser = site.browser(person)
        for page in ("grades", "grades.csv", "grades.xlsx", "roster.csv"):
            answer = browser.get(address(site, page))
            assert answer.status_code in {403, 404}
            assert "Budi" not in answer.text
        wanted = json.dumps([[site.people.assignment.id, site.people.ani.id, 0.0, 1.0]])
        assert browser.post(address(site, "grades"), files={"file": ("t.csv", table)}).status_code == 403
        assert browser.post(address(site, "grades/confirm"), {"changes": wanted}).status_code == 403


def test_sending_needs_our_form(site: Site, teacher: Browser) -> None:
    files = {"file": ("t.csv", changed(site, teacher, 12.5))}
    assert teacher.post(address(site, "grades"), {"csrf": "x"}, files=files).status_code == 403
    assert teacher.post(address(site, "grades/confirm"), {"csrf": "x", "changes": "[]"}).status_code == 403


def test_late_work_is_marked_late(site: Site, teacher: Browser) -> None:
    terms = replace(site.people.assignment.terms, due_at=NOW - timedelta(hours=1))
    assignments.change(site.store, site.people.assignment.id, terms, by=site.people.teacher.id, now=NOW)
    assert rows_of(teacher.get(address(site, "grades.csv")).content)[1][6] == "yes"
