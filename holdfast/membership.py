"""Who of a saved segment is in the data, as they are now."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from holdfast.answer import Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.population import keep_members, saved_in
from holdfast.query import load
from holdfast.saved_segments import SavedSegment


@dataclass(frozen=True)
class Membership:
    """A saved segment held against the data.

    Attributes:
        ids: Ids that it has.
        customers: Customers whom they are; fewer where ids were joined since then.
        gone: Ids that nobody in the data goes by.
    """

    ids: int
    customers: int
    gone: int

    def describe(self) -> str:
        """Say who is gone, as a sentence; empty where nobody is."""
        if not self.gone:
            return ""
        are = "is" if self.gone == 1 else "are"
        return f"{self.gone:,} of {self.ids:,} {are} not in the data."


def membership(
    dataset: Dataset, segment: SavedSegment, cancellation: Cancellation | None = None
) -> Membership:
    """Count who of a saved segment is in the data.

    Raises:
        WorkspaceError: Its ids cannot be read.
        DatasetError: The dataset does not know under which ids a customer goes.
    """
    key = ("membership", segment.digest)
    kept = dataset.recall(key)
    if isinstance(kept, Membership):
        return kept
    table = keep_members(dataset, segment, cancellation)
    counted = dataset.frame(
        load("saved_segment_counts").text, {"saved_table": table}, cancellation
    ).iloc[0]
    found = Membership(*(int(counted[name]) for name in ("ids", "customers", "gone")))
    dataset.keep(key, found)
    return found


def gone_caveats(
    dataset: Dataset, filters: Filters, cancellation: Cancellation | None = None
) -> list[Caveat]:
    """Say how many of the saved segments that are in use are not in the data."""
    caveats = []
    for segment in saved_in(dataset, filters).values():
        if gone := membership(dataset, segment, cancellation).describe():
            caveats.append(Caveat("gone", f"Of the segment “{segment.name}”, {gone}"))
    return caveats


def customers_of(dataset: Dataset, rows: pd.DataFrame, unit: str) -> list[str]:
    """Return the ids of the customers behind a list of customers or accounts.

    Args:
        dataset: Whose customers.
        rows: The list, with a column ``id``.
        unit: What the list counts: 'customer' or 'account'.
    """
    ids = [str(each) for each in rows["id"].dropna().unique()]
    if unit == "customer":
        return ids
    text = load("customers_of_accounts").text
    return list(dataset.frame(text, {"account_ids": ids})["id"])
