"""What a first success can be: the milestone that the data suggest."""

from __future__ import annotations

import re

from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.occurrence import ORDER, SUBSCRIPTION, Occurrence

# Names that say that something was finished, the most telling first.
_SUCCESS = (
    re.compile(r"onboard\w*.*(complet|finish|done)|(complet|finish)\w*.*onboard"),
    re.compile(r"activat"),
    re.compile(r"setup.*(complet|finish|done)|(complet|finish)\w*.*setup"),
    re.compile(r"^first[ _-]"),
    re.compile(r"complet|finish|publish|checkout|purchas"),
)
# Names of what everybody does who only looks in.
_LOOKING = re.compile(
    r"sign(ed)?.?(up|in|out)|regist|log.?(in|out)|session|install|open|launch|start|view"
    r"|visit|page|click|load|support"
)


def suggested_milestone(dataset: Dataset) -> Occurrence:
    """Return what a first success may be in these data.

    An event whose name says that something was finished; else the first paid day, an
    order, or the most frequent event that is more than looking in.

    Raises:
        SpecError: The data show nothing that could be one.
    """
    names = sorted(dataset.event_counts, key=lambda name: -dataset.event_counts[name])
    if "events" in dataset.observed:
        for pattern in _SUCCESS:
            for name in names:
                if pattern.search(name.lower()):
                    return Occurrence("event", (name,))
    # Where nothing else was seen, the first paid day is the start itself.
    if "subscriptions" in dataset.observed and len(_seen(dataset)) > 1:
        return SUBSCRIPTION
    if "orders" in dataset.observed:
        return ORDER
    doing = [name for name in names if not is_mere_look(name)]
    if "events" in dataset.observed:
        return Occurrence("event", ((doing or names)[0],))
    raise SpecError(
        "no_milestone",
        "The data have no events or orders, so there is no success to reach.",
        "Load an export of events or orders.",
    )


def times_needed(dataset: Dataset, start: Occurrence, milestone: Occurrence) -> int:
    """Return how often a milestone has to happen: twice where it is also the start."""
    if milestone == start:
        return 2
    is_first_order = (
        start.kind == "signup"
        and milestone.kind == "order"
        and _seen(dataset) == {"orders"}
    )
    return 2 if is_first_order else 1


def is_mere_look(event: str) -> bool:
    """Say whether an event is by its name no more than signing up or looking in."""
    return bool(_LOOKING.search(event.lower()))


def _seen(dataset: Dataset) -> set[str]:
    """Return the tables that tell when a customer was first seen."""
    tables = {"customers", "events", "orders", "subscriptions", "payments"}
    return tables & set(dataset.observed)
