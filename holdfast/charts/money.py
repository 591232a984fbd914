"""Charts of the answer on monthly revenue: amounts, movements and rates by interval."""

from __future__ import annotations

from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.by_period import (
    HOLLOW,
    by_period,
    layered,
    note,
    period_axis,
    points_of,
    statuses,
)
from holdfast.charts.drawing import ROWS, Drawing, Picture
from holdfast.charts.theme import (
    DARK_PALETTE,
    INK,
    LIGHT_PALETTE,
    MUTED,
    TOTAL,
    axis,
    bar_look,
    category_scale,
    light_or_dark,
    segment_color,
    top_legend,
)
from holdfast.measures import label, text
from holdfast.periods import period_label

# Bottom to top above zero, then what lies below it.
MOVEMENTS = ("expansion", "reactivation", "new", "contraction", "churn")
LOSSES = ("contraction", "churn")
COUNTS = {
    "new": "new_customers",
    "reactivation": "reactivated_customers",
    "expansion": "expanded_customers",
    "contraction": "contracted_customers",
    "churn": "churned_customers",
}
PALETTE = list(zip(LIGHT_PALETTE, DARK_PALETTE, strict=True))
_COLOURS = [PALETTE[place] for place in (2, 4, 0, 3, 1)]
_STEPS = ("start", "new", "reactivation", "expansion", "contraction", "churn", "end")
_BROKEN = "Start and end are cut: from zero to the gap is more than is drawn."
# On a narrow page every second name stands below the others.
_TWO_LINES = (
    f"width < 480 && indexof({[label(f'mrr_{step}') for step in _STEPS[1::2]]},"
    " datum.value) >= 0 ? ['', datum.label] : datum.label"
)
_INCOMPLETE = "The dashed interval is incomplete"


def mrr_lines(frame: pd.DataFrame, interval: str, currency: str) -> Drawing:
    """Draw the monthly revenue of each segment at the end of each interval.

    Args:
        frame: The frame of an answer on monthly revenue.
        interval: 'day', 'week', 'month', 'quarter' or 'year'.
        currency: Its code; empty where the data name none.
    """
    segments = list(frame["segment"].drop_duplicates())
    rows = by_period(frame, interval).assign(
        segment=frame["segment"],
        amount=frame["mrr_end"],
        customers=frame["paying_customers"],
        is_complete=frame["is_complete"],
        status=statuses(frame),
    )
    return Drawing(
        amount_lines(interval, currency, "segment", tuple(segments), "customers"),
        {ROWS: rows},
        label("mrr_end"),
        note(frame, HOLLOW),
        course_of(frame, "mrr_end", interval, currency),
    )


def movement_bars(
    frame: pd.DataFrame, interval: str, currency: str, *, segment: str = TOTAL
) -> Drawing:
    """Draw what came above zero and what was lost below it, for each interval.

    A click selects "bar" on the fields period_key (the interval's first day as
    YYYY-MM-DD) and movement.
    """
    rows = frame[frame["segment"] == segment]
    parts = [_movement(rows, movement, interval) for movement in MOVEMENTS]
    bars = pd.concat(parts, ignore_index=True).sort_values("period_key", kind="stable")
    return Drawing(
        _bars(interval, currency),
        {ROWS: bars},
        "What moved monthly revenue",
        note(rows, _INCOMPLETE),
        _moves(rows, interval, currency),
    )


def waterfall(
    row: pd.Series, interval: str, currency: str, *, segment: str = TOTAL
) -> Drawing:
    """Draw how one interval led from its start to its end.

    A click selects "step" on the fields period_key and movement; start and end are no
    movements.

    Args:
        row: One row of an answer's frame.
        interval: 'day', 'week', 'month', 'quarter' or 'year'.
        currency: Its code.
        segment: Whose row it is.
    """
    floor = _floor(row)
    level, steps = 0.0, []
    for step in _STEPS:
        amount = float(row[f"mrr_{step}"])
        signed = -amount if step in LOSSES else amount
        is_whole = step in ("start", "end")
        low, high = (floor, amount) if is_whole else (level, level + signed)
        steps.append(
            {
                "movement": step,
                "step_label": _step_label(step),
                "period_key": f"{row['period']:%Y-%m-%d}",
                "low": low,
                "high": high,
                "amount": signed,
                "amount_text": f"{signed:+,.0f}" if not is_whole else f"{amount:,.0f}",
                "kind": "whole" if is_whole else "loss" if signed < 0 else "gain",
                "is_whole": is_whole,
                "customers": int(row[_count_of(step)]),
            }
        )
        level = high
    notes = [_BROKEN] if floor else []
    if not row["is_complete"]:
        notes.append("The interval is incomplete.")
    when = period_label(row["period"], interval)
    of = "" if segment == TOTAL else f" of {segment}"
    return Drawing(
        _waterfall(currency, is_broken=floor > 0),
        {ROWS: pd.DataFrame(steps)},
        f"From start to end of {when}",
        tuple(notes),
        f"Waterfall of monthly revenue{of} in {when}: "
        + ", ".join(
            f"{_step_label(step).lower()} {text(f'mrr_{step}', row[f'mrr_{step}'])}"
            for step in _STEPS
        )
        + f"{f' {currency}' if currency else ''}.",
    )


