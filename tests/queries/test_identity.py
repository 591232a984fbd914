"""Which ids are one customer: literal files in, whole tables of the dataset out."""

import duckdb
import pytest

from tests.worlds import mapped

ROLES = {
    "id": "customer_id",
    "email": "email",
    "other": "other_id",
    "plan": "plan",
    "event": "event",
    "happened": "happened_at",
    "ordered": "ordered_at",
    "started": "started_at",
    "kind": "kind",
    "answered": "answered_at",
    "referrer": "referred_by",
    "order": "order_id",
    "quantity": "quantity",
    "price": "unit_price",
}


@pytest.fixture
def world(tmp_path):
    """Return how to load ``feed: text`` files in order and ask the dataset."""

    def load(*files: tuple[str, str], settings=None, folder="world"):
        (tmp_path / folder).mkdir()
        named = []
        for number, (feed, text) in enumerate(files):
            columns = text.partition("\n")[0].split(",")
            roles = {column: ROLES[column] for column in columns}
            named.append((f"{number} {feed}.csv", feed, roles, text))
        workspace = mapped(tmp_path / folder, named, settings)
        dataset = duckdb.connect(str(workspace.dataset_path()), read_only=True)
        names = {each.id: each.name[0] for each in workspace.status().sources}

        def ask(sql):
            return [
                tuple(names.get(cell, cell) for cell in row)
                for row in dataset.execute(sql).fetchall()
            ]

        return ask

    return load


EVENTS = (
    "events",
    "id,event,happened\nu1,open,2024-01-02\nu2,open,2024-01-03\nu3,open,2024-01-04\n",
)
PEOPLE = ("customers", "id,email\nu1,Ann@x.com\nu2, bob@x.com \nu3,\n")


def test_ids_are_matched_by_email_whatever_its_case_and_blanks(world):
    ask = world(
        EVENTS,
        PEOPLE,
        (
            "subscriptions",
            "id,email,started\ncus_1,ann@X.com,2024-01-05\ncus_9,,2024-01-06\n",
        ),
    )
    assert ask("select customer_no, customer_id, email from customers") == [
        (0, "u1", "ann@x.com"),
        (1, "u2", "bob@x.com"),
        (2, "u3", None),
        (3, "cus_9", None),
    ]
    assert ask("from identities") == [(0, "cus_1", "e-mail")]
    assert ask("select customer_no, started_on::text from subscriptions") == [
        (0, "2024-01-05"),
        (3, "2024-01-06"),
    ]
    assert sorted(ask("from matches")) == [
        ("0", "1", 3, 3, 0, 0),
        ("0", "2", 3, 0, 0, 1),
        ("1", "0", 3, 3, 0, 0),
        ("1", "2", 3, 0, 0, 1),
        ("2", "0", 2, 0, 0, 1),
        ("2", "1", 2, 0, 0, 1),
    ]
    assert ask("from ambiguities") == []


def test_rows_with_nothing_but_an_email_find_their_customer(world):
    ask = world(
        PEOPLE,
        (
            "responses",
            "email,kind,answered\nANN@x.com,nps,2024-01-05\nzoe@x.com,nps,2024-01-06\n"
            ",nps,2024-01-07\n",
        ),
        ("orders", "email,ordered\nbob@x.com,2024-01-02\nnew@x.com,2024-01-03\n"),
    )
    assert ask("select customer_no, customer_id from customers") == [
        (0, "u2"),
        (1, "new@x.com"),
        (2, "u1"),
        (3, "u3"),
    ]
    # Zoe only answers: she is no customer, and nor is nobody.
    assert ask("select customer_no, answered_on::text from responses") == [
        (2, "2024-01-05"),
        (None, "2024-01-06"),
        (None, "2024-01-07"),
    ]
    assert sorted(ask("from appearances"), key=str) == [
        ("0", 0, None, None, 1),
        ("0", 2, None, None, 1),
        ("0", 3, None, None, 1),
        ("1", 2, "ann@x.com", None, 1),
        ("1", None, "zoe@x.com", "zoe@x.com", 1),
        ("1", None, None, None, 1),
        ("2", 0, "bob@x.com", None, 1),
        ("2", 1, None, None, 1),
    ]


def test_an_address_that_several_ids_of_one_file_have_matches_nobody(world):
    files = (
        ("customers", "id,email\nu1,team@x.com\nu2,team@x.com\nu3,c@x.com\n"),
        (
            "subscriptions",
            "id,email,started\ncus_1,team@x.com,2024-01-05\ncus_3,c@x.com,2024-01-06\n",
        ),
    )
    ask = world(*files)
    assert ask("select customer_id from customers order by customer_id") == [
        ("cus_1",),
        ("u1",),
        ("u2",),
        ("u3",),
    ]
    assert ask("from ambiguities") == [
        ("0", "team@x.com", "u1"),
        ("0", "team@x.com", "u2"),
    ]


