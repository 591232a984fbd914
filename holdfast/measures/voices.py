"""Measures of what customers do after a score, and of what they pay."""

from holdfast.measures.measure import Measure

VOICES = (
    Measure(
        "loss_rate",
        "Left in the days after",
        "share",
        ".1%",
        "Moments followed by a loss within the horizon, divided by all moments that "
        "were observed for all of it. Another plan is no loss.",
        "down",
    ),
    Measure(
        "stay_rate",
        "Still here",
        "share",
        ".1%",
        "Kaplan and Meier's estimate of the share that is still a customer so many "
        "days after the moment; whoever is still here counts as far as seen.",
        "up",
    ),
    Measure(
        "active_after_rate",
        "Active in the month after",
        "share",
        ".1%",
        "Moments with any activity on one of the 30 days after, divided by those "
        "whose 30 days were observed.",
        "up",
    ),
    Measure(
        "retained_rate",
        "Still active",
        "share",
        ".1%",
        "Moments with any activity in the last 30 days of the horizon, divided by "
        "those whose horizon was observed: retention from the moment on.",
        "up",
    ),
    Measure(
        "group_nrr",
        "NRR",
        "share",
        ".1%",
        "MRR when the horizon is over of those who paid at the moment, divided by "
        "their MRR then.",
        "up",
    ),
    Measure(
        "group_grr",
        "GRR",
        "share",
        ".1%",
        "The same without what is paid more: MRR at the moment less contraction and "
        "what was lost, divided by MRR at the moment.",
        "up",
    ),
    Measure(
        "risk_share",
        "Share of all MRR",
        "share",
        ".1%",
        "MRR at the end of the data of the group's customers, divided by that of all. "
        "The group is that of the latest score that is not too old.",
    ),
)
