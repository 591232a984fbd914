"""How a staged file is read: encoding, delimiter, header and sheet, all changeable."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from holdfast.errors import HoldfastError
from holdfast.exports.reading import (
    ENCODINGS,
    Reading,
    encoding_candidates,
    guess_reading,
    sheet_names,
)
from holdfast.ui.staging import StagedFile, Staging
from holdfast.ui.words import clipped, plain
from holdfast.workspace import Workspace

_DELIMITERS = {
    ",": "Comma",
    ";": "Semicolon",
    "\t": "Tab",
    "|": "Vertical bar",
    "blanks": "Blanks",
}


def reading_options(workspace: Workspace, staging: Staging, file: StagedFile) -> None:
    """Ask how a file is read, and look into it again where that is changed."""
    reading = file.inspection.reading
    if reading.format == "parquet":
        return
    if reading.is_text and not reading.is_encoding_sure:
        st.info(
            f"That its text is in {plain(reading.encoding)} is a guess: look at the"
            " rows below, and choose another encoding where letters are wrong."
        )
    box = st.expander(
        "How the file is read",
        expanded=reading.is_text and not reading.is_encoding_sure,
        key=f"data_reading_{file.number}",
        icon=":material/tune:",
        on_change="rerun",
    )
    if not box.open:
        return
    try:
        with box.container(horizontal=True, vertical_alignment="bottom"):
            chosen = _chosen(file, reading)
    except HoldfastError as error:
        staging.refused[:] = [error]
        return
    if chosen != reading:
        with st.spinner("Looking into the file again …"):
            staging.reread(workspace, file, chosen)
        st.rerun()


def _chosen(file: StagedFile, reading: Reading) -> Reading:
    if reading.format == "excel":
        return _sheet(file, reading)
    chosen = _encoding(file, reading)
    if chosen != reading or reading.format != "csv":
        return chosen
    return _dialect(file, reading)


def _sheet(file: StagedFile, reading: Reading) -> Reading:
    if reading.container not in ("plain", "zip") or reading.member:
        return reading
    names = list(dict.fromkeys([reading.sheet, *sheet_names(file.path)]))
    sheet = st.selectbox(
        "Sheet",
        names,
        index=0,
        format_func=lambda name: clipped(name, 40),
        key=f"data_sheet_{file.number}",
        width=240,
    )
    return reading if sheet == reading.sheet else guess_reading(file.path, sheet=sheet)


def _encoding(file: StagedFile, reading: Reading) -> Reading:
    candidates = encoding_candidates(file.path, reading.member)
    options = list(dict.fromkeys([reading.encoding, *candidates, *ENCODINGS]))
    encoding = st.selectbox(
        "Encoding of the text",
        options,
        index=0,
        key=f"data_encoding_{file.number}",
        width=200,
    )
    if encoding == reading.encoding:
        return reading
    return guess_reading(file.path, reading.member, encoding=encoding)


def _dialect(file: StagedFile, reading: Reading) -> Reading:
    options = list(dict.fromkeys([*_DELIMITERS, reading.delimiter]))
    delimiter = st.selectbox(
        "Between cells",
        options,
        index=options.index(reading.delimiter),
        format_func=lambda each: _DELIMITERS.get(each, each),
        key=f"data_delimiter_{file.number}",
        width=160,
    )
    header = st.number_input(
        "Line of the column names",
        min_value=0,
        value=reading.header_line,
        key=f"data_header_{file.number}",
        width=200,
        help="0 where the file has none: its columns are then column_1 and so on.",
    )
    short = st.checkbox(
        "Fill up short rows",
        value=reading.short_rows == "fill",
        key=f"data_short_{file.number}",
        help="A row with fewer cells than the header is refused otherwise.",
    )
    changed = replace(
        reading,
        delimiter=delimiter,
        header_line=int(header),
        short_rows="fill" if short else "refuse",
    )
    if changed.header_line != reading.header_line:
        return replace(changed, skipped_lines=0, lines_after_header=0)
    return changed