@pytest.mark.parametrize(
    ("matching", "customers"), [("always", ["u1", "u3"]), ("off", None)]
)
def test_what_an_address_proves_is_a_setting(world, matching, customers):
    ask = world(
        ("customers", "id,email\nu1,team@x.com\nu2,team@x.com\nu3,c@x.com\n"),
        (
            "subscriptions",
            "id,email,started\ncus_1,team@x.com,2024-01-05\ncus_3,c@x.com,2024-01-06\n",
        ),
        settings={"email_matching": matching},
    )
    everybody = ["cus_1", "cus_3", "u1", "u2", "u3"]
    found = ask("select customer_id from customers order by customer_id")
    assert [row[0] for row in found] == (customers or everybody)
    assert ask("from ambiguities") == []


def test_a_chain_of_addresses_does_not_join_what_one_file_keeps_apart(world):
    # cus_1 had both addresses: it is either u1 or u2, and nobody can say which.
    ask = world(
        ("customers", "id,email\nu1,a@x.com\nu2,b@x.com\nu3,c@x.com\n"),
        (
            "orders",
            "id,email,ordered\ncus_1,a@x.com,2024-01-05\ncus_1,b@x.com,2024-01-06\n"
            "cus_3,c@x.com,2024-01-07\n",
        ),
    )
    assert ask("select customer_id from customers order by customer_id") == [
        ("cus_1",),
        ("u1",),
        ("u2",),
        ("u3",),
    ]
    assert ask("from identities") == [
        (0, "b@x.com", "beside an id"),
        (1, "cus_3", "e-mail"),
    ]
    assert ask("from ambiguities") == [
        ("0", "a@x.com", "u1"),
        ("0", "b@x.com", "u2"),
        ("1", "a@x.com", "cus_1"),
        ("1", "b@x.com", "cus_1"),
    ]


def test_a_pair_of_an_id_and_its_own_address_joins_nobody_else(world):
    files = (
        ("customers", "id,email\nu1,a@x.com\nu2,b@x.com\n"),
        (
            "orders",
            "id,email,ordered\nM1,a@x.com,2024-01-05\nM1,b@x.com,2024-01-06\n",
        ),
    )
    pairs = ("identities", "id,other\nu1,a@x.com\n")
    ask = world(*files, pairs)
    assert ask("select customer_id from customers order by customer_id") == [
        ("M1",),
        ("u1",),
        ("u2",),
    ]


def test_who_referred_may_be_named_by_an_address_in_any_case(world):
    ask = world(
        ("customers", "id,email,referrer\nu1,a@x.com,\nu2,b@x.com,A@X.com\n"),
        ("orders", "email,ordered\na@x.com,2024-01-05\n"),
    )
    assert ask("select customer_id, referred_by from customers") == [
        ("u1", None),
        ("u2", "u1"),
    ]


def test_addresses_beside_an_id_are_known_even_where_they_match_nobody(world):
    ask = world(
        ("customers", "id,email\nu1,a@x.com\n"),
        ("orders", "id,email,ordered\nu1,B@x.com,2024-01-05\n"),
    )
    assert ask("from identities") == [(0, "b@x.com", "beside an id")]


def test_a_match_that_a_mapping_file_made_is_called_so(world):
    ask = world(
        ("customers", "id,email\nu1,a@x.com\n"),
        ("events", "id,email,event,happened\nC1,a@x.com,open,2024-01-02\n"),
        ("orders", "id,ordered\nD1,2024-01-05\n"),
        ("identities", "id,other\nC1,D1\n"),
    )
    rows = ask("from matches where source = '1' and other_source = '2'") + ask(
        "from matches where 1 = 1"
    )
    assert ("1", "2", 1, 0, 1, 0) in rows
    assert ("0", "1", 1, 0, 0, 1) in rows


def test_an_id_that_is_an_address_may_change_and_is_followed(world):
    ask = world(
        (
            "events",
            "id,event,happened\nOld@x.com,open,2024-01-02\nnew@x.com,open,2024-02-02\n",
        ),
        (
            "orders",
            "id,email,ordered\nc1,old@x.com,2024-01-05\nc1,new@x.com,2024-02-06\n",
        ),
    )
    assert ask("select customer_id from customers") == [("c1",)]
    assert ask("select customer_no, happened_on::text from events") == [
        (0, "2024-01-02"),
        (0, "2024-02-02"),
    ]
    assert ask("from identities") == [
        (0, "Old@x.com", "e-mail"),
        (0, "new@x.com", "e-mail"),
    ]


