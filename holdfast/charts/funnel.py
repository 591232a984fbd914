"""Charts of the funnel: how many get to each step, in all and by segment."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.labels import range_label, retained_label
from holdfast.charts.theme import (
    DARK_BACKGROUND,
    DARK_PALETTE,
    INK,
    LIGHT_BACKGROUND,
    LIGHT_PALETTE,
    MUTED,
    TOTAL,
    autosize,
    axis,
    light_or_dark,
    rate_axis,
    segment_color,
    top_legend,
)
from holdfast.measures import label, percent

STATES = {
    "reached": "Got to the step",
    "open": "Still have time for the next",
    "dropped": "Stopped before it",
}
STEPS = "steps"
STEP_HEIGHT = 82
_BAR_HEIGHT = 26
_LINE_HEIGHT = 19
PALE = ("#eceef2", "#262c37")
_BLUE = (LIGHT_PALETTE[0], DARK_PALETTE[0])
_BACKGROUND = (LIGHT_BACKGROUND, DARK_BACKGROUND)


def funnel_bars(
    frame: pd.DataFrame, *, segment: str = TOTAL, shows_open: bool = True
) -> Drawing:
    """Draw how many got to each step, where the others stopped and who has time.

    A click selects "bar" on the fields of_step and state: who 'reached' that step, is
    'open' at it or 'dropped' after it.

    Args:
        frame: The frame of a funnel answer.
        segment: The one segment to draw.
        shows_open: Those who still have time are apart, not counted as dropped.
    """
    rows = frame[frame["segment"] == segment].sort_values("step")
    parts = _parts(rows, shows_open)
    return Drawing(
        _bars(),
        {ROWS: parts, STEPS: _step_rows(rows, shows_open)},
        "Customers at each step",
        (
            "Filled: got to the step; dashed: stopped before it"
            + (
                "; outlined: still have time"
                if (parts["state"] == "open").any()
                else ""
            ),
        ),
        funnel_bars_alt_text(frame, segment=segment),
    )


def _parts(rows: pd.DataFrame, shows_open: bool) -> pd.DataFrame:
    """Give each step's bar in its parts; nobody is no part."""
    parts = []
    before = 0
    for row in rows.to_dict("records"):
        step, customers = int(row["step"]), int(row["customers"])
        waiting = int(row["open_customers"]) if shows_open else 0
        ends = customers
        for state, of_step, number in (
            ("reached", step, customers),
            ("open", step, waiting),
            ("dropped", step - 1, before - customers if step > 1 else 0),
        ):
            begins = 0 if state == "reached" else ends
            ends = begins + number
            # An empty bar keeps the place of a step that nobody got to.
            if number or (state == "reached" and not waiting and step == 1):
                parts.append(
                    {
                        "step": step,
                        "step_label": f"{step}. {row['label']}",
                        "of_step": of_step,
                        "state": state,
                        "state_label": STATES[state],
                        "begins": begins,
                        "ends": ends,
                        "customers": number,
                        "place": list(STATES).index(state),
                    }
                )
        before = customers
    names = "step step_label of_step state state_label begins ends customers place"
    return pd.DataFrame(parts, columns=names.split())


def _step_rows(rows: pd.DataFrame, shows_open: bool) -> pd.DataFrame:
    """Give the words above and below each bar."""
    texts = []
    before = 0
    for row in rows.to_dict("records"):
        step, customers = int(row["step"]), int(row["customers"])
        said = [f"{customers:,}"]
        if step > 1:
            said.append(f"{percent(row['rate_of_previous'])} of the step before")
            said.append(f"{before - customers:,} stopped here")
        else:
            said[0] += " entered"
        if shows_open and row["open_customers"]:
            said.append(f"{int(row['open_customers']):,} still have time")
        texts.append(
            {
                "step": step,
                "name": f"{step}. {row['label']}",
                "share": percent(row["rate_of_first"]),
                "said": "  ·  ".join(said),
                "is_small": bool(row["is_small"]),
            }
        )
        before = customers
    return pd.DataFrame(texts, columns=["step", "name", "share", "said", "is_small"])


