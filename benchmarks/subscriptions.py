"""Subscriptions of a million customers over 36 months: churn and movements.

Rows are drawn by the engine from hashes of their numbers, so they are the same in every
run. There is no peer: the question is whether a figure appears in time.
"""

from __future__ import annotations

import statistics
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import duckdb

from benchmarks.engines import THREADS
from holdfast.dataset import Dataset, Limits
from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask
from holdfast.questions.churn import Churn
from holdfast.questions.mrr import Mrr
from holdfast.questions.revenue_cohorts import RevenueCohorts
from holdfast.workspace import Workspace

CASE = "subscriptions"
CUSTOMERS = 1_000_000
ROUNDS = 5
_VERSION = 1

PLAIN = Filters()
BY_PLAN = Filters(breakdown="plan")
NARROWED = Filters((AttributeIn("country", ("DE",)),), breakdown="plan")
ASKED: tuple[tuple[str, Any, Filters], ...] = (
    ("movements by plan, first", Mrr(), BY_PLAN),
    ("movements, other filter", Mrr(), NARROWED),
    ("movements of everyone", Mrr(), PLAIN),
    ("movements by quarter, by plan", Mrr("quarter"), BY_PLAN),
    ("cohorts by plan", RevenueCohorts(), BY_PLAN),
    ("churn by plan, first", Churn(), BY_PLAN),
    ("churn, other filter", Churn(), NARROWED),
)


def show(folder: Path, customers: int) -> dict[str, tuple[float, float]]:
    """Ask about many subscriptions; print and return the seconds.

    Args:
        folder: Where files and the workspace are made and kept.
        customers: How many.

    Returns:
        Wall and CPU seconds by what was asked, medians; each round opens the dataset
        anew, so that nothing is kept from the one before.
    """
    path = dataset_of(folder / f"subscriptions-{customers}-{_VERSION}", customers)
    took: dict[str, list[tuple[float, float]]] = {name: [] for name, *_ in ASKED}
    for _ in range(ROUNDS):
        dataset = Dataset(path, Limits(threads=THREADS))
        for name, spec, filters in ASKED:
            took[name].append(_timed(dataset, spec, filters))
        periods = int(dataset.frame("select count(*) as n from subscriptions")["n"][0])
        dataset.close()
    print(f"\n## {customers:,} customers, {periods:,} subscription periods\n")
    print("| asked | wall | CPU |\n|---|--:|--:|")
    found = {}
    for name, times in took.items():
        wall, cpu = (
            statistics.median(time[place] for time in times) for place in (0, 1)
        )
        found[name] = (wall, cpu)
        print(f"| {name} | {wall:.2f} s | {cpu:.2f} s |", flush=True)
    return found


def dataset_of(place: Path, customers: int) -> Path:
    """Load the files into a workspace, unless that was done before."""
    workspace = Workspace.open_or_create(place / "workspace")
    if workspace.dataset_path() is None:
        workspace.load(make(place, customers))
    path = workspace.dataset_path()
    assert path is not None
    return path


def make(place: Path, customers: int) -> list[Path]:
    """Write customers and their subscriptions as two files.

    Of four customers one changes the plan or comes back once, one of twelve twice.
    """
    place.mkdir(parents=True, exist_ok=True)
    engine = duckdb.connect(config={"threads": str(THREADS), "memory_limit": "2GB"})
    files = []
    for name, text in {"customers": _CUSTOMERS, "subscriptions": _PERIODS}.items():
        file = place / f"{name}.csv"
        target = str(file).replace("'", "''")
        engine.execute(f"copy ({text.format(customers=customers)}) to '{target}'")
        files.append(file)
    engine.close()
    return files


def _timed(dataset: Dataset, spec: Any, filters: Filters) -> tuple[float, float]:
    wall, cpu = perf_counter(), process_time()
    ask(dataset, spec, filters)
    return perf_counter() - wall, process_time() - cpu


_CUSTOMERS = """select
    format('c{{:07d}}', i) as customer_id,
    date '2022-01-01' + (hash(i) % 1095)::integer as signed_up_at,
    case hash(i, 1) % 4 when 0 then 'pro' when 1 then 'team' else 'solo' end as plan,
    case hash(i, 2) % 5 when 0 then 'DE' when 1 then 'FR' else 'US' end as country
from range({customers}) as numbers (i)"""

# Days since 1 January 2022; three years are observed.
_PERIODS = """with lives as (
    select
        i,
        (hash(i) % 1095)::integer as first,
        (hash(i) % 1095 + 30 + hash(i, 3) % 600)::integer as second,
        case when hash(i, 4) % 2 = 0 then 0 else 60 end as gap,
        hash(i, 5) % 4 = 0 as has_second,
        hash(i, 6) % 3 = 0 as has_third
    from range({customers}) as numbers (i)
),

periods as (
    select i, 1 as n, first as began, second as ended from lives
    union all
    select i, 2 as n, second + gap, second + gap + 200 from lives where has_second
    union all
    select i, 3 as n, second + gap + 200, second + gap + 500 from lives
    where has_second and has_third
)

select
    format('c{{:07d}}', i) as customer_id,
    date '2022-01-01' + began as started_at,
    case when ended < 1095 then date '2022-01-01' + ended end as ended_at,
    10 + 7 * (hash(i, n, 7) % 9) as price,
    case when hash(i, n, 8) % 8 = 0 then 12 else 1 end as interval_months,
    'USD' as currency
from periods
where began < 1095"""