def test_a_mapping_file_joins_ids_whatever_files_say(world):
    ask = world(
        PEOPLE,
        EVENTS,
        ("subscriptions", "id,started\ncus_3,2024-01-05\ncus_4,2024-01-06\n"),
        ("identities", "id,other\nu3,cus_3\nu2,u1\ncus_5,nobody\n"),
    )
    assert ask("select customer_no, customer_id from customers") == [
        (0, "u1"),
        (1, "u3"),
        (2, "cus_4"),
    ]
    assert ask("from identities") == [
        (0, "ann@x.com", "beside an id"),
        (0, "u2", "mapping file"),
        (1, "cus_3", "mapping file"),
    ]
    assert ask("select customer_no, happened_on::text from events") == [
        (0, "2024-01-02"),
        (0, "2024-01-03"),
        (1, "2024-01-04"),
    ]
    # Of the two people in the events one pays, found by the mapping file.
    assert sorted(ask("from matches where '3' not in (source, other_source)")) == [
        ("0", "1", 2, 2, 0, 0),
        ("0", "2", 2, 0, 1, 0),
        ("1", "0", 2, 2, 0, 0),
        ("1", "2", 2, 0, 1, 0),
        ("2", "0", 2, 0, 1, 0),
        ("2", "1", 2, 0, 1, 0),
    ]


def test_an_address_found_by_a_mapping_file_finds_more(world):
    ask = world(
        ("events", "id,event,happened\nu1,open,2024-01-02\n"),
        ("identities", "id,other\nu1,Ann@x.com\n"),
        ("responses", "email,kind,answered\nann@x.com,nps,2024-01-05\n"),
        ("orders", "id,email,ordered\nc1,ann@x.com,2024-01-03\n"),
    )
    assert ask("select customer_id from customers") == [("u1",)]
    assert ask("select customer_no from responses") == [(0,)]
    assert ask("from identities") == [
        (0, "ann@x.com", "mapping file"),
        (0, "c1", "e-mail"),
    ]


def test_attributes_of_several_descriptions_are_brought_together(world):
    ask = world(
        ("customers", "id,email,referrer\nu1,a@x.com,\nu2,b@x.com,c1\n"),
        ("customers", "id,email\nc1,a@x.com\n"),
    )
    assert ask("select customer_id, referred_by from customers") == [
        ("u1", None),
        ("u2", "u1"),
    ]


def test_lines_of_one_order_may_name_the_customer_differently(world):
    ask = world(
        ("customers", "id,email\nu1,a@x.com\n"),
        (
            "order_lines",
            "id,email,order,ordered,quantity,price\n"
            "u1,,o1,2024-01-05,1,5\n,a@x.com,o1,2024-01-05,2,10\n",
        ),
    )
    assert ask("select customer_no, order_id, amount, lines from orders") == [
        (0, "o1", 25, 2)
    ]


def test_a_long_chain_of_pairs_is_one_customer(world):
    pairs = "".join(f"p{i},p{i + 1}\n" for i in range(5_000))
    ask = world(
        ("events", "id,event,happened\np0,open,2024-01-02\np5000,open,2024-01-03\n"),
        ("identities", f"id,other\n{pairs}"),
    )
    assert ask("select customer_id from customers") == [("p0",)]
    assert ask("from identities") == [(0, "p5000", "mapping file")]


def test_the_order_of_rows_changes_nothing(world):
    people = ["u1,a@x.com", "u2,b@x.com", "u3,", "u4,d@x.com"]
    orders = ["c1,a@x.com,2024-01-05", "c2,b@x.com,2024-01-06", "c4,d@x.com,2024-01-07"]

    def tables(folder, step):
        ask = world(
            ("customers", "\n".join(["id,email", *people[::step]])),
            ("orders", "\n".join(["id,email,ordered", *orders[::step]])),
            folder=folder,
        )
        return [ask(f"from {each}") for each in ("customers", "identities", "orders")]

    once = tables("once", 1)
    assert once == tables("again", -1)
    assert len(once[1]) == 3


def test_an_id_is_found_by_each_address_that_its_events_have(world):
    ask = world(
        (
            "events",
            "id,email,event,happened\nu1,b@x.com,open,2024-01-02\n"
            "u1,A@x.com,open,2024-01-03\nu1,a@x.com,open,2024-01-04\n"
            "u1,,open,2024-01-01\n,c@x.com,open,2024-01-05\n",
        ),
        ("orders", "id,email,ordered\nw1,b@x.com,2024-01-06\n"),
        ("subscriptions", "id,email,started\ns1,a@x.com,2024-01-07\n"),
    )
    assert ask(
        "select customer_no, customer_id, email, first_seen_at::text from customers"
    ) == [
        (0, "u1", "a@x.com", "2024-01-01 00:00:00"),
        (1, "c@x.com", "c@x.com", "2024-01-05 00:00:00"),
    ]
    assert ask("from identities") == [
        (0, "b@x.com", "beside an id"),
        (0, "s1", "e-mail"),
        (0, "w1", "e-mail"),
    ]
    appearances = ask("select source, customer_no, given_id, rows from appearances")
    assert sorted(appearances, key=str) == [
        ("0", 0, None, 4),
        ("0", 1, None, 1),
        ("1", 0, "w1", 1),
        ("2", 0, "s1", 1),
    ]
