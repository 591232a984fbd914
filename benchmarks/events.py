"""Seeded product events as files: what an export looks like, and the peers' best form.

About 50 events a customer with a heavy tail, 12 kinds of event, 12 months, sessions;
a customer is active in about 5 weeks, and some events share a second.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

SEED = 20250101
VERSION = 1
"""Goes up whenever other events come out, so that kept files are made anew."""

FIRST_DAY = "2025-01-01"
DAYS = 365
MEAN_EVENTS = 50
MEDIAN_EVENTS = 27
SPREAD = 1.11
MOST_EVENTS = 4_000
EVENTS_A_SESSION = 5.0
SECONDS_BETWEEN = 9.0
MEAN_LIFE_DAYS = 130.0

KINDS = {
    "opened_app": 0.26,
    "viewed_item": 0.22,
    "searched": 0.13,
    "added_item": 0.09,
    "edited_item": 0.08,
    "commented": 0.06,
    "shared_item": 0.05,
    "invited_member": 0.04,
    "exported_report": 0.03,
    "changed_settings": 0.02,
    "contacted_support": 0.01,
    "finished_tour": 0.01,
}
DEVICES = {"web": 0.45, "ios": 0.30, "android": 0.20, "tablet": 0.05}
PLANS = {"free": 0.60, "starter": 0.25, "pro": 0.10, "team": 0.05}
COUNTRIES = ("de", "fr", "gb", "us", "in", "br", "jp", "es", "pl", "nl", "se", "ke")


@dataclass(frozen=True)
class Files:
    """The files of one number of events.

    Attributes:
        folder: Where they are.
        events: Events asked for; a little more or less came out.
    """

    folder: Path
    events: int

    @property
    def events_csv(self) -> Path:
        """The export of events: user_id, event, timestamp, device."""
        return self.folder / "events.csv"

    @property
    def customers_csv(self) -> Path:
        """The export of customers: user_id, signed_up_at, plan, country."""
        return self.folder / "customers.csv"

    @property
    def parquet(self) -> Path:
        """Dense numbers and categories, ordered by customer and time, for the peers."""
        return self.folder / "events.parquet"

    @property
    def card(self) -> Path:
        """What the files hold, and the version they were made by."""
        return self.folder / "events.json"

    def are_there(self) -> bool:
        """Say whether they were made by this version, to the end."""
        if not self.card.exists():
            return False
        return bool(json.loads(self.card.read_text())["version"] == VERSION)


def files(folder: Path, events: int) -> Files:
    """Name the files of one number of events; makes none."""
    return Files(folder / f"{events}", events)


def generate(folder: Path, events: int) -> Files:
    """Write the files, unless they are there already."""
    wanted = files(folder, events)
    if wanted.are_there():
        return wanted
    shutil.rmtree(wanted.folder, ignore_errors=True)
    wanted.folder.mkdir(parents=True)
    people, happened = _draw(events)
    _write(wanted, people, happened)
    return wanted


def _draw(events: int) -> tuple[pa.Table, pa.Table]:
    """Draw customers, numbered by their first event, and their events in order."""
    chance = np.random.default_rng(SEED)
    customers = max(1, round(events / MEAN_EVENTS))
    counts = np.exp(chance.normal(np.log(MEDIAN_EVENTS), SPREAD, customers))
    counts = np.clip(np.round(counts), 1, MOST_EVENTS).astype(np.int64)
    year = DAYS * 86_400
    starts = np.sort(chance.integers(0, year - 3_600, customers))
    lives = chance.exponential(MEAN_LIFE_DAYS * 86_400, customers)
    lives = np.minimum(lives, year - 1 - starts)

    sessions = np.maximum(1, np.round(counts / EVENTS_A_SESSION)).astype(np.int64)
    session_of = np.repeat(np.arange(customers), sessions)
    first_session = np.concatenate(([0], np.cumsum(sessions)[:-1]))
    offsets = chance.random(len(session_of))
    # The first session is the customer's start; most of the others come early.
    offsets[first_session] = 0.0
    began = (starts[session_of] + offsets**1.2 * lives[session_of]).astype(np.int64)
    device_of_session = chance.choice(
        len(DEVICES), len(session_of), p=list(DEVICES.values())
    )

    customer_of = np.repeat(np.arange(customers), counts)
    place = np.arange(len(customer_of)) - np.repeat(np.cumsum(counts) - counts, counts)
    session = first_session[customer_of] + place % sessions[customer_of]
    order = np.argsort(session, kind="stable")
    session = session[order]
    gaps = chance.exponential(SECONDS_BETWEEN, len(session))
    is_first = np.concatenate(([True], session[1:] != session[:-1]))
    gaps[is_first] = 0.0
    passed = np.cumsum(gaps)
    passed -= np.repeat(
        passed[is_first], np.diff(np.append(np.nonzero(is_first)[0], len(session)))
    )
    seconds = np.minimum(began[session] + passed.astype(np.int64), year - 1)
    customer = session_of[session].astype(np.int32)
    kind = chance.choice(len(KINDS), len(session), p=list(KINDS.values()))
    order = np.lexsort((kind, seconds, customer))
    seconds, customer, kind = seconds[order], customer[order], kind[order]
    device = device_of_session[session[order]]

    ids = chance.permutation(np.arange(customers, dtype=np.int64)) * 2_654_435_761
    ids = (ids ^ (ids >> 17)) & ((1 << 44) - 1)
    if len(np.unique(ids)) < customers:
        raise ValueError("two customers came out with one id: choose another seed")
    plan = chance.choice(len(PLANS), customers, p=list(PLANS.values()))
    country = chance.integers(0, len(COUNTRIES), customers)
    epoch = np.datetime64(FIRST_DAY, "s")
    people = pa.table(
        {
            "user_id": [f"u{number:011x}" for number in ids],
            "signed_up_at": epoch + starts.astype("timedelta64[s]"),
            "plan": _named(plan, tuple(PLANS)),
            "country": _named(country, COUNTRIES),
        }
    )
    happened = pa.table(
        {
            "uid": customer,
            "event": _named(kind, tuple(KINDS)),
            "ts": epoch + seconds.astype("timedelta64[s]"),
            "device": _named(device, tuple(DEVICES)),
            "plan": _named(plan[customer], tuple(PLANS)),
        }
    )
    return people, happened


def _named(codes: np.ndarray, names: tuple[str, ...]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(codes.astype(np.int8), list(names))


def _write(wanted: Files, people: pa.Table, happened: pa.Table) -> None:
    engine = duckdb.connect()
    engine.register("people", people)
    engine.register("happened", happened)
    engine.execute(
        "create temp table numbered as select row_number() over () - 1 as uid, user_id"
        " from people"
    )
    engine.execute(f"copy people to '{_quoted(wanted.customers_csv)}' (header)")
    # An export comes in the order of time, not of customers.
    engine.execute(
        "copy (select user_id, event, ts as timestamp, device from happened"
        " inner join numbered using (uid) order by ts, user_id, event)"
        f" to '{_quoted(wanted.events_csv)}' (header)"
    )
    engine.execute(f"copy happened to '{_quoted(wanted.parquet)}' (format parquet)")
    rows, customers = happened.num_rows, people.num_rows
    engine.close()
    wanted.card.write_text(
        json.dumps({"version": VERSION, "events": rows, "customers": customers})
    )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def main() -> None:
    """Make the files of one number of events; a process of its own frees its memory."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("events", type=int)
    words = parser.parse_args()
    generate(words.folder, words.events)


if __name__ == "__main__":
    main()
