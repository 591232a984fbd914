"""Charts and frames as files: SVG, PNG and CSV."""

import csv as csv_files
import io
from collections.abc import Callable
from datetime import date, datetime
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd

from holdfast.charts.drawing import Drawing
from holdfast.charts.letters import provide_fonts, with_fonts
from holdfast.charts.theme import configure

VEGA_LITE = "6.4"

# Spreadsheets run text that starts like this as a formula, also in its full-width form.
FORMULA_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\0",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)


def svg(drawn: Drawing, dark: bool = False) -> bytes:
    """Draw a chart as SVG with its text as text, without a browser or a network."""
    # A native library that takes its time to load, and only exports need it.
    import vl_convert

    # Words are measured with them, too.
    provide_fonts()
    drawing = vl_convert.vegalite_to_svg(
        _spec(drawn, dark), vl_version=VEGA_LITE, allowed_base_urls=[]
    )
    return str(drawing).encode()


def png(drawn: Drawing, scale: float = 2, dark: bool = False) -> bytes:
    """Draw a chart as PNG at a multiple of its size in pixels."""
    import vl_convert

    drawing = with_fonts(svg(drawn, dark).decode())
    return bytes(vl_convert.svg_to_png(drawing, scale=scale))


def csv(frame: pd.DataFrame) -> bytes:
    """Write a frame as CSV that a spreadsheet opens without running anything.

    UTF-8 without a byte order mark, comma, CRLF, quotes only where needed (RFC 4180).
    Text that a spreadsheet would take for a formula gets an apostrophe in front;
    numbers stay numbers, with all their digits. Days are YYYY-MM-DD, instants
    YYYY-MM-DDTHH:MM:SS, booleans true and false; a missing value is an empty cell.
    """
    sink = io.StringIO(newline="")
    writer = csv_files.writer(sink, lineterminator="\r\n")
    writer.writerow([_cell(str(name)) for name in frame.columns])
    columns = [_column(frame.iloc[:, place]) for place in range(frame.shape[1])]
    writer.writerows(zip(*columns, strict=True))
    return sink.getvalue().encode()


def _spec(drawn: Drawing, dark: bool) -> dict[str, Any]:
    """Give the Vega-Lite specification of the drawing with the exports' look."""
    return drawn.with_rows(configure(drawn.chart(), dark).to_dict())


def _column(column: pd.Series) -> list[Any]:
    """Write the cells of one column; a column of days has no time of day."""
    write: Callable[[Any], Any] = _cell
    if pd.api.types.is_datetime64_any_dtype(column):
        known = column.dropna()
        is_days = column.dt.tz is None and bool((known == known.dt.normalize()).all())
        write = _day if is_days else _instant
    return ["" if pd.isna(value) else write(value) for value in column.tolist()]


def _day(value: datetime) -> str:
    return f"{value:%Y-%m-%d}"


def _instant(value: datetime) -> str:
    return value.isoformat()


def _cell(value: Any) -> Any:
    """Write one value; only text can be mistaken for a formula."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Number):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
