"""The rules of the house: each is a function from a file to what is wrong with it.

Every rule is shown to fail on a small bad example, and then held over the tree.
"""

import ast
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from holdfast import cli
from tests.conftest import PROJECT

Rule = Callable[[PurePosixPath, str], Iterator[str]]

# From the ground up: a room imports only from rooms that stand before it.
ROOMS = (
    *("errors", "measures", "stats", "cancellation", "notation", "periods"),
    *("means", "mixture", "purchase_models", "counts"),
    *("reasons", "stage_rules", "survey_scales", "theme_rules"),
    "durations",
    *("occurrence", "steps", "filters", "saved_segments", "query"),
    *("movements", "answer_marks", "model", "exports"),
    "texts",
    *("dataset", "score_groups", "plan_traits", "population"),
    *(
        "currencies",
        "happenings",
        "cohorts",
        "lifetimes",
        "attainment",
        "attempts",
        "departures",
        "sessions",
        "paths",
        "standings",
        "spells",
        "stays",
        "pricing",
        "revenue",
        "earnings",
        "losses",
        "surveys",
        "tickets",
        "voices",
        "remarks",
        "spec",
        "answer",
        "membership",
        "questions",
        "checks",
        "workspace",
        "comparison",
        "charts",
        "report",
        "ui",
        "cli",
    ),
    *("__main__", "pages", "app"),
)
# Beyond the order: what knows nothing of the rest, and the two ways that stay apart,
# files to dataset and dataset to answer.
READING = {
    "dataset",
    "score_groups",
    "plan_traits",
    "population",
    "currencies",
    "happenings",
    "cohorts",
    "lifetimes",
    "attainment",
    "attempts",
    "departures",
    "sessions",
    "paths",
    "standings",
    "spells",
    "stays",
    "pricing",
    "revenue",
    "earnings",
    "losses",
    "surveys",
    "tickets",
    "voices",
    "remarks",
    "spec",
    "answer",
    "membership",
    "questions",
    "checks",
}
NEVER = {
    "measures": set(ROOMS),
    **{
        room: set(ROOMS)
        for room in ("stats", "means", "mixture", "purchase_models", "counts")
    },
    "exports": {"measures", "stats", "filters", "occurrence"},
    "workspace": {
        "measures",
        "stats",
        "score_groups",
        "plan_traits",
        "population",
        "currencies",
        "happenings",
        "cohorts",
        "lifetimes",
        "attainment",
        "attempts",
        "departures",
        "sessions",
        "paths",
        "standings",
        "spells",
        "stays",
        "pricing",
        "revenue",
        "earnings",
        "losses",
        "surveys",
        "tickets",
        "voices",
        "remarks",
        "answer",
        "membership",
        "questions",
    },
    "charts": {
        "exports",
        "dataset",
        "score_groups",
        "plan_traits",
        "population",
        "currencies",
        "happenings",
        "cohorts",
        "lifetimes",
        "attainment",
        "attempts",
        "departures",
        "sessions",
        "paths",
        "standings",
        "spells",
        "stays",
        "pricing",
        "revenue",
        "earnings",
        "losses",
        "surveys",
        "tickets",
        "voices",
        "remarks",
        "workspace",
    },
    "report": {"exports", "workspace"},
    "cli": {"ui"},
    **{room: {"exports", "workspace"} for room in READING},
}
LIBRARIES = {
    "streamlit": ("app.py", "pages/", "holdfast/ui/"),
    "altair": ("holdfast/charts/",),
    "vl_convert": ("holdfast/charts/",),
    "pymupdf_fonts": ("holdfast/charts/",),
    "duckdb": ("holdfast/dataset.py", "holdfast/workspace/", "holdfast/exports/"),
}
# The relations that questions read, and where DuckDB lives the few statements of its
# keeping: all from quoted names and bound values.
COMPOSES_SQL = (
    "holdfast/score_groups.py",
    "holdfast/plan_traits.py",
    "holdfast/population.py",
    "holdfast/currencies.py",
    "holdfast/happenings.py",
    "holdfast/cohorts.py",
    "holdfast/lifetimes.py",
    "holdfast/attainment.py",
    "holdfast/attempts/",
    "holdfast/departures.py",
    "holdfast/sessions.py",
    "holdfast/paths.py",
    "holdfast/standings.py",
    "holdfast/spells.py",
    "holdfast/stays.py",
    "holdfast/movements.py",
    "holdfast/answer_marks.py",
    "holdfast/pricing.py",
    "holdfast/revenue.py",
    "holdfast/earnings.py",
    "holdfast/losses.py",
    "holdfast/tickets.py",
    "holdfast/surveys.py",
    "holdfast/voices.py",
    "holdfast/remarks.py",
    *LIBRARIES["duckdb"],
)
# A source notes when it was loaded, a segment when it was saved; no figure reads that.
READS_CLOCK = ("holdfast/workspace/gathering.py", "holdfast/workspace/segments.py")
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
SECTIONS = ("grain", "params", "returns", "source")

