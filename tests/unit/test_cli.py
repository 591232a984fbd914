"""The command line: what it prints, what it refuses, and that it leaves no trace."""

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from holdfast import cli
from holdfast.cli import asking, cataloguing, loading, opening
from holdfast.dataset import Dataset
from holdfast.filters import InSegment, read_filters
from holdfast.query import load
from holdfast.questions import QUESTIONS, ask
from holdfast.questions.retention import Retention
from holdfast.report.text import printable, table
from holdfast.saved_segments import Origin
from holdfast.workspace import ENVIRONMENT, Workspace
from tests.conftest import PROJECT
from tests.worlds import dataset_of

COMMANDS = (
    *("load", "ask", "status", "segments", "themes", "scales", "undo", "demo"),
    "catalogue",
)

CUSTOMERS = """customer_id,signed_up_at,country
a,2025-01-05,de
b,2025-01-20,fr
c,2025-02-03,=cmd
"""
EVENTS = """customer_id,event,timestamp
a,login,2025-01-05 10:00:00
a,login,2025-02-06 11:00:00
b,login,2025-01-20 09:00:00
b,login,2025-01-25 09:00:00
c,login,2025-02-03 08:00:00
c,export,2025-03-01 08:00:00
a,login,2025-03-02 08:00:00
a,login,never
"""


@pytest.fixture
def files(tmp_path) -> list[str]:
    return written(tmp_path / "my exports")


def written(folder: Path) -> list[str]:
    folder.mkdir()
    (folder / "customers.csv").write_text(CUSTOMERS)
    (folder / "events.csv").write_text(EVENTS)
    return [str(folder / "customers.csv"), str(folder / "events.csv")]


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """Name a workspace that is not there yet."""
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "my workspace"))
    return tmp_path / "my workspace"


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    assert cli.main(["load", *written(folder / "a"), "--workspace", f"{folder}/b"]) == 0
    return folder / "b"


@pytest.fixture
def loaded(home, built) -> Path:
    """Return a workspace with both files in it, a copy for each test."""
    return shutil.copytree(built, home)


@pytest.fixture
def run(capsys):
    """Return how to run a command: its exit status, its output and its complaint."""

    def command(*words: str) -> tuple[int, str, str]:
        status = cli.main(words)
        output = capsys.readouterr()
        return status, output.out, output.err

    return command


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != ".lock"
    }


def asked(workspace: Path, spec=None, filters=None):
    path = Workspace.open(workspace).dataset_path()
    assert path is not None
    dataset = Dataset(path)
    try:
        return ask(dataset, spec or Retention(), filters)
    finally:
        dataset.close()


def in_a_process(
    *words: str, workspace: Path, **environment: str
) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "holdfast", *words],
        cwd=PROJECT,
        env=os.environ | {ENVIRONMENT: str(workspace)} | environment,
        capture_output=True,
        check=False,
    )


# Help.


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["--help"])
    text = capsys.readouterr().out
    assert stop.value.code == 0
    assert [name for name in COMMANDS if f"    {name} " not in text] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_has_an_example(command, capsys):
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    assert (
        f"python -m holdfast {command}" in capsys.readouterr().out.split("Examples")[1]
    )


def test_the_help_of_ask_explains_every_setting_of_every_question(capsys):
    with pytest.raises(SystemExit):
        cli.main(["ask", "--help"])
    text = capsys.readouterr().out
    assert [name for name in QUESTIONS if f"\n  {name}: " not in text] == []
    assert "    interval: Day, week or month. One of day, week, month. " in text
    assert "Default 0-0,1-1,2-3,4-7." in text


def test_no_words_at_all_give_the_help(run):
    status, output, _ = run()
    assert status == 0
    assert output.startswith("usage: python -m holdfast")


