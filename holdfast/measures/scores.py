"""Measures of what customers say in surveys."""

from holdfast.measures.measure import Measure

SCORES = (
    Measure(
        "score",
        "Score",
        "ratio",
        ",.1f",
        "NPS is the share of promoters (9 and 10) less that of detractors (0 to 6), in "
        "points from -100 to 100; CSAT is the share of the two best points, CES the "
        "mean. Of scores on the scale only, the latest of each customer unless all are "
        "asked for.",
        "up",
    ),
    Measure(
        "margin",
        "Margin",
        "ratio",
        ",.1f",
        "1.96 standard errors of the score, or half of its 95% interval. Of NPS the "
        "standard error is the root of (P + D - (P - D)²) / n, P and D being the "
        "shares of promoters and detractors.",
    ),
    Measure(
        "rest_score",
        "Score of all others",
        "ratio",
        ",.1f",
        "The score of everyone in view but the segment. A segment differs beyond noise "
        "where the 95% interval of the difference leaves out nought; of twenty "
        "segments that do not differ, one will seem to.",
    ),
    Measure(
        "response_rate",
        "Response rate",
        "share",
        ".1%",
        "Delivered invitations that the customer answered before the next one of the "
        "same campaign, divided by all delivered ones.",
        "up",
    ),
    Measure(
        "moves",
        "Moves",
        "ratio",
        ",d",
        "Pairs of an answer and the next one of the same customer; its share is of "
        "all moves from the same group. Answers without a score on the scale are a "
        "group of their own.",
    ),
    Measure(
        "score_part",
        "Other scores",
        "ratio",
        ",.1f",
        "Change of the segment's score, times its mean share of all scores: what "
        "changed because the same kind of customers scored otherwise.",
    ),
)
