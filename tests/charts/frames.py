"""Small frames in the shape of the answers, with believable figures."""

import numpy as np
import pandas as pd

from holdfast.stats import LifeTable, kaplan_meier, median_survival, wilson_interval

HOSTILE = ("</script><b>x</b>", "=1+1", "![x](http://example.org/x.png)")


def retention(segments=(), months=13, first="2010-12-01", customers=885, seed=1):
    """The total, then the segments; the youngest diagonal is incomplete."""
    random = np.random.default_rng(seed)
    parts = [
        _retention_of(name, months, first, int(customers / (1 + index)), random)
        for index, name in enumerate(("All", *segments))
    ]
    return pd.concat(parts, ignore_index=True)


def _retention_of(segment, months, first, customers, random):
    starts = pd.date_range(first, periods=months, freq="MS").as_unit("us")
    level = random.uniform(0.3, 0.42)
    rows = []
    for place, start in enumerate(starts):
        size = int(customers * random.uniform(0.15, 1)) if place else customers
        size = {4: 0, months - 3: 22}.get(place, size)
        for interval in range(months - place):
            share = 1.0 if interval == 0 else level * (0.65 + 0.35 * 0.8**interval)
            rows.append(
                {
                    "scope": "cohort",
                    "cohort": start,
                    "interval": interval,
                    "customers": size,
                    "retained_customers": random.binomial(size, share),
                    "cohorts": 1,
                    "is_complete": place + interval < months - 1,
                }
            )
    cohorts = pd.DataFrame(rows)
    pooled = (
        cohorts[cohorts["is_complete"] & (cohorts["customers"] > 0)]
        .groupby("interval", as_index=False)
        .agg(
            customers=("customers", "sum"),
            retained_customers=("retained_customers", "sum"),
            cohorts=("cohorts", "sum"),
        )
        .assign(scope="pooled", is_complete=True)
    )
    frame = pd.concat([cohorts, pooled], ignore_index=True)
    lower, upper = wilson_interval(frame["retained_customers"], frame["customers"])
    rate = frame["retained_customers"] / frame["customers"].replace(0, np.nan)
    frame = frame.assign(
        segment=segment,
        last_interval=frame["interval"],
        retention_rate=rate,
        rate_lower=lower,
        rate_upper=upper,
        mean_rate=rate.where(frame["scope"] == "pooled"),
        is_small=frame["customers"] < 30,
    )
    return frame[
        [
            "scope",
            "segment",
            "cohort",
            "interval",
            "last_interval",
            "customers",
            "retained_customers",
            "retention_rate",
            "rate_lower",
            "rate_upper",
            "mean_rate",
            "cohorts",
            "is_complete",
            "is_small",
        ]
    ]


def survival(segments=("All",), seed=2, horizon=24):
    """Curves of several segments and their summary, in months."""
    random = np.random.default_rng(seed)
    curves, summaries = [], []
    for index, name in enumerate(segments):
        lives = np.ceil(random.exponential(9 + 9 * index, 400)).clip(1)
        watched = random.integers(6, 30, 400)
        duration = np.minimum(lives, watched)
        has_ended = lives <= watched
        times = np.arange(duration.max() + 1)
        table = LifeTable(
            times,
            [(duration >= time).sum() for time in times],
            [((duration == time) & has_ended).sum() for time in times],
            [((duration == time) & ~has_ended).sum() for time in times],
        )
        curve = kaplan_meier(table)
        _, at_risk, ended, censored = table.columns
        curves.append(
            pd.DataFrame(
                {
                    "segment": name,
                    "duration": curve.duration,
                    "at_risk": at_risk.astype(int),
                    "ended": ended.astype(int),
                    "censored": censored.astype(int),
                    "survival_rate": curve.survival,
                    "rate_lower": curve.lower,
                    "rate_upper": curve.upper,
                }
            )
        )
        median = median_survival(table)
        summaries.append(
            {
                "segment": name,
                "customers": 400,
                "ended": int(has_ended.sum()),
                "median": median.value,
                "median_lower": median.lower,
                "median_upper": median.upper,
                "horizon": horizon,
                "unit": "months",
            }
        )
    return pd.concat(curves, ignore_index=True), pd.DataFrame(summaries)


def lifecycle(periods=24, first="2022-01-01", freq="MS", seed=3):
    """One segment's life cycle; the last interval is incomplete."""
    random = np.random.default_rng(seed)
    rows, active = [], 0
    for place, start in enumerate(pd.date_range(first, periods=periods, freq=freq)):
        is_complete = place < periods - 1
        new = int(random.integers(180, 320) * (1 if is_complete else 0.4))
        returning = int(active * random.uniform(0.7, 0.8) * (1 if is_complete else 0.5))
        resurrected = 0 if place < 2 else int(random.integers(20, 70))
        dormant = active - returning
        kept = returning / active if active else np.nan
        lower, upper = wilson_interval(returning, active)
        rows.append(
            {
                "segment": "All",
                "period": start,
                "new": new,
                "returning": returning,
                "resurrected": resurrected,
                "dormant": dormant if is_complete else None,
                "active": new + returning + resurrected,
                "customers_at_start": active,
                "pulse": (new + resurrected) / dormant if dormant else np.nan,
                "crr": (returning + resurrected) / active if active else np.nan,
                "strict_rate": kept,
                "strict_lower": float(lower),
                "strict_upper": float(upper),
                "is_complete": is_complete,
                "is_first": place == 0,
                "is_small": active < 30,
            }
        )
        active = new + returning + resurrected
    return pd.DataFrame(rows).astype({"dormant": "Int64", "period": "datetime64[us]"})


def cadence(seed=4):
    """Median gaps of customers who mostly come weekly, and their summary."""
    random = np.random.default_rng(seed)
    gaps = np.concatenate(
        [
            random.geometric(0.5, 500),
            random.normal(7, 1.2, 900),
            random.gamma(3, 12, 300),
        ]
    )
    gaps = np.clip(np.round(gaps), 1, 180).astype(int)
    days, customers = np.unique(gaps, return_counts=True)
    share = customers / customers.sum()
    frame = pd.DataFrame(
        {
            "gap_days": days,
            "customers": customers,
            "share": share,
            "cumulative_share": share.cumsum(),
        }
    )
    summary = pd.DataFrame(
        {
            "customers": [len(gaps)],
            "median_gap": [np.median(gaps)],
            "p75_gap": [np.quantile(gaps, 0.75)],
            "p90_gap": [np.quantile(gaps, 0.9)],
            "suggested": ["week"],
        }
    )
    return frame, summary
