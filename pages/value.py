"""What is a customer worth, and do customers come again?

Asked by founders who decide what winning or keeping a customer may cost.
"""

from holdfast.ui import aside, blocks, value_blocks
from holdfast.ui.address import write_address
from holdfast.ui.frame import active_filters, current_dataset
from holdfast.ui.value_controls import purchases_of, value_controls

filters = active_filters()
dataset = current_dataset()
blocks.header("Value", "What is a customer worth?", filters)
spec = value_controls(dataset)
write_address(filters, spec)

answer = aside.main_answer(dataset, spec, filters)
blocks.finding(answer)
value_blocks.three_ways(answer)
value_blocks.worth_table(answer)
value_blocks.early(dataset, answer)
value_blocks.predicted(dataset, answer)
if "orders" in dataset.observed:
    value_blocks.orders(dataset, aside.attempt(dataset, purchases_of(spec), filters))
value_blocks.what_limits(answer)
