"""A chart is a picture, made once and kept, and the rows that it shows.

The picture does not depend on the rows. So a page that shows other figures sends rows
only, the browser keeps the chart that is there, and nothing is built or checked anew:
building one takes longer than most answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import altair as alt
import pandas as pd

from holdfast.charts.theme import title

ROWS = "rows"
"""Name of the rows that all layers of a picture share."""


class Picture:
    """What a chart looks like, whatever its rows.

    Attributes:
        chart: The chart; its layers name their rows and hold none.
    """

    def __init__(self, chart: alt.LayerChart) -> None:
        """Keep a chart without rows, title or description."""
        self.chart = chart

    @cached_property
    def spec(self) -> dict[str, Any]:
        """The Vega-Lite specification; the tests check it against the schema."""
        spec: dict[str, Any] = self.chart.to_dict(validate=False)
        return spec


@dataclass(frozen=True)
class Drawing:
    """A picture with its rows and words.

    Attributes:
        picture: What it looks like.
        rows: Rows by the names that the picture gives them.
        title: What is measured.
        notes: How to read it.
        description: What it shows, in one sentence, for those who cannot see it.
    """

    picture: Picture
    rows: Mapping[str, pd.DataFrame]
    title: str
    notes: tuple[str, ...]
    description: str

    def page_spec(self) -> dict[str, Any]:
        """Return the specification for a page, which has the words around it."""
        return self.picture.spec | {"datasets": dict(self.rows)}

    def chart(self) -> alt.LayerChart:
        """Return the chart with its title, for use outside of pages."""
        return self.picture.chart.properties(
            title=title(self.title, *self.notes), description=self.description
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the whole specification, checked, with the rows in it."""
        return self.with_rows(self.chart().to_dict())

    def words(self) -> str:
        """Return all words of the picture, to see which letters it needs."""
        columns = (
            frame[name].unique()
            for frame in self.rows.values()
            for name, kind in frame.dtypes.items()
            if kind in ("object", "string")
        )
        told = {str(each) for column in columns for each in column}
        return " ".join((self.title, *self.notes, *told))

    def with_rows(self, spec: dict[str, Any]) -> dict[str, Any]:
        """Put the rows into a specification of this drawing."""
        values = {
            name: alt.to_values(rows)["values"] for name, rows in self.rows.items()
        }
        return spec | {"datasets": values}


def shared_rows() -> alt.NamedData:
    """Return the reference to the rows that all layers share."""
    return alt.NamedData(name=ROWS)
