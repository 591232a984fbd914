"""How many tickets come, how long do they take, and what are they about?

Asked by support and founders; what grows, and what comes before somebody leaves.
"""

from holdfast.charts import support as charts
from holdfast.ui import aside, blocks, support_blocks, support_lists
from holdfast.ui.address import write_address
from holdfast.ui.controls import segment_choice
from holdfast.ui.frame import active_filters, current_dataset
from holdfast.ui.support_controls import support_controls

filters = active_filters()
dataset = current_dataset()
blocks.header("Support", "How many tickets come, and how long do they take?", filters)
spec = support_controls(dataset)
write_address(filters, spec)

answer = aside.main_answer(dataset, spec, filters)
if answer.frame.empty:
    blocks.nothing_to_show(answer)
blocks.finding(answer)

segment = segment_choice(list(answer.frame["segment"].unique()), "support_segment")
shown = answer.frame[answer.frame["segment"] == segment]
of_segment = blocks.segment_shown(answer, segment)
support_blocks.shares(answer, segment)
point = blocks.chart(
    "Tickets",
    charts.volume_lines(answer.frame, spec.span, segment=segment),
    answer,
    key="support_volume",
    caption=f"Opened and solved in each {spec.span}, and open in the end. Click a point"
    f" to see the tickets.{of_segment}",
    measures=("opened", "solved", "backlog", "reopen_rate"),
    select="point",
    table=shown,
)
support_lists.tickets_of_point(dataset, answer, segment, point)
if shown["tickets_per_100"].notna().any():
    blocks.chart(
        "Tickets for 100 active customers",
        charts.rate_points(answer.frame, spec.span, segment=segment),
        answer,
        key="support_rate",
        caption=f"Complete {spec.span}s, with the 95% interval.{of_segment}",
        measures=("tickets_per_100", "ticket_share"),
        table=shown,
    )
support_blocks.times(answer, segment)
support_blocks.odd_days(dataset, spec, filters, segment)
support_blocks.growing(dataset, spec, filters)
support_blocks.before_leaving(dataset, spec, filters)
blocks.caveats(answer)
