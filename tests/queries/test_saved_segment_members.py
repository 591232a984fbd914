import duckdb
import pytest

from holdfast.dataset import Dataset
from holdfast.filters import Filters, InSegment
from holdfast.query import load
from holdfast.questions import ask
from holdfast.questions.sessions import Sessions
from holdfast.saved_segments import Origin
from holdfast.workspace import Workspace
from tests.worlds import dataset_of, mapped, table

PEOPLE = (
    "people.csv",
    "customers",
    {"id": "customer_id", "mail": "email"},
    "id,mail\nu1,A@x.com\nu2,\nu3,team@x.com\nu4,team@x.com\n",
)
PAIRS = (
    "pairs.csv",
    "identities",
    {"id": "customer_id", "other": "other_id"},
    "id,other\nu2,old2\n",
)
EVENTS = (
    "events.csv",
    "events",
    {"who": "customer_id", "what": "event", "day": "happened_at"},
    "who,what,day\nold2,login,2024-01-05\nB@x.com,login,2024-01-06\n",
)


@pytest.fixture(scope="module")
def joined(tmp_path_factory):
    workspace = mapped(tmp_path_factory.mktemp("joined"), (PEOPLE, PAIRS, EVENTS))
    path = workspace.dataset_path()
    assert path is not None
    return Dataset(path)


def who(dataset, *ids):
    rows = dataset.frame(load("saved_segment_members").text, {"saved_ids": list(ids)})
    customers = dataset.frame("select customer_no, customer_id from customers")
    names = dict(table(customers, "customer_no", "customer_id"))
    found = table(rows, "id", "customer_no")
    return {each: names.get(number) for each, number in found}


def test_an_id_is_whoever_goes_by_it_now(joined):
    assert who(joined, "u1", "u2", "old2", "nobody") == {
        "u1": "u1",
        "u2": "u2",
        # joined to another id since it was saved
        "old2": "u2",
        "nobody": None,
    }


def test_an_address_is_found_in_any_case_and_only_if_one_customer_has_it(joined):
    assert who(joined, "a@X.com", "A@x.com", "b@x.com", "team@x.com") == {
        "a@X.com": "u1",
        "A@x.com": "u1",
        "b@x.com": "B@x.com",
        "team@x.com": None,
    }


def test_no_ids_are_nobody(joined):
    assert who(joined) == {}


def test_an_id_is_first_of_all_its_own(tmp_path):
    # The id of one customer is the other's e-mail address, which nobody matches by.
    dataset = dataset_of(
        tmp_path,
        customers=[
            {"customer_id": "x@x.com", "signed_up_at": "2025-01-01", "email": ""},
            {"customer_id": "c2", "signed_up_at": "2025-01-01", "email": "x@x.com"},
        ],
        email_matching="off",
    )
    assert who(dataset, "x@x.com", "X@x.com") == {"x@x.com": "x@x.com", "X@x.com": None}


def test_the_shown_sql_of_many_ids_runs_in_the_workspaces_folder(tmp_path, monkeypatch):
    ids = [f"c{number}" for number in range(1_200)]
    (tmp_path / "events.csv").write_text(
        "customer_id,event,timestamp\n"
        + "".join(f"{each},use,2025-01-05 10:00\n" for each in ids)
    )
    workspace = Workspace.create(tmp_path / "workspace")
    workspace.load([tmp_path / "events.csv"])
    saved = workspace.segments.save("most", ids[:1_100], Origin())
    path = workspace.dataset_path()
    assert path is not None
    dataset = Dataset(path)
    dataset.take_segments([saved])
    answer = ask(dataset, Sessions(), Filters((InSegment("most"),)))
    dataset.close()
    assert answer.frame["customers"].tolist() == [1_100]
    monkeypatch.chdir(tmp_path / "workspace")
    engine = duckdb.connect(str(path), read_only=True)
    found = engine.execute(answer.sql).df()
    engine.close()
    assert found["customers"].tolist() == [1_100]
