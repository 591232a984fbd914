from holdfast.occurrence import Occurrence
from holdfast.questions import ask
from holdfast.questions.first_success import FirstSuccess
from tests.worlds import table

DONE = Occurrence("event", ("done",))
CELLS = ("scope", "cohort", "within_days", "customers", "reached", "is_complete")


def test_a_cohort_is_complete_when_whoever_starts_in_it_was_observed(onboarding):
    answer = ask(onboarding, FirstSuccess(milestone=DONE))
    # April's last moment was observed for no whole day; eve for one, of 1, 3, 7 ...
    assert table(answer.extras["cohorts"], *CELLS) == [
        ("pooled", None, 1, 4, 1, True),
        ("pooled", None, 3, 4, 1, True),
        ("pooled", None, 7, 4, 2, True),
        ("pooled", None, 14, 4, 2, True),
        ("pooled", None, 30, 4, 3, True),
        ("cohort", "2025-01-01", 1, 3, 1, True),
        ("cohort", "2025-01-01", 3, 3, 1, True),
        ("cohort", "2025-01-01", 7, 3, 2, True),
        ("cohort", "2025-01-01", 14, 3, 2, True),
        ("cohort", "2025-01-01", 30, 3, 3, True),
        ("cohort", "2025-02-01", 1, 1, 0, True),
        ("cohort", "2025-02-01", 3, 1, 0, True),
        ("cohort", "2025-02-01", 7, 1, 0, True),
        ("cohort", "2025-02-01", 14, 1, 0, True),
        ("cohort", "2025-02-01", 30, 1, 0, True),
        ("cohort", "2025-04-01", 1, 1, 0, False),
    ]
