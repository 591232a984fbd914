"""The command that asks a question."""

from __future__ import annotations

import argparse
import inspect
import json
import textwrap
from collections.abc import Sequence
from dataclasses import MISSING, fields, replace
from typing import Any

import pandas as pd

from holdfast.answer import Answer
from holdfast.cli.opening import opened_dataset
from holdfast.cli.speaking import progress_line, room, say, write_csv
from holdfast.errors import SpecError
from holdfast.filters import read_filters
from holdfast.population import suggestion
from holdfast.report.plain import FRAME, as_json
from holdfast.report.text import answer_lines, table
from holdfast.spec import choices, read_spec
from holdfast.theme_rules import read_theme_rules
from holdfast.workspace import Workspace, workspace_path


def ask_question(arguments: argparse.Namespace) -> None:
    """Ask a question and print its answer.

    Raises:
        SpecError: The question or one of its settings is not known.
        DatasetError: Nothing is loaded.
    """
    spec = _spec(arguments.question, arguments.spec)
    filters = read_filters(arguments.filter, arguments.by, arguments.segments)
    if arguments.table and (arguments.json or arguments.sql):
        raise SpecError(
            "table_without_use",
            "--table chooses what is printed or written as CSV.",
            "Leave it out; --json has every table, --sql the whole statement.",
        )
    # The libraries of statistics take a second to load, and only answers need them.
    from holdfast.questions import ask

    path = workspace_path(arguments.workspace)
    if arguments.question == "themes" and spec.own is None:
        kept = read_theme_rules(Workspace.open(path).themes)
        spec = replace(spec, own=kept if kept.themes else None)
    with opened_dataset(path) as dataset, progress_line() as show:
        answer = ask(dataset, spec, filters, progress=show)
    if arguments.sql:
        print(answer.sql)
    elif arguments.json:
        print(
            json.dumps(as_json(answer), indent=2, ensure_ascii=False, allow_nan=False)
        )
    elif arguments.csv:
        write_csv(_chosen(answer, arguments.table or FRAME))
    elif arguments.table:
        say(*table(_chosen(answer, arguments.table), room()))
    else:
        say(*answer_lines(answer, room()))


def _spec_of(question: str) -> type[Any]:
    """Return the spec class of a question.

    Raises:
        SpecError: There is no such question.
    """
    from holdfast.questions import module_of

    name = "".join(word.capitalize() for word in question.split("_"))
    kind: type[Any] = getattr(module_of(question), name)
    return kind


def _spec(question: str, settings: Sequence[str]) -> Any:
    """Read a spec; on the command line, what cannot be read is an error.

    Raises:
        SpecError: A setting is not known, or its value cannot be read.
    """
    kind = _spec_of(question)
    texts: dict[str, str] = {}
    for setting in settings:
        if setting.lstrip().startswith("{"):
            texts.update(_read_json(setting))
            continue
        name, sign, value = setting.partition("=")
        if not sign:
            raise SpecError(
                "unreadable_setting",
                f"The setting {setting!r} cannot be read.",
                "Write it as NAME=VALUE, such as interval=week.",
            )
        texts[name.strip()] = value.strip()
    spec, notices = read_spec(kind, texts)
    if notices:
        raise notices[0]
    return spec


def _read_json(text: str) -> dict[str, str]:
    """Read a JSON object of settings, as ``ask --json`` writes one.

    Raises:
        SpecError: It is none.
    """
    try:
        values: dict[str, Any] = json.loads(text)
        return {name: _setting(value) for name, value in values.items()}
    except (ValueError, TypeError, RecursionError) as error:
        raise SpecError(
            "unreadable_setting",
            "The settings given as JSON cannot be read.",
            'Write for example {"rolling": true, "brackets": [[0, 0], [1, 2]]}.',
        ) from error


def _chosen(answer: Answer, name: str) -> pd.DataFrame:
    tables = {FRAME: answer.frame, **answer.extras}
    if name not in tables:
        raise SpecError(
            "unknown_table",
            f"The answer to {answer.question} has no table {name!r}.",
            suggestion(name, tables),
        )
    return tables[name]


def _setting(value: Any) -> str:
    """Write a setting's value as ``--spec`` takes it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case tuple() | list():
            return ",".join(f"{first}-{last}" for first, last in value)
        case _:
            return str(value)


def settings_help() -> str:
    """List the questions and what can be set for each."""
    from holdfast.questions import QUESTIONS, module_of

    parts = ["Questions, and what --spec sets for each:"]
    for question in QUESTIONS:
        kind = _spec_of(question)
        purpose = (module_of(question).__doc__ or question).split("\n")[0]
        parts.append(f"\n  {question}: {purpose}")
        meanings = _meanings(kind)
        for field in fields(kind):
            options = [each for each in choices(kind, field.name) if each is str(each)]
            words = meanings.get(field.name, "")
            if options and any(each not in words for each in options):
                words = f"{words} One of {', '.join(options)}."
            default = "" if field.default is MISSING else _setting(field.default)
            words = f"{words} Default {default}." if default else words
            parts += textwrap.wrap(
                f"{field.name}: {words}",
                width=88,
                initial_indent="    ",
                subsequent_indent="        ",
            )
    parts.append(
        "\nWhat counts (start, returning, shown_by) is one of signup, activity, order,"
        "\norder+returns, subscription, event:NAME, event:NAME,NAME, or"
        '\n"event:NAME?property=value". Days are written 2025-03-31.\n'
    )
    return "\n".join(parts)


def _meanings(kind: type[Any]) -> dict[str, str]:
    """Read what the fields of a spec mean from the spec's own words."""
    _, _, attributes = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")
    meanings: dict[str, str] = {}
    name = ""
    for line in attributes.replace("``", "").splitlines():
        if line.startswith("    ") and not line.startswith("     "):
            name, _, words = line.strip().partition(": ")
            meanings[name] = words
        elif line.strip() and name:
            meanings[name] += f" {line.strip()}"
    return meanings
