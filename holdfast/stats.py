"""Intervals, survival and tests, on numpy and scipy.

Everything is computed from counts: successes of trials, and life tables with one row a
distinct duration. Nothing here sees single customers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]

_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class LifeTable:
    """Counts by distinct duration, sorted by duration whatever the order given.

    Args:
        duration: Distinct durations, not negative; any unit.
        at_risk: Customers whose duration is this long or longer.
        ended: Customers who ended at exactly this duration.
        censored: Customers last seen, not ended, at exactly this duration.

    Raises:
        ValueError: The arrays differ in length, a duration repeats or is negative, a
            count is negative, or more leave than are at risk.
    """

    duration: ArrayLike
    at_risk: ArrayLike
    ended: ArrayLike
    censored: ArrayLike

    def __post_init__(self) -> None:
        """Sort and check the four columns."""
        names = ("duration", "at_risk", "ended", "censored")
        columns = [np.asarray(getattr(self, name), dtype=np.float64) for name in names]
        if any(
            column.ndim != 1 or len(column) != len(columns[0]) for column in columns
        ):
            raise ValueError("A life table needs four columns of the same length.")
        order = np.argsort(columns[0], kind="stable")
        duration, at_risk, ended, censored = (column[order] for column in columns)
        if not all(
            np.isfinite(column).all() and (column >= 0).all() for column in columns
        ):
            raise ValueError(
                "A life table holds finite numbers, none of them negative."
            )
        if (np.diff(duration) == 0).any():
            raise ValueError("A life table has one row a distinct duration.")
        if (ended + censored > at_risk).any():
            raise ValueError(
                "More customers leave a row of the life table than are in it."
            )
        for name, column in zip(
            names, (duration, at_risk, ended, censored), strict=True
        ):
            object.__setattr__(self, name, column)

    @property
    def columns(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Give duration, at risk, ended and censored as sorted arrays of floats."""
        return (
            np.asarray(self.duration),
            np.asarray(self.at_risk),
            np.asarray(self.ended),
            np.asarray(self.censored),
        )


class Difference(NamedTuple):
    """A difference of two shares with its interval; arrays of the inputs' shape."""

    difference: Floats
    lower: Floats
    upper: Floats


class NetPromoterScore(NamedTuple):
    """Scores from -100 to 100 with their margins; arrays of the inputs' shape."""

    score: Floats
    margin: Floats


class SurvivalCurve(NamedTuple):
    """The curve just after each distinct duration, in order of duration."""

    duration: Floats
    survival: Floats
    lower: Floats
    upper: Floats


class Estimate(NamedTuple):
    """A number with its interval; NaN where it cannot be known."""

    value: float
    lower: float
    upper: float


class LogRank(NamedTuple):
    """The result of a log-rank test; NaN where there is nothing to compare."""

    statistic: float
    degrees_of_freedom: int
    p_value: float


