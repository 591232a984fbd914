"""The command that lists, keeps and removes the themes of one's own."""

from __future__ import annotations

import argparse

import pandas as pd

from holdfast.cli.speaking import room, say, write_csv
from holdfast.errors import WorkspaceError
from holdfast.population import suggestion
from holdfast.report.text import table
from holdfast.theme_rules import ThemeRules, read_theme_rules
from holdfast.workspace import Workspace, workspace_path


def keep_themes(arguments: argparse.Namespace) -> None:
    """Print the themes of the workspace, after keeping or removing some.

    A theme that is saved takes the place of the one of its name.

    Raises:
        SpecError: A theme cannot be read.
        WorkspaceError: There is no theme of that name, or an import is running.
    """
    workspace = Workspace.open(workspace_path(arguments.workspace))
    rules = read_theme_rules(workspace.themes)
    themes = {theme.name.casefold(): theme for theme in rules}
    for name in arguments.remove:
        if name.casefold() not in themes:
            known = [theme.name for theme in rules]
            raise WorkspaceError(
                "unknown_theme",
                f"There is no theme {name!r}.",
                suggestion(name, known, "There is none."),
            )
        del themes[name.casefold()]
    for theme in read_theme_rules("\n".join(arguments.save)):
        themes[theme.name.casefold()] = theme
    changed = ThemeRules(tuple(themes.values()))
    if changed != rules:
        workspace.keep_themes(changed)
    frame = pd.DataFrame(
        {
            "theme": [theme.name for theme in changed],
            "words": [", ".join(theme.words) for theme in changed],
        }
    )
    if arguments.csv:
        write_csv(frame)
    elif frame.empty:
        say('There is no theme: keep one with --save "Payment: pay*, card".')
    else:
        say(*table(frame, room()))
