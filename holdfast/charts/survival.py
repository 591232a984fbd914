"""The chart of the survival answer."""

from collections.abc import Iterable
from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.labels import range_label
from holdfast.charts.theme import (
    MUTED,
    autosize,
    axis,
    light_or_dark,
    rate_axis,
    segment_color,
)
from holdfast.measures import UNKNOWN, formatted, label, percent

MEDIANS = "medians"


def survival_curves(
    frame: pd.DataFrame,
    summary: pd.DataFrame,
    unit: str,
    *,
    censored: bool = False,
    among: Iterable[str] = (),
) -> Drawing:
    """Draw survival by segment as steps with 95 % bands and the medians marked.

    Args:
        frame: The frame of a survival answer.
        summary: Its summary: one row a segment, with the median and its interval.
        unit: 'days' or 'months', the unit of the durations.
        censored: Mark the durations at which customers were last seen, still there.
        among: All segments of the page, so that one has one colour in all its charts.
    """
    segments = list(frame["segment"].drop_duplicates())
    steps = frame.assign(
        range=list(map(range_label, frame["rate_lower"], frame["rate_upper"]))
    )[
        [
            "segment",
            "duration",
            "survival_rate",
            "rate_lower",
            "rate_upper",
            "range",
            "at_risk",
            "ended",
            "censored",
        ]
    ]
    reached = summary[summary["median"].notna()]
    medians = reached.assign(
        half=0.5,
        zero=0.0,
        is_first=[place == 0 for place in range(len(reached))],
        median_text=[_median_text(row, unit) for _, row in reached.iterrows()],
    )[["segment", "median", "median_text", "half", "zero", "is_first"]]

    return Drawing(
        _curves(tuple(segments), tuple(among), unit, censored),
        {ROWS: steps, MEDIANS: medians},
        "Share of customers still there",
        (
            "Bands are 95% intervals, dots medians"
            if len(medians)
            else "Bands are 95% intervals; no median is reached",
        ),
        survival_curves_alt_text(frame, summary, unit),
    )


@lru_cache
def _curves(
    segments: tuple[str, ...], among: tuple[str, ...], unit: str, censored: bool
) -> Picture:
    colour = segment_color(list(segments), among)
    duration = alt.X("duration:Q", title=f"{unit.capitalize()} after the start").axis(
        axis(
            grid=False,
            tickMinStep=1,
        )
    )
    rate = alt.Y("survival_rate:Q", title=label("survival_rate")).scale(domain=[0, 1])
    base = alt.Chart().encode(duration, colour)
    band = (
        # Where nobody is left the band is not defined and would fall to 0.
        base.transform_filter("isValid(datum.rate_lower) && isValid(datum.rate_upper)")
        .mark_area(aria=False, tooltip=None, interpolate="step-after", opacity=0.16)
        .encode(alt.Y("rate_lower:Q"), alt.Y2("rate_upper:Q"))
    )
    line = base.mark_line(
        aria=False, tooltip=None, interpolate="step-after", strokeWidth=2
    ).encode(rate.axis(rate_axis()))
    tick = (
        base.transform_filter("datum.censored > 0")
        .mark_point(aria=False, shape="M0,-1L0,1", size=40, strokeWidth=1.2)
        .encode(rate)
    )
    hover = base.mark_point(filled=True, size=90, opacity=0).encode(
        rate,
        tooltip=[
            alt.Tooltip("segment:N", title="Segment"),
            alt.Tooltip("duration:Q", title=unit.capitalize()),
            alt.Tooltip("survival_rate:Q", title=label("survival_rate"), format=".1%"),
            alt.Tooltip("range:N", title="95% interval"),
            alt.Tooltip("at_risk:Q", title=label("at_risk"), format=",d"),
            alt.Tooltip("ended:Q", title=label("ended"), format=",d"),
            alt.Tooltip("censored:Q", title=label("censored"), format=",d"),
        ],
    )
    marked = alt.Chart(alt.NamedData(name=MEDIANS)).encode(alt.X("median:Q"), colour)
    drop = marked.mark_rule(aria=False, strokeDash=[4, 3], strokeWidth=1.5).encode(
        alt.Y("zero:Q"), alt.Y2("half:Q")
    )
    half = (
        alt.Chart(alt.NamedData(name=MEDIANS))
        .transform_filter("datum.is_first")
        .mark_rule(aria=False, strokeDash=[2, 3], stroke=light_or_dark(MUTED))
        .encode(y=alt.datum(0.5))
    )
    median = marked.mark_point(filled=True, size=110, opacity=1).encode(
        alt.Y("half:Q"),
        tooltip=[
            alt.Tooltip("segment:N", title="Segment"),
            alt.Tooltip("median_text:N", title=label("median")),
        ],
    )
    layers = [band, half, drop, line, *([tick] if censored else []), hover, median]
    return Picture(
        alt.LayerChart(
            data=shared_rows(), layer=layers, autosize=autosize(), height=340
        )
    )


def survival_curves_alt_text(
    frame: pd.DataFrame, summary: pd.DataFrame, unit: str
) -> str:
    """Say in one sentence what the curves show."""
    if frame.empty:
        return "Survival curves, without any customer."
    ends = frame.sort_values("duration").groupby("segment", sort=False).last()
    medians = summary.set_index("segment")["median"]
    parts = []
    for segment in frame["segment"].drop_duplicates():
        end = ends.loc[segment]
        half = medians.get(segment, float("nan"))
        words = "median not reached" if pd.isna(half) else f"median {half:g}"
        parts.append(
            f"{segment} {words}, {percent(end['survival_rate'])} still there"
            f" after {end['duration']:g}"
        )
    return f"Survival curves in {unit}: {'; '.join(parts)}."


def _median_text(row: pd.Series, unit: str) -> str:
    """Write a median with its interval: '35 months (33 to 37)'."""
    lower, upper = (
        "not reached" if text == UNKNOWN else text
        for text in (
            formatted(row["median_lower"], ",.0f"),
            formatted(row["median_upper"], ",.0f"),
        )
    )
    return f"{formatted(row['median'], ',.0f')} {unit} ({lower} to {upper})"
