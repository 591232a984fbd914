"""Tables of public connectors: each is known without help, or said to fill nothing."""

import csv
import json
from pathlib import Path

import pytest

from holdfast.exports.recognition import layouts, missing_columns, recognise
from holdfast.exports.recognition.guessing import best_guess
from holdfast.workspace import Workspace
from tests.conftest import PROJECT
from tests.reference import reference_data

DOCUMENT = PROJECT / "docs" / "exports.md"

# What each table fills and with what, decided by reading the tables, with the program's
# answers known; an empty text is a table that none of ours can be filled from.
EXPECTED = {
    "amplitude/amplitude_event_data.csv": (
        "events: customer_id=user_id|amplitude_id event=event_type"
        " happened_at=event_time event_id=_insert_id|uuid"
    ),
    "amplitude/amplitude_event_type_data.csv": "",
    "ga4_export/event_data.csv": (
        "events: customer_id=user_id|user_pseudo_id event=name happened_at=timestamp"
        " event_id=_fivetran_id"
    ),
    "mixpanel/event.csv": (
        "events: customer_id=distinct_id event=name happened_at=time event_id=insert_id"
    ),
    "qualtrics/directory_contact.csv": (
        "customers: customer_id=id email=email signed_up_at=creation_date"
        " updated_at=last_modified"
    ),
    "qualtrics/distribution_contact.csv": (
        "invitations: customer_id=contact_id sent_at=sent_at campaign=distribution_id"
    ),
    "qualtrics/question.csv": "",
    "qualtrics/question_option.csv": "",
    "qualtrics/question_response.csv": "",
    "qualtrics/survey.csv": "",
    "qualtrics/survey_embedded_data.csv": "",
    "qualtrics/survey_response.csv": (
        "responses: email=recipient_email answered_at=recorded_date|end_date"
        " language=user_language campaign=survey_id response_id=id"
    ),
    "recharge/charge_data.csv": (
        "payments: customer_id=customer_id email=email"
        " charged_at=processed_at|created_at payment_id=id amount=total_price"
        " refunded=total_refunds status=status failure_reason=error|error_type"
    ),
    "recharge/customer_data.csv": (
        "customers: customer_id=id email=email signed_up_at=created_at"
        " updated_at=updated_at"
    ),
    "recharge/order_line_item_data.csv": "",
    "recharge/orders_data.csv": (
        "orders: customer_id=customer_id email=email"
        " ordered_at=processed_at|created_at order_id=id amount=total_price"
    ),
    "recharge/subscription_data.csv": (
        "subscriptions: customer_id=customer_id started_at=created_at"
        " subscription_id=id plan=product_title|variant_title status=status"
        " ended_at=cancelled_at cancelled_at=cancelled_at"
        " cancel_reason=cancellation_reason"
        " cancel_comment=cancellation_reason_comments price=price quantity=quantity"
    ),
    "recharge/subscription_history_data.csv": (
        "subscriptions: customer_id=customer_id started_at=created_at"
        " subscription_id=subscription_id plan=product_title|variant_title"
        " status=status ended_at=cancelled_at cancelled_at=cancelled_at"
        " cancel_reason=cancellation_reason"
        " cancel_comment=cancellation_reason_comments price=price quantity=quantity"
    ),
    "shopify/shopify_abandoned_checkout_data.csv": "",
    "shopify/shopify_customer_data.csv": (
        "customers: customer_id=id email=email signed_up_at=created_at"
        " updated_at=updated_at"
    ),
    "shopify/shopify_customer_tag_data.csv": "",
    "shopify/shopify_order_data.csv": (
        "orders: customer_id=customer_id email=email"
        " ordered_at=processed_at|created_at order_id=id amount=total_price"
        " currency=currency"
    ),
    "shopify/shopify_order_line_data.csv": "",
    "shopify/shopify_refund_data.csv": "",
    "shopify/shopify_transaction_data.csv": "",
    "stripe/charge_data.csv": (
        "payments: customer_id=customer_id charged_at=created payment_id=id"
        " amount=amount currency=currency refunded=amount_refunded status=status"
        " failure_reason=failure_message|failure_code"
    ),
    "stripe/coupon_data.csv": "",
    "stripe/credit_note_data.csv": "",
    "stripe/customer_data.csv": (
        "customers: customer_id=id email=email signed_up_at=created"
    ),
    "stripe/discount_data.csv": "",
    "stripe/dispute_data.csv": "",
    "stripe/invoice_data.csv": (
        "payments: customer_id=customer_id charged_at=period_start payment_id=id"
        " amount=amount_due currency=currency status=status"
    ),
    "stripe/invoice_line_item_data.csv": "",
    "stripe/payment_intent_data.csv": (
        "payments: customer_id=customer_id charged_at=created payment_id=id"
        " amount=amount currency=currency status=status"
        " failure_reason=last_payment_error_message|last_payment_error_code"
    ),
    "stripe/plan_data.csv": "",
    "stripe/price_data.csv": "",
    "stripe/product_data.csv": "",
    "stripe/refund_data.csv": "",
    "stripe/subscription_data.csv": (
        "subscriptions: customer_id=customer_id started_at=start_date|created"
        " subscription_id=id status=status trial_ended_at=trial_end ended_at=ended_at"
        " cancelled_at=canceled_at quantity=quantity"
    ),
    "stripe/subscription_history_data.csv": (
        "subscriptions: customer_id=customer_id started_at=start_date|created"
        " subscription_id=id status=status trial_ended_at=trial_end ended_at=ended_at"
        " cancelled_at=canceled_at quantity=quantity"
    ),
    "stripe/subscription_item_data.csv": "",
    "zendesk/brand_data.csv": "",
    "zendesk/group_data.csv": "",
    "zendesk/organization_data.csv": "",
    "zendesk/sla_policy_metric_history_data.csv": "",
    "zendesk/ticket_comment_data.csv": "",
    "zendesk/ticket_data.csv": (
        "tickets: customer_id=requester_id opened_at=created_at ticket_id=id"
        " subject=subject status=status priority=priority channel=via_channel"
    ),
    "zendesk/ticket_field_history_data.csv": "",
    "zendesk/ticket_form_history_data.csv": "",
    "zendesk/ticket_tag_data.csv": "",
    "zendesk/user_data.csv": (
        "customers: customer_id=id account_id=organization_id email=email"
        " signed_up_at=created_at updated_at=updated_at"
    ),
}
# Where names and values without a layout lead astray: why layouts are needed.
GUESSED_OTHERWISE = {
    "ga4_export/event_data.csv",
    "qualtrics/survey_response.csv",
    "recharge/charge_data.csv",
    "recharge/orders_data.csv",
    "shopify/shopify_abandoned_checkout_data.csv",
    "shopify/shopify_refund_data.csv",
    "shopify/shopify_transaction_data.csv",
    "stripe/discount_data.csv",
    "stripe/dispute_data.csv",
    "stripe/invoice_data.csv",
    "stripe/payment_intent_data.csv",
}


