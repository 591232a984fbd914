"""The sample exports are what the generator writes and hold what the card says."""

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

FOLDER = Path(__file__).parents[2] / "sample_data"
EXPORTS = sorted([*FOLDER.glob("*.csv"), *FOLDER.glob("*.gz")])
TRUTHS = json.loads((FOLDER / "truths.json").read_text(encoding="utf-8"))
LARGEST_TOTAL = 12_000_000

LOAD = """
create table events as
select
    event,
    cast(properties ->> 'time' as bigint) as second,
    properties ->> 'distinct_id' as user_id,
    make_timestamp(second * 1000000) as happened_at
from read_json($events, columns = {event: 'VARCHAR', properties: 'JSON'});
create table customers as select * from read_csv($customers, header = true);
create table charges as select * from read_csv($charges, header = true);
create table touches as select * from read_csv($touches, header = true);
create table invitations as select * from read_csv($invitations, header = true);
create table tickets as select * from read_csv($tickets, header = true);
create table orders as select * from read_csv($orders, header = true);
create table referrals as select * from read_csv($referrals, header = true);
create table nps as
select
    "How likely are you to recommend Fernwick to a colleague?" as score,
    user_id,
    "Submit Date (UTC)" as answered_at
from read_csv($nps, header = true);
create table subscriptions as
select
    "user_id (metadata)" as user_id,
    "Customer ID" as stripe_id,
    "Created (UTC)" as created_at,
    "Trial End (UTC)" as trial_end,
    coalesce("Trial End (UTC)", "Created (UTC)") as paid_from,
    coalesce("Ended At (UTC)", timestamp '2100-01-01') as ended_at,
    "Canceled At (UTC)" as canceled_at,
    "Cancellation Reason" as reason,
    Status as status,
    Amount * Quantity / if("Interval" = 'year', 12, 1) as monthly_price
from read_csv($subscriptions, header = true);
create view paid as
select * from subscriptions
where ended_at > paid_from and paid_from < timestamp '2026-07-01';
create view losses as
select * from paid as gone
where
    ended_at < timestamp '2100-01-01'
    and not exists (
        select 1 from paid as other
        where
            other.user_id = gone.user_id
            and other.paid_from <= gone.ended_at
            and other.ended_at > gone.ended_at
    );
"""


@pytest.fixture(scope="module")
def raw() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    paths = {
        "events": "mixpanel_events.jsonl.gz",
        "customers": "customers.csv",
        "charges": "stripe_charges.csv",
        "touches": "experiment_touches.csv",
        "invitations": "survey_invitations.csv",
        "tickets": "zendesk_tickets.csv",
        "orders": "orders.csv",
        "referrals": "referrals.csv",
        "nps": "typeform_nps.csv",
        "subscriptions": "stripe_subscriptions.csv",
    }
    for statement in connection.extract_statements(LOAD):
        wanted = statement.named_parameters
        connection.execute(
            statement, {name: str(FOLDER / paths[name]) for name in wanted}
        )
    yield connection
    connection.close()


def numbers(raw: duckdb.DuckDBPyConnection, query: str) -> tuple[float, ...]:
    row = raw.execute(query).fetchone()
    assert row is not None
    return row


def test_the_generator_writes_exactly_the_committed_files(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(FOLDER / "generate.py"), "--to", str(tmp_path)],
        check=True,
        capture_output=True,
    )
    written = sorted(path.name for path in tmp_path.iterdir())
    extra = [FOLDER / "README.md", FOLDER / "truths.json"]
    assert written == sorted(path.name for path in [*EXPORTS, *extra])
    for path in [*EXPORTS, *extra]:
        again = (tmp_path / path.name).read_bytes()
        committed = path.read_bytes()
        if path.suffix == ".gz":
            # Another zlib may pack the same content into other bytes.
            again, committed = gzip.decompress(again), gzip.decompress(committed)
        assert again == committed, path.name


def test_the_exports_stay_small() -> None:
    assert sum(path.stat().st_size for path in EXPORTS) < LARGEST_TOTAL


