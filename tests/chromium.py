"""Find a Chromium for the browser tests, or install one; and fonts for all scripts.

The system's own comes first, then Debian's package, then Playwright's download.
Run as a module it prints the path; there is no way to go on without a browser.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMED = "HOLDFAST_CHROMIUM"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
# What comments are written in, and a small package for it.
FONTS = {
    "zh-cn": "fonts-droid-fallback",
    "th": "fonts-tlwg-loma-otf",
    "ar": "fonts-dejavu-core",
}
NONE_FOUND = f"""\
The browser tests need Chromium or Chrome, and none could be found or installed.
  Debian, Ubuntu:  sudo apt-get install chromium fonts-liberation
  Anywhere:        .venv/bin/python -m playwright install --with-deps chromium
  Already there:   set {NAMED} to the path of the program
"""


def find() -> Path | None:
    """Return the first browser that starts, or None.

    Raises:
        SystemExit: The program named in the environment does not start.
    """
    if named := os.environ.get(NAMED):
        if starts(Path(named)):
            return Path(named)
        sys.exit(f"{NAMED} names {named}, which does not start.")
    found = (shutil.which(program) for program in PROGRAMS)
    candidates = [*(Path(path) for path in found if path), MAC]
    return next(filter(starts, candidates), None) or playwrights_own()


def starts(program: Path) -> bool:
    """Tell whether a program runs: Ubuntu's chromium-browser may be an empty shell."""
    if not program.exists():
        return False
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def playwrights_own() -> Path | None:
    """Return the browser that Playwright downloaded, if it starts."""
    with sync_playwright() as playwright:
        program = Path(playwright.chromium.executable_path)
    return program if starts(program) else None


def install() -> Path | None:
    """Install by each way that this machine offers until a browser starts."""
    for way in (with_browser, from_playwright):
        way()
        if found := find():
            return found
    return None


def with_browser() -> None:
    """Install Debian's browser, with fonts."""
    from_debian("chromium", "fonts-liberation", *lacking_fonts())


def lacking_fonts() -> list[str]:
    """Name packages of fonts for the languages that this machine has no letters of."""
    lister = shutil.which("fc-list")
    if lister is None:
        return list(FONTS.values())
    return [
        package
        for language, package in FONTS.items()
        if not subprocess.run(
            [lister, f":lang={language}"], capture_output=True, check=False
        ).stdout
    ]


def from_debian(*packages: str) -> None:
    """Install Debian's packages, as root or where sudo asks for no password."""
    if not shutil.which("apt-get"):
        return
    rights: list[str] = []
    if os.geteuid() != 0:
        rights = ["sudo", "--non-interactive"]
        if not shutil.which("sudo") or run(*rights, "true"):
            return
    apt = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"]
    if run(*apt, "update") == 0:
        run(*apt, "install", "--yes", "--no-install-recommends", *packages)


def from_playwright() -> None:
    """Download the browser that Playwright was built for."""
    run(sys.executable, "-m", "playwright", "install", "chromium")


def run(*command: str) -> int:
    """Show a command, run it with no input and return its exit code."""
    print("$", *command, flush=True)
    return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    browser = find() or install()
    if browser is None:
        sys.exit(NONE_FOUND)
    if fonts := lacking_fonts():
        from_debian(*fonts)
    print(f"The browser tests use {browser}")
