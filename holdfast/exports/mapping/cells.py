"""SQL of a row's cells: their text, and the value that a role has."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from holdfast.exports.mapping.parts import ISO, FeedMapping
from holdfast.exports.mapping.times import instant
from holdfast.exports.notations import number_text
from holdfast.model import Role
from holdfast.query import literal, quoted

_TRUE = ("1", "true", "yes", "y", "t")
_FALSE = ("0", "false", "no", "n", "f")


def cell_text(column: str, type_: str, padded: Container[str]) -> str:
    """Return a cell as trimmed text; an empty one is null."""
    name = quoted(column)
    if type_ == "VARCHAR":
        return f"nullif(trim({name}), '')" if column in padded else name
    if type_ in ("DOUBLE", "FLOAT"):
        # An id column with a gap becomes 17850.0 on its way through pandas.
        return (
            f"case when {name} = floor({name}) and abs({name}) < 1e15"
            f" then {name}::bigint::varchar when isfinite({name})"
            f" then {name}::varchar end"
        )
    return f"nullif(trim({name}::varchar), '')"


def first_text(texts: Sequence[str]) -> str:
    """Return SQL of the first text that is not null."""
    return texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"


def customer_text(part: FeedMapping, columns: Mapping[str, str]) -> str:
    """Return SQL of the customer's id in a row, as the staged relations have it.

    Args:
        part: A part of a mapping with a column for the customer's id.
        columns: Name and DuckDB type of each column of the file.
    """
    names = part.roles["customer_id"]
    text = first_text([cell_text(each, columns[each], columns) for each in names])
    return translated(text, part.values.get("customer_id", {}))


def translated(text: str, values: Mapping[str, str]) -> str:
    """Return a text, or what it stands for where the mapping says so."""
    if not values:
        return text
    cases = " ".join(
        f"when {literal(given.casefold())} then {literal(meant)}"
        for given, meant in values.items()
    )
    return f"case lower({text}) {cases} else {text} end"


def role_value(role: Role, part: FeedMapping, text: str, type_: str, zones: str) -> str:
    """Return SQL of a role's value; null where the text is none.

    Args:
        role: The role.
        part: The mapping that it belongs to.
        text: Name of the column with its text.
        type_: DuckDB type of the file's column.
        zones: Zone of times that name none, ``|``, and the workspace's zone.
    """
    zone, local = zones.split("|")
    match role.kind:
        case "instant":
            form = part.formats.get(role.name, ISO)
            return instant(text, type_, form, zone, local)
        case "number":
            number = f"try_cast({number_text(text, part.decimal)} as double)"
            return f"case when isfinite({number}) then {number} end"
        case "money":
            divisor = part.divisors.get(role.name, 1)
            amount = f"try_cast({number_text(text, part.decimal)} as decimal(18, 4))"
            if divisor == 1:
                return amount
            return f"({amount} / {divisor})::decimal(18, 4)"
        case "boolean":
            return (
                f"case when lower({text}) in {listed(_TRUE)} then true"
                f" when lower({text}) in {listed(_FALSE)} then false end"
            )
        case _:
            return text


def listed(values: Sequence[str]) -> str:
    """Return texts as a list of SQL literals in brackets."""
    return "(" + ", ".join(literal(value) for value in values) + ")"
