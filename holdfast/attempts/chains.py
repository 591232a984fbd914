"""Attempts: how far each entry came, in SQL that asks step by step.

``attempts(unit_no, held, value, entered_at, times, level, closes_at)`` has one row per
entry: when it began, the instants at which it reached its steps (the entry is the
first), how many these are, and when its time is over. An attempt takes the first row
that can follow; for one entry and one window no other choice gets further.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from holdfast.attempts.hits import hits
from holdfast.attempts.rules import Rules
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.happenings import Clock
from holdfast.population import Relation
from holdfast.query import Value

# Bits of one step in the number that tells how many steps an instant can fill.
_RUN_BITS = 4
_MANY = (1 << _RUN_BITS) - 1


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
    if write is _by_instants and not rules.has_kinds:
        patterns = _patterns(dataset, rules, found, cancellation)
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
    return _by_instants


def _by_place(rules: Rules) -> str:
    """Follow rows that lie in one order, each of which fills one step at most.

    Where no row could fill two steps, rows of one instant lie in the order of the
    steps, so that equal times satisfy it whichever way they were written down.
    """
    parts = [("placed", _placed(rules)), ("chain_1", _entries(rules))]
    for step in range(2, len(rules.steps) + 1):
        parts += _breaks(rules, step)
        parts.append((f"chain_{step}", _next_by_place(rules, step)))
    return _with(parts) + _attempts(rules)


def _placed(rules: Rules) -> str:
    lowest = _lowest_step(len(rules.steps))
    if rules.is_sequence:
        place = (
            "row_number() over (\n            partition by unit_no"
            f"{_held(rules, ', {}')}\n            order by happened_at, {lowest}, mask"
            "\n        )"
        )
    elif rules.is_strictly_later:
        place = "epoch_us(happened_at)"
    else:
        place = f"epoch_us(happened_at) * 16 + {lowest}"
    return (
        f"select *, {place} as place\n    from hits\n    where happened_at is not null"
    )


def _lowest_step(steps: int) -> str:
    cases = " ".join(
        f"when mask & {1 << place} <> 0 then {place}" for place in range(steps)
    )
    return f"case {cases} else 15 end"


def _entries(rules: Rules) -> str:
    return (
        f"select unit_no{_held(rules, ', {}')}{_value(rules)},"
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
    if bits := _barred(rules, step):
        parts.append((f"barred_{step}", _barred_rows("hits", bits)))
    return parts


def _barred_rows(source: str, bits: int) -> str:
    return f"select * from {source} where barred & {bits} <> 0"


def _barred(rules: Rules, step: int) -> int:
    """Return the exclusions that count while an attempt waits for a step."""
    bits = 0
    for place, exclusion in enumerate(rules.exclusions):
        first, last = exclusion.between(len(rules.steps))
        if first < step <= last:
            bits |= 1 << place
    return bits


def _next_by_place(rules: Rules, step: int) -> str:
    before = f"chain_{step - 1}"
    bit = 1 << (step - 1)
    tests = _within(rules, before)
    joins = _next(rules, before, f"select * from placed where mask & {bit} <> 0", step)
    if rules.order == "strict":
        tests.append(f"following.place = {before}.place_{step - 1} + 1")
    if rules.order == "no_foreign" or rules.repeats == "end":
        joins += _asof(rules, before, f"break_{step}", "ending", "place", step)
        tests.append("coalesce(ending.place > following.place, true)")
    if _barred(rules, step):
        joins += _asof(rules, before, f"barred_{step}", "excluded", "happened_at", step)
        tests.append("coalesce(excluded.happened_at >= following.happened_at, true)")
    reached = f"case when {' and '.join(tests) or 'true'} then following."
    return (
        f"select {before}.*,\n        {reached}happened_at end as at_{step},"
        f"\n        {reached}place end as place_{step}\n    from {before}{joins}"
    )


def _next(rules: Rules, before: str, source: str, step: int) -> str:
    return _asof(rules, before, f"({source})", "following", "place", step)


def _asof(
    rules: Rules, before: str, source: str, name: str, column: str, step: int
) -> str:
    """Join the nearest later row; equal is not later."""
    since = f"at_{step - 1}" if column == "happened_at" else f"place_{step - 1}"
    return (
        f"\n    asof left join {source} as {name}"
        f"\n        on {before}.unit_no = {name}.unit_no"
        f"{_held(rules, f' and {before}.{{}} = {name}.{{}}')}"
        f" and {before}.{since} < {name}.{column}"
    )


def _within(rules: Rules, before: str) -> list[str]:
    if rules.limit is None:
        return []
    return [
        f"following.happened_at <= {before}.entered_at + to_seconds($window_seconds)"
    ]


def _by_instants(rules: Rules) -> str:
    """Follow instants, each of which may fill several steps with different rows.

    ``runs`` tells for every level how many further steps the rows of the instant can
    fill, each another one.
    """
    held = _held(rules, ", {}")
    placed = _by_kinds(rules) if rules.has_kinds else _by_patterns(rules)
    parts = [
        *placed,
        (
            "chain_1",
            f"select unit_no{held}{_value(rules)}, happened_at as entered_at,"
            "\n        happened_at as at_1, place as place_1, runs, 0 as base"
            "\n    from placed\n    where mask & 1 <> 0",
        ),
    ]
    for step in range(2, len(rules.steps) + 1):
        if bits := _barred(rules, step):
            parts.append((f"barred_{step}", _barred_rows("hits", bits)))
        parts.append((f"chain_{step}", _next_instant(rules, step)))
    return _with(parts) + _attempts(rules)


def _by_kinds(rules: Rules) -> list[tuple[str, str]]:
    """Tell ``runs`` by the rows of each kind, where every row is of one kind."""
    held = _held(rules, ", {}")
    counts = "".join(
        f",\n        count(*) filter (where mask & {1 << (kind - 1)} <> 0)"
        f" as rows_{kind}"
        for kind in sorted(set(rules.kinds))
    )
    runs = " + ".join(
        f"({_filled(rules.kinds[level:])} << {_RUN_BITS * level})"
        for level in range(len(rules.steps))
    )
    return [
        (
            "counted",
            f"select unit_no{held}, happened_at, bit_or(mask) as mask{counts}"
            f"{_value(rules, 'min({}) filter (where mask & 1 <> 0) as {}')}"
            "\n    from hits\n    where happened_at is not null and mask > 0"
            f"\n    group by unit_no{held}, happened_at",
        ),
        (
            "placed",
            f"select *, happened_at as place,\n        {runs} as runs"
            "\n    from counted",
        ),
    ]


def _filled(kinds: Sequence[int]) -> str:
    """Write how many of these steps, from the first on, an instant's rows can fill."""
    short = "".join(
        f" when rows_{kind} < {kinds[: place + 1].count(kind)} then {place}"
        for place, kind in enumerate(kinds)
    )
    return f"(case{short} else {len(kinds)} end)::bigint"


