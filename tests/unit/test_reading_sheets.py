import io
import zipfile

import pytest

from holdfast.errors import ImportRefusedError
from holdfast.exports.reading import Reading, guess_reading, sheet_names
from holdfast.exports.reading.spreadsheets import MAX_UNPACKED
from tests.readings import read_file, written
from tests.workbooks import MAIN, workbook


def test_cells_of_a_sheet_are_as_the_sheet_has_them(tmp_path):
    rows = [
        ["id", "text", "share", "at"],
        [17850, "007", 0.25, ("date", 45292.5)],
        [123456789012345, 'a, "b"\nc', 1e-7, ("date", 45293)],
    ]
    found = read_file(written(tmp_path, workbook({"Data": rows})), tmp_path)
    assert found.names == ["id", "text", "share", "at"]
    assert found.cells == [
        ("17850", "007", "0.25", "2024-01-01 12:00:00"),
        ("123456789012345", 'a, "b"\nc', "1e-07", "2024-01-02"),
    ]
    assert found.lines == [2, 3]
    assert found.rows.notes == ()
    assert found.reading.describe() == "sheet Data of a workbook"


def test_an_error_is_empty_and_said_and_never_a_number(tmp_path):
    rows = [["id", "x"], [1, "#N/A"], [2, "#DIV/0!"], [3, 4]]
    found = read_file(written(tmp_path, workbook({"Data": rows})), tmp_path)
    assert found.cells == [("1", None), ("2", None), ("3", "4")]
    assert "2 cells hold an error" in found.rows.notes[0]


def test_numbers_with_more_digits_than_a_workbook_keeps_are_said(tmp_path):
    rows = [["id", "x"], [1234567890123456789, 1], [5, 2]]
    found = read_file(written(tmp_path, workbook({"Data": rows})), tmp_path)
    assert found.cells[0][0] == "1234567890123456800"
    assert "1 numbers have more than 15 digits" in found.rows.notes[0]


def test_lines_are_the_rows_of_the_sheet(tmp_path):
    rows = [["Report"], [], ["id", "x", "y"], [1, "a", "b"], [], [2, "c\nd", "e"]]
    found = read_file(written(tmp_path, workbook({"Data": rows})), tmp_path)
    assert (found.reading.header_line, found.lines) == (3, [4, 6])
    assert found.cells == [("1", "a", "b"), ("2", "c\nd", "e")]


def test_the_total_below_a_sheet_is_no_row(tmp_path):
    rows = [["List"], [], ["id", "plan", "seats"], ["a", "pro", 3], ["b", "basic", 4]]
    rows.append(["Summe", None, 7])
    found = read_file(written(tmp_path, workbook({"Data": rows})), tmp_path)
    assert found.cells == [("a", "pro", "3"), ("b", "basic", "4")]
    assert found.refused == [(6, "looks like a total", "Summe,,7")]


def test_the_first_visible_sheet_with_rows_is_guessed_and_others_can_be_chosen(
    tmp_path,
):
    table = [["id", "x"], [1, 2]]
    sheets = {
        "Notes": [],
        "Secret": [["a", "b"], ["hidden", 1]],
        "R&D": table,
        "Last": [["y"], [8]],
    }
    path = written(tmp_path, workbook(sheets, hidden=["Secret"]), "report.csv")
    assert guess_reading(path).sheet == "R&D"
    assert sheet_names(path) == ("R&D", "Last", "Secret")
    found = read_file(path, tmp_path, guess_reading(path, sheet="Last"))
    assert (found.names, found.cells) == (["y"], [("8",)])
    with pytest.raises(ImportRefusedError, match="has no such sheet"):
        read_file(path, tmp_path, Reading("excel", sheet="None"))


def test_a_workbook_inside_an_archive_is_read(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.xlsx", workbook({"Data": [["id", "x"], [1, 2]]}))
    found = read_file(written(tmp_path, packed.getvalue()), tmp_path)
    assert found.cells == [("1", "2")]


def test_macros_are_refused_by_content(tmp_path):
    book = workbook({"Data": [["id"], [1]]}, more={"xl/vbaProject.bin": "x"})
    with pytest.raises(ImportRefusedError, match="is a workbook with macros"):
        guess_reading(written(tmp_path, book, "plain.xlsx"))


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path):
    blank = "<row/>" * (MAX_UNPACKED // 6 + 1)
    more = {"xl/worksheets/1.xml": f"<worksheet><sheetData>{blank}"}
    path = written(tmp_path, workbook({"Data": [["id"], [1]]}, more=more))
    with pytest.raises(ImportRefusedError, match="unpacks to"):
        guess_reading(path)


def test_a_workbook_that_asks_for_all_memory_is_refused(tmp_path):
    far = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    path = written(
        tmp_path, workbook({"Data": [["id"]]}, more={"xl/worksheets/1.xml": far})
    )
    with pytest.raises(ImportRefusedError, match="more memory or time"):
        guess_reading(path)


def test_a_sheet_of_an_open_document_is_read(tmp_path):
    kinds = "urn:oasis:names:tc:opendocument:xmlns"
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="{kind}"'
            f"{f' office:value={chr(34)}{value}{chr(34)}' if kind == 'float' else ''}>"
            f"<text:p>{value}</text:p></table:table-cell>"
            for kind, value in row
        )
        + "</table:table-row>"
        for row in (
            [("string", "id"), ("string", "plan")],
            [("float", "17850"), ("string", "007")],
        )
    )
    content = (
        f'<office:document-content xmlns:office="{kinds}:office:1.0"'
        f' xmlns:table="{kinds}:table:1.0" xmlns:text="{kinds}:text:1.0">'
        '<office:body><office:spreadsheet><table:table table:name="Data">'
        f"{cells}</table:table></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    found = read_file(written(tmp_path, packed.getvalue(), "a.dat"), tmp_path)
    assert (found.names, found.cells) == (["id", "plan"], [("17850", "007")])


def test_sheets_that_are_not_read_are_named(tmp_path):
    rows = [["user_id", "plan"], ["a", "pro"]]
    sheets = {"Cover": [["Export of May"]], "People": rows, "Notes": [], "Old": rows}
    path = written(tmp_path, workbook(sheets, hidden=["Old"]), "book.xlsx")
    assert read_file(path, tmp_path).rows.notes == (
        "Only the sheet People is read. Others with rows: Old. Load the file once more"
        " for each of them that you want.",
    )
    alone = written(tmp_path, workbook({"People": rows}), "alone.xlsx")
    assert read_file(alone, tmp_path).rows.notes == ()
