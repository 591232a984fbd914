"""Charts of what customers buy and are worth."""

from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.theme import (
    DARK_PALETTE,
    INK,
    LIGHT_PALETTE,
    TOTAL,
    autosize,
    axis,
    bar_look,
    category_scale,
    light_or_dark,
    segment_color,
    top_legend,
)
from holdfast.measures import label, money_text
from holdfast.periods import period_label

FIRST = (LIGHT_PALETTE[0], DARK_PALETTE[0])
SECOND = (LIGHT_PALETTE[1], DARK_PALETTE[1])
# So many bars of equal width hold this share of the gaps; one more holds the rest.
_GAP_BARS = 20
_DRAWN_GAPS = 0.95


def early_value_lines(pooled: pd.DataFrame, currency: str) -> Drawing:
    """Draw what customers brought in the first days, with 95 % intervals.

    A click selects "point" on the fields segment and days.

    Args:
        pooled: The table of that name of a lifetime value answer.
        currency: Its currency.
    """
    rows = pooled.assign(
        range=_ranges(pooled["value_lower"], pooled["value_upper"], currency)
    )
    return Drawing(
        _early(tuple(pooled["segment"].drop_duplicates()), currency),
        {ROWS: rows},
        "Value of a customer so far",
        ("Bars are 95% intervals",),
        _early_text(pooled, currency),
    )


@lru_cache
def _early(segments: tuple[str, ...], currency: str) -> Picture:
    click = alt.selection_point(name="point", fields=["segment", "days"], empty=False)
    base = alt.Chart().encode(
        alt.X("days:Q", title="Days since the start")
        .axis(axis(values=[30, 60, 90, 180, 365], grid=False))
        .scale(domainMin=0),
        segment_color(list(segments)),
    )
    value = alt.Y("value:Q", title=_money("Value of a customer", currency)).axis(
        axis(format=",.0f", tickCount=5)
    )
    error = base.mark_rule(aria=False, tooltip=None, opacity=0.5).encode(
        alt.Y("value_lower:Q"), alt.Y2("value_upper:Q")
    )
    line = base.mark_line(aria=False, tooltip=None, strokeWidth=2).encode(value)
    point = (
        base.mark_point(filled=True, size=70, cursor="pointer")
        .encode(
            value,
            opacity=alt.when("datum.is_small")
            .then(alt.value(0.4))
            .otherwise(alt.value(1)),
            **_outline(click),
            tooltip=[
                alt.Tooltip("segment:N", title="Segment"),
                alt.Tooltip("days:Q", title="Days"),
                alt.Tooltip("value:Q", title=label("early_value"), format=",.2f"),
                alt.Tooltip("range:N", title="95% interval"),
                alt.Tooltip("customers:Q", title=label("customers"), format=",d"),
                alt.Tooltip("cohorts:Q", title="Months of starts", format=",d"),
            ],
        )
        .add_params(click)
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[error, line, point],
            autosize=autosize(),
            height=280,
        )
    )


def revenue_bars(
    frame: pd.DataFrame, interval: str, currency: str, *, segment: str = TOTAL
) -> Drawing:
    """Draw the revenue of each interval; the one that still runs is faded.

    A click selects "bar" on the field period_key (the interval's first day).

    Args:
        frame: The frame of a purchases answer.
        interval: Its interval.
        currency: Its currency.
        segment: The one segment to draw.
    """
    shown = frame[frame["segment"] == segment]
    rows = shown.assign(
        period_key=shown["period"].dt.strftime("%Y-%m-%d"),
        period_label=[period_label(day, interval) for day in shown["period"]],
        range=_ranges(shown["order_value_lower"], shown["order_value_upper"], currency),
        note=["" if done else "still runs" for done in shown["is_complete"]],
    )
    return Drawing(
        _revenue(interval, currency),
        {ROWS: rows},
        f"Revenue by {interval}",
        ("" if shown["is_complete"].all() else "The dashed interval is incomplete",),
        _revenue_text(shown, interval, currency),
    )


