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


def test_a_solution_far_ahead_does_not_move_the_end_and_is_not_believed(tmp_path):
    opened = [
        (f"{day}", "ann", f"2025-01-{day:02d} 09:00:00", f"2025-01-{day:02d} 12:00:00")
        for day in range(1, 15)
    ]
    dataset = dataset_of(
        tmp_path,
        tickets=[
            *opened,
            # a week after the last opening is the longest that is believed
            ("late", "ann", "2025-01-14 10:00:00", "2025-01-21 10:00:00"),
            ("wrong", "ann", "2025-01-02 10:00:00", "2026-01-02 10:00:00"),
        ],
    )
    rows = dataset.frame(load("tickets_seen").text, {"zone": "UTC"})
    assert table(rows, *NAMES, "beyond") == [
        (16, "2025-01-01", "2025-01-21", False, 0, 16, 1)
    ]
    found = ask(dataset, Support(span="year"))
    assert found.as_of == date(2025, 1, 21)
    assert table(found.frame, "opened", "solved", "backlog")[-1] == (16, 14, 2)
    assert "1 answer or solution lies far after" in " ".join(
        caveat.text for caveat in found.caveats
    )
