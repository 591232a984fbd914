"""An answer as lines of text, and tables of text that line up on a terminal."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd

from holdfast import measures
from holdfast.answer import Answer, observed_line, units_of
from holdfast.charts.labels import interval_label
from holdfast.periods import period_label
from holdfast.population import TOTAL
from holdfast.report.plain import FRAME, as_days

UNLIMITED = 10_000
"""Room for a table that is not shown on a terminal."""

_WIDTH = 88
_NARROWEST_HEAD = 10
_UNFINISHED, _FEW = "*", "°"
_TITLES = {
    "summary": "Summary",
    "logrank": "Log-rank test between the segments",
    "deadlines": "Who stayed, by deadline",
    "cohorts": "Reached within days, by cohort",
    "now": "In each stage now",
    "flow": "Moves between stages, by month",
    "rules": "The stages",
    "totals": "All reasons together",
    "kinds": "Payments that failed, and the rest",
    "trend": "Month by month",
    "change": "What moved the rate",
    "periods": "The times compared",
    "money": "Counted in",
    "unpriced": "In no amount",
}
# Questions whose frame is a curve: too long to read, so it is printed on demand.
_LONG = ("survival", "first_success")
_LONG_EXTRAS = ("curves",)
_POOLED = {
    "All complete": "retention_rate",
    "  lower end": "rate_lower",
    "  upper end": "rate_upper",
    "  of {units}": "customers",
    "Simple mean": "mean_rate",
}
_LIMITS = {
    "is_complete": (False, "not over yet"),
    "is_first": (True, "data begin here"),
    "is_small": (True, "few customers"),
}


def answer_lines(answer: Answer, room: int = UNLIMITED) -> list[str]:
    """Write what a page shows: who, the finding, the figures, what limits them.

    Args:
        answer: What was answered.
        room: Places in a line; tables are split to fit.
    """
    lines = [answer.filters.describe(), answer.sentence]
    if answer.question == "retention":
        lines += _retention(answer, room)
    else:
        lines += _tables(answer, room)
    if answer.caveats:
        lines += ["", "What to know"]
    for caveat in answer.caveats:
        lines += wrapped(caveat.text, "- ", "  ")
    return [*lines, "", observed_line(answer)]


def table(frame: pd.DataFrame, room: int = UNLIMITED) -> list[str]:
    """Write a frame with labels and formats as everywhere.

    Columns for which there is no room come below, beside the first one again.
    """
    texts = {}
    for name in map(str, frame.columns):
        measure = _measure(name)
        texts[measures.label(name)] = [
            _cell(value) if measure is None else measures.text(measure, value)
            for value in as_days(frame[name])
        ]
    return _laid_out(texts, room)


def wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    """Wrap a sentence, with a beginning for the first line and for the others."""
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=rest)


def printable(text: str) -> str:
    """Write signs that would steer a terminal, or turn the line around, as escapes."""
    return "".join(
        sign.encode("unicode_escape").decode() if _steers(sign) else sign
        for sign in text
    )


def _steers(sign: str) -> bool:
    turns = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    return unicodedata.category(sign) == "Cc" or (
        unicodedata.bidirectional(sign) in turns
    )


def _tables(answer: Answer, room: int) -> list[str]:
    lines: list[str] = []
    for name, frame in answer.extras.items():
        if len(frame) and name in _LONG_EXTRAS:
            lines += ["", f"--table {name} prints the curves ({len(frame):,} rows)."]
        elif len(frame):
            lines += ["", _TITLES.get(name, name), *table(_noted(frame), room)]
    if answer.question not in _LONG:
        return [*lines, "", *table(_noted(answer.frame), room)]
    if len(answer.frame):
        lines += ["", f"--table {FRAME} prints the curve ({len(answer.frame):,} rows)."]
    return lines


def _noted(frame: pd.DataFrame) -> pd.DataFrame:
    """Put what limits a row into words, and leave out a segment that is always All."""
    limits = {
        words: frame[name] == bad
        for name, (bad, words) in _LIMITS.items()
        if name in frame
    }
    notes = [
        ", ".join(words for words, is_so in zip(limits, row, strict=True) if is_so)
        for row in zip(*limits.values(), strict=True)
    ]
    dropped = [name for name in _LIMITS if name in frame]
    if "segment" in frame and set(frame["segment"]) == {TOTAL}:
        dropped.append("segment")
    shown = frame.drop(columns=dropped)
    return shown.assign(note=notes) if any(notes) else shown


def _retention(answer: Answer, room: int) -> list[str]:
    """Write the triangle, the rows pooled over it, and the segments' pooled rows."""
    frame, spec = answer.frame, answer.spec
    if frame.empty:
        return []
    spans = frame[["interval", "last_interval"]].drop_duplicates("interval")
    # Without a last interval there is no end, which the way of counting says already.
    lasts = spans["last_interval"].fillna(spans["interval"])
    heads = {
        first: interval_label(spec.interval, first, last, spec.mode)
        for first, last in sorted(
            zip(spans["interval"], lasts.astype(int), strict=True)
        )
    }
    units = units_of(answer).capitalize()
    total = frame[frame["segment"] == TOTAL]
    rows = [
        *_cohort_rows(total[total["scope"] == "cohort"], spec.interval, heads, units),
        *_pooled_rows(total[total["scope"] == "pooled"], heads, units),
    ]
    lines = [
        "",
        f"Retention by {spec.interval}",
        *_laid_out(_filled(rows, ["Cohort", units, *heads.values()]), room),
        f"{_UNFINISHED} not over yet, in no average   {_FEW} few customers",
    ]
    if by := spec.by_property or answer.filters.breakdown:
        rows = _segment_rows(frame[frame["scope"] == "pooled"], heads, units)
        lines += [
            "",
            f"All complete cohorts, by {by}",
            *_laid_out(_filled(rows, ["Segment", units, *heads.values()]), room),
        ]
    return lines


