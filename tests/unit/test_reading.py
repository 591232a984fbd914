import bz2
import gzip
import json
import random
from pathlib import Path

import duckdb
import pytest
import zstandard

from holdfast.cancellation import Cancellation
from holdfast.errors import CancelledError, ImportRefusedError
from holdfast.exports.engine import open_engine
from holdfast.exports.reading import Reading, guess_reading, json_text, read, unpack


def rows_of(path, reading=None, cancellation=None):
    """Read a file as an import does; give its columns, cells and what was noted."""
    folder = path.parent / f"staging {path.name}"
    folder.mkdir()
    cancellation = cancellation or Cancellation()
    reading = reading or guess_reading(path)
    engine = open_engine(None, folder, [folder])
    target = folder / "rows.parquet"
    survey = unpack(path, reading, folder, cancellation)
    rows = read(engine, path, reading, survey, target, cancellation)
    engine.close()
    cells = duckdb.sql(f"from read_parquet('{target}')").fetchall()
    return [name for name, _ in rows.columns], cells, rows


def written(folder: Path, content: str | bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def objects(chance: random.Random) -> list[dict]:
    """Draw objects whose members are values, lists, objects, null or missing."""

    def value(depth):
        kind = chance.randrange(6)
        if kind == 0 and depth < 4:
            keys = chance.sample(["a", "b", "c/d", "e~f", "g.h"], chance.randrange(4))
            return {key: value(depth + 1) for key in keys}
        return chance.choice([None, 1, 2.5, "x", "", True, [1, {"a": 2}], {}])

    count = chance.randint(1, 12)
    return [
        {key: value(1) for key in chance.sample("pqrst", chance.randrange(4))}
        for _ in range(count)
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_delimiter_and_line_end_is_read(tmp_path, delimiter, newline):
    lines = ["id,name", "007,Ada", "12345678901234567890,x . y"]
    text = newline.join(line.replace(",", delimiter) for line in lines) + newline
    columns, cells, rows = rows_of(written(tmp_path, text))
    assert columns == ["id", "name"]
    assert cells == [("007", "Ada"), ("12345678901234567890", "x . y")]
    assert (rows.rows, rows.first_line) == (2, 2)


def test_cells_stay_as_they_came(tmp_path):
    text = 'a,b,c\n 1e5 ,"x\ny ""z""",\n0007,03/04/2024,NULL\n'
    _, cells, rows = rows_of(written(tmp_path, text))
    assert [cell[:3] for cell in cells] == [
        (" 1e5 ", 'x\ny "z"', None),
        ("0007", "03/04/2024", "NULL"),
    ]
    assert rows.padded == ("a",)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1 ,x\n",
        "a;b\n1 ;x\n",
        'a,b\n"1 ",x\n',
        "a,b\n 1,x\n",
        "a,b\n1,x\n" + "2,x\n" * 300_000 + "1 ,x\n",
        "a,b\n" + "1" * ((1 << 20) - 5) + " ,x\n",
    ],
)
def test_a_column_with_a_blank_around_some_cell_is_trimmed(text, tmp_path):
    _, _, rows = rows_of(written(tmp_path, text))
    assert rows.padded == ("a",)


@pytest.mark.parametrize(
    "text", ["b,a\nx,1 \n", "b,a\r\nx,1 \r\nx,2\r\n", "b,a\nx,2\nx,1 "]
)
def test_blanks_at_the_end_of_a_line_are_trimmed(text, tmp_path):
    _, _, rows = rows_of(written(tmp_path, text))
    assert rows.padded == ("a",)


def test_blanks_inside_cells_are_no_reason_to_trim(tmp_path):
    _, _, rows = rows_of(written(tmp_path, 'a,b\n1 2,"x , y"\n3 4,z z\n'))
    assert rows.padded == ()


def test_lines_are_those_of_the_file_where_cells_span_several(tmp_path):
    text = 'a,b\n1,"x\ny"\n2,z\n3,"p\nq\nr"\n4,s\n'
    _, cells, rows = rows_of(written(tmp_path, text))
    # Row 1 starts in line 2 and takes two, row 3 starts in line 5 and takes three.
    assert [(cell[0], cell[-1]) for cell in cells] == [
        ("1", 2),
        ("2", 4),
        ("3", 5),
        ("4", 8),
    ]
    assert rows.line_column == "line"


def test_a_byte_order_mark_and_blank_lines_at_the_end_are_no_data(tmp_path):
    columns, cells, _ = rows_of(written(tmp_path, "\ufeffid,x\n1,2\n\n\n"))
    assert (columns, cells) == (["id", "x"], [("1", "2")])


def test_a_name_does_not_decide_how_a_file_is_read(tmp_path):
    packed = gzip.compress(b"id,x\n1,2\n")
    columns, cells, rows = rows_of(written(tmp_path, packed, "data [1]*.json"))
    assert (columns, cells, rows.rows) == (["id", "x"], [("1", "2")], 1)


def test_no_key_of_json_lines_is_missed_however_late_it_comes(tmp_path, monkeypatch):
    monkeypatch.setattr(json_text, "STRUCTURE_ROWS", 3)
    chance = random.Random(6)
    for case in range(60):
        drawn = [{"always": 1}, *objects(chance)]
        text = "".join(json.dumps(each) + "\n" for each in drawn)
        columns, _, rows = rows_of(written(tmp_path, text, f"{case}.json"))
        merged = duckdb.execute(
            "select json_group_structure(json) from (select unnest(?::json[]) as json)",
            [[json.dumps(each) for each in drawn]],
        ).fetchall()[0][0]
        assert columns == dotted(json.loads(merged))
        assert rows.rows == len(drawn)


