"""The command that writes the catalogue of queries."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from contextlib import suppress

from holdfast.cli.speaking import PROGRAM, say
from holdfast.errors import SpecError
from holdfast.query import QUERIES, Entry, Query, catalogue

CATALOGUE = QUERIES / "README.md"

_FOLDERS = {
    "answers": "One file an answer: what questions ask a dataset.",
    "checks": "Each returns the rows that offend; none means that all is well.",
    "dataset": "How the columns of the sources become the tables of a dataset.",
}


def write_catalogue(arguments: argparse.Namespace) -> None:
    """Write the catalogue of queries, or say whether it is stale.

    Raises:
        SpecError: It is stale and was only to be checked.
    """
    text = catalogue_text(catalogue())
    if arguments.check:
        with suppress(FileNotFoundError):
            if CATALOGUE.read_text(encoding="utf-8") == text:
                say("The catalogue of queries is up to date.")
                return
        raise SpecError(
            "catalogue_stale",
            "The catalogue queries/README.md is not what the queries' headers say.",
            f"Write it anew: {PROGRAM} catalogue",
        )
    CATALOGUE.write_text(text, encoding="utf-8", newline="\n")
    say(f"Wrote queries/README.md: {len(catalogue())} queries.")


def catalogue_text(queries: Mapping[str, Query]) -> str:
    """Write the catalogue of queries as Markdown, by folder and name."""
    lines = [
        "# Queries",
        "",
        f"Written by `{PROGRAM} catalogue` from the header of each file; change the",
        "header, not this page. Parameters are bound, never written into the text.",
    ]
    folders: dict[str, list[Query]] = {}
    for query in sorted(queries.values(), key=lambda each: each.name):
        folders.setdefault(query.path.parent.name, []).append(query)
    for folder, found in sorted(folders.items()):
        lines += ["", f"## {folder}", ""]
        if folder in _FOLDERS:
            lines += [_FOLDERS[folder], ""]
        lines += [f"- [{each.name}](#{each.name}): {each.purpose}" for each in found]
        for query in found:
            lines += _entry(query, folder)
    return "\n".join(lines) + "\n"


def _entry(query: Query, folder: str) -> list[str]:
    return [
        "",
        f"### {query.name}",
        "",
        _plain_markdown(query.purpose),
        f"([{folder}/{query.path.name}]({folder}/{query.path.name}))",
        "",
        f"- **Grain**: {_plain_markdown(query.grain)}",
        *_entries("Params", query.params),
        *_entries("Returns", query.returns),
        f"- **Source**: {_plain_markdown(query.source)}",
    ]


def _entries(title: str, entries: Sequence[Entry]) -> list[str]:
    if not entries:
        return [f"- **{title}**: none"]
    return [
        f"- **{title}**:",
        *(
            f"  - `{entry.name}` ({entry.type}): {_plain_markdown(entry.meaning)}"
            for entry in entries
        ),
    ]


def _plain_markdown(text: str) -> str:
    """Keep signs of Markdown from becoming markup."""
    for sign in ("\\", "*", "<", "`"):
        text = text.replace(sign, f"\\{sign}")
    return text
