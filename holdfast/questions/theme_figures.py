"""From counts of terms to shares, scores and differences, with their intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from holdfast.population import TOTAL
from holdfast.remarks import OWN_FROM
from holdfast.stats import (
    difference_p_values,
    false_discovery_rates,
    net_promoter_score,
    newcombe_difference,
    wilson_interval,
)

NEARLY = 0.9
"""A word is left to a phrase that holds this share of its comments."""

ALL_LANGUAGES = "all languages"
_SURE = 0.05


def with_rates(
    counts: pd.DataFrame, groups: dict[int, str], source: str, min_n: int
) -> pd.DataFrame:
    """Add shares, scores, and each group's difference from the other groups.

    Args:
        counts: As ``queries/answers/themes.sql`` returns them.
        groups: Names of the groups.
        source: Where the comments come from; NPS has a score of its own.
        min_n: Groups of fewer comments are small.

    Returns:
        One row per term and group, the most frequent terms of each language first;
        ``difference`` is in shares, ``lift`` how many times the others' share it is.
    """
    k, n = counts["comments"].to_numpy(float), counts["of_comments"].to_numpy(float)
    lower, upper = wilson_interval(k, n)
    is_group = counts["group_no"].notna().to_numpy()
    of_groups = counts[is_group].groupby("term_no")[["comments", "of_comments"]].sum()
    other_k, other_n = (
        np.where(is_group, counts["term_no"].map(of_groups[name]) - own, np.nan)
        for name, own in (("comments", k), ("of_comments", n))
    )
    # A share of nobody says nothing; the statistics give NaN for it.
    known_k, known_n = np.nan_to_num(other_k), np.nan_to_num(other_n)
    apart = newcombe_difference(k, n, known_k, known_n)
    p_values = difference_p_values(k, n, known_k, known_n)
    others = np.divide(known_k, known_n, where=known_n > 0, out=np.full(len(k), np.nan))
    share = np.divide(k, n, where=n > 0, out=np.full(len(k), np.nan))
    lift = np.divide(share, others, where=others > 0, out=np.full(len(k), np.nan))
    is_own = counts["term_no"] >= OWN_FROM
    kind = np.where(is_own, "own", np.where(counts["first_no"] >= 0, "phrase", "word"))
    frame = counts.assign(
        language=counts["language"].fillna(ALL_LANGUAGES),
        kind=kind,
        group=[TOTAL if pd.isna(no) else groups[int(no)] for no in counts["group_no"]],
        comment_share=share,
        share_lower=lower,
        share_upper=upper,
        difference=apart.difference,
        difference_lower=apart.lower,
        difference_upper=apart.upper,
        lift=lift,
        p_adjusted=false_discovery_rates(np.where(known_n > 0, p_values, np.nan)),
        is_small=n < min_n,
    )
    if source == "nps":
        score = net_promoter_score(counts["high"], counts["low"], counts["scored"])
        frame = frame.assign(nps=score.score, nps_margin=score.margin)
    told = frame.groupby("term_no")["comments"].transform("max")
    size = frame.groupby("language")["of_comments"].transform("max")
    order = pd.DataFrame(
        {"own": ~is_own, "size": -size, "language": frame["language"], "told": -told}
    ).assign(term=frame["term_no"], group=frame["group_no"].fillna(-1))
    place = order.sort_values(list(order.columns), kind="stable").index
    return frame.loc[place].reset_index(drop=True)


def folded_terms(everyone: pd.DataFrame) -> set[int]:
    """Return words that are hardly told but in one phrase, and doubled phrases.

    Args:
        everyone: One row per term, of all groups together.
    """
    told = everyone.set_index("term_no")["comments"]
    phrases = everyone[everyone["kind"] == "phrase"]
    folded: set[int] = set()
    for part in ("first_no", "second_no"):
        alone = phrases[part].map(told)
        folded |= set(phrases.loc[alone * NEARLY <= phrases["comments"], part])
    return folded


def with_growth(counts: pd.DataFrame) -> pd.DataFrame:
    """Add shares of the month and of the months before, and how sure the growth is.

    Returns:
        One row per term, the highest lower end of its growth first.
    """
    k, n, k_before, n_before = (
        counts[name].to_numpy(float)
        for name in ("comments", "of_comments", "before", "of_before")
    )
    change = newcombe_difference(k, n, k_before, n_before)
    p_values = np.where(
        n_before > 0, difference_p_values(k, n, k_before, n_before), np.nan
    )
    frame = counts.assign(
        language=counts["language"].fillna(ALL_LANGUAGES),
        kind=np.where(
            counts["term_no"] >= OWN_FROM,
            "own",
            np.where(counts["first_no"] >= 0, "phrase", "word"),
        ),
        comment_share=np.divide(k, n, where=n > 0, out=np.full(len(k), np.nan)),
        share_before=np.divide(
            k_before, n_before, where=n_before > 0, out=np.full(len(k), np.nan)
        ),
        change=change.difference,
        change_lower=change.lower,
        change_upper=change.upper,
        p_adjusted=false_discovery_rates(p_values),
    )
    frame = frame.assign(
        is_growing=(frame["change_lower"] > 0) & (frame["p_adjusted"] < _SURE)
    )
    # Own themes first only where they grow as much: they stand for many words.
    return frame.sort_values(
        ["change_lower", "term_no"], ascending=[False, True], kind="stable"
    ).reset_index(drop=True)
