"""Sheets of workbooks: xlsx, xlsb, xls and ods, each cell as the sheet has it.

A workbook is read by a process of its own with bounded memory: a file of a few
kilobytes can ask for any amount, whatever sizes it declares.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from html import unescape
from itertools import islice
from pathlib import Path

from holdfast.exports.reading.containers import MAX_RATIO, damaged, members
from holdfast.exports.reading.description import CHUNK, Reading, refused
from holdfast.exports.reading.dialects import table_of
from holdfast.exports.reading.records import Records, lines_of

MAX_UNPACKED = 300 << 20
_SAFE_UNPACKED = 32 << 20
_SECONDS = 300
_SAMPLE_ROWS = 200
_SHOWN = 5
_PROGRAM = Path(__file__).with_name("sheet_process.py")
_REASONS = {
    "locked": ("locked_workbook", "is locked with a password", "Save it without one."),
    "no_sheet": ("missing_sheet", "has no such sheet", "Choose another sheet."),
    "unreadable": (
        "damaged_workbook",
        "is no workbook that can be read",
        "Open it, save it as CSV and load that file.",
    ),
}


def is_workbook(path: Path) -> bool:
    """Whether a zip archive is a workbook.

    Raises:
        ImportRefusedError: It is a damaged archive, or a bomb.
    """
    names = {each.filename for each in members(path)}
    return bool(
        names & {"xl/workbook.xml", "xl/workbook.bin"}
        or {"content.xml", "META-INF/manifest.xml"} <= names
    )


def guess_sheet(
    path: Path,
    workbook: Path,
    container: str = "plain",
    member: str = "",
    sheet: str = "",
) -> Reading:
    """Guess which sheet of a workbook has the table, and where its names stand.

    Args:
        path: The file, for its name in sentences.
        workbook: The workbook itself.
        container: What it is packed in.
        member: Which file of an archive it is.
        sheet: Which sheet, where somebody chose one.

    Raises:
        ImportRefusedError: It cannot be read, or has no sheet with rows.
    """
    _check(path, workbook)
    listed = json.loads(_run(path, "list", str(workbook)))
    filled = [each for each in listed["sheets"] if each["rows"] > 1]
    visible = [each for each in filled if not each["is_hidden"]]
    if not filled:
        raise refused(
            path, "no_rows", "has no sheet with rows", "Export it again with its rows."
        )
    sheet = sheet or (visible or filled)[0]["name"]
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder) / "rows.csv"
        _run(path, "convert", str(workbook), sheet, str(content), str(_SAMPLE_ROWS))
        with content.open("rb") as stream:
            records = Records(lines_of(stream, "\n"), ",", '"')
            rows = [
                (number, record.cells or [])
                for number, record in enumerate(records, start=1)
                if record.text
            ]
    header_line, skipped, after = table_of(list(islice(rows, _SAMPLE_ROWS)))
    return Reading(
        "excel",
        container,
        member=member,
        sheet=sheet,
        header_line=header_line,
        skipped_lines=skipped,
        lines_after_header=after,
    )


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the sheets of a workbook that have rows, hidden ones last.

    Raises:
        ImportRefusedError: It cannot be read.
    """
    _check(path, path)
    listed = json.loads(_run(path, "list", str(path)))["sheets"]
    filled = [each for each in listed if each["rows"]]
    return tuple(
        each["name"] for each in sorted(filled, key=lambda each: each["is_hidden"])
    )


def convert_sheet(
    path: Path, workbook: Path, sheet: str, target: Path
) -> tuple[str, ...]:
    """Write a sheet as CSV, one record for each of its rows, blank ones too.

    Args:
        path: The file, for its name in sentences.
        workbook: The workbook itself.
        sheet: The sheet's name.
        target: File to write.

    Returns:
        Sentences about cells that are not what they seem.

    Raises:
        ImportRefusedError: It cannot be read, or takes too much memory or time.
    """
    _check(path, workbook)
    told = json.loads(_run(path, "convert", str(workbook), sheet, str(target)))
    notes = []
    if others := [each["name"] for each in told["others"]]:
        shown = ", ".join(others[:_SHOWN]) + (" …" if len(others) > _SHOWN else "")
        notes.append(
            f"Only the sheet {sheet} is read. Others with rows: {shown}. Load the file"
            " once more for each of them that you want."
        )
    if errors := _errors(workbook, sheet):
        noun = "cell holds an error" if errors == 1 else "cells hold an error"
        notes.append(f"{errors} {noun} such as #N/A and was taken as empty.")
    if told["long_numbers"]:
        notes.append(
            f"{told['long_numbers']} numbers have more than 15 digits, of which a"
            " workbook keeps only the first 15: ids among them are not exact."
        )
    return tuple(notes)