def test_the_card_counts_the_rows_of_every_file() -> None:
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"^\| `([^`]+)` \| .* \| (\d+) \|$", card, re.M))
    assert sorted(stated) == [path.name for path in EXPORTS]
    for path in EXPORTS:
        if path.suffix == ".gz":
            rows = gzip.decompress(path.read_bytes()).count(b"\n")
        else:
            query = "select count(*) from read_csv(?, header = true)"
            rows = duckdb.execute(query, [str(path)]).fetchall()[0][0]
        assert int(stated[path.name]) == rows, path.name


def test_the_company_has_the_promised_size(raw: duckdb.DuckDBPyConnection) -> None:
    customers, accounts, alone = numbers(
        raw,
        "select count(*), count(distinct account_id), "
        "count(*) filter (account_id is null) from customers",
    )
    events, names = numbers(raw, "select count(*), count(distinct event) from events")
    assert customers == pytest.approx(6000, rel=0.05)
    assert accounts == pytest.approx(1800, rel=0.05)
    assert alone > 1000
    assert events == pytest.approx(400_000, rel=0.05)
    assert 10 <= names <= 14


def test_the_last_complete_day_is_30_june_2026(raw: duckdb.DuckDBPyConnection) -> None:
    last, on_the_last_day, late_evening = numbers(
        raw,
        "select max(happened_at)::varchar, "
        "count(*) filter (happened_at::date = date '2026-06-30'), "
        "max(hour(happened_at)) filter (happened_at::date = date '2026-06-30') "
        "from events",
    )
    assert "2026-07-01 00:00:00" < str(last) < "2026-07-01 00:30:00"
    assert on_the_last_day > 500
    assert late_evening >= 22


def test_every_table_speaks_of_known_customers(raw: duckdb.DuckDBPyConnection) -> None:
    tables = {
        "events": "user_id",
        "subscriptions": "user_id",
        "charges": '"user_id (metadata)"',
        "orders": "user_id",
        "nps": "user_id",
        "invitations": "user_id",
        "tickets": '"Requester external id"',
        "touches": "user_id",
        "referrals": "referrer_id",
    }
    for table, column in tables.items():
        strangers = numbers(
            raw,
            f"select count(*) from {table} where {column} is null "
            f"or {column} not in (select user_id from customers)",
        )
        assert strangers == (0,), table


def test_ids_and_addresses_are_unique(raw: duckdb.DuckDBPyConnection) -> None:
    assert numbers(
        raw,
        "select count(*) = count(distinct user_id), "
        "count(*) = count(distinct email) from customers",
    ) == (True, True)
    assert numbers(
        raw,
        "select count(distinct stripe_id) = count(distinct user_id), "
        "count(distinct (stripe_id, user_id)) = count(distinct user_id) "
        "from subscriptions",
    ) == (True, True)


def test_addresses_use_reserved_domains_only(raw: duckdb.DuckDBPyConnection) -> None:
    assert numbers(
        raw,
        "select count(*) from customers where not "
        "regexp_matches(email, '[@.]example[.](com|org)$')",
    ) == (0,)


