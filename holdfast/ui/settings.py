"""The workspace's settings: what they are in words, and how they are changed."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

import streamlit as st

from holdfast.cancellation import Cancellation
from holdfast.exports.building import Progress
from holdfast.periods import WEEK_SHIFTS
from holdfast.ui.loading import forget_report
from holdfast.ui.progress import is_wanted, perform, want
from holdfast.workspace import Settings, Status, Workspace

_NAMES = {
    "zone": "time zone",
    "week_start": "first day of the week",
    "currency": "currency",
    "min_n": "fewest customers for a firm figure",
    "lapse_days": "days of silence after which a customer has lapsed",
    "email_matching": "joining ids by e-mail address",
}
_UNSET = {"currency": "as in the data", "lapse_days": "from the data"}
_CURRENCIES = (
    *("EUR", "USD", "GBP", "CHF", "PLN", "SEK", "NOK", "DKK", "CZK", "HUF", "TRY"),
    *("IDR", "CNY", "JPY", "THB", "INR", "SGD", "AUD", "NZD", "CAD", "BRL", "MXN"),
    "ZAR",
)
_EMAIL_MATCHING = {
    "unambiguous": "Where an address has one id in each file",
    "always": "Always",
    "off": "Never",
}


def settings(workspace: Workspace, status: Status) -> None:
    """Let the workspace's settings be changed; some make the dataset anew.

    Args:
        workspace: Whose settings these are.
        status: What they are now.
    """
    now = status.settings
    st.subheader("Settings", anchor=False)
    with st.form("data_settings", border=False, enter_to_submit=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            changes = _days(now) | _figures(now)
        st.caption(
            "Another zone, first day of the week or way of joining ids makes every"
            " table anew from the stored files, which can take as long as loading them"
            " did. The other settings change at once. All can be undone."
        )
        st.form_submit_button(
            "Save settings", key="data_save", on_click=want, args=("settings",)
        )
    before = {name: getattr(now, name) for name in changes}
    if is_wanted("settings") and changes != before:

        def work(progress: Progress, cancellation: Cancellation) -> Status:
            return workspace.change_settings(progress, cancellation, **changes)

        perform(work, lambda _: forget_report(), "The settings were saved.")


def differing(now: Settings, earlier: Settings) -> list[str]:
    """Return the earlier settings that are others now, each in words."""
    return [
        f"{words} {getattr(earlier, name) or _UNSET.get(name, 0)}"
        for name, words in _NAMES.items()
        if getattr(now, name) != getattr(earlier, name)
    ]


def _days(now: Settings) -> dict[str, Any]:
    zones = sorted(available_timezones() | {now.zone})
    return {
        "zone": st.selectbox(
            "Time zone of every day",
            zones,
            index=zones.index(now.zone),
            key="data_setting_zone",
            width=240,
        ),
        "week_start": st.selectbox(
            "Weeks start on",
            list(WEEK_SHIFTS),
            index=list(WEEK_SHIFTS).index(now.week_start),
            format_func=str.capitalize,
            key="data_setting_week_start",
            width=150,
        ),
    }


def _figures(now: Settings) -> dict[str, Any]:
    currencies = list(dict.fromkeys(["", *_CURRENCIES, now.currency]))
    currency = st.selectbox(
        "Currency of money",
        currencies,
        index=currencies.index(now.currency),
        format_func=lambda each: each or "As in the data",
        key="data_setting_currency",
        width=190,
        accept_new_options=True,
        help="A code of three letters; write one that is not listed.",
    )
    min_n = st.number_input(
        "Fade figures of fewer customers than",
        min_value=0,
        value=now.min_n,
        key="data_setting_min_n",
        width=260,
    )
    lapse_days = st.number_input(
        "Lapsed after days of silence",
        min_value=1,
        value=now.lapse_days or None,
        placeholder="From the data",
        key="data_setting_lapse_days",
        width=230,
        help="Empty takes the 95th percentile of the gaps between active days.",
    )
    matching = st.selectbox(
        "Ids with one e-mail address are one customer",
        list(_EMAIL_MATCHING),
        index=list(_EMAIL_MATCHING).index(now.email_matching),
        format_func=_EMAIL_MATCHING.__getitem__,
        key="data_setting_email_matching",
        width=320,
    )
    return {
        "currency": (currency or "").strip().upper(),
        "min_n": min_n,
        "lapse_days": lapse_days or 0,
        "email_matching": matching,
    }
