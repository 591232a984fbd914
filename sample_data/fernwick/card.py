"""Write the data card: the fixed text, the counts and the answer sheet."""

import csv
from pathlib import Path

from fernwick.truths import Exports, Truth

# Export -> (layout, one row is, remarks). The order is the card's order.
FILES = {
    "mixpanel_events.jsonl.gz": (
        "Mixpanel raw export",
        "a product event",
        "`time` in epoch seconds UTC; `plan` is the plan at the time (Free, Trial or a "
        "paid plan; a member has the plan of the team); `step`, `source`, "
        "`integration`, `format`, `variant` belong to single events",
    ),
    "customers.csv": (
        "plain table",
        "a customer (a person who signed up)",
        "`plan` is the plan chosen at sign-up (members: of their team at that time), "
        "not the current one; people without a company have no `account_id`; some "
        "attributes are missing on purpose",
    ),
    "stripe_subscriptions.csv": (
        "Stripe subscriptions",
        "a subscription",
        "see Money below",
    ),
    "stripe_charges.csv": (
        "Stripe charges",
        "an attempt to collect money",
        "`Status` Paid, Failed or Refunded; why it failed is in `Seller Message`",
    ),
    "orders.csv": (
        "plain table",
        "a one-off add-on order",
        "`amount` is for the whole order; `refunded` is the part given back",
    ),
    "typeform_nps.csv": (
        "Typeform responses",
        "an answer, 0 to 10",
        "quarterly waves; hidden fields `user_id` and `campaign`",
    ),
    "typeform_csat.csv": (
        "Typeform responses",
        "an answer, 1 to 5",
        "sent when a ticket is solved",
    ),
    "typeform_ces.csv": (
        "Typeform responses",
        "an answer, 1 to 7 (7 = easy)",
        "sent a day after onboarding",
    ),
    "survey_invitations.csv": (
        "plain table",
        "a survey sent",
        "`delivered` true or false",
    ),
    "zendesk_tickets.csv": (
        "Zendesk tickets",
        "a support ticket",
        "`Requester external id` is the user id; open tickets have no `Solved at`",
    ),
    "referrals.csv": ("plain table", "a referral", "complete, unlike `referred_by`"),
    "experiment_touches.csv": (
        "plain table",
        "a participant of the experiment",
        "every sign-up of the four months takes part",
    ),
}

INTRODUCTION = """\
# Sample data: Fernwick, an invented company

Fernwick sells a project tool for teams by subscription. Everything here is made up:
people, companies, addresses (only below example.com and example.org), comments and
figures. No real customer's data was used.

- **Time**: 24 months from the launch on 1 July 2024 to 30 June 2026, all instants
  in UTC. The export was made on 1 July 2026 at 00:30, so a few rows are of that day
  and 30 June 2026 is the last complete day.
- **Ids**: one user id everywhere (`u_00042`). Stripe has its own `cus_` ids and
  carries the user id in `user_id (metadata)`, Zendesk in `Requester external id`, the
  surveys in the hidden field `user_id`.
- **Made by** `python sample_data/generate.py` (numpy and the standard library, seeded,
  no clock): running it again writes the same files. This page is written by it too.
- **Licence**: the same as the project's.
"""

MONEY = """\
## Money

- `Amount` in `stripe_subscriptions.csv` is the list price of **one unit (seat) for
  one billing period** (`Interval` month or year) in major units of `Currency`; the
  price of a period is Amount x Quantity. A year costs ten months.
- `Discount Amount` is for **all units of one billing period**. `Discount Duration`
  `forever` recurs with every period, `once` is for the first invoice only.
- Every trial lasts 14 days (`Trial Start`, `Trial End`) and is in the same row as the
  paid time after it; a trial that did not convert has `Ended At` = `Trial End`. The
  paid time of other rows starts with `Created`; `Start` is the first paid instant.
- A plan or seat change ends one row and opens the next at the same second; such an end
  has no `Cancellation Reason` and is no churn. A win-back is a later row without trial.
- `Canceled At` is the request, `Ended At` the end of paid access. An active row with
  `Canceled At` will end after the export. `Cancellation Reason` is `payment_failed`
  where the payment was never collected (14 days after the first failure), else what
  the customer gave; empty = no reason given.
- New prices hold for subscriptions created from 1 September 2025; a customer keeps the
  old ones through plan changes.
"""

LIMITS = """\
## What it is not

The company has no history before the launch and one currency. Members of a team have
no subscription of their own: their owner pays. Behaviour follows a model with fixed
probabilities (`fernwick/assumptions.py` names each of them), so real data are rougher.
The files are well-formed; the mess of real exports has to be tested with other files.
"""


def _shape(path: Path) -> tuple[int, list[str]]:
    """Return the number of rows and the column names of a CSV export."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        return sum(1 for _ in reader), header


def files_table(folder: Path, data: Exports) -> str:
    """Return the table of files with their rows and columns."""
    events = (data.event_rows, ["event", *data.event_fields])
    lines = ["| File | Layout | One row is | Rows |", "|---|---|---|---:|"]
    columns = ["### Columns", ""]
    for name, (layout, row, remark) in FILES.items():
        count, header = _shape(folder / name) if name.endswith(".csv") else events
        lines.append(f"| `{name}` | {layout} | {row} | {count} |")
        listed = ", ".join(f"`{column}`" for column in header)
        columns += [f"- **{name}**: {listed}.", f"  {remark[0].upper()}{remark[1:]}."]
    return "\n".join(["## Files", "", *lines, "", *columns]) + "\n"


def truth_table(found: list[Truth]) -> str:
    """Return the answer sheet: every truth with its definition and figures."""
    parts = [
        "## Planted truths",
        "",
        "Each was planted in the model and is measured here in the files as they are;",
        "`truths.json` has the same figures. Rates are shares (0 to 1).",
        "",
    ]
    for number, truth in enumerate(found, start=1):
        parts += [f"### {number}. {truth.title}", "", truth.definition, ""]
        parts += ["| Figure | Value |", "|---|---:|"]
        parts += [f"| `{name}` | {value} |" for name, value in truth.figures.items()]
        parts.append("")
    return "\n".join(parts)


def write_card(folder: Path, data: Exports, found: list[Truth]) -> None:
    """Write `README.md` into the folder of the exports."""
    parts = [INTRODUCTION, files_table(folder, data), MONEY, truth_table(found), LIMITS]
    text = "\n".join(parts)
    (folder / "README.md").write_text(text, encoding="utf-8", newline="\n")
