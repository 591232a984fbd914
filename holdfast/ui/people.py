"""Who is who: how many people of one file are found in another, and who is not."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd
import streamlit as st

from holdfast.charts import export
from holdfast.dataset import Dataset
from holdfast.query import load
from holdfast.ui.checking import height_of
from holdfast.ui.words import clipped, plain
from holdfast.workspace import Status

_MOST_SHOWN = 50
_MATCHES = "matches"


def who_is_who(dataset: Dataset, status: Status) -> None:
    """Show for each pair of files how many people are in both, and who is not."""
    if _MATCHES not in status.rows:
        return
    matches = dataset.frame(load("matches").text)
    if matches.empty:
        return
    st.subheader("Who is who", anchor=False)
    st.caption(
        "A person is found in another file by the same id, else by a mapping file, else"
        " by e-mail address, whatever its case. An address that one file gives to"
        " several ids proves nothing and is not used."
    )
    for name, count in dataset.strangers:
        st.warning(
            f"Hardly anybody of {plain(clipped(name, 60))} ({count:,} people) is in"
            " another file, so the same people may be counted twice.",
            icon=":material/group_off:",
        )
    names = _names(matches)
    other = st.selectbox(
        "Look for the people of each file in",
        list(names),
        index=list(names).index(_largest(matches)),
        format_func=lambda each: clipped(names[each], 60),
        key=f"data_matches_{status.dataset}",
        width=420,
    )
    rows = matches[matches["other_source"] == other].reset_index(drop=True)
    st.markdown(_sentence(rows, names[other]))
    chosen = _table(rows, status.dataset)
    if chosen is None:
        st.caption("Select a row to see who was not found.")
    elif rows.at[chosen, "unmatched"]:
        _missing(dataset, rows.iloc[chosen])
    else:
        st.caption(f"Everybody in {plain(rows.at[chosen, 'name'])} was found.")
    _ambiguous(dataset, status)


def _names(matches: pd.DataFrame) -> dict[str, str]:
    ordered = matches.sort_values(["people", "source"], ascending=[False, True])
    return dict(zip(ordered["source"], ordered["name"], strict=True))


def _largest(matches: pd.DataFrame) -> str:
    """Return the file in which most of the others' people are found."""
    found = matches["people"] - matches["unmatched"]
    return str(found.groupby(matches["other_source"]).sum().idxmax())


def _sentence(rows: pd.DataFrame, other: str) -> str:
    name = plain(clipped(other, 60))
    if not rows["unmatched"].any():
        return f"Everybody in the other files is found in {name}."
    shares = 1 - rows["unmatched"] / rows["people"]
    fewest = shares.idxmin()
    row = rows[rows.index == fewest].iloc[0]
    return (
        f"Fewest are found of the people in {plain(clipped(row['name'], 60))}:"
        f" {row['people'] - row['unmatched']:,} of {row['people']:,}"
        f" ({shares.min():.0%}) are in {name}."
    )


def _table(rows: pd.DataFrame, dataset: int | None) -> int | None:
    shown = pd.DataFrame(
        {
            "File": [clipped(name) for name in rows["name"]],
            "People": rows["people"],
            "Found": 1 - rows["unmatched"] / rows["people"],
            "Not found": rows["unmatched"],
            "By id": rows["matched_by_id"],
            "By mapping file": rows["matched_by_mapping"],
            "By e-mail": rows["matched_by_email"],
        }
    )
    event = st.dataframe(
        shown,
        hide_index=True,
        key=f"data_match_rows_{dataset}",
        on_select="rerun",
        selection_mode="single-row",
        height=height_of(len(shown)),
        column_config=_COLUMNS,
        alt="People of each file, how many of them were found, and how.",
    )
    selected = cast("dict[str, Any]", event)["selection"]["rows"]
    return selected[0] if selected and selected[0] < len(rows) else None


def _missing(dataset: Dataset, row: pd.Series) -> None:
    query = load("unmatched").text
    values = {"source": row["source"], "other_source": row["other_source"]}
    name, other = (plain(clipped(row[each], 60)) for each in ("name", "other_name"))
    count = int(row["unmatched"])
    more = f", of whom {_MOST_SHOWN} are shown" if count > _MOST_SHOWN else ""
    st.markdown(f"In {name}, not in {other}: **{count:,}**{more}.")
    st.dataframe(
        dataset.frame(query, {**values, "most": _MOST_SHOWN}),
        hide_index=True,
        key="data_unmatched",
        height=280,
        column_config=_MISSING_COLUMNS,
        alt="People who are in one file only.",
    )
    with st.container(horizontal=True):
        st.download_button(
            "Download all of them (CSV)",
            data=lambda: export.csv(dataset.frame(query, {**values, "most": None})),
            file_name="holdfast-not-found.csv",
            mime="text/csv",
            on_click="ignore",
            key="data_unmatched_csv",
            icon=":material/download:",
        )
    st.caption(
        "If they are customers under another id, load a file with two columns: one id"
        " and the other id or e-mail address of the same customer."
    )


def _ambiguous(dataset: Dataset, status: Status) -> None:
    if not status.rows.get("ambiguities"):
        return
    query = load("ambiguous_addresses").text
    with st.expander(
        "E-mail addresses that were not used",
        on_change="rerun",
        icon=":material/group:",
    ) as box:
        if not box.open:
            return
        st.caption(
            "One file gives each of these to several ids, so that nobody can say whose"
            " it is. The ids stay several customers; a mapping file can join them."
        )
        st.dataframe(
            dataset.frame(query, {"most": 1_000}),
            hide_index=True,
            key="data_ambiguous",
            height=280,
            column_config=_AMBIGUOUS_COLUMNS,
            alt="Addresses with several ids in one file.",
        )


_COLUMNS = {
    "Found": st.column_config.ProgressColumn(
        format="percent", min_value=0, max_value=1, color="auto", width="small"
    ),
} | {
    name: st.column_config.NumberColumn(format="localized")
    for name in ("People", "By id", "By mapping file", "By e-mail", "Not found")
}
_MISSING_COLUMNS = {
    "customer_id": st.column_config.TextColumn("Customer"),
    "given_id": st.column_config.TextColumn("Id in the file"),
    "email": st.column_config.TextColumn("E-mail"),
    "row_count": st.column_config.NumberColumn("Rows there", format="localized"),
}
_AMBIGUOUS_COLUMNS = {
    "name": st.column_config.TextColumn("File"),
    "email": st.column_config.TextColumn("E-mail"),
    "given_id": st.column_config.TextColumn("Id"),
}
