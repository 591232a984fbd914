"""How far each unit came: of its attempts the one that counts.

- ``attempts``: one row per entry, see ``chains``; or ``levels``, see ``stream``.
- ``chosen(unit_no, held, period, value, entered_at, times, level, is_open)``: of each
  unit, of each value held constant and of each interval of entry the one that counts.
- ``progress(unit_no, segment_no, level, is_open …)``: those of who is in view.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from holdfast.attempts.chains import attempts_relation
from holdfast.attempts.counting import Counting
from holdfast.attempts.rules import Rules
from holdfast.attempts.stream import streamed_levels
from holdfast.attempts.sweep import can_sweep, sweep_chosen, sweep_levels
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.happenings import Clock
from holdfast.periods import period_sql
from holdfast.population import Population, Relation, ranked_segments
from holdfast.query import Value, literal, parameters, quoted
from holdfast.score_groups import GROUPS, place_of_group, told_groups
from holdfast.survey_scales import Kind


def progress_relations(
    dataset: Dataset,
    members: Population,
    rules: Rules,
    clock: Clock,
    counting: Counting,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``progress`` and what it reads, the quickest way there is.

    What does not depend on who is in view is computed for everyone and kept.

    Raises:
        SpecError: The rules have no meaning together, or the data lack a name.
        CancelledError: The cancellation was used.
    """
    rules.check()
    chosen = _chosen_of_attempts(dataset, rules, clock, counting)
    # Who is in view, and what is told of them, makes no other table.
    alike = replace(counting, segments=0, by_score=None, with_times=False, over_at=None)
    name = _name("chosen", rules, clock, alike)
    asked = (dataset, name, rules, clock, counting, cancellation)
    if levels := _levels(dataset, rules, clock, counting, cancellation):
        return {
            "levels": levels,
            "chosen": _chosen_of_levels(rules, counting),
            "progress": _in_view(members, ["level", "is_open"]),
        }
    if can_sweep(dataset, rules, clock) and sweep_chosen(*asked):
        attempts = attempts_relation(dataset, rules, clock, cancellation)
    else:
        attempts = _kept_attempts(dataset, rules, clock, cancellation)
        dataset.materialise(
            name,
            f"with attempts as (from {quoted(str(attempts.kept_as))})\n{chosen.text}",
            chosen.values,
            cancellation,
        )
    return {
        "attempts": attempts,
        "chosen": replace(chosen, kept_as=name),
        **_progress(dataset, members, rules, clock, counting, cancellation),
    }


def _levels(
    dataset: Dataset,
    rules: Rules,
    clock: Clock,
    counting: Counting,
    cancellation: Cancellation | None,
) -> Relation | None:
    """Keep how far everyone got, where that is all that is asked and quickly told."""
    if counting.needs_attempts:
        return None
    levels = streamed_levels(dataset, rules, clock, counting.entered)
    if levels is None:
        return None
    name = _name("levels", rules, clock, counting.entered)
    over = None
    if counting.over_at is not None:
        entries = replace(counting.entered, until_at=counting.over_at)
        over = (_name("levels", rules, clock, entries), counting.over_at)
    asked = (dataset, name, rules, clock, counting.entered, over, cancellation)
    if not (can_sweep(dataset, rules, clock) and sweep_levels(*asked)):
        dataset.materialise(name, levels.text, levels.values, cancellation)
    return replace(levels, kept_as=name)


def _kept_attempts(
    dataset: Dataset, rules: Rules, clock: Clock, cancellation: Cancellation | None
) -> Relation:
    """Follow every entry, or find the attempts where they are kept."""
    name = _name("attempts", rules, clock)
    kept = dataset.recall(name)
    if isinstance(kept, Relation) and dataset.has_table(name):
        return kept
    written = attempts_relation(dataset, rules, clock, cancellation)
    dataset.materialise(name, written.text, written.values, cancellation)
    attempts = replace(written, kept_as=name)
    dataset.keep(name, attempts)
    return attempts


def _chosen_of_levels(rules: Rules, counting: Counting) -> Relation:
    values: dict[str, Value] = {}
    is_open = "false"
    if rules.limit is not None:
        is_open = (
            "level < $steps"
            " and last_entered_at + to_seconds($window_seconds) > $as_of_at"
        )
        values = {
            "steps": len(rules.steps),
            "as_of_at": counting.as_of_at,
            "window_seconds": rules.limit.seconds,
        }
    return Relation(
        f"select\n    unit_no,\n    level,\n    {is_open} as is_open\nfrom levels",
        values,
    )


