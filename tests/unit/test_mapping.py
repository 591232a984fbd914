import json
from pathlib import Path

import duckdb
import pytest

from holdfast.errors import ImportRefusedError
from holdfast.exports.mapping import (
    FeedMapping,
    Kept,
    Source,
    SourceMapping,
    check,
    infer_kept,
    staged_columns,
    staged_relation,
)
from holdfast.query import quoted

EVENT = {"customer_id": ("who",), "event": ("what",), "happened_at": ("when",)}


def source_of(folder: Path, columns: dict, feeds, zone="UTC", number=0) -> Source:
    """Write columns as the rows of a source; types are those of the values."""
    path = folder / f"{number}.parquet"
    rows = list(zip(*columns.values(), strict=True))
    names = ", ".join(quoted(name) for name in columns)
    holes = ", ".join("(" + ", ".join("?" for _ in row) + ")" for row in rows)
    connection = duckdb.connect()
    connection.execute(
        f"create table rows as from (values {holes}) t({names})",
        [cell for row in rows for cell in row],
    )
    connection.execute(f"copy rows to '{path}' (format parquet)")
    types = {
        name: kind for name, kind, *_ in connection.execute("describe rows").fetchall()
    }
    return Source(
        number=number,
        parquet=str(path),
        columns=types,
        first_line=2,
        line_column=None,
        padded=frozenset(name for name, kind in types.items() if kind == "VARCHAR"),
        mapping=SourceMapping("a file", tuple(feeds), zone=zone),
    )


def staged(sources, feed, columns="*", zone="UTC"):
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    relation = staged_relation(sources, feed, zone)
    return connection.execute(
        f"select {columns} from ({relation}) order by source_no, line"
    ).fetchall()


def test_each_row_is_taken_over_or_has_a_reason(tmp_path):
    source = source_of(
        tmp_path,
        {
            "who": ["u1", " u2 ", "  ", "u4", "u5"],
            "what": ["login", "login", "login", "", "login"],
            "when": [
                *("2024-01-01", "2024-01-02T10:00:00+02:00", "2024-01-03"),
                *("2024-01-04", "soon"),
            ],
        },
        [FeedMapping("events", EVENT)],
    )
    rows = staged(
        [source], "events", "line, customer_id, happened_at::text, reason, row_text"
    )
    assert rows == [
        (2, "u1", "2024-01-01 00:00:00", None, None),
        (3, "u2", "2024-01-02 08:00:00", None, None),
        (4, None, "2024-01-03 00:00:00", '"who" is empty', "   | login | 2024-01-03"),
        (5, "u4", "2024-01-04 00:00:00", '"what" is empty', "u4 |  | 2024-01-04"),
        (6, "u5", None, '"when" is not a date', "u5 | login | soon"),
    ]


@pytest.mark.parametrize(
    ("form", "value", "instant"),
    [
        ("iso", "2024-03-01 10:30", "2024-03-01 10:30:00"),
        ("iso", "2024-03-01T10:30:00.5Z", "2024-03-01 10:30:00.5"),
        ("iso", "2024-03-01 10:30:00.5", "2024-03-01 10:30:00.5"),
        ("iso", "2024-03-01 12:30:00+02:00", "2024-03-01 10:30:00"),
        ("iso", "2024-03-01 12:30:00 +0200", "2024-03-01 10:30:00"),
        ("iso", "2024-03-01T12:30+02", "2024-03-01 10:30:00"),
        ("iso", "2024-03-01 10:30:00 UTC", "2024-03-01 10:30:00"),
        ("iso", "infinity", None),
        ("iso", "2569-01-01", None),
        ("iso", "03/04/2024", None),
        ("epoch_s", "1709289000", "2024-03-01 10:30:00"),
        ("epoch_s", "1709289000.25", "2024-03-01 10:30:00.25"),
        ("epoch_ms", "1709289000250", "2024-03-01 10:30:00.25"),
        ("epoch_us", "1709289000250000", "2024-03-01 10:30:00.25"),
        ("epoch_s", "9" * 30, None),
        ("%d/%m/%Y", "03/04/2024", "2024-04-03 00:00:00"),
        ("%m/%d/%Y", "03/04/2024", "2024-03-04 00:00:00"),
        ("%Y-%m-%d %H:%M:%S %z", "2024-03-01 12:30:00 +0200", "2024-03-01 10:30:00"),
    ],
)
def test_times_are_read_in_their_format(tmp_path, form, value, instant):
    part = FeedMapping("events", EVENT, formats={"happened_at": form})
    columns = {"who": ["u"], "what": ["e"], "when": [value]}
    source = source_of(tmp_path, columns, [part])
    assert staged([source], "events", "happened_at::text") == [(instant,)]


