"""Links: what an address says is what is shown, or the page says why not."""

from contextlib import closing

import pytest

from holdfast.dataset import Dataset
from holdfast.filters import read_filters
from holdfast.questions import ask
from holdfast.questions.retention import Retention
from holdfast.questions.support import Support
from holdfast.ui import address
from holdfast.workspace import Workspace
from tests.pages.test_journeys import open_page


def notices(page) -> list[str]:
    return [text.value.replace("\\", "") for text in page.warning]


@pytest.mark.parametrize("text", ["9" * 5000, "0", "21", "many", "²"])
def test_a_number_of_segments_that_is_none_is_told(app, demo_workspace, text):
    page = open_page(app, demo_workspace, "survival", by="plan", segments=text)
    (notice,) = notices(page)
    assert "is no number of segments to show" in notice


@pytest.mark.parametrize(
    "text", ["did opened_app>=" + "9" * 5000, 'plan="', "seats:5", "did", "seats:x.."]
)
def test_a_filter_that_is_none_is_told(app, demo_workspace, text):
    page = open_page(app, demo_workspace, "survival", filter=text)
    assert len(notices(page)) == 1
    assert in_view(page).endswith("**All customers.**")


def test_a_number_of_segments_is_taken(app, demo_workspace):
    page = app(demo_workspace, by=["country"], segments=["2"]).run()
    assert notices(page) == []
    page.switch_page("pages/survival.py").run()
    segments = page.dataframe[0].value["Segment"]
    assert len(segments) == 5, "all, two countries, the others and those without"


@pytest.fixture(scope="module")
def seats(tmp_path_factory):
    """Return a workspace of 120 customers with plans, seats and two days of use."""
    folder = tmp_path_factory.mktemp("seats")
    people = range(120)
    customers = folder / "customers.csv"
    customers.write_text(
        "customer_id,email,plan,seats,signed_up_at\n"
        + "".join(
            f"c{n},c{n}@example.com,{('pro', 'team', 'free')[n % 3]},{n % 20},"
            f"2025-01-{1 + n % 28:02}T09:00:00Z\n"
            for n in people
        )
    )
    events = folder / "events.csv"
    events.write_text(
        "customer_id,event,timestamp\n"
        + "".join(
            f"c{n},login,2025-0{month}-{1 + n % 28:02}T10:00:00Z\n"
            for n in people
            for month in (1, 2, 3)
        )
    )
    workspace = Workspace.create(folder / "workspace")
    workspace.load([customers, events])
    return workspace.path


def in_view(page) -> str:
    return page.caption[0].value.replace("\\", "")


@pytest.mark.parametrize(
    "texts",
    [
        ["seats=5"],
        ["seats!=5"],
        ["signed_up_on=2025-01-05"],
        ["seats:.."],
        ["signed_up_on:1900-01-01.."],
        ["seats:..1e300"],
        ["plan="],
        ["seats:5..", "seats:..7"],
        ["plan=pro", "plan!=team"],
        ["did login>=2"],
        ["did login", "did login"],
        ["plan=pro,pro"],
        ["seats:5..7"],
    ],
    ids=", ".join,
)
def test_every_filter_of_a_link_is_asked(app, seats, texts):
    path = Workspace.open(seats).dataset_path()
    assert path is not None
    with closing(Dataset(path)) as dataset:
        asked = ask(dataset, Retention(), read_filters(texts)).sentence
    page = app(seats, filter=texts).run()
    assert not page.exception
    assert notices(page) == []
    shown = [text.value.replace("\\", "") for text in [*page.markdown, *page.info]]
    assert any(asked in text for text in shown)


def test_a_filter_without_a_control_can_be_removed(app, seats):
    page = app(seats, filter=["seats:5..", "seats:..7"]).run()
    assert "with seats from 5, with seats up to 7" in in_view(page)
    assert page.number_input(key="filter_first_seats").value == 5
    page.button(key="filter_remove_0").click().run()
    assert in_view(page).endswith("**Customers with seats from 5.**")


