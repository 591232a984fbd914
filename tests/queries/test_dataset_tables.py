"""Small files in, whole tables of the dataset out."""

import gzip
import json
import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from holdfast.exports.mapping import Condition
from holdfast.model import TABLES
from holdfast.workspace import Workspace
from tests.conftest import PROJECT
from tests.reference import reference_data


@pytest.fixture
def built(tmp_path):
    """Return how to load files and ask the dataset: `built(a_csv=text)(sql)`."""

    def load(*paths: Path, settings=None, **texts: str):
        folder = tmp_path / f"world {len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        workspace = Workspace.create(folder / "workspace")
        if settings:
            workspace.change_settings(**settings)
        files = list(paths)
        for name, text in texts.items():
            stem, _, suffix = name.rpartition("_")
            files.append(folder / f"{stem}.{suffix}")
            files[-1].write_text(text)
        workspace.load(files)
        dataset = duckdb.connect(str(workspace.dataset_path()), read_only=True)
        dataset.execute("set TimeZone = 'UTC'")
        return lambda sql: dataset.execute(sql).fetchall()

    return load


CUSTOMERS = """user_id,signed_up_at,account_id,plan,seats
b,2024-01-05,acme,pro,3
a,2024-01-01,,free,
z,2024-02-01,zeta,pro,10
"""
EVENTS = """user_id,event,timestamp,page,ms
b,view,2024-01-06T09:00:00Z,home,12.5
a,view,2024-01-03T23:30:00Z,home,
b,buy,2024-01-06T09:00:00Z,,7
a,view,2024-01-12T10:00:00Z,help,9
c,view,2024-01-02T00:00:00Z,,
a,view,2024-01-12T11:00:00Z,help,9
"""


def test_every_table_of_the_model_is_there_with_its_columns(built):
    ask = built(events_csv=EVENTS)
    for table in TABLES:
        columns = [name for name, *_ in ask(f"describe {table.name}")]
        fixed = [column.name for column in table.columns]
        if table.name != "events":
            assert columns[: len(fixed)] == fixed
        types = dict(row[:2] for row in ask(f"describe {table.name}"))
        for column in table.columns:
            if column.type != "event_name":
                assert types[column.name] == column.type, (table.name, column.name)


def test_customers_are_numbered_by_their_first_sign_of_life(built):
    ask = built(customers_csv=CUSTOMERS, events_csv=EVENTS)
    seen = ("2024-01-02 00:00:00", "2024-01-03 23:30:00", "2024-01-06 09:00:00")
    assert ask(
        "select customer_no, customer_id, account_no, account_id,"
        " signed_up_on::text, first_seen_at::text, joined_on::text, plan, seats"
        " from customers"
    ) == [
        (0, "c", None, None, None, seen[0], "2024-01-02", None, None),
        (1, "a", None, None, "2024-01-01", seen[1], "2024-01-01", "free", None),
        (2, "b", 0, "acme", "2024-01-05", seen[2], "2024-01-05", "pro", 3.0),
        # Signing up is no sign of life: z is last.
        (3, "z", 1, "zeta", "2024-02-01", None, "2024-02-01", "pro", 10.0),
    ]
    assert ask("from attributes") == [
        ("plan", "category", 2, 1),
        ("seats", "number", 2, 2),
    ]


def test_events_are_in_the_order_of_customer_time_and_name(built):
    ask = built(customers_csv=CUSTOMERS, events_csv=EVENTS)
    assert ask(
        "select customer_no, event::text, happened_at::text, happened_on::text,"
        " page, ms from events"
    ) == [
        (0, "view", "2024-01-02 00:00:00", "2024-01-02", None, None),
        (1, "view", "2024-01-03 23:30:00", "2024-01-03", "home", None),
        (1, "view", "2024-01-12 10:00:00", "2024-01-12", "help", 9.0),
        (1, "view", "2024-01-12 11:00:00", "2024-01-12", "help", 9.0),
        (2, "view", "2024-01-06 09:00:00", "2024-01-06", "home", 12.5),
        (2, "buy", "2024-01-06 09:00:00", "2024-01-06", None, 7.0),
    ]
    assert ask("from event_names") == [("view", 0, 5, 3), ("buy", 1, 1, 1)]


