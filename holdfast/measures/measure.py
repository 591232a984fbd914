"""What is said of one figure of the answers."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Measure:
    """One figure of the answers.

    Attributes:
        key: The column that carries it in the answers' frames.
        label: Words for axes, headers and tooltips, in sentence case.
        unit: What it counts; 'share' lies in 0..1.
        format: A d3 format of the forms '.1%', ',.1f' and ',d'.
        definition: One or two plain sentences.
        better: The good direction; None where there is none.
    """

    key: str
    label: str
    unit: Literal[
        "share", "customers", "cohorts", "duration", "days", "ratio", "chance", "money"
    ]
    format: str
    definition: str
    better: Literal["up", "down"] | None = None
