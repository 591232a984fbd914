"""saved_segment_counts: who of a saved segment is in the data."""

from holdfast.dataset import Dataset
from holdfast.filters import Filters, InSegment
from holdfast.membership import Membership, membership
from holdfast.questions import ask
from holdfast.questions.lifecycle import Lifecycle
from tests.worlds import dataset_of, mapped, segment_of, table

CUSTOMERS = [("ann", "2025-01-01"), ("bob", "2025-01-02")]
EVENTS = [("ann", "x", "2025-01-05"), ("bob", "x", "2025-02-05")]


def test_who_is_gone_is_counted_and_said(tmp_path):
    dataset = dataset_of(tmp_path, CUSTOMERS, EVENTS)
    found = membership(dataset, segment_of("some", "ann", "gone", "lost"))
    assert found == Membership(ids=3, customers=1, gone=2)
    assert found.describe() == "2 of 3 are not in the data."
    assert membership(dataset, segment_of("one", "ann")).describe() == ""
    assert membership(dataset, segment_of("none")) == Membership(0, 0, 0)


def test_the_table_of_the_counts_is_the_one_that_filters_read(tmp_path):
    dataset = dataset_of(tmp_path, CUSTOMERS, EVENTS)
    segment = segment_of("some", "ann", "gone")
    membership(dataset, segment)
    rows = dataset.frame(f"from saved_{segment.digest} order by id")
    assert table(rows, "id", "customer_no") == [("ann", 0), ("gone", None)]


def test_two_ids_that_were_joined_are_one_customer(tmp_path):
    pairs = "id,other\nu1,old1\n"
    people = "id,day\nu1,2024-01-05\nold1,2024-01-05\nu2,2024-01-05\n"
    columns = {"id": "customer_id", "day": "signed_up_at"}
    mapping = {"id": "customer_id", "other": "other_id"}
    workspace = mapped(
        tmp_path,
        (
            ("people.csv", "customers", columns, people),
            ("pairs.csv", "identities", mapping, pairs),
        ),
    )
    path = workspace.dataset_path()
    assert path is not None
    dataset = Dataset(path)
    found = membership(dataset, segment_of("some", "u1", "old1", "u2"))
    assert found == Membership(ids=3, customers=2, gone=0)


def test_an_answer_says_whom_its_segment_lacks(tmp_path):
    dataset = dataset_of(tmp_path, CUSTOMERS, EVENTS)
    dataset.take_segments([segment_of("some", "ann", "gone"), segment_of("b", "bob")])
    both = Filters((InSegment("some"), InSegment("b", is_excluded=True)))
    answer = ask(dataset, Lifecycle(), both)
    assert answer.n == 1
    assert [each.text for each in answer.caveats if each.code == "gone"] == [
        "Of the segment “some”, 1 of 2 is not in the data."
    ]
    assert ask(dataset, Lifecycle(), both) is answer
