from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.lifetime_value import LifetimeValue
from tests.worlds import dataset_of, table


def test_what_those_bring_who_are_still_there(tmp_path):
    town = dataset_of(
        tmp_path,
        customers=[
            {
                "customer_id": f"c{number}",
                "plan": plan,
                "tenure_months": 3,
                "has_churned": churned,
                "charges": charges,
            }
            for number, (plan, churned, charges) in enumerate(
                [("a", "no", 10), ("a", "yes", 90), ("b", "no", 30), ("b", "no", "")]
            )
        ],
    )
    answer = ask(town, LifetimeValue(price="charges"), Filters(breakdown="plan"))
    # who has left pays nothing now; who says no price counts in no mean
    assert table(answer.extras["lives"], "segment", "payers", "each_period") == [
        ("All", 2, 20.0),
        ("a", 1, 10.0),
        ("b", 1, 30.0),
    ]
