"""Small worlds: literal rows become files, a workspace and the dataset in it.

Tests go the whole way, through the files that a person would load.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from holdfast.dataset import Dataset
from holdfast.exports.mapping import FeedMapping, SourceMapping
from holdfast.saved_segments import Origin, SavedSegment, digest_of
from holdfast.workspace import Workspace

Row = Sequence[Any] | Mapping[str, Any]

# Columns of rows that are written as tuples; a dict at the end adds further columns.
COLUMNS = {
    "customers": ("customer_id", "signed_up_at"),
    "events": ("customer_id", "event", "timestamp"),
    "orders": ("customer_id", "order_id", "ordered_at", "amount"),
    "order_lines": ("order_id", "customer_id", "order_date", "quantity", "unit_price"),
    "subscriptions": ("customer_id", "started_at", "ended_at"),
    "responses": ("customer_id", "kind", "score", "answered_at"),
    "invitations": ("customer_id", "survey", "sent_at"),
    "tickets": ("ticket_id", "customer_id", "opened_at", "solved_at"),
}
MATCHING = (
    *("identities", "appearances", "matches", "ambiguities"),
    *("exchange_rates", "derivations"),
)
"""Tables that a dataset of the first Holdfast does not have."""


def dataset_of(
    folder: Path,
    customers: Iterable[Row] = (),
    events: Iterable[Row] = (),
    orders: Iterable[Row] = (),
    order_lines: Iterable[Row] = (),
    subscriptions: Iterable[Row] = (),
    responses: Iterable[Row] = (),
    invitations: Iterable[Row] = (),
    tickets: Iterable[Row] = (),
    **settings: Any,
) -> Dataset:
    """Write rows as files, load them into a new workspace and open its dataset.

    Args:
        folder: Where files and workspace are written; many worlds fit in one.
        customers: ``(id, sign-up)``, or a dict, whose further keys are attributes.
        events: ``(customer, name, time)``, and a dict of properties if any.
        orders: ``(customer, id, time, amount)``; a negative amount is a return.
        order_lines: ``(order, customer, time, quantity, price)``.
        subscriptions: ``(customer, first day, first day without access)``.
        responses: ``(customer, kind, score, time)``, and a dict of the rest if any,
            such as comment, question or campaign.
        invitations: ``(customer, kind, time)``, and a dict of the rest if any.
        tickets: ``(id, customer, opened, solved)``, and a dict of further columns.
        settings: Settings of the workspace, such as ``zone`` or ``week_start``.
    """
    home = folder / f"world {sum(1 for _ in folder.iterdir())}"
    home.mkdir()
    given = {
        "customers": customers,
        "events": events,
        "orders": orders,
        "order_lines": order_lines,
        "subscriptions": subscriptions,
        "responses": responses,
        "invitations": invitations,
        "tickets": tickets,
    }
    files = [
        _write(home / f"{name}.csv", [_as_mapping(row, COLUMNS[name]) for row in rows])
        for name, rows in ((name, list(rows)) for name, rows in given.items())
        if rows
    ]
    return loaded(home / "workspace", files, **settings)


def loaded(folder: Path, files: Sequence[Path], **settings: Any) -> Dataset:
    """Load files into a new workspace and open its dataset."""
    workspace = Workspace.create(folder)
    if settings:
        workspace.change_settings(**settings)
    workspace.load(files)
    path = workspace.dataset_path()
    assert path is not None
    return Dataset(path)


def mapped(
    folder: Path,
    files: Iterable[tuple[str, str, Mapping[str, str], str]],
    settings: Mapping[str, Any] | None = None,
) -> Workspace:
    """Load texts one after the other into a new workspace, each mapped as told.

    Args:
        folder: Where files and workspace are written.
        files: Name, feed, column to role, and text of each.
        settings: Settings of the workspace.
    """
    workspace = Workspace.create(folder / "workspace")
    workspace.change_settings(**settings or {})
    for name, feed, columns, text in files:
        (folder / name).write_text(text)
        roles = {role: (column,) for column, role in columns.items()}
        mapping = SourceMapping(feed, (FeedMapping(feed, roles),))
        found = workspace.inspect(folder / name)
        workspace.load([replace(found, mapping=mapping)])
    return workspace


def opened(workspace: Workspace) -> Dataset:
    """Open the current dataset of a workspace."""
    path = workspace.dataset_path()
    assert path is not None
    return Dataset(path)


def segment_of(name: str, *ids: str) -> SavedSegment:
    """Make a saved segment that no workspace holds."""
    kept = sorted(set(ids))
    instant = "2026-01-01T00:00:00+00:00"
    return SavedSegment(
        name, instant, len(kept), digest_of(kept), Origin(), lambda: kept
    )


def made_earlier(workspace: Workspace) -> None:
    """Leave of the current dataset what Holdfast made before it matched customers."""
    path = workspace.dataset_path()
    assert path is not None
    engine = duckdb.connect(str(path))
    for name in MATCHING:
        engine.execute(f"drop table {name}")
    engine.execute("delete from settings where name = 'email_matching'")
    engine.close()
    manifest = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    manifest["size"] = path.stat().st_size
    manifest["tables"]["settings"] -= 1
    for name in MATCHING:
        del manifest["tables"][name]
    del manifest["settings"]["email_matching"]
    path.with_suffix(".json").write_text(json.dumps(manifest), encoding="utf-8")


def table(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Return chosen columns as plain rows: dates as text, missing values as None."""
    return [
        tuple(_plain(value) for value in row)
        for row in frame[list(columns)].itertuples(index=False, name=None)
    ]


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return None
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return round(value, 4)
    return value.item() if hasattr(value, "item") else value


def _as_mapping(row: Row, columns: tuple[str, ...]) -> Mapping[str, Any]:
    if isinstance(row, Mapping):
        return row
    cells = list(row)
    further = cells.pop() if isinstance(cells[-1], Mapping) else {}
    return dict(zip(columns, cells, strict=False)) | dict(further)


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    # A vendor's layout wants all of its columns, so those of tuples are always there.
    columns = dict.fromkeys(
        (*COLUMNS[path.stem], *(key for row in rows for key in row))
    )
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(columns))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_json_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write rows as a file of JSON lines."""
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def figures(frame: pd.DataFrame, segment: str = "All") -> list[tuple[Any, ...]]:
    """Return a segment's retention as (cohort, interval, customers, retained, over)."""
    rows = frame[frame["segment"] == segment]
    return [
        (cohort or "pooled", *rest)
        for cohort, *rest in table(
            rows, "cohort", "interval", "customers", "retained_customers", "is_complete"
        )
    ]
