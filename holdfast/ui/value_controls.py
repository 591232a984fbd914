"""The controls of the pages on what customers are worth, and on what if."""

from __future__ import annotations

from typing import Any

import streamlit as st

from holdfast.currencies import Money
from holdfast.dataset import Dataset
from holdfast.questions.lifetime_value import LifetimeValue
from holdfast.questions.purchases import Purchases
from holdfast.questions.what_if import WhatIf
from holdfast.spec import choices
from holdfast.ui import fields

_MONEY: tuple[Money, ...] = ("orders", "payments", "subscriptions")
_SOURCES = {
    "auto": "As the data tell it",
    "orders": "Orders",
    "payments": "Payments",
    "subscriptions": "Prices of subscriptions",
    "attribute": "A price that customers have",
}
_STARTS = {"first": "The first money", "signup": "The sign-up"}
_MARGIN = (
    "Percent of the revenue that is left when what was sold is paid for. At 100 the"
    " figures are revenue."
)


def value_controls(dataset: Dataset) -> LifetimeValue:
    """Draw what can be asked about the worth of customers and return it."""
    fields.seed("value", LifetimeValue)
    values: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values["source"], values["price"] = _source(dataset, "value", "price")
        values["horizon"] = st.number_input(
            "Months looked at", 1, 120, key="value_horizon", width=150
        )
        values["margin"] = st.number_input(
            "Margin, %",
            0.0,
            100.0,
            step=1.0,
            format="%g",
            key="value_margin",
            help=_MARGIN,
            width=140,
        )
        with st.popover("More settings", icon=":material/tune:"):
            values["discount"] = st.number_input(
                "Discount a month, %",
                0.0,
                100.0,
                key="value_discount",
                help="What is paid later is worth less by so much a month.",
            )
            values["start"] = st.selectbox(
                "First days count from",
                choices(LifetimeValue, "start"),
                format_func=_STARTS.__getitem__,
                key="value_start",
                help="From the sign-up, those who never bought are counted too.",
            )
            values["currency"] = fields.currency(dataset, "value_currency", _MONEY)
            values |= fields.unit(dataset, "value_unit")
            values["as_of"] = fields.as_of("value_as_of")
    return fields.kept("value", LifetimeValue, values)


def purchases_of(spec: LifetimeValue) -> Purchases:
    """Return what is asked about orders beside the worth of customers."""
    return Purchases(currency=spec.currency, unit=spec.unit, as_of=spec.as_of)


def what_if_controls(dataset: Dataset) -> WhatIf:
    """Draw the levers and what they start from, and return the question."""
    fields.seed("what_if", WhatIf)
    _presets()
    values: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values["retention"] = st.slider(
            "Retention, %",
            -100.0,
            100.0,
            step=1.0,
            format="%.0f",
            key="what_if_retention",
            help="Of 100 who would leave in a month, so many stay instead.",
            width=250,
        )
        values["price"] = st.slider(
            "Price, %",
            -100.0,
            200.0,
            step=1.0,
            format="%.0f",
            key="what_if_price",
            width=250,
        )
        values["acquisition"] = st.slider(
            "Who joins, %",
            -100.0,
            200.0,
            step=1.0,
            format="%.0f",
            key="what_if_acquisition",
            width=250,
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values["basis"] = st.segmented_control(
            "Start from",
            ["data", "own"],
            format_func={"data": "Customers in view", "own": "Own figures"}.__getitem__,
            key="what_if_basis",
            required=True,
        )
        values["margin"] = st.number_input(
            "Margin, %",
            0.0,
            100.0,
            step=1.0,
            format="%g",
            key="what_if_margin",
            help=_MARGIN,
            width=130,
        )
        values["cost"] = st.number_input(
            "Cost of a new customer", 0.0, key="what_if_cost", width=170
        )
        values["months"] = st.number_input(
            "Months ahead", 1, 120, key="what_if_months", width=130
        )
        with st.popover("Figures it starts from", icon=":material/tune:"):
            values |= _basis(dataset, values["basis"])
    return fields.kept("what_if", WhatIf, values)


def _presets() -> None:
    with st.container(horizontal=True, gap="small"):
        for name, (words, preset) in _PRESETS.items():
            st.button(
                words, key=f"what_if_preset_{name}", on_click=_take, args=(preset,)
            )


def _take(preset: WhatIf) -> None:
    """Put a preset into the fields."""
    for name in vars(preset):
        value = getattr(preset, name)
        if name == "unit":
            value = value == "account"
        st.session_state[f"what_if_{name}"] = value


_PRESETS = {
    "retention": ("+5% retention", WhatIf(retention=5.0)),
    "article": (
        "1,000 customers, from 10 to 12 a month",
        WhatIf(basis="own", customers=1_000, paid=10.0, joining=0.0, price=20.0),
    ),
    "none": ("As it is", WhatIf()),
}


def _basis(dataset: Dataset, basis: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    values["paid"] = st.number_input(
        "A customer pays a month",
        0.0,
        value=None,
        key="what_if_paid",
        placeholder="From the data",
    )
    values["joining"] = st.number_input(
        "Join a month",
        0.0,
        value=None,
        key="what_if_joining",
        placeholder="From the data",
    )
    if basis == "own":
        values["customers"] = st.number_input(
            "Customers now", 0, key="what_if_customers"
        )
        values["leaving"] = st.number_input(
            "Leave in a month, %", 0.0, 100.0, key="what_if_leaving"
        )
        return values
    values["source"], values["price_column"] = _source(
        dataset, "what_if", "price_column"
    )
    values["currency"] = fields.currency(dataset, "what_if_currency", _MONEY)
    values |= fields.unit(dataset, "what_if_unit")
    values["as_of"] = fields.as_of("what_if_as_of")
    return values


def _source(dataset: Dataset, page: str, column: str) -> tuple[Any, str]:
    """Draw where money is told, and which attribute is a price."""
    numbers = [
        name
        for name, each in dataset.attributes.items()
        if each.type == "number" and name != "tenure_months"
    ]
    there = {"auto", *dataset.observed, st.session_state.get(f"{page}_source")}
    if numbers:
        there.add("attribute")
    source = st.selectbox(
        "Money is told by",
        [each for each in choices(LifetimeValue, "source") if each in there],
        format_func=_SOURCES.__getitem__,
        key=f"{page}_source",
        width=220,
    )
    key = f"{page}_{column}"
    if source != "attribute":
        return source, str(st.session_state.get(key) or "")
    if st.session_state.get(key) not in numbers:
        st.session_state[key] = numbers[0] if numbers else ""
    return source, st.selectbox("Price a month", numbers, key=key, width=180) or ""
