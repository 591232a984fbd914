from datetime import date

from holdfast.query import load
from holdfast.questions import ask
from holdfast.questions.support import Support
from tests.worlds import dataset_of, table

NAMES = ("tickets", "first_on", "last_on", "is_dated", "answered", "solved")


def test_tickets_are_observed_to_their_last_solution(tmp_path):
    dataset = dataset_of(
        tmp_path,
        tickets=[
            ("1", "ann", "2025-01-10", "2025-03-31"),
            ("2", "ann", "2025-02-10", "", {"reopens": 0}),
        ],
    )
    rows = dataset.frame(load("tickets_seen").text, {"zone": "UTC"})
    assert table(rows, *NAMES, "told_reopens") == [
        (2, "2025-01-10", "2025-03-31", True, 0, 1, 1)
    ]
    assert ask(dataset, Support()).as_of == date(2025, 4, 1)


def test_the_last_day_is_that_of_the_zone_and_may_not_be_over(tmp_path):
    dataset = dataset_of(
        tmp_path,
        tickets=[("1", "ann", "2025-01-10 09:00:00", "2025-01-31 23:30:00")],
        zone="Europe/Paris",
    )
    rows = dataset.frame(load("tickets_seen").text, {"zone": "Asia/Tokyo"})
    assert rows["last_on"].astype(str).to_list() == ["2025-02-01"]
    assert ask(dataset, Support()).as_of == date(2025, 1, 31)
