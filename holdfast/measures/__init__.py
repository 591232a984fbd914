"""Every measure once: its label, unit, format, definition and good direction.

Pages, charts, exports and the command line take their words and formats from here, so
that a rate looks the same everywhere.
"""

from holdfast.measures.churn import CHURN
from holdfast.measures.comments import COMMENTS
from holdfast.measures.formats import (
    UNKNOWN,
    formatted,
    money_text,
    percent,
    percent_range,
    percent_with_count,
)
from holdfast.measures.losses import LOSSES
from holdfast.measures.measure import Measure
from holdfast.measures.revenue import REVENUE
from holdfast.measures.scores import SCORES
from holdfast.measures.staying import STAYING
from holdfast.measures.support import SUPPORT
from holdfast.measures.value import VALUE
from holdfast.measures.voices import VOICES

__all__ = [
    "MEASURES",
    "UNKNOWN",
    "Measure",
    "definition",
    "formatted",
    "label",
    "money_text",
    "percent",
    "percent_range",
    "percent_with_count",
    "text",
]

MEASURES: dict[str, Measure] = {
    measure.key: measure
    for subject in (
        *(STAYING, CHURN, LOSSES, REVENUE, VALUE),
        *(SUPPORT, SCORES, VOICES, COMMENTS),
    )
    for measure in subject
}


def label(key: str) -> str:
    """Give the words for a measure or an end of its interval.

    A column that is neither gets its own name.
    """
    if key in MEASURES:
        return MEASURES[key].label
    for end in ("lower", "upper"):
        base = key.removesuffix(f"_{end}")
        # Of which share it is an end, the question knows; there are several.
        if base not in (key, "share") and base in MEASURES:
            return f"{MEASURES[base].label}, {end} end"
    return key.replace("_", " ").capitalize()


def definition(key: str) -> str:
    """Give the plain sentences that define a measure.

    Raises:
        KeyError: No such measure.
    """
    return MEASURES[key].definition


def text(key: str, value: float | int | None) -> str:
    """Write a value as the measure's format says; a dash where it is unknown."""
    return formatted(value, MEASURES[key].format)
