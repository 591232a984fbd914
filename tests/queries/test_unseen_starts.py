from holdfast.occurrence import Occurrence
from holdfast.questions import ask
from holdfast.questions.first_success import FirstSuccess

DONE = Occurrence("event", ("done",))


def test_starts_that_were_not_observed_are_counted_and_left_out(onboarding):
    answer = ask(onboarding, FirstSuccess(milestone=DONE))
    # fay signed up the day before the first event, gus after the last whole day
    texts = {each.code: each.text for each in answer.caveats}
    assert texts["left_edge"] == (
        "1 customer started before 1 Jan 2025, when the data begin that show the"
        " milestone and who stays, and is left out."
    )
    assert texts["after_the_end"] == (
        "1 customer started after 30 Apr 2025, the last complete day, and is left out."
    )
    assert answer.n == 5
