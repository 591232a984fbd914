import random
from datetime import date, timedelta

import pandas as pd
import pytest

from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.questions import ask, scores
from holdfast.questions.scores import Scores
from tests.worlds import dataset_of

BY_PLAN = Filters(breakdown="plan")


def answers():
    drawn = random.Random(7)
    rows = []
    for _ in range(400):
        who = f"c{drawn.randrange(45):02}"
        day = date(2025, 1, 1) + timedelta(drawn.randrange(120))
        hour = drawn.choice(("08:00:00", "20:00:00"))
        kind = drawn.choice(("nps", "nps", "csat"))
        rows.append(
            (
                "nobody" if drawn.random() < 0.05 else who,
                kind,
                drawn.choice((*range(11), "", 11, 6.5) if kind == "nps" else range(7)),
                "" if drawn.random() < 0.05 else f"{day} {hour}",
                {
                    "campaign": drawn.choice(("one", "two", "")),
                    "question": drawn.choice(("Will you?", "Will you?", "")),
                },
            )
        )
    return rows


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """One dataset twice: as it is, and as if its answers had not been kept in order."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("holdfast.exports.ordering._MANY", 1)
        kept = dataset_of(
            tmp_path_factory.mktemp("kept"),
            customers=[
                {"customer_id": f"c{number:02}", "plan": ("a", "b")[number % 2]}
                for number in range(45)
            ],
            responses=answers(),
        )
    told = Dataset(kept.path)
    told.answers_in_order = frozenset()
    yield kept, told
    told.close()


@pytest.mark.parametrize(
    "spec",
    [
        Scores(),
        Scores(span="week", per_customer="all"),
        Scores(question="(none)", span="quarter"),
        Scores("csat", span="year"),
        # asked for otherwise than they are kept
        Scores(campaign="two"),
        Scores(last=date(2025, 2, 1)),
        Scores("csat", scale="1-7", blank="0"),
    ],
)
def test_answers_that_are_kept_in_order_score_as_others(both, spec):
    for filters in (BY_PLAN, Filters()):
        kept, told = (ask(each, spec, filters) for each in both)
        pd.testing.assert_frame_equal(kept.frame, told.frame)
        for name, frame in kept.extras.items():
            pd.testing.assert_frame_equal(frame, told.extras[name])
        assert kept.sentence == told.sentence
        assert kept.n > 0


def test_the_same_answers_and_moves_are_behind_them(both):
    kept, told = (
        [
            scores.members(each, Scores(), BY_PLAN, "detractors", segment="a"),
            scores.members(each, Scores(), Filters(), "off_scale"),
            scores.members(each, Scores(), Filters(), period=date(2025, 2, 1)),
            scores.moved(each, Scores(), Filters(), "promoters", "detractors"),
        ]
        for each in both
    )
    for one, other in zip(kept, told, strict=True):
        pd.testing.assert_frame_equal(one, other)
        assert len(one) > 0


def test_many_answers_to_a_question_are_kept_on_the_scale_that_fits(both):
    assert both[0].answers_in_order == {
        *(("nps", question, "0-10") for question in ("Will you?", None)),
        *(("csat", question, "0-10") for question in ("Will you?", None)),
    }
