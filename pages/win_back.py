"""Who comes back after leaving, how soon, and whom is it worth asking?

Asked by founders and marketing, before they write to those who left.
"""

from holdfast.charts import win_back as charts
from holdfast.ui import aside, blocks, loss_blocks, loss_lists
from holdfast.ui.address import write_address
from holdfast.ui.controls import segment_choice
from holdfast.ui.frame import active_filters, current_dataset
from holdfast.ui.loss_controls import curves_choice, days_choice, win_back_controls

filters = active_filters()
dataset = current_dataset()
blocks.header("Win-back", "Who comes back, and how soon?", filters)
spec = win_back_controls(dataset)
write_address(filters, spec)

answer = aside.main_answer(dataset, spec, filters)
if answer.frame.empty:
    blocks.nothing_to_show(answer)
blocks.finding(answer)

segments = list(answer.frame["segment"].unique())
told_apart = curves_choice(len(segments) > 1, "win_back_told_apart")
loss_blocks.return_curves(answer, told_apart)
segment = segment_choice(segments, "win_back_segment")
of_segment = blocks.segment_shown(answer, segment)
days = days_choice("win_back_days")
dot = blocks.chart(
    "After which reason",
    charts.return_rates(answer.frame, days, segment=segment),
    answer,
    key="win_back_rates",
    caption=f"Share back within {days} days of those lost at least {days} days before"
    " the end of the data, with 95% intervals. Click a dot to see who they are."
    f"{of_segment}",
    measures=(f"rate_{days}", "worth_ratio"),
    select="reason",
    table=answer.frame[answer.frame["segment"] == segment],
)
loss_lists.return_list(dataset, answer, segment, days, dot)
loss_blocks.return_table(answer, segment)
loss_lists.candidates(dataset, answer)
blocks.caveats(answer)
