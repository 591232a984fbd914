"""Who is in view where a filter or the breakdown names a saved segment."""

import pytest

from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters, InSegment, read_filters
from holdfast.population import check_filters, population
from holdfast.questions import ask
from holdfast.questions.lifecycle import Lifecycle
from tests.unit.test_population import in_view
from tests.worlds import dataset_of, made_earlier, mapped, segment_of

HOSTILE = '\'; drop table customers; -- "$saved_0"\nfrom visits'


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    rows = [
        ("ann", "pro", "acme"),
        ("bob", "free", "acme"),
        ("cat", "free", "zeta"),
        ("dan", "pro", ""),
        ("eve", "free", ""),
    ]
    dataset = dataset_of(
        tmp_path_factory.mktemp("people"),
        customers=[
            {
                "customer_id": name,
                "plan": plan,
                "account_id": account,
                "signed_up_at": "2025-01-01",
            }
            for name, plan, account in rows
        ],
        events=[("ann", "login", "2025-01-10"), ("eve", "login", "2025-03-10")],
    )
    dataset.take_segments(
        [
            segment_of("first", "ann", "bob", "gone"),
            segment_of(HOSTILE, "bob", "dan"),
            segment_of("nobody"),
            segment_of("many", *(f"x{number}" for number in range(2_000)), "eve"),
        ]
    )
    return dataset


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (['in "first"'], "ab"),
        (['not in "first"'], "cde"),
        ([str(InSegment(HOSTILE))], "bd"),
        ([str(InSegment(HOSTILE, is_excluded=True))], "ace"),
        (['in "first"', str(InSegment(HOSTILE))], "b"),
        (['in "first"', str(InSegment(HOSTILE, is_excluded=True))], "a"),
        (['in "first"', "plan=free"], "b"),
        (['not in "first"', "did login"], "e"),
        (['in "nobody"'], ""),
        (['not in "nobody"'], "abcde"),
        (['in "many"'], "e"),
    ],
)
def test_who_is_in_view(people, filters, names):
    groups = in_view(people, read_filters(filters))
    assert "".join(each[0] for found in groups.values() for each in found) == names


def test_an_account_is_in_it_if_one_of_its_customers_is(people):
    def accounts(*texts):
        return in_view(people, read_filters(texts), "account")

    assert accounts('in "first"') == {"All": ["acme"]}
    assert accounts(str(InSegment(HOSTILE))) == {"All": ["acme"]}
    # Of an account that is not in it, nobody is.
    assert accounts('not in "first"') == {"All": ["zeta"]}
    assert accounts('in "first"', "plan=free") == {"All": ["acme"]}
    found = population(people, read_filters([str(InSegment(HOSTILE))]), "account")
    assert (found.units, found.without_account) == (1, 1)


def test_a_segment_can_be_set_against_the_rest(people):
    assert in_view(people, read_filters([], 'in "first"')) == {
        "In “first”": ["ann", "bob"],
        "Not in “first”": ["cat", "dan", "eve"],
    }
    assert in_view(people, read_filters(["plan=free"], str(InSegment(HOSTILE)))) == {
        f"In “{HOSTILE}”": ["bob"],
        f"Not in “{HOSTILE}”": ["cat", "eve"],
    }
    # dan is in it and has no account; bob is, so all of acme is.
    by_account = read_filters([], str(InSegment(HOSTILE)))
    assert in_view(people, by_account, "account") == {
        f"In “{HOSTILE}”": ["acme"],
        f"Not in “{HOSTILE}”": ["zeta"],
    }


def test_other_customers_under_the_name_are_another_population(tmp_path):
    dataset = dataset_of(
        tmp_path,
        customers=[("ann", "2025-01-01"), ("bob", "2025-01-01")],
        events=[("ann", "x", "2025-01-10"), ("bob", "x", "2025-02-10")],
    )
    filters = Filters((InSegment("some"),))
    dataset.take_segments([segment_of("some", "ann")])
    before = population(dataset, filters)
    assert ask(dataset, Lifecycle(), filters).n == 1
    dataset.take_segments([segment_of("some", "ann")])
    assert population(dataset, filters) is before
    dataset.take_segments([segment_of("some", "ann", "bob")])
    assert population(dataset, filters).key != before.key
    assert ask(dataset, Lifecycle(), filters).n == 2
    dataset.take_segments([])
    with pytest.raises(SpecError) as refusal:
        ask(dataset, Lifecycle(), filters)
    assert refusal.value.code == "unknown_segment"


@pytest.mark.parametrize(
    ("filters", "remedy"),
    [
        (read_filters(['in "firts"']), "Did you mean first?"),
        (read_filters(['not in "firts"']), "Did you mean first?"),
        (read_filters([], 'in "firts"'), "Did you mean first?"),
    ],
)
def test_a_segment_that_is_none_is_told_with_near_names(people, filters, remedy):
    problem = check_filters(people, filters)
    assert problem is not None
    assert (problem.code, problem.remedy) == ("unknown_segment", remedy)
    assert check_filters(people, read_filters(['in "first"'], 'in "many"')) is None


def test_an_attribute_may_be_called_like_a_segment(tmp_path):
    dataset = dataset_of(
        tmp_path,
        customers=[
            {"customer_id": "ann", "signed_up_at": "2025-01-01", 'in "x"': "yes"},
            {"customer_id": "bob", "signed_up_at": "2025-01-01", 'in "x"': "no"},
        ],
    )
    assert in_view(dataset, Filters(breakdown='in "x"')) == {
        "no": ["bob"],
        "yes": ["ann"],
    }


def test_tables_of_an_earlier_version_cannot_tell(tmp_path):
    columns = {"id": "customer_id", "day": "signed_up_at"}
    text = "id,day\nann,2025-01-01\n"
    workspace = mapped(tmp_path, (("people.csv", "customers", columns, text),))
    made_earlier(workspace)
    path = workspace.dataset_path()
    assert path is not None
    dataset = Dataset(path)
    dataset.take_segments([segment_of("some", "ann")])
    problem = check_filters(dataset, Filters((InSegment("some"),)))
    assert problem is not None
    assert problem.code == "earlier_dataset"
    assert check_filters(dataset, Filters()) is None
