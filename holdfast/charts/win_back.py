"""Charts of the win_back answer: how soon customers return, and after which reason."""

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
    light_or_dark,
    rate_axis,
    segment_color,
    share_axis,
)
from holdfast.measures import label, percent

HORIZONS = "horizons"
EVERY_REASON = "All reasons"


def return_curves(curves: pd.DataFrame, days: int = 180) -> Drawing:
    """Draw the share that has come back by each day, as steps with 95 % bands.

    Args:
        curves: Rows of the curves of a win_back answer, one curve a ``segment``.
        days: How many days are drawn.
    """
    names = list(curves["segment"].drop_duplicates())
    parts = [_cut(curves[curves["segment"] == name], days) for name in names]
    rows = pd.concat(parts, ignore_index=True) if parts else curves
    steps = rows.assign(
        range=list(map(range_label, rows["rate_lower"], rows["rate_upper"]))
    )
    return Drawing(
        _curves(tuple(names)),
        {
            ROWS: steps,
            HORIZONS: pd.DataFrame({"days": [h for h in (30, 60, 90) if h <= days]}),
        },
        "Share of lost customers who came back",
        ("Bands are 95% intervals; who is not back counts as long as seen",),
        return_curves_alt_text(curves),
    )


@lru_cache
def _curves(names: tuple[str, ...]) -> Picture:
    colour = segment_color(list(names))
    x = alt.X("days:Q", title="Days after leaving").axis(
        axis(grid=False, tickMinStep=1)
    )
    # Few come back: a full axis would be empty, so it ends where the bands do.
    rate = alt.Y("back_rate:Q", title=label("back_rate"))
    base = alt.Chart().encode(x, colour)
    band = (
        base.transform_filter("isValid(datum.rate_lower) && isValid(datum.rate_upper)")
        .mark_area(aria=False, tooltip=None, interpolate="step-after", opacity=0.16)
        .encode(alt.Y("rate_lower:Q"), alt.Y2("rate_upper:Q"))
    )
    line = base.mark_line(
        aria=False, tooltip=None, interpolate="step-after", strokeWidth=2
    ).encode(rate.axis(rate_axis()))
    hover = base.mark_point(filled=True, size=90, opacity=0).encode(
        rate,
        tooltip=[
            alt.Tooltip("segment:N", title="Of"),
            alt.Tooltip("days:Q", title="Days"),
            alt.Tooltip("back_rate:Q", title=label("back_rate"), format=".1%"),
            alt.Tooltip("range:N", title="95% interval"),
            alt.Tooltip("at_risk:Q", title="Still away and observed", format=",d"),
            alt.Tooltip("back:Q", title="Back on that day", format=",d"),
        ],
    )
    horizon = (
        alt.Chart(alt.NamedData(name=HORIZONS))
        .mark_rule(aria=False, strokeDash=[2, 3], stroke=light_or_dark(MUTED))
        .encode(alt.X("days:Q"))
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[band, horizon, line, hover],
            autosize=autosize(),
            height=320,
        )
    )


def return_rates(frame: pd.DataFrame, days: int, *, segment: str = TOTAL) -> Drawing:
    """Draw the share back within so many days after each reason, with its interval.

    Reasons that nobody was lost for long enough ago are absent; small ones are faded.
    A click selects "reason" on the field reason.

    Args:
        frame: The frame of a win_back answer.
        days: 30, 60 or 90.
        segment: The one segment to draw.
    """
    rows = frame[(frame["segment"] == segment) & (frame[f"lost_{days}"] > 0)]
    # The only reason says what all of them say.
    rows = rows[(rows["reason"] != EVERY_REASON) | (len(rows) != 2)]
    lost, back = rows[f"lost_{days}"], rows[f"back_{days}"]
    lower, upper = rows[f"lower_{days}"], rows[f"upper_{days}"]
    counts = list(map(retained_label, back, lost))
    dots = pd.DataFrame(
        {
            "reason": rows["reason"],
            "place": range(len(rows)),
            "rate": rows[f"rate_{days}"],
            "lower": lower,
            "upper": upper,
            "is_small": rows["is_small"].astype(bool),
            "counts": counts,
            "reach": upper + 0.2 * upper.max(),
            "words": [
                f"{percent(rate)} ({count})"
                for rate, count in zip(rows[f"rate_{days}"], counts, strict=True)
            ],
            "range": list(map(range_label, lower, upper)),
        }
    )
    return Drawing(
        _rates(days),
        {ROWS: dots},
        f"Back within {days} days, by reason for leaving",
        ("Lines are 95% intervals; faded: few losses",),
        return_rates_alt_text(frame, days, segment=segment),
    )


