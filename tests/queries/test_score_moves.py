from holdfast.questions import ask
from holdfast.questions.scores import Scores
from tests.worlds import dataset_of, table


def test_moves_go_from_one_answer_to_the_next_with_the_unscored_in_them(surveyed):
    answer = ask(surveyed, Scores())
    assert table(
        answer.extras["moves"], "from_group", "to_group", "moves", "of_moves"
    ) == [
        ("promoters", "detractors", 2, 2),
        ("passives", "unscored", 1, 1),
        ("detractors", "promoters", 1, 1),
        ("unscored", "detractors", 1, 2),
        ("unscored", "unscored", 1, 2),
    ]


def test_all_people_of_an_account_are_one_in_its_time_waves_and_moves(tmp_path):
    accounts = {"ann": "acme", "bob": "acme", "cat": "zeta", "dan": ""}
    accounted = dataset_of(
        tmp_path,
        [
            {"customer_id": name, "signed_up_at": "2024-12-01", "account_id": account}
            for name, account in accounts.items()
        ],
        responses=[
            ("ann", "nps", 9, "2025-01-10 10:00:00", {"campaign": "winter"}),
            ("bob", "nps", 3, "2025-01-20 10:00:00", {"campaign": "spring"}),
            ("ann", "nps", 10, "2025-02-01 10:00:00", {"campaign": "winter"}),
            ("bob", "nps", 2, "2025-02-10 10:00:00", {"campaign": "spring"}),
            ("cat", "nps", 9, "2025-01-10 10:00:00", {"campaign": "winter"}),
            ("cat", "nps", 0, "2025-02-10 10:00:00", {"campaign": "spring"}),
            # of no account, so in no view of accounts
            ("dan", "nps", 5, "2025-01-10 10:00:00", {"campaign": "winter"}),
        ],
    )
    answer = ask(accounted, Scores(unit="account"))
    counts = ("n", "superseded", "promoters", "detractors")
    assert table(answer.frame, "period", *counts) == [
        (None, 2, 4, 0, 2),
        ("2025-01-01", 2, 1, 1, 1),
        ("2025-02-01", 2, 1, 0, 2),
    ]
    assert table(answer.extras["campaigns"], "campaign", *counts) == [
        ("winter", 2, 1, 2, 0),
        ("spring", 2, 1, 0, 2),
    ]
    moves = ("from_group", "to_group", "moves", "of_moves", "customers")
    assert table(answer.extras["moves"], *moves) == [
        ("promoters", "detractors", 3, 3, 2),
        ("detractors", "promoters", 1, 1, 1),
    ]
