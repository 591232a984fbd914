import pytest

from tests.pages.test_journeys import open_page


def headings(page):
    return [text.value.replace("\\", "") for text in page.markdown]


def captions(page):
    return [text.value.replace("\\", "") for text in page.caption]


def test_the_page_finds_the_deadline_and_says_what_success_is(app, demo_workspace):
    page = open_page(app, demo_workspace, "first_success")
    assert not page.exception
    (finding,) = [text for text in headings(page) if text.startswith("#####")]
    assert "The deadline that tells most is 3 days" in finding
    box = page.selectbox(key="first_success_milestone")
    assert box.value is None
    assert box.placeholder == "Suggested: did onboarding_completed"
    assert [title.value for title in page.subheader] == [
        *("The deadline that matters", "How soon they succeed", "By cohort"),
        "What to know",
    ]


@pytest.mark.parametrize(
    ("chart", "selection", "heading", "count"),
    [
        (
            "first_success_deadlines",
            {"deadline": [{"group": "made", "within_days": 3}]},
            "Made the deadline of 3 days and stayed in month 3",
            "1,140 in the list, as in the chart.",
        ),
        (
            "first_success_deadlines",
            {"deadline": [{"group": "missed", "within_days": 3}]},
            "Missed the deadline of 3 days and did not stay in month 3",
            "2,182 in the list, as in the chart.",
        ),
        (
            "first_success_curves",
            {"point": [{"segment": "All", "day": 1}]},
            "Reached it within 1 day",
            "1,988 in the list, as in the chart.",
        ),
        (
            "first_success_cohorts",
            {"cell": [{"cohort_key": "2024-07-01", "within_days": 1}]},
            "Did not reach it within 1 day, cohort Jul 2024",
            "183 in the list, as in the chart.",
        ),
        (
            "first_success_cohorts",
            {"cell": [{"cohort_key": "pooled", "within_days": 30}]},
            "Reached it within 30 days, all complete cohorts",
            "3,135 in the list, as in the chart.",
        ),
    ],
)
def test_a_click_lists_who_is_behind_a_mark(
    app, demo_workspace, chart, selection, heading, count
):
    page = open_page(app, demo_workspace, "first_success")
    page.session_state[chart] = {"selection": selection}
    page.run()
    assert not page.exception
    assert f"**{heading}**" in headings(page)
    assert count in captions(page)


def test_a_link_sets_every_control(app, demo_workspace):
    page = open_page(
        app,
        demo_workspace,
        "first_success",
        milestone="event:exported_report?format=PDF",
        interval="week",
        retained_at="6",
        horizon="20",
    )
    assert not page.warning
    assert page.number_input(key="first_success_retained_at").value == 6
    assert "exported_report with format PDF" in (
        page.selectbox(key="first_success_milestone").value.describe()
    )


def test_segments_are_compared(app, demo_workspace):
    page = open_page(app, demo_workspace, "first_success", by=["plan"])
    assert any("Log-rank test" in text for text in captions(page))
    assert page.dataframe[0].value["Segment"].iloc[0] == "All"


def test_what_cannot_be_asked_is_said_and_the_page_goes_on(app, demo_workspace):
    page = open_page(app, demo_workspace, "first_success", retained_at="1")
    assert "Staying cannot be measured in month 1" in (
        page.warning[0].value.replace("\\", "")
    )


def test_success_can_be_narrowed_to_a_property_and_widened(app, demo_workspace):
    page = open_page(app, demo_workspace, "first_success", milestone="event:commented")
    page.selectbox(key="first_success_property").set_value("platform").run()
    values = page.selectbox(key="first_success_value_platform").options
    page.selectbox(key="first_success_value_platform").set_value(values[0]).run()
    page.button(key="first_success_property_taken").click().run()
    page.selectbox(key="first_success_also").set_value("exported_report").run()
    page.button(key="first_success_also_taken").click().run()
    assert not page.exception
    milestone = page.selectbox(key="first_success_milestone").value
    assert milestone.events == ("commented", "exported_report")
    assert milestone.where == (("platform", values[0]),)
    assert page.selectbox(key="first_success_also").value is None
