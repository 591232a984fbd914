from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.errors import SpecError
from holdfast.filters import (
    AttributeIn,
    AttributeRange,
    DidEvent,
    Filters,
    read_filter,
)
from holdfast.population import population, suggestion
from holdfast.query import parameters, with_relations
from holdfast.questions import ask
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.retention import Retention
from tests.worlds import dataset_of

HOSTILE = (
    "moved from presence",
    "'; drop table customers; --",
    'say "hi"',
    "$segments",
    "a\\b",
    "鉄道 ",
    "%",
    "a,b",
    "\u202eright to left",
)
NAMES = (
    'na"me; drop',
    "select",
    "segment_no",
    "Größe 鉄",
    "$x",
    "Leads from visits last year",
    'join population "',
)


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    rows = [
        # name, plan, seats, score, first paid, account, signed up
        ("ann", "pro", 1, 0.5, "2025-01-15", "acme", "2025-01-01"),
        ("bob", "pro", 2, 1.5, "2025-04-15", "acme", "2025-01-02"),
        ("cat", "free", 2, 2.5, "2024-12-31", "zeta", "2025-01-03"),
        ("dan", "Other", 10, 3.5, "", "zeta", "2025-01-04"),
        ("eve", "All", "", 4.5, "2025-01-01", "", "2025-01-05"),
        ("fay", "", 20, "", "2025-06-30", "", "2025-02-06"),
    ]
    names = ("customer_id", "plan", "seats", "score", "paid_on", "account_id")
    return dataset_of(
        tmp_path_factory.mktemp("people"),
        customers=[
            dict(zip((*names, "signed_up_at"), row, strict=True)) for row in rows
        ],
        events=[
            ("ann", "login", "2025-01-10"),
            ("ann", "login", "2025-01-10"),
            ("ann", "login", "2025-02-10"),
            ("bob", "login", "2025-03-10"),
            ("bob", "export", "2025-03-10"),
            ("cat", "export", "2025-04-10"),
            ("gil", "login", "2025-02-01"),
        ],
    )


def in_view(dataset, filters, unit="customer", before=None):
    """Return who is in view as segment to ids."""
    found = population(dataset, filters, unit, before=before)
    read = {
        name: each.kept_rows(name) if each.kept_as else each
        for name, each in found.relations.items()
    }
    relations = {name: each.text for name, each in read.items()}
    text = with_relations(
        relations,
        "with members as (select * from population)"
        " select distinct segments.segment_no, segments.segment,"
        f" {'account_id' if unit == 'account' else 'customer_id'} as id"
        " from members inner join segments on members.segment_no = segments.segment_no"
        " inner join customers on members.customer_no = customers.customer_no"
        " order by all",
    )
    bound = {k: v for each in read.values() for k, v in each.values.items()}
    wanted = parameters(text)
    rows = dataset.frame(text, {k: v for k, v in bound.items() if k in wanted})
    groups: dict[str, list[str]] = {}
    for row in rows.itertuples():
        groups.setdefault(row.segment, []).append(row.id)
    return groups


def names_of(dataset, *texts):
    groups = in_view(dataset, Filters(tuple(map(read_filter, texts))))
    return "".join(name[0] for names in groups.values() for name in names)


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        ([], "abcdefg"),
        # an attribute in a set; a missing value is the value (none)
        (["plan=pro"], "ab"),
        (["plan=pro,free"], "abc"),
        (['plan="(none)"'], "fg"),
        (['plan=pro,"(none)"'], "abfg"),
        (["plan!=pro"], "cdefg"),
        (['plan!="(none)"'], "abcde"),
        (["plan="], ""),
        (["plan!="], "abcdefg"),
        (["plan=Other,All"], "de"),
        (["plan=gold"], ""),
        # whole numbers are written without decimals
        (["seats=2"], "bc"),
        (["score=0.5,1.5"], "ab"),
        (["account_id=acme"], "ab"),
        # ranges include both ends, and who has no value is outside
        (["seats:2..10"], "bcd"),
        (["seats:..2"], "abc"),
        (["seats:10.."], "df"),
        (["seats:.."], "abcdf"),
        (["score:1.5..2.4"], "b"),
        (["paid_on:2025-01-01..2025-01-15"], "ae"),
        (["paid_on:..2024-12-31"], "c"),
        (["paid_on=2025-01-15"], "a"),
        (["joined_on:2025-01-05.."], "efg"),
        # events, at least so often, in some days
        (["did login"], "abg"),
        (["did not login"], "cdef"),
        (["did login>=2"], "a"),
        (["did login>=3"], "a"),
        (["did login>=4"], ""),
        (["did not login>=2"], "bcdefg"),
        (["did login @2025-02-01..2025-02-10"], "ag"),
        (["did login>=2 @2025-01-10..2025-01-10"], "a"),
        (["did login @2025-03-10.."], "b"),
        (["did not login @..2025-01-31"], "bcdefg"),
        # all must hold
        (["plan=pro", "did export"], "b"),
        (["did login", "did not export"], "ag"),
        (["plan!=pro", "plan!=free", "seats:1.."], "df"),
    ],
)
def test_who_is_in_view(people, texts, names):
    assert names_of(people, *texts) == names


