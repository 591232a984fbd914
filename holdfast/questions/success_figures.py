"""The figures of the first success: curves, quantiles, and deadlines compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from holdfast.population import TOTAL
from holdfast.stats import (
    LifeTable,
    SurvivalCurve,
    kaplan_meier,
    newcombe_difference,
    time_until,
    wilson_interval,
)
from holdfast.stats import log_rank as stats_log_rank


def life_tables(counts: pd.DataFrame) -> dict[str, LifeTable]:
    """Make the life table of each segment from rows of ``first_success``."""
    return {
        str(segment): LifeTable(
            rows["duration"], rows["at_risk"], rows["reached"], rows["censored"]
        )
        for segment, rows in counts.groupby("segment", sort=False)
    }


def curves(tables: dict[str, LifeTable], horizon: int) -> pd.DataFrame:
    """Give every day up to the horizon that anybody was observed for."""
    parts = []
    for segment, table in tables.items():
        curve = kaplan_meier(table)
        _, at_risk, reached, censored = table.columns
        days = np.arange(_seen_until(curve, horizon) + 1)
        # The curve just after each day is that of the last row at or before it.
        place = np.searchsorted(curve.duration, days, side="right") - 1
        is_row = np.isin(days, curve.duration)
        before = place < 0

        waiting = np.append(at_risk, 0)

        def share(curve_part: Any, place: Any = place, before: Any = before) -> Any:
            return 1 - np.where(before, 1.0, curve_part[place])

        parts.append(
            pd.DataFrame(
                {
                    "segment": segment,
                    "day": days,
                    "at_risk": waiting[np.searchsorted(curve.duration, days)],
                    "reached": np.cumsum(np.where(is_row, reached[place], 0)),
                    "censored": np.cumsum(np.where(is_row, censored[place], 0)),
                    "reached_rate": share(curve.survival),
                    # What is high in staying is low in reaching.
                    "rate_lower": share(curve.upper),
                    "rate_upper": share(curve.lower),
                }
            ).astype(dict.fromkeys(("at_risk", "reached", "censored"), "int64"))
        )
    columns = ["segment", "day", "at_risk", "reached", "censored", "reached_rate"]
    if not parts:
        return pd.DataFrame(columns=[*columns, "rate_lower", "rate_upper"])
    return pd.concat(parts, ignore_index=True)


def _seen_until(curve: SurvivalCurve, horizon: int) -> int:
    """Return the last day that is known; where all have reached it, every day is."""
    is_over = curve.survival[-1] == 0
    return horizon if is_over else min(horizon, int(curve.duration[-1]))


_QUANTILES = {"p25_days": 0.25, "median_days": 0.5, "p75_days": 0.75, "p90_days": 0.9}
_SUMMARY = (
    *("segment", "customers", "reached", "p25_days", "median_days", "median_lower"),
    *("median_upper", "p75_days", "p90_days", "horizon", "by_horizon_rate"),
    *("by_horizon_lower", "by_horizon_upper"),
)


def summary(tables: dict[str, LifeTable], horizon: int) -> pd.DataFrame:
    """Give each segment's counts, quantiles, and share at the horizon."""
    rows = []
    for segment, table in tables.items():
        median = time_until(table, 0.5)
        curve = kaplan_meier(table)
        last = int(np.searchsorted(curve.duration, horizon, side="right")) - 1
        # Beyond the longest time that anybody was observed for, nothing is known.
        is_seen = last >= 0 and _seen_until(curve, horizon) >= horizon
        at_horizon = [
            1 - float(part[last]) if is_seen else np.nan
            for part in (curve.survival, curve.upper, curve.lower)
        ]
        rows.append(
            {
                "segment": segment,
                "customers": int(np.asarray(table.at_risk)[0]),
                "reached": int(np.sum(np.asarray(table.ended))),
                **{
                    name: time_until(table, share).value
                    for name, share in _QUANTILES.items()
                },
                "median_lower": median.lower,
                "median_upper": median.upper,
                "horizon": horizon,
                **dict(
                    zip(
                        ("by_horizon_rate", "by_horizon_lower", "by_horizon_upper"),
                        at_horizon,
                        strict=True,
                    )
                ),
            }
        )
    return pd.DataFrame(rows, columns=list(_SUMMARY))


def with_intervals(cohorts: pd.DataFrame) -> pd.DataFrame:
    """Put Wilson intervals beside the shares of cohorts."""
    lower, upper = wilson_interval(cohorts["reached"], cohorts["customers"])
    place = list(cohorts.columns).index("reached_rate") + 1
    cohorts.insert(place, "rate_lower", lower)
    cohorts.insert(place + 1, "rate_upper", upper)
    cohorts["cohort"] = pd.to_datetime(cohorts["cohort"])
    return cohorts


def compared(deadlines: pd.DataFrame) -> pd.DataFrame:
    """Put rates, intervals and differences beside the counts, and mark the best."""
    frame = deadlines.copy()
    for group in ("made", "missed"):
        n, k = frame[group], frame[f"{group}_retained"]
        frame[f"{group}_rate"] = k / n.where(n > 0)
        lower, upper = wilson_interval(k, n)
        frame[f"{group}_lower"], frame[f"{group}_upper"] = lower, upper
    found = newcombe_difference(
        *(frame["made_retained"], frame["made"]),
        *(frame["missed_retained"], frame["missed"]),
    )
    frame["difference"] = found.difference
    frame["difference_lower"] = found.lower
    frame["difference_upper"] = found.upper
    frame["is_best"] = False
    can = frame[~frame["is_small"] & (frame["difference_lower"] > 0)]
    if len(can):
        best = can.groupby("segment", sort=False)["difference_lower"].idxmax()
        frame.loc[best, "is_best"] = True
    order = ["segment", "within_days"]
    order += [
        f"{group}{part}"
        for group in ("made", "missed")
        for part in ("", "_retained", "_rate", "_lower", "_upper")
    ]
    order += ["difference", "difference_lower", "difference_upper"]
    return frame[[*order, "is_best", "is_small"]]


def log_rank(tables: dict[str, LifeTable]) -> pd.DataFrame:
    """Test whether the segments share one curve; no row for fewer than two."""
    groups = [table for segment, table in tables.items() if segment != TOTAL]
    columns = ["statistic", "degrees_of_freedom", "p_value"]
    if len(groups) < 2:
        return pd.DataFrame(columns=columns)
    return pd.DataFrame([stats_log_rank(groups)], columns=columns)
