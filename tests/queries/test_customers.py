from holdfast.query import load
from tests.worlds import dataset_of

PEOPLE = [
    {"customer_id": "ann", "email": "ann@a.example", "plan": "pro", "seats": 3},
    {"customer_id": "bob", "email": "bob@b.example", "plan": "", "seats": 12},
    {"customer_id": "eve", "email": "eve@e.example", "plan": "free", "seats": 1},
]


def known(dataset, *attributes):
    frame = dataset.frame(
        load("customers").text,
        {"ids": ["bob", "ann", "nobody"], "attributes": list(attributes)},
    )
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_what_is_known_of_the_customers_asked_for_is_listed(tmp_path):
    dataset = dataset_of(tmp_path, customers=PEOPLE)
    # bob has no plan, so there is no row for it; eve was not asked for
    assert known(dataset, "plan", "email", "seats") == [
        ("ann", "email", "ann@a.example"),
        ("ann", "plan", "pro"),
        ("ann", "seats", "3.0"),
        ("bob", "email", "bob@b.example"),
        ("bob", "seats", "12.0"),
    ]


def test_an_attribute_that_nobody_has_gives_no_rows(tmp_path):
    dataset = dataset_of(tmp_path, customers=PEOPLE)
    assert known(dataset, "referred_by", "no_such_column") == []
