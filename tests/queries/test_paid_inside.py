from holdfast.questions import ask
from holdfast.questions.mrr import Mrr
from tests.worlds import dataset_of


def paid(name, start, end):
    return (name, f"2025-{start}", f"2025-{end}", {"price": 10, "currency": "USD"})


def test_who_pays_at_the_end_of_no_interval_is_said(tmp_path):
    firm = dataset_of(
        tmp_path,
        events=[("ann", "x", "2025-03-31")],
        subscriptions=[
            paid("ann", "01-05", "03-05"),
            # inside of a month twice, and once inside and then over its end
            paid("bob", "01-05", "01-20"),
            paid("bob", "02-05", "02-20"),
            paid("cat", "01-05", "01-20"),
            paid("cat", "02-05", "03-20"),
        ],
    )
    said = {each.code: each.text for each in ask(firm, Mrr()).caveats}
    assert said["paid_inside"] == (
        "1 customer paid only inside of one month, at the end of none: they are in no"
        " figure."
    )
    assert said["left_edge"].startswith(
        "The data begin on 5 Jan 2025: of the 1 customer new in that month some may"
    )
    daily = {each.code for each in ask(firm, Mrr(interval="day")).caveats}
    assert "paid_inside" not in daily
