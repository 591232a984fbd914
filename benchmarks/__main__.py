"""`python -m benchmarks`: Holdfast and its peers, side by side."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks import (
    answers,
    clicks,
    engines,
    large,
    machine,
    subscriptions,
    table,
)
from benchmarks.cases import CASES
from benchmarks.comparison import PROJECT, DisagreementError, Size, compare

IMPORT = "import"
ROUNDS = 5
LOAD_ROUNDS = 3


def main() -> int:
    """Measure, print the tables, and keep the figures as JSON."""
    names = [IMPORT, *(case.name for case in CASES)]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--events",
        default="",
        help="millions of events, such as 1,10 (default)",
    )
    parser.add_argument(
        "--case",
        default="",
        help=f"only these, of {', '.join(names)}; default all. Or {large.CASE} alone:"
        f" {large.EVENTS:,} events in the engine's usual memory; or"
        f" {subscriptions.CASE} alone: churn and movements of"
        f" {subscriptions.CUSTOMERS:,} customers (--events: millions of them); or"
        f" {answers.CASE} alone: scores of {answers.ANSWERS:,} answers (the same); or"
        f" {clicks.CASE} alone: clicks in the app, in a browser",
    )
    parser.add_argument("--quick", action="store_true", help="one timed round of each")
    parser.add_argument(
        "--check", action="store_true", help="compare rows only; time nothing"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=PROJECT / "build" / "benchmarks",
        help="where files are made and kept; the figures go to <folder>.json",
    )
    words = parser.parse_args()
    try:
        alone = {
            large.CASE: (large.show, large.EVENTS),
            subscriptions.CASE: (subscriptions.show, subscriptions.CUSTOMERS),
            answers.CASE: (answers.show, answers.ANSWERS),
            clicks.CASE: (clicks.show, clicks.EVENTS),
        }
        usual = f"{alone[words.case][1] / 1e6:g}" if words.case in alone else "1,10"
        millions = (words.events or usual).split(",")
        counts = [round(float(text) * 1e6) for text in millions]
    except ValueError:
        parser.error("--events takes numbers of millions, such as 1,10")
    chosen = [name for name in words.case.split(",") if name] or names
    is_alone = words.case in alone
    if not is_alone and (unknown := set(chosen) - {*names}):
        parser.error(
            f"no case {', '.join(sorted(unknown))}; there are {', '.join(names)}"
        )
    if min(counts) < 1_000:
        parser.error("--events takes at least 0.001")

    if is_alone:
        print(f"# {machine.describe()}\n", flush=True)
        for count in counts:
            alone[words.case][0](words.folder.resolve(), count)
        return 0
    rounds = 0 if words.check else 1 if words.quick else ROUNDS
    load_rounds = 0 if words.check else 1 if words.quick else LOAD_ROUNDS
    missing = sorted(set(engines.ENGINES) - set(engines.installed()))
    print(f"# {machine.describe()}\n", flush=True)
    print(f"Load before the run: {machine.load():.1f}.", flush=True)
    if missing:
        print(f"Not installed, so left out: {', '.join(missing)}.", flush=True)
    print(flush=True)
    sizes: list[Size] = []
    for count in counts:
        try:
            size = compare(
                words.folder.resolve(),
                count,
                [case for case in CASES if case.name in chosen],
                rounds=rounds,
                load_rounds=load_rounds if IMPORT in chosen else 0,
                tell=lambda text: print(f"  … {text}", file=sys.stderr, flush=True),
                show=lambda size, done: print(table.part(size, done), flush=True),
            )
        except DisagreementError as difference:
            print(f"Results differ. {difference}", file=sys.stderr)
            return 1
        sizes.append(size)
        print(table.overview(size), flush=True)
    print(f"Load after the run: {machine.load():.1f}.")
    figures = {
        "machine": machine.describe(),
        "sizes": [size.as_json() for size in sizes],
    }
    target = words.folder.with_name(words.folder.name + ".json")
    target.write_text(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
