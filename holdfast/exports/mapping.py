"""Which column is what: roles, types, units, zone; and the SELECT that follows.

A mapping is data: it round-trips through JSON, is guessed by ``recognition`` and can
be changed. Composed here, from quoted identifiers and literals, is one SELECT for
each table that a source feeds; it gives canonical columns, the line, and the reason
why a row is rejected (null = it is fine).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import duckdb

from holdfast.errors import ImportRefusedError
from holdfast.exports.notations import (
    BUDDHIST,
    PLAIN,
    common_year_text,
    number_text,
)
from holdfast.model import (
    ATTRIBUTE_TYPE,
    FEEDS,
    STORED_TYPE,
    Feed,
    Role,
    feed,
    local_day,
)
from holdfast.query import literal, quoted

ISO = "iso"
EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
"""Time formats that count since 1970-01-01 UTC, with microseconds of one unit."""

WORKSPACE_ZONE = "workspace"
MAX_TYPED_PROPERTIES = 40
SAMPLE_ROWS = 20_000

_NUMBER = "[+-]?(0|[1-9][0-9]{0,14})([.][0-9]+)?"
_DATE = r"\d{4}-\d{2}-\d{2}([T ].*)?"
_IDENTIFIER = re.compile(r"(^|[\W_])(id|no|nr|code|zip|phone|postcode)$|ID$|Id$", re.I)
_TRUE = ("1", "true", "yes", "y", "t")
_FALSE = ("0", "false", "no", "n", "f")
_OFFSET = "(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$"
_WRONG = {
    "instant": "is not a date",
    "number": "is not a number",
    "money": "is not an amount",
    "boolean": "is neither yes nor no",
}


@dataclass(frozen=True)
class Kept:
    """A column that is carried along as an attribute or a property.

    Attributes:
        column: The file's column.
        name: Its name in the dataset.
        type: 'category', 'number' or 'date'.
        filled: Rows with a value; decides which properties get a column.
    """

    column: str
    name: str
    type: str = "category"
    filled: int = 0


@dataclass(frozen=True)
class FeedMapping:
    """How a source feeds one table.

    Attributes:
        feed: Name of the feed, as in ``model.FEEDS``.
        roles: Role to columns; the first column with a value counts.
        constants: Role to a value for every row.
        formats: Instant role to 'iso', an epoch format or a strptime format; before
            one stands 'be:' where years are Buddhist.
        values: Role to what values as given (lower case) stand for.
        divisors: Money role to what its amounts are divided by (100 = cents).
        kept: Attributes or properties.
        decimal: How numbers and money are written: '' for 1234.5 only, '.' for
            1,234.5 too, ',' for 1.234,5.
    """

    feed: str
    roles: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    divisors: Mapping[str, int] = field(default_factory=dict)
    kept: tuple[Kept, ...] = ()
    decimal: str = PLAIN


@dataclass(frozen=True)
class SourceMapping:
    """What a source is and which tables it feeds.

    Attributes:
        title: For people, such as "Stripe subscriptions".
        feeds: One entry for each table that it feeds.
        zone: IANA zone of times that name none; 'workspace' for the workspace's.
        layout: Name of the recognised layout; None for a guessed mapping.
    """

    title: str
    feeds: tuple[FeedMapping, ...]
    zone: str = "UTC"
    layout: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the mapping as plain values."""
        values = asdict(self)
        for part in values["feeds"]:
            # As before there were other notations: so the hash stays the same.
            if part["decimal"] == PLAIN:
                del part["decimal"]
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> SourceMapping:
        """Return the mapping that ``to_json`` wrote."""
        return cls(
            title=values["title"],
            feeds=tuple(_feed_from_json(part) for part in values["feeds"]),
            zone=values["zone"],
            layout=values["layout"],
        )