def test_a_bare_date_is_a_local_day_and_a_naive_time_is_of_its_zone(tmp_path):
    columns = {
        "who": ["u", "u", "u"],
        "what": ["e", "e", "e"],
        "when": ["2024-03-10", "2024-03-10 23:30", "2024-03-11T01:00:00Z"],
    }
    local = "America/New_York"
    source = source_of(tmp_path, columns, [FeedMapping("events", EVENT)], zone=local)
    rows = staged([source], "events", "happened_at::text, happened_on::text", local)
    # Clocks went forward at 2 on the 10th: midnight was at 5 UTC, 23:30 is 3:30 UTC.
    assert rows == [
        ("2024-03-10 05:00:00", "2024-03-10"),
        ("2024-03-11 03:30:00", "2024-03-10"),
        ("2024-03-11 01:00:00", "2024-03-10"),
    ]


def test_ids_keep_zeros_and_lose_the_fraction_of_a_gap(tmp_path):
    columns = {
        "who": [17850.0, 13047.0],
        "what": ["e", "e"],
        "when": ["2024-01-01"] * 2,
    }
    source = source_of(tmp_path, columns, [FeedMapping("events", EVENT)])
    assert staged([source], "events", "customer_id") == [("17850",), ("13047",)]
    columns["who"] = ["007", "12345678901234567890"]
    source = source_of(tmp_path, columns, [FeedMapping("events", EVENT)], number=1)
    assert staged([source], "events", "customer_id") == [
        ("007",),
        ("12345678901234567890",),
    ]


def test_values_are_translated_divided_and_filled_in(tmp_path):
    part = FeedMapping(
        "payments",
        {
            "customer_id": ("own", "theirs"),
            "charged_at": ("when",),
            "amount": ("cents",),
            "status": ("state",),
        },
        constants={"currency": "eur"},
        values={"status": {"Succeeded": "paid"}},
        divisors={"amount": 100},
    )
    columns = {
        "own": ["u1", None],
        "theirs": ["c1", "c2"],
        "when": ["2024-01-01", "2024-01-01"],
        "cents": ["1250", "x"],
        "state": ["succeeded", "Failed"],
    }
    source = source_of(tmp_path, columns, [part])
    names = "customer_id, amount::text, status, currency, reason"
    assert staged([source], "payments", names) == [
        ("u1", "12.5000", "paid", "eur", None),
        ("c2", None, "Failed", "eur", '"cents" is not an amount'),
    ]


def test_hostile_names_and_values_are_only_text(tmp_path):
    name = """who"; drop table x; --'"""
    columns = {
        name: ["'); drop table y; --"],
        "what": ["{{e}}"],
        "when": ["2024-01-01"],
    }
    roles = {**EVENT, "customer_id": (name,)}
    kept = (Kept("what", """p"' or 1=1"""),)
    source = source_of(tmp_path, columns, [FeedMapping("events", roles, kept=kept)])
    names = """customer_id, event, "p""' or 1=1" """
    assert staged([source], "events", names) == [
        ("'); drop table y; --", "{{e}}", "{{e}}")
    ]


def test_types_are_those_that_every_value_has(tmp_path):
    columns = {
        "number": ["1", " 2.5", None, "-3"],
        "zeros": ["01", "02", "03", "04"],
        "long": ["12345678901234567", "1", "2", "3"],
        "exponent": ["1e5", "2", "3", "4"],
        "customer_id": ["1", "2", "3", "4"],
        "flag": ["0", "1", "1", "0"],
        "day": ["2024-01-01", "2024-01-02 10:00", None, "2024-01-03T00:00:00Z"],
        "mixed": ["1", "2", "3", "n/a"],
        "empty": [None, None, None, " "],
        "yes": ["Yes", "No", "No", "Yes"],
    }
    source = source_of(tmp_path, columns, [])
    kept = [Kept(name, name) for name in columns]
    found = infer_kept(
        duckdb.connect(), source.parquet, source.columns, source.padded, kept
    )
    assert {each.name: (each.type, each.filled) for each in found} == {
        "number": ("number", 3),
        "zeros": ("category", 4),
        "long": ("category", 4),
        "exponent": ("category", 4),
        "customer_id": ("category", 4),
        "flag": ("category", 4),
        "day": ("date", 3),
        "mixed": ("category", 4),
        "empty": ("category", 0),
        "yes": ("category", 4),
    }


