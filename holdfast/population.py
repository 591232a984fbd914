"""The only place where a question's SQL is composed.

Filters and a breakdown become ``population(customer_no, unit_no, segment_no)`` and
``segments(segment_no, segment)``, materialised once. The start and the return that a
question asks for become ``starts``, ``returns`` and ``visits``. Names come from the
dataset's own catalogue and are quoted; values are bound. Every file in
``queries/answers/`` reads these relations and is static.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from textwrap import indent
from typing import Literal

from holdfast.cancellation import Cancellation
from holdfast.dataset import Column, Dataset
from holdfast.errors import HoldfastError, SpecError
from holdfast.filters import (
    NONE,
    AttributeIn,
    AttributeRange,
    DidEvent,
    Filter,
    Filters,
    InSegment,
    broken_by_segment,
)
from holdfast.plan_traits import (
    is_trait,
    trait_columns,
    trait_of_customer,
    trait_rows,
    trait_values,
)
from holdfast.query import Value, literal, load, quoted
from holdfast.saved_segments import SavedSegment
from holdfast.score_groups import (
    GROUPS,
    group_columns,
    group_of_customer,
    kind_of_group,
    latest_groups,
    place_of_group,
)

Unit = Literal["customer", "account"]

TOTAL = "All"
OTHER = "Other"

# A number with more values than this breaks down into quarters of the customers.
_MOST_NUMBERS = 12
# Of a larger saved segment, the SQL that is shown reads the ids from their file.
_MOST_IDS_SHOWN = 1_000
_READ_IDS = """(
            -- run this in the workspace's folder, where the segment is
            select ids.ids
            from read_json(
                {path},
                columns = {{'ids': 'varchar[]'}},
                maximum_object_size = 1000000000
            ) as ids
        )"""


@dataclass(frozen=True)
class Relation:
    """A ``select`` and the values that it binds.

    Attributes:
        text: The statement.
        values: Its named parameters.
        kept_as: Table that holds its rows; what is run reads that, what is shown
            spells the statement out.
    """

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)
    kept_as: str | None = None

    def kept_rows(self, name: str) -> Relation:
        """Select the rows from the table that holds them.

        The table's name is bound, so that a statement over other filters stays the
        same text, which is parsed once.
        """
        table = f"{name}_table"
        return Relation(f"select * from query_table(${table})", {table: self.kept_as})


@dataclass(frozen=True)
class Population:
    """Who is in view, materialised once per filters, breakdown and unit.

    Attributes:
        key: Identifies it among all that the dataset keeps.
        unit: What is counted.
        is_everyone: All customers, no breakdown: the answer needs no join.
        units: How many customers or accounts are in view.
        without_account: Customers who meet the filters and belong to no account, where
            accounts are counted.
        segments: Segment labels in display order; empty without a breakdown.
        relations: What a statement reads, by name.
    """

    key: str
    unit: Unit
    is_everyone: bool
    units: int
    without_account: int
    segments: tuple[str, ...]
    relations: Mapping[str, Relation]


def population(
    dataset: Dataset,
    filters: Filters,
    unit: Unit = "customer",
    cancellation: Cancellation | None = None,
    before: date | None = None,
) -> Population:
    """Materialise who is in view, or find it where it is kept.

    Args:
        dataset: Whose customers.
        filters: Who of them, and the breakdown.
        unit: What is counted.
        cancellation: Lets another thread stop the work.
        before: Filters by events see only what was done before this local day.

    Raises:
        SpecError: A filter names an attribute or event that the data do not have.
    """
    saved = saved_in(dataset, filters)
    asked = f"{unit} {filters!r} {before} {_contents(dataset, saved)}"
    key = hashlib.sha256(asked.encode(errors="surrogatepass")).hexdigest()[:12]
    kept = dataset.recall(("population", key))
    if isinstance(kept, Population) and all(
        dataset.has_table(relation.kept_as)
        for relation in kept.relations.values()
        if relation.kept_as
    ):
        return kept
    relations = _definitions(dataset, filters, unit, saved, before)
    for segment in saved.values():
        keep_members(dataset, segment, cancellation)
    for relation in relations.values():
        if relation.kept_as and not relation.kept_as.startswith("saved_"):
            dataset.materialise(
                relation.kept_as, relation.text, relation.values, cancellation
            )
    is_everyone = not (filters.filters or filters.breakdown or unit == "account")
    segments: tuple[str, ...] = ()
    units = dataset.customers
    if not is_everyone:
        names = ("segments", "population") if filters.breakdown else ("population",)
        rows = None
        for name in names:
            table = f"{name}_{key}"
            body = _nested(relations, upto=name, key=key)
            rows = dataset.materialise(table, body.text, body.values, cancellation)
            relations[name] = replace(relations[name], kept_as=table)
        if rows is not None and unit == "customer" and not filters.breakdown:
            units = rows
        else:
            segments, units = _counted(dataset, filters, unit, key, cancellation)
    without = 0
    if unit == "account":
        without = _without_account(
            dataset, filters, saved, relations, before, cancellation
        )
    found = Population(key, unit, is_everyone, units, without, segments, relations)
    dataset.keep(("population", key), found)
    return found


def _counted(
    dataset: Dataset,
    filters: Filters,
    unit: Unit,
    key: str,
    cancellation: Cancellation | None,
) -> tuple[tuple[str, ...], int]:
    """Return the segments that anybody is in, in display order, and all units."""
    text = f"select {_COUNT[unit]} as units from population_{key}"
    if filters.breakdown:
        text = (
            "select segment, units from"
            f" (select segment_no, {_COUNT[unit]} as units"
            f" from population_{key} group by segment_no)"
            f" inner join (select distinct segment_no, segment from segments_{key})"
            " using (segment_no) order by segment_no"
        )
    found = dataset.frame(text, cancellation=cancellation)
    segments = tuple(found["segment"]) if filters.breakdown else ()
    return segments, int(found["units"].sum())


def _units(unit: Unit, before: date | None) -> Relation:
    """Select how the user's own ids name the units, for lists of who is behind."""
    cut = ""
    if before is not None:
        cut = "\n    and date '1970-01-01' + activity_days.period < $units_before"
    return Relation(
        f"select\n    customers.{unit}_no as unit_no,\n    customers.{unit}_id as id,"
        "\n    min(customers.joined_on) as joined_on,"
        "\n    date '1970-01-01' + max(activity_days.period) as last_seen_on"
        "\nfrom customers\nleft join activity_days"
        f"\n    on customers.customer_no = activity_days.customer_no{cut}"
        "\ngroup by all",
        {"units_before": before} if cut else {},
    )


