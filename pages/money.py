"""What do customers pay a month, what moved it, and how much of it stays?

Asked by founders who want to see what leaving costs, and what growing brings.
"""

from holdfast.charts import money as charts
from holdfast.charts import money_rates as rates
from holdfast.charts import revenue_cohorts as cohort_charts
from holdfast.ui import aside, blocks, money_controls, money_lists
from holdfast.ui.address import write_address
from holdfast.ui.controls import segment_choice
from holdfast.ui.frame import active_filters, current_dataset

filters = active_filters()
dataset = current_dataset()
blocks.header("Money", "What do customers pay a month, and what moved it?", filters)
spec = money_controls.money_controls(dataset)
write_address(filters, spec)

answer = aside.main_answer(dataset, spec, filters)
if answer.frame.empty:
    blocks.nothing_to_show(answer)
blocks.finding(answer)
blocks.caveats(answer)
money_controls.headline(answer)
frame, currency = answer.frame, money_controls.currency_of(answer)
blocks.chart(
    "Monthly recurring revenue",
    charts.mrr_lines(frame, spec.interval, currency),
    answer,
    key="money_mrr",
    caption="Of all who pay on the last day of the interval.",
    measures=("mrr_end", "arr", "paying_customers"),
)

segment = segment_choice(list(frame["segment"].unique()), "money_segment")
shown = frame[frame["segment"] == segment]
of_segment = blocks.segment_shown(answer, segment)
bar = blocks.chart(
    "What moved it",
    charts.movement_bars(frame, spec.interval, currency, segment=segment),
    answer,
    key="money_movements",
    caption=f"Click a part of a bar to see who moved, and by how much.{of_segment}",
    measures=tuple(f"mrr_{each}" for each in charts.MOVEMENTS),
    select="bar",
    table=shown,
)
money_lists.movement(dataset, answer, segment, bar, "bar")
row = money_controls.period_choice(answer, segment)
if row is not None:
    money_lists.start_to_end(dataset, answer, segment, row)
money_controls.segment_table(answer, row)
for title, drawing, keys in rates.all_rates(frame, spec.interval, currency, segment):
    blocks.chart(
        title,
        drawing,
        answer,
        key=f"money_{keys[0]}",
        caption=f"{rates.EXPLAINED[keys[0]]}{of_segment}",
        measures=keys,
        table=shown,
    )
cohorts = aside.attempt(dataset, money_controls.cohorts_of(spec), filters)
if aside.is_answered(cohorts, "Cohorts"):
    cell = blocks.chart(
        "Cohorts by their first paid interval",
        cohort_charts.revenue_triangle(
            blocks.recent_cohorts(cohorts.frame, "money_all_cohorts"),
            cohorts.spec.interval,
            rate=money_controls.rate_choice(),
            segment=segment,
        ),
        cohorts,
        key="money_cohorts",
        caption=f"{cohorts.sentence} Click a cell to see who is behind it.{of_segment}",
        measures=("revenue_rate", "payer_rate"),
        select="cell",
        table=cohorts.frame[cohorts.frame["segment"] == segment],
    )
    money_lists.cohort_cell(dataset, cohorts, segment, cell)
