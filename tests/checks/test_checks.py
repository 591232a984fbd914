from datetime import datetime

import pytest

from holdfast import checks
from holdfast.checks import CHECKS, check_of
from holdfast.dataset import Dataset
from holdfast.errors import CancelledError, DatasetError, SpecError
from holdfast.query import QUERIES
from holdfast.workspace import Workspace
from tests.readings import written
from tests.worlds import loaded, table

LOADED = datetime(2025, 7, 25)
PEOPLE = """customer_id,signed_up_at,email,referred_by,plan_group,tier
ann,2025-01-01,ann@shop.de,,a,
bob,2025-01-05, ANN@shop.de ,ann,a,gold
cem,,cem@shop.de,nobody,a,
dee,2025-02-01,,dee,a,silver
eva,2025-02-03,eva@shop.de,,a,
undefined,2025-01-02,,,a,
"""
EVENTS = """customer_id,event,timestamp
ann,Sign Up,2025-01-01 10:00
ann,sign_up,2025-01-02 10:00
bob,open,2025-01-04 23:00
bob,open,2025-01-03 10:00
bob,open,2025-01-05 10:00
cem,open,2025-01-07 10:00
dee,open,2025-08-01 10:00
undefined,open,1970-01-02 00:00
undefined,open,2025-01-03 10:00
"""
SUBSCRIPTIONS = """\
subscription_id,customer_id,plan,status,started_at,ended_at,cancelled_at,\
interval_months,price,currency
s1,ann,Pro,active,2025-01-01,2025-01-01,,1,10,EUR
s2,ann,Pro,active,2025-02-01,2025-01-15,,1,10,EUR
s3,bob,Pro,active,2025-01-01,2025-03-01,,1,10,EUR
s4,bob,pro,active,2025-01-01,2025-03-01,,1,10,EUR
s5,bob,Pro,active,2025-02-01,,,1,10,EUR
s6,bob,Pro,active,2025-03-01,,,1,10,usd
s7,cem,Pro,active,2025-01-01,,2025-02-01,1,10,EUR
s8,dee,Pro,active,2025-01-01,,2025-02-01,12,10,EUR
s9,eva,Pro,Canceled,2025-01-01,,,1,10,EUR
"""
ORDERS = """order_id,customer_id,ordered_at,amount,refunded,is_return,currency
o1,ann,2025-01-01,10,10,no,EUR
o2,ann,2025-01-02,10,11,no,EUR
o3,bob,2025-01-03,-5,,no,EUR
o4,bob,2025-01-04,-5,,yes,EUR
o5,bob,2025-01-05,,,no,EUR
"""
PAYMENTS = """payment_id,customer_id,charged_at,amount,status,failure_reason,refunded
p1,ann,2025-01-01,10,failed,no money,
p2,ann,2025-01-08,10,paid,,
p3,bob,2025-01-01,10,paid,,-1
p4,bob,2025-02-01,10,failed,no money,
p5,bob,2025-02-08,10,failed,expired,
p6,cem,2025-07-20,10,failed,expired,
p7,ann,2025-06-25,10,paid,,
"""
RESPONSES = """response_id,customer_id,kind,score,answered_at,campaign
r1,ann,nps,10,2025-01-01,spring
r2,ann,nps,9,2025-01-01,spring
r3,ann,nps,11,2025-01-02,spring
r4,bob,nps,7.5,2025-01-03,spring
r5,stranger,nps,0,2025-01-04,
r6,bob,ces,-1,2025-01-03,
"""
# Of 101 scores 100 are 1 to 5: the scale ends at 5.
CSAT = "response_id,customer_id,kind,score,answered_at\n" + "".join(
    f"c{number},ann,csat,{6 if number == 50 else 1 + number % 5},2025-03-01 {hour}:00\n"
    for number, hour in ((each, 10 + each % 10) for each in range(101))
)
TICKETS = """ticket_id,customer_id,opened_at,first_responded_at,solved_at,status,channel
t1,ann,2025-01-02,2025-01-02,2025-01-03,solved,mail
t2,ann,2025-01-05,,2025-01-04,solved,mail
t3,bob,2025-01-07,2025-01-06,,open,chat
t4,stranger,2025-01-08,,,open,chat
"""
TOUCHES = """customer_id,experiment,variant,touched_at
ann,price,b,2025-01-01
ann,price,a,2025-01-03
bob,price,a,2025-01-01
bob,banner,b,2025-01-01
"""
WORLD = {
    "customers": PEOPLE,
    "events": EVENTS,
    "subscriptions": SUBSCRIPTIONS,
    "orders": ORDERS,
    "payments": PAYMENTS,
    "responses": RESPONSES,
    "csat": CSAT,
    "tickets": TICKETS,
    "touches": TOUCHES,
}