_COUNT = {"customer": "count(*)", "account": "count(distinct unit_no)"}


def attributes_of(dataset: Dataset) -> dict[str, Column]:
    """Return what tells customers apart: their attributes, and what else is told."""
    return {
        **dataset.attributes,
        **trait_columns(dataset),
        **group_columns(dataset),
    }


def attribute_type(dataset: Dataset, name: str) -> str:
    """Return ``category``, ``number`` or ``date`` for an attribute of customers.

    Raises:
        SpecError: The data have no such attribute.
    """
    # What else is told has to be looked for in the tables first.
    known = dataset.attributes if name in dataset.attributes else attributes_of(dataset)
    if name in known:
        return known[name].type
    raise SpecError(
        "unknown_attribute",
        f"The customers have no attribute {name!r}.",
        suggestion(name, known),
    )


def _column(dataset: Dataset, attribute: str) -> str:
    """Write an attribute of a row of ``customers``."""
    if is_trait(dataset, attribute):
        return trait_of_customer(attribute)
    kind = kind_of_group(dataset, attribute)
    return group_of_customer(kind) if kind else quoted(attribute)


def text_sql(column: str, kind: str) -> str:
    """Write a column as the text that filters, segments and conditions compare.

    A whole number has no decimals there, nought no sign, and a date no time of
    midnight.
    """
    ending = {"number": r"\.0$", "date": " 00:00:00$"}.get(kind)
    text = f"({column} + 0.0)::varchar" if kind == "number" else f"{column}::varchar"
    return f"regexp_replace({text}, '{ending}', '')" if ending else text


def check_event(dataset: Dataset, event: str) -> None:
    """Make sure that the data know an event.

    Raises:
        SpecError: They do not; near names are offered.
    """
    if event not in dataset.event_codes:
        raise SpecError(
            "unknown_event",
            f"The data have no event {event!r}.",
            suggestion(event, dataset.event_codes),
        )


