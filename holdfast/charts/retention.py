"""Charts of the retention answer: the triangle and the curves by segment."""

import json
from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.heat_map import (
    clickable_cells,
    cohort_rows,
    heat_map,
    rate_cells,
)
from holdfast.charts.labels import (
    interval_label,
    range_label,
    retained_label,
    status_label,
)
from holdfast.charts.theme import (
    TOTAL,
    autosize,
    axis,
    category_scale,
    cell_ink,
    rate_axis,
    segment_color,
    segment_colours,
)
from holdfast.measures import label, percent
from holdfast.periods import period_label

POOLED_KEY = "pooled"
POOLED_LABEL = "All complete cohorts"
ROW_HEIGHT = 27
STILL_RUNNING = "…"
FEW_COHORTS = 3

# Widths of a cell, in pixels, below which words or percent signs do not fit.
WIDE_ENOUGH_FOR_WORDS = "bandwidth('x') > 60"
WIDE_ENOUGH_FOR_SIGNS = "bandwidth('x') > 35"

NUMBER = (
    f"({WIDE_ENOUGH_FOR_SIGNS} ? datum.rate_text : replace(datum.rate_text, '%', ''))"
)
# As large as fits the cell, up to 13 pixels; what fits only below 8 is left to the
# colour and the tooltip.
FITTING_SIZE = (
    f"min(13, max(9, bandwidth('x') * 0.42),"
    f" bandwidth('x') * 1.35 / ({WIDE_ENOUGH_FOR_SIGNS} ? 4 : length({NUMBER})))"
)
NUMBER_SIZE = f"{FITTING_SIZE} < 8 ? 0 : {FITTING_SIZE}"

FULL_COLOUR = "datum.is_complete && !datum.is_small"


def retention_triangle(
    frame: pd.DataFrame, interval: str, *, segment: str = TOTAL, mode: str = "on"
) -> Drawing:
    """Draw cohorts by interval as a heat map with the rate written in each cell.

    One row a cohort with its size, in order of date, the pooled row above them. A click
    selects "cell" on the fields cohort_key (the cohort's first day as YYYY-MM-DD, or
    'pooled') and interval (a whole number).

    Args:
        frame: The frame of a retention answer.
        interval: 'day', 'week' or 'month'.
        segment: The one segment to draw.
        mode: How returns are counted: 'on', 'on_or_after', 'between' or 'brackets'.
    """
    rows = frame[frame["segment"] == segment]
    cells = _cells(rows, interval, mode, _cohort_names(rows, interval))
    return Drawing(
        _triangle(interval, _header(rows, interval, mode)),
        {ROWS: cells},
        "Retention by cohort",
        _how_to_read(cells),
        retention_triangle_alt_text(frame, interval, segment=segment),
    )


@lru_cache
def _triangle(interval: str, header: str) -> Picture:
    click = alt.selection_point(
        name="cell", fields=["cohort_key", "interval"], empty=False
    )
    base = alt.Chart().encode(
        alt.X("interval:O", title=f"{interval.capitalize()}s after the start")
        .scale(paddingInner=0.05, paddingOuter=0)
        .axis(axis(orient="top", labelAngle=0, labelOverlap=True, labelExpr=header)),
        cohort_rows(POOLED_LABEL),
    )
    cell = rate_cells(base, "retention_rate")
    numbers = base.mark_text(
        aria=False,
        text=alt.ExprRef(NUMBER),
        fontSize=alt.ExprRef(NUMBER_SIZE),
        fontStyle=alt.ExprRef("datum.is_complete ? 'normal' : 'italic'"),
        color=cell_ink("datum.retention_rate", FULL_COLOUR),
    )
    clickable = clickable_cells(
        base,
        click,
        [
            alt.Tooltip("cohort_label:N", title="Cohort"),
            alt.Tooltip("interval_label:N", title=interval.capitalize()),
            alt.Tooltip(
                "retention_rate:Q", title=label("retention_rate"), format=".1%"
            ),
            alt.Tooltip("counts:N", title="Retained"),
            alt.Tooltip("range:N", title="95% interval"),
            alt.Tooltip("status:N", title="Status"),
        ],
    )
    return heat_map([cell, numbers, clickable], ROW_HEIGHT)


