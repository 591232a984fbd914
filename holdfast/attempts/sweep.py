"""The levels of ``stream`` in one compiled pass, several times faster.

SQL stays the definition: it is what is shown, and what tests hold this to. The rows
come out of the engine in batches, in the order in which they lie, and a loop carries
from row to row what the windows carry. Compiling takes a second, so it happens aside,
once an app has opened a large dataset; until then, and without numba, SQL answers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from holdfast.attempts.hits import prefilter
from holdfast.attempts.rules import Entered, Rules
from holdfast.attempts.stream import steps_done
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.happenings import Clock
from holdfast.query import Value, parameters

# Of fewer events the windows are as quick.
_LEAST_EVENTS = 500_000
# To leave rows out takes the engine as long as to hand this share of all over.
_WORTH_A_FILTER = 0.5
_MOST_CODES = 1 << 16
# Far beyond any instant, and still apart from each by less than 64 bits.
_NEVER = -(1 << 62)
_UNLIMITED = 1 << 61
# Of the arrays that the pass reads, and of those that it fills.
_READ = ("int32", "int64", "uint16", "uint8")
_FILLED = ("int64", "int64", "uint8", "int64")

Numbers = npt.NDArray[np.integer]
Pass = Callable[..., bool]

_lock = threading.Lock()
_compiling: list[Future[Pass | None]] = []


def prepare(dataset: Dataset) -> Future[Pass | None] | None:
    """Begin to compile the pass, aside, where the dataset is large enough for it.

    Returns:
        What ends when the pass is used; nothing where it is not.
    """
    if _events(dataset) < _LEAST_EVENTS:
        return None
    with _lock:
        if not _compiling:
            worker = ThreadPoolExecutor(1, thread_name_prefix="compile")
            _compiling.append(worker.submit(compiled))
            worker.shutdown(wait=False)
    return _compiling[0]


def _ready() -> Pass | None:
    if not _compiling or not _compiling[0].done() or _compiling[0].exception():
        return None
    return _compiling[0].result()


def compiled() -> Pass | None:
    """Compile the pass, or load what an earlier process compiled.

    Returns:
        ``follow`` as machine code; nothing where numba is missing.
    """
    try:
        import numba
    except ImportError:
        return None

    def arrays(kinds: tuple[str, ...], *, is_read: bool) -> list[object]:
        types = [getattr(numba, kind) for kind in kinds]
        return [numba.types.Array(kind, 1, "C", readonly=is_read) for kind in types]

    signature = numba.boolean(
        *arrays(_READ, is_read=True),
        *[numba.int64] * 3,
        *arrays(_FILLED, is_read=False),
    )
    made: Pass
    try:
        made = numba.njit(signature, nogil=True, cache=True)(follow)
    except (RuntimeError, OSError):
        # Nothing can be written, so nothing is kept for the next process.
        made = numba.njit(signature, nogil=True)(follow)
    return made


def sweep_levels(
    dataset: Dataset,
    name: str,
    rules: Rules,
    clock: Clock,
    entered: Entered,
    cancellation: Cancellation | None = None,
) -> bool:
    """Keep the rows of ``streamed_levels`` as a table, where the pass can make them.

    Args:
        dataset: Whose events.
        name: Of the table.
        rules: What fills which step; rules that ``streamed_levels`` serves.
        clock: Which data may be seen.
        entered: Which entries count.
        cancellation: Lets another thread stop the work.

    Returns:
        Whether the table is there.

    Raises:
        SpecError: An event or property is not in the data, or a table is empty.
        CancelledError: The cancellation was used.
    """
    if dataset.has_table(name):
        return True
    follows = _ready()
    if follows is None or _events(dataset) < _LEAST_EVENTS:
        return False
    text, values, step_of = _rows(dataset, rules, clock)
    window = _UNLIMITED
    if rules.limit is not None:
        window = min(rules.limit.seconds * 1_000_000, _UNLIMITED)
    first = _NEVER if entered.from_at is None else _microseconds(entered.from_at)
    end = -_NEVER if entered.until_at is None else _microseconds(entered.until_at)
    place = np.full(5, -1)
    start = np.full(len(rules.steps) + 1, _NEVER)
    level = np.zeros(dataset.customers, np.uint8)
    last = np.zeros(dataset.customers, np.int64)
    is_ordered = True

    def follow_batch(batch: pa.RecordBatch) -> None:
        nonlocal is_ordered
        customers, instants, codes = batch.columns
        is_ordered &= follows(
            customers.to_numpy(),
            instants.view(pa.int64()).to_numpy(),
            codes.to_numpy(),
            step_of,
            window,
            first,
            end,
            place,
            start,
            level,
            last,
        )

    dataset.each_batch(text, values, follow_batch, cancellation)
    if not is_ordered:
        return False
    entered_by = np.flatnonzero(level)
    dataset.take(
        name,
        {
            "unit_no": entered_by.astype(np.int32),
            "level": level[entered_by],
            "last_entered_at": last[entered_by].view("datetime64[us]"),
        },
    )
    return True


def _events(dataset: Dataset) -> int:
    seen = dataset.observed.get("events")
    return seen.rows if seen else 0


def _microseconds(at: datetime) -> int:
    return int(np.datetime64(at, "us").astype(np.int64))


def _rows(
    dataset: Dataset, rules: Rules, clock: Clock
) -> tuple[str, dict[str, Value], Numbers]:
    """Select rows with a code, and tell which step each code stands for; 0 for none."""
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
        cases = " ".join(f"when {test} then {k}" for k, test in enumerate(done, 1))
        code = f"case {cases} else 0 end"
        step_of = np.arange(len(done) + 1, dtype=np.uint8)
    else:
        code = "enum_code(event)"
        step_of = np.zeros(max(dataset.event_codes.values()) + 1, np.uint8)
        for number, each in enumerate(occurrences, 1):
            step_of[[dataset.event_codes[name] for name in each.events]] = number
    text = (
        f"select customer_no, happened_at, ({code})::usmallint as code"
        f" from events where {' and '.join(where)}"
    )
    used = parameters(text)
    return text, {name: v for name, v in values.items() if name in used}, step_of


def follow(
    customers: Numbers,
    instants: Numbers,
    codes: Numbers,
    step_of: Numbers,
    window: int,
    first: int,
    end: int,
    place: Numbers,
    start: Numbers,
    level: Numbers,
    last: Numbers,
) -> bool:
    """Follow the rows of one batch, in order of customer and instant.

    Args:
        customers: Whose row it is.
        instants: When, in microseconds.
        codes: What happened.
        step_of: The step that each code fills; 0 for none.
        window: Longest time from the entry, its end included.
        first: The first instant of entries.
        end: The instant after the last of them.
        place: Customer, instant, its steps, level and last entry so far, from batch to
            batch.
        start: At k the latest entry that has reached step k, from batch to batch.
        level: Furthest step of every customer, filled here.
        last: Last entry of every customer, filled here.

    Returns:
        Whether the rows lay in order; else nothing here is worth anything.
    """
    # Element by element: whole arrays take the compiler three times as long.
    customer, instant, done = place[0], place[1], place[2]
    best, entered = place[3], place[4]
    for row in range(len(customers)):
        step = step_of[codes[row]]
        at = instants[row]
        if step == 0 or (step == 1 and not first <= at < end):
            continue
        who = customers[row]
        if who != customer:
            if who < customer:
                return False
            if customer >= 0:
                level[customer], last[customer] = best, entered
            for step_before in range(len(start)):
                start[step_before] = _NEVER
            customer, instant, done, best = who, at, 0, 0
        elif at != instant:
            if at < instant:
                return False
            instant, done = at, 0
        # An entry follows itself.
        start[0] = at
        if step == 1:
            entered = at
        since = start[step - 1]
        if at - since <= window:
            start[step] = since
            best = max(best, step)
        # Rows of one instant follow each other whichever way they lie, so those of
        # later steps that came before this one are looked at again.
        if done >> step:
            for later in range(step + 1, len(start)):
                since = start[later - 1]
                if done >> later & 1 and at - since <= window:
                    start[later] = since
                    best = max(best, later)
        done |= 1 << step
    if customer >= 0:
        level[customer], last[customer] = best, entered
    place[0], place[1], place[2] = customer, instant, done
    place[3], place[4] = best, entered
    return True
