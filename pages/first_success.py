"""How soon do customers first succeed, and do those who do stay?

Asked by founders who look for the deadline that onboarding has to meet.
"""

import streamlit as st

from holdfast.charts import first_success as charts
from holdfast.ui import aside, blocks, success_lists
from holdfast.ui.address import write_address
from holdfast.ui.controls import segment_choice
from holdfast.ui.frame import active_filters, current_dataset
from holdfast.ui.success_controls import success_controls, success_table

filters = active_filters()
dataset = current_dataset()
blocks.header(
    "First success", "How soon do customers succeed, and do they then stay?", filters
)
spec = success_controls(dataset)
write_address(filters, spec)

answer = aside.main_answer(dataset, spec, filters)
if answer.frame.empty:
    blocks.nothing_to_show(answer)
blocks.finding(answer)

segments = list(answer.frame["segment"].unique())
segment = segment_choice(segments, "first_success_segment")
of_segment = blocks.segment_shown(answer, segment)
measured = f"{spec.interval} {spec.measured_at}"
deadlines, cohorts = answer.extras["deadlines"], answer.extras["cohorts"]
deadline = blocks.chart(
    "The deadline that matters",
    charts.deadline_curves(deadlines, measured, segment=segment),
    answer,
    key="first_success_deadlines",
    caption=f"Who stayed in {measured}, of those who succeeded within so many days and"
    f" of the others; all whose {measured} is over. Click a point to see the customers"
    f" behind it.{of_segment}",
    measures=("deadline", "made_rate", "missed_rate", "difference"),
    select="deadline",
    table=deadlines,
)
success_lists.deadline_point(dataset, answer, segment, deadline)

point = blocks.chart(
    "How soon they succeed",
    charts.success_curves(answer.frame, among=segments),
    answer,
    key="first_success_curves",
    caption="Share that has succeeded so many days after the start, with 95% bands."
    " Those who have not count for as long as they were observed. Click a point to see"
    " who had.",
    measures=("reached_rate", "median_days", "reached"),
    select="point",
)
success_lists.curve_point(dataset, answer, point)
success_table(answer)
blocks.log_rank(answer)

cell = blocks.chart(
    "By cohort",
    charts.success_cohorts(
        blocks.recent_cohorts(cohorts, "first_success_all_cohorts"),
        spec.interval,
        segment=segment,
    ),
    answer,
    key="first_success_cohorts",
    caption="Share of each cohort that succeeded in time; the number beside a cohort is"
    " its size. Dashed cells were not over when the data ended. Click a cell to see the"
    f" customers behind it.{of_segment}",
    measures=("reached_rate", "reached", "within_days"),
    select="cell",
    table=cohorts[cohorts["segment"] == segment],
)
success_lists.cohort_cell(dataset, answer, segment, cell)
st.subheader("What to know", anchor=False)
blocks.caveats(answer)
