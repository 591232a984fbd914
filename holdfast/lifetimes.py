"""Lives and rhythms: the relations that survival and cadence read.

Composed beside ``population`` and by its rules. What they say of a customer does not
depend on who is in view: it is computed once for everyone and kept, so that a changed
filter or breakdown only joins it anew.

- ``lifetimes(unit_no, segment_no, duration, has_ended)``: one row per life.
- ``rhythms(unit_no, gap_days)``: one row per unit active on two days or more.
"""

from __future__ import annotations

import hashlib
from datetime import date

from holdfast.cancellation import Cancellation
from holdfast.cohorts import from_members, member_columns, presence_relations
from holdfast.dataset import Dataset
from holdfast.happenings import Clock, happened_days
from holdfast.occurrence import Kind, Occurrence
from holdfast.population import Population, Relation

_SIGNS: dict[str, Kind] = {"activity": "activity", "order": "order"}


def lifetimes_relations(
    dataset: Dataset,
    members: Population,
    sign: str,
    clock: Clock,
    as_of: date | None,
    lapse_days: int,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``lifetimes`` and what it reads.

    Args:
        dataset: Where names are looked up.
        members: Who is in view.
        sign: ``subscription``, ``tenure``, ``activity`` or ``order``; a tenure that is
            negative or not finite is no life.
        clock: The data that may be seen.
        as_of: End (exclusive) of the observed time; lives still going are censored.
            Tenures need none.
        lapse_days: Silence longer than this ends a life.
        cancellation: Lets another thread stop the work.
    """
    if sign == "tenure":
        return {"lifetimes": _TENURES}
    if sign == "subscription":
        return {"lifetimes": Relation(_SUBSCRIBED, {"as_of_on": as_of})}
    spans = spans_of_everyone(
        dataset, Occurrence(_SIGNS[sign]), clock, as_of, cancellation
    )
    if members.unit == "customer":
        lives = (
            f"{member_columns(members, 'spans')},\n    spans.first_on,"
            f"\n    spans.last_on\n{from_members(members, 'spans')}"
        )
    else:
        lives = (
            "select\n    population.unit_no,\n    population.segment_no,"
            "\n    min(spans.first_on) as first_on,"
            f"\n    max(spans.last_on) as last_on\n{from_members(members, 'spans')}"
            "\ngroup by all"
        )
    lifetimes = Relation(
        "select\n    unit_no,\n    segment_no,\n    (case\n"
        "        when $as_of_on - last_on > $lapse_days then last_on - first_on\n"
        "        else $as_of_on - first_on\n    end)::double as duration,\n"
        f"    $as_of_on - last_on > $lapse_days as has_ended\nfrom (\n{lives}\n)",
        {"as_of_on": as_of, "lapse_days": lapse_days},
    )
    return {"spans": spans, "lifetimes": lifetimes}


def spans_of_everyone(
    dataset: Dataset,
    sign: Occurrence,
    clock: Clock,
    as_of: date | None,
    cancellation: Cancellation | None = None,
) -> Relation:
    """Keep ``(customer_no, first_on, last_on)`` of a sign of life, or find it kept."""
    happened = happened_days(dataset, sign, clock, "return")
    spans = Relation(
        "select\n    customer_no,\n    min(happened_on) as first_on,"
        f"\n    max(happened_on) as last_on\nfrom (\n{happened.text}\n)"
        "\nwhere happened_on < $as_of_on\ngroup by customer_no",
        {**happened.values, "as_of_on": as_of},
        kept_as=_name("spans", sign.kind, clock.cut, as_of),
    )
    _materialise(dataset, spans, cancellation)
    return spans


def rhythm_relations(
    dataset: Dataset,
    members: Population,
    shown_by: Occurrence,
    clock: Clock,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``rhythms``, each unit's median gap of active days, and what it reads.

    Raises:
        SpecError: An event or property is not in the data, or a table is empty.
    """
    relations = presence_relations(dataset, members, shown_by, clock, cancellation)
    if members.unit != "customer":
        return relations | {"rhythms": Relation(_median_gaps("unit_no", "presence"))}
    periods = relations["return_periods"]
    name = _name("rhythms", shown_by, clock)
    text = _median_gaps("customer_no", str(periods.kept_as))
    _materialise(dataset, Relation(text, kept_as=name), cancellation)
    customers = Relation(_median_gaps("customer_no", "return_periods"), kept_as=name)
    rhythms = Relation(
        f"{member_columns(members, 'customer_rhythms')},"
        f"\n    customer_rhythms.gap_days\n{from_members(members, 'customer_rhythms')}"
    )
    return {
        "return_periods": periods,
        "customer_rhythms": customers,
        "rhythms": rhythms,
    }


def _median_gaps(unit: str, periods: str) -> str:
    return (
        f"select\n    {unit},\n    quantile_disc(period - previous_period, 0.5)::bigint"
        f" as gap_days\nfrom {periods}\nwhere previous_period is not null"
        f"\ngroup by {unit}"
    )


def _materialise(
    dataset: Dataset, relation: Relation, cancellation: Cancellation | None
) -> None:
    assert relation.kept_as
    dataset.materialise(relation.kept_as, relation.text, relation.values, cancellation)


def _name(kind: str, *parts: object) -> str:
    key = " ".join(map(str, parts))
    return f"{kind}_{hashlib.sha256(key.encode()).hexdigest()[:12]}"


_TENURES = Relation(
    "select\n    population.unit_no,\n    population.segment_no,\n"
    "    max(customers.tenure_months) as duration,\n"
    "    bool_and(coalesce(customers.has_churned, false)) as has_ended\n"
    "from customers\ninner join population\n"
    "    on customers.customer_no = population.customer_no\n"
    "where customers.tenure_months >= 0 and isfinite(customers.tenure_months)\n"
    "group by all"
)

_SUBSCRIBED = """select
    unit_no,
    segment_no,
    (least(last_on, $as_of_on) - first_on)::double as duration,
    last_on < $as_of_on as has_ended
from (
    select
        population.unit_no,
        population.segment_no,
        min(paid_from_on) as first_on,
        max(coalesce(ended_on, date '9999-12-31')) as last_on
    from subscriptions
    inner join population
        on subscriptions.customer_no = population.customer_no
    where paid_from_on < $as_of_on
    group by all
)"""
