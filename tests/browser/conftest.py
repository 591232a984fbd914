"""A real server and a real browser: one of each a run, a fresh context a test."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import chromium
from tests.conftest import PROJECT, WORKSPACE

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HERE = {"127.0.0.1", "localhost"}
INLINE = {"data", "blob", "about"}


@pytest.fixture(scope="session")
def app_server(demo_workspace, tmp_path_factory) -> Iterator[Callable[..., str]]:
    """Return how to start the app: `app_server(folder)` gives its address.

    Without a folder it is the demo workspace. A folder has one server, which is
    started when first asked for and ends with the run.
    """
    home = tmp_path_factory.mktemp("home")
    servers: dict[Path, tuple[str, subprocess.Popen]] = {}

    def start(workspace: Path = demo_workspace) -> str:
        if workspace not in servers:
            servers[workspace] = serve(workspace, home)
        return servers[workspace][0]

    yield start
    for _, process in servers.values():
        process.terminate()
    for _, process in servers.values():
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def reused(tmp_path_factory) -> Path:
    """Return the folder whose server all tests of an empty workspace share."""
    return tmp_path_factory.mktemp("reused") / "workspace"


@pytest.fixture
def empty_workspace(reused) -> Path:
    """Return the folder of a workspace that is not there yet."""
    shutil.rmtree(reused, ignore_errors=True)
    return reused


def serve(workspace: Path, home: Path) -> tuple[str, subprocess.Popen]:
    """Start Streamlit on a free port and wait until it answers.

    Raises:
        RuntimeError: The server ended or did not answer within 30 s; says why.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    log = home / f"server-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", "app.py"),
                *(f"--server.port={port}", "--server.headless=true"),
            ],
            cwd=PROJECT,
            env=os.environ | {WORKSPACE: str(workspace), "HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + 30
    while not is_healthy(address):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise RuntimeError(f"The app did not start:\n{log.read_text()}")
        time.sleep(0.05)
    return address, process


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_healthy(address: str) -> bool:
    """Tell whether the server answers that it is ready."""
    try:
        with urlopen(f"{address}/_stcore/health", timeout=2) as answer:
            return answer.read() == b"ok"
    except (URLError, OSError):
        return False


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the one browser of the run."""
    program = chromium.find()
    if program is None:
        pytest.fail(chromium.NONE_FOUND, pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=program, args=list(ARGUMENTS)
        )
        yield started
        started.close()


@contextmanager
def opening(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Give how to open a page; fail when any asked for something beyond here.

    Pages of one size and colour are tabs of one window.
    """
    contexts: dict[tuple[int, int, str], BrowserContext] = {}
    asked: list[str] = []

    def start(width: int = 1280, height: int = 900, color_scheme="light") -> Page:
        kind = width, height, color_scheme
        if kind not in contexts:
            contexts[kind] = browser.new_context(
                viewport={"width": width, "height": height},
                locale="en-US",
                timezone_id="UTC",
                color_scheme=color_scheme,
                reduced_motion="reduce",
            )
            contexts[kind].on("request", lambda request: asked.append(request.url))
        page = contexts[kind].new_page()
        page.on("websocket", lambda socket: asked.append(socket.url))
        return page

    yield start
    for context in contexts.values():
        context.close()
    strangers = sorted({url for url in asked if leaves_this_computer(url)})
    assert not strangers, f"The page asked for {strangers}"


@pytest.fixture
def open_page(browser) -> Iterator[Callable[..., Page]]:
    """Return how to open a page: `open_page(width=800, color_scheme="dark")`.

    Each has a fresh context. The test fails when any of them asked for something
    beyond this computer.
    """
    with opening(browser) as start:
        yield start


@pytest.fixture(scope="module")
def tabs(browser) -> Iterator[Callable[..., Page]]:
    """Return how to open a tab of the module's window, which keeps the app's scripts.

    Each tab is a visitor of its own to the app.
    """
    with opening(browser) as start:
        yield start


@pytest.fixture(scope="module")
def visitor(tabs) -> Page:
    """Return a tab that goes from one address to the next."""
    return tabs()


@pytest.fixture
def page(tabs) -> Iterator[Page]:
    """Return an empty tab, 1280 x 900 and light."""
    opened = tabs()
    yield opened
    opened.close()


def leaves_this_computer(url: str) -> bool:
    """Tell whether a request goes beyond this computer."""
    parts = urlsplit(url)
    return parts.scheme not in INLINE and parts.hostname not in HERE
