"""What a later file, or another id of the customer, tells again counts once."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from holdfast.dataset import Dataset
from holdfast.exports.mapping import Condition, FeedMapping, SourceMapping
from holdfast.workspace import Workspace
from tests.worlds import table

ROLES: Mapping[str, Mapping[str, str]] = {
    "customers": {"id": "customer_id", "mail": "email"},
    "events": {"id": "customer_id", "what": "event", "time": "happened_at"},
    "orders": {
        "order": "order_id",
        "id": "customer_id",
        "day": "ordered_at",
        "amount": "amount",
        "back": "refunded",
    },
    "order_lines": {
        "order": "order_id",
        "id": "customer_id",
        "day": "ordered_at",
        "units": "quantity",
        "price": "unit_price",
        "total": "order_total",
        "back": "refunded",
    },
    "subscriptions": {
        "sub": "subscription_id",
        "id": "customer_id",
        "start": "started_at",
        "end": "ended_at",
        "plan": "plan",
        "price": "price",
        "seats": "quantity",
    },
    "payments": {
        "pay": "payment_id",
        "id": "customer_id",
        "day": "charged_at",
        "amount": "amount",
    },
    "responses": {
        "answer": "response_id",
        "id": "customer_id",
        "kind": "kind",
        "time": "answered_at",
        "score": "score",
    },
    "tickets": {"ticket": "ticket_id", "id": "customer_id", "day": "opened_at"},
    "touches": {
        "id": "customer_id",
        "test": "experiment",
        "arm": "variant",
        "day": "touched_at",
    },
}


@pytest.fixture
def told(tmp_path):
    """Return how to load (feed, text) one after the other: ``told(*files)``.

    Rows whose column ``state`` says void are left out.
    """

    def load(*files: tuple[str, str]) -> Dataset:
        workspace = Workspace.create(tmp_path / "workspace")
        inspections = []
        for number, (feed, text) in enumerate(files, start=1):
            path: Path = tmp_path / f"file {number}.csv"
            path.write_text("\n".join(text.split()) + "\n", encoding="utf-8")
            header = text.split()[0].split(",")
            roles = {ROLES[feed][each]: (each,) for each in header if each != "state"}
            where = (Condition("state", ("void",)),) if "state" in header else ()
            mapping = SourceMapping(feed, (FeedMapping(feed, roles, where=where),))
            inspections.append(replace(workspace.inspect(path), mapping=mapping))
        workspace.load(inspections)
        dataset = workspace.dataset_path()
        assert dataset is not None
        return Dataset(dataset)

    return load


def rows(dataset: Dataset, columns: str, source: str):
    """Return a whole table, its rows in order of the columns."""
    frame = dataset.frame(f"select {columns} from {source} order by all")
    return table(frame, *frame.columns)


def accounts(dataset: Dataset):
    """Return rows read, imported, rejected and duplicates of each file."""
    frame = dataset.frame("from source_rows order by name")
    return table(frame, "rows_read", "imported", "rejected", "duplicates")


def test_a_later_file_tells_the_lines_of_an_order_anew(told):
    head = "order,id,day,units,price,total,back\n"
    dataset = told(
        (
            "order_lines",
            f"""{head}
            1,ann,2024-01-05,2,20,100,0
            1,ann,2024-01-05,1,60,,
            2,bob,2024-01-06,1,50,50,0""",
        ),
        (
            # Order 2 has another total and a refund, order 1 comes after it.
            "order_lines",
            f"""{head}
            3,cyd,2024-02-06,1,30,30,0
            2,bob,2024-01-06,1,40,40,10
            1,ann,2024-01-05,2,20,100,5
            1,ann,2024-01-05,1,60,,""",
        ),
    )
    columns = "order_id, amount::double, refunded::double, quantity, lines"
    assert rows(dataset, columns, "orders") == [
        ("1", 100.0, 5.0, 3.0, 2),
        ("2", 40.0, 10.0, 1.0, 1),
        ("3", 30.0, 0.0, 1.0, 1),
    ]
    assert accounts(dataset) == [(3, 0, 0, 3), (4, 4, 0, 0)]


def test_refunds_of_the_lines_add_up_and_the_orders_own_counts_once(told):
    dataset = told(
        (
            "order_lines",
            """order,id,day,units,price,total,back
            each,ann,2024-01-05,1,20,50,5
            each,ann,2024-01-05,1,30,50,7
            one,ann,2024-01-05,1,20,50,5
            one,ann,2024-01-05,1,30,50,
            own,ann,2024-01-05,1,20,50,8
            own,ann,2024-01-05,1,30,50,8""",
        )
    )
    assert rows(dataset, "order_id, amount::double, refunded::double", "orders") == [
        ("each", 50.0, 12.0),
        ("one", 50.0, 5.0),
        ("own", 50.0, 8.0),
    ]


@pytest.mark.parametrize(
    ("feed", "counted", "first", "second"),
    [
        (
            "orders",
            "orders",
            "order,id,day,amount,state x,ann,2024-01-05,10, y,ann,2024-01-06,20,",
            "order,id,day,amount,state x,ann,2024-01-05,10,void z,ann,2024-01-07,1,",
        ),
        (
            "order_lines",
            "orders",
            "order,id,day,units,state x,ann,2024-01-05,1, y,ann,2024-01-05,1,",
            "order,id,day,units,state x,ann,2024-01-05,1,void z,ann,2024-01-05,1,",
        ),
        (
            "payments",
            "payments",
            "pay,id,day,amount,state x,ann,2024-01-05,10, y,ann,2024-01-06,20,",
            "pay,id,day,amount,state x,ann,2024-01-05,10,void z,ann,2024-01-07,1,",
        ),
        (
            "subscriptions",
            "subscriptions",
            "sub,id,start,state x,ann,2024-01-05, y,ann,2024-01-06,",
            "sub,id,start,state x,ann,2024-01-05,void z,ann,2024-01-07,",
        ),
        (
            "tickets",
            "tickets",
            "ticket,id,day,state x,ann,2024-01-05, y,ann,2024-01-06,",
            "ticket,id,day,state x,ann,2024-01-05,void z,ann,2024-01-07,",
        ),
    ],
)
def test_what_a_later_file_leaves_out_supersedes_what_was_taken(
    told, feed, counted, first, second
):
    dataset = told((feed, first), (feed, second))
    id_column = {"orders": "order_id"}.get(counted, f"{counted[:-1]}_id")
    assert rows(dataset, id_column, counted) == [("y",), ("z",)]
    assert accounts(dataset) == [(2, 1, 0, 1), (2, 1, 1, 0)]


def test_what_is_left_out_supersedes_nothing_of_its_own_or_a_later_file(told):
    head = "order,id,day,units,price,state"
    dataset = told(
        ("order_lines", f"{head} 1,ann,2024-01-05,9,9,void 2,ann,2024-01-05,1,7,"),
        ("order_lines", f"{head} 1,ann,2024-01-05,1,9, 1,ann,2024-01-05,1,5,void"),
    )
    assert rows(dataset, "order_id, amount::double, lines", "orders") == [
        ("1", 9.0, 1),
        ("2", 7.0, 1),
    ]
    assert accounts(dataset) == [(2, 1, 1, 0), (2, 1, 1, 0)]


def test_periods_without_an_id_are_one_when_alike_and_the_one_that_ended_counts(told):
    dataset = told(
        (
            "subscriptions",
            """id,start,end,plan,price,seats
            a,2024-01-01,2024-03-01,pro,10,1
            a,2024-01-01,,pro,10,1
            a,2024-01-01,,pro,10,1
            b,2024-01-01,,pro,10,1
            b,2024-01-01,,pro,30,1
            c,2024-01-01,,pro,10,1
            c,2024-01-01,,pro,10,2""",
        ),
        (
            "subscriptions",
            "id,start,end,plan,price,seats b,2024-01-01,2024-04-01,pro,30,1",
        ),
    )
    columns = "customer_id, ended_on, price::double, quantity"
    assert rows(
        dataset, columns, "subscriptions join customers using (customer_no)"
    ) == [
        ("a", "2024-03-01", 10.0, 1.0),
        ("b", "2024-04-01", 30.0, 1.0),
        ("b", None, 10.0, 1.0),
        ("c", None, 10.0, 1.0),
        ("c", None, 10.0, 2.0),
    ]
    assert accounts(dataset) == [(7, 4, 0, 3), (1, 1, 0, 0)]


def test_an_order_told_as_a_whole_and_by_its_lines_is_one(told):
    dataset = told(
        (
            "orders",
            """order,id,day,amount,back
            1,ann,2024-02-01,12,2
            2,bob,2024-02-02,20,
            3,cyd,2024-02-03,30,""",
        ),
        (
            "order_lines",
            """order,id,day,units,price
            1,ann,2024-02-01,1,4
            1,ann,2024-02-01,3,2
            3,dan,2024-02-03,1,30
            4,ann,2024-02-04,2,5""",
        ),
    )
    columns = "order_id, customer_id, amount::double, refunded::double, quantity, lines"
    assert rows(dataset, columns, "orders join customers using (customer_no)") == [
        ("1", "ann", 12.0, 2.0, 4.0, 2),
        ("2", "bob", 20.0, None, None, 1),
        # Orders of different customers have a number in common.
        ("3", "cyd", 30.0, None, None, 1),
        ("3", "dan", 30.0, None, 1.0, 1),
        ("4", "ann", 10.0, None, 2.0, 1),
    ]
    assert accounts(dataset) == [(3, 3, 0, 0), (4, 4, 0, 0)]


@pytest.mark.parametrize(
    ("feed", "header", "rest"),
    [
        ("events", "id,what,time", "open,2024-01-05"),
        ("orders", "id,day,amount", "2024-01-05,10"),
        ("orders", "id,order,day,amount", "7,2024-01-05,10"),
        ("order_lines", "id,order,day,units,price", "7,2024-01-05,1,10"),
        ("subscriptions", "id,start,plan", "2024-01-05,pro"),
        ("payments", "id,day,amount", "2024-01-05,10"),
        ("responses", "id,kind,time,score", "nps,2024-01-05,9"),
        ("touches", "id,test,arm,day", "t,a,2024-01-05"),
    ],
)
def test_a_row_under_two_ids_of_one_customer_counts_once(told, feed, header, rest):
    dataset = told(
        ("customers", "id,mail C1,a@x.com"),
        (feed, f"{header} C1,{rest}"),
        (feed, f"{header} A@x.com,{rest}"),
        (feed, f"{header} a@x.com,{rest} b@x.com,{rest}"),
    )
    assert sum(duplicates for *_, duplicates in accounts(dataset)) == 2
    counted = "orders" if feed == "order_lines" else feed
    assert rows(dataset, "count(*)", counted) == [(2,)]


def test_ids_that_two_vendors_share_are_told_apart_by_the_customer(told):
    dataset = told(
        ("orders", "order,id,day,amount 1,c,2024-02-01,60 2,d,2024-02-01,60"),
        ("orders", "order,id,day,amount 1,e,2024-03-01,70 2,d,2024-03-01,70"),
    )
    columns = "order_id, customer_id, amount::double"
    assert rows(dataset, columns, "orders join customers using (customer_no)") == [
        ("1", "c", 60.0),
        ("1", "e", 70.0),
        ("2", "d", 70.0),
    ]
    assert accounts(dataset) == [(2, 1, 0, 1), (2, 2, 0, 0)]


def test_answers_are_the_same_by_id_kind_instant_and_who_gave_them(told):
    dataset = told(
        (
            "responses",
            """answer,id,kind,time,score
            1,ann,NPS,2024-01-01,1
            2,bob,nps,2024-01-01,2
            3,cyd,nps,2024-01-01,3
            4,,nps,2024-01-01,4
            5,,nps,2024-01-01,5""",
        ),
        (
            "responses",
            """answer,id,kind,time,score
            1,ann,nps,2024-01-01,6
            2,dan,nps,2024-01-01,7
            3,cyd,nps,2024-05-01,8
            4,eve,nps,2024-01-01,9
            5,,nps,2024-05-01,10""",
        ),
    )
    assert rows(dataset, "response_id, kind, score", "responses") == [
        ("1", "nps", 6.0),
        ("2", "nps", 2.0),
        ("2", "nps", 7.0),
        ("3", "nps", 3.0),
        ("3", "nps", 8.0),
        # That nobody gave is what eve gave, for it has its id and instant.
        ("4", "nps", 9.0),
        ("5", "nps", 5.0),
        ("5", "nps", 10.0),
    ]
    assert accounts(dataset) == [(5, 3, 0, 2), (5, 5, 0, 0)]


def test_tickets_and_payments_of_different_customers_are_never_the_same(told):
    dataset = told(
        ("tickets", "ticket,id,day 1,ann,2024-01-01 2,bob,2024-01-01 3,,2024-01-01"),
        ("tickets", "ticket,id,day 1,cyd,2024-01-02 2,bob,2024-01-01 3,dan,2024-01-01"),
        ("payments", "pay,id,day,amount 1,ann,2024-01-01,1 2,bob,2024-01-01,2"),
        ("payments", "pay,id,day,amount 1,cyd,2024-01-01,3 2,bob,2024-01-01,4"),
    )
    assert rows(dataset, "ticket_id, opened_on", "tickets") == [
        ("1", "2024-01-01"),
        ("1", "2024-01-02"),
        ("2", "2024-01-01"),
        ("3", "2024-01-01"),
    ]
    assert rows(dataset, "payment_id, amount::double", "payments") == [
        ("1", 1.0),
        ("1", 3.0),
        ("2", 4.0),
    ]
    assert accounts(dataset) == [(3, 1, 0, 2), (3, 3, 0, 0), (2, 1, 0, 1), (2, 2, 0, 0)]
