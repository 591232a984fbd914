"""A last row that adds up the others is no row of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from holdfast.exports.reading.description import BLANKS, Reading, Rows, refused_path
from holdfast.exports.reading.refusals import Refusals
from holdfast.exports.reading.relations import AS_PARQUET
from holdfast.query import literal

REASON = "looks like a total"

_WORDS = frozenset(
    {
        *("total", "totals", "grand total", "sum", "sub total", "subtotal"),
        *("summe", "gesamt", "gesamtsumme", "insgesamt", "suma", "razem", "łącznie"),
        *("total general", "suma total", "totaal", "totale", "totalt", "total général"),
        *("somme", "jumlah", "jumlah total", "ogółem", "suma końcowa", "итого"),
        *("всего", "合计", "总计", "小计", "合計", "總計", "รวม", "รวมทั้งหมด", "ยอดรวม"),
    }
)
_NUMBER = re.compile(
    r"[-+(]?[^\w\s]?\s?\d{1,3}([.,'\s]?\d{3})*([.,]\d+)?\s?([^\w\s]{1,2}|[A-Z]{3})?"
)


def without_total(
    cursor: duckdb.DuckDBPyConnection, reading: Reading, target: Path, rows: Rows
) -> Rows:
    """Refuse a file's last row where it only adds up the others.

    Its first filled cell says so, and of the others at least half are empty or
    numbers. Where a row further up says so too, such rows are meant as they are.

    Args:
        cursor: Cursor that may read and write beside the target.
        reading: How the file is read.
        target: Parquet file of the rows; written anew where its last row is refused.
        rows: What is in it.
    """
    width = len(rows.columns)
    if rows.rows < 2 or width < 2:
        return rows
    with pq.ParquetFile(target) as file:
        # Looking at the end only costs the same for files of any size.
        end = file.read_row_group(file.num_row_groups - 1)
        last = [column[-1].as_py() for column in end.columns]
        if not _is_total(last[:width]):
            return rows
        place = next(at for at, cell in enumerate(last) if _filled(cell))
        above = end.column(place).to_pylist()[:-1]
    if any(_is_word(cell) for cell in above):
        return rows
    line = last[width] if rows.line_column else rows.first_line + rows.rows - 1
    between = " " if reading.delimiter == BLANKS else reading.delimiter
    text = between.join(str(cell or "") for cell in last[:width])
    fewer = target.with_suffix(".fewer")
    cursor.execute(
        f"copy (from read_parquet({literal(str(target))}) limit {rows.rows - 1})"
        f" to {literal(str(fewer))} {AS_PARQUET}"
    ).fetchall()
    fewer.replace(target)
    _refuse(refused_path(target), line, text)
    return replace(rows, rows=rows.rows - 1, refused=rows.refused + 1)


def _refuse(path: Path, line: int, text: str) -> None:
    """Add the row to those that are refused already."""
    before = pq.read_table(path).to_pylist() if path.exists() else []
    with Refusals(path) as refusals:
        for each in before:
            refusals.add(each["line"], each["reason"], each["row_text"])
        refusals.add(line, REASON, text)


def _is_total(cells: Sequence[object]) -> bool:
    filled = [cell for cell in cells if _filled(cell)]
    if not filled or not _is_word(filled[0]):
        return False
    numbers = sum(1 for cell in filled[1:] if _NUMBER.fullmatch(str(cell).strip()))
    empty = len(cells) - len(filled)
    return 2 * (numbers + empty) >= len(cells) - 1


def _filled(cell: object) -> bool:
    return cell is not None and bool(str(cell).strip())


def _is_word(cell: object) -> bool:
    words = " ".join(str(cell or "").replace("-", " ").split())
    return words.rstrip(" :").casefold() in _WORDS