def test_subscriptions_of_a_customer_never_overlap(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    assert numbers(
        raw,
        "select count(*) from (select ended_at, lead(created_at) over "
        "(partition by user_id order by created_at) as following "
        "from subscriptions) where ended_at > following",
    ) == (0,)
    assert numbers(
        raw, "select count(*) from subscriptions where ended_at < paid_from"
    ) == (0,)


def test_subscriptions_have_every_kind_of_story(raw: duckdb.DuckDBPyConnection) -> None:
    kinds = numbers(
        raw,
        "select count(*) filter (status = 'trialing'), "
        "count(*) filter (status = 'past_due'), "
        "count(*) filter (status = 'active' and canceled_at is not null), "
        "count(*) filter (reason is null and ended_at < '2100-01-01'), "
        "count(distinct reason) from subscriptions",
    )
    assert all(count > 0 for count in kinds)
    plan_changes, lost = numbers(
        raw,
        "select (select count(*) from paid where ended_at < '2100-01-01') "
        "- (select count(*) from losses), (select count(*) from losses)",
    )
    assert plan_changes > 100
    assert lost > 300


MONTH_3 = """
with members as (
    select user_id, {group} as is_in, date_trunc('month', signed_up_at) as cohort
    from customers
    where signed_up_at < timestamp '2026-04-01' and {scope}
),

active as (
    select distinct members.user_id
    from members
    inner join events on events.user_id = members.user_id
    where
        date_trunc('month', events.happened_at)
        = date_trunc('month', members.cohort + interval 3 month)
)

select
    avg((user_id in (select user_id from active))::int) filter (is_in),
    avg((user_id in (select user_id from active))::int) filter (not is_in)
from members
"""


def test_fast_onboarding_goes_with_staying(raw: duckdb.DuckDBPyConnection) -> None:
    is_fast = (
        "user_id in (select events.user_id from events inner join customers as who "
        "on who.user_id = events.user_id where event = 'onboarding_completed' "
        "and happened_at <= who.signed_up_at + interval 72 hour)"
    )
    fast, others = numbers(raw, MONTH_3.format(group=is_fast, scope="true"))
    truth = TRUTHS["fast_onboarding"]
    assert fast == pytest.approx(truth["fast_rate_month_3"], abs=1e-3)
    assert others == pytest.approx(truth["others_rate_month_3"], abs=1e-3)
    assert fast > others + 0.2


def test_affiliate_customers_leave_early(raw: duckdb.DuckDBPyConnection) -> None:
    affiliate, others = numbers(
        raw,
        MONTH_3.format(
            group="coalesce(channel, '') = 'affiliate'",
            scope="signed_up_at >= timestamp '2025-02-01'",
        ),
    )
    truth = TRUTHS["affiliate_channel"]
    assert affiliate == pytest.approx(truth["affiliate_rate_month_3"], abs=1e-3)
    assert others == pytest.approx(truth["others_rate_month_3"], abs=1e-3)
    assert affiliate < others / 1.8
    assert truth["affiliate_sign_ups"] > 600


def test_referred_customers_stay_longer(raw: duckdb.DuckDBPyConnection) -> None:
    referred, others = numbers(
        raw,
        MONTH_3.format(
            group="user_id in (select referred_id from referrals)", scope="true"
        ),
    )
    truth = TRUTHS["referred"]
    assert referred == pytest.approx(truth["referred_rate_month_3"], abs=1e-3)
    assert others == pytest.approx(truth["others_rate_month_3"], abs=1e-3)
    assert referred > others + 0.15


def test_payments_failed_in_march_2026(raw: duckdb.DuckDBPyConnection) -> None:
    march, others = numbers(
        raw,
        "select avg((Status = 'Failed')::int) filter (is_march), "
        "avg((Status = 'Failed')::int) filter (not is_march) from (select *, "
        "date_trunc('month', \"Created (UTC)\") = date '2026-03-01' as is_march "
        "from charges)",
    )
    lost, tickets = numbers(
        raw,
        "select (select count(*) from losses where reason = 'payment_failed' and "
        "ended_at >= '2026-03-01' and ended_at < '2026-05-01'), (select count(*) "
        "from tickets where Tags like '%failed_payment%' and "
        "date_trunc('month', \"Created at\") = date '2026-03-01')",
    )
    truth = TRUTHS["failed_payments"]
    assert march == pytest.approx(truth["march_rate"], abs=1e-3)
    assert others == pytest.approx(truth["other_months_rate"], abs=1e-3)
    assert (lost, tickets) == (truth["lost_march_and_april"], truth["march_tickets"])
    assert march > 8 * others
    assert lost > 40


def test_the_new_prices_convert_less_and_bring_more(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    query = (
        "select avg((ended_at > paid_from)::int), "
        "avg(monthly_price) filter (ended_at > paid_from) from subscriptions "
        "where trial_end is not null and created_at >= {} and created_at < {}"
    )
    before = numbers(raw, query.format("'2025-03-01'", "'2025-09-01'"))
    after = numbers(raw, query.format("'2025-09-01'", "'2026-03-01'"))
    truth = TRUTHS["price_change"]
    assert before[0] == pytest.approx(truth["before_conversion"], abs=1e-3)
    assert after[0] == pytest.approx(truth["after_conversion"], abs=1e-3)
    assert before[1] == pytest.approx(truth["before_arpa"], abs=0.01)
    assert after[1] == pytest.approx(truth["after_arpa"], abs=0.01)
    assert after[0] < before[0] - 0.06
    assert after[1] > before[1] * 1.1


LEFT_AFTER_ANSWER = """
select avg(exists(
    select 1 from losses
    where
        losses.user_id = nps.user_id
        and losses.ended_at > nps.answered_at
        and losses.ended_at <= nps.answered_at + interval 90 day
)::int)
from nps
where
    score between {} and {}
    and answered_at <= timestamp '2026-07-01' - interval 90 day
    and exists(
        select 1 from paid
        where
            paid.user_id = nps.user_id
            and nps.answered_at >= paid.paid_from
            and nps.answered_at < paid.ended_at
    )
"""


def test_detractors_leave_more_often(raw: duckdb.DuckDBPyConnection) -> None:
    (detractors,) = numbers(raw, LEFT_AFTER_ANSWER.format(0, 6))
    (promoters,) = numbers(raw, LEFT_AFTER_ANSWER.format(9, 10))
    truth = TRUTHS["detractors"]
    assert detractors == pytest.approx(truth["detractors_rate"], abs=1e-3)
    assert promoters == pytest.approx(truth["promoters_rate"], abs=1e-3)
    assert detractors > 1.8 * promoters


def test_promoters_leave_when_their_payment_fails() -> None:
    truth = TRUTHS["promoters_hit"]
    assert truth["hit_customers"] >= 25
    assert truth["hit_rate"] > 5 * truth["not_hit_rate"]


def test_exactly_two_days_have_no_events(raw: duckdb.DuckDBPyConnection) -> None:
    empty = raw.execute(
        "select day::date::varchar from (select unnest(generate_series("
        "timestamp '2024-07-01', timestamp '2026-06-30', interval 1 day)) as day) "
        "where day::date not in (select happened_at::date from events) order by 1"
    ).fetchall()
    assert empty == [("2025-11-15",), ("2025-11-16",)]


def test_guided_setup_onboards_more_customers(raw: duckdb.DuckDBPyConnection) -> None:
    query = (
        "select avg((user_id in (select events.user_id from events inner join "
        "touches as seen on seen.user_id = events.user_id where "
        "event = 'onboarding_completed' and happened_at <= seen.first_seen_at "
        "+ interval 72 hour))::int), count(*) from touches where variant = "
    )
    control, untreated = numbers(raw, query + "'control'")
    guided, treated = numbers(raw, query + "'guided'")
    truth = TRUTHS["experiment"]
    assert control == pytest.approx(truth["control_rate"], abs=1e-3)
    assert guided == pytest.approx(truth["guided_rate"], abs=1e-3)
    assert 0.04 < guided - control < 0.14
    assert untreated == pytest.approx(treated, rel=0.12)


def test_some_lost_customers_pay_again(raw: duckdb.DuckDBPyConnection) -> None:
    lost, back = numbers(
        raw,
        "select count(*), count(*) filter (exists(select 1 from paid where "
        "paid.user_id = losses.user_id and paid.paid_from > losses.ended_at and "
        "paid.paid_from <= losses.ended_at + interval 90 day)) from losses "
        "where ended_at <= timestamp '2026-07-01' - interval 90 day",
    )
    truth = TRUTHS["win_backs"]
    assert (lost, back) == (truth["lost"], truth["back_within_90"])
    assert 0.05 < back / lost < 0.25
