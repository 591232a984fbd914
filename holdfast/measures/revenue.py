"""Measures of what customers pay a month."""

from holdfast.measures.measure import Measure

REVENUE = (
    Measure(
        "mrr_start",
        "At the start",
        "money",
        ",.2f",
        "Monthly recurring revenue at the end of the interval before.",
    ),
    Measure(
        "mrr_new",
        "New",
        "money",
        ",.2f",
        "What those pay a month at the end of the interval who paid at the end of none "
        "before.",
        "up",
    ),
    Measure(
        "mrr_reactivation",
        "Came back",
        "money",
        ",.2f",
        "What those pay a month who paid earlier, though not at the start.",
        "up",
    ),
    Measure(
        "mrr_expansion",
        "Expansion",
        "money",
        ",.2f",
        "By how much those who stayed pay more: a higher price or plan, more seats, a "
        "further subscription.",
        "up",
    ),
    Measure(
        "mrr_contraction",
        "Contraction",
        "money",
        ",.2f",
        "By how much those who stayed pay less.",
        "down",
    ),
    Measure(
        "mrr_churn",
        "Churn",
        "money",
        ",.2f",
        "What those paid at the start who pay nothing at the end.",
        "down",
    ),
    Measure(
        "mrr_end",
        "Monthly recurring revenue",
        "money",
        ",.2f",
        "What all subscriptions that are paid on the last day of the interval are "
        "worth a month: price, times units, less recurring discounts, divided by the "
        "months of the billing period. It is start + new + came back + expansion - "
        "contraction - churn, exactly.",
        "up",
    ),
    Measure(
        "paying_customers",
        "Paying customers",
        "customers",
        ",d",
        "Customers who pay at the end of the interval.",
        "up",
    ),
    Measure(
        "gross_churn",
        "Gross revenue churn",
        "share",
        ".1%",
        "Contraction and churn, divided by the revenue at the start.",
        "down",
    ),
    Measure(
        "net_churn",
        "Net revenue churn",
        "share",
        ".1%",
        "Contraction and churn less expansion and what came back, divided by the "
        "revenue at the start. Below zero it is net negative churn: more was added "
        "than lost.",
        "down",
    ),
    Measure(
        "grr",
        "Gross revenue retention",
        "share",
        ".1%",
        "1 less gross revenue churn: of what was paid at the start, what is left "
        "without what some pay more.",
        "up",
    ),
    Measure(
        "nrr",
        "Net revenue retention",
        "share",
        ".1%",
        "What those who paid at the start pay now, divided by what they paid then. "
        "Neither new customers nor those who came back are in it.",
        "up",
    ),
    Measure(
        "quick_ratio",
        "Quick ratio",
        "ratio",
        ",.1f",
        "New and expansion divided by contraction and churn; what came back is growth "
        "only where that is chosen. Unknown where nothing was lost.",
        "up",
    ),
    Measure(
        "arpa",
        "Revenue of a customer",
        "money",
        ",.2f",
        "Monthly recurring revenue divided by paying customers (ARPA).",
        "up",
    ),
    Measure(
        "arpa_new",
        "Revenue of a new customer",
        "money",
        ",.2f",
        "New revenue divided by new customers: what who has just begun pays a month.",
        "up",
    ),
    Measure(
        "arr",
        "Annual recurring revenue",
        "money",
        ",.2f",
        "Twelve times the monthly recurring revenue.",
        "up",
    ),
    Measure(
        "revenue_rate",
        "Revenue retained",
        "share",
        ".1%",
        "What a cohort pays a month at the end of an interval, divided by what it paid "
        "in its first paid interval. It can exceed 100%.",
        "up",
    ),
    Measure(
        "payer_rate",
        "Customers retained",
        "share",
        ".1%",
        "Customers of the cohort who pay at the end of an interval, divided by all who "
        "began to pay.",
        "up",
    ),
)
