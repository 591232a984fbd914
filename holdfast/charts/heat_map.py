"""What heat maps share: rows of cohorts, cells that may be incomplete, and clicks."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from holdfast.charts.drawing import Picture, shared_rows
from holdfast.charts.theme import (
    INK,
    MUTED,
    autosize,
    axis,
    light_or_dark,
    rate_scale,
)


def cohort_rows(pooled: str) -> alt.Y:
    """Return the axis of cohorts, in the order of the rows, the ``pooled`` one bold."""
    return (
        alt.Y("cohort_label:O", title="Cohort")
        .sort(None)
        .scale(paddingInner=0.08, paddingOuter=0)
        .axis(
            axis(
                title=None,
                labelOverlap=False,
                labelLimit=180,
                labelPadding=8,
                labelFontWeight=alt.when(alt.datum.value == pooled)
                .then(alt.value("bold"))
                .otherwise(alt.value("normal")),
            )
        )
    )


def rate_cells(base: alt.Chart, rate: str) -> alt.Chart:
    """Fill cells by a rate: hollow where ``is_complete`` is not, faint if few."""
    is_complete = alt.when("datum.is_complete")
    cells: alt.Chart = base.mark_rect(aria=False, strokeWidth=1).encode(
        fill=is_complete.then(
            alt.Fill(f"{rate}:Q", scale=rate_scale(), legend=None)
        ).otherwise(alt.value("transparent")),
        stroke=is_complete.then(alt.value("transparent")).otherwise(
            alt.value(light_or_dark(MUTED))
        ),
        strokeDash=is_complete.then(alt.value([1, 0])).otherwise(alt.value([3, 3])),
        fillOpacity=alt.when("datum.is_small")
        .then(alt.value(0.35))
        .otherwise(alt.value(1)),
    )
    return cells


def clickable_cells(
    base: alt.Chart, click: alt.Parameter, tooltip: Sequence[alt.Tooltip]
) -> alt.Chart:
    """Lay cells over the numbers, so that a click on a number is one on its cell."""
    cells: alt.Chart = (
        base.mark_rect(fill="transparent", cursor="pointer")
        .encode(
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            strokeWidth=alt.value(2.5),
            tooltip=list(tooltip),
        )
        .add_params(click)
    )
    return cells


def heat_map(layers: Sequence[alt.Chart], row_height: int) -> Picture:
    """Return the picture of some layers, each row as high as told in pixels."""
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=list(layers),
            autosize=autosize(),
            height=alt.Step(row_height),
        )
    )
