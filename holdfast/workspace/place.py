"""Where the workspace is."""

from __future__ import annotations

import os
from pathlib import Path

ENVIRONMENT = "HOLDFAST_WORKSPACE"


def workspace_path(chosen: str | Path | None = None) -> Path:
    """Return the workspace's folder: chosen, else the environment's, else beside app.

    Args:
        chosen: What the user named, if anything.
    """
    if chosen:
        return Path(chosen)
    if chosen_outside := os.environ.get(ENVIRONMENT):
        return Path(chosen_outside)
    return Path(__file__).resolve().parents[2] / "workspace"