def test_rare_properties_go_to_json_and_frequent_ones_to_columns(tmp_path):
    columns: dict[str, list[str | None]] = {
        "who": ["u"],
        "what": ["e"],
        "when": ["2024-01-01"],
    }
    kept = []
    for position in range(42):
        columns[f"p{position:02}"] = ["x" if position != 41 else None]
        kept.append(
            Kept(f"p{position:02}", f"p{position:02}", "category", 42 - position)
        )
    source = source_of(
        tmp_path, columns, [FeedMapping("events", EVENT, kept=tuple(kept))]
    )
    typed, overflow = staged_columns([source], "events")
    assert [name for name, _ in typed] == [f"p{position:02}" for position in range(40)]
    assert overflow == {"p40", "p41"}
    assert staged([source], "events", "p39, other_properties") == [("x", '{"p40":"x"}')]


def test_a_name_that_is_a_number_in_one_file_and_text_in_another_is_text(tmp_path):
    one = FeedMapping(
        "customers", {"customer_id": ("id",)}, kept=(Kept("s", "s", "number"),)
    )
    two = FeedMapping("customers", {"customer_id": ("id",)}, kept=(Kept("s", "s"),))
    sources = [
        source_of(tmp_path, {"id": ["a"], "s": ["1.50"]}, [one]),
        source_of(tmp_path, {"id": ["b"], "s": ["big"]}, [two], number=1),
    ]
    assert staged(sources, "customers", "customer_id, s") == [
        ("a", "1.50"),
        ("b", "big"),
    ]


def test_a_feed_without_sources_is_an_empty_relation():
    assert staged([], "subscriptions") == []


def test_a_mapping_round_trips_through_json(tmp_path):
    mapping = SourceMapping(
        "a file",
        (
            FeedMapping(
                "events",
                EVENT,
                constants={"event": "x"},
                formats={"happened_at": "epoch_s"},
                values={"event": {"a": "b"}},
                kept=(Kept("a", "b", "number", 3),),
            ),
        ),
        zone="Europe/Berlin",
        layout="events",
    )
    assert SourceMapping.from_json(json.loads(json.dumps(mapping.to_json()))) == mapping


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (FeedMapping("cats", {}), "f.csv is mapped to 'cats', which is no table."),
        (
            FeedMapping("events", {"customer_id": ("who",), "event": ("what",)}),
            "f.csv has no column for happened_at (when it happened),"
            " which events need.",
        ),
        (
            FeedMapping("events", {**EVENT, "happened_at": ("date",)}),
            "f.csv has no column 'date'.",
        ),
        (
            FeedMapping("events", {**EVENT, "colour": ("what",)}),
            "f.csv has a column as 'colour', which events do not have.",
        ),
        (
            FeedMapping("events", EVENT, kept=(Kept("who", "a"), Kept("what", "A"))),
            "f.csv keeps two columns under one name.",
        ),
    ],
)
def test_a_wrong_mapping_is_refused_before_anything_is_read(part, sentence):
    with pytest.raises(ImportRefusedError) as refused:
        check(SourceMapping("a file", (part,)), ["who", "what", "when"], "f.csv")
    assert refused.value.sentence == sentence


def test_a_column_kept_under_a_name_that_became_a_role_gets_a_free_name():
    names = ["email", "page", "EMAIL_"]
    before = SourceMapping("old", (FeedMapping("events", {}),)).to_json()
    before["feeds"][0]["kept"] = [
        {"column": each, "name": each, "type": "category", "filled": 3}
        for each in names
    ]
    (part,) = SourceMapping.from_json(before).feeds
    assert [(each.column, each.name) for each in part.kept] == [
        ("email", "email__"),
        ("page", "page"),
        ("EMAIL_", "EMAIL_"),
    ]