def test_values_and_events_keep_their_own_names(app, tmp_path):
    events = tmp_path / "events.csv"
    events.write_text(
        "customer_id,event,timestamp\n"
        + "".join(f"c{day % 3},email,2025-01-{day:02}\n" for day in range(1, 29))
    )
    workspace = Workspace.create(tmp_path / "workspace")
    workspace.load([events])
    page = app(workspace.path).run()
    assert page.multiselect(key="filter_did").options == ["email"]


def test_what_names_each_customer_makes_no_segments_unless_asked(app, seats):
    page = app(seats).run()
    offered = page.selectbox(key="filter_breakdown").options
    assert "plan" in offered
    assert "seats" in offered
    assert "E-mail" not in offered
    asked = app(seats, by=["email"]).run()
    assert "E-mail" in asked.selectbox(key="filter_breakdown").options
    assert asked.selectbox(key="filter_breakdown").value == "email"


@pytest.mark.parametrize(
    ("name", "settings", "notice"),
    [
        (
            "retention",
            {"as_of": "1900-01-01"},
            "Read the data as of: the link asks for 1 Jan 1900, which cannot be set"
            " here. It is left empty.",
        ),
        (
            "retention",
            {"unit": "account"},
            "What is counted: the link asks for account, which cannot be set here."
            " It is customer.",
        ),
        (
            "lifecycle",
            {"first": "2200-01-01"},
            "Intervals from: the link asks for 1 Jan 2200, which cannot be set here."
            " It is left empty.",
        ),
    ],
)
def test_a_setting_that_no_control_can_hold_is_told(app, seats, name, settings, notice):
    page = open_page(app, seats, name, **settings)
    assert notices(page) == [notice]
    assert notices(page.run()) == []


def test_every_setting_that_a_control_can_hold_is_taken_silently(app, seats):
    page = open_page(app, seats, "survival", lapse_days="99999", horizon="30")
    assert notices(page) == []
    assert page.number_input(key="survival_lapse_days").value == 99999
    assert page.number_input(key="survival_horizon").value == 30
    page = open_page(
        app, seats, "retention", mode="brackets", brackets="0,1-2", interval="week"
    )
    assert notices(page) == []
    assert page.text_input(key="retention_brackets").value == "0,1-2"


def test_a_number_that_the_question_chooses_is_shown_as_automatic(app, seats):
    page = open_page(app, seats, "survival")
    for key in ("survival_lapse_days", "survival_horizon"):
        field = page.number_input(key=key)
        assert (field.value, field.placeholder) == (None, "Automatic")
    page = open_page(app, seats, "retention")
    field = page.number_input(key="retention_intervals")
    assert (field.label, field.value) == ("Months shown after the start", None)
    field.set_value(2).run()
    assert page.session_state["retention_spec"].intervals == 2


def test_the_ways_of_counting_are_named_by_the_interval(app, seats):
    page = open_page(app, seats, "retention", interval="week")
    assert page.selectbox(key="retention_mode").options == [
        "In that week",
        "In that week or later",
        "From that week to a horizon",
        "In groups of weeks",
    ]
    assert "week 3" in page.selectbox(key="retention_mode").help


def test_a_setting_that_is_called_like_a_filter_stays_in_the_link(monkeypatch):
    class Params(dict):
        def get_all(self, name):
            return [self[name]] if name in self else []

        def from_dict(self, values):
            self.clear()
            self.update(values)

    params = Params()
    monkeypatch.setattr("streamlit.query_params", params)
    asked = Support(by="tag", span="week")
    address.write_address(read_filters([], "plan"), asked)
    assert params == {"by": "plan", "page_by": "tag", "span": "week"}
    assert address.read_spec_from_address(Support) == (asked, [])
    assert address.read_filters_from_address()[0].breakdown == "plan"
