"""What a first funnel can be: the steps and the window that the data suggest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd

from holdfast.attempts.rules import DEFAULT_WINDOW
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.durations import Duration
from holdfast.errors import SpecError
from holdfast.happenings import last_day
from holdfast.occurrence import ORDER, SIGNUP, SUBSCRIPTION, Occurrence
from holdfast.query import load
from holdfast.questions.milestones import is_mere_look, suggested_milestone
from holdfast.steps import Step, Steps

TRIAL, CANCELLATION = Occurrence("trial"), Occurrence("cancellation")

# An early event is one that at least so many customers did, half of them this soon.
_LEAST_SHARE = 0.1
_EARLY_DAYS = 30.0
_MOST_EVENTS = 2
_AGAIN = "reorder"
_KINDS = {each.kind: each for each in (ORDER, TRIAL, SUBSCRIPTION, CANCELLATION)}
# A window that just lets them through would cut off whoever is a little slower.
_ROOM = 1.5
_WINDOWS = (DEFAULT_WINDOW, *(Duration(days) for days in (30, 60, 90)))


def event_order(
    dataset: Dataset, cancellation: Cancellation | None = None
) -> pd.DataFrame:
    """Return what customers do, how many of them and how soon.

    Returns:
        One row per kind and event; see ``queries/answers/event_order.sql``. Without
        rows where nothing with a time was loaded.

    Raises:
        CancelledError: The cancellation was used.
    """
    kept = dataset.recall("event_order")
    if isinstance(kept, pd.DataFrame):
        return kept
    until = last_day(dataset) if dataset.observed else None
    values = {"seen_on": until and until - timedelta(days=1)}
    found = dataset.frame(load("event_order").text, values, cancellation)
    dataset.keep("event_order", found)
    return found


def suggested_steps(
    dataset: Dataset, cancellation: Cancellation | None = None
) -> tuple[Steps, Duration]:
    """Return the funnel that the data suggest.

    The sign-up, where there is one; up to two events that at least a tenth of the
    customers did, half of them within 30 days of joining: what a success is by its
    name, and the most common ones that are more than looking in; the trial; these in
    the order in which they are usually done first. At the end the paid subscription,
    or the first order and the second one. The window is the shortest of 14, 30, 60 and
    90 days that is half as long again as three quarters of those who did the last step
    needed.

    Returns:
        The steps, none where the data have nothing to follow, and the window.

    Raises:
        CancelledError: The cancellation was used.
    """
    found = event_order(dataset, cancellation)
    rows = found.loc[found["kind"] != _AGAIN, ["kind", "event", "median_days"]]
    days = {_done(*row): at for *row, at in rows.itertuples(index=False)}
    has_signups = "customers" in dataset.observed
    middle = _early_events(dataset, found, _MOST_EVENTS if has_signups else 3)
    ends: list[Occurrence] = []
    if SUBSCRIPTION in days:
        ends = [SUBSCRIPTION]
        if TRIAL in days:
            middle.append(TRIAL)
        elif not has_signups and not middle and CANCELLATION in days:
            ends.append(CANCELLATION)
    elif ORDER in days:
        ends = [ORDER] if middle else [ORDER, ORDER]
    chosen = [SIGNUP] if has_signups and (middle or ends) else []
    chosen += [*sorted(middle, key=days.__getitem__), *ends]
    return tuple(Step(occurrence) for occurrence in chosen), _window(found, chosen)


def frequent_steps(dataset: Dataset) -> Steps:
    """Return the two events that are done most often, beyond looking in; else none."""
    counts = dataset.event_counts
    events = sorted(counts, key=lambda name: (-counts[name], name))
    names = [name for name in events if not is_mere_look(name)][:2]
    if len(names) < 2:
        return ()
    return tuple(Step(Occurrence("event", (name,))) for name in names)


def _early_events(dataset: Dataset, found: pd.DataFrame, most: int) -> list[Occurrence]:
    """Choose the events between the start and the end, in their usual order."""
    events = found[found["kind"] == "event"]
    events = events[
        (events["customers"] >= _LEAST_SHARE * dataset.customers)
        & (events["median_days"] <= _EARLY_DAYS)
    ]
    names = [name for name in events["event"] if not is_mere_look(name)]
    try:
        success = suggested_milestone(dataset).events
    except SpecError:
        success = ()
    first = [name for name in success if name in names]
    # Where all that is done is looking in, that is what there is to follow.
    taken = list(dict.fromkeys([*first, *(names or list(events["event"]))]))[:most]
    return [Occurrence("event", (name,)) for name in taken]


def _done(kind: Any, event: Any) -> Occurrence:
    """Return what a row is about."""
    return Occurrence("event", (event,)) if kind == "event" else _KINDS[kind]


def _window(found: pd.DataFrame, chosen: list[Occurrence]) -> Duration:
    if not chosen:
        return DEFAULT_WINDOW
    last = chosen[-1]
    kind = _AGAIN if chosen.count(ORDER) > 1 else last.kind
    is_last = found["kind"] == kind
    if last.kind == "event":
        is_last &= found["event"] == last.events[0]
    days = found.loc[is_last, "p75_days"]
    needed = 0.0 if days.empty else float(days.iloc[0]) * 86_400
    return next(
        (each for each in _WINDOWS if each.seconds >= _ROOM * needed), _WINDOWS[-1]
    )
