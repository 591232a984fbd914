"""Colours, fonts and words that all charts share.

Colours are chosen in the browser from the background the chart is drawn on, so the same
chart suits a light and a dark page, and follows when the reader switches.
"""

from collections.abc import Iterable
from typing import Any, cast

import altair as alt

# Liberation Sans is what a machine without other fonts draws exports with; a list that
# does not end in sans-serif would draw no text at all there.
FONTS = "'Source Sans', 'Liberation Sans', Arial, Helvetica, sans-serif"

LIGHT_BACKGROUND = "#ffffff"
DARK_BACKGROUND = "#0e1117"

# The colours of .streamlit/config.toml, which stay apart for every kind of sight.
LIGHT_PALETTE = (
    "#1b3793",
    "#a43506",
    "#3d9f9e",
    "#a76b14",
    "#8a47a5",
    "#1d6a4a",
    "#69325f",
    "#839c5c",
    "#7b1601",
)
DARK_PALETTE = (
    "#6b93f8",
    "#ba5327",
    "#08cdf9",
    "#e2a60e",
    "#7865cc",
    "#b0e3ad",
    "#985f89",
    "#eed54b",
    "#db7560",
)
# From here on pairs: on a light background, on a dark one.
INK = ("#1f2937", "#f3f4f6")
MUTED = ("#6b7280", "#9aa3af")
GRID = ("#e5e7eb", "#2b303b")
ACCENT = ("#D55E00", "#F07F33")

# Rates are drawn on a square-root scale that always runs from 0 to 1: low rates stay
# apart, and a colour means the same rate in every view.
RATE_STOPS = (0.0, 0.25, 1.0)
LIGHT_RAMP = ("#e9f2fa", "#7db8dc", "#08468c")
DARK_RAMP = ("#152433", "#22588e", "#b0d9ff")
# From these rates on, the other ink is the more legible one on the cell.
INK_SWITCH = (0.6, 0.4)

IS_DARK = "luminance(background) < 0.5"

TOTAL = "All"

REST = ("Other", "(none)")
REST_COLOURS = (("#6b7280", "#9aa3af"), ("#8a929c", "#7a828e"))


def light_or_dark(pair: tuple[str, str]) -> alt.ExprRef:
    """Give the first colour on a light background and the second on a dark one."""
    return alt.ExprRef(f"{IS_DARK} ? '{pair[1]}' : '{pair[0]}'")


def rate_scale() -> alt.Scale:
    """Give the sequential scale of a rate's cell."""
    return alt.Scale(
        type="sqrt",
        domain=list(RATE_STOPS),
        range=[light_or_dark(pair) for pair in zip(LIGHT_RAMP, DARK_RAMP, strict=True)],
        interpolate="rgb",
        clamp=True,
    )


def cell_ink(rate: str, is_filled: str) -> alt.ExprRef:
    """Give the legible ink on a cell: by its rate where filled, else the page's ink.

    Args:
        rate: Vega expression of the rate.
        is_filled: Vega expression that is true where the cell has its full colour.
    """
    light, dark = INK_SWITCH
    return alt.ExprRef(
        f"!({is_filled}) ? ({IS_DARK} ? '{INK[1]}' : '{INK[0]}')"
        f" : {IS_DARK} ? ({rate} >= {dark} ? '#000000' : '#ffffff')"
        f" : ({rate} >= {light} ? '#ffffff' : '#000000')"
    )


def segment_colours(segments: Iterable[str]) -> list[tuple[str, str]]:
    """Give each segment its (light, dark) colour, in the order given.

    The total beside segments is drawn in ink, what was folded together in grey; alone
    the total has the first colour.
    """
    names = list(segments)
    pairs = list(zip(LIGHT_PALETTE, DARK_PALETTE, strict=True))
    colours, used = [], 0
    for name in names:
        if name == TOTAL and len(names) > 1:
            colours.append(INK)
        elif name in REST and len(names) > 1:
            colours.append(REST_COLOURS[REST.index(name)])
        else:
            colours.append(pairs[used % len(pairs)])
            used += 1
    return colours


def category_scale(domain: list[str], colours: list[tuple[str, str]]) -> alt.Scale:
    """Give the scale of named things with one (light, dark) colour each."""
    return alt.Scale(domain=domain, range=[light_or_dark(pair) for pair in colours])


