"""What if more stayed, paid more, or came?

Asked by founders who choose what to work on; arithmetic, never a forecast.
"""

from holdfast.charts import what_if as charts
from holdfast.ui import aside, blocks, value_blocks
from holdfast.ui.address import write_address
from holdfast.ui.frame import active_filters, current_dataset
from holdfast.ui.value_controls import what_if_controls

filters = active_filters()
dataset = current_dataset()
blocks.header("What if", "What if more stayed, paid more, or came?", filters)
spec = what_if_controls(dataset)
write_address(filters, spec)

answer = aside.main_answer(dataset, spec, filters)
currency = value_blocks.currency_of(answer)
blocks.finding(answer)
blocks.caveats(answer)
blocks.chart(
    "Profit month by month",
    charts.scenario_lines(answer.frame, "profit_amount", currency),
    answer,
    key="what_if_profit",
    caption="Revenue times the margin, less what those who join cost.",
    measures=(),
)
value_blocks.difference(answer)
value_blocks.steps(answer)
value_blocks.levers(answer)
blocks.chart(
    "Customers month by month",
    charts.scenario_lines(answer.frame, "customers", currency),
    answer,
    key="what_if_customers",
    caption="Customers there when the month begins; they pay for all of it.",
    measures=(),
)
blocks.chart(
    "Chance to leave",
    charts.hazard_lines(answer.extras["hazards"]),
    answer,
    key="what_if_hazards",
    caption="Of those there when a month of their own begins, so many leave in it.",
    measures=(),
    table=answer.extras["hazards"],
)
value_blocks.assumed(answer)
