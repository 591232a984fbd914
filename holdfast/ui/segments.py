"""The saved segments of the workspace: seen, renamed, deleted, taken along."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from holdfast.charts import export
from holdfast.dataset import Dataset
from holdfast.errors import HoldfastError, SpecError
from holdfast.membership import Membership, membership
from holdfast.saved_segments import MOST_LETTERS, Origin, SavedSegment, digest_of
from holdfast.ui import session
from holdfast.ui.drill import file_stem, known_attributes, with_attributes
from holdfast.ui.filter_panel import apply_segment, rename_segment
from holdfast.ui.progress import fail, is_wanted, tell, want
from holdfast.ui.words import attribute_label, clipped, counted, plain
from holdfast.workspace import Workspace

_CHOSEN = "data_segment"
_VIEW = "view of a segment"
_NEW_NAME = "data_segment_new_name"
_PAGES = Path(__file__).resolve().parent.parent.parent / "pages"


def saved_segments(workspace: Workspace, dataset: Dataset | None) -> None:
    """List the saved segments, and let one be renamed, deleted or taken along.

    Args:
        workspace: Whose segments.
        dataset: Tells who of them is in the data; None while nothing is loaded.
    """
    st.subheader("Saved segments", anchor=False)
    found = {each.name: each for each in reversed(workspace.segments.all())}
    if lost := workspace.segments.unreadable():
        st.warning(
            f"{counted(lost, 'saved segment')} cannot be read: a file in the"
            " workspace's folder is missing or damaged. Put back a copy of it, or take"
            " them off the list."
        )
        st.button(
            "Take them off the list", key="data_segments_lost", on_click=_forget_lost
        )
    if not found:
        st.caption(
            "There is none yet. Click a figure of a chart on another page: below the"
            " chart are the customers behind it, who can be saved as a segment and"
            " chosen as a filter on every page."
        )
        return
    st.dataframe(
        pd.DataFrame([_row(dataset, each) for each in found.values()]),
        hide_index=True,
        key="data_segments",
        column_config=_COLUMNS,
        alt="Saved segments, how many are in them and where they came from.",
    )
    name = st.selectbox(
        "Segment",
        list(found),
        key=_CHOSEN,
        format_func=lambda each: clipped(each, 100),
        width=520,
    )
    _actions(dataset, found[name])


def _row(dataset: Dataset | None, segment: SavedSegment) -> dict[str, Any]:
    held = _held(dataset, segment)
    return {
        "Segment": segment.name,
        "Customers": segment.ids,
        "Not in the data": None if held is None else held.gone,
        "Saved at (UTC)": datetime.fromisoformat(segment.saved_at).replace(tzinfo=None),
        "From": segment.origin.describe(attribute_label),
    }


def _held(dataset: Dataset | None, segment: SavedSegment) -> Membership | None:
    """Hold a segment against the data; None where they cannot tell."""
    if dataset is None or not dataset.knows_identities:
        return None

    def work(cancellation: Any) -> Membership | None:
        try:
            return membership(dataset, segment, cancellation)
        except SpecError:
            return None

    return session.watched(work)


def _actions(dataset: Dataset | None, segment: SavedSegment) -> None:
    field = f"{_NEW_NAME}_{digest_of([segment.name])[:8]}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Use as a filter",
            key="data_segment_apply",
            icon=":material/filter_alt:",
            on_click=_use,
            args=(segment.name,),
        )
        # Under another name it is another box, and closed.
        with st.popover("Rename", icon=":material/edit:", key=f"{field}_box"):
            st.text_input(
                "New name",
                value=segment.name,
                max_chars=MOST_LETTERS,
                key=field,
            )
            st.button(
                "Rename it",
                key="data_segment_rename",
                type="primary",
                on_click=_rename,
                args=(segment.name, field),
            )
        with st.popover("Delete", icon=":material/delete:", key=f"{field}_delete"):
            st.caption(
                f"The list of {counted(segment.ids, 'customer')} goes for good; the"
                " customers themselves stay. Links that name it say that it is gone."
            )
            st.button(
                "Delete the segment",
                key="data_segment_delete",
                type="primary",
                on_click=_delete,
                args=(segment.name,),
            )
        st.download_button(
            "Download the list (CSV)",
            data=lambda: export.csv(_listed(dataset, segment)),
            file_name=f"{file_stem('segment', segment.name)}.csv",
            mime="text/csv",
            on_click="ignore",
            key="data_segment_csv",
            icon=":material/download:",
            type="tertiary",
        )
        if (_PAGES / f"{segment.origin.page}.py").is_file():
            st.button(
                "Show the view it came from",
                key="data_segment_view",
                icon=":material/link:",
                type="tertiary",
                on_click=_put_view,
                args=(segment.origin,),
            )
    if is_wanted(_VIEW):
        st.switch_page(
            f"pages/{segment.origin.page}.py", query_params=segment.origin.address
        )


def _put_view(origin: Origin) -> None:
    """Put the filters and settings of a view in the place of those of now."""
    names = [str(name) for name in st.session_state]
    for name in names:
        if name.startswith(("filter_", f"{origin.page}_")):
            del st.session_state[name]
    # The filters beside the page are read from the address, as from a link.
    address: dict[str, list[str]] = {}
    for name, value in origin.address:
        address.setdefault(name, []).append(value)
    st.query_params.from_dict(address)
    want(_VIEW)


def _listed(dataset: Dataset | None, segment: SavedSegment) -> pd.DataFrame:
    rows = pd.DataFrame({"id": segment.read_ids()})
    if dataset is None:
        return rows
    return with_attributes(dataset, rows, known_attributes(dataset))


def _use(name: str) -> None:
    apply_segment(name)
    tell(f"In view on every page are now the customers of {plain(name)}.")


def _rename(name: str, field: str) -> None:
    wanted = str(st.session_state[field])
    if wanted == name:
        return
    try:
        renamed = session.workspace().segments.rename(name, wanted)
    except HoldfastError as error:
        fail(error)
        return
    rename_segment(name, renamed.name)
    st.session_state[_CHOSEN] = renamed.name
    tell(f"The segment is called {plain(renamed.name)} now.")


def _forget_lost() -> None:
    try:
        session.workspace().segments.forget_unreadable()
    except HoldfastError as error:
        fail(error)


def _delete(name: str) -> None:
    try:
        session.workspace().segments.delete(name)
    except HoldfastError as error:
        fail(error)
        return
    rename_segment(name, None)
    st.session_state.pop(_CHOSEN, None)
    tell(f"The segment {plain(name)} was deleted.")


_COLUMNS = {
    "Customers": st.column_config.NumberColumn(format="localized"),
    "Not in the data": st.column_config.NumberColumn(format="localized"),
    "Saved at (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
    "From": st.column_config.TextColumn(width="large"),
}
