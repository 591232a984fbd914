"""A ``.sql`` file: its header, its text, and how it is shown with its values.

The only place where identifiers and literals are quoted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path

QUERIES = Path(__file__).resolve().parent.parent / "queries"

Value = str | int | float | bool | date | Decimal | None | Sequence["Value"]

_SECTIONS = ("grain", "params", "returns", "source")
_TYPE = r"[^()]+(?:\([^)]*\))?"
_ENTRY = re.compile(rf"(?P<name>\w+) \((?P<type>{_TYPE})\): (?P<meaning>.+)")
_PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")
_SOURCE = re.compile(r"\b(?:from|join)\s+([a-z_]\w*)(?![\w.])")
_COMMENT_OR_STRING = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")


@dataclass(frozen=True)
class Entry:
    """One parameter or one returned column, as the header declares it."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True)
class Query:
    """One documented statement.

    Attributes:
        name: The file's stem, unique in the catalogue.
        purpose: What it answers, as a sentence.
        grain: What one row of the result is.
        params: Named parameters, each bound and never written into the text.
        returns: Result columns, in order; empty for relations of import.
        source: Where the definition comes from.
        text: The statement without its header.
        path: Where the file is.
    """

    name: str
    purpose: str
    grain: str
    params: tuple[Entry, ...]
    returns: tuple[Entry, ...]
    source: str
    text: str
    path: Path


def parse(path: Path) -> Query:
    """Read a query file and its five-section header.

    Raises:
        ValueError: The header is missing a section or has an unreadable entry.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    header = _leading_comments(lines)
    text = "\n".join(lines[len(header) :]).strip()
    sections = _sections(path, [line.removeprefix("--").rstrip() for line in header])
    name, _, purpose = sections["purpose"].partition(": ")
    if name != path.stem:
        raise ValueError(f"{path.name}: the header is named {name!r}")
    return Query(
        name=name,
        purpose=purpose,
        grain=sections["grain"],
        params=_entries(path, sections["params"]),
        returns=_entries(path, sections["returns"]),
        source=sections["source"],
        text=text.removesuffix(";"),
        path=path,
    )


@cache
def catalogue() -> Mapping[str, Query]:
    """Return every query of the project by name.

    Raises:
        ValueError: Two files share a name.
    """
    queries: dict[str, Query] = {}
    for path in sorted(QUERIES.rglob("*.sql")):
        query = parse(path)
        if query.name in queries:
            raise ValueError(f"two queries are named {query.name}")
        queries[query.name] = query
    return queries


def load(name: str) -> Query:
    """Return the query of that name.

    Raises:
        KeyError: There is no such file under ``queries/``.
    """
    return catalogue()[name]


def parameters(text: str) -> frozenset[str]:
    """Return the names of the parameters that a statement uses."""
    return frozenset(_PARAMETER.findall(_COMMENT_OR_STRING.sub(" ", text)))


@lru_cache(maxsize=512)
def sources(text: str) -> frozenset[str]:
    """Return the unquoted names that a statement reads from."""
    # Names and values that come from data may say anything, "from visits" too.
    return frozenset(_SOURCE.findall(_COMMENT_OR_STRING.sub("''", text)))


def with_relations(
    relations: Mapping[str, str], text: str, inlined: Set[str] = frozenset()
) -> str:
    """Put named relations in front of a statement that starts with ``with``.

    Args:
        relations: Name to ``select`` text, in the order in which they build on
            each other.
        text: A statement that reads them; it starts with ``with``.
        inlined: Names of those that only stand for a table. The engine would copy the
            rows of one that is read twice.
    """
    if not relations:
        return text
    body = text.removeprefix("with").lstrip()
    blocks = (
        f"{name} as {'not materialized ' if name in inlined else ''}"
        f"(\n{_indented(sql)}\n)"
        for name, sql in relations.items()
    )
    return "with " + ",\n\n".join([*blocks, body])


def quoted(identifier: str) -> str:
    """Quote an identifier; every name that comes from data goes through here."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: Value) -> str:
    """Write a value as an SQL literal, for statements that are shown or copied."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            return str(value)
        case datetime():
            return f"timestamp '{value.isoformat(sep=' ')}'"
        case date():
            return f"date '{value.isoformat()}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            return "[" + ", ".join(literal(item) for item in value) + "]"


def with_values(text: str, values: Mapping[str, Value]) -> str:
    """Write a statement with its values in place, ready to copy and run."""

    def fill(match: re.Match[str]) -> str:
        name = match.group("name")
        return match.group() if name is None else literal(values[name])

    pattern = re.compile(
        f"(?:{_COMMENT_OR_STRING.pattern})|\\$(?P<name>[a-z_][a-z0-9_]*)"
    )
    return pattern.sub(fill, text)


def _leading_comments(lines: list[str]) -> list[str]:
    count = next(
        (i for i, line in enumerate(lines) if not line.startswith("--")), len(lines)
    )
    return lines[:count]


def _sections(path: Path, lines: list[str]) -> dict[str, str]:
    sections: dict[str, list[str]] = {"purpose": []}
    current = "purpose"
    for line in lines:
        key, colon, rest = line.strip().partition(":")
        if colon and key in _SECTIONS:
            current = key
            sections[current] = [rest.strip()] if rest.strip() else []
        else:
            sections[current].append(line)
    if tuple(sections) != ("purpose", *_SECTIONS):
        raise ValueError(f"{path.name}: the header needs {', '.join(_SECTIONS)}")
    entries = ("params", "returns")
    return {
        key: "\n".join(part)
        if key in entries
        else " ".join(line.strip() for line in part)
        for key, part in sections.items()
    }


def _entries(path: Path, section: str) -> tuple[Entry, ...]:
    """Read ``name (type): meaning`` lines; a deeper indent continues a meaning."""
    if section.strip() in ("", "none"):
        return ()
    joined: list[str] = []
    for line in section.splitlines():
        if line.startswith("     ") and joined:
            joined[-1] += " " + line.strip()
        else:
            joined.append(line.strip())
    matches = [_ENTRY.fullmatch(line) for line in joined]
    if not all(matches):
        raise ValueError(f"{path.name}: unreadable entry in {joined}")
    return tuple(Entry(**match.groupdict()) for match in matches if match)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else line for line in text.splitlines())
