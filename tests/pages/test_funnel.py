"""The funnel page: its builder, its lists, and what it says where there is little."""

import json

import pytest

from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.funnel import Funnel
from holdfast.questions.funnel_bench import RULES
from holdfast.spec import read_spec
from holdfast.steps import write_steps
from tests.conftest import PROJECT
from tests.pages.test_journeys import demo, open_page
from tests.worlds import dataset_of

__all__ = ["demo"]
SUGGESTED = (
    "signup > trial > event:onboarding_step > event:onboarding_completed > subscription"
)
HOSTILE = '![x](http://evil.example/a.png) </script> "; > & ?'


def spec_of(page) -> Funnel:
    return page.session_state["funnel_spec"]


def steps_of(page) -> str:
    return write_steps(spec_of(page).steps)


def said(elements) -> list[str]:
    return [each.value.replace("\\", "") for each in elements]


def press(page, key):
    page.button(key=key).click().run()
    assert not page.exception
    return page


@pytest.fixture
def page(app, demo_workspace):
    return open_page(app, demo_workspace, "funnel")


def test_it_opens_with_steps_that_the_data_suggest(page):
    assert steps_of(page) == SUGGESTED
    assert spec_of(page).interval == "month"
    assert not page.warning
    titles = [title.value.replace("\\", "") for title in page.subheader]
    assert titles == [
        *("Steps", "Trend by month of entry", "Entries by month"),
        *("Time to paid subscription", "How long it took", "What to know"),
    ]


def test_the_builder_moves_copies_removes_and_adds(page):
    signup, trial, step, done, paid = SUGGESTED.split(" > ")
    press(page, "funnel_step_2_down")
    assert steps_of(page).split(" > ") == [signup, step, trial, done, paid]
    press(page, "funnel_step_3_up")
    assert steps_of(page) == SUGGESTED
    press(page, "funnel_step_4_remove")
    press(page, "funnel_step_1_copy")
    assert steps_of(page).split(" > ") == [signup, signup, trial, step, paid]
    press(page, "funnel_add")
    # the most common event that is no step yet
    assert steps_of(page).split(" > ")[5] == "event:signed_up"
    shown = [box.value.kind for box in page.selectbox if "_what" in (box.key or "")]
    assert shown == ["signup", "signup", "trial", "event", "subscription", "event"]


def test_a_step_takes_conditions_several_events_and_a_limit(page):
    (box,) = [each for each in page.selectbox if each.key == "funnel_step_3_what"]
    (option,) = [each for each in box.options if each.startswith("exported_report")]
    assert option == "exported_report · 2,895 customers"
    box.select(option).run()
    press(page, "funnel_step_3_details")
    page.multiselect(key="funnel_step_3_also").select("commented · 3,925 customers")
    page.multiselect(key="funnel_step_3_where").select("format").run()
    # a property without a value is no condition yet
    assert "?format" not in steps_of(page)
    value = page.selectbox(key="funnel_step_3_value_format")
    chosen = value.options[0]
    value.select(chosen).run()
    page.selectbox(key="funnel_step_3_within_unit").select("days").run()
    assert steps_of(page).split(" > ")[2] == (
        f"event:exported_report,commented?format={chosen}@14d"
    )
    # closed again, all of it is kept
    press(page, "funnel_step_3_details")
    assert f"?format={chosen}@14d" in steps_of(page)
    assert page.button(key="funnel_step_3_details").label.startswith("or commented")


def test_there_are_two_steps_to_twelve(app, demo_workspace):
    page = open_page(app, demo_workspace, "funnel", steps="signup > trial")
    assert page.button(key="funnel_step_1_remove").disabled
    assert page.button(key="funnel_step_1_up").disabled
    full = " > ".join(["event:commented"] * 12)
    page = open_page(app, demo_workspace, "funnel", steps=full)
    assert not page.exception
    assert page.button(key="funnel_add").disabled
    assert page.button(key="funnel_step_1_copy").disabled


def test_a_link_is_the_funnel(app, demo_workspace):
    link = {
        "steps": 'event:opened_app,"no such"?platform=iOS > event:commented',
        "window": "3h",
        "order": "no_foreign",
        "entry": "first",
        "repeats": "end",
        "exclusions": "event:viewed_billing",
        "holding": "platform",
        "each": "value",
        "judged": "matured",
        "first_entry": "2025-01-01",
        "last_entry": "2025-06-30",
        "interval": "month",
    }
    page = open_page(app, demo_workspace, "funnel", **link)
    assert not page.exception
    asked, notices = read_spec(type(spec_of(page)), link)
    assert not notices
    assert not page.warning
    assert spec_of(page).steps == asked.steps
    assert spec_of(page).window == asked.window
    kept = ("order", "entry", "repeats", "holding", "each", "judged", "interval")
    for name in (*kept, "first_entry", "last_entry"):
        assert getattr(spec_of(page), name) == getattr(asked, name)
    assert [str(each) for each in spec_of(page).exclusions] == ["event:viewed_billing"]


