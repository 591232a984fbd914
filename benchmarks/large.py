"""A hundred million events in the engine's usual memory: does it load, and with what?

Events are drawn by the engine itself, so that making them takes little memory too.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from time import perf_counter

import duckdb

from benchmarks import machine
from benchmarks.engines import THREADS
from benchmarks.events import DAYS, DEVICES, FIRST_DAY, KINDS, MEAN_EVENTS

CASE = "large"
EVENTS = 100_000_000
FORMATS = ("csv", "parquet")
VERSION = 1
_PROJECT = Path(__file__).resolve().parent.parent
_ROOM = 260
"""Bytes of disk an event: the file, its source, the dataset and what is spilled."""
_EVERY_SECONDS = 0.5


def show(folder: Path, events: int) -> dict[str, object]:
    """Load events from each format once; print and return what it took.

    Args:
        folder: Where files are made; the workspaces are removed again.
        events: How many.
    """
    place = folder / f"large-{events}"
    place.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(place).free
    if free < events * _ROOM:
        raise SystemExit(
            f"{events:,} events need about {events * _ROOM / 1e9:.0f} GB of disk, and"
            f" {free / 1e9:.0f} GB are free: choose fewer with --events."
        )
    print(f"\n## {events:,} events, once, in the engine's usual memory\n")
    print("| from | file | import | events a second | peak memory | spilled | kept |")
    print("|---|--:|--:|--:|--:|--:|--:|", flush=True)
    found = {}
    for form in FORMATS:
        file = make(place, events, form)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.large", str(file), str(events)],
            cwd=_PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        took = json.loads(done.stdout)
        found[form] = took
        print(
            f"| {form} | {file.stat().st_size / 1e9:.1f} GB | {took['seconds']:.0f} s"
            f" | {events / took['seconds']:,.0f} | {took['peak'] / 1e9:.2f} GB"
            f" | {took['spilled'] / 1e9:.1f} GB | {took['bytes'] / 1e9:.1f} GB |",
            flush=True,
        )
    return found


def make(folder: Path, events: int, form: str) -> Path:
    """Write events in the order of time, unless the file is there already.

    Customers have a heavy tail: the share below u of them has u squared of the events.
    """
    file = folder / f"events-{VERSION}.{form}"
    if file.exists():
        return file
    aside = file.with_suffix(".new")
    engine = duckdb.connect(config={"threads": str(THREADS), "memory_limit": "2GB"})
    step = DAYS * 86_400_000_000 // events
    customers = max(1, events // MEAN_EVENTS)
    engine.execute(
        "copy (select"
        f" format('u{{:011x}}', hash(({customers} * pow((hash(i) >> 11) / pow(2, 53),"
        " 2))::bigint, 7) >> 20) as user_id,"
        f" {_chosen('hash(i, 1)', KINDS)} as event,"
        f" timestamp '{FIRST_DAY}' + to_microseconds(i * {step}) as timestamp,"
        f" {_chosen('hash(i, 2)', DEVICES)} as device"
        f" from range({events}) as numbers(i))"
        f" to '{str(aside).replace(chr(39), chr(39) * 2)}' (format {form})"
    )
    engine.close()
    aside.replace(file)
    return file


def _chosen(number: str, shares: dict[str, float]) -> str:
    cases, below = "", 0.0
    for name, share in shares.items():
        below += share
        cases += f" when {number} % 1000 < {round(below * 1000)} then '{name}'"
    return f"case{cases} end"


def load(file: Path, events: int) -> dict[str, object]:
    """Load one file into a new workspace, and remove that.

    Returns:
        seconds, peak (bytes of the process), spilled (most bytes of temporary files),
        bytes of the workspace afterwards.

    Raises:
        AssertionError: Not every event arrived.
    """
    from holdfast.workspace import Workspace

    place = file.parent / f"workspace-{file.suffix[1:]}"
    shutil.rmtree(place, ignore_errors=True)
    spill = _Spill(place)
    spill.start()
    began = perf_counter()
    try:
        Workspace.create(place).load([file])
        seconds = perf_counter() - began
        rows = Workspace.open(place).status().rows["events"]
        assert rows == events, f"{rows:,} of {events:,} events arrived"
        kept = sum(each.stat().st_size for each in place.rglob("*") if each.is_file())
    finally:
        spill.stop()
        shutil.rmtree(place, ignore_errors=True)
    return {
        "seconds": seconds,
        "peak": machine.peak_memory(),
        "spilled": spill.most,
        "bytes": kept,
    }


class _Spill(threading.Thread):
    """Watches how much the engine puts on the disk for a while."""

    def __init__(self, place: Path) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self._place = place
        self._is_over = threading.Event()

    def run(self) -> None:
        while not self._is_over.wait(_EVERY_SECONDS):
            self.most = max(self.most, self._now())

    def stop(self) -> None:
        self._is_over.set()
        self.join()

    def _now(self) -> int:
        size = 0
        for path in self._place.glob("staging-*/**/*.tmp"):
            try:
                size += path.stat().st_size
            except OSError:
                continue
        return size


def main() -> None:
    """Load one file in a process of its own and write what it took as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("events", type=int)
    words = parser.parse_args()
    machine.limit_cores(THREADS)
    print(json.dumps(load(words.file, words.events)))


if __name__ == "__main__":
    main()
