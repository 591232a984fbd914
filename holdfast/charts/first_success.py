"""Charts of the first success: how soon, by cohort, and the deadline that matters."""

from collections.abc import Iterable
from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.heat_map import (
    clickable_cells,
    cohort_rows,
    heat_map,
    rate_cells,
)
from holdfast.charts.labels import range_label, retained_label, status_label
from holdfast.charts.theme import (
    DARK_PALETTE,
    INK,
    LIGHT_PALETTE,
    TOTAL,
    autosize,
    axis,
    category_scale,
    cell_ink,
    light_or_dark,
    rate_axis,
    segment_color,
    top_legend,
)
from holdfast.measures import label, percent
from holdfast.periods import period_label

POOLED_KEY = "pooled"
POOLED_LABEL = "All complete cohorts"
BEST = "best"
GROUPS = {"made": "Made the deadline", "missed": "Missed it"}
ROW_HEIGHT = 27

_GROUP_COLOURS = [
    (LIGHT_PALETTE[0], DARK_PALETTE[0]),
    (LIGHT_PALETTE[1], DARK_PALETTE[1]),
]


def success_curves(frame: pd.DataFrame, *, among: Iterable[str] = ()) -> Drawing:
    """Draw the share that has reached the milestone, day by day, with 95 % bands.

    A click selects "point" on the fields segment and day (a whole number).

    Args:
        frame: The frame of a first success answer.
        among: All segments of the page, so that one has one colour in all its charts.
    """
    segments = list(frame["segment"].drop_duplicates())
    rows = frame.assign(
        range=list(map(range_label, frame["rate_lower"], frame["rate_upper"])),
    )
    return Drawing(
        _curves(tuple(segments), tuple(among)),
        {ROWS: rows},
        "Share that has reached the milestone",
        ("Bands are 95% intervals",),
        success_curves_alt_text(frame),
    )


@lru_cache
def _curves(segments: tuple[str, ...], among: tuple[str, ...]) -> Picture:
    click = alt.selection_point(name="point", fields=["segment", "day"], empty=False)
    base = alt.Chart().encode(
        alt.X("day:Q", title="Days after the start").axis(
            axis(grid=False, tickMinStep=1)
        ),
        segment_color(list(segments), among),
    )
    rate = alt.Y("reached_rate:Q", title=label("reached_rate")).scale(domain=[0, 1])
    band = (
        base.transform_filter("isValid(datum.rate_lower) && isValid(datum.rate_upper)")
        .mark_area(aria=False, tooltip=None, interpolate="step-after", opacity=0.16)
        .encode(alt.Y("rate_lower:Q"), alt.Y2("rate_upper:Q"))
    )
    line = base.mark_line(
        aria=False, tooltip=None, interpolate="step-after", strokeWidth=2
    ).encode(rate.axis(rate_axis()))
    point = (
        base.mark_point(filled=True, cursor="pointer")
        .encode(
            rate,
            size=alt.when(click).then(alt.value(190)).otherwise(alt.value(45)),
            opacity=alt.value(1),
            tooltip=[
                alt.Tooltip("segment:N", title="Segment"),
                alt.Tooltip("day:Q", title="Within days"),
                alt.Tooltip(
                    "reached_rate:Q", title=label("reached_rate"), format=".1%"
                ),
                alt.Tooltip("range:N", title="95% interval"),
                alt.Tooltip("reached:Q", title="Have reached it", format=",d"),
                alt.Tooltip(
                    "at_risk:Q", title="Had not, and were observed", format=",d"
                ),
            ],
        )
        .add_params(click)
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[band, line, point],
            autosize=autosize(),
            height=320,
        )
    )


def deadline_curves(
    deadlines: pd.DataFrame, measured: str, *, segment: str = TOTAL
) -> Drawing:
    """Draw who stayed, of those who made each deadline and of those who missed it.

    The deadline that tells most is marked. A click selects "deadline" on the fields
    group ('made' or 'missed') and within_days (a whole number).

    Args:
        deadlines: The deadlines of a first success answer.
        measured: The interval in which staying is measured, such as 'month 3'.
        segment: The one segment to draw.
    """
    rows = deadlines[deadlines["segment"] == segment]
    parts = [
        pd.DataFrame(
            {
                "group": group,
                "group_label": words,
                "within_days": rows["within_days"],
                "rate": rows[f"{group}_rate"],
                "rate_lower": rows[f"{group}_lower"],
                "rate_upper": rows[f"{group}_upper"],
                "counts": list(
                    map(retained_label, rows[f"{group}_retained"], rows[group])
                ),
                "range": list(
                    map(range_label, rows[f"{group}_lower"], rows[f"{group}_upper"])
                ),
                "apart": [_apart(row) for _, row in rows.iterrows()],
                "is_small": rows["is_small"],
            }
        ).dropna(subset=["rate"])
        for group, words in GROUPS.items()
    ]
    best = rows[rows["is_best"]]
    marked = pd.DataFrame(
        {
            "within_days": best["within_days"],
            "lower": best[["made_rate", "missed_rate"]].min(axis=1),
            "upper": best[["made_rate", "missed_rate"]].max(axis=1),
            "text": [
                f"{_days(int(row['within_days']))}:"
                f" {row['difference'] * 100:+.0f} points"
                for _, row in best.iterrows()
            ],
        }
    )
    points: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return Drawing(
        _deadlines(measured),
        {ROWS: points, BEST: marked},
        f"Stayed in {measured}, by deadline",
        (
            "Bands are 95% intervals",
            "" if best.empty else "the dashed line marks the deadline that tells most",
        ),
        deadline_curves_alt_text(deadlines, measured, segment=segment),
    )