def segment_color(segments: list[str], among: Iterable[str] = ()) -> alt.Color:
    """Give the colour encoding of segments, with its legend where there are several.

    Args:
        segments: Those that are drawn.
        among: All segments of the page, so that one has one colour in all its charts.
    """
    colour_of = dict(zip(among, segment_colours(among), strict=True))
    if not all(name in colour_of for name in segments):
        colour_of = dict(zip(segments, segment_colours(segments), strict=True))
    return alt.Color(
        "segment:N",
        title="Segment",
        scale=category_scale(segments, [colour_of[name] for name in segments]),
        sort=segments,
        legend=top_legend() if len(segments) > 1 else None,
    )


def bar_look(click: alt.Parameter) -> dict[str, Any]:
    """Return the look of a bar: faint and dashed while its interval runs.

    Args:
        click: The selection that a click on a bar makes; what is chosen is outlined.
    """
    return {
        "fillOpacity": alt.when("datum.is_complete")
        .then(alt.value(1))
        .otherwise(alt.value(0.35)),
        "stroke": alt.when(click)
        .then(alt.value(light_or_dark(INK)))
        .when("!datum.is_complete")
        .then(alt.value(light_or_dark(MUTED)))
        .otherwise(alt.value("transparent")),
        "strokeDash": alt.when("datum.is_complete")
        .then(alt.value([1, 0]))
        .otherwise(alt.value([3, 3])),
        "strokeWidth": alt.when(click).then(alt.value(2.5)).otherwise(alt.value(1)),
    }


def axis(**options: Any) -> alt.Axis:
    """Give an axis whose words are legible on light and dark alike."""
    look: dict[str, Any] = {
        "domain": False,
        "ticks": False,
        "labelColor": light_or_dark(INK),
        "labelPadding": 6,
        "titleColor": light_or_dark(MUTED),
        "titlePadding": 8,
    }
    return alt.Axis(**(look | options))


def rate_axis() -> alt.Axis:
    """Give the axis of a rate: whole percents, few lines."""
    return axis(format=".0%", tickCount=5)


def share_axis() -> alt.Axis:
    """Give the axis of a share whose words need room beyond its highest value.

    No share is above 100 %, so nothing is written or ruled there.
    """
    return axis(
        format=".0%",
        tickCount=5,
        labelExpr="datum.value > 1 ? '' : datum.label",
        gridOpacity={"condition": {"test": "datum.value > 1", "value": 0}, "value": 1},
    )


def top_legend(**options: Any) -> alt.Legend:
    """Give a legend above the chart, which leaves the chart its width."""
    return alt.Legend(
        orient="top",
        direction="horizontal",
        columns=alt.ExprRef("clamp(floor(width / 170), 1, 6)"),
        title=None,
        labelColor=light_or_dark(INK),
        labelLimit=220,
        padding=0,
        offset=8,
        symbolOpacity=1,
        **options,
    )


def autosize() -> alt.AutoSizeParams:
    """Fit the width only: a height is the plot's own, so that rows keep their size."""
    return alt.AutoSizeParams(type="fit-x", contains="padding")


def title(text: str, *notes: str) -> alt.Title:
    """Give a chart's title, with notes on how to read it below."""
    return alt.Title(
        text,
        subtitle=[note for note in notes if note],
        anchor="start",
        subtitleColor=light_or_dark(MUTED),
    )


def configure(
    chart: alt.LayerChart, dark: bool = False, width: int = 900
) -> alt.LayerChart:
    """Give the chart the look of the app's pages, for use outside them.

    Args:
        chart: A chart of this package; it is not changed.
        dark: Dark background instead of a white one.
        width: Width in pixels, where the chart leaves it to the page.
    """
    index = int(dark)
    ink, muted, grid = INK[index], MUTED[index], GRID[index]
    sized = chart if isinstance(chart.width, int) else chart.properties(width=width)
    themed = (
        sized.properties(background=(LIGHT_BACKGROUND, DARK_BACKGROUND)[index])
        .configure(font=FONTS, padding=16)
        .configure_view(stroke=None)
        .configure_title(
            color=ink, fontSize=16, fontWeight=600, subtitleFontSize=12, offset=12
        )
        .configure_axis(
            labelColor=ink,
            titleColor=muted,
            gridColor=grid,
            domainColor=grid,
            tickColor=grid,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
        )
        .configure_legend(labelColor=ink, titleColor=muted, labelFontSize=12)
    )
    return cast("alt.LayerChart", themed)
