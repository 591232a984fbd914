"""How long do customers stay, and which kind of customers stays longer?

Asked by founders and analysts; those still here count as far as they were seen.
"""

import streamlit as st

from holdfast.charts import survival as charts
from holdfast.ui import blocks, drill, session
from holdfast.ui.address import write_address
from holdfast.ui.controls import survival_controls
from holdfast.ui.frame import active_filters, current_dataset

filters = active_filters()
dataset = current_dataset()
blocks.header("Survival", "How long do customers stay?", filters)
spec = survival_controls(dataset)
write_address(filters, spec)

answer = session.answer(dataset, spec, filters)
if answer.frame.empty:
    blocks.nothing_to_show(answer)
blocks.finding(answer)

summary = answer.extras["summary"]
unit = blocks.unit_of(answer)
blocks.chart(
    "Survival curves",
    charts.survival_curves(answer.frame, summary, unit),
    answer,
    key="survival_curves",
    caption="Share of customers still here after so much time, with 95% bands. Those"
    " who have not left count until the end of the data.",
    measures=("survival_rate", "at_risk", "censored"),
)
st.subheader("By segment", anchor=False)
blocks.survival_table(answer)
blocks.log_rank(answer)
drill.survival_left(dataset, answer)
blocks.caveats(answer)
