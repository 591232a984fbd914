"""Which reasons of leaving nobody chose: a payment failed.

Billing systems write such a reason themselves, so its spellings are few and known.
"""

import re

# One pattern for both engines: no lookaround, which RE2 does not have.
FAILED_PAYMENT = (
    r"(?i)"
    r"(payment|charge|card|billing|transaction)"
    r"[\s_-]*(method|was|has|is)?[\s_-]*"
    r"(failed|failure|declined|expired|rejected|overdue)"
    r"|(failed|declined|expired|rejected|overdue|missed)[\s_-]*"
    r"(payment|charge|(credit[\s_-]*)?card|billing|transaction)"
    r"|insufficient[\s_-]*funds|non[\s_-]*payment|past[\s_-]*due"
    r"|delinquen|dunning|involuntary"
    r"|^\s*(not[\s_-]*paid|unpaid|no[\s_-]*card)\s*$"
)
"""Regular expression that finds a failed payment in a reason; for ``re`` and DuckDB.

Sources: the words of Stripe (payment_failed), Chargebee (not_paid, no_card), Recurly
(nonpayment), Paddle (past_due) and Baremetrics (delinquent).
"""

NO_REASON = "(no reason given)"
"""What is said where somebody left and no reason is known."""

UNEXPLAINED = "(?i)^[\\s_\u00a0]*(\\(no[\\s_]+reason[\\s_]+given\\)[\\s_]*)?$"
"""Regular expression of what stands for no reason; for ``re`` and DuckDB."""


def is_failed_payment(reason: str) -> bool:
    """Tell whether a reason says that a payment failed."""
    return re.search(FAILED_PAYMENT, reason) is not None
