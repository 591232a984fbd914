"""The funnel page as people use it: by keyboard alone, and by a click on a bar."""

import re
from urllib.parse import parse_qs, quote, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.screen import PATIENCE, settled

STEPS = "event:opened_app > event:commented"


def visit(page: Page, address: str, steps: str) -> Page:
    page.goto(f"{address}/funnel?steps={quote(steps)}")
    return settled(page, page.get_by_role("heading", name="Steps", exact=True))


def tab_to(page: Page, key: str, back: bool = False) -> None:
    """Press Tab until the focus is in the element with a key."""
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate(
            "key => !!document.activeElement.closest(`.st-key-${key}`)", key
        ):
            return
    raise AssertionError(f"The Tab key does not lead to {key}")


def expect_steps(page: Page, *steps: str) -> None:
    """Wait until the address is the funnel of these steps."""
    wanted = " > ".join(steps)
    page.wait_for_url(
        lambda url: parse_qs(urlsplit(url).query).get("steps") == [wanted],
        timeout=PATIENCE,
    )
    settled(page)


def focused(page: Page, key: str) -> bool:
    found: bool = page.evaluate(
        "key => !!document.activeElement.closest(`.st-key-${key}`)", key
    )
    return found


def test_a_funnel_is_built_by_keyboard_alone(app_server, page):
    visit(page, app_server(), STEPS)
    keys = page.keyboard
    tab_to(page, "funnel_step_1_what")
    # The options begin with the sign-up.
    keys.press("ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()
    for _ in range(30):
        keys.press("ArrowUp")
    keys.press("Enter")
    expect_steps(page, "signup", "event:commented")
    assert focused(page, "funnel_step_1_what")

    tab_to(page, "funnel_add")
    keys.press("Space")
    expect_steps(page, "signup", "event:commented", "event:signed_up")
    tab_to(page, "funnel_step_3_up", back=True)
    keys.press("Enter")
    expect_steps(page, "signup", "event:signed_up", "event:commented")
    assert focused(page, "funnel_step_3_up")

    tab_to(page, "funnel_step_3_copy")
    keys.press("Enter")
    expect_steps(
        page, "signup", "event:signed_up", "event:commented", "event:commented"
    )
    tab_to(page, "funnel_step_2_remove", back=True)
    keys.press("Space")
    expect_steps(page, "signup", "event:commented", "event:commented")

    tab_to(page, "funnel_step_2_details", back=True)
    keys.press("Enter")
    unit = page.get_by_role("combobox", name="At most, after the step before: unit")
    expect(unit).to_be_visible(timeout=PATIENCE)
    settled(page)
    tab_to(page, "funnel_step_2_within_unit")
    keys.press("ArrowDown")
    for _ in range(10):
        keys.press("ArrowUp")
    keys.press("Enter")
    expect_steps(page, "signup", "event:commented@14s", "event:commented")


def test_a_click_on_a_bar_lists_as_many_customers_as_it_shows(app_server, page):
    visit(page, app_server(), STEPS)
    bars = page.get_by_test_id("stVegaLiteChart").first
    for state in ("Got to the step", "Stopped before it", "Still have time"):
        bar = bars.locator(f"[aria-label*='State: {state}']").last
        said = bar.get_attribute("aria-label") or ""
        number = re.search(r"Customers: ([\d,]+)", said)
        assert number, said
        bar.click(force=True)
        settled(page, page.get_by_text(f"{number[1]} in the list, as in the chart."))
    expect(page.get_by_role("button", name="Save as a segment")).to_be_visible()
