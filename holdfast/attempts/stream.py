"""The common funnel in one pass over the events, several times faster.

For steps in order that no event could fill two of, over events alone, a customer's
best attempt is the latest start that can still reach a step: it has the most time
left. That start is carried from row to row by windows without partition or order,
which stream over the table as it lies: ordered by customer and time. They stand on a
plain scan; a join would lose the order, silently. A test holds the plan to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.attempts.hits import happens, prefilter
from holdfast.attempts.rules import Entered, Rules
from holdfast.dataset import Dataset
from holdfast.happenings import Clock, source_of
from holdfast.population import Relation
from holdfast.query import parameters

# A scan is sequential where windows stream, so there is one for every so many rows.
_SLICE_ROWS = 400_000
_MOST_SLICES = 8
_LARGEST = 1 << 62


@dataclass(frozen=True)
class _Ruler:
    """How the instants of the events are measured.

    Attributes:
        first_us: The earliest, in microseconds since 1970.
        span: Units from the earliest to the latest.
        unit: Microseconds of a unit, the largest that all instants are multiples of.
    """

    first_us: int
    span: int
    unit: int


def streamed_levels(
    dataset: Dataset, rules: Rules, clock: Clock, entered: Entered
) -> Relation | None:
    """Select ``(unit_no, level, last_entered_at)``, one row per customer that entered.

    Args:
        dataset: Whose events.
        rules: What fills which step.
        clock: Which data may be seen.
        entered: Which entries count.

    Returns:
        The relation, or nothing where the rules need the attempts themselves.

    Raises:
        SpecError: An event or property is not in the data, or a table is empty.
    """
    if not _can_stream(rules, clock):
        return None
    sources = [
        source_of(dataset, step.occurrence, clock, f"mask_{place}")
        for place, step in enumerate(rules.steps)
    ]
    ruler = _ruler(dataset)
    window = ruler.span if rules.limit is None else _units(rules.limit.seconds, ruler)
    stride = ruler.span + window + 1
    if (dataset.customers + 1) * stride > _LARGEST:
        return None
    test, values = prefilter(dataset, [step.occurrence for step in rules.steps])
    for source in sources:
        values |= source.values
    values |= {
        "stride": stride,
        "first_us": ruler.first_us,
        "unit": ruler.unit,
        "window_units": window,
    }
    where = [test] if test else []
    if clock.cut.before is not None:
        where.append("happened_on < $cut_on")
    done = [happens(source) for source in sources]
    # An entry outside of the bounds opens no attempt, and nothing else has its event.
    if bounds := entered.condition("happened_at"):
        done[0] = f"{done[0]} and {bounds}"
        values |= entered.values
    early = _lying_early(dataset, rules)
    slices = [_levels(done, early, [*where, *bounds]) for bounds in _slices(dataset)]
    text = (
        "select unit_no, level,"
        "\n    make_timestamp($first_us"
        " + (last_entry - unit_no::bigint * $stride) * $unit) as last_entered_at"
        "\nfrom (\n" + "\n    union all\n".join(slices) + "\n)"
    )
    used = parameters(text)
    return Relation(text, {name: v for name, v in values.items() if name in used})


def _can_stream(rules: Rules, clock: Clock) -> bool:
    return (
        rules.order == "ordered"
        and rules.ties == "either"
        and rules.unit == "customer"
        and not (rules.is_sequence or rules.has_limits or rules.overlaps)
        and not (rules.exclusions or rules.holding or rules.by_property)
        and not clock.by_days
        and all(step.occurrence.kind == "event" for step in rules.steps)
    )


def _ruler(dataset: Dataset) -> _Ruler:
    kept = dataset.recall("ruler")
    if isinstance(kept, _Ruler):
        return kept
    row = dataset.frame(
        "select epoch_us(min(happened_at)) as first_us,"
        " epoch_us(max(happened_at)) - epoch_us(min(happened_at)) as span,"
        " bool_and(epoch_us(happened_at) % 1000000 = 0) as has_seconds,"
        " bool_and(epoch_us(happened_at) % 1000 = 0) as has_milliseconds from events"
    ).iloc[0]
    unit = 1_000_000 if row["has_seconds"] else 1_000 if row["has_milliseconds"] else 1
    found = _Ruler(int(row["first_us"]), -(-int(row["span"]) // unit), unit)
    dataset.keep("ruler", found)
    return found


def _units(seconds: int, ruler: _Ruler) -> int:
    """Measure a window; one longer than the data is as long as they are."""
    return min(seconds * 1_000_000 // ruler.unit, ruler.span)


def _slices(dataset: Dataset) -> list[list[str]]:
    """Return the bounds of customers that are followed side by side."""
    rows = dataset.observed["events"].rows
    number = max(1, min(_MOST_SLICES, rows // _SLICE_ROWS))
    cuts = [dataset.customers * place // number for place in range(1, number)]
    return [
        [
            *([f"customer_no >= {first}"] if first is not None else []),
            *([f"customer_no < {last}"] if last is not None else []),
        ]
        for first, last in zip([None, *cuts], [*cuts, None], strict=True)
    ]


def _lying_early(dataset: Dataset, rules: Rules) -> set[int]:
    """Return the steps whose rows may lie before those of a step before, at one time.

    Rows of one customer and instant lie in the order of the events' codes.
    """
    codes = [
        [dataset.event_codes[name] for name in step.occurrence.events]
        for step in rules.steps
    ]
    if not all(codes):
        return set(range(2, len(codes) + 1))
    return {
        step
        for step in range(2, len(codes) + 1)
        if min(codes[step - 1])
        < max(code for each in codes[: step - 1] for code in each)
    }


def _levels(done: list[str], early: set[int], where: list[str]) -> str:
    """Write the levels of some customers.

    ``moment`` numbers customer and instant in one, so that one comparison says both
    the same customer and within the window. ``start_k`` is the latest start that has
    reached step k. Where a step's rows may lie before those of a step before,
    ``done_k`` is the last moment at which it was done: it equals the row's own where
    any row of the instant so far did it, so that equal times satisfy the order
    whichever way they lie.
    """
    steps = len(done)
    moment = (
        "customer_no::bigint * $stride + (epoch_us(happened_at) - $first_us) // $unit"
    )
    marks = "".join(f", {test} as is_{step}" for step, test in enumerate(done, 1))
    filters = f" where {' and '.join(where)}" if where else ""
    text = f"select customer_no, {moment} as moment{marks} from events{filters}"
    carried = [f"{_last('is_1')} as start_1"]
    carried += [f"{_last(f'is_{step}')} as done_{step}" for step in sorted(early)]
    text = f"select *, {', '.join(carried)} from ({text})"
    for step in range(2, steps + 1):
        before = f"start_{step - 1}"
        is_done = f"done_{step} = moment" if step in early else f"is_{step}"
        reached = (
            f"case when {is_done} and moment - {before} <= $window_units"
            f" then {before} end"
        )
        text = f"select *, {reached} as chain_{step} from ({text})"
        if step < steps:
            carried_on = _LAST.format(f"chain_{step}")
            text = f"select *, {carried_on} as start_{step} from ({text})"
    levels = " ".join(
        f"when chain_{step} is not null then {step}" for step in range(steps, 1, -1)
    )
    return (
        "    select customer_no as unit_no,"
        f" max(case {levels} when is_1 then 1 end)::utinyint as level,"
        "\n        max(case when is_1 then moment end) as last_entry"
        f"\n    from ({text})\n    group by customer_no"
        "\n    having last_entry is not null"
    )


def _last(test: str) -> str:
    return _LAST.format(f"case when {test} then moment end")


_LAST = (
    "last_value({} ignore nulls)"
    " over (rows between unbounded preceding and current row)"
)