@dataclass(frozen=True)
class Source:
    """A stored source as the staged relations see it.

    Attributes:
        number: Position in the order of loading, from 0; later wins.
        parquet: Path of its rows.
        columns: Name and DuckDB type of each column.
        first_line: Line of the first row in the file.
        line_column: Column with each row's line; None where it follows the position.
        padded: Text columns with cells to be trimmed.
        mapping: What it is.
        unreadable: Path of its rows that could not be read; empty for none.
    """

    number: int
    parquet: str
    columns: Mapping[str, str]
    first_line: int
    line_column: str | None
    padded: frozenset[str]
    mapping: SourceMapping
    unreadable: str = ""


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


def infer_kept(
    cursor: duckdb.DuckDBPyConnection,
    parquet: str,
    columns: Mapping[str, str],
    padded: Container[str],
    kept: Sequence[Kept],
) -> tuple[Kept, ...]:
    """Return the kept columns with the type that all their values have.

    Numbers with leading zeros or more than 15 digits, columns named as ids, and
    columns of only 0 and 1 stay categories. One value that does not fit makes a
    category of its column: nothing is lost.
    """
    if not kept:
        return ()
    source = f"read_parquet({literal(parquet)})"
    texts = [_text(each.column, columns[each.column], padded) for each in kept]
    head = f"(from {source} limit {SAMPLE_ROWS})"
    sample = _shares(cursor, head, texts, [None] * len(kept))
    candidates = [
        _candidate(each, columns[each.column], found)
        for each, found in zip(kept, sample, strict=True)
    ]
    final = _shares(cursor, source, texts, candidates)
    return tuple(
        Kept(
            each.column,
            each.name,
            _settled(candidate, columns[each.column], found),
            found["filled"],
        )
        for each, candidate, found in zip(kept, candidates, final, strict=True)
    )


def staged_columns(
    sources: Sequence[Source], name: str
) -> tuple[tuple[tuple[str, str], ...], frozenset[str]]:
    """Return the columns that sources keep for a feed, and which are overflow.

    Returns:
        Name and type of each typed column, most filled first for properties and in
        order of appearance for attributes; then the names that go to JSON.
    """
    filled: dict[str, int] = {}
    types: dict[str, str] = {}
    for source in sources:
        for part in source.mapping.feeds:
            if part.feed != name:
                continue
            for each in part.kept:
                filled[each.name] = filled.get(each.name, 0) + each.filled
                known = types.setdefault(each.name, each.type)
                if known != each.type:
                    # A name that is a number in one file and text in another.
                    types[each.name] = "category"
    names = list(filled)
    overflow: frozenset[str] = frozenset()
    if feed(name).rest == "properties":
        names.sort(key=lambda each: (-filled[each], each))
        overflow = frozenset(names[MAX_TYPED_PROPERTIES:])
        names = names[:MAX_TYPED_PROPERTIES]
    return tuple((each, types[each]) for each in names), overflow


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


def customer_text(part: FeedMapping, columns: Mapping[str, str]) -> str:
    """Return SQL of the customer's id in a row, as the staged relations have it.

    Args:
        part: A part of a mapping with a column for the customer's id.
        columns: Name and DuckDB type of each column of the file.
    """
    names = part.roles["customer_id"]
    text = _first([_text(each, columns[each], columns) for each in names])
    return _translated(text, part.values.get("customer_id", {}))


def _feed_from_json(values: Mapping[str, Any]) -> FeedMapping:
    return FeedMapping(
        feed=values["feed"],
        roles={role: tuple(names) for role, names in values["roles"].items()},
        constants=values["constants"],
        formats=values["formats"],
        values=values["values"],
        divisors=values["divisors"],
        kept=tuple(Kept(**each) for each in values["kept"]),
        decimal=values.get("decimal", PLAIN),
    )


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
    used = [column for columns in part.roles.values() for column in columns]
    for column in (*used, *(each.column for each in part.kept)):
        if column not in present:
            raise _refused(
                name,
                f"has no column {column!r}",
                "Export it again with that column, or map another one.",
            )
    for needed in target.roles:
        if needed.is_required and not (
            part.roles.get(needed.name) or needed.name in part.constants
        ):
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


