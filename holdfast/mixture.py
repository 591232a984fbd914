"""Why a mean of groups changed: other groups, or other values in the same groups."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd


class Parts(NamedTuple):
    """What each group adds to the change of the whole; all parts add up to it."""

    mix: pd.Series
    rate: pd.Series


def parts_of_change(
    share_now: pd.Series,
    share_then: pd.Series,
    rate_now: pd.Series,
    rate_then: pd.Series,
    whole: float,
) -> Parts:
    """Split the change of a mean into parts that add up to it.

    Of a group: (share now - share then) x (mean of its two rates - mean of the whole
    two), and (rate now - rate then) x mean of its two shares. A group that had nobody
    at one of the times has the rate of the other.

    Args:
        share_now: Each group's share of all.
        share_then: The same at the earlier time.
        rate_now: Each group's mean; missing where it had nobody.
        rate_then: The same at the earlier time.
        whole: The mean of the two rates of all.

    Source: Kitagawa (1955), Journal of the American Statistical Association 50,
    1168-1194; the whole's mean is taken off, which changes no sum, as shares add up.
    """
    now = rate_now.fillna(rate_then).fillna(0.0)
    then = rate_then.fillna(rate_now).fillna(0.0)
    return Parts(
        (share_now - share_then) * ((now + then) / 2 - whole),
        (now - then) * (share_now + share_then) / 2,
    )
