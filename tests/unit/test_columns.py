from dataclasses import replace

import pytest

from holdfast.exports.mapping import Made
from holdfast.ui import choosing, columns
from holdfast.ui.staging import Staging
from holdfast.workspace import Workspace

LINES = b"""InvoiceNo,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,2,2025-01-01 10:00:00,3,ann,France
2,1,2025-01-02 10:00:00,4,bob,Spain
"""


@pytest.fixture
def lines(tmp_path):
    """Return a staged file of order lines that also tells about customers."""
    path = tmp_path / "lines.csv"
    path.write_bytes(LINES)
    staging = Staging()
    staging.add(Workspace.create(tmp_path / "workspace"), path.name, path)
    (file,) = staging.files
    return file


def chosen(file, **changes):
    now = {name: columns.choice_of(file.mapping, name) for name in file.columns}
    return now | changes


def test_every_column_has_its_choice(lines):
    assert chosen(lines) == {
        "InvoiceNo": "order_id",
        "Quantity": "quantity",
        "InvoiceDate": "ordered_at",
        "UnitPrice": "unit_price",
        "CustomerID": "customer_id",
        "Country": "customers+",
    }
    assert set(chosen(lines).values()) <= set(columns.choices(lines.mapping))


def test_unchanged_choices_leave_the_recognised_mapping_as_it_is(lines):
    assert columns.with_choices(lines, chosen(lines)) is lines.mapping


def test_a_second_column_of_a_role_comes_after_the_first(lines):
    mapping = columns.with_choices(lines, chosen(lines, Country="customer_id"))
    assert mapping.feeds[0].roles["customer_id"] == ("CustomerID", "Country")
    # Nothing is left to tell about customers beside their orders.
    assert [part.feed for part in mapping.feeds] == ["order_lines"]


def test_a_moved_role_takes_its_format_from_the_new_column(lines):
    changes = {"InvoiceDate": choosing.IGNORED, "InvoiceNo": "ordered_at"}
    mapping = columns.with_choices(lines, chosen(lines, **changes))
    lines.mapping = mapping
    assert mapping.feeds[0].roles["ordered_at"] == ("InvoiceNo",)
    problem = columns.problem(lines)
    assert problem is not None
    assert problem.sentence == (
        "lines.csv has no column for order_id (the order's id), which order lines need."
    )


def test_another_feed_and_back_gives_the_recognised_mapping(lines):
    recognised = lines.mapping
    lines.mapping = columns.as_feed(lines, "events")
    assert lines.mapping.feeds[0].roles["happened_at"] == ("InvoiceDate",)
    assert columns.as_feed(lines, "order_lines") == recognised


def test_a_date_tells_day_and_month_apart_best_where_they_differ():
    assert columns.telling(["01/01/2025", "03/04/2025"]) == "03/04/2025"
    assert columns.telling(["01/01/2025"]) == "01/01/2025"


SURVEY = b"""Respondent ID,Collector ID,Start Date,End Date,IP Address,\
How likely are you to recommend us?,Why?,How satisfied are you?,How old are you?
1,7,2025-01-01,2025-01-01,1.1.1.1,9,It is fast and simple,4,30
2,7,2025-01-01,2025-01-02,1.1.1.1,3,It is far too slow,5,41
"""
NPS, CSAT = "How likely are you to recommend us?", "How satisfied are you?"


@pytest.fixture
def survey(tmp_path):
    """Return a staged survey of which each row gives two answers."""
    path = tmp_path / "survey.csv"
    path.write_bytes(SURVEY)
    staging = Staging()
    staging.add(Workspace.create(tmp_path / "workspace"), path.name, path)
    (file,) = staging.files
    return file


def test_each_answer_of_a_row_has_choices_of_its_own(survey):
    now = chosen(survey)
    assert (now[NPS], now["Why?"]) == ("score", "comment")
    assert now[CSAT] == "responses:2:score"
    assert set(now.values()) <= set(columns.choices(survey.mapping))
    assert columns.with_choices(survey, now) is survey.mapping


def test_a_comment_can_be_given_to_another_answer_and_an_answer_taken_away(survey):
    changes = {"Why?": "responses:2:comment"}
    first, second = columns.with_choices(survey, chosen(survey, **changes)).feeds
    assert "comment" not in first.roles
    assert (second.roles["score"], second.roles["comment"]) == ((CSAT,), ("Why?",))
    gone = columns.with_choices(survey, chosen(survey, **{CSAT: choosing.IGNORED}))
    assert gone.feeds == survey.mapping.feeds[:1]


def test_a_column_can_be_the_score_of_one_more_question(survey):
    more = chosen(survey, **{"How old are you?": choosing.FURTHER})
    mapping = columns.with_choices(survey, more)
    assert [part.roles["score"] for part in mapping.feeds] == [
        (NPS,),
        (CSAT,),
        ("How old are you?",),
    ]
    assert mapping.feeds[2].constants["question"] == "How old are you?"
    assert mapping.feeds[2].roles["answered_at"] == ("End Date", "Start Date")


def test_what_is_made_of_columns_stays_until_one_of_them_is_something_else(lines):
    main, *others = lines.mapping.feeds
    roles = {**main.roles, "amount": ("sum",)}
    del roles["unit_price"]
    made = {"sum": Made("product", ("Quantity", "UnitPrice"))}
    part = replace(main, roles=roles, made=made)
    lines.mapping = replace(lines.mapping, feeds=(part, *others))
    assert chosen(lines)["UnitPrice"] == "amount"
    assert columns.made(lines.mapping) == [("sum", "Quantity × UnitPrice")]
    kept = columns.with_choices(lines, chosen(lines, Country=choosing.IGNORED))
    assert kept.feeds[0].roles["amount"] == ("sum",)
    changed = columns.with_choices(lines, chosen(lines, UnitPrice="unit_price"))
    assert "amount" not in changed.feeds[0].roles
