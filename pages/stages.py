"""How many customers are in each stage of the journey, and how do they move?

Asked by founders who land, adopt, expand and renew.
"""

import streamlit as st

from holdfast.charts import stage_moves
from holdfast.charts import stages as charts
from holdfast.ui import aside, blocks, stage_controls, stage_lists
from holdfast.ui.address import write_address
from holdfast.ui.controls import segment_choice
from holdfast.ui.frame import active_filters, current_dataset

filters = active_filters()
dataset = current_dataset()
blocks.header("Stages", "How far have customers come, and where do they move?", filters)
spec = stage_controls.stage_controls(dataset)
write_address(filters, spec)

answer = aside.main_answer(dataset, spec, filters)
if not answer.n:
    blocks.nothing_to_show(answer)
blocks.finding(answer)
stage_controls.meanings(answer)

segment = segment_choice(stage_controls.all_segments(answer), "stages_segment")
of_segment = blocks.segment_shown(answer, segment)
now, rules = answer.extras["now"], answer.extras["rules"]
bar = blocks.chart(
    "Now",
    charts.stage_bars(now, rules, segment=segment),
    answer,
    key="stages_now",
    caption="Customers by the last stage whose conditions hold at the end of the data."
    f" Click a bar to see the customers behind it.{of_segment}",
    measures=("share_rate",),
    select="stage",
    table=now,
)
stage_lists.stage_now(dataset, answer, segment, bar)
stage_controls.stage_table(answer)

month = stage_controls.month_choice(answer)
if month is not None:
    moves = stage_controls.moves_of(answer, segment, month)
    band = blocks.chart(
        "How they moved",
        stage_moves.stage_flow(
            moves, rules, left_out=stage_controls.lost_stages(answer)
        ),
        answer,
        key="stages_flow",
        caption="Left: the stage at the start of the month; right: at its end. Click a"
        f" band to see who moved.{stage_controls.stayed_lost(answer, moves)}"
        f"{of_segment}",
        measures=("came", "went", "at_start"),
        select="flow",
        table=moves,
    )
    stage_lists.stage_move(dataset, answer, segment, month, band, "flow")
    cell = blocks.chart(
        "From stage to stage",
        stage_moves.stage_moves(moves, rules),
        answer,
        key="stages_moves",
        caption="The same moves in numbers; the stronger the colour, the larger the"
        f" share of those who were there before.{of_segment}",
        measures=("came", "went"),
        select="move",
        table=moves,
    )
    stage_lists.stage_move(dataset, answer, segment, month, cell, "moves")

if len(answer.frame):
    then = blocks.chart(
        "Month by month",
        charts.stage_history(answer.frame, rules, segment=segment),
        answer,
        key="stages_months",
        caption="Customers by stage at the end of each month that is over. Click a part"
        f" of a bar to see the customers behind it.{of_segment}",
        measures=("came", "went", "share_rate"),
        select="bar",
        table=answer.frame[answer.frame["segment"] == segment],
    )
    stage_lists.stage_then(dataset, answer, segment, then)
st.subheader("What to know", anchor=False)
blocks.caveats(answer)
