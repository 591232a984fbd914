"""Counts of what happens in time: intervals, ratios of rates, and limits of control.

Everything is computed from counts and the time they were counted in. Nothing here sees
single customers.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]

Limits = Literal["moving", "sd"]
"""How the spread of counts is judged: by neighbours, or by the standard deviation."""

# The mean range of two independent normal values, in standard deviations.
_D2 = 1.128


class RateRatio(NamedTuple):
    """Ratios of two rates with their intervals and chances; NaN where unknown."""

    ratio: Floats
    lower: Floats
    upper: Floats
    p_value: Floats


class ControlLimits(NamedTuple):
    """The middle of counts, their spread, and the limits around it."""

    mean: float
    sd: float
    lower: float
    upper: float


def poisson_interval(
    counts: ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Give the exact interval of each count's mean, as (lower, upper).

    Source: Garwood (1936), Biometrika 28, 437-442.

    Raises:
        ValueError: A count is negative.
    """
    k = np.asarray(counts, dtype=np.float64)
    if (k < 0).any():
        raise ValueError("A count is not negative.")
    tail = (1 - confidence) / 2
    lower = special.gammaincinv(np.where(k > 0, k, 1.0), tail)
    upper = special.gammaincinv(k + 1, 1 - tail)
    return np.where(k > 0, lower, 0.0), np.asarray(upper, dtype=np.float64)


def rate_ratio(
    counts_1: ArrayLike, time_1: ArrayLike, counts_2: ArrayLike, time_2: ArrayLike
) -> RateRatio:
    """Give the first rate divided by the second, with interval and chance.

    Given their sum, the first of two Poisson counts is binomial. The interval is
    Wilson's of that share; the chance is exact and two-sided, twice the smaller tail.
    NaN where nothing was counted or a time is 0; without a second count the ratio and
    its upper end are unknown.

    Source: Przyborowski and Wilenski (1940), Biometrika 31, 313-323; Wilson (1927),
    JASA 22, 209-212.
    """
    k_1, t_1, k_2, t_2 = (
        np.asarray(each, dtype=np.float64)
        for each in np.broadcast_arrays(counts_1, time_1, counts_2, time_2)
    )
    total = k_1 + k_2
    is_known = (total > 0) & (t_1 > 0) & (t_2 > 0)
    n = np.where(is_known, total, np.nan)
    z = float(special.ndtri(0.975))
    centre = (k_1 + z**2 / 2) / (n + z**2)
    half = z * np.sqrt(k_1 * k_2 / n + z**2 / 4) / (n + z**2)
    lower = np.where(k_1 == 0, 0.0, centre - half)
    upper = np.where(k_2 == 0, 1.0, centre + half)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = t_2 / t_1
        ratio = np.where(k_2 > 0, k_1 / k_2 * scale, np.nan)
        ends = [
            np.where(is_known & (end < 1), end / (1 - end) * scale, np.nan)
            for end in (lower, upper)
        ]
        expected = t_1 / (t_1 + t_2)
        up = np.where(k_1 > 0, special.betainc(k_1, k_2 + 1, expected), 1.0)
        down = np.where(k_2 > 0, special.betainc(k_2, k_1 + 1, 1 - expected), 1.0)
    chance = np.where(is_known, np.minimum(1.0, 2 * np.minimum(up, down)), np.nan)
    return RateRatio(np.where(is_known, ratio, np.nan), ends[0], ends[1], chance)


def share_ratio(
    share_1: tuple[float, float, float], share_2: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Give the first share divided by the second with its interval, from theirs.

    Args:
        share_1: The share, and the lower and upper end of its interval.
        share_2: The same of the second.

    Returns:
        The ratio, its lower and its upper end; NaN where the second share is 0, and an
        upper end that has no bound.

    Source: the MOVER interval of Donner and Zou (2012), Statistical Methods in Medical
    Research 21, 347-359, equation 9.
    """
    p_1, l_1, u_1 = share_1
    p_2, l_2, u_2 = share_2
    if not p_2 > 0:
        return float("nan"), float("nan"), float("nan")
    both = p_1 * p_2
    below = both**2 - l_1 * u_2 * (2 * p_1 - l_1) * (2 * p_2 - u_2)
    above = both**2 - u_1 * l_2 * (2 * p_1 - u_1) * (2 * p_2 - l_2)
    lower, upper = float("nan"), float("nan")
    if u_2 != 2 * p_2 and below >= 0:
        lower = max(0.0, (both - below**0.5) / (u_2 * (2 * p_2 - u_2)))
    if l_2 > 0 and above >= 0:
        upper = (both + above**0.5) / (l_2 * (2 * p_2 - l_2))
    return p_1 / p_2, lower, upper


def control_limits(
    counts: ArrayLike, times: float = 3.0, spread: Limits = "moving"
) -> ControlLimits:
    """Give the limits that counts in order of time stay within by mere chance.

    Mean plus and minus so many times the spread: the mean difference of neighbours
    divided by 1.128 (individuals chart), or the sample standard deviation. A single
    count has no spread: NaN.

    Source: Shewhart (1931), Economic Control of Quality; Wheeler (1993), Understanding
    Variation, for the individuals chart; Montgomery (2012), Introduction to Statistical
    Quality Control, 6.4.
    """
    values = np.asarray(counts, dtype=np.float64)
    if not len(values):
        return ControlLimits(*[float("nan")] * 4)
    mean = float(values.mean())
    if len(values) < 2:
        return ControlLimits(mean, *[float("nan")] * 3)
    if spread == "sd":
        sd = float(values.std(ddof=1))
    else:
        sd = float(np.abs(np.diff(values)).mean()) / _D2
    return ControlLimits(mean, sd, mean - times * sd, mean + times * sd)
