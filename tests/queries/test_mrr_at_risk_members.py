from holdfast.filters import Filters
from holdfast.questions import ask, mrr_at_risk
from holdfast.questions.mrr_at_risk import MrrAtRisk
from tests.worlds import table


def test_the_list_is_as_long_as_the_figure_and_ranked_by_mrr(voices):
    plans = Filters(breakdown="plan")
    for _, row in ask(voices, MrrAtRisk(), plans).frame.iterrows():
        rows = mrr_at_risk.members(
            voices, MrrAtRisk(), plans, row["score_group"], row["segment"]
        )
        assert len(rows) == row["units"]
    rows = mrr_at_risk.members(voices, MrrAtRisk(), Filters(), "high")
    assert table(rows, "id", "monthly", "score", "told_at") == [
        ("ann", 10.0, 9.0, "2025-02-01"),
        ("eve", 5.0, 10.0, "2025-06-15"),
    ]