def _chosen_of_attempts(
    dataset: Dataset, rules: Rules, clock: Clock, counting: Counting
) -> Relation:
    held = "held" if counting.by_value else "null::varchar as held"
    value = "value" if rules.by_property else "null::varchar as value"
    period = "null::integer"
    if counting.interval is not None:
        day = "entered_at::date"
        if not clock.by_days:
            day = "timezone($zone, timezone('UTC', entered_at))::date"
        period = period_sql(day, counting.interval, dataset.week_start)
    where = counting.entered.condition("entered_at")
    counted = (
        f"select unit_no, {held}, {value}, entered_at, times, level, closes_at,"
        f"\n        {period} as period\n    from attempts"
        + (f"\n    where {where}" if where else "")
    )
    # A later attempt may still get further, but only the first counts where it does.
    # A window that ends with a day is over when that day was observed, too.
    after = ">=" if clock.by_days else ">"
    is_open = f"coalesce(closes_at {after} $as_of_at, false)"
    order = "entered_at, level desc"
    if counting.entry == "best":
        is_open = f"bool_or({is_open}) over unit"
        order = "level desc, entered_at"
    text = (
        "select\n    * exclude (closes_at),"
        f"\n    level < $steps and {is_open} as is_open"
        f"\nfrom (\n    {counted}\n)"
        "\nwindow unit as (partition by unit_no, held, period)"
        "\nqualify row_number() over ("
        f"partition by unit_no, held, period order by {order}, value) = 1"
    )
    values: dict[str, Value] = {
        **counting.entered.values,
        "steps": len(rules.steps),
        "as_of_at": counting.as_of_at,
        "zone": dataset.zone,
    }
    used = parameters(text)
    return Relation(text, {name: v for name, v in values.items() if name in used})


def _progress(
    dataset: Dataset,
    members: Population,
    rules: Rules,
    clock: Clock,
    counting: Counting,
    cancellation: Cancellation | None,
) -> dict[str, Relation]:
    columns = ["level", "is_open", "held", "period", "entered_at", "times"]
    by_score, made, source, sort = counting.by_score, {}, "chosen", "null::double"
    if by_score is not None:
        made = _grouped(dataset, rules, clock, by_score, cancellation)
        source, sort = "grouped", place_of_group(by_score, "grouped.value")
    elif rules.by_property is None:
        return {"progress": _in_view(members, columns)}
    listed = ",\n    ".join(f"entries.{column}" for column in columns)
    return {
        **made,
        "entries": _in_view(members, [*columns, "value", f"{sort} as sort"], source),
        "segments": Relation(
            ranked_segments("entries", "count(distinct unit_no)"),
            {"segments": counting.segments},
        ),
        "progress": Relation(
            f"select\n    entries.unit_no,\n    segments.segment_no,\n    {listed}"
            "\nfrom entries\ninner join segments"
            "\n    on entries.value = segments.value"
        ),
    }


def _grouped(
    dataset: Dataset,
    rules: Rules,
    clock: Clock,
    kind: Kind,
    cancellation: Cancellation | None,
) -> dict[str, Relation]:
    """Tell for each attempt in which group its unit was when it entered."""
    text, values = told_groups(dataset, kind, rules.unit, by_days=clock.by_days)
    name = _name("told", text, sorted(values.items()))
    dataset.materialise(name, text, values, cancellation)
    return {
        "told_groups": Relation(text, values, kept_as=name),
        "grouped": Relation(
            "select\n    chosen.* exclude (value),"
            f"\n    coalesce(told_groups.score_group, {literal(GROUPS[kind][-1])})"
            " as value"
            "\nfrom chosen\nasof left join told_groups"
            "\n    on"
            "\n        chosen.unit_no = told_groups.unit_no"
            "\n        and chosen.entered_at > told_groups.told_at"
        ),
    }


def _in_view(
    members: Population, columns: list[str], source: str = "chosen"
) -> Relation:
    """Keep of the chosen attempts those of who is in view."""
    listed = ",\n    ".join(
        column if " " in column else f"{source}.{column}" for column in columns
    )
    if members.is_everyone:
        return Relation(
            f"select\n    {source}.unit_no,\n    0::utinyint as segment_no,"
            f"\n    {listed}\nfrom {source}"
        )
    people = "population"
    if members.unit == "account":
        # An account has several customers in view, all of them in one segment.
        people = "(select distinct unit_no, segment_no from population) as population"
    return Relation(
        f"select\n    {source}.unit_no,\n    population.segment_no,\n    {listed}"
        f"\nfrom {source}\ninner join {people}"
        f"\n    on {source}.unit_no = population.unit_no"
    )


def _name(kind: str, *key: object) -> str:
    return f"{kind}_" + hashlib.sha256(repr(key).encode()).hexdigest()[:12]
