"""The command that lists and keeps how the scores of surveys are read."""

from __future__ import annotations

import argparse
from dataclasses import replace

import pandas as pd

from holdfast.cli.speaking import room, say, write_csv
from holdfast.report.text import table
from holdfast.survey_scales import Reading
from holdfast.workspace import Workspace, workspace_path


def keep_scales(arguments: argparse.Namespace) -> None:
    """Print how scores are read, after changing it for a kind of survey.

    Raises:
        SpecError: A scale or a code cannot be read.
        WorkspaceError: An import is running.
    """
    workspace = Workspace.open(workspace_path(arguments.workspace))
    given = {
        name: getattr(arguments, name)
        for name in ("scale", "blank", "not_applicable")
        if getattr(arguments, name) is not None
    }
    if arguments.kind and (given or arguments.forget):
        kept = workspace.readings.get(arguments.kind, Reading())
        before = Reading() if arguments.forget else kept
        workspace.keep_reading(arguments.kind, replace(before, **given))
    readings = workspace.readings
    columns = {"survey": list(readings)} | {
        name: [getattr(each, name) for each in readings.values()]
        for name in ("scale", "blank", "not_applicable")
    }
    frame = pd.DataFrame(columns)
    if arguments.csv:
        write_csv(frame)
    elif frame.empty:
        say("Scores are read on the usual scale of their survey, or on what fits.")
    else:
        say(*table(frame, room()))
