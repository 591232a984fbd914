"""Charts of the lifecycle answer: the bars and the retention rates of periods."""

from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.labels import range_label, status_label
from holdfast.charts.theme import (
    DARK_PALETTE,
    LIGHT_PALETTE,
    MUTED,
    TOTAL,
    autosize,
    axis,
    bar_look,
    category_scale,
    light_or_dark,
    rate_axis,
    top_legend,
)
from holdfast.measures import label, percent
from holdfast.periods import period_label

# Bottom to top above zero, then what lies below it.
STATUSES = ("returning", "new", "resurrected", "dormant")
STATUS_COLOURS = [
    (LIGHT_PALETTE[0], DARK_PALETTE[0]),
    (LIGHT_PALETTE[2], DARK_PALETTE[2]),
    (LIGHT_PALETTE[3], DARK_PALETTE[3]),
    (LIGHT_PALETTE[1], DARK_PALETTE[1]),
]
RATES = ("crr", "strict_rate")
RATE_COLOURS = [
    (LIGHT_PALETTE[0], DARK_PALETTE[0]),
    (LIGHT_PALETTE[1], DARK_PALETTE[1]),
]

MAY_BE_OLD = "first interval of the data: new ones may be old"


def lifecycle_bars(
    frame: pd.DataFrame, interval: str, *, segment: str = TOTAL
) -> Drawing:
    """Draw new, returning and resurrected customers above zero, dormant ones below.

    The incomplete interval is faded and outlined, its dormant customers withheld. A
    click selects "bar" on the fields period_key (the interval's first day as
    YYYY-MM-DD) and status ('new', 'returning', 'resurrected' or 'dormant').

    Args:
        frame: The frame of a lifecycle answer.
        interval: 'day', 'week' or 'month'.
        segment: The one segment to draw.
    """
    rows = frame[frame["segment"] == segment]
    parts = [_part(rows, status, interval) for status in STATUSES]
    bars = pd.concat(parts, ignore_index=True)
    return Drawing(
        _bars(interval),
        {ROWS: bars},
        f"New, returning, resurrected and dormant customers by {interval}",
        ("" if rows["is_complete"].all() else "The dashed interval is incomplete",),
        lifecycle_bars_alt_text(frame, interval, segment=segment),
    )


@lru_cache
def _bars(interval: str) -> Picture:
    click = alt.selection_point(
        name="bar", fields=["period_key", "status"], empty=False
    )

    base = alt.Chart().encode(_period_axis(interval))
    bar = (
        base.mark_bar(cursor="pointer")
        .encode(
            alt.Y("signed_customers:Q", title=label("customers"), stack="zero").axis(
                axis(
                    labelExpr="format(abs(datum.value), ',')",
                )
            ),
            alt.Color(
                "status:N",
                title="Status",
                sort=list(STATUSES),
                scale=category_scale(list(STATUSES), STATUS_COLOURS),
                legend=top_legend(
                    labelExpr="upper(slice(datum.label, 0, 1)) + slice(datum.label, 1)"
                ),
            ),
            order=alt.Order("place:Q", title="Order"),
            **bar_look(click),
            tooltip=[
                alt.Tooltip("period_label:N", title=interval.capitalize()),
                alt.Tooltip("status_label:N", title="Status"),
                alt.Tooltip("customers:Q", title=label("customers"), format=",d"),
                alt.Tooltip("note:N", title="Interval is"),
            ],
        )
        .add_params(click)
    )
    zero = (
        alt.Chart()
        .mark_rule(aria=False, stroke=light_or_dark(MUTED))
        .encode(y=alt.datum(0))
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(), layer=[bar, zero], autosize=autosize(), height=340
        )
    )


def retention_rate_lines(
    frame: pd.DataFrame, interval: str, *, segment: str = TOTAL
) -> Drawing:
    """Draw the customer retention rate and the strict rate of each interval.

    The band is the strict rate's 95 % interval. Incomplete intervals, and those that
    nobody was there to start, are absent.

    Args:
        frame: The frame of a lifecycle answer.
        interval: 'day', 'week' or 'month'.
        segment: The one segment to draw.
    """
    is_shown = (frame["segment"] == segment) & frame["is_complete"]
    rows = frame[is_shown & (frame["customers_at_start"] > 0)]
    keys = _period_columns(rows, interval)
    ranges = {
        "crr": [""] * len(rows),
        "strict_rate": list(
            map(range_label, rows["strict_lower"], rows["strict_upper"])
        ),
    }
    rates = pd.concat(
        [
            keys.assign(
                measure=label(key),
                rate=rows[key].astype(float),
                range=ranges[key],
                strict_lower=rows["strict_lower"],
                strict_upper=rows["strict_upper"],
                customers_at_start=rows["customers_at_start"],
            )
            for key in RATES
        ],
        ignore_index=True,
    )

    return Drawing(
        _rate_lines(interval),
        {ROWS: rates},
        f"Retention rates by {interval}",
        ("The band is the strict rate's 95% interval",),
        retention_rate_lines_alt_text(frame, interval, segment=segment),
    )


