"""What a customer is worth by how long customers stay and what they bring a month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from holdfast.purchase_models import (
    ContractModel,
    NotFittedError,
    contract_survival,
    fit_contract,
)
from holdfast.stats import LifeTable, kaplan_meier, restricted_mean

Floats = NDArray[np.float64]

# Parts of a period in which the curve beyond the data is added up.
_FINE = 0.05
# Calendar months are up to two days longer than a twelfth of a year, so whoever leaves
# with a month that is paid does so a little after it here.
GRACE = 0.066
# So many of the last periods tell how many leave where no model fits.
_LAST_PERIODS = 12


@dataclass(frozen=True)
class Lives:
    """Lives of one segment, counted in periods such as months.

    Attributes:
        table: The life table in periods.
        model: The shifted beta-geometric of whole periods; none where it does not fit.
        last_hazard: Chance to leave in a period, at the end of what was observed.
    """

    table: LifeTable
    model: ContractModel | None
    last_hazard: float

    @property
    def observed(self) -> float:
        """Up to how many periods lives were observed; for ever where all ended."""
        duration, at_risk, ended, _ = self.table.columns
        all_ended = ended[-1] == at_risk[-1]
        return float("inf") if all_ended else float(duration[-1])

    def total(self) -> float:
        """Give how many periods were lived together, as far as they were seen."""
        duration, _, ended, censored = self.table.columns
        return float((duration * (ended + censored)).sum())

    def stays(self, periods: Floats, since: float) -> Floats:
        """Give the share of those there at one time who stay for so much longer."""
        if self.model is not None:
            there = contract_survival(self.model, np.array([since]))[0]
            stays = contract_survival(self.model, since + periods) / there
            return np.asarray(stays)
        return np.asarray((1 - self.last_hazard) ** periods)


def lives_of(
    curve: pd.DataFrame, periods_per_duration: float, lapse: float = 0.0
) -> Lives:
    """Read the lives of one segment from the rows of a survival answer.

    Args:
        curve: Its rows.
        periods_per_duration: What one unit of its durations is in periods.
        lapse: Silence after which a life is seen to have ended, in units of the
            durations. It belongs to the life: somebody silent for less is still there,
            so counting it for these alone would let nobody leave lately.
    """
    rows = curve[(curve["ended"] > 0) | (curve["censored"] > 0)]
    at = rows["duration"].to_numpy(dtype=float)
    duration, places = np.unique(
        np.concatenate((at + lapse, at)) * periods_per_duration, return_inverse=True
    )
    nobody = np.zeros(len(rows))
    ended = np.bincount(places, np.concatenate((rows["ended"], nobody)))
    censored = np.bincount(places, np.concatenate((nobody, rows["censored"])))
    is_told = (ended > 0) | (censored > 0)
    duration, ended, censored = duration[is_told], ended[is_told], censored[is_told]
    at_risk = np.cumsum((ended + censored)[::-1])[::-1]
    table = LifeTable(duration, at_risk, ended, censored)
    begun = np.maximum(np.ceil(duration - GRACE), 1)
    completed = np.floor(duration + GRACE)
    try:
        model = fit_contract(
            np.concatenate((begun, completed)),
            np.concatenate((ended, 0 * censored)),
            np.concatenate((0 * ended, censored)),
        )
    except NotFittedError:
        model = None
    since = max(duration.max() - _LAST_PERIODS, 0.0)
    late = duration > since
    lived = (duration - since).clip(0)
    exposed = float((lived * (ended + censored)).sum())
    hazard = float(ended[late].sum()) / exposed if exposed > 0 else 0.0
    return Lives(table, model, min(hazard, 1.0))


def stay(lives: Lives, horizon: float, discount: float) -> dict[str, Any]:
    """Give the mean time a customer stays within the horizon, discounted.

    Args:
        lives: The segment's lives.
        horizon: Up to how many periods.
        discount: Per period, such as 0.01; time counts as it is lived.

    Returns:
        ``reach``: periods that were observed; ``periods`` with ``periods_lower`` and
        ``periods_upper``: the restricted mean up to there; ``extended``: the same up
        to the horizon if it goes on like this; ``beyond``: what that was told by.
    """
    reach = min(float(horizon), lives.observed)
    if reach <= 0:
        unknown = ("periods", "periods_lower", "periods_upper", "extended")
        return dict.fromkeys(unknown, np.nan) | {"reach": reach, "beyond": ""}
    duration, at_risk, ended, censored = lives.table.columns
    weighed, places = np.unique(_worth(duration, discount), return_index=True)
    # Far ahead a discounted period is worth nothing, and durations fall together.
    table = LifeTable(
        weighed,
        at_risk[places],
        np.add.reduceat(ended, places),
        np.add.reduceat(censored, places),
    )
    mean = restricted_mean(table, float(_worth(np.array([reach]), discount)[0]))
    extended, beyond = mean.value, ""
    if reach < horizon:
        steps = np.arange(0, horizon - reach, _FINE) + _FINE / 2
        steps = steps[steps < horizon - reach]
        curve = kaplan_meier(lives.table)
        there = curve.survival[np.searchsorted(duration, reach, side="right") - 1]
        part = (horizon - reach) / len(steps)
        weight = (1 + discount) ** -(reach + steps)
        extended += float((there * lives.stays(steps, reach) * weight).sum() * part)
        beyond = "model" if lives.model is not None else "last_hazard"
    return {
        "reach": reach,
        "periods": mean.value,
        "periods_lower": mean.lower,
        "periods_upper": mean.upper,
        "extended": extended,
        "beyond": beyond,
    }


def _worth(periods: Floats, discount: float) -> Floats:
    """Give what so many periods from now are worth together, in periods of now."""
    if discount == 0:
        return np.asarray(periods, dtype=np.float64)
    rate = float(np.log1p(discount))
    return np.asarray(-np.expm1(-rate * np.asarray(periods)) / rate)
