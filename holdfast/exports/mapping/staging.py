"""One SELECT for each table that sources feed: canonical columns, line, reason."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.exports.mapping.carried import staged_columns
from holdfast.exports.mapping.cells import (
    cell_text,
    first_text,
    role_value,
    translated,
)
from holdfast.exports.mapping.parts import (
    WORKSPACE_ZONE,
    FeedMapping,
    Kept,
    Source,
)
from holdfast.exports.mapping.times import day
from holdfast.model import (
    ATTRIBUTE_TYPE,
    STORED_TYPE,
    Feed,
    Role,
    feed,
    local_day,
)
from holdfast.query import literal, quoted

_WRONG = {
    "instant": "is not a date",
    "number": "is not a number",
    "money": "is not an amount",
    "boolean": "is neither yes nor no",
}


def staged_relation(
    sources: Sequence[Source], name: str, zone: str, only: str = ""
) -> str:
    """Return the SELECT of ``staged_<name>`` over all sources.

    Columns: source_no, line, the feed's roles (each instant with its local day),
    the kept columns, other_properties for events, reason, row_text. Where nothing
    feeds it, the relation is empty.

    Args:
        sources: All sources of the workspace, in order of loading.
        name: The feed.
        zone: The workspace's zone.
        only: Relation (source_no, line) of the rows wanted; empty for all rows.
    """
    kept, overflow = staged_columns(sources, name)
    parts = [
        _select(source, part, kept, overflow, zone, only)
        for source in sources
        for part in source.mapping.feeds
        if part.feed == name
    ]
    if not parts:
        parts = [_empty(feed(name), kept)]
    return "\nunion all\n".join(parts)


def unreadable_relation(sources: Sequence[Source]) -> str:
    """Return the SELECT of the rows that could not be read, over all sources.

    Columns: source_no, line, reason, row_text.

    Args:
        sources: All sources of the workspace.
    """
    parts = [
        f"select {source.number}::integer as source_no, line::bigint as line,"
        f" 'the row ' || reason as reason, row_text"
        f" from read_parquet({literal(source.unreadable)})"
        for source in sources
        if source.unreadable
    ]
    empty = (
        "select null::integer as source_no, null::bigint as line,"
        " null::varchar as reason, null::varchar as row_text where false"
    )
    return "\nunion all\n".join(parts or [empty])


def _select(
    source: Source,
    part: FeedMapping,
    kept: Sequence[tuple[str, str]],
    overflow: frozenset[str],
    local: str,
    only: str,
) -> str:
    """Compose one source's SELECT: texts, then values, then reason."""
    target = feed(part.feed)
    zone = local if source.mapping.zone == WORKSPACE_ZONE else source.mapping.zone
    texts, values, outputs, problems = [], [], [], []
    for role in target.roles:
        text_name, value_name = quoted(f"{role.name}_text"), quoted(role.name)
        columns = part.roles.get(role.name, ())
        stored = STORED_TYPE[role.kind]
        if columns:
            types = {source.columns[column] for column in columns}
            type_ = types.pop() if len(types) == 1 else "VARCHAR"
            text = first_text(
                [
                    cell_text(each, source.columns[each], source.padded)
                    for each in columns
                ]
            )
        elif role.name in part.constants:
            text, type_ = literal(part.constants[role.name]), "VARCHAR"
        else:
            values.append(f"null::{stored} as {value_name}")
            outputs += _outputs(role, local)
            continue
        text = translated(text, part.values.get(role.name, {}))
        texts.append(f"{text} as {text_name}")
        value = role_value(role, part, text_name, type_, f"{zone}|{local}")
        values.append(f"{value} as {value_name}")
        values.append(text_name)
        outputs += _outputs(role, local)
        said = f'"{columns[0]}"' if columns else role.name
        if role.is_required:
            problems.append((f"{text_name} is null", f"{said} is empty"))
        if role.kind in _WRONG:
            problems.append(
                (
                    f"{text_name} is not null and {value_name} is null",
                    f"{said} {_WRONG[role.kind]}",
                )
            )
        if role.name == "tenure_months":
            problems.append((f"{value_name} < 0", f"{said} is negative"))
    by_name = {each.name: each for each in part.kept}
    carried = [
        f"{_kept(by_name.get(name), type_, source)} as {quoted(f'kept {position}')}"
        for position, (name, type_) in enumerate(kept)
    ]
    outputs += [
        f"{quoted(f'kept {position}')} as {quoted(name)}"
        for position, (name, _) in enumerate(kept)
    ]
    if target.rest == "properties":
        carried.append(f"{_other(part, overflow, source)} as other_properties")
        outputs.append("other_properties")
    reason = _cases(problems)
    line = (
        quoted(source.line_column)
        if source.line_column
        else f"file_row_number + {source.first_line}"
    )
    cells = ", ".join(f"{quoted(name)}::varchar" for name in source.columns)
    inner = ", ".join(
        [
            f"{line} as line",
            *texts,
            *carried,
            f"concat_ws(' | ', {cells}) as row_text",
        ]
    )
    passed = ["line", "row_text", *(quoted(f"kept {i}") for i in range(len(kept)))]
    if target.rest == "properties":
        passed.append("other_properties")
    # Right above the scan, so that nothing is computed for other rows.
    wanted = (
        f"\nwhere {line} in (select line from {only} where source_no = {source.number})"
        if only
        else ""
    )
    return (
        f"select {source.number}::integer as source_no, line::bigint as line,\n"
        f"    {', '.join(outputs)},\n    {reason} as reason,\n"
        f"    case when {reason} is not null then row_text end as row_text\n"
        f"from (select {', '.join([*passed, *values])}\n"
        f"from (select {inner}\n"
        f"from read_parquet({literal(source.parquet)}, file_row_number = true)"
        f"{wanted}))"
    )