def _check(path: Path, workbook: Path) -> None:
    """Refuse what unpacks to too much, by what it declares and by what comes out."""
    if not zipfile.is_zipfile(workbook):
        return
    found = members(workbook)
    if any(each.filename.endswith("vbaProject.bin") for each in found):
        raise refused(
            path,
            "workbook_with_macros",
            "is a workbook with macros",
            "Save it as a workbook without macros, or as CSV.",
        )
    size = workbook.stat().st_size
    most = min(MAX_UNPACKED, max(_SAFE_UNPACKED, size * MAX_RATIO))
    too_large = refused(
        path,
        "unpacks_too_large",
        f"is a workbook that unpacks to more than {most >> 20} MB",
        "Save it as CSV and load that file.",
    )
    if sum(each.file_size for each in found) > most:
        raise too_large
    seen = 0
    try:
        with zipfile.ZipFile(workbook) as archive:
            for each in found:
                # Bytes are counted on the way out: a declared size may lie.
                with archive.open(each) as stream:
                    while piece := stream.read(CHUNK):
                        seen += len(piece)
                        if seen > most:
                            raise too_large
    except (OSError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile):
        raise damaged(path, "zip") from None


def _run(path: Path, *arguments: str) -> str:
    # By its path: as a module it would load the engine first, which takes longer than
    # most workbooks. Its neighbours must not stand for Python's own modules.
    command = [sys.executable, "-P", str(_PROGRAM), *arguments]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        done = None
    if done is not None and done.returncode == 0:
        return done.stdout
    told = done.stderr.strip().rpartition("\n")[2] if done else ""
    if told in _REASONS:
        raise refused(path, *_REASONS[told])
    raise refused(
        path,
        "workbook_too_large",
        "is a workbook that takes more memory or time than any export should",
        "Save it as CSV and load that file.",
    )


def _errors(workbook: Path, sheet: str) -> int:
    """Count the cells of an xlsx sheet that hold an error: they come as empty text."""
    count = 0
    for piece in _sheet_xml(workbook, sheet):
        count += piece.count(b' t="e"')
    return count


def _sheet_xml(workbook: Path, sheet: str) -> Iterator[bytes]:
    """Yield the text of a sheet of an xlsx workbook, cut between cells."""
    try:
        with zipfile.ZipFile(workbook) as archive:
            book = archive.read("xl/workbook.xml").decode(errors="replace")
            links = archive.read("xl/_rels/workbook.xml.rels").decode(errors="replace")
            place = _place(book, links, sheet)
            with archive.open(place) as stream:
                rest = b""
                while piece := stream.read(CHUNK):
                    whole, cut, rest = (rest + piece).rpartition(b"<")
                    yield whole
                    rest = cut + rest
                yield rest
    except (KeyError, zipfile.BadZipFile):
        # Another kind of workbook, which has no such place to count at.
        return


def _place(book: str, links: str, sheet: str) -> str:
    for found in re.finditer(r"<(?:\w+:)?sheet\s[^>]*>", book):
        name = re.search(r'\bname="([^"]*)"', found[0])
        link = re.search(r'\br:id="([^"]*)"', found[0])
        if name and link and unescape(name[1]) == sheet:
            for each in re.finditer(r"<Relationship\s[^>]*>", links):
                place = re.search(r'\bTarget="([^"]*)"', each[0])
                if f'Id="{link[1]}"' in each[0] and place:
                    target = place[1]
                    return target[1:] if target[0] == "/" else f"xl/{target}"
    raise KeyError(sheet)
