"""How a text's cells are told apart and where its names stand, from its beginning."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.exports.reading.description import BLANKS
from holdfast.exports.reading.records import Record, Records, lines_of

_USUAL = (",", ";", "\t", "|")
_SAMPLE_ROWS = 200
_NO_DELIMITER = set("._-+/@()'\"[]{}<>$%&*!?=\\")
_NOTHING = {"", "null", "none", "na", "n/a", "nan", "nil", "-", "\\n"}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_VALUE = re.compile(
    r"[-+(]?[$€£¥]?\s*[-+]?\d[\d.,:/ T%e+-]*(Z|am|pm|UTC|GMT)?\)?\s*[%€$]?"
    rf"|{_MONTH} \d{{1,2}},? \d{{2,4}}|\d{{1,2}}[ -]{_MONTH}[ -]\d{{2,4}}"
    r"|true|false",
    re.IGNORECASE,
)
_PERIOD = re.compile(r"(19|20)\d\d([-/ ](0?[1-9]|1[0-2]|q[1-4]))?", re.IGNORECASE)
_PROSE = 60
_OPEN_ANSWER = re.compile(
    r"^(open-ended |other )?(response|antwort|respuesta|réponse|odpowiedź|resposta)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Dialect:
    """How a text is laid out; the fields are those of ``Reading``."""

    delimiter: str = ","
    quote: str = '"'
    header_line: int = 1
    skipped_lines: int = 0
    lines_after_header: int = 0
    short_rows: str = "refuse"


def guess_dialect(text: str, newline: str) -> Dialect:
    """Guess a text's layout from its beginning.

    Args:
        text: Its first lines, without a byte order mark; the last may be cut.
        newline: Its line end.
    """
    best = max(
        (_judge(text, newline, mark) for mark in _candidates(text)),
        key=lambda judged: judged[0],
    )
    return best[1]


def newline_of(text: str) -> str:
    """Return the first line end of a text outside quotation marks."""
    is_quoted = False
    for index, character in enumerate(text):
        if character == '"':
            is_quoted = not is_quoted
        elif character in "\r\n" and not is_quoted:
            if character == "\n":
                return "\n"
            return "\r\n" if text[index + 1 : index + 2] == "\n" else "\r"
    # An odd quotation mark hides all line ends.
    found = re.search(r"\r\n|\n|\r", text)
    return found[0] if found else "\n"


def is_value(cell: str) -> bool:
    """Whether a cell holds a number or a date, which no column is named after."""
    return bool(_VALUE.fullmatch(cell.strip()))


def is_nothing(cell: str) -> bool:
    """Whether a cell is empty, or says that it is."""
    return cell.strip().casefold() in _NOTHING


def table_of(rows: Sequence[tuple[int, list[str]]]) -> tuple[int, int, int]:
    """Find the table in rows: the line of its names and the lines that are no rows.

    Args:
        rows: Line and cells of each row that is not blank.

    Returns:
        ``header_line``, ``skipped_lines`` and ``lines_after_header`` of a reading.
    """
    if survey := _survey_header(rows):
        return survey
    rows = [(line, _trimmed(cells)) for line, cells in rows]
    start = _first_of_table(rows, is_named=True)
    if _is_header(rows[start][1], [cells for _, cells in rows[start + 1 :]]):
        return rows[start][0], 0, 0
    return 0, rows[_first_of_table(rows, is_named=False)][0] - 1, 0


def _candidates(text: str) -> list[str]:
    first = text.lstrip("\r\n").splitlines()[:1]
    words = first[0] if first else ""
    unusual = [
        mark
        for mark in dict.fromkeys(words)
        if not mark.isalnum() and not mark.isspace() and mark not in _NO_DELIMITER
    ]
    return [*dict.fromkeys((*_USUAL, *unusual[:10], "\x1f", "\x01")), BLANKS]


def _judge(text: str, newline: str, delimiter: str) -> tuple[float, Dialect]:
    """Return how well a delimiter explains a text, and the layout it gives."""
    rows = _rows(text, newline, delimiter)
    if not rows:
        return 0.0, Dialect(delimiter)
    told = [each for each in rows if not _is_comment(each)] or rows
    widths = Counter(len(_trimmed(each.cells or [])) for each in told)
    # One row that happens to show the delimiter makes no table.
    width, count = max(
        widths.items(),
        key=lambda item: (item[0] > 1 and item[1] > len(told) / 20, item[1], -item[0]),
    )
    full = sum(
        1 for each in told if each.cells and len(each.cells) in (width, width + 1)
    )
    share = max(count, full) / len(told)
    header_line, skipped, after = table_of(
        [(each.line, each.cells or []) for each in told]
    )
    names = _cells_at(rows, header_line) or _cells_at(rows, skipped + 1)
    short = sum(1 for each in told if each.cells and len(each.cells) < len(names))
    layout = Dialect(
        delimiter,
        header_line=header_line,
        skipped_lines=skipped,
        lines_after_header=after,
        short_rows="fill" if short > max(1, (len(told) - 1) / 2) else "refuse",
    )
    if width < 2:
        # Nothing to tell apart; blank cells behind the only one still speak for it.
        is_trailing = any(
            len(each.cells or []) > 1 == len(_trimmed(each.cells or []))
            for each in told
        )
        return (0.02 if is_trailing else 0.01) * (delimiter in _USUAL), layout
    score = share * share * (1 + min(width, 20) / 100)
    if delimiter not in (*_USUAL, "\x1f", "\x01"):
        cells = [cell for each in told for cell in each.cells or []]
        values = sum(map(is_value, cells)) / len(cells)
        is_odd = share < 0.95 or width < 3 or len(told) < 3
        if is_odd or (delimiter == BLANKS and values < 0.5):
            return 0.0, layout
        score *= 0.5
    return score if share >= 0.5 else score / 50, layout


def _rows(text: str, newline: str, delimiter: str) -> list[Record]:
    stream = io.BytesIO(text.encode(errors="replace"))
    records = Records(lines_of(stream, newline), delimiter, '"')
    rows = []
    for record in records:
        if record.text.strip():
            rows.append(record)
            if len(rows) > _SAMPLE_ROWS:
                break
    return rows[:_SAMPLE_ROWS]


def _is_comment(row: Record) -> bool:
    """Whether a line is a remark: some tables begin with a column named #."""
    return bool(re.match(r"#+ ?\S+ ", row.text)) and len(row.cells or []) == 1


