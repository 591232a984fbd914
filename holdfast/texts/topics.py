"""Which terms are told together, as a rough grouping into topics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

APART = 0.7
"""Terms farther apart than this are of two topics; 0 is always told together."""


def topics_of(
    together: NDArray[np.int64], languages: Sequence[str]
) -> list[tuple[int, ...]]:
    """Group terms that are told in the same comments.

    Two terms are as near as the cosine of who tells them; groups are joined by their
    mean distance, and terms of two languages never. A term that nothing is near to is
    in no group.

    Source: average linkage: Sokal and Michener (1958), University of Kansas Science
    Bulletin 38, 1409-1438.

    Args:
        together: Comments with both terms, symmetric; its diagonal holds each term's
            own comments.
        languages: The language of each term.

    Returns:
        Places of the terms of each topic, the most told first; the topic of the most
        told term first.
    """
    told = np.diag(together).astype(float)
    if len(told) < 2:
        return []
    near = together / np.sqrt(np.outer(told, told))
    named = np.array(languages, dtype=object)
    near[named[:, None] != named[None, :]] = 0.0
    distance = np.clip(1.0 - near, 0.0, 1.0)
    np.fill_diagonal(distance, 0.0)
    tree = hierarchy.linkage(squareform(distance, checks=False), method="average")
    label = hierarchy.fcluster(tree, t=APART, criterion="distance")
    by_frequency = np.argsort(-told, kind="stable")
    groups: dict[int, list[int]] = {}
    for place in by_frequency:
        groups.setdefault(int(label[place]), []).append(int(place))
    return [tuple(group) for group in groups.values() if len(group) > 1]
