from holdfast.filters import Filters
from holdfast.questions import ask, before_leaving
from holdfast.questions.before_leaving import BeforeLeaving
from tests.worlds import dataset_of, table


def test_the_lists_are_those_behind_the_figures(tmp_path):
    dataset = dataset_of(
        tmp_path,
        customers=[
            ("ann", "2025-01-01", {"plan": "pro"}),
            ("bob", "2025-01-01", {"plan": "pro"}),
            ("gus", "2025-01-02", {"plan": "free"}),
        ],
        events=[
            ("ann", "use", "2025-01-01 10:00:00"),
            ("ann", "use", "2025-03-01 10:00:00"),
            ("bob", "use", "2025-01-03 10:00:00"),
            ("bob", "ask", "2025-03-01 10:00:00"),
            ("gus", "ask", "2025-01-02 10:00:00"),
            ("ann", "use", "2025-03-02 10:00:00"),
        ],
    )
    spec = BeforeLeaving("activity", lapse_days=9)
    columns = ("id", "segment", "joined_on", "last_seen_on", "looked_at_until_on")

    def listed(event, who, segment="All", filters=None):
        filters = filters or Filters()
        return table(
            before_leaving.members(dataset, spec, filters, event, who, segment),
            *columns,
        )

    assert listed("ask", "left") == [
        ("gus", "All", "2025-01-02", "2025-01-02", "2025-01-02")
    ]
    # gus left on the first day, so both who stayed are looked at on theirs
    assert listed("use", "stayed") == [
        ("ann", "All", "2025-01-01", "2025-03-02", "2025-01-01"),
        ("bob", "All", "2025-01-01", "2025-03-01", "2025-01-03"),
    ]
    assert listed("ask", "stayed") == []
    by_plan = Filters(breakdown="plan")
    assert [row[:2] for row in listed("ask", "left", "free", by_plan)] == [
        ("gus", "free")
    ]
    assert listed("ask", "left", "pro", by_plan) == []
    for row in ask(dataset, spec).frame.itertuples():
        assert len(listed(row.event, "left")) == row.left_did
        assert len(listed(row.event, "stayed")) == row.stayed_did
