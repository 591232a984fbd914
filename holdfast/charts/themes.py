"""Charts of the themes answer: terms by group, what grows, and one term's months."""

from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.by_period import by_period, layered, note, period_axis
from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.labels import range_label, retained_label
from holdfast.charts.theme import (
    ACCENT,
    DARK_PALETTE,
    INK,
    LIGHT_PALETTE,
    TOTAL,
    autosize,
    axis,
    light_or_dark,
    rate_axis,
)
from holdfast.measures import label, percent

_BLUE = (LIGHT_PALETTE[0], DARK_PALETTE[0])


def term_bars(rows: pd.DataFrame, *, group: str = TOTAL) -> Drawing:
    """Draw the share of comments with each term, its interval, and the mean score.

    Themes of one's own have a colour of their own. A click selects "term" on the field
    term_no.

    Args:
        rows: Rows of the frame of a themes answer, one per term.
        group: What they are of.
    """
    bars = pd.DataFrame(
        {
            "term_no": rows["term_no"],
            "name": _names(rows),
            "place": range(len(rows)),
            "is_own": rows["kind"] == "own",
            "share": rows["comment_share"],
            "lower": rows["share_lower"],
            "upper": rows["share_upper"],
            "reach": rows["share_upper"] + 0.3 * rows["share_upper"].max(),
            "words": list(map(_told, rows["comments"], rows["score_mean"])),
            "counts": list(map(retained_label, rows["comments"], rows["of_comments"])),
            "range": list(map(range_label, rows["share_lower"], rows["share_upper"])),
            "lift": rows["lift"],
        }
    )
    who = "all comments" if group == TOTAL else f"comments of {group.lower()}"
    return Drawing(
        _terms("term"),
        {ROWS: bars},
        f"What recurs in {who}",
        ("Lines are 95% intervals of the share",),
        _bars_text(bars, who),
    )


def growth_bars(rows: pd.DataFrame, month: str) -> Drawing:
    """Draw the share of a month's comments with each term, and the one before.

    A click selects "growth" on the field term_no.

    Args:
        rows: Rows of the growth of a themes answer.
        month: The month's name.
    """
    bars = pd.DataFrame(
        {
            "term_no": rows["term_no"],
            "name": _names(rows),
            "place": range(len(rows)),
            "is_own": rows["kind"] == "own",
            "share": rows["comment_share"],
            "before": rows["share_before"].astype(float),
            "reach": rows["comment_share"] + 0.3 * rows["comment_share"].max(),
            "words": [
                f"{int(told):,}, {_from(before)}"
                for told, before in zip(
                    rows["comments"], rows["share_before"], strict=True
                )
            ],
            "counts": list(map(retained_label, rows["comments"], rows["of_comments"])),
            "range": [
                "not known" if pd.isna(low) else range_label(low, high)
                for low, high in zip(
                    rows["change_lower"], rows["change_upper"], strict=True
                )
            ],
        }
    )
    return Drawing(
        _growth(),
        {ROWS: bars},
        f"What grew in {month}",
        ("Ticks are the share in the months before",),
        _bars_text(bars, f"comments of {month}"),
    )


def term_months(rows: pd.DataFrame) -> Drawing:
    """Draw how often one term was told in each month; months that run are hollow.

    Args:
        rows: Rows of the trend of a themes answer, of one term.
    """
    points = by_period(rows.assign(period=rows["month"]), "month").assign(
        share=rows["comments"] / rows["of_comments"],
        counts=list(map(retained_label, rows["comments"], rows["of_comments"])),
        is_complete=rows["is_complete"],
    )
    term = str(rows["term"].iloc[0])
    return Drawing(
        _months(),
        {ROWS: points},
        f"“{term}” month by month",
        note(rows, "Hollow bars still run"),
        f"Share of each month's comments with “{term}”, over {len(rows)} months.",
    )


@lru_cache
def _terms(select: str) -> Picture:
    bar, line, words, room = _layers(select, label("comment_share"))
    interval = line.encode(alt.X("lower:Q"), alt.X2("upper:Q"))
    told = words.encode(alt.X("upper:Q"), text="words:N")
    return _picture([bar, interval, told, room])


