"""Do people stay, who leaves, and what does it cost? The first look at a workspace.

Asked by whoever has just loaded their files.
"""

import streamlit as st

from holdfast.charts import lifecycle as lifecycle_charts
from holdfast.charts import retention as charts
from holdfast.questions.churn import Churn
from holdfast.questions.exit_reasons import ExitReasons
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.mrr import Mrr
from holdfast.questions.retention import Retention
from holdfast.ui import aside, blocks
from holdfast.ui.address import write_address
from holdfast.ui.frame import active_filters, current_dataset

filters = active_filters()
dataset = current_dataset()
blocks.header("Overview", "Do people stay, who leaves, and why?", filters)
write_address(filters)

stays = aside.main_answer(dataset, Retention(), filters)
if stays.frame.empty:
    blocks.nothing_to_show(stays)
blocks.finding(stays)
blocks.pooled_metrics(stays)
blocks.chart(
    "Retention by month",
    charts.retention_curves(stays.frame, "month"),
    stays,
    key="overview_retention",
    caption="Share of the customers who were active again, by month since they joined.",
    measures=("retention_rate",),
)
st.page_link("pages/retention.py", label="Cohorts, events and settings")

for title, spec, page, label in (
    ("Who leaves", Churn(), "churn", "Churn by month, by tenure and by segment"),
    ("Why", ExitReasons(), "exit_reasons", "Reasons and what they cost"),
    ("Money", Mrr(), "money", "Revenue, what moved it, and its cohorts"),
):
    aside.lead(title, aside.attempt(dataset, spec, filters), page, label)

cycle = aside.attempt(dataset, Lifecycle(), filters)
if aside.is_answered(cycle, "Active and dormant customers"):
    blocks.chart(
        "Active and dormant customers",
        lifecycle_charts.lifecycle_bars(cycle.frame, "month"),
        cycle,
        key="overview_lifecycle",
        caption=cycle.sentence + blocks.segment_shown(cycle),
        measures=("new", "returning", "resurrected", "dormant"),
    )
st.page_link("pages/lifecycle.py", label="Who came and who left")
blocks.caveats(stays)
