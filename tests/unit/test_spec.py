from dataclasses import dataclass, fields
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import SpecError
from holdfast.occurrence import ACTIVITY, ORDER, SIGNUP, SUBSCRIPTION, Occurrence
from holdfast.questions.cadence import Cadence
from holdfast.questions.first_success import FirstSuccess
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.retention import Retention
from holdfast.questions.stages import Stages
from holdfast.questions.survival import Survival
from holdfast.spec import choices, read_spec, write_spec

OCCURRENCES = st.one_of(
    st.sampled_from((SIGNUP, ACTIVITY, ORDER, SUBSCRIPTION)),
    st.just(Occurrence("order", with_returns=True)),
    st.builds(
        Occurrence,
        st.just("event"),
        st.lists(st.text(), min_size=1, max_size=2).map(tuple),
        st.lists(st.tuples(st.text(), st.text()), max_size=2).map(tuple),
    ),
)
DAYS = st.one_of(st.none(), st.dates())
INTERVALS = st.sampled_from(("day", "week", "month"))
UNITS = st.sampled_from(("customer", "account"))
BRACKETS = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 99)).map(lambda p: (p[0], sum(p))),
    min_size=1,
    max_size=4,
    unique_by=lambda bracket: bracket[0],
).map(tuple)
SPECS = st.one_of(
    st.builds(
        Retention,
        start=OCCURRENCES,
        returning=OCCURRENCES,
        interval=INTERVALS,
        mode=st.sampled_from(("on", "on_or_after", "between", "brackets")),
        horizon=st.integers(0, 400),
        brackets=BRACKETS,
        rolling=st.booleans(),
        entry=st.sampled_from(("first", "recurring")),
        unit=UNITS,
        intervals=st.integers(0, 400),
        first_cohort=DAYS,
        last_cohort=DAYS,
        as_of=DAYS,
    ),
    st.builds(Lifecycle, OCCURRENCES, INTERVALS, UNITS, DAYS, DAYS, DAYS),
    st.builds(
        Survival,
        st.sampled_from(("auto", "subscription", "activity", "order", "tenure")),
        st.integers(0, 999),
        st.integers(0, 999),
        UNITS,
        DAYS,
    ),
    st.builds(Cadence, OCCURRENCES, UNITS, DAYS),
    st.builds(
        FirstSuccess,
        start=OCCURRENCES,
        milestone=st.one_of(st.none(), OCCURRENCES),
        times=st.integers(0, 99),
        horizon=st.integers(1, 365),
        interval=INTERVALS,
        returning=OCCURRENCES,
        retained_at=st.one_of(st.just(0), st.integers(2, 400)),
        unit=UNITS,
        as_of=DAYS,
    ),
)


@given(SPECS)
def test_every_spec_survives_the_round_trip(spec):
    texts = write_spec(spec)
    assert all(isinstance(text, str) for text in texts.values())
    assert read_spec(type(spec), texts) == (spec, [])


def test_only_what_differs_from_the_default_is_written():
    assert write_spec(Retention()) == {}
    assert write_spec(
        Retention(
            interval="week", rolling=True, as_of=date(2025, 3, 1), brackets=((0, 2),)
        )
    ) == {
        "interval": "week",
        "rolling": "yes",
        "as_of": "2025-03-01",
        "brackets": "0-2",
    }


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("interval", "quarter", "interval: 'quarter' is not a choice."),
        ("rolling", "maybe", "rolling: 'maybe' is neither yes nor no."),
        ("horizon", "many", "horizon: 'many' is not a whole number."),
        ("horizon", "-1", "horizon: '-1' is not a whole number."),
        ("as_of", "yesterday", "as_of: 'yesterday' is not a date."),
        ("brackets", "1-", "brackets: '1-' are not brackets of intervals."),
        ("start", "event:", "start: 'event:' is not something that can be counted."),
        ("intervall", "week", "A retention question has no setting 'intervall'."),
    ],
)
def test_what_cannot_be_read_falls_back_with_a_notice(name, text, words):
    spec, notices = read_spec(Retention, {name: text, "unit": "account"})
    assert spec == Retention(unit="account")
    (notice,) = notices
    assert isinstance(notice, SpecError)
    assert notice.sentence == words
    assert notice.remedy


def test_a_near_name_is_offered():
    _, (notice,) = read_spec(Retention, {"intervall": "week"})
    assert "interval" in notice.remedy


def test_fields_that_do_not_fit_together_fall_back_together():
    spec, (notice,) = read_spec(Retention, {"brackets": "3-1", "unit": "account"})
    assert spec == Retention()
    assert notice.code == "bracket_backwards"


def test_a_closed_set_tells_its_choices():
    assert choices(Retention, "interval") == ("day", "week", "month")
    assert choices(Survival, "sign")[0] == "auto"


def test_specs_are_keys():
    for kind in (Retention, Lifecycle, Survival, Cadence, FirstSuccess, Stages):
        assert hash(kind()) == hash(kind())
        assert all(field.default is not None or field.name for field in fields(kind))


def test_a_spec_of_a_kind_not_known_before_is_read_by_its_fields():
    @dataclass(frozen=True)
    class Funnel:
        is_strict: bool = False

    assert write_spec(Funnel(is_strict=True)) == {"is_strict": "yes"}
