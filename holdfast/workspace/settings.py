"""What the people of a workspace have chosen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from zoneinfo import ZoneInfo

from holdfast.errors import WorkspaceError
from holdfast.periods import WEEK_SHIFTS

_CURRENCY = re.compile("([A-Z]{3,5})?")
_MOST = {"min_n": 100_000, "lapse_days": 3_650}
EMAIL_MATCHINGS = ("unambiguous", "always", "off")


@dataclass(frozen=True)
class Settings:
    """What the people of a workspace have chosen.

    Attributes:
        zone: IANA zone of every local date.
        week_start: 'monday', 'sunday' or 'saturday'.
        currency: Currency that money is shown in; empty for the data's own.
        min_n: Under this many customers a figure is faded and says so.
        lapse_days: Days of silence after which a customer has lapsed; 0 = from the
            data.
        email_matching: When one e-mail address makes one customer of several ids:
            'unambiguous' where no file gives it to several ids, 'always' or 'off'.
    """

    zone: str = "UTC"
    week_start: str = "monday"
    currency: str = ""
    min_n: int = 30
    lapse_days: int = 0
    email_matching: str = "unambiguous"

    def as_text(self) -> dict[str, str]:
        """Return every setting as text, as the dataset keeps it."""
        return {name: str(value) for name, value in asdict(self).items()}


def settings_of(values: Mapping[str, Any]) -> Settings:
    """Return the settings that a file holds; what it does not know is left out."""
    known = {each.name for each in fields(Settings)}
    return Settings(**{name: each for name, each in values.items() if name in known})


def changed(before: Settings, changes: Mapping[str, str | int]) -> Settings:
    """Return settings with changes.

    Raises:
        WorkspaceError: A setting or its value is not known.
    """
    known = {each.name for each in fields(Settings)}
    for name in changes:
        if name not in known:
            raise WorkspaceError(
                "unknown_setting",
                f"There is no setting {name!r}.",
                f"Choose one of {', '.join(sorted(known))}.",
            )
    after = replace(before, **changes)  # type: ignore[arg-type]
    try:
        ZoneInfo(after.zone)
    except (KeyError, ValueError, OSError, TypeError, AttributeError) as error:
        raise WorkspaceError(
            "unknown_zone",
            f"There is no time zone {after.zone!r}.",
            "Choose one such as Europe/Berlin or UTC.",
        ) from error
    if after.week_start not in tuple(WEEK_SHIFTS):
        raise WorkspaceError(
            "unknown_week_start",
            f"A week cannot start on {after.week_start!r}.",
            f"Choose one of {', '.join(WEEK_SHIFTS)}.",
        )
    if after.email_matching not in EMAIL_MATCHINGS:
        raise WorkspaceError(
            "bad_setting",
            f"The setting email_matching cannot be {after.email_matching!r}.",
            f"Choose one of {', '.join(EMAIL_MATCHINGS)}.",
        )
    if not isinstance(after.currency, str) or not _CURRENCY.fullmatch(after.currency):
        raise WorkspaceError(
            "bad_setting",
            f"The setting currency cannot be {after.currency!r}.",
            "Choose a code of three capital letters such as EUR, or none.",
        )
    for name, most in _MOST.items():
        value = getattr(after, name)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or not 0 <= value <= most:
            raise WorkspaceError(
                "bad_setting",
                f"The setting {name} cannot be {value!r}.",
                f"Choose a whole number from 0 to {most:,}.",
            )
    return after