@lru_cache
def _deadlines(measured: str) -> Picture:
    click = alt.selection_point(
        name="deadline", fields=["group", "within_days"], empty=False
    )
    names = list(GROUPS.values())
    base = alt.Chart().encode(
        alt.X("within_days:Q", title="Deadline, in days after the start").axis(
            axis(grid=False, tickMinStep=1)
        ),
        alt.Color(
            "group_label:N",
            title="Group",
            sort=names,
            scale=category_scale(names, _GROUP_COLOURS),
            legend=top_legend(),
        ),
    )
    rate = alt.Y("rate:Q", title=f"Stayed in {measured}").scale(domain=[0, 1])
    band = base.mark_area(aria=False, tooltip=None, opacity=0.16).encode(
        alt.Y("rate_lower:Q"), alt.Y2("rate_upper:Q")
    )
    line = base.mark_line(aria=False, tooltip=None, strokeWidth=2).encode(
        rate.axis(rate_axis())
    )
    best = alt.Chart(alt.NamedData(name=BEST)).encode(alt.X("within_days:Q"))
    gap = best.mark_rule(
        aria=False,
        strokeDash=[4, 3],
        strokeWidth=2,
        stroke=light_or_dark(INK),
    ).encode(alt.Y("lower:Q"), alt.Y2("upper:Q"))
    # Towards the middle, so that narrow pictures do not cut it off.
    is_late = "datum.within_days > 14"
    words = best.mark_text(
        align=alt.ExprRef(f"{is_late} ? 'right' : 'left'"),
        baseline="bottom",
        dx=alt.ExprRef(f"{is_late} ? -2 : 2"),
        dy=-16,
        fontSize=14,
        fontWeight="bold",
        color=light_or_dark(INK),
    ).encode(alt.Y("upper:Q"), alt.Text("text:N"))
    point = (
        base.mark_point(filled=True, cursor="pointer")
        .encode(
            rate,
            size=alt.when(click).then(alt.value(190)).otherwise(alt.value(64)),
            opacity=alt.when("datum.is_small")
            .then(alt.value(0.35))
            .otherwise(alt.value(1)),
            tooltip=[
                alt.Tooltip("within_days:Q", title="Deadline in days"),
                alt.Tooltip("group_label:N", title="Customers who"),
                alt.Tooltip("rate:Q", title=f"Stayed in {measured}", format=".1%"),
                alt.Tooltip("counts:N", title="Customers"),
                alt.Tooltip("range:N", title="95% interval"),
                alt.Tooltip("apart:N", title=label("difference")),
            ],
        )
        .add_params(click)
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[band, line, gap, point, words],
            autosize=autosize(),
            height=320,
        )
    )


def success_cohorts(
    cohorts: pd.DataFrame, interval: str, *, segment: str = TOTAL
) -> Drawing:
    """Draw how many of each cohort reached the milestone within some days.

    A heat map, one row a cohort with its size, the pooled row above. A click selects
    "cell" on the fields cohort_key (the cohort's first day as YYYY-MM-DD, or 'pooled')
    and within_days (a whole number).

    Args:
        cohorts: The cohorts of a first success answer.
        interval: 'day', 'week' or 'month'.
        segment: The one segment to draw.
    """
    rows = cohorts[cohorts["segment"] == segment]
    rows = rows.sort_values(["cohort", "within_days"], na_position="first")
    cells = pd.DataFrame(
        {
            "cohort_key": rows["cohort"].dt.strftime("%Y-%m-%d").fillna(POOLED_KEY),
            "cohort_label": [
                POOLED_LABEL
                if pd.isna(start)
                else f"{period_label(start, interval)} · {customers:,}"
                for start, customers in zip(
                    rows["cohort"], rows["customers"], strict=True
                )
            ],
            "within_days": rows["within_days"],
            "reached_rate": rows["reached_rate"],
            "rate_text": rows["reached_rate"]
            .map(percent)
            .where(rows["is_complete"], "…"),
            "counts": list(map(retained_label, rows["reached"], rows["customers"])),
            "range": list(map(range_label, rows["rate_lower"], rows["rate_upper"])),
            "status": list(map(status_label, rows["is_complete"], rows["is_small"])),
            "is_complete": rows["is_complete"],
            "is_small": rows["is_small"],
        }
    )
    notes = []
    if not cells["is_complete"].all():
        notes.append("Dashed cells are incomplete")
    if cells["is_small"].any():
        notes.append("faded cells have few customers")
    how_to_read = ", ".join(notes)
    return Drawing(
        _cohorts(interval),
        {ROWS: cells},
        "Reached the milestone, by cohort",
        (how_to_read[:1].upper() + how_to_read[1:],),
        success_cohorts_alt_text(cohorts, interval, segment=segment),
    )


