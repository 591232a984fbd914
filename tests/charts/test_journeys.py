import pandas as pd
import pytest

from holdfast.charts import export
from holdfast.charts.journeys import HEIGHT, journey_flow, journey_flow_alt_text
from holdfast.stats import wilson_interval

NODES = [
    # node, parent, kind, event, depth, journeys
    (1, None, "start", None, 0, 100),
    (20, 1, "event", "opened_app_again", 1, 60),
    (21, 1, "event", "invited", 1, 20),
    (18, 1, "other", None, 1, 5),
    (16, 1, "nothing", None, 1, 10),
    (17, 1, "open", None, 1, 5),
    (336, 21, "nothing", None, 2, 20),
    (341, 20, "event", "invited", 2, 59),
    (320, 20, "nothing", None, 2, 1),
]


@pytest.fixture(scope="module")
def frame():
    frame = pd.DataFrame(
        NODES, columns=["node", "parent", "kind", "event", "depth", "journeys"]
    )
    frame["name"] = [
        event or ("signed_up" if kind == "start" else f"({kind})")
        for _, _, kind, event, _, _ in NODES
    ]
    n = 95
    lower, upper = wilson_interval(frame["journeys"].clip(upper=n), n)
    is_rate = ~frame["kind"].isin(["start", "open"])
    for name in ("step", "journey"):
        frame[f"{name}_n"] = n
        frame[f"{name}_rate"] = (frame["journeys"] / n).where(is_rate)
        frame[f"{name}_lower"], frame[f"{name}_upper"] = lower, upper
    return frame.assign(
        segment="All",
        path=frame["name"],
        median_seconds=90.0,
        is_small=False,
        parent=frame["parent"].astype("Int64"),
    )


def nodes(frame, direction="after"):
    return journey_flow(frame, 2, direction).rows["rows"].set_index("node_key")


def test_the_height_of_a_node_is_its_journeys_and_none_lie_on_another(frame):
    placed = nodes(frame)
    assert (placed["bottom"] - placed["top"]).tolist() == placed["journeys"].tolist()
    for _, column in placed.groupby("left"):
        ordered = column.sort_values("top")
        assert (
            ordered["top"].iloc[1:].array >= ordered["bottom"].iloc[:-1].array
        ).all()


def test_what_is_no_event_stands_below_and_children_beside_their_parent(frame):
    placed = nodes(frame)
    first = placed[placed["left"] == 1].sort_values("top")
    assert first["kind"].tolist() == ["event", "event", "other", "nothing", "open"]
    assert placed.loc["341", "top"] == placed.loc["20", "top"]
    assert placed.loc["336", "top"] >= placed.loc["21", "top"]


def test_steps_before_run_to_the_start_on_the_right(frame):
    placed = nodes(frame, "before")
    assert placed["left"].to_dict()["1"] == 2.0
    assert placed["left"].to_dict()["341"] == 0.0
    axis = journey_flow(frame, 2, "before").to_dict()["layer"][1]["encoding"]["x"]
    assert "['2nd before', 'Just before', 'Start']" in axis["axis"]["labelExpr"]


def test_every_ribbon_begins_within_its_parent_and_ends_at_its_node(frame):
    drawn = journey_flow(frame, 2, "after")
    placed, ribbons = nodes(frame), drawn.rows["ribbons"]
    for key, ribbon in ribbons.groupby("node_key"):
        node = placed.loc[key]
        parent = placed.loc[node["parent_key"]]
        begin, end = ribbon.iloc[0], ribbon.iloc[-1]
        assert begin["x"] == parent["right"]
        assert end["x"] == node["left"]
        assert parent["top"] <= begin["top"] + 0.5
        assert begin["bottom"] <= parent["bottom"] + 0.5
        assert abs(end["top"] - node["top"]) < 0.2
    assert set(ribbons["node_key"]) == set(placed.index) - {"1"}


def test_a_label_stands_where_there_is_room_and_long_names_break(frame):
    placed = nodes(frame)
    assert placed.loc["20", "name"] == "opened_\napp_again"
    assert placed.loc["20", "detail"] == "63% · 60"
    assert placed.loc["320", "name"] == ""
    height = placed["bottom"].max()
    assert 10 / height * HEIGHT > 30
    assert placed.loc["16", "name"] == "(nothing)"
    assert placed.loc["17", "detail"] == ""


def test_one_event_has_one_colour_in_all_columns(frame):
    placed = nodes(frame)
    assert placed.loc["21", "hue"] == placed.loc["341", "hue"]
    assert placed.loc["20", "hue"] != placed.loc["21", "hue"]
    hues = {placed.loc[key, "hue"] for key in ("1", "16", "17", "18", "20", "21")}
    assert len(hues) == 6


def test_a_click_selects_a_node_as_text(frame):
    spec = journey_flow(frame, 2, "after").to_dict()
    (param,) = spec["params"]
    assert param["name"] == "step"
    assert param["select"] == {"type": "point", "fields": ["node_key"]}
    assert param["views"] == [spec["layer"][-1]["name"]]


def test_it_is_drawn_and_told(frame):
    assert b"opened_" in export.svg(journey_flow(frame, 2, "after"))
    assert journey_flow_alt_text(frame, "after") == (
        "A flow of the paths of 100 journeys after signed_up; next came"
        " opened_app_again 63%, invited 21%, (nothing) 11%."
    )
    assert "without any journey" in journey_flow_alt_text(frame.head(0), "after")
    assert journey_flow(frame.head(0), 2, "after").rows["rows"].empty