def wilson_interval(
    successes: ArrayLike, n: ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Give the Wilson score interval of each share, as (lower, upper).

    No continuity correction. NaN where n is 0 or a count is missing.

    Source: Wilson (1927), JASA 22, 209-212; Newcombe (1998), Statistics in Medicine
    17, 857-872, method 3.

    Raises:
        ValueError: A count is negative or there are more successes than trials.
    """
    k = np.asarray(successes, dtype=np.float64)
    total = np.asarray(n, dtype=np.float64)
    if (k < 0).any() or (k > total).any():
        raise ValueError("Successes lie between 0 and the number of trials.")
    z = _normal_quantile(confidence)
    trials = np.where(total > 0, total, np.nan)
    centre = k + z**2 / 2
    half_width = z * np.sqrt(k * (trials - k) / trials + z**2 / 4)
    # The ends are exact at no and at all successes; rounding would miss them.
    lower = np.where(k == 0, 0.0, (centre - half_width) / (trials + z**2))
    upper = np.where(k == trials, 1.0, (centre + half_width) / (trials + z**2))
    missing = np.isnan(trials) | np.isnan(k)
    return np.where(missing, np.nan, lower), np.where(missing, np.nan, upper)


def ratio_interval(
    ratio: ArrayLike, standard_error: ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Give the interval of ratios of totals that cannot be negative, as (lower, upper).

    Normal, from the linearised standard error; cut off at 0. NaN where either is
    unknown.

    Source: Cochran (1977), Sampling Techniques, section 6.4.
    """
    centre = np.asarray(ratio, dtype=np.float64)
    half_width = _normal_quantile(confidence) * np.asarray(
        standard_error, dtype=np.float64
    )
    return np.maximum(centre - half_width, 0.0), centre + half_width


def newcombe_difference(
    successes_1: ArrayLike,
    n_1: ArrayLike,
    successes_2: ArrayLike,
    n_2: ArrayLike,
    confidence: float = 0.95,
) -> Difference:
    """Give the first share minus the second with its hybrid score interval.

    For independent groups, without continuity correction. NaN where an n is 0.

    Source: Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.
    """
    lower_1, upper_1 = wilson_interval(successes_1, n_1, confidence)
    lower_2, upper_2 = wilson_interval(successes_2, n_2, confidence)
    share_1, share_2 = _share(successes_1, n_1), _share(successes_2, n_2)
    difference = share_1 - share_2
    return Difference(
        difference,
        difference - np.hypot(share_1 - lower_1, upper_2 - share_2),
        difference + np.hypot(upper_1 - share_1, share_2 - lower_2),
    )


def difference_p_values(
    successes_1: ArrayLike, n_1: ArrayLike, successes_2: ArrayLike, n_2: ArrayLike
) -> Floats:
    """Give the chance of so large a difference of two shares where there is none.

    Pearson's chi-square of the two-by-two table, without correction; two-sided. NaN
    where an n is 0; 1 where nobody or everybody succeeded.

    Source: Pearson (1900), Philosophical Magazine 50, 157-175.
    """
    k_1, k_2 = (np.asarray(k, dtype=np.float64) for k in (successes_1, successes_2))
    all_1, all_2 = (np.asarray(n, dtype=np.float64) for n in (n_1, n_2))
    pooled = _share(k_1 + k_2, all_1 + all_2)
    spread = pooled * (1 - pooled) * (1 / _some(all_1) + 1 / _some(all_2))
    difference = _share(k_1, all_1) - _share(k_2, all_2)
    squared = np.divide(
        difference**2, spread, out=np.zeros_like(difference), where=spread != 0
    )
    chances: Floats = special.chdtrc(1, squared)
    return chances


def false_discovery_rates(p_values: ArrayLike) -> Floats:
    """Adjust p-values of one family so that a bound on them bounds false discoveries.

    In the order given; NaN stays and belongs to no family.

    Source: Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B
    57, 289-300.
    """
    p = np.asarray(p_values, dtype=np.float64)
    known = np.flatnonzero(~np.isnan(p))
    adjusted = np.full(p.shape, np.nan)
    order = known[np.argsort(p[known])[::-1]]
    ranks = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum.accumulate(p[order] * len(order) / ranks)
    bounded: Floats = np.minimum(adjusted, 1.0)
    return bounded


def net_promoter_score(
    promoters: ArrayLike, detractors: ArrayLike, n: ArrayLike, confidence: float = 0.95
) -> NetPromoterScore:
    """Give each Net Promoter Score, from -100 to 100, and half its interval's width.

    The share of promoters minus that of detractors. NaN where n is 0.

    Source: the variance of a multinomial's difference: Goodman (1965), Technometrics 7,
    247-254.
    """
    up, down = _share(promoters, n), _share(detractors, n)
    total = np.asarray(n, dtype=np.float64)
    spread = np.sqrt((up + down - (up - down) ** 2) / _some(total))
    return NetPromoterScore(
        (up - down) * 100, spread * _normal_quantile(confidence) * 100
    )


def kaplan_meier(table: LifeTable, confidence: float = 0.95) -> SurvivalCurve:
    """Estimate survival with its pointwise log-log interval.

    Until the first end, survival and both bounds are 1. Where nobody is left the
    survival is 0 and the bounds are NaN: the variance is not defined there (R's survfit
    and scipy say the same; lifelines gives 0 for both).

    Source: Kaplan and Meier (1958), JASA 53, 457-481; exponential Greenwood interval:
    Kalbfleisch and Prentice (2002), The Statistical Analysis of Failure Time Data, 1.4.
    """
    duration, at_risk, ended, _ = table.columns
    survival = _survival(at_risk, ended)
    z = _normal_quantile(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = z * np.sqrt(_greenwood(at_risk, ended)) / np.log(survival)
        lower = survival ** np.exp(-spread)
        upper = survival ** np.exp(spread)
    # log(1) is 0 and divides; nothing has ended yet, so there is nothing to spread.
    lower, upper = (np.where(survival == 1, 1.0, bound) for bound in (lower, upper))
    lower, upper = (np.where(survival == 0, np.nan, bound) for bound in (lower, upper))
    return SurvivalCurve(duration, survival, lower, upper)


def median_survival(table: LifeTable, confidence: float = 0.95) -> Estimate:
    """Give the first duration at which survival is one half or less.

    The interval is where the bounds of the curve's own log-log band cross one half, so
    it differs a little from R's default, which uses the log transform. NaN means not
    reached: the median, or its upper end, lies beyond the last duration observed.

    Source: Brookmeyer and Crowley (1982), Biometrics 38, 29-41.
    """
    return time_until(table, 0.5, confidence)


def time_until(table: LifeTable, share: float, confidence: float = 0.95) -> Estimate:
    """Give the first duration by which a share has ended, such as 0.5 for the median.

    The interval is where the bounds of the curve's own log-log band cross. NaN means
    not reached: it lies beyond the last duration observed.

    Source: Brookmeyer and Crowley (1982), Biometrics 38, 29-41, whose method for the
    median holds for every quantile.

    Raises:
        ValueError: The share does not lie between 0 and 1.
    """
    if not 0 < share < 1:
        raise ValueError("A share lies between 0 and 1.")
    curve = kaplan_meier(table, confidence)
    return Estimate(
        _first_at_most(1 - share, curve.duration, curve.survival),
        _first_at_most(1 - share, curve.duration, curve.lower),
        _first_at_most(1 - share, curve.duration, curve.upper),
    )


def restricted_mean(
    table: LifeTable, horizon: float, confidence: float = 0.95
) -> Estimate:
    """Give the mean lifetime within the horizon: the area under the curve up to it.

    The interval is the normal one, cut at 0 and at the horizon. NaN where the horizon
    lies beyond the last duration and somebody is still alive there, or nobody was
    observed.

    Source: Klein and Moeschberger (2003), Survival Analysis, 2nd edition, 4.5;
    Royston and Parmar (2013), BMC Medical Research Methodology 13:152.

    Raises:
        ValueError: The horizon is not above 0.
    """
    if not horizon > 0:
        raise ValueError("The horizon of a restricted mean is above 0.")
    duration, at_risk, ended, _ = table.columns
    survival = _survival(at_risk, ended)
    if not len(duration) or (horizon > duration[-1] and survival[-1] > 0):
        return Estimate(np.nan, np.nan, np.nan)
    inside = duration < horizon
    edges = np.concatenate(([0.0], duration[inside], [horizon]))
    areas = np.diff(edges) * np.concatenate(([1.0], survival[inside]))
    mean = float(areas.sum())
    # Area to the right of each duration: what one more end there would take away.
    remaining = np.cumsum(areas[::-1])[::-1][1:]
    deaths, exposed = ended[inside], at_risk[inside]
    survivors = exposed - deaths
    weight = np.divide(
        deaths, exposed * survivors, out=np.zeros_like(deaths), where=survivors > 0
    )
    error = _normal_quantile(confidence) * float(np.sqrt((remaining**2 * weight).sum()))
    return Estimate(mean, max(0.0, mean - error), min(float(horizon), mean + error))


def log_rank(tables: Sequence[LifeTable]) -> LogRank:
    """Test whether the groups share one survival curve.

    Unweighted, for two or more groups that are all observed from duration 0. Groups in
    which nobody was ever at risk of an end are left out, as R's survdiff does; with
    fewer than two groups left the result is NaN with 0 degrees of freedom. Curves that
    cross can differ much and still give a small statistic.

    Source: Mantel (1966), Cancer Chemotherapy Reports 50, 163-170; for k groups Klein
    and Moeschberger (2003), 7.3.
    """
    columns = [table.columns for table in tables]
    if not columns:
        return LogRank(np.nan, 0, np.nan)
    times = np.unique(np.concatenate([row[0][row[2] > 0] for row in columns]))
    ended = np.array([_count_at(times, row[0], row[2]) for row in columns])
    at_risk = np.array([_at_risk_at(times, row[0], row[1]) for row in columns])
    all_ended, all_at_risk = ended.sum(axis=0), at_risk.sum(axis=0)
    share = at_risk / all_at_risk
    expected = (all_ended * share).sum(axis=1)
    kept = expected > 0
    if kept.sum() < 2:
        return LogRank(np.nan, 0, np.nan)
    # With one customer left the variance is 0; the usual factor would divide by 0.
    factor = all_ended * (all_at_risk - all_ended) / np.maximum(all_at_risk - 1, 1)
    covariance = np.diag((factor * share).sum(axis=1)) - (factor * share) @ share.T
    excess = (ended.sum(axis=1) - expected)[kept][:-1]
    covariance = covariance[np.ix_(kept, kept)][:-1, :-1]
    if np.linalg.matrix_rank(covariance) < len(excess):
        return LogRank(np.nan, 0, np.nan)
    statistic = float(excess @ np.linalg.solve(covariance, excess))
    freedom = len(excess)
    return LogRank(statistic, freedom, float(special.chdtrc(freedom, statistic)))


def _normal_quantile(confidence: float) -> float:
    """Give the two-sided quantile, 1.96 for 95 %."""
    if not 0 < confidence < 1:
        raise ValueError("The confidence lies between 0 and 1.")
    return float(special.ndtri((1 + confidence) / 2))


def _share(successes: ArrayLike, n: ArrayLike) -> Floats:
    """Divide, with NaN where n is 0."""
    total = np.asarray(n, dtype=np.float64)
    return np.asarray(successes, dtype=np.float64) / np.where(total > 0, total, np.nan)


def _some(n: Floats) -> Floats:
    """Take 0 for missing, as nothing can be divided by it."""
    return np.asarray(np.where(n > 0, n, np.nan), dtype=np.float64)


def _survival(at_risk: Floats, ended: Floats) -> Floats:
    """Multiply the shares that stay at each duration."""
    leaving = np.divide(ended, at_risk, out=np.zeros_like(ended), where=at_risk > 0)
    return np.asarray(np.cumprod(1 - leaving))


def _greenwood(at_risk: Floats, ended: Floats) -> Floats:
    """Sum ended / (at risk x staying); infinite once nobody is left."""
    staying = at_risk * (at_risk - ended)
    return np.asarray(np.cumsum(np.where(ended > 0, ended / staying, 0.0)))


def _first_at_most(share: float, duration: Floats, curve: Floats) -> float:
    """Give the first duration at which the curve is this low, else NaN."""
    # A product of ratios that should be the share may miss it by a rounding error.
    below = np.flatnonzero(curve <= share + _ROUNDING)
    return float(duration[below[0]]) if len(below) else float("nan")


def _count_at(times: Floats, duration: Floats, counts: Floats) -> Floats:
    """Look up counts by duration; 0 where the group has no such duration."""
    if not len(duration):
        return np.zeros_like(times)
    place = np.minimum(np.searchsorted(duration, times), len(duration) - 1)
    return np.where(duration[place] == times, counts[place], 0.0)


def _at_risk_at(times: Floats, duration: Floats, at_risk: Floats) -> Floats:
    """Look up who is still there at each time: the next row's customers at risk."""
    place = np.searchsorted(duration, times)
    return np.append(at_risk, 0.0)[place]
