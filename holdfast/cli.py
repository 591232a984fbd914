"""The command line: load files, ask questions, see what is there, undo.

It asks the same questions as the pages and prints the same figures.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import shutil
import sys
import tempfile
import textwrap
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import MISSING, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from holdfast import __version__
from holdfast.answer import Answer
from holdfast.dataset import Dataset
from holdfast.errors import (
    CancelledError,
    DatasetError,
    HoldfastError,
    SpecError,
    WorkspaceError,
)
from holdfast.filters import read_filters
from holdfast.population import suggestion
from holdfast.query import QUERIES, Entry, Query, catalogue, load
from holdfast.report.plain import FRAME, as_json
from holdfast.report.text import UNLIMITED, answer_lines, printable, table, wrapped
from holdfast.spec import choices, read_spec
from holdfast.workspace import (
    ENVIRONMENT,
    FileReport,
    LoadReport,
    Status,
    StoredSource,
    Workspace,
    workspace_path,
)

PROGRAM = "python -m holdfast"
SAMPLE_DATA = QUERIES.parent / "sample_data"
CATALOGUE = QUERIES / "README.md"

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
        arguments = _parser().parse_args(words)
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


def _say(*lines: str) -> None:
    for line in lines:
        print(printable(line))


def _room() -> int:
    """Return the places in a line; a file or another program takes any number."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else UNLIMITED


