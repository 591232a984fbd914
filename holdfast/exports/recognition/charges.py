"""Signs that rows are attempts to be paid, and no orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from holdfast.exports.recognition.content import Look
from holdfast.exports.recognition.vocabulary import meanings

_NAMED = 0.9

OUTCOMES: Mapping[str, Mapping[str, str]] = {
    "status": {
        "succeeded": "paid",
        "successful": "paid",
        "declined": "failed",
        "uncollectible": "failed",
    }
}
"""What payment services call what is paid and failed here, by role."""


def are_charges(columns: Sequence[str], looks: Mapping[str, Look]) -> bool:
    """Say whether ids or outcomes of payments stand in rows without an order's id.

    Args:
        columns: Column names of the file.
        looks: What the values of each column look like.
    """
    # An order can be paid and refunded too: its own id tells.
    is_order = any(
        meanings(each).get("order_id", 0.0) >= _NAMED
        and looks[each].kind in ("id", "number")
        and not looks[each].is_of_charges
        for each in columns
    )
    return not is_order and any(looks[each].is_of_charges for each in columns)


def is_charge_id(values: Look) -> bool:
    """Say whether values are ids of payments, each of another one."""
    return values.kind == "id" and values.is_of_charges and values.is_unique