def retention_curves(
    frame: pd.DataFrame, interval: str, *, mode: str = "on", zoom_y: bool = False
) -> Drawing:
    """Draw the pooled rows of all segments as lines with 95 % bands.

    Incomplete intervals are absent, points of few customers or cohorts hollow. A
    click selects "point" on the fields segment and interval (a whole number).

    Args:
        frame: The frame of a retention answer.
        interval: 'day', 'week' or 'month'.
        mode: How returns are counted: 'on', 'on_or_after', 'between' or 'brackets'.
        zoom_y: Leave out interval 0, where all crowd at the top, and fit the axis to
            the rest instead of running from 0 to 100 %.
    """
    rows = frame[(frame["scope"] == "pooled") & frame["is_complete"]]
    if zoom_y:
        rows = rows[rows["interval"] > 0]
    segments = list(rows["segment"].drop_duplicates())
    points = rows.assign(
        interval_label=_interval_labels(rows, interval, mode),
        counts=list(map(retained_label, rows["retained_customers"], rows["customers"])),
        range=list(map(range_label, rows["rate_lower"], rows["rate_upper"])),
        status=list(map(status_label, rows["is_complete"], rows["is_small"])),
        is_thin=rows["is_small"] | _rests_on_few(rows["cohorts"]),
    )[
        [
            "segment",
            "interval",
            "interval_label",
            "retention_rate",
            "rate_lower",
            "rate_upper",
            "counts",
            "cohorts",
            "range",
            "status",
            "is_thin",
        ]
    ]
    return Drawing(
        _curves(
            tuple(segments), interval, _header(rows, interval, mode, short=True), zoom_y
        ),
        {ROWS: points},
        "Retention over all complete cohorts",
        (
            "Bands are 95% intervals",
            "Hollow points rest on few customers or cohorts"
            if points["is_thin"].any()
            else "",
        ),
        retention_curves_alt_text(frame, interval),
    )


@lru_cache
def _curves(
    segments: tuple[str, ...], interval: str, header: str, zoom_y: bool
) -> Picture:
    click = alt.selection_point(
        name="point", fields=["segment", "interval"], empty=False
    )

    base = alt.Chart().encode(
        alt.X("interval:O", title=f"{interval.capitalize()}s after the start").axis(
            axis(labelAngle=0, labelOverlap=True, labelExpr=header)
        ),
        segment_color(list(segments)),
    )
    rate = alt.Y("retention_rate:Q", title=label("retention_rate"))
    scale = alt.Scale(zero=False) if zoom_y else alt.Scale(domain=[0, 1])
    band = base.mark_area(aria=False, tooltip=None, opacity=0.14).encode(
        alt.Y("rate_lower:Q").scale(scale), alt.Y2("rate_upper:Q")
    )
    line = base.mark_line(aria=False, tooltip=None, strokeWidth=2).encode(
        rate.scale(scale).axis(rate_axis())
    )
    point = (
        base.mark_point(filled=True, opacity=1, cursor="pointer")
        .encode(
            rate.scale(scale),
            size=alt.when(click).then(alt.value(190)).otherwise(alt.value(64)),
            fillOpacity=alt.when("datum.is_thin")
            .then(alt.value(0))
            .otherwise(alt.value(1)),
            # Without an outline of its own a hollow point would not be seen at all.
            stroke=alt.Stroke(
                "segment:N",
                scale=category_scale(list(segments), segment_colours(segments)),
                legend=None,
            ),
            strokeWidth=alt.value(1.5),
            tooltip=[
                alt.Tooltip("segment:N", title="Segment"),
                alt.Tooltip("interval_label:N", title=interval.capitalize()),
                alt.Tooltip(
                    "retention_rate:Q", title=label("retention_rate"), format=".1%"
                ),
                alt.Tooltip("counts:N", title="Retained"),
                alt.Tooltip("range:N", title="95% interval"),
                alt.Tooltip("cohorts:Q", title=label("cohorts"), format=",d"),
                alt.Tooltip("status:N", title="Status"),
            ],
        )
        .add_params(click)
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[band, line, point],
            autosize=autosize(),
            height=340,
        )
    )


def retention_triangle_alt_text(
    frame: pd.DataFrame, interval: str, *, segment: str = TOTAL
) -> str:
    """Say in one sentence what the triangle shows."""
    rows = frame[frame["segment"] == segment]
    cohorts = rows[rows["scope"] == "cohort"]
    if cohorts.empty:
        return "Heat map of retention by cohort, without any cohort."
    first, last = (
        period_label(start, interval)
        for start in (cohorts["cohort"].min(), cohorts["cohort"].max())
    )
    count = cohorts["cohort"].nunique()
    head = (
        f"Heat map of retention by {interval}, {count} cohorts from {first} to {last}"
    )
    return f"{head}{_course(rows, interval)}."


