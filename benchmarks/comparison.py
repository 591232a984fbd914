"""Races: interleaved, each engine in a process of its own, equal rows or an error."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any

from benchmarks import engines, events, importing, worker
from benchmarks.cases import ONE_SCAN, Case

PROJECT = Path(__file__).resolve().parent.parent
REFERENCE = "Holdfast"
SLOW_SECONDS = 3.0
SLOW_ROUNDS = 3
DROPPED_FORM = 2.0
"""A form this many times slower than its engine's best is compared, but not timed."""

Tell = Callable[[str], None]
Show = Callable[["Size", "Race | list[Load] | None"], None]


class DisagreementError(Exception):
    """Two engines gave different rows for one case."""


@dataclass
class Contender:
    """One form of one engine in one case.

    Attributes:
        engine: The engine's name.
        form: How it was asked.
        seconds: Wall time of each timed round.
        cpu: CPU time of each timed round, seconds.
        inside: Of it spent in calls of the engine; Holdfast only.
    """

    engine: str
    form: str
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    inside: list[float] = field(default_factory=list)

    @property
    def middle(self) -> float:
        """Median of the wall time, seconds."""
        return median(self.seconds)


@dataclass
class Race:
    """One case with all that were timed.

    Attributes:
        case: What was asked.
        rows: Rows that all of them gave.
        compared: Forms that gave the same rows, timed or not.
        scan: One scan of the customer's number and the instant, in DuckDB.
        contenders: What was timed.
    """

    case: Case
    rows: int
    compared: int
    scan: Contender
    contenders: list[Contender]


@dataclass
class Load:
    """One way to load both files, all rounds."""

    loader: str
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: list[int] = field(default_factory=list)
    bytes: int = 0


@dataclass
class Size:
    """All that was measured on one number of events.

    Attributes:
        events: Events there are.
        customers: Customers there are.
        loads: The import; empty where it was not asked for.
        races: The cases.
        peaks: Most memory of each engine's process, bytes.
    """

    events: int
    customers: int
    loads: list[Load] = field(default_factory=list)
    races: list[Race] = field(default_factory=list)
    peaks: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def compare(
    folder: Path,
    count: int,
    cases: Sequence[Case],
    *,
    rounds: int,
    load_rounds: int,
    tell: Tell,
    show: Show,
) -> Size:
    """Measure one number of events.

    Args:
        folder: Where files are made and kept.
        count: Events asked for.
        cases: What is asked.
        rounds: Timed rounds after the warm-up; 0 to compare rows only.
        load_rounds: Rounds of the import; 0 to take over an earlier one, if the
            code of the import is still the same.
        tell: Told what is being done.
        show: Given the size; then, each when it is done, the import and the cases.

    Raises:
        DisagreementError: Two engines gave different rows.
    """
    files = events.files(folder, count)
    if not files.are_there():
        tell(f"making {count:,} events")
        _python("benchmarks.events", str(folder), str(count))
    card = json.loads(files.card.read_text())
    size = Size(card["events"], card["customers"])
    show(size, None)
    if load_rounds or not importing.is_current(files.folder):
        size.loads = _loads(files.folder, max(1, load_rounds), tell)
        show(size, size.loads)
    if cases:
        _races(size, files.folder, cases, rounds, tell, show)
    return size


def check_equal(
    case: str, first: tuple[str, list[Any]], second: tuple[str, list[Any]]
) -> None:
    """Make sure that two engines gave the same rows.

    Raises:
        DisagreementError: They did not; the message has the first difference.
    """
    (one, ours), (other, theirs) = first, second
    if ours == theirs:
        return
    for mine, yours in zip(ours, theirs, strict=False):
        if mine != yours:
            raise DisagreementError(f"{case}: {one} says {mine}, {other} says {yours}")
    longer = (one, ours, theirs) if len(ours) > len(theirs) else (other, theirs, ours)
    raise DisagreementError(
        f"{case}: only {longer[0]} says {longer[1][len(longer[2])]}"
    )