def _by_patterns(rules: Rules) -> list[tuple[str, str]]:
    """Look ``runs`` up by the mix of rows at an instant."""
    held = _held(rules, ", {}")
    return [
        (
            "kinds",
            f"select unit_no{held}, happened_at, mask,"
            f"\n        least(count(*), {len(rules.steps)}) as times"
            f"{_value(rules, 'min({}) as {}')}"
            "\n    from hits\n    where happened_at is not null and mask > 0"
            f"\n    group by unit_no{held}, happened_at, mask",
        ),
        (
            "instants",
            f"select unit_no{held}, happened_at, bit_or(mask) as mask,"
            f"\n        {_PATTERN} as pattern"
            f"{_value(rules, 'min({}) filter (where mask & 1 <> 0) as {}')}"
            f"\n    from kinds\n    group by unit_no{held}, happened_at",
        ),
        (
            "known",
            "select unnest($patterns) as pattern, unnest($runs)::bigint as runs",
        ),
        (
            "placed",
            "select instants.*, known.runs, instants.happened_at as place"
            "\n    from instants\n    inner join known"
            " on instants.pattern = known.pattern",
        ),
    ]


_PATTERN = "string_agg(mask || 'x' || times, ',' order by mask)"


def _next_instant(rules: Rules, step: int) -> str:
    before = f"chain_{step - 1}"
    since = f"{before}.at_{step - 1}"
    source = f"select * from placed where mask & {1 << (step - 1)} <> 0"
    stays = (
        f"({before}.runs >> ({_RUN_BITS} * {before}.base)) & {_MANY}"
        f" >= {step} - {before}.base and {since} is not null"
    )
    tests = _within(rules, before)
    joins = _next(rules, before, source, step)
    if _barred(rules, step):
        joins += _asof(rules, before, f"barred_{step}", "excluded", "happened_at", step)
        tests.append("coalesce(excluded.happened_at >= following.happened_at, true)")
    moves = " and ".join(tests) or "true"
    moved = f"when {moves} then following.happened_at end"
    return (
        f"select {before}.* exclude (runs, base),"
        f"\n        case when {stays} then {since} {moved} as at_{step},"
        f"\n        case when {stays} then {since} {moved} as place_{step},"
        f"\n        case when {stays} then {before}.runs else following.runs end"
        " as runs,"
        f"\n        case when {stays} then {before}.base else {step - 1} end as base"
        f"\n    from {before}{joins}"
    )


