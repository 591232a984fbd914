"""Tables in any dialect and encoding come back cell by cell, or row by row refused."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.exports.engine import open_engine
from holdfast.exports.reading import Reading
from tests.readings import read_file

ENCODINGS = {
    "utf-8": "aé北ﬀя",
    "utf-8-sig": "aé北ﬀя",
    "utf-16": "aé北ﬀя😀",
    "cp1250": "ałśž",
    "cp1252": "aéßø",
    "cp874": "aกข",
    "gb18030": "a北京é",
    "big5": "a臺北",
    "cp932": "aさ東京",
}
SIGNS = " \t,;|'\"\n.-/:0123#"


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    # Opening one takes longer than reading a small table.
    folder = tmp_path_factory.mktemp("tables").resolve()
    opened = open_engine(None, folder, [Path(tempfile.gettempdir()).resolve()])
    yield opened
    opened.close()


@st.composite
def tables(draw):
    encoding = draw(st.sampled_from(sorted(ENCODINGS)))
    signs = SIGNS + ENCODINGS[encoding]
    width = draw(st.integers(2, 5))
    cell = st.text(signs, max_size=6)
    rows = draw(
        st.lists(
            st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=12
        )
    )
    return {
        "encoding": encoding,
        "delimiter": draw(st.sampled_from(",;\t|^~")),
        "newline": draw(st.sampled_from(["\n", "\r\n", "\r"])),
        "is_all_quoted": draw(st.booleans()),
        "preamble": draw(st.integers(0, 2)),
        "rows": rows,
    }


def text_of(table) -> str:
    names = [f"name {number}" for number in range(len(table["rows"][0]))]
    lines = [
        table["delimiter"].join(quoted(cell, table) for cell in row)
        for row in [names, *table["rows"]]
    ]
    return "".join(
        line + table["newline"] for line in [*["a title"] * table["preamble"], *lines]
    )


def quoted(cell, table) -> str:
    if table["is_all_quoted"] or set(cell) & {table["delimiter"], *'"\r\n'}:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def reading_of(table) -> Reading:
    return Reading(
        "csv",
        encoding=table["encoding"].removesuffix("-sig"),
        delimiter=table["delimiter"],
        newline=table["newline"],
        header_line=table["preamble"] + 1,
    )


settled = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


@settled
@given(tables())
def test_a_table_comes_back_as_it_was_written(engine, table):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(text_of(table).encode(table["encoding"]))
        found = read_file(path, Path(folder), reading_of(table), engine)
    assert found.refused == []
    # An empty cell and a missing one are the same in a file of text.
    assert [[cell or "" for cell in row] for row in found.cells] == [
        row for row in table["rows"] if "".join(row) or len(row) > 1
    ]


@settled
@given(tables(), st.data())
def test_broken_rows_are_refused_and_cost_no_other_row(engine, table, data):
    """Rows of plain cells, some cut off or lengthened: each is one line."""
    plain = [
        [f"{number}x{column}" for column in range(len(table["rows"][0]))]
        for number in range(12)
    ]
    broken = data.draw(st.sets(st.integers(0, 11), max_size=11))
    kinds = data.draw(st.lists(st.sampled_from(["short", "long", "quote", "nul"])))
    lines = []
    for number, row in enumerate(plain):
        kind = kinds[number % len(kinds)] if kinds and number in broken else ""
        match kind:
            case "short":
                cells = row[:-1]
            case "long":
                cells = [*row, "more"]
            case "quote":
                cells = ['"' + row[0], *row[1:]]
            case "nul":
                cells = [row[0] + "\0", *row[1:]]
            case _:
                cells = row
        lines.append(table["delimiter"].join(cells))
    names = [f"name {number}" for number in range(len(plain[0]))]
    head = [*["a title"] * table["preamble"], table["delimiter"].join(names)]
    text = table["newline"].join([*head, *lines]) + table["newline"]
    wrong = {number for number in broken if kinds}
    if len(wrong) == len(plain):
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(text.encode(table["encoding"]))
        found = read_file(path, Path(folder), reading_of(table), engine)
    good = [number for number in range(12) if number not in wrong]
    assert [list(row) for row in found.cells] == [plain[number] for number in good]
    first = len(head) + 1
    assert found.lines == [number + first for number in good]
    bad = sorted(wrong)
    assert [row[0] for row in found.refused] == [number + first for number in bad]
