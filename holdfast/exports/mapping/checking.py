"""Whether a mapping fits a file's columns."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast.errors import ImportRefusedError
from holdfast.exports.mapping.cells import HOWS
from holdfast.exports.mapping.parts import FeedMapping, SourceMapping
from holdfast.model import FEEDS, feed


def check(mapping: SourceMapping, columns: Iterable[str], name: str) -> None:
    """Check a mapping against a file's columns before anything is imported.

    Args:
        mapping: What the file is said to be.
        columns: Its column names.
        name: The file's name, for the sentence.

    Raises:
        ImportRefusedError: A feed, role or column does not exist, a required role
            has no column, or two kept columns share a name.
    """
    present = set(columns)
    known = {each.name for each in FEEDS}
    if not mapping.feeds:
        raise _refused(name, "feeds no table", "Say what one row is.")
    for part in mapping.feeds:
        if part.feed not in known:
            raise _refused(
                name,
                f"is mapped to {part.feed!r}, which is no table",
                f"Choose one of {', '.join(sorted(known))}.",
            )
        _check_feed(part, present, name)


def is_filled(part: FeedMapping, role: str) -> bool:
    """Say whether some column, or a value for every row, fills a role.

    The customer's e-mail address stands in for an id.
    """
    if part.roles.get(role) or role in part.constants:
        return True
    return role == "customer_id" and bool(part.roles.get("email"))


def _refused(name: str, words: str, remedy: str) -> ImportRefusedError:
    return ImportRefusedError("bad_mapping", f"{name} {words}.", remedy)


def _check_feed(part: FeedMapping, present: set[str], name: str) -> None:
    target = feed(part.feed)
    roles = {role.name for role in target.roles}
    for role in (*part.roles, *part.constants):
        if role not in roles:
            raise _refused(
                name,
                f"has a column as {role!r}, which {part.feed} do not have",
                f"Choose one of {', '.join(sorted(roles))}.",
            )
    used = [column for role in part.roles for column in part.columns_of(role)]
    used += [each.column for each in part.kept]
    used += [each.column for each in part.where]
    for column in used:
        if column not in present:
            raise _refused(
                name,
                f"has no column {column!r}",
                "Export it again with that column, or map another one.",
            )
    if part.filled_by and not part.roles.get(part.filled_by):
        raise _refused(
            name,
            f"has no column for {part.filled_by}, by which rows belong together",
            "Say which column it is.",
        )
    for name_made, made in part.made.items():
        if made.how not in HOWS or not made.columns or name_made in present:
            raise _refused(
                name,
                f"is to have a column {name_made!r} that cannot be made",
                f"Make it, under a new name, in one of these ways: {', '.join(HOWS)}.",
            )
    for needed in target.roles:
        if needed.is_required and not is_filled(part, needed.name):
            raise _refused(
                name,
                f"has no column for {needed.name} ({needed.meaning}), which {part.feed}"
                " need",
                "Rename the column that holds it, or say which one it is on the Data"
                " page.",
            )
    names = [each.name.casefold() for each in part.kept]
    if len(set(names)) < len(names):
        raise _refused(name, "keeps two columns under one name", "Rename one.")