def test_activity_counts_customers_events_and_local_days(built):
    ask = built(events_csv=EVENTS)
    assert ask(
        "select event::text, customer_no, active_on::text, events from activity"
    ) == [
        ("view", 0, "2024-01-02", 1),
        ("view", 1, "2024-01-03", 1),
        ("view", 1, "2024-01-12", 2),
        ("view", 2, "2024-01-06", 1),
        ("buy", 2, "2024-01-06", 1),
    ]
    # 2 January 2024 is day 19724 and in the week of Monday, number 2818.
    names = "customer_no, period, previous_period, next_period"
    assert ask(f"select {names} from activity_days") == [
        (0, 19724, None, None),
        (1, 19725, None, 19734),
        (1, 19734, 19725, None),
        (2, 19728, None, None),
    ]
    assert ask(f"select {names} from activity_weeks") == [
        (0, 2818, None, None),
        (1, 2818, None, 2819),
        (1, 2819, 2818, None),
        (2, 2818, None, None),
    ]
    # 2024 * 12 + 1 - 1 = 24288.
    assert ask("select distinct period from activity_months") == [(24288,)]


def test_days_are_those_of_the_workspaces_zone(built):
    ask = built(events_csv=EVENTS, settings={"zone": "Asia/Tokyo"})
    assert ask(
        "select happened_at::text, happened_on::text from events where customer_no = 1"
    ) == [
        ("2024-01-03 23:30:00", "2024-01-04"),
        ("2024-01-12 10:00:00", "2024-01-12"),
        ("2024-01-12 11:00:00", "2024-01-12"),
    ]


def holes_of(built, per_day):
    """Return the holes where so many customers are active on each day: {day: n}."""
    rows = [f"u{i},x,{day}" for day, n in per_day.items() for i in range(n)]
    ask = built(events_csv="user_id,event,date\n" + "\n".join(rows) + "\n")
    return ask("select from_on::text, until_on::text, days from holes")


def weeks(first: str, count: int, per_weekday: list[int]) -> dict[str, int]:
    """Return how many are active on each day, from a Monday on."""
    start = date.fromisoformat(first)
    return {
        str(start + timedelta(7 * week + day)): n
        for week in range(count)
        for day, n in enumerate(per_weekday)
    }


def test_days_without_anybody_are_holes_where_somebody_should_have_been(built):
    # exp(-8) is less than 0.001, and exp(-6) is more
    busy = weeks("2024-01-01", 12, [9] * 7) | {"2024-02-14": 0, "2024-02-15": 0}
    assert holes_of(built, busy) == [("2024-02-14", "2024-02-16", 2)]
    quiet = weeks("2024-01-01", 12, [6] * 7) | {"2024-02-14": 0, "2024-02-15": 0}
    assert holes_of(built, quiet) == []


def test_the_hole_planted_in_the_sample_data_is_the_only_one(demo_workspace):
    truths = json.loads((PROJECT / "sample_data/truths.json").read_text())
    planted = truths["tracking_hole"]
    path = Workspace.open(demo_workspace).dataset_path()
    with duckdb.connect(str(path), read_only=True) as dataset:
        found = dataset.execute("select from_on::text, days from holes").fetchall()
    assert found == [(planted["first"], planted["days"])]


def test_a_closing_day_is_no_hole_and_may_lie_within_one(built):
    shop = weeks("2024-01-01", 12, [9, 9, 9, 9, 9, 0, 0])
    assert holes_of(built, shop) == []
    # a Friday; and Thursday 14 to Tuesday 19 March with the weekend between
    shut = ["2024-02-09", "2024-03-14", "2024-03-15", "2024-03-18", "2024-03-19"]
    assert holes_of(built, shop | dict.fromkeys(shut, 0)) == [
        ("2024-02-09", "2024-02-10", 1),
        ("2024-03-14", "2024-03-20", 6),
    ]


