"""The chart of the journeys answer: paths as a flow from step to step."""

from __future__ import annotations

import re
from functools import lru_cache
from math import exp
from typing import Any

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.labels import range_label
from holdfast.charts.theme import (
    DARK_PALETTE,
    INK,
    LIGHT_PALETTE,
    MUTED,
    REST_COLOURS,
    TOTAL,
    autosize,
    axis,
    category_scale,
    light_or_dark,
)
from holdfast.durations import spoken
from holdfast.measures import label, percent

RIBBONS = "ribbons"
HEIGHT = 460

# Hues by number: the events that most journeys pass, then what is no event.
_EVENT_HUES = list(zip(LIGHT_PALETTE, DARK_PALETTE, strict=True))
_START, _LATER, _OTHER, _NOTHING, _OPEN = range(len(_EVENT_HUES), len(_EVENT_HUES) + 5)
_HUES = [*_EVENT_HUES, INK, REST_COLOURS[0], REST_COLOURS[1], MUTED, MUTED]
_HUE_OF_KIND = {
    "start": _START,
    "other": _OTHER,
    "nothing": _NOTHING,
    "open": _OPEN,
}
_LAST_IN_COLUMN = {"other": 1, "nothing": 2, "open": 3}

_GAP = 0.012
"""Space between two nodes, as a share of all journeys."""
_NODE = 0.045
"""Width of a node, as a share of a column."""
_ONE_LINE, _TWO_LINES, _THREE_LINES = 12, 30, 46
"""Heights in pixels from which a node has room for its label."""
_LINE = 14
_LONG_NAME = 13
_BENDS = 12

_ORDINALS = ("", "", "2nd ", "3rd ", "4th ", "5th ", "6th ")


def journey_flow(
    frame: pd.DataFrame, depth: int, direction: str, *, segment: str = TOTAL
) -> Drawing:
    """Draw the paths as a flow: a column a step, heights by journeys.

    A click selects "step" on the field node_key, the node as text.

    Args:
        frame: The frame of a journeys answer.
        depth: How many steps were followed.
        direction: 'after' or 'before' the anchor.
        segment: The one segment to draw.
    """
    rows = frame[frame["segment"] == segment]
    nodes = _placed(rows, depth, direction)
    return Drawing(
        _flow(depth, direction),
        {ROWS: nodes, RIBBONS: _ribbons(nodes, direction)},
        f"Paths {direction} {_start(rows)}",
        ("Percent of all journeys that start here",),
        journey_flow_alt_text(frame, direction, segment=segment),
    )


@lru_cache
def _flow(depth: int, direction: str) -> Picture:
    click = alt.selection_point(name="step", fields=["node_key"], empty=False)
    columns = depth + 1
    x = (
        alt.X("left:Q", title=None)
        .scale(domain=[0, columns], nice=False, zero=True)
        .axis(
            axis(
                orient="top",
                grid=False,
                values=list(range(columns)),
                labelAlign="left",
                labelFontWeight="bold",
                labelExpr=_column_names(depth, direction),
                labelLimit=alt.ExprRef(f"width / {columns} - 8"),
            )
        )
    )
    y = alt.Y("top:Q").scale(reverse=True, zero=True, nice=False).axis(None)
    hue = alt.Fill("hue:O", legend=None).scale(
        category_scale([str(number) for number in range(len(_HUES))], _HUES)
    )
    ribbon = (
        alt.Chart(alt.NamedData(name=RIBBONS))
        .mark_area(aria=False, tooltip=None, interpolate="linear", fillOpacity=0.2)
        .encode(
            alt.X("x:Q", title=None),
            alt.Y("top:Q").axis(None),
            alt.Y2("bottom:Q"),
            hue,
            alt.Detail("node_key:N"),
        )
    )
    base = alt.Chart().encode(x, y)
    node = base.mark_rect(aria=False, tooltip=None).encode(
        alt.X2("right:Q"),
        alt.Y2("bottom:Q"),
        hue,
        fillOpacity=alt.when("datum.kind == 'open'")
        .then(alt.value(0.25))
        .otherwise(alt.value(1)),
        stroke=alt.when("datum.kind == 'open'")
        .then(alt.value(light_or_dark(MUTED)))
        .otherwise(alt.value("transparent")),
        strokeDash=alt.value([3, 2]),
    )
    words: dict[str, Any] = {
        "aria": False,
        "tooltip": None,
        "align": "left",
        "baseline": "middle",
        "dx": 6,
        "limit": alt.ExprRef(f"width / {columns} * {1 - _NODE} - 10"),
    }
    name = base.mark_text(
        **words,
        fontSize=12,
        fontWeight=600,
        lineBreak="\n",
        lineHeight=_LINE,
        color=light_or_dark(INK),
    ).encode(alt.X("right:Q", title=None), alt.Y("name_y:Q").axis(None), text="name:N")
    detail = base.mark_text(**words, fontSize=11, color=light_or_dark(INK)).encode(
        alt.X("right:Q", title=None), alt.Y("detail_y:Q").axis(None), text="detail:N"
    )
    # All of a node's room answers the pointer: the node itself is narrow.
    room = (
        base.mark_rect(cursor="pointer", fillOpacity=0)
        .encode(
            alt.X2("room:Q"),
            alt.Y2("bottom:Q"),
            fill=alt.value("transparent"),
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            strokeWidth=alt.value(2),
            tooltip=[
                alt.Tooltip("path:N", title="Path"),
                alt.Tooltip("journeys:Q", title=label("journeys"), format=",d"),
                alt.Tooltip("path_label:N", title=label("journey_rate")),
                alt.Tooltip("step_label:N", title=label("step_rate")),
                alt.Tooltip("waited:N", title=label("median_seconds")),
                alt.Tooltip("note:N", title="Note"),
            ],
        )
        .add_params(click)
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[ribbon, node, name, detail, room],
            autosize=autosize(),
            height=HEIGHT,
        )
    )


