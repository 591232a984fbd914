"""The pages as people use them: seen, clicked, linked, downloaded."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import screenshot, settled

PAGES = (
    *("", "retention", "funnel", "survival", "lifecycle", "journeys"),
    *("first_success", "stages", "churn", "exit_reasons", "win_back", "money", "data"),
    "scores",
    "promoters",
    *("value", "what_if"),
    "comments",
    "support",
)
BACKGROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(14, 17, 23)"}
CELLS = "g.mark-rect.role-mark path"


def visit(page: Page, address: str, heading: str) -> Page:
    page.goto(address)
    return settled(page, page.get_by_role("heading", name=heading, exact=True))


def chart(page: Page, number: int):
    return page.get_by_test_id("stVegaLiteChart").nth(number)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_shows_without_an_error(app_server, visitor, name):
    visitor.goto(f"{app_server()}/{name}")
    for scheme, width in (("light", 1280), ("dark", 800)):
        visitor.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        visitor.set_viewport_size({"width": width, "height": 900})
        settled(visitor, visitor.get_by_role("heading", level=1))
        app = visitor.get_by_test_id("stApp")
        expect(app).to_have_css("background-color", BACKGROUNDS[scheme])
        screenshot(visitor, f"{name or 'overview'}-{scheme}-{width}")
        expect(visitor.get_by_test_id("stException")).to_have_count(0)


def test_a_page_opened_first_gets_its_frame_and_saves_a_list(
    demo_copy, app_server, page
):
    address = app_server(demo_copy)
    visit(page, f"{address}/lifecycle?interval=week", "Lifecycle")
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Who is in view")
    expect(page.get_by_role("radio", name="Week")).to_be_checked()
    bars = chart(page, 0).locator("[aria-label*='2025-03-03'][aria-label*='new']")
    bars.first.click(force=True)
    save = page.get_by_role("button", name="Save as a segment")
    settled(page, save)
    # By keyboard alone.
    save.focus()
    page.keyboard.press("Enter")
    name = page.get_by_role("textbox", name="Name", exact=True)
    expect(name).to_have_value("New in the week of 3 Mar 2025")
    name.fill("Early birds")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    only = page.get_by_role("button", name="Show only them")
    settled(page, only)
    expect(page.get_by_text("Saved: Early birds")).to_be_visible()
    # The box is closed, so that this can be read.
    expect(name).to_have_count(0)
    only.press("Enter")
    settled(page, page.get_by_text("Customers in the segment “Early birds”."))
    expect(page).to_have_url(re.compile("filter=in.%22Early.birds%22"))


def test_a_click_on_a_cell_lists_as_many_customers_as_it_says(app_server, page):
    visit(page, f"{app_server()}/retention", "Retention")
    cell = (
        chart(page, 1)
        .locator("[aria-roledescription='point'], " + CELLS)
        .filter(has=page.locator("xpath=self::*[contains(@aria-label, 'Jul 2024')]"))
    )
    label = None
    for mark in cell.all():
        text = mark.get_attribute("aria-label") or ""
        if "Month 3" in text or "Month: Month 3" in text:
            label = text
            mark.click()
            break
    assert label, "the triangle has a cell for July 2024 and month 3"
    figures = re.search(r"Retained: ([\d,]+) of ([\d,]+)", label)
    assert figures
    retained, customers = figures.groups()
    settled(page, page.get_by_text(f"{retained} in the list, as in the chart."))
    lost = int(customers.replace(",", "")) - int(retained.replace(",", ""))
    expect(page.get_by_text(f"{lost:,} in the list, as in the chart.")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download the list (CSV)").first.click()
    assert taken.value.suggested_filename == "retained-2024-07-month-3.csv"
    lines = Path(taken.value.path()).read_text().splitlines()
    assert lines[0].startswith("id,email,company,plan,")
    assert len(lines) == int(retained.replace(",", "")) + 1


def test_a_click_on_a_curve_point_lists_its_customers(app_server, page):
    visit(page, f"{app_server()}/retention", "Retention")
    points = chart(page, 0).locator("[aria-roledescription='point']")
    points.nth(3).click(force=True)
    heading = page.get_by_text("Retained in month 3, all complete cohorts", exact=True)
    settled(page, heading)
    expect(page.get_by_text("in the list, as in the chart.").first).to_be_visible()


def test_a_click_on_a_bar_lists_its_customers(app_server, page):
    visit(page, f"{app_server()}/lifecycle", "Lifecycle")
    bars = chart(page, 0).locator("[aria-label*='2025-03-01'][aria-label*='new']")
    bars.first.click(force=True)
    settled(page, page.get_by_text("New in Mar 2025"))
    expect(page.get_by_text("in the list, as in the chart.")).to_be_visible()


def test_a_link_carries_the_filters_and_the_question(app_server, page):
    visit(page, f"{app_server()}/retention", "Retention")
    page.get_by_role("radio", name="Week").click()
    settled(page, page.get_by_text("Week 12", exact=True).first)
    page.get_by_role("combobox", name="Break down by").click()
    page.get_by_role("option", name="channel", exact=True).click()
    settled(page, page.get_by_text("by channel", exact=False).first)
    expect(page).to_have_url(re.compile("interval=week"))
    expect(page).to_have_url(re.compile("by=channel"))
    link = page.url
    page.get_by_test_id("stTopNavSection").filter(has_text="Who stays").click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text="Survival").click()
    settled(page, page.get_by_role("heading", name="Survival", exact=True))
    expect(page).to_have_url(re.compile("survival.*by=channel"))
    visit(page, link, "Retention")
    expect(page.get_by_role("radio", name="Week")).to_be_checked()
    expect(page.get_by_text("All customers, by channel.")).to_be_visible()


def test_a_changed_filter_changes_the_figures(app_server, page):
    visit(page, f"{app_server()}/retention?filter=country%3DDE", "Retention")
    expect(page.get_by_text("Customers with country DE.")).to_be_visible()
    german = page.get_by_test_id("stMetric").first.inner_text()
    visit(page, f"{app_server()}/retention?filter=channel%3Daffiliate", "Retention")
    expect(page.get_by_text("Customers with channel affiliate.")).to_be_visible()
    assert page.get_by_test_id("stMetric").first.inner_text() != german


def test_each_chart_can_be_taken_along(app_server, page):
    visit(page, f"{app_server()}/retention", "Retention")
    page.get_by_role("button").filter(has_text="Download").first.click()
    for kind, begins in (("CSV", b"scope,"), ("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with page.expect_download() as taken:
            page.get_by_role("button", name=kind, exact=True).click()
        assert Path(taken.value.path()).read_bytes().startswith(begins)


def test_the_sql_of_a_figure_is_shown_with_its_values(app_server, page):
    visit(page, f"{app_server()}/retention?filter=country%3DDE", "Retention")
    page.get_by_role("button", name="How is this computed?").first.click()
    expect(page.get_by_text("started early enough for month 3").first).to_be_visible()
    page.get_by_text("The SQL, with its values").first.click()
    shown = page.get_by_test_id("stCode").first
    expect(shown).to_contain_text("list_contains(['DE']")
    expect(shown).to_contain_text("from cells")


def test_the_first_page_of_an_empty_workspace_leads_on(
    app_server, empty_workspace, page
):
    visit(page, app_server(empty_workspace), "Holdfast")
    expect(page.get_by_test_id("stSidebarLogo")).to_be_visible()
    screenshot(page, "empty")
    page.get_by_role("button", name="Load your files").click()
    settled(page, page.get_by_role("heading", name="Data", exact=True))


def test_the_hint_on_another_interval_can_be_taken(app_server, page):
    visit(page, f"{app_server()}/retention", "Retention")
    page.get_by_role("button", name="Switch to weeks").click()
    settled(page, page.get_by_text("Week 12", exact=True).first)
    expect(page).to_have_url(re.compile("interval=week"))


def test_a_link_that_cannot_be_read_falls_back_with_a_notice(app_server, page):
    visit(page, f"{app_server()}/retention?interval=decade&by=nothing", "Retention")
    expect(page.get_by_text("is not a choice")).to_be_visible()
    expect(page.get_by_text("have no attribute")).to_be_visible()
    expect(page.get_by_role("radio", name="Month")).to_be_checked()