@lru_cache
def _revenue(interval: str, currency: str) -> Picture:
    click = alt.selection_point(name="bar", fields=["period_key"], empty=False)
    pattern = {"month": "%b %Y", "year": "%Y"}.get(interval, "%e %b %Y")
    bar = (
        alt.Chart()
        .mark_bar(cursor="pointer", color=light_or_dark(FIRST))
        .encode(
            alt.X("period_key:O").axis(
                axis(
                    title=None,
                    labelAngle=0,
                    labelOverlap=True,
                    labelSeparation=8,
                    labelExpr=f"trim(utcFormat(toDate(datum.value), '{pattern}'))",
                )
            ),
            alt.Y(
                "revenue_amount:Q", title=_money(label("revenue_amount"), currency)
            ).axis(axis(format=",.0f", tickCount=5)),
            **bar_look(click),
            tooltip=[
                alt.Tooltip("period_label:N", title=interval.capitalize()),
                alt.Tooltip(
                    "revenue_amount:Q", title=label("revenue_amount"), format=",.2f"
                ),
                alt.Tooltip("orders:Q", title=label("orders"), format=",d"),
                alt.Tooltip("customers:Q", title=label("customers"), format=",d"),
                alt.Tooltip("order_value:Q", title=label("order_value"), format=",.2f"),
                alt.Tooltip("range:N", title="95% interval"),
                alt.Tooltip(
                    "order_frequency:Q", title=label("order_frequency"), format=",.2f"
                ),
                alt.Tooltip("note:N", title="Interval"),
            ],
        )
        .add_params(click)
    )
    return Picture(
        alt.LayerChart(data=shared_rows(), layer=[bar], autosize=autosize(), height=280)
    )


