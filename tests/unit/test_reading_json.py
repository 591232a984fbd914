import json

import pytest

from holdfast.exports.reading import guess_reading, preview
from tests.readings import read_file, written

EVENTS = [
    {"event": "open", "properties": {"time": 1700000000, "distinct_id": "a"}},
    {"event": "buy", "properties": {"time": 1700000009, "distinct_id": "b\nc"}},
]
NAMES = ["event", "properties.distinct_id", "properties.time"]
CELLS = [("open", "a", "1700000000"), ("buy", "b\nc", "1700000009")]
DOCUMENTS = {
    "a list": json.dumps(EVENTS),
    "a printed list": json.dumps(EVENTS, indent=2),
    "inside an object": json.dumps({"total": 2, "results": EVENTS}),
    "inside two objects": json.dumps(
        {"data": {"items": EVENTS}, "next": None}, indent=1
    ),
    "objects in a row": "\n".join(json.dumps(each, indent=4) for each in EVENTS),
    "lines": "\n".join(map(json.dumps, EVENTS)),
    "lines with a mark": "\ufeff" + "\n".join(map(json.dumps, EVENTS)),
    "lines with blank ones": "\n\n".join(map(json.dumps, EVENTS)),
}


@pytest.mark.parametrize("case", DOCUMENTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_objects_are_rows_however_they_are_written(tmp_path, case, encoding):
    path = written(tmp_path, DOCUMENTS[case].encode(encoding))
    found = read_file(path, tmp_path)
    assert (found.names, found.cells) == (NAMES, CELLS)


def test_numbers_keep_all_their_digits(tmp_path):
    path = written(tmp_path, '[{"id": 12345678901234567890, "x": 1.25}]')
    found = read_file(path, tmp_path)
    assert found.cells == [("12345678901234567890", "1.25")]


def test_a_broken_line_is_refused_and_costs_no_other(tmp_path):
    lines = [
        '{"a":1,"b":{"c":"x"}}',
        '{"a":2',
        "[3]",
        "",
        '{"a":NaN}',
        '{"a":"\\ud800"}',
        '{"a":7}',
    ]
    found = read_file(written(tmp_path, "\n".join(lines)), tmp_path)
    assert (found.names, found.cells) == (["a", "b.c"], [("1", "x"), ("7", None)])
    assert found.lines == [1, 7]
    assert found.refused == [
        (2, "is not well-formed JSON", '{"a":2'),
        (3, "is JSON but no object with named values", "[3]"),
        (5, "is not well-formed JSON", '{"a":NaN}'),
        (6, "holds an escape that is no character", '{"a":"\\ud800"}'),
    ]


def test_a_column_named_line_stands_beside_the_line_of_the_file(tmp_path):
    found = read_file(written(tmp_path, '{"line":"x"}\n\n{"line":"y"}\n'), tmp_path)
    assert (found.names, found.cells) == (["line"], [("x",), ("y",)])
    assert (found.rows.line_column, found.lines) == ("line_", [1, 3])


def test_a_long_list_is_read_piece_by_piece(tmp_path):
    rows = [{"id": number, "text": "x" * 400} for number in range(20_000)]
    path = written(tmp_path, json.dumps(rows, indent=1))
    assert read_file(path, tmp_path).rows.rows == 20_000
    part = preview(path, guess_reading(path), tmp_path)
    assert not part.is_whole
    found = read_file(part.path, tmp_path, part.reading)
    assert 1_000 < found.rows.rows <= 5_000
    assert found.cells[0] == ("0", "x" * 400)
