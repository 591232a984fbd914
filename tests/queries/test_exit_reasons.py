import json
from datetime import date

import pytest

from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import AttributeIn, Filters
from holdfast.happenings import Clock
from holdfast.population import population
from holdfast.questions import ask
from holdfast.questions.churn import Churn
from holdfast.questions.exit_reasons import ExitReasons
from holdfast.spells import spell_relations
from tests.conftest import PROJECT
from tests.queries.conftest import LEFT, leavers_of
from tests.worlds import dataset_of, table

COUNTS = ("reason", "kind", "lost", "of_lost", "monthly_lost", "median_tenure_days")
HEARD = (
    *("reason", "nps_answers", "nps_mean", "nps", "ticket_lost", "tickets"),
    *("with_ticket", "back"),
)
SAID = [
    # ann after 59 days and bob after 64, worth 10 and 30
    ("too expensive", "cancelled", 2, 6, 40.0, 61.5),
    ("unused", "cancelled", 1, 6, 50.0, 120.0),
    ("payment failed", "failed payment", 1, 6, 40.0, 59.0),
    # cat for the second time; eve's 5 are dollars
    ("(no reason given)", "not said", 2, 6, 45.0, 38.0),
]


def test_each_reason_has_what_it_cost(leavers):
    found = ask(leavers, ExitReasons())
    assert table(found.frame, *COUNTS) == SAID
    assert table(found.extras["totals"], *COUNTS) == [
        ("All reasons", None, 6, 6, 175.0, 59.0)
    ]
    assert found.sentence == (
        "6 customers left from Jan 2025 to Jun 2025; the reason given most is too"
        " expensive: 33% (2 of 6). 1 of them (17%) was lost to a failed payment, which"
        " nobody chose."
    )
    codes = {caveat.code for caveat in found.caveats}
    assert {"other_currencies", "small_n", "before_leaving"} <= codes


def test_each_reason_has_what_was_heard_before(leavers):
    frame = ask(leavers, ExitReasons()).frame
    assert table(frame, *HEARD) == [
        # ann's last score is 8, bob's of the day he was gone comes too late; bob's
        # ticket is 31 days old
        ("too expensive", 2, 8.5, 50.0, 2, 2, 1, 1),
        ("unused", 0, None, None, 1, 0, 0, 0),
        ("payment failed", 1, 10.0, 100.0, 1, 1, 1, 1),
        ("(no reason given)", 1, 10.0, 100.0, 2, 0, 0, 0),
    ]


def test_failed_payments_stand_apart(leavers):
    kinds = ask(leavers, ExitReasons()).extras["kinds"]
    assert table(kinds, "kind", "lost", "lost_share", "share_lower", "share_upper") == [
        ("cancelled", 3, 0.5, 0.1876, 0.8124),
        ("failed payment", 1, 0.1667, 0.0301, 0.5635),
        ("not said", 2, 0.3333, 0.0968, 0.7),
    ]


def test_segments_add_up_to_everyone(leavers):
    frame = ask(leavers, ExitReasons(), Filters(breakdown="plan")).frame
    assert table(frame[frame["segment"] == "All"], *COUNTS) == SAID
    parts = frame[frame["segment"] != "All"]
    assert table(parts, "segment", "reason", "lost", "of_lost") == [
        ("free", "unused", 1, 3),
        ("free", "payment failed", 1, 3),
        ("free", "(no reason given)", 1, 3),
        ("pro", "too expensive", 2, 3),
        ("pro", "(no reason given)", 1, 3),
    ]


def test_months_and_filters_choose_the_losses(leavers):
    spec = ExitReasons(first=date(2025, 3, 9), last=date(2025, 4, 1))
    frame = ask(leavers, spec).frame
    assert table(frame, "reason", "lost") == [
        ("too expensive", 2),
        ("payment failed", 1),
    ]
    of_dan = Filters((AttributeIn("account_id", ("zeta",)),))
    assert ask(leavers, spec, of_dan).sentence == (
        "No customer in view left from Mar 2025 to Apr 2025."
    )
    late = ask(leavers, ExitReasons(first=date(2026, 1, 1)))
    assert late.frame.empty
    assert late.sentence.startswith("The months asked for lie outside of")


def test_with_the_cancellation_customers_leave_earlier(leavers):
    frame = ask(
        leavers, ExitReasons(ending="cancellation", last=date(2025, 2, 1))
    ).frame
    # ann and eve asked in February
    assert table(frame, "reason", "lost") == [
        ("too expensive", 1),
        ("(no reason given)", 1),
    ]


def test_what_comes_later_changes_no_earlier_month(leavers):
    spec = ExitReasons(last=date(2025, 4, 1))
    early = ask(leavers, ExitReasons(last=date(2025, 4, 1), as_of=date(2025, 5, 1)))
    known = ("reason", "kind", "lost", "monthly_lost", "median_tenure_days", "tickets")
    assert table(early.frame, *known) == table(ask(leavers, spec).frame, *known)
    # cat came back on 16 May
    assert early.frame["back"].sum() == 1


