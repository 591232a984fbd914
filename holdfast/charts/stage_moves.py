"""Charts of the moves between stages of the journey in one month."""

from collections.abc import Iterable
from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.flows import NODES, flow_rows
from holdfast.charts.heat_map import (
    clickable_cells,
    heat_map,
)
from holdfast.charts.stages import NEW, stage_colour, stage_domain
from holdfast.charts.theme import (
    INK,
    autosize,
    axis,
    cell_ink,
    light_or_dark,
    rate_scale,
)
from holdfast.measures import label


def stage_flow(
    moves: pd.DataFrame, rules: pd.DataFrame, *, left_out: Iterable[str] = ()
) -> Drawing:
    """Draw the moves of one month as bands from the stages before to those after.

    A click selects "flow" on the fields from_stage and to_stage.

    Args:
        moves: The moves of one segment and month of a stages answer.
        rules: Its stages, the furthest last.
        left_out: Stages of which those who stay in them are not drawn.
    """
    unseen = set(left_out)
    stays = moves["from_stage"].isin(unseen) & (
        moves["from_stage"] == moves["to_stage"]
    )
    names, lost = stage_domain(moves.rename(columns={"to_stage": "stage"}), rules)
    order = [NEW, *names]
    bands, nodes = flow_rows(moves[~stays], order)
    hidden = int(moves.loc[stays, "customers"].sum())
    return Drawing(
        _flow(tuple(order), (False, *lost)),
        {ROWS: bands, NODES: nodes},
        "Moves between stages in a month",
        (
            f"Not drawn: {hidden:,} who stayed in {' or '.join(sorted(unseen))}"
            if hidden
            else "",
        ),
        stage_flow_alt_text(moves),
    )


@lru_cache
def _flow(names: tuple[str, ...], lost: tuple[bool, ...]) -> Picture:
    click = alt.selection_point(
        name="flow", fields=["from_stage", "to_stage"], empty=False
    )
    across = alt.X("x:Q", title="").scale(domain=[-0.28, 1.28], nice=False).axis(None)
    down = alt.Scale(reverse=True, zero=True, nice=False)
    band = (
        alt.Chart()
        .mark_area(cursor="pointer", interpolate="monotone")
        .encode(
            across,
            alt.Y("upper:Q", title="").scale(down).axis(None),
            alt.Y2("lower:Q"),
            alt.Detail("band:N"),
            stage_colour("from_stage", names, lost, has_legend=False),
            opacity=alt.when(click).then(alt.value(0.95)).otherwise(alt.value(0.45)),
            tooltip=[
                alt.Tooltip("from_stage:N", title="From"),
                alt.Tooltip("to_stage:N", title="To"),
                alt.Tooltip("customers:Q", title=label("customers"), format=",d"),
            ],
        )
        .add_params(click)
    )
    base = alt.Chart(alt.NamedData(name=NODES))
    node = base.mark_rect(aria=False).encode(
        alt.X("x_from:Q").scale(domain=[-0.28, 1.28], nice=False),
        alt.X2("x_to:Q"),
        alt.Y("upper:Q").scale(down),
        alt.Y2("lower:Q"),
        stage_colour("stage", names, lost, has_legend=False),
        tooltip=[
            alt.Tooltip("stage:N", title="Stage"),
            alt.Tooltip("side:N", title="At"),
            alt.Tooltip("customers:Q", title=label("customers"), format=",d"),
        ],
    )
    words = base.encode(
        alt.X("x_text:Q").scale(domain=[-0.28, 1.28], nice=False),
        alt.Y("y_text:Q").scale(down),
        alt.Text("text:N"),
        color=alt.value(light_or_dark(INK)),
    )
    before, after = (
        words.transform_filter(alt.datum.side == side)
        for side in ("the start", "the end")
    )
    left = before.mark_text(aria=False, align="right", fontSize=13)
    right = after.mark_text(aria=False, align="left", fontSize=13)
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[band, node, left, right],
            autosize=autosize(),
            height=420,
        )
    )


def stage_moves(moves: pd.DataFrame, rules: pd.DataFrame) -> Drawing:
    """Draw the moves of one month as a table: a row each stage before, columns after.

    A click selects "move" on the fields from_stage and to_stage.

    Args:
        moves: The moves of one segment and month of a stages answer.
        rules: Its stages, the furthest last.
    """
    names, _ = stage_domain(moves.rename(columns={"to_stage": "stage"}), rules)
    before = moves.groupby("from_stage")["customers"].transform("sum")
    cells = pd.DataFrame(
        {
            "from_stage": moves["from_stage"],
            "to_stage": moves["to_stage"],
            "customers": moves["customers"],
            "share": moves["customers"] / before,
            "of": before,
        }
    )
    return Drawing(
        _moves((NEW, *names)),
        {ROWS: cells},
        "Moves between stages in a month",
        ("Rows: the stage at its start; columns: at its end",),
        stage_flow_alt_text(moves),
    )


@lru_cache
def _moves(names: tuple[str, ...]) -> Picture:
    click = alt.selection_point(
        name="move", fields=["from_stage", "to_stage"], empty=False
    )
    base = alt.Chart().encode(
        alt.X("to_stage:N", title="To", sort=list(names[1:]))
        .scale(domain=list(names[1:]), paddingInner=0.05)
        .axis(axis(orient="top", labelAngle=0)),
        alt.Y("from_stage:N", title="From", sort=list(names))
        .scale(domain=list(names), paddingInner=0.08)
        .axis(axis(labelLimit=180)),
    )
    cell = base.mark_rect(aria=False).encode(
        alt.Fill("share:Q", scale=rate_scale(), legend=None)
    )
    number = base.mark_text(
        aria=False, fontSize=13, color=cell_ink("datum.share", "true")
    ).encode(alt.Text("customers:Q", format=",d"))
    clickable = clickable_cells(
        base,
        click,
        [
            alt.Tooltip("from_stage:N", title="From"),
            alt.Tooltip("to_stage:N", title="To"),
            alt.Tooltip("customers:Q", title=label("customers"), format=",d"),
            alt.Tooltip("of:Q", title="Of", format=",d"),
            alt.Tooltip("share:Q", title="Share of them", format=".1%"),
        ],
    )
    return heat_map([cell, number, clickable], 30)


def stage_flow_alt_text(moves: pd.DataFrame) -> str:
    """Say in one sentence what the moves of a month are."""
    moved = moves[moves["from_stage"] != moves["to_stage"]]
    if moved.empty:
        return "Moves between stages in a month, of which there are none."
    most = moved.nlargest(3, "customers")
    parts = [
        f"{row['customers']:,} from {row['from_stage']} to {row['to_stage']}"
        for _, row in most.iterrows()
    ]
    return f"Moves between stages in a month; the largest: {', '.join(parts)}."
