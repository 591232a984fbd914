"""Measures of tickets: how many, for how many customers, and how long they take."""

from holdfast.measures.measure import Measure

SUPPORT = (
    Measure(
        "opened",
        "Tickets opened",
        "ratio",
        ",d",
        "Tickets by the local day of their opening; of unknown people too.",
    ),
    Measure(
        "solved",
        "Tickets solved",
        "ratio",
        ",d",
        "Tickets by the local day of their solution, whenever they were opened.",
    ),
    Measure(
        "backlog",
        "Open in the end",
        "ratio",
        ",d",
        "Tickets opened so far less those solved so far.",
        "down",
    ),
    Measure(
        "tickets_per_100",
        "Tickets for 100 active",
        "ratio",
        ",.1f",
        "Tickets opened divided by active customers, times 100; its 95 % interval "
        "takes tickets for independent of each other (Garwood).",
        "down",
    ),
    Measure(
        "ticket_share",
        "Active customers with a ticket",
        "share",
        ".1%",
        "Active customers who opened at least one ticket in the period, divided by all "
        "active ones.",
        "down",
    ),
    Measure(
        "reopen_rate",
        "Reopened",
        "share",
        ".1%",
        "Tickets that were reopened, divided by those of which the export tells.",
        "down",
    ),
    Measure(
        "response_median",
        "Hours to the first answer, median",
        "duration",
        ",.1f",
        "Half of the tickets opened in the period are answered within these hours "
        "(Kaplan–Meier); who waits yet counts as long as seen.",
        "down",
    ),
    Measure(
        "response_p90",
        "Hours to the first answer, 90th percentile",
        "duration",
        ",.1f",
        "Nine of ten tickets are answered within these hours (Kaplan–Meier).",
        "down",
    ),
    Measure(
        "resolution_median",
        "Hours to the solution, median",
        "duration",
        ",.1f",
        "Half of the tickets opened in the period are solved within these hours "
        "(Kaplan–Meier); open ones count as long as seen.",
        "down",
    ),
    Measure(
        "resolution_p90",
        "Hours to the solution, 90th percentile",
        "duration",
        ",.1f",
        "Nine of ten tickets are solved within these hours (Kaplan–Meier).",
        "down",
    ),
    Measure(
        "control_limits",
        "Control limits",
        "ratio",
        ",.1f",
        "Mean of the daily counts of a window, plus and minus so many times their "
        "spread. The spread is the mean difference of days that follow each other, "
        "divided by 1.128 (individuals chart), or the sample standard deviation.",
    ),
    Measure(
        "growth_ratio",
        "Times as many",
        "ratio",
        ",.1f",
        "Tickets a day in the period divided by tickets a day in the periods before "
        "it. The interval is Wilson's of its share in both; the chance is adjusted for "
        "the number of themes (Benjamini and Hochberg).",
    ),
    Measure(
        "ticket_excess",
        "Difference",
        "share",
        ".1%",
        "Share of those who left that had a ticket in the days before, less the share "
        "of those who were customers on the same days and stayed (Newcombe).",
    ),
)
