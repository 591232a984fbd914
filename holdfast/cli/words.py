"""The words that the command line understands."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Callable
from typing import Any, NoReturn

from holdfast import __version__
from holdfast.cli.asking import ask_question, settings_help
from holdfast.cli.cataloguing import write_catalogue
from holdfast.cli.checking import check, compare_versions, version_number
from holdfast.cli.loading import build_demo, load_files, show_status, undo
from holdfast.cli.scales import keep_scales
from holdfast.cli.segments import list_segments
from holdfast.cli.speaking import PROGRAM
from holdfast.cli.themes import keep_themes
from holdfast.errors import SpecError
from holdfast.report.plain import FRAME
from holdfast.survey_scales import KINDS
from holdfast.workspace import ENVIRONMENT


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


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command; ``run`` of what it reads does the work."""
    found = _Parser(
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
    found.add_argument("--version", action="version", version=f"holdfast {__version__}")
    _add_workspace(found, None)
    commands = found.add_subparsers(title="commands", metavar="COMMAND", dest="name")
    found.set_defaults(run=lambda _: found.print_help())

    command = _command(
        commands,
        "load",
        load_files,
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
        show_status,
        "say what is loaded and which days it covers",
        "Say what the workspace holds: each loaded file with what became of its rows, "
        "the days that were observed, days without data, the tables, the settings.",
        "status",
    )
    command = _command(
        commands,
        "check",
        check,
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
        compare_versions,
        "say which past figures a change has moved, and why",
        "Compare two versions of the data that are kept, by default the current one "
        "with the last before it that holds data: files, settings, and every past "
        "figure that moved.",
        "compare",
        "compare 3 5 --csv",
    )
    command.add_argument(
        "versions",
        nargs="*",
        type=version_number,
        metavar="VERSION",
        help="two numbers",
    )
    command.add_argument("--csv", action="store_true", help="the figures as CSV")
    command = _command(
        commands,
        "segments",
        list_segments,
        "list the saved segments",
        "List the saved segments: how many customers are in each, how many of them are "
        "not in the data any more, and where it came from. With the name of one, print "
        "its customers' ids.",
        "segments",
        'segments "Stuck after sign-up" --csv',
    )
    command.add_argument(
        "segment", nargs="?", metavar="SEGMENT", help="print the ids of this one"
    )
    command.add_argument("--csv", action="store_true", help="the table as CSV")
    command = _command(
        commands,
        "themes",
        keep_themes,
        "list, keep and remove your own themes of comments",
        "List the themes that are looked for in comments beside what recurs by itself: "
        "names, and words that tell of them. A theme that is saved takes the place of "
        "the one of its name. Asking for themes uses them.",
        "themes",
        'themes --save "Payment: pay*, credit card" --save "Price: expensive, teuer"',
        "themes --remove Price",
    )
    command.add_argument(
        "--save",
        action="append",
        default=[],
        metavar="THEME",
        help='keep this theme, such as "Payment: pay*, card". May be given again',
    )
    command.add_argument(
        "--remove",
        action="append",
        default=[],
        metavar="NAME",
        help="remove the theme of this name. May be given again",
    )
    command.add_argument("--csv", action="store_true", help="the table as CSV")
    command = _command(
        commands,
        "scales",
        keep_scales,
        "list and keep how the scores of surveys are read",
        "List on which scale the scores of surveys are read, and which of them stand "
        "for something else; or change it for a kind of survey. What is kept holds for "
        "every question about scores that does not say otherwise.",
        "scales",
        "scales csat --scale 1-5 --blank 0 --not-applicable 6",
        "scales csat --forget",
    )
    command.add_argument(
        "kind", nargs="?", choices=KINDS, help="nps, csat or ces; none only lists"
    )
    command.add_argument("--scale", help="least and greatest point, such as 1-5")
    command.add_argument("--blank", metavar="SCORES", help="scores for none, such as 0")
    command.add_argument(
        "--not-applicable",
        metavar="SCORES",
        help="scores that mean it does not apply, such as 6,99",
    )
    command.add_argument(
        "--forget", action="store_true", help="read them as usual again"
    )
    command.add_argument("--csv", action="store_true", help="the table as CSV")
    _command(
        commands,
        "undo",
        undo,
        "take the last change back",
        "Go back to the data before the last import or change of settings.",
        "undo",
    )
    _command(
        commands,
        "demo",
        build_demo,
        "build the demo workspace where there is none",
        "Build a workspace from sample_data/, an invented company with 24 months of "
        "data. Does nothing where a workspace exists already.",
        "demo",
        "demo --workspace ../tryout",
    )
    command = _command(
        commands,
        "catalogue",
        write_catalogue,
        "write queries/README.md, the catalogue of every query",
        "Write the catalogue of every query from the headers of the .sql files.",
        "catalogue",
        "catalogue --check",
    )
    command.add_argument(
        "--check", action="store_true", help="write nothing; fail when it is stale"
    )
    return found


def _add_ask(commands: Any) -> None:
    command = _command(
        commands,
        "ask",
        ask_question,
        "ask a question and print the answer",
        "Ask a question about the customers in view. Prints who is in view, the "
        "finding in one sentence, the figures, and what limits them.",
        "ask retention",
        'ask retention --spec interval=week --spec "returning=event:export" --by plan',
        'ask lifecycle --filter "plan=pro,team" --filter "did export>=3" --csv',
        "ask survival --table summary --csv",
        'ask retention --spec \'{"interval": "month", "rolling": true}\' --json',
    )
    command.details = settings_help
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
        '"did not export", \'in "My segment"\', \'not in "My segment"\'. All given '
        "must hold",
    )
    command.add_argument(
        "--by",
        metavar="ATTRIBUTE",
        help="break the answer down by an attribute, or by a saved segment and the "
        "rest: 'in \"My segment\"'",
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
