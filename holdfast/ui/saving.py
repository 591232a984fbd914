"""From a list of customers to a saved segment, and from there to a filter."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from holdfast.answer import Answer, units_of
from holdfast.dataset import Dataset
from holdfast.errors import HoldfastError
from holdfast.membership import customers_of
from holdfast.saved_segments import MOST_LETTERS, Origin, digest_of, free_name
from holdfast.ui import session
from holdfast.ui.filter_panel import apply_segment
from holdfast.ui.progress import is_wanted, want
from holdfast.ui.words import counted, plain

_NAME, _SAVED = "saving_name", "saving_done"


def offer_segment(
    dataset: Dataset, answer: Answer, rows: pd.DataFrame, heading: str, key: str
) -> str:
    """Let the customers of a list be saved as a segment, and be chosen as a filter.

    Args:
        dataset: Whose customers.
        answer: The answer that the figure belongs to.
        rows: The list, with a column ``id``; of accounts, their customers are saved.
        heading: The figure in words; proposed as the name.
        key: Name of the list on its page.

    Returns:
        What ``say_saved`` takes.
    """
    figure = digest_of([heading, *map(str, answer.filters.filters)])[:8]
    wanted = f"save segment {key} {figure}"
    names = dataset.saved_segments
    field = f"{key}_segment_name_{figure}_{len(names)}"
    with st.popover(
        "Save as a segment",
        icon=":material/bookmark_add:",
        type="tertiary",
        # Another one is closed, so that what was saved can be read.
        key=f"{key}_segment_{len(names)}",
    ):
        st.text_input(
            "Name",
            value=free_name(heading, names),
            max_chars=MOST_LETTERS,
            key=field,
        )
        of_accounts = (
            "The customers of these accounts are kept as a list"
            if units_of(answer) == "accounts"
            else "They are kept as a list"
        )
        st.caption(
            f"{of_accounts} that stays as it is. It can be chosen as a filter on every"
            " page."
        )
        st.button(
            "Save",
            key=f"{key}_segment_save",
            type="primary",
            on_click=_want,
            args=(wanted, field),
        )
    if is_wanted(wanted):
        ids = customers_of(dataset, rows, answer.spec.unit)
        outcome: str | HoldfastError
        try:
            saved = session.workspace().segments.save(
                str(st.session_state.pop(_NAME, "")), ids, _origin(answer, heading)
            )
            outcome = saved.name
        except HoldfastError as error:
            outcome = error
        st.session_state[_SAVED] = (wanted, outcome, len(ids))
        # The filters beside the page were drawn without it.
        st.rerun()
    return wanted


def say_saved(offer: str, key: str) -> None:
    """Say how saving a list ended, where it was tried; offer it as a filter.

    Args:
        offer: What ``offer_segment`` returned.
        key: Name of the list on its page.
    """
    figure, outcome, ids = st.session_state.get(_SAVED, ("", "", 0))
    if figure != offer:
        return
    if isinstance(outcome, HoldfastError):
        session.show_error(outcome)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.success(
            f"Saved: {plain(outcome)}, {counted(ids, 'customer')}. Choose it in the"
            " sidebar, under Who is in view.",
            icon=":material/bookmark_added:",
        )
        st.button(
            "Show only them",
            key=f"{key}_segment_apply",
            icon=":material/filter_alt:",
            on_click=_apply,
            args=(outcome,),
        )


def _want(wanted: str, field: str) -> None:
    # The next run may draw another field: somebody else may have saved one.
    st.session_state[_NAME] = st.session_state[field]
    want(wanted)


def _apply(name: str) -> None:
    st.session_state.pop(_SAVED, None)
    apply_segment(name)


def _origin(answer: Answer, heading: str) -> Origin:
    address = st.query_params
    return Origin(
        question=answer.question.replace("_", " ").capitalize(),
        figure=heading,
        filters=tuple(str(each) for each in answer.filters.filters),
        page=session.page_stem(),
        address=tuple(
            (name, value) for name in address for value in address.get_all(name)
        ),
    )