SQL = re.compile(
    r"^\s*(select\s|insert\s+into\s|delete\s+from\s|update\s+\S+\s+set\s|copy\s"
    r"|with\s+\w+\s+as\s*\(|create\s+(or\s+replace\s+)?(temp\w*\s+)?(table|view|macro)\s"
    r"|drop\s+(table|view)\s|alter\s+table\s)"
    r"|\bselect\s.*\sfrom\s",
    re.DOTALL,
)
CLOCK_IN_SQL = re.compile(
    r"\b(current_date|current_timestamp|current_time|localtimestamp|localtime"
    r"|now\s*\(|today\s*\(|get_current_time\w*\s*\()",
    re.IGNORECASE,
)
# No alternative matches itself as it is written here.
FOREIGN = re.compile(
    r"(?<![\w.])/(home|root|Users|work)/\w|\b[A-Z]:\\Users"
    r"|pypi\.org|python[h]osted|npmjs\.org|--(extra-)?index-url"
)


def is_in(path: PurePosixPath, places: tuple[str, ...]) -> bool:
    return any(
        str(path).startswith(place) if place.endswith("/") else str(path) == place
        for place in places
    )


def room_of(path: PurePosixPath) -> str:
    """Name the room of a file: its folder or module directly in the package."""
    return (
        path.parts[1].removesuffix(".py")
        if path.parts[0] == "holdfast"
        else (path.parts[0].removesuffix(".py"))
    )


