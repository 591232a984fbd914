"""A workspace: sources that are kept, and the dataset that is built from them.

A dataset is built aside, verified, and only then named current by one atomic rename;
whatever fails before leaves everything as it was.
"""

from __future__ import annotations

from holdfast.workspace.finding import MOST_ALONE, Found, find, is_data
from holdfast.workspace.folder import is_workspace
from holdfast.workspace.inspection import Inspection
from holdfast.workspace.place import ENVIRONMENT, workspace_path
from holdfast.workspace.recent import (
    folder_named,
    recent_workspaces,
    remember_workspace,
)
from holdfast.workspace.reports import FileReport, LoadReport, Status
from holdfast.workspace.settings import Settings
from holdfast.workspace.stored import StoredSource
from holdfast.workspace.workspace import Workspace

__all__ = [
    "ENVIRONMENT",
    "MOST_ALONE",
    "FileReport",
    "Found",
    "Inspection",
    "LoadReport",
    "Settings",
    "Status",
    "StoredSource",
    "Workspace",
    "find",
    "folder_named",
    "is_data",
    "is_workspace",
    "recent_workspaces",
    "remember_workspace",
    "workspace_path",
]
