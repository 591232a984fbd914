"""What a mapping can say of a row: who it is of, made columns, which rows, answers."""

import json

import pytest

from holdfast.errors import ImportRefusedError
from holdfast.exports.mapping import (
    Condition,
    FeedMapping,
    Made,
    SourceMapping,
    check,
    customer_text,
)
from tests.unit.test_mapping import source_of, staged

ORDER = {"customer_id": ("who",), "ordered_at": ("when",), "amount": ("sum",)}
DAY = "2024-01-01"


def test_an_address_says_whose_row_it_is_where_no_id_does(tmp_path):
    columns = {
        "who": ["u1", None, None, None],
        "mail": [" Ann@Example.com ", "BOB@example.com", "nobody", None],
        "when": [DAY] * 4,
    }
    roles = {"customer_id": ("who",), "email": ("mail",), "ordered_at": ("when",)}
    source = source_of(tmp_path, columns, [FeedMapping("orders", roles)])
    assert staged([source], "orders", "customer_id, email, reason") == [
        ("u1", "ann@example.com", None),
        ("bob@example.com", "bob@example.com", None),
        (None, None, '"who" is empty and "mail" is no e-mail address'),
        (None, None, '"who" and "mail" are empty'),
    ]


def test_an_address_alone_is_enough_for_a_row_that_needs_a_customer(tmp_path):
    columns = {"mail": ["Ann@example.com", "ann", None], "when": [DAY] * 3}
    part = FeedMapping("orders", {"email": ("mail",), "ordered_at": ("when",)})
    source = source_of(tmp_path, columns, [part])
    check(source.mapping, columns, "f.csv")
    assert staged([source], "orders", "customer_id, reason") == [
        ("ann@example.com", None),
        (None, '"mail" is no e-mail address'),
        (None, '"mail" is empty'),
    ]
    assert customer_text(part, source.columns).startswith("coalesce(case when contains")


def test_an_answer_of_somebody_unknown_is_taken_over(tmp_path):
    columns = {"mail": ["nobody", None], "when": [DAY] * 2}
    roles = {"email": ("mail",), "answered_at": ("when",)}
    part = FeedMapping("responses", roles, constants={"kind": "nps"})
    source = source_of(tmp_path, columns, [part])
    names = "customer_id, email, kind, reason"
    assert staged([source], "responses", names) == [(None, None, "nps", None)] * 2


@pytest.mark.parametrize(
    ("made", "cells", "amount", "reason"),
    [
        (Made("product", ("a", "b")), ("3", "2.50"), "7.5000", None),
        (Made("product", ("a", "b")), ("3", None), None, None),
        (Made("product", ("a", "b")), ("3", "x"), None, '"made" is not an amount'),
        (Made("difference", ("a", "b")), ("10.50", "0.25"), "10.2500", None),
        (Made("difference", ("a", "b")), ("10.50", None), "10.5000", None),
        (Made("difference", ("a", "b")), (None, "1"), None, None),
        (Made("difference", ("a", "b")), ("1", "x"), None, '"made" is not an amount'),
        (Made("bare", ("a",), "'"), ("'12", None), "12.0000", None),
        (Made("bare", ("a",), "'"), ("12", None), "12.0000", None),
        (Made("clock", ("a",)), ("01:30:30", None), "90.5000", None),
        (Made("clock", ("a",)), ("125:00", None), "7500.0000", None),
        (Made("clock", ("a",)), ("1.5", None), None, '"made" is not an amount'),
        (Made("hours", ("a",)), ("1.5", None), "90.0000", None),
        (Made("days", ("a",)), ("2", None), "2880.0000", None),
        (Made("seconds", ("a",)), ("90", None), "1.5000", None),
        (Made("hours", ("a",)), ("soon", None), None, '"made" is not an amount'),
    ],
)
def test_an_amount_is_made_of_other_columns(tmp_path, made, cells, amount, reason):
    columns = {"who": ["u", "v"], "when": [DAY, DAY]}
    columns |= {"a": [cells[0], "1"], "b": [cells[1], "1"]}
    roles = {**ORDER, "amount": ("made",)}
    part = FeedMapping("orders", roles, made={"made": made})
    source = source_of(tmp_path, columns, [part])
    check(source.mapping, columns, "f.csv")
    assert staged([source], "orders", "amount::text, reason")[0] == (amount, reason)