@lru_cache
def _rates(days: int) -> Picture:
    click = alt.selection_point(name="reason", fields=["reason"], empty=False)
    y = alt.Y(
        "reason:N", sort=alt.EncodingSortField("place", op="min", order="ascending")
    ).axis(axis(title=None, labelLimit=220, labelPadding=12))
    blue = light_or_dark((LIGHT_PALETTE[0], DARK_PALETTE[0]))
    faded = alt.when("datum.is_small").then(alt.value(0.45)).otherwise(alt.value(1))
    base = alt.Chart().encode(y)
    line = base.mark_rule(aria=False, tooltip=None, strokeWidth=3, stroke=blue).encode(
        alt.X("lower:Q", title=label(f"rate_{days}")).axis(share_axis()),
        alt.X2("upper:Q"),
        opacity=faded,
    )
    dot = (
        base.mark_point(filled=True, size=130, cursor="pointer", color=blue)
        .encode(
            alt.X("rate:Q"),
            opacity=faded,
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            strokeWidth=alt.value(2.5),
            tooltip=[
                alt.Tooltip("reason:N", title="Reason"),
                alt.Tooltip("rate:Q", title=label(f"rate_{days}"), format=".1%"),
                alt.Tooltip("counts:N", title="Back, of lost"),
                alt.Tooltip("range:N", title="95% interval"),
            ],
        )
        .add_params(click)
    )
    # The words beside the longest line need room.
    room = base.mark_point(aria=False, tooltip=None, opacity=0).encode(alt.X("reach:Q"))
    words = base.mark_text(
        aria=False, tooltip=None, align="left", dx=10, color=light_or_dark(INK)
    ).encode(alt.X("upper:Q"), text="words:N")
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[line, words, room, dot],
            autosize=autosize(),
            height=alt.Step(30),
        )
    )


def return_curves_alt_text(curves: pd.DataFrame) -> str:
    """Say in one sentence what the curves show."""
    if curves.empty:
        return "Curves of returning customers, without any loss."
    parts = []
    for name, rows in curves.groupby("segment", sort=False):
        soon = rows[rows["days"] <= 90]
        parts.append(f"{name} {percent(soon['back_rate'].iloc[-1])} after 90 days")
    return f"Curves of the share back after leaving: {'; '.join(parts)}."


def return_rates_alt_text(
    frame: pd.DataFrame, days: int, *, segment: str = TOTAL
) -> str:
    """Say in one sentence what the dots show."""
    rows = frame[(frame["segment"] == segment) & (frame[f"lost_{days}"] > 0)]
    if rows.empty:
        return f"Shares back within {days} days, without anybody lost so long ago."
    parts = ", ".join(
        f"{reason} {percent(rate)}"
        for reason, rate in zip(rows["reason"], rows[f"rate_{days}"], strict=True)
    )
    return f"Shares back within {days} days by reason for leaving: {parts}."


def _cut(rows: pd.DataFrame, days: int) -> pd.DataFrame:
    """Keep a curve up to a day, and let its last step reach that far."""
    kept = rows[rows["days"] <= days]
    if len(kept) == len(rows) or kept["days"].iloc[-1] == days:
        return kept
    end = kept.iloc[[-1]].assign(days=days, back=0, censored=0)
    return pd.concat([kept, end], ignore_index=True)
