"""An answer as plain values, ready for JSON."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date, datetime
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd

from holdfast.answer import Answer
from holdfast.durations import Duration
from holdfast.occurrence import Occurrence
from holdfast.stage_rules import StageRules

FRAME = "frame"
"""Name of the answer's own table, beside those of its extras."""


def as_json(answer: Answer) -> dict[str, Any]:
    """Return everything of an answer as plain values, without NaN or infinity.

    Days are YYYY-MM-DD, unknown cells null. On the command line its ``spec`` can be
    given back as it is.
    """
    return {
        "question": answer.question,
        "spec": {
            field.name: _plain_setting(getattr(answer.spec, field.name))
            for field in fields(answer.spec)
        },
        "filters": {
            "filters": [str(each) for each in answer.filters.filters],
            "breakdown": answer.filters.breakdown,
            "segments": answer.filters.segments,
            "sentence": answer.filters.describe(),
        },
        "sentence": answer.sentence,
        "caveats": [asdict(caveat) for caveat in answer.caveats],
        "as_of": answer.as_of and answer.as_of.isoformat(),
        "n": int(answer.n),
        FRAME: _records(answer.frame),
        "extras": {name: _records(frame) for name, frame in answer.extras.items()},
        "sql": answer.sql,
    }


def _plain_setting(value: Any) -> Any:
    if isinstance(value, Occurrence | Duration | StageRules | date):
        return str(value)
    return [list(pair) for pair in value] if isinstance(value, tuple) else value


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    columns = [
        [_plain(value) for value in as_days(frame[name]).tolist()]
        for name in frame.columns
    ]
    return [
        dict(zip(map(str, frame.columns), row, strict=True))
        for row in zip(*columns, strict=True)
    ]


def as_days(column: pd.Series) -> pd.Series:
    """Turn a column of midnights into one of days; others stay as they are."""
    if not pd.api.types.is_datetime64_any_dtype(column):
        return column
    known = column.dropna()
    is_days = bool((known == known.dt.normalize()).all())
    return column.dt.date if is_days else column


def _plain(value: Any) -> Any:
    """Return a cell as JSON knows it; null for what is missing or not finite."""
    if pd.isna(value):
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if np.isfinite(float(value)) else None
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
