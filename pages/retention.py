"""Who comes back? Cohorts by interval since their start.

Asked by founders who want to know whether people stay, and since when.
"""

import streamlit as st

from holdfast.charts import cadence as cadence_charts
from holdfast.charts import retention as charts
from holdfast.charts import survival as survival_charts
from holdfast.questions.cadence import Cadence
from holdfast.questions.survival import Survival
from holdfast.ui import aside, blocks, drill
from holdfast.ui.address import write_address
from holdfast.ui.controls import retention_controls, segment_choice
from holdfast.ui.frame import active_filters, current_dataset

filters = active_filters()
dataset = current_dataset()
blocks.header("Retention", "Who comes back after they started?", filters)
spec = retention_controls(dataset)
write_address(filters, spec)

answer = aside.main_answer(dataset, spec, filters)
if answer.frame.empty:
    blocks.nothing_to_show(answer)
blocks.finding(answer)
hint = st.container()
blocks.pooled_metrics(answer)
blocks.segment_table(answer)

point = blocks.chart(
    "Retention curves",
    charts.retention_curves(answer.frame, spec.interval, mode=spec.mode),
    answer,
    key="retention_curves",
    caption="Share of the cohorts that were over by then, pooled; bands are 95%"
    " intervals. Click a point to see the customers behind it.",
    measures=("retention_rate", "rate_lower", "customers"),
    select="point",
    table=answer.frame[answer.frame["scope"] == "pooled"],
)
drill.retention_point(dataset, answer, point)

segments = list(answer.frame["segment"].unique())
segment = segment_choice(segments, "retention_segment")
shown = blocks.recent_cohorts(answer.frame, "retention_all_cohorts")
cell = blocks.chart(
    "Cohorts",
    charts.retention_triangle(shown, spec.interval, segment=segment, mode=spec.mode),
    answer,
    key="retention_triangle",
    caption="Share of each cohort; the number beside a cohort is its size. Hollow cells"
    " were not over when the data ended. Click a cell to see the customers behind it.",
    measures=("retention_rate", "customers", "mean_rate"),
    select="cell",
    table=answer.frame[answer.frame["segment"] == segment],
)
drill.retention_cell(dataset, answer, segment, cell)
blocks.caveats(answer)

# The figures that were asked for are on the screen before anything else is computed.
lives = aside.attempt(dataset, Survival(unit=spec.unit, as_of=spec.as_of), filters)
if aside.is_answered(lives, "Survival"):
    blocks.chart(
        "Survival",
        survival_charts.survival_curves(
            lives.frame, lives.extras["summary"], blocks.unit_of(lives), among=segments
        ),
        lives,
        key="retention_survival",
        caption=lives.sentence,
        measures=("survival_rate", "median"),
    )
st.page_link("pages/survival.py", label="More on the Survival page")

rhythm = aside.attempt(dataset, Cadence(unit=spec.unit, as_of=spec.as_of), filters)
if aside.is_answered(rhythm, "Rhythm of use"):
    with hint:
        blocks.suggested_interval(rhythm, spec.interval)
    blocks.chart(
        "Rhythm of use",
        cadence_charts.cadence_distribution(rhythm.frame, rhythm.extras["summary"]),
        rhythm,
        key="retention_cadence",
        caption=rhythm.sentence,
        measures=("gap_days", "share", "cumulative_share", "median_gap"),
    )
