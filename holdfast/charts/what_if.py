"""Charts of what a change would bring."""

from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.theme import (
    DARK_PALETTE,
    LIGHT_PALETTE,
    MUTED,
    autosize,
    axis,
    category_scale,
    light_or_dark,
    rate_axis,
    top_legend,
)
from holdfast.measures import money_text, percent

NAMES = {"baseline": "As it is", "changed": "With the change"}
COLOURS = [MUTED, (LIGHT_PALETTE[0], DARK_PALETTE[0])]
FIGURES = {"profit_amount": "Profit of the month", "customers": "Customers who pay"}


def scenario_lines(frame: pd.DataFrame, figure: str, currency: str) -> Drawing:
    """Draw a figure month by month as it is and with the change; all lies ahead.

    Args:
        frame: The frame of a what-if answer.
        figure: ``profit_amount`` or ``customers``.
        currency: Its currency.
    """
    last = frame[frame["month"] == frame["month"].max()].set_index("scenario")[figure]
    names = _names(frame["profit_amount"], frame["scenario"])
    rows = frame[frame["scenario"].isin(names)]
    rows = rows.assign(
        name=rows["scenario"].map(names), value=rows[figure].astype(float)
    )[["month", "name", "value", "profit_so_far"]]
    unit = currency if figure != "customers" else "customers"
    words = FIGURES[figure]
    if figure != "customers" and currency:
        words += f", {currency}"
    return Drawing(
        _lines(words, tuple(names.values())),
        {ROWS: rows},
        FIGURES[figure],
        ("Dashed: nothing of it has happened yet",),
        f"{FIGURES[figure]}, month by month; in month {int(frame['month'].max())}"
        f" {money_text(last['baseline'], unit)} as it is and"
        f" {money_text(last['changed'], unit)} with the change.",
    )


def _names(values: pd.Series, scenario: pd.Series) -> dict[str, str]:
    """Name the lines to draw; where nothing changes there is one."""
    now, then = (list(values[scenario == key]) for key in NAMES)
    return NAMES if now != then else {"baseline": NAMES["baseline"]}


@lru_cache
def _lines(words: str, names: tuple[str, ...]) -> Picture:
    base = alt.Chart().encode(
        alt.X("month:Q", title="Month ahead")
        .axis(axis(grid=False, tickMinStep=1))
        .scale(nice=False),
        alt.Color(
            "name:N",
            sort=list(names),
            scale=category_scale(list(names), COLOURS[: len(names)]),
            legend=top_legend(),
        ),
    )
    value = alt.Y("value:Q", title=words).axis(axis(format=",.0f", tickCount=5))
    line = base.mark_line(
        aria=False, tooltip=None, strokeWidth=2, strokeDash=[6, 4]
    ).encode(value)
    hover = base.mark_point(filled=True, size=90, opacity=0).encode(
        value,
        tooltip=[
            alt.Tooltip("name:N", title="Scenario"),
            alt.Tooltip("month:Q", title="Month ahead"),
            alt.Tooltip("value:Q", title=words, format=",.2f"),
            alt.Tooltip("profit_so_far:Q", title="Profit up to then", format=",.2f"),
        ],
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(), layer=[line, hover], autosize=autosize(), height=260
        )
    )


def difference_bars(frame: pd.DataFrame, currency: str) -> Drawing:
    """Draw by how much profit has grown or shrunk up to each month, in all.

    Args:
        frame: The frame of a what-if answer.
        currency: Its currency.
    """
    sums = frame.pivot(index="month", columns="scenario", values="profit_so_far")
    rows = (sums["changed"] - sums["baseline"]).rename("value").reset_index()
    last = rows.iloc[-1]
    words = "Difference so far"
    return Drawing(
        _differences(f"{words}, {currency}" if currency else words),
        {ROWS: rows},
        "What the change has brought so far",
        ("Nothing of it has happened yet",),
        f"What the change has brought up to each month; in month {int(last['month'])}"
        f" {money_text(last['value'], currency)} in all.",
    )


@lru_cache
def _differences(words: str) -> Picture:
    bar = (
        alt.Chart()
        .mark_bar(aria=False, color=light_or_dark(COLOURS[1]), opacity=0.8)
        .encode(
            alt.X("month:O", title="Month ahead").axis(
                axis(grid=False, labelAngle=0, labelOverlap=True, labelSeparation=8)
            ),
            alt.Y("value:Q", title=words).axis(axis(format=",.0f", tickCount=5)),
            tooltip=[
                alt.Tooltip("month:O", title="Month ahead"),
                alt.Tooltip("value:Q", title=words, format=",.2f"),
            ],
        )
    )
    return Picture(
        alt.LayerChart(data=shared_rows(), layer=[bar], autosize=autosize(), height=220)
    )


def hazard_lines(hazards: pd.DataFrame) -> Drawing:
    """Draw the chance to leave by month of age: solid as observed, dashed assumed.

    Args:
        hazards: The table of that name of a what-if answer.
    """
    is_same = hazards["baseline"].equals(hazards["changed"])
    names = {"baseline": NAMES["baseline"]} if is_same else NAMES
    parts = [
        hazards.assign(name=name, rate=hazards[key])[
            ["month", "name", "rate", "is_observed"]
        ]
        for key, name in names.items()
    ]
    seen = hazards[hazards["is_observed"]]
    first = hazards.iloc[0]
    return Drawing(
        _hazards(tuple(names.values())),
        {ROWS: pd.concat(parts, ignore_index=True)},
        "Chance to leave in each month of a customer",
        (f"Solid as observed, {len(seen)} months; dashed as assumed",),
        f"Chance to leave in each month of a customer, {percent(first['baseline'], 1)}"
        f" in the first as it is and {percent(first['changed'], 1)} with the change;"
        f" {len(seen)} months are observed.",
    )


@lru_cache
def _hazards(names: tuple[str, ...]) -> Picture:
    base = alt.Chart().encode(
        alt.X("month:Q", title="Month of a customer")
        .axis(axis(grid=False, tickMinStep=1))
        .scale(nice=False),
        alt.Color(
            "name:N",
            sort=list(names),
            scale=category_scale(list(names), COLOURS[: len(names)]),
            legend=top_legend(),
        ),
    )
    rate = alt.Y("rate:Q", title="Leave in the month").axis(rate_axis())
    solid = (
        base.transform_filter("datum.is_observed")
        .mark_line(aria=False, tooltip=None, strokeWidth=2)
        .encode(rate)
    )
    dashed = (
        base.transform_filter("!datum.is_observed")
        .mark_line(aria=False, tooltip=None, strokeWidth=2, strokeDash=[6, 4])
        .encode(rate)
    )
    hover = base.mark_point(filled=True, size=90, opacity=0).encode(
        rate,
        tooltip=[
            alt.Tooltip("name:N", title="Scenario"),
            alt.Tooltip("month:Q", title="Month of a customer"),
            alt.Tooltip("rate:Q", title="Leave in it", format=".1%"),
        ],
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[solid, dashed, hover],
            autosize=autosize(),
            height=240,
        )
    )
