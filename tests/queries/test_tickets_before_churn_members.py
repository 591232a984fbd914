from holdfast.filters import Filters
from holdfast.questions import tickets_before_churn
from holdfast.questions.tickets_before_churn import TicketsBeforeChurn
from tests.worlds import dataset_of, table


def test_the_last_subject_is_shown_letter_by_letter(tmp_path):
    dataset = dataset_of(
        tmp_path,
        subscriptions=[
            ("ann", "2025-01-01", "2025-02-10"),
            ("bob", "2025-01-01", ""),
        ],
        events=[("bob", "use", "2025-03-31 08:00:00")],
        tickets=[
            ("1", "bob", "2025-01-01", ""),
            ("2", "ann", "2025-02-01", "", {"subject": "Old"}),
            ("3", "ann", "2025-02-02", "", {"subject": "![x](http://a.b) =1"}),
            ("4", "bob", "2025-03-01", "2025-03-02"),
        ],
    )
    rows = tickets_before_churn.members(dataset, TicketsBeforeChurn(), Filters())
    assert table(rows, "id", "left_on", "tickets", "last_subject") == [
        ("ann", "2025-02-10", 2, "![x](http://a.b) =1")
    ]
