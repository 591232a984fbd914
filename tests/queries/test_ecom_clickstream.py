"""A shop's clickstream with known funnels, by user and by session."""

import json

import pytest

from holdfast.durations import Duration
from holdfast.occurrence import Occurrence
from holdfast.questions import ask
from holdfast.questions.funnel import Funnel
from holdfast.questions.retention import Retention
from holdfast.steps import Step, read_steps
from tests.reference import reference_data
from tests.worlds import loaded, table


@pytest.fixture(scope="module")
def clicks(tmp_path_factory):
    file = reference_data("ecom_clickstream/ecom.csv.gz")
    return loaded(tmp_path_factory.mktemp("clicks") / "workspace", [file])


@pytest.fixture(scope="module")
def known():
    return json.loads(reference_data("ecom_clickstream/expected.json").read_text())


def steps_of(known):
    return tuple(Step(Occurrence("event", (name,))) for name in known["steps"])


@pytest.mark.parametrize("days", [1, 7, 365])
def test_the_funnel_by_user(clicks, known, days):
    spec = Funnel(steps_of(known), window=Duration(days), judged="all")
    expected = known["by_user"][f"{days} day{'' if days == 1 else 's'}"]
    assert list(ask(clicks, spec).frame["customers"]) == expected


def test_the_funnel_by_session_and_platform(clicks, known):
    spec = Funnel(
        steps_of(known),
        window=Duration(365),
        judged="all",
        holding="session_id",
        each="value",
        by_property="platform",
    )
    frame = ask(clicks, spec).frame
    found = {
        segment: list(rows["customers"]) for segment, rows in frame.groupby("segment")
    }
    expected = known["by_session_365_days"]
    assert found.pop("All") == expected.pop("all")
    assert found == expected


def test_the_published_share_of_carts_that_are_bought(clicks, known):
    published = known["published_add_to_cart_then_purchase"]
    steps = read_steps("event:add_to_cart > event:purchase")
    frame = ask(clicks, Funnel(steps, window=None)).frame
    assert table(frame, "customers") == [
        (published["users_with_start"],),
        (published["converted"],),
    ]
    assert round(frame["rate_of_first"].iloc[1], 3) == published["rate"]


def test_the_monthly_cohorts_of_first_activity(clicks, known):
    activity = Occurrence("activity")
    frame = ask(clicks, Retention(activity, activity)).frame
    cells = frame[frame["scope"] == "cohort"]
    found = {
        f"{cohort:%Y-%m}": list(rows["retained_customers"])
        for cohort, rows in cells.groupby("cohort")
    }
    assert found == known["monthly_first_activity_cohorts"]