@lru_cache
def _growth() -> Picture:
    bar, _, words, room = _layers("growth", "Share of the month's comments")
    before = (
        _base()
        .mark_tick(aria=False, tooltip=None, thickness=2.5, color=light_or_dark(INK))
        .encode(alt.X("before:Q"))
    )
    told = words.encode(alt.X("share:Q"), text="words:N")
    return _picture([bar, before, told, room])


@lru_cache
def _months() -> Picture:
    bar = (
        alt.Chart()
        .mark_bar(color=light_or_dark(_BLUE))
        .encode(
            period_axis("month"),
            alt.Y("share:Q", title=label("comment_share")).axis(rate_axis()),
            fillOpacity=alt.when("datum.is_complete")
            .then(alt.value(1))
            .otherwise(alt.value(0.25)),
            tooltip=[
                alt.Tooltip("period_label:N", title="Month"),
                alt.Tooltip("share:Q", title=label("comment_share"), format=".1%"),
                alt.Tooltip("counts:N", title="Comments"),
            ],
        )
    )
    return layered([bar], 180)


def _base() -> alt.Chart:
    return alt.Chart().encode(
        alt.Y(
            "name:N", sort=alt.EncodingSortField("place", op="min", order="ascending")
        ).axis(axis(title=None, labelLimit=240))
    )


def _layers(
    select: str, title: str
) -> tuple[alt.Chart, alt.Chart, alt.Chart, alt.Chart]:
    """Return bars that can be clicked, lines, words beside them, and room for these."""
    click = alt.selection_point(name=select, fields=["term_no"], empty=False)
    bar = (
        _base()
        .mark_bar(cursor="pointer")
        .encode(
            alt.X("share:Q", title=title, stack=None).axis(rate_axis()),
            color=alt.when("datum.is_own")
            .then(alt.value(light_or_dark(ACCENT)))
            .otherwise(alt.value(light_or_dark(_BLUE))),
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            strokeWidth=alt.value(2.5),
            tooltip=[
                alt.Tooltip("name:N", title="Term"),
                alt.Tooltip("share:Q", title=title, format=".1%"),
                alt.Tooltip("counts:N", title="Comments"),
                alt.Tooltip("range:N", title="95% interval"),
            ],
        )
        .add_params(click)
    )
    line = _base().mark_rule(
        aria=False, tooltip=None, strokeWidth=1.5, stroke=light_or_dark(INK)
    )
    words = _base().mark_text(
        aria=False, tooltip=None, align="left", dx=8, color=light_or_dark(INK)
    )
    # The words beside the longest bar need room.
    room = (
        _base().mark_point(aria=False, tooltip=None, opacity=0).encode(alt.X("reach:Q"))
    )
    return bar, line, words, room


def _picture(layers: list[alt.Chart]) -> Picture:
    return Picture(
        alt.LayerChart(
            data=shared_rows(), layer=layers, autosize=autosize(), height=alt.Step(26)
        )
    )


def _names(rows: pd.DataFrame) -> list[str]:
    """Name terms; by their language too, since one may be a word of two."""
    many = rows.loc[rows["kind"] != "own", "language"].nunique() > 1
    return [
        f"{term} (theme)"
        if kind == "own"
        else f"{term} ({language})"
        if many
        else str(term)
        for term, kind, language in zip(
            rows["term"], rows["kind"], rows["language"], strict=True
        )
    ]


def _told(comments: int, score: float) -> str:
    mean = "" if pd.isna(score) else f", score {score:.1f}"
    return f"{int(comments):,}{mean}"


def _from(before: float) -> str:
    return "none before" if pd.isna(before) else f"{percent(before)} before"


def _bars_text(bars: pd.DataFrame, who: str) -> str:
    if bars.empty:
        return f"No term recurs in {who}."
    first = bars.iloc[0]
    return (
        f"{len(bars)} terms in {who}; the first is “{first['name']}” with"
        f" {percent(first['share'])} ({first['counts']})."
    )