def test_a_long_hole_does_not_make_every_day_a_closing_day(built):
    days = weeks("2024-01-01", 5, [9] * 7) | weeks("2024-09-02", 5, [9] * 7)
    assert holes_of(built, days) == [("2024-02-05", "2024-09-02", 210)]


def test_quiet_days_of_the_beginning_are_judged_by_their_own_time(built):
    few = weeks("2024-01-01", 6, [1, 0, 2, 1, 0, 0, 1])
    many = weeks("2024-02-12", 12, [50] * 7)
    assert holes_of(built, few | many) == []


def test_the_day_of_the_last_instant_is_incomplete_unless_all_are_dates(built):
    timed = built(events_csv=EVENTS)
    assert timed(
        "select rows, customers, observed_from::text, observed_until::text, as_of::text"
        " from observed where table_name = 'events'"
    ) == [(6, 3, "2024-01-02", "2024-01-13", "2024-01-12")]
    dates = "user_id,event,date\na,x,2024-01-01\nb,x,2024-01-02\n"
    for zone in ("UTC", "America/New_York"):
        dated = built(events_csv=dates, settings={"zone": zone})
        assert dated(
            "select observed_until::text, as_of::text from observed"
            " where table_name = 'events'"
        ) == [("2024-01-03", "2024-01-03")]


def test_the_order_of_rows_and_files_does_not_matter(built):
    def tables(seed: int | None):
        texts = {"customers_csv": CUSTOMERS, "events_csv": EVENTS}
        names = list(texts)
        if seed is not None:
            shuffled = random.Random(seed)
            shuffled.shuffle(names)
            for name in names:
                header, *rows = texts[name].splitlines()
                shuffled.shuffle(rows)
                texts[name] = "\n".join([header, *rows]) + "\n"
        ask = built(**{name: texts[name] for name in names})
        derived = ("customers", "events", "activity", "activity_days", "observed")
        return {
            name: sorted(map(str, ask(f"from {name}")))
            for name in (*derived, "activity_weeks", "holes", "event_names")
        }

    expected = tables(None)
    for seed in range(3):
        assert tables(seed) == expected


def test_activity_of_many_events_is_what_grouping_finds(built):
    # Several groups of rows, on several threads; days that repeat and that do not.
    chosen = random.Random(7)
    first = date(2024, 1, 1)
    days = [first + timedelta(days=number) for number in range(300)]
    rows = [
        f"u{int(chosen.random() ** 2 * 2000)},e{number % 3},{chosen.choice(days)}"
        for number in range(130_000)
    ]
    ask = built(events_csv="\n".join(["user_id,event,timestamp", *rows]) + "\n")

    def told(relation):
        # Every row with its place, so that another order is told as well.
        return ask(
            "select count(*), bit_xor(hash(each, place)) from (select each,"
            f" row_number() over () as place from ({relation}) as each)"
        )

    assert told("from activity") == told(
        "select event, customer_no, happened_on as active_on,"
        " count(*)::integer as events from events group by all order by all"
    )
    assert ask("from event_names") == ask(
        "select event, enum_code(event), count(*), count(distinct customer_no)"
        " from events group by all order by 2"
    )
    for table, number in (
        ("activity_days", "{} - date '1970-01-01'"),
        ("activity_weeks", "floor(({} - date '1970-01-01' + 3) / 7)"),
        ("activity_months", "year({0}) * 12 + month({0}) - 1"),
    ):
        assert told(f"from {table}") == told(
            f"select customer_no, period, ({number.format('joined_on')})::integer"
            " as joined_period, first_value(period) over own as first_period,"
            " lag(period) over own as previous_period,"
            " lead(period) over own as next_period from (select distinct customer_no,"
            f" ({number.format('happened_on')})::integer as period from events)"
            " inner join customers using (customer_no)"
            " window own as (partition by customer_no order by period) order by 1, 2"
        )


