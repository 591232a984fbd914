"""Loading files as a person does: drop, look, import, see the answer."""

import csv
import io
import re
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from holdfast.workspace import Workspace
from tests.browser.screen import PATIENCE, screenshot, settled
from tests.conftest import PROJECT
from tests.reference import reference_data

SAMPLE = PROJECT / "sample_data"
# An import of half a million rows on a busy computer.
LONG = 90_000
HOSTILE = (
    "![x](http://evil.example/name.png)",
    "<script>fetch('http://evil.example/name')</script>",
    "<img src=http://evil.example/img.png>",
    "[click](javascript:alert(1)) :red[word] $x^2$ **bold**",
    "=1+1",
    "n" * 300,
)


@pytest.fixture
def empty(app_server, empty_workspace) -> str:
    """Return the address of the app on a workspace that is empty."""
    return app_server(empty_workspace)


def visit(page: Page, address: str) -> Page:
    page.goto(f"{address}/data")
    return settled(page, page.get_by_role("heading", name="Data", exact=True))


def drop(page: Page, *files) -> None:
    page.locator("input[type=file]").first.set_input_files(list(files))


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click(timeout=PATIENCE)


def choose(page: Page, box: str, option: str) -> None:
    page.get_by_role("combobox", name=box).click()
    page.get_by_role("option", name=option, exact=True).click()


def literal(text: str) -> str:
    """Return a text as it is shown: what would be a link is parted invisibly."""
    return text.replace("http:", "http:\u2060")


def imported(page: Page, said: Locator) -> None:
    expect(said).to_be_visible(timeout=LONG)
    settled(page)


def triangle(page: Page) -> Locator:
    return page.get_by_test_id("stVegaLiteChart").nth(1)


def cohort(page: Page, name: str) -> list[tuple[int, int, str]]:
    """Return retained customers, customers and the rate shown in a cohort's cells."""
    found = []
    for mark in triangle(page).locator(f"[aria-label*='{name}']").all():
        label = mark.get_attribute("aria-label") or ""
        numbers = re.search(r"Retained: ([\d,]+) of ([\d,]+)", label)
        rate = re.search(r"(\d+(?:\.\d+)?)%", label)
        if numbers and rate:
            retained, customers = (int(n.replace(",", "")) for n in numbers.groups())
            found.append((retained, customers, rate[1]))
    return found


def test_published_cohorts_come_out_of_a_file_dropped_on_the_page(empty, page):
    file = reference_data("online_retail/online_retail.parquet")
    with reference_data("online_retail/expected_cohort_counts.csv").open() as stream:
        published = next(row for row in csv.reader(stream) if row[0] == "2010-12")
    visit(page, empty)
    drop(page, file)
    settled(page, page.get_by_text("online_retail.parquet: Order lines, 541,909 rows"))
    press(page, "Import the file")
    imported(page, page.get_by_text("Loaded 406,829 rows from 1 file."))
    expect(page.get_by_text("Rejected: 135,080.")).to_be_visible()
    screenshot(page, "loading-online-retail")
    page.get_by_role("link", name="See who stays").click()
    settled(page, page.get_by_role("heading", name="Retention", exact=True))
    choose(page, "Starts with", "Order")
    choose(page, "Comes back with", "Order")
    settled(page, page.get_by_text("with an order placed an order in month"))
    cells = cohort(page, "Dec 2010")
    assert [retained for retained, *_ in cells] == [int(n) for n in published[1:]]
    assert {customers for _, customers, _ in cells} == {885}
    assert [rate for *_, rate in cells][1:4] == ["36.6", "32.3", "38.4"]
    for shown in ("37", "32", "38"):
        number = triangle(page).locator("text", has_text=re.compile(f"^{shown}%?$"))
        expect(number.first).to_be_attached()
    screenshot(page, "loading-online-retail-retention")

    choose(page, "Starts with", "Order, returns count too")
    choose(page, "Comes back with", "Order, returns count too")
    settled(page, triangle(page).locator("[aria-label*='of 948']").first)
    assert {customers for _, customers, _ in cohort(page, "Dec 2010")} == {948}


def test_a_folder_that_is_named_by_its_path_is_understood_without_help(empty, page):
    visit(page, empty)
    page.get_by_role("textbox", name="Or the path of a file or folder").fill(
        str(SAMPLE)
    )
    page.keyboard.press("Enter")
    settled(page, page.get_by_role("button", name="Import 12 of 13 files"))
    expect(page.get_by_text("stripe_subscriptions.csv: Stripe sub")).to_be_visible()
    screenshot(page, "loading-sample-files")


def test_an_import_shows_its_stage_and_stops_when_asked(empty, empty_workspace, page):
    visit(page, empty)
    press(page, "Load the sample company")
    main = page.get_by_test_id("stMain")
    expect(main.get_by_role("progressbar")).to_be_visible(timeout=PATIENCE)
    expect(main.get_by_text("Reading mixpanel_events.jsonl.gz")).to_be_visible(
        timeout=PATIENCE
    )
    main.get_by_role("button", name="Stop").click()
    settled(page, page.get_by_text("The work was stopped. Nothing was changed."))
    assert Workspace.open(empty_workspace).status().sources == ()
    press(page, "Load the sample company")
    imported(page, page.get_by_text("from 12 files."))


def test_closing_the_tab_stops_the_import(empty, empty_workspace, page):
    visit(page, empty)
    press(page, "Load the sample company")
    expect(page.get_by_text("Reading mixpanel_events.jsonl.gz")).to_be_visible(
        timeout=PATIENCE
    )
    page.close()
    deadline = time.monotonic() + 20
    while list(empty_workspace.glob("staging-*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert list(empty_workspace.glob("staging-*")) == []
    assert Workspace.open(empty_workspace).status().sources == ()


def test_hostile_names_and_values_are_shown_letter_by_letter(empty, page):
    lines = io.StringIO()
    rows = csv.writer(lines)
    rows.writerow(["customer_id", "event", "timestamp", *HOSTILE])
    for day, value in enumerate(HOSTILE, start=1):
        rows.writerow([value, value, f"2025-01-{day:02d}", *[value] * len(HOSTILE)])
    visit(page, empty)
    drop(
        page,
        {"name": f"{HOSTILE[0]}.csv", "mimeType": "text/csv", "buffer": b""},
        {
            "name": f"{HOSTILE[2]}.csv",
            "mimeType": "text/csv",
            "buffer": lines.getvalue().encode(),
        },
    )
    block = page.get_by_text(literal(f"{HOSTILE[2]}.csv: Events, 6 rows"))
    settled(page, block)
    expect(page.get_by_text(literal(f"{HOSTILE[0]}.csv is empty."))).to_be_visible()
    block.click()
    settled(page, page.get_by_role("button", name="Remove this file"))
    for text in HOSTILE[:5]:
        expect(page.get_by_text(literal(text), exact=True).first).to_be_attached()
    expect(page.locator("img[src*=evil], a[href*=evil]")).to_have_count(0)
    screenshot(page, "loading-hostile")
    press(page, "Import the file")
    settled(page, page.get_by_text("Loaded 6 rows from 1 file."))
    page.get_by_text("Takes the last change back").scroll_into_view_if_needed()
    for name in ("retention", "survival", "lifecycle", "data"):
        page.goto(f"{empty}/{name}")
        settled(page, page.get_by_role("heading", level=1))
        expect(page.get_by_test_id("stException")).to_have_count(0)
        # The request that an image or a script makes fails the test on its own.
        expect(page.locator("img[src*=evil], a[href*=evil]")).to_have_count(0)
        expect(page.locator("a[href^=javascript]")).to_have_count(0)
