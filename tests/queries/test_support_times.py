from holdfast.cancellation import Cancellation
from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.support import Support
from tests.worlds import dataset_of, table


def test_who_waits_yet_is_seen_to_the_end_of_the_data(tmp_path):
    dataset = dataset_of(
        tmp_path,
        tickets=[
            ("1", "ann", "2025-01-01 00:00:00", "2025-01-01 06:00:00"),
            ("2", "bob", "2025-01-01 12:00:00", ""),
            ("3", "bob", "2025-01-02 12:00:00", "2025-01-02 13:00:00"),
        ],
    )
    times = ask(dataset, Support(span="day"), Filters(), Cancellation()).extras["times"]
    # Bob's ticket was seen open for 12 hours of the only complete day.
    assert table(times, "measure", "n", "ended", "median", "p90", "mean") == [
        ("resolution", 2, 1, 6.0, None, 6.0),
        ("response", 2, 0, None, None, None),
    ]