def test_what_is_made_is_written_as_the_file_writes_numbers(tmp_path):
    columns = {"who": ["u"], "when": [DAY], "a": ["1.000,5"], "b": ["2"]}
    part = FeedMapping(
        "orders",
        {**ORDER, "amount": ("a × b",)},
        made={"a × b": Made("product", ("a", "b"))},
        decimal=",",
    )
    source = source_of(tmp_path, columns, [part])
    assert staged([source], "orders", "amount::text") == [("2001.0000",)]


def test_a_date_and_a_time_make_an_instant(tmp_path):
    columns = {
        "who": ["u", "u", "u"],
        "date": ["03/04/2024", "03/04/2024", None],
        "time": ["10:30", None, None],
        "sum": ["1", "1", "1"],
    }
    part = FeedMapping(
        "orders",
        {**ORDER, "ordered_at": ("date time",)},
        formats={"ordered_at": "%d/%m/%Y %H:%M"},
        made={"date time": Made("join", ("date", "time"))},
    )
    source = source_of(tmp_path, columns, [part])
    assert staged([source], "orders", "ordered_at::text, reason") == [
        ("2024-04-03 10:30:00", None),
        (None, '"date time" is not a date'),
        (None, '"date time" is empty'),
    ]


def test_rows_that_a_mapping_leaves_out_are_refused_with_the_reason(tmp_path):
    columns = {
        "who": ["u1", "u2", "u3", None],
        "when": [DAY, "soon", DAY, DAY],
        "sum": ["1"] * 4,
        "Stage": ["Won", "Lost", None, "WON"],
        "Test": ["", "", "", " yes "],
    }
    part = FeedMapping(
        "orders",
        ORDER,
        where=(
            Condition("Stage", ("won",), is_only=True),
            Condition("Test", ("Yes", "true")),
        ),
    )
    source = source_of(tmp_path, columns, [part])
    assert staged([source], "orders", "line, customer_id, reason, row_text") == [
        (2, "u1", None, None),
        (3, "u2", "left out: Stage is Lost", "u2 | soon | 1 | Lost | "),
        (4, "u3", "left out: Stage is empty", f"u3 | {DAY} | 1 | "),
        (5, None, "left out: Test is yes", f"{DAY} | 1 | WON |  yes "),
    ]


def test_events_that_are_left_out_have_no_values_by_which_they_could_count(tmp_path):
    columns = {
        "who": ["u1", "u2", None],
        "mail": ["a@x.com", "b@x.com", "c@x.com"],
        "what": ["open", "open", "close"],
        "when": [DAY] * 3,
        "env": ["prod", "Test", "test"],
    }
    roles = {
        "customer_id": ("who",),
        "email": ("mail",),
        "event": ("what",),
        "happened_at": ("when",),
        "event_id": ("what",),
    }
    part = FeedMapping("events", roles, where=(Condition("env", ("test",)),))
    source = source_of(tmp_path, columns, [part])
    names = (
        "customer_id, email, event, event_id, happened_at::date::text,"
        " happened_on::text, reason"
    )
    nothing = (None,) * 6
    assert staged([source], "events", names) == [
        ("u1", "a@x.com", "open", "open", DAY, DAY, None),
        (*nothing, "left out: env is Test"),
        (*nothing, "left out: env is test"),
    ]


def test_an_event_is_refused_with_the_other_one_of_its_row(tmp_path):
    columns = {
        "who": ["u1", "u2", "u3"],
        "when": [DAY] * 3,
        "won": [DAY, "soon", DAY],
        "stage": ["Won", "Won", "Lost"],
    }
    made, won = (
        FeedMapping(
            "events",
            {"customer_id": ("who",), "happened_at": (column,)},
            constants={"event": event},
            where=where,
        )
        for column, event, where in (
            ("when", "made", ()),
            ("won", "won", (Condition("stage", ("won",), is_only=True),)),
        )
    )
    source = source_of(tmp_path, columns, [made, won])
    names = "line, customer_id, event, happened_on::text, reason"
    assert sorted(staged([source], "events", names), key=str) == [
        (2, "u1", "made", DAY, None),
        (2, "u1", "won", DAY, None),
        (3, None, None, None, '"won" is not a date'),
        (4, "u3", "made", DAY, None),
    ]


