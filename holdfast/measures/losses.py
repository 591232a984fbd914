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
    Measure(
        "of_lost",
        "Of all losses",
        "customers",
        ",d",
        "All losses of the segment in the time looked at.",
    ),
    Measure(
        "priced",
        "With a price",
        "customers",
        ",d",
        "Losses of which a price is known.",
    ),
    Measure(
        "nps_answers",
        "NPS answers",
        "customers",
        ",d",
        "Losses with a scored NPS answer before.",
    ),
    Measure(
        "nps_mean",
        "Mean NPS score",
        "ratio",
        ",.1f",
        "Mean of the last score, 0 to 10, before leaving.",
        "up",
    ),
    Measure(
        "nps_margin",
        "Margin of the NPS",
        "ratio",
        ",.0f",
        "The NPS lies within it, up and down, with 95% confidence.",
    ),
    Measure(
        "ticket_lost",
        "Tickets known of",
        "customers",
        ",d",
        "Losses whose 30 days before are covered by an export of tickets.",
    ),
    Measure(
        "tickets_each",
        "Tickets each",
        "ratio",
        ",.2f",
        "Tickets of the 30 days before, for each loss of which they are known.",
    ),
    Measure(
        "back",
        "Back so far",
        "customers",
        ",d",
        "Losses that were followed by a return.",
        "up",
    ),
    *(
        measure
        for days in (30, 60, 90)
        for measure in (
            Measure(
                f"lost_{days}",
                f"Seen for {days} days",
                "customers",
                ",d",
                f"Losses at least {days} days before the end of the data.",
            ),
            Measure(
                f"back_{days}",
                f"Of these, back within {days}",
                "customers",
                ",d",
                f"Losses seen for {days} days that were followed by a return in them.",
                "up",
            ),
            *(
                Measure(
                    f"{end}_{days}",
                    f"Within {days} days, {end} end",
                    "share",
                    ".1%",
                    f"The {end} end of the share's 95% interval (Wilson).",
                )
                for end in ("lower", "upper")
            ),
        )
    ),
    Measure(
        "median_days_back",
        "Days away",
        "days",
        ",.0f",
        "Half of those who came back took no longer than this.",
    ),
    Measure(
        "still_here",
        "Still here",
        "customers",
        ",d",
        "Returns of those who are customers at the end of the data.",
        "up",
    ),
    Measure(
        "here_rate",
        "Still here, of those back",
        "share",
        ".1%",
        "Returns of those who are customers at the end, divided by all returns.",
        "up",
    ),
    Measure(
        "priced_back",
        "With both prices",
        "customers",
        ",d",
        "Returns with a price on leaving and on coming back.",
    ),
    Measure(
        "monthly_before",
        "MRR before",
        "money",
        ",.0f",
        "What a month was worth on leaving, of those who came back.",
    ),
    Measure(
        "monthly_back",
        "MRR on return",
        "money",
        ",.0f",
        "What a month is worth on coming back.",
        "up",
    ),
)
