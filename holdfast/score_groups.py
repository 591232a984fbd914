"""What scores mean: on which scale each survey is read, and in which group one falls.

The group of a customer is a breakdown and a filter as an attribute is: ``nps_group``,
``csat_group`` and ``ces_group``, each where its survey was answered. It is that of the
latest answer that may be seen, so it looks back: who left may have said so after what
is counted. Funnels take the last answer before the entry instead.

- ``nps_groups(customer_no, score_group)``: the group of everyone who answered.
- ``told_groups(unit_no, told_at, score_group)``: the group from an answer on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from holdfast.cancellation import Cancellation
from holdfast.dataset import Column, Dataset
from holdfast.filters import NONE
from holdfast.query import Value, literal, load
from holdfast.survey_scales import (
    KINDS,
    Kind,
    Reading,
    Scale,
    fitting_scale,
    guessed_scale,
    read_codes,
    scale_of,
)

GROUPS: dict[str, tuple[str, str, str, str, str]] = {
    "nps": ("Promoters", "Passives", "Detractors", "Unscored", "Never answered"),
    "csat": ("Satisfied", "Neutral", "Dissatisfied", "Unscored", "Never answered"),
    "ces": ("Easy", "Neutral", "Hard", "Unscored", "Never answered"),
}
"""Names of the groups of each survey, in the order of ``GROUP_KEYS``."""

GROUP_KEYS = ("high", "middle", "low", "unscored", "silent")

_ATTRIBUTES: dict[str, Kind] = {f"{kind}_group": kind for kind in KINDS}
_AS_KEPT = Reading()


def knows_questions(dataset: Dataset) -> bool:
    """Say whether the tables know which question an answer is to; older ones do not."""
    known = dataset.recall("columns of responses")
    if known is None:
        known = list(dataset.frame("describe responses")["column_name"])
        dataset.keep("columns of responses", known)
    return "question" in known


def asked_questions(
    dataset: Dataset,
    blank: Sequence[float] = (),
    not_applicable: Sequence[float] = (),
    before: date | None = None,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the questions that were asked; see ``queries/answers/surveys.sql``.

    Args:
        dataset: Whose answers; it has to know the questions.
        blank: Scores that stand for no score.
        not_applicable: Scores that stand for "does not apply".
        before: First local day that is not seen.
        cancellation: Lets another thread stop the work.
    """
    values: dict[str, Value] = {
        "blank": list(blank),
        "not_applicable": list(not_applicable),
        "before_on": before,
    }
    key = ("surveys", repr(values))
    kept = dataset.recall(key)
    if not isinstance(kept, pd.DataFrame):
        kept = dataset.frame(load("surveys").text, values, cancellation)
        dataset.keep(key, kept)
    return kept.copy()


def reading_asked(dataset: Dataset, kind: str, chosen: Reading = _AS_KEPT) -> Reading:
    """Return how scores are read: as chosen, else as the workspace keeps it."""
    return chosen.over(dataset.readings.get(kind, _AS_KEPT))


def scale_asked(
    dataset: Dataset, kind: str, question: str = "", chosen: Reading = _AS_KEPT
) -> Scale:
    """Return the scale that was chosen or is kept, else the usual one or what fits.

    Args:
        dataset: Whose answers.
        kind: nps, csat or ces.
        question: Its wording, ``(none)`` where the export does not say; empty for all
            of the kind.
        chosen: How scores are read; what it does not say is as the workspace keeps it.

    Raises:
        SpecError: What was chosen is no scale, or no code.
    """
    reading = reading_asked(dataset, kind, chosen)
    blank, not_applicable = map(read_codes, (reading.blank, reading.not_applicable))
    return replace(
        _scale_asked(dataset, kind, question, reading.scale, blank, not_applicable),
        codes=(*blank, *not_applicable),
    )


def _scale_asked(
    dataset: Dataset,
    kind: str,
    question: str,
    chosen: str,
    blank: Sequence[float],
    not_applicable: Sequence[float],
) -> Scale:
    if chosen:
        return scale_of(kind, chosen)
    if kind == "nps" or not knows_questions(dataset):
        return scale_of(kind, guessed_scale(kind, {}, 0))
    rows = asked_questions(dataset, blank, not_applicable)
    rows = rows[rows["kind"] == kind]
    if question:
        rows = rows[rows["question"].fillna(NONE) == question]
    return scale_of(kind, fitting_scale(kind, dict(rows.sum(numeric_only=True))))


def is_scored(kind: str, score: str) -> str:
    """Write that a score is a point of a scale; bind ``scale_values`` and the codes."""
    whole = f" and {score} = round({score})" if kind == "nps" else ""
    is_code = f"list_contains($codes::double[], {score})"
    return f"{score} between $lowest and $highest{whole} and not {is_code}"


def scale_values(scale: Scale) -> dict[str, Value]:
    """Return the values that statements about a scale bind."""
    names = ("lowest", "highest", "high_from", "low_to")
    return {name: getattr(scale, name) for name in names}


