from html import escape

import pandas as pd

from holdfast.charts import export
from holdfast.charts.themes import growth_bars, term_bars, term_months

ROWS = pd.DataFrame(
    {
        "term_no": [7, 1],
        "term": ["<b>Pay</b>", "บัตร"],
        "kind": ["own", "word"],
        "language": ["all languages", "th"],
        "comments": [12, 3],
        "of_comments": [40, 6],
        "comment_share": [0.3, 0.5],
        "share_lower": [0.18, 0.19],
        "share_upper": [0.45, 0.81],
        "score_mean": [4.25, None],
        "lift": [None, None],
        "share_before": [0.1, None],
        "change_lower": [0.05, None],
        "change_upper": [0.3, None],
    }
)


def values(drawing):
    (rows,) = drawing.to_dict()["datasets"].values()
    return rows


def test_bars_show_terms_letter_by_letter_with_count_and_score():
    bars = term_bars(ROWS)
    assert [(row["name"], row["words"], row["counts"]) for row in values(bars)] == [
        ("<b>Pay</b> (theme)", "12, score 4.2", "12 of 40"),
        ("บัตร", "3", "3 of 6"),
    ]
    assert "<b>Pay</b> (theme)” with 30%" in bars.description


def test_growth_without_a_time_before_says_so():
    rows = values(growth_bars(ROWS, "Mar 2026"))
    assert [(row["words"], row["range"]) for row in rows] == [
        ("12, 10% before", "5.0% to 30.0%"),
        ("3, none before", "not known"),
    ]


def test_months_that_run_are_told():
    months = pd.DataFrame(
        {
            "term": "slow",
            "month": pd.to_datetime(["2026-01-01", "2026-02-01"]),
            "comments": [1, 0],
            "of_comments": [4, 2],
            "is_complete": [True, False],
        }
    )
    drawing = term_months(months)
    assert [row["share"] for row in values(drawing)] == [0.25, 0.0]
    assert drawing.notes == ("Hollow bars still run",)


def test_words_of_five_languages_and_hostile_ones_are_letters_in_a_picture():
    terms = [
        "płatność",
        "ชำระเงิน",
        "付款失败",
        "pembayaran",
        "الدفع",
        "![x](http://a.b)",
        "<b>Pay</b>",
    ]
    rows = pd.concat([ROWS.iloc[[1]]] * len(terms), ignore_index=True)
    drawing = term_bars(rows.assign(term=terms, term_no=range(len(terms))))
    picture = export.svg(drawing).decode()
    for term in terms:
        assert f">{escape(term)}</text>" in picture
    assert "<image" not in picture
    assert "href" not in picture
