"""From a click to the drawn chart: the app on many events, in a real browser.

What is clicked, and how long a person waits until the page's first chart, the one that
was asked for, has its new marks, and until all charts have.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import events, importing
from benchmarks.cases import STEPS

CASE = "clicks"
EVENTS = 10_000_000
_PROJECT = Path(__file__).resolve().parent.parent
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PORT = 8655
_PATIENCE = 300_000
_QUIET = 900
_CHARTS = "[data-testid='stVegaLiteChart']"
_RESTING = "[data-testid='stApp'][data-test-script-state='notRunning']"

# When a chart's marks last changed, by chart. A click is noted where the browser gets
# it, so that the driver's own time is not in. Every mark is a change, so little may be
# done for each: which place on the page a chart has is looked up afterwards.
_WATCH = """() => {
    window.changed = new Map();
    const note = () => {
        window.clicked = performance.now();
        window.changed = new Map();
    };
    addEventListener('pointerdown', note, true);
    addEventListener('keydown', event => event.key === 'Enter' && note(), true);
    new MutationObserver(changes => {
        const now = performance.now();
        let last;
        for (const change of changes) {
            const at = change.target;
            const element = at.nodeType === 1 ? at : at.parentElement;
            if (element === last) continue;
            last = element;
            // What is around the picture changes for other reasons too.
            const isNew = [...change.addedNodes].some(
                node => node.nodeName === 'svg' || node.querySelector?.('svg')
            );
            if (!isNew && !element?.closest('svg')) continue;
            const chart = element.closest('[data-testid=stVegaLiteChart]');
            if (chart) window.changed.set(chart, now);
        }
    }).observe(document.body, {
        subtree: true, childList: true, attributes: true, characterData: true,
    });
}"""
# How long after the click each chart of the page changed last, by its place.
_CHANGED = """() => Object.fromEntries(
    [...document.querySelectorAll('[data-testid=stVegaLiteChart]')]
        .map((chart, place) => [place, window.changed.get(chart) - window.clicked])
        .filter(([_, took]) => took >= 0)
)"""


@dataclass(frozen=True)
class Change:
    """Something that a person changes again and again.

    Attributes:
        title: In words.
        addresses: Pages to open, one after the other.
        field: Label of the field that is changed.
        times: How often on each page; every choice was not made before.
        passed: How many choices of the field are passed over first.
    """

    title: str
    addresses: tuple[str, ...]
    field: str
    times: int
    passed: int = 0


def _narrowed(page: str, *more: str) -> tuple[str, ...]:
    """Return a page of one country, of everyone and of some plans."""
    plans = ("", "&filter=plan%3Dfree", "&filter=plan%3Dstarter")
    place = "&".join((f"{page}?filter=country%3Dke", *more))
    return tuple(place + plan for plan in plans)


_FUNNEL = "steps=" + quote(" > ".join(f"event:{name}" for name in STEPS[:5]))
CHANGES = (
    Change(
        "retention, another filter",
        _narrowed("retention", "interval=week"),
        "country",
        9,
    ),
    Change(
        "lifecycle, another filter",
        _narrowed("lifecycle", "interval=week"),
        "country",
        9,
    ),
    Change("funnel of 5, another filter", _narrowed("funnel", _FUNNEL), "country", 9),
    # A sign-up, any event, and those of the funnel come first.
    Change("funnel of 5, another step", (f"funnel?{_FUNNEL}",), "Step 5", 6, 7),
)


def show(folder: Path, count: int) -> dict[str, tuple[list[float], list[float]]]:
    """Click through the app on many events; print and return what a person waits.

    Args:
        folder: Where files and the workspace are made and kept.
        count: How many events.

    Returns:
        Milliseconds from the click to the last change of the first chart, and of all
        charts, by what was changed.
    """
    files = events.files(folder, count)
    if not files.are_there():
        events.generate(folder, count)
    if not importing.is_current(files.folder):
        importing.load(importing.HOLDFAST, files.folder)
        importing.load(importing.BARE, files.folder)
    print(f"\n## {count:,} events, from the click to the drawn chart\n")
    print("| changed | clicks | first chart, median | p95 | all charts, median | p95 |")
    print("|---|--:|--:|--:|--:|--:|", flush=True)
    found = {}
    with _app(files.folder / "workspace") as address, _browser() as browser:
        for change in CHANGES:
            waits = list(_waits(browser, address, change))
            firsts, alls = [wait[0] for wait in waits], [wait[1] for wait in waits]
            found[change.title] = (firsts, alls)
            print(
                f"| {change.title} | {len(waits)} | {statistics.median(firsts):.0f} ms"
                f" | {_p95(firsts):.0f} ms | {statistics.median(alls):.0f} ms"
                f" | {_p95(alls):.0f} ms |",
                flush=True,
            )
    return found


def _waits(
    browser: Browser, address: str, change: Change
) -> Iterator[tuple[float, float]]:
    for place in change.addresses:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        page = context.new_page()
        page.goto(f"{address}/{place}")
        page.locator(f"{_CHARTS} svg").first.wait_for(timeout=_PATIENCE)
        page.locator(_RESTING).wait_for(timeout=_PATIENCE)
        page.evaluate(_WATCH)
        for number in range(change.times):
            _choose(page, change.field, number + change.passed)
            changed = _at_rest(page)
            # Where nothing moved, the choice made no difference.
            if "0" in changed:
                yield changed["0"], max(changed.values())
        context.close()


def _choose(page: Page, field: str, number: int) -> None:
    """Choose in a field what was not chosen yet."""
    box = page.get_by_role("combobox", name=field, exact=True).first
    box.click()
    options = page.get_by_role("option").filter(has_not_text="Select all")
    options.first.wait_for(timeout=_PATIENCE)
    # A field for several values lists those only that are not chosen.
    options.nth(0 if field == "country" else number).click()
    page.keyboard.press("Escape")


def _at_rest(page: Page) -> dict[str, float]:
    """Wait until nothing moves; return what each chart took, in milliseconds."""
    page.wait_for_timeout(_QUIET)
    while True:
        page.locator(_RESTING).wait_for(timeout=_PATIENCE)
        since: float = page.evaluate("performance.now() - window.clicked")
        changed: dict[str, float] = page.evaluate(_CHANGED)
        if since - max([0, *changed.values()]) > _QUIET:
            return changed
        page.wait_for_timeout(100)


def _p95(waits: Sequence[float]) -> float:
    """Return what at most one of twenty exceeds."""
    ordered = sorted(waits)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]


@contextmanager
def _app(workspace: Path) -> Iterator[str]:
    """Serve a workspace; give the address."""
    address = f"http://127.0.0.1:{_PORT}"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", "app.py"),
            *(f"--server.port={_PORT}", "--server.headless=true"),
        ],
        cwd=_PROJECT,
        env=os.environ | {"HOLDFAST_WORKSPACE": str(workspace)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            with urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except (URLError, OSError):
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise SystemExit("The app did not start.")


@contextmanager
def _browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()