def test_lines_of_one_order_become_one_order(built):
    ask = built(
        lines_csv="InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "1,x,2,2024-01-01 10:00,1.50,u1,DE\n"
        "1,y,-1,2024-01-01 10:01,4.00,u1,DE\n"
        "C2,x,-2,2024-01-03 10:00,1.50,u1,FR\n"
        "3,x,1,2024-01-02 10:00,0,u2,PL\n"
        "4,x,1,2024-01-02 10:00,1,,PL\n"
    )
    assert ask(
        "select customer_no, order_id, ordered_at::text, amount::text, quantity, lines,"
        " is_return from orders"
    ) == [
        # 2 x 1.50 - 1 x 4.00 = -1.00; one line is no return, so the order is none.
        (0, "1", "2024-01-01 10:00:00", "-1.0000", 2.0, 2, False),
        (0, "C2", "2024-01-03 10:00:00", "-3.0000", 0.0, 1, True),
        # The line of order 3 is for free, and is no line that was sold.
        (1, "3", "2024-01-02 10:00:00", "0.0000", 1.0, 0, False),
    ]
    assert ask("select customer_id, Country from customers") == [
        ("u1", "FR"),
        ("u2", "PL"),
    ]
    assert ask("select line, reason from rejected") == [(6, '"CustomerID" is empty')]
    # Without events, orders that are no returns are the activity.
    assert ask("select event::text, customer_no, active_on::text from activity") == [
        ("order", 0, "2024-01-01"),
        ("order", 1, "2024-01-02"),
    ]


STRIPE = (
    "id,Customer ID,Status,Start (UTC),Current Period End (UTC),Start Date (UTC),"
    "Trial End (UTC),Canceled At (UTC),Ended At (UTC),Amount,Quantity,Interval,"
    "Discount Amount,Discount Duration,Currency\n"
)


def test_the_first_paid_day_is_after_the_trial_if_ever(built):
    day = "2024-01-{} 10:00:00".format
    ask = built(
        subscriptions_csv=STRIPE
        + f"s1,c1,active,,{day('01')},{day('01')},,,,10,2,month,,,usd\n"
        + f"s2,c2,canceled,,,{day('01')},{day('15')},{day('03')},{day('15')},"
        "10,1,month,,,usd\n"
        + f"s3,c3,canceled,,,{day('01')},{day('15')},{day('20')},{day('31')},"
        "120,1,year,12,forever,usd\n"
        + f"s4,c4,trialing,,,{day('02')},{day('16')},,,10,1,month,5,once,usd\n"
    )
    assert ask(
        "select subscription_id, paid_from_on::text, ended_on::text, price::text,"
        " interval_months, quantity, discount::text, currency from subscriptions"
    ) == [
        ("s1", "2024-01-01", None, "10.0000", 1.0, 2.0, None, "USD"),
        ("s2", None, "2024-01-15", "10.0000", 1.0, 1.0, None, "USD"),
        ("s3", "2024-01-15", "2024-01-31", "120.0000", 12.0, 1.0, "12.0000", "USD"),
        ("s4", None, None, "10.0000", 1.0, 1.0, None, "USD"),
    ]


def test_a_row_with_a_known_key_is_a_duplicate_and_the_latest_file_wins(built):
    head = "order_id,user_id,ordered_at,amount,currency\n"
    ask = built(
        one_csv=head + "1,u1,2024-01-01,10,eur\n2,u1,2024-01-02,20,eur\n",
        two_csv=head + "2,u1,2024-01-02,25,eur\n3,u2,2024-01-03,30,eur\n",
    )
    assert ask("select order_id, amount::text, currency from orders") == [
        ("1", "10.0000", "EUR"),
        ("2", "25.0000", "EUR"),
        ("3", "30.0000", "EUR"),
    ]
    assert sorted(
        ask("select name, rows_read, imported, rejected, duplicates from source_rows")
    ) == [("one.csv", 2, 1, 0, 1), ("two.csv", 2, 2, 0, 0)]


