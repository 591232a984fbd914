"""What somebody does first: drop what there is, change nothing, import."""

import re
import zipfile

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.screen import PATIENCE, screenshot, settled
from tests.browser.test_loading import LONG, SAMPLE, cohort, drop, imported, press
from tests.workbooks import workbook

ORDERS = "order_id,customer_id,ordered_at,amount\no1,a,2024-01-05,10\n"
CUSTOMERS = "customer_id,signed_up_at,plan\na,2024-01-01,pro\nb,2024-01-02,free\n"


@pytest.fixture
def data_page(app_server, empty_workspace, page) -> Page:
    """Return the Data page of an empty workspace."""
    page.goto(f"{app_server(empty_workspace)}/data")
    return settled(page, page.get_by_role("heading", name="Data", exact=True))


def block(page: Page, text: str) -> Locator:
    return page.get_by_text(text).first


def test_a_whole_folder_that_is_dropped_gives_the_retention_of_the_demo(
    app_server, data_page, open_page
):
    page = data_page
    page.locator("input[type=file][webkitdirectory]").set_input_files(SAMPLE)
    button = page.get_by_role("button", name=re.compile(r"Import 12 of 13 files"))
    expect(button).to_be_visible(timeout=LONG)
    settled(page)
    expect(page.get_by_text(".gitattributes")).to_have_count(0)
    screenshot(page, "new-user-folder")
    button.click(timeout=PATIENCE)
    imported(page, page.get_by_text("from 12 files. Rejected: 0. Duplicates: 0."))
    screenshot(page, "new-user-report")
    page.get_by_role("link", name="See who stays").click()
    heading = page.get_by_role("heading", name="Retention", exact=True)
    settled(page, heading)
    screenshot(page, "new-user-retention")
    demo = open_page()
    demo.goto(f"{app_server()}/retention")
    settled(demo, demo.get_by_role("heading", name="Retention", exact=True))
    expected = cohort(demo, "Jul 2024")
    assert len(expected) > 12
    assert cohort(page, "Jul 2024") == expected


def test_an_archive_is_dropped_and_loaded_like_its_files(data_page, tmp_path):
    page = data_page
    with zipfile.ZipFile(tmp_path / "exports.zip", "w") as archive:
        archive.writestr("shop/orders.csv", ORDERS)
        archive.writestr("people.csv", CUSTOMERS)
        archive.writestr("read me.md", "# Exports")
    drop(page, tmp_path / "exports.zip")
    settled(page, block(page, "exports.zip/shop/orders.csv: Orders, 1 row"))
    expect(block(page, "exports.zip/people.csv: Customers, 2 rows")).to_be_visible()
    press(page, "Import 2 files")
    imported(page, page.get_by_text("Loaded 3 rows from 2 files."))


def test_of_a_workbook_another_sheet_is_chosen_and_loaded(data_page, tmp_path):
    page = data_page
    sheets = {
        "People": [line.split(",") for line in CUSTOMERS.splitlines()],
        "Orders": [line.split(",") for line in ORDERS.splitlines()],
    }
    (tmp_path / "shop.xlsx").write_bytes(workbook(sheets))
    drop(page, tmp_path / "shop.xlsx")
    people = block(page, "shop.xlsx: Customers, 2 rows")
    settled(page, people)
    people.click()
    note = page.get_by_text("Only the sheet People is read. Others with rows: Orders.")
    settled(page, note)
    page.get_by_text("How the file is read").click()
    # By keys: an open list closes where the page scrolls under it.
    sheet = page.get_by_role("combobox", name="Sheet")
    settled(page, sheet)
    screenshot(page, "new-user-sheets")
    sheet.focus()
    sheet.press_sequentially("Orders")
    sheet.press("Enter")
    settled(page, block(page, "shop.xlsx: Orders, 1 row"))
    press(page, "Import the file")
    imported(page, page.get_by_text("Loaded 1 row from 1 file."))
