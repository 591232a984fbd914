"""Many processes for the price of one start: a server that forks, and its client.

Each job runs in a process of its own, which can be killed without harm to others. The
server has imported everything and opened nothing, so a fork is as good as a start.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tests.conftest import PROJECT

CAN_FORK = hasattr(os, "fork")


class Server:
    """The client's side: start jobs, one at a time, and learn how they ended."""

    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process

    def start(self, workspace: Path, file: Path, **limits: int) -> int:
        """Begin to load a file in a process of its own; return its id.

        Args:
            workspace: Folder of the workspace.
            file: What is loaded.
            limits: ``renames``: it kills itself right before the rename of that
                number; ``bytes``: no file can become longer.
        """
        asked = {"workspace": str(workspace), "file": str(file), **limits}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def end(self) -> int:
        """Wait for the job; return its exit code, negative for a signal."""
        # Until now its id was its own, even if it had ended: it could be killed safely.
        self._process.stdin.write("end\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> int:
        line = self._process.stdout.readline()
        assert line, "the server of forks has ended"
        return int(line)


@contextmanager
def forking() -> Iterator[Server]:
    """Start the server, and end it afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.forked"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Server(process)
    finally:
        process.stdin.close()
        process.wait(timeout=20)
        process.stdout.close()


def serve(asked: IO[str], told: IO[str]) -> None:
    """Fork a process for each line; say its id, and then how it ended."""
    # What a child imports before its work would be paid each time.
    import holdfast.workspace  # noqa: F401

    while line := asked.readline():
        job = json.loads(line)
        child = os.fork()
        if not child:
            os._exit(_work(job))
        print(child, file=told, flush=True)
        asked.readline()
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=told, flush=True)


def _work(job: dict[str, Any]) -> int:
    """Load the file; return 0, or 3 where that is refused in words."""
    from holdfast.errors import HoldfastError
    from holdfast.workspace import Workspace

    if "bytes" in job:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (job["bytes"], job["bytes"]))
    if "renames" in job:
        _die_before_rename(job["renames"])
    try:
        Workspace.open(Path(job["workspace"])).load([job["file"]])
    except HoldfastError as error:
        sys.stderr.write(f"{error.sentence}\n")
        return 3
    return 0


def _die_before_rename(number: int) -> None:
    left = number

    def watch(event: str, _: tuple) -> None:
        nonlocal left
        if event == "os.rename":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
                time.sleep(60)

    sys.addaudithook(watch)


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)