def test_an_exclusion_is_added_and_removed(app, demo_workspace):
    steps = "event:opened_app > event:commented > event:exported_report"
    page = open_page(
        app,
        demo_workspace,
        "funnel",
        steps=steps,
        exclusions="event:viewed_billing@1-2",
    )
    assert not page.warning
    assert [str(each) for each in spec_of(page).exclusions] == [
        "event:viewed_billing@1-2"
    ]
    press(page, "funnel_barred_add")
    # the most common event that is no step
    assert str(spec_of(page).exclusions[1]) == "event:signed_up"
    press(page, "funnel_barred_1_remove")
    assert [str(each) for each in spec_of(page).exclusions] == ["event:signed_up"]


def test_an_event_that_the_data_lack_is_said_and_can_be_replaced(app, demo_workspace):
    page = open_page(app, demo_workspace, "funnel", steps="signup > event:comented")
    (problem,) = said(page.error)
    assert problem.startswith("The data have no event 'comented'. Did you mean comm")
    box = page.selectbox(key="funnel_step_2_what")
    assert box.options[0] == "comented · not in the data"
    box.select("commented · 3,925 customers").run()
    assert not page.error
    assert steps_of(page) == "signup > event:commented"


@pytest.mark.parametrize(
    ("selection", "heading", "column", "step"),
    [
        (
            {"of_step": 3, "state": "reached"},
            "Got to step 3",
            "customers",
            3,
        ),
        (
            {"of_step": 1, "state": "dropped"},
            "Stopped after step 1, sign-up",
            "dropped_customers",
            1,
        ),
        (
            {"of_step": 2, "state": "open"},
            "Got to step 2, trial, and still have time",
            "open_customers",
            2,
        ),
    ],
)
def test_a_click_lists_as_many_as_the_figure(
    page, demo, selection, heading, column, step
):
    page.session_state["funnel_bars"] = {"selection": {"bar": [selection]}}
    page.run()
    link = {"steps": SUGGESTED, "window": str(spec_of(page).window)}
    frame = ask(demo, read_spec(Funnel, link)[0]).frame
    (number,) = frame.loc[frame["step"] == step, column]
    assert any(text.startswith(f"**{heading}") for text in said(page.markdown))
    assert f"{number:,.0f} in the list, as in the chart." in said(page.caption)
    assert page.button(key="funnel_bar_segment_save")


def test_points_bars_and_curves_list_who_is_behind_them(page):
    month = "2025-03-01"
    page.session_state["funnel_trend"] = {
        "selection": {"trend": [{"segment": "All", "period_key": month}]}
    }
    page.session_state["funnel_entries"] = {
        "selection": {"entries": [{"period_key": month, "state": "converted"}]}
    }
    page.session_state["funnel_time"] = {"selection": {"curve": [{"segment": "All"}]}}
    page.run()
    assert not page.exception
    headings = said(page.markdown)
    assert "**Went all the way, entered in Mar 2025**" in headings
    assert "**Did not go all the way, entered in Mar 2025**" in headings
    assert "**Got there**" in headings
    captions = said(page.caption)
    assert "643 in the list, as in the chart." in captions
    assert not any("different ones in the list" in text for text in captions)


def test_segments_have_bars_and_a_table_with_the_difference(app, demo_workspace):
    page = open_page(app, demo_workspace, "funnel", by=["channel"])
    assert "By segment" in [title.value for title in page.subheader]
    table = page.dataframe[0].value
    assert table["Segment"].iloc[0] == "All"
    assert table["Difference from the rest"].iloc[0] == ""
    assert "(" in table["Difference from the rest"].iloc[1]


def test_the_bench_is_asked_when_it_is_opened(page):
    assert not any("other tools" in text for text in said(page.markdown))
    page.session_state["funnel_bench"] = True
    page.run()
    assert not page.exception
    (table,) = [
        frame.value for frame in page.dataframe if "Tool" in frame.value.columns
    ]
    assert len(table) == len(RULES) + 1
    reasons = [text for text in said(page.markdown) if "PostHog, Strict" in text]
    assert "Nothing may lie between the steps" in reasons[0]