def _loads(folder: Path, rounds: int, tell: Tell) -> list[Load]:
    loads = [Load(loader) for loader in importing.LOADERS]
    arrived: dict[str, list[Any]] = {}
    for number in range(rounds):
        for load in loads:
            tell(f"import, round {number + 1} of {rounds}: {load.loader}")
            taken = json.loads(
                _python("benchmarks.importing", load.loader, str(folder))
            )
            load.seconds.append(taken["seconds"])
            load.cpu.append(taken["cpu"])
            load.peak.append(taken["peak"])
            load.bytes = taken["bytes"]
            arrived[load.loader] = taken["rows"]
            first = next(iter(arrived.items()))
            check_equal("import", first, (load.loader, taken["rows"]))
    return loads


def _races(
    size: Size,
    folder: Path,
    cases: Sequence[Case],
    rounds: int,
    tell: Tell,
    show: Show,
) -> None:
    names = engines.installed()
    # In a process of its own, so that loading counts for no engine's memory.
    for name in set(names) & engines.PREPARED:
        tell(f"preparing {name}")
        _python("benchmarks.worker", name, str(folder), "--prepare")
    with ExitStack() as stack:
        workers = {name: stack.enter_context(_Worker(name, folder)) for name in names}
        for case in cases:
            tell(case.title)
            size.races.append(_race(workers, case, rounds))
            show(size, size.races[-1])
        size.peaks = {name: each.ask("memory") for name, each in workers.items()}


def _race(workers: dict[str, _Worker], case: Case, rounds: int) -> Race:
    scan = Contender(REFERENCE, "scan")
    all_forms = [
        Contender(name, form)
        for name, each in workers.items()
        for form in each.ask("forms", case)
    ]
    warm: dict[tuple[str, str], float] = {}
    expected: tuple[str, list[Any]] | None = None
    for one in all_forms:
        taken = workers[one.engine].ask("run", case, one.form)
        warm[one.engine, one.form] = taken["seconds"]
        given = (f"{one.engine} ({one.form})", taken["rows"])
        expected = expected or given
        check_equal(case.name, expected, given)
    assert expected is not None
    for one in all_forms if rounds else ():
        if warm[one.engine, one.form] > SLOW_SECONDS:
            continue
        # The first run may have compiled or filled something.
        again = workers[one.engine].ask("run", case, one.form)["seconds"]
        warm[one.engine, one.form] = min(warm[one.engine, one.form], again)
    best: dict[str, float] = {}
    for (engine, _), seconds in warm.items():
        best[engine] = min(seconds, best.get(engine, seconds))
    timed = [
        one
        for one in all_forms
        if warm[one.engine, one.form] <= DROPPED_FORM * best[one.engine]
    ]
    race = Race(case, len(expected[1]), len(all_forms), scan, timed)
    workers[REFERENCE].ask("run", ONE_SCAN, "scan")
    for number in range(rounds):
        for one in (scan, *timed):
            is_slow = warm.get((one.engine, one.form), 0.0) > SLOW_SECONDS
            if is_slow and number >= SLOW_ROUNDS:
                continue
            asked = ONE_SCAN if one is scan else case
            taken = workers[one.engine].ask("run", asked, one.form)
            one.seconds.append(taken["seconds"])
            one.cpu.append(taken["cpu"])
            if taken["engine"] is not None:
                one.inside.append(taken["engine"])
            if one is not scan:
                given = (f"{one.engine} ({one.form})", taken["rows"])
                check_equal(case.name, expected, given)
    return race


class _Worker:
    """An engine's process, asked line by line."""

    def __init__(self, engine: str, folder: Path) -> None:
        self.engine = engine
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", engine, str(folder)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> _Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def ask(self, command: str, case: Case | None = None, form: str = "") -> Any:
        """Send one request and return what comes back.

        Raises:
            RuntimeError: The process ended; it has written why.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(worker.request(command, case, form) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.engine} stopped at {command} {form}".strip())
        return json.loads(line)


def _python(module: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout
