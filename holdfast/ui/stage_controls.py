"""The controls of the page on stages: what the stages are, in plain words."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from holdfast.answer import Answer
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.periods import period_label
from holdfast.population import TOTAL
from holdfast.questions.journey_stages import suggested_stages
from holdfast.questions.stages import Stages
from holdfast.stage_rules import KINDS, Condition, Kind, Stage, StageRules
from holdfast.ui import fields
from holdfast.ui.filter_panel import day_input
from holdfast.ui.words import plain

_PAGE = "stages"
_BASE, _ROUND = "stages_base", "stages_round"
_STARTED = "has started"
_WORDS: dict[Kind, str] = {
    "active": "was active on days",
    "did": "did the event",
    "orders": "placed orders",
    "paying": "is paying",
    "paid": "first paid, months ago",
    "grown": "pays more than at first",
    "started": "started, days ago",
    "silent": "is silent for more than days",
}
_KIND_OF = {words: kind for kind, words in _WORDS.items()}
_NEEDS: dict[Kind, set[str]] = {
    "active": {"events", "orders"},
    "did": {"events"},
    "orders": {"orders"},
    "paying": {"subscriptions"},
    "paid": {"subscriptions"},
    "grown": {"subscriptions"},
    "silent": {"events", "orders"},
}
_COUNTED = ("active", "did", "orders", "paid", "started", "silent")
_HELP = """One row is one condition; a stage with several rows needs all of them.
Everyone is in the **last** stage that fits, so the furthest stage stands last. A row
"has started" asks for nothing more. Rows are added below the last one and removed by
selecting them."""


def stage_controls(dataset: Dataset) -> Stages:
    """Draw what can be asked about stages and return it."""
    fields.seed(_PAGE, Stages)
    values: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.popover("Change the stages", icon=":material/edit:", width="content"):
            values["stages"] = _rules(dataset)
        with st.popover("More settings", icon=":material/tune:"):
            values |= fields.unit(dataset, f"{_PAGE}_unit")
            values["first"] = day_input("Months from", f"{_PAGE}_first")
            values["last"] = day_input("Months up to", f"{_PAGE}_last")
            values["as_of"] = fields.as_of(f"{_PAGE}_as_of")
    return fields.kept(_PAGE, Stages, values)


def meanings(answer: Answer) -> None:
    """Say in one line what the stages are."""
    rules = answer.extras["rules"]
    parts = (
        f"**{plain(stage)}**: {plain(meaning)}"
        for stage, meaning in zip(rules["stage"], rules["definition"], strict=True)
    )
    st.caption(f"{'; '.join(parts)}. Everyone is in the last one that fits.")


def month_choice(answer: Answer) -> pd.Timestamp | None:
    """Let the reader choose the month whose moves are shown; the last one first."""
    flow = answer.extras["flow"]
    months = sorted(flow["ends_on"].unique(), reverse=True)
    if not months:
        return None
    key = f"{_PAGE}_month"
    if st.session_state.get(key) not in months:
        st.session_state.pop(key, None)
    chosen: pd.Timestamp = st.selectbox(
        "Moves in",
        months,
        format_func=lambda day: period_label(day, "month"),
        key=key,
        width=180,
    )
    return chosen


def moves_of(answer: Answer, segment: str, month: pd.Timestamp) -> pd.DataFrame:
    """Return the moves of one segment and month."""
    flow = answer.extras["flow"]
    rows = flow[(flow["segment"] == segment) & (flow["ends_on"] == month)]
    return pd.DataFrame(rows.reset_index(drop=True))


def lost_stages(answer: Answer) -> list[str]:
    """Return the stages of those who have left or fallen silent."""
    rules = answer.extras["rules"]
    return list(rules.loc[rules["is_lost"], "stage"])


def stayed_lost(answer: Answer, moves: pd.DataFrame) -> str:
    """Say how many stayed lost, whom the bands leave out; nothing if nobody."""
    lost = lost_stages(answer)
    stays = moves[moves["from_stage"].isin(lost)]
    stays = stays[stays["from_stage"] == stays["to_stage"]]
    number = int(stays["customers"].sum())
    if not number:
        return ""
    return f" Not drawn: {number:,} who stayed in {plain(' or '.join(lost))}."


def stage_table(answer: Answer) -> None:
    """Show how many of each segment are in each stage now."""
    now = answer.extras["now"]
    if now["segment"].nunique() < 2:
        return
    table = now.pivot_table(
        index="segment", columns="stage", values="share_rate", sort=False
    )
    table = table.reindex(columns=list(dict.fromkeys(now["stage"]))) * 100
    # A stage may be called as one of the other columns.
    table.columns = pd.Index(
        [f"“{name}”" if name in ("Segment", "Customers") else name for name in table]
    )
    shares = [str(name) for name in table]
    table.insert(0, "Customers", now.groupby("segment", sort=False)["customers"].sum())
    st.dataframe(
        table.reset_index(names="Segment"),
        hide_index=True,
        height="content",
        key="stages_segments",
        alt="Share of each segment in each stage.",
        column_config={
            "Customers": st.column_config.NumberColumn(format="localized"),
            **dict.fromkeys(shares, st.column_config.NumberColumn(format="%.1f%%")),
        },
    )
    st.caption(
        "Shares of the segment's customers who had started. Click a heading to sort."
    )


def total_of(answer: Answer, segment: str) -> int:
    """Return how many of a segment there are in all stages now."""
    now = answer.extras["now"]
    return int(now.loc[now["segment"] == segment, "customers"].sum())


def _rules(dataset: Dataset) -> StageRules | None:
    """Draw the table of conditions; none is what the data suggest."""
    state = st.session_state
    number = state.get(_ROUND, 0)
    key = f"{_PAGE}_editor_{number}"
    asked: StageRules | None = state[f"{_PAGE}_spec"].stages
    if key not in state or _BASE not in state:
        # The table keeps what is changed in it, so what it begins with must not change.
        state[_BASE] = asked
    base: StageRules | None = state[_BASE]
    shown = base or suggested_stages(dataset)
    st.markdown(_HELP)
    edited = st.data_editor(
        as_table(shown),
        key=key,
        num_rows="dynamic",
        hide_index=True,
        width=760,
        placeholder="",
        column_config={
            "Stage": st.column_config.TextColumn(required=True, width=75),
            "Not": st.column_config.CheckboxColumn(default=False, width=60),
            "A customer": st.column_config.SelectboxColumn(
                options=_offered(dataset, shown), required=True, width=195
            ),
            "Event": st.column_config.SelectboxColumn(
                options=list(dataset.event_counts), width=110
            ),
            "At least": st.column_config.NumberColumn(
                min_value=0, max_value=99_999, step=1, width=85
            ),
            "In last days": st.column_config.NumberColumn(
                min_value=1, max_value=99_999, step=1, width=95, help="Empty: ever."
            ),
        },
    )
    st.button(
        "Back to the suggestion",
        key=f"{_PAGE}_reset",
        on_click=_reset,
        icon=":material/restart_alt:",
        type="tertiary",
    )
    try:
        rules = as_rules(edited)
    except SpecError as problem:
        st.warning(f"{plain(problem.sentence)} {plain(problem.remedy)}")
        return asked
    return base if rules == shown else rules


def _reset() -> None:
    """Take what the data suggest, in a new table; for a callback."""
    state = st.session_state
    state[_ROUND] = state.get(_ROUND, 0) + 1
    state[f"{_PAGE}_spec"] = Stages()
    state.pop(_BASE, None)


def _offered(dataset: Dataset, shown: StageRules) -> list[str]:
    """Return the conditions that the data can tell, and those already used."""
    used = {each.kind for stage in shown for each in stage.conditions}
    kinds = [
        kind
        for kind in KINDS
        if kind in used
        or _NEEDS.get(kind, set(dataset.observed)) & set(dataset.observed)
    ]
    return [_STARTED, *(_WORDS[kind] for kind in kinds)]


def as_table(rules: StageRules) -> pd.DataFrame:
    """Write rules as rows of a table, one a condition."""
    rows = [
        (
            stage.name,
            each.is_denied if each else False,
            _WORDS[each.kind] if each else _STARTED,
            each.event or None if each else None,
            (each.at_least or None) if each and each.kind in _COUNTED else None,
            (each.days or None) if each else None,
        )
        for stage in rules
        for each in stage.conditions or (None,)
    ]
    names = ["Stage", "Not", "A customer", "Event", "At least", "In last days"]
    frame = pd.DataFrame(rows, columns=names)
    numbers = dict.fromkeys(("At least", "In last days"), "Int64")
    return frame.astype(numbers | {"Event": "str"})


def as_rules(table: pd.DataFrame) -> StageRules:
    """Read rules from the rows of the table.

    Raises:
        SpecError: They mean nothing.
    """
    stages: dict[str, list[Condition]] = {}
    for row in table.to_dict("records"):
        name = "" if pd.isna(row["Stage"]) else str(row["Stage"]).strip()
        if not name and pd.isna(row["A customer"]):
            continue
        conditions = stages.setdefault(name, [])
        kind = _KIND_OF.get(str(row["A customer"]))
        if kind is None:
            continue
        days = row["In last days"]
        event = row["Event"]
        at_least = row["At least"]
        least = 0 if kind in ("silent", "paid", "started") else 1
        is_windowed = kind in ("active", "did", "orders")
        conditions.append(
            Condition(
                kind,
                least if pd.isna(at_least) or kind not in _COUNTED else int(at_least),
                int(days) if is_windowed and not pd.isna(days) else 0,
                str(event) if kind == "did" and not pd.isna(event) else "",
                not pd.isna(row["Not"]) and bool(row["Not"]),
            )
        )
    return StageRules(
        tuple(Stage(name, tuple(found)) for name, found in stages.items())
    )


def all_segments(answer: Answer) -> list[str]:
    """Return the segments, everyone first."""
    return list(answer.extras["now"]["segment"].unique()) or [TOTAL]