def journey_flow_alt_text(
    frame: pd.DataFrame, direction: str, *, segment: str = TOTAL
) -> str:
    """Say in one sentence what the flow shows."""
    rows = frame[frame["segment"] == segment]
    if rows.empty:
        return f"A flow of paths {direction} something, without any journey."
    steps = rows[(rows["depth"] == 1) & (rows["kind"] != "open")].nlargest(
        3, "journeys"
    )
    parts = [
        f"{step} {percent(rate)}"
        for step, rate in zip(steps["name"], steps["step_rate"], strict=True)
    ]
    when = "next" if direction == "after" else "just before"
    return (
        f"A flow of the paths of {int(rows['journeys'].iloc[0]):,} journeys"
        f" {direction} {_start(rows)}; {when} came {', '.join(parts) or 'nothing'}."
    )


def _start(rows: pd.DataFrame) -> str:
    return str(rows["name"].iloc[0]) if len(rows) else "the start"


def _column_names(depth: int, direction: str) -> str:
    """Write the Vega expression that names a column by its place."""
    if direction == "after":
        names = ["Start", "Next", *(f"{_ORDINALS[n]}next" for n in range(2, depth + 1))]
    else:
        earlier = [f"{_ORDINALS[n]}before" for n in range(depth, 1, -1)]
        names = [*earlier, "Just before", "Start"]
    return f"{names}[datum.value]"


def _placed(rows: pd.DataFrame, depth: int, direction: str) -> pd.DataFrame:
    """Place every node: children beside their parent, the largest on top."""
    total = float(rows["journeys"].iloc[0]) if len(rows) else 0.0
    hues = _hues(rows)
    ordered = rows.assign(last=rows["kind"].map(_LAST_IN_COLUMN).fillna(0)).sort_values(
        ["depth", "last", "journeys", "node"], ascending=[True, True, False, True]
    )
    children: dict[Any, list[Any]] = {
        parent: list(part.itertuples(index=False))
        for parent, part in ordered[ordered["depth"] > 0].groupby("parent", sort=False)
    }
    column: list[Any] = list(ordered[ordered["depth"] == 0].itertuples(index=False))
    tops: dict[int, float] = {row.node: 0.0 for row in column}
    placed: list[Any] = []
    while column:
        floor = 0.0
        following: list[Any] = []
        for row in column:
            placed.append(row)
            leaves_at = tops[row.node]
            floor = max(floor, leaves_at)
            for child in children.get(row.node, ()):
                tops[child.node] = floor
                floor += child.journeys + _GAP * total
                following.append(child)
        column = following
    lowest = max((tops[row.node] + row.journeys for row in placed), default=1.0)
    return pd.DataFrame(
        [_node(row, tops[row.node], lowest, depth, direction, hues) for row in placed],
        columns=_NODE_COLUMNS,
    )


