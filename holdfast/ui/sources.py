"""What is loaded: the files, how far they reach, what was left out, and how to undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from holdfast.charts import export
from holdfast.dataset import Dataset
from holdfast.errors import HoldfastError
from holdfast.model import FEEDS
from holdfast.periods import day_label
from holdfast.query import load
from holdfast.ui.checking import NUMBER_COLUMNS, height_of
from holdfast.ui.loading import forget_report
from holdfast.ui.progress import fail, is_wanted, perform, tell, want
from holdfast.ui.settings import differing
from holdfast.ui.words import clipped, counted, plain
from holdfast.workspace import Status, StoredSource, Workspace

_MOST_ROWS_SHOWN = 1_000
_TABLES = {feed.table for feed in FEEDS}
_UNDATED = {"identities", "exchange_rates"}


def loaded_files(dataset: Dataset, status: Status) -> None:
    """List the loaded files, and what became of the rows of each."""
    st.subheader("Loaded files", anchor=False)
    counts = dataset.frame(load("loads").text)
    sources = {source.id: source for source in status.sources}
    rows = [
        _file_row(sources[str(row.source)], row)
        for row in counts.itertuples()
        if str(row.source) in sources
    ]
    rows.sort(key=lambda row: [each.id for each in status.sources].index(row.pop("id")))
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key="data_sources",
        column_config=NUMBER_COLUMNS | _LOADED_COLUMNS,
        height=height_of(len(rows)),
        alt="The loaded files, with rows read, imported, rejected and duplicate.",
    )
    st.caption(
        "Rows read = imported + rejected + duplicates: no row is lost. Of a row with an"
        " id that came twice, the file loaded last has it, the earlier one a duplicate."
    )
    for source in status.sources:
        for note in source.rows.notes:
            st.caption(f"{plain(clipped(source.name))}: {plain(note)}")


def reach(dataset: Dataset, status: Status) -> None:
    """Show how far each table was observed, and the days without any data."""
    st.subheader("Observed range", anchor=False)
    day = timedelta(days=1)
    rows = [
        {
            "Table": name,
            "Rows": status.rows.get(name, seen.rows),
            "From": seen.from_on,
            "To": seen.last_on,
            "Complete to": seen.as_of - day,
        }
        for name, seen in dataset.observed.items()
    ]
    seen_tables = {row["Table"] for row in rows}
    rows += [
        {"Table": name, "Rows": count}
        for name, count in status.rows.items()
        if count and name in _TABLES - seen_tables - _UNDATED
    ]
    st.dataframe(
        pd.DataFrame(rows, columns=["Table", "Rows", "From", "To", "Complete to"]),
        hide_index=True,
        key="data_reach",
        height=height_of(len(rows)),
        column_config=NUMBER_COLUMNS | _DAY_COLUMNS,
        alt="Rows of each table, its first and last day and its last complete day.",
    )
    st.caption(
        f"Days are local, in {dataset.zone}. A day that was not over when the data"
        " ended is incomplete: figures leave it out. A table whose last rows are no"
        " further back than its rows are often apart is taken to reach as far as the"
        " others."
    )
    if dataset.holes:
        holes = [
            day_label(first)
            if until - first == day
            else f"{day_label(first)} to {day_label(until - day)}"
            for first, until in dataset.holes
        ]
        st.warning(
            f"Days without any activity, perhaps missing from the exports:"
            f" {', '.join(holes[:12])}{' …' if len(holes) > 12 else ''}.",
            icon=":material/event_busy:",
        )


def left_out(dataset: Dataset) -> None:
    """List the rejected rows by reason, and let them be downloaded."""
    reasons = dataset.frame(load("rejections").text)
    if reasons.empty:
        return
    rejected = int(reasons["rejected_rows"].sum())
    st.subheader("Rows left out", anchor=False)
    st.caption(
        f"{counted(rejected, 'row')} rejected, by reason. They stay in the stored"
        " source; mend the file and load it again, or map its columns in another way."
    )
    names = dataset.frame(load("loads").text).set_index("source")["name"]
    names = names[~names.index.duplicated()]
    st.dataframe(
        pd.DataFrame(
            {
                "File": reasons["source"].map(names),
                "Meant for": reasons["table_name"],
                "Reason": reasons["reason"],
                "Rows": reasons["rejected_rows"],
                "First line": reasons["first_line"],
            }
        ),
        hide_index=True,
        key="data_reasons",
        column_config=NUMBER_COLUMNS,
        alt="Rejected rows by file, table and reason.",
    )
    query = load("rejected_rows").text
    with st.expander("The rows themselves", on_change="rerun") as box:
        if box.open:
            st.dataframe(
                dataset.frame(query, {"most": _MOST_ROWS_SHOWN}),
                hide_index=True,
                height=280,
                key="data_rejected",
                column_config=_REJECTED_COLUMNS,
                alt="The rejected rows with line, reason and text.",
            )
            if rejected > _MOST_ROWS_SHOWN:
                st.caption(
                    f"The first {_MOST_ROWS_SHOWN:,} are shown; the file has them all."
                )
    st.download_button(
        "Download rejected rows (CSV)",
        data=lambda: export.csv(dataset.frame(query, {"most": None})),
        file_name="holdfast-rejected-rows.csv",
        mime="text/csv",
        on_click="ignore",
        key="data_rejected_csv",
        icon=":material/download:",
    )


def undo(workspace: Workspace, status: Status) -> None:
    """Offer to take the last change back, and say what it goes back to."""
    try:
        earlier = workspace.earlier()
    except HoldfastError:
        earlier = None
    if earlier is None:
        return
    st.subheader("Undo", anchor=False)
    st.caption(f"Takes the last change back: {_difference(status, earlier)}")
    # A name of its own for each state, so that it closes once it is done.
    key = f"data_undo_{status.dataset}"
    with st.popover("Undo the last change", icon=":material/undo:", key=key):
        st.markdown(f"Afterwards loaded: {_names(earlier.sources) or 'nothing'}.")
        st.button(
            "Undo it",
            key="data_undo",
            type="primary",
            on_click=_undo,
            args=(workspace,),
        )


def removals(workspace: Workspace, status: Status) -> None:
    """Let a file be taken out again, and a person be deleted for good."""
    if not status.sources:
        return
    st.subheader("Remove", anchor=False)
    with st.container(horizontal=True):
        _removal(workspace, status)
        _deletion(workspace, status)


def _removal(workspace: Workspace, status: Status) -> None:
    by_id = {source.id: source for source in status.sources}
    key = f"data_remove_{status.dataset}"
    with st.popover("Remove a file", icon=":material/delete:", key=key):
        chosen = st.selectbox(
            "File",
            list(by_id),
            format_func=lambda each: clipped(by_id[each].name, 60),
            key=f"data_remove_source_{status.dataset}",
        )
        left = [source for source in status.sources if source.id != chosen]
        st.caption(
            f"Makes every table anew without it, which can be undone. Afterwards"
            f" loaded: {_names(left) or 'nothing'}."
        )
        st.button(
            "Remove it",
            key="data_remove_source_now",
            type="primary",
            on_click=want,
            args=("remove source",),
        )
    if is_wanted("remove source"):
        perform(
            lambda progress, cancellation: workspace.remove(
                chosen, progress, cancellation
            ),
            lambda _: forget_report(),
            f"{plain(clipped(by_id[chosen].name, 60))} was removed. Undo brings it"
            " back.",
        )


def _deletion(workspace: Workspace, status: Status) -> None:
    key = f"data_delete_{status.dataset}"
    with st.popover("Delete a person", icon=":material/person_remove:", key=key):
        customer_id = st.text_input(
            "An id or e-mail address of the person, as in the exports",
            key="data_person",
        ).strip()
        st.caption(
            "Every row of this person, under whatever id or address, leaves every file"
            " that is kept here, also the rejected rows. Every earlier version"
            " of the data goes too, so that nothing can be undone afterwards, this"
            " included. The files that you exported stay as they are: import them"
            " again and the person is there again."
        )
        st.button(
            "Delete for good",
            key="data_person_now",
            type="primary",
            disabled=not customer_id,
            on_click=want,
            args=("delete person",),
        )
    if is_wanted("delete person"):
        perform(
            lambda progress, cancellation: workspace.delete_person(
                customer_id, progress, cancellation
            ),
            lambda _: _forget_person(),
            "The person was deleted, with every earlier version of the data.",
        )


_DAY_COLUMNS = {
    name: st.column_config.DateColumn(format="D MMM YYYY")
    for name in ("From", "To", "Complete to")
}
_LOADED_COLUMNS = {
    "Loaded at (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm")
}
_REJECTED_COLUMNS = {
    "name": st.column_config.TextColumn("File"),
    "table_name": st.column_config.TextColumn("Meant for"),
    "line": st.column_config.NumberColumn("Line", format="%d"),
    "reason": st.column_config.TextColumn("Reason"),
    "text": st.column_config.TextColumn("Row"),
}


def _forget_person() -> None:
    """Leave the id nowhere in the session either."""
    st.session_state.pop("data_person", None)
    forget_report()


def _undo(workspace: Workspace) -> None:
    forget_report()
    try:
        workspace.undo()
        tell("The last change was taken back.")
    except HoldfastError as error:
        fail(error)


def _file_row(source: StoredSource, counts: Any) -> dict[str, Any]:
    return {
        "id": source.id,
        "File": source.name,
        "Rows read": counts.rows_read,
        "Imported": counts.imported,
        "Rejected": counts.rejected,
        "Duplicates": counts.duplicates,
        "What it is": source.mapping.title,
        "Into": counts.table_name,
        "Loaded at (UTC)": datetime.fromisoformat(source.loaded_at).replace(
            tzinfo=None
        ),
    }


def _difference(now: Status, earlier: Status) -> str:
    """Say what undoing takes away and brings back."""
    if earlier.dataset is None:
        return "nothing will be loaded, as before the first import."
    ids = {source.id for source in now.sources}
    before = {source.id for source in earlier.sources}
    parts = []
    if gone := [source for source in now.sources if source.id not in before]:
        parts.append(f"without {_names(gone)}")
    if back := [source for source in earlier.sources if source.id not in ids]:
        parts.append(f"with {_names(back)} as before")
    parts += [plain(each) for each in differing(now.settings, earlier.settings)]
    return f"{', '.join(parts) or 'the same files and settings'}."


def _names(sources: Sequence[StoredSource]) -> str:
    names = [plain(clipped(source.name, 50)) for source in sources[:3]]
    more = f" and {len(sources) - 3} more" if len(sources) > 3 else ""
    return f"{', '.join(names)}{more}"
