"""Saved segments: from a figure to a list, to a filter on every page."""

import shutil

import pytest

from holdfast.saved_segments import Origin
from holdfast.workspace import Workspace
from tests.pages.test_journeys import open_page
from tests.worlds import dataset_of

CELL = {"selection": {"cell": [{"cohort_key": "2025-01-01", "interval": 1}]}}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build a workspace of six customers in two accounts, four of whom come back."""
    names = ("ann", "bob", "cat", "dan", "eve", "fay")
    dataset = dataset_of(
        tmp_path_factory.mktemp("built"),
        customers=[
            {
                "customer_id": name,
                "signed_up_at": "2025-01-05",
                "account_id": "acme" if name < "c" else "",
                "plan": "pro" if name < "e" else "free",
            }
            for name in names
        ],
        events=[
            (name, "login", f"2025-{month:02}-20")
            for name in names
            for month in ((1, 2, 3) if name < "e" else (1,))
        ],
    )
    dataset.close()
    return dataset.path.parent.parent


@pytest.fixture
def home(built, tmp_path):
    return shutil.copytree(built, tmp_path / "workspace")


def said(elements) -> list[str]:
    return [each.value.replace("\\", "") for each in elements]


def segments_of(home) -> dict[str, list[str]]:
    return {each.name: each.read_ids() for each in Workspace(home).segments.all()}


def button(page, label):
    (found,) = [each for each in page.button if each.label == label]
    return found


def clicked_cell(app, home, **address):
    page = open_page(app, home, "retention", **address)
    page.session_state["retention_triangle"] = CELL
    page.run()
    assert not page.exception
    return page


def test_a_list_is_saved_and_holds_as_a_filter_on_another_page(app, home):
    page = clicked_cell(app, home, filter=["plan=pro,free"])
    proposed = [box.value for box in page.text_input if "segment_name" in box.key]
    assert proposed == [
        "Retained in month 1, cohort Jan 2025",
        "Not retained in month 1, cohort Jan 2025",
    ]
    box = next(box for box in page.text_input if "cell_lost_segment_name" in box.key)
    box.set_value('  Stuck, "really" ')
    page.button(key="cell_lost_segment_save").click().run()
    assert not page.exception
    assert segments_of(home) == {'Stuck, "really"': ["eve", "fay"]}
    assert any(
        text.startswith('Saved: Stuck, "really", 2 customers.')
        for text in said(page.success)
    )
    (segment,) = Workspace(home).segments.all()
    assert segment.origin == Origin(
        "Retention",
        "Not retained in month 1, cohort Jan 2025",
        ("plan=pro,free",),
        "retention",
        (("filter", "plan=pro,free"),),
    )
    button(page, "Show only them").click().run()
    assert not page.exception
    assert page.multiselect(key="filter_in_segment").value == ['Stuck, "really"']
    page.switch_page("pages/lifecycle.py").run()
    assert not page.exception
    assert 'in the segment “Stuck, "really"”' in said(page.caption)[0]
    assert page.query_params["filter"] == [
        "plan=pro,free",
        'in "Stuck, ""really"""',
    ]
    # Both logged in for the last time in January.
    assert said(page.markdown)[0].startswith(
        "##### In Feb 2025, 0 customers were active: 0 new, 0 returning, 0"
        " resurrected; 2 fell silent"
    )


def test_a_name_that_is_taken_is_refused_beside_the_list(app, home):
    Workspace(home).segments.save("Mine", ["ann"], Origin())
    page = clicked_cell(app, home)
    box = next(box for box in page.text_input if "cell_retained_segment" in box.key)
    box.set_value("mine")
    page.button(key="cell_retained_segment_save").click().run()
    assert not page.exception
    assert any("There is a segment 'mine' already" in text for text in said(page.error))
    assert segments_of(home) == {"Mine": ["ann"]}


def test_of_accounts_their_customers_are_saved(app, home):
    page = open_page(app, home, "lifecycle", unit=["account"])
    page.toggle(key="lifecycle_unit").set_value(True).run()
    page.session_state["lifecycle_bars"] = {
        "selection": {"bar": [{"period_key": "2025-02-01", "status": "returning"}]}
    }
    page.run()
    assert page.dataframe[0].value["id"].tolist() == ["acme"]
    page.button(key="lifecycle_members_segment_save").click().run()
    assert not page.exception
    assert segments_of(home) == {"Returning in Feb 2025": ["ann", "bob"]}


