import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import SpecError
from holdfast.questions.stages import Stages
from holdfast.spec import read_spec, write_spec
from holdfast.stage_rules import Condition, Stage, StageRules, read_stage_rules

NAMES = st.text(min_size=1, max_size=12).filter(lambda name: name.strip() == name != "")
COUNTS = st.integers(1, 99_999)
DAYS = st.integers(0, 99_999)
CONDITIONS = st.one_of(
    st.builds(
        Condition,
        st.sampled_from(("active", "orders")),
        COUNTS,
        DAYS,
        is_denied=st.booleans(),
    ),
    st.builds(Condition, st.just("did"), COUNTS, DAYS, NAMES, st.booleans()),
    st.builds(
        Condition,
        st.sampled_from(("paid", "started", "silent")),
        DAYS,
        is_denied=st.booleans(),
    ),
    st.builds(Condition, st.sampled_from(("paying", "grown")), is_denied=st.booleans()),
)
RULES = st.lists(
    st.builds(Stage, NAMES, st.lists(CONDITIONS, max_size=3).map(tuple)),
    min_size=1,
    max_size=5,
    unique_by=lambda stage: stage.name.lower(),
).map(lambda stages: StageRules(tuple(stages)))


@given(RULES)
def test_stages_survive_the_notation_and_the_link(rules):
    assert read_stage_rules(str(rules)) == rules
    spec = Stages(stages=rules)
    assert read_spec(Stages, write_spec(spec)) == (spec, [])


def test_the_notation_is_what_people_write():
    text = (
        'Land;Adopt:active>=4/30d&did "a;b/c">=2;Renew:paying&paid>=12mo&!grown;'
        "Not here:silent>45d&!orders>=1/90d&started>=180d"
    )
    rules = read_stage_rules(text)
    assert str(rules) == text
    assert rules.names == ["Land", "Adopt", "Renew", "Not here"]
    assert [stage.is_lost for stage in rules] == [False, False, False, True]


def test_stages_speak_plainly():
    rules = read_stage_rules(
        "Land;Adopt:did export>=1&orders>=2/90d;Renew:paying&!grown&paid>=1mo;"
        "Gone:silent&!paying;Early:!started>=30d&!active>=3/7d&!silent>9d"
    )
    assert [stage.describe(21) for stage in rules] == [
        "all who have started",
        "those who did export at least once and placed at least 2 orders in the last"
        " 90 days",
        "those who are paying and do not pay more than at first and first paid at least"
        " 1 month ago",
        "those who have been silent for more than 21 days and are not paying",
        "those who started less than 30 days ago and were active on fewer than 3 days"
        " in the last 7 days and have not been silent for more than 9 days",
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "unreadable_stages"),
        ("Land;", "unreadable_stages"),
        ("Land:", "unreadable_stages"),
        ("Land:happy", "unreadable_stages"),
        ("Land:did export", "unreadable_stages"),
        ("Land:paid>=12", "unreadable_stages"),
        ("Land:paying&", "unreadable_stages"),
        ("Land:active>=0", "number_out_of_range"),
        ("Land;land:paying", "stages_named_alike"),
        (";".join("abcdefghi"), "count_of_stages"),
    ],
)
def test_what_is_no_stage_is_refused(text, code):
    with pytest.raises(SpecError) as refused:
        read_stage_rules(text)
    assert refused.value.code == code


def test_an_event_needs_a_name():
    with pytest.raises(SpecError, match="names no event"):
        Condition("did", 1)
