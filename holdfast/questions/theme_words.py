"""The words about themes: the finding, and what limits it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from holdfast.answer import Caveat
from holdfast.measures import percent, percent_with_count
from holdfast.periods import period_label
from holdfast.population import TOTAL
from holdfast.score_groups import GROUPS
from holdfast.texts.languages import UNKNOWN

if TYPE_CHECKING:
    from holdfast.questions.themes import Themes

SOURCE_WORDS = {
    "nps": "comments of NPS surveys",
    "csat": "comments of CSAT surveys",
    "ces": "comments of CES surveys",
    "tickets": "subjects of tickets",
    "exits": "words on leaving",
}


def bands_of(source: str) -> tuple[str, ...]:
    """Name the groups by score, the lowest first; only answers to surveys have any."""
    return GROUPS[source][2::-1] if source in GROUPS else ()


def sentence(
    spec: Themes,
    frame: pd.DataFrame,
    languages: pd.DataFrame,
    growth: pd.DataFrame,
    month: date,
) -> str:
    """Tell what is told most often, and what grew most."""
    shown = languages
    if spec.language:
        shown = languages[languages["language"] == spec.language]
    comments = int(shown["comments"].sum())
    if not comments:
        return f"There are no {SOURCE_WORDS[spec.of]} in view."
    tongues = len(shown)
    where = f"in {tongues} languages" if tongues > 1 else "in one language"
    said = f"{comments:,} {SOURCE_WORDS[spec.of]} {where}"
    if frame.empty:
        return f"{said}: no word recurs in {spec.least} of them."
    every = frame[(frame["group"] == TOTAL) & (frame["kind"] != "own")]
    if len(every):
        top = every.sort_values("comments", ascending=False, kind="stable").iloc[0]
        share = percent_with_count(
            top["comment_share"], int(top["comments"]), int(top["of_comments"])
        )
        said += f"; told most often is “{top['term']}” ({top['language']}): {share}"
    grown = growth[growth["is_growing"]]
    if len(grown):
        row = grown.iloc[0]
        name = period_label(pd.Timestamp(month), "month")
        said += (
            f". In {name} “{row['term']}” grew most: {percent(row['comment_share'])} of"
            f" {int(row['of_comments']):,}, {percent(row['share_before'])} in the"
            " months before"
        )
    return f"{said}."


def limits(
    spec: Themes, frame: pd.DataFrame, languages: pd.DataFrame, min_n: int
) -> list[Caveat]:
    """Say what limits the figures."""
    caveats = [
        Caveat(
            "rough",
            "Words are cut by dictionaries of their script and counted as they are"
            " written, plurals with an s apart; topics group words that stand together."
            " Both are rough: read the comments behind them.",
        )
    ]
    unknown = languages.loc[languages["language"] == UNKNOWN, "comments"].sum()
    if unknown:
        caveats.append(
            Caveat(
                "unknown_language",
                f"Of {int(unknown):,} short comments the language cannot be told; they"
                " stand apart as “unknown”.",
            )
        )
    if bands_of(spec.of) and not frame.empty and spec.groups != "segment":
        caveats.append(
            Caveat(
                "scored",
                "Groups hold comments with a score on the scale; those without one"
                " count in All.",
            )
        )
    if not frame.empty and frame["is_small"].any():
        caveats.append(
            Caveat(
                "small_n",
                f"Languages and groups of fewer than {min_n} comments have wide"
                " intervals: one comment moves them much.",
            )
        )
    return caveats
