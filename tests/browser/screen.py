"""Waiting for the app to come to rest, and pictures of it."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.conftest import PROJECT

SCREENSHOTS = PROJECT / "build" / "screenshots"
RESTING = "[data-testid='stApp'][data-test-script-state='notRunning']"
CHARTS = "[data-testid='stVegaLiteChart']"
PATIENCE = 30_000


def settled(page: Page, *content: Locator) -> Page:
    """Wait for content to be seen, then for the script to rest and charts to be drawn.

    Name what the last step should bring: right after a click the script may still
    seem to rest from the run before.
    """
    for locator in content:
        expect(locator).to_be_visible(timeout=PATIENCE)
    expect(page.locator(RESTING)).to_be_visible(timeout=PATIENCE)
    # Streamlit fetches the code of charts and tables late, behind a grey placeholder.
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE)
    for chart in page.locator(f"{CHARTS}:visible").all():
        expect(chart.locator("svg, canvas").first).to_be_visible(timeout=PATIENCE)
    return page


def screenshot(page: Page, name: str) -> Path:
    """Save what the page shows under build/screenshots/ and return where."""
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path
