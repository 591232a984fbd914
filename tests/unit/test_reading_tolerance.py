import pytest

from holdfast.exports.reading import Reading, guess_reading
from tests.readings import read_file, written


def test_ragged_rows_are_refused_with_line_reason_and_text(tmp_path):
    text = "id,x\n1,a\n2\n3,c,more\n\n4,d,\n"
    found = read_file(written(tmp_path, text), tmp_path)
    # Nothing but an empty cell too many loses nothing.
    assert found.cells == [("1", "a"), ("4", "d")]
    assert found.lines == [2, 6]
    assert found.refused == [
        (3, "has 1 cell where the header has 2", "2"),
        (4, "has 3 cells where the header has 2", "3,c,more"),
    ]


def test_rows_that_are_short_throughout_are_filled_up(tmp_path):
    found = read_file(written(tmp_path, "a,b,c\n1,2\n3,4\n5,6,7\n"), tmp_path)
    assert found.reading.short_rows == "fill"
    assert found.cells == [("1", "2", None), ("3", "4", None), ("5", "6", "7")]


def test_an_open_quotation_mark_costs_its_line_only(tmp_path):
    found = read_file(written(tmp_path, 'id,x\n1,"a\n2,b\n3,"c\nd"\n'), tmp_path)
    assert found.cells == [("2", "b"), ("3", "c\nd")]
    assert found.lines == [3, 4]
    assert [(line, text) for line, _, text in found.refused] == [(2, '1,"a')]
    assert "quotation mark" in found.refused[0][1]


def test_a_quotation_mark_inside_a_cell_stays(tmp_path):
    text = 'id,x\n1,"the "best" one"\n2,5" pipe\n3, "a, b" \n'
    found = read_file(written(tmp_path, text), tmp_path)
    assert [row[1] for row in found.cells] == ['the "best" one', '5" pipe', "a, b"]
    assert found.refused == []


def test_mixed_line_ends_are_all_line_ends(tmp_path):
    found = read_file(written(tmp_path, "id,x\n1,a\r\n2,b\r3,c\n4,d\re\n"), tmp_path)
    assert found.cells == [("1", "a"), ("2", "b"), ("3", "c"), ("4", "d\re")]


def test_a_zero_byte_costs_its_row_only(tmp_path):
    found = read_file(written(tmp_path, "id,x\n1,a\n2,b\0\n3,c\n"), tmp_path)
    assert found.cells == [("1", "a"), ("3", "c")]
    assert found.refused == [(3, "holds a zero byte", "2,b␀")]


@pytest.mark.parametrize("footer", ["(2 rows)", "Total: 12", "2 rows in set (0.1 sec)"])
@pytest.mark.parametrize("table", ["id,x\n1,a\n2,b\n", "score\n7\n9\n"])
def test_a_footer_is_no_row(tmp_path, table, footer):
    found = read_file(written(tmp_path, f"{table}{footer}\n"), tmp_path)
    assert (found.rows.rows, found.rows.first_line) == (2, 2)
    assert found.refused == [(4, "seems to be a footer", footer)]


@pytest.mark.parametrize(
    "total",
    [
        "Summe,,3",
        "Total:,,",
        "Grand total,x,1234 EUR",
        ",Razem,€ 1'234.50",
        "Итого,,3",
        "合计,,3",
        "รวม,,3",
    ],
)
def test_a_last_row_that_adds_up_is_no_row(tmp_path, total):
    found = read_file(
        written(tmp_path, f"id,x,paid\n1,a,1\n2,b,2\n{total}\n"), tmp_path
    )
    assert found.cells == [("1", "a", "1"), ("2", "b", "2")]
    assert found.lines == [2, 3]
    assert found.refused == [(4, "looks like a total", total)]


def test_a_total_stands_behind_the_rows_that_are_refused_for_else(tmp_path):
    text = 'id,x,paid\n1,"a\nb",1\n2\n3,c,2\nSum,,3\n'
    found = read_file(written(tmp_path, text), tmp_path)
    assert found.cells == [("1", "a\nb", "1"), ("3", "c", "2")]
    assert found.lines == [2, 5]
    assert found.refused == [
        (4, "has 1 cell where the header has 3", "2"),
        (6, "looks like a total", "Sum,,3"),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        # The only row, one of several, and a row with words and dates of its own.
        ["Total,,3"],
        ["Total,a,3", "7,b,4", "Total,,5"],
        ["1,a,3", "Total,b,14.01.2024"],
        ["1,a,3", "Totalenergies,,3"],
    ],
)
def test_other_rows_that_say_total_stay(tmp_path, rows):
    text = "\n".join(["id,x,paid", *rows])
    found = read_file(written(tmp_path, text), tmp_path)
    assert found.cells == [
        tuple(each or None for each in row.split(",")) for row in rows
    ]
    assert found.refused == []


def test_titles_above_the_header_are_skipped(tmp_path):
    text = "Report of May\nmade by hand;;\n;;\nid;paid;on\n1;2,5;x\n2;3,5;y\n"
    found = read_file(written(tmp_path, text), tmp_path)
    assert (found.reading.header_line, found.names) == (4, ["id", "paid", "on"])
    assert found.lines == [5, 6]
    assert "column names in line 4" in found.reading.describe()