_NODE_COLUMNS = (
    *("node_key", "parent_key", "kind", "hue", "left", "right", "room", "top"),
    *("bottom", "name", "detail", "name_y", "detail_y", "path", "journeys"),
    *("path_label", "step_label", "waited", "note"),
)


def _node(
    row: Any,
    top: float,
    lowest: float,
    depth: int,
    direction: str,
    hues: dict[str, int],
) -> tuple[object, ...]:
    step, journeys = str(row.name), int(row.journeys)
    left = row.depth if direction == "after" else depth - row.depth
    line = lowest / HEIGHT * _LINE
    name, detail = _label(row, journeys / lowest * HEIGHT)
    middle = top + journeys / 2
    lines = name.count("\n") + bool(detail)
    return (
        str(row.node),
        "" if pd.isna(row.parent) else str(row.parent),
        row.kind,
        str(_HUE_OF_KIND.get(row.kind, hues.get(step, _LATER))),
        float(left),
        left + _NODE,
        left + 0.97,
        top,
        top + journeys,
        name,
        detail,
        middle - line * lines / 2,
        middle + line * lines / 2,
        row.path,
        journeys,
        _rate(row.journey_rate, row.journey_n, row.journey_lower, row.journey_upper),
        _rate(row.step_rate, row.step_n, row.step_lower, row.step_upper),
        "–" if pd.isna(row.median_seconds) else spoken(row.median_seconds),
        "few customers" if row.is_small else "–",
    )


def _label(row: Any, tall: float) -> tuple[str, str]:
    """Give the words that a node has room for: its name, and its figures."""
    step = str(row.name)
    count = f"{int(row.journeys):,}"
    share = "" if pd.isna(row.journey_rate) else percent(row.journey_rate)
    detail = " · ".join(part for part in (share, count) if part)
    if tall >= _THREE_LINES:
        return _broken(step), detail
    if tall >= _TWO_LINES:
        return step, detail
    return (f"{step} {share or count}" if tall >= _ONE_LINE else ""), ""


def _broken(name: str) -> str:
    """Break a long name in two lines, at the sign nearest to its middle."""
    if len(name) <= _LONG_NAME:
        return name
    ends = (match.end() for match in re.finditer(r"[ _:.\-/]+", name))
    places = [end for end in ends if end < len(name)] or [0]
    place = min(places, key=lambda end: abs(end - len(name) / 2))
    return f"{name[:place]}\n{name[place:]}" if place else name


def _rate(rate: float, n: int, lower: float, upper: float) -> str:
    """Write a share with its count and interval."""
    if pd.isna(rate):
        return "–"
    return f"{percent(rate, 1)} of {n:,} ({range_label(lower, upper)})"


def _hues(rows: pd.DataFrame) -> dict[str, int]:
    """Give the events that most journeys pass a hue of their own."""
    events = rows[rows["kind"] == "event"].groupby("name")["journeys"].sum()
    names = events.sort_values(ascending=False, kind="stable").index
    return {name: place for place, name in enumerate(names[: len(_EVENT_HUES)])}


def _ribbons(nodes: pd.DataFrame, direction: str) -> pd.DataFrame:
    """Give the bends of the band between each node and the one it came from."""
    rows: list[Any] = list(nodes.itertuples(index=False))
    by_key = {row.node_key: row for row in rows}
    used: dict[str, float] = {}
    bends = []
    for row in rows:
        parent = by_key.get(row.parent_key)
        if parent is None:
            continue
        begins = used.get(parent.node_key, parent.top)
        used[parent.node_key] = begins + row.journeys
        near, far = (parent.right, row.left)
        if direction == "before":
            near, far = (parent.left, row.right)
        for bend in range(_BENDS + 1):
            along = bend / _BENDS
            eased = 1 / (1 + exp(-12 * (along - 0.5)))
            top = begins + (row.top - begins) * eased
            bends.append(
                (
                    row.node_key,
                    row.hue,
                    near + (far - near) * along,
                    top,
                    top + row.journeys,
                )
            )
    return pd.DataFrame(bends, columns=["node_key", "hue", "x", "top", "bottom"])
