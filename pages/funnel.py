"""Where do people stop on the way? Any steps, any rules, and who is behind each bar.

Asked by founders who want to know which step loses most, and how long each takes.
"""

import streamlit as st

from holdfast.charts import funnel as charts
from holdfast.questions.funnel import Funnel
from holdfast.ui import aside, blocks, funnel_lists, funnel_sections
from holdfast.ui.address import write_address
from holdfast.ui.controls import segment_choice
from holdfast.ui.frame import active_filters, current_dataset
from holdfast.ui.funnel_controls import as_asked, funnel_controls

filters = active_filters()
dataset = current_dataset()
blocks.header("Funnel", "Where do people stop on the way?", filters)
spec = funnel_controls(dataset)
write_address(filters, spec)

answer = aside.main_answer(dataset, as_asked(Funnel, spec), filters)
if answer.frame.empty:
    blocks.nothing_to_show(answer)
blocks.finding(answer)

segments = list(answer.frame["segment"].unique())
segment = segment_choice(segments, "funnel_segment")
bar = blocks.chart(
    "Steps",
    charts.funnel_bars(
        answer.frame, segment=segment, shows_open=answer.spec.judged != "all"
    ),
    answer,
    key="funnel_bars",
    caption="Share of those who did the first step and whose result is known. Click a"
    " part of a bar to see the customers behind it."
    f"{blocks.segment_shown(answer, segment)}",
    measures=(
        "rate_of_first",
        "rate_of_previous",
        "dropped_customers",
        "open_customers",
    ),
    select="bar",
    table=answer.frame[answer.frame["segment"] == segment],
)
funnel_lists.step_bar(dataset, answer, segment, bar)

if len(segments) > 1 and len(spec.steps) > 1:
    part = blocks.chart(
        "By segment",
        charts.segment_bars(answer.frame, among=segments),
        answer,
        key="funnel_by_segment",
        caption="Share of the segment's first step, with 95% intervals. Click a bar to"
        " see who got there and who stopped before.",
        measures=("rate_of_first", "from_rest"),
        select="segment_bar",
    )
    funnel_lists.segment_bar(dataset, answer, part)
    funnel_sections.segment_table(answer)

# The figures that were asked for are on the screen before anything else is computed.
if len(spec.steps) > 1:
    funnel_sections.trend(dataset, spec, filters, segment, segments)
    funnel_sections.time_to_convert(dataset, spec, filters, segment, segments)
    funnel_sections.definition_bench(dataset, spec, filters)
st.subheader("What to know", anchor=False)
blocks.caveats(answer)
