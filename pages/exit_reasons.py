"""Why do customers leave, and what does each reason cost?

Asked by founders and support; failed payments, which nobody chose, stand apart.
"""

from holdfast.charts import exit_reasons as charts
from holdfast.ui import aside, blocks, loss_blocks, loss_lists
from holdfast.ui.address import write_address
from holdfast.ui.controls import segment_choice
from holdfast.ui.frame import active_filters, current_dataset
from holdfast.ui.loss_controls import reason_controls

filters = active_filters()
dataset = current_dataset()
blocks.header("Why they leave", "Which reasons do customers give?", filters)
spec = reason_controls(dataset)
write_address(filters, spec)

answer = aside.main_answer(dataset, spec, filters)
if answer.frame.empty:
    blocks.nothing_to_show(answer)
blocks.finding(answer)

segment = segment_choice(list(answer.frame["segment"].unique()), "exit_reasons_segment")
of_segment = blocks.segment_shown(answer, segment)
shown = answer.frame[answer.frame["segment"] == segment]
reason = blocks.chart(
    "Reasons for leaving",
    charts.reason_bars(answer.frame, segment=segment),
    answer,
    key="exit_reasons_bars",
    caption="Share of all losses of these months, with 95% intervals. Click a bar to"
    f" see who left for it, and their words.{of_segment}",
    measures=("lost_share", "monthly_lost", "median_tenure_days", "nps", "ticket_rate"),
    select="reason",
    table=shown,
)
loss_lists.reason_list(dataset, answer, segment, reason)
loss_blocks.reason_table(answer, segment)
loss_blocks.reasons_by_segment(answer)
trend = answer.extras["trend"]
bar = blocks.chart(
    "Month by month",
    charts.reason_months(answer.frame, trend, segment=segment),
    answer,
    key="exit_reasons_months",
    caption="Losses of each month by reason. Click a part of a bar to see the customers"
    f" behind it.{of_segment}",
    measures=("lost_share",),
    select="bar",
    table=trend[trend["segment"] == segment],
)
loss_lists.month_list(dataset, answer, segment, bar)
loss_lists.words_of_leavers(dataset, answer, segment)
blocks.caveats(answer)
