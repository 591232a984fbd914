"""Why a row is refused: tests of its texts and values, and the words for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from holdfast.exports.mapping.parts import FeedMapping
from holdfast.model import Role, feed
from holdfast.query import literal, quoted

_WRONG = {
    "instant": "is not a date",
    "number": "is not a number",
    "money": "is not an amount",
    "boolean": "is neither yes nor no",
}


def problems(
    part: FeedMapping, impossible: Mapping[str, Sequence[tuple[str, str]]]
) -> list[tuple[str, str]]:
    """Return SQL tests of what is wrong with a row, each with SQL of the words.

    The tests read ``<role>_text`` and ``<role>`` of every role that is filled.

    Args:
        part: What the rows are mapped to.
        impossible: Role to tests of values that are read and cannot be, with words.
    """
    found = []
    for role in feed(part.feed).roles:
        name, text = quoted(role.name), quoted(f"{role.name}_text")
        if role.name == "customer_id" and part.roles.get("email"):
            if role.is_required:
                found += _nobody(part)
            continue
        if not part.roles.get(role.name) and role.name not in part.constants:
            continue
        said = _said(part, role)
        if role.is_required:
            found.append((f"{text} is null", literal(f"{said} is empty")))
        if role.kind in _WRONG:
            unread = f"{text} is not null and {name} is null"
            found += [
                (f"{unread} and {test}", literal(f"{said} {words}"))
                for test, words in impossible.get(role.name, ())
            ]
            found.append((unread, literal(f"{said} {_WRONG[role.kind]}")))
        if role.name == "tenure_months":
            found.append((f"{name} < 0", literal(f"{said} is negative")))
        if role.name == "rate":
            found.append((f"{name} <= 0", literal(f"{said} is not above zero")))
    return found


def _nobody(part: FeedMapping) -> list[tuple[str, str]]:
    """Return the tests of a row whose customer neither id nor e-mail tells."""
    mail = f'"{part.columns_of("email")[0]}"'
    ids = part.columns_of("customer_id")
    both = f'"{ids[0]}" and {mail} are empty' if ids else f"{mail} is empty"
    other = f'"{ids[0]}" is empty and ' if ids else ""
    nobody = "customer_id is null"
    return [
        (f"{nobody} and email_text is null", literal(both)),
        (nobody, literal(f"{other}{mail} is no e-mail address")),
    ]


def _said(part: FeedMapping, role: Role) -> str:
    columns = part.roles.get(role.name)
    return f'"{columns[0]}"' if columns else role.name
