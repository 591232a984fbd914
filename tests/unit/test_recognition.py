import csv
import gzip
import json
from itertools import islice
from pathlib import Path

import pytest

from holdfast.exports.recognition import layouts, recognise, time_format
from holdfast.model import feed
from holdfast.workspace import Workspace
from tests.reference import reference_data

SAMPLE_DATA = Path(__file__).resolve().parents[2] / "sample_data"


def test_every_layout_names_feeds_and_roles_that_exist():
    for layout in layouts().values():
        assert layout.title
        assert layout.source
        for part in layout.feeds:
            roles = {role.name for role in feed(part["feed"]).roles}
            named = {
                name
                for section in ("roles", "constants", "patterns", "formats", "values")
                for name in part.get(section, {})
            }
            assert named <= roles, layout.name


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("mixpanel_events.jsonl.gz", "mixpanel_events"),
        ("customers.csv", "customers"),
        ("stripe_subscriptions.csv", "stripe_subscriptions"),
        ("stripe_charges.csv", "stripe_charges"),
        ("orders.csv", "orders"),
        ("typeform_nps.csv", "typeform_nps"),
        ("typeform_csat.csv", "typeform_csat"),
        ("typeform_ces.csv", "typeform_ces"),
        ("survey_invitations.csv", "survey_invitations"),
        ("zendesk_tickets.csv", "zendesk_tickets"),
        ("referrals.csv", "referrals"),
        ("experiment_touches.csv", "experiment_touches"),
    ],
)
def test_each_file_of_the_sample_company_is_recognised(tmp_path, name, layout):
    path = beginning(SAMPLE_DATA / name, tmp_path)
    inspection = Workspace.create(tmp_path / "workspace").inspect(path)
    assert inspection.recognition.layout.name == layout
    assert inspection.recognition.confidence >= 0.8


def beginning(path: Path, folder: Path, lines: int = 300) -> Path:
    """Write the first lines of a sample file, plain, under its own name."""
    target = folder / path.name
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        target.write_bytes(b"".join(islice(stream, lines)))
    return target


def test_names_are_compared_without_case_blanks_and_byte_order_mark():
    columns = ["\ufeffUSER ID ", "Signed-up at", "plan"]
    found = recognise([name.strip() for name in columns], {})
    assert found.layout.name == "customers"
    assert found.mapping.feeds[0].roles["customer_id"] == ("\ufeffUSER ID",)
    assert [each.name for each in found.mapping.feeds[0].kept] == ["plan"]


@pytest.mark.parametrize(
    "mail", ["email", "E-Mail", "email_address", "customer_email", "User Email"]
)
@pytest.mark.parametrize(
    ("layout", "columns"),
    [
        ("customers", "customer_id signed_up_at"),
        ("events", "customer_id event timestamp"),
        ("experiment_touches", "customer_id experiment variant seen_at"),
        ("order_lines", "customer_id order_id quantity unit_price order_date"),
        ("orders", "customer_id order_id order_date amount"),
        ("subscriptions", "customer_id start_date end_date"),
        ("survey_invitations", "customer_id survey sent_at"),
        ("survey_responses", "customer_id survey score answered_at"),
    ],
)
def test_plain_tables_take_an_address_by_each_of_its_names(layout, columns, mail):
    found = recognise([*columns.split(), mail], {})
    assert found.layout.name == layout
    roles = {part.feed: part.roles.get("email") for part in found.mapping.feeds}
    assert roles == dict.fromkeys(roles, (mail,))


def test_a_customer_of_stripe_is_the_own_id_where_it_was_passed_on():
    columns = [
        *("id", "Customer ID", "Status", "Start (UTC)", "Current Period End (UTC)"),
        *("Start Date (UTC)", "user_id (metadata)"),
    ]
    roles = recognise(columns, {}).mapping.feeds[0].roles
    assert roles["customer_id"] == ("user_id (metadata)", "Customer ID")
    without = recognise(columns[:-1], {}).mapping.feeds[0].roles
    assert without["customer_id"] == ("Customer ID",)


def test_the_telco_table_gives_tenure_and_churn(tmp_path):
    path = reference_data("telco/Telco-Customer-Churn.csv")
    inspection = Workspace.create(tmp_path / "workspace").inspect(path)
    assert inspection.recognition.layout.name == "telco_customers"
    assert inspection.rows == 7043
    assert inspection.mapping.feeds[0].roles == {
        "customer_id": ("customerID",),
        "tenure_months": ("tenure",),
        "has_churned": ("Churn",),
    }


def test_what_is_like_nothing_known_is_not_guessed():
    found = recognise(["x", "y"], {"x": ["1"]})
    assert (found.layout, found.mapping, found.confidence) == (None, None, 0.0)
    assert found.reasons == ("no known layout has columns like x, y",)


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["2024-01-31", "2024-02-01T10:00:00Z"], "iso"),
        (["1700000000", "1700000001"], "epoch_s"),
        (["1700000000000"], "epoch_ms"),
        (["1700000000000000"], "epoch_us"),
        (["20240131"], "%Y%m%d"),
        (["31/01/2024", "01/02/2024"], "%d/%m/%Y"),
        (["01/31/2024", "02/01/2024"], "%m/%d/%Y"),
        (["31.01.2024 10:00"], "%d.%m.%Y %H:%M"),
        (["1/5/2024 3:04 PM"], "%m/%d/%Y %I:%M %p"),
        ([], "iso"),
    ],
)
def test_the_format_of_times_is_found_in_the_values(values, form):
    assert time_format(values)[0] == form


def test_an_ambiguous_date_is_said():
    form, remark = time_format(["03/04/2024"])
    assert form == "%d/%m/%Y"
    assert remark == "dates are read as day/month/year; month/day/year fits too"


def test_json_and_csv_of_one_table_are_the_same_to_recognition(tmp_path):
    workspace = Workspace.create(tmp_path / "workspace")
    row = {"user_id": "1", "event": "login", "timestamp": "2024-01-01T00:00:00Z"}
    lines = tmp_path / "events.jsonl"
    lines.write_text(json.dumps(row) + "\n")
    table = tmp_path / "events.csv"
    with table.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, row)
        writer.writeheader()
        writer.writerow(row)
    assert workspace.inspect(lines).mapping == workspace.inspect(table).mapping
