"""Scores, margins, differences and parts of a change, from counts and sums."""

from __future__ import annotations

import numpy as np
import pandas as pd

from holdfast.means import mean_interval
from holdfast.mixture import parts_of_change
from holdfast.population import TOTAL
from holdfast.stats import net_promoter_score, newcombe_difference, wilson_interval
from holdfast.survey_scales import GROUPS

_Z = 1.959963984540054
# What the sums behind a difference or a change are called.
_SUMS = ["n", "high", "low", "score_sum", "score_squares"]


def with_scores(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Put the score, its margin and the shares of the groups beside the counts.

    Args:
        rows: ``n``, ``high``, ``middle``, ``low``, ``score_sum``, ``score_squares``.
        kind: nps, csat or ces.

    Returns:
        The rows with the groups under their names, such as ``promoters``;
        ``score`` (NPS in points from -100 to 100, CSAT as a share in 0..1, CES as a
        mean) with ``score_lower``, ``score_upper`` and half their distance, ``margin``;
        ``mean`` with its interval; and of each group ``<group>_rate`` with its Wilson
        interval. All missing where nobody gave a score.
    """
    found = rows.copy()
    n = found["n"]
    mean = mean_interval(found["score_sum"], found["score_squares"], n)
    nps = net_promoter_score(found["high"], found["low"], n)
    lower, upper = wilson_interval(found["high"], n)
    match kind:
        case "nps":
            score, margin = nps.score, nps.margin
            # No score lies beyond; the margin stays as the formula has it.
            ends = np.maximum(score - margin, -100.0), np.minimum(score + margin, 100.0)
        case "csat":
            score, ends = (found["high"] / n.where(n > 0)).to_numpy(), (lower, upper)
            margin = (upper - lower) / 2
        case _:
            score, ends = mean.value, (mean.lower, mean.upper)
            margin = (mean.upper - mean.lower) / 2
    values = {
        "score": score,
        "score_lower": ends[0],
        "score_upper": ends[1],
        "margin": margin,
        "mean": mean.value,
        "mean_lower": mean.lower,
        "mean_upper": mean.upper,
    }
    found = found.assign(**values)
    for column, name in zip(("high", "middle", "low"), GROUPS[kind], strict=True):
        lower, upper = wilson_interval(found[column], n)
        found[f"{name}_rate"] = found[column] / n.where(n > 0)
        found[f"{name}_lower"], found[f"{name}_upper"] = lower, upper
    return found


def named_groups(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Give the counts of the groups their names, and leave the sums out."""
    names = dict(zip(("high", "middle", "low"), GROUPS[kind], strict=True))
    return rows.rename(columns=names).drop(columns=["score_sum", "score_squares"])


def with_differences(rows: pd.DataFrame, kind: str, min_n: int) -> pd.DataFrame:
    """Put the difference of each segment from all others beside its score.

    Args:
        rows: One row per segment, with the total's, as ``with_scores`` made them.
        kind: nps, csat or ces.
        min_n: Under this many scores on either side nothing is judged.

    Returns:
        The rows with ``rest_score``, ``difference`` and its 95 % interval, ``z``
        (difference by its standard error), ``differs`` and ``verdict``: higher, lower,
        within noise, or too few. Missing for the total.
    """
    total = rows[rows["segment"] == TOTAL].iloc[0]
    others = {name: total[name] - rows[name] for name in _SUMS}
    score, error = _score_and_error(kind, {name: rows[name] for name in _SUMS})
    rest, rest_error = _score_and_error(kind, others)
    difference = score - rest
    spread = np.hypot(error, rest_error)
    lower, upper = difference - _Z * spread, difference + _Z * spread
    if kind == "csat":
        found = newcombe_difference(
            rows["high"], rows["n"], others["high"], others["n"]
        )
        lower, upper = found.lower, found.upper
    is_total = (rows["segment"] == TOTAL).to_numpy()
    z = np.divide(difference, spread, out=np.full(len(rows), np.nan), where=spread > 0)
    differs = ((lower > 0) | (upper < 0)) & ~is_total
    few = (rows["n"] < min_n) | (others["n"] < min_n)
    verdict = np.where(difference > 0, "higher", "lower")
    verdict = np.where(differs, verdict, "within noise")
    verdict = np.where(few, "too few", verdict)
    return rows.assign(
        rest_score=np.where(is_total, np.nan, rest),
        difference=np.where(is_total, np.nan, difference),
        difference_lower=np.where(is_total, np.nan, lower),
        difference_upper=np.where(is_total, np.nan, upper),
        z=np.where(is_total, np.nan, z),
        differs=differs,
        verdict=pd.Series(verdict, index=rows.index).mask(is_total),
    )


def score_change(now: pd.DataFrame, then: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Split the change of the whole score between two periods into parts.

    Args:
        now: One row per segment and the total: counts and sums of the later period.
        then: The same of the earlier one.
        kind: nps, csat or ces.

    Returns:
        ``segment``, ``n``, ``share`` and ``score`` at both times (``_now`` and
        ``_before``), ``mix_part``, ``score_part`` and ``change``: the segment's
        effect on the change of the whole, which they add up to; and the interval of
        the change for the total.
    """
    both = now[["segment", *_SUMS]].merge(
        then[["segment", *_SUMS]], on="segment", suffixes=("_now", "_before")
    )
    is_total = both["segment"] == TOTAL
    errors = {}
    for time in ("now", "before"):
        sums = {name: both[f"{name}_{time}"] for name in _SUMS}
        score, errors[time] = _score_and_error(kind, sums)
        both[f"score_{time}"] = score
        everyone = both.loc[is_total, f"n_{time}"].sum()
        both[f"share_{time}"] = both[f"n_{time}"] / (everyone or np.nan)
    whole = both.loc[is_total, ["score_now", "score_before"]].mean(axis=1, skipna=False)
    both["mix_part"], both["score_part"] = parts_of_change(
        both["share_now"],
        both["share_before"],
        both["score_now"],
        both["score_before"],
        float(whole.mean()),
    )
    if (~is_total).any():
        for part in ("mix_part", "score_part"):
            both.loc[is_total, part] = both.loc[~is_total, part].sum(skipna=False)
    both["change"] = both["mix_part"] + both["score_part"]
    margin = _Z * np.hypot(errors["now"], errors["before"])
    both["change_lower"] = (both["change"] - margin).where(is_total)
    both["change_upper"] = (both["change"] + margin).where(is_total)
    names = [
        *("segment", "n_before", "n_now", "share_before", "share_now"),
        *("score_before", "score_now", "mix_part", "score_part", "change"),
        *("change_lower", "change_upper"),
    ]
    return both[names]


def _score_and_error(
    kind: str, sums: dict[str, pd.Series]
) -> tuple[np.ndarray, np.ndarray]:
    """Give scores with their standard errors; missing where there is no score.

    Source: NPS as in ``net_promoter_score``; a share and a mean as usual.
    """
    n = sums["n"].to_numpy(dtype=float)
    if kind == "ces":
        mean = mean_interval(sums["score_sum"], sums["score_squares"], n)
        return mean.value, (mean.upper - mean.lower) / 2 / _Z
    if kind == "nps":
        nps = net_promoter_score(sums["high"], sums["low"], n)
        return nps.score, nps.margin / _Z
    some = np.where(n > 0, n, np.nan)
    share = sums["high"].to_numpy(dtype=float) / some
    return share, np.sqrt(share * (1 - share) / some)
