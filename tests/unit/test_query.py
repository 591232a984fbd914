from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.query import (
    QUERIES,
    Entry,
    catalogue,
    literal,
    load,
    parameters,
    parse,
    quoted,
    sources,
    with_relations,
    with_values,
)

HEADER = """-- ages: How old everybody is.
-- grain: one row per person
-- params:
--   limit_on (DATE): the day; null means
--     no limit
--   most (DOUBLE): the most
-- returns:
--   age (INTEGER): years
-- source: ours
select age from people where born_on < $limit_on and age < $most;
"""


def written(folder, text, name="ages"):
    path = folder / f"{name}.sql"
    path.write_text(text)
    return path


def test_a_header_has_five_sections(tmp_path):
    query = parse(written(tmp_path, HEADER))
    assert (query.name, query.purpose) == ("ages", "How old everybody is.")
    assert (query.grain, query.source) == ("one row per person", "ours")
    assert query.params == (
        Entry("limit_on", "DATE", "the day; null means no limit"),
        Entry("most", "DOUBLE", "the most"),
    )
    assert query.returns == (Entry("age", "INTEGER", "years"),)
    assert query.text.startswith("select age")
    assert not query.text.endswith(";")


@pytest.mark.parametrize(
    "text",
    [
        HEADER.replace("-- grain: one row per person\n", ""),
        HEADER.replace("-- source: ours\n", ""),
        HEADER.replace("most (DOUBLE): the most", "most: the most"),
        HEADER.replace("-- ages:", "-- years:"),
        "select 1",
    ],
)
def test_a_header_with_a_fault_is_refused(tmp_path, text):
    with pytest.raises((ValueError, KeyError)):
        parse(written(tmp_path, text))


def test_every_file_is_in_the_catalogue():
    assert set(catalogue()) == {path.stem for path in QUERIES.rglob("*.sql")}
    with pytest.raises(KeyError):
        load("nothing_like_it")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select $a, $b_1, $a", {"a", "b_1"}),
        ("select '$a', \"$b\" -- $c\n, $d", {"d"}),
        ("select 'it''s $a', $b", {"b"}),
        ('select "a""$b", $c', {"c"}),
        ("select '--', $a", {"a"}),
        ("select 1", set()),
    ],
)
def test_parameters_are_found_outside_of_texts_and_comments(text, expected):
    assert parameters(text) == expected


def test_relations_stand_in_front_in_their_order():
    text = with_relations(
        {"a": "select 1 as x", "b": "from a"}, "with c as (from b) from c"
    )
    assert duckdb.execute(text).fetchall() == [(1,)]
    assert with_relations({}, "with c as (select 1) from c").startswith("with c")


UNHURRIED = settings(deadline=None)


@pytest.fixture(scope="module")
def engine():
    with duckdb.connect() as connection:
        yield connection


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


@UNHURRIED
@given(NAMES)
def test_a_quoted_name_is_that_column(engine, name):
    assert engine.sql(f"select 1 as {quoted(name)}").columns == [name]


@UNHURRIED
@given(
    st.one_of(
        NAMES,
        st.integers(-(2**60), 2**60),
        st.booleans(),
        st.none(),
        st.dates(date(1900, 1, 1)),
        st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)),
        st.lists(NAMES, max_size=3),
    )
)
def test_a_literal_is_read_back_as_the_value(engine, value):
    ((found,),) = engine.sql(f"select {literal(value)}").fetchall()
    assert found == value


def test_decimals_and_floats_are_written_as_numbers():
    assert literal(Decimal("1.50")) == "1.50"
    assert literal(0.25) == "0.25"


@UNHURRIED
@given(NAMES)
def test_values_are_put_in_place_of_parameters_only(engine, value):
    text = 'select $a as x, \'$a\' as y, "$a" as z -- $a\nfrom (select 1 as "$a")'
    rows = engine.sql(with_values(text, {"a": value})).fetchall()
    assert rows == [(value, "$a", 1)]


def test_a_value_that_looks_like_a_parameter_stays_a_value():
    text = with_values("select $a as x, $b as y", {"a": "$b", "b": "'; drop table t"})
    assert duckdb.execute(text).fetchall() == [("$b", "'; drop table t")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("select 1 from visits", {"visits"}),
        ("select 1\nfrom visits\ninner join starts\n    on true", {"visits", "starts"}),
        ("(select 1 from visits)", {"visits"}),
        ("select 1 from visits; -- from starts", {"visits"}),
        # what is quoted, compared or called is no source
        ('select "Leads from visits last year" from starts', {"starts"}),
        ("select 'from visits ' from starts", {"starts"}),
        ('select 1 from "visits"', set()),
        ("select a is distinct from visits.b from starts", {"starts"}),
    ],
)
def test_what_a_statement_reads_from(text, names):
    assert sources(text) == names