def attribute_values(dataset: Dataset, name: str, limit: int = 500) -> list[str]:
    """Return the most frequent values of an attribute, the largest first.

    Raises:
        SpecError: The data have no such attribute.
    """
    kind = attribute_type(dataset, name)
    if survey := kind_of_group(dataset, name):
        return list(GROUPS[survey])
    key = ("values", name, limit)
    kept = dataset.recall(key)
    if kept is None and is_trait(dataset, name):
        kept = trait_values(dataset, name, limit)
        dataset.keep(key, kept)
    if kept is None:
        column = quoted(name)
        frame = dataset.frame(
            f"select {text_sql(column, kind)} as value from customers"
            f" where {column} is not null group by all"
            " order by count(*) desc, value limit $limit",
            {"limit": limit},
        )
        kept = list(frame["value"])
        dataset.keep(key, kept)
    return list(kept)


def check_filters(dataset: Dataset, filters: Filters) -> SpecError | None:
    """Return what in the filters does not fit the data, if anything."""
    try:
        _definitions(dataset, filters, "customer", saved_in(dataset, filters))
    except HoldfastError as problem:
        # A saved segment may be damaged, too.
        return SpecError(problem.code, problem.sentence, problem.remedy)
    return None


def suggestion(
    name: str, known: Iterable[str], nothing: str = "There is none in the data."
) -> str:
    """Offer the names that are nearest to a name that is not known.

    Args:
        name: The name that is not known.
        known: Those that are.
        nothing: What is said where there are none.
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    if not names:
        return nothing
    more = " …" if len(names) > 8 else ""
    return f"There are {', '.join(names[:8])}{more}."


def saved_in(dataset: Dataset, filters: Filters) -> dict[str, SavedSegment]:
    """Return the saved segments that filters and breakdown name, as they are now.

    Raises:
        SpecError: There is none of that name, or the dataset cannot tell who is in it.
    """
    known = dataset.saved_segments
    found: dict[str, SavedSegment] = {}
    for name in filters.saved_segments:
        if name not in known:
            if name == broken_by_segment(filters.breakdown) and (
                filters.breakdown in dataset.attributes
            ):
                continue
            raise SpecError(
                "unknown_segment",
                f"There is no saved segment {name!r}.",
                suggestion(name, known, "There is none: save a list of customers."),
            )
        found[name] = known[name]
    if found and not dataset.knows_identities:
        raise SpecError(
            "earlier_dataset",
            "These tables were made by an earlier version, which did not know under"
            " which other ids a customer goes.",
            "Make them anew on the Data page.",
        )
    return found


def contents_of(dataset: Dataset, filters: Filters) -> str:
    """Return what changes whenever a saved segment or how scores are read does.

    Raises:
        SpecError: There is no such segment.
    """
    return _contents(dataset, saved_in(dataset, filters))


def _contents(dataset: Dataset, saved: Mapping[str, SavedSegment]) -> str:
    digests = " ".join(each.digest for each in saved.values())
    return f"{digests} {dataset.readings or ''}".strip()


def keep_members(
    dataset: Dataset, segment: SavedSegment, cancellation: Cancellation | None = None
) -> str:
    """Find out who a saved segment's ids are, once, and return the table's name.

    The table has one row per id, with the ``customer_no`` of who goes by it now.
    """
    table = f"saved_{segment.digest}"
    if not dataset.has_table(table):
        ids = segment.read_ids()
        text = load("saved_segment_members").text
        dataset.materialise(table, text, {"saved_ids": ids}, cancellation)
    return table


def _members_of(saved: Mapping[str, SavedSegment]) -> dict[str, Relation]:
    """Spell out who is in each saved segment, as ``saved_0`` and so on."""
    relations = {}
    text = load("saved_segment_members").text
    for number, segment in enumerate(saved.values()):
        name = f"saved_{number}"
        kept = f"saved_{segment.digest}"
        if segment.ids > _MOST_IDS_SHOWN:
            read = _READ_IDS.format(path=literal(f"segments/{segment.digest}.ids.json"))
            relations[name] = Relation(
                text.replace("$saved_ids::varchar[]", read), kept_as=kept
            )
            continue
        relations[name] = Relation(
            text.replace("$saved_ids", f"${name}_ids"),
            {f"{name}_ids": segment.read_ids()},
            kept_as=kept,
        )
    return relations


def _told_of(
    dataset: Dataset, filters: Filters, before: date | None
) -> dict[str, Relation]:
    """Spell out what scores and subscriptions tell of customers, where it is asked."""
    relations = {}
    for attribute in filters.attributes:
        if is_trait(dataset, attribute):
            text, values, table = trait_rows(dataset, before)
            relations["plan_traits"] = Relation(text, values, kept_as=table)
        if kind := kind_of_group(dataset, attribute):
            text, values, table = latest_groups(dataset, kind, before)
            relations[f"{kind}_groups"] = Relation(text, values, kept_as=table)
    return relations


def _is_in(saved: Mapping[str, SavedSegment], name: str, unit: Unit) -> str:
    """Write that a customer, or anybody of the account, is in a saved segment."""
    table = f"saved_{list(saved).index(name)}"
    members = f"select {table}.customer_no from {table} where customer_no is not null"
    if unit == "customer":
        return f"customer_no in ({members})"
    accounts = f"select account_no from customers where customer_no in ({members})"
    return f"coalesce(account_no in ({accounts}), false)"


def _definitions(
    dataset: Dataset,
    filters: Filters,
    unit: Unit,
    saved: Mapping[str, SavedSegment],
    before: date | None = None,
) -> dict[str, Relation]:
    """Spell out ``in_view``, ``segments`` and ``population``, in this order."""
    predicates, values = _predicates(dataset, filters.filters, saved, before)
    value, sort, bound = _breakdown(dataset, filters.breakdown, saved, unit)
    values.update(bound)
    segment = f",\n    {value} as value,\n    {sort} as sort" if value else ""
    if unit == "account":
        in_view = _accounts_in_view(predicates, segment)
    else:
        every = [predicate.of_customer for predicate in predicates]
        in_view = (
            f"select\n    customer_no,\n    customer_no as unit_no{segment}"
            f"\nfrom customers{_where(every)}"
        )
    if filters.breakdown is None:
        segments = f"select 0::utinyint as segment_no, {literal(TOTAL)} as segment"
        members = "select customer_no, unit_no, 0::utinyint as segment_no\nfrom in_view"
    else:
        segments = ranked_segments("in_view", _COUNT[unit])
        members = _MEMBERS
        values["segments"] = filters.segments
    return {
        **_members_of(saved),
        **_told_of(dataset, filters, before),
        "units": _units(unit, before),
        "in_view": Relation(in_view, values),
        "segments": Relation(segments),
        "population": Relation(members),
    }


def _accounts_in_view(predicates: list[_Predicate], segment: str) -> str:
    """Select all customers of the accounts that the filters let in.

    One customer has to meet all filters; what an account is asked not to have done,
    none of its customers may have done. The segment is that of the first who does.
    """
    wanted = [each.text for each in predicates if not each.is_denied]
    denied = [each.text for each in predicates if each.is_denied]
    account = "over (partition by unit_no)"
    first = "over (partition by unit_no order by not is_match, customer_no)"
    names = ("value", "sort") if segment else ()
    chosen = ["customer_no", "unit_no", *names]
    marked = [
        *("customer_no", "unit_no"),
        *(f"first_value({name}) {first} as {name}" for name in names),
        f"bool_or(is_match) {account} as has_match",
        f"bool_or(is_denied) {account} as has_denied",
    ]
    judged = [
        f"customer_no,\n    account_no as unit_no{segment}",
        f"coalesce({_joined(wanted, 'and') or 'true'}, false) as is_match",
        f"coalesce({_joined(denied, 'or') or 'false'}, false) as is_denied",
    ]
    customers = f"{_select(judged)}\nfrom customers\nwhere account_no is not null"
    marks = f"{_select(marked)}\nfrom (\n{indent(customers, '    ')}\n)"
    return (
        f"{_select(chosen)}\nfrom (\n{indent(marks, '    ')}\n)"
        "\nwhere has_match and not has_denied"
    )


def _select(columns: list[str]) -> str:
    return "select\n    " + ",\n    ".join(columns)


def _joined(predicates: list[str], word: str) -> str:
    return f" {word} ".join(f"({predicate})" for predicate in predicates)


def _where(predicates: list[str]) -> str:
    return "\nwhere\n    " + "\n    and ".join(predicates) if predicates else ""


def ranked_segments(source: str, size: str) -> str:
    """Write the segments of a relation ``(unit_no, value, sort)`` by their ``size``.

    The largest stand alone, the rest is folded into Other; a missing value is a segment
    of its own and comes last. Where ``sort`` is not null it gives the order. Binds
    ``segments``, how many stand alone.
    """
    return _SEGMENTS.format(source=source, size=size)


def segment_value(text: str) -> str:
    """Write the segment of a text, telling apart values that are called like ours."""
    reserved = f"{text} in ({literal(TOTAL)}, {literal(OTHER)})"
    value = f"case when {reserved} then '“' || {text} || '”' else {text} end"
    return f"coalesce({value}, {literal(NONE)})"


_SEGMENTS = f"""select
    value,
    segment,
    (dense_rank() over (
        order by
            segment = {literal(NONE)}, segment = {literal(OTHER)}, place, segment
    ) - 1)::utinyint as segment_no