def test_segments_by_size_with_missing_last_and_reserved_words_in_quotes(people):
    groups = in_view(people, Filters(breakdown="plan"))
    assert list(groups.items()) == [
        ("pro", ["ann", "bob"]),
        ("free", ["cat"]),
        ("“All”", ["eve"]),
        ("“Other”", ["dan"]),
        ("(none)", ["fay", "gil"]),
    ]
    found = population(people, Filters(breakdown="plan"))
    assert found.segments == ("pro", "free", "“All”", "“Other”", "(none)")
    assert found.units == 7


def test_what_is_too_small_is_folded_into_other(people):
    groups = in_view(people, Filters(breakdown="plan", segments=1))
    assert list(groups.items()) == [
        ("pro", ["ann", "bob"]),
        ("Other", ["cat", "dan", "eve"]),
        ("(none)", ["fay", "gil"]),
    ]


def test_a_few_numbers_are_segments_in_their_own_order(people):
    groups = in_view(people, Filters(breakdown="seats"))
    assert list(groups.items()) == [
        ("1", ["ann"]),
        ("2", ["bob", "cat"]),
        ("10", ["dan"]),
        ("20", ["fay"]),
        ("(none)", ["eve", "gil"]),
    ]


def test_many_numbers_are_cut_at_the_quartiles_of_all_customers(tmp_path):
    dataset = dataset_of(
        tmp_path,
        customers=[
            ("none", "2025-01-01", {"score": ""}),
            *((f"c{n:02}", "2025-01-01", {"score": n}) for n in range(1, 17)),
        ],
    )
    groups = in_view(dataset, Filters(breakdown="score"))
    assert {label: len(ids) for label, ids in groups.items()} == {
        "up to 4": 4,
        "over 4 up to 8": 4,
        "over 8 up to 12": 4,
        "over 12 up to 16": 4,
        "(none)": 1,
    }
    # also where few are in view, so that a filter moves no border
    few = Filters((read_filter("score:1..5"),), breakdown="score")
    assert list(in_view(dataset, few)) == ["up to 4", "over 4 up to 8"]


def test_dates_are_cut_by_quarter(people):
    assert list(in_view(people, Filters(breakdown="paid_on")).items()) == [
        ("2024 Q4", ["cat"]),
        ("2025 Q1", ["ann", "eve"]),
        ("2025 Q2", ["bob", "fay"]),
        ("(none)", ["dan", "gil"]),
    ]


def test_an_account_is_in_the_segment_of_its_first_customer_in_view(people):
    # zeta: cat joined before dan
    by_plan = Filters(breakdown="plan")
    assert in_view(people, by_plan, "account") == {"free": ["zeta"], "pro": ["acme"]}
    assert population(people, by_plan, "account").units == 2
    # eve, fay and gil have none
    assert population(people, by_plan, "account").without_account == 3


def test_an_account_is_in_view_with_all_its_people_when_one_of_them_matches(people):
    def accounts(*texts, breakdown=None):
        filters = Filters(tuple(map(read_filter, texts)), breakdown)
        found = population(people, filters, "account")
        members = people.frame(f"select count(*) as n from population_{found.key}")
        return in_view(people, filters, "account"), int(members["n"].iloc[0])

    assert accounts("plan=free") == ({"All": ["zeta"]}, 2)
    # dan matches, so the account is in his segment
    assert accounts("plan!=free", breakdown="plan") == (
        {"“Other”": ["zeta"], "pro": ["acme"]},
        4,
    )
    # one of them has to meet all filters
    assert accounts("plan=free", "seats=10")[1] == 0
    assert accounts("plan=Other", "seats=10") == ({"All": ["zeta"]}, 2)
    # ann did not export, but bob did; neither cat nor dan logged in
    assert accounts("did login") == ({"All": ["acme"]}, 2)
    assert accounts("did not login") == ({"All": ["zeta"]}, 2)
    assert accounts("did not export")[1] == 0
    assert accounts("did not login", "seats=2") == ({"All": ["zeta"]}, 2)