def _outputs(role: Role, local: str) -> list[str]:
    name = quoted(role.name)
    if role.kind != "instant":
        return [name]
    return [name, f"{day(name, local)} as {quoted(local_day(role.name))}"]


def _cases(problems: Sequence[tuple[str, str]]) -> str:
    if not problems:
        return "null::varchar"
    cases = " ".join(f"when {test} then {literal(words)}" for test, words in problems)
    return f"case {cases} end"


def _kept(each: Kept | None, type_: str, source: Source) -> str:
    stored = ATTRIBUTE_TYPE[type_]
    if each is None:
        return f"null::{stored}"
    text = cell_text(each.column, source.columns[each.column], source.padded)
    return text if stored == "VARCHAR" else f"try_cast({text} as {stored})"


def _other(part: FeedMapping, overflow: frozenset[str], source: Source) -> str:
    pairs = []
    for each in part.kept:
        if each.name in overflow:
            text = cell_text(each.column, source.columns[each.column], source.padded)
            pairs.append(f"{literal(each.name)}, {text}")
    if not pairs:
        return "null::json"
    # Merging into nothing drops the members that are null.
    return f"json_merge_patch('{{}}', json_object({', '.join(pairs)}))"


def _empty(target: Feed, kept: Sequence[tuple[str, str]]) -> str:
    columns = ["null::integer as source_no", "null::bigint as line"]
    for role in target.roles:
        stored = STORED_TYPE[role.kind]
        columns.append(f"null::{stored} as {quoted(role.name)}")
        if role.kind == "instant":
            columns.append(f"null::date as {quoted(local_day(role.name))}")
    columns += [
        f"null::{ATTRIBUTE_TYPE[type_]} as {quoted(name)}" for name, type_ in kept
    ]
    if target.rest == "properties":
        columns.append("null::json as other_properties")
    columns += ["null::varchar as reason", "null::varchar as row_text"]
    return f"select {', '.join(columns)} where false"
