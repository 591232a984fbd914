from holdfast.durations import Duration
from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.conversion_time import ConversionTime
from holdfast.steps import read_steps
from tests.worlds import dataset_of, table

SPEC = ConversionTime(
    read_steps("event:view > event:cart > event:buy"), window=Duration(10, "h")
)


def test_the_whole_table(tmp_path):
    dataset = dataset_of(
        tmp_path,
        customers=[("ann", "2025-01-01", {"plan": "pro"}), ("bob", "2025-01-01")],
        events=[
            ("ann", "view", "2025-01-01 10:00:00"),
            ("ann", "cart", "2025-01-01 11:00:00"),
            ("ann", "buy", "2025-01-01 13:00:00"),
            ("bob", "view", "2025-01-02 10:00:00"),
            ("bob", "cart", "2025-01-02 13:00:00"),
        ],
    )
    steps = ask(dataset, SPEC, Filters(breakdown="plan")).extras["steps"]
    hour = 3600.0
    # the mean, and the quantiles between one hour and three
    assert table(steps, *steps.columns) == [
        *(
            ("All", 2, 2, *(hour * x for x in (2, 1.5, 2, 2.5, 2.8)), 2 * hour, True),
            ("All", 3, 1, *[2 * hour] * 5, 3 * hour, True),
        ),
        *(
            ("pro", 2, 1, *[hour] * 5, hour, True),
            ("pro", 3, 1, *[2 * hour] * 5, 3 * hour, True),
        ),
        ("(none)", 2, 1, *[3 * hour] * 5, 3 * hour, True),
    ]