@cache
def imports(source: str) -> tuple[tuple[int, str], ...]:
    """Give every imported module, with `from package import module` written out."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, name.name) for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "holdfast":
            found += [(node.lineno, f"holdfast.{name.name}") for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.lineno, node.module))
    return tuple(found)


def imports_point_down(path: PurePosixPath, source: str) -> Iterator[str]:
    room = room_of(path)
    if room == "__init__":
        return
    if room not in ROOMS:
        yield f"{room} has no place in ROOMS of this test: give it one"
        return
    below = set(ROOMS[: ROOMS.index(room)]) - NEVER.get(room, set())
    for line, module in imports(source):
        package, _, rest = module.partition(".")
        wanted = rest.split(".")[0]
        if package == "holdfast" and wanted in ROOMS and wanted not in below | {room}:
            yield f"line {line}: {room} may not import {wanted}"


def libraries_keep_to_their_rooms(path: PurePosixPath, source: str) -> Iterator[str]:
    for line, module in imports(source):
        library = module.partition(".")[0]
        if not is_in(path, LIBRARIES.get(library, (str(path),))):
            yield f"line {line}: {library} belongs in {', '.join(LIBRARIES[library])}"


def pages_read_like_a_table_of_contents(
    path: PurePosixPath, source: str
) -> Iterator[str]:
    if (lines := source.count("\n")) > 90:
        yield f"has {lines} lines; at most 90"
    functions = 0
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef(name=name, decorator_list=decorators):
                functions += 1
                if functions > 1 or not name.startswith("_") or decorators:
                    yield f"line {node.lineno}: at most one plain private function"
            case ast.ClassDef() | ast.While() | ast.AsyncFunctionDef():
                yield f"line {node.lineno}: belongs into holdfast/"
            case ast.Attribute(attr="session_state" | "cache_data" | "cache_resource"):
                yield f"line {node.lineno}: {node.attr} belongs in holdfast/ui/"
            case ast.Constant(value=str(text)) if SQL.search(text):
                yield f"line {node.lineno}: SQL belongs in queries/"
    for line, module in imports(source):
        if module.partition(".")[0] in {"pandas", "numpy", "pyarrow", "scipy"}:
            yield f"line {line}: frames are worked on below the pages"


def figures_read_no_clock(path: PurePosixPath, source: str) -> Iterator[str]:
    if path.suffix == ".sql":
        statement = re.sub(r"--.*", "", source)
        if found := CLOCK_IN_SQL.search(statement):
            yield f"reads the clock: {found[0]}"
        return
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=str(text)) if CLOCK_IN_SQL.search(text):
                yield f"line {node.lineno}: reads the clock"
            case ast.Call(func=ast.Attribute(attr="now" | "today" | "utcnow")):
                if not is_in(path, READS_CLOCK):
                    yield f"line {node.lineno}: reads the clock"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="time"), attr="time")):
                yield f"line {node.lineno}: reads the clock"


def nothing_runs_what_it_reads(path: PurePosixPath, source: str) -> Iterator[str]:
    for line, module in imports(source):
        if module.partition(".")[0] in {"pickle", "marshal", "shelve", "dill"}:
            yield f"line {line}: {module} runs what it loads"
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="eval" | "exec" | "compile")):
                yield f"line {node.lineno}: text becomes code"
            case ast.keyword(arg="unsafe_allow_html" | "unsafe_allow_javascript"):
                yield f"line {node.value.lineno}: {node.arg} lets data become markup"
            case ast.Call(func=ast.Attribute(attr="read_pickle" | "to_pickle")):
                yield f"line {node.lineno}: a pickle runs what it loads"


def sql_is_composed_in_one_place(path: PurePosixPath, source: str) -> Iterator[str]:
    if is_in(path, COMPOSES_SQL):
        return
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.JoinedStr(values=parts):
                pieces = [p.value for p in parts if isinstance(p, ast.Constant)]
            case ast.BinOp(op=ast.Add() | ast.Mod()):
                sides = (node.left, node.right)
                pieces = [s.value for s in sides if isinstance(s, ast.Constant)]
            case ast.Call(
                func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")
            ):
                pieces = [text]
            case _:
                continue
        if SQL.search(" ".join(str(piece) for piece in pieces)):
            yield f"line {node.lineno}: SQL is composed in {COMPOSES_SQL[:2]} only"


def names_mean_something(path: PurePosixPath, source: str) -> Iterator[str]:
    if found := EMPTY_NAMES & {part.removesuffix(".py") for part in path.parts}:
        yield f"{found.pop()} says nothing about what is in it"


def queries_say_what_they_are(path: PurePosixPath, source: str) -> Iterator[str]:
    header = []
    for line in source.splitlines():
        if not line.startswith("--"):
            break
        header.append(line)
    if not header or not re.match(rf"-- {re.escape(path.stem)}: \S.*\.$", header[0]):
        yield f"the first line is not '-- {path.stem}: <purpose>.'"
    found = [m[1] for line in header if (m := re.match(r"-- (\w+):", line))][1:]
    if tuple(found) != SECTIONS:
        yield f"the header has the sections {found}, not {list(SECTIONS)}"


def nothing_points_elsewhere(path: PurePosixPath, source: str) -> Iterator[str]:
    for number, line in enumerate(source.splitlines(), start=1):
        if found := FOREIGN.search(line):
            yield f"line {number}: {found[0]} is of one machine or one registry"


BAD: list[tuple[Rule, str, str]] = [
    (imports_point_down, "holdfast/questions/a.py", "from holdfast.charts import x"),
    (imports_point_down, "holdfast/questions/a.py", "from holdfast import ui"),
    (imports_point_down, "holdfast/questions/a.py", "import holdfast.workspace"),
    (imports_point_down, "holdfast/stats.py", "from holdfast.errors import SpecError"),
    (imports_point_down, "holdfast/measures/staying.py", "from holdfast import stats"),
    (
        imports_point_down,
        "holdfast/charts/a.py",
        "from holdfast.dataset import Dataset",
    ),
    (imports_point_down, "holdfast/cli/asking.py", "from holdfast.ui import frame"),
    (imports_point_down, "holdfast/extras.py", ""),
    (libraries_keep_to_their_rooms, "holdfast/cli/asking.py", "import streamlit as st"),
    (libraries_keep_to_their_rooms, "pages/a.py", "import altair as alt"),
    (libraries_keep_to_their_rooms, "holdfast/ui/a.py", "from duckdb import sql"),
    (libraries_keep_to_their_rooms, "holdfast/ui/a.py", "import vl_convert"),
    (pages_read_like_a_table_of_contents, "pages/a.py", "\n" * 91),
    (pages_read_like_a_table_of_contents, "pages/a.py", "def show():\n    pass"),
    (
        pages_read_like_a_table_of_contents,
        "pages/a.py",
        "def _one():\n    pass\ndef _two():\n    pass",
    ),
    (pages_read_like_a_table_of_contents, "pages/a.py", "st.session_state['a'] = 1"),
    (pages_read_like_a_table_of_contents, "pages/a.py", "ask('select 1 from events')"),
    (pages_read_like_a_table_of_contents, "pages/a.py", "import pandas as pd"),
    (figures_read_no_clock, "queries/answers/a.sql", "select current_date"),
    (figures_read_no_clock, "queries/answers/a.sql", "select NOW() as at"),
    (figures_read_no_clock, "holdfast/periods.py", "date.today()"),
    (figures_read_no_clock, "holdfast/ui/a.py", "datetime.now(UTC)"),
    (figures_read_no_clock, "holdfast/population.py", "a = 'on_day < today()'"),
    (
        figures_read_no_clock,
        "holdfast/workspace/gathering.py",
        "a = 'on_day < current_date'",
    ),
    (nothing_runs_what_it_reads, "holdfast/ui/a.py", "import pickle"),
    (nothing_runs_what_it_reads, "holdfast/ui/a.py", "eval('1')"),
    (
        nothing_runs_what_it_reads,
        "pages/a.py",
        "st.markdown(name, unsafe_allow_html=True)",
    ),
    (
        sql_is_composed_in_one_place,
        "holdfast/cli/asking.py",
        "f'select {a} from events'",
    ),
    (sql_is_composed_in_one_place, "holdfast/stats.py", "'delete from ' + name"),
    (
        sql_is_composed_in_one_place,
        "holdfast/cli/asking.py",
        "'select %s from t' % name",
    ),
    (
        sql_is_composed_in_one_place,
        "holdfast/cli/asking.py",
        "'select {}'.format(name)",
    ),
    (names_mean_something, "holdfast/utils.py", ""),
    (names_mean_something, "holdfast/common/dates.py", ""),
    (queries_say_what_they_are, "queries/answers/a.sql", "select 1"),
    (
        queries_say_what_they_are,
        "queries/answers/a.sql",
        "-- a: What.\n-- grain: one\n-- params:\n-- source: ours\nselect 1",
    ),
    (
        queries_say_what_they_are,
        "queries/answers/a.sql",
        "-- b: What.\n-- grain: one\n-- params:\n-- returns:\n-- source: ours",
    ),
    (nothing_points_elsewhere, "README.md", "see /home" + "/ann/data.csv"),
    (nothing_points_elsewhere, "Makefile", "pip install --index" + "-url=x"),
]
GOOD: list[tuple[Rule, str, str]] = [
    (imports_point_down, "holdfast/questions/a.py", "from holdfast import dataset"),
    (imports_point_down, "holdfast/charts/a.py", "from holdfast.charts import theme"),
    (
        imports_point_down,
        "holdfast/workspace/gathering.py",
        "import holdfast.exports.reading",
    ),
    (imports_point_down, "pages/a.py", "from holdfast.ui.frame import active_filters"),
    (libraries_keep_to_their_rooms, "holdfast/exports/a.py", "import duckdb, pandas"),
    (pages_read_like_a_table_of_contents, "pages/a.py", "st.title('Select a file')"),
    (figures_read_no_clock, "queries/answers/a.sql", "-- now(): never\nselect 1"),
    (figures_read_no_clock, "holdfast/workspace/gathering.py", "datetime.now(UTC)"),
    (figures_read_no_clock, "holdfast/ui/a.py", "time.monotonic()"),
    (nothing_runs_what_it_reads, "holdfast/query.py", "re.compile('a')"),
    (sql_is_composed_in_one_place, "holdfast/population.py", "f'select {a} from b'"),
    (sql_is_composed_in_one_place, "holdfast/ui/a.py", "f'Select {a} from the list'"),
    (
        queries_say_what_they_are,
        "queries/answers/a.sql",
        "-- a: What.\n-- grain: one\n-- params:\n--   b (int): c\n-- returns:\n"
        "-- source: ours\n\nselect 1",
    ),
    (nothing_points_elsewhere, "README.md", "python3 -m venv .venv"),
]


def label(value: object) -> str | None:
    return getattr(value, "__name__", None) or str(value)[:60]


@pytest.mark.parametrize(("rule", "path", "source"), BAD, ids=label)
def test_a_rule_finds_what_it_forbids(rule, path, source):
    assert list(rule(PurePosixPath(path), source))


@pytest.mark.parametrize(("rule", "path", "source"), GOOD, ids=label)
def test_a_rule_lets_pass_what_is_fine(rule, path, source):
    assert list(rule(PurePosixPath(path), source)) == []


def offences(rule: Rule, *patterns: str) -> list[str]:
    files = sorted(file for pattern in patterns for file in PROJECT.glob(pattern))
    return [offence for file in files for offence in offences_in(rule, file)]


def offences_in(rule: Rule, file: Path) -> list[str]:
    path = PurePosixPath(file.relative_to(PROJECT).as_posix())
    source = file.read_text(encoding="utf-8")
    return [f"{path}: {offence}" for offence in rule(path, source)]


PACKAGE = ("holdfast/**/*.py",)
SHOWN = ("app.py", "pages/*.py")


def test_imports_point_down():
    assert offences(imports_point_down, *PACKAGE, *SHOWN) == []


def test_libraries_keep_to_their_rooms():
    assert offences(libraries_keep_to_their_rooms, *PACKAGE, *SHOWN) == []


def test_pages_read_like_a_table_of_contents():
    assert offences(pages_read_like_a_table_of_contents, *SHOWN) == []


def test_figures_read_no_clock():
    assert offences(figures_read_no_clock, *PACKAGE, *SHOWN, "queries/**/*.sql") == []


def test_nothing_runs_what_it_reads():
    assert offences(nothing_runs_what_it_reads, *PACKAGE, *SHOWN) == []


def test_sql_is_composed_in_one_place():
    assert offences(sql_is_composed_in_one_place, *PACKAGE, *SHOWN) == []


def test_names_mean_something():
    assert offences(names_mean_something, *PACKAGE, *SHOWN, "tests/**/*.py") == []


def test_every_query_says_what_it_is():
    assert offences(queries_say_what_they_are, "queries/**/*.sql") == []


def test_every_answer_is_asked_and_tested():
    answers = sorted(path.stem for path in PROJECT.glob("queries/answers/*.sql"))
    asked = words_of("holdfast/**/*.py")
    tested = words_of("tests/**/test_*.py")
    assert [name for name in answers if name not in asked] == []
    assert [name for name in answers if name not in tested] == []


def words_of(pattern: str) -> set[str]:
    texts = (path.read_text(encoding="utf-8") for path in PROJECT.glob(pattern))
    return {word for text in texts for word in re.findall(r"\w+", text)}


def test_the_catalogue_of_queries_is_current():
    assert cli.main(["catalogue", "--check"]) == 0


def test_no_page_shares_its_name_with_a_room():
    pages = {page.stem for page in PROJECT.glob("pages/*.py")}
    assert pages & {"holdfast", "tests", "benchmarks", *ROOMS} == set()


def test_nothing_points_to_one_machine_or_registry():
    texts = {".py", ".sql", ".md", ".toml", ".txt", ".json", ".yml", ""}
    found = [
        offence
        for file in tracked_files()
        if file.suffix in texts and file.is_file()
        for offence in offences_in(nothing_points_elsewhere, file)
    ]
    assert found == []


def tracked_files() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (PROJECT / ".git").exists():
        pytest.skip("Only a git checkout knows which files belong to the project.")
    listed = subprocess.run(
        [git, "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return [PROJECT / name for name in listed.stdout.split("\0") if name]


def test_every_make_target_in_the_readme_exists():
    targets = set(
        re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    )
    named = re.findall(r"\bmake ([a-z]+)", (PROJECT / "README.md").read_text())
    assert set(named) - targets == set()


def test_every_direct_dependency_is_pinned():
    lists = ("requirements.txt", "tests/requirements.txt")
    lines = [
        line for name in lists for line in (PROJECT / name).read_text().split("\n")
    ]
    wanted = [line for line in lines if line and not line.startswith(("#", "-r "))]
    # A version, and perhaps on which machines.
    pinned = re.compile(r"[\w-]+==[\w.]+(; .+)?")
    assert [line for line in wanted if not pinned.fullmatch(line)] == []


def test_the_app_listens_here_only_and_reports_nothing():
    config = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text())
    assert config["server"]["address"] == "127.0.0.1"
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"
    assert config["client"]["disableDataExport"] is True
    assert "enableXsrfProtection" not in config["server"]
    assert "enableCORS" not in config["server"]


def test_the_tests_that_the_guide_names_are_there():
    named = re.findall(r"`(test_\w+)`", (PROJECT / "docs" / "testing.md").read_text())
    there = {
        name
        for path in PROJECT.glob("tests/**/test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.M)
    }
    assert [name for name in named if name not in there] == []
    assert len(named) > 40
