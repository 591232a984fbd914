"""Specs as text: the same values in a link, a saved view and on the command line.

A spec is a frozen dataclass whose fields have defaults. Only what differs from the
default is written. What cannot be read falls back to the default with a notice.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from holdfast.durations import Duration, read_duration
from holdfast.errors import SpecError
from holdfast.notation import read_date
from holdfast.occurrence import Occurrence, read_occurrence
from holdfast.population import suggestion
from holdfast.stage_rules import StageRules, read_stage_rules
from holdfast.steps import (
    Exclusions,
    Steps,
    read_exclusions,
    read_steps,
    write_exclusions,
    write_steps,
)
from holdfast.theme_rules import ThemeRules, read_theme_rules

Brackets = tuple[tuple[int, int], ...]
Spec = TypeVar("Spec")

_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?")
_BRACKET = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?")


def write_spec(spec: Any) -> dict[str, str]:
    """Write the fields of a spec that differ from their defaults."""
    hints = get_type_hints(type(spec))
    return {
        field.name: _write(hints[field.name], getattr(spec, field.name))
        for field in fields(spec)
        if getattr(spec, field.name) != field.default
    }


def read_spec(
    kind: type[Spec], texts: Mapping[str, str]
) -> tuple[Spec, list[SpecError]]:
    """Read a spec from texts by field name.

    Returns:
        The spec, with the default where a text cannot be read or a field is not
        known, and one notice for each of these.
    """
    hints = get_type_hints(kind)
    known = {field.name: hints[field.name] for field in fields(kind)}  # type: ignore[arg-type]  # every spec is a dataclass
    values: dict[str, Any] = {}
    notices: list[SpecError] = []
    for name, text in texts.items():
        if name not in known:
            notices.append(
                SpecError(
                    "unknown_field",
                    f"A {kind.__name__.lower()} question has no setting {name!r}.",
                    suggestion(name, known),
                )
            )
            continue
        try:
            values[name] = _read(known[name], text)
        except SpecError as notice:
            notices.append(
                SpecError(notice.code, f"{name}: {notice.sentence}", notice.remedy)
            )
    try:
        return kind(**values), notices
    except SpecError as notice:
        return kind(), [*notices, notice]


def choices(kind: type[Any], name: str) -> tuple[str, ...]:
    """Return the values that a field with a closed set can take."""
    return get_args(get_type_hints(kind)[name])


def _write(kind: Any, value: Any) -> str:
    if value is None:
        return ""
    notation = _NOTATIONS.get(_without_none(kind))
    return notation.write(value) if notation else str(value)


def _read(kind: Any, text: str) -> Any:
    if get_origin(kind) in (Union, types.UnionType) and not text:
        return None
    kind = _without_none(kind)
    if get_origin(kind) is not Literal:
        return _NOTATIONS[kind].read(text)
    if text in get_args(kind):
        return text
    raise SpecError(
        "unknown_choice",
        f"{text!r} is not a choice.",
        f"Use one of {', '.join(get_args(kind))}.",
    )


def _without_none(kind: Any) -> Any:
    """Return what a field holds where it holds anything."""
    if get_origin(kind) in (Union, types.UnionType):
        return next(option for option in get_args(kind) if option is not type(None))
    return kind


def _read_bool(text: str) -> bool:
    answers = {"yes": True, "true": True, "no": False, "false": False}
    if text.lower() in answers:
        return answers[text.lower()]
    raise SpecError(
        "not_a_choice", f"{text!r} is neither yes nor no.", "Use yes or no."
    )


def _read_int(text: str) -> int:
    if text.isdecimal() and len(text) < 6:
        return int(text)
    raise SpecError(
        "not_a_number", f"{text!r} is not a whole number.", "Use digits, such as 12."
    )


def _read_number(text: str) -> float:
    if _NUMBER.fullmatch(text):
        return float(text)
    raise SpecError(
        "not_a_number", f"{text!r} is not a number.", "Write it such as 12 or -0.5."
    )


def _write_number(value: float) -> str:
    return f"{value:.10g}"


def _read_brackets(text: str) -> Brackets:
    matches = [_BRACKET.fullmatch(part.strip()) for part in text.split(",")]
    if not all(matches):
        raise SpecError(
            "unreadable_brackets",
            f"{text!r} are not brackets of intervals.",
            "Write them as 0,1-3,4-8.",
        )
    return tuple(
        (int(match[1]), int(match[2] or match[1])) for match in matches if match
    )


def _write_brackets(brackets: Brackets) -> str:
    return ",".join(f"{first}-{last}" for first, last in brackets)


def _write_bool(value: bool) -> str:
    return "yes" if value else "no"


@dataclass(frozen=True)
class _Notation:
    """How the values of a type are read, and written where not by ``str``."""

    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


_NOTATIONS: dict[Any, _Notation] = {
    bool: _Notation(_read_bool, _write_bool),
    int: _Notation(_read_int),
    float: _Notation(_read_number, _write_number),
    str: _Notation(str),
    date: _Notation(read_date),
    Duration: _Notation(read_duration),
    Occurrence: _Notation(read_occurrence),
    StageRules: _Notation(read_stage_rules),
    ThemeRules: _Notation(read_theme_rules),
    Brackets: _Notation(_read_brackets, _write_brackets),
    Steps: _Notation(read_steps, write_steps),
    Exclusions: _Notation(read_exclusions, write_exclusions),
}