def scored_values(scale: Scale) -> dict[str, Value]:
    """Return these and the codes, which are no points."""
    return {**scale_values(scale), "codes": list(scale.codes)}


def group_columns(dataset: Dataset) -> dict[str, Column]:
    """Return the groups that customers can be told apart by, as attributes."""
    kept: dict[str, Column] | None = dataset.recall("groups of scores")
    if kept is None:
        kept = {}
        if "responses" in dataset.observed:
            kinds = dataset.frame(
                "select distinct kind from responses where customer_no is not null"
            )
            kept = {
                name: Column(name, "category", len(GROUP_KEYS), 0)
                for name, kind in _ATTRIBUTES.items()
                if kind in set(kinds["kind"]) and name not in dataset.attributes
            }
        dataset.keep("groups of scores", kept)
    return kept


def kind_of_group(dataset: Dataset, attribute: str | None) -> Kind | None:
    """Return the survey whose groups an attribute stands for, if any."""
    is_group = attribute in _ATTRIBUTES and attribute in group_columns(dataset)
    return _ATTRIBUTES[str(attribute)] if is_group else None


def group_of_customer(kind: Kind) -> str:
    """Write the group of a row of ``customers``."""
    table = f"{kind}_groups"
    return (
        f"coalesce((select {table}.score_group from {table}"
        f" where {table}.customer_no = customers.customer_no),"
        f" {literal(GROUPS[kind][-1])})"
    )


def place_of_group(kind: Kind, group: str) -> str:
    """Write the place of a group among those of its survey, the best first."""
    names = ", ".join(literal(name) for name in GROUPS[kind])
    return f"list_position([{names}], {group})::double"


def latest_groups(
    dataset: Dataset, kind: Kind, before: date | None
) -> tuple[str, dict[str, Value], str]:
    """Select the group of each customer's latest answer, and name the table for it.

    An answer without a date is older than every other one.
    """
    cut = ""
    values: dict[str, Value] = {
        f"{kind}_{name}": value
        for name, value in scored_values(scale_asked(dataset, kind)).items()
    }
    if before is not None:
        cut = f"\n    and responses.answered_on < ${kind}_before"
        values[f"{kind}_before"] = before
    text = _LATEST.format(
        kind=literal(kind),
        scored=is_scored(kind, "responses.score").replace("$", f"${kind}_"),
        group=_group(kind, "score").replace("$", f"${kind}_"),
        cut=cut,
    )
    key = f"{text} {sorted(values.items(), key=lambda item: item[0])!r}"
    return text, values, f"groups_{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def told_groups(
    dataset: Dataset, kind: Kind, unit: str, *, by_days: bool
) -> tuple[str, dict[str, Value]]:
    """Select from when on a customer or account is in which group.

    Args:
        dataset: Whose answers.
        kind: The survey.
        unit: customer or account.
        by_days: ``told_at`` is the local day's beginning, on which days compare.
    """
    people = (
        f"(select customer_no, {unit}_no as unit_no from customers"
        f" where {unit}_no is not null)"
    )
    text = _TOLD.format(
        people=people,
        told_at="answered_on::timestamp" if by_days else "answered_at",
        kind=literal(kind),
        scored=is_scored(kind, "responses.score"),
        group=_group(kind, "score"),
    )
    return text, scored_values(scale_asked(dataset, kind))


def looks_back(dataset: Dataset, attributes: Iterable[str | None]) -> list[str]:
    """Name the surveys whose latest answers say who is in view or in which segment."""
    kinds = {kind_of_group(dataset, attribute) for attribute in attributes}
    return [kind.upper() for kind in KINDS if kind in kinds]


def _group(kind: str, score: str) -> str:
    high, middle, low, unscored, _ = map(literal, GROUPS[kind])
    return (
        f"case when {score} >= $high_from then {high} when {score} <= $low_to"
        f" then {low} when {score} is not null then {middle} else {unscored} end"
    )


# Of several answers at one instant the lowest score counts.
_LATEST = """select
    customer_no,
    {group} as score_group
from (
    select
        responses.customer_no,
        -(
            max({{
                'told_at': coalesce(responses.answered_at, timestamp '0001-01-01'),
                'badness': -responses.score
            }}) filter (where {scored})
        ).badness as score
    from responses
    where
        responses.kind = {kind}
        and responses.customer_no is not null{cut}
    group by responses.customer_no
)"""

_TOLD = """select
    unit_no,
    told_at,
    {group} as score_group
from (
    select
        unit_no,
        told_at,
        last_value(score ignore nulls) over (
            partition by unit_no
            order by told_at
            rows between unbounded preceding and current row
        ) as score
    from (
        select
            people.unit_no,
            responses.{told_at} as told_at,
            min(responses.score) filter (where {scored}) as score
        from responses
        inner join {people} as people
            on responses.customer_no = people.customer_no
        where responses.kind = {kind} and responses.answered_at is not null
        group by all
    )
)"""
