"""Attempts: how far each entry came, in SQL that asks step by step.

``attempts(unit_no, held, value, entered_at, times, level, closes_at)`` has one row per
entry: when it began, the instants at which it reached its steps (the entry is the
first), how many these are, and when its time is over. An attempt takes the first row
that can follow; for one entry and one window no other choice gets further.
"""

from __future__ import annotations

from collections.abc import Callable

from holdfast.attempts.clauses import (
    as_parts,
    attempts,
    barred_by,
    barred_rows,
    held_as,
    lowest_step,
    nearest,
    nearest_of,
    told,
    value_as,
    within,
)
from holdfast.attempts.hits import hits
from holdfast.attempts.instants import by_instants, known_patterns
from holdfast.attempts.rules import Rules
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.happenings import Clock
from holdfast.population import Relation
from holdfast.query import Value


def attempts_relation(
    dataset: Dataset,
    rules: Rules,
    clock: Clock,
    cancellation: Cancellation | None = None,
) -> Relation:
    """Write ``attempts`` for some rules.

    Raises:
        SpecError: The rules have no meaning together, or the data lack a name.
    """
    rules.check()
    found = hits(dataset, rules, clock)
    write = _form(rules)
    values: dict[str, Value] = dict(found.values)
    if rules.limit is not None:
        values["window_seconds"] = rules.limit.seconds
    if write is by_instants and not rules.has_kinds:
        patterns = known_patterns(dataset, rules, found, cancellation)
        values["patterns"] = list(patterns)
        values["runs"] = list(patterns.values())
    return Relation(f"with hits as (\n{found.text}\n){write(rules)}", values)


def _form(rules: Rules) -> Callable[[Rules], str]:
    if rules.order == "any_order":
        return _in_any_order
    if rules.has_limits:
        return _with_limits
    if rules.is_sequence or rules.ties == "strict" or not rules.overlaps:
        return _by_place
    return by_instants


def _by_place(rules: Rules) -> str:
    """Follow rows that lie in one order, each of which fills one step at most.

    Where no row could fill two steps, rows of one instant lie in the order of the
    steps, so that equal times satisfy it whichever way they were written down.
    """
    parts = [("placed", _placed(rules)), ("chain_1", _entries(rules))]
    for step in range(2, len(rules.steps) + 1):
        parts += _breaks(rules, step)
        parts.append((f"chain_{step}", _next_by_place(rules, step)))
    return as_parts(parts) + attempts(rules)


def _placed(rules: Rules) -> str:
    lowest = lowest_step(len(rules.steps))
    if rules.is_sequence:
        place = (
            "row_number() over (\n            partition by unit_no"
            f"{held_as(rules, ', {}')}"
            f"\n            order by happened_at, {lowest}, mask"
            "\n        )"
        )
    elif rules.is_strictly_later:
        place = "epoch_us(happened_at)"
    else:
        place = f"epoch_us(happened_at) * 16 + {lowest}"
    return (
        f"select *, {place} as place\n    from hits\n    where happened_at is not null"
    )


def _entries(rules: Rules) -> str:
    return (
        f"select unit_no{held_as(rules, ', {}')}{value_as(rules)},"
        "\n        happened_at as entered_at, happened_at as at_1, place as place_1"
        "\n    from placed\n    where mask & 1 <> 0"
    )


def _breaks(rules: Rules, step: int) -> list[tuple[str, str]]:
    """Write what ends an attempt that waits for a step."""
    parts = []
    done = (1 << (step - 1)) - 1
    tests = []
    if rules.order == "no_foreign":
        tests.append(f"mask & {done | 1 << (step - 1)} = 0")
    if rules.repeats == "end":
        tests.append(f"(mask & {done} <> 0 and mask & {1 << (step - 1)} = 0)")
    if tests:
        text = f"select * from placed where {' or '.join(tests)}"
        parts.append((f"break_{step}", text))
    if bits := barred_by(rules, step):
        parts.append((f"barred_{step}", barred_rows("hits", bits)))
    return parts


def _next_by_place(rules: Rules, step: int) -> str:
    before = f"chain_{step - 1}"
    bit = 1 << (step - 1)
    tests = within(rules, before)
    joins = nearest(
        rules, before, f"select * from placed where mask & {bit} <> 0", step
    )
    if rules.order == "strict":
        tests.append(f"following.place = {before}.place_{step - 1} + 1")
    if rules.order == "no_foreign" or rules.repeats == "end":
        joins += nearest_of(rules, before, f"break_{step}", "ending", "place", step)
        tests.append("coalesce(ending.place > following.place, true)")
    if barred_by(rules, step):
        joins += nearest_of(
            rules, before, f"barred_{step}", "excluded", "happened_at", step
        )
        tests.append("coalesce(excluded.happened_at >= following.happened_at, true)")
    reached = f"case when {' and '.join(tests) or 'true'} then following."
    return (
        f"select {before}.*,\n        {reached}happened_at end as at_{step},"
        f"\n        {reached}place end as place_{step}\n    from {before}{joins}"
    )


