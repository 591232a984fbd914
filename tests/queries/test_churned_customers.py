from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.churn_segments import ChurnSegments, members
from tests.worlds import dataset_of, table

PEOPLE = [
    {"customer_id": name, "plan": plan, "account_id": account, "has_churned": flag}
    for name, plan, account, flag in (
        ("ann", "pro", "acme", "yes"),
        ("bob", "pro", "acme", "no"),
        ("cat", "free", "zeta", "yes"),
        ("dan", "free", "", ""),
    )
]


def test_who_left_is_counted_among_those_of_whom_it_is_told(tmp_path):
    town = dataset_of(tmp_path, customers=PEOPLE)
    answer = ask(town, ChurnSegments(), Filters(breakdown="plan"))
    assert table(answer.frame, "segment", "customers", "lost", "churn_rate") == [
        ("All", 3, 2, 0.6667),
        ("free", 1, 1, 1),
        ("pro", 2, 1, 0.5),
    ]
    assert answer.caveats[1].text == (
        "Of 1 customer the table does not say whether they left; they are in no figure."
    )
    # an account has left when all of it have
    accounts = ask(town, ChurnSegments(unit="account")).frame
    assert table(accounts, "customers", "lost") == [(2, 1)]
    listed = members(town, ChurnSegments(), Filters(breakdown="plan"), "free")
    assert list(listed["id"]) == ["cat"]
