"""Two versions of the data side by side: what changed, and which figures moved."""

from __future__ import annotations

from contextlib import ExitStack, closing

import pandas as pd
import streamlit as st

from holdfast.cancellation import Cancellation
from holdfast.charts import export
from holdfast.comparison import Comparison, Version, compare, version_label
from holdfast.dataset import Dataset
from holdfast.exports.building import Progress
from holdfast.report.findings import GREW, figure_table
from holdfast.ui.progress import is_wanted, perform, want
from holdfast.ui.words import counted, plain
from holdfast.workspace import Workspace

_FOUND = "data_comparison"
_MOST_SHOWN = 1_000


def versions(workspace: Workspace) -> None:
    """Let two versions of the data be compared, and show what moved and why.

    Args:
        workspace: Whose versions these are.
    """
    kept = {each.dataset: each for each in workspace.versions() if each.dataset}
    st.markdown(
        "Every import and every change makes a new version of the data; the last few"
        " are kept. Comparing two says whether figures that you have shown to others"
        " still hold."
    )
    if len(kept) < 2:
        st.caption("There are not two versions yet, so there is nothing to compare.")
        return
    numbers = list(kept)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        earlier, later = (
            st.selectbox(
                label,
                numbers,
                index=len(numbers) - back,
                format_func=lambda each: version_label(kept[each]),
                key=f"data_version_{label.lower()}_{numbers[-1]}",
                width=420,
            )
            for label, back in (("Before", 2), ("After", 1))
        )
        st.button(
            "Compare",
            key="data_compare",
            type="primary",
            on_click=want,
            args=("compare",),
            disabled=earlier == later,
        )
    if is_wanted("compare"):

        def work(progress: Progress, cancellation: Cancellation) -> Comparison:
            with ExitStack() as opened:
                before, after = (
                    Version(
                        kept[number],
                        opened.enter_context(
                            closing(Dataset(workspace.version_path(number)))
                        ),
                    )
                    for number in (earlier, later)
                )
                return compare(before, after, progress, cancellation)

        pair = (str(workspace.path), earlier, later)
        perform(work, lambda found: _keep(pair, found))
    pair, found = st.session_state.get(_FOUND, (None, None))
    if pair == (str(workspace.path), earlier, later):
        _show(found)


def _keep(pair: tuple[str, int, int], found: Comparison) -> None:
    st.session_state[_FOUND] = (pair, found)


def _show(found: Comparison) -> None:
    st.markdown("**What changed**")
    sentences = found.changes or ("Nothing that is known.",)
    st.markdown("\n".join(f"- {plain(each)}" for each in sentences))
    moved = found.moved
    st.markdown(
        f"**{counted(len(moved), 'past figure')} moved**; {found.same:,} did not."
        f" {found.appeared:,} are new in the later version, {found.vanished:,} are only"
        " in the earlier one."
    )
    if len(moved):
        _show_moved(moved)
    if len(found.grown):
        st.markdown(GREW)
        st.dataframe(
            figure_table(found.grown),
            hide_index=True,
            height="content" if len(found.grown) <= 12 else 420,
            key="data_grown",
            column_config=_COLUMNS,
            alt="Rows, days and figures so far: before, after, of how many, and why.",
        )


def _show_moved(moved: pd.DataFrame) -> None:
    st.dataframe(
        figure_table(moved).head(_MOST_SHOWN),
        hide_index=True,
        height="content" if len(moved) <= 12 else 420,
        key="data_moved",
        column_config=_COLUMNS,
        alt="Past figures that moved: before, after, of how many, and why.",
    )
    st.caption(
        "The largest difference first: shares by points, counts and lengths by the part"
        " of the greater one. Asked of all customers: retention by month and week, the"
        " lifecycle by month, survival. Only what was over in both versions counts."
    )
    st.download_button(
        "Download (CSV)",
        data=lambda: export.csv(moved),
        file_name="holdfast-moved-figures.csv",
        mime="text/csv",
        on_click="ignore",
        key="data_moved_csv",
        icon=":material/download:",
    )


_COLUMNS = {"Reason": st.column_config.TextColumn(width="large")}
