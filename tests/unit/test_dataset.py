import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import duckdb
import pandas as pd
import pytest

from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset, Limits
from holdfast.errors import CancelledError, DatasetError
from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask, retention
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.retention import Retention
from tests.worlds import dataset_of

ENDLESS = "select sum(a.range * b.range) from range(10000000) as a, range(1000000) as b"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("small"),
        customers=[
            (f"c{n}", "2025-01-05", {"plan": f"p{n % 3}", "account_id": f"a{n % 2}"})
            for n in range(20)
        ],
        events=[(f"c{n}", "login", f"2025-0{1 + n % 3}-10") for n in range(20)],
        zone="America/New_York",
        week_start="sunday",
        min_n=5,
    )


def test_what_is_known_about_the_data_is_read_once(small):
    assert small.customers == 20
    assert small.event_counts == {"login": 20}
    assert (small.zone, small.week_start, small.min_n) == (
        *("America/New_York", "sunday", 5),
    )
    assert small.has_accounts
    assert small.attributes["plan"].type == "category"
    assert small.attributes["plan"].distinct_values == 3
    assert small.observed["events"].rows == 20
    # nothing that has no values can be asked for
    assert "email" not in small.attributes


def test_a_local_day_begins_at_its_own_instant(small):
    assert small.utc(date(2025, 1, 1)) == datetime(2025, 1, 1, 5)
    assert small.utc(date(2025, 7, 1)) == datetime(2025, 7, 1, 4)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into data.customers select * from data.customers",
        "update data.customers set customer_id = 'x'",
        "delete from data.events",
        "drop table data.events",
        "create table data.mine as select 1 as x",
        "copy customers to 'out.csv'",
        "copy (select 1) to '/dev/stdout'",
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "select * from glob('/*')",
        "select * from 'requirements.txt'",
        "attach 'other.duckdb' as other",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set memory_limit = '100GB'",
        "set lock_configuration = false",
        "set allowed_configs = ['memory_limit']",
        "reset enable_external_access",
        "create secret s (type s3, key_id 'a', secret 'b')",
        "export database 'folder'",
        "select * from read_parquet('https://example.invalid/a.parquet')",
    ],
)
def test_it_can_be_read_and_nothing_else(small, statement, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DatasetError):
        small.frame(statement)
    assert list(tmp_path.iterdir()) == []
    assert small.frame("select count(*) as n from customers")["n"].tolist() == [20]


def test_variables_of_the_program_are_no_tables(small):
    secret = pd.DataFrame({"x": [1]})
    assert len(secret) == 1
    with pytest.raises(DatasetError):
        small.frame("select * from secret")


@pytest.mark.parametrize("content", [b"", b"no database", None])
def test_a_file_that_is_no_dataset_is_refused(tmp_path, content):
    path = tmp_path / "1.duckdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetError) as refusal:
        Dataset(path)
    assert refusal.value.remedy


def test_a_database_of_something_else_is_refused(tmp_path):
    path = tmp_path / "1.duckdb"
    with duckdb.connect(str(path)) as other:
        other.execute("create table something (x integer)")
    with pytest.raises(DatasetError):
        Dataset(path)


def test_a_cancelled_question_stops_soon(small):
    cancellation = Cancellation()
    threading.Timer(0.3, cancellation.cancel).start()
    began = time.monotonic()
    with pytest.raises(CancelledError):
        small.frame(ENDLESS, cancellation=cancellation)
    assert time.monotonic() - began < 20
    with pytest.raises(CancelledError):
        small.frame("select 1", cancellation=cancellation)
    # and the next one is answered
    assert small.frame("select 1 as x")["x"].tolist() == [1]


def test_rows_are_handed_over_in_order_until_somebody_stops_it(small):
    seen = []
    small.each_batch(
        "select customer_no from events where customer_no < $end",
        {"end": 5},
        lambda batch: seen.extend(batch.column(0).to_pylist()),
    )
    assert seen == [0, 1, 2, 3, 4]
    cancellation = Cancellation()
    rows = "select a.range from range(10000000) as a, range(1000000) as b"
    with pytest.raises(CancelledError):
        small.each_batch(rows, {}, lambda _: cancellation.cancel(), cancellation)


