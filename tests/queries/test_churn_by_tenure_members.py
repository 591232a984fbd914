from holdfast.filters import Filters
from holdfast.questions.churn_by_tenure import ChurnByTenure, members
from tests.worlds import dataset_of, table


def test_who_left_in_a_month_of_their_time_is_listed(tmp_path):
    rows = [
        ("ann", "2025-01-05", "2025-02-05"),
        ("bob", "2025-01-05", "2025-02-06"),
        ("cat", "2025-01-05", ""),
        # left in the second month too, which is not over
        ("dan", "2025-02-01", "2025-03-10"),
    ]
    people = [("bob", "2025-01-01", {"plan": "pro"})]
    town = dataset_of(
        tmp_path, people, [("cat", "x", "2025-03-15")], subscriptions=rows
    )
    listed = members(town, ChurnByTenure(), Filters(), 2)
    assert table(listed, "id", "segment", "joined_on", "last_seen_on") == [
        ("bob", "All", "2025-01-01", None)
    ]
    by_plan = Filters(breakdown="plan")
    assert list(members(town, ChurnByTenure(), by_plan, 1, "pro")["id"]) == []
    assert list(members(town, ChurnByTenure(), by_plan, 1, "(none)")["id"]) == ["ann"]
