from datetime import date

from holdfast.filters import Filters
from holdfast.questions.churn import Churn, members
from tests.worlds import dataset_of, table


def test_who_was_lost_is_listed_with_since_when_until_when_and_why(tmp_path):
    people = [("ann", "2025-01-01", {"plan": "pro"}), ("bob", "2025-01-02")]
    rows = [
        {
            "customer_id": name,
            "started_at": "2025-01-05",
            "ended_at": f"2025-0{month}-10",
            "cancellation_reason": reason,
        }
        for name, month, reason in (
            ("ann", 3, "card declined"),
            ("bob", 2, ""),
            ("cat", 3, "too dear"),
        )
    ]
    seen = [("ann", "login", "2025-04-30")]
    town = dataset_of(tmp_path, people, seen, subscriptions=rows)

    def listed(kind, *more, **range_of):
        found = members(
            town, Churn(), Filters(breakdown="plan"), date(2025, 3, 8), kind, *more
        )
        if range_of:
            found = members(
                town, Churn(), Filters(), date(2025, 2, 8), kind, **range_of
            )
        return table(found, "id", "segment", "customer_until_on", "reason")

    ann = ("ann", "pro", "2025-03-10", "card declined")
    cat = ("cat", "(none)", "2025-03-10", "too dear")
    assert listed("lost") == [ann, cat]
    assert listed("lost", "pro") == [ann]
    assert listed("lost_involuntary") == [ann]
    assert listed("lost_voluntary") == [cat]
    assert listed("lost_unexplained") == []
    assert listed("joined") == []
    everyone = listed("lost", until=date(2025, 3, 31))
    assert [row[0] for row in everyone] == ["ann", "bob", "cat"]