# What each check finds in that world: every row of it, every column.
FOUND: dict[str, list[tuple]] = {
    "placeholder_ids": [("undefined", "2025-01-02", 2)],
    "headings_like_values": [],
    "subscriptions_ending_before_start": [
        ("ann", "s2", "Pro", "2025-02-01", "2025-01-15")
    ],
    # s8 is paid for a year; s7 should have ended on 1 March
    "subscriptions_cancelled_not_ended": [
        ("cem", "s7", "Pro", "2025-01-01", "2025-02-01", "active"),
        ("eva", "s9", "Pro", "2025-01-01", None, "canceled"),
    ],
    "subscriptions_overlapping": [
        ("bob", "s5", "Pro", "2025-02-01", None, "2025-03-01"),
        ("bob", "s6", "Pro", "2025-03-01", None, None),
    ],
    "plans_alike": [("Pro", "pro", 8, 5), ("pro", "pro", 1, 1)],
    "tickets_solved_before_opened": [
        ("ann", "t2", "2025-01-05", None, "2025-01-04"),
        ("bob", "t3", "2025-01-07", "2025-01-06", None),
    ],
    "scores_off_scale": [
        ("bob", "r6", "ces", "2025-01-03", -1, 0, 100),
        ("ann", "c50", "csat", "2025-03-01", 6, 1, 5),
        ("ann", "r3", "nps", "2025-01-02", 11, 0, 10),
        ("bob", "r4", "nps", "2025-01-03", 7.5, 0, 10),
    ],
    "touches_of_two_variants": [("ann", "price", "a, b", "2025-01-01", "2025-01-03")],
    "refunds_beyond_amounts": [
        ("orders", "ann", "o2", "2025-01-02", 10, 11, "EUR"),
        ("payments", "bob", "p3", "2025-01-01", 10, -1, None),
    ],
    "orders_negative": [("bob", "o3", "2025-01-03", -5, "EUR")],
    "orders_without_amount": [("bob", "o5", "2025-01-05")],
    "currencies_mixed": [
        ("subscriptions", "EUR", 8, 5, "2025-01-01", "2025-02-01"),
        ("subscriptions", "USD", 1, 1, "2025-03-01", "2025-03-01"),
    ],
    "instants_after_loading": [("events", "dee", "2025-08-01")],
    "instants_long_ago": [("events", "undefined", "1970-01-02")],
    "events_before_signup": [
        ("undefined", "2025-01-02", "1970-01-02", 20089, 1),
        ("bob", "2025-01-05", "2025-01-03", 2, 2),
    ],
    "purchases_before_signup": [
        ("eva", "subscriptions", "2025-02-03", "2025-01-01", 33, 1),
        ("dee", "subscriptions", "2025-02-01", "2025-01-01", 31, 1),
        ("bob", "payments", "2025-01-05", "2025-01-01", 4, 1),
        ("bob", "subscriptions", "2025-01-05", "2025-01-01", 4, 2),
        ("bob", "orders", "2025-01-05", "2025-01-03", 2, 2),
    ],
    "signups_at_once": [],
    "customers_sharing_email": [
        ("ann@shop.de", 2, "ann", "2025-01-01"),
        ("ann@shop.de", 2, "bob", "2025-01-05"),
    ],
    "event_names_alike": [("Sign Up", "signup", 1, 1), ("sign_up", "signup", 1, 1)],
    "customers_with_most_events": [],
    "customers_without_signup": [("cem", "2025-01-01")],
    "customers_without_trace": [],
    "referrers_unknown": [("cem", "nobody"), ("dee", "dee")],
    # p6 may still be tried again: everything ends on 1 August
    "payments_failed_for_good": [("bob", "2025-02-08", 2, 10, None, "expired")],
    "responses_of_unknown_customers": [("r5", "nps", "2025-01-04", None)],
    # r1 and r2; the answers to csat are a hundred on one day
    "responses_repeated": [
        ("ann", "csat", None, "2025-03-01", 101),
        ("ann", "nps", "spring", "2025-01-01", 2),
    ],
    "tickets_of_unknown_customers": [("t4", "2025-01-08", "chat", "open")],
    "attributes_with_one_value": [("customers", "plan_group", 1, 0)],
}


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Dataset:
    folder = tmp_path_factory.mktemp("faults")
    files = [written(folder, text, f"{name}.csv") for name, text in WORLD.items()]
    return loaded(folder / "workspace", files)


def rows(dataset, name, loaded_at=LOADED):
    check = check_of(name)
    frame = checks.rows_of(dataset, check, loaded_at)
    return table(frame, *(entry.name for entry in check.query.returns))


@pytest.mark.parametrize("name", sorted(FOUND))
def test_a_check_returns_the_offending_rows(name, world):
    found = [
        tuple(float(each) if is_decimal(each) else each for each in row)
        for row in rows(world, name)
    ]
    assert found == FOUND[name]


def is_decimal(value):
    return type(value).__name__ == "Decimal"


def test_every_file_is_a_check_and_has_a_case_here():
    files = {path.stem for path in (QUERIES / "checks").glob("*.sql")}
    assert {check.name for check in CHECKS} == files == set(FOUND)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_engine_returns_what_the_header_declares(check, world):
    query = check.query
    described = world.frame(
        f"describe {query.text}", {entry.name: None for entry in query.params}
    )
    returned = list(
        zip(described["column_name"], described["column_type"], strict=True)
    )
    assert returned == [(entry.name, entry.type) for entry in query.returns]


