"""What do promoters and detractors do after they answered, and what is at risk?

Asked by founders and customer success: do promoters really stay, what does a detractor
cost, and whom should somebody call today?
"""

import streamlit as st

from holdfast.charts import score_behaviour as charts
from holdfast.ui import aside, blocks, promoter_blocks
from holdfast.ui.address import write_address
from holdfast.ui.controls import segment_choice
from holdfast.ui.frame import active_filters, current_dataset
from holdfast.ui.promoter_controls import promoter_controls

filters = active_filters()
dataset = current_dataset()
blocks.header(
    "Promoters and detractors", "What do they do after they answered?", filters
)
spec = promoter_controls(dataset)
write_address(filters, spec)

answer = aside.main_answer(dataset, spec, filters)
if answer.frame.empty:
    blocks.nothing_to_show(answer)
blocks.finding(answer)

segment = segment_choice(list(answer.frame["segment"].unique()), "promoters_segment")
of_segment = blocks.segment_shown(answer, segment)
dot = blocks.chart(
    f"Left within {spec.horizon} days",
    charts.leaving_rates(answer.frame, segment=segment),
    answer,
    key="promoters_rates",
    caption=f"Of moments at least {spec.horizon} days before the end of the data, with"
    f" 95% intervals. Click a dot to see who is behind it.{of_segment}",
    measures=("loss_rate",),
    select="group",
    table=answer.frame[answer.frame["segment"] == segment],
)
promoter_blocks.behind_group(dataset, answer, segment, dot)
promoter_blocks.group_table(answer, segment)
curves = answer.extras["curves"]
blocks.chart(
    "How long they stay after",
    charts.staying_curves(curves, 2 * spec.horizon, segment=segment),
    answer,
    key="promoters_curves",
    caption=f"Share still here by days since the moment.{of_segment}",
    measures=(
        *("stay_rate", "active_after_rate", "retained_rate"),
        *("group_nrr", "group_grr"),
    ),
    table=curves[curves["segment"] == segment],
)
promoter_blocks.curve_test(answer, segment)
promoter_blocks.funnel_of_groups(dataset, spec, filters)
promoter_blocks.at_risk(dataset, spec, filters)
st.subheader("What to know", anchor=False)
blocks.caveats(answer)
