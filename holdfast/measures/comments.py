"""Measures of what customers write."""

from holdfast.measures.measure import Measure

COMMENTS = (
    Measure(
        "comment_share",
        "Share of comments",
        "share",
        ".1%",
        "Comments with the term divided by all comments of its language in the group; "
        "for themes of one's own by the comments of all languages.",
    ),
    Measure(
        "score_mean",
        "Mean score",
        "ratio",
        ",.1f",
        "Mean of the scores that those who say it gave, where they lie on the scale.",
        "up",
    ),
    Measure(
        "lift",
        "Times as often",
        "ratio",
        ",.1f",
        "The share in the group divided by the share in the other groups. The "
        "difference of the two has its own interval.",
    ),
    Measure(
        "change",
        "Growth",
        "share",
        ".1%",
        "Share of the month's comments less the share in the up to six months before, "
        "with Newcombe's interval.",
    ),
)
