import csv
import io
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from holdfast.charts import export
from holdfast.charts.retention import retention_curves, retention_triangle
from holdfast.charts.survival import survival_curves
from tests.charts import frames


def read(frame):
    content = export.csv(frame).decode("utf-8")
    return list(csv.reader(io.StringIO(content, newline="")))


def texts(drawing):
    root = ElementTree.fromstring(drawing)
    return [node.text for node in root.iter() if node.tag.endswith("}text")]


def test_a_drawing_is_well_formed_and_keeps_its_words_as_text():
    drawing = export.svg(retention_triangle(frames.retention(), "month"))
    words = texts(drawing)
    assert "Retention by cohort" in words
    assert "Dec 2010 · 885" in words
    assert "31%" in words
    assert b"sans-serif" in drawing


def test_hostile_names_are_words_in_a_drawing_and_nothing_else():
    drawing = export.svg(retention_curves(frames.retention(frames.HOSTILE), "month"))
    assert set(frames.HOSTILE) <= set(texts(drawing))
    assert b"<script" not in drawing
    assert b"<image" not in drawing


def test_a_drawing_refers_to_nothing_outside():
    drawing = export.svg(retention_triangle(frames.retention(), "month")).decode()
    outside = drawing.replace("http://www.w3.org/", "")
    assert "http://" not in outside
    assert "https://" not in outside


@pytest.mark.parametrize(
    ("dark", "background"), [(False, "#ffffff"), (True, "#0e1117")]
)
def test_a_drawing_is_light_or_dark_as_asked(dark, background):
    drawing = export.svg(retention_triangle(frames.retention(), "month"), dark=dark)
    assert f'fill="{background}"'.encode() in drawing


def test_a_picture_grows_with_its_scale():
    chart = retention_triangle(frames.retention(), "month")
    once, twice = export.png(chart, scale=1), export.png(chart)
    assert once.startswith(b"\x89PNG\r\n\x1a\n")
    width_once, width_twice = (
        int.from_bytes(picture[16:20], "big") for picture in (once, twice)
    )
    assert (width_once, width_twice) == (900, 1800)


def test_charts_of_more_than_five_thousand_rows_can_be_exported():
    frame, summary = frames.survival()
    days = pd.concat([frame] * 200, ignore_index=True)
    days["duration"] = range(len(days))
    assert len(days) > 5000
    assert export.svg(survival_curves(days, summary, "days")).startswith(b"<svg")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        "\0x",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20x",
    ],
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert read(pd.DataFrame({"segment": [text]}))[1] == [f"'{text}"]
    assert read(pd.DataFrame({text: ["plain"]}))[0] == [f"'{text}"]


def test_other_text_stays_as_it_is():
    names = ["Search", "a=b", "'quoted'", 'with "quotes", commas', "two\nlines", "日本"]
    assert [row[0] for row in read(pd.DataFrame({"segment": names}))[1:]] == names


def test_numbers_stay_numbers_with_all_their_digits():
    frame = pd.DataFrame(
        {
            "rate": [1 / 3, -0.1],
            "customers": [-5, 10**12],
            "price": [Decimal("-1.50"), Decimal("2.00")],
        }
    )
    assert read(frame)[1:] == [
        ["0.3333333333333333", "-5", "-1.50"],
        ["-0.1", "1000000000000", "2.00"],
    ]
    assert float(read(frame)[1][0]) == 1 / 3


def test_days_instants_booleans_and_the_missing_have_one_form():
    frame = pd.DataFrame(
        {
            "cohort": [pd.Timestamp("2010-12-01"), pd.NaT],
            "at": [pd.Timestamp("2010-12-01 08:30:00"), pd.Timestamp("2011-01-01")],
            "on_day": [date(2010, 12, 1), None],
            "is_complete": [True, False],
            "is_known": pd.array([True, None], dtype="boolean"),
            "dormant": pd.array([3, None], dtype="Int64"),
            "rate": [0.5, np.nan],
            "segment": pd.array(["All", None], dtype="str"),
        }
    )
    assert read(frame) == [
        list(frame.columns),
        [
            "2010-12-01",
            "2010-12-01T08:30:00",
            "2010-12-01",
            "true",
            "true",
            "3",
            "0.5",
            "All",
        ],
        ["", "2011-01-01T00:00:00", "", "false", "", "", "", ""],
    ]


def test_lines_end_as_rfc_4180_says_and_no_byte_order_mark_comes_first():
    content = export.csv(pd.DataFrame({"a": [1], "b": ["x,y"]}))
    assert content == b'a,b\r\n1,"x,y"\r\n'


def test_a_frame_without_rows_is_its_header():
    assert export.csv(frames.retention().iloc[:0][["scope", "cohort"]]) == (
        b"scope,cohort\r\n"
    )


def test_an_answer_survives_the_way_through_csv():
    frame = frames.retention(("Search", *frames.HOSTILE))
    back = pd.read_csv(io.BytesIO(export.csv(frame)), parse_dates=["cohort"])
    for name in ("retention_rate", "rate_lower", "customers", "is_complete"):
        assert back[name].tolist() == pytest.approx(frame[name].tolist(), nan_ok=True)
    assert (
        back["cohort"].dropna().to_numpy() == frame["cohort"].dropna().to_numpy()
    ).all()