def retention_curves_alt_text(frame: pd.DataFrame, interval: str) -> str:
    """Say in one sentence what the curves show."""
    rows = frame[(frame["scope"] == "pooled") & frame["is_complete"]]
    segments = list(rows["segment"].drop_duplicates())
    if not segments:
        return "Lines of retention, without any complete cohort."
    lines = "one line" if len(segments) == 1 else f"{len(segments)} lines"
    head = f"Retention by {interval}, {lines}: {', '.join(segments)}"
    return f"{head}{_course(rows[rows['segment'] == segments[0]], interval)}."


def _cohort_names(rows: pd.DataFrame, interval: str) -> dict[str, str]:
    """Map each row's key to its label, top to bottom: pooled, then cohorts by date."""
    cohorts = rows[rows["scope"] == "cohort"]
    sizes = cohorts.sort_values(["cohort", "interval"]).drop_duplicates("cohort")
    names = {
        f"{start:%Y-%m-%d}": f"{period_label(start, interval)} · {customers:,}"
        for start, customers in zip(sizes["cohort"], sizes["customers"], strict=True)
    }
    has_pooled = bool((rows["scope"] == "pooled").any())
    return {POOLED_KEY: POOLED_LABEL} | names if has_pooled else names


def _cells(
    rows: pd.DataFrame, interval: str, mode: str, names: dict[str, str]
) -> pd.DataFrame:
    """Give what the triangle draws, top to bottom: pooled, then cohorts by date."""
    rows = rows[rows["customers"] > 0]
    rows = rows.sort_values(["cohort", "interval"], na_position="first")
    keys = rows["cohort"].dt.strftime("%Y-%m-%d").fillna(POOLED_KEY)
    return pd.DataFrame(
        {
            "cohort_key": keys,
            "cohort_label": keys.map(names),
            "interval": rows["interval"],
            "interval_label": _interval_labels(rows, interval, mode),
            "retention_rate": rows["retention_rate"],
            # What has just begun would read as if everybody had left.
            "rate_text": rows["retention_rate"]
            .map(percent)
            .where(rows["is_complete"], STILL_RUNNING),
            "counts": list(
                map(retained_label, rows["retained_customers"], rows["customers"])
            ),
            "range": list(map(range_label, rows["rate_lower"], rows["rate_upper"])),
            "status": list(map(status_label, rows["is_complete"], rows["is_small"])),
            "is_complete": rows["is_complete"],
            "is_small": rows["is_small"],
        }
    )


def _interval_labels(rows: pd.DataFrame, interval: str, mode: str) -> list[str]:
    """Name each row's interval as tooltips do."""
    return [
        interval_label(interval, first, last, mode)
        for first, last in zip(rows["interval"], rows["last_interval"], strict=True)
    ]


def _header(
    rows: pd.DataFrame, interval: str, mode: str, *, short: bool = False
) -> str:
    """Give the axis' label expression: 'Month 3', or '3' where there is no room."""
    name = json.dumps(f"{interval.capitalize()} ")
    number = "datum.label"
    if mode == "brackets":
        ends = dict(zip(rows["interval"], rows["last_interval"], strict=True))
        texts = {
            str(first): str(first) if first == last else f"{first}–{last}"
            for first, last in ends.items()
        }
        number = f"{json.dumps(texts, ensure_ascii=False)}[datum.label]"
    return number if short else f"({WIDE_ENOUGH_FOR_WORDS} ? {name} : '') + {number}"


def _rests_on_few(cohorts: pd.Series) -> pd.Series:
    """Say which points only the oldest cohorts reach, where others have more."""
    rests_on_few: pd.Series = cohorts < min(FEW_COHORTS, cohorts.max())
    return rests_on_few


def _how_to_read(cells: pd.DataFrame) -> tuple[str, ...]:
    """Explain the marks that are there and need it."""
    notes = []
    if not cells["is_complete"].all():
        notes.append("Dashed cells are incomplete")
    if cells["is_small"].any():
        notes.append("faded cells have few customers")
    sentence = ", ".join(notes)
    return (sentence[:1].upper() + sentence[1:],)


def _course(rows: pd.DataFrame, interval: str) -> str:
    """Say where the pooled rate starts after interval 0 and where it ends."""
    pooled = rows[(rows["scope"] == "pooled") & rows["is_complete"]]
    later = pooled[pooled["interval"] > 0].sort_values("interval")
    if later.empty:
        return ""
    first, last = later.iloc[0], later.iloc[-1]
    text = (
        f"; over all complete cohorts {percent(first['retention_rate'])}"
        f" in {interval} {first['interval']}"
    )
    if last["interval"] == first["interval"]:
        return text
    return (
        f"{text} and {percent(last['retention_rate'])} in {interval} {last['interval']}"
    )
