"""Find published reference data, kept beside the project and never shipped with it."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


def reference_data(name: str) -> Path:
    """Give the path of a reference file or folder, such as 'telco/expected_km_all.csv'.

    The calling test is skipped where the data are absent. In continuous integration
    (environment variable CI set) it fails instead, so that no check vanishes unseen.
    """
    path = PROJECT.parent / "shared" / "data" / name
    if not path.exists():
        reason = f"The reference data ../shared/data/{name} are not here."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path
