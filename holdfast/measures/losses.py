"""Measures of why customers leave, and who of them comes back."""

from holdfast.measures.measure import Measure

LOSSES = (
    Measure(
        "lost_share",
        "Share of all losses",
        "share",
        ".1%",
        "Losses with the reason divided by all losses of the time. Who left twice "
        "counts twice.",
    ),
    Measure(
        "monthly_lost",
        "MRR lost",
        "money",
        ",.0f",
        "What a month was worth on the last day before leaving, added up.",
        "down",
    ),
    Measure(
        "median_tenure_days",
        "Length of stay",
        "days",
        ",.0f",
        "Half of those who left had been customers no longer than this, since that "
        "stay began.",
        "up",
    ),
    Measure(
        "nps",
        "Last NPS",
        "ratio",
        ",.0f",
        "Share of promoters (9 and 10) less that of detractors (0 to 6), of the last "
        "scored answer before leaving; its margin is 1.96 standard errors.",
        "up",
    ),
    Measure(
        "ticket_rate",
        "With a ticket before",
        "share",
        ".1%",
        "Losses with at least one ticket in the 30 days before, divided by those whose "
        "30 days the tickets' export covers.",
    ),
    Measure(
        "back_since_rate",
        "Back since",
        "share",
        ".1%",
        "Losses followed by a return so far, divided by all. The later they left, the "
        "less time they had.",
        "up",
    ),
    Measure(
        "back_rate",
        "Came back",
        "share",
        ".1%",
        "One minus Kaplan and Meier's estimate of those still away after so many days: "
        "who is not back counts as long as seen.",
        "up",
    ),
    *(
        Measure(
            f"rate_{days}",
            f"Back within {days} days",
            "share",
            ".1%",
            f"Losses followed by a return after at most {days} days, divided by those "
            f"at least {days} days before the end of the data.",
            "up",
        )
        for days in (30, 60, 90)
    ),
    Measure(
        "worth_ratio",
        "Worth on return",
        "ratio",
        ",.2f",
        "MRR on the first day back divided by MRR on the last day before leaving.",
        "up",
    ),
)
