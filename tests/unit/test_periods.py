from datetime import date

import duckdb
import pytest

from holdfast.periods import SPANS, first_day, period_label, period_of, period_sql

DAYS = [date(2024, 2, 29), date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30)]


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("day", DAYS)
def test_sql_and_python_number_intervals_alike(span, day):
    expression = period_sql(f"date '{day}'", span)
    ((number,),) = duckdb.sql(f"select {expression}").fetchall()
    assert number == period_of(day, span)
    assert first_day(number, span) <= day < first_day(number + 1, span)


@pytest.mark.parametrize(
    ("span", "label"),
    [
        ("day", "1 Apr 2026"),
        ("week", "1 Apr 2026"),
        ("month", "Apr 2026"),
        ("quarter", "Q2 2026"),
        ("year", "2026"),
    ],
)
def test_intervals_have_names(span, label):
    assert period_label(date(2026, 4, 1), span) == label
