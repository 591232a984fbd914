"""What all tests share: the demo workspace, and the app on it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from holdfast.dataset import Dataset
from holdfast.workspace import Workspace
from tests.reference import reference_data

PROJECT = Path(__file__).resolve().parent.parent
WORKSPACE = "HOLDFAST_WORKSPACE"


class ByFile(LoadFileScheduling):
    """Keeps the tests of a file in one process, and those of the browser.

    What a file shares is made once then, and one server and one browser do for all.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "browser" if file.startswith("tests/browser/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Hand the tests out by file."""
    return ByFile(config, log)


@pytest.fixture(scope="session")
def demo_workspace(tmp_path_factory, worker_id) -> Path:
    """Return the demo workspace, built once a run. Shared: change only a copy of it."""
    folder = of_the_run(tmp_path_factory, worker_id) / "demo workspace"
    with FileLock(f"{folder}.lock"):
        built = folder / "workspace.json"
        if not built.exists():
            holdfast("demo", workspace=folder)
    return folder


@pytest.fixture(scope="session")
def online_retail(tmp_path_factory, worker_id) -> Dataset:
    """Return the shop of the reference data, its half million rows loaded once a run.

    Many figures of it are published.
    """
    file = reference_data("online_retail/online_retail.parquet")
    folder = of_the_run(tmp_path_factory, worker_id) / "online retail"
    with FileLock(f"{folder}.lock"):
        workspace = Workspace.open_or_create(folder)
        workspace.load([file])
    path = workspace.dataset_path()
    assert path is not None
    return Dataset(path)


def of_the_run(tmp_path_factory, worker_id: str) -> Path:
    """Return the temporary folder that all workers of a run share."""
    base: Path = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture
def demo_copy(demo_workspace, tmp_path) -> Path:
    """Return a copy of the demo workspace for a test that changes it."""
    return shutil.copytree(demo_workspace, tmp_path / "demo copy")


@pytest.fixture(scope="module")
def datasets() -> Iterator[None]:
    """Close the datasets that the app has opened after the tests of a module.

    What it has answered is kept till then, as it is for whoever uses it.
    """
    import streamlit as st

    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def app(datasets, monkeypatch) -> Callable:
    """Return how to start the app on a workspace: `app(folder, "funnel", by=["plan"])`.

    Without a page it is the first one; further words are query parameters of the
    address. Call `.run()` on what you get.
    """
    from streamlit.components.v2 import manifest_scanner
    from streamlit.testing.v1 import AppTest

    # To look for components, of which the app has none, it would read what all
    # installed packages say of themselves, for every test anew.
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", list)

    def start(workspace: Path, page: str = "", **address: str | list[str]) -> AppTest:
        monkeypatch.setenv(WORKSPACE, str(workspace))
        test = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=20)
        for name, values in address.items():
            test.query_params[name] = values
        return test.switch_page(f"pages/{page}.py") if page else test

    return start


def holdfast(*words: str, workspace: Path) -> str:
    """Run the command line on a workspace and return what it printed.

    Raises:
        AssertionError: The command failed; the message is what it wrote.
    """
    done = subprocess.run(
        [sys.executable, "-m", "holdfast", *words],
        cwd=PROJECT,
        env=os.environ | {WORKSPACE: str(workspace)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr or done.stdout
    return done.stdout
