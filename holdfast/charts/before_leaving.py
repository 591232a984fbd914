"""The chart of the before_leaving answer: two shares for each thing done."""

from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.labels import range_label, retained_label
from holdfast.charts.theme import (
    DARK_PALETTE,
    INK,
    LIGHT_PALETTE,
    MUTED,
    TOTAL,
    autosize,
    axis,
    category_scale,
    light_or_dark,
    rate_axis,
    top_legend,
)
from holdfast.measures import label, percent

LINKS = "links"
WHO = ("Left", "Stayed")
WHO_COLOURS = [
    (LIGHT_PALETTE[1], DARK_PALETTE[1]),
    (LIGHT_PALETTE[0], DARK_PALETTE[0]),
]
MOST_EVENTS = 20
_CERTAIN = 0.05


def last_things(frame: pd.DataFrame, days: int, *, segment: str = TOTAL) -> Drawing:
    """Draw for each thing the share of those who left and who stayed that did it.

    The largest difference is on top. What chance may explain is faded. A click selects
    "thing" on the fields event and who ('Left' or 'Stayed').

    Args:
        frame: The frame of a before_leaving answer.
        days: How many days up to the last one were looked at.
        segment: The one segment to draw.
    """
    rows = frame[(frame["segment"] == segment) & frame["excess"].notna()]
    largest = rows["excess"].abs().nlargest(MOST_EVENTS).index
    rows = rows.loc[rows.index.isin(largest)]
    rows = rows.assign(place=range(len(rows)))
    dots = pd.concat(
        [_dots(rows, name, name.lower()) for name in WHO], ignore_index=True
    )
    return Drawing(
        _dumbbells(),
        {ROWS: dots, LINKS: _links(rows)},
        f"Done in the last {days} days, left against stayed",
        ("Points of difference with their 95% interval; faded: may be chance",),
        last_things_alt_text(frame, segment=segment),
    )


@lru_cache
def _dumbbells() -> Picture:
    click = alt.selection_point(name="thing", fields=["event", "who"], empty=False)
    y = alt.Y("event:N", sort=alt.EncodingSortField("place", order="ascending")).axis(
        axis(title=None, labelLimit=200)
    )
    x = alt.X("rate:Q", title="Share who did it").scale(domain=[0, 1])
    faded = alt.when("datum.is_certain").then(alt.value(1)).otherwise(alt.value(0.4))
    links = alt.Chart(alt.NamedData(name=LINKS)).encode(y)
    link = links.mark_rule(
        aria=False, tooltip=None, strokeWidth=4, stroke=light_or_dark(MUTED)
    ).encode(
        alt.X("lower_rate:Q").scale(domain=[0, 1]),
        alt.X2("upper_rate:Q"),
        opacity=alt.when("datum.is_certain")
        .then(alt.value(0.55))
        .otherwise(alt.value(0.25)),
    )
    words = links.mark_text(
        aria=False, tooltip=None, align="left", dx=12, color=light_or_dark(INK)
    ).encode(
        alt.X("upper_rate:Q"),
        text="difference_label:N",
        opacity=alt.when("datum.is_certain")
        .then(alt.value(1))
        .otherwise(alt.value(0.6)),
    )
    dot = (
        alt.Chart()
        .mark_point(filled=True, size=130, cursor="pointer")
        .encode(
            y,
            x.axis(rate_axis()),
            alt.Color(
                "who:N",
                scale=category_scale(list(WHO), WHO_COLOURS),
                sort=list(WHO),
                legend=top_legend(),
            ),
            opacity=faded,
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            strokeWidth=alt.value(2.5),
            tooltip=[
                alt.Tooltip("event:N", title="Done"),
                alt.Tooltip("who:N", title="Customers who"),
                alt.Tooltip("rate_label:N", title="Share who did it"),
                alt.Tooltip("last_label:N", title=label("left_last_rate")),
                alt.Tooltip("difference_label:N", title=label("excess")),
                alt.Tooltip("chance:N", title=label("p_adjusted")),
            ],
        )
        .add_params(click)
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[link, words, dot],
            autosize=autosize(),
            height=alt.Step(30),
        )
    )


def last_things_alt_text(frame: pd.DataFrame, *, segment: str = TOTAL) -> str:
    """Say in one sentence what the chart shows."""
    rows = frame[(frame["segment"] == segment) & frame["excess"].notna()]
    if rows.empty:
        return "Shares of those who left and of those who stayed, without anybody."
    row = rows.iloc[int(rows["excess"].abs().argmax())]
    return (
        f"Shares of {int(row['left_customers']):,} who left and"
        f" {int(row['stayed_customers']):,} who stayed, for {len(rows)} things done;"
        f" they differ most in {row['event']}: {percent(row['left_rate'])} against"
        f" {percent(row['stayed_rate'])}."
    )


def _dots(rows: pd.DataFrame, name: str, who: str) -> pd.DataFrame:
    did, n = rows[f"{who}_did"], rows[f"{who}_customers"]
    ranges = map(range_label, rows[f"{who}_lower"], rows[f"{who}_upper"])
    return pd.DataFrame(
        {
            "event": rows["event"],
            "place": rows["place"],
            "who": name,
            "rate": rows[f"{who}_rate"],
            "rate_label": [
                f"{percent(rate, 1)}, {retained_label(part, whole)} ({ends})"
                for rate, part, whole, ends in zip(
                    rows[f"{who}_rate"], did, n, ranges, strict=True
                )
            ],
            "last_label": rows[f"{who}_last_rate"].map(percent),
            "difference_label": _differences(rows),
            "chance": rows["p_adjusted"].map(_chance),
            "is_certain": rows["p_adjusted"] < _CERTAIN,
        }
    )


def _links(rows: pd.DataFrame) -> pd.DataFrame:
    rates = rows[["left_rate", "stayed_rate"]].astype(float)
    return pd.DataFrame(
        {
            "event": rows["event"],
            "place": rows["place"],
            "lower_rate": rates.min(axis=1),
            "upper_rate": rates.max(axis=1),
            "difference_label": _differences(rows),
            "is_certain": rows["p_adjusted"] < _CERTAIN,
        }
    )


def _differences(rows: pd.DataFrame) -> list[str]:
    return [
        f"{_points(middle)} ({_points(lower)} to {_points(upper)})"
        for middle, lower, upper in zip(
            rows["excess"],
            rows["excess_lower"],
            rows["excess_upper"],
            strict=True,
        )
    ]


def _points(share: float) -> str:
    points = round(share * 100)
    return f"+{points}" if points > 0 else f"−{-points}" if points < 0 else "0"


def _chance(p: float) -> str:
    return "less than 0.001" if p < 0.001 else f"{p:.3f}"
