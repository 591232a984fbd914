import importlib
import json
import subprocess
import sys

import pytest

from tests.conftest import PROJECT

RETENTION, FUNNELS = 7, 5


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *words],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(300)  # every engine is a process of its own
def test_all_engines_that_are_installed_agree_on_every_case(tmp_path):
    folder = tmp_path / "bench marks"
    done = bench("--events", "0.002", "--check", "--folder", str(folder))
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "bench marks.json").read_text())
    engines = importlib.import_module("benchmarks.engines").installed()
    assert {"Holdfast", "pandas", "DuckDB, naive"} <= set(engines)
    [size] = figures["sizes"]
    assert set(size["peaks"]) == set(engines)
    assert len(size["races"]) == RETENTION + FUNNELS
    assert all(race["rows"] > 0 for race in size["races"])
    assert all(
        race["compared"] >= len(engines)
        for race in size["races"]
        if not race["case"]["steps"]
    )
    followed = {"Holdfast", "ClickHouse", "polars"} & set(engines)
    assert all(race["compared"] >= len(followed) for race in size["races"])
    assert {load["loader"] for load in size["loads"]} == {"Holdfast", "DuckDB, bare"}


def test_the_first_difference_ends_the_run():
    comparison = importlib.import_module("benchmarks.comparison")
    rows = [["", "2025-01-06", 0, 7], ["", "2025-01-06", 1, 3]]
    other = [["", "2025-01-06", 0, 7], ["", "2025-01-06", 1, 4]]
    comparison.check_equal("plain", ("one", rows), ("other", list(rows)))
    with pytest.raises(comparison.DisagreementError, match=r"1, 3\].*1, 4\]"):
        comparison.check_equal("plain", ("one", rows), ("other", other))
    with pytest.raises(comparison.DisagreementError, match="only one says"):
        comparison.check_equal("plain", ("one", rows), ("other", rows[:1]))


def test_the_same_events_come_out_every_time(tmp_path):
    events = importlib.import_module("benchmarks.events")
    first = events.generate(tmp_path / "first", 2_000)
    second = events.generate(tmp_path / "second", 2_000)
    assert first.events_csv.read_bytes() == second.events_csv.read_bytes()
    assert first.customers_csv.read_bytes() == second.customers_csv.read_bytes()


def test_a_case_that_does_not_exist_is_named(tmp_path, monkeypatch, capsys):
    words = ("--case", "plane", "--folder", str(tmp_path / "none"))
    monkeypatch.setattr(sys, "argv", ["benchmarks", *words])
    with pytest.raises(SystemExit) as stop:
        importlib.import_module("benchmarks.__main__").main()
    assert stop.value.code == 2
    assert "no case plane; there are import, plain" in capsys.readouterr().err


def test_many_events_are_loaded_once_from_each_format_and_counted(tmp_path):
    folder = tmp_path / "bench marks"
    done = bench("--case", "large", "--events", "0.003", "--folder", str(folder))
    assert done.returncode == 0, done.stderr
    assert "## 3,000 events" in done.stdout
    assert [line[:9] for line in done.stdout.splitlines() if " GB |" in line] == [
        "| csv | 0",
        "| parquet",
    ]
    assert not list(folder.glob("*/workspace*"))


def test_an_event_that_is_missing_ends_the_large_case(tmp_path):
    large = importlib.import_module("benchmarks.large")
    file = large.make(tmp_path, 1_000, "csv")
    with pytest.raises(AssertionError, match="1,000 of 1,001 events arrived"):
        large.load(file, 1_001)