def _trimmed(cells: list[str]) -> list[str]:
    end = len(cells)
    while end > 1 and not cells[end - 1].strip():
        end -= 1
    return cells[:end] if end == 1 else cells


def _cells_at(rows: Sequence[Record], line: int) -> list[str]:
    return next((each.cells or [] for each in rows if each.line == line), [])


def _first_of_table(rows: Sequence[tuple[int, list[str]]], *, is_named: bool) -> int:
    """Return the first row that is no title: about as wide and full as most are.

    Args:
        rows: Line and cells of each row.
        is_named: Whether the table begins with names; they leave hardly a cell empty,
            while a row of values may.
    """
    widths = Counter(len(cells) for _, cells in rows)
    # One row that happens to show the delimiter makes no table.
    wide = [each for each in widths if each > 1 and widths[each] > len(rows) / 20]
    width = max(wide or widths, key=lambda each: (widths[each], -each))
    for index, (_, cells) in enumerate(rows):
        filled = sum(1 for cell in cells if cell.strip())
        if width == 1:
            is_title = len("".join(cells)) > _PROSE
        elif is_named:
            is_title = filled <= (max(1, width // 3) if width > 2 else 0)
            is_title = is_title or len(cells) < min(2, width)
        else:
            is_title = filled == 0 or len(cells) < width
        if not is_title:
            return index
    return 0


def _survey_header(
    rows: Sequence[tuple[int, list[str]]],
) -> tuple[int, int, int] | None:
    """Recognise survey exports that explain their columns in rows of their own."""
    for index in (1, 2):
        if len(rows) > index and any('"ImportId"' in cell for cell in rows[index][1]):
            return rows[0][0], 0, index
    if len(rows) > 1:
        (_, first), (line, second) = rows[0], rows[1]
        if _explains(first, second, [cells for _, cells in rows[2:]]):
            return rows[0][0], 0, 1
        numbered = sum(1 for cell in first if re.fullmatch(r"[VQ]\d+(_\d+)*", cell))
        if second and second[0].casefold() == "responseid" and numbered > 3:
            return line, 0, 0
    return None


def _explains(
    names: Sequence[str], second: Sequence[str], below: Sequence[Sequence[str]]
) -> bool:
    """Whether a second row repeats names, or tells the options of questions.

    Such a row is empty where the rows below say who answered and when, and holds
    words where they may hold anything.
    """
    told = [
        (name.strip(), cell.strip())
        for name, cell in zip(names, second, strict=False)
        if cell.strip()
    ]
    if not told or any(is_value(cell) and not name for name, cell in told):
        return False
    if len(told) > 1 and all(name.casefold() == cell.casefold() for name, cell in told):
        return True
    if not below or not names or not names[0].strip() or second[0].strip():
        return False
    is_filled = all(cells and cells[0].strip() for cells in below)
    continued = sum(1 for name, cell in told if not name)
    responses = sum(1 for _, cell in told if _OPEN_ANSWER.search(cell))
    return is_filled and bool(continued or responses)


def _is_header(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row names columns, judged by what stands below it."""
    if not below:
        return not all(is_value(cell) or is_nothing(cell) for cell in cells)
    if _names_periods(cells):
        return True
    against = repeated = words = 0
    for position, cell in enumerate(cells):
        column = [row[position] for row in below if position < len(row)]
        told = [each for each in column if not is_nothing(each)]
        if is_nothing(cell) or not told:
            continue
        values = sum(map(is_value, told)) / len(told)
        if is_value(cell):
            against += values > 0.5
            continue
        words += 1
        if values > 0.8:
            return True
        repeated += cell in column
    if against:
        return False
    return bool(words) and repeated < max(1, words / 2)


def _names_periods(cells: Sequence[str]) -> bool:
    """Whether a row counts years, months or periods on, as wide reports do."""
    values = [cell.strip() for cell in cells if is_value(cell)]
    if not 1 < len(values) < len([cell for cell in cells if cell.strip()]):
        return False
    if all(map(str.isdecimal, values)) and len(values) > 2:
        numbers = [int(value) for value in values]
        return numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return all(map(_PERIOD.fullmatch, values)) and values == sorted(set(values))
