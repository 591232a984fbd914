"""Measures of who leaves."""

from holdfast.measures.measure import Measure

CHURN = (
    Measure(
        "lost",
        "Lost customers",
        "customers",
        ",d",
        "Customers at the start of the period who are none at its end.",
        "down",
    ),
    Measure(
        "churn_rate",
        "Customer churn rate",
        "share",
        ".1%",
        "Customers lost divided by the customers at the start of the period. Who "
        "joined and left inside it is in neither.",
        "down",
    ),
    Measure(
        "average_rate",
        "Lost, of the average of start and end",
        "share",
        ".1%",
        "Customers lost divided by the mean of the customers at the start and at the "
        "end of the period.",
        "down",
    ),
    Measure(
        "loss_ratio",
        "Loss-to-acquisition ratio",
        "ratio",
        ",.2f",
        "Customers lost divided by those who joined in the same period: over 1, more "
        "leave than come. Not a churn rate: it moves with how many join.",
        "down",
    ),
    Measure(
        "joined",
        "Joined",
        "customers",
        ",d",
        "Customers at the end of the period who became one in it for the first time.",
        "up",
    ),
    Measure(
        "came_back",
        "Came back",
        "customers",
        ",d",
        "Customers at the end of the period who were none at its start, but had been "
        "in an earlier one.",
        "up",
    ),
    Measure(
        "joined_and_left",
        "Joined and left inside the period",
        "customers",
        ",d",
        "Became customers inside the period and were none any more at its end. In no "
        "rate.",
    ),
    Measure(
        "left_and_back",
        "Left and back inside the period",
        "customers",
        ",d",
        "How often somebody left and was back before the period was over. In no rate; "
        "the page on reasons counts each as a loss.",
    ),
    Measure(
        "customers_at_end",
        "Customers at the end",
        "customers",
        ",d",
        "Customers on the last day of the period: those at the start, and who joined "
        "or came back, less those lost.",
        "up",
    ),
    Measure(
        "lost_involuntary",
        "A payment failed",
        "customers",
        ",d",
        "Customers lost whose reason says that a payment failed: nobody chose to "
        "leave.",
        "down",
    ),
    Measure(
        "lost_voluntary",
        "Left for a reason given",
        "customers",
        ",d",
        "Customers lost for any other reason that was given.",
        "down",
    ),
    Measure(
        "lost_unexplained",
        "No reason given",
        "customers",
        ",d",
        "Customers lost without a reason in the data.",
        "down",
    ),
    Measure(
        "hazard_rate",
        "Left in that month",
        "share",
        ".1%",
        "Of those who reached that month of their time as customers, and whose month "
        "is over, the share who left in it.",
        "down",
    ),
    Measure(
        "share_of_lost",
        "Share of all lost",
        "share",
        ".1%",
        "Customers that the segment lost divided by all that were lost.",
    ),
    Measure(
        "share_of_customers",
        "Share of all customers",
        "share",
        ".1%",
        "The segment's customers at the starts of the periods divided by all.",
    ),
    Measure(
        "mix_part",
        "Other customers",
        "share",
        ".2%",
        "Change of the segment's share of all customers, times how far its mean rate "
        "of the two times lies above the mean of all: what changed because there are "
        "more or fewer of this kind.",
        "down",
    ),
    Measure(
        "rate_part",
        "Other behaviour",
        "share",
        ".2%",
        "Change of the segment's rate, times its mean share of all customers: what "
        "changed because the same kind leaves more or less often.",
        "down",
    ),
    Measure(
        "rate_now",
        "Rate now",
        "share",
        ".1%",
        "Customer churn rate in the time looked at.",
        "down",
    ),
    Measure(
        "rate_before",
        "Rate before",
        "share",
        ".1%",
        "Customer churn rate in the time that it is compared with.",
        "down",
    ),
    Measure(
        "share_now",
        "Share now",
        "share",
        ".1%",
        "The segment's share of all in the time looked at.",
    ),
    Measure(
        "share_before",
        "Share before",
        "share",
        ".1%",
        "The segment's share of all in the time that it is compared with.",
    ),
    Measure(
        "rate",
        "Rate",
        "share",
        ".1%",
        "The first number divided by the second.",
        "down",
    ),
    Measure(
        "from_ours",
        "Difference from ours",
        "share",
        ".1%",
        "The rate by this definition less that by ours.",
    ),
    Measure(
        "still_rate",
        "Still there",
        "share",
        ".1%",
        "Share of those who began that is still there after the month: the product of "
        "those who stayed in each.",
        "up",
    ),
)
