"""Who is new, returning, resurrected or dormant in each interval?

Asked by founders who want to see growth and loss in one picture.
"""

from holdfast.charts import lifecycle as charts
from holdfast.ui import aside, blocks, drill
from holdfast.ui.address import write_address
from holdfast.ui.controls import lifecycle_controls, segment_choice
from holdfast.ui.frame import active_filters, current_dataset

filters = active_filters()
dataset = current_dataset()
blocks.header("Lifecycle", "Who comes, stays, comes back and falls silent?", filters)
spec = lifecycle_controls(dataset)
write_address(filters, spec)

answer = aside.main_answer(dataset, spec, filters)
if answer.frame.empty:
    blocks.nothing_to_show(answer)
blocks.finding(answer)

segment = segment_choice(list(answer.frame["segment"].unique()), "lifecycle_segment")
shown = answer.frame[answer.frame["segment"] == segment]
of_segment = blocks.segment_shown(answer, segment)
bar = blocks.chart(
    "Active and dormant customers",
    charts.lifecycle_bars(answer.frame, spec.interval, segment=segment),
    answer,
    key="lifecycle_bars",
    caption="Customers by what they did in the interval and in the one before. Click a"
    f" part of a bar to see the customers behind it.{of_segment}",
    measures=("new", "returning", "resurrected", "dormant", "pulse"),
    select="bar",
    table=shown,
)
drill.lifecycle_bar(dataset, answer, segment, bar)
blocks.chart(
    "Customer retention rate",
    charts.retention_rate_lines(answer.frame, spec.interval, segment=segment),
    answer,
    key="lifecycle_rates",
    caption="Of the customers active in the interval before. The strict rate counts"
    f" only those who stayed; the other also counts people who came back.{of_segment}",
    measures=("crr", "strict_rate"),
    table=shown,
)
blocks.caveats(answer)
