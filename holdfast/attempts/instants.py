"""Attempts by instants, each of which may fill several steps with different rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from holdfast.attempts.clauses import (
    as_parts,
    attempts,
    barred_by,
    barred_rows,
    held_as,
    nearest,
    nearest_of,
    value_as,
    within,
)
from holdfast.attempts.rules import Rules
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.population import Relation

# Bits of one step in the number that tells how many steps an instant can fill.
_RUN_BITS = 4
_MANY = (1 << _RUN_BITS) - 1
_PATTERN = "string_agg(mask || 'x' || times, ',' order by mask)"


def by_instants(rules: Rules) -> str:
    """Follow instants, each of which may fill several steps with different rows.

    ``runs`` tells for every level how many further steps the rows of the instant can
    fill, each another one.
    """
    held = held_as(rules, ", {}")
    placed = _by_kinds(rules) if rules.has_kinds else _by_patterns(rules)
    parts = [
        *placed,
        (
            "chain_1",
            f"select unit_no{held}{value_as(rules)}, happened_at as entered_at,"
            "\n        happened_at as at_1, place as place_1, runs, 0 as base"
            "\n    from placed\n    where mask & 1 <> 0",
        ),
    ]
    for step in range(2, len(rules.steps) + 1):
        if bits := barred_by(rules, step):
            parts.append((f"barred_{step}", barred_rows("hits", bits)))
        parts.append((f"chain_{step}", _next_instant(rules, step)))
    return as_parts(parts) + attempts(rules)


def _by_kinds(rules: Rules) -> list[tuple[str, str]]:
    """Tell ``runs`` by the rows of each kind, where every row is of one kind."""
    held = held_as(rules, ", {}")
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
            f"{value_as(rules, 'min({}) filter (where mask & 1 <> 0) as {}')}"
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
    held = held_as(rules, ", {}")
    return [
        (
            "kinds",
            f"select unit_no{held}, happened_at, mask,"
            f"\n        least(count(*), {len(rules.steps)}) as times"
            f"{value_as(rules, 'min({}) as {}')}"
            "\n    from hits\n    where happened_at is not null and mask > 0"
            f"\n    group by unit_no{held}, happened_at, mask",
        ),
        (
            "instants",
            f"select unit_no{held}, happened_at, bit_or(mask) as mask,"
            f"\n        {_PATTERN} as pattern"
            f"{value_as(rules, 'min({}) filter (where mask & 1 <> 0) as {}')}"
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


def _next_instant(rules: Rules, step: int) -> str:
    before = f"chain_{step - 1}"
    since = f"{before}.at_{step - 1}"
    source = f"select * from placed where mask & {1 << (step - 1)} <> 0"
    stays = (
        f"({before}.runs >> ({_RUN_BITS} * {before}.base)) & {_MANY}"
        f" >= {step} - {before}.base and {since} is not null"
    )
    tests = within(rules, before)
    joins = nearest(rules, before, source, step)
    if barred_by(rules, step):
        joins += nearest_of(
            rules, before, f"barred_{step}", "excluded", "happened_at", step
        )
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


def known_patterns(
    dataset: Dataset, rules: Rules, found: Relation, cancellation: Cancellation | None
) -> dict[str, int]:
    """Return how many steps each mix of rows at one instant can fill."""
    held = held_as(rules, ", {}")
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
