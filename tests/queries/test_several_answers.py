"""Surveys with several questions, and orders with several lines, go the whole way."""

from pathlib import Path

from tests.worlds import loaded, table

HEADER = (
    "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,"
    "How likely are you to recommend us?,Why?,How satisfied are you?"
)
OPTIONS = ",,,,,,Response,Open-Ended Response,Response"


def answer(number, nps="", why="", csat=""):
    day = "2025-01-0"
    mail = f"u{number}@example.com"
    return f"{number},7,{day}1,{day}{number},1.1.1.1,{mail},{nps},{why},{csat}"


def survey(folder: Path, name: str, *rows: str) -> Path:
    path = folder / f"{name}.csv"
    path.write_text("\n".join([HEADER, OPTIONS, *rows]) + "\n", encoding="utf-8")
    return path


def test_rows_with_several_answers_add_up_when_they_come_twice(tmp_path):
    january = survey(
        tmp_path,
        "january",
        answer(1, nps=9, csat=4),
        answer(2, why="all of it is too slow"),
        answer(3),
        answer(4, nps="ten", csat=5),
    )
    # The first comes again with another score, and the fifth is new.
    february = survey(tmp_path, "february", answer(1, 10, csat=4), answer(5, csat=2))
    dataset = loaded(tmp_path / "workspace", [january, february])
    answers = dataset.frame(
        "select response_id, kind, score, comment from responses"
        " order by response_id, kind"
    )
    assert table(answers, "response_id", "kind", "score", "comment") == [
        ("1", "csat", 4.0, None),
        ("1", "nps", 10.0, None),
        ("2", "nps", None, "all of it is too slow"),
        ("5", "csat", 2.0, None),
    ]
    counts = dataset.frame(
        "select name, rows_read, imported, rejected, duplicates from source_rows"
        " order by name"
    )
    assert counts.values.tolist() == [
        ["february.csv", 2, 2, 0, 0],
        ["january.csv", 4, 1, 2, 1],
    ]
    reasons = dataset.frame("select line, reason from rejected order by line")
    assert reasons.values.tolist() == [
        [5, "no question is answered"],
        [6, '"How likely are you to recommend us?" is not a number'],
    ]


def test_an_orders_own_total_goes_before_the_sum_of_its_lines(tmp_path):
    header = (
        "Name,Email,Financial Status,Paid at,Created at,Currency,Total,"
        "Lineitem quantity,Lineitem price,Refunded Amount,Cancelled at"
    )
    shop = tmp_path / "orders.csv"
    shop.write_text(
        f"{header}\n"
        # The lines make 25; shipping is in the total.
        "#1,Ann@example.com,paid,,2025-01-01 10:00:00 +0200,EUR,30.00,2,10.00,4.50,\n"
        "#1,ann@example.com,,,2025-01-01 10:00:00 +0200,,,1,5.00,,\n"
        # The second line leaves out who and when.
        "#2,bob@example.com,paid,,2025-01-02 10:00:00 +0200,EUR,8.00,1,4.00,0.00,\n"
        "#2,,,,,,,1,4.00,,\n"
        "#3,,,,,,,1,4.00,,\n"
        "#4,c@example.com,paid,,2025-01-03 10:00:00 +0200,EUR,4.00,1,4.00,,2025-01-04\n"
        "#4,,,,,,,1,4.00,,\n",
        encoding="utf-8",
    )
    dataset = loaded(tmp_path / "workspace", [shop])
    orders = dataset.frame(
        "select order_id, amount::text as amount, refunded::text as refunded,"
        " quantity, lines from orders order by order_id"
    )
    assert orders.values.tolist() == [
        ["#1", "30.0000", "4.5000", 3.0, 2],
        ["#2", "8.0000", "0.0000", 2.0, 2],
    ]
    reasons = dataset.frame(
        "select line, reason from rejected where table_name = 'order_lines'"
        " order by line"
    )
    assert reasons.values.tolist() == [
        [6, '"Email" is empty'],
        [7, "left out: Cancelled at is 2025-01-04"],
        [8, "left out: Cancelled at is 2025-01-04"],
    ]
    assert dataset.frame("select email from customers").email.tolist() == [
        "ann@example.com",
        "bob@example.com",
    ]


def test_answers_without_a_date_count_and_belong_to_no_day(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text(
        "CustomerID,How likely are you to recommend us?\na,10\nb,3\n,7\n", "utf-8"
    )
    dataset = loaded(tmp_path / "workspace", [path])
    rows = dataset.frame(
        "select kind, score, answered_on from responses order by score"
    )
    assert table(rows, "kind", "score", "answered_on") == [
        ("nps", 3, None),
        ("nps", 7, None),
        ("nps", 10, None),
    ]
