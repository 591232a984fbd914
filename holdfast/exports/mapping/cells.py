"""SQL of a row's cells: their text, made columns, and the value that a role has."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from holdfast.exports.mapping.parts import ISO, FeedMapping, Made
from holdfast.exports.mapping.times import instant, is_time
from holdfast.exports.notations import BUDDHIST, COMMA, number_text
from holdfast.model import Role
from holdfast.query import literal, quoted

_MINUTES = {"seconds": "/ 60", "hours": "* 60", "days": "* 1440"}
HOWS = ("join", "product", "difference", "bare", "clock", *_MINUTES)
"""Ways to make a column from others."""

_CLOCK = r"\d{1,6}:[0-5]?\d(:[0-5]?\d)?"
_TRUE = ("1", "true", "yes", "y", "t")
_FALSE = ("0", "false", "no", "n", "f")


def cell_text(column: str, type_: str, padded: Container[str]) -> str:
    """Return a cell as trimmed text; an empty one is null."""
    name = quoted(column)
    if type_ == "VARCHAR":
        return f"nullif(trim({name}), '')" if column in padded else name
    if type_.endswith(("INT", "INTEGER")) or is_time(type_):
        return f"{name}::varchar"
    if type_ in ("DOUBLE", "FLOAT"):
        # An id column with a gap becomes 17850.0 on its way through pandas.
        return (
            f"case when {name} = floor({name}) and abs({name}) < 1e15"
            f" then {name}::bigint::varchar when isfinite({name})"
            f" then {name}::varchar end"
        )
    return f"nullif(trim({name}::varchar), '')"


def role_text(
    role: str, part: FeedMapping, columns: Mapping[str, str], padded: Container[str]
) -> str:
    """Return SQL of the first text among a role's columns, as the mapping reads it.

    Args:
        role: The role; it has at least one column.
        part: The mapping that it belongs to.
        columns: Name and DuckDB type of each column of the file.
        padded: Text columns with cells to be trimmed.
    """
    texts = [
        made_text(part.made[each], part.decimal, columns, padded)
        if each in part.made
        else cell_text(each, columns[each], padded)
        for each in part.roles[role]
    ]
    first = texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"
    return _translated(first, part.values.get(role, {}))


def cell_of_instant(
    role: str, part: FeedMapping, columns: Mapping[str, str]
) -> str | None:
    """Return the column that holds a role's instants as such; None where it is text.

    Args:
        role: The role.
        part: The mapping that it belongs to.
        columns: Name and DuckDB type of each column of the file.
    """
    names = part.roles[role]
    if (
        len(names) > 1
        or names[0] in part.made
        or part.values.get(role)
        or part.formats.get(role, "").startswith(BUDDHIST)
        or not is_time(columns[names[0]])
    ):
        return None
    return quoted(names[0])


def role_type(role: str, part: FeedMapping, columns: Mapping[str, str]) -> str:
    """Return the DuckDB type of a role's columns; VARCHAR where they differ."""
    types = {columns.get(column, "VARCHAR") for column in part.roles[role]}
    return types.pop() if len(types) == 1 else "VARCHAR"


