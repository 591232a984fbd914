"""One SELECT for each table that sources feed: canonical columns, line, reason."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.exports.mapping.carried import staged_columns
from holdfast.exports.mapping.cells import (
    address,
    cell_of_instant,
    cell_text,
    role_text,
    role_type,
    role_value,
)
from holdfast.exports.mapping.parts import (
    WORKSPACE_ZONE,
    FeedMapping,
    Kept,
    Source,
)
from holdfast.exports.mapping.refusing import problems
from holdfast.exports.mapping.times import day, impossible, possible
from holdfast.model import (
    ATTRIBUTE_TYPE,
    PLANNED,
    STORED_TYPE,
    Feed,
    Role,
    feed,
    local_day,
)
from holdfast.query import literal, quoted

_ANSWERED = "responses"
_ANSWERS = ("score", "comment")
_BY_VALUES = "events"


def staged_relation(
    sources: Sequence[Source], name: str, zone: str, only: str = ""
) -> str:
    """Return the SELECT of ``staged_<name>`` over all sources.

    Columns: source_no, line, the feed's roles (each instant with its local day),
    the kept columns, other_properties where there are more of them than columns,
    reason, row_text. Where nothing feeds it, the relation is empty.

    Args:
        sources: All sources of the workspace, in order of loading.
        name: The feed.
        zone: The workspace's zone.
        only: Relation (source_no, line) of the rows wanted; empty for all rows.
    """
    kept, overflow = staged_columns(sources, name)
    selects = []
    for source in sources:
        parts = [part for part in source.mapping.feeds if part.feed == name]
        found = [_select(source, each, kept, overflow, zone, only) for each in parts]
        if not found:
            continue
        if source.mapping.feeds[0].feed != name:
            # What the file's other tables leave out is counted by its first one.
            found = [f"select * from ({each}) where left_out is null" for each in found]
        if len(found) > 1:
            selects.append(_several(found, name))
        else:
            selects.append(_one(found[0], name if parts[0].where else ""))
    return "\nunion all\n".join(selects or [_empty(feed(name), kept)])


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
    """Compose one part's SELECT: texts, then instants, then values, then reason.

    Columns besides those of the staged relation: left_out, why the part takes
    nothing from the row; null = it does.
    """
    target = feed(part.feed)
    zone = local if source.mapping.zone == WORKSPACE_ZONE else source.mapping.zone
    texts, instants, values, outputs, passed, wrong = [], [], [], [], [], {}
    for role in target.roles:
        text_name, value_name = quoted(f"{role.name}_text"), quoted(role.name)
        stored = STORED_TYPE[role.kind]
        outputs += _outputs(role, local)
        if part.roles.get(role.name):
            text = role_text(role.name, part, source.columns, source.padded)
            type_ = role_type(role.name, part, source.columns)
        elif role.name in part.constants:
            text, type_ = literal(part.constants[role.name]), "VARCHAR"
        elif role.name == "customer_id" and part.roles.get("email"):
            text, type_ = "null::varchar", "VARCHAR"
        else:
            values.append(f"null::{stored} as {value_name}")
            continue
        texts.append(f"{text} as {text_name}")
        cell = text_name
        if role.kind == "instant" and type_ != "VARCHAR":
            # To write instants as text and to read that takes longer than all else.
            kept_cell = cell_of_instant(role.name, part, source.columns)
            if kept_cell is not None:
                cell = quoted(f"{role.name}_cell")
                texts.append(f"{kept_cell} as {cell}")
        value = role_value(role, part, cell, type_, f"{zone}|{local}")
        if role.kind == "instant":
            told = quoted(f"{role.name}_told")
            instants.append(f"{value} as {told}")
            passed.append(told)
            loaded_at = "" if role.name in PLANNED else source.loaded_at
            wrong[role.name] = impossible(told, loaded_at)
            value = possible(told, loaded_at)
        if role.name == "customer_id" and part.roles.get("email"):
            value = f"coalesce({text_name}, {address(quoted('email_text'))})"
        values += [f"{value} as {value_name}", text_name]
    by_name = {each.name: each for each in part.kept}
    carried = [
        f"{_kept(by_name.get(name), type_, source)} as {quoted(f'kept {position}')}"
        for position, (name, type_) in enumerate(kept)
    ]
    outputs += [
        f"{quoted(f'kept {position}')} as {quoted(name)}"
        for position, (name, _) in enumerate(kept)
    ]
    passed += ["line", "row_text", *(quoted(f"kept {i}") for i in range(len(kept)))]
    if overflow:
        carried.append(f"{_other(part, overflow, source)} as other_properties")
        outputs.append("other_properties")
        passed.append("other_properties")
    left_out = _left_out(part, source)
    if left_out:
        carried.append(f"{_cases(left_out)} as left_out")
        passed.append("left_out")
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
    # Right above the scan, so that nothing is computed for other rows.
    wanted = (
        f"\nwhere {line} in (select line from {only} where source_no = {source.number})"
        if only
        else ""
    )
    scan = (
        f"(select {inner}\n"
        f"from read_parquet({literal(source.parquet)}, file_row_number = true)"
        f"{wanted})"
    )
    return (
        f"select {source.number}::integer as source_no, line::bigint as line,\n"
        f"    {', '.join(outputs)},\n"
        f"    {_cases(problems(part, wrong))} as reason, row_text,\n"
        f"    {'left_out' if left_out else 'null::varchar'} as left_out\n"
        f"from (select {', '.join([*passed, *values])}\n"
        f"from (select {', '.join(['*', *instants])}\nfrom {_filled(part, scan)}))"
    )


def _filled(part: FeedMapping, scan: str) -> str:
    """Return the texts of rows, with what rows that belong together leave out."""
    if not part.filled_by:
        return scan
    wanted = [
        quoted(f"{role.name}_text")
        for role in feed(part.feed).roles
        if (role.is_required or role.name == "email") and part.roles.get(role.name)
    ]
    if part.where:
        wanted.append("left_out")
    own = quoted(f"{part.filled_by}_text")
    first = ", ".join(
        f"coalesce({each}, case when {own} is not null"
        f" then first_value({each} ignore nulls) over rows_together end) as {each}"
        for each in wanted
    )
    return (
        f"(select * replace ({first}) from {scan} window rows_together as (partition by"
        f" {own} order by line rows between unbounded preceding and unbounded"
        " following))"
    )


def _one(select: str, emptied: str) -> str:
    """Return the rows of a source that feeds a table in one way.

    Args:
        select: Its rows.
        emptied: The feed, where the part leaves rows out; else empty.
    """
    return (
        "select * exclude (left_out) replace (coalesce(left_out, reason) as reason,"
        " case when coalesce(left_out, reason) is not null then row_text end"
        f" as row_text{_emptied(emptied, 'left_out')})\nfrom ({select})"
    )


def _emptied(name: str, test: str) -> str:
    """Return SQL that makes the values of events null where a test is not.

    The reasons of millions of events take long: that an event is refused is told by
    the values it lacks, so one that is left out must have none.

    Args:
        name: The feed; of others than events nothing changes.
        test: SQL that is null for rows that are taken.
    """
    if name != _BY_VALUES:
        return ""
    roles = feed(name).roles
    columns = [role.name for role in roles]
    columns += [local_day(role.name) for role in roles if role.kind == "instant"]
    return "".join(
        f", case when {test} is null then {quoted(each)} end as {quoted(each)}"
        for each in columns
    )


def _several(selects: Sequence[str], name: str) -> str:
    """Return the rows of a source that feeds a table in several ways.

    A row of the file is refused as a whole, and once: where some part cannot read it,
    or where no part takes it.
    """
    numbered = "\nunion all by name\n".join(
        f"select *, {number} as part_no from ({select})"
        for number, select in enumerate(selects)
    )
    refused = (
        "coalesce(min(reason) filter (where left_out is null) over rows_of_line,"
        " case when count(*) filter (where left_out is null) over rows_of_line = 0"
        " then first_value(left_out) over (partition by line order by part_no) end)"
    )
    return (
        "select * exclude (left_out, part_no, refused, place) replace"
        " (refused as reason,"
        " case when refused is not null then row_text end as row_text"
        f"{_emptied(name, 'refused')})\n"
        f"from (select *, {refused} as refused,"
        " row_number() over (partition by line order by part_no) as place\n"
        f"from ({numbered}) window rows_of_line as (partition by line))\n"
        "where case when refused is null then left_out is null else place = 1 end"
    )


def _left_out(part: FeedMapping, source: Source) -> list[tuple[str, str]]:
    """Return tests of rows that a part takes nothing from, each with SQL of why."""
    found = []
    for each in part.where:
        text = cell_text(each.column, source.columns[each.column], source.padded)
        # Python's capitals are not those of the engine: both sides are the engine's.
        given = ", ".join(f"lower({literal(value)})" for value in each.values)
        test = f"coalesce(lower({text}), '') {'not ' * each.is_only}in ({given})"
        start = literal(f"left out: {each.column} is ")
        found.append((test, f"{start} || coalesce({text}, 'empty')"))
    if feed(part.feed).name == _ANSWERED and len(_parts(part, source)) > 1:
        texts = [
            role_text(role, part, source.columns, source.padded)
            for role in _ANSWERS
            if part.roles.get(role)
        ]
        unanswered = " and ".join(f"({text}) is null" for text in texts)
        found.append((unanswered or "false", literal("no question is answered")))
    return found


def _parts(part: FeedMapping, source: Source) -> list[FeedMapping]:
    return [each for each in source.mapping.feeds if each.feed == part.feed]


def _outputs(role: Role, local: str) -> list[str]:
    name = quoted(role.name)
    if role.kind != "instant":
        return [name]
    return [name, f"{day(name, local)} as {quoted(local_day(role.name))}"]


def _cases(tests: Sequence[tuple[str, str]]) -> str:
    """Return SQL of the words of the first test that holds; null for none."""
    if not tests:
        return "null::varchar"
    cases = " ".join(f"when {test} then {words}" for test, words in tests)
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
    columns += ["null::varchar as reason", "null::varchar as row_text"]
    return f"select {', '.join(columns)} where false"
