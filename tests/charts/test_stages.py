import pandas as pd
import pytest

from holdfast.charts import stage_moves, stages
from holdfast.charts.export import svg
from holdfast.charts.flows import flow_rows

RULES = pd.DataFrame(
    {"stage": ["Land", "</b>", "Gone"], "is_lost": [False, False, True]}
)


@pytest.fixture
def now():
    return pd.DataFrame(
        {
            "segment": "All",
            "stage": RULES["stage"],
            "customers": [30, 10, 60],
            "share_rate": [0.3, 0.1, 0.6],
            "share_lower": [0.2, 0.05, 0.5],
            "share_upper": [0.4, 0.2, 0.7],
        }
    )


@pytest.fixture
def frame(now):
    month = now.assign(stage_no=[1, 2, 3], new=[5, 0, 0], came=[1, 2, 3], went=4)
    day = pd.Timestamp("2025-02-28")
    first = month.assign(ends_on=pd.Timestamp("2025-01-31"), new=None, went=None)
    return pd.concat([first, month.assign(ends_on=day)], ignore_index=True)


@pytest.fixture
def moves():
    rows = [
        ("New", "Land", 5),
        ("Land", "Land", 20),
        ("Land", "</b>", 8),
        ("Land", "Gone", 2),
        ("Gone", "Land", 5),
        ("Gone", "Gone", 60),
    ]
    return pd.DataFrame(rows, columns=["from_stage", "to_stage", "customers"])


def test_bars_stand_in_the_order_of_the_journey_with_their_shares(now):
    drawing = stages.stage_bars(now, RULES)
    spec = drawing.to_dict()
    texts = [row["text"] for row in spec["datasets"]["rows"]]
    assert texts == ["30% · 30", "10% · 10", "60% · 60"]
    bar = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "bar")
    assert bar["encoding"]["y"]["sort"] == list(RULES["stage"])
    assert spec["params"][0]["select"]["fields"] == ["stage"]
    assert drawing.description.endswith("Land 30%, </b> 10%, Gone 60%.")


def test_who_is_lost_stands_below_zero(frame):
    spec = stages.stage_history(frame, RULES).to_dict()
    rows = spec["datasets"]["rows"]
    assert [row["signed_customers"] for row in rows[3:]] == [30, 10, -60]
    assert rows[0]["went"] is None
    assert rows[3]["period_key"] == "2025-02-28"


def test_being_in_no_stage_is_a_bar_of_its_own(now):
    none = now.iloc[[0]].assign(stage="(none)", customers=3)
    spec = stages.stage_bars(pd.concat([none, now]), RULES).to_dict()
    bar = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "bar")
    assert bar["encoding"]["y"]["sort"][0] == "(none)"


def test_bands_fill_their_nodes_without_a_gap_or_an_overlap(moves):
    bands, nodes = flow_rows(moves, ["New", "Land", "</b>", "Gone"])
    assert nodes[nodes["side"] == "the start"]["customers"].tolist() == [5, 30, 65]
    assert nodes[nodes["side"] == "the end"]["customers"].tolist() == [30, 8, 62]
    for x, side, column in ((0, "the start", "from_stage"), (1, "the end", "to_stage")):
        edges = bands[bands["x"] == x].sort_values("upper")
        for node in nodes[nodes["side"] == side].to_dict("records"):
            mine = edges[edges[column] == node["stage"]]
            assert mine["upper"].iloc[0] == pytest.approx(node["upper"])
            assert mine["lower"].iloc[-1] == pytest.approx(node["lower"])
            assert mine["upper"].iloc[1:].tolist() == pytest.approx(
                mine["lower"].iloc[:-1].tolist()
            )
    assert (bands["lower"] - bands["upper"]).to_numpy() == pytest.approx(
        bands["customers"].to_numpy(dtype=float)
    )


def test_labels_of_small_nodes_stand_apart():
    rows = [("A", name, 1 if name != "Z" else 1_000) for name in "BCDZ"]
    moves = pd.DataFrame(rows, columns=["from_stage", "to_stage", "customers"])
    _, nodes = flow_rows(moves, ["A", "B", "C", "D", "Z"])
    places = nodes[nodes["side"] == "the end"]["y_text"].diff().dropna()
    assert (places >= 0.05 * 1_003).all()


def test_who_stays_lost_is_not_drawn_and_that_is_said(moves):
    drawing = stage_moves.stage_flow(moves, RULES, left_out=["Gone"])
    assert "Gone → Gone" not in set(drawing.rows["rows"]["band"])
    assert drawing.notes == ("Not drawn: 60 who stayed in Gone",)
    assert drawing.description == (
        "Moves between stages in a month; the largest: 8 from Land to </b>, 5 from New"
        " to Land, 5 from Gone to Land."
    )


def test_the_table_of_moves_shades_by_the_share_of_those_before(moves):
    rows = stage_moves.stage_moves(moves, RULES).rows["rows"]
    land = rows[rows["from_stage"] == "Land"]
    assert land["of"].tolist() == [30, 30, 30]
    assert land["share"].round(4).tolist() == [0.6667, 0.2667, 0.0667]


def test_all_of_them_can_be_exported_and_empty_ones_say_so(now, frame, moves):
    for drawing in (
        stages.stage_bars(now, RULES),
        stages.stage_history(frame, RULES),
        stage_moves.stage_flow(moves, RULES),
        stage_moves.stage_moves(moves, RULES),
    ):
        assert b"</b>" not in svg(drawing)
    assert "without any customer" in stages.stage_bars_alt_text(now.head(0))
    assert "without any complete month" in stages.stage_history_alt_text(frame.head(0))
    assert "there are none" in stage_moves.stage_flow_alt_text(moves.head(0))
    bands, nodes = flow_rows(moves.head(0), ["Land"])
    assert bands.empty
    assert nodes.empty
