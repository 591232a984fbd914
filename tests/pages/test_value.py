import pytest

from tests.pages.test_journeys import open_page


def written(page):
    parts = [*page.markdown, *page.caption]
    return "\n".join(part.value.replace("\\", "") for part in parts)


def metrics(page):
    return {metric.label: metric.value.replace("\\", "") for metric in page.metric}


def test_the_page_tells_a_customers_worth_three_ways_and_what_they_assume(
    app, demo_workspace
):
    page = open_page(app, demo_workspace, "value")
    assert [each.value for each in page.subheader][:3] == [
        *("Value so far", "Orders", "Revenue"),
    ]
    shown = metrics(page)
    assert int(shown["First days, USD"]) > 100
    assert shown["Still to come, USD"] == "–"
    assert "the customers have subscriptions, whose end is seen" in written(page)
    assert "The margin is 100%: revenue, not profit." in written(page)


def test_a_click_on_a_mark_lists_who_is_behind_it(app, demo_workspace):
    page = open_page(app, demo_workspace, "value")
    for key, name, mark in (
        ("value_revenue", "bar", {"period_key": "2026-05-01"}),
        ("value_early", "point", {"segment": "All", "days": 30}),
        ("value_gaps", "bar", {"least": 1, "most": 0}),
    ):
        page.session_state[key] = {"selection": {name: [mark]}}
    page.run()
    assert not page.exception
    said = written(page)
    assert "**Ordered in May 2026**" in said
    assert "**The first 30 days**" in said
    assert "**Bought again after 1 or more days**" in said
    assert said.count("in the list, as in the chart.") == 2
    assert "who did so several times is counted each time." in said


def test_a_margin_and_source_of_a_link_are_taken(app, demo_workspace):
    page = open_page(app, demo_workspace, "value", source="subscriptions", margin="50")
    assert not page.warning
    assert "at a margin of 50%" in written(page)


def test_the_articles_example_is_one_click_away(app, demo_workspace):
    page = open_page(app, demo_workspace, "what_if")
    assert "If all goes on as it is, 36 months bring" in written(page)
    page.button(key="what_if_preset_article").click().run()
    assert not page.exception
    assert "+24,000 (+20.0%) of revenue in 12 months" in written(page)
    steps = next(each.value for each in page.dataframe if "Step" in each.value)
    last = steps.iloc[-1]
    assert list(last) == [
        "Profit of the year",
        "120,000",
        "144,000",
        "24,000",
        "+20.0%",
    ]


@pytest.mark.parametrize("lever", ["retention", "price", "acquisition"])
def test_five_percent_more_of_a_lever_brings_what_the_box_says(
    app, demo_workspace, lever
):
    page = open_page(app, demo_workspace, "what_if", **{lever: "5"})
    assert not page.exception
    assert not page.warning
    share = metrics(page)[f"+5% {lever}"]
    assert f"With +5% {lever}: " in written(page)
    # the sentence ends with all the months ahead, as the box has them
    assert f"({share}) of revenue in 36 months" in written(page)
    assert "What the change brings" in [each.value for each in page.subheader]