def test_who_has_no_account_is_counted_under_the_same_filters(people):
    def without(*texts):
        filters = Filters(tuple(map(read_filter, texts)))
        return population(people, filters, "account").without_account

    assert without("plan=All") == 1
    assert without("did login") == 1
    assert without("did not login") == 2
    assert without("plan=pro") == 0


def test_a_population_is_made_once(people):
    filters = Filters((AttributeIn("plan", ("pro",)),))
    assert population(people, filters) is population(people, filters)
    assert population(people, filters).key != population(people, Filters()).key
    assert population(people, Filters()).is_everyone
    assert not population(people, filters).is_everyone


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        (Filters((AttributeIn("plann", ("pro",)),)), "unknown_attribute"),
        (Filters((AttributeRange("nothing", 1.0),)), "unknown_attribute"),
        (Filters((DidEvent("logn"),)), "unknown_event"),
        (Filters(breakdown="plann"), "unknown_attribute"),
        (Filters(breakdown="customer_no"), "unknown_attribute"),
    ],
)
def test_names_that_the_data_do_not_have_are_refused(people, filters, code):
    with pytest.raises(SpecError) as refusal:
        population(people, filters)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "text", ["plan:5..20", "seats:2025-01-01..", "paid_on:1..2", "has_no:1.."]
)
def test_a_range_that_does_not_fit_is_refused(people, text):
    with pytest.raises(SpecError) as refusal:
        population(people, Filters((read_filter(text),)))
    assert refusal.value.remedy


def test_near_names_are_offered():
    assert suggestion("logn", ["login", "export"]) == "Did you mean login?"
    assert suggestion("zzz", ["b", "a"]) == "There are a, b."
    assert suggestion("zzz", []) == "There is none in the data."


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("hostile"),
        customers=[
            (f"c{n}", "2025-01-01", dict.fromkeys(NAMES, value))
            for n, value in enumerate(HOSTILE)
        ],
        events=[(f"c{n}", value, "2025-01-02") for n, value in enumerate(HOSTILE)],
    )


def test_hostile_names_and_values_are_only_names_and_values(hostile):
    attributes = [name for name in hostile.attributes if name not in _OWN]
    # a name that is taken gets a tail when it is loaded
    assert len(attributes) == len(NAMES)
    stored = [value.strip() for value in HOSTILE]
    for attribute in attributes:
        for number, value in enumerate(stored):
            one = Filters((AttributeIn(attribute, (value,)),))
            assert in_view(hostile, one) == {"All": [f"c{number}"]}
        groups = in_view(hostile, Filters(breakdown=attribute, segments=20))
        assert sorted(groups) == sorted(stored)
    for number, event in enumerate(hostile.event_codes):
        (ids,) = in_view(hostile, Filters((DidEvent(event),))).values()
        assert ids == [f"c{stored.index(event)}"]
        assert number < len(HOSTILE)
    assert hostile.customers == len(HOSTILE)


_OWN = {"signed_up_on", "joined_on", "first_seen_on"}


def test_hostile_names_can_be_shown_as_sql(hostile):
    for attribute in hostile.attributes:
        answer = ask(hostile, Lifecycle(), Filters(breakdown=attribute))
        assert answer.frame["active"].sum() > 0
        assert hostile.frame(answer.sql.rstrip(";")).shape[0] == len(answer.frame)


def test_an_attribute_can_be_called_like_a_relation(hostile):
    answer = ask(hostile, Retention(), Filters(breakdown="Leads from visits last year"))
    assert answer.n == len(HOSTILE)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(max_size=12))
def test_any_text_can_be_asked_for(people, text):
    found = names_of(people, str(AttributeIn("plan", (text,))))
    known = {"pro": "ab", "free": "c", "Other": "d", "All": "e", "(none)": "fg"}
    assert found == known.get(text, "")


def test_a_date_range_holds_both_ends(people):
    day = date(2025, 1, 15)
    exactly = Filters((AttributeRange("paid_on", day, day),))
    assert in_view(people, exactly) == {"All": ["ann"]}


def test_nought_with_a_sign_is_nought(tmp_path):
    dataset = dataset_of(
        tmp_path,
        customers=[
            (f"c{i}", "2025-01-01", {"score": score})
            for i, score in enumerate(("0.0", "-0.0", "1.5"))
        ],
    )
    by_score = Filters(breakdown="score")
    assert in_view(dataset, by_score) == {"0": ["c0", "c1"], "1.5": ["c2"]}
    assert in_view(dataset, Filters((read_filter("score=0"),))) == {"All": ["c0", "c1"]}