@lru_cache
def _bars() -> Picture:
    click = alt.selection_point(name="bar", fields=["of_step", "state"], empty=False)
    row = alt.Y("step:O", title="Step").axis(None).scale(paddingInner=0, paddingOuter=0)
    scale = alt.Scale(nice=False, zero=True)
    names = list(STATES.values())
    blue, muted, pale = (light_or_dark(pair) for pair in (_BLUE, MUTED, PALE))
    bar = (
        alt.Chart()
        .mark_bar(height=_BAR_HEIGHT, cursor="pointer", strokeWidth=2)
        .encode(
            row,
            alt.X("begins:Q", title="Begins at", scale=scale).axis(None),
            alt.X2("ends:Q"),
            fill=alt.Fill(
                "state_label:N",
                title="State",
                sort=names,
                scale=alt.Scale(domain=names, range=[blue, "transparent", pale]),
                legend=top_legend(symbolType="square", symbolSize=170),
            ),
            stroke=alt.Stroke(
                "state_label:N",
                sort=names,
                scale=alt.Scale(domain=names, range=[blue, blue, muted]),
                legend=top_legend(symbolType="square", symbolSize=170),
            ),
            strokeDash=alt.StrokeDash(
                "state_label:N",
                sort=names,
                scale=alt.Scale(domain=names, range=[[1, 0], [1, 0], [4, 3]]),
                legend=top_legend(symbolType="square", symbolSize=170),
            ),
            strokeWidth=alt.when(click).then(alt.value(4)).otherwise(alt.value(1.5)),
            order=alt.Order("place:Q", title="Order"),
            tooltip=[
                alt.Tooltip("step_label:N", title="Step"),
                alt.Tooltip("state_label:N", title="State"),
                alt.Tooltip("customers:Q", title=label("customers"), format=",d"),
            ],
        )
        .add_params(click)
    )
    texts = alt.Chart(alt.NamedData(name=STEPS)).encode(row)
    above = -(_BAR_HEIGHT / 2 + 6)
    name = texts.mark_text(
        align="left",
        baseline="bottom",
        dy=above,
        fontSize=16,
        fontWeight="bold",
        limit=alt.ExprRef("width - 90"),
        color=light_or_dark(INK),
    ).encode(alt.Text("name:N"), x=alt.value(0))
    share = texts.mark_text(
        align="right",
        baseline="bottom",
        dy=above,
        fontSize=19,
        fontWeight="bold",
        color=light_or_dark(INK),
    ).encode(
        alt.Text("share:N"),
        x=alt.value("width"),
        opacity=alt.when("datum.is_small").then(alt.value(0.5)).otherwise(alt.value(1)),
    )
    said = texts.mark_text(
        align="left",
        baseline="top",
        dy=_BAR_HEIGHT / 2 + 5,
        fontSize=13,
        limit=alt.ExprRef("width"),
        color=light_or_dark(MUTED),
    ).encode(alt.Text("said:N"), x=alt.value(0))
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[bar, name, share, said],
            autosize=autosize(),
            height=alt.Step(STEP_HEIGHT),
        )
    )


def segment_bars(frame: pd.DataFrame, *, among: Iterable[str] = ()) -> Drawing:
    """Draw each segment's share of the first at every step, with its interval.

    A click selects "segment_bar" on the fields segment and step. The first step, which
    all have done, is left out.

    Args:
        frame: The frame of a funnel answer.
        among: All segments of the page, so that one has one colour in all its charts.
    """
    rows = frame[(frame["step"] > 1) & (frame["entered_customers"] > 0)]
    segments = list(rows["segment"].drop_duplicates())
    rows = rows.assign(
        step_label=[
            f"{step}. {name}"
            for step, name in zip(rows["step"], rows["label"], strict=True)
        ],
        place=rows["segment"].map({name: n for n, name in enumerate(segments)}),
        rate_text=rows["rate_of_first"].map(percent),
        counts=list(map(retained_label, rows["customers"], rows["entered_customers"])),
        range=list(map(range_label, rows["first_lower"], rows["first_upper"])),
    )
    return Drawing(
        _segments(tuple(segments), tuple(among)),
        {ROWS: rows},
        "Share of the first step, by segment",
        ("Lines are 95% intervals; small segments are faded",),
        segment_bars_alt_text(frame),
    )


