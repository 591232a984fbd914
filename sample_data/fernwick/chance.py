"""Draw from named weights and streams, the same on every run."""

import math
from collections.abc import Mapping

import numpy as np

from fernwick.assumptions import SEED


def stream(number: int) -> np.random.Generator:
    """Return the random stream of one stage, so that stages do not disturb others."""
    return np.random.default_rng([SEED, number])


def happens(rng: np.random.Generator, probability: float) -> bool:
    """Return whether an event of this probability happens."""
    return float(rng.random()) < probability


def pick(rng: np.random.Generator, weights: Mapping[str, float]) -> str:
    """Return one key, each with its weight; weights need not add up to 1."""
    draw = float(rng.random()) * sum(weights.values())
    for key, weight in weights.items():
        draw -= weight
        if draw < 0:
            return key
    return key


def between(rng: np.random.Generator, low: float, high: float) -> int:
    """Return a whole number, uniform in [low, high)."""
    return int(low + (high - low) * float(rng.random()))


def long_tailed(rng: np.random.Generator, median: float, spread: float) -> float:
    """Return a log-normal value with this median and log standard deviation."""
    return median * math.exp(spread * float(rng.standard_normal()))
