"""What checks and comparisons found, as lines of text."""

from __future__ import annotations

import pandas as pd

from holdfast.checks import Finding, summary
from holdfast.comparison import Comparison, shown
from holdfast.report.text import UNLIMITED, table, wrapped

_MOST_FIGURES = 40
GREW = (
    "What goes on, and is no past figure: rows, days, and all that is complete so far."
)


def check_lines(findings: tuple[Finding, ...], room: int = UNLIMITED) -> list[str]:
    """Write what every check found: what was found first, then what was passed.

    Args:
        findings: What they found.
        room: Places in a line.
    """
    frame = summary(findings)
    by_name = {each.check.name: each for each in findings}
    found = frame[frame["rows"] > 0]
    passed = frame[frame["rows"] == 0]
    lines = []
    if len(found):
        lines += table(found[["severity", "check", "rows", "customers"]], room)
    else:
        lines.append("Nothing found.")
    for name in found["check"]:
        check = by_name[name].check
        lines += ["", f"{check.title} ({check.name})"]
        lines += wrapped(check.why, "  ", "  ")
    for each in findings:
        if each.fault:
            lines += ["", f"Not checked: {each.check.title}. {each.fault}"]
    names = ", ".join(passed["check"])
    return [*lines, "", *wrapped(f"Passed: {names or 'none'}.", "", "  ")]


def comparison_lines(found: Comparison, room: int = UNLIMITED) -> list[str]:
    """Write what changed and which figures moved, the largest difference first.

    Args:
        found: What differs.
        room: Places in a line.
    """
    lines = ["What changed", *(f"- {each}" for each in found.changes)]
    if not found.changes:
        lines.append("- Nothing that is known.")
    lines += ["", f"{len(found.moved):,} past figures moved, {found.same:,} did not."]
    lines.append(
        f"{found.appeared:,} are new in the later version, {found.vanished:,} are only"
        " in the earlier one."
    )
    if len(found.moved):
        lines += ["", *table(figure_table(found.moved).head(_MOST_FIGURES), room)]
    if len(found.moved) > _MOST_FIGURES:
        lines.append(f"The first {_MOST_FIGURES} are shown; --csv has them all.")
    if len(found.grown):
        lines += ["", GREW, "", *table(figure_table(found.grown), room)]
    return lines


def figure_table(moved: pd.DataFrame) -> pd.DataFrame:
    """Write figures of two versions for people, each with its customers.

    Args:
        moved: As in ``Comparison.moved`` or ``Comparison.grown``.
    """
    return pd.DataFrame(
        {
            "Figure": moved["figure"],
            "Of": moved["of"],
            "Before": _written(moved, "before"),
            "After": _written(moved, "after"),
            "Reason": moved["reason"],
        }
    )


def _written(moved: pd.DataFrame, side: str) -> list[str]:
    columns = (moved["kind"], moved[side], moved[f"customers_{side}"])
    return [
        shown(kind, value) + ("" if pd.isna(customers) else f" of {int(customers):,}")
        for kind, value, customers in zip(*columns, strict=True)
    ]