def test_the_summary_counts_rows_and_customers_and_ranks_what_was_found(world):
    findings = checks.run(world, LOADED)
    summary = checks.summary(findings)
    counted = {
        check: (rows, customers)
        for check, rows, customers in table(summary, "check", "rows", "customers")
    }
    assert {name: rows for name, (rows, _) in counted.items()} == {
        name: len(rows) for name, rows in FOUND.items()
    }
    assert counted["customers_sharing_email"] == (2, 2)
    assert counted["scores_off_scale"] == (4, 2)
    found = summary[summary["rows"] > 0]["severity"].tolist()
    assert found == sorted(found, key=["error", "warning", "note"].index)
    assert summary["severity"].tolist()[: len(found)] == found


def test_clean_data_pass_every_check(tmp_path):
    people = "customer_id,signed_up_at,plan\nann,2025-01-01,pro\nbob,2025-01-02,free\n"
    events = "customer_id,event,timestamp\nann,open,2025-01-03\nbob,open,2025-01-04\n"
    files = [
        written(tmp_path, people, "customers.csv"),
        written(tmp_path, events, "events.csv"),
    ]
    with_rows = [
        finding.check.name
        for finding in checks.run(loaded(tmp_path / "clean", files), LOADED)
        if not finding.is_passed
    ]
    assert with_rows == []


def test_a_migration_a_robot_and_a_row_taken_for_headings(tmp_path):
    # 60 of 100 sign up on one day, the others on days of their own.
    days = [f"2025-0{2 + day // 28}-{1 + day % 28:02}" for day in range(40)]
    people = "customer_id,signed_up_at,2025-01-01,12\n" + "".join(
        f"c{number},{day},x{number % 2},y{number % 3}\n"
        for number, day in enumerate(["2025-01-15"] * 60 + days)
    )
    events = "customer_id,event,timestamp\n" + "".join(
        f"c{0 if number < 1000 else number % 100},e,"
        f"2025-05-{1 + number % 28:02} 10:{number % 60:02}:{number // 60:02}\n"
        for number in range(2400)
    )
    files = [
        written(tmp_path, people, "customers.csv"),
        written(tmp_path, events, "events.csv"),
    ]
    dataset = loaded(tmp_path / "odd", files)
    assert rows(dataset, "signups_at_once") == [("2025-01-15", 60, 0.6)]
    # c0: 1,000 + 14 of the other 1,400
    assert rows(dataset, "customers_with_most_events") == [("c0", 1014, 0.4225)]
    assert rows(dataset, "headings_like_values") == [
        ("customers", "12", 3, 0),
        ("customers", "2025-01-01", 2, 0),
    ]


def test_customers_without_a_trace_are_named_where_others_were_seen(tmp_path):
    people = "customer_id,signed_up_at\nann,2025-01-01\nbob,2025-01-02\n"
    customers = written(tmp_path, people, "customers.csv")
    alone = loaded(tmp_path / "alone", [customers])
    assert rows(alone, "customers_without_trace") == []
    events = written(tmp_path, "customer_id,event,timestamp\nann,x,2025-01-03\n")
    seen = loaded(tmp_path / "seen", [customers, events])
    assert rows(seen, "customers_without_trace") == [("bob", "2025-01-02")]


def test_a_check_that_the_engine_cannot_finish_does_not_hide_the_others(
    world, monkeypatch
):
    count = Dataset.count

    def failing(self, text, *rest):
        if "event_names" in text:
            raise DatasetError("query_too_slow", "It took too long.", "Ask less.")
        return count(self, text, *rest)

    monkeypatch.setattr(Dataset, "count", failing)
    findings = checks.run(world, datetime(2025, 7, 2))
    faulty = [each for each in findings if each.fault]
    assert [(each.check.name, each.rows, each.fault) for each in faulty] == [
        ("event_names_alike", None, "It took too long.")
    ]
    assert len(findings) == len(CHECKS)


def test_checks_can_be_stopped_and_are_asked_once(world):
    from holdfast.cancellation import Cancellation

    stopped = Cancellation()
    stopped.cancel()
    with pytest.raises(CancelledError):
        checks.run(world, datetime(2025, 7, 3), cancellation=stopped)
    assert checks.found_before(world, datetime(2025, 7, 3)) is None
    found = checks.run(world, LOADED)
    assert checks.found_before(world, LOADED) == found


def test_an_unknown_check_is_refused_with_those_that_there_are():
    with pytest.raises(SpecError, match="There is no check 'all'"):
        check_of("all")


def test_the_sample_company_has_its_planted_faults_only(demo_workspace):
    workspace = Workspace.open(demo_workspace)
    path = workspace.dataset_path()
    assert path is not None
    dataset = Dataset(path)
    findings = checks.run(dataset, workspace.status().loaded_at)
    assert {each.check.name: each.rows for each in findings if each.rows} == {
        "payments_failed_for_good": 77
    }