def gap_bars(gaps: pd.DataFrame, *, segment: str = TOTAL) -> Drawing:
    """Draw how many days lie between purchases; the longest gaps share a bar.

    A click selects "bar" on the fields least and most, the days that the bar holds; the
    longest has no most, which is 0.

    Args:
        gaps: The table of that name of a purchases answer.
        segment: The one segment to draw.
    """
    shown = gaps[gaps["segment"] == segment].sort_values("gap_days")
    reached = shown["gaps"].cumsum() / shown["gaps"].sum()
    days = shown["gap_days"].to_numpy()
    most = int(days[(reached >= _DRAWN_GAPS).to_numpy()].min())
    width = max(-(-most // _GAP_BARS), 1)
    bars = -(-most // width)
    place = ((shown["gap_days"] - 1) // width).clip(upper=bars)
    counts = shown.groupby(place)["gaps"].sum().reindex(range(bars + 1), fill_value=0)
    rows = pd.DataFrame(
        {
            "place": counts.index,
            "days": [_days(number, width, bars) for number in counts.index],
            "least": counts.index * width + 1,
            "most": [
                (number + 1) * width if number < bars else 0 for number in counts.index
            ],
            "gaps": counts.to_numpy(),
            "share": counts.to_numpy() / counts.sum(),
        }
    )
    largest = rows.iloc[int(rows["gaps"].to_numpy().argmax())]
    return Drawing(
        _gaps(tuple(rows["days"])),
        {ROWS: rows},
        "Days between purchases",
        ("Of customers who bought again",),
        f"Days between purchases, {int(counts.sum()):,} times; most often"
        f" {largest['days']} days.",
    )


@lru_cache
def _gaps(days: tuple[str, ...]) -> Picture:
    click = alt.selection_point(name="bar", fields=["least", "most"], empty=False)
    bar = (
        alt.Chart()
        .mark_bar(cursor="pointer", color=light_or_dark(FIRST))
        .encode(
            alt.X("days:O", sort=list(days), title="Days until the next purchase").axis(
                axis(grid=False, labelAngle=0, labelOverlap=True, labelSeparation=8)
            ),
            alt.Y("gaps:Q", title="How often").axis(axis(format=",d", tickCount=5)),
            **_outline(click),
            tooltip=[
                alt.Tooltip("days:O", title="Days"),
                alt.Tooltip("gaps:Q", title="How often", format=",d"),
                alt.Tooltip("share:Q", title="Of all", format=".1%"),
            ],
        )
        .add_params(click)
    )
    return Picture(
        alt.LayerChart(data=shared_rows(), layer=[bar], autosize=autosize(), height=220)
    )


def _days(number: int, width: int, bars: int) -> str:
    first = number * width + 1
    if number == bars:
        return f"{first} or more"
    return str(first) if width == 1 else f"{first}–{first + width - 1}"


def holdout_points(holdout: pd.DataFrame) -> Drawing:
    """Draw predicted against actual purchases by how often customers had bought.

    A click selects "point" on the field frequency.

    Args:
        holdout: The table of that name of a lifetime value answer.
    """
    groups = holdout[holdout["frequency"] >= 0]
    kinds = ("Actual", "Predicted")
    rows = pd.concat(
        [
            groups.assign(
                kind=kind,
                mean=groups[f"{kind.lower()}_mean"],
                lower=groups["actual_lower"] if kind == "Actual" else None,
                upper=groups["actual_upper"] if kind == "Actual" else None,
            )
            for kind in kinds
        ],
        ignore_index=True,
    )[["frequency", "purchases", "kind", "mean", "lower", "upper", "customers"]]
    return Drawing(
        _holdout(tuple(groups["purchases"])),
        {ROWS: rows},
        "Predicted and actual purchases of a customer",
        ("Bars are 95% intervals of what happened",),
        _holdout_text(holdout),
    )


@lru_cache
def _holdout(groups: tuple[str, ...]) -> Picture:
    kinds = ["Actual", "Predicted"]
    click = alt.selection_point(name="point", fields=["frequency"], empty=False)
    base = alt.Chart().encode(
        alt.X("purchases:O", sort=list(groups), title="Purchases after the first").axis(
            axis(labelAngle=0, grid=False)
        ),
        alt.Color(
            "kind:N",
            scale=category_scale(kinds, [FIRST, SECOND]),
            legend=top_legend(),
        ),
    )
    mean = alt.Y("mean:Q", title="Purchases in the time tested").axis(axis(tickCount=5))
    error = base.mark_rule(aria=False, tooltip=None, strokeWidth=2).encode(
        alt.Y("lower:Q"), alt.Y2("upper:Q")
    )
    point = (
        base.mark_point(filled=True, size=90, opacity=1, cursor="pointer")
        .encode(
            mean,
            shape=alt.Shape(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=["circle", "diamond"]),
                legend=None,
            ),
            **_outline(click),
            tooltip=[
                alt.Tooltip("purchases:N", title="Purchases after the first"),
                alt.Tooltip("kind:N", title="Figure"),
                alt.Tooltip("mean:Q", title="Purchases of a customer", format=",.2f"),
                alt.Tooltip("customers:Q", title=label("customers"), format=",d"),
            ],
        )
        .add_params(click)
    )
    line = (
        base.transform_filter("datum.kind == 'Predicted'")
        .mark_line(aria=False, tooltip=None, strokeDash=[5, 4])
        .encode(mean)
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[error, line, point],
            autosize=autosize(),
            height=280,
        )
    )


def _outline(click: alt.Parameter) -> dict[str, Any]:
    """Outline the mark that was clicked."""
    return {
        "stroke": alt.when(click)
        .then(alt.value(light_or_dark(INK)))
        .otherwise(alt.value("transparent")),
        "strokeWidth": alt.value(2.5),
    }


def _early_text(pooled: pd.DataFrame, currency: str) -> str:
    if pooled.empty:
        return "Value of a customer so far, without any complete month of starts."
    ends = pooled.groupby("segment", sort=False).last()
    parts = (
        f"{name} {money_text(row['value'], currency)} in {int(row['days'])} days"
        for name, row in ends.iterrows()
    )
    return f"Value of a customer by days since the start: {'; '.join(parts)}."


def _revenue_text(shown: pd.DataFrame, interval: str, currency: str) -> str:
    done = shown[shown["is_complete"]]
    if done.empty:
        return f"Revenue by {interval}, without any complete one."
    last = done.iloc[-1]
    return (
        f"Revenue by {interval}, {len(done)} complete ones; in"
        f" {period_label(last['period'], interval)}"
        f" {money_text(last['revenue_amount'], currency)}."
    )


def _holdout_text(holdout: pd.DataFrame) -> str:
    row = holdout[holdout["frequency"] < 0].iloc[0]
    return (
        f"Of {int(row['customers']):,} customers {row['predicted_purchases']:,.0f}"
        f" purchases were predicted and {int(row['actual_purchases']):,} happened."
    )


def _money(words: str, currency: str) -> str:
    return f"{words}, {currency}" if currency else words


def _ranges(lower: pd.Series, upper: pd.Series, currency: str) -> list[str]:
    return [
        "" if pd.isna(low) else f"{low:,.2f} to {high:,.2f} {currency}".rstrip()
        for low, high in zip(lower, upper, strict=True)
    ]