def _in_any_order(rules: Rules) -> str:
    """Take the first row of each step since the entry; any step may be the entry."""
    held = held_as(rules, ", {}")
    order = f"happened_at, {lowest_step(len(rules.steps))}, mask"
    parts = [
        (
            "placed",
            "select *,\n        row_number() over ("
            f"partition by unit_no{held} order by {order}) as place"
            "\n    from hits\n    where happened_at is not null",
        ),
        (
            "chain_0",
            f"select unit_no{held}{value_as(rules)}, happened_at as entered_at, place"
            "\n    from placed\n    where mask <> 0",
        ),
    ]
    occurrences = [step.occurrence for step in rules.steps]
    for step in range(1, len(rules.steps) + 1):
        alike = [
            place
            for place, other in enumerate(occurrences[: step - 1], 1)
            if other == occurrences[step - 1]
        ]
        since = f"place_{alike[-1]} <" if alike else "place <="
        before = f"chain_{step - 1}"
        text = (
            f"select {before}.*, following.happened_at as at_{step},"
            f"\n        following.place as place_{step}\n    from {before}"
            "\n    asof left join (select * from placed where"
            f" mask & {1 << (step - 1)} <> 0) as following"
            f"\n        on {before}.unit_no = following.unit_no"
            f"{held_as(rules, f' and {before}.{{}} = following.{{}}')}"
            f" and {before}.{since} following.place"
        )
        parts.append((f"chain_{step}", text))
    last = f"chain_{len(rules.steps)}"
    if rules.exclusions:
        parts.append(("barred_0", "select * from hits where barred <> 0"))
        text = (
            f"select {last}.*, excluded.happened_at as excluded_at\n    from {last}"
            "\n    asof left join barred_0 as excluded"
            f"\n        on {last}.unit_no = excluded.unit_no"
            f"{held_as(rules, f' and {last}.{{}} = excluded.{{}}')}"
            f" and {last}.entered_at < excluded.happened_at"
        )
        last = "chain_excluded"
        parts.append((last, text))
    tests = ["x is not null"]
    if rules.limit is not None:
        tests.append("x <= entered_at + to_seconds($window_seconds)")
    if rules.exclusions:
        tests.append("coalesce(x <= excluded_at, true)")
    listed = ", ".join(f"at_{step}" for step in range(1, len(rules.steps) + 1))
    times = f"list_sort(list_filter([{listed}], lambda x: {' and '.join(tests)}))"
    return as_parts(parts) + told(rules, last, times)


def _with_limits(rules: Rules) -> str:
    """Look back from the last step: what is the furthest that each row leads to.

    The first row that can follow may be too early for the limit of the next step, so
    all within the limit are looked at, and of the furthest the earliest is taken.
    """
    steps = len(rules.steps)
    held = held_as(rules, ", {}")
    is_strict = rules.is_strictly_later
    scale = 1 if is_strict else 16
    parts = [
        ("placed", _placed(rules)),
        (
            f"walk_{steps}",
            "select *, [happened_at] as times, null::timestamp as closes_at"
            f" from placed where mask & {1 << (steps - 1)} <> 0",
        ),
    ]
    for step in range(steps - 1, 0, -1):
        within = rules.steps[step].within
        if within is None:
            end = "unbounded"
        else:
            rest = 0 if is_strict else 15 - (step - 1)
            end = str(within.seconds * 1_000_000 * scale + rest)
        both = (
            "select *, null::timestamp[] as further, null::timestamp as closes_at"
            f" from placed where mask & {1 << (step - 1)} <> 0"
            "\n        union all by name"
            f"\n        select * exclude (times), times as further"
            f" from walk_{step + 1}"
        )
        best = (
            "min(case when further is not null then"
            " {'rest': -len(further), 'further': further} end) over later"
        )
        # Whoever went one way may still go another, until the last one closes.
        closes = "max(closes_at) over later"
        if within is not None:
            limit = f"happened_at + to_seconds({within.seconds})"
            closes = f"greatest({limit}, {closes})"
        parts.append(
            (
                f"walk_{step}",
                "select * exclude (further, best),"
                "\n        [happened_at] || coalesce(best.further, []) as times"
                f"\n    from (\n        select * replace ({closes} as closes_at),"
                f"\n            {best} as best"
                f"\n        from (\n        {both}\n        )"
                f"\n        window later as (partition by unit_no{held} order by place"
                f" range between 1 following and {end} following)"
                "\n    )\n    where further is null",
            )
        )
    return as_parts(parts) + (
        f"\n\nselect unit_no{held}{value_as(rules)}, happened_at as entered_at, times,"
        "\n    len(times)::utinyint as level, closes_at\nfrom walk_1"
    )
