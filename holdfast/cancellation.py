"""Stopping long work from another thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from holdfast.errors import CancelledError


class Interruptible(Protocol):
    """What can be told to stop: a DuckDB connection or cursor."""

    def interrupt(self) -> None:
        """Stop what is running."""


class Cancellation:
    """A wish to stop, shared by the one who wishes and the one who works.

    Safe to use from several threads. Once cancelled it stays so.
    """

    def __init__(self) -> None:
        """Start uncancelled, with nothing attached."""
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._attached: list[Interruptible] = []

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._event.is_set()

    def cancel(self) -> None:
        """Ask to stop, and interrupt every attached cursor until it is let go."""
        with self._lock:
            if self._event.is_set():
                return
            self._event.set()
        threading.Thread(target=self._interrupt, daemon=True).start()

    def _interrupt(self) -> None:
        # An interrupt just before a query starts is lost, so it is repeated.
        while True:
            with self._lock:
                if not self._attached:
                    return
                for cursor in self._attached:
                    cursor.interrupt()
            time.sleep(0.02)

    def check(self) -> None:
        """Stop here if somebody asked to.

        Raises:
            CancelledError: Somebody asked to stop.
        """
        if self.cancelled:
            raise CancelledError

    @contextmanager
    def attach(self, cursor: Interruptible) -> Iterator[None]:
        """Let ``cancel`` interrupt this cursor while the block runs.

        Raises:
            CancelledError: Somebody asked to stop before the block began.
        """
        with self._lock:
            self.check()
            self._attached.append(cursor)
        try:
            yield
        finally:
            with self._lock:
                self._attached.remove(cursor)
