import pytest

from tests.worlds import made_earlier, mapped

PEOPLE = (
    "people.csv",
    "customers",
    {"id": "customer_id", "mail": "email"},
    "id,mail\nu1,a@x.com\nu2,team@x.com\nu3,team@x.com\n<b>u4</b>,\n",
)
MONEY = (
    "money.csv",
    "payments",
    {"customer": "customer_id", "mail": "email", "day": "charged_at"},
    "customer,mail,day\ncus_1,A@x.com,2024-01-05\ncus_2,,2024-01-06\n",
)


@pytest.fixture
def data(app, tmp_path):
    """Return the Data page on files whose people are partly the same."""
    mapped(tmp_path, (PEOPLE, MONEY))
    return app(tmp_path / "workspace", "data").run()


def table(page, key):
    return next(each for each in page.dataframe if key in each.proto.id).value


def words(page):
    return [each.value.replace("\\", "") for each in page.markdown]


def test_each_file_says_how_many_of_its_people_are_in_another(data):
    assert not data.exception
    rows = table(data, "data_match_rows")
    assert rows.values.tolist() == [["money.csv", 2, 0.5, 1, 0, 0, 1]]
    sentence = (
        "Fewest are found of the people in money.csv: 1 of 2 (50%) are in people.csv."
    )
    assert sentence in words(data)


def test_another_file_can_be_looked_into(data):
    box = next(box for box in data.selectbox if "data_matches" in box.key)
    box.select_index(1).run()
    rows = table(data, "data_match_rows")
    assert rows.values.tolist() == [["people.csv", 4, 0.25, 3, 0, 0, 1]]


def test_addresses_that_prove_nothing_are_offered(data):
    assert any("were not used" in box.label for box in data.expander)


def test_one_file_alone_is_compared_with_nothing(app, tmp_path):
    mapped(tmp_path, (MONEY,))
    page = app(tmp_path / "workspace", "data").run()
    assert not page.exception
    assert "Who is who" not in [each.value for each in page.subheader]


def test_tables_of_an_earlier_version_are_made_anew_by_a_button(app, tmp_path):
    workspace = mapped(tmp_path, (PEOPLE, MONEY))
    made_earlier(workspace)
    page = app(workspace.path, "data").run()
    assert not page.exception
    assert any("earlier version" in each.value for each in page.info)
    assert "Who is who" not in [each.value for each in page.subheader]
    page = page.button(key="data_renew").click().run()
    assert not page.exception
    assert [each.value for each in page.error] == []
    assert not any("earlier version" in each.value for each in page.info)
    rows = table(page, "data_match_rows")
    assert rows.values.tolist() == [["money.csv", 2, 0.5, 1, 0, 0, 1]]
