"""What a question gives back: figures, what they mean and what limits them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pandas as pd

from holdfast.filters import Filters


@dataclass(frozen=True)
class Caveat:
    """Something that the reader of a figure has to know.

    Attributes:
        code: Stable identifier.
        text: One or two plain sentences.
    """

    code: str
    text: str


@dataclass(frozen=True)
class Answer:
    """The answer to a question; small and never changed.

    Attributes:
        question: Name of the question.
        spec: What was asked.
        filters: Who was in view.
        frame: The figures; grain and columns are the question's.
        extras: Further tables by name.
        sentence: The main finding in one plain sentence.
        caveats: What limits it.
        sql: The statement with its values, ready to run on the dataset's file.
        as_of: End (exclusive) of the observed time, a local day; none where the data
            carry no dates.
        n: Customers or accounts behind the answer.
    """

    question: str
    spec: Any
    filters: Filters
    frame: pd.DataFrame
    sentence: str
    sql: str
    as_of: date | None
    n: int
    extras: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    caveats: tuple[Caveat, ...] = ()


def units_of(answer: Answer) -> str:
    """Name what an answer counts, in the plural."""
    return "accounts" if answer.spec.unit == "account" else "customers"


def observed_line(answer: Answer) -> str:
    """Say how many are behind an answer, and until when they were observed."""
    counted = f"{answer.n:,} {units_of(answer)}"
    if answer.as_of is None:
        return f"{counted}. The data carry no dates, so there is no day of their end."
    last = answer.as_of - timedelta(days=1)
    return f"{counted}, observed to the end of {last}."
