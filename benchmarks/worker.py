"""One process an engine: it answers one line of JSON with one line of JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks import engines, machine
from benchmarks.cases import Case


def main() -> None:
    """Prepare an engine's own files, or serve until the input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=engines.ENGINES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--prepare", action="store_true")
    words = parser.parse_args()
    machine.limit_cores(engines.THREADS)
    if words.prepare:
        engines.prepare(words.engine, words.folder)
        return
    # Whatever an engine prints must not come between the answers.
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)
        engine = engines.open_engine(words.engine, words.folder)
        for line in sys.stdin:
            answers.write(json.dumps(_answer(engine, json.loads(line))) + "\n")
            answers.flush()


def request(command: str, case: Case | None = None, form: str = "") -> str:
    """Write one request: 'forms' or 'run' of a case, or 'memory'."""
    return json.dumps(
        {"command": command, "case": asdict(case) if case else None, "form": form}
    )


def _answer(engine: engines.Engine, asked: dict[str, Any]) -> Any:
    if asked["command"] == "memory":
        return machine.peak_memory()
    # JSON has no tuples.
    case = Case(**{**asked["case"], "steps": tuple(asked["case"]["steps"])})
    if asked["command"] == "forms":
        return engine.forms(case)
    began, cpu = perf_counter(), process_time()
    result = engine.run(case, asked["form"])
    seconds, cpu = perf_counter() - began, process_time() - cpu
    return {
        "seconds": seconds,
        "cpu": cpu,
        "engine": getattr(engine, "engine_seconds", None),
        "rows": engine.rows(case, result),
    }


if __name__ == "__main__":
    main()
