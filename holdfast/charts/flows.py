"""The geometry of a layered flow: bands between two columns of nodes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

NODES = "nodes"
"""Name of the rows that the nodes are drawn from."""

_POINTS = 17
_GAP = 0.025
_NODE_WIDTH = 0.025
# Labels nearer to each other than this, as a share of the height, would overlap.
_LABEL_STEP = 0.052


def flow_rows(
    moves: pd.DataFrame, order: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay out moves as bands from nodes on the left to nodes on the right.

    Args:
        moves: Rows with from_stage, to_stage and customers.
        order: The names of all nodes, top to bottom.

    Returns:
        The points of the bands' edges (x from 0 to 1, upper and lower in customers from
        the top), and the nodes with their labels.
    """
    total = int(moves["customers"].sum())
    gap = total * _GAP
    nodes: list[dict[str, object]] = []
    tops: dict[tuple[str, str], float] = {}
    for side, column in (("the start", "from_stage"), ("the end", "to_stage")):
        sizes = moves.groupby(column)["customers"].sum()
        names = [name for name in order if sizes.get(name, 0) > 0]
        nodes += _column(side, {name: int(sizes[name]) for name in names}, total, gap)
        top = 0.0
        for name in names:
            tops[side, name] = top
            top += float(sizes[name]) + gap
    place = {name: number for number, name in enumerate(order)}
    rows = [
        (str(before), str(after), float(customers))
        for before, after, customers in zip(
            moves["from_stage"], moves["to_stage"], moves["customers"], strict=True
        )
    ]
    # Bands leave a node in the order of where they go, and arrive in that of where
    # they come from, so that those of one node do not cross each other.
    left: dict[tuple[str, str], float] = {}
    for before, after, size in sorted(rows, key=lambda row: place[row[1]]):
        left[before, after] = tops["the start", before]
        tops["the start", before] += size
    right: dict[tuple[str, str], float] = {}
    for before, after, size in sorted(rows, key=lambda row: place[row[0]]):
        right[before, after] = tops["the end", after]
        tops["the end", after] += size
    across = np.linspace(0, 1, _POINTS)
    eased = across**2 * (3 - 2 * across)
    bands = [pd.DataFrame(columns=_BAND)]
    for before, after, size in rows:
        start, end = left[before, after], right[before, after]
        upper = start + (end - start) * eased
        band = {
            "band": f"{before} → {after}",
            "from_stage": before,
            "to_stage": after,
            "customers": int(size),
            "x": across,
            "upper": upper,
            "lower": upper + size,
        }
        bands.append(pd.DataFrame(band))
    points = pd.concat(bands[1:] or bands, ignore_index=True)
    return points, pd.DataFrame(nodes, columns=_NODE)


_BAND = ["band", "from_stage", "to_stage", "customers", "x", "upper", "lower"]
_NODE = [
    *("stage", "side", "customers", "x_from", "x_to", "upper", "lower"),
    *("x_text", "y_text", "text"),
]


def _column(
    side: str, sizes: dict[str, int], total: int, gap: float
) -> list[dict[str, object]]:
    """Stack the nodes of one side, and keep their labels apart."""
    is_left = side == "the start"
    rows: list[dict[str, object]] = []
    top, lowest = 0.0, -np.inf
    for name, size in sizes.items():
        y_text = max(top + size / 2, lowest + total * _LABEL_STEP)
        lowest = y_text
        rows.append(
            {
                "stage": name,
                "side": side,
                "customers": size,
                "x_from": -_NODE_WIDTH if is_left else 1.0,
                "x_to": 0.0 if is_left else 1 + _NODE_WIDTH,
                "upper": top,
                "lower": top + size,
                "x_text": -2 * _NODE_WIDTH if is_left else 1 + 2 * _NODE_WIDTH,
                "y_text": y_text,
                "text": f"{name}  {size:,}",
            }
        )
        top += size + gap
    return rows
