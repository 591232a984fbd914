import pytest

from holdfast.errors import SpecError
from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask, tickets_before_churn
from holdfast.questions.tickets_before_churn import TicketsBeforeChurn
from tests.worlds import dataset_of, table

NAMES = ("segment", "left_spells", "left_with", "left_tickets", "stayed_customers")
SHARES = ("stayed_rate", "stayed_tickets", "ticket_excess", "risk_ratio")
ROWS = [
    ("All", 2, 1, 2, 3),
    ("bug", 2, 1, 2, 3),
    ("bill", 2, 0, 0, 3),
    ("(none)", 2, 0, 0, 3),
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("desk"),
        customers=[
            (name, "2025-01-01", {"plan": "pro" if name < "c" else "free"})
            for name in ("ann", "bob", "cat", "dan")
        ],
        subscriptions=[
            ("ann", "2025-01-01", "2025-02-10"),
            ("bob", "2025-01-01", "2025-02-20"),
            ("cat", "2025-01-01", ""),
            # comes after the first has left
            ("dan", "2025-02-10", ""),
            # the days before this were not observed
            ("eve", "2025-01-01", "2025-01-12"),
        ],
        events=[("cat", "use", "2025-03-31 08:00:00")],
        tickets=[
            ("1", "cat", "2025-01-05", "", {"tags": "bill"}),
            ("2", "ann", "2025-02-01", "", {"tags": "bug"}),
            ("3", "ann", "2025-02-09", "", {"tags": "bug"}),
            # on the day itself is not before it
            ("4", "ann", "2025-02-10", "", {"tags": "bug"}),
            ("5", "cat", "2025-02-12", "", {"tags": "bug"}),
            ("6", "cat", "2025-02-19", "", {"tags": "bug,bill"}),
            ("7", "stranger", "2025-02-19", ""),
            ("8", "cat", "2025-03-01", "2025-03-02", {"tags": "bug"}),
        ],
    )


def test_those_who_left_are_set_against_all_who_stayed_on_the_same_days(desk):
    found = ask(desk, TicketsBeforeChurn(days=10))
    assert table(found.frame, *NAMES) == ROWS
    # On 10 February bob and cat stayed, without a ticket since 31 January; on the 20th
    # cat, with two, and dan.
    assert table(found.frame, "segment", *SHARES) == [
        ("All", 0.25, 0.5, 0.25, 2.0),
        ("bug", 0.25, 0.5, 0.25, 2.0),
        ("bill", 0.25, 0.25, -0.25, 0.0),
        ("(none)", 0.0, 0.0, 0.0, None),
    ]
    assert found.sentence == (
        "Of 2 who left, 50% had a ticket in the 10 days before, and 25% of those who"
        " stayed, on the same days: what differs may be chance."
    )
    assert "no_cause" in {caveat.code for caveat in found.caveats}


def test_more_days_see_more_tickets(desk):
    frame = ask(desk, TicketsBeforeChurn(days=30, by="segment")).frame
    # Of 10 February not all 30 days before are after the first ticket but 36 are.
    assert table(frame, *NAMES) == [("All", 2, 1, 2, 3)]
    assert table(frame, "left_per_100_days") == [(round(2 / 2 / 30 * 100, 4),)]


def test_filters_choose_who_left_and_who_stayed(desk):
    pro = Filters((AttributeIn("plan", ("pro",)),), breakdown="plan")
    frame = ask(desk, TicketsBeforeChurn(days=10, by="segment"), pro).frame
    assert table(frame, *NAMES, "stayed_rate") == [("All", 2, 1, 2, 1, 0.0)]


def test_the_list_is_as_long_as_the_figure_says(desk):
    spec = TicketsBeforeChurn(days=10)
    for _, row in ask(desk, spec).frame.iterrows():
        rows = tickets_before_churn.members(desk, spec, Filters(), row["segment"])
        assert len(rows) == row["left_with"]


def test_a_number_of_days_is_needed_and_somebody_who_leaves(desk, tmp_path):
    with pytest.raises(SpecError, match="not between 1 and"):
        TicketsBeforeChurn(days=0)
    alone = Filters((AttributeIn("plan", ("free",)),))
    found = ask(desk, TicketsBeforeChurn(days=10), alone)
    assert found.sentence.startswith("No customer in view is known to have left")
