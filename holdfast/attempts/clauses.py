"""Clauses that the forms of ``attempts`` share."""

from __future__ import annotations

from holdfast.attempts.rules import Rules


def lowest_step(steps: int) -> str:
    """Write the place of the first step that a row can fill."""
    cases = " ".join(
        f"when mask & {1 << place} <> 0 then {place}" for place in range(steps)
    )
    return f"case {cases} else 15 end"


def barred_rows(source: str, bits: int) -> str:
    """Write the rows that some exclusions are."""
    return f"select * from {source} where barred & {bits} <> 0"


def barred_by(rules: Rules, step: int) -> int:
    """Return the exclusions that count while an attempt waits for a step."""
    bits = 0
    for place, exclusion in enumerate(rules.exclusions):
        first, last = exclusion.between(len(rules.steps))
        if first < step <= last:
            bits |= 1 << place
    return bits


def nearest(rules: Rules, before: str, source: str, step: int) -> str:
    """Join the nearest later row that can fill a step."""
    return nearest_of(rules, before, f"({source})", "following", "place", step)


def nearest_of(
    rules: Rules, before: str, source: str, name: str, column: str, step: int
) -> str:
    """Join the nearest later row; equal is not later."""
    since = f"at_{step - 1}" if column == "happened_at" else f"place_{step - 1}"
    return (
        f"\n    asof left join {source} as {name}"
        f"\n        on {before}.unit_no = {name}.unit_no"
        f"{held_as(rules, f' and {before}.{{}} = {name}.{{}}')}"
        f" and {before}.{since} < {name}.{column}"
    )


def not_barred(rules: Rules, before: str, step: int) -> tuple[str, list[str]]:
    """Join the nearest exclusion that counts, and write the test that none came."""
    if not barred_by(rules, step):
        return "", []
    source = f"barred_{step}"
    return (
        nearest_of(rules, before, source, "excluded", "happened_at", step),
        ["coalesce(excluded.happened_at >= following.happened_at, true)"],
    )


def within(rules: Rules, before: str) -> list[str]:
    """Write the test of the window, where there is one."""
    if rules.limit is None:
        return []
    return [
        f"following.happened_at <= {before}.entered_at + to_seconds($window_seconds)"
    ]


def attempts(rules: Rules) -> str:
    """Write what the last of a chain tells of its attempts."""
    last = len(rules.steps)
    listed = ", ".join(f"at_{step}" for step in range(1, last + 1))
    times = f"list_filter([{listed}], lambda x: x is not null)"
    return told(rules, f"chain_{last}", times)


def told(rules: Rules, source: str, times: str) -> str:
    """Write the columns of ``attempts`` from a source and the times in it."""
    closes = (
        "null::timestamp"
        if rules.limit is None
        else "entered_at + to_seconds($window_seconds)"
    )
    return (
        f"\n\nselect *, len(times)::utinyint as level\nfrom (\n    select unit_no"
        f"{held_as(rules, ', {}')}{value_as(rules)}, entered_at,"
        f"\n        {times} as times,\n        {closes} as closes_at"
        f"\n    from {source}\n)"
    )


def as_parts(parts: list[tuple[str, str]]) -> str:
    """Write named parts of a statement, each behind a comma."""
    return "".join(f",\n\n{name} as (\n    {text}\n)" for name, text in parts)


def held_as(rules: Rules, form: str) -> str:
    """Write a form with the property held constant, where one is."""
    return form.replace("{}", "held") if rules.holding else ""


def value_as(rules: Rules, form: str = "{}") -> str:
    """Write a form with the property of the entry, where one is wanted."""
    return ", " + form.replace("{}", "value") if rules.by_property else ""
