import duckdb
import pytest

from holdfast.exports.mapping import SourceMapping
from holdfast.exports.notations import (
    COMMA,
    PLAIN,
    POINT,
    guess_decimal,
    has_buddhist_years,
    in_common_years,
    number_text,
    read_number,
)
from holdfast.workspace import Workspace
from tests.readings import written


@pytest.mark.parametrize(
    ("values", "guessed"),
    [
        (["12.5", "7", "-3.25"], (PLAIN, "")),
        (["12,5", "7"], (COMMA, "")),
        (["1.234,50", "9"], (COMMA, "")),
        (["1,234.50", "9"], (POINT, "")),
        # Thousands, or three decimals: taken for thousands and asked about.
        (["1,234", "12"], (POINT, COMMA)),
        (["1.234", "12"], (PLAIN, COMMA)),
        (["1 234,50 €"], (COMMA, "")),
        (["many", "12,5"], (COMMA, "")),
        ([], (PLAIN, "")),
    ],
)
def test_the_notation_of_numbers_is_guessed_from_values(values, guessed):
    assert guess_decimal(values) == guessed


NUMBERS = [
    ("1234.5", 1234.5, 1234.5, None),
    ("1,234.50", None, 1234.5, None),
    ("1.234,50", None, None, 1234.5),
    ("-12,5", None, None, -12.5),
    ("$1,000", None, 1000.0, 1.0),
    ("1\u00a0234,5", None, None, 1234.5),
    ("12,34,56", None, None, None),
    ("1.2.3", None, None, None),
    ("soon", None, None, None),
]


@pytest.mark.parametrize(("text", "plain", "point", "comma"), NUMBERS)
def test_a_number_is_read_as_it_is_written_or_not_at_all(text, plain, point, comma):
    for decimal, expected in ((PLAIN, plain), (POINT, point), (COMMA, comma)):
        sql = f"select try_cast({number_text('$text', decimal)} as double)"
        (row,) = duckdb.execute(sql, {"text": text}).fetchall()
        assert row == (expected,), decimal
        assert read_number(text, decimal) == expected, decimal


def test_a_year_is_buddhist_only_where_it_can_be_nothing_else():
    assert has_buddhist_years(["05/01/2567", "29/02/2567"])
    assert not has_buddhist_years(["05/01/2567", "05/01/2024"])
    assert not has_buddhist_years([])
    assert in_common_years("29/02/2567 10:00") == "29/02/2024 10:00"


def asked(workspace, sql):
    dataset = duckdb.connect(str(workspace.dataset_path()), read_only=True)
    return dataset.execute(sql).fetchall()


def test_amounts_with_a_decimal_comma_are_imported(tmp_path):
    text = (
        "order_id;customer_id;ordered_at;amount\n"
        "1;a;2024-01-01;1.234,50\n2;b;2024-01-02;12,5\n3;c;2024-01-03;12.5\n"
    )
    workspace = Workspace.create(tmp_path / "workspace")
    (file,) = workspace.load([written(tmp_path, text, "orders.csv")]).files
    # 12.5 would be 125 to who reads points as marks of thousands: it is refused.
    assert (file.imported, file.rejected) == (2, 1)
    assert asked(workspace, "select amount::double from orders order by 1") == [
        (12.5,),
        (1234.5,),
    ]


def test_buddhist_years_are_read_as_common_ones_and_leap_days_too(tmp_path):
    text = (
        "order_id,customer_id,ordered_at,amount\n"
        "1,a,29/02/2567,5\n2,b,13/03/2567,5\n3,c,14/03/2024,5\n"
    )
    workspace = Workspace.create(tmp_path / "workspace")
    inspection = workspace.inspect(written(tmp_path, text, "mixed.csv"))
    form = inspection.mapping.feeds[0].formats.get("ordered_at", "")
    assert not form.startswith("be:")
    path = written(tmp_path, text.rsplit("3,c", 1)[0], "orders.csv")
    workspace.load([path])
    assert asked(workspace, "select ordered_on::varchar from orders") == [
        ("2024-02-29",),
        ("2024-03-13",),
    ]


def test_words_among_dates_do_not_hide_how_the_others_are_written(tmp_path):
    text = (
        "order_id,customer_id,ordered_at,amount\n1,a,{},5\n2,b,soon,5\n3,c,31/12/{},5\n"
    )
    for number, (first, year) in enumerate(
        (("29/02/2567", 2567), ("28/02/2024", 2024))
    ):
        workspace = Workspace.create(tmp_path / f"workspace {number}")
        path = written(tmp_path, text.format(first, year), "orders.csv")
        (file,) = workspace.load([path]).files
        assert (file.imported, file.rejected) == (2, 1)
        days = asked(workspace, "select max(ordered_on)::varchar from orders")
        assert days == [("2024-12-31",)]


def test_a_negative_tenure_is_rejected_with_its_reason(tmp_path):
    text = "customer_id,tenure,Churn\na,12,No\nb,-3,Yes\n"
    workspace = Workspace.create(tmp_path / "workspace")
    inspection = workspace.inspect(written(tmp_path, text, "telco.csv"))
    mapping = {
        "title": "Customers",
        "zone": "UTC",
        "layout": None,
        "feeds": [
            {
                "feed": "customers",
                "roles": {
                    "customer_id": ["customer_id"],
                    "tenure_months": ["tenure"],
                    "has_churned": ["Churn"],
                },
                "constants": {},
                "formats": {},
                "values": {},
                "divisors": {},
                "kept": [],
            }
        ],
    }
    from dataclasses import replace

    mapped = replace(inspection, mapping=SourceMapping.from_json(mapping))
    (file,) = workspace.load([mapped]).files
    assert (file.imported, file.rejected) == (1, 1)
    assert asked(workspace, "select line, reason from rejected") == [
        (3, '"tenure" is negative')
    ]


def test_a_plain_notation_is_not_written_so_that_ids_of_sources_stay():
    part = {
        "feed": "events",
        "roles": {},
        "constants": {},
        "formats": {},
        "values": {},
        "divisors": {},
        "kept": [],
    }
    values = {"title": "t", "zone": "UTC", "layout": None, "feeds": [part]}
    assert "decimal" not in SourceMapping.from_json(values).to_json()["feeds"][0]
    part["decimal"] = ","
    assert SourceMapping.from_json(values).feeds[0].decimal == ","