def read(path: Path) -> tuple[list[str], dict[str, list[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream)
    # One table names a column twice; the second is left out here.
    return list(dict.fromkeys(header)), {
        name: [row[place].strip() for row in rows if row[place].strip()]
        for place, name in reversed(list(enumerate(header)))
    }


def said(roles: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {role: "|".join(columns) for role, columns in roles.items()}


def expected(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split()[1:])


def results() -> list[str]:
    """Return the rows of the document's table."""
    folder = reference_data("vendor_layouts")
    inventory = json.loads((folder / "inventory.json").read_text(encoding="utf-8"))
    lines = []
    for table in sorted(inventory, key=lambda each: each["file"]):
        name = table["file"]
        found = recognise(*read(folder / name))
        title = found.layout.title if found.layout else "–"
        if found.mapping:
            part = found.mapping.feeds[0]
            fills = part.feed
            roles = ", ".join(
                f"{role}: {', '.join(f'`{column}`' for column in columns)}"
                for role, columns in sorted(part.roles.items())
            )
        else:
            fills = "nothing"
            roles = (
                found.layout.traps[0] if found.layout else "nothing tells what it is"
            )
        lines.append(f"| `{name}` | {title} | {fills} | {roles} |")
    return lines


def known() -> list[str]:
    """Return the rows of the document's table of layouts."""
    return [
        f"| {each.title} | {', '.join(dict.fromkeys(p['feed'] for p in each.feeds))}"
        f" | {each.status} | {'; '.join(each.traps)} |"
        for each in layouts().values()
        if each.feeds
    ]


def test_the_expectations_are_of_every_table():
    folder = reference_data("vendor_layouts")
    inventory = json.loads((folder / "inventory.json").read_text(encoding="utf-8"))
    assert sorted(EXPECTED) == sorted(table["file"] for table in inventory)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_connectors_table_is_known(name):
    found = recognise(*read(reference_data(f"vendor_layouts/{name}")))
    if not EXPECTED[name]:
        assert found.mapping is None
        return
    assert found.mapping is not None
    part = found.mapping.feeds[0]
    assert part.feed == EXPECTED[name].split(":")[0]
    assert said(dict(part.roles)) == expected(EXPECTED[name])


@pytest.mark.parametrize("name", sorted(set(EXPECTED) - GUESSED_OTHERWISE))
def test_most_tables_are_guessed_without_their_layout(name):
    guessed = best_guess(*read(reference_data(f"vendor_layouts/{name}")))
    feed = guessed[0].feeds[0].feed if guessed else ""
    assert feed == EXPECTED[name].split(":")[0]


@pytest.mark.parametrize(
    "name",
    [
        "mixpanel/event.csv",
        "shopify/shopify_customer_data.csv",
        "stripe/charge_data.csv",
        "zendesk/ticket_data.csv",
    ],
)
def test_a_file_is_known_as_the_workspace_reads_it(tmp_path, name):
    path = reference_data(f"vendor_layouts/{name}")
    inspection = Workspace.create(tmp_path / "workspace").inspect(path)
    assert inspection.mapping is not None
    part = inspection.mapping.feeds[0]
    assert said(dict(part.roles)) == expected(EXPECTED[name])


def test_the_refusal_of_a_table_without_use_says_why():
    columns, _ = read(reference_data("vendor_layouts/stripe/plan_data.csv"))
    refusal = missing_columns(columns, "plan_data.csv")
    assert refusal.code == "feeds_nothing"
    assert refusal.sentence == (
        "plan_data.csv holds Stripe plans, which fill no table: they list plans, not"
        " who has them."
    )


def test_the_document_shows_the_results():
    document = DOCUMENT.read_text(encoding="utf-8").splitlines()
    shown = [line for line in document if line.startswith("| `")]
    assert shown == results()


def test_the_document_lists_every_known_export():
    document = DOCUMENT.read_text(encoding="utf-8").splitlines()
    rows = {line for line in document if line.startswith("| ")}
    assert [line for line in known() if line not in rows] == []
