"""The attempts that count, in one compiled pass over the events.

SQL stays the definition: it is what is shown, and what tests hold this to. The rows
come out of the engine in batches, in the order in which they lie, and a loop follows
customer by customer. Compiling takes a second, so it happens aside, once an app has
opened a large dataset; until then, and without numba, SQL answers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa

from holdfast.attempts.choosing import Numbers, choose, reach
from holdfast.attempts.counting import Counting
from holdfast.attempts.hits import prefilter
from holdfast.attempts.rules import Entered, Rules
from holdfast.attempts.stream import events_span, is_common, steps_done
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.happenings import Clock
from holdfast.periods import Interval, first_day, period_of
from holdfast.query import Value, parameters

# Of fewer events the windows are as quick.
_LEAST_EVENTS = 500_000
# To leave rows out takes the engine as long as to hand this share of all over.
_WORTH_A_FILTER = 0.5
_MOST_CODES = 1 << 16
_PASSES = 2
_WAITING = 4
# Far beyond any instant, and still apart from each by less than 64 bits.
_NEVER = -(1 << 62)
_UNLIMITED = 1 << 61
# Of the arrays that the pass reads, and of the columns that it fills.
_READ = (np.int32, np.int64, np.uint16, np.uint8, np.uint8, np.int64)
_FILLED = (np.int32, np.int64, np.int64, np.uint8, np.bool_)
_FILLED_LEVELS = (np.int32, np.int64, np.uint8, np.int64, np.uint8)

Pass = Callable[..., int]


@dataclass(frozen=True)
class Passes:
    """The loops, as they are called.

    Attributes:
        choose: Finds the attempts that count.
        reach: Finds how far everyone came.
    """

    choose: Pass
    reach: Pass


_lock = threading.Lock()
_compiling: list[Future[Passes | None]] = []


def prepare(dataset: Dataset) -> Future[Passes | None] | None:
    """Begin to compile the passes, aside, where the dataset is large enough for it.

    Returns:
        What ends when they are used; nothing where they are not.
    """
    if _events(dataset) < _LEAST_EVENTS:
        return None
    with _lock:
        if not _compiling:
            worker = ThreadPoolExecutor(1, thread_name_prefix="compile")
            _compiling.append(worker.submit(compiled))
            worker.shutdown(wait=False)
    return _compiling[0]


def _ready() -> Passes | None:
    if not _compiling or not _compiling[0].done() or _compiling[0].exception():
        return None
    return _compiling[0].result()


def compiled() -> Passes | None:
    """Compile the passes, or load what an earlier process compiled.

    Returns:
        Both as machine code; nothing where numba is missing.
    """
    try:
        import numba
    except ImportError:
        return None

    def arrays(kinds: tuple[type, ...], *, is_read: bool) -> list[numba.types.Type]:
        types = [numba.from_dtype(np.dtype(kind)) for kind in kinds]
        return [numba.types.Array(kind, 1, "C", readonly=is_read) for kind in types]

    whole, yes_or_no = numba.int64, numba.boolean
    table = numba.types.Array(whole, 2, "C")
    of_choose = whole(
        *arrays(_READ, is_read=True),
        *(whole, whole, whole, whole, yes_or_no, whole),
        *(table, table),
        *arrays(_FILLED, is_read=False),
    )
    of_reach = whole(
        *arrays(_READ[:4], is_read=True),
        *(whole, whole, whole, whole, whole, whole),
        *arrays(_FILLED_LEVELS, is_read=False),
    )

    def made(follow: Pass, signature: object) -> Pass:
        machine: Pass
        try:
            machine = numba.njit(signature, nogil=True, cache=True)(follow)
        except (RuntimeError, OSError):
            # Nothing can be written, so nothing is kept for the next process.
            machine = numba.njit(signature, nogil=True)(follow)
        return machine

    return Passes(made(choose, of_choose), made(reach, of_reach))


def can_sweep(dataset: Dataset, rules: Rules, clock: Clock) -> bool:
    """Say whether the pass serves these rules, is ready, and worth it."""
    is_large = _events(dataset) >= _LEAST_EVENTS
    serves = is_common(rules, clock) and rules.has_kinds
    return is_large and serves and _ready() is not None


def sweep_chosen(
    dataset: Dataset,
    name: str,
    rules: Rules,
    clock: Clock,
    counting: Counting,
    cancellation: Cancellation | None = None,
) -> bool:
    """Keep the rows of ``chosen`` as a table; ask ``can_sweep`` first.

    Args:
        dataset: Whose events.
        name: Of the table.
        rules: What fills which step.
        clock: Which data may be seen.
        counting: Which attempts count; those of a value are not told apart here.
        cancellation: Lets another thread stop the work.

    Returns:
        Whether the table is there; it is not where rows lie out of order.

    Raises:
        SpecError: An event or property is not in the data, or a table is empty.
        CancelledError: The cancellation was used.
    """
    if dataset.has_table(name):
        return True
    with _workers() as workers:
        sweeping = _Attempts(dataset, rules, clock, counting, workers)
        columns = sweeping.columns(cancellation)
    if columns is None:
        return False
    dataset.take(name, columns)
    return True


def sweep_levels(
    dataset: Dataset,
    name: str,
    rules: Rules,
    clock: Clock,
    entered: Entered,
    over: tuple[str, datetime] | None = None,
    cancellation: Cancellation | None = None,
) -> bool:
    """Keep the rows of ``streamed_levels`` as a table; ask ``can_sweep`` first.

    Args:
        dataset: Whose events.
        name: Of the table.
        rules: What fills which step; rules that ``streamed_levels`` serves.
        clock: Which data may be seen.
        entered: Which entries count.
        over: A second table of those of them before an instant, which costs little
            beside the first.
        cancellation: Lets another thread stop the work.

    Returns:
        Whether the table is there; it is not where rows lie out of order.

    Raises:
        SpecError: An event or property is not in the data, or a table is empty.
        CancelledError: The cancellation was used.
    """
    if dataset.has_table(name):
        return True
    bounds = (*_bounds(entered), _microseconds(over[1]) if over else -_NEVER)
    with _workers() as workers:
        found = _Levels(dataset, rules, clock, bounds, workers).found(cancellation)
    if found is None:
        return False
    who, latest, level, latest_over, level_over = found
    _take_levels(dataset, name, who, latest, level)
    if over is not None:
        is_in = level_over > 0
        columns = (who[is_in], latest_over[is_in], level_over[is_in])
        _take_levels(dataset, over[0], *columns)
    return True


def _take_levels(
    dataset: Dataset, name: str, who: Numbers, latest: Numbers, level: Numbers
) -> None:
    entered_at = latest.view("datetime64[us]")
    columns = {"unit_no": who, "level": level, "last_entered_at": entered_at}
    dataset.take(name, columns)


def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_PASSES, thread_name_prefix="sweep")


def _loops() -> Passes:
    passes = _ready()
    assert passes is not None
    return passes


class _Sweeping:
    """A pass over batches of rows, each of which may end amid a customer.

    Customers do not depend on each other, so batches are followed side by side.
    """

    def __init__(
        self,
        dataset: Dataset,
        rules: Rules,
        clock: Clock,
        workers: ThreadPoolExecutor,
        kinds: Sequence[type],
    ) -> None:
        """Begin without rows; the columns to fill are of these kinds."""
        self._dataset = dataset
        self._text, self._values, self._kind_of = _rows(dataset, rules, clock)
        self._workers = workers
        self._columns = kinds
        self._rest: list[Numbers] = [np.empty(0, kind) for kind in _READ[:3]]
        self._last = -1
        self._found: list[Future[list[Numbers] | None]] = []
        self._rooms = threading.local()

    def _follow_batch(self, batch: pa.RecordBatch) -> None:
        """Follow all customers of a batch but the last, who may go on."""
        customers, instants, codes = batch.columns
        rows = [
            customers.to_numpy(),
            instants.view(pa.int64()).to_numpy(),
            codes.to_numpy(),
        ]
        many = len(rows[0])
        if not many:
            return
        begin = 0
        if len(self._rest[0]):
            begin = int(np.searchsorted(rows[0], self._rest[0][0], "right"))
            goes_on = [column[:begin] for column in rows]
            self._rest = [
                np.concatenate(pair) for pair in zip(self._rest, goes_on, strict=True)
            ]
            if begin == many:
                return
            self._hand_over(self._rest)
        whole = max(begin, int(np.searchsorted(rows[0], rows[0][-1])))
        self._hand_over([column[begin:whole] for column in rows])
        self._rest = [column[whole:].copy() for column in rows]

    def _hand_over(self, rows: list[Numbers]) -> None:
        self._found.append(self._workers.submit(self._take, rows, self._last))
        if len(rows[0]):
            self._last = int(rows[0][-1])
        # So that rows which wait take no more memory than a few batches.
        if len(self._found) > _WAITING:
            self._found[-_WAITING].result()

    def _take(self, rows: list[Numbers], before: int) -> list[Numbers] | None:
        filled = self._room(len(rows[0]))
        found = self._follow(rows, before, filled)
        return None if found < 0 else [column[:found].copy() for column in filled]

    def _follow(self, rows: list[Numbers], before: int, filled: list[Numbers]) -> int:
        """Follow whole customers; return how many rows were filled in, as the loop."""
        raise NotImplementedError

    def _room(self, many: int) -> list[Numbers]:
        """Return columns to fill for so many rows; each thread keeps its own."""
        kept: list[Numbers] = getattr(self._rooms, "kept", [])
        if not kept or many > len(kept[0]):
            kept = self._rooms.kept = self._make_room(many)
        return kept

    def _make_room(self, many: int) -> list[Numbers]:
        return [np.empty(many, kind) for kind in self._columns]

    def found(self, cancellation: Cancellation | None) -> list[Numbers] | None:
        """Return the columns of all rows; nothing where these lie out of order."""
        self._dataset.each_batch(
            self._text, self._values, self._follow_batch, cancellation
        )
        self._hand_over(self._rest)
        parts = [each.result() for each in self._found]
        whole = [part for part in parts if part is not None]
        if len(whole) < len(parts):
            return None
        return [np.concatenate(column) for column in zip(*whole, strict=True)]


class _Levels(_Sweeping):
    """The pass that finds how far everyone came."""

    def __init__(
        self,
        dataset: Dataset,
        rules: Rules,
        clock: Clock,
        bounds: tuple[int, int, int],
        workers: ThreadPoolExecutor,
    ) -> None:
        super().__init__(dataset, rules, clock, workers, _FILLED_LEVELS)
        self._reach = _loops().reach
        self._asked = (self._kind_of, len(rules.steps), _window(rules), *bounds)

    def _follow(self, rows: list[Numbers], before: int, filled: list[Numbers]) -> int:
        return self._reach(*rows, *self._asked, before, *filled)


class _Attempts(_Sweeping):
    """The pass that finds the attempts that count."""

    def __init__(
        self,
        dataset: Dataset,
        rules: Rules,
        clock: Clock,
        counting: Counting,
        workers: ThreadPoolExecutor,
    ) -> None:
        super().__init__(dataset, rules, clock, workers, _FILLED)
        self._choose = _loops().choose
        self._steps = len(rules.steps)
        self._interval = counting.interval
        edges, self._periods = _edges(dataset, counting.interval)
        as_of = -_NEVER if rules.limit is None else _microseconds(counting.as_of_at)
        self._asked = (
            self._kind_of,
            np.array(rules.kinds, np.uint8),
            edges,
            _window(rules),
            as_of,
            *_bounds(counting.entered),
            counting.entry == "first",
        )

    def _make_room(self, many: int) -> list[Numbers]:
        times = np.empty((many, self._steps), np.int64)
        self._rooms.between = np.empty((4, many + 1), np.int64)
        return [*super()._make_room(many), times]

    def _follow(self, rows: list[Numbers], before: int, filled: list[Numbers]) -> int:
        *columns, times = filled
        between = self._rooms.between
        return self._choose(*rows, *self._asked, before, between, times, *columns)

    def columns(self, cancellation: Cancellation | None) -> dict[str, object] | None:
        """Return the columns of ``chosen``; nothing where rows lie out of order."""
        found = self.found(cancellation)
        if found is None:
            return None
        who, place, entered, level, is_open, times = found
        reached = times[np.arange(self._steps) < level[:, None]]
        ends = np.concatenate([[0], np.cumsum(level, dtype=np.int64)])
        nothing = pa.nulls(len(who), pa.string())
        period = pa.nulls(len(who), pa.int32())
        if self._interval is not None:
            period = pa.array(self._periods[place])
        return {
            "unit_no": who,
            "held": nothing,
            "value": nothing,
            "entered_at": entered.view("datetime64[us]"),
            "times": pa.ListArray.from_arrays(
                pa.array(ends, pa.int32()), pa.array(reached.view("datetime64[us]"))
            ),
            "level": level,
            "period": period,
            "is_open": is_open,
        }


def _window(rules: Rules) -> int:
    if rules.limit is None:
        return _UNLIMITED
    return min(rules.limit.seconds * 1_000_000, _UNLIMITED)


def _bounds(entered: Entered) -> tuple[int, int]:
    """Return the first instant of entries, and the one after the last."""
    first, end = entered.from_at, entered.until_at
    return (
        _NEVER if first is None else _microseconds(first),
        -_NEVER if end is None else _microseconds(end),
    )


def _edges(dataset: Dataset, interval: Interval | None) -> tuple[Numbers, Numbers]:
    """Return the instants at which intervals of entry begin, and their numbers."""
    if interval is None:
        return np.array([_NEVER]), np.array([0], np.int32)
    span = events_span(dataset)
    ends = (span.first_us, span.first_us + span.length_us)
    days = [dataset.local_day(_instant(end)) for end in ends]
    first, last = (period_of(day, interval, dataset.week_start) for day in days)
    numbers = np.arange(first, last + 1, dtype=np.int32)
    begins = [
        _microseconds(dataset.utc(first_day(number, interval, dataset.week_start)))
        for number in numbers.tolist()
    ]
    return np.array(begins, np.int64), numbers


def _events(dataset: Dataset) -> int:
    seen = dataset.observed.get("events")
    return seen.rows if seen else 0


def _microseconds(at: datetime) -> int:
    return int(np.datetime64(at, "us").astype(np.int64))


def _instant(microseconds: int) -> datetime:
    at: datetime = np.datetime64(microseconds, "us").astype(object)
    return at


def _rows(
    dataset: Dataset, rules: Rules, clock: Clock
) -> tuple[str, dict[str, Value], Numbers]:
    """Select rows with a code, and tell which kind each code stands for; 0 for none."""
    occurrences = [step.occurrence for step in rules.steps]
    done, values = steps_done(dataset, rules, clock)
    where = ["happened_at is not null", "event is not null"]
    if clock.cut.before is not None:
        where.append("happened_on < $cut_on")
    test, bound = prefilter(dataset, occurrences)
    names = {name for each in occurrences for name in each.events}
    wanted = sum(dataset.event_counts[name] for name in names)
    if test and wanted < _WORTH_A_FILTER * _events(dataset):
        where.append(test)
        values |= bound
    is_by_event = all(each.events and not each.where for each in occurrences)
    if not is_by_event or len(dataset.event_codes) > _MOST_CODES:
        tests = dict(zip(rules.kinds, done, strict=True))
        cases = " ".join(f"when {test} then {kind}" for kind, test in tests.items())
        code = f"case {cases} else 0 end"
        kind_of = np.arange(len(done) + 1, dtype=np.uint8)
    else:
        code = "enum_code(event)"
        kind_of = np.zeros(max(dataset.event_codes.values()) + 1, np.uint8)
        for kind, each in zip(rules.kinds, occurrences, strict=True):
            kind_of[[dataset.event_codes[name] for name in each.events]] = kind
    text = (
        f"select customer_no, happened_at, ({code})::usmallint as code"
        f" from events where {' and '.join(where)}"
    )
    used = parameters(text)
    return text, {name: v for name, v in values.items() if name in used}, kind_of