@lru_cache
def _rate_lines(interval: str) -> Picture:
    names = [label(key) for key in RATES]
    base = alt.Chart().encode(
        _period_axis(interval),
        alt.Color(
            "measure:N",
            title="Measure",
            sort=names,
            scale=category_scale(names, RATE_COLOURS),
            legend=top_legend(),
        ),
    )
    # The customer retention rate can exceed 100 % where many came back.
    rate = alt.Y("rate:Q", title=label("retention_rate")).scale(
        domain=alt.DomainUnionWith(unionWith=[0, 1])
    )
    band = (
        base.transform_filter(alt.datum.measure == label("strict_rate"))
        .mark_area(aria=False, tooltip=None, opacity=0.16)
        .encode(alt.Y("strict_lower:Q"), alt.Y2("strict_upper:Q"))
    )
    line = base.mark_line(aria=False, tooltip=None, strokeWidth=2).encode(
        rate.axis(rate_axis())
    )
    point = base.mark_point(filled=True, size=60, opacity=1).encode(
        rate,
        tooltip=[
            alt.Tooltip("period_label:N", title=interval.capitalize()),
            alt.Tooltip("measure:N", title="Measure"),
            alt.Tooltip("rate:Q", title="Rate", format=".1%"),
            alt.Tooltip("range:N", title="95% interval"),
            alt.Tooltip(
                "customers_at_start:Q", title=label("customers_at_start"), format=",d"
            ),
        ],
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[band, line, point],
            autosize=autosize(),
            height=280,
        )
    )


def lifecycle_bars_alt_text(
    frame: pd.DataFrame, interval: str, *, segment: str = TOTAL
) -> str:
    """Say in one sentence what the bars show."""
    rows = frame[(frame["segment"] == segment) & frame["is_complete"]]
    if rows.empty:
        return "Bars of the customer lifecycle, without any complete interval."
    rows = rows.sort_values("period")
    last = rows.iloc[-1]
    counts = ", ".join(f"{int(last[status]):,} {status}" for status in STATUSES)
    return (
        f"Bars of the customer lifecycle by {interval},"
        f" {period_label(rows['period'].iloc[0], interval)} to"
        f" {period_label(last['period'], interval)}; in the last complete {interval}"
        f" {counts}."
    )


def retention_rate_lines_alt_text(
    frame: pd.DataFrame, interval: str, *, segment: str = TOTAL
) -> str:
    """Say in one sentence what the lines show."""
    is_shown = (frame["segment"] == segment) & frame["is_complete"]
    rows = frame[is_shown & (frame["customers_at_start"] > 0)].sort_values("period")
    if rows.empty:
        return "Lines of retention rates, without any complete interval."
    last = rows.iloc[-1]
    return (
        f"Lines of retention rates by {interval}; in"
        f" {period_label(last['period'], interval)} the customer retention rate is"
        f" {percent(last['crr'])}, the strict rate {percent(last['strict_rate'])}."
    )


def _period_axis(interval: str) -> alt.X:
    """Give the axis of periods, keyed by text because browsers shift dates."""
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


def _period_columns(rows: pd.DataFrame, interval: str) -> pd.DataFrame:
    """Give each row's key and label."""
    return pd.DataFrame(
        {
            "period_key": rows["period"].dt.strftime("%Y-%m-%d"),
            "period_label": [period_label(start, interval) for start in rows["period"]],
        },
        index=rows.index,
    )


def _part(rows: pd.DataFrame, status: str, interval: str) -> pd.DataFrame:
    """Give one status's bars; what is withheld, or nobody, has none.

    Where nobody was active, an empty bar keeps the interval's place.
    """
    keeps_place = (rows["active"] == 0) & (status == "new")
    shown = rows[(rows[status].fillna(0) > 0) | keeps_place]
    customers = shown[status].astype("int64")
    notes = [
        status_label(is_complete, is_small)
        + (f"; {MAY_BE_OLD}" if is_first and status == "new" else "")
        for is_complete, is_small, is_first in zip(
            shown["is_complete"], shown["is_small"], shown["is_first"], strict=True
        )
    ]
    return _period_columns(shown, interval).assign(
        status=status,
        status_label=label(status),
        place=STATUSES.index(status),
        customers=customers,
        signed_customers=-customers if status == "dormant" else customers,
        is_complete=shown["is_complete"].astype(bool),
        note=notes,
    )
