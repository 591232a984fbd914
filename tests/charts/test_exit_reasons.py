from datetime import date

import pytest

from holdfast.charts.exit_reasons import reason_bars, reason_months
from holdfast.questions import ask
from holdfast.questions.exit_reasons import ExitReasons
from tests.queries.conftest import LEFT, leavers_of
from tests.worlds import table


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    world = leavers_of(tmp_path_factory.mktemp("leavers"), LEFT)
    return ask(world, ExitReasons(as_of=date(2025, 6, 12)))


def rows_of(drawing):
    return next(iter(drawing.rows.values()))


def test_bars_stand_in_the_answers_order_with_failed_payments_apart(answer):
    drawing = reason_bars(answer.frame)
    assert table(rows_of(drawing), "reason", "kind", "place", "words") == [
        ("too expensive", "cancelled", 0, "2 (50%)"),
        ("payment failed", "failed payment", 1, "1 (25%)"),
        ("(no reason given)", "not said", 2, "1 (25%)"),
    ]
    bar = drawing.to_dict()["layer"][0]["encoding"]
    assert bar["color"]["scale"]["domain"] == [
        *("cancelled", "failed payment", "not said")
    ]
    assert bar["x"]["stack"] is None
    assert drawing.description == (
        "Bars of 4 losses by reason: too expensive 2, payment failed 1, (no reason"
        " given) 1."
    )


def test_months_without_losses_keep_their_place_and_the_last_is_hollow(answer):
    drawing = reason_months(answer.frame, answer.extras["trend"])
    rows = rows_of(drawing)
    assert table(rows, "period_key", "reason", "lost", "note") == [
        ("2025-01-01", "too expensive", 0, "complete"),
        ("2025-02-01", "(no reason given)", 1, "complete"),
        ("2025-03-01", "too expensive", 2, "complete"),
        ("2025-04-01", "payment failed", 1, "complete"),
        ("2025-05-01", "too expensive", 0, "complete"),
        # dan, whose reason nobody else gave in a month that is over
        ("2025-06-01", "Other reasons", 1, "incomplete"),
    ]
    spec = drawing.to_dict()
    (bar,) = spec["layer"]
    assert bar["encoding"]["color"]["scale"]["domain"] == [
        *("too expensive", "payment failed", "(no reason given)", "Other reasons")
    ]
    assert drawing.notes == ("The dashed month is incomplete",)
    assert drawing.description.endswith("most in Mar 2025: 2.")


def test_nobody_who_left_is_said(answer):
    nobody = reason_bars(answer.frame, segment="nobody's")
    assert nobody.description == "Bars of reasons for leaving, without any loss."
    nobody.to_dict()
