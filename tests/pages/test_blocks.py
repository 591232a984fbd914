"""What stands around the charts: figures by segment, tests, hints, examples."""

import pandas as pd
import pytest
import streamlit as st

from holdfast.answer import Answer
from holdfast.filters import Filters
from holdfast.ui import blocks
from tests.pages.test_journeys import open_page


def said(page) -> list[str]:
    return [
        text.value.replace("\\", "").replace(":material/lightbulb: ", "")
        for text in [*page.caption, *page.markdown]
    ]


def test_the_hint_on_the_rhythm_can_be_taken(app, demo_workspace):
    page = open_page(app, demo_workspace, "retention")
    button = page.button(key="retention_suggested")
    assert button.label == "Switch to weeks"
    button.click().run()
    assert page.segmented_control(key="retention_interval").value == "week"
    assert page.metric[0].label == "Week 1"
    assert "retention_suggested" not in {each.key for each in page.button}


@pytest.mark.parametrize(
    ("mode", "labels"),
    [
        ("on", ["Month 1", "Month 3", "Month 12"]),
        ("on_or_after", ["Month 1 or later", "Month 3 or later", "Month 12 or later"]),
        ("between", ["Month 1 to 12", "Month 3 to 12", "Month 12"]),
        ("brackets", ["Month 1", "Month 2 to 3", "Month 4 to 7"]),
    ],
)
def test_figures_are_named_by_what_they_count(app, demo_workspace, mode, labels):
    page = open_page(app, demo_workspace, "retention")
    page.selectbox(key="retention_mode").set_value(mode).run()
    assert [metric.label for metric in page.metric] == labels


def test_each_segment_has_its_figures(app, demo_workspace):
    page = open_page(app, demo_workspace, "retention", by=["plan"])
    table = page.dataframe[0].value
    assert list(table.columns[:4]) == [
        *("Segment", "Customers", "Month 1", "Month 1, 95% interval"),
    ]
    everyone = table[table["Segment"] == "All"].iloc[0]
    others = table[table["Segment"] != "All"]
    assert others["Customers"].sum() == everyone["Customers"]
    assert others["Month 1"].between(0, 100).all()
    assert page.metric[0].value == f"{everyone['Month 1']:.0f}%"
    assert " of " in everyone["Month 1, 95% interval"]


def test_a_figure_says_which_segment_it_is_of(app, demo_workspace):
    page = app(demo_workspace, by=["plan"]).run()
    together = "Shown: **all segments together**."
    assert len([text for text in said(page) if together in text]) == 2
    page.switch_page("pages/lifecycle.py").run()
    assert len([text for text in said(page) if together in text]) == 2
    page.selectbox(key="lifecycle_segment").set_value("Team").run()
    assert len([text for text in said(page) if "Shown: **Team**." in text]) == 2
    page = app(demo_workspace).run()
    assert not [text for text in said(page) if "Shown:" in text]


def test_without_segments_there_is_no_table_of_them(app, demo_workspace):
    assert not open_page(app, demo_workspace, "retention").dataframe


def test_attributes_are_named_in_words(app, demo_workspace):
    page = open_page(
        *(app, demo_workspace, "survival"),
        by="joined_on",
        filter="joined_on:2025-01-05..",
    )
    assert "**Customers with Joined from 2025-01-05, by Joined.**" in said(page)[0]


def test_each_chart_works_a_figure_out_and_defines_it(app, demo_workspace):
    pages = {"retention": 4, "lifecycle": 2, "survival": 1, "first_success": 3}
    pages |= {"stages": 4, "funnel": 5}
    for name, charts in pages.items():
        page = open_page(app, demo_workspace, name)
        assert len([text for text in said(page) if "For example:" in text]) == charts
        assert len(page.code) == charts
    page = open_page(app, demo_workspace, "retention")
    assert any("Days between active days." in text for text in said(page))


def answer_with(statistic: float, p_value: float) -> Answer:
    test = pd.DataFrame(
        [{"statistic": statistic, "degrees_of_freedom": 1, "p_value": p_value}]
    )
    return Answer(
        "survival", None, Filters(), test, "", "", None, 0, extras={"logrank": test}
    )


@pytest.mark.parametrize(
    ("p_value", "begins"),
    [
        (float("nan"), "Too few customers have left to compare the segments."),
        (0.5, "No clear difference between the segments: it may be chance. (Log-rank"),
        (0.0001, "The segments differ by more than chance. (Log-rank test: chi-sq"),
    ],
)
def test_a_test_of_segments_speaks_first_in_words(monkeypatch, p_value, begins):
    told: list[str] = []
    monkeypatch.setattr(st, "caption", told.append)
    blocks.log_rank(answer_with(1.0, p_value))
    assert told[0].startswith(begins)
    assert "nan" not in told[0]
