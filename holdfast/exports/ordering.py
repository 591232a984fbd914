"""Answers to surveys in order, kept where putting them in order takes long."""

from __future__ import annotations

import duckdb

from holdfast.answer_marks import (
    CAMPAIGNS,
    IN_ORDER,
    KEPT_IN_ORDER,
    MARKED,
    MOVES,
    asked_sql,
)
from holdfast.exports.feeding import make_empty
from holdfast.query import load
from holdfast.survey_scales import fitting_scale, scale_of

_MANY = 100_000
"""From so many answers to a question on they are kept; fewer are put in order fast."""

_STEPS = (
    ("asked_answers", asked_sql("responses.customer_no")),
    ("unit_marks", MARKED),
    ("unit_moves", MOVES),
)


def keep_answers(engine: duckdb.DuckDBPyConnection) -> None:
    """Make the table of answers in order; empty where it would help nobody.

    Args:
        engine: Connection with the table of answers.
    """
    make_empty(engine, [IN_ORDER])
    asked = engine.execute(
        load("surveys").text, {"blank": [], "not_applicable": [], "before_on": None}
    ).fetch_df()
    many = asked[asked["answers"] >= _MANY]
    if many.empty:
        return
    engine.execute(f"create temp table answer_campaigns as {CAMPAIGNS}")
    for row in many.to_dict("records"):
        text = fitting_scale(row["kind"], row)
        scale = scale_of(row["kind"], text)
        question = row["question"] if isinstance(row["question"], str) else None
        values = {
            "kind": row["kind"],
            "question": question,
            "lowest": scale.lowest,
            "highest": scale.highest,
            "high_from": scale.high_from,
            "low_to": scale.low_to,
            "blank": [],
            "not_applicable": [],
            "any_campaign": True,
            "campaign": None,
            "answered_from_on": None,
            "answered_until_on": None,
        }
        for name, made in _STEPS:
            bound = values if name == "asked_answers" else {}
            engine.execute(f"create or replace temp table {name} as {made}", bound)
        engine.execute(
            f"insert into {IN_ORDER} by name {KEPT_IN_ORDER}",
            {"kind": row["kind"], "question": question, "scale": str(scale)},
        )
    for name in ("answer_campaigns", *(name for name, _ in _STEPS)):
        engine.execute(f"drop table temp.{name}")
