"""Who leaves, how many of those who were there, when in their time, and which kind?

Asked by founders and their boards, and by whoever has to say why two tools disagree.
"""

from dataclasses import replace

import streamlit as st

from holdfast.charts import churn as charts
from holdfast.questions.churn_segments import ChurnSegments
from holdfast.ui import aside, blocks, churn_lists, churn_sections
from holdfast.ui.address import write_address
from holdfast.ui.churn_controls import asked_of, churn_controls, has_dates
from holdfast.ui.controls import segment_choice
from holdfast.ui.frame import active_filters, current_dataset

filters = active_filters()
dataset = current_dataset()
blocks.header("Churn", "Who leaves, and how many of those who were there?", filters)
spec = churn_controls(dataset)
write_address(filters, spec)

if not has_dates(dataset, spec):
    told = aside.main_answer(dataset, asked_of(ChurnSegments, spec), filters)
    blocks.finding(told)
    st.info(told.caveats[0].text, icon=":material/info:")
    if len(told.frame) > 1:
        churn_sections.by_segment(dataset, told)
    churn_sections.when_they_leave(dataset, spec, filters, told.frame["segment"][0])
    blocks.caveats(replace(told, caveats=told.caveats[1:]))
    st.stop()

answer = aside.main_answer(dataset, spec, filters)
if answer.frame.empty:
    blocks.nothing_to_show(answer)
blocks.finding(answer)

segment = segment_choice(list(answer.frame["segment"].unique()), "churn_segment")
shown = answer.frame[answer.frame["segment"] == segment]
of_segment = blocks.segment_shown(answer, segment)
point = blocks.chart(
    "Customer churn rate",
    charts.churn_rate_line(answer.frame, spec.span, segment=segment),
    answer,
    key="churn_rate",
    caption=f"Lost, of the customers at the start of the {spec.span}. Click a point to"
    f" see who was lost.{of_segment}",
    measures=("churn_rate", "average_rate", "loss_ratio"),
    select="point",
    table=shown,
)
churn_lists.lost_or_gained(dataset, answer, segment, point, "rate")
churn_sections.definition_bench(dataset, spec, answer)
bar = blocks.chart(
    "Customers gained and lost",
    charts.customer_moves(answer.frame, spec.span, segment=segment),
    answer,
    key="churn_moves",
    caption="Start + joined + came back − lost = end. Who came and went inside of one"
    f" {spec.span} is in neither. Click a part of a bar to see them.{of_segment}",
    measures=("lost", "joined", "came_back", "joined_and_left", "lost_involuntary"),
    select="bar",
    table=shown,
)
churn_lists.lost_or_gained(dataset, answer, segment, bar, "moves")
churn_sections.when_they_leave(dataset, spec, filters, segment)
churn_sections.segments(dataset, spec, filters)
st.subheader("What to know", anchor=False)
blocks.caveats(answer)
