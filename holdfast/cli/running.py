"""One command is run, and how it ends becomes an exit status."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from holdfast.cli.words import parser
from holdfast.errors import CancelledError, HoldfastError
from holdfast.report.text import printable

_REFUSED = 2
_FAILED = 1
_INTERRUPTED = 130
_BROKEN_PIPE = 141


def main(words: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        words: The words after the program's name; the process's own by default.

    Returns:
        The exit status: 0 when done, 2 when something was asked that cannot be done
        (one sentence and its remedy are on standard error, nothing was changed), 130
        when interrupted, 1 for a fault of the program itself.
    """
    _speak_utf8()
    try:
        arguments = parser().parse_args(words)
        arguments.run(arguments)
        sys.stdout.flush()
    except HoldfastError as error:
        return _complain(_REFUSED, error.sentence, error.remedy)
    except BrokenPipeError:
        # Whoever read has seen enough; Python must not try to flush once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except KeyboardInterrupt:
        stopped = CancelledError()
        return _complain(_INTERRUPTED, stopped.sentence, stopped.remedy)
    except OSError as error:
        named = Path(str(error.filename)).name if error.filename else "A file"
        return _complain(
            _REFUSED,
            f"{named} could not be used: {error.strerror or error}.",
            "Look at the name, the rights and the free space.",
        )
    except Exception as error:
        return _complain(
            _FAILED,
            f"Holdfast itself failed: {_fault(error)}.",
            "This is a fault of the program: report it with the command that you gave.",
        )
    return 0


def _speak_utf8() -> None:
    """Write UTF-8 whatever the console's own encoding is, as on Windows."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _complain(status: int, sentence: str, remedy: str) -> int:
    print(f"{printable(sentence)} {printable(remedy)}".strip(), file=sys.stderr)
    return status


def _fault(error: Exception) -> str:
    """Say what broke and where, enough to report it."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    words = str(error).split("\n", 1)[0]
    where = f"{Path(place.filename).name}, line {place.lineno}"
    return f"{type(error).__name__} ({where}): {words}".rstrip(" :.")