def _cohort_rows(
    cells: pd.DataFrame, interval: str, heads: Mapping[Any, str], units: str
) -> list[dict[str, str]]:
    rows = []
    for _, cohort in cells.groupby("cohort"):
        first = cohort.iloc[0]
        row = {
            "Cohort": period_label(first["cohort"], interval),
            units: f"{first['customers']:,}{_FEW if first['is_small'] else ''}",
        }
        for cell in cohort.itertuples():
            mark = "" if cell.is_complete else _UNFINISHED
            row[heads[cell.interval]] = _rate(cell.retention_rate) + mark
        rows.append(row)
    return rows


def _pooled_rows(
    cells: pd.DataFrame, heads: Mapping[Any, str], units: str
) -> list[dict[str, str]]:
    rows = []
    for title, name in _POOLED.items():
        row = {"Cohort": title.format(units=units.lower())}
        for cell in cells.to_dict("records"):
            is_marked = name == "retention_rate" and cell["is_small"]
            figure = measures.text(name, cell[name])
            row[heads[cell["interval"]]] = figure + (_FEW if is_marked else "")
        rows.append(row)
    return rows


def _segment_rows(
    cells: pd.DataFrame, heads: Mapping[Any, str], units: str
) -> list[dict[str, str]]:
    rows = []
    for segment, pooled in cells.groupby("segment", sort=False):
        row = {"Segment": str(segment), units: f"{pooled['customers'].max():,}"}
        for cell in pooled.itertuples():
            mark = _FEW if cell.is_small else ""
            row[heads[cell.interval]] = _rate(cell.retention_rate) + mark
        rows.append(row)
    return rows


def _rate(value: Any) -> str:
    return measures.text("retention_rate", value)


def _filled(
    rows: Sequence[Mapping[str, str]], names: Sequence[str]
) -> dict[str, list[str]]:
    return {name: [row.get(name, "") for row in rows] for name in names}


def _measure(name: str) -> str | None:
    """Name the measure whose format a column has; an end has that of its middle."""
    base = name.removesuffix("_lower").removesuffix("_upper")
    names = [name]
    if base != name:
        names += [f"{base}_rate", f"rate_of_{base}", f"{base}_mean", base]
    return next((each for each in names if each in measures.MEASURES), None)


def _cell(value: Any) -> str:
    if pd.isna(value):
        return measures.UNKNOWN
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, Integral):
        return f"{int(value):,}"
    if isinstance(value, Real):
        return f"{float(value):,.4g}"
    return str(value)


@dataclass(frozen=True)
class _Column:
    """One column of a table of text, each entry as wide as the column."""

    head: list[str]
    cells: list[str]

    @property
    def width(self) -> int:
        return _places(self.head[0])


def _laid_out(texts: Mapping[str, Sequence[str]], room: int) -> list[str]:
    """Lay out columns of text under their heads."""
    lines: list[str] = []
    for block in _blocks([_column(*each) for each in texts.items()], room):
        height = max(len(column.head) for column in block)
        heads = [
            [" " * column.width] * (height - len(column.head)) + column.head
            for column in block
        ]
        rows = [
            *zip(*heads, strict=True),
            *zip(*(column.cells for column in block), strict=True),
        ]
        if lines:
            lines.append("")
        lines += ["  ".join(row).rstrip() for row in rows]
    return lines


def _column(name: str, cells: Sequence[str]) -> _Column:
    """Wrap the head and align the cells: figures to the right, under each other."""
    texts = [printable(cell) for cell in cells]
    marks = (_UNFINISHED, _FEW)
    is_right = all(_is_figure(text) for text in texts)
    if is_right and any(text.endswith(marks) for text in texts):
        texts = [text if text.endswith(marks) else f"{text} " for text in texts]
    longest = max([_places(text) for text in texts], default=0)
    head = textwrap.wrap(
        printable(name), max(longest, _NARROWEST_HEAD), break_long_words=False
    ) or [""]
    width = max(longest, *(_places(line) for line in head))
    return _Column(
        [_aligned(line, width, is_right) for line in head],
        [_aligned(text, width, is_right) for text in texts],
    )


def _blocks(columns: Sequence[_Column], room: int) -> Iterator[list[_Column]]:
    """Split columns into blocks that fit; each begins with the first column."""
    block: list[_Column] = []
    for column in columns:
        taken = sum(each.width + 2 for each in block)
        if len(block) > 1 and taken + column.width > room:
            yield block
            block = [columns[0]]
        block.append(column)
    if block:
        yield block


def _is_figure(text: str) -> bool:
    return not text or text == measures.UNKNOWN or text.lstrip("-<>")[:1].isdecimal()


def _aligned(text: str, width: int, is_right: bool) -> str:
    blanks = " " * (width - _places(text))
    return blanks + text if is_right else text + blanks


def _places(text: str) -> int:
    """Return how many places a text takes on a terminal."""
    return sum(_places_of(sign) for sign in text)


def _places_of(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