def test_neither_the_order_of_rows_nor_other_spellings_matter(tmp_path):
    rows = LEFT.strip().split("\n")[::-1]
    told = "\n".join(rows).replace("too_expensive", "TOO\u00a0EXPENSIVE")
    told = told.replace("2025-06-10,,,", "2025-06-10, (No reason_given)\u00a0,,")
    told = told.replace("2025-02-10,,,", "2025-02-10, \u00a0,,")
    dataset = leavers_of(tmp_path, told + "\n")
    assert table(ask(dataset, ExitReasons()).frame, *COUNTS) == SAID
    # eve and cat gave none; ann was back in the same month
    churned = ask(dataset, Churn()).frame[["lost_unexplained", "lost_voluntary"]]
    assert list(churned.sum()) == [2, 2]


def test_the_reasons_add_up_to_the_spells_that_ended(demo_dataset):
    found = population(demo_dataset, Filters())
    relations = spell_relations(
        demo_dataset, found, "subscription", Clock("day"), date(2026, 7, 1)
    )
    ended = demo_dataset.frame(
        "select month(ended_on) as month, count(*) as lost"
        f" from {relations['unit_spells'].kept_as}"
        " where ended_on >= date '2025-07-01' and ended_on < date '2026-07-01'"
        " group by month order by month"
    )
    answer = ask(demo_dataset, ExitReasons())
    assert answer.frame["lost"].sum() == ended["lost"].sum()
    trend = answer.extras["trend"]
    by_month = trend.groupby(trend["month"].dt.month)["lost"].sum()
    assert by_month.to_list() == ended["lost"].to_list()


def test_the_failed_payments_of_march_are_found(demo_dataset):
    truth = json.loads((PROJECT / "sample_data/truths.json").read_text())
    spec = ExitReasons(first=date(2024, 7, 1))
    trend = ask(demo_dataset, spec).extras["trend"]
    failed = trend[trend["kind"] == "failed payment"]
    is_spike = failed["month"].between("2026-03-01", "2026-04-01")
    wanted = truth["failed_payments"]
    assert failed.loc[is_spike, "lost"].sum() == wanted["lost_march_and_april"] == 65
    assert failed.loc[~is_spike, "lost"].sum() == wanted["lost_all_other_months"] == 36


@pytest.fixture(scope="module")
def demo_dataset(demo_workspace):
    dataset = Dataset(next((demo_workspace / "datasets").glob("*.duckdb")))
    yield dataset
    dataset.close()


def test_rare_reasons_are_folded_but_never_failed_payments_with_others(tmp_path):
    reasons = [*(f"reason {number}" for number in range(8)), "rare", "Card expired"]
    dataset = dataset_of(
        tmp_path,
        events=[("a0", "use", "2025-04-01 10:00:00")],
        subscriptions=[
            {
                "customer_id": f"{name}{place}",
                "started_at": "2025-01-01",
                "ended_at": "2025-02-01",
                "cancellation_reason": reason,
            }
            for name, reason in zip("abcdefghij", reasons, strict=True)
            for place in range(2 if reason.startswith("reason") else 1)
        ],
    )
    frame = ask(dataset, ExitReasons()).frame
    assert table(frame, "reason", "kind", "lost", "monthly_lost") == [
        *((f"reason {number}", "cancelled", 2, None) for number in range(8)),
        ("Other reasons", "cancelled", 1, None),
        ("Other failed payments", "failed payment", 1, None),
    ]


def test_silence_gives_no_reason(tmp_path):
    dataset = dataset_of(
        tmp_path,
        orders=[
            ("ann", "1", "2025-01-01", 5),
            ("ann", "2", "2025-03-01", 5),
            ("bob", "3", "2025-01-05", 5),
            ("cat", "4", "2025-03-03", 5),
        ],
    )
    found = ask(dataset, ExitReasons(lapse_days=10, last=date(2025, 2, 1)))
    assert table(found.frame, *COUNTS, "nps", "tickets_each") == [
        ("(fell silent)", "fell silent", 2, 2, None, 10.0, None, None)
    ]
    assert found.sentence == (
        "2 customers left from Jan 2025 to Feb 2025: they fell silent, and nothing says"
        " why."
    )
    said = " ".join(caveat.text for caveat in found.caveats)
    assert "the last order is 10 days ago" in said
    assert "Reasons stand only in an export of subscriptions" in said
    assert "Nobody who left had answered an NPS survey before." in said
    assert "load an export of tickets" in said
    with pytest.raises(SpecError, match="no subscription"):
        ask(dataset, ExitReasons("subscription"))
