"""The stages of the journey that the data suggest: land, adopt, expand, renew."""

from __future__ import annotations

from holdfast.dataset import Dataset
from holdfast.stage_rules import Condition, Stage, StageRules

# Where a year cannot be seen well, a shorter time has to do.
_DAYS_OF_A_YEAR_SEEN = 540
_REGULAR = Condition("active", 4, 30)
_PAYING = Condition("paying")
_GROWN = Condition("grown")
_SILENT = Condition("silent", 0)
_NOT_PAYING = Condition("paying", is_denied=True)


def suggested_stages(dataset: Dataset) -> StageRules:
    """Return stages that these data can tell apart."""
    seen = set(dataset.observed)
    if not seen & {"events", "orders", "subscriptions"}:
        stayed = Stage("A month later", (Condition("started", 30),))
        return StageRules((Stage("Land"), stayed))
    is_long = _days_seen(dataset) >= _DAYS_OF_A_YEAR_SEEN
    renewed = Condition("paid", 12 if is_long else 3)
    if "subscriptions" in seen and seen & {"events", "orders"}:
        adopt = _REGULAR if "events" in seen else Condition("orders", 2)
        return _rules((adopt,), (_PAYING, _GROWN), (_PAYING, renewed), _LAPSED_PAYER)
    if "subscriptions" in seen:
        left = Stage("Left", (Condition("paid", 0), _NOT_PAYING))
        return _rules((_PAYING,), (_PAYING, _GROWN), (_PAYING, renewed), left)
    if "orders" in seen and _is_shop(dataset):
        again, often = Condition("orders", 2), Condition("orders", 5)
        recent = Condition("orders", 1, 90)
        still = (again, recent, Condition("started", 365 if is_long else 180))
        return _rules((again,), (often,), still, _LAPSED)
    much = (Condition("active", 10, 30),)
    stays = (_REGULAR, Condition("started", 180))
    return _rules((_REGULAR,), much, stays, _LAPSED)


_LAPSED = Stage("Lapsed", (_SILENT,))
_LAPSED_PAYER = Stage("Lapsed", (_SILENT, _NOT_PAYING))


def _rules(
    adopt: tuple[Condition, ...],
    expand: tuple[Condition, ...],
    renew: tuple[Condition, ...],
    lost: Stage,
) -> StageRules:
    return StageRules(
        (
            Stage("Land"),
            Stage("Adopt", adopt),
            Stage("Expand", expand),
            Stage("Renew", renew),
            lost,
        )
    )


def _is_shop(dataset: Dataset) -> bool:
    """Say whether orders are what customers do, not something beside it."""
    if "events" not in dataset.observed:
        return True
    return dataset.observed["orders"].rows * 2 >= dataset.customers


def _days_seen(dataset: Dataset) -> int:
    first = min(seen.from_on for seen in dataset.observed.values())
    return (max(seen.as_of for seen in dataset.observed.values()) - first).days