def test_an_event_with_a_known_id_is_counted_once(built, tmp_path):
    line = (
        '{{"event":"view","properties":{{"time":{},"distinct_id":"u1",'
        '"$insert_id":"{}","plan":"{}"}}}}\n'
    )
    lines = (
        line.format(1704067200, "i1", "free")
        + line.format(1704067200, "i1", "free")
        + line.format(1704070800, "i2", "pro")
    )
    path = tmp_path / "events.jsonl.gz"
    path.write_bytes(gzip.compress(lines.encode()))
    ask = built(path)
    assert ask("select happened_at::text, plan from events") == [
        ("2024-01-01 00:00:00", "free"),
        ("2024-01-01 01:00:00", "pro"),
    ]
    assert ask("select rows_read, imported, duplicates from source_rows") == [(3, 2, 1)]


def test_answers_and_tickets_of_unknown_people_stay(built):
    ask = built(
        customers_csv=CUSTOMERS,
        nps_csv="#,How likely are you to recommend us?,Why?,user_id,"
        "Start Date (UTC),Submit Date (UTC),Network ID\n"
        "r1,9,Great,a,2024-03-01 10:00:00,2024-03-01 10:01:00,n1\n"
        "r2,,No score,nobody,2024-03-02 10:00:00,2024-03-02 10:01:00,n2\n",
        tickets_csv="Id,Requester external id,Subject,Status,Via,Created at,Solved at,"
        "Reopens,First reply time in minutes\n"
        "1,b,Help,Solved,Mail,2024-03-01 10:00:00,2024-03-02 10:00:00,1,90\n"
        "2,,Hm,Open,Chat,2024-03-02 10:00:00,,0,\n",
    )
    number = {"a": 0, "b": 1}
    assert ask(
        "select customer_no, response_id, kind, score, comment, answered_at::text"
        " from responses"
    ) == [
        (number["a"], "r1", "nps", 9.0, "Great", "2024-03-01 10:01:00"),
        (None, "r2", "nps", None, "No score", "2024-03-02 10:01:00"),
    ]
    assert ask(
        "select customer_no, ticket_id, first_responded_at::text, reopens, status,"
        " channel from tickets"
    ) == [
        (number["b"], "1", "2024-03-01 11:30:00", 1, "solved", "Mail"),
        (None, "2", None, 0, "open", "Chat"),
    ]


def test_the_latest_value_of_an_attribute_that_is_not_missing_counts(built):
    ask = built(
        old_csv="user_id,signed_up_at,plan,city\nu1,2024-01-01,free,Rome\n",
        new_csv="user_id,signed_up_at,plan,city\nu1,2024-01-01,pro,\n",
        referrals_csv="referrer_id,referred_id,referred_at\nu9,u1,2024-01-01\n",
    )
    assert ask("select customer_id, plan, city, referred_by from customers") == [
        ("u1", "pro", "Rome", "u9")
    ]


def test_refused_events_are_told_by_the_lines_of_their_own_file(built):
    head = "user_id,event,timestamp,note\n"
    ask = built(
        one_csv=head + 'a,x,2024-01-01,"two\nlines"\n,x,2024-01-02,\nb,,2024-01-03,\n',
        two_csv=head + "a,x,2024-01-04,\nc,x,soon,\nc,x,2024-01-05,\n",
    )
    assert ask(
        "select name, line, reason, text from rejected"
        " inner join source_rows using (source) order by name, line"
    ) == [
        ("one.csv", 4, '"user_id" is empty', "x | 2024-01-02"),
        ("one.csv", 5, '"event" is empty', "b | 2024-01-03"),
        ("two.csv", 3, '"timestamp" is not a date', "c | x | soon"),
    ]
    assert ask("select count(*) from events") == [(3,)]


def test_no_number_is_large_enough_to_stop_an_import(built):
    big = "9" * 40
    ask = built(
        lines_csv="order_id,user_id,date,quantity,unit_price\n"
        f"1,u1,2024-01-01,{big},2\n2,u1,2024-01-01,1e300,1e13\n3,u1,{big},1,{big}\n",
        tickets_csv="Id,Requester external id,Subject,Status,Via,Created at,Solved at,"
        "Reopens,First reply time in minutes\n"
        f"1,u1,Help,Solved,Mail,2024-03-01 10:00:00,,{big},{big}\n",
    )
    assert ask("select count(*) from orders where amount is null") == [(2,)]
    assert ask("select reopens, first_responded_at from tickets") == [(None, None)]


