from holdfast.dataset import Dataset
from holdfast.query import load
from holdfast.questions import ask
from holdfast.questions.retention import Retention
from tests.worlds import mapped, table

PEOPLE = {"id": "customer_id"}
EVENTS = {"id": "customer_id", "event": "event", "day": "happened_at"}


def people(name, numbers, prefix="u"):
    rows = "".join(f"{prefix}{number}\n" for number in numbers)
    return (name, "customers", PEOPLE, f"id\n{rows}")


def events(name, numbers, prefix="u"):
    rows = "".join(f"{prefix}{number},open,2024-01-02\n" for number in numbers)
    return (name, "events", EVENTS, f"id,event,day\n{rows}")


def found(folder, *files):
    path = mapped(folder, files).dataset_path()
    assert path is not None
    dataset = Dataset(path)
    frame = dataset.frame(load("strangers").text)
    return dataset, table(frame, "name", "people", "shared")


def test_files_that_tell_of_other_people_are_named(tmp_path):
    dataset, rows = found(
        tmp_path,
        people("crm.csv", range(30), "c"),
        events("app.csv", range(40)),
        events("web.csv", range(5, 35)),
    )
    assert rows == [("crm.csv", 30, 0)]
    caveats = {each.code: each.text for each in ask(dataset, Retention()).caveats}
    assert caveats["strangers"].startswith(
        "Hardly anybody of crm.csv (30 people) is in another file"
    )


def test_half_of_the_smaller_file_is_enough(tmp_path):
    many = people("crm.csv", range(100))
    assert found(tmp_path, many, events("app.csv", range(85, 115)))[1] == []


def test_less_than_half_is_not(tmp_path):
    many = people("crm.csv", range(100))
    rows = found(tmp_path, many, events("app.csv", range(90, 120)))[1]
    assert rows == [("crm.csv", 100, 10), ("app.csv", 30, 10)]


def test_few_people_and_one_file_alone_prove_nothing(tmp_path):
    few = people("crm.csv", range(19), "c")
    rows = found(tmp_path, few, events("app.csv", range(19)))[1]
    assert rows == []