@lru_cache
def amount_lines(
    interval: str, currency: str, field: str, names: tuple[str, ...], count: str
) -> Picture:
    """Return lines of amounts, one a value of ``field``, hollow where they run."""
    color: alt.Color
    if field == "segment":
        color = segment_color(list(names))
    else:
        color = alt.Color(
            f"{field}:N",
            title="Measure",
            sort=list(names),
            scale=category_scale(list(names), [PALETTE[0], PALETTE[1]]),
            legend=top_legend(),
        )
    base = alt.Chart().encode(period_axis(interval), color)
    amount = alt.Y("amount:Q", title=_unit(currency))
    line = (
        base.transform_filter("datum.is_complete")
        .mark_line(aria=False, tooltip=None, strokeWidth=2)
        .encode(amount.axis(_amounts()).scale(zero=True))
    )
    point = points_of(base).encode(
        amount,
        tooltip=[
            alt.Tooltip("period_label:N", title=interval.capitalize()),
            alt.Tooltip(f"{field}:N", title=field.capitalize()),
            alt.Tooltip("amount:Q", title="A month", format=",.2f"),
            alt.Tooltip(f"{count}:Q", title=label("customers"), format=",d"),
            alt.Tooltip("status:N", title="Status"),
        ],
    )
    return layered([line, point], 300)


@lru_cache
def _bars(interval: str, currency: str) -> Picture:
    click = alt.selection_point(
        name="bar", fields=["period_key", "movement"], empty=False
    )
    names = [_step_label(movement) for movement in MOVEMENTS]
    bar = (
        alt.Chart()
        .mark_bar(cursor="pointer")
        .encode(
            period_axis(interval),
            alt.Y("signed:Q", title=_unit(currency), stack="zero").axis(_amounts()),
            alt.Color(
                "movement_label:N",
                title="Movement",
                sort=names,
                scale=category_scale(names, _COLOURS),
                legend=top_legend(),
            ),
            order=alt.Order("place:Q", title="Order"),
            **bar_look(click),
            tooltip=[
                alt.Tooltip("period_label:N", title=interval.capitalize()),
                alt.Tooltip("movement_label:N", title="Movement"),
                alt.Tooltip("signed:Q", title="A month", format="+,.2f"),
                alt.Tooltip("customers:Q", title=label("customers"), format=",d"),
                alt.Tooltip("status:N", title="Status"),
            ],
        )
        .add_params(click)
    )
    return layered([bar, _zero()], 320)


@lru_cache
def _waterfall(currency: str, *, is_broken: bool) -> Picture:
    click = alt.selection_point(
        name="step", fields=["period_key", "movement"], empty=False
    )
    kinds = ["whole", "gain", "loss"]
    base = alt.Chart().encode(
        alt.X("step_label:O", title="Step", sort=None)
        .scale(paddingInner=0.25)
        .axis(
            axis(
                title=None,
                labelAngle=0,
                labelOverlap=False,
                labelLimit=110,
                labelExpr=_TWO_LINES,
            )
        )
    )
    bar = (
        base.mark_bar(cursor="pointer")
        .encode(
            alt.Y("low:Q", title=_unit(currency))
            # A scale that is broken has no ticks; each step says its amount.
            .axis(axis(labels=False, grid=False) if is_broken else _amounts())
            .scale(zero=False, nice=not is_broken),
            alt.Y2("high:Q"),
            alt.Color(
                "kind:N",
                title="Kind",
                legend=None,
                scale=category_scale(kinds, [MUTED, PALETTE[0], PALETTE[1]]),
            ),
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            strokeWidth=alt.value(2.5),
            tooltip=[
                alt.Tooltip("step_label:N", title="Step"),
                alt.Tooltip("amount:Q", title="A month", format=",.2f"),
                alt.Tooltip("customers:Q", title=label("customers"), format=",d"),
            ],
        )
        .add_params(click)
    )
    number = base.mark_text(
        aria=False, tooltip=None, dy=-8, fontSize=12, color=light_or_dark(INK)
    ).encode(alt.Y("top:Q"), alt.Text("amount_text:N"))
    number = number.transform_calculate(top="max(datum.low, datum.high)")
    return layered([bar, *(_break(base) if is_broken else [_zero()]), number], 300)