# The words that the program understands.


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are of the one family of errors.

    Attributes:
        details: Writes what its help says at the end; only asked when it is shown.
    """

    details: Callable[[], str] | None = None

    def format_help(self) -> str:
        """Write the help."""
        text = super().format_help()
        return text if self.details is None else f"{text}\n{self.details()}"

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """End after the help, once it is written: a closed pipe shows up here."""
        sys.stdout.flush()
        super().exit(status, message)

    def error(self, message: str) -> NoReturn:
        """Refuse the words.

        Raises:
            SpecError: Always.
        """
        text = message.removeprefix("argument ")
        raise SpecError(
            "unreadable_command",
            f"{text[:1].upper()}{text[1:]}.",
            f"See {self.prog} --help.",
        )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        description="Who stays, who leaves and why, from the exports you already have.",
        epilog=_examples(
            "load events.csv customers.csv",
            "ask retention --spec interval=week --by country",
            "status",
        )
        + f"\n\n{PROGRAM} COMMAND --help explains one command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action="version", version=f"holdfast {__version__}"
    )
    _add_workspace(parser, None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="name")
    parser.set_defaults(run=lambda _: parser.print_help())

    command = _command(
        commands,
        "load",
        _load,
        "load exported files into the workspace",
        "Load files: CSV, Excel, JSON or Parquet, also packed, of events, customers, "
        "subscriptions, orders, payments, survey answers, tickets. What a file holds "
        "is recognised by its columns. All files are loaded, or none; of a folder or "
        "archive all that is understood. The same file twice changes nothing. "
        "The workspace is made where there is none.",
        "load events.csv customers.csv",
        "load exports/ --workspace ../analysis",
    )
    command.add_argument(
        "files", nargs="+", metavar="FILE", help="a file, an archive or a folder"
    )

    _add_ask(commands)

    _command(
        commands,
        "status",
        _status,
        "say what is loaded and which days it covers",
        "Say what the workspace holds: each loaded file with what became of its rows, "
        "the days that were observed, days without data, the tables, the settings.",
        "status",
    )
    command = _command(
        commands,
        "check",
        _check,
        "check the data for what cannot be true",
        "Check the data themselves: ends before starts, one e-mail of several "
        "customers, scores off their scale and so on. With the name of a check, print "
        "the rows that it finds.",
        "check",
        "check customers_sharing_email --csv",
    )
    command.add_argument(
        "check", nargs="?", metavar="CHECK", help="print the rows that this check finds"
    )
    command.add_argument("--csv", action="store_true", help="the rows as CSV")
    command = _command(
        commands,
        "compare",
        _compare,
        "say which past figures a change has moved, and why",
        "Compare two versions of the data that are kept, by default the current one "
        "with the one before: files, settings, and every past figure that moved.",
        "compare",
        "compare 3 5 --csv",
    )
    command.add_argument(
        "versions", nargs="*", type=_version, metavar="VERSION", help="two numbers"
    )
    command.add_argument("--csv", action="store_true", help="the figures as CSV")
    _command(
        commands,
        "undo",
        _undo,
        "take the last change back",
        "Go back to the data before the last import or change of settings.",
        "undo",
    )
    _command(
        commands,
        "demo",
        _demo,
        "build the demo workspace where there is none",
        "Build a workspace from sample_data/, an invented company with 24 months of "
        "data. Does nothing where a workspace exists already.",
        "demo",
        "demo --workspace ../tryout",
    )
    command = _command(
        commands,
        "catalogue",
        _catalogue,
        "write queries/README.md, the catalogue of every query",
        "Write the catalogue of every query from the headers of the .sql files.",
        "catalogue",
        "catalogue --check",
    )
    command.add_argument(
        "--check", action="store_true", help="write nothing; fail when it is stale"
    )
    return parser


def _add_ask(commands: Any) -> None:
    command = _command(
        commands,
        "ask",
        _ask,
        "ask a question and print the answer",
        "Ask a question about the customers in view. Prints who is in view, the "
        "finding in one sentence, the figures, and what limits them.",
        "ask retention",
        'ask retention --spec interval=week --spec "returning=event:export" --by plan',
        'ask lifecycle --filter "plan=pro,team" --filter "did export>=3" --csv',
        "ask survival --table summary --csv",
        'ask retention --spec \'{"interval": "month", "rolling": true}\' --json',
    )
    command.details = _settings_help
    command.add_argument("question", metavar="QUESTION", help="listed below")
    command.add_argument(
        "--spec",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of the question, listed below; or a JSON object of settings. "
        "May be given again",
    )
    command.add_argument(
        "--filter",
        action="append",
        default=[],
        metavar="TEXT",
        help='who is in view: "plan=pro,team", "plan!=free", "seats:5..20", '
        '"joined_on:2025-01-01..", "did export>=3 @2025-01-01..2025-01-31", '
        '"did not export". All given must hold',
    )
    command.add_argument(
        "--by", metavar="ATTRIBUTE", help="break the answer down by an attribute"
    )
    command.add_argument(
        "--segments",
        type=_count,
        default=8,
        metavar="N",
        help='how many segments are shown before the rest becomes "Other" (default 8)',
    )
    command.add_argument(
        "--table",
        metavar="NAME",
        help=f"print this table of the answer only, whole: {FRAME}, or one of the "
        "question's further tables; with --csv, write it instead of the frame",
    )
    output = command.add_mutually_exclusive_group()
    output.add_argument(
        "--json", action="store_true", help="everything of the answer as JSON"
    )
    output.add_argument("--csv", action="store_true", help="the figures as CSV")
    output.add_argument(
        "--sql", action="store_true", help="the SQL with its values, ready to run"
    )


def _command(
    commands: Any,
    name: str,
    run: Any,
    summary: str,
    description: str,
    *examples: str,
) -> _Parser:
    parser: _Parser = commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=_examples(*examples),
        formatter_class=_Help,
        allow_abbrev=False,
    )
    _add_workspace(parser, argparse.SUPPRESS)
    parser.set_defaults(run=run)
    return parser


class _Help(argparse.RawDescriptionHelpFormatter):
    """Wraps the description and leaves the examples as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.startswith("Examples"):
            return super()._fill_text(text, width, indent)
        return textwrap.fill(text, width)


def _add_workspace(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--workspace",
        metavar="PATH",
        default=default,
        help=f"the workspace's folder (default: {ENVIRONMENT} of the environment, "
        "else workspace/ beside app.py)",
    )


def _examples(*commands: str) -> str:
    lines = [f"  {PROGRAM} {command}" for command in commands]
    return "\n".join(["Examples:", *lines])