def _shares(
    cursor: duckdb.DuckDBPyConnection,
    relation: str,
    texts: Sequence[str],
    candidates: Sequence[str | None],
) -> list[dict[str, int]]:
    """Count, for each text, the filled values and those that fit.

    Without candidates every test is made; with them only the candidate's own.
    """
    measures = []
    for text, candidate in zip(texts, candidates, strict=True):
        number = f"count(*) filter (regexp_full_match({text}, {literal(_NUMBER)}))"
        date = (
            f"count(*) filter (regexp_full_match({text}, {literal(_DATE)})"
            f" and try_cast({text} as timestamp) is not null)"
        )
        flag = f"count(*) filter ({text} in ('0', '1'))"
        measures += [
            f"count({text})",
            number if candidate in (None, "number") else "0",
            date if candidate in (None, "date") else "0",
            flag if candidate in (None, "number") else "0",
        ]
    row = cursor.execute(f"select {', '.join(measures)} from {relation}").fetchall()[0]
    names = ("filled", "number", "date", "flag")
    return [
        dict(zip(names, row[start : start + 4], strict=True))
        for start in range(0, len(row), 4)
    ]


def _candidate(kept: Kept, type_: str, found: Mapping[str, int]) -> str:
    if _is_time(type_):
        return "date"
    if type_ == "BOOLEAN" or not found["filled"]:
        return "category"
    if _IDENTIFIER.search(kept.column):
        return "category"
    for candidate in ("number", "date"):
        if found[candidate] == found["filled"]:
            return candidate
    return "category"


def _settled(candidate: str, type_: str, found: Mapping[str, int]) -> str:
    if candidate == "category" or _is_time(type_):
        return candidate
    if _is_number(type_):
        return "category" if found["flag"] == found["filled"] else "number"
    if found[candidate] < found["filled"] or found["flag"] == found["filled"]:
        return "category"
    return candidate


def _is_time(type_: str) -> bool:
    return type_ == "DATE" or type_.startswith("TIMESTAMP")


def _is_number(type_: str) -> bool:
    return type_ in ("DOUBLE", "FLOAT") or "INT" in type_ or type_.startswith("DECIMAL")


def _text(column: str, type_: str, padded: Container[str]) -> str:
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


def _first(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"


def _instant(text: str, type_: str, form: str, zone: str, local: str) -> str:
    """Return the UTC instant of a cell; null where it is none.

    Args:
        text: The cell as text.
        type_: DuckDB type of its column.
        form: 'iso', an epoch format or a strptime format.
        zone: Zone of times that name none.
        local: The workspace's zone, in which a bare date begins.
    """
    if form.startswith(BUDDHIST):
        years = common_year_text(text)
        return _instant(years, "VARCHAR", form.removeprefix(BUDDHIST), zone, local)
    if type_ == "DATE":
        value = _to_utc(f"try_cast({text} as timestamp)", local)
    elif type_ == "TIMESTAMP WITH TIME ZONE":
        value = f"timezone('UTC', try_cast({text} as timestamptz))"
    elif _is_time(type_):
        value = _to_utc(f"try_cast({text} as timestamp)", zone)
    elif form in EPOCHS:
        count = (
            f"try_cast(round(try_cast({text} as double) * {EPOCHS[form]}) as bigint)"
        )
        # Numbers beyond this are no instants, and would stop the whole import.
        value = f"case when abs({count}) < 1e16 then make_timestamp({count}) end"
    elif form == ISO:
        value = _iso(text, zone, local)
    else:
        parsed = f"try_strptime({text}, {literal(form)})"
        if "%z" in form or "%Z" in form:
            value = f"timezone('UTC', {parsed})"
        elif re.search("%[HIcX]", form):
            value = _to_utc(parsed, zone)
        else:
            value = _to_utc(parsed, local)
    return (
        f"case when {value} between timestamp '1900-01-01' and timestamp '2200-01-01'"
        f" then {value} end"
    )


def _iso(text: str, zone: str, local: str) -> str:
    # A cast to timestamp would drop the offset of a text without a word.
    naive = f"try_cast({text} as timestamp)"
    joined = f"replace(replace({text}, ' +', '+'), ' -', '-')"
    exact = f"timezone('UTC', try_cast({joined} as timestamptz))"
    if zone == local == "UTC":
        # The exact cast takes ten times as long: plain texts go without it.
        return (
            f"case when strlen({text}) <= 16 or suffix({text}, 'Z')"
            f" or (strlen({text}) = 19 and {text}[17] = ':') then {naive}"
            f" else {exact} end"
        )
    return (
        f"case when strlen({text}) <= 10 then {_to_utc(naive, local)}"
        f" when regexp_matches({text}, {literal(_OFFSET)}) then {exact}"
        f" else {_to_utc(naive, zone)} end"
    )


def _to_utc(naive: str, zone: str) -> str:
    if zone == "UTC":
        return naive
    return f"timezone('UTC', timezone({literal(zone)}, {naive}))"


def _day(instant: str, zone: str) -> str:
    if zone == "UTC":
        return f"{instant}::date"
    return f"timezone({literal(zone)}, timezone('UTC', {instant}))::date"


def _value(role: Role, part: FeedMapping, text: str, type_: str, zones: str) -> str:
    zone, local = zones.split("|")
    match role.kind:
        case "instant":
            form = part.formats.get(role.name, ISO)
            return _instant(text, type_, form, zone, local)
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
                f"case when lower({text}) in {_tuple(_TRUE)} then true"
                f" when lower({text}) in {_tuple(_FALSE)} then false end"
            )
        case _:
            return text


