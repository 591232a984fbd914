"""What the command line writes: lines, progress and tables."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd

from holdfast.report.text import UNLIMITED, printable

PROGRAM = "python -m holdfast"


def say(*lines: str) -> None:
    """Print lines; what a terminal would obey is written out."""
    for line in lines:
        print(printable(line))


def room() -> int:
    """Return the places in a line; a file or another program takes any number."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else UNLIMITED


@contextmanager
def progress_line() -> Iterator[Any]:
    """Show on standard error how far long work is: one line that is overwritten."""
    is_terminal = sys.stderr.isatty()
    last = ""

    def show(stage: str, share: float) -> None:
        nonlocal last
        if is_terminal:
            print(f"\r\033[K{share:4.0%} {printable(stage)}", end="", file=sys.stderr)
        elif stage != last:
            print(f"{share:4.0%} {printable(stage)}", file=sys.stderr)
        sys.stderr.flush()
        last = stage

    try:
        yield show
    finally:
        if is_terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def write_csv(frame: pd.DataFrame) -> None:
    """Write a table as CSV that no spreadsheet executes."""
    # Altair takes a second to load, and only this needs it.
    from holdfast.charts.export import csv

    sys.stdout.flush()
    sys.stdout.buffer.write(csv(frame))
