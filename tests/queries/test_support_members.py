from datetime import date

import pytest

from holdfast.filters import Filters
from holdfast.questions import ask, support
from holdfast.questions.support import Support
from tests.worlds import dataset_of, table

JANUARY, FEBRUARY = date(2025, 1, 15), date(2025, 2, 15)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("desk"),
        customers=[("ann", "2025-01-01", {"plan": "pro"})],
        tickets=[
            (
                "1",
                "ann",
                "2025-01-10",
                "2025-02-10",
                {"subject": "=1+1 <b>**x**", "tags": '["a b","c"]', "reopens": 2},
            ),
            ("2", "who", "2025-01-10", ""),
            ("3", "ann", "2025-02-01", "2025-02-28", {"tags": "c"}),
        ],
    )


def test_the_list_holds_the_tickets_letter_by_letter(desk):
    rows = support.members(desk, Support(), Filters(), JANUARY)
    names = ("ticket_id", "id", "subject", "tags", "resolution_hours", "reopens")
    assert table(rows, *names) == [
        ("2", None, None, None, None, None),
        ("1", "ann", "=1+1 <b>**x**", "a b, c", 744.0, 2),
    ]


@pytest.mark.parametrize("by", ["segment", "tag", "status"])
@pytest.mark.parametrize("kind", ["opened", "solved", "backlog", "reopened"])
def test_there_are_as_many_as_the_figure_says(desk, by, kind):
    spec, filters = Support(by=by), Filters(breakdown="plan")
    frame = ask(desk, spec, filters).frame
    assert frame[kind].sum() > 0
    for _, row in frame.iterrows():
        rows = support.members(
            desk, spec, filters, row["period"].date(), kind, row["segment"]
        )
        assert len(rows) == row[kind]


def test_several_periods_give_the_tickets_of_all_of_them(desk):
    rows = support.members(desk, Support(), Filters(), JANUARY, until=FEBRUARY)
    assert list(rows["ticket_id"]) == ["3", "2", "1"]
