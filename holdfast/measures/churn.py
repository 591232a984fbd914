"""Measures of who leaves."""

from holdfast.measures.measure import Measure

CHURN = (
    Measure(
        "churned",
        "Churned customers",
        "customers",
        ",d",
        "Customers active at the start of the period and gone at its end.",
        "down",
    ),
    Measure(
        "churn_rate",
        "Customer churn rate",
        "share",
        ".1%",
        "Churned customers divided by the customers active at the start of the "
        "period. Who joined and left inside it is in neither.",
        "down",
    ),
)
