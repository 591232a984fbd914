"""Measures of what customers buy and what they are worth."""

from holdfast.measures.measure import Measure

VALUE = (
    Measure(
        "orders",
        "Orders",
        "customers",
        ",d",
        "Orders with an amount above nought. Returns are none.",
        "up",
    ),
    Measure(
        "revenue_amount",
        "Revenue",
        "money",
        ",.0f",
        "What orders brought, less returns and refunds unless they are left in.",
        "up",
    ),
    Measure(
        "order_value",
        "Average order value",
        "money",
        ",.2f",
        "Revenue divided by orders. The 95% interval comes from how customers differ, "
        "as the orders of one customer resemble each other.",
        "up",
    ),
    Measure(
        "order_frequency",
        "Orders of a customer",
        "ratio",
        ",.2f",
        "Orders divided by the customers who ordered in the interval.",
        "up",
    ),
    Measure(
        "repeat_rate",
        "Repeat rate",
        "share",
        ".1%",
        "Customers with two orders or more divided by all who ever ordered. Whoever "
        "came lately has had little time to come again.",
        "up",
    ),
    Measure(
        "soon_rate",
        "Ordered again soon",
        "share",
        ".1%",
        "Customers with another order within so many days after the first one (90 by "
        "default) divided by those for whom these days are over.",
        "up",
    ),
    Measure(
        "gap_median",
        "Median time between purchases",
        "days",
        ",.0f",
        "Half of the times between two days with an order that follow each other are "
        "no longer. Whoever has not come again is in none.",
        "down",
    ),
    Measure(
        "early_value",
        "Value so far",
        "money",
        ",.2f",
        "Revenue of the first days after the start divided by the customers who "
        "started. Only months of which these days are over for everybody.",
        "up",
    ),
    Measure(
        "lifetime_value",
        "Lifetime value",
        "money",
        ",.2f",
        "What a customer is worth up to the horizon, by one of three ways, times the "
        "margin. It holds if all goes on as it did, which nobody promises.",
        "up",
    ),
    Measure(
        "expected_purchases",
        "Purchases to come",
        "ratio",
        ",.2f",
        "Days with a purchase that the model expects of a customer, from how often and "
        "how recently the customer bought.",
        "up",
    ),
    Measure(
        "chance_alive",
        "Chance still to buy",
        "share",
        ".0%",
        "The model's chance that the customer has not stopped buying. Of whoever "
        "bought once only it cannot tell, and says 100%.",
        "up",
    ),
)