def _count(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 100:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 100")


def _settings_help() -> str:
    """List the questions and what can be set for each."""
    from holdfast.questions import QUESTIONS, module_of

    parts = ["Questions, and what --spec sets for each:"]
    for question in QUESTIONS:
        kind = _spec_of(question)
        purpose = (module_of(question).__doc__ or question).split("\n")[0]
        parts.append(f"\n  {question}: {purpose}")
        meanings = _meanings(kind)
        for field in fields(kind):
            options = [each for each in choices(kind, field.name) if each is str(each)]
            words = meanings.get(field.name, "")
            if options and any(each not in words for each in options):
                words = f"{words} One of {', '.join(options)}."
            default = "" if field.default is MISSING else _setting(field.default)
            words = f"{words} Default {default}." if default else words
            parts += textwrap.wrap(
                f"{field.name}: {words}",
                width=88,
                initial_indent="    ",
                subsequent_indent="        ",
            )
    parts.append(
        "\nWhat counts (start, returning, shown_by) is one of signup, activity, order,"
        "\norder+returns, subscription, event:NAME, event:NAME,NAME, or"
        '\n"event:NAME?property=value". Days are written 2025-03-31.\n'
    )
    return "\n".join(parts)


def _setting(value: Any) -> str:
    """Write a setting's value as ``--spec`` takes it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case tuple() | list():
            return ",".join(f"{first}-{last}" for first, last in value)
        case _:
            return str(value)


def _meanings(kind: type[Any]) -> dict[str, str]:
    """Read what the fields of a spec mean from the spec's own words."""
    _, _, attributes = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")
    meanings: dict[str, str] = {}
    name = ""
    for line in attributes.replace("``", "").splitlines():
        if line.startswith("    ") and not line.startswith("     "):
            name, _, words = line.strip().partition(": ")
            meanings[name] = words
        elif line.strip() and name:
            meanings[name] += f" {line.strip()}"
    return meanings


# Loading, undoing and looking.


def _load(arguments: argparse.Namespace) -> None:
    path = workspace_path(arguments.workspace)
    report, new = _load_into(path, arguments.files)
    _print_load(path, report, new)


def _demo(arguments: argparse.Namespace) -> None:
    path = workspace_path(arguments.workspace)
    if _is_workspace(path):
        Workspace.open(path)
        print(f"The workspace {path} is there already; nothing was changed.")
        return
    files = [
        file
        for pattern in ("*.csv", "*.csv.gz", "*.jsonl", "*.jsonl.gz", "*.parquet")
        for file in sorted(SAMPLE_DATA.glob(pattern))
    ]
    if not files:
        raise WorkspaceError(
            "no_sample_data",
            "There is no sample data to build the demo from.",
            "Write it anew with make data, or load files of your own.",
        )
    print("Building the demo workspace from sample_data/.", flush=True)
    _, new = _load_into(path, files)
    rows = sum(source.rows_read for source in new)
    _say(f"Loaded {len(new)} files with {rows:,} rows into {path}.")


def _load_into(
    path: Path, files: Sequence[str | Path]
) -> tuple[LoadReport, list[StoredSource]]:
    """Load files; a workspace that is new appears only when they are in it."""
    with _home(path) as workspace:
        before = workspace.source_ids()
        with _progress() as progress:
            report = workspace.load(files, progress)
        now = workspace.status().sources
    return report, [source for source in now if source.id not in before]


@contextmanager
def _home(path: Path) -> Iterator[Workspace]:
    """Open the workspace, or build a new one beside and move it into place.

    So a refused file or a killed process leaves no half-made workspace behind.
    """
    if _is_workspace(path):
        # Loading mends a damaged dataset.
        yield Workspace.open(path, to_mend=True)
        return
    path = path.absolute()
    if path.exists():
        # Says in its own words what is wrong with a folder that is in use.
        _check_empty(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        yield Workspace.create(aside / "workspace")
        if path.exists():
            path.rmdir()
        (aside / "workspace").rename(path)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _check_empty(path: Path) -> None:
    if not path.is_dir() or any(path.iterdir()):
        raise WorkspaceError(
            "folder_in_use",
            f"{path.name} is no workspace, and not an empty folder.",
            "Choose another folder with --workspace.",
        )


def _is_workspace(path: Path) -> bool:
    return (path / "workspace.json").exists()


@contextmanager
def _progress() -> Iterator[Any]:
    """Show on standard error how far an import is: one line that is overwritten."""
    is_terminal = sys.stderr.isatty()
    last = ""

    def show(stage: str, share: float) -> None:
        nonlocal last
        if is_terminal:
            print(f"\r\033[K{share:4.0%} {printable(stage)}", end="", file=sys.stderr)
        elif stage != last:
            print(f"{share:4.0%} {printable(stage)}", file=sys.stderr)
        sys.stderr.flush()
        last = stage

    try:
        yield show
    finally:
        if is_terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _print_load(path: Path, report: LoadReport, new: Sequence[StoredSource]) -> None:
    for file in report.files:
        if file.is_known:
            _say(file.describe())
    if new:
        with _dataset(path) as dataset:
            _print_sources(dataset, new)
    for error in report.passed_over:
        _say(f"Not loaded: {error.sentence}")
    if report.has_changed:
        _say("", f"Loaded into {path}. Next: {PROGRAM} ask retention")


def _status(arguments: argparse.Namespace) -> None:
    path = workspace_path(arguments.workspace)
    status = Workspace.open(path).status()
    _say(f"Workspace {path}")
    if status.dataset is None:
        _say(f"Nothing is loaded. Load files: {PROGRAM} load FILE…")
    else:
        with _dataset(path) as dataset:
            _print_holdings(dataset, status)
    _say("", "Settings")
    settings = status.settings.as_text()
    _say(*(f"  {name}: {value or '–'}" for name, value in settings.items()))
    if status.can_undo:
        _say("", f"The last change can be taken back: {PROGRAM} undo")


def _print_holdings(dataset: Dataset, status: Status) -> None:
    _say("", "Files, in the order in which they were loaded")
    _print_sources(dataset, status.sources)
    observed = pd.DataFrame(
        [
            {
                "table": name,
                "rows": seen.rows,
                "first day": seen.from_on,
                "last day": seen.until_on - timedelta(days=1),
                "last complete day": seen.as_of - timedelta(days=1),
            }
            for name, seen in dataset.observed.items()
        ]
    )
    _say("", f"Observed days ({dataset.zone})", *table(observed, _room()))
    if dataset.holes:
        spans = (
            (first, until - timedelta(days=1), (until - first).days)
            for first, until in dataset.holes
        )
        _say("", "Days without any event")
        _say(
            *(
                f"  {first}" if days == 1 else f"  {first} to {last} ({days} days)"
                for first, last, days in spans
            )
        )
    tables = pd.DataFrame(
        [{"table": name, "rows": rows} for name, rows in status.rows.items()]
    )
    _say("", "Tables", *table(tables))


def _print_sources(dataset: Dataset, sources: Sequence[StoredSource]) -> None:
    """Print the story of each file: what it was taken for, where its rows went."""
    loads = dataset.frame(load("loads").text)
    rejections = dataset.frame(load("rejections").text)
    for source in sources:
        for _, row in loads[loads["source"] == source.id].iterrows():
            file = FileReport(
                name=source.name,
                title=source.mapping.title,
                table_name=row["table_name"],
                rows_read=row["rows_read"],
                imported=row["imported"],
                rejected=row["rejected"],
                duplicates=row["duplicates"],
                is_known=False,
            )
            _say(file.describe(), *_columns_used(source, file.table_name))
            reasons = rejections[
                (rejections["source"] == source.id)
                & (rejections["table_name"] == file.table_name)
            ]
            _say(
                *(
                    f"  rejected: {each.rejected_rows:,} × {each.reason}"
                    f" (first in line {each.first_line})"
                    for each in reasons.itertuples()
                )
            )


def _columns_used(source: StoredSource, table_name: str) -> list[str]:
    """Say which column of a file is taken for what."""
    part = next(each for each in source.mapping.feeds if each.feed == table_name)
    roles = [
        f"{role} from {' or '.join(columns)}" if (role,) != tuple(columns) else role
        for role, columns in part.roles.items()
    ]
    lines = [f"columns: {', '.join(roles)}"] if roles else []
    if part.kept:
        lines.append(f"kept as they are: {', '.join(each.name for each in part.kept)}")
    return [row for line in lines for row in wrapped(line, "  ", "    ")]


def _undo(arguments: argparse.Namespace) -> None:
    path = workspace_path(arguments.workspace)
    # Opening would refuse a damaged dataset, and undo is the way out of that.
    workspace = Workspace(path) if _is_workspace(path) else Workspace.open(path)
    status = workspace.undo()
    if status.dataset is None:
        _say("The last change was taken back. Nothing is loaded now.")
        return
    names = ", ".join(source.name for source in status.sources)
    _say(f"The last change was taken back. Loaded now: {names}.")


@contextmanager
def _dataset(path: Path) -> Iterator[Dataset]:
    """Open the workspace's current dataset for one command."""
    current = Workspace.open(path).dataset_path()
    if current is None:
        raise DatasetError(
            "nothing_loaded",
            f"The workspace {path.name} has no data yet.",
            f"Load files first: {PROGRAM} load FILE…",
        )
    dataset = Dataset(current)
    try:
        yield dataset
    finally:
        dataset.close()


# Checking and comparing.


def _check(arguments: argparse.Namespace) -> None:
    from holdfast import checks
    from holdfast.report.findings import check_lines

    path = workspace_path(arguments.workspace)
    chosen = checks.check_of(arguments.check) if arguments.check else None
    loaded_at = Workspace.open(path).status().loaded_at
    with _dataset(path) as dataset:
        if chosen is not None:
            frame = checks.rows_of(dataset, chosen, loaded_at)
        else:
            with _progress() as progress:
                findings = checks.run(dataset, loaded_at, progress)
            frame = checks.summary(findings)
    if arguments.csv:
        _write_csv(frame)
    elif chosen is None:
        _say(*check_lines(findings, _room()))
    else:
        _say(chosen.title, *wrapped(chosen.why), "")
        _say(*(table(frame, _room()) if len(frame) else ["Nothing found."]))


def _compare(arguments: argparse.Namespace) -> None:
    from holdfast.comparison import Version, compare, version_label
    from holdfast.report.findings import comparison_lines

    workspace = Workspace.open(workspace_path(arguments.workspace))
    kept = {each.dataset: each for each in workspace.versions() if each.dataset}
    wanted = arguments.versions or list(kept)[-2:]
    if len(wanted) != 2 or not kept.keys() >= set(wanted):
        numbers = ", ".join(str(number) for number in kept) or "none"
        raise WorkspaceError(
            "no_such_versions",
            "Two versions are needed, and both have to be kept still.",
            f"There are: {numbers}. Every import and change makes one.",
        )
    with ExitStack() as opened:
        earlier, later = (
            Version(
                kept[number],
                opened.enter_context(closing(Dataset(workspace.version_path(number)))),
            )
            for number in wanted
        )
        with _progress() as progress:
            found = compare(earlier, later, progress)
    if arguments.csv:
        _write_csv(found.moved)
        return
    _say(*(version_label(each.status) for each in (earlier, later)), "")
    _say(*comparison_lines(found, _room()))


def _version(text: str) -> int:
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of a version")


def _write_csv(frame: pd.DataFrame) -> None:
    # Altair takes a second to load, and only this needs it.
    from holdfast.charts.export import csv

    sys.stdout.flush()
    sys.stdout.buffer.write(csv(frame))


# Asking.


def _ask(arguments: argparse.Namespace) -> None:
    spec = _spec(arguments.question, arguments.spec)
    filters = read_filters(arguments.filter, arguments.by, arguments.segments)
    if arguments.table and (arguments.json or arguments.sql):
        raise SpecError(
            "table_without_use",
            "--table chooses what is printed or written as CSV.",
            "Leave it out; --json has every table, --sql the whole statement.",
        )
    # The libraries of statistics take a second to load, and only answers need them.
    from holdfast.questions import ask

    with _dataset(workspace_path(arguments.workspace)) as dataset:
        answer = ask(dataset, spec, filters)
    if arguments.sql:
        print(answer.sql)
    elif arguments.json:
        print(
            json.dumps(as_json(answer), indent=2, ensure_ascii=False, allow_nan=False)
        )
    elif arguments.csv:
        _write_csv(_chosen(answer, arguments.table or FRAME))
    elif arguments.table:
        _say(*table(_chosen(answer, arguments.table), _room()))
    else:
        _say(*answer_lines(answer, _room()))


def _spec_of(question: str) -> type[Any]:
    """Return the spec class of a question.

    Raises:
        SpecError: There is no such question.
    """
    from holdfast.questions import module_of

    kind: type[Any] = getattr(module_of(question), question.capitalize())
    return kind


def _spec(question: str, settings: Sequence[str]) -> Any:
    """Read a spec; on the command line, what cannot be read is an error.

    Raises:
        SpecError: A setting is not known, or its value cannot be read.
    """
    kind = _spec_of(question)
    texts: dict[str, str] = {}
    for setting in settings:
        if setting.lstrip().startswith("{"):
            texts.update(_read_json(setting))
            continue
        name, sign, value = setting.partition("=")
        if not sign:
            raise SpecError(
                "unreadable_setting",
                f"The setting {setting!r} cannot be read.",
                "Write it as NAME=VALUE, such as interval=week.",
            )
        texts[name.strip()] = value.strip()
    spec, notices = read_spec(kind, texts)
    if notices:
        raise notices[0]
    return spec


def _read_json(text: str) -> dict[str, str]:
    """Read a JSON object of settings, as ``ask --json`` writes one.

    Raises:
        SpecError: It is none.
    """
    try:
        values: dict[str, Any] = json.loads(text)
        return {name: _setting(value) for name, value in values.items()}
    except (ValueError, TypeError, RecursionError) as error:
        raise SpecError(
            "unreadable_setting",
            "The settings given as JSON cannot be read.",
            'Write for example {"rolling": true, "brackets": [[0, 0], [1, 2]]}.',
        ) from error


def _chosen(answer: Answer, name: str) -> pd.DataFrame:
    tables = {FRAME: answer.frame, **answer.extras}
    if name not in tables:
        raise SpecError(
            "unknown_table",
            f"The answer to {answer.question} has no table {name!r}.",
            suggestion(name, tables),
        )
    return tables[name]


# The catalogue of queries.

_FOLDERS = {
    "answers": "One file an answer: what questions ask a dataset.",
    "checks": "Each returns the rows that offend; none means that all is well.",
    "dataset": "How the columns of the sources become the tables of a dataset.",
}


def _catalogue(arguments: argparse.Namespace) -> None:
    text = catalogue_text(catalogue())
    if arguments.check:
        with suppress(FileNotFoundError):
            if CATALOGUE.read_text(encoding="utf-8") == text:
                _say("The catalogue of queries is up to date.")
                return
        raise SpecError(
            "catalogue_stale",
            "The catalogue queries/README.md is not what the queries' headers say.",
            f"Write it anew: {PROGRAM} catalogue",
        )
    CATALOGUE.write_text(text, encoding="utf-8", newline="\n")
    _say(f"Wrote queries/README.md: {len(catalogue())} queries.")


def catalogue_text(queries: Mapping[str, Query]) -> str:
    """Write the catalogue of queries as Markdown, by folder and name."""
    lines = [
        "# Queries",
        "",
        f"Written by `{PROGRAM} catalogue` from the header of each file; change the",
        "header, not this page. Parameters are bound, never written into the text.",
    ]
    folders: dict[str, list[Query]] = {}
    for query in sorted(queries.values(), key=lambda each: each.name):
        folders.setdefault(query.path.parent.name, []).append(query)
    for folder, found in sorted(folders.items()):
        lines += ["", f"## {folder}", ""]
        if folder in _FOLDERS:
            lines += [_FOLDERS[folder], ""]
        lines += [f"- [{each.name}](#{each.name}): {each.purpose}" for each in found]
        for query in found:
            lines += _entry(query, folder)
    return "\n".join(lines) + "\n"


def _entry(query: Query, folder: str) -> list[str]:
    return [
        "",
        f"### {query.name}",
        "",
        _plain_markdown(query.purpose),
        f"([{folder}/{query.path.name}]({folder}/{query.path.name}))",
        "",
        f"- **Grain**: {_plain_markdown(query.grain)}",
        *_entries("Params", query.params),
        *_entries("Returns", query.returns),
        f"- **Source**: {_plain_markdown(query.source)}",
    ]


def _entries(title: str, entries: Sequence[Entry]) -> list[str]:
    if not entries:
        return [f"- **{title}**: none"]
    return [
        f"- **{title}**:",
        *(
            f"  - `{entry.name}` ({entry.type}): {_plain_markdown(entry.meaning)}"
            for entry in entries
        ),
    ]


def _plain_markdown(text: str) -> str:
    """Keep signs of Markdown from becoming markup."""
    for sign in ("\\", "*", "<", "`"):
        text = text.replace(sign, f"\\{sign}")
    return text
