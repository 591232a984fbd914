"""SQL of instants and local days, from cells however they are written."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from holdfast.exports.mapping.parts import EPOCHS, ISO
from holdfast.exports.notations import BUDDHIST, common_year_text
from holdfast.query import literal

_OFFSET = "(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$"
_FIRST, _LAST = "timestamp '1900-01-01'", "timestamp '2200-01-01'"
_ZERO = "timestamp '1970-01-01'"


def is_time(type_: str) -> bool:
    """Say whether a DuckDB type is a date or an instant."""
    return type_ == "DATE" or type_.startswith("TIMESTAMP")


def instant(text: str, type_: str, form: str, zone: str, local: str) -> str:
    """Return the UTC instant that a cell tells, possible or not; null for none.

    Args:
        text: The cell as text.
        type_: DuckDB type of its column.
        form: 'iso', an epoch format or a strptime format.
        zone: Zone of times that name none.
        local: The workspace's zone, in which a bare date begins.
    """
    if form.startswith(BUDDHIST):
        years = common_year_text(text)
        return instant(years, "VARCHAR", form.removeprefix(BUDDHIST), zone, local)
    if type_ == "DATE":
        value = _to_utc(f"try_cast({text} as timestamp)", local)
    elif type_ == "TIMESTAMP WITH TIME ZONE":
        value = f"timezone('UTC', try_cast({text} as timestamptz))"
    elif is_time(type_):
        value = _to_utc(f"try_cast({text} as timestamp)", zone)
    elif form in EPOCHS:
        count = (
            f"try_cast(round(try_cast({text} as double) * {EPOCHS[form]}) as bigint)"
        )
        # Numbers beyond this are no instants, and would stop the whole import.
        value = f"case when abs({count}) < 1e16 then make_timestamp({count}) end"
    elif form == ISO:
        value = _iso(text, zone, local)
    else:
        parsed = f"try_strptime({text}, {literal(form)})"
        if "%z" in form or "%Z" in form:
            value = f"timezone('UTC', {parsed})"
        elif re.search("%[HIcX]", form):
            value = _to_utc(parsed, zone)
        else:
            value = _to_utc(parsed, local)
    return value


def possible(name: str, loaded_at: str) -> str:
    """Return an instant, null where nothing can have happened then.

    Args:
        name: Name of a column with UTC instants.
        loaded_at: ISO text of when the file was loaded, for what happened before; a
            day of tolerance is for clocks and zones. Empty for what may lie ahead.
    """
    within = f"{name} >= {_FIRST} and {name} < {_latest(loaded_at)}"
    if loaded_at:
        within += f" and {name} <> {_ZERO}"
    return f"case when {within} then {name} end"


def impossible(name: str, loaded_at: str) -> list[tuple[str, str]]:
    """Return tests of instants that lie in the future or at the zero of clocks.

    Args:
        name: Name of a column with UTC instants.
        loaded_at: As for ``possible``.

    Returns:
        SQL of each test, and the words for it.
    """
    if not loaded_at:
        return []
    late = f"{name} >= {_latest(loaded_at)} and {name} < {_LAST}"
    return [
        (late, "lies after the file was loaded"),
        (f"{name} = {_ZERO}", "is the zero of a clock that was never set"),
    ]


def _latest(loaded_at: str) -> str:
    if not loaded_at:
        return _LAST
    loaded = datetime.fromisoformat(loaded_at).astimezone(UTC)
    latest = (loaded + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S")
    return f"timestamp {literal(latest)}"


def day(instant: str, zone: str) -> str:
    """Return SQL of the local day of a UTC instant."""
    if zone == "UTC":
        return f"{instant}::date"
    return f"timezone({literal(zone)}, timezone('UTC', {instant}))::date"


def _iso(text: str, zone: str, local: str) -> str:
    # A cast to timestamp would drop the offset of a text without a word.
    naive = f"try_cast({text} as timestamp)"
    joined = f"replace(replace({text}, ' +', '+'), ' -', '-')"
    exact = f"timezone('UTC', try_cast({joined} as timestamptz))"
    if zone == local == "UTC":
        # The exact cast takes ten times as long: plain texts go without it. Counted
        # from the end, the engine finds a character without reading all before it.
        return (
            f"case when case when strlen({text}) = 19 then {text}[-3] = ':'"
            f" else strlen({text}) <= 16 or suffix({text}, 'Z') end then {naive}"
            f" else {exact} end"
        )
    return (
        f"case when strlen({text}) <= 10 then {_to_utc(naive, local)}"
        f" when regexp_matches({text}, {literal(_OFFSET)}) then {exact}"
        f" else {_to_utc(naive, zone)} end"
    )


def _to_utc(naive: str, zone: str) -> str:
    if zone == "UTC":
        return naive
    return f"timezone('UTC', timezone({literal(zone)}, {naive}))"
