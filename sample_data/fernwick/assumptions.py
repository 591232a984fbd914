"""State every date, price and probability of the simulated company.

Instants are whole seconds since 1970-01-01 UTC, durations are seconds unless the
name says otherwise, probabilities lie in 0..1. A hazard multiplier above 1 makes
a customer leave sooner.
"""

from datetime import UTC, date, datetime

SEED = 20260701

HOUR = 3_600
DAY = 24 * HOUR
WEEK = 7 * DAY


def instant(text: str) -> int:
    """Return the second since 1970 of an ISO date or date-time in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


LAUNCH_AT = instant("2024-07-01")
# The export ran shortly after midnight, so 30 June 2026 is the last complete day.
AS_OF = instant("2026-07-01")
EXPORTED_AT = instant("2026-07-01T00:30:00")
DAYS = (AS_OF - LAUNCH_AT) // DAY

# --- who signs up --------------------------------------------------------------
FOUNDERS = 3_420  # people who come by themselves; team mates are invited by them
YEARLY_GROWTH = 1.28
OWNER_PROBABILITY = 0.52  # a founder who opens an account for a company
LAUNCH_FACTOR = 2.4
LAUNCH_DAYS = 14
SIGN_UP_BY_WEEKDAY = (1.15, 1.20, 1.15, 1.05, 0.90, 0.42, 0.45)
USE_BY_WEEKDAY = (1.20, 1.25, 1.20, 1.10, 0.90, 0.20, 0.22)
SEASON_BY_MONTH = {1: 1.08, 7: 0.93, 8: 0.86, 12: 0.90}
CHRISTMAS_DAYS = ((12, 23), (12, 31))
CHRISTMAS_FACTOR = 0.38

CHANNELS = {
    "organic": 0.30,
    "paid_search": 0.24,
    "content": 0.15,
    "social": 0.11,
    "partner": 0.08,
    "referral": 0.12,
}
AFFILIATE_FROM = instant("2025-02-01")
AFFILIATE_PROBABILITY = 0.30
INVITED_CHANNEL = "team_invite"
REFERRALS_FROM = LAUNCH_AT + 45 * DAY
REFERRER_MIN_AGE = 21 * DAY

COUNTRIES = {
    "US": 0.27,
    "DE": 0.16,
    "GB": 0.12,
    "PL": 0.09,
    "ES": 0.08,
    "MX": 0.05,
    "ID": 0.07,
    "TH": 0.05,
    "TW": 0.06,
    "NL": 0.05,
}
LANGUAGE_OF = {
    "DE": "de",
    "PL": "pl",
    "ES": "es",
    "MX": "es",
    "ID": "id",
    "TH": "th",
    "TW": "zh",
}
SPEAKS_ENGLISH_ANYWAY = 0.22
NOON_UTC = {
    "US": 18,
    "MX": 18,
    "GB": 13,
    "DE": 12,
    "PL": 12,
    "ES": 12,
    "NL": 12,
    "ID": 6,
    "TH": 6,
    "TW": 5,
}
ROLES = {
    "founder": 0.18,
    "project manager": 0.34,
    "designer": 0.14,
    "engineer": 0.16,
    "operations": 0.18,
}
COMPANY_SIZES = {"2-10": 0.46, "11-50": 0.33, "51-200": 0.15, "201+": 0.06}
SEATS_BY_SIZE = {"2-10": 2.2, "11-50": 4.5, "51-200": 10.0, "201+": 22.0}
MISSING = {
    "country": 0.02,
    "channel": 0.05,
    "plan": 0.015,
    "role": 0.12,
    "company_size": 0.09,
    "language": 0.04,
    "referred_by": 0.04,
}

# --- team mates ----------------------------------------------------------------
TEAM_MATES_BY_SIZE = {"2-10": 1.65, "11-50": 2.7, "51-200": 4.3, "201+": 6.5}
INVITE_DELAY_DAYS = 38.0
LEAVES_WITH_THE_TEAM = 0.85
COMES_BACK_WITH_THE_TEAM = 0.55

# --- onboarding and the experiment ---------------------------------------------
FAST_DAYS = 3
FAST_ONBOARDING = 0.37
FAST_ONBOARDING_BY_CHANNEL = {
    "affiliate": -0.14,
    "referral": 0.08,
    "partner": 0.05,
    INVITED_CHANNEL: 0.06,
}
SLOW_ONBOARDING = 0.24  # of those who were not fast
ONBOARDING_STEPS = 4
EXPERIMENT = "guided_setup"
EXPERIMENT_FROM = instant("2025-10-06")
EXPERIMENT_UNTIL = instant("2026-02-05")
EXPERIMENT_VARIANTS = ("control", "guided")
GUIDED_EFFECT = 0.08  # added to the probability of fast onboarding

# --- how long people use the product -------------------------------------------
# Cumulative hazard after w weeks: EARLY * (1 - exp(-w / EARLY_WEEKS)) + LATE * w.
EARLY_HAZARD = 0.66
EARLY_WEEKS = 3.0
LATE_HAZARD_BY_WEEK = 0.0105
PAYING_EARLY_HAZARD = 0.16
PAYING_EARLY_WEEKS = 8.0
PAYING_LATE_HAZARD_BY_WEEK = 0.0075
FAST_MULTIPLIER = 0.38
NOT_FAST_MULTIPLIER = 1.25
CHANNEL_MULTIPLIER = {
    "affiliate": 2.4,
    "referral": 0.50,
    "partner": 0.85,
    "paid_search": 1.15,
    INVITED_CHANNEL: 0.90,
}
SATISFACTION_HAZARD = -0.55  # log hazard for one standard deviation
PAYING_SATISFACTION_HAZARD = -1.1
LEAVES_AFTER_UNPAID_TRIAL = 0.50

# --- plans, prices, trials -----------------------------------------------------
SOLO_PLANS = {"Free": 0.30, "Solo": 0.70}
ACCOUNT_PLANS = {"Free": 0.12, "Team": 0.66, "Business": 0.22}
PRICE_CHANGE_AT = instant("2025-09-01")
PRICES = {"Solo": (9, 12), "Team": (12, 15), "Business": (20, 24)}  # seat and month
YEARLY_MONTHS = 10  # a year costs ten months
YEARLY_PROBABILITY = 0.20
CURRENCY = "usd"
TRIAL_DAYS = 14
TRIAL_CONVERSION = 0.66  # of those still active when the trial ends
NEW_PRICE_CONVERSION_FACTOR = 0.76
FAST_CONVERSION_FACTOR = 1.22
NOT_FAST_CONVERSION_FACTOR = 0.84
CHANNEL_CONVERSION_FACTOR = {"affiliate": 0.60, "referral": 1.15, "partner": 1.10}
WELCOME_COUPON = 0.12
PARTNER_COUPON = 0.60  # of the customers of the partner channel
OTHER_LASTING_COUPON = 0.02

# --- renewals ------------------------------------------------------------------
MORE_SEATS = 0.040
FEWER_SEATS = 0.013
HIGHER_PLAN = 0.014
LOWER_PLAN = 0.006
YEARLY_CHANGE_FACTOR = 5.0  # a yearly customer decides once a year
LEAVES_WHILE_ACTIVE_BY_MONTH = 0.007
CANCELS_BEFORE_SILENCE_DAYS = 5
CANCELS_AFTER_SILENCE_DAYS = 25
NO_CANCEL_REASON = 0.24
CANCEL_REASONS = {
    "too_expensive": 0.27,
    "unused": 0.23,
    "missing_features": 0.20,
    "switched_service": 0.14,
    "too_complex": 0.08,
    "customer_service": 0.04,
    "other": 0.04,
}
REFUND_PROBABILITY = 0.008

# --- failed payments -----------------------------------------------------------
PAYMENT_FAILURE = 0.017
PAYMENT_RECOVERY = 0.62
SPIKE_FROM = instant("2026-03-03")
SPIKE_UNTIL = instant("2026-03-28")
SPIKE_FAILURE = 0.30
SPIKE_RECOVERY = 0.46
RETRY_DAYS = (3, 7)
UNPAID_GRACE_DAYS = 14
SPIKE_MESSAGE = "The card processor could not verify this card (issuer not reachable)."
FAILURE_MESSAGES = {
    "The bank did not return any further details with this decline.": 0.45,
    "The card has insufficient funds to complete the purchase.": 0.33,
    "The card has expired.": 0.22,
}
LEAVES_AFTER_FAILED_PAYMENT = 0.90

# --- win-backs -----------------------------------------------------------------
WIN_BACK_VOLUNTARY = 0.10
WIN_BACK_INVOLUNTARY = 0.24
WIN_BACK_MEDIAN_DAYS = 33.0
WIN_BACK_SPREAD = 0.85

# --- product use ---------------------------------------------------------------
HOLE_FROM = instant("2025-11-15")
HOLE_UNTIL = instant("2025-11-17")
ACTIVE_DAYS_RATE = 0.172  # active days a day for the median customer
ACTIVE_DAYS_SPREAD = 0.62
QUIET_WEEK = 0.13
FIRST_WEEK_BOOST = 1.6
# Most people come for a weekly routine on a day of their own.
WEEKLY_ROUTINE = 0.66
ROUTINE_DAYS = 5
ON_ROUTINE_DAY = 8.0
ON_OTHER_DAYS = 0.10
EVENTS_A_DAY = 2.05  # beyond the first, for the median customer
EVENTS_A_DAY_SPREAD = 0.75
GAP_BETWEEN_EVENTS = 170
EVENT_WEIGHTS = {
    "completed_task": 0.43,
    "commented": 0.22,
    "opened_app": 0.12,
    "created_project": 0.08,
    "exported_report": 0.06,
    "invited_teammate": 0.035,
    "integration_connected": 0.02,
    "viewed_billing": 0.035,
}
MEMBER_INVITES = 0.25  # invitations of a member, relative to an owner
# The satisfied connect tools, those about to leave look at their bill.
INTEGRATION_FACTOR_BY_SATISFACTION = 0.8
BILLING_FACTOR_BEFORE_LEAVING = 4.0
BEFORE_LEAVING = 30 * DAY
PLATFORMS = {"web": 0.66, "desktop": 0.16, "ios": 0.11, "android": 0.07}
USES_OTHER_PLATFORM = 0.12
PROJECT_SOURCES = {"blank": 0.46, "template": 0.40, "import": 0.14}
INTEGRATIONS = {"chat": 0.42, "calendar": 0.30, "code": 0.16, "storage": 0.12}
REPORT_FORMATS = {"pdf": 0.62, "csv": 0.38}

# --- add-on orders -------------------------------------------------------------
ORDER_BY_PAID_MONTH = 0.058
ITEMS = {
    "Template pack: planning": (19.0, 0.34),
    "Template pack: agencies": (29.0, 0.26),
    "Training hour": (90.0, 0.28),
    "Onboarding workshop": (340.0, 0.12),
}
ORDER_REFUND = 0.04

# --- surveys -------------------------------------------------------------------
NPS_WAVES = tuple(
    date.fromisoformat(text)
    for text in (
        "2024-09-09",
        "2024-12-02",
        "2025-03-03",
        "2025-06-02",
        "2025-09-08",
        "2025-12-01",
        "2026-02-23",
        "2026-06-01",
    )
)
NPS_RECENT_DAYS = 30
NPS_RESPONSE = 0.40
NPS_MEAN = 7.3
NPS_BY_SATISFACTION = 1.75
NPS_NOISE = 1.2
FAILED_PAYMENT_PENALTY = 1.6
CSAT_RESPONSE = 0.42
CES_RESPONSE = 0.33
CES_INVITED = 0.70
DELIVERED = 0.965
SCORE_MISSING = 0.025
COMMENT_GIVEN = 0.52

# --- tickets -------------------------------------------------------------------
TICKET_BY_ACTIVE_DAY = 0.0135
TICKET_FACTOR_BEFORE_LEAVING = 2.6
TICKET_AFTER_FAILED_PAYMENT = 0.62
TICKET_REOPENED = 0.08
IN_APP_TICKET = 0.55