@lru_cache
def _cohorts(interval: str) -> Picture:
    click = alt.selection_point(
        name="cell", fields=["cohort_key", "within_days"], empty=False
    )
    base = alt.Chart().encode(
        alt.X("within_days:O", title="Reached within days")
        .scale(paddingInner=0.05, paddingOuter=0)
        .axis(
            axis(
                orient="top",
                labelAngle=0,
                title=None,
                labelExpr="(bandwidth('x') > 90 ? 'Within ' : '') + datum.label"
                " + (datum.label == '1' ? ' day' : ' days')",
            )
        ),
        cohort_rows(POOLED_LABEL),
    )
    cell = rate_cells(base, "reached_rate")
    numbers = base.mark_text(
        aria=False,
        fontSize=13,
        color=cell_ink("datum.reached_rate", "datum.is_complete && !datum.is_small"),
    ).encode(alt.Text("rate_text:N"))
    clickable = clickable_cells(
        base,
        click,
        [
            alt.Tooltip("cohort_label:N", title=interval.capitalize()),
            alt.Tooltip("within_days:Q", title="Within days"),
            alt.Tooltip("reached_rate:Q", title=label("reached_rate"), format=".1%"),
            alt.Tooltip("counts:N", title="Customers"),
            alt.Tooltip("range:N", title="95% interval"),
            alt.Tooltip("status:N", title="Status"),
        ],
    )
    return heat_map([cell, numbers, clickable], ROW_HEIGHT)


def success_curves_alt_text(frame: pd.DataFrame) -> str:
    """Say in one sentence what the curves show."""
    if frame.empty:
        return "Curves of the first success, without any customer."
    ends = frame.sort_values("day").groupby("segment", sort=False).last()
    parts = [
        f"{segment} {percent(ends.loc[segment, 'reached_rate'])} within"
        f" {_days(int(ends.loc[segment, 'day']))}"
        for segment in frame["segment"].drop_duplicates()
    ]
    return f"Curves of the share that has reached the milestone: {'; '.join(parts)}."


def deadline_curves_alt_text(
    deadlines: pd.DataFrame, measured: str, *, segment: str = TOTAL
) -> str:
    """Say in one sentence what the two lines show."""
    rows = deadlines[deadlines["segment"] == segment]
    if rows.empty:
        return "Curves of deadlines, without any customer."
    best = rows[rows["is_best"]]
    if best.empty:
        return f"Curves of who stayed in {measured} by deadline; none tells them apart."
    row = best.iloc[0]
    return (
        f"Curves of who stayed in {measured} by deadline; the one that tells most is"
        f" {_days(int(row['within_days']))}: {percent(row['made_rate'])} of those"
        f" who made it stayed, {percent(row['missed_rate'])} of the others."
    )


def success_cohorts_alt_text(
    cohorts: pd.DataFrame, interval: str, *, segment: str = TOTAL
) -> str:
    """Say in one sentence what the heat map shows."""
    rows = cohorts[cohorts["segment"] == segment]
    pooled = rows[rows["scope"] == "pooled"]
    head = f"Heat map of the first success by {interval} of the start"
    parts = [
        f"{percent(row['reached_rate'])} within {_days(int(row['within_days']))}"
        for _, row in pooled.iterrows()
    ]
    if not parts:
        return f"{head}, without any complete cohort."
    return f"{head}; over all complete cohorts {', '.join(parts)}."


def _days(number: int) -> str:
    return f"{number:,} day" if number == 1 else f"{number:,} days"


def _apart(row: pd.Series) -> str:
    if pd.isna(row["difference"]):
        return ""
    ends = (row["difference_lower"] * 100, row["difference_upper"] * 100)
    return f"{row['difference'] * 100:+.0f} points ({ends[0]:+.0f} to {ends[1]:+.0f})"