def figures_of(demo, filters=None, **link) -> dict[str, tuple[int, int]]:
    frame = ask(demo, read_spec(Funnel, link)[0], filters).frame
    last = frame[frame["step"] == 2]
    return {
        segment: (entered, customers)
        for segment, entered, customers in zip(
            last["segment"], last["entered_customers"], last["customers"], strict=True
        )
    }


def test_onboarding_and_trials_of_the_sample_company_are_as_planted(demo):
    truths = json.loads((PROJECT / "sample_data" / "truths.json").read_text())
    fast = truths["fast_onboarding"]
    by_march = {"window": "72h", "judged": "matured", "last_entry": "2026-03-31"}
    onboarding = "signup > event:onboarding_completed"
    assert figures_of(demo, steps=onboarding, **by_march)["All"] == (
        fast["fast_customers_month_3"] + fast["others_customers_month_3"],
        fast["fast_customers_month_3"],
    )
    trials = {"steps": "trial > subscription", "judged": "matured"}
    prices = truths["price_change"]
    for name, first, last in (
        ("before", "2025-03-01", "2025-08-31"),
        ("after", "2025-09-01", "2026-02-28"),
    ):
        found = figures_of(demo, first_entry=first, last_entry=last, **trials)["All"]
        assert found == (prices[f"{name}_trials"], prices[f"{name}_paid"])
    ended = {**trials, "first_entry": "2025-02-01"}
    channels = figures_of(demo, Filters(breakdown="channel"), **ended)
    planted = truths["affiliate_channel"]
    entered, paid = channels["affiliate"]
    assert entered == planted["affiliate_trials"]
    assert round(paid / entered, 4) == planted["affiliate_trial_conversion"]
    others = [a - b for a, b in zip(channels["All"], (entered, paid), strict=True)]
    assert others[0] == planted["others_trials"]
    assert round(others[1] / others[0], 4) == planted["others_trial_conversion"]


def workspace_of(folder, **world):
    dataset = dataset_of(folder, **world)
    dataset.close()
    return dataset.path.parent.parent


@pytest.mark.parametrize(
    ("world", "steps"),
    [
        ({"orders": [("a", "1", "2025-01-01", 9), ("b", "2", "2025-05-01", 9)]}, 2),
        ({"subscriptions": [("a", "2025-01-10", ""), ("b", "2025-03-01", "")]}, 1),
        ({"events": [("a", "x", "2025-01-01"), ("b", "y", "2025-01-09")]}, 2),
    ],
)
def test_little_is_enough_for_a_funnel(app, tmp_path, world, steps):
    page = open_page(app, workspace_of(tmp_path, **world), "funnel")
    assert not page.error
    assert len(spec_of(page).steps) == steps
    assert any(text.startswith("#####") for text in said(page.markdown))


def test_nothing_to_follow_is_said(app, tmp_path):
    folder = workspace_of(tmp_path, customers=[("ann", "2025-01-01")])
    page = open_page(app, folder, "funnel")
    assert not page.exception
    assert said(page.info)[0].startswith("There is no funnel yet.")


def test_names_are_shown_letter_by_letter(app, tmp_path):
    folder = workspace_of(
        tmp_path,
        customers=[("ann", "2025-01-01"), ("bob", "2025-01-01")],
        events=[
            ("ann", HOSTILE, "2025-01-02", {"**bold**": HOSTILE}),
            ("bob", "late", "2025-02-20", {"**bold**": "x"}),
        ],
    )
    page = open_page(app, folder, "funnel")
    assert HOSTILE in steps_of(page).replace('""', '"')
    press(page, "funnel_step_2_details")
    page.multiselect(key="funnel_step_2_where").select("**bold**").run()
    page.selectbox(key="funnel_step_2_value_**bold**").select(HOSTILE).run()
    assert not page.exception
    for text in [*page.markdown, *page.caption, *page.subheader]:
        assert "![x](" not in text.value


def test_nobody_and_a_window_longer_than_the_data_are_said(app, tmp_path):
    folder = workspace_of(
        tmp_path,
        customers=[("ann", "2025-01-01", {"plan": "pro"})],
        events=[("ann", "x", "2025-01-02"), ("ann", "y", "2025-01-09")],
    )
    page = open_page(app, folder, "funnel", steps="event:x > event:y", window="3mo")
    assert any("longer than the observed time" in text for text in said(page.caption))
    page = open_page(app, folder, "funnel", steps="event:y > event:x", window="1h")
    assert any(
        text.startswith("##### Not even the 1 cust") for text in said(page.markdown)
    )
