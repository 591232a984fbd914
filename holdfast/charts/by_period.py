"""What charts of intervals on the calendar share: axis, points, names and notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from holdfast.charts.drawing import Picture, shared_rows
from holdfast.charts.labels import status_label
from holdfast.charts.theme import autosize, axis
from holdfast.periods import period_label

HOLLOW = "Hollow points are incomplete"


def period_axis(interval: str) -> alt.X:
    """Give the axis of intervals, by their names, in the order of the rows."""
    return (
        alt.X("period_label:O", title=interval.capitalize())
        .sort(None)
        .axis(axis(title=None, labelAngle=0, labelOverlap=True, labelSeparation=8))
    )


def by_period(rows: pd.DataFrame, interval: str) -> pd.DataFrame:
    """Give each row's key and label."""
    return pd.DataFrame(
        {
            "period_key": rows["period"].dt.strftime("%Y-%m-%d"),
            "period_label": [period_label(start, interval) for start in rows["period"]],
        },
        index=rows.index,
    )


def points_of(base: alt.Chart) -> alt.Chart:
    """Draw points, hollow where the interval runs or ``is_small`` says few."""
    color = getattr(base.encoding, "color", None)
    if isinstance(color, alt.Color):
        base = base.encode(stroke=outline_of(color))
    points: alt.Chart = base.mark_point(filled=True, size=55).encode(
        fillOpacity=alt.when("datum.is_complete && !datum.is_small")
        .then(alt.value(1))
        .otherwise(alt.value(0)),
        strokeOpacity=alt.value(1),
        strokeWidth=alt.value(1.5),
    )
    return points


def outline_of(color: alt.Color) -> alt.Stroke:
    """Return the outline that shows where a point of this colour is hollow.

    The colour of a filled mark fills it only.
    """
    look: Any = color.to_dict()
    return alt.Stroke.from_dict({**look, "legend": None})


def statuses(rows: pd.DataFrame) -> list[str]:
    """Say how far each row can be trusted."""
    return list(map(status_label, rows["is_complete"], rows["is_small"]))


def note(rows: pd.DataFrame, words: str) -> tuple[str, ...]:
    """Explain the marks of what still runs, where there are any."""
    return () if rows["is_complete"].all() else (words,)


def layered(layers: Sequence[alt.Chart], height: int) -> Picture:
    """Return the picture of layers over shared rows, as high as told in pixels."""
    return Picture(
        alt.LayerChart(
            data=shared_rows(), layer=list(layers), autosize=autosize(), height=height
        )
    )