def _tuple(values: Sequence[str]) -> str:
    return "(" + ", ".join(literal(value) for value in values) + ")"


def _translated(text: str, values: Mapping[str, str]) -> str:
    if not values:
        return text
    cases = " ".join(
        f"when {literal(given.casefold())} then {literal(meant)}"
        for given, meant in values.items()
    )
    return f"case lower({text}) {cases} else {text} end"


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
            text = _first(
                [_text(each, source.columns[each], source.padded) for each in columns]
            )
        elif role.name in part.constants:
            text, type_ = literal(part.constants[role.name]), "VARCHAR"
        else:
            values.append(f"null::{stored} as {value_name}")
            outputs += _outputs(role, local)
            continue
        text = _translated(text, part.values.get(role.name, {}))
        texts.append(f"{text} as {text_name}")
        value = _value(role, part, text_name, type_, f"{zone}|{local}")
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
    return [name, f"{_day(name, local)} as {quoted(local_day(role.name))}"]


def _cases(problems: Sequence[tuple[str, str]]) -> str:
    if not problems:
        return "null::varchar"
    cases = " ".join(f"when {test} then {literal(words)}" for test, words in problems)
    return f"case {cases} end"


def _kept(each: Kept | None, type_: str, source: Source) -> str:
    stored = ATTRIBUTE_TYPE[type_]
    if each is None:
        return f"null::{stored}"
    text = _text(each.column, source.columns[each.column], source.padded)
    return text if stored == "VARCHAR" else f"try_cast({text} as {stored})"


def _other(part: FeedMapping, overflow: frozenset[str], source: Source) -> str:
    pairs = []
    for each in part.kept:
        if each.name in overflow:
            text = _text(each.column, source.columns[each.column], source.padded)
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


def profile(table: str, columns: Sequence[tuple[str, str]]) -> str:
    """Return the SELECT that describes carried columns of a table.

    Columns: name, type ('category', 'number' or 'date'), distinct_values (about,
    for events), missing.

    Args:
        table: 'customers' or 'events'.
        columns: Name and type of each column.
    """
    counter = "approx_count_distinct(" if table == "events" else "count(distinct "
    if not columns:
        return (
            "select null::varchar as name, null::varchar as type,"
            " null::bigint as distinct_values, null::bigint as missing where false"
        )
    measures = ", ".join(
        f"{{'name': {literal(name)}, 'type': {literal(type_)},"
        f" 'distinct_values': {counter}{quoted(name)})::bigint,"
        f" 'missing': (count(*) - count({quoted(name)}))::bigint}}"
        for name, type_ in columns
    )
    return (
        "select unnest(described, recursive := true)"
        f" from (select unnest([{measures}]) as described from {quoted(table)})"
    )