def test_the_telco_customers_are_as_published(built):
    ask = built(reference_data("telco/Telco-Customer-Churn.csv"))
    assert ask(
        "select Contract, count(*), count(*) filter (has_churned) from customers"
        " group by all order by 2 desc"
    ) == [
        ("Month-to-month", 3875, 1655),
        ("Two year", 1695, 48),
        ("One year", 1473, 166),
    ]
    assert ask(
        "select name, type, missing from attributes where name like '%Charges'"
    ) == [("MonthlyCharges", "number", 0), ("TotalCharges", "number", 11)]


def test_what_cannot_have_happened_yet_or_never_did_is_refused_and_kept(built):
    ask = built(
        events_csv="user_id,event,timestamp\n"
        "a,view,2024-01-03T23:30:00Z\nb,view,2199-01-01T00:00:00Z\n"
        "b,view,1970-01-01T00:00:00Z\nb,view,1970-01-01T00:00:01Z\nb,view,soon\n"
    )
    assert ask("select happened_at::text from events") == [
        ("1970-01-01 00:00:01",),
        ("2024-01-03 23:30:00",),
    ]
    assert ask("select line, reason from rejected") == [
        (3, '"timestamp" lies after the file was loaded'),
        (4, '"timestamp" is the zero of a clock that was never set'),
        (6, '"timestamp" is not a date'),
    ]
    assert ask("select as_of::text from observed where table_name = 'events'") == [
        ("2024-01-03",)
    ]


def test_what_is_planned_may_lie_ahead(built):
    ask = built(
        subscriptions_csv="customer_id,started_at,ended_at,plan\n"
        "a,2024-01-03,2199-01-01,pro\n"
    )
    assert ask("select ended_on::text from subscriptions") == [("2199-01-01",)]
    assert ask("select count(*) from rejected") == [(0,)]


def test_events_that_are_left_out_are_in_no_figure(tmp_path):
    workspace = Workspace.create(tmp_path / "workspace")
    path = tmp_path / "events.csv"
    path.write_text(
        "user_id,event,timestamp,env\nt,trial run,2024-01-01,Test\n"
        "a,view,2024-01-02,test\na,view,2024-01-03,prod\nb,buy,2024-01-04,\n"
        "b,buy,2024-03-04,TEST\n,buy,2024-01-05,prod\n"
    )
    found = workspace.inspect(path)
    assert found.mapping is not None
    (part,) = found.mapping.feeds
    part = replace(part, where=(Condition("env", ("test",)),))
    found = replace(found, mapping=replace(found.mapping, feeds=(part,)))
    (checked,) = workspace.check([found]).files
    assert (checked.rows_read, checked.imported, checked.rejected) == (6, 2, 4)
    workspace.load([found])
    dataset = duckdb.connect(str(workspace.dataset_path()), read_only=True)

    def ask(sql):
        return dataset.execute(sql).fetchall()

    assert ask("select customer_id, first_seen_at::date::text from customers") == [
        ("a", "2024-01-03"),
        ("b", "2024-01-04"),
    ]
    assert ask(
        "select customer_no, event::text, happened_on::text, env from events"
    ) == [(0, "view", "2024-01-03", "prod"), (1, "buy", "2024-01-04", None)]
    assert ask("select event, code, events from event_names") == [
        ("buy", 0, 1),
        ("view", 1, 1),
    ]
    assert ask("select unnest(enum_range(null::event_name))") == [("buy",), ("view",)]
    assert ask("select rows_read, imported, rejected from source_rows") == [(6, 2, 4)]
    assert ask("select line, reason from rejected") == [
        (2, "left out: env is Test"),
        (3, "left out: env is test"),
        (6, "left out: env is TEST"),
        (7, '"user_id" is empty'),
    ]
