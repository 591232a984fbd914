from datetime import date

import pandas as pd
import pytest

from holdfast.charts.support import (
    before_leaving_dots,
    control_chart,
    rate_points,
    time_lines,
    volume_lines,
)
from holdfast.questions import ask
from holdfast.questions.support import Support
from holdfast.questions.ticket_days import TicketDays
from holdfast.questions.ticket_growth import TicketGrowth
from holdfast.questions.tickets_before_churn import TicketsBeforeChurn
from holdfast.ui.example import worked_example
from tests.worlds import dataset_of, table

# One ticket a day for three weeks, and nine on the 20th.
DAYS = [f"2025-01-{day:02d}" for day in [*range(1, 22), *[20] * 8]]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("desk"),
        events=[("ann", "use", "2025-01-02 10:00:00"), ("bob", "use", "2025-01-22")],
        subscriptions=[("ann", "2025-01-01", "2025-01-19"), ("bob", "2025-01-01", "")],
        tickets=[
            (f"{number}", "ann", f"{day} 09:00:00", f"{day} 12:00:00")
            for number, day in enumerate(DAYS)
        ],
    )


def rows(drawing):
    assert drawing.to_dict()
    return pd.DataFrame(drawing.to_dict()["datasets"]["rows"])


def test_opened_solved_and_open_tickets_are_told_by_week(desk):
    frame = ask(desk, Support(span="week")).frame
    drawn = rows(volume_lines(frame, "week"))
    weeks = drawn.pivot(index="period_key", columns="kind", values="value")
    assert table(weeks.reset_index(), "period_key", "opened", "solved", "backlog") == [
        ("2024-12-30", 5, 5, 0),
        ("2025-01-06", 7, 7, 0),
        ("2025-01-13", 7, 7, 0),
        # 20 January has nine; the week still runs
        ("2025-01-20", 10, 10, 0),
    ]
    assert drawn.groupby("period_key")["is_complete"].all().tolist() == [True] * 3 + [
        False
    ]
    # Nobody but ann did anything, and she did once.
    assert table(rows(rate_points(frame, "week")), "period_key", "counts") == [
        ("2024-12-30", "5 for 1 active")
    ]
    hours = rows(time_lines(frame, "week", "resolution"))
    assert table(hours[hours["kind"] == "median"], "period_key", "value_label") == [
        ("2024-12-30", "3.0 h of 5 tickets, 5 over"),
        ("2025-01-06", "3.0 h of 7 tickets, 7 over"),
        ("2025-01-13", "3.0 h of 7 tickets, 7 over"),
        ("2025-01-20", "3.0 h of 10 tickets, 10 over"),
    ]
    assert volume_lines(frame.head(0), "week").to_dict()


def test_the_day_with_nine_tickets_lies_above_the_limit(desk):
    drawing = control_chart(ask(desk, TicketDays()).frame)
    drawn = rows(drawing)
    assert table(drawn[drawn["is_outside"]], "period_key", "value") == [
        ("2025-01-20", 9)
    ]
    assert drawing.description.endswith("1 lie outside of the limits.")


def test_those_who_left_and_those_who_stayed_are_two_marks(desk):
    frame = ask(desk, TicketsBeforeChurn(days=7)).frame
    drawn = rows(before_leaving_dots(frame, 7))
    assert table(drawn, "theme", "who", "rate") == [
        # ann wrote on each day of the week before she left, bob never
        ("Any ticket", "Left", 1.0),
        ("(none)", "Left", 1.0),
        ("Any ticket", "Stayed", 0.0),
        ("(none)", "Stayed", 0.0),
    ]


def test_figures_are_worked_out_before_the_readers_eyes(desk):
    weeks = ask(desk, Support(span="week"))
    assert worked_example(weeks, ("opened", "backlog")) == (
        "In the week of 13 Jan 2025 there were 0 open tickets at first. 0 + 7 opened -"
        " 7 solved = 0 open in the end."
    )
    # Nobody was active in that week.
    assert worked_example(weeks, ("tickets_per_100",)) == ""
    assert worked_example(weeks, ("resolution_median",)) == (
        "In the week of 13 Jan 2025 7 tickets were opened, 7 of them are solved by now."
        " Half were within 3.0 hours; those that wait yet count as long as seen."
    )
    days = ask(desk, TicketGrowth("status", "day", date(2025, 1, 20)))
    assert worked_example(days, ("growth_ratio",)) == (
        "(none) has 9 tickets in 1 day, and had 12 in the 12 days before. Tickets a day"
        " now / a day then = 9.0."
    )
