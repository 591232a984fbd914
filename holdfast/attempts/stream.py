"""The common funnel in one pass over the events, several times faster.

For steps in order that no event could fill two of, over events alone, a customer's
best attempt is the latest start that can still reach a step: it has the most time
left. That start is carried from row to row by windows without partition or order,
which stream over the table as it lies: ordered by customer and time. They stand on a
plain scan; a join would lose the order, silently. A test holds the plan to it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from holdfast.attempts.hits import happens, prefilter
from holdfast.attempts.rules import Entered, Rules
from holdfast.dataset import Dataset
from holdfast.happenings import Clock, source_of
from holdfast.population import Relation
from holdfast.query import Value, parameters

# A scan is sequential where windows stream, so there is one for every so many rows.
_SLICE_ROWS = 400_000
_USUAL_SLICES = 2
# To plan many scans takes time by their square, which a single old row can cause.
_MOST_SLICES = 64
# Customer and instant are numbered in one integer of 64 bits.
_LARGEST = 1 << 62
# The events of so many codes are looked up in one integer, four bits each.
_PACKED_CODES = 15
_PACKED_BITS = 4

SPAN = "events_span"
"""Key under which a dataset keeps the time of its events."""


@dataclass(frozen=True)
class Span:
    """The time of the events.

    Attributes:
        first_us: The earliest instant, in microseconds since 1970.
        length_us: Microseconds from there to the latest.
    """

    first_us: int
    length_us: int


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
    if rules.overlaps or not is_common(rules, clock):
        return None
    span = events_span(dataset)
    # A window longer than the data is as long as they are.
    window = span.length_us
    if rules.limit is not None:
        window = min(rules.limit.seconds * 1_000_000, window)
    stride = span.length_us + window + 1
    cuts = _slices(dataset, stride)
    if len(cuts) > _MOST_SLICES:
        return None
    done, values = steps_done(dataset, rules, clock)
    test, bound = prefilter(dataset, [step.occurrence for step in rules.steps])
    values |= bound
    values |= {
        "stride": stride,
        "first_us": span.first_us,
        "window_us": window,
        "packed_steps": _packed(dataset, rules),
    }
    where = [test] if test else []
    if clock.cut.before is not None:
        where.append("happened_on < $cut_on")
    # An entry outside of the bounds opens no attempt, and nothing else has its event.
    if bounds := entered.condition("happened_at"):
        done[0] = f"{done[0]} and {bounds}"
        values |= entered.values
    early = _lying_early(dataset, rules)
    is_packed = values["packed_steps"] is not None and not bounds
    slices = []
    for first, last in cuts:
        rows = [*where, f"customer_no >= {first}", f"customer_no < {last}"]
        if early:
            slices.append(_levels_over_ties(done, early, rows, first))
        else:
            slices.append(_levels(done, is_packed, rows, first))
    entries = " and ".join(
        [done[0], *(["happened_on < $cut_on"] if clock.cut.before else [])]
    )
    text = (
        "select unit_no, max(level) as level, max(entered_at) as last_entered_at"
        "\nfrom (\n"
        # These first: behind a plain group the engine runs them one after the other.
        + "\n    union all\n".join(slices)
        + "\n    union all\n    select customer_no as unit_no, 1::utinyint as level,"
        " max(happened_at) as entered_at"
        f"\n    from events where {entries} group by customer_no"
        "\n)\ngroup by unit_no"
    )
    used = parameters(text)
    return Relation(text, {name: v for name, v in values.items() if name in used})


def is_common(rules: Rules, clock: Clock) -> bool:
    """Say whether rules are the usual ones, of events alone."""
    return (
        rules.order == "ordered"
        and rules.ties == "either"
        and rules.unit == "customer"
        and not (rules.is_sequence or rules.has_limits)
        and not (rules.exclusions or rules.holding or rules.by_property)
        and not clock.by_days
        and all(step.occurrence.kind == "event" for step in rules.steps)
    )


def steps_done(
    dataset: Dataset, rules: Rules, clock: Clock
) -> tuple[list[str], dict[str, Value]]:
    """Write for each step the test that a row of events fills it, and what they bind.

    Raises:
        SpecError: An event or property is not in the data, or a table is empty.
    """
    done = []
    values: dict[str, Value] = {}
    for place, step in enumerate(rules.steps):
        source = source_of(dataset, step.occurrence, clock, f"mask_{place}")
        done.append(happens(source))
        values |= source.values
    return done, values


def events_span(dataset: Dataset) -> Span:
    """Return the time of the events; a dataset keeps it."""
    kept = dataset.recall(SPAN)
    if isinstance(kept, Span):
        return kept
    row = dataset.frame(
        "select epoch_us(min(happened_at)) as first_us,"
        " epoch_us(max(happened_at)) as last_us from events"
    ).iloc[0]
    first, last = int(row["first_us"]), int(row["last_us"])
    found = Span(first, last - first)
    dataset.keep(SPAN, found)
    return found


def _slices(dataset: Dataset, stride: int) -> list[tuple[int, int]]:
    """Return the customers that are followed side by side: the first, and the end."""
    customers = dataset.customers
    number = max(
        1,
        min(_USUAL_SLICES, dataset.observed["events"].rows // _SLICE_ROWS),
        -(-(customers + 1) * stride // _LARGEST),
    )
    cuts = [customers * place // number for place in range(number + 1)]
    return list(itertools.pairwise(cuts))


def _packed(dataset: Dataset, rules: Rules) -> int | None:
    """Pack the step of every event into one integer, where it depends on that alone."""
    steps = 0
    for number, step in enumerate(rules.steps, 1):
        if step.occurrence.where:
            return None
        for name in step.occurrence.events:
            if dataset.event_codes[name] >= _PACKED_CODES:
                return None
            steps |= number << (_PACKED_BITS * dataset.event_codes[name])
    return steps


def _lying_early(dataset: Dataset, rules: Rules) -> set[int]:
    """Return the steps whose rows may lie before those of a step before, at one time.

    Rows of one customer and instant lie in the order of the events' codes, and those
    of one event as they came.
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
        <= max(code for each in codes[: step - 1] for code in each)
    }


