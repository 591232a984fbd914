"""What worlds of one kind of export can tell of churn and money, and what not."""

from typing import Any

import pytest

from holdfast.questions import ask
from holdfast.questions.churn import Churn
from holdfast.questions.knowledge import SUBJECTS, what_is_known
from holdfast.questions.purchases import Purchases
from tests.worlds import dataset_of, loaded

CHARGES = "id,Created (UTC),Amount,Amount Refunded,Currency,Status,Customer ID\n"
MONTHLY = [
    ("a", "2024-01-05"),
    ("a", "2024-02-05"),
    ("a", "2024-03-05"),
    ("b", "2024-01-05"),
    ("b", "2024-02-05"),
]
NOW_AND_THEN = [("a", "2024-01-05"), ("a", "2024-01-19"), ("b", "2024-02-05")]

# The files of each world: names of dataset_of, or the text of one file.
WORLDS: dict[str, Any] = {
    "subscriptions": {
        "subscriptions": [
            {
                "customer_id": who,
                "started_at": "2024-01-01",
                "ended_at": end,
                "cancelled_at": cancelled,
                "cancel_reason": reason,
                "price": price,
                "currency": currency,
                "plan": plan,
            }
            for who, end, cancelled, reason, price, currency, plan in (
                ("a", "2024-03-01", "2024-02-10", "too dear", 10, "EUR", "Pro"),
                ("b", "2024-04-01", "", "(No reason given)", 10, "USD", "Pro"),
                ("c", "", "", "", "", "EUR", "Pro"),
            )
        ],
    },
    "active subscriptions": {
        "subscriptions": [("a", "2024-01-01", "")],
        "responses": [
            ("a", "nps", 9, "2024-01-05"),
            ("a", "csat", "", "2024-01-06"),
            ("nobody", "nps", 3, ""),
        ],
        "tickets": [
            ("1", "a", "2024-01-05", "2024-01-06", {"subject": "Help"}),
            ("2", "nobody", "2024-01-05", ""),
        ],
    },
    "charges": CHARGES
    + "".join(
        f"ch_{number},{day},10,0,eur,Paid,{who}\n"
        for number, (who, day) in enumerate([*MONTHLY, ("c", "2024-05-20")])
    ),
    "irregular charges": CHARGES
    + "".join(
        f"ch_{number},{day},{7 + number},0,eur,Paid,{who}\n"
        for number, (who, day) in enumerate(NOW_AND_THEN)
    ),
    "orders": {"orders": [("a", "o1", "2024-01-01", 5), ("b", "o2", "2024-01-02", 5)]},
    "events": {"events": [("a", "use", "2024-01-01"), ("b", "use", "2024-01-09")]},
    "months": "customer,month,mrr\na,2024-01,10\na,2024-02,10\nb,2024-01,5\n",
    "tenures": "customer_id,tenure,churn,plan\na,5,yes,x\nb,9,no,y\nc,2,no,y\n",
}
STARTS = {
    ("subscriptions", "churn"): [
        "known: From when to when a customer paid: 3 subscription periods, 2 of",
        "known: When customers cancelled, of 1 period; of the others only when",
    ],
    ("subscriptions", "reasons"): [
        "known: Why access ended, as given: of 1 of 2 ended periods.",
        "unknown: How satisfied they were before they left.",
        "unknown: What they had asked for help with before they left.",
    ],
    ("subscriptions", "money"): [
        "known: What customers pay a month: 2 paid periods with a price.",
        "unknown: What 1 paid period without a price is worth: nothing is counted.",
        "unknown: One sum of 2 currencies of subscriptions: each is shown alone.",
    ],
    ("subscriptions", "value"): [
        "inferred: What a customer will be worth: from what they pay a month",
        "unknown: What customers buy beside a subscription: no orders are loaded.",
        "unknown: What is left of revenue after costs: no export says it.",
    ],
    ("subscriptions", "win_back"): [
        "known: Who paid again after the end of paid access, and how soon.",
    ],
    ("active subscriptions", "churn"): [
        "known: From when to when a customer paid: 1 subscription period, 0 of",
        "unknown: Whether anybody has left: all subscriptions are running.",
        "unknown: When customers cancelled: only the end of paid access is given.",
    ],
    ("active subscriptions", "surveys"): [
        "known: What customers score: 2 scores of 3 answers.",
        "unknown: What the givers of 1 answer do else: they are in no other file.",
        "unknown: When 1 answer came, so what came after.",
        "unknown: How many of those who were asked answer: no invitations are loaded.",
    ],
    ("active subscriptions", "tickets"): [
        "known: How many tickets come: 2.",
        "known: How soon they are solved: of 1.",
        "known: What they are about in words: of 1.",
        "unknown: How soon they are answered: no first answers are told.",
        "unknown: What they are about by tag: no ticket has a tag.",
        "unknown: Who wrote 1 of them: people in no other file.",
    ],
    ("events", "surveys"): ["unknown: What customers score: no survey is loaded."],
    ("events", "tickets"): ["unknown: What customers ask for: no tickets are loaded."],
    ("active subscriptions", "money"): [
        "unknown: What customers pay a month, and what changed it: subscriptions have",
    ],
    ("charges", "churn"): [
        "inferred: From when to when a customer paid: from 6 payments, each for its",
        "unknown: Trials, pauses and days of cancellation: payments name none.",
    ],
    ("charges", "reasons"): [
        "unknown: Why customers cancel: no export says it.",
        "unknown: How satisfied they were before they left.",
        "unknown: What they had asked for help with before they left.",
    ],
    ("charges", "money"): [
        "inferred: What customers pay a month: from what was paid and not paid back,",
        "unknown: What each plan brings: no plan is named.",
    ],
    ("charges", "win_back"): [
        "inferred: Who paid again after a gap of more than 14 days; a shorter one is",
    ],
    ("irregular charges", "churn"): [
        "unknown: From when to when somebody had paid access: only 0% of the 1",
    ],
    ("irregular charges", "win_back"): [
        "unknown: Who came back: no dates tell when somebody left and returned.",
    ],
    ("orders", "churn"): [
        "inferred: Who has left, of 2 customers: those who ordered nothing for longer",
        "unknown: Whether somebody has left for good: every silence can end.",
    ],
    ("orders", "money"): [
        "unknown: What customers pay a month, and what changed it: orders are no",
    ],
    ("orders", "value"): [
        "known: What customers order, how often and for how much: 2 orders of 2",
        "unknown: What is left of revenue after costs: no export says it.",
    ],
    ("orders", "win_back"): [
        "inferred: Who ordered again after a silence longer than the lapse threshold:",
    ],
    ("events", "churn"): [
        "inferred: Who has left, of 2 customers: those who did nothing for longer",
        "unknown: Whether somebody has left for good: every silence can end.",
    ],
    ("events", "money"): [
        "unknown: What customers pay a month, and what changed it.",
    ],
    ("months", "churn"): [
        "inferred: In which months a customer paid: from a table of months.",
        "unknown: On which day customers leave, and when they cancelled: the table",
    ],
    ("months", "money"): [
        "known: What customers pay a month: MRR as the table gives it.",
        "unknown: What each plan brings: no plan is named.",
    ],
    ("months", "win_back"): [
        "inferred: Who paid again after one month or more without MRR.",
    ],
    ("tenures", "churn"): [
        "known: Who has left: 1 of 3 customers, 33.33%, as given.",
        "known: After how many months, of 3 customers: the page Survival shows",
        "unknown: When customers came and left: no dates are given, so there is no",
    ],
    ("tenures", "money"): [
        "unknown: What customers pay a month, and what changed it: the customers'",
    ],
    ("tenures", "win_back"): [
        "unknown: Who came back: no dates tell when somebody left and returned.",
    ],
}


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("worlds")
    found = {}
    for name, files in WORLDS.items():
        if isinstance(files, str):
            path = folder / f"{name}.csv"
            path.write_text(files)
            found[name] = loaded(folder / name, [path])
        else:
            found[name] = dataset_of(folder, **files)
    return found


@pytest.mark.parametrize(("world", "subject"), STARTS)
def test_every_world_says_what_it_knows_and_what_not(worlds, world, subject):
    points = what_is_known(worlds[world], subject)
    said = [f"{point.kind}: {point.text}" for point in points]
    expected = STARTS[world, subject]
    assert [text[: len(start)] for text, start in zip(said, expected, strict=True)] == (
        expected
    )


def test_what_is_not_known_has_a_way_out_and_every_subject_has_something(worlds):
    for dataset in worlds.values():
        for subject in SUBJECTS:
            points = what_is_known(dataset, subject)
            assert points
            for point in points:
                assert point.text.endswith(".")
                assert bool(point.remedy) == (point.kind == "unknown")


def test_answers_that_read_inferred_subscriptions_say_so(worlds):
    def codes(world, spec):
        return [caveat.code for caveat in ask(worlds[world], spec).caveats]

    assert codes("charges", Churn())[0] == "inferred_access"
    assert codes("months", Churn())[0] == "inferred_access"
    assert "inferred_access" not in codes("subscriptions", Churn())
    assert "inferred_access" not in codes("orders", Purchases())
