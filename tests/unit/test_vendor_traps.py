"""The traps of vendors' exports: what becomes of the rows that they set."""

# The tables stand as they are in a file.
# ruff: noqa: E501

import csv

import pytest

from holdfast.exports.recognition import recognise
from tests.unit.test_mapping import source_of, staged


def outcome(folder, text, feed):
    """Return line, customer and reason of each row that a known export feeds."""
    header, *rows = csv.reader(text.splitlines())
    columns = {
        name: [row[at] or None for row in rows] for at, name in enumerate(header)
    }
    sample = {name: [each for each in cells if each] for name, cells in columns.items()}
    mapping = recognise(header, sample).mapping
    assert mapping is not None
    columns = {name: [*cells, "x"] for name, cells in columns.items()}
    # A column without any cell would have no type; the row for it is left out again.
    source = source_of(folder, columns, mapping.feeds)
    found = staged([source], feed, "line, customer_id, reason")
    last = len(rows) + 2
    return [row for row in found if row[0] != last]


@pytest.mark.parametrize(
    ("text", "feed", "rows"),
    [
        pytest.param(
            """StartDate,EndDate,Status,Finished,RecordedDate,ResponseId,ExternalReference,Q1_NPS_GROUP,Q1
2025-01-01,2025-01-01,IP Address,True,2025-01-01,R1,u1,Promoter,9
2025-01-01,2025-01-01,Survey Preview,True,2025-01-01,R2,u2,Promoter,9
2025-01-01,2025-01-01,IP Address,False,2025-01-01,R3,u3,,""",
            "responses",
            [
                (2, "u1", None),
                (3, "u2", "left out: Status is Survey Preview"),
                (4, "u3", "left out: Finished is False"),
            ],
            id="qualtrics: previews and unfinished answers",
        ),
        pytest.param(
            """id,email,customer_id,financial_status,order_number,total_price,currency,created_at,processed_at,cancelled_at,test
1,Ann@example.com,,paid,1001,5.00,EUR,2025-01-01,2025-01-01,,false
2,,c2,paid,1002,5.00,EUR,2025-01-01,2025-01-01,2025-01-02,false
3,,c3,paid,1003,5.00,EUR,2025-01-01,2025-01-01,,true""",
            "orders",
            [
                (2, "ann@example.com", None),
                (3, "c2", "left out: cancelled_at is 2025-01-02"),
                (4, "c3", "left out: test is true"),
            ],
            id="shopify: guests, cancelled and test orders",
        ),
        pytest.param(
            """Record ID,Deal Name,Deal Stage,Amount,Close Date,Create Date,Associated Contact IDs
1,One,closedwon,10.00,2025-02-01,2025-01-01,c1
2,Two,qualifiedtobuy,20.00,2025-02-01,2025-01-01,c2
3,Three,Closed Won,30.00,2025-02-01,2025-01-01,c3""",
            "orders",
            [(2, "c1", None), (4, "c3", None)],
            id="hubspot: only deals that are won are orders",
        ),
        pytest.param(
            """Id,AccountId,Name,StageName,Amount,CloseDate,CreatedDate
1,a1,One,Closed Won,10.00,2025-02-01,2025-01-01
2,a2,Two,Closed Lost,20.00,2025-02-01,2025-01-01""",
            "orders",
            [(2, "a1", None)],
            id="salesforce: only what is won is an order",
        ),
        pytest.param(
            """id,Customer,Number,Status,Currency,Amount Due,Amount Paid,Date (UTC)
in_1,cus_1,A-1,paid,usd,49.00,49.00,2025-01-01 10:00
in_2,cus_2,A-2,draft,usd,49.00,0.00,2025-01-02 10:00
in_3,cus_3,A-3,void,usd,49.00,0.00,2025-01-02 10:00""",
            "payments",
            [
                (2, "cus_1", None),
                (3, "cus_2", "left out: Status is draft"),
                (4, "cus_3", "left out: Status is void"),
            ],
            id="stripe: drafts and voided invoices",
        ),
        pytest.param(
            """First Name,Last Name,Email,Accepts Email Marketing,Total Spent,Total Orders,Customer ID
Ann,A,ann@example.com,yes,10.00,1,'7001
Bob,B,bob@example.com,no,10.00,1,""",
            "customers",
            [(2, "7001", None), (3, "bob@example.com", None)],
            id="shopify: an apostrophe before the id",
        ),
        pytest.param(
            """Date,Order #,Status,Customer,Customer type,Product(s),Items sold,Net Sales
2025-01-01 10:00,1,completed,Ann,new,1 × Tea,1,5.00
2025-01-01 10:00,2,cancelled,Bob,new,1 × Tea,1,5.00""",
            "orders",
            [(2, "Ann", None), (3, "Bob", "left out: Status is cancelled")],
            id="woocommerce: cancelled orders",
        ),
        pytest.param(
            """team_id,distinct_id,person_id,properties.email,person_version,created_at,is_deleted
1,d1,p1,ann@example.com,3,2025-01-01T00:00:00Z,false
1,d2,p2,bob@example.com,3,2025-01-01T00:00:00Z,true""",
            "customers",
            [(2, "p1", None), (3, "p2", "left out: is_deleted is true")],
            id="posthog: deleted persons",
        ),
        pytest.param(
            """id,requester_id,status,priority,created_at,updated_at,subject
1,r1,open,high,2025-01-01T00:00:00Z,2025-01-01T00:00:00Z,One
2,r2,deleted,high,2025-01-01T00:00:00Z,2025-01-01T00:00:00Z,Two""",
            "tickets",
            [(2, "r1", None), (3, "r2", "left out: status is deleted")],
            id="zendesk: deleted tickets",
        ),
    ],
)
def test_rows_that_are_no_customers_doing_are_left_out(tmp_path, text, feed, rows):
    assert outcome(tmp_path, text, feed) == rows