def dotted(structure, names=()):
    if not isinstance(structure, dict) or len(names) > 2:
        return [".".join(names)]
    return [
        name
        for key in sorted(structure)
        for name in dotted(structure[key], (*names, key))
    ]


def test_json_lines_become_dotted_columns_of_text(tmp_path):
    text = (
        '{"event":"a","properties":{"time":1700000000,"deep":{"x":{"y":[1]}}}}\n'
        '{"event":"b","properties":{"$id":"7","a/b":12345678901234567890}}\n'
    )
    columns, cells, rows = rows_of(written(tmp_path, text))
    assert columns == [
        "event",
        "properties.$id",
        "properties.a/b",
        "properties.deep.x",
        "properties.time",
    ]
    assert cells == [
        ("a", None, None, '{"y":[1]}', "1700000000"),
        ("b", "7", "12345678901234567890", None, None),
    ]
    assert rows.first_line == 1


def test_parquet_keeps_its_types(tmp_path):
    path = tmp_path / "x.dat"
    duckdb.sql(
        "copy (select 17850.0::double as id, timestamp '2024-01-01' as at)"
        f" to '{path}' (format parquet)"
    )
    columns, cells, rows = rows_of(path)
    assert (columns, rows.columns[0]) == (["id", "at"], ("id", "DOUBLE"))
    assert cells[0][0] == 17850.0


REFUSED = {
    "empty_file": (b"", "file.csv is empty."),
    "blanks": (b"\n\n", "file.csv is empty."),
    "no_rows": (b"id,x\n", "file.csv has column names but no rows."),
    "no_good_row": (
        b"id,x\n1,2,3\n",
        "file.csv has no row that can be read: line 2 has 3 cells where the header",
    ),
    "duplicate_header": (
        b"id,x,ID\n1,2,3\n",
        "file.csv has two columns named 'ID': 1 and 3.",
    ),
    "sqlite": (b"SQLite format 3\x00" + b"\0" * 80, "file.csv is an SQLite database."),
    "broken_zip": (b"PK\x03\x04rest", "file.csv is a damaged Excel workbook or zip"),
    "broken_workbook": (b"\xd0\xcf\x11\xe0rest", "file.csv is no workbook that can"),
    "program": (b"MZ\x90\x00\x03", "file.csv is a program."),
    "web_page": (b"<HTML><table><tr><td>1</table>", "file.csv is a web page."),
    "noise": (bytes(range(1, 32)) * 9, "file.csv is no text and of no known kind."),
    "broken_gzip": (gzip.compress(b"id,x\n1,2\n")[:-9], "file.csv is a damaged gzip"),
    "broken_bzip2": (bz2.compress(b"id,x\n1,2\n")[:-9], "file.csv is a damaged bzip2"),
    "broken_zstd": (
        zstandard.compress(b"id,x\n1,2\n" * 9)[:-3],
        "file.csv is a damaged zstd file.",
    ),
    "broken_parquet": (b"PAR1 nothing PAR1", "file.csv is a damaged Parquet file."),
    "broken_json": (
        b'[{"a":1},\n{"a":]',
        "file.csv is not well-formed JSON: the value",
    ),
    "json_values": (b"[[1]]\n", "file.csv has no row that can be read: line 1 is JSON"),
    "several_lists": (b'{\n"a":[{"b":1}],"c":[{"d":2}]}', "file.csv holds 2 lists of"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_well_formed_is_refused_in_one_sentence(tmp_path, case):
    content, sentence = REFUSED[case]
    with pytest.raises(ImportRefusedError) as refused:
        rows_of(written(tmp_path, content))
    assert refused.value.sentence.startswith(sentence)
    assert refused.value.remedy.endswith(".")


def test_a_missing_file_and_an_empty_folder_are_refused(tmp_path):
    with pytest.raises(ImportRefusedError, match=r"none\.csv was not found"):
        guess_reading(tmp_path / "none.csv")
    with pytest.raises(ImportRefusedError, match="is a folder without a file"):
        guess_reading(tmp_path)


def test_reading_stops_when_cancelled(tmp_path):
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(CancelledError):
        rows_of(written(tmp_path, "id,x\n1,2\n"), cancellation=cancellation)


def test_rows_keep_the_order_of_the_file_in_parallel(tmp_path):
    path = tmp_path / "big.csv"
    duckdb.sql(
        f"copy (select i as id, repeat('x', 40) as x from range(400000) t(i))"
        f" to '{path}'"
    )
    _, cells, rows = rows_of(path)
    assert rows.rows == 400_000
    assert [int(cell[0]) for cell in cells] == list(range(400_000))


def test_a_reading_round_trips_as_plain_values():
    reading = Reading("csv", "gzip", delimiter=";", newline="\r\n", header_line=0)
    assert Reading.from_json(reading.to_json()) == reading
    assert reading.describe() == (
        "CSV with a semicolon between cells, without column names, packed with gzip"
    )


def test_a_reading_of_an_earlier_version_is_understood_and_keeps_its_values():
    earlier = {
        "format": "csv",
        "container": "plain",
        "encoding": "utf-8",
        "delimiter": ",",
        "header_line": 1,
        "newline": "\n",
    }
    assert Reading.from_json(earlier) == Reading("csv")
    assert Reading.from_json(earlier).to_json() == earlier
    assert Reading.from_json({**earlier, "of_a_later_version": 1}) == Reading("csv")