def test_values_of_conditions_and_words_are_compared_by_one_rule(tmp_path):
    words = ["Groß", "GRoß", "Ακυρωμένος", "İptal", "gross"]
    columns = {"who": words, "when": [DAY] * 5, "sum": ["1"] * 5}
    part = FeedMapping(
        "orders",
        {**ORDER, "currency": ("who",)},
        values={"currency": {"GROß": "EUR"}},
        where=(Condition("who", ("Ακυρωμένος", "İptal")),),
    )
    source = source_of(tmp_path, columns, [part])
    assert staged([source], "orders", "currency, reason") == [
        ("EUR", None),
        ("EUR", None),
        ("Ακυρωμένος", "left out: who is Ακυρωμένος"),
        ("İptal", "left out: who is İptal"),
        ("gross", None),
    ]


def test_what_a_further_table_leaves_out_is_counted_by_the_first_only(tmp_path):
    columns = {"who": ["u", "v"], "when": [DAY, DAY], "Stage": ["Won", "Lost"]}
    events = FeedMapping(
        "events",
        {"customer_id": ("who",), "happened_at": ("when",)},
        constants={"event": "Deal created"},
    )
    orders = FeedMapping(
        "orders",
        {"customer_id": ("who",), "ordered_at": ("when",)},
        where=(Condition("Stage", ("Won",), is_only=True),),
    )
    source = source_of(tmp_path, columns, [events, orders])
    assert staged([source], "events", "customer_id, reason") == [
        ("u", None),
        ("v", None),
    ]
    assert staged([source], "orders", "customer_id, reason") == [("u", None)]


def answers(score, comment="", **constants):
    roles = {"customer_id": ("who",), "answered_at": ("when",), "score": (score,)}
    roles |= {"comment": (comment,)} if comment else {}
    return FeedMapping("responses", roles, constants=constants)


def test_a_row_gives_one_answer_for_each_question_that_is_answered(tmp_path):
    columns = {
        "who": ["u1", "u2", "u3", "u4"],
        "when": [DAY] * 4,
        "NPS": ["9", None, None, "ten"],
        "Why": [None, "dear", None, None],
        "CSAT": ["4", None, None, "5"],
    }
    parts = [answers("NPS", "Why", kind="nps"), answers("CSAT", kind="csat")]
    source = source_of(tmp_path, columns, parts)
    names = "line, kind, score, comment, reason, row_text"
    assert sorted(staged([source], "responses", names), key=str) == [
        # Each row of the file is taken over, or refused once.
        (2, "csat", 4.0, None, None, None),
        (2, "nps", 9.0, None, None, None),
        (3, "nps", None, "dear", None, None),
        (4, "nps", None, None, "no question is answered", f"u3 | {DAY}"),
        (5, "nps", None, None, '"NPS" is not a number', f"u4 | {DAY} | ten | 5"),
    ]


def test_what_a_mapping_says_of_rows_round_trips_and_is_left_out_where_nothing(
    tmp_path,
):
    part = FeedMapping(
        "orders",
        ORDER,
        made={"x": Made("bare", ("who",), "'")},
        where=(Condition("who", ("a", "")),),
    )
    mapping = SourceMapping("a file", (part,))
    assert SourceMapping.from_json(json.loads(json.dumps(mapping.to_json()))) == mapping
    (plain,) = SourceMapping("a file", (FeedMapping("orders", ORDER),)).to_json()[
        "feeds"
    ]
    # The hash of a stored source is of this: nothing may be added to old ones.
    assert list(plain) == [
        *("feed", "roles", "constants", "formats", "values", "divisors", "kept"),
    ]


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (
            FeedMapping("orders", {**ORDER, "amount": ("x",)}, made={}),
            "f.csv has no column 'x'.",
        ),
        (
            FeedMapping(
                "orders",
                {**ORDER, "amount": ("x",)},
                made={"x": Made("product", ("sum", "n"))},
            ),
            "f.csv has no column 'n'.",
        ),
        (
            FeedMapping("orders", ORDER, made={"x": Made("sql", ("sum",))}),
            "f.csv is to have a column 'x' that cannot be made.",
        ),
        (
            FeedMapping("orders", ORDER, made={"sum": Made("bare", ("sum",), "'")}),
            "f.csv is to have a column 'sum' that cannot be made.",
        ),
        (
            FeedMapping("orders", ORDER, where=(Condition("Stage", ("Won",)),)),
            "f.csv has no column 'Stage'.",
        ),
    ],
)
def test_a_mapping_of_columns_that_are_not_there_is_refused(part, sentence):
    with pytest.raises(ImportRefusedError) as refused:
        check(SourceMapping("a file", (part,)), ["who", "when", "sum"], "f.csv")
    assert refused.value.sentence == sentence
