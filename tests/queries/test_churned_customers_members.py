from holdfast.filters import Filters
from holdfast.questions.churn_segments import ChurnSegments, members
from tests.worlds import dataset_of, table


def test_who_has_left_by_the_flag_is_listed(tmp_path):
    people = [
        {"customer_id": name, "signed_up_at": "2025-01-02", "has_churned": flag}
        for name, flag in (("ann", "yes"), ("bob", "no"), ("cat", ""), ("dan", "yes"))
    ]
    town = dataset_of(tmp_path, customers=people)
    listed = members(town, ChurnSegments(sign="tenure"), Filters())
    assert table(listed, "id", "segment", "joined_on", "last_seen_on") == [
        ("ann", "All", "2025-01-02", None),
        ("dan", "All", "2025-01-02", None),
    ]
