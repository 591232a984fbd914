"""Means and ratios over customers with their intervals, from sums alone.

Customers differ independently of each other, the orders of one do not: so intervals
come from how customers differ, also where orders are what is divided by.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_Z = 1.959963984540054


class Means(NamedTuple):
    """Means with their 95 % intervals; NaN where they cannot be known."""

    value: Floats
    lower: Floats
    upper: Floats


def mean_interval(total: ArrayLike, squares: ArrayLike, n: ArrayLike) -> Means:
    """Give the mean of n customers with its normal interval.

    Args:
        total: Sum over the customers.
        squares: Sum of their squares.
        n: How many; no mean of none, no interval of one.
    """
    ones = np.asarray(n, dtype=np.float64)
    return ratio_interval(total, ones, squares, ones, total, ones)


def ratio_interval(
    above: ArrayLike,
    below: ArrayLike,
    squares_above: ArrayLike,
    squares_below: ArrayLike,
    products: ArrayLike,
    n: ArrayLike,
) -> Means:
    """Give a ratio of two sums over n customers, such as revenue per order.

    The interval is the normal one of the ratio estimator.

    Args:
        above: Sum of what is divided, over customers.
        below: Sum of what it is divided by.
        squares_above: Sum over customers of the first squared.
        squares_below: Sum over customers of the second squared.
        products: Sum over customers of their product.
        n: How many customers.

    Source: Cochran (1977), Sampling Techniques, 3rd edition, 6.4.
    """
    top, bottom, tops, bottoms, both, number = (
        np.asarray(each, dtype=np.float64)
        for each in (above, below, squares_above, squares_below, products, n)
    )
    ratio = top / np.where(bottom > 0, bottom, np.nan)
    spread = tops - 2 * ratio * both + ratio**2 * bottoms
    several = np.where(number > 1, number, np.nan)
    # Rounding can leave a little less than nothing where all are alike.
    error = np.sqrt(np.maximum(spread, 0) * several / (several - 1)) / np.where(
        bottom > 0, bottom, np.nan
    )
    return Means(ratio, ratio - _Z * error, ratio + _Z * error)