def test_what_fails_while_rows_are_handed_over_is_told_without_values(small):
    rows = "select if(range < 4000, range, $text::integer) as x from range(9000)"
    with pytest.raises(DatasetError) as refusal:
        small.each_batch(rows, {"text": "a secret"}, lambda _: None)
    assert refusal.value.code == "query_failed"
    assert "secret" not in str(refusal.value)


def test_a_question_that_takes_too_long_is_stopped_with_a_remedy(small):
    hurried = Dataset(small.path, Limits(seconds=1))
    with pytest.raises(DatasetError) as refusal:
        hurried.frame(ENDLESS)
    assert refusal.value.code == "query_too_slow"
    hurried.close()


def test_what_the_engine_cannot_do_is_told_without_values(small):
    with pytest.raises(DatasetError) as refusal:
        small.frame("select $text::integer as x", {"text": "a secret"})
    assert refusal.value.code == "query_failed"
    assert "secret" not in str(refusal.value)
    closed = Dataset(small.path)
    closed.close()
    with pytest.raises(DatasetError):
        closed.frame("select 1")


def test_cancelling_one_leaves_the_other_alone(small):
    cancellation = Cancellation()
    with ThreadPoolExecutor(2) as pool:
        stopped = pool.submit(small.frame, ENDLESS, None, cancellation)
        other = pool.submit(
            small.frame, "select count(*) as n from range(30000000) where range % 7 = 0"
        )
        time.sleep(0.2)
        cancellation.cancel()
        assert other.result()["n"].tolist() == [4285715]
        with pytest.raises(CancelledError):
            stopped.result()


def test_threads_get_their_own_rows(small):
    def count(number: int) -> bool:
        frame = small.frame("select $n as n, count(*) as c from events", {"n": number})
        return (frame["n"].tolist(), frame["c"].tolist()) == ([number], [20])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(count, range(200)))


def test_threads_that_ask_the_same_get_the_same(small):
    fresh = Dataset(small.path)
    barrier = threading.Barrier(4)

    def asked(number: int):
        barrier.wait()
        spec = Retention() if number % 2 else Lifecycle()
        return ask(fresh, spec, Filters(breakdown="plan")).frame

    for _ in range(3):
        with ThreadPoolExecutor(4) as pool:
            frames = list(pool.map(asked, range(4)))
        pd.testing.assert_frame_equal(frames[0], frames[2])
        pd.testing.assert_frame_equal(frames[1], frames[3])
        fresh.close()
        fresh = Dataset(small.path)
    fresh.close()


def test_kept_tables_are_bounded_and_come_back_when_asked_again(small, monkeypatch):
    monkeypatch.setattr("holdfast.dataset._KEPT_TABLES", 5)
    fresh = Dataset(small.path)
    first = Filters((AttributeIn("plan", ("p0",)),))
    before = ask(fresh, Retention(), first).frame
    for number in range(8):
        some = Filters((AttributeIn("plan", ("p1", f"x{number}")),))
        ask(fresh, Retention(), some)
    kept = fresh.frame(
        "select count(*) as n from duckdb_tables() where database_name = 'memory'"
    )
    assert kept["n"].tolist() == [5]
    again = retention.answer(fresh, Retention(), first).frame
    pd.testing.assert_frame_equal(again, before)
    fresh.close()


def test_kept_results_are_bounded(small):
    fresh = Dataset(small.path)
    for number in range(1000):
        fresh.keep(number, number)
    assert fresh.recall(999) == 999
    assert fresh.recall(0) is None
    fresh.close()


def test_an_answer_is_kept_for_the_same_question_only(small):
    one = ask(small, Retention(), Filters(breakdown="plan"))
    assert ask(small, Retention(), Filters(breakdown="plan")) is one
    assert ask(small, Retention(), Filters()) is not one
    assert ask(small, Lifecycle(), Filters(breakdown="plan")) is not one


def test_the_fingerprint_tells_datasets_apart(small, tmp_path):
    other = dataset_of(tmp_path, events=[("ann", "x", "2025-01-01")])
    assert other.fingerprint != small.fingerprint
    assert Dataset(small.path).fingerprint == small.fingerprint


def test_an_older_dataset_without_the_mark_of_pure_dates_can_be_read(tmp_path):
    made = dataset_of(tmp_path, events=[("ann", "x", "2025-01-01")])
    assert made.observed["events"].is_dated
    made.close()
    with duckdb.connect(str(made.path)) as older:
        older.execute("alter table observed drop column is_dated")
    assert not Dataset(made.path).observed["events"].is_dated
