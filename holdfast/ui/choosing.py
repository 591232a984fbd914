"""Parts of a mapping as the reader's choices for each column make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from holdfast.exports.mapping import ISO, FeedMapping, Kept, is_filled
from holdfast.exports.recognition import kept_columns, time_format
from holdfast.exports.recognition.scales import score_values
from holdfast.exports.recognition.vocabulary import survey_kinds
from holdfast.model import feed
from holdfast.ui.staging import StagedFile

IGNORED = ""
KEPT = "+"
ATTRIBUTE = "customers+"
FURTHER = "responses+:score"
"""Choices besides a role: left out; kept as the feed keeps it; of the customer; the
score of one more question."""

OF_AN_ANSWER = ("score", "comment")
ANSWERED = "responses"
ABOUT_CUSTOMERS = "customers"
_LATEST = "updated_at"


def role_columns(
    part: FeedMapping, role: str, chosen: Mapping[str, str], choice: str
) -> tuple[str, ...]:
    """Return a role's columns: those of before first, in their order."""
    wanted = [column for column, each in chosen.items() if each == choice]
    # What is made stays as long as every column of it is there and is not left out.
    made = [
        name
        for name in part.roles.get(role, ())
        if name in part.made
        and all(chosen.get(column) != IGNORED for column in part.made[name].columns)
        and any(column in wanted for column in part.made[name].columns)
    ]
    of_made = {column for name in made for column in part.made[name].columns}
    before = [
        name for name in part.roles.get(role, ()) if name in wanted or name in made
    ]
    new = [column for column in wanted if column not in (*before, *of_made)]
    return (*before, *new)


def without_filled(
    values: Mapping[str, str], roles: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """Return the values for every row of roles that no column fills."""
    return {role: value for role, value in values.items() if role not in roles}


def formats_of(
    file: StagedFile, part: FeedMapping, roles: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """Keep the formats of unchanged instants and guess those of new ones."""
    formats = {}
    for role in feed(part.feed).roles:
        if role.kind != "instant" or role.name not in roles:
            continue
        if roles[role.name] == part.roles.get(role.name):
            form = part.formats.get(role.name, ISO)
        else:
            column = roles[role.name][0]
            form, _ = time_format(file.inspection.sample.get(column, ()))
        if form != ISO:
            formats[role.name] = form
    return formats


def kept_of(
    part: FeedMapping, chosen: Mapping[str, str], choice: str
) -> tuple[Kept, ...]:
    """Return what is carried along, those of before under their names."""
    wanted = [column for column, each in chosen.items() if each == choice]
    before = [each for each in part.kept if each.column in wanted]
    old = {each.column for each in before}
    return (*before, *kept_columns(wanted, old, part.feed))


def about_customers(
    main: FeedMapping, others: Sequence[FeedMapping], chosen: Mapping[str, str]
) -> tuple[FeedMapping, ...]:
    """Return what the file tells about customers besides its own rows, if anything."""
    before = next(
        (each for each in others if each.feed == ABOUT_CUSTOMERS),
        FeedMapping(ABOUT_CUSTOMERS, {}),
    )
    roles = dict(main.roles)
    place = 2 + (others.index(before) if before in others else 0)
    own = {
        role: columns
        for role in before.roles
        if (
            columns := role_columns(
                before, role, chosen, f"{ABOUT_CUSTOMERS}:{place}:{role}"
            )
        )
    }
    kept = kept_of(before, chosen, ATTRIBUTE)
    named = [role for role in ("customer_id", "email") if role in roles]
    if not (own or kept) or not named:
        return ()
    for role in named:
        own.setdefault(role, roles[role])
    formats = {role: form for role, form in before.formats.items() if role in own}
    instant = next(
        (role.name for role in feed(main.feed).roles if role.kind == "instant"), None
    )
    if instant in roles and _LATEST not in own:
        own[_LATEST] = roles[instant]
        if instant in main.formats:
            formats[_LATEST] = main.formats[instant]
    return (replace(before, roles=own, formats=formats, kept=kept),)


def further_table(
    main: FeedMapping,
    other: FeedMapping,
    number: int,
    chosen: Mapping[str, str],
    was: Mapping[str, str],
) -> FeedMapping | None:
    """Return a further table of the file as it is chosen; None where nothing is left.

    What each row says of all answers alike follows the first one.

    Args:
        main: The first table, as it is chosen.
        other: The further one, as it was.
        number: Its place among the file's tables, from 1.
        chosen: Column to what it is now.
        was: Column to what it was before.
    """
    own: dict[str, tuple[str, ...]] = {}
    for role in dict.fromkeys((*own_roles(other), *other.roles)):
        choice = f"{other.feed}:{number}:{role}"
        if columns := role_columns(other, role, chosen, choice):
            own[role] = columns
        elif not any(was[column] == choice for column in other.columns_of(role)):
            # Its columns are of another table first, and were not to be chosen here.
            own |= {role: other.roles[role]} if role in other.roles else {}
    if other.feed == main.feed == ANSWERED:
        own = {role: each for role, each in own.items() if role in OF_AN_ANSWER}
        if not own:
            return None
        return replace(other, roles={**_shared(main), **own}, formats=main.formats)
    needed = [role.name for role in feed(other.feed).roles if role.is_required]
    changed = replace(other, roles=own)
    return changed if all(is_filled(changed, role) for role in needed) else None


def _shared(main: FeedMapping) -> dict[str, tuple[str, ...]]:
    return {role: each for role, each in main.roles.items() if role not in OF_AN_ANSWER}


def one_more_answer(
    main: FeedMapping, column: str, sample: Mapping[str, Sequence[str]]
) -> FeedMapping:
    """Return the answer to one more question of each row."""
    found = survey_kinds([column], sample)
    kind = found[0][1] if found else main.constants.get("kind", "")
    constants = {
        **main.constants,
        "question": column,
        **({"kind": kind} if kind else {}),
    }
    return replace(
        main,
        roles={**_shared(main), "score": (column,)},
        constants=constants,
        values=score_values([column], sample),
        kept=(),
    )


def own_roles(part: FeedMapping) -> tuple[str, ...]:
    """Return the roles that each answer of a row has for itself."""
    return OF_AN_ANSWER if part.feed == ANSWERED else tuple(part.roles)
