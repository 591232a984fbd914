"""Awkward files of the wild: each is read to the row, or refused in a sentence."""

import json
from pathlib import Path

import duckdb
import pytest

from holdfast.cancellation import Cancellation
from holdfast.errors import ImportRefusedError
from holdfast.exports.engine import open_engine
from holdfast.exports.reading import guess_reading, read, refused_path, unpack
from tests.conftest import PROJECT

DATA = PROJECT.parent / "shared" / "data"
CORPUS = DATA / "import_corpus"
MANIFEST = CORPUS / "manifest.json"
FILES = json.loads(MANIFEST.read_text(encoding="utf-8")) if MANIFEST.exists() else []

pytestmark = pytest.mark.skipif(not FILES, reason="The corpus is not here.")


def rows_of(path: Path, folder: Path, reading=None):
    folder = folder.resolve() / "staging"
    folder.mkdir()
    reading = reading or guess_reading(path)
    survey = unpack(path, reading, folder, Cancellation())
    engine = open_engine(None, folder, [folder])
    target = folder / "rows.parquet"
    try:
        rows = read(engine, path, reading, survey, target, Cancellation())
    finally:
        engine.close()
    names = [name for name, _ in rows.columns]
    columns = ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in names)
    cells = duckdb.sql(f"select {columns} from '{target}'").fetchall()
    refused: list = []
    if rows.refused:
        refused = duckdb.sql(f"from '{refused_path(target)}'").fetchall()
    assert (len(cells), len(refused)) == (rows.rows, rows.refused)
    return reading, names, [[cell or "" for cell in row] for row in cells], refused


@pytest.mark.parametrize("told", FILES, ids=lambda told: told["file"])
def test_a_file_comes_out_as_its_manifest_says(told, tmp_path):
    path = CORPUS / told["file"]
    if told["data_rows"] in (None, 0):
        assert is_read_or_refused(path, tmp_path)
        return
    reading, names, cells, refused = rows_of(path, tmp_path)
    assert len(cells) + len(refused) == told["data_rows"]
    if told["kind"] == "vendor":
        assert reading.header_line == int(told["header_used"][-1])
        return
    assert bool(reading.header_line) == told["has_header"]
    if reading.header_line > 1:
        assert reading.header_line > told["lines_before_header"]
    if "header" in told and told["has_header"]:
        plain = [name.strip() for name in told["header"]]
        wanted = [name or f"column_{at}" for at, name in enumerate(plain, start=1)]
        assert [name.strip() for name in names] == wanted
    if "expected_json" in told:
        # The stored copies of the files have lost their carriage returns.
        text = (CORPUS / told["expected_json"]).read_text("utf-8").replace("\\r", "")
        expected = json.loads(text)
        assert [dict(zip(names, row, strict=True)) for row in cells] == expected
    for position, key in ((0, "first_row"), (-1, "last_row")):
        if told.get(key) and not refused:
            cut = cells[position][: len(told[key])]
            assert trimmed(cut) == trimmed(told[key])
    assert reading.delimiter == told["delimiter"] or len(names) == 1


def is_read_or_refused(path: Path, folder: Path) -> bool:
    try:
        _, _, cells, refused = rows_of(path, folder)
    except ImportRefusedError as error:
        return error.sentence.startswith(path.name) and error.remedy.endswith(".")
    return bool(cells or refused)


def trimmed(cells):
    return [cell.strip() for cell in cells]


TRAPS = {
    "turnover_spells/employee_months.csv.gz": (7_440, "dc_nbr", 1),
    "cdnow/CDNOW_sample.txt": (6_919, "column_1", 0),
    "helpdesk_tickets/helpdesk_events.csv.gz": (21_348, "column_1", 1),
    "sfo_csat/sfo_survey_2010_2018.csv.gz": (28_665, "year", 1),
    "telco/Telco_customer_churn_extended.xlsx": (7_043, "CustomerID", 1),
}


@pytest.mark.parametrize("file", TRAPS)
def test_real_data_come_out_whole(file, tmp_path):
    rows, first_name, header_line = TRAPS[file]
    reading, names, cells, refused = rows_of(DATA / file, tmp_path)
    assert (len(cells), refused) == (rows, [])
    assert (names[0], reading.header_line) == (first_name, header_line)


def test_scores_below_prose_give_the_score_of_all_of_them(tmp_path):
    path = CORPUS / "survey_exports" / "nps_scores_with_preamble.txt"
    _, _, cells, _ = rows_of(path, tmp_path)
    scores = [int(cell) for (cell,) in cells]
    promoters = sum(score >= 9 for score in scores)
    detractors = sum(score <= 6 for score in scores)
    # Without the two scores that carry tabs it would be 23.605.
    score = 100 * (promoters - detractors) / len(scores)
    assert round(score, 3) == 23.736
    assert all(cell == cell.strip() for (cell,) in cells)


def test_ids_of_a_sheet_and_of_a_text_are_the_same(tmp_path):
    folders = [tmp_path / name for name in ("sheet", "text")]
    for folder in folders:
        folder.mkdir()
    files = ("Telco_customer_churn_extended.xlsx", "Telco-Customer-Churn.csv")
    ids = [
        {row[0] for row in rows_of(DATA / "telco" / file, folder)[2]}
        for file, folder in zip(files, folders, strict=True)
    ]
    assert ids[0] == ids[1]