@lru_cache
def _segments(segments: tuple[str, ...], among: tuple[str, ...]) -> Picture:
    click = alt.selection_point(
        name="segment_bar", fields=["segment", "step"], empty=False
    )
    # One band a step, in it one line a segment: an offset would not keep its height.
    base = alt.Chart().encode(
        alt.Y("step_label:N", title="Step", sort=alt.SortField("step"))
        .scale(paddingInner=0.16, paddingOuter=0.04)
        .axis(
            axis(
                title=None,
                labelFontSize=14,
                labelFontWeight="bold",
                labelLimit=alt.ExprRef("clamp(width * 0.4, 110, 260)"),
            )
        ),
        yOffset=alt.YOffset("place:O", sort=None).scale(paddingInner=0.18),
    )
    rate = alt.X("rate_of_first:Q", title=label("rate_of_first")).scale(domain=[0, 1])
    fade = alt.when("datum.is_small").then(alt.value(0.4)).otherwise(alt.value(1))
    bar = (
        base.mark_bar(cursor="pointer", height=alt.RelativeBandSize(1))
        .encode(
            rate.axis(rate_axis()),
            segment_color(list(segments), among),
            opacity=fade,
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            strokeWidth=alt.value(2.5),
            tooltip=[
                alt.Tooltip("segment:N", title="Segment"),
                alt.Tooltip("step_label:N", title="Step"),
                alt.Tooltip(
                    "rate_of_first:Q", title=label("rate_of_first"), format=".1%"
                ),
                alt.Tooltip("counts:N", title="Customers"),
                alt.Tooltip("range:N", title="95% interval"),
            ],
        )
        .add_params(click)
    )
    span = base.encode(alt.X("first_lower:Q"), alt.X2("first_upper:Q"))
    # With a rim, so that it is seen on the dark bars too.
    rim = span.mark_rule(aria=False, strokeWidth=5, stroke=light_or_dark(_BACKGROUND))
    whisker = span.mark_rule(aria=False, strokeWidth=2, stroke=light_or_dark(INK))
    words = base.mark_text(
        aria=False, align="left", dx=6, fontSize=12, color=light_or_dark(INK)
    ).encode(alt.X("first_upper:Q"), alt.Text("rate_text:N"))
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[bar, rim, whisker, words],
            autosize=autosize(),
            height=alt.Step(_LINE_HEIGHT, **{"for": "offset"}),
        )
    )


def funnel_bars_alt_text(frame: pd.DataFrame, *, segment: str = TOTAL) -> str:
    """Say in one sentence what the bars show."""
    rows = frame[frame["segment"] == segment].sort_values("step")
    if rows.empty or not rows["entered_customers"].max():
        return "Bars of the steps of a funnel, without any customer."
    parts = [
        f"{row['label']} {int(row['customers']):,} ({percent(row['rate_of_first'])})"
        for row in rows.to_dict("records")
    ]
    return f"Bars of the customers at each step: {'; '.join(parts)}."


def segment_bars_alt_text(frame: pd.DataFrame) -> str:
    """Say in one sentence what the bars of the segments show."""
    rows = frame[(frame["step"] == frame["step"].max()) & (frame["step"] > 1)]
    rows = rows[rows["entered_customers"] > 0]
    if rows.empty:
        return "Bars of the steps by segment, without any customer."
    parts = [
        f"{row['segment']} {percent(row['rate_of_first'])}"
        for row in rows.to_dict("records")
    ]
    return (
        f"Bars of the share of the first step by segment; at the last step,"
        f" {rows['label'].iloc[0]}: {'; '.join(parts)}."
    )
