"""What do customers do next, and what do they do before they leave?

Asked by founders who want to see the ways that people really take.
"""

import streamlit as st

from holdfast.charts import before_leaving as leaving_charts
from holdfast.charts import journeys as charts
from holdfast.ui import blocks, journey_blocks, session
from holdfast.ui.address import write_address
from holdfast.ui.controls import segment_choice
from holdfast.ui.frame import active_filters, current_dataset
from holdfast.ui.journey_controls import journey_controls, leaving_controls

filters = active_filters()
dataset = current_dataset()
blocks.header(
    "Journeys", "What do customers do next, and what before they leave?", filters
)
spec = journey_controls(dataset)
write_address(filters, spec)

answer = session.answer(dataset, spec, filters)
if answer.frame.empty:
    blocks.nothing_to_show(answer)
blocks.finding(answer)

segment = segment_choice(list(answer.frame["segment"].unique()), "journeys_segment")
of_segment = blocks.segment_shown(answer, segment)
step = blocks.chart(
    "Paths",
    charts.journey_flow(answer.frame, spec.depth, spec.direction, segment=segment),
    answer,
    key="journeys_flow",
    caption="Each column is a step, each bar a path up to there; its height and percent"
    " are its share of all who start here. Click a bar to see the customers behind it."
    f"{of_segment}",
    measures=("journeys", "journey_rate", "step_rate", "median_seconds"),
    select="step",
    table=answer.frame[answer.frame["segment"] == segment],
)
journey_blocks.path_customers(dataset, answer, segment, step)
journey_blocks.paths_table(answer, segment)
blocks.caveats(answer)

st.header("Before leaving", anchor=False)
leaving = session.answer(dataset, leaving_controls(dataset, answer), filters)
blocks.finding(leaving)
if len(leaving.frame):
    thing = blocks.chart(
        "Last things done",
        leaving_charts.last_things(leaving.frame, leaving.spec.days, segment=segment),
        leaving,
        key="before_leaving_things",
        caption="Share of those who left, and of those who stayed, who did it in the"
        " days up to the last one. Click a dot to see the customers behind it."
        f"{of_segment}",
        measures=("left_rate", "stayed_rate", "excess", "p_adjusted"),
        select="thing",
        table=leaving.frame[leaving.frame["segment"] == segment],
    )
    journey_blocks.last_thing_customers(dataset, leaving, segment, thing)
blocks.caveats(leaving)
journey_blocks.sessions_block(dataset, answer, filters)