def _patterns(
    dataset: Dataset, rules: Rules, found: Relation, cancellation: Cancellation | None
) -> dict[str, int]:
    """Return how many steps each mix of rows at one instant can fill."""
    held = _held(rules, ", {}")
    frame = dataset.frame(
        f"select distinct {_PATTERN} as pattern from ("
        f"select unit_no{held}, happened_at, mask,"
        f" least(count(*), {len(rules.steps)}) as times from (\n{found.text}\n)"
        " where happened_at is not null and mask > 0"
        f" group by unit_no{held}, happened_at, mask"
        f") group by unit_no{held}, happened_at",
        found.values,
        cancellation,
    )
    return {p: _runs(p, len(rules.steps)) for p in frame["pattern"]}


def _runs(pattern: str, steps: int) -> int:
    """Tell for each level how many further steps can be filled, each by another row.

    Args:
        pattern: Masks of the rows with their number, such as ``1x1,3x2``.
        steps: Steps of the funnel.
    """
    masks = [
        int(mask)
        for mask, times in (part.split("x") for part in pattern.split(","))
        for _ in range(int(times))
    ]
    fits = np.array([[mask >> step & 1 for mask in masks] for step in range(steps)])
    runs = 0
    for level in range(steps):
        filled = 0
        while level + filled < steps and _can_fill(fits[level : level + filled + 1]):
            filled += 1
        runs |= filled << (_RUN_BITS * level)
    return runs


def _can_fill(fits: np.ndarray) -> bool:
    """Say whether every step (row) finds a row of its own (column)."""
    matched = maximum_bipartite_matching(csr_array(fits), perm_type="column")
    return bool((matched >= 0).all())


def _in_any_order(rules: Rules) -> str:
    """Take the first row of each step since the entry; any step may be the entry."""
    held = _held(rules, ", {}")
    order = f"happened_at, {_lowest_step(len(rules.steps))}, mask"
    parts = [
        (
            "placed",
            "select *,\n        row_number() over ("
            f"partition by unit_no{held} order by {order}) as place"
            "\n    from hits\n    where happened_at is not null",
        ),
        (
            "chain_0",
            f"select unit_no{held}{_value(rules)}, happened_at as entered_at, place"
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
            f"{_held(rules, f' and {before}.{{}} = following.{{}}')}"
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
            f"{_held(rules, f' and {last}.{{}} = excluded.{{}}')}"
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
    return _with(parts) + _final(rules, last, times)


def _with_limits(rules: Rules) -> str:
    """Look back from the last step: what is the furthest that each row leads to.

    The first row that can follow may be too early for the limit of the next step, so
    all within the limit are looked at, and of the furthest the earliest is taken.
    """
    steps = len(rules.steps)
    held = _held(rules, ", {}")
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
    return _with(parts) + (
        f"\n\nselect unit_no{held}{_value(rules)}, happened_at as entered_at, times,"
        "\n    len(times)::utinyint as level, closes_at\nfrom walk_1"
    )


def _attempts(rules: Rules) -> str:
    last = len(rules.steps)
    listed = ", ".join(f"at_{step}" for step in range(1, last + 1))
    times = f"list_filter([{listed}], lambda x: x is not null)"
    return _final(rules, f"chain_{last}", times)


def _final(rules: Rules, source: str, times: str) -> str:
    closes = (
        "null::timestamp"
        if rules.limit is None
        else "entered_at + to_seconds($window_seconds)"
    )
    return (
        f"\n\nselect *, len(times)::utinyint as level\nfrom (\n    select unit_no"
        f"{_held(rules, ', {}')}{_value(rules)}, entered_at,"
        f"\n        {times} as times,\n        {closes} as closes_at"
        f"\n    from {source}\n)"
    )


def _with(parts: list[tuple[str, str]]) -> str:
    return "".join(f",\n\n{name} as (\n    {text}\n)" for name, text in parts)


def _held(rules: Rules, form: str) -> str:
    return form.replace("{}", "held") if rules.holding else ""


def _value(rules: Rules, form: str = "{}") -> str:
    return ", " + form.replace("{}", "value") if rules.by_property else ""