def _break(base: alt.Chart) -> list[alt.Chart]:
    """Mark where zero is, and a gap above it in the bars that stand on it."""
    whole = base.transform_filter("datum.is_whole")
    low = alt.Y("low:Q")
    line = whole.mark_rule(aria=False, tooltip=None, stroke=light_or_dark(MUTED))
    gap = whole.mark_point(
        aria=False,
        tooltip=None,
        shape="M-1,-0.16L1,-0.3L1,-0.16L-1,-0.02Z",
        size=40_000,
        filled=True,
        opacity=1,
        color=alt.ExprRef("background"),
        # Else the plot would be made narrower, so that all of the mark fits.
        clip=True,
    )
    zero = (
        alt.Chart()
        .transform_filter("datum.movement == 'start'")
        .mark_text(
            aria=False,
            tooltip=None,
            align="left",
            dy=-7,
            fontSize=12,
            color=light_or_dark(INK),
        )
        .encode(low, x=alt.value(0), text=alt.value("0"))
    )
    return [
        line.encode(low, x=alt.value(0), x2=alt.value("width")),
        gap.encode(low),
        zero,
    ]


def _zero() -> alt.Chart:
    rule: alt.Chart = (
        alt.Chart()
        .mark_rule(aria=False, stroke=light_or_dark(MUTED))
        .encode(y=alt.datum(0))
    )
    return rule


def _amounts() -> alt.Axis:
    return axis(format="~s", tickCount=5)


def _unit(currency: str) -> str:
    return f"{currency} a month" if currency else "A month"


def _floor(row: pd.Series) -> float:
    """Return where the waterfall begins: above zero where its steps would be lines."""
    gained = [float(row[f"mrr_{step}"]) for step in _STEPS[:4]]
    lowest = min(float(row["mrr_start"]), float(row["mrr_end"]))
    span = sum(gained) - lowest
    return lowest - span if 0 < 3 * span < lowest else 0.0


def _step_label(step: str) -> str:
    return {"start": "Start", "end": "End"}.get(step) or label(f"mrr_{step}")


def _count_of(step: str) -> str:
    ends = {"start": "customers_at_start", "end": "paying_customers"}
    return ends.get(step) or COUNTS[step]


def _movement(rows: pd.DataFrame, movement: str, interval: str) -> pd.DataFrame:
    """Give the bars of one movement; an empty one keeps an interval's place."""
    amount = rows[f"mrr_{movement}"]
    shown = rows[(amount > 0) | (movement == "new")]
    amount = shown[f"mrr_{movement}"]
    return by_period(shown, interval).assign(
        movement=movement,
        movement_label=_step_label(movement),
        place=MOVEMENTS.index(movement),
        signed=-amount if movement in LOSSES else amount,
        customers=shown[COUNTS[movement]],
        is_complete=shown["is_complete"],
        status=statuses(shown),
    )


def course_of(frame: pd.DataFrame, key: str, interval: str, currency: str) -> str:
    """Say from where to where an amount went."""
    head = f"Lines of {label(key).lower()} by {interval}"
    first_segment = frame["segment"].iloc[0] if len(frame) else TOTAL
    over = frame[(frame["segment"] == first_segment) & frame["is_complete"]]
    over = over[over[key].notna()]
    if over.empty:
        return f"{head}, without any complete interval."
    first, last = over.iloc[0], over.iloc[-1]
    unit = f" {currency}" if currency else ""
    return (
        f"{head}; from {text(key, first[key])} in"
        f" {period_label(first['period'], interval)} to {text(key, last[key])}{unit} in"
        f" {period_label(last['period'], interval)}."
    )


def _moves(rows: pd.DataFrame, interval: str, currency: str) -> str:
    """Say what moved in the last complete interval."""
    head = f"Bars of what moved monthly revenue by {interval}"
    over = rows[rows["is_complete"]]
    if over.empty:
        return f"{head}, without any complete interval."
    last = over.iloc[-1]
    told = ", ".join(
        f"{_step_label(movement).lower()}"
        f" {text(f'mrr_{movement}', last[f'mrr_{movement}'])}"
        for movement in MOVEMENTS
    )
    unit = f" {currency}" if currency else ""
    return f"{head}; in {period_label(last['period'], interval)} {told}{unit}."
