"""Charts of a funnel over time: the share that goes all the way, and who enters."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.labels import range_label, retained_label, status_label
from holdfast.charts.theme import (
    DARK_BACKGROUND,
    DARK_PALETTE,
    LIGHT_BACKGROUND,
    LIGHT_PALETTE,
    TOTAL,
    autosize,
    axis,
    light_or_dark,
    rate_axis,
    segment_color,
    top_legend,
)
from holdfast.measures import label, percent
from holdfast.periods import period_label

STATES = {
    "converted": "Went all the way",
    "dropped": "Did not",
    "open": "Still have time",
}
_MOST_BANDS = 3
_BLUE = (LIGHT_PALETTE[0], DARK_PALETTE[0])
_PALE = ("#d9dde4", "#3b4351")
_BACKGROUND = (LIGHT_BACKGROUND, DARK_BACKGROUND)


def trend_lines(
    frame: pd.DataFrame,
    interval: str,
    *,
    among: Iterable[str] = (),
    segment: str = TOTAL,
    counts_open: bool = False,
) -> Drawing:
    """Draw the share of each interval's entries that went all the way.

    Points are hollow where somebody still has time, and show the share of all who
    entered that had done so. Of many segments one has a band. A click selects "trend"
    on the fields segment and period_key (the interval's first day as YYYY-MM-DD).

    Args:
        frame: The frame of a funnel trend answer.
        interval: 'day', 'week' or 'month'.
        among: All segments of the page, so that one has one colour in all its charts.
        segment: The segment that is set off where there are many.
        counts_open: Those who still have time are among those who entered.
    """
    # Of whom the result is known, nearly all of the latest went all the way: the others
    # still have time. So an interval that is not over shows what there is so far.
    is_known = frame["is_complete"] | (frame["open_customers"] == 0)
    known = frame["entered_customers"]
    entered = known.where(is_known, known + frame["open_customers"] * (not counts_open))
    rows = frame.assign(entered=entered)[entered > 0]
    segments = list(rows["segment"].drop_duplicates())
    last = rows[rows["is_complete"]].groupby("segment").tail(1).index
    rows = _with_periods(rows, interval).assign(
        rate=rows["customers"] / rows["entered"],
        counts=list(map(retained_label, rows["customers"], rows["entered"])),
        range=[
            range_label(lower, upper) if is_complete else "not over yet"
            for lower, upper, is_complete in zip(
                rows["rate_lower"], rows["rate_upper"], rows["is_complete"], strict=True
            )
        ],
        status=list(map(status_label, rows["is_complete"], rows["is_small"])),
        is_tail=~rows["is_complete"] | rows.index.isin(last),
    )
    hollow = "Hollow points are not over: the share so far, which may still change"
    return Drawing(
        _lines(interval, tuple(segments), tuple(among), set_off(segments, segment)),
        {ROWS: rows},
        f"Went all the way, by {interval} of entry",
        ("Bands are 95% intervals", "" if rows["is_complete"].all() else hollow),
        trend_lines_alt_text(frame, interval),
    )


@lru_cache
def _lines(
    interval: str, segments: tuple[str, ...], among: tuple[str, ...], one: str | None
) -> Picture:
    click = alt.selection_point(
        name="trend", fields=["segment", "period_key"], empty=False
    )
    base = alt.Chart().encode(
        _period_axis(interval), segment_color(list(segments), among)
    )
    rate = alt.Y("rate:Q", title=label("conversion_rate")).scale(domainMin=0, nice=True)
    over = base.transform_filter("datum.is_complete")
    band = (
        of_one(over, one)
        .mark_area(aria=False, tooltip=None, opacity=0.14)
        .encode(alt.Y("rate_lower:Q"), alt.Y2("rate_upper:Q"))
    )
    line = over.mark_line(aria=False, tooltip=None, strokeWidth=2).encode(
        rate.axis(rate_axis())
    )
    tail = (
        base.transform_filter("datum.is_tail")
        .mark_line(aria=False, tooltip=None, strokeWidth=2, strokeDash=[4, 4])
        .encode(rate)
    )
    bold = of_one(over, one).mark_line(aria=False, tooltip=None, strokeWidth=4)
    # What lies behind a hollow point would be seen through it.
    hollow = (
        base.transform_filter("!datum.is_complete")
        .mark_point(aria=False, tooltip=None, filled=True, size=60, opacity=1)
        .encode(rate, color=alt.value(light_or_dark(_BACKGROUND)))
    )
    point = (
        base.mark_point(cursor="pointer", strokeWidth=2)
        .encode(
            rate,
            fill=alt.when("datum.is_complete")
            .then(segment_fill(list(segments), among))
            .otherwise(alt.value("transparent")),
            size=alt.when(click).then(alt.value(210)).otherwise(alt.value(64)),
            opacity=alt.when("datum.is_small")
            .then(alt.value(0.45))
            .otherwise(alt.value(1)),
            tooltip=[
                alt.Tooltip("segment:N", title="Segment"),
                alt.Tooltip("period_label:N", title=interval.capitalize()),
                alt.Tooltip("rate:Q", title=label("conversion_rate"), format=".1%"),
                alt.Tooltip("counts:N", title="Customers"),
                alt.Tooltip("range:N", title="95% interval"),
                alt.Tooltip("open_customers:Q", title="Still have time", format=",d"),
                alt.Tooltip("status:N", title="Status"),
            ],
        )
        .add_params(click)
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[band, line, tail, bold.encode(rate), hollow, point],
            autosize=autosize(),
            height=300,
        )
    )


def entry_bars(frame: pd.DataFrame, interval: str, *, segment: str = TOTAL) -> Drawing:
    """Draw how many entered in each interval, by how it went.

    A click selects "entries" on the fields period_key and state ('converted',
    'dropped' or 'open').

    Args:
        frame: The frame of a funnel trend answer.
        interval: 'day', 'week' or 'month'.
        segment: The one segment to draw.
    """
    rows = _with_periods(frame[frame["segment"] == segment], interval)
    numbers = {
        "converted": rows["customers"],
        "dropped": rows["entered_customers"] - rows["customers"],
        "open": rows["open_customers"],
    }
    parts = [
        rows[["period_key", "period_label"]].assign(
            state=state,
            state_label=words,
            number=numbers[state],
            place=list(STATES).index(state),
        )
        for state, words in STATES.items()
    ]
    bars = pd.concat(parts, ignore_index=True)
    bars = bars[bars["number"] > 0]
    return Drawing(
        _entries(interval),
        {ROWS: bars},
        f"Entries by {interval}",
        ("Filled: went all the way", "pale: did not", "outlined: still have time"),
        entry_bars_alt_text(frame, interval, segment=segment),
    )


@lru_cache
def _entries(interval: str) -> Picture:
    click = alt.selection_point(
        name="entries", fields=["period_key", "state"], empty=False
    )
    names = list(STATES.values())
    blue, pale = light_or_dark(_BLUE), light_or_dark(_PALE)
    legend = top_legend(symbolType="square", symbolSize=150)
    bar = (
        alt.Chart()
        .mark_bar(cursor="pointer")
        .encode(
            _period_axis(interval),
            alt.Y("number:Q", title=label("customers"), stack="zero").axis(
                axis(format=",d", tickMinStep=1)
            ),
            fill=alt.Fill(
                "state_label:N",
                title="State",
                sort=names,
                scale=alt.Scale(domain=names, range=[blue, pale, "transparent"]),
                legend=legend,
            ),
            stroke=alt.Stroke(
                "state_label:N",
                sort=names,
                scale=alt.Scale(domain=names, range=[blue, "transparent", blue]),
                legend=legend,
            ),
            strokeWidth=alt.when(click).then(alt.value(4)).otherwise(alt.value(1.5)),
            opacity=alt.value(1),
            order=alt.Order("place:Q", title="Order"),
            tooltip=[
                alt.Tooltip("period_label:N", title=interval.capitalize()),
                alt.Tooltip("state_label:N", title="State"),
                alt.Tooltip("number:Q", title=label("customers"), format=",d"),
            ],
        )
        .add_params(click)
    )
    return Picture(
        alt.LayerChart(data=shared_rows(), layer=[bar], autosize=autosize(), height=220)
    )


def trend_lines_alt_text(frame: pd.DataFrame, interval: str) -> str:
    """Say in one sentence what the lines show."""
    rows = frame[(frame["segment"] == TOTAL) & frame["is_complete"]]
    rows = rows[rows["entered_customers"] > 0].sort_values("period")
    head = f"Lines of the share that goes all the way by {interval} of entry"
    if rows.empty:
        return f"{head}, without any complete {interval}."
    ends = [
        f"{percent(row['conversion_rate'])} ({period_label(row['period'], interval)})"
        for _, row in rows.iloc[[0, -1]].drop_duplicates().iterrows()
    ]
    return f"{head}: {' to '.join(ends)}."


def entry_bars_alt_text(
    frame: pd.DataFrame, interval: str, *, segment: str = TOTAL
) -> str:
    """Say in one sentence what the bars show."""
    rows = frame[frame["segment"] == segment]
    head = f"Bars of the entries by {interval}"
    if rows.empty:
        return f"{head}, without any customer."
    converted, known = (
        int(rows["customers"].sum()),
        int(rows["entered_customers"].sum()),
    )
    return (
        f"{head}: {converted:,} went all the way, {known - converted:,} did not,"
        f" {int(rows['open_customers'].sum()):,} still have time."
    )


def segment_fill(segments: list[str], among: Iterable[str]) -> alt.Fill:
    """Fill a mark with the colour of its segment, without a second legend."""
    colour: Any = segment_color(segments, among).to_dict()
    return alt.Fill(
        "segment:N", scale=alt.Scale.from_dict(colour["scale"]), legend=None
    )


def set_off(segments: list[str], segment: str) -> str | None:
    """Say which of many lines is set off; none where all can be told apart."""
    many = len(segments) > _MOST_BANDS
    return segment if many and segment in segments else None


def of_one(base: alt.Chart, one: str | None) -> alt.Chart:
    """Keep the rows of the line that is set off; all where none is."""
    return base.transform_filter(alt.datum.segment == one) if one else base


def _with_periods(rows: pd.DataFrame, interval: str) -> pd.DataFrame:
    """Give each row the key and the label of its interval."""
    return rows.assign(
        period_key=rows["period"].dt.strftime("%Y-%m-%d"),
        period_label=[period_label(start, interval) for start in rows["period"]],
    )


def _period_axis(interval: str) -> alt.X:
    """Give the axis of intervals, keyed by text because browsers shift dates."""
    pattern = "%b %Y" if interval == "month" else "%e %b %Y"
    return alt.X("period_key:O", title="First day").axis(
        axis(
            title=None,
            labelAngle=0,
            labelOverlap=True,
            labelSeparation=8,
            labelExpr=f"trim(utcFormat(toDate(datum.value), '{pattern}'))",
        )
    )