def made_text(
    made: Made, decimal: str, columns: Mapping[str, str], padded: Container[str]
) -> str:
    """Return SQL of a made column as text.

    What cannot be made of cells that are filled becomes a text that is no number, so
    that the row is refused rather than its value lost.

    Args:
        made: How it is made.
        decimal: How numbers are written in the file, and in the result.
        columns: Name and DuckDB type of each column of the file.
        padded: Text columns with cells to be trimmed.
    """
    texts = [cell_text(each, columns[each], padded) for each in made.columns]
    first, *others = texts
    match made.how:
        case "join":
            return f"nullif(concat_ws(' ', {', '.join(texts)}), '')"
        case "bare":
            bare = f"nullif(substr({first}, {len(made.text) + 1}), '')"
            return (
                f"case when starts_with({first}, {literal(made.text)})"
                f" then {bare} else {first} end"
            )
        case "product":
            amount = " * ".join(_number(each, decimal) for each in texts)
            said = " is null or ".join(texts)
            value = _written(f"round({amount}, 4)", decimal)
            whole = f"concat_ws(' × ', {', '.join(texts)})"
            made_of = f"coalesce({value}, {whole})"
            return f"case when {said} is null then null else {made_of} end"
        case "difference":
            less = [
                f"(case when {each} is null then 0 else {_number(each, decimal)} end)"
                for each in others
            ]
            amount = " - ".join([_number(first, decimal), *less])
            value = _written(f"round({amount}, 4)", decimal)
            whole = f"concat_ws(' − ', {', '.join(texts)})"
            return f"case when {first} is not null then coalesce({value}, {whole}) end"
        case "clock":
            parts = [
                f"try_cast(split_part({first}, ':', {at}) as double)"
                for at in (1, 2, 3)
            ]
            minutes = f"{parts[0]} * 60 + {parts[1]} + coalesce({parts[2]}, 0) / 60"
            is_clock = f"regexp_full_match({first}, {literal(_CLOCK)})"
            counted = f"case when {is_clock} then {minutes} end"
        case _:
            counted = f"{_number(first, decimal)} {_MINUTES[made.how]}"
    return f"coalesce({_written(counted, decimal)}, {first} || ' ?')"


def customer_text(part: FeedMapping, columns: Mapping[str, str]) -> str:
    """Return SQL of the customer's id in a row, as the staged relations have it.

    Args:
        part: A part of a mapping; without a column for the customer it gives null.
        columns: Name and DuckDB type of each column of the file.
    """
    texts = []
    if part.roles.get("customer_id"):
        texts.append(role_text("customer_id", part, columns, columns))
    if part.roles.get("email"):
        texts.append(address(role_text("email", part, columns, columns)))
    return f"coalesce({', '.join(texts)})" if texts else "null::varchar"


def address(text: str) -> str:
    """Return SQL of an e-mail address as it is compared; null where it is none."""
    return f"case when contains({text}, '@') then lower(trim({text})) end"


def node_of(text: str) -> str:
    """Return SQL of an id as it is compared: an e-mail address in lower case."""
    return f"case when contains({text}, '@') then lower({text}) else {text} end"


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
    if role.name == "email":
        return address(text)
    match role.kind:
        case "instant":
            form = part.formats.get(role.name, ISO)
            return instant(text, type_, form, zone, local)
        case "number":
            number = _number(text, part.decimal)
            return f"case when isfinite({number}) then {number} end"
        case "money":
            divisor = part.divisors.get(role.name, 1)
            amount = f"try_cast({number_text(text, part.decimal)} as decimal(18, 4))"
            if divisor == 1:
                return amount
            return f"({amount} / {divisor})::decimal(18, 4)"
        case "boolean":
            return (
                f"case when lower({text}) in {_listed(_TRUE)} then true"
                f" when lower({text}) in {_listed(_FALSE)} then false end"
            )
        case _:
            return text


def _number(text: str, decimal: str) -> str:
    return f"try_cast({number_text(text, decimal)} as double)"


def _written(number: str, decimal: str) -> str:
    """Write a number as the file does, so that it is read like its others."""
    # An exponent would be none of the file's notations.
    text = f"try_cast(try_cast({number} as decimal(28, 8)) as varchar)"
    return f"replace({text}, '.', ',')" if decimal == COMMA else text


def _translated(text: str, values: Mapping[str, str]) -> str:
    if not values:
        return text
    cases = " ".join(
        f"when lower({literal(given)}) then {literal(meant)}"
        for given, meant in values.items()
    )
    return f"case lower({text}) {cases} else {text} end"


def _listed(values: Sequence[str]) -> str:
    return "(" + ", ".join(literal(value) for value in values) + ")"