def test_a_link_names_a_segment(app, home):
    Workspace(home).segments.save("Mine", ["ann", "gone"], Origin())
    page = open_page(app, home, "lifecycle", filter=["not in Mine"], by=["in Mine"])
    assert said(page.warning) == []
    assert page.multiselect(key="filter_not_in_segment").value == ["Mine"]
    assert page.selectbox(key="filter_breakdown").value == 'in "Mine"'
    assert "Of the segment “Mine”, 1 of 2 is not in the data." in " ".join(
        said(page.caption)
    )


def test_a_link_to_a_segment_that_is_none_says_so(app, home):
    Workspace(home).segments.save("Mine", ["ann"], Origin())
    page = app(home, filter=['in "Mint"']).run()
    assert said(page.warning) == [
        "There is no saved segment 'Mint'. Did you mean Mine?"
    ]
    assert said(page.caption)[0].endswith("**All customers.**")


def test_a_segment_that_somebody_else_deletes_is_missed(app, home):
    segments = Workspace(home).segments
    segments.save("Mine", ["ann"], Origin())
    page = open_page(app, home, "lifecycle", filter=['in "Mine"'])
    segments.delete("Mine")
    page.run()
    assert not page.exception
    assert any(
        "no saved segment 'Mine' any more" in text for text in said(page.warning)
    )
    assert "**All customers.**" in said(page.caption)[0]


def listed(page):
    return next(
        each.value
        for each in page.dataframe
        if "From" in each.value.columns and "Segment" in each.value.columns
    )


def test_the_data_page_lists_renames_and_deletes(app, home):
    segments = Workspace(home).segments
    view = (("filter", "plan=pro"), ("interval", "week"))
    origin = Origin("Retention", "Retained", ("plan=pro",), "retention", view)
    segments.save("Mine", ["ann", "gone"], origin)
    segments.save("Yours", ["bob"], Origin())
    page = open_page(app, home, "data", filter=['in "Mine"'])
    rows = listed(page).drop(columns="Saved at (UTC)")
    assert rows.values.tolist() == [
        ["Yours", 1, 0, "All customers."],
        ["Mine", 2, 1, "Retained, Retention. Customers with plan pro."],
    ]
    # The one without a page has no view to go back to.
    assert "data_segment_view" not in [each.key for each in page.button]
    page.selectbox(key="data_segment").set_value("Mine").run()
    box = next(box for box in page.text_input if "data_segment_new_name" in box.key)
    box.set_value("Ours")
    page.button(key="data_segment_rename").click().run()
    assert not page.exception
    assert list(segments_of(home)) == ["Ours", "Yours"]
    # The filter goes by the new name, and the segment stays chosen.
    assert page.multiselect(key="filter_in_segment").value == ["Ours"]
    assert page.selectbox(key="data_segment").value == "Ours"
    assert "The segment is called Ours now." in said(page.success)
    page.button(key="data_segment_delete").click().run()
    assert not page.exception
    assert list(segments_of(home)) == ["Yours"]
    assert page.multiselect(key="filter_in_segment").value == []
    assert said(page.warning) == []
    page.button(key="data_segment_apply").click().run()
    assert page.multiselect(key="filter_in_segment").value == ["Yours"]


def test_the_view_that_a_segment_came_from_is_shown_again(app, home):
    view = (("filter", "plan=pro"), ("interval", "week"), ("by", "plan"))
    origin = Origin("Retention", "Retained", ("plan=pro",), "retention", view)
    Workspace(home).segments.save("Mine", ["ann"], origin)
    page = open_page(app, home, "retention", filter=["plan=free"])
    page.switch_page("pages/data.py").run()
    page.button(key="data_segment_view").click().run()
    assert not page.exception
    assert page.title[0].value == "Retention"
    assert said(page.caption)[0].endswith("**Customers with plan pro, by plan.**")
    assert page.segmented_control(key="retention_interval").value == "week"


def test_without_a_segment_the_page_says_how_to_get_one(app, home):
    page = open_page(app, home, "data")
    assert any("who can be saved as a segment" in text for text in said(page.caption))
    assert "filter_in_segment" not in [box.key for box in page.multiselect]


def test_a_damaged_segment_is_told_and_can_be_taken_off_the_list(app, home):
    segments = Workspace(home).segments
    segments.save("Mine", ["ann"], Origin())
    for path in (home / "segments").iterdir():
        path.write_text("{")
    page = open_page(app, home, "data")
    assert any("1 saved segment cannot be read" in text for text in said(page.warning))
    page.button(key="data_segments_lost").click().run()
    assert not page.exception
    assert said(page.warning) == []
    assert list((home / "segments").iterdir()) == []


def test_segments_are_there_before_the_data(app, tmp_path):
    workspace = Workspace.create(tmp_path / "empty")
    workspace.segments.save("Mine", ["ann"], Origin())
    page = open_page(app, workspace.path, "data")
    assert listed(page)["Segment"].tolist() == ["Mine"]