def _rows(columns: str, where: list[str], first: int) -> str:
    """Select the rows of some customers with their ``moment``.

    It numbers customer and instant in one, so that one comparison says both the same
    customer and within the window.
    """
    return (
        f"select customer_no, (customer_no - {first})::bigint * $stride"
        f" + (epoch_us(happened_at) - $first_us) as moment, {columns}"
        f" from events where {' and '.join(where)}"
    )


def _levels(done: list[str], is_packed: bool, where: list[str], first: int) -> str:
    """Write the levels above the first of some customers.

    ``start_k`` is the latest start that has reached step k. Rows that follow no start
    within the window are dropped at once, so that those of step k which are left at
    the end are those that reached it.
    """
    step = f"($packed_steps >> ({_PACKED_BITS} * enum_code(event))) & 15"
    if not is_packed:
        cases = " ".join(f"when {test} then {k}" for k, test in enumerate(done, 1))
        step = f"case {cases} end"
    text = _rows(f"({step})::utinyint as step", where, first)
    text = f"select *, {_last('step = 1', 'moment')} as start_1 from ({text})"
    text = f"select * from ({text}) where step > 1 and moment - start_1 <= $window_us"
    for k in range(2, len(done)):
        carried = _last(f"step = {k}", f"start_{k - 1}")
        text = f"select * exclude (start_{k - 1}), {carried} as start_{k} from ({text})"
        # An alternative would be evaluated row by row, a case is not.
        since = f"case when step <= {k} then 0 else moment - start_{k} end"
        text = f"select * from ({text}) where {since} <= $window_us"
    return (
        "    select customer_no as unit_no, max(step) as level,"
        " null::timestamp as entered_at"
        f"\n    from ({text})\n    group by customer_no"
    )


def _levels_over_ties(
    done: list[str], early: set[int], where: list[str], first: int
) -> str:
    """Write the same where rows of one instant lie in another order than the steps.

    ``done_k`` is the last moment at which step k was done: it equals the row's own
    where any row of the instant so far did it, so that equal times satisfy the order
    whichever way they lie.
    """
    steps = len(done)
    marks = ", ".join(f"{test} as is_{k}" for k, test in enumerate(done, 1))
    text = _rows(marks, where, first)
    carried = [f"{_last('is_1', 'moment')} as start_1"]
    carried += [f"{_last(f'is_{k}', 'moment')} as done_{k}" for k in sorted(early)]
    text = f"select *, {', '.join(carried)} from ({text})"
    text = f"select * from ({text}) where moment - start_1 <= $window_us"
    for k in range(2, steps + 1):
        is_done = f"done_{k} = moment" if k in early else f"is_{k}"
        follows = f"{is_done} and moment - start_{k - 1} <= $window_us"
        chain = f"case when {follows} then start_{k - 1} end as chain_{k}"
        text = f"select *, {chain} from ({text})"
        if k < steps:
            carried_on = _last(f"chain_{k} is not null", f"chain_{k}")
            text = f"select *, {carried_on} as start_{k} from ({text})"
    levels = " ".join(
        f"when chain_{k} is not null then {k}" for k in range(steps, 1, -1)
    )
    return (
        f"    select customer_no as unit_no, max(case {levels} end)::utinyint as level,"
        f" null::timestamp as entered_at\n    from ({text})\n    group by customer_no"
    )


def _last(test: str, column: str) -> str:
    return (
        f"last_value(case when {test} then {column} end ignore nulls)"
        " over (rows between unbounded preceding and current row)"
    )