HEADERLESS = {
    "numbers and dates": "1,2024-01-01,a\n2,2024-01-02,b\n",
    "one column of numbers": "7\n9\n",
    "times in words": "a,2024-01-01 10:00 UTC\nb,2024-01-02 11:00 UTC\n",
    "a word that comes back": "Y\nN\nY\n",
    "dates in words": '"Dec 8, 2022"\n"Jan 1, 2023"\n',
}


@pytest.mark.parametrize("case", HEADERLESS)
def test_a_table_without_names_keeps_its_first_row(tmp_path, case):
    found = read_file(written(tmp_path, HEADERLESS[case]), tmp_path)
    assert found.reading.header_line == 0
    assert found.names[0] == "column_1"
    assert found.rows.rows == HEADERLESS[case].count("\n")
    assert found.lines[0] == 1


NAMED = {
    "words over numbers": "id,2024\n1,5\n2,6\n",
    "years of a report": "Country,2000,2001,2002\nPeru,1,2,3\nChile,4,5,6\n",
    "words over words": "name,city\nAda,London\nBob,Paris\n",
    "periods of a report": "cohort,0,1,2\na,10,5,2\nb,8,4,1\n",
    "names like magic": "MZ,BZh,<tag\na,b,c\n",
    "a column named #": "#,name of it\na1,x\na2,y\n",
    "a name left out": ",name\n0,x\n1,y\n",
}


@pytest.mark.parametrize("case", NAMED)
def test_a_table_with_names_is_seen_as_one(tmp_path, case):
    found = read_file(written(tmp_path, NAMED[case]), tmp_path)
    assert found.reading.header_line == 1
    assert found.rows.rows == NAMED[case].count("\n") - 1


def test_a_column_without_a_name_is_numbered(tmp_path):
    found = read_file(written(tmp_path, "id,,x\n1,2,3\n"), tmp_path)
    assert found.names == ["id", "column_2", "x"]


DELIMITERS = {
    "^": "id^name^on\n1^a, b^x\n2^c, d^y\n3^e^z\n",
    "\x1f": "id\x1fname\n1\x1fa, b\n",
    ";": "id;paid\n1;2,5\n2;3,5\n",
    "|": "id|text\n1|a, b, c\n2|d, e, f\n",
    "blanks": " 1  19970101  2   29.33\n 1  19970118  2   9\n 2  19970101  1  5.0\n",
}


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_a_delimiter_is_told_by_what_lines_have_in_common(tmp_path, delimiter):
    path = written(tmp_path, DELIMITERS[delimiter])
    assert guess_reading(path).delimiter == delimiter
    assert read_file(path, tmp_path).refused == []


def test_a_choice_beats_the_guess(tmp_path):
    path = written(tmp_path, "'a;b';c\n'x;y';z\n")
    reading = Reading("csv", delimiter=";", quote="'", header_line=0)
    found = read_file(path, tmp_path, reading)
    assert found.names == ["column_1", "column_2"]
    assert found.cells == [("a;b", "c"), ("x;y", "z")]


def test_blank_lines_are_no_rows_and_empty_cells_are(tmp_path):
    found = read_file(written(tmp_path, 'x\na\n\n""\nb\n'), tmp_path)
    assert (found.cells, found.lines) == ([("a",), (None,), ("b",)], [2, 4, 5])


def test_question_texts_below_the_names_of_a_survey_are_no_rows(tmp_path):
    text = (
        'StartDate,Q1\nStart Date,"How likely\nare you?"\n'
        '"{""ImportId"":""startDate""}","{""ImportId"":""QID1""}"\n2024-01-01,9\n'
    )
    found = read_file(written(tmp_path, text), tmp_path)
    assert found.names == ["StartDate", "Q1: How likely are you?"]
    assert found.cells == [("2024-01-01", "9")]
    assert found.lines == [5]


@pytest.mark.parametrize(
    ("lines", "names", "first"),
    [
        # A question with options takes several columns, of which one has its words.
        (
            "Id,When,Which do you use?,,Why?\n,,Web,App,Open-Ended Response\n"
            "1,2024-01-01,yes,,it works\n2,2024-01-02,,yes,",
            ["Id", "When", "Which do you use?", "Which do you use? (App)", "Why?"],
            ("1", "2024-01-01", "yes", "", "it works"),
        ),
        # Names that are said twice.
        (
            "id,When,Score\nID,when,score\n1,2024-01-01,9\n2,2024-01-02,8",
            ["id", "When", "Score"],
            ("1", "2024-01-01", "9"),
        ),
        # A first row of values with a gap is a row.
        (
            "name,when,word\n,2024-01-01,yes\nb,2024-01-01,no",
            ["name", "when", "word"],
            ("", "2024-01-01", "yes"),
        ),
    ],
)
def test_rows_that_explain_the_names_are_no_rows(tmp_path, lines, names, first):
    found = read_file(written(tmp_path, f"{lines}\n"), tmp_path)
    cells = tuple(cell or "" for cell in found.cells[0])
    assert (found.names, cells) == (names, first)


def test_rows_add_up_in_a_long_file_with_every_fault(tmp_path):
    lines = [f"{number},text {number}" for number in range(30_000)]
    lines[10], lines[20_000], lines[25_000] = "10", "a,b,c", '7,"open'
    text = "id,x\n" + "\r\n".join(lines)
    found = read_file(written(tmp_path, text), tmp_path)
    assert found.rows.rows + found.rows.refused == 30_000
    assert [line for line, *_ in found.refused] == [12, 20_002, 25_002]
    assert found.lines[-1] == 30_001