def test_the_version_is_the_packages_own(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out == "holdfast 0.1.0\n"


# Loading.


def test_load_tells_the_story_of_every_row(home, files, run):
    status, output, progress = run("load", *files)
    assert status == 0
    assert output.splitlines() == [
        "customers.csv (Customers): 3 rows read = 3 imported + 0 rejected"
        " + 0 duplicates, into customers.",
        "  columns: customer_id, signed_up_at",
        "  kept as they are: country",
        "events.csv (Events): 8 rows read = 7 imported + 1 rejected + 0 duplicates,"
        " into events.",
        "  columns: customer_id, event, happened_at from timestamp",
        '  rejected: 1 × "timestamp" is not a date (first in line 9)',
        "",
        f"Loaded into {home}. Next: python -m holdfast ask retention",
    ]
    assert "reading events.csv" in progress


def test_the_same_file_twice_changes_nothing(loaded, files, run):
    before = snapshot(loaded)
    status, output, _ = run("load", files[0])
    assert status == 0
    assert output == "customers.csv: already loaded, nothing changed.\n"
    assert snapshot(loaded) == before


def test_the_counts_of_loads_and_rejections_are_those_of_the_file(loaded):
    path = Workspace.open(loaded).dataset_path()
    assert path is not None
    dataset = Dataset(path)
    loads = dataset.frame(load("loads").text)
    rejections = dataset.frame(load("rejections").text)
    dataset.close()
    columns = ["table_name", "rows_read", "imported", "rejected", "duplicates"]
    assert sorted(loads[columns].itertuples(index=False, name=None)) == [
        ("customers", 3, 3, 0, 0),
        ("events", 8, 7, 1, 0),
    ]
    columns = ["table_name", "reason", "rejected_rows", "first_line"]
    assert list(rejections[columns].itertuples(index=False, name=None)) == [
        ("events", '"timestamp" is not a date', 1, 9)
    ]


def test_a_new_workspace_appears_only_when_files_are_in_it(home, files, tmp_path, run):
    (tmp_path / "empty.csv").write_text("")
    status, _, _ = run("load", files[0], str(tmp_path / "empty.csv"))
    assert status == 2
    names = [file.name for file in tmp_path.iterdir()]
    assert sorted(names) == ["empty.csv", "my exports"]


def test_a_workspace_can_be_made_in_an_empty_folder(home, files, run):
    home.mkdir()
    assert run("load", *files)[0] == 0
    assert (home / "workspace.json").exists()


def test_the_workspace_can_be_named_before_or_after_the_command(loaded, run, tmp_path):
    other = str(tmp_path / "other")
    assert run("--workspace", other, "status")[0] == 2
    assert run("status", "--workspace", other)[0] == 2
    assert run("status")[0] == 0


# Looking and undoing.


def test_status_says_what_is_loaded_and_which_days_it_covers(loaded, run):
    status, output, _ = run("status")
    assert status == 0
    lines = [line.split() for line in output.splitlines()]
    assert ["events", "7", "2025-01-05", "2025-03-02", "2025-03-01"] in lines
    assert '  rejected: 1 × "timestamp" is not a date (first in line 9)' in output
    assert ["customers", "3"] in lines
    assert "  week_start: monday" in output


def test_status_names_the_days_without_anybody(tmp_path, run):
    days = [date(2025, 1, day) for day in range(1, 32) if day not in (14, 15)]
    rows = [(f"c{i}", "login", str(day)) for day in days for i in range(9)]
    folder = dataset_of(tmp_path, events=rows).path.parent.parent
    output = run("status", "--workspace", str(folder))[1]
    assert "  2025-01-14 to 2025-01-15 (2 days)" in output


def test_undo_takes_the_last_load_back(loaded, tmp_path, run):
    more = tmp_path / "more.csv"
    more.write_text("customer_id,event,timestamp\na,login,2025-04-01 10:00:00\n")
    before = asked(loaded).frame
    run("load", str(more))
    assert len(asked(loaded).frame) > len(before)
    status, output, _ = run("undo")
    assert status == 0
    assert output == (
        "The last change was taken back. Loaded now: customers.csv, events.csv.\n"
    )
    pd.testing.assert_frame_equal(asked(loaded).frame, before)


def test_undo_is_the_way_out_of_a_damaged_dataset(loaded, run):
    path = Workspace.open(loaded).dataset_path()
    assert path is not None
    path.write_bytes(b"damaged")
    status, _, complaint = run("status")
    assert status == 2
    assert "Undo" in complaint
    assert run("undo")[0] == 0
    assert run("status")[0] == 0


def test_undo_of_the_first_load_leaves_nothing_loaded(loaded, run):
    assert "Nothing is loaded now." in run("undo")[1]
    assert "Nothing is loaded." in run("status")[1]
    status, output, complaint = run("ask", "retention")
    assert (status, output) == (2, "")
    assert complaint == (
        "The workspace my workspace has no data yet."
        " Load files first: python -m holdfast load FILE…\n"
    )


# Asking.


def test_an_answer_is_a_sentence_a_table_and_what_limits_it(loaded, run):
    status, output, _ = run("ask", "retention")
    answer = asked(loaded)
    assert status == 0
    lines = output.splitlines()
    assert lines[:2] == ["All customers.", answer.sentence]
    # a and b signed up in January; a came back in February and, after the last
    # complete day, in March. c signed up in February and came back in March.
    assert "Jan 2025               2°  100.0%    50.0%    50.0%*" in lines
    assert "Feb 2025               1°  100.0%   100.0%*" in lines
    assert "All complete               100.0%°   50.0%°" in lines
    assert "  of customers                  3        2" in lines
    for caveat in answer.caveats:
        assert caveat.text.split(". ")[0][:60] in output.replace("\n  ", " ")
    assert lines[-1] == "3 customers, observed to the end of 2025-03-01."


def test_segments_stand_beside_each_other(loaded, run):
    output = run("ask", "retention", "--by", "country")[1]
    table_of_segments = output.split("All complete cohorts, by country\n")[1]
    names = [line.split("  ")[0] for line in table_of_segments.splitlines()[1:5]]
    assert names == ["All", "=cmd", "de", "fr"]


@pytest.fixture(scope="module")
def left_open(built):
    with opening.opened_dataset(built) as dataset:
        yield dataset


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_is_answered_in_every_form(
    built, left_open, run, question, monkeypatch
):
    monkeypatch.setenv(ENVIRONMENT, str(built))
    # Opened once for all of them: that takes longer than to answer.
    monkeypatch.setattr(asking, "opened_dataset", lambda _: nullcontext(left_open))
    for words in ((), ("--by", "country"), ("--json",), ("--csv",), ("--sql",)):
        status, output, complaint = run("ask", question, *words)
        if status == 2:
            # Without prices, orders or answers it says what to load instead.
            assert "Load " in complaint
            continue
        assert (status, complaint) == (0, "")
        assert output


def test_the_csv_holds_the_figures_of_the_answer(loaded, run):
    output = run("ask", "retention", "--by", "country", "--csv")[1]
    answer = asked(loaded, filters=read_filters((), "country"))
    read = pd.read_csv(io.StringIO(output), parse_dates=["cohort"])
    assert len(read) == len(answer.frame)
    assert read["retained_customers"].tolist() == (
        answer.frame["retained_customers"].tolist()
    )
    assert read["retention_rate"].tolist() == answer.frame["retention_rate"].tolist()


def test_the_csv_runs_nothing_in_a_spreadsheet(loaded, run):
    output = run("ask", "retention", "--by", "country", "--csv")[1]
    assert ",'=cmd," in output
    assert ",=cmd," not in output


def test_the_json_holds_everything_of_the_answer(loaded, run):
    given = json.loads(run("ask", "retention", "--json")[1], parse_constant=pytest.fail)
    answer = asked(loaded)
    assert given["question"] == "retention"
    assert given["sentence"] == answer.sentence
    assert [each["code"] for each in given["caveats"]] == [
        each.code for each in answer.caveats
    ]
    assert given["as_of"] == "2025-03-02"
    assert given["n"] == 3
    assert given["sql"] == answer.sql
    assert list(given["frame"][0]) == list(answer.frame.columns)
    assert [row["customers"] for row in given["frame"]] == (
        answer.frame["customers"].tolist()
    )
    assert given["frame"][0]["cohort"] == "2025-01-01"
    assert given["frame"][0]["mean_rate"] is None
    assert given["frame"][-1]["cohort"] is None


def test_the_spec_of_the_json_can_be_given_back(loaded, run):
    words = ("--spec", "interval=week", "--spec", "returning=event:login", "--json")
    first = run("ask", "retention", *words)[1]
    spec = json.dumps(json.loads(first)["spec"])
    assert run("ask", "retention", "--spec", spec, "--json")[1] == first


def test_the_sql_runs_as_it_is_and_gives_the_same_figures(loaded, run):
    statement = run("ask", "retention", "--filter", "country=de,fr", "--sql")[1]
    path = Workspace.open(loaded).dataset_path()
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.sql(statement).df()
    answer = asked(loaded, filters=read_filters(["country=de,fr"]))
    assert rows["customers"].tolist() == answer.frame["customers"].tolist()
    assert rows["retained_customers"].tolist() == (
        answer.frame["retained_customers"].tolist()
    )


def test_settings_and_filters_reach_the_question(loaded, run):
    words = ("--spec", "interval=week", "--spec", '{"rolling": true, "intervals": 3}')
    output = run("ask", "retention", *words, "--filter", "did export", "--json")[1]
    given = json.loads(output)
    assert given["spec"]["rolling"] is True
    assert given["spec"]["intervals"] == 3
    assert given["filters"]["filters"] == ["did export"]
    assert given["filters"]["sentence"] == "Customers who did export."
    assert given["n"] == 1


def test_how_scores_are_read_is_kept_listed_and_forgotten(loaded, run):
    usual = "Scores are read on the usual scale of their survey, or on what fits.\n"
    assert run("scales") == (0, usual, "")
    assert run("scales", "csat", "--scale", "1-5", "--blank", "0")[0] == 0
    again = run("scales", "csat", "--not-applicable", "6,99", "--csv")[1]
    assert again.splitlines() == [
        "survey,scale,blank,not_applicable",
        'csat,1-5,0,"6,99"',
    ]
    status, _, problem = run("scales", "nps", "--scale", "1-5")
    assert status == 2
    assert "NPS is defined on a scale of 0 to 10" in problem
    assert run("scales", "csat", "--forget") == (0, usual, "")


def test_own_themes_are_kept_listed_and_removed(loaded, run):
    nothing = 'There is no theme: keep one with --save "Payment: pay*, card".\n'
    assert run("themes") == (0, nothing, "")
    saved = ("--save", "Payment: pay*, card", "--save", "Price: dear")
    assert run("themes", *saved)[0] == 0
    # Of one name, in whatever capitals, there is one theme.
    again = run("themes", "--save", "PRICE: =cheap", "--csv")[1]
    assert again.splitlines() == [
        *("theme,words", 'Payment,"pay*, card"', "PRICE,'=cheap")
    ]
    assert Workspace(loaded).themes == "Payment: pay*, card; PRICE: =cheap"
    status, _, problem = run("themes", "--remove", "Pament")
    assert status != 0
    assert "There is no theme 'Pament'. Did you mean Payment?" in problem
    assert run("themes", "--remove", "price", "--csv")[1].splitlines() == [
        *("theme,words", 'Payment,"pay*, card"')
    ]
    assert run("themes", "--remove", "payment") == (0, nothing, "")


def test_saved_segments_are_listed_and_asked_about(loaded, run):
    nothing = "There is no saved segment: save a list behind a figure in the app.\n"
    assert run("segments") == (0, nothing, "")
    origin = Origin("Retention", "Retained in month 1", ("country=de",))
    saved = Workspace(loaded).segments.save('=Stuck, "1"', ["a", "c", "gone"], origin)
    status, listed, _ = run("segments")
    assert status == 0
    words = ("3", "1", "Retained in month 1, Retention. Customers with country de.")
    assert all(each in listed.splitlines()[-1] for each in ('=Stuck, "1"', *words))
    at = saved.saved_at[:16].replace("T", " ")
    assert run("segments", "--csv")[1].splitlines() == [
        "segment,customers,not in the data,saved,from",
        f'"\'=Stuck, ""1""",3,1,{at},"{words[2]}"',
    ]
    assert run("segments", '=Stuck, "1"', "--csv")[1].split() == [
        "id",
        "a",
        "c",
        "gone",
    ]
    assert run("ask", "retention", "--filter", str(InSegment(saved.name)))[
        1
    ].startswith(f"Customers in the segment “{saved.name}”.")
    answer = json.loads(
        run("ask", "cadence", "--filter", f"not {InSegment(saved.name)}", "--json")[1]
    )
    assert answer["n"] == 1


def test_another_table_of_the_answer_can_be_chosen(loaded, run):
    output = run("ask", "survival", "--table", "summary", "--csv")[1]
    assert output.startswith("segment,customers,ended,")
    output = run("ask", "cadence", "--table", "frame")[1]
    assert output.split()[:3] == ["Days", "between", "active"]


# What is refused.

BAD_WORDS = {
    "unknown question": (["ask", "retentoin"], "There is no question 'retentoin'."),
    "unknown field": (
        ["ask", "retention", "--spec", "intervall=week"],
        "has no setting 'intervall'. Did you mean interval",
    ),
    "unknown field in JSON": (
        ["ask", "retention", "--spec", '{"intervall": "week"}'],
        "has no setting 'intervall'.",
    ),
    "unknown choice": (
        ["ask", "retention", "--spec", "interval=year"],
        "'year' is not a choice. Use one of day, week, month.",
    ),
    "no value": (["ask", "retention", "--spec", "interval"], "Write it as NAME=VALUE"),
    "broken JSON": (["ask", "retention", "--spec", "{interval"], "as JSON"),
    "odd JSON": (["ask", "retention", "--spec", '{"brackets": [1, 2]}'], "as JSON"),
    "no date": (
        ["ask", "retention", "--spec", "as_of=yesterday"],
        "'yesterday' is not a date.",
    ),
    "outside": (["ask", "retention", "--spec", "as_of=1999-01-01"], "The data run"),
    "unknown event": (
        ["ask", "retention", "--spec", "returning=event:logn"],
        "no event 'logn'. Did you mean login?",
    ),
    "unreadable filter": (["ask", "retention", "--filter", "de"], "cannot be read"),
    "unknown attribute": (
        ["ask", "retention", "--filter", "contry=de"],
        "no attribute 'contry'. Did you mean country?",
    ),
    "unknown segment": (
        ["ask", "retention", "--filter", 'in "Stuck"'],
        "no saved segment 'Stuck'. There is none: save a list of customers.",
    ),
    "unknown segment to list": (["segments", "Stuck"], "no saved segment 'Stuck'"),
    "unknown breakdown": (["ask", "retention", "--by", "plan"], "attribute 'plan'"),
    "too many segments": (["ask", "retention", "--segments", "0"], "from 1 to 100"),
    "two forms": (["ask", "retention", "--csv", "--sql"], "not allowed"),
    "unknown table": (["ask", "cadence", "--table", "x"], "no table 'x'"),
    "table of JSON": (
        ["ask", "cadence", "--table", "summary", "--json"],
        "--table chooses",
    ),
    "unknown command": (["ax"], "invalid choice: 'ax'"),
    "unknown option": (["status", "--fast"], "--fast"),
    "no file": (["load"], "FILE"),
}


@pytest.mark.parametrize(("words", "part"), BAD_WORDS.values(), ids=BAD_WORDS)
def test_bad_words_get_one_sentence_with_the_remedy(loaded, run, words, part):
    before = snapshot(loaded)
    status, output, complaint = run(*words)
    assert (status, output) == (2, "")
    assert part in complaint
    assert complaint.count("\n") == 1
    assert "Traceback" not in complaint
    assert snapshot(loaded) == before


BAD_FILES = {
    "missing": (None, "not found"),
    "empty": ("", "is empty"),
    "without rows": ("customer_id,event,timestamp\n", "no rows"),
    "without a column": ("customer_id,event\na,login\n", "file.csv"),
    "not a table": ("hello\n", "file.csv"),
    "ragged": ("customer_id,event,timestamp\na,login\n", "file.csv"),
    "binary": ("PK\x03\x04", "Excel"),
}


@pytest.mark.parametrize(("text", "part"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_gets_one_sentence_and_changes_nothing(
    loaded, tmp_path, run, text, part
):
    if text is not None:
        (tmp_path / "file.csv").write_text(text)
    before = snapshot(loaded)
    status, output, complaint = run("load", str(tmp_path / "file.csv"))
    assert (status, output) == (2, "")
    sentences = [line for line in complaint.splitlines() if "%" not in line]
    assert len(sentences) == 1
    assert "file.csv" in sentences[0]
    assert part in sentences[0]
    assert snapshot(loaded) == before


@pytest.mark.parametrize(
    "words", [["status"], ["ask", "retention"], ["undo"], ["demo"], ["load", "x.csv"]]
)
def test_a_workspace_of_a_newer_version_is_left_alone(loaded, run, words):
    state = json.loads((loaded / "workspace.json").read_text())
    (loaded / "workspace.json").write_text(json.dumps(state | {"format": 99}))
    before = snapshot(loaded)
    status, output, complaint = run(*words)
    assert (status, output) == (2, "")
    assert "newer Holdfast" in complaint
    assert complaint.count("\n") == 1
    assert snapshot(loaded) == before


@pytest.mark.parametrize("words", [["status"], ["ask", "retention"], ["undo"]])
def test_where_there_is_no_workspace_none_is_made(home, run, words):
    status, output, complaint = run(*words)
    assert (status, output) == (2, "")
    assert "There is no workspace" in complaint
    assert not home.exists()


def test_a_folder_in_use_is_not_taken_for_a_workspace(home, files, run):
    home.mkdir()
    (home / "diary.txt").write_text("mine")
    status, _, complaint = run("load", *files)
    assert status == 2
    assert "not an empty folder" in complaint
    assert [file.name for file in home.iterdir()] == ["diary.txt"]


def test_nothing_to_undo_is_said(home, files, run):
    run("load", *files)
    run("undo")
    assert run("undo")[0] == 2


def test_a_fault_of_the_program_is_one_sentence_too(loaded, run, monkeypatch):
    monkeypatch.setattr(asking, "answer_lines", lambda *_: 1 / 0)
    status, _, complaint = run("ask", "retention")
    assert status == 1
    assert "ZeroDivisionError (test_cli.py, line" in complaint
    assert complaint.count("\n") == 1


def test_an_interruption_is_quiet(loaded, run, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(asking, "answer_lines", interrupted)
    status, _, complaint = run("ask", "retention")
    assert status == 130
    assert complaint == "The work was stopped. Nothing was changed.\n"


# The terminal.


def test_signs_that_steer_a_terminal_are_written_as_escapes():
    assert printable("a\x1b[2Jb") == "a\\x1b[2Jb"
    assert printable("x\u202egpj.exe") == "x\\u202egpj.exe"
    assert printable("日本 é – naïve") == "日本 é – naïve"


def test_a_table_lines_up_whatever_the_script():
    frame = pd.DataFrame(
        {"segment": ["日本", "e\u0301a", "(none)"], "customers": [1, 20, 3000]}
    )
    assert table(frame) == [
        "Segment  Customers",
        "日本             1",
        "e\u0301a              20",
        "(none)       3,000",
    ]


def test_columns_without_room_come_below_beside_the_first():
    frame = pd.DataFrame({"segment": ["All"], "new": [1], "active": [2], "day": ["x"]})
    assert table(frame, room=20) == [
        "Segment  New  Active",
        "All        1       2",
        "",
        "Segment  Day",
        "All      x",
    ]


def test_unknown_figures_are_dashes_and_days_are_days():
    frame = pd.DataFrame(
        {
            "period": [pd.Timestamp(2025, 1, 1), pd.NaT],
            "retention_rate": [0.5, None],
            "dormant": pd.array([1, None], dtype="Int64"),
            "suggested": ["week", None],
            "seen": [True, False],
            "from_on": [date(2025, 1, 1), None],
        }
    )
    assert [line.split() for line in table(frame)[1:]] == [
        ["2025-01-01", "50.0%", "1", "week", "yes", "2025-01-01"],
        ["–", "–", "–", "–", "no", "–"],
    ]


# The whole program.


def test_a_journey_through_the_program_itself(home, files):
    done = in_a_process("load", *files, workspace=home)
    assert done.returncode == 0, done.stderr
    assert b"7 imported" in done.stdout
    assert b"reading customers.csv" in done.stderr
    done = in_a_process("ask", "retention", "--csv", workspace=home)
    assert done.returncode == 0
    assert done.stderr == b""
    assert done.stdout.count(b"\r\n") == len(asked(home).frame) + 1
    done = in_a_process("ask", "retention", "--spec", "mode=x", workspace=home)
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"'x' is not a choice." in done.stderr


def test_the_output_is_utf8_whatever_the_console(loaded):
    done = in_a_process(
        "ask", "retention", workspace=loaded, PYTHONIOENCODING="ascii", PYTHONUTF8="0"
    )
    assert done.returncode == 0, done.stderr
    assert "° few customers" in done.stdout.decode()


def test_a_reader_who_has_seen_enough_is_no_error(loaded):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "holdfast", "ask", "retention"],
            cwd=PROJECT,
            env=os.environ | {ENVIRONMENT: str(loaded)},
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="No disk to fill here.")
def test_a_full_disk_ends_an_answer_with_one_sentence(loaded):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "holdfast", "ask", "retention"],
            cwd=PROJECT,
            env=os.environ | {ENVIRONMENT: str(loaded)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "No space left on device" in done.stderr


# The catalogue.


def test_the_catalogue_names_every_query_with_its_parts():
    text = cataloguing.CATALOGUE.read_text(encoding="utf-8")
    assert "### retention\n" in text
    assert "  - `rejected_rows` (BIGINT): how many\n" in text
    assert "## answers\n" in text


def test_a_stale_catalogue_fails_the_check(tmp_path, run, monkeypatch):
    monkeypatch.setattr(cataloguing, "CATALOGUE", tmp_path / "README.md")
    status, _, complaint = run("catalogue", "--check")
    assert status == 2
    assert "python -m holdfast catalogue" in complaint
    assert run("catalogue")[0] == 0
    assert run("catalogue", "--check")[0] == 0
    (tmp_path / "README.md").write_text("old")
    assert run("catalogue", "--check")[0] == 2


# The demo.


def test_the_demo_is_built_where_there_is_none_and_then_left_alone(
    home, files, run, tmp_path, monkeypatch
):
    monkeypatch.setattr(loading, "_SAMPLE_DATA", Path(files[0]).parent)
    status, output, _ = run("demo")
    assert status == 0
    assert output.endswith(f"Loaded 2 files with 11 rows into {home}.\n")
    before = snapshot(home)
    status, output, _ = run("demo")
    assert status == 0
    assert "is there already" in output
    assert snapshot(home) == before


def test_loading_says_what_was_guessed_and_which_dates_read_two_ways(
    home, tmp_path, capsys
):
    path = tmp_path / "orders.csv"
    path.write_text("Kundennr,Bestelldatum,Betrag\nk1,03/04/2025,9\nk2,05/06/2025,8\n")
    assert cli.main(["load", str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[:4] == [
        "orders.csv (Orders): 2 rows read = 2 imported + 0 rejected + 0 duplicates,"
        " into orders.",
        "  columns: customer_id from Kundennr, ordered_at from Bestelldatum,"
        " amount from Betrag",
        "  guessed, 75% sure: look at the columns on the Data page",
        "  dates are read as day/month/year; month/day/year fits too",
    ]


def test_loading_says_how_many_answers_a_row_gives(home, tmp_path, capsys):
    path = tmp_path / "form.csv"
    path.write_text(
        "Email Address,Timestamp,Would you recommend us?,How satisfied are you?\n"
        "ann@example.com,2025-01-01 10:00:00,9,Very satisfied\n"
        "bob@example.com,2025-01-02 10:00:00,3,Dissatisfied\n"
    )
    assert cli.main(["load", str(path)]) == 0
    assert "  up to 2 answers a row" in capsys.readouterr().out.splitlines()


def test_all_files_that_are_not_understood_are_named_at_once(home, tmp_path, capsys):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("foo,bar.\nx,y\n")
    second.write_text("one,two\nx,y\n")
    assert cli.main(["load", str(first), *written(tmp_path / "e"), str(second)]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "It is not clear what first.csv holds: its columns are foo, bar."
        " It is not clear what second.csv holds: its columns are one, two."
        " Nothing is loaded. Say what its columns are on the Data page, or rename them:"
        " events need user_id, event and timestamp, customers user_id and signed_up_at."
    )
