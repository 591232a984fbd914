"""Measures of who stays, comes back and gets how far."""

from holdfast.measures.measure import Measure

STAYING = (
    Measure(
        "journeys",
        "Journeys",
        "customers",
        ",d",
        "How many journeys came here: one of each customer, or one from every "
        "start where that is chosen.",
    ),
    Measure(
        "step_rate",
        "Of the step before",
        "share",
        ".1%",
        "Journeys that came here divided by those that came to the step before, "
        "without those that still wait there in time.",
    ),
    Measure(
        "journey_rate",
        "Of all journeys",
        "share",
        ".1%",
        "Journeys that came here by this path divided by all, without those that "
        "still wait for a step in time.",
    ),
    Measure(
        "median_seconds",
        "Median time since the step before",
        "duration",
        ",.0f",
        "Half of those who came here took no longer since the step before.",
    ),
    Measure(
        "left_rate",
        "Of those who left",
        "share",
        ".1%",
        "Customers who left and did it in the days up to their last sign of life, "
        "divided by all who left.",
    ),
    Measure(
        "stayed_rate",
        "Of those who stayed",
        "share",
        ".1%",
        "The same of those who stayed, looked at up to a day when they had been "
        "there as long as those who left.",
    ),
    Measure(
        "excess",
        "Difference",
        "share",
        ".1%",
        "The share of those who left minus that of those who stayed, with "
        "Newcombe's 95% interval. It goes together with leaving; it need not be "
        "the cause.",
    ),
    Measure(
        "p_adjusted",
        "Chance, adjusted",
        "chance",
        ".3f",
        "The chance of so large a difference where there is none (Pearson), "
        "adjusted for the number of things compared (Benjamini and Hochberg).",
    ),
    Measure(
        "left_last_rate",
        "Among the last different things",
        "share",
        ".1%",
        "The share for whom it was among the last different things done, five by "
        "default.",
    ),
    Measure(
        "median_sessions",
        "Sessions of a customer",
        "ratio",
        ",.0f",
        "Half of the customers have no more sessions than this.",
    ),
    Measure(
        "median_events",
        "Events of a session",
        "ratio",
        ",.0f",
        "Half of the sessions have no more events than this.",
    ),
    Measure(
        "one_event_rate",
        "Sessions of a single event",
        "share",
        ".1%",
        "Sessions with one event only divided by all sessions.",
    ),
    Measure(
        "customers",
        "Customers",
        "customers",
        ",d",
        "How many customers the figure is computed from: a rate's denominator.",
    ),
    Measure(
        "retained_customers",
        "Retained customers",
        "customers",
        ",d",
        "Customers of the cohort with at least one return event in the interval.",
        "up",
    ),
    Measure(
        "retention_rate",
        "Retention",
        "share",
        ".1%",
        "Retained customers divided by all customers of the cohort. Cohorts at 0% "
        "count, empty cohorts do not.",
        "up",
    ),
    Measure(
        "rate_lower",
        "95% interval, lower end",
        "share",
        ".1%",
        "The lower end of the 95% interval: Wilson for a share, log-log for survival.",
    ),
    Measure(
        "rate_upper",
        "95% interval, upper end",
        "share",
        ".1%",
        "The upper end of the 95% interval: Wilson for a share, log-log for survival.",
    ),
    Measure(
        "mean_rate",
        "Simple mean of cohorts",
        "share",
        ".1%",
        "The mean of the complete cohorts' rates, each cohort counting the same "
        "whatever its size.",
        "up",
    ),
    Measure(
        "cohorts",
        "Complete cohorts",
        "cohorts",
        ",d",
        "How many cohorts are complete at this interval and not empty.",
    ),
    Measure(
        "survival_rate",
        "Still there",
        "share",
        ".1%",
        "The share expected to stay longer than this duration, by Kaplan–Meier. "
        "Customers who are still there count for as long as they were observed.",
        "up",
    ),
    Measure(
        "at_risk",
        "At risk",
        "customers",
        ",d",
        "Customers who were observed for this duration or longer.",
    ),
    Measure(
        "ended",
        "Ended",
        "customers",
        ",d",
        "Customers whose subscription ended, or who fell silent for longer than "
        "the lapse threshold.",
        "down",
    ),
    Measure(
        "censored",
        "Still there when last observed",
        "customers",
        ",d",
        "Customers who had not ended when their observation stopped, at this duration.",
    ),
    Measure(
        "ended_rate",
        "Ended so far",
        "share",
        ".1%",
        "Customers who ended divided by all customers, however long each was "
        "observed. Not a churn rate of a period.",
        "down",
    ),
    Measure(
        "median",
        "Median lifetime",
        "duration",
        ",.0f",
        "The duration after which half of the customers are gone, by Kaplan–Meier. "
        "Not reached while more than half are still there.",
        "up",
    ),
    Measure(
        "restricted_mean",
        "Restricted mean lifetime",
        "duration",
        ",.1f",
        "The mean lifetime counted up to the horizon only: the area under the "
        "survival curve.",
        "up",
    ),
    Measure(
        "horizon",
        "Horizon",
        "duration",
        ",.0f",
        "The duration up to which the restricted mean lifetime counts.",
    ),
    Measure(
        "statistic",
        "Log-rank statistic",
        "ratio",
        ",.2f",
        "How far the segments' ends lie from what one common curve would expect.",
    ),
    Measure(
        "degrees_of_freedom",
        "Degrees of freedom",
        "ratio",
        ",d",
        "The number of segments compared, less one.",
    ),
    Measure(
        "p_value",
        "p",
        "chance",
        ".4f",
        "The chance of differences at least this large if all segments had one and "
        "the same survival curve.",
    ),
    Measure(
        "new",
        "New",
        "customers",
        ",d",
        "Customers active in the interval for the first time ever. In the first "
        "interval of the data they may be old.",
        "up",
    ),
    Measure(
        "returning",
        "Returning",
        "customers",
        ",d",
        "Customers active in the interval and in the one before.",
        "up",
    ),
    Measure(
        "resurrected",
        "Resurrected",
        "customers",
        ",d",
        "Customers active in the interval and at some time before, but not in the "
        "interval before.",
        "up",
    ),
    Measure(
        "dormant",
        "Dormant",
        "customers",
        ",d",
        "Customers active in the interval before and not in this one. Withheld "
        "while the interval is incomplete.",
        "down",
    ),
    Measure(
        "active",
        "Active",
        "customers",
        ",d",
        "Customers with any activity in the interval: new, returning and "
        "resurrected together.",
        "up",
    ),
    Measure(
        "customers_at_start",
        "Customers at the start",
        "customers",
        ",d",
        "Customers that the interval starts with: those of the end of the one before, "
        "in the life cycle those active in it.",
    ),
    Measure(
        "pulse",
        "Pulse",
        "ratio",
        ",.2f",
        "New and resurrected customers divided by dormant ones. Above 1 the number "
        "of active customers grows.",
        "up",
    ),
    Measure(
        "crr",
        "Customer retention rate",
        "share",
        ".1%",
        "Customers at the end less the new ones, divided by the customers at the "
        "start. Customers who came back count as kept, so it can exceed 100% and "
        "has no interval.",
        "up",
    ),
    Measure(
        "strict_rate",
        "Strict retention rate",
        "share",
        ".1%",
        "Customers of the start who are still there at the end, divided by the "
        "customers at the start. Customers who came back do not count.",
        "up",
    ),
    Measure(
        "strict_lower",
        "Strict rate, lower end",
        "share",
        ".1%",
        "The lower end of the strict retention rate's 95% Wilson interval.",
    ),
    Measure(
        "strict_upper",
        "Strict rate, upper end",
        "share",
        ".1%",
        "The upper end of the strict retention rate's 95% Wilson interval.",
    ),
    Measure(
        "gap_days",
        "Days between active days",
        "days",
        ",.0f",
        "Each customer's median number of days from one active day to the next.",
    ),
    Measure(
        "share",
        "Share of customers",
        "share",
        ".1%",
        "Customers with this median gap divided by all who were active on two days "
        "or more.",
    ),
    Measure(
        "cumulative_share",
        "Share of customers",
        "share",
        ".1%",
        "Customers with this median gap or a shorter one divided by all who were "
        "active on two days or more.",
    ),
    Measure(
        "median_gap",
        "Median gap",
        "days",
        ",.0f",
        "Half of the customers have a median gap this long or shorter.",
    ),
    Measure(
        "p75_gap",
        "75th percentile of gaps",
        "days",
        ",.0f",
        "Three quarters of the customers have a median gap this long or shorter.",
    ),
    Measure(
        "p90_gap",
        "90th percentile of gaps",
        "days",
        ",.0f",
        "Nine of ten customers have a median gap this long or shorter.",
    ),
    Measure(
        "reached",
        "Reached it",
        "customers",
        ",d",
        "Customers who reached the milestone, at their start or after it, within "
        "the days of the figure.",
        "up",
    ),
    Measure(
        "reached_rate",
        "Share that reached it",
        "share",
        ".1%",
        "Along the curve, the share expected to have reached the milestone by then "
        "(Kaplan–Meier: those who have not count for as long as they were observed"
        "). By cohort, those who reached it divided by all of the cohort.",
        "up",
    ),
    Measure(
        "median_days",
        "Median days",
        "days",
        ",.0f",
        "Half of the customers have reached the milestone within so many days, by "
        "Kaplan–Meier. Not reached while fewer have.",
        "down",
    ),
    Measure(
        "within_days",
        "Within days",
        "days",
        ",d",
        "Days from the start, of 24 hours each; of calendar days where the data "
        "give no time of day.",
    ),
    Measure(
        "by_horizon_rate",
        "Share within the horizon",
        "share",
        ".1%",
        "The share expected to have reached the milestone within the days that are "
        "looked at, by Kaplan–Meier.",
        "up",
    ),
    Measure(
        "made",
        "Made the deadline",
        "customers",
        ",d",
        "Customers who reached the milestone within the deadline, of those whose "
        "interval of staying is over.",
    ),
    Measure(
        "made_rate",
        "Stayed, made the deadline",
        "share",
        ".1%",
        "Of those who made the deadline, the share that was there in the interval "
        "of staying.",
        "up",
    ),
    Measure(
        "missed",
        "Missed the deadline",
        "customers",
        ",d",
        "Customers who did not reach the milestone within the deadline, of those "
        "whose interval of staying is over.",
    ),
    Measure(
        "missed_rate",
        "Stayed, missed the deadline",
        "share",
        ".1%",
        "Of those who missed the deadline, the share that was there in the "
        "interval of staying.",
        "up",
    ),
    Measure(
        "difference",
        "Difference",
        "share",
        ".1%",
        "The share that stayed of those who reached the milestone in time, less "
        "that of the others, with its 95% Newcombe interval.",
    ),
    Measure(
        "deadline",
        "The deadline that tells most",
        "days",
        ",d",
        "Of the deadlines tried, the one whose difference has the highest lower "
        "end of its 95% interval, among those with enough customers on both sides.",
    ),
    Measure(
        "share_rate",
        "Share of all",
        "share",
        ".1%",
        "Customers in the stage divided by all who had started by then.",
    ),
    Measure(
        "at_start",
        "At its start",
        "customers",
        ",d",
        "Customers in the stage at the end of the month before.",
    ),
    Measure(
        "came",
        "Came from another stage",
        "customers",
        ",d",
        "Customers who were in another stage at the end of the month before. At "
        "its start + new + came − went is how many are in the stage at its end.",
    ),
    Measure(
        "went",
        "Went to another stage",
        "customers",
        ",d",
        "Customers who were in the stage at the end of the month before and are in "
        "another one now.",
    ),
    Measure(
        "entered_customers",
        "Entered",
        "customers",
        ",d",
        "Customers who did the first step and whose result is known: they got to "
        "the end or their time is over.",
    ),
    Measure(
        "rate_of_first",
        "Of the first step",
        "share",
        ".1%",
        "Customers who got to the step divided by those who entered, with its 95% "
        "Wilson interval. Whoever still has time for a step is in neither number.",
        "up",
    ),
    Measure(
        "rate_of_previous",
        "Of the step before",
        "share",
        ".1%",
        "Customers who got to the step divided by those who got to the step before it.",
        "up",
    ),
    Measure(
        "dropped_customers",
        "Stopped",
        "customers",
        ",d",
        "Customers who got to a step and not to the next one, and whose time is over.",
        "down",
    ),
    Measure(
        "open_customers",
        "Still have time",
        "customers",
        ",d",
        "Customers who are still within the window of an attempt at the end of the "
        "observed time. They are neither converted nor lost.",
    ),
    Measure(
        "from_rest",
        "Difference from the rest",
        "share",
        ".1%",
        "The segment's share less that of all other customers in view, with its "
        "95% Newcombe interval. An interval without zero tells them apart.",
    ),
    Measure(
        "conversion_rate",
        "Went all the way",
        "share",
        ".1%",
        "Customers who did the last step divided by those who entered in the "
        "interval. A customer counts once in every interval of entry.",
        "up",
    ),
    Measure(
        "converted_share",
        "Got there by then",
        "share",
        ".1%",
        "One minus the Kaplan-Meier curve over all who entered. Whoever has not "
        "got there counts for as long as the window or the data last.",
        "up",
    ),
    Measure(
        "time_taken",
        "Time to get there",
        "customers",
        ",d",
        "Customers by the time from the first step to this one, in the attempt "
        "that counts. Those who did not get there have no time and are not here.",
    ),
)
