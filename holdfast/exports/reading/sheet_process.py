"""The process that opens workbooks, with bounded memory; see ``spreadsheets``.

``list <workbook>`` prints its sheets; ``convert <workbook> <sheet> <target> [rows]``
writes a sheet as CSV. The last word on standard error says why it could not.
"""

from __future__ import annotations

import csv
import datetime
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    WorksheetNotFound,
)

MEMORY = 3 << 30
# Above this a number with 64 bits has no room for all of its digits.
_EXACT = 10**15


def main(arguments: list[str]) -> int:
    """Do what the arguments say; return the exit code."""
    bound_memory()
    try:
        if arguments[0] == "list":
            told: dict[str, Any] = {"sheets": _sheets(arguments[1])}
        else:
            most = int(arguments[4]) if len(arguments) > 4 else None
            told = _convert(arguments[1], arguments[2], Path(arguments[3]), most)
    except PasswordError:
        sys.stderr.write("locked\n")
        return 1
    except WorksheetNotFound:
        sys.stderr.write("no_sheet\n")
        return 1
    except (CalamineError, ValueError, OSError):
        sys.stderr.write("unreadable\n")
        return 1
    sys.stdout.write(json.dumps(told))
    return 0


def bound_memory() -> None:
    """Take no more memory than ``MEMORY``, where the system can see to that."""
    try:
        import resource
    except ImportError:
        # Windows: the checks of declared and unpacked sizes have to do.
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _sheets(workbook: str) -> list[dict[str, Any]]:
    with CalamineWorkbook.from_path(workbook) as book:
        return _listed(book)


def _listed(book: CalamineWorkbook) -> list[dict[str, Any]]:
    found = []
    for number, each in enumerate(book.sheets_metadata):
        if each.typ != SheetTypeEnum.WorkSheet:
            continue
        found.append(
            {
                "name": each.name,
                "is_hidden": each.visible != SheetVisibleEnum.Visible,
                "rows": book.get_sheet_by_index(number).height,
            }
        )
    return found


def _convert(
    workbook: str, name: str, target: Path, most: int | None
) -> dict[str, Any]:
    long_numbers = 0
    with (
        CalamineWorkbook.from_path(workbook) as book,
        target.open("w", encoding="utf-8", newline="") as written,
    ):
        sheet = book.get_sheet_by_name(name)
        writer = csv.writer(written, lineterminator="\n")
        top, left = sheet.start or (0, 0)
        # The row of the sheet is the line that people look for.
        written.write("\n" * top)
        for number, row in enumerate(_rows(sheet)):
            if most is not None and number >= most:
                break
            cells = [_text(cell) for cell in row]
            long_numbers += sum(map(_is_long, row))
            if any(cells):
                writer.writerow(cells)
            else:
                written.write("\n")
        listed = _listed(book) if most is None else []
    others = [each for each in listed if each["rows"] > 1 and each["name"] != name]
    return {"long_numbers": long_numbers, "left": left, "others": others}


def _rows(sheet: CalamineSheet) -> Any:
    return sheet.iter_rows() if sheet.start else iter(())


def _text(cell: Any) -> str:
    """Return a cell as the sheet shows it, dates in ISO form."""
    match cell:
        case str():
            return cell.replace("\0", "")
        case bool():
            return "TRUE" if cell else "FALSE"
        case int():
            return str(cell)
        case float():
            if cell.is_integer():
                return f"{Decimal(repr(cell)):f}".removesuffix(".0")
            return repr(cell)
        case datetime.datetime():
            return cell.isoformat(" ")
        case datetime.date() | datetime.time():
            return cell.isoformat()
        case datetime.timedelta():
            return _duration(cell)
    return str(cell)


def _duration(span: datetime.timedelta) -> str:
    sign = "-" if span < datetime.timedelta() else ""
    seconds = abs(span).total_seconds()
    hours, rest = divmod(int(seconds), 3600)
    return f"{sign}{hours}:{rest // 60:02}:{rest % 60:02}"


def _is_long(cell: Any) -> bool:
    return (
        isinstance(cell, (int, float))
        and not isinstance(cell, bool)
        and abs(cell) >= _EXACT
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