from (
    select
        value,
        segment,
        min(coalesce(sort, size_rank)) over (partition by segment) as place
    from (
        select
            value,
            sort,
            size_rank,
            case
                when value = {literal(NONE)} or size_rank <= $segments then value
                else {literal(OTHER)}
            end as segment
        from (
            select
                value,
                min(sort) as sort,
                row_number() over (
                    order by value = {literal(NONE)}, {{size}} desc, value
                ) as size_rank
            from {{source}}
            group by value
        )
    )
)"""

_MEMBERS = """select
    in_view.customer_no,
    in_view.unit_no,
    segments.segment_no
from in_view
inner join segments
    on in_view.value = segments.value"""


def _kept_members(definitions: Mapping[str, Relation]) -> dict[str, str]:
    """Read who is in saved segments and groups from the tables that hold it."""
    return {
        name: f"select * from {relation.kept_as}"
        for name, relation in definitions.items()
        if relation.kept_as and name not in ("segments", "population")
    }


def _nested(definitions: Mapping[str, Relation], upto: str, key: str) -> Relation:
    """Write one of the definitions as a statement of its own.

    ``population`` reads the segments that are already materialised.
    """
    in_view = definitions["in_view"]
    parts = {
        **_kept_members(definitions),
        "in_view": in_view.text,
    }
    if upto == "population":
        parts["segments"] = f"select * from segments_{key}"
    text = ", ".join(f"{name} as ({body})" for name, body in parts.items())
    used = definitions[upto].text
    values = {
        name: value
        for name, value in in_view.values.items()
        if name != "segments" or "$segments" in used
    }
    if "in_view" not in used:
        return Relation(used)
    return Relation(f"with {text} {used}", values)


def _without_account(
    dataset: Dataset,
    filters: Filters,
    saved: Mapping[str, SavedSegment],
    definitions: Mapping[str, Relation],
    before: date | None,
    cancellation: Cancellation | None,
) -> int:
    predicates, values = _predicates(dataset, filters.filters, saved, before)
    every = ["account_no is null", *(each.of_customer for each in predicates)]
    text = f"select count(*) as customers from customers{_where(every)}"
    parts = _kept_members(definitions).items()
    named = ", ".join(f"{name} as ({body})" for name, body in parts)
    counted = dataset.frame(
        f"with {named} {text}" if named else text, values, cancellation
    )
    return int(counted["customers"].iloc[0])


@dataclass(frozen=True)
class _Predicate:
    """What a customer has to meet, or may not meet.

    Attributes:
        text: The condition.
        is_denied: Whoever meets it is out; of an account, nobody may.
    """

    text: str
    is_denied: bool

    @property
    def of_customer(self) -> str:
        """Write what lets a customer in."""
        return f"not ({self.text})" if self.is_denied else self.text


def _predicates(
    dataset: Dataset,
    filters: tuple[Filter, ...],
    saved: Mapping[str, SavedSegment],
    before: date | None,
) -> tuple[list[_Predicate], dict[str, Value]]:
    predicates: list[_Predicate] = []
    values: dict[str, Value] = {}
    for number, item in enumerate(filters):
        text, bound = _predicate(dataset, item, f"filter_{number}", saved, before)
        is_denied = isinstance(item, DidEvent | InSegment) and item.is_excluded
        predicates.append(_Predicate(text, is_denied))
        values.update(bound)
    return predicates, values


def _predicate(
    dataset: Dataset,
    item: Filter,
    name: str,
    saved: Mapping[str, SavedSegment],
    before: date | None,
) -> tuple[str, dict[str, Value]]:
    match item:
        case AttributeIn():
            kind = attribute_type(dataset, item.attribute)
            value = text_sql(_column(dataset, item.attribute), kind)
            text = f"list_contains(${name}, coalesce({value}, {literal(NONE)}))"
            return (
                f"not {text}" if item.is_excluded else text,
                {name: list(item.values)},
            )
        case AttributeRange():
            kind = attribute_type(dataset, item.attribute)
            _check_range(item, kind)
            column = _column(dataset, item.attribute)
            if kind == "date":
                column = f"{column}::date"
            bounds = {"first": (">=", item.first), "last": ("<=", item.last)}
            used = {k: (sign, v) for k, (sign, v) in bounds.items() if v is not None}
            parts = [f"{column} {sign} ${name}_{k}" for k, (sign, _) in used.items()]
            return (
                " and ".join(parts) or f"{column} is not null",
                {f"{name}_{k}": v for k, (_, v) in used.items()},
            )
        case DidEvent():
            return _did(dataset, item, name, before)
        case InSegment():
            return _is_in(saved, item.name, "customer"), {}


def _check_range(item: AttributeRange, kind: str) -> None:
    wanted = {"number": (float, int), "date": (date,)}.get(kind)
    ends = [end for end in (item.first, item.last) if end is not None]
    if wanted is None or not all(isinstance(end, wanted) for end in ends):
        raise SpecError(
            "range_does_not_fit",
            f"The attribute {item.attribute!r} is a {kind}, so {item} does not fit it.",
            "Write seats:5..20 for numbers, joined_on:2025-01-01..2025-03-31 for dates"
            " and plan=pro,team for anything else.",
        )


def _did(
    dataset: Dataset, item: DidEvent, name: str, before: date | None
) -> tuple[str, dict[str, Value]]:
    check_event(dataset, item.event)
    values: dict[str, Value] = {f"{name}_event": item.event}
    text = f"select customer_no from activity where event = ${name}_event"
    bounds = (
        (">=", "first", item.first),
        ("<=", "last", item.last),
        ("<", "before", before),
    )
    for sign, bound, day in bounds:
        if day is not None:
            text += f" and active_on {sign} ${name}_{bound}"
            values[f"{name}_{bound}"] = day
    if item.at_least > 1:
        text += f" group by customer_no having sum(events) >= ${name}_at_least"
        values[f"{name}_at_least"] = item.at_least
    return f"customer_no in ({text})", values


def _breakdown(
    dataset: Dataset,
    attribute: str | None,
    saved: Mapping[str, SavedSegment],
    unit: Unit,
) -> tuple[str, str, dict[str, Value]]:
    """Write a customer's segment value and its place (null: by size)."""
    if attribute is None:
        return "", "", {}
    segment = broken_by_segment(attribute)
    if segment and attribute not in dataset.attributes:
        member = _is_in(saved, segment, unit)
        labels = {"label_in": f"In “{segment}”", "label_out": f"Not in “{segment}”"}
        value = f"case when {member} then $label_in else $label_out end"
        return value, f"case when {member} then 0.0 else 1.0 end::double", {**labels}
    kind = attribute_type(dataset, attribute)
    column = _column(dataset, attribute)
    if survey := kind_of_group(dataset, attribute):
        return column, place_of_group(survey, column), {}
    if kind == "date":
        quarter = f"year({column}) || ' Q' || quarter({column})"
        place = f"(year({column}) * 4 + quarter({column}))::double"
        return f"coalesce({quarter}, {literal(NONE)})", place, {}
    if kind == "number":
        if dataset.attributes[attribute].distinct_values > _MOST_NUMBERS:
            return _quarters(dataset, column)
        value = f"coalesce({text_sql(column, kind)}, {literal(NONE)})"
        return value, f"{column}::double", {}
    return segment_value(f"{column}::varchar"), "null::double", {}


def _quarters(dataset: Dataset, column: str) -> tuple[str, str, dict[str, Value]]:
    """Cut a number at the quartiles of all customers, whoever is in view."""
    quartiles = dataset.frame(
        f"select unnest(quantile_disc({column}::double, [0.25, 0.5, 0.75, 1.0])) as cut"
        " from customers"
    )
    cuts = sorted({float(cut) for cut in quartiles["cut"].dropna()})
    values: dict[str, Value] = {}
    names, places = [], []
    for number, cut in enumerate(cuts):
        above = f"over {cuts[number - 1]:.15g} " if number else ""
        values[f"cut_{number}"] = cut
        values[f"cut_label_{number}"] = f"{above}up to {cut:.15g}"
        names.append(f"when {column} <= $cut_{number} then $cut_label_{number}")
        places.append(f"when {column} <= $cut_{number} then {number}.0")
    value = f"case {' '.join(names)} else {literal(NONE)} end"
    return value, f"case {' '.join(places)} end::double", values
